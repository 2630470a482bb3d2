"""Starting weights for training from nothing.

As in the official code, but: the offset branches start at zero, so that training may
begin with plain convolutions, and position embeddings start at zero, so that places
beyond the longest training caption add nothing. log_scale starts at -2 (model.py):
from 0 the words take several times longer to matter.
"""
from torch import nn

from bert import BertModel
from dyconv import DyConv
from fpn import FPN
from fusion import BiAttention
from swin import Swin


def normal(module, kinds, std):
    """Normal weights and zero biases in all layers of the given kinds under module."""
    for layer in module.modules():
        if isinstance(layer, kinds):
            nn.init.normal_(layer.weight, std=std)
            if getattr(layer, "bias", None) is not None:
                nn.init.zeros_(layer.bias)


def projections(module, init):
    """init on every weight matrix of linear and convolution layers, zero biases."""
    for layer in module.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            init(layer.weight)
            nn.init.zeros_(layer.bias)


def start_block(block):
    """A DyConv block: small convolutions, no offsets."""
    normal(block, nn.Conv2d, 0.01)
    nn.init.zeros_(block.offset.weight)


def start(model):
    """Fills a fresh model in place."""
    head = model.rpn.head
    for module in model.modules():
        if isinstance(module, (Swin, BertModel)):
            normal(module, (nn.Linear, nn.Conv2d, nn.Embedding), 0.02)
        elif isinstance(module, FPN):
            projections(module, lambda w: nn.init.kaiming_uniform_(w, a=1))
        elif isinstance(module, BiAttention):
            projections(module, nn.init.xavier_uniform_)
        elif isinstance(module, DyConv):
            start_block(module)
    for layer in (head.cls_logits, head.bbox_pred, head.centerness):
        normal(layer, nn.Conv2d, 0.01)
    for block in head.dyhead_tower[1::3]:
        normal(block, nn.Linear, 0.02)
    nn.init.zeros_(model.language_backbone.body.model.embeddings.position_embeddings.weight)
    for stage in model.backbone.body.layers:
        for block in stage.blocks:
            nn.init.trunc_normal_(block.attn.relative_position_bias_table, std=0.02)
    return model
