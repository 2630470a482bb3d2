// Writes the golden files of this folder with the reference implementation, the
// Rust tokenizers of Hugging Face (npm @anush008/tokenizers 0.6.0):
//
//	npm install --no-save --prefix /tmp/reference @anush008/tokenizers@0.6.0
//	NODE_PATH=/tmp/reference/node_modules node testdata/reference.mjs
//
// run in the package's folder. See README.md for what each file holds. Given
// hexadecimal code points as arguments, it prints what codepoints.txt digests
// for them instead, to find out what differs.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { hardStrings } from "./hard.mjs";

const { Tokenizer } = createRequire(import.meta.url)("@anush008/tokenizers");

const vocabulary = readFileSync("uncased.txt", "utf8").trimEnd().split("\n");
const specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

// The published tokenizer.json of bert-base-uncased, less its post-processor.
const tokenizer = Tokenizer.fromString(JSON.stringify({
  version: "1.0",
  added_tokens: specials.map((content) => ({
    id: vocabulary.indexOf(content), content, special: true, normalized: false,
    single_word: false, lstrip: false, rstrip: false,
  })),
  normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  pre_tokenizer: { type: "BertPreTokenizer" },
  model: {
    type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100,
    vocab: Object.fromEntries(vocabulary.map((piece, id) => [piece, id])),
  },
}));

async function encode(text) {
  const encoding = await tokenizer.encode(text, null, { addSpecialTokens: false });
  return { ids: encoding.getIds(), offsets: encoding.getOffsets() };
}

async function writeGolden(path, texts) {
  const lines = [];
  for (const text of texts) {
    lines.push(JSON.stringify({ text, ...(await encode(text)) }));
  }
  writeFileSync(path, lines.join("\n") + "\n");
}

// describe is one line on one code point inside a word and alone.
async function describe(code) {
  const c = String.fromCodePoint(code);
  const { ids, offsets } = await encode(`a${c}b ${c}`);
  return `${code.toString(16)} ${ids.join(",")} ${offsets.flat().join(",")}\n`;
}

async function writeCodePoints(path, size) {
  const lines = [];
  for (let first = 0; first < 0x110000; first += size) {
    const hash = createHash("sha256");
    for (let code = first; code < first + size; code++) {
      if (code < 0xd800 || code > 0xdfff) hash.update(await describe(code));
    }
    lines.push(`${first.toString(16)} ${hash.digest("hex").slice(0, 16)}`);
  }
  writeFileSync(path, lines.join("\n") + "\n");
}

if (process.argv.length > 2) {
  for (const code of process.argv.slice(2)) process.stdout.write(await describe(parseInt(code, 16)));
} else {
  const captions = readFileSync("testdata/captions.jsonl", "utf8").trimEnd().split("\n").map((line) => JSON.parse(line).text);
  await writeGolden("testdata/captions.jsonl", captions);
  await writeGolden("testdata/hard.jsonl", hardStrings());
  await writeCodePoints("testdata/codepoints.txt", 4096);
}
