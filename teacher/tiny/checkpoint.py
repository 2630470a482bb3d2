"""Reading and writing the official checkpoint container.

torch.save of {"model": OrderedDict, ...} whose keys all carry "module.", the mark
of DistributedDataParallel. Buffers that follow from the sizes are not needed.
"""
from collections import OrderedDict

import torch

PREFIX = "module."
RECOMPUTED = ("relative_position_index", "position_ids", "anchor_generator.cell_anchors")


def official_state(model):
    """The model's parameters as an OrderedDict of float32 copies with official keys."""
    return OrderedDict((PREFIX + key, value.detach().float().clone()) for key, value in model.state_dict().items())


def load_official(model, state):
    """Fills model from a state dict with official keys; missing and extra keys are errors."""
    own = {key[len(PREFIX):]: value for key, value in state.items() if not any(part in key for part in RECOMPUTED)}
    model.load_state_dict(own, strict=True)
    return model


def read(path):
    """The whole container as torch.load gives it."""
    return torch.load(path, map_location="cpu")
