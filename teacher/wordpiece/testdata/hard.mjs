// Strings that tokenizers get wrong, the same ones at every call.

const written = [
  // accents, composed and combining, and what has no accent-free form
  "Café déjà vu à Zürich", "Cafe\u0301 de\u0301ja\u0300 vu", "e\u0301\u0302\u0323x", "\u0301alone", "a \u0301 b", "ﬁancée", "Ångström Å Å",
  "Łódź øre æther œuvre ßtraße ẞ", "İstanbul ISTANBUL ıi", "ΑΣΦΑΛΕΙΑ ὈΔΥΣΣΕΎΣ σς", "Ǆ ǅ ǆ", "x\u0304\u0300y\u0323\u0307", "naïve coöperate", "Việt Nam Đà Nẵng",
  "\u1e9b\u0323 \u0344 \u0958 \u0f43", "a\u035cb c\u0361d", "\u0130\u0307", "ᾳ ῼ ῲ", "Ω K Å ´ ` ;", "\u037e\u0387\u1fef\u1ffd",
  // CJK, kana, Hangul
  "一只猫 a cat", "猫cat犬dog", "東京タワー", "カタカナ ガギグ ﾊﾝｶｸ", "か\u3099き\u3099", "한국어 서울", "\u1112\u1161\u11ab 한", "각각a한b", "㐀㐁 𠀀𠀁 𪜀 𫝀 𫠠 𬺡", "豈更車 \u{2f800}",
  "、。「引用」", "全角ＡＢＣ１２３！", "々〆〇 ㍿ ㌔",
  // emoji
  "👨‍👩‍👧‍👦 family", "👍🏽 ok", "🇫🇷🇯🇵 flags", "❤️ heart ❤︎", "1️⃣ keycap #️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☃☂★♪", "cat😀dog", "🧑🏿‍🚀",
  // right to left, Indic, Thai
  "שלום עולם", "שָׁלוֹם", "السلام عليكم", "السَّلَامُ", "مرحبا، كيف؟", "हिन्दी में", "ক্ষ", "தமிழ்", "สวัสดีชาวโลก", "ไม่มี", "ພາສາລາວ", "བོད་ཡིག", "ကမ္ဘာ", "ភាសា", "\u200fRTL\u200e mark", "\u202eoverride\u202c",
  // controls, white space, zero width
  "a\u0000b", "a\u0001b\u007fc", "a\tb\nc\rd\r\ne", "a\u000bb\u000cc", "a\u0085b", "a\u00a0b", "a\u00adb soft\u00adhyphen", "a\u1680b\u2000c\u2003d\u2009e\u202ff\u205fg\u3000h", "a\u2028b\u2029c",
  "a\u200bb\u200cc\u200dd\u2060e\ufefff", "\ufeffbom first", "a\u180eb", "\ufffd", "a\ufffdb", "a\ue000b", "a\u{f0000}b", "a\ufdd0b\uffffc", "  spaced   out  ", "\n\n", " ", "", "\u200b", "\u0301", "\u034fx\u115fy",
  "\u{e0041}\u{e0042}tag", "a\ufe0fb", "\u061ca\u06dd\u070f\u08e2",
  // punctuation and symbols
  "a.b,c!d?e;f:g", "don't it's o'clock ‘quoted’ “double”", "e-mail—dash–en‑nb", "$5.00 £3 €2 ¥100 50%", "a_b c+d=e <tag> |x| ~y~ `z` ^w^", "¡hola! ¿qué?", "«guillemets» ‹x›", "…‥·•", "1/2 ½ ¼ x² H₂O", "©®™°±×÷", "(a)[b]{c}<d>", "##ing #hashtag ##",
  "http://example.org/a/b?c=d&e=f#g", "user@example.com", "C:\\path\\file.txt", "IMG_4894.JPG", "3.14159 1,000,000 1e-10", "a\u2044b", "-- --- ----", "!!!???", "''''", "*bold* _it_",
  // compatibility forms, alphabets of mathematics
  "ﬀ ﬁ ﬂ ﬃ ﬄ ﬅ ﬆ", "①②③ ⑴ ⒜ Ⓐ", "𝐀𝐁𝐂 𝒜 𝔄 𝕬 𝟘𝟙", "Ⅷ ⅷ ㎏ ㏒", "ｈｅｌｌｏ", "ªº ¹²³", "ŉ ǰ ΐ", "ℌ ℕ ℃ Å",
  // literal special tokens
  "[MASK]", "a [MASK] b", "a[MASK]b", "[CLS] x [SEP]", "[PAD][UNK][MASK]", "[mask] [Mask]", "[ MASK ]", "[MASK", "MASK]", "[[MASK]]", "[MA\u200bSK]", "[MASK]\u0301x", "é[SEP]é", "[unused0] [unused99]", "[UNK]ing", "漢[MASK]字",
  // word length
  "a".repeat(99), "a".repeat(100), "a".repeat(101), "a".repeat(150), "é".repeat(100), "é".repeat(101), "e\u0301".repeat(100), "한".repeat(33), "한".repeat(34), "가".repeat(50), "가".repeat(51), "x".repeat(150) + " y " + "z".repeat(150) + ".", "a\u200b".repeat(100), "a\u200b".repeat(101),
  "antidisestablishmentarianism", "pneumonoultramicroscopicsilicovolcanoconiosis", "Donaudampfschifffahrtsgesellschaftskapitän", "aaaaaaaaaaaaaaaaaaaaaaaaé", "catécat", "zzzzqqqqxxxx", "unaffable", "cat\u2603s",
];

// Blocks from which random strings draw, with a taste of English between.
const blocks = [
  [0x20, 0x7e], [0x80, 0xff], [0x100, 0x24f], [0x300, 0x36f], [0x370, 0x3ff], [0x400, 0x52f], [0x590, 0x5ff], [0x600, 0x6ff],
  [0x900, 0x97f], [0x980, 0xdff], [0xe00, 0xeff], [0x1100, 0x11ff], [0x1e00, 0x1eff], [0x1f00, 0x1fff], [0x2000, 0x206f],
  [0x2070, 0x21ff], [0x2460, 0x27bf], [0x3000, 0x30ff], [0x3400, 0x3fff], [0x4e00, 0x9fff], [0xac00, 0xd7a3], [0xf900, 0xfaff],
  [0xfb00, 0xfdff], [0xfe00, 0xffef], [0x10000, 0x11fff], [0x1d000, 0x1d7ff], [0x1f300, 0x1faff], [0x20000, 0x2ceaf], [0xe0000, 0xe01ef],
];
const words = ["a", "cat", "the ", " red", "Ing", "run", "'s", " ", ".", "7", "É"];

// mulberry32, a public-domain generator of a few lines.
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function hardStrings() {
  const next = random(1);
  const below = (n) => Math.floor(next() * n);
  const texts = [...written];
  while (texts.length < 700) {
    const drawn = [blocks[below(blocks.length)], blocks[below(blocks.length)]];
    let text = "";
    for (let left = 3 + below(20); left > 0; left--) {
      const [low, high] = drawn[below(2)];
      text += next() < 0.3 ? words[below(words.length)] : String.fromCodePoint(low + below(high - low + 1));
    }
    texts.push(text);
  }
  return texts;
}
