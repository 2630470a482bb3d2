// Noun phrases from winkNLP's part-of-speech tags, with a chunk grammar.
//
// winkNLP has no noun phrases of its own. The job's option "grammar" is "glip",
// GLIP's grammar in the universal tags that winkNLP has, or "extended", which
// adds numerals, possessive pronouns and "'s".

import { require, run, version } from "./job.mjs";

const wink = require("wink-nlp");
const model = require("wink-eng-lite-web-model");

const grammars = {
  glip: /D?A*N+/g,
  extended: /[DUP]{0,3}[AU]*N+(?:SA*N+)*/g,
};

// letters stand for the tags that a grammar looks at; any other is "-".
const letters = { DET: "D", ADJ: "A", NOUN: "N", PROPN: "N", NUM: "U" };

const possessive = new Set(["my", "your", "his", "her", "its", "our", "their"]);

function letter(tag, value) {
  if (tag === "PRON" && possessive.has(value.toLowerCase())) return "P";
  if (tag === "PART" && (value === "'s" || value === "’s" || value === "'")) return "S";
  return letters[tag] ?? "-";
}

run(({ grammar }) => {
  const nlp = wink(model, ["sbd", "pos"]);
  const { its } = nlp;
  const pattern = grammars[grammar];
  const find = (caption) => {
    const tokens = nlp.readDoc(caption).tokens();
    const values = tokens.out(its.value);
    const tags = tokens.out(its.pos);
    const spaces = tokens.out(its.precedingSpaces);
    let sequence = "";
    let end = 0;
    const ends = values.map((value, i) => {
      sequence += letter(tags[i], value);
      return (end += spaces[i].length + value.length);
    });
    return Array.from(sequence.matchAll(pattern), ({ 0: match, index }) => {
      const last = index + match.length - 1;
      return [ends[index] - values[index].length, ends[last]];
    });
  };
  const about = `winkNLP ${version("wink-nlp")}, wink-eng-lite-web-model ${version("wink-eng-lite-web-model")}`;
  return { about, find };
});
