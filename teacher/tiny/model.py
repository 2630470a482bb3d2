"""GLIP with the official topology and key names, in plain PyTorch for CPUs.

Written from the behaviour of microsoft/GLIP at commit 9dda9558; test_model.py
proves it on reference tensors of the official modules. Sizes come from Config.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from bert import BertLayer, Container, language_backbone
from config import LEVEL_STRIDES
from dyconv import DyConv
from fpn import FPN
from fusion import Fusion
from swin import Swin

PRIOR = 0.01  # share of positive cells that the first scores assume


class Scale(nn.Module):
    """A learned factor per level for the box deltas."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return x * self.scale


class Head(nn.Module):
    """Vision-language dynamic head: fused towers, then scores, boxes and centerness."""

    def __init__(self, config):
        super().__init__()
        channels, text = config.channels, config.bert_hidden
        tower = []
        for _ in range(config.blocks):
            tower += [Fusion(config), BertLayer(config), DyConv(config)]
        self.dyhead_tower = nn.ModuleList(tower)
        self.cls_logits = nn.Conv2d(channels, 80, 1)  # in every official checkpoint, never used for scores
        self.bbox_pred = nn.Conv2d(channels, 4, 1)
        self.centerness = nn.Conv2d(channels, 1, 1)
        self.scales = nn.ModuleList(Scale() for _ in LEVEL_STRIDES)
        self.dot_product_projection_text = nn.Linear(text, channels)
        self.log_scale = nn.Parameter(torch.tensor([-2.0]))
        self.bias_lang = nn.Parameter(torch.zeros(text))
        self.bias0 = nn.Parameter(torch.tensor([-math.log((1 - PRIOR) / PRIOR)]))

    def tower(self, maps, text, mask, trace):
        """Runs the blocks; trace(name, tensor) sees every intermediate result."""
        for index, block in enumerate(self.dyhead_tower):
            if isinstance(block, Fusion):
                maps, text = block(maps, text, mask)
            elif isinstance(block, BertLayer):
                text = block(text, mask)
            else:
                maps = block(maps)
            for level, m in enumerate(maps):
                trace("tower%d/visual%d" % (index, level), m)
            trace("tower%d/text" % index, text)
        return maps, text

    def logits(self, cells, text):
        """[B, N, C] cells and [B, L, T] text -> [B, N, L]; image features are not normalised."""
        text = F.normalize(text, dim=-1)
        words = self.dot_product_projection_text(text / 2)
        bias = text @ self.bias_lang + self.bias0
        scores = cells @ words.transpose(1, 2) / self.log_scale.exp() + bias[:, None]
        return scores.clamp(-50000, 50000)

    def forward(self, maps, text, mask, trace):
        maps, text = self.tower(maps, text, mask, trace)
        flat = [m.flatten(2).transpose(1, 2) for m in maps]
        bbox = [scale(self.bbox_pred(m)).flatten(2).transpose(1, 2) for scale, m in zip(self.scales, maps)]
        center = [self.centerness(m).flatten(1) for m in maps]
        return self.logits(torch.cat(flat, 1), text), torch.cat(bbox, 1), torch.cat(center, 1)


class Backbone(nn.Module):
    """Swin and FPN under the official names."""

    def __init__(self, config):
        super().__init__()
        self.body = Swin(config)
        self.fpn = FPN(config)

    def forward(self, image, trace):
        maps = self.body(image)
        for name, m in zip(("c3", "c4", "c5"), maps):
            trace(name, m)
        maps = self.fpn(maps)
        for level, m in enumerate(maps):
            trace("p%d" % (level + 3), m)
        return maps


def ignore(name, tensor):
    """A trace that keeps nothing."""


class GLIP(nn.Module):
    """image [B, 3, H, W] normalised BGR with H, W multiples of 32, input_ids and mask [B, L] ->
    logits [B, N, L], box deltas [B, N, 4], centerness logits [B, N]; N counts the cells of P3..P7."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.backbone = Backbone(config)
        self.language_backbone = language_backbone(config)
        self.rpn = Container(head=Head(config))

    def forward(self, image, input_ids, attention_mask, trace=ignore):
        mask = attention_mask.to(image.dtype)
        hidden = self.language_backbone.body.model(input_ids, mask)
        trace("bert_hidden", hidden)
        return self.rpn.head(self.backbone(image, trace), hidden, mask, trace)

    def set_plain(self, plain):
        """Switches the offset branches off (True) or on; off is only right while they are zero."""
        for block in self.rpn.head.dyhead_tower:
            if isinstance(block, DyConv):
                block.plain = plain
