// Package token cuts captions into words and marks and says where in the
// caption each lies.
//
// Tokens are half-open byte ranges in rising order that do not overlap and lie
// on code point borders of a caption in valid UTF-8. A word is letters, digits
// and combining marks with inner - ' . _ & and, between digits, also , : and /;
// English clitics ('s, n't, ...) are tokens of their own; a run of one
// punctuation mark is one token; #x, @x, <PERSON> and URLs are one token each.
// Spaces, control and zero-width characters belong to no token. HTML tags,
// emoji and other pictures belong to none either and mark the next token as
// the start of a new part. HTML entities count as the character they name.
//
// The time is linear in the length of any text, and the package keeps no state:
//
//	toks := token.Append(nil, "the man's <b>hat</b>")
//	for _, t := range toks {
//		form = token.AppendForm(form[:0], caption, t) // the, man, 's, hat
//	}
package token
