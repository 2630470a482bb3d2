"""From a decoded picture to GLIP's input tensor (maskrcnn_benchmark/data/transforms)."""
import numpy as np
from PIL import Image

MEAN = np.array([103.530, 116.280, 123.675], np.float32)  # B, G, R
STD = np.array([57.375, 57.120, 58.395], np.float32)
DIVISOR = 32


def target_size(width, height, min_size, max_size):
    """(width, height) after the official resize rule: short side to min_size, long side at most max_size."""
    short, long = min(width, height), max(width, height)
    size = min_size
    if long / short * size > max_size:
        size = int(round(max_size * short / long))
    if short == size:
        return width, height
    if width < height:
        return size, int(size * height / width)
    return int(size * width / height), size


def resize(image, min_size, max_size):
    """PIL image -> PIL RGB image, Pillow BILINEAR on bytes."""
    image = image.convert("RGB")
    size = target_size(*image.size, min_size, max_size)
    return image if size == image.size else image.resize(size, Image.BILINEAR)


def normalise(pixels):
    """uint8 RGB [H, W, 3] -> float32 BGR [3, H, W]."""
    return ((pixels[:, :, ::-1].astype(np.float32) - MEAN) / STD).transpose(2, 0, 1)


def batch(images):
    """Normalised images -> [B, 3, H, W], zeros at the bottom and right up to multiples of 32."""
    height, width = (-(-max(i.shape[axis] for i in images) // DIVISOR) * DIVISOR for axis in (1, 2))
    out = np.zeros((len(images), 3, height, width), np.float32)
    for row, image in zip(out, images):
        row[:, :image.shape[1], :image.shape[2]] = image
    return out
