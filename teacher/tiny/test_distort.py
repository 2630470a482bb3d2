"""Changed captions keep their spans."""
import random
import unittest

from distort import made_up, pack, replace_noun
from scenes import Phrase, Scene

CAPTION = "two red apples next to the dog"
PHRASES = [Phrase(0, 14, "apple", [[0, 0, 9, 9]]), Phrase(23, 30, "dog", [[5, 5, 9, 9]])]
OTHER = Scene("1", b"", "a cat and a key", [Phrase(0, 5, "cat", [[1, 1, 4, 4]]), Phrase(10, 15, "key", [])], [])


class Spans(unittest.TestCase):
    def test_replaced_noun(self):
        for seed in range(50):
            caption, phrases = replace_noun(random.Random(seed), CAPTION, PHRASES)
            texts = [caption[p.start:p.end] for p in phrases]
            changed = [p for p in phrases if not p.boxes]
            self.assertEqual(len(changed), 1)
            self.assertTrue(caption[changed[0].start:changed[0].end].endswith(changed[0].noun))
            self.assertTrue(texts[0] == "two red apples" or texts[1] == "the dog", texts)

    def test_packed(self):
        caption, phrases = pack(CAPTION, PHRASES, OTHER)
        self.assertEqual([caption[p.start:p.end] for p in phrases], ["two red apples", "the dog", "a cat", "a key"])
        self.assertEqual([bool(p.boxes) for p in phrases], [True, True, False, False])

    def test_not_packed_with_a_shared_noun(self):
        other = Scene("2", b"", "a dog", [Phrase(0, 5, "dog", [])], [])
        self.assertEqual(pack(CAPTION, PHRASES, other), (CAPTION, PHRASES))

    def test_made_up_words_have_letters_only(self):
        for seed in range(50):
            self.assertTrue(made_up(random.Random(seed), "hot dog").isalpha())


if __name__ == "__main__":
    unittest.main()
