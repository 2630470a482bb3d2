"""Feature pyramid of GLIP (maskrcnn_benchmark/modeling/backbone/fpn.py): C3-C5 -> P3-P7."""
from torch import nn
from torch.nn import functional as F


class TopBlocks(nn.Module):
    """P6 and P7 by strided convolutions from P5's output."""

    def __init__(self, channels):
        super().__init__()
        self.p6 = nn.Conv2d(channels, channels, 3, 2, 1)
        self.p7 = nn.Conv2d(channels, channels, 3, 2, 1)

    def forward(self, p5):
        p6 = self.p6(p5)
        return [p6, self.p7(F.relu(p6))]


class FPN(nn.Module):
    """Lateral 1x1, nearest top-down additions, 3x3 outputs; no norm, no activation."""

    def __init__(self, config):
        super().__init__()
        for level, width in zip((2, 3, 4), config.stage_channels[1:]):
            self.add_module("fpn_inner%d" % level, nn.Conv2d(width, config.channels, 1))
            self.add_module("fpn_layer%d" % level, nn.Conv2d(config.channels, config.channels, 3, 1, 1))
        self.top_blocks = TopBlocks(config.channels)

    def forward(self, maps):
        """maps [C3, C4, C5] -> [P3, P4, P5, P6, P7]."""
        inner = self.fpn_inner4(maps[2])
        outputs = [self.fpn_layer4(inner)]
        for level in (3, 2):
            lateral = getattr(self, "fpn_inner%d" % level)(maps[level - 2])
            inner = lateral + F.interpolate(inner, size=lateral.shape[-2:], mode="nearest")
            outputs.insert(0, getattr(self, "fpn_layer%d" % level)(inner))
        return outputs + self.top_blocks(outputs[-1])
