"""GLIP's three losses: token focal loss, GIoU and centerness (mb/modeling/rpn/loss.py)."""
import torch
from torch.nn import functional as F

from anchors import decode, giou
from assign import assign, centres

ALPHA, GAMMA, BOX_WEIGHT = 0.25, 2.0, 2.0


def focal(logits, targets):
    """Binary focal loss (Lin et al. 2017), not reduced."""
    p = logits.sigmoid()
    cross = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    miss = p * (1 - targets) + (1 - p) * targets
    return (ALPHA * targets + (1 - ALPHA) * (1 - targets)) * miss ** GAMMA * cross


def centerness_target(anchor, boxes):
    """Square root of how central the anchor's centre lies in its box, 0..1."""
    place = centres(anchor)
    low, high = place - boxes[:, :2], boxes[:, 2:] - place
    ratio = torch.min(low, high) / torch.max(low, high)
    return ratio.clamp(min=0).prod(-1).sqrt()


def box_losses(bbox, center, anchor, boxes):
    """(GIoU loss, centerness loss) over the positive cells, their rows aligned."""
    target = centerness_target(anchor, boxes)
    loss = (1 - giou(decode(bbox, anchor), boxes)) * target
    cross = F.binary_cross_entropy_with_logits(center, target, reduction="sum")
    return BOX_WEIGHT * loss.sum() / target.sum().clamp(min=1e-6), cross / max(len(boxes), 1)


def losses(outputs, batch, anchor, counts):
    """Loss terms of a batch as a dict; batch is data.Batch."""
    logits, bbox, center = outputs
    owner = assign(anchor, counts, batch.boxes, batch.valid)
    positive = owner >= 0
    rows, cells = positive.nonzero(as_tuple=True)
    objects = owner[rows, cells]
    targets = torch.zeros_like(logits)
    targets[rows, cells] = batch.tokens[rows, objects]
    words = (focal(logits, targets) * batch.mask[:, None]).sum() / max(len(rows), 1)
    box, middle = box_losses(bbox[rows, cells], center[rows, cells], anchor[cells], batch.boxes[rows, objects])
    return {"token": words, "box": box, "center": middle}
