"""Checks against tensors of the official PyTorch modules (python3 -m unittest, from this folder).

The reference files lie beside the repository, in ../shared/data/glip of its root;
without them these tests are skipped.
"""
import pathlib
import unittest

import numpy as np
import torch

from checkpoint import load_official, read
from config import Config
from model import GLIP
from postprocess import detections
from reference import Reference

GLIP_DATA = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "glip"
TOLERANCE = 1e-4


@unittest.skipUnless((GLIP_DATA / "glip-mini.pth").exists(), "no %s: reference tensors are absent" % GLIP_DATA)
class OfficialModules(unittest.TestCase):
    """The random-weight mini model, three cases, every stage."""

    @classmethod
    def setUpClass(cls):
        torch.manual_seed(0)
        cls.reference = Reference(GLIP_DATA / "glip-mini.json")
        model = GLIP(Config.from_reference(cls.reference.config))
        cls.model = load_official(model, read(GLIP_DATA / "glip-mini.pth")["model"]).eval()

    def run_case(self, name):
        """Stage name -> our tensor."""
        image, ids, mask = (torch.from_numpy(self.reference.tensor("%s/%s" % (name, part)))
                            for part in ("input", "input_ids", "attention_mask"))
        found = {}
        with torch.no_grad():
            out = self.model(image, ids, mask, lambda stage, tensor: found.update({stage: tensor}))
        found.update(zip(("logits", "bbox", "centerness"), out))
        return found, mask.numpy().astype(bool)

    def test_every_stage(self):
        for case in self.reference.cases:
            found, mask = self.run_case(case["name"])
            for stage, tensor in found.items():
                with self.subTest(case=case["name"], stage=stage):
                    want, got = self.reference.tensor("%s/%s" % (case["name"], stage)), tensor.numpy()
                    want = want.reshape(got.shape)
                    self.assertLessEqual(np.abs(want - got).max(), TOLERANCE)

    def test_detections(self):
        for case in self.reference.cases:
            names = ("logits", "bbox", "centerness")
            outputs = [self.reference.tensor("%s/%s" % (case["name"], name)) for name in names]
            for index, image in enumerate(case["images"]):
                parts = [out[index] for out in outputs]
                parts[2] = parts[2].reshape(-1)
                got = detections(*parts, image["phrase_tokens"], case["padded"], image["resized"],
                                 (image["height"], image["width"]))
                with self.subTest(case=case["name"], image=index):
                    self.compare(np.array(image["detections"]), got)

    def compare(self, want, got):
        """Equal as sets: each expected row has a partner within 1e-4 in score and 0.01 px."""
        self.assertEqual(len(want), len(got))
        for row in want:
            same = (got[:, 1] == row[1]) & (np.abs(got[:, 0] - row[0]) <= 1e-4)
            self.assertTrue((same & (np.abs(got[:, 2:] - row[2:]).max(1) <= 0.01)).any(), row)


if __name__ == "__main__":
    unittest.main()
