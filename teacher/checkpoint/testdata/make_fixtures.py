#!/usr/bin/env python3
"""Write the checkpoints that the tests read, and what torch says is in them.

make_fixtures.py DIR

Made with torch 1.13 (Debian: python3-torch). The values are fixed, so a run
gives the same tensors; the bytes of the containers may differ.
"""
import json
import sys
from argparse import Namespace
from collections import Counter, OrderedDict

import torch

out = sys.argv[1]
base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 8 - 1
shared = torch.arange(10, dtype=torch.float32)
edges = [0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, 6.1e-5, float("inf"), float("-inf"), float("nan")]

model = OrderedDict(
    [
        ("module.float32", base),
        ("module.float64", torch.tensor([1 / 3, -1e300, 1e-50, 2.0**-149], dtype=torch.float64)),
        ("module.float16", torch.tensor(edges, dtype=torch.float16)),
        ("module.bfloat16", torch.tensor(edges, dtype=torch.float32).to(torch.bfloat16)),
        ("module.int64", torch.tensor([-(2**40), 7])),
        ("module.int32", torch.tensor([[-5, 6]], dtype=torch.int32)),
        ("module.int16", torch.tensor([-5, 6], dtype=torch.int16)),
        ("module.int8", torch.tensor([-5, 6], dtype=torch.int8)),
        ("module.uint8", torch.tensor([5, 250], dtype=torch.uint8)),
        ("module.bool", torch.tensor([True, False])),
        ("module.transposed", base.t()),
        ("module.slice", base[1:3, 2:5]),
        ("module.steps", shared[1::3]),
        ("module.shared", shared),
        ("module.expand", torch.tensor([[1.0], [2.0]]).expand(2, 5)),
        ("module.permuted16", torch.arange(24, dtype=torch.float16).reshape(2, 3, 4).permute(2, 0, 1)),
        ("module.parameter", torch.nn.Parameter(torch.tensor([0.5, -0.5]))),
        ("module.empty", torch.zeros(0, 3)),
        ("module.empty_view", base[3:3, 2:]),
        ("module.scalar", torch.tensor(3.25)),
    ]
)
model._metadata = OrderedDict([("", {"version": 1})])  # as Module.state_dict() sets it
checkpoint = {
    "model": model,
    "model_ema": OrderedDict([("module.float32", base + 1)]),
    "optimizer": {
        "state": {0: {"step": 7, "exp_avg": torch.zeros(3)}},
        "param_groups": [{"lr": 1e-4, "betas": (0.9, 0.999), "params": [0], "foreach": None}],
    },
    "scheduler": {"last_epoch": 7, "milestones": Counter([3, 5, 5]), "big": 2**70, "negative": -3},
    "args": Namespace(lr=1e-4),
    "size": torch.Size([2, 3]),
    "iteration": 123456,
    "done": True,
    "note": "näher",
}
torch.save(checkpoint, f"{out}/zip.pth")
torch.save(checkpoint, f"{out}/legacy.pth", _use_new_zipfile_serialization=False)
torch.save(checkpoint, f"{out}/zip-protocol4.pth", pickle_protocol=4)
torch.save(OrderedDict([("module.a", shared[:2]), ("b", shared[2:4])]), f"{out}/bare.pth")
torch.save(torch.nn.Linear(1, 1), f"{out}/whole-module.pth")

want = []
for name, t in model.items():
    t = t.detach()
    values = [float(v).hex() for v in t.float().flatten()] if t.is_floating_point() else None
    want.append({"name": name[len("module.") :], "dtype": str(t.dtype)[len("torch.") :], "shape": list(t.shape), "values": values})
with open(f"{out}/want.json", "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(w) for w in want) + "\n]\n")
