"""Writes the trained weights as an official-style checkpoint.

    python3 export.py RUN/last.pth TINY.pth --picture-sets noto fluent --nouns N

{"model": float32 tensors under official keys, "iteration": steps, "groundmill": what
an importer needs beside the weights}; only dicts, lists, strings and integers, so that
a restricted unpickler can read it.
"""
import argparse

import torch

from checkpoint import official_state
from config import Config
from model import GLIP

NOTE = ("GLIP topology of toy size, trained on generated scenes of emoji pictures; "
        "see teacher/tiny/README.md for data, figures and limits")


def container(entry, options):
    """The exported dictionary from a training checkpoint."""
    model = GLIP(Config(vocab=len(entry["vocabulary"])))
    model.load_state_dict(entry["model"])
    model.rpn.head.bias0.data += options.shift
    about = {"name": "groundmill-tiny", "vocab": list(entry["vocabulary"]),
             "min_size": options.sizes[0], "max_size": options.sizes[1], "nouns": options.nouns,
             "picture_sets": options.picture_sets, "note": NOTE}
    return {"model": official_state(model), "iteration": entry["step"], "groundmill": about}


def main():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("run")
    flags.add_argument("checkpoint")
    flags.add_argument("--sizes", type=int, nargs=2, default=(192, 320), help="min and max input size")
    flags.add_argument("--shift", type=float, default=0.0,
                       help="added to the bias of all token scores: moves the operating point, not the ranking")
    flags.add_argument("--nouns", type=int, required=True)
    flags.add_argument("--picture-sets", nargs="+", required=True)
    options = flags.parse_args()
    torch.save(container(torch.load(options.run), options), options.checkpoint)


if __name__ == "__main__":
    main()
