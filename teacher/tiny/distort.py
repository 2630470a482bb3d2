"""Caption changes for training: unknown words and appended captions of other scenes.

Both teach that words without a picture get no box: a phrase whose noun is a made-up
word, and whole captions about things that are not there (GLIP packs such captions too).
"""
import string
from dataclasses import replace

from scenes import Phrase

UNKNOWN = 0.10   # share of captions with a made-up noun
PACKED = 0.10    # share of captions followed by another scene's caption


def made_up(rng, noun):
    """A word that is no noun of ours: random letters, sometimes after the start of a real one."""
    letters = "".join(rng.choice(string.ascii_lowercase) for _ in range(rng.randint(3, 7)))
    head = noun.split()[0]
    return head[:rng.randint(2, len(head))] + letters[:4] if rng.random() < 0.3 and len(head) > 2 else letters


def move(phrase, distance):
    return replace(phrase, start=phrase.start + distance, end=phrase.end + distance)


def replace_noun(rng, caption, phrases):
    """One phrase's last word becomes a made-up one and the phrase loses its boxes."""
    index = rng.randrange(len(phrases))
    phrase = phrases[index]
    begin = caption.rfind(" ", phrase.start, phrase.end) + 1 or phrase.start
    begin = max(begin, phrase.start)
    word = made_up(rng, phrase.noun)
    growth = len(word) - (phrase.end - begin)
    changed = Phrase(phrase.start, phrase.end + growth, word, [])
    after = [move(p, growth) if p.start >= phrase.end else p for p in phrases[index + 1:]]
    return caption[:begin] + word + caption[phrase.end:], phrases[:index] + [changed] + after


def pack(caption, phrases, other):
    """Appends another scene's caption if it shares no noun; its phrases get no boxes."""
    if {p.noun for p in phrases} & {p.noun for p in other.phrases}:
        return caption, phrases
    joint = caption.rstrip(" .") + ". "
    strangers = [Phrase(p.start, p.end, p.noun, []) for p in other.phrases]
    return joint + other.caption, phrases + [move(p, len(joint)) for p in strangers]


def distort(rng, scene, other):
    """(caption, phrases) of a scene, changed now and then."""
    caption, phrases = scene.caption, scene.phrases
    if phrases and rng.random() < UNKNOWN:
        caption, phrases = replace_noun(rng, caption, phrases)
    if rng.random() < PACKED:
        caption, phrases = pack(caption, phrases, other)
    return caption, phrases
