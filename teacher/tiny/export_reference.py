"""Writes reference tensors of an exported checkpoint, for the numeric check of its import.

    python3 export_reference.py TINY.pth TINY-REFERENCE.json NAME=FOLDER[:INDEX] ...

Each case is one generated scene through the production path: original and resized
bytes, model input, BERT output, P3-P7, the last head block's maps, raw outputs and
the final detections. The format is that of the official modules' reference files.
"""
import argparse

import numpy as np
import torch

import pixels
from checkpoint import read
from evaluate import load
from postprocess import detections
from reference import Writer
from scenes import read_all
from tokenizer import span_tokens



def config_entry(config, sizes):
    """The `config` object of a reference file."""
    names = ("embed", "depths", "heads", "window", "channels", "blocks", "fuse_embed", "bert_hidden",
             "bert_layers", "bert_intermediate", "vocab", "positions")
    entry = {name: getattr(config, name) for name in names}
    return dict(entry, min_size=sizes[0], max_size=sizes[1])


def stages(config):
    """Names of the intermediate tensors that are kept."""
    last = 3 * config.blocks - 1
    return (["bert_hidden"] + ["p%d" % level for level in range(3, 8)] +
            ["tower%d/visual%d" % (last, level) for level in range(5)])


def forward(model, image, ids, mask):
    """Stage name -> array, raw outputs included."""
    kept, wanted = {}, stages(model.config)

    def trace(name, tensor):
        if name in wanted:
            kept[name] = tensor.numpy()

    with torch.no_grad():
        out = model(torch.from_numpy(image), torch.from_numpy(ids), torch.from_numpy(mask), trace)
    kept.update(zip(("logits", "bbox", "centerness"), (o.numpy() for o in out)))
    return kept


def write_case(writer, name, grounder, scene):
    """Adds one scene's tensors; returns its entry in `cases`."""
    original = scene.image()
    resized = np.asarray(pixels.resize(original, *grounder.sizes))
    image = pixels.batch([pixels.normalise(resized)])
    ids, offsets = grounder.tokenizer.encode(scene.caption)
    ids, mask = np.array([ids], np.int64), np.ones((1, len(ids)), np.int64)
    tensors = {"image0": np.asarray(original), "resized0": resized, "input": image,
               "input_ids": ids, "attention_mask": mask}
    tensors.update(forward(grounder.model, image, ids, mask))
    for stage, tensor in tensors.items():
        writer.add("%s/%s" % (name, stage), tensor)
    tokens = [span_tokens(offsets, p.start, p.end) for p in scene.phrases]
    outputs = [tensors[part][0] for part in ("logits", "bbox", "centerness")]
    rows = detections(*outputs, tokens, image.shape[2:], resized.shape[:2], original.size[::-1])
    rows = [[score, int(phrase)] + box for score, phrase, *box in rows.tolist()]
    entry = {"width": original.size[0], "height": original.size[1], "resized": list(resized.shape[:2]),
             "caption": scene.caption, "phrases": [[p.start, p.end] for p in scene.phrases],
             "phrase_tokens": tokens, "detections": rows}
    return {"name": name, "padded": list(image.shape[2:]), "tokens": ids.shape[1], "images": [entry]}


def main():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("checkpoint")
    flags.add_argument("reference")
    flags.add_argument("cases", nargs="+")
    options = flags.parse_args()
    grounder, writer, cases = load(options.checkpoint), Writer(), []
    for case in options.cases:
        name, place = case.split("=")
        folder, _, index = place.partition(":")
        scene = read_all(folder, int(index or 0) + 1)[-1]
        cases.append(write_case(writer, name, grounder, scene))
    config = config_entry(grounder.model.config, grounder.sizes)
    writer.write(options.reference, read(options.checkpoint)["groundmill"]["name"], config, cases)


if __name__ == "__main__":
    main()
