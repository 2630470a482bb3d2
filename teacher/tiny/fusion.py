"""Bi-directional image-text attention (maskrcnn_benchmark/utils/fuse_helper.py, "MHA-B").

Two quirks are part of the trained weights' meaning: residuals start from the
normalised inputs, and the text side attends over padding cells of the image too.
"""
import torch
from torch import nn

HEADS = 8


class BiAttention(nn.Module):
    """One score matrix, read as image-to-text and as text-to-image attention."""

    def __init__(self, visual, text, embed):
        super().__init__()
        self.embed = embed
        self.v_proj = nn.Linear(visual, embed)
        self.l_proj = nn.Linear(text, embed)
        self.values_v_proj = nn.Linear(visual, embed)
        self.values_l_proj = nn.Linear(text, embed)
        self.out_v_proj = nn.Linear(embed, visual)
        self.out_l_proj = nn.Linear(embed, text)

    def split(self, x):
        """[B, M, embed] -> [B, heads, M, embed / heads]."""
        return x.view(x.shape[0], -1, HEADS, self.embed // HEADS).transpose(1, 2)

    def join(self, x):
        """The inverse of split."""
        return x.transpose(1, 2).reshape(x.shape[0], -1, self.embed)

    def forward(self, visual, text, mask):
        """visual [B, N, Cv], text [B, L, Cl], mask [B, L] -> their updates, same shapes."""
        query = self.split(self.v_proj(visual) * (self.embed // HEADS) ** -0.5)
        scores = query @ self.split(self.l_proj(text)).transpose(-2, -1)
        to_text = (scores + ((1 - mask) * -9e15)[:, None, None, :]).softmax(-1)
        to_image = scores.transpose(-2, -1).softmax(-1)
        dv = to_text @ self.split(self.values_l_proj(text))
        dt = to_image @ self.split(self.values_v_proj(visual))
        return self.out_v_proj(self.join(dv)), self.out_l_proj(self.join(dt))


class BAttn(nn.Module):
    """Norms, attention and scaled residuals, on all levels at once."""

    def __init__(self, config):
        super().__init__()
        visual, text = config.channels, config.bert_hidden
        self.layer_norm_v = nn.LayerNorm(visual)
        self.layer_norm_l = nn.LayerNorm(text)
        self.attn = BiAttention(visual, text, config.fuse_embed)
        self.gamma_v = nn.Parameter(torch.full((visual,), 1.0 / config.blocks))
        self.gamma_l = nn.Parameter(torch.full((text,), 1.0 / config.blocks))

    def forward(self, maps, text, mask):
        cells = torch.cat([m.flatten(2) for m in maps], 2).transpose(1, 2)
        cells, text = self.layer_norm_v(cells), self.layer_norm_l(text)
        dv, dt = self.attn(cells, text, mask)
        cells = (cells + self.gamma_v * dv).transpose(1, 2)
        sizes = [m.shape[-2] * m.shape[-1] for m in maps]
        parts = [c.reshape(m.shape) for c, m in zip(cells.split(sizes, 2), maps)]
        return parts, text + self.gamma_l * dt


class Fusion(nn.Module):
    """The fusion block under the official key b_attn."""

    def __init__(self, config):
        super().__init__()
        self.b_attn = BAttn(config)

    def forward(self, maps, text, mask):
        return self.b_attn(maps, text, mask)
