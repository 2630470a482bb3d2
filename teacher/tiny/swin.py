"""Swin Transformer as GLIP uses it (maskrcnn_benchmark/modeling/backbone/swint.py).

Two habits differ from the classification Swin: blocks with odd index are shifted
however small the map is, and maps are zero-padded to whole windows after the
first layer norm, with the padding taking part in attention as ordinary keys.
"""
import torch
from torch import nn
from torch.nn import functional as F


def window_index(window):
    """Index [w*w, w*w] of each (query, key) pair into the relative position table."""
    cells = torch.stack(torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")).flatten(1)
    offset = cells[:, :, None] - cells[:, None, :] + window - 1
    return offset[0] * (2 * window - 1) + offset[1]


def partition(x, window):
    """[B, H, W, C] -> [B * windows, w*w, C], windows row-major."""
    batch, height, width, channels = x.shape
    x = x.view(batch, height // window, window, width // window, window, channels)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, window * window, channels)


def unpartition(x, window, height, width):
    """The inverse of partition."""
    channels = x.shape[-1]
    x = x.view(-1, height // window, width // window, window, window, channels)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, height, width, channels)


def shift_mask(height, width, window):
    """Additive mask [windows, w*w, w*w]: -100 between cells that a roll brought together."""
    shift = window // 2

    def band(size):
        place = torch.arange(size)
        return (place >= size - window).long() + (place >= size - shift).long()

    region = 3 * band(height)[:, None] + band(width)[None, :]
    region = partition(region[None, :, :, None], window).squeeze(-1)
    return (region[:, None, :] != region[:, :, None]).float() * -100.0


class WindowAttention(nn.Module):
    """Multi-head attention inside windows, with a learned bias per relative position."""

    def __init__(self, channels, heads, window):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)
        table = torch.zeros((2 * window - 1) ** 2, heads)
        self.relative_position_bias_table = nn.Parameter(table)
        self.register_buffer("relative_position_index", window_index(window), persistent=False)

    def bias(self):
        """[heads, w*w, w*w] from the table."""
        cells = self.relative_position_index.shape[0]
        rows = self.relative_position_bias_table[self.relative_position_index.view(-1)]
        return rows.view(cells, cells, self.heads).permute(2, 0, 1)

    def forward(self, x, mask):
        """x [B * windows, w*w, C]; mask [windows, w*w, w*w] or None."""
        count, cells, channels = x.shape
        qkv = self.qkv(x).view(count, cells, 3, self.heads, channels // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        scores = (q * (channels // self.heads) ** -0.5) @ k.transpose(-2, -1) + self.bias()
        if mask is not None:
            windows = mask.shape[0]
            scores = scores.view(-1, windows, self.heads, cells, cells) + mask[:, None]
            scores = scores.view(count, self.heads, cells, cells)
        mixed = scores.softmax(-1) @ v
        return self.proj(mixed.transpose(1, 2).reshape(count, cells, channels))


class Mlp(nn.Module):
    """Two linear layers with an exact GELU between."""

    def __init__(self, channels):
        super().__init__()
        self.fc1 = nn.Linear(channels, 4 * channels)
        self.fc2 = nn.Linear(4 * channels, channels)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    """One Swin block on [B, H, W, C]."""

    def __init__(self, channels, heads, window, shifted):
        super().__init__()
        self.window, self.shifted = window, shifted
        self.norm1 = nn.LayerNorm(channels)
        self.attn = WindowAttention(channels, heads, window)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = Mlp(channels)

    def attend(self, y):
        """Padded, rolled, windowed attention; returns the shape it was given."""
        height, width = y.shape[1:3]
        down, right = -height % self.window, -width % self.window
        y = F.pad(y, (0, 0, 0, right, 0, down))
        padded, shift, mask = y.shape[1:3], self.window // 2, None
        if self.shifted:
            y = torch.roll(y, (-shift, -shift), (1, 2))
            mask = shift_mask(*padded, self.window)
        y = unpartition(self.attn(partition(y, self.window), mask), self.window, *padded)
        if self.shifted:
            y = torch.roll(y, (shift, shift), (1, 2))
        return y[:, :height, :width]

    def forward(self, x):
        x = x + self.attend(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class PatchMerging(nn.Module):
    """Halves the map: 2x2 cells become one of twice the channels."""

    def __init__(self, channels):
        super().__init__()
        self.norm = nn.LayerNorm(4 * channels)
        self.reduction = nn.Linear(4 * channels, 2 * channels, bias=False)

    def forward(self, x):
        x = F.pad(x, (0, 0, 0, x.shape[2] % 2, 0, x.shape[1] % 2))
        corners = (x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2])
        return self.reduction(self.norm(torch.cat(corners, -1)))


class Stage(nn.Module):
    """Blocks of one resolution and, but for the last stage, the merging after them."""

    def __init__(self, channels, depth, heads, window, last):
        super().__init__()
        self.blocks = nn.ModuleList(Block(channels, heads, window, index % 2 == 1) for index in range(depth))
        self.downsample = None if last else PatchMerging(channels)

    def forward(self, x):
        """Returns (stage output, input of the next stage)."""
        for block in self.blocks:
            x = block(x)
        return x, x if self.downsample is None else self.downsample(x)


class PatchEmbed(nn.Module):
    """4x4 pixels to one cell."""

    def __init__(self, channels):
        super().__init__()
        self.proj = nn.Conv2d(3, channels, 4, 4)
        self.norm = nn.LayerNorm(channels)

    def forward(self, image):
        return self.norm(self.proj(image).permute(0, 2, 3, 1))


class Swin(nn.Module):
    """Image [B, 3, H, W] -> [C3, C4, C5], each [B, C, H/s, W/s] with s = 8, 16, 32.

    There is no norm0: the first stage's output feeds only the next stage.
    """

    def __init__(self, config):
        super().__init__()
        channels = config.stage_channels
        self.patch_embed = PatchEmbed(channels[0])
        self.layers = nn.ModuleList(
            Stage(channels[s], config.depths[s], config.heads[s], config.window, s == 3) for s in range(4))
        for stage in (1, 2, 3):
            self.add_module("norm%d" % stage, nn.LayerNorm(channels[stage]))

    def forward(self, image):
        x, outputs = self.patch_embed(image), []
        for index, stage in enumerate(self.layers):
            y, x = stage(x)
            if index:
                outputs.append(getattr(self, "norm%d" % index)(y).permute(0, 3, 1, 2))
        return outputs
