"""Trains the tiny teacher on generated scenes, for a given time, on CPU cores.

    OMP_NUM_THREADS=1 python3 train.py --out RUN --words FILE --train FOLDER --val FOLDER \\
        --minutes 15 [--from CHECKPOINT] [--plain] [--lr 1e-3]

One process of one thread per core; gradients are averaged by gloo as one flat vector.
The learning rate follows the share of the minutes that are over, so a busy machine
only means fewer steps. RUN/last.pth is written every few minutes: the same command
continues from it. RUN/log.jsonl has one line per validation.
"""
import argparse
import json
import math
import pathlib
import tempfile
import time

import torch
import torch.distributed as dist
import torch.multiprocessing

from anchors import anchors
from config import Config
from data import Stream
from evaluate import Grounder, summary
from initial import start
from losses import losses
from model import GLIP
from scenes import read_all
from tokenizer import Tokenizer, build_vocabulary

WEIGHT_DECAY, CLIP, WARM_UP, LOWEST = 0.05, 1.0, 100, 0.02


def rate(step, done):
    """Factor of the learning rate: warm-up by steps, then cosine by the share of time that is over."""
    cosine = LOWEST + (1 - LOWEST) * 0.5 * (1 + math.cos(math.pi * min(done, 1)))
    return min(1, (step + 1) / WARM_UP) * cosine


def optimiser(model, lr):
    """AdamW with weight decay on matrices only."""
    matrices = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=lr)


def average(parameters, *values):
    """Averages gradients and a few numbers over the processes; returns the numbers."""
    grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
    flat = torch.cat([g.flatten() for g in grads] + [torch.tensor(values, dtype=torch.float32)])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    begin = 0
    for p, g in zip(parameters, grads):
        p.grad = flat[begin:begin + g.numel()].view_as(p).clone()
        begin += g.numel()
    return flat[begin:].tolist()


class Trainer:
    """One process's part of a run."""

    def __init__(self, options):
        self.options, self.rank = options, dist.get_rank()
        self.out = pathlib.Path(options.out)
        self.out.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(options.seed)
        self.step, self.spent, self.seen = 0, 0.0, 0
        self.model, self.tokenizer, state = self.restore()
        self.model.set_plain(options.plain)
        self.parameters = list(self.model.parameters())
        self.optimiser = optimiser(self.model, options.lr)
        if state:
            self.optimiser.load_state_dict(state)
        own = read_all(options.val)[self.rank::dist.get_world_size()]
        self.val, self.grounder = own, Grounder(self.model, self.tokenizer, tuple(options.sizes))

    def restore(self):
        """(model, tokenizer, optimiser state) from last.pth, else from --from, else fresh."""
        last = self.out / "last.pth"
        path = last if last.exists() else self.options.begin
        if not path:
            vocabulary = build_vocabulary(pathlib.Path(self.options.words).read_text().split())
            return start(GLIP(Config(vocab=len(vocabulary)))), Tokenizer(vocabulary), None
        entry = torch.load(path)
        model = GLIP(Config(vocab=len(entry["vocabulary"])))
        model.load_state_dict(entry["model"])
        if path != last:
            return model, Tokenizer(entry["vocabulary"]), None
        self.step, self.spent, self.seen = entry["step"], entry["spent"], entry["seen"]
        return model, Tokenizer(entry["vocabulary"]), entry["optimiser"]

    def save(self):
        """last.pth, by temporary file and rename."""
        if self.rank:
            return
        entry = {"model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(), "step": self.step,
                 "spent": self.spent, "seen": self.seen, "vocabulary": self.tokenizer.vocabulary}
        torch.save(entry, self.out / "last.tmp")
        (self.out / "last.tmp").rename(self.out / "last.pth")

    def update(self, batch, begun):
        """One step; returns the averaged losses and the share of the time that is over."""
        self.model.train()
        self.optimiser.zero_grad(set_to_none=True)
        outputs = self.model(batch.image, batch.ids, batch.mask)
        terms = losses(outputs, batch, *anchors(*batch.image.shape[2:]))
        sum(terms.values()).backward()
        done = (self.spent + time.time() - begun) / (60 * self.options.minutes)
        count = len(batch.image)
        *means, done, count = average(self.parameters, *(t.item() for t in terms.values()), done, count)
        torch.nn.utils.clip_grad_norm_(self.parameters, CLIP)
        for group in self.optimiser.param_groups:
            group["lr"] = self.options.lr * rate(self.step, done)
        self.optimiser.step()
        self.step += 1
        self.seen += round(count * dist.get_world_size())
        return dict(zip(terms, means)), done

    def validate(self, terms):
        """Figures of the validation scenes, each process judging its share; one line to the log."""
        found = [f for scene in self.val for f in self.grounder.judge(scene)]
        parts = [None] * dist.get_world_size()
        dist.all_gather_object(parts, found)
        if self.rank:
            return
        figures = summary(sum(parts, []))
        line = {"minutes": round(self.spent / 60, 2), "scenes": self.seen, "steps": self.step}
        line.update({k: round(figures[k], 4) for k in ("r1", "r1_75", "mean_iou", "present_above_half",
                                                       "absent_above_half", "auc")})
        line.update({k: round(v, 4) for k, v in terms.items()})
        with open(self.out / "log.jsonl", "a") as log:
            log.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)

    def run(self):
        """Trains until the minutes are over; saves and validates at each mark."""
        stream = Stream(self.options.train, self.tokenizer, self.options.batch, self.rank,
                        dist.get_world_size(), self.options.seed + self.step, self.options.resize and self.options.sizes)
        begun, mean, mark = time.time(), {}, self.spent / 60 + self.options.every
        for batch in stream.batches():
            terms, done = self.update(batch, begun)
            mean = {k: 0.98 * mean.get(k, v) + 0.02 * v for k, v in terms.items()}
            due = done * self.options.minutes >= mark
            if not due and done < 1:
                continue
            self.spent, begun, mark = 60 * done * self.options.minutes, time.time(), mark + self.options.every
            self.save()
            self.validate(mean)
            begun = time.time()
            if done >= 1:
                return


def arguments():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--out", required=True, help="folder of the run")
    flags.add_argument("--words", help="word list of the scene generator, for a fresh start")
    flags.add_argument("--train", required=True, help="folder of training tars")
    flags.add_argument("--val", required=True, help="folder of validation tars")
    flags.add_argument("--from", dest="begin", help="last.pth of an earlier stage")
    flags.add_argument("--minutes", type=float, required=True)
    flags.add_argument("--every", type=float, default=3, help="minutes between checkpoints")
    flags.add_argument("--batch", type=int, default=8, help="128 x 128 pictures per process and step, fewer larger ones")
    flags.add_argument("--lr", type=float, default=1e-3)
    flags.add_argument("--plain", action="store_true", help="leave the offset branches at zero (faster)")
    flags.add_argument("--sizes", type=int, nargs=2, default=(192, 320), help="min and max input size")
    flags.add_argument("--resize", action="store_true", help="resize training pictures by --sizes")
    flags.add_argument("--seed", type=int, default=1)
    flags.add_argument("--processes", type=int, default=2, help="one per core")
    return flags.parse_args()


def work(rank, meeting, options):
    """One process of the run; `meeting` is a file through which they find each other."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", "file://" + meeting, rank=rank, world_size=options.processes)
    Trainer(options).run()


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(work, (folder + "/meeting", options), options.processes)


if __name__ == "__main__":
    main()
