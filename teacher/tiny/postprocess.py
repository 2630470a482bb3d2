"""GLIP's post-processing in numpy (mb/modeling/rpn/inference.py:592-850), one image at a time.

Rows are [score, phrase, x1, y1, x2, y2] in inclusive pixels of the original image.
"""
import numpy as np
import torch

from anchors import anchors, decode

FLOOR, PER_LEVEL, NMS, KEEP = 0.05, 1000, 0.6, 100


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def phrase_scores(logits, phrase_tokens):
    """Mean token probability [N, phrases]; 0, hence never a candidate, without tokens."""
    p = sigmoid(logits)
    columns = [p[:, t].mean(1) if t else np.zeros(len(p), p.dtype) for t in phrase_tokens]
    return np.stack(columns, 1) if columns else np.zeros((len(p), 0), p.dtype)


def candidates(scores, center, counts):
    """(cell, phrase, squared score) of the candidates, at most PER_LEVEL on each level."""
    squared, parts, begin = scores * sigmoid(center)[:, None], [], 0
    for count in counts:
        cell, phrase = np.nonzero(scores[begin:begin + count] > FLOOR)
        value = squared[begin + cell, phrase]
        best = np.argsort(-value, kind="stable")[:PER_LEVEL]
        parts.append((begin + cell[best], phrase[best], value[best]))
        begin += count
    return [np.concatenate(column) for column in zip(*parts)]


def overlaps(box, others):
    """IoU with widths counted as x2 - x1 + 1."""
    def area(b):
        return (b[..., 2] - b[..., 0] + 1) * (b[..., 3] - b[..., 1] + 1)
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared = np.clip(high - low + 1, 0, None).prod(1)
    return shared / (area(box) + area(others) - shared)


def suppress(boxes):
    """Indices kept of boxes in descending order of score: greedy, IoU above NMS goes."""
    left, kept = np.arange(len(boxes)), []
    while len(left):
        first, rest = left[0], left[1:]
        kept.append(first)
        left = rest[overlaps(boxes[first], boxes[rest]) <= NMS]
    return kept


def select(rows):
    """NMS within each phrase, then the KEEP best (ties kept), by descending score."""
    rows = rows[np.argsort(-rows[:, 0], kind="stable")]
    kept = [rows[rows[:, 1] == k][suppress(rows[rows[:, 1] == k][:, 2:])] for k in np.unique(rows[:, 1])]
    rows = np.concatenate(kept) if kept else rows
    rows = rows[np.argsort(-rows[:, 0], kind="stable")]
    return rows if len(rows) <= KEEP else rows[rows[:, 0] >= rows[KEEP - 1, 0]]


def detections(logits, bbox, center, phrase_tokens, padded, resized, original):
    """Rows [K, 6] of one image.

    logits [N, L], bbox [N, 4], center [N]: float32 arrays; phrase_tokens: token indices
    per phrase; padded, resized, original: (height, width).
    """
    anchor, counts = anchors(*padded)
    scores = phrase_scores(logits, phrase_tokens)
    cell, phrase, squared = candidates(scores, center, counts)
    boxes = decode(torch.from_numpy(bbox[cell]), anchor[torch.from_numpy(cell)]).numpy()
    height, width = resized
    boxes = np.clip(boxes, 0, np.array([width - 1, height - 1] * 2, np.float32))
    rows = select(np.column_stack((np.sqrt(squared), phrase, boxes)).astype(np.float64))
    rows[:, 2:] *= np.array([original[1] / width, original[0] / height] * 2)
    return rows
