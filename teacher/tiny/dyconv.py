"""Dynamic head block (maskrcnn_benchmark/modeling/rpn/vldyhead.py, class DyConv).

The deformable convolution (Zhu et al. 2018, "v2", modulated) is written as nine
grid_sample taps and a 1x1 convolution: on CPUs its backward is six times faster
than torchvision's kernel, and zero padding with align_corners=False is exactly
the border rule of GLIP's CUDA kernel.
"""
import torch
from torch import nn
from torch.nn import functional as F

TAPS = 9
GROUPS = 16


def hardsigmoid(x):
    return F.relu6(x + 3) / 6


def sample_points(offset, stride, height, width):
    """Grid [B, 9 * Ho, Wo, 2] for grid_sample from offset [B, 18, Ho, Wo], (y, x) per tap."""
    batch, _, rows, cols = offset.shape
    offset = offset.view(batch, TAPS, 2, rows, cols)
    tap = torch.arange(3.0) - 1
    y = torch.arange(float(rows))[:, None] * stride + tap.repeat_interleave(3)[:, None, None] + offset[:, :, 0]
    x = torch.arange(float(cols)) * stride + tap.repeat(3)[:, None, None] + offset[:, :, 1]
    grid = torch.stack(((2 * x + 1) / width - 1, (2 * y + 1) / height - 1), -1)
    return grid.view(batch, TAPS * rows, cols, 2)


def deform_conv(x, offset, mask, conv, stride):
    """Modulated deformable 3x3 convolution; offset [B, 18, Ho, Wo], mask [B, 9, Ho, Wo]."""
    rows, cols = offset.shape[-2:]
    grid = sample_points(offset, stride, *x.shape[-2:])
    taps = F.grid_sample(x, grid, "bilinear", "zeros", align_corners=False)
    taps = taps.view(*x.shape[:2], TAPS, rows, cols) * mask[:, None]
    return F.conv2d(taps.flatten(1, 2), conv.weight.flatten(1)[:, :, None, None], conv.bias)


def reread(x, channels, height, width):
    """The first values of each image's flat buffer as [B, channels, height, width].

    The official kernel indexes offsets made for level l with the output strides of
    the smaller level l+1 and checks nothing, so this scrambled part is what the
    weights were trained with (GLIP issue 62, DynamicHead issue 25).
    """
    return x.flatten(1)[:, :channels * height * width].view(-1, channels, height, width)


class DyReLU(nn.Module):
    """Per-channel maximum of two lines whose coefficients depend on the image."""

    def __init__(self, channels):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(channels, channels // 4), nn.ReLU(),
                                nn.Linear(channels // 4, 4 * channels))

    def forward(self, y):
        z = hardsigmoid(self.fc(y.mean((2, 3))))[:, :, None, None]
        a1, b1, a2, b2 = z.chunk(4, 1)
        return torch.max(y * (a1 * 2) + b1 - 0.5, y * (a2 * 2 - 1) + b2 - 0.5)


class DeformNorm(nn.Module):
    """One deformable convolution with its group norm; `conv` holds the weights only."""

    def __init__(self, channels, stride):
        super().__init__()
        self.stride = stride
        self.conv = nn.Conv2d(channels, channels, 3, stride, 1)
        self.bn = nn.GroupNorm(GROUPS, channels)

    def forward(self, x, offset, mask):
        """offset None stands for zero offsets and a mask of 0.5: a plain convolution."""
        if offset is None:
            return self.bn(F.conv2d(x, 0.5 * self.conv.weight, self.conv.bias, self.stride, 1))
        return self.bn(deform_conv(x, offset, mask, self.conv, self.stride))


class DyConv(nn.Module):
    """Mixes each level with its neighbours, gated by level attention, then DyReLU."""

    def __init__(self, config):
        super().__init__()
        channels = config.channels
        self.DyConv = nn.ModuleList(DeformNorm(channels, stride) for stride in (1, 1, 2))
        self.AttnConv = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, 1, 1), nn.ReLU())
        self.relu = DyReLU(channels)
        self.offset = nn.Conv2d(channels, 3 * TAPS, 3, 1, 1)
        self.plain = False  # True while the offset branch is known to be zero

    def shape_of(self, x):
        """(offset, mask) of a level, or (None, None) in plain mode."""
        if self.plain:
            return None, None
        out = self.offset(x)
        return out[:, :2 * TAPS], out[:, 2 * TAPS:].sigmoid()

    def terms(self, maps, level):
        """The two or three convolutions that make up a level's new map."""
        x = maps[level]
        offset, mask = self.shape_of(x)
        out = [self.DyConv[1](x, offset, mask)]
        if level > 0:
            out.append(self.DyConv[2](maps[level - 1], offset, mask))
        if level + 1 < len(maps):
            above = maps[level + 1]
            if offset is not None:
                offset = reread(offset, 2 * TAPS, *above.shape[-2:])
                mask = reread(mask, TAPS, *above.shape[-2:])
            y = self.DyConv[0](above, offset, mask)
            out.append(F.interpolate(y, size=x.shape[-2:], mode="bilinear", align_corners=True))
        return out

    def forward(self, maps):
        outputs = []
        for level in range(len(maps)):
            terms = self.terms(maps, level)
            gated = sum(hardsigmoid(self.AttnConv(term)) * term for term in terms)
            outputs.append(self.relu(gated / len(terms)))
        return outputs
