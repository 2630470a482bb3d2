// compromise's nouns(), without punctuation at their ends.

import { require, run, version } from "./job.mjs";

const nlp = require("compromise");

// places returns the start and the end of every term of a parsed document, by
// sentence. compromise keeps a text as the terms and what is around them.
function places(document) {
  let at = 0;
  return document.map((sentence) =>
    sentence.map(({ pre, text, post }) => {
      const start = at + pre.length;
      const end = start + text.length;
      at = end + post.length;
      return { start, end };
    }),
  );
}

// trim takes what is neither letter nor number off both ends of a span.
function trim(caption, start, end) {
  const text = caption.slice(start, end);
  const lead = text.match(/^[^\p{L}\p{N}]+/u)?.[0].length ?? 0;
  const rest = text.slice(lead).replace(/[^\p{L}\p{N}]+$/u, "");
  return [start + lead, start + lead + rest.length];
}

run(() => {
  const find = (caption) => {
    const doc = nlp(caption);
    const terms = places(doc.document);
    return doc
      .nouns()
      .fullPointer.map(([sentence, first, end]) => trim(caption, terms[sentence][first].start, terms[sentence][end - 1].end))
      .filter(([start, end]) => end > start);
  };
  return { about: `compromise ${version("compromise")}`, find };
});
