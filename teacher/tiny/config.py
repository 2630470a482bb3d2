"""Sizes of a GLIP model, from which every tensor shape follows.

One parametric architecture covers the official GLIP-T (Swin-T, 6 head blocks,
BERT base), the random-weight reference model and the tiny teacher trained here.
"""
from dataclasses import dataclass

LEVEL_STRIDES = (8, 16, 32, 64, 128)  # P3..P7; anchor side is 8 strides


@dataclass(frozen=True)
class Config:
    """Widths, depths and counts; the defaults are the tiny teacher's."""

    embed: int = 32                      # Swin channels after the patch embedding
    depths: tuple = (2, 2, 2, 2)         # Swin blocks per stage
    heads: tuple = (1, 2, 4, 8)          # attention heads per stage
    window: int = 4                      # Swin window, cells
    channels: int = 64                   # FPN and head channels
    blocks: int = 2                      # (fusion, BERT layer, DyConv) triples in the head
    fuse_embed: int = 256                # fusion width, split in 8 heads
    bert_hidden: int = 128               # text width; heads are hidden / 64
    bert_layers: int = 2
    bert_intermediate: int = 512
    vocab: int = 512                     # word pieces
    positions: int = 256                 # longest text, pieces

    @property
    def stage_channels(self):
        """Channels of the four Swin stages."""
        return [self.embed << stage for stage in range(4)]

    @classmethod
    def from_reference(cls, entry):
        """Config of a reference file such as glip-mini.json (its `config` object)."""
        names = ("embed", "window", "channels", "blocks", "fuse_embed",
                 "bert_hidden", "bert_layers", "bert_intermediate", "vocab")
        sizes = {name: entry[name] for name in names}
        return cls(depths=tuple(entry["depths"]), heads=tuple(entry["heads"]),
                   positions=entry.get("positions", 512), **sizes)
