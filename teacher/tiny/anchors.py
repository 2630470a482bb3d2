"""Anchors and box deltas in GLIP's inclusive-pixel convention (width = x2 - x1 + 1)."""
import math

import torch

from config import LEVEL_STRIDES

WEIGHTS = (10.0, 10.0, 5.0, 5.0)
LARGEST = math.log(1000.0 / 16)


def level_shapes(height, width):
    """(rows, columns) of P3..P7 for a padded input."""
    shapes = [(height // s, width // s) for s in LEVEL_STRIDES[:3]]
    for _ in range(2):
        rows, columns = shapes[-1]
        shapes.append(((rows + 1) // 2, (columns + 1) // 2))
    return shapes


def level_anchors(stride, rows, columns):
    """[rows * columns, 4] xyxy, row-major: one square of 8 strides per cell."""
    half, centre = 0.5 * (8 * stride - 1), (stride - 1) / 2
    y, x = torch.meshgrid(torch.arange(rows) * stride, torch.arange(columns) * stride, indexing="ij")
    place = torch.stack((x, y, x, y), -1).view(-1, 4).float()
    return place + torch.tensor([centre - half, centre - half, centre + half, centre + half])


def anchors(height, width):
    """Anchors of all levels [N, 4] and the number of cells of each level."""
    parts = [level_anchors(s, *shape) for s, shape in zip(LEVEL_STRIDES, level_shapes(height, width))]
    return torch.cat(parts), [len(p) for p in parts]


def centre_form(boxes):
    """xyxy -> (cx, cy, w, h)."""
    x1, y1, x2, y2 = boxes.unbind(-1)
    return (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1 + 1, y2 - y1 + 1


def decode(deltas, boxes):
    """Deltas [..., 4] on anchors [..., 4] -> xyxy (vldyhead.py:64-94)."""
    cx, cy, w, h = centre_form(boxes)
    dx, dy, dw, dh = (d / scale for d, scale in zip(deltas.unbind(-1), WEIGHTS))
    cx, cy = dx * w + cx, dy * h + cy
    w, h = dw.clamp(max=LARGEST).exp() * w, dh.clamp(max=LARGEST).exp() * h
    return torch.stack((cx - 0.5 * (w - 1), cy - 0.5 * (h - 1), cx + 0.5 * (w - 1), cy + 0.5 * (h - 1)), -1)


def area(boxes):
    return (boxes[..., 2] - boxes[..., 0] + 1).clamp(min=0) * (boxes[..., 3] - boxes[..., 1] + 1).clamp(min=0)


def overlap(a, b):
    """(intersection, union) of broadcast boxes."""
    low, high = torch.max(a[..., :2], b[..., :2]), torch.min(a[..., 2:], b[..., 2:])
    shared = (high - low + 1).clamp(min=0).prod(-1)
    return shared, area(a) + area(b) - shared


def iou(a, b):
    shared, union = overlap(a, b)
    return shared / union


def giou(a, b):
    """Generalised IoU (Rezatofighi et al. 2019)."""
    shared, union = overlap(a, b)
    low, high = torch.min(a[..., :2], b[..., :2]), torch.max(a[..., 2:], b[..., 2:])
    hull = area(torch.cat((low, high), -1))
    return shared / union - (hull - union) / hull
