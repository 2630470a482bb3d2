"""How well a checkpoint grounds: R@1, absent phrases, precision and recall by threshold.

    python3 evaluate.py CHECKPOINT FOLDER [--limit N] [--json FILE]

Scenes go through the production path one by one: resize rule, own padding, GLIP's
post-processing. R@1: the best box of a phrase has IoU >= 0.5 with any of its gold
boxes, exclusive pixels. Absent: a phrase without gold boxes.
"""
import argparse
import json
from dataclasses import dataclass

import numpy as np
import torch

import pixels
from checkpoint import load_official, read
from config import Config
from model import GLIP
from postprocess import detections
from scenes import read_all
from tokenizer import Tokenizer, span_tokens

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)


@dataclass
class Found:
    """One phrase's outcome: best score, IoU of the best box, and every box (match)."""

    present: bool
    score: float
    iou: float
    boxes: list
    golds: int
    noun: str


def pair_iou(box, golds):
    """IoU of an exclusive box with exclusive golds [G, 4]."""
    low, high = np.maximum(box[:2], golds[:, :2]), np.minimum(box[2:], golds[:, 2:])
    shared = np.clip(high - low, 0, None).prod(1)
    both = (box[2:] - box[:2]).prod() + (golds[:, 2:] - golds[:, :2]).prod(1)
    return shared / (both - shared)


def match(rows, golds):
    """[(score, best IoU, takes a gold)] of rows in descending score; a gold is taken once, at IoU >= 0.5."""
    taken, out = set(), []
    for row in rows:
        quality = pair_iou(row[2:] + np.array([0, 0, 1, 1]), golds)
        free = [g for g in np.argsort(-quality) if g not in taken and quality[g] >= 0.5]
        taken.update(free[:1])
        out.append((row[0], quality.max(), bool(free)))
    return out


def judge(phrase, rows):
    """Found of one phrase from its detections."""
    score = rows[0, 0] if len(rows) else 0.0
    if not phrase.boxes:
        return Found(False, score, 0.0, [(r[0], 0.0, False) for r in rows], 0, phrase.noun)
    boxes = match(rows, np.array(phrase.boxes, float))
    return Found(True, score, boxes[0][1] if boxes else 0.0, boxes, len(phrase.boxes), phrase.noun)


class Grounder:
    """A model with its vocabulary and input size, on single pictures."""

    def __init__(self, model, tokenizer, sizes):
        self.model, self.tokenizer, self.sizes = model.eval(), tokenizer, sizes

    def forward(self, image, caption):
        """(model input, ids, outputs as numpy arrays of one image, resized (h, w), offsets)."""
        small = pixels.resize(image, *self.sizes)
        tensor = pixels.batch([pixels.normalise(np.asarray(small))])
        ids, offsets = self.tokenizer.encode(caption, self.model.config.positions)
        with torch.no_grad():
            out = self.model(torch.from_numpy(tensor), torch.tensor([ids]), torch.ones(1, len(ids)))
        return tensor, ids, [o[0].numpy() for o in out], small.size[::-1], offsets

    def ground(self, image, caption, spans):
        """Detections [K, 6] of the phrases at the given (start, end) spans."""
        tensor, _, out, resized, offsets = self.forward(image, caption)
        tokens = [span_tokens(offsets, *span) for span in spans]
        return detections(*out, tokens, tensor.shape[2:], resized, image.size[::-1])

    def judge(self, scene):
        """Found per phrase of a scene."""
        rows = self.ground(scene.image(), scene.caption, [(p.start, p.end) for p in scene.phrases])
        return [judge(p, rows[rows[:, 1] == k]) for k, p in enumerate(scene.phrases)]


def auc(present, absent):
    """Chance that a present phrase outscores an absent one."""
    if not len(present) or not len(absent):
        return float("nan")
    order = np.sort(absent)
    below, upto = np.searchsorted(order, present, "left"), np.searchsorted(order, present, "right")
    return float((below + upto).mean() / (2 * len(absent)))


def share(flags):
    return float(np.mean(flags)) if len(flags) else float("nan")


def at_threshold(found, threshold):
    """Precision and recall of best boxes and of all boxes, and the share of absent phrases with a box."""
    said = [f for f in found if f.score > threshold]
    good = sum(bool(f.present and f.iou >= 0.5) for f in said)
    boxes = [b for f in found for b in f.boxes if b[0] > threshold]
    hits, golds = sum(b[2] for b in boxes), sum(f.golds for f in found)
    return {"threshold": threshold,
            "precision": good / max(len(said), 1), "recall": good / max(sum(f.present for f in found), 1),
            "box_precision": hits / max(len(boxes), 1), "box_recall": hits / max(golds, 1),
            "absent_with_box": share([f.score > threshold for f in found if not f.present])}


def weakest(found, count=10):
    """Nouns with the lowest R@1: [(noun, hits, phrases)]."""
    table = {}
    for f in found:
        if f.present:
            hits, total = table.get(f.noun, (0, 0))
            table[f.noun] = (hits + int(f.iou >= 0.5), total + 1)
    return sorted(((n, h, t) for n, (h, t) in table.items()), key=lambda r: (r[1] / r[2], r[0]))[:count]


def summary(found):
    """Figures of a list of Found."""
    present = [f for f in found if f.present]
    absent = [f for f in found if not f.present]
    return {"phrases": len(present), "absent_phrases": len(absent),
            "r1": share([f.iou >= 0.5 for f in present]), "r1_75": share([f.iou >= 0.75 for f in present]),
            "mean_iou": share([f.iou for f in present]),
            "present_above_half": share([f.score > 0.5 for f in present]),
            "absent_above_half": share([f.score > 0.5 for f in absent]),
            "auc": auc(np.array([f.score for f in present]), np.array([f.score for f in absent])),
            "by_threshold": [at_threshold(found, t) for t in THRESHOLDS],
            "weakest": weakest(found)}


def load(path):
    """Grounder from an exported checkpoint (export.py)."""
    entry = read(path)
    meta = entry["groundmill"]
    config = Config(vocab=len(meta["vocab"]))
    return Grounder(load_official(GLIP(config), entry["model"]), Tokenizer(meta["vocab"]),
                    (meta["min_size"], meta["max_size"]))


def main():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("checkpoint")
    flags.add_argument("folder")
    flags.add_argument("--limit", type=int, help="scenes to read")
    flags.add_argument("--json", help="write the figures here too")
    options = flags.parse_args()
    grounder = load(options.checkpoint)
    found = [f for scene in read_all(options.folder, options.limit) for f in grounder.judge(scene)]
    figures = json.dumps(summary(found), indent=1)
    print(figures)
    if options.json:
        open(options.json, "w").write(figures + "\n")


if __name__ == "__main__":
    main()
