"""Print what pycocotools makes of detections.

    python reference.py ANNOTATIONS.json RESULTS.json

The output is a JSON array of the twelve numbers that COCOeval.summarize prints, at
full precision; -1 stands for a number without any truth.
"""

import contextlib
import json
import os
import sys

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def main():
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        truth = COCO(sys.argv[1])
        evaluation = COCOeval(truth, truth.loadRes(sys.argv[2]), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    print(json.dumps([float(value) for value in evaluation.stats]))


if __name__ == "__main__":
    main()
