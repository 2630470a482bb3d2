"""Reads an export of `runner review export` with the packages of the tools that it
is for, and prints as JSON how much of it they accept and what they say of the rest:

    python check.py REVIEW

Label Studio's SDK holds the labelling configuration, the data of each task and each
prediction against its own rules. FiftyOne makes its samples of what the loader reads.
"""
import glob
import json
import os
import sys


def label_studio(folder):
    from label_studio_sdk.label_interface import LabelInterface

    with open(os.path.join(folder, "labelling.xml"), encoding="utf-8") as f:
        interface = LabelInterface(f.read())
    interface.validate()
    tasks, problems = 0, []
    for name in sorted(glob.glob(os.path.join(folder, "tasks-*.json"))):
        with open(name, encoding="utf-8") as f:
            for task in json.load(f):
                tasks += 1
                # validate_task calls validate_prediction without one.
                if not interface.validate_task({"data": task["data"]}):
                    problems.append(f"task {tasks}: data")
                for prediction in task["predictions"]:
                    found = interface.validate_prediction(prediction, return_errors=True)
                    problems += [f"task {tasks}: {text}" for text in found]
    return {"tasks": tasks, "problems": problems}


def fiftyone(folder):
    os.environ.setdefault("FIFTYONE_DO_NOT_TRACK", "true")
    import fiftyone as fo

    sys.path.insert(0, folder)
    import load_fiftyone

    boxes, problems = 0, []
    for sample in load_fiftyone.samples(fo):
        if not os.path.isfile(sample.filepath):
            problems.append(f"no file {os.path.basename(sample.filepath)}")
        for d in sample.detections.detections:
            boxes += 1
            if not isinstance(d, fo.Detection):
                problems.append(f"box {boxes} is a {type(d).__name__}")
                continue
            x, y, w, h = d.bounding_box
            if not (0 <= x <= x + w <= 1 + 1e-6 and 0 <= y <= y + h <= 1 + 1e-6):
                problems.append(f"box {boxes} is {d.bounding_box}")
    return {"boxes": boxes, "problems": problems}


if __name__ == "__main__":
    root = sys.argv[1]
    print(json.dumps({
        "label_studio": label_studio(os.path.join(root, "labelstudio")),
        "fiftyone": fiftyone(os.path.join(root, "fiftyone")),
    }))
