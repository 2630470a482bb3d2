"""Noun phrases as the GLIP demo finds them, with NLTK.

Written from the description of the procedure (maskrcnn_benchmark/engine/
predictor_glip.py of GLIP): lower case, word_tokenize, pos_tag, a chunk grammar,
certain characters deleted, then a regular expression search of each phrase's
text in the caption. In favour of NLTK, the tagger and the chunk parser are made
once, not once a caption, and a span that is found more often counts once.

The job's options may name, as "model", a JSON file with the tagger's weights,
tagdict and classes; otherwise NLTK's own are looked up in its data folders.
"""

import json
import re

import nltk
from nltk.tag.perceptron import PerceptronTagger

import job

GRAMMAR = "NP: {<DT>?<JJ.*>*<NN.*>+}"
MISSING = (
    "NLTK fetches its tagger's weights (averaged_perceptron_tagger_eng) from a server of its own, "
    "not from PyPI, and none are in its data folders"
)
DELETED = str.maketrans("", "", "|:;@()[]{}^'\"’`?$%#!&*+,.")


def load(options):
    tagger, weights = make_tagger(options.get("model"))
    whole_lines = not has_data("tokenizers/punkt_tab/english/")
    parser = nltk.RegexpParser(GRAMMAR)

    def spans(caption):
        text = caption.lower()
        tokens = nltk.word_tokenize(text, preserve_line=whole_lines)
        tree = parser.parse(tagger.tag(tokens))
        found = set()
        for chunk in tree.subtrees(lambda t: t.label() == "NP"):
            phrase = " ".join(word for word, _ in chunk.leaves())
            phrase = phrase.translate(DELETED).strip()
            if phrase:
                found.update(search(phrase, text))
        return sorted(found)

    about = f"NLTK {nltk.__version__}, {weights}"
    if whole_lines:
        about += ", captions not split into sentences (as for Punkt's data)"
    return about, lambda captions: [spans(caption) for caption in captions]


def make_tagger(model):
    if not model:
        if not has_data("taggers/averaged_perceptron_tagger_eng/"):
            raise job.Unavailable(MISSING)
        return PerceptronTagger(), "its own tagger weights"
    tagger = PerceptronTagger(load=False)
    with open(model, encoding="utf-8") as file:
        tagger.decode_json_params(json.load(file))
    return tagger, "tagger weights of prose v2"


def has_data(name):
    try:
        nltk.data.find(name)
    except LookupError:
        return False
    return True


def search(phrase, text):
    """Every match of the phrase as a regular expression, as the demo does; an
    invalid expression matches nothing."""
    try:
        return [match.span() for match in re.finditer(phrase, text)]
    except re.error:
        return []


job.run(load)
