"""ATSS (Zhang et al. 2020): which anchors answer for which object, a batch at once."""
import torch

from anchors import iou

CANDIDATES = 9  # nearest anchors per level and object


def nearest(distance, counts):
    """Indices [B, G, K] of the CANDIDATES nearest anchors of each level."""
    picks, begin = [], 0
    for count in counts:
        part = distance[:, :, begin:begin + count]
        picks.append(part.topk(min(CANDIDATES, count), -1, largest=False).indices + begin)
        begin += count
    return torch.cat(picks, -1)


def centres(boxes):
    return (boxes[..., :2] + boxes[..., 2:]) / 2


def assign(anchor, counts, boxes, valid):
    """Object index per anchor [B, N], -1 for background.

    anchor [N, 4]; counts: anchors per level; boxes [B, G, 4] inclusive; valid [B, G].
    A candidate is positive when its IoU reaches mean + standard deviation over the
    object's candidates and its centre lies inside; the object with the largest IoU wins.
    """
    quality = iou(anchor[None, None], boxes[:, :, None])
    middle = centres(anchor)
    distance = (middle[None, None] - centres(boxes)[:, :, None]).norm(dim=-1)
    picks = nearest(distance, counts)
    chosen = quality.gather(2, picks)
    threshold = chosen.mean(-1, keepdim=True) + chosen.std(-1, keepdim=True)
    place = middle[picks]
    inside = ((place - boxes[:, :, None, :2]).amin(-1) > 0.01) & ((boxes[:, :, None, 2:] - place).amin(-1) > 0.01)
    good = (chosen >= threshold) & inside & valid[:, :, None]
    score = torch.full_like(quality, -1.0).scatter(2, picks, torch.where(good, chosen, torch.full_like(chosen, -1.0)))
    best, owner = score.max(1)
    return torch.where(best > -1, owner, torch.full_like(owner, -1))
