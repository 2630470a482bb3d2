"""BERT's uncased WordPiece over a vocabulary of our own, with offsets.

The same algorithm as the reference tokenizer: clean, strip accents, lower-case,
isolate punctuation, then greedy longest match. Offsets are half-open code points
of the original string.
"""
import string
import unicodedata

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
LONGEST_WORD = 100


def build_vocabulary(words):
    """Word pieces for a word list: special names, single characters, then the words.

    A regular plural whose singular is listed is left to the pieces `##s` and `##es`,
    so that the model learns the noun once.
    """
    words = sorted(set(words))
    known = set(words)
    letters = string.ascii_lowercase + string.digits
    pieces = list(SPECIAL) + list(string.punctuation) + list(letters) + ["##" + c for c in letters] + ["##es"]
    for word in words:
        plural = any(word.endswith(end) and word[:-len(end)] in known for end in ("s", "es"))
        if not plural and word not in pieces:
            pieces.append(word)
    return pieces


def is_punctuation(c):
    return c in string.punctuation or unicodedata.category(c).startswith("P")


def is_ideograph(c):
    spans = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
             (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))
    return any(low <= ord(c) <= high for low, high in spans)


def normalise(c):
    """What one character of the caption becomes: '', a space, or lower-case base characters."""
    if c.isspace() or c in "\t\n\r":
        return " "
    if c == "\ufffd" or unicodedata.category(c).startswith("C"):
        return ""
    base = "".join(d for d in unicodedata.normalize("NFD", c) if unicodedata.category(d) != "Mn")
    return base.lower()


def words(text):
    """Yields words as lists of (character, start, end) with offsets into text."""
    word = []
    for place, c in enumerate(text):
        clean = normalise(c)
        alone = any(is_punctuation(d) or is_ideograph(d) for d in clean)
        if (clean == " " or alone) and word:
            yield word
            word = []
        if alone:
            yield [(d, place, place + 1) for d in clean]
        elif clean != " ":
            word += [(d, place, place + 1) for d in clean]
    if word:
        yield word


class Tokenizer:
    """Text to piece ids and offsets."""

    def __init__(self, vocabulary):
        self.vocabulary = list(vocabulary)
        self.ids = {piece: i for i, piece in enumerate(self.vocabulary)}

    def pieces(self, word):
        """[(id, start, end)] of one word; a single [UNK] when any rest is unmatched."""
        letters, found, at = "".join(c for c, _, _ in word), [], 0
        while at < len(letters) <= LONGEST_WORD:
            for end in range(len(letters), at, -1):
                piece = ("##" if at else "") + letters[at:end]
                if piece in self.ids:
                    found.append((self.ids[piece], word[at][1], word[end - 1][2]))
                    at = end
                    break
            else:
                break
        if at < len(letters):
            return [(self.ids["[UNK]"], word[0][1], word[-1][2])]
        return found

    def encode(self, text, longest=256):
        """(ids, offsets) with [CLS] and [SEP], cut to `longest` pieces; special offsets are (0, 0)."""
        body = [piece for word in words(text) for piece in self.pieces(word)][:longest - 2]
        ids = [self.ids["[CLS]"]] + [i for i, _, _ in body] + [self.ids["[SEP]"]]
        return ids, [(0, 0)] + [(s, e) for _, s, e in body] + [(0, 0)]


def char_to_token(offsets, place):
    """Index of the first piece that covers a character, or None."""
    return next((i for i, (start, end) in enumerate(offsets) if start <= place < end), None)


def first_token(offsets, places):
    found = (char_to_token(offsets, place) for place in places)
    return next((token for token in found if token is not None), None)


def span_tokens(offsets, start, end):
    """Token indices of the span [start, end) by GLIP's rule (predictor_glip.py:425-458)."""
    first = first_token(offsets, (start, start + 1, start + 2))
    last = first_token(offsets, (end - 1, end - 2, end - 3))
    return [] if first is None or last is None else list(range(first, last + 1))
