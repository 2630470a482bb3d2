"""Batches for training: scenes of one size, their boxes and the tokens that name each box."""
import random
from dataclasses import dataclass

import numpy as np
import torch
from PIL import ImageEnhance

import pixels
from distort import distort
from scenes import read_shard, shards
from tokenizer import span_tokens


@dataclass
class Batch:
    """image [B, 3, H, W]; ids, mask [B, L]; boxes [B, G, 4] inclusive, valid [B, G], tokens [B, G, L]."""

    image: torch.Tensor
    ids: torch.Tensor
    mask: torch.Tensor
    boxes: torch.Tensor
    valid: torch.Tensor
    tokens: torch.Tensor


@dataclass
class Sample:
    """One prepared scene: normalised image, ids and {inclusive box: token indices}."""

    image: np.ndarray
    ids: list
    owners: dict


def owners(phrases, offsets, scale):
    """{box: tokens of all phrases that name it}; scale (sx, sy) maps to the resized picture."""
    found, (sx, sy) = {}, scale
    for phrase in phrases:
        tokens = span_tokens(offsets, phrase.start, phrase.end)
        for x1, y1, x2, y2 in phrase.boxes:
            box = (x1 * sx, y1 * sy, x2 * sx - 1, y2 * sy - 1)
            found.setdefault(box, set()).update(tokens)
    return found


def jitter(rng, image):
    """Small changes of brightness and contrast."""
    image = ImageEnhance.Brightness(image).enhance(rng.uniform(0.8, 1.2))
    return ImageEnhance.Contrast(image).enhance(rng.uniform(0.8, 1.2))


def prepare(image, caption, phrases, tokenizer, sizes):
    """Sample of a decoded picture; sizes (min, max) or None to keep the picture's own."""
    width, height = image.size
    if sizes:
        image = pixels.resize(image, *sizes)
    ids, offsets = tokenizer.encode(caption)
    scale = image.size[0] / width, image.size[1] / height
    return Sample(pixels.normalise(np.asarray(image)), ids, owners(phrases, offsets, scale))


def text_tensors(rows):
    """ids and mask [B, L] padded to the longest row with [PAD] = 0."""
    ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
    mask = np.zeros(ids.shape, np.float32)
    for i, row in enumerate(rows):
        ids[i, :len(row)], mask[i, :len(row)] = row, 1
    return torch.from_numpy(ids), torch.from_numpy(mask)


def collate(samples):
    """Batch of prepared samples."""
    ids, mask = text_tensors([s.ids for s in samples])
    count = max(1, max(len(s.owners) for s in samples))
    boxes = np.zeros((len(samples), count, 4), np.float32)
    valid = np.zeros((len(samples), count), bool)
    tokens = np.zeros((len(samples), count, ids.shape[1]), np.float32)
    for i, sample in enumerate(samples):
        for j, (box, named) in enumerate(sample.owners.items()):
            boxes[i, j], valid[i, j] = box, True
            tokens[i, j, list(named)] = 1
    image = torch.from_numpy(pixels.batch([s.image for s in samples]))
    return Batch(image, ids, mask, *map(torch.from_numpy, (boxes, valid, tokens)))


UNIT = 128 * 128  # pixels; batches hold equal numbers of them, so processes stay in step


class Stream:
    """Endless batches from one folder: shards dealt to `ranks`, shuffled, grouped by picture size.

    `size` is the number of 128 x 128 pictures in a batch; of larger ones there are fewer.
    """

    def __init__(self, folder, tokenizer, size, rank, ranks, seed, sizes=None):
        self.folder, self.tokenizer, self.size, self.sizes = folder, tokenizer, size, sizes
        self.rank, self.ranks = rank, ranks
        self.rng = random.Random(seed * 1000 + rank)

    def scenes(self):
        """Scenes forever; the folder is listed anew each round, so it may grow."""
        while True:
            own = shards(self.folder)[self.rank::self.ranks] or shards(self.folder)
            self.rng.shuffle(own)
            for path in own:
                found = read_shard(path)
                self.rng.shuffle(found)
                yield from zip(found, found[1:] + found[:1])

    def sample(self, scene, other):
        caption, phrases = distort(self.rng, scene, other)
        image = jitter(self.rng, scene.image())
        return prepare(image, caption, phrases, self.tokenizer, self.sizes)

    def batches(self):
        waiting = {}
        for scene, other in self.scenes():
            sample = self.sample(scene, other)
            group = waiting.setdefault(sample.image.shape, [])
            group.append(sample)
            if len(group) >= self.room(sample.image):
                yield collate(waiting.pop(sample.image.shape))

    def room(self, image):
        """Pictures of this size in a batch."""
        return max(1, self.size * UNIT // (image.shape[1] * image.shape[2]))
