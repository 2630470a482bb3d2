"""Boxes, anchors, assignment and sizes against worked examples."""
import unittest

import torch

from anchors import anchors, decode, giou, iou, level_anchors
from assign import assign, centres
from pixels import target_size


class Boxes(unittest.TestCase):
    def test_decode(self):
        got = decode(torch.tensor([1.0, -2.0, 0.5, -0.5]), torch.tensor([52.0, 12.0, 115.0, 75.0]))
        want = torch.tensor([55.0345306, 2.2452026, 124.7654694, 59.1547974])
        self.assertTrue(torch.allclose(got, want, atol=1e-4), got)

    def test_first_anchor_of_each_level(self):
        for stride, low, high in ((8, -28, 35), (16, -56, 71), (32, -112, 143), (64, -224, 287), (128, -448, 575)):
            self.assertEqual(level_anchors(stride, 1, 1).tolist(), [[low, low, high, high]])

    def test_overlap_counts_pixels(self):
        a, b = torch.tensor([0.0, 0, 9, 9]), torch.tensor([0.0, 0, 9, 4])
        self.assertAlmostEqual(iou(a, b).item(), 0.5)
        self.assertAlmostEqual(giou(a, b).item(), 0.5)
        self.assertLess(giou(a, b + 100).item(), 0)


class Assignment(unittest.TestCase):
    def test_centres_lie_in_their_objects(self):
        anchor, counts = anchors(256, 256)
        boxes = torch.tensor([[[10.0, 10, 60, 70], [100, 90, 250, 240], [0, 0, 0, 0]]])
        owner = assign(anchor, counts, boxes, torch.tensor([[True, True, False]]))[0]
        self.assertEqual(sorted(set(owner.tolist())), [-1, 0, 1])
        place, mine = centres(anchor)[owner >= 0], boxes[0][owner[owner >= 0]]
        self.assertTrue(((place >= mine[:, :2]) & (place <= mine[:, 2:])).all())


class Sizes(unittest.TestCase):
    def test_official_examples(self):
        cases = {(640, 480): (1066, 800), (1920, 1080): (1333, 750), (2000, 300): (1333, 200),
                 (333, 500): (800, 1201), (1333, 800): (1333, 800), (100, 3000): (44, 1320)}
        for size, want in cases.items():
            self.assertEqual(target_size(*size, 800, 1333), want)


if __name__ == "__main__":
    unittest.main()
