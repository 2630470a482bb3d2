"""Loads the boxes of a sample into FiftyOne:

    python load_fiftyone.py            # opens the app on the dataset "groundmill"

samples.json holds samples as fiftyone.Sample.to_dict() writes them, with paths
relative to this folder's parent. Each detection has the id of its judgement, its
stratum, weight and verdict.
"""
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))


def samples(fo):
    """Returns the samples, whose type is that of the module fiftyone given."""
    with open(os.path.join(HERE, "samples.json"), encoding="utf-8") as f:
        dicts = json.load(f)["samples"]
    for d in dicts:
        d["filepath"] = os.path.join(os.path.dirname(HERE), d["filepath"])
    return [fo.Sample.from_dict(d) for d in dicts]


if __name__ == "__main__":
    import fiftyone as fo

    dataset = fo.Dataset("groundmill", overwrite=True, persistent=True)
    dataset.add_samples(samples(fo))
    fo.launch_app(dataset).wait()
