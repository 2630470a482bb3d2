"""What a shift of the token bias would do to a checkpoint's operating point.

    python3 calibrate.py CHECKPOINT FOLDER [--limit N]

GLIP keeps boxes with a score above 0.5. Training ends with some balance between
missing things and boxing absent ones at that threshold; adding a constant to bias0
(export.py --shift) moves the balance and leaves the order of scores nearly alone.
Choose the shift on scenes that no reported figure is measured on.
"""
import argparse

import numpy as np

from evaluate import judge, load, summary
from postprocess import detections
from scenes import read_all
from tokenizer import span_tokens

SHIFTS = np.arange(-1.2, 0.61, 0.1)


def outcomes(grounder, scene, shifts):
    """For each shift, the Found of every phrase; the network runs once."""
    image = scene.image()
    tensor, _, (logits, bbox, center), resized, offsets = grounder.forward(image, scene.caption)
    tokens = [span_tokens(offsets, p.start, p.end) for p in scene.phrases]
    for shift in shifts:
        rows = detections(logits + np.float32(shift), bbox, center, tokens, tensor.shape[2:], resized, image.size[::-1])
        yield [judge(p, rows[rows[:, 1] == k]) for k, p in enumerate(scene.phrases)]


def main():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("checkpoint")
    flags.add_argument("folder")
    flags.add_argument("--limit", type=int, help="scenes to read")
    options = flags.parse_args()
    grounder, found = load(options.checkpoint), [[] for _ in SHIFTS]
    for scene in read_all(options.folder, options.limit):
        for kept, new in zip(found, outcomes(grounder, scene, SHIFTS)):
            kept += new
    print("shift     R@1  present>.5  absent>.5")
    for shift, kept in zip(SHIFTS, found):
        s = summary(kept)
        print("%5.1f  %6.4f  %10.4f  %9.4f" % (shift, s["r1"], s["present_above_half"], s["absent_above_half"]))


if __name__ == "__main__":
    main()
