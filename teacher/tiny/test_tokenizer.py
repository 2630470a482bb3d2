"""The tokenizer's rules, on a small vocabulary."""
import unittest

from tokenizer import Tokenizer, build_vocabulary, span_tokens

WORDS = "a red apple apples mice mouse car glass fox foxes".split()


class WordPiece(unittest.TestCase):
    def setUp(self):
        self.tokenizer = Tokenizer(build_vocabulary(WORDS))

    def pieces(self, text):
        ids, _ = self.tokenizer.encode(text)
        return [self.tokenizer.vocabulary[i] for i in ids[1:-1]]

    def test_pieces(self):
        cases = {
            "A red Apple.": ["a", "red", "apple", "."],
            "apples, foxes": ["apple", "##s", ",", "fox", "##es"],
            "carpet": ["car", "##p", "##e", "##t"],
            "caf\u00e9": ["c", "##a", "##f", "##e"],
            "\u732b car": ["[UNK]", "car"],
            "a" * 101: ["[UNK]"],
            "": [],
        }
        for text, want in cases.items():
            with self.subTest(text=text):
                self.assertEqual(self.pieces(text), want)

    def test_special_names_first(self):
        self.assertEqual(self.tokenizer.vocabulary[:5], ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])

    def test_every_ascii_string_has_pieces(self):
        text = " ".join(chr(c) * 3 for c in range(33, 127))
        self.assertNotIn("[UNK]", self.pieces(text))

    def test_offsets_are_code_points_of_the_original(self):
        text = "\u00c9 red apples"
        _, offsets = self.tokenizer.encode(text)
        self.assertEqual([text[s:e] for s, e in offsets], ["", "\u00c9", "red", "apple", "s", ""])

    def test_span_tokens(self):
        _, offsets = self.tokenizer.encode("a red apple")
        self.assertEqual(span_tokens(offsets, 0, 11), [1, 2, 3])
        self.assertEqual(span_tokens(offsets, 1, 5), [2])
        self.assertEqual(span_tokens(offsets, 20, 25), [])

    def test_long_text_is_cut(self):
        ids, offsets = self.tokenizer.encode("a " * 300)
        self.assertEqual((len(ids), len(offsets)), (256, 256))


if __name__ == "__main__":
    unittest.main()
