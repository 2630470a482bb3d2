// Package wordpiece cuts captions into the word pieces of BERT's uncased
// vocabulary and says where in the caption each piece is.
//
//	t := wordpiece.Uncased()
//	for _, p := range t.Encode("Two croissants") {
//		fmt.Println(p.ID, p.Start, p.End) // 2048 0 3 is "two", then come "cr", "##ois", ...
//	}
//
// # Units and invariants
//
// Start and End are Unicode code points of the text as given, half-open, what
// Python slices: never bytes, never positions in the normalised text. A byte
// that is not valid UTF-8 counts as one code point and gives no piece. Pieces
// come in order: 0 <= Start < End <= code points of the text, and no piece
// starts before its predecessor starts. Pieces made of one code point
// (the jamo of a Hangul syllable, say) share its offsets.
//
// No [CLS] or [SEP] is added and nothing is cut off: that is the caller's
// prompt. The literal texts [CLS], [SEP], [PAD], [UNK] and [MASK] in a caption
// do become those tokens, as in Hugging Face's tokenizers.
//
// # What it equals
//
// Results are those of Hugging Face's Rust tokenizers with the published
// bert-base-uncased (BertNormalizer, BertPreTokenizer, WordPiece), ids and
// offsets, including what that implementation's Unicode 8 tables make of newer
// characters. Goldens made with it cover every code point; see testdata.
//
// Package teacher/glip turns pieces into a model's prompt and spans into sets of
// pieces.
package wordpiece
