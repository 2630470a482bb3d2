package tagger

// Tag is a part-of-speech tag. The first classCount values are the classes of
// the model in sorted order; the rest are given by rule or stand for the
// positions before a sentence.
type Tag uint8

// The tags of the Penn Treebank as the model knows them, and None and Dash,
// which rules give to traces ("0", "*") and to "-".
const (
	Hash Tag = iota // #
	Dollar
	CloseQuote
	OpenParen
	CloseParen
	Comma
	Period
	Colon
	CC
	CD
	DT
	EX
	FW
	IN
	JJ
	JJR
	JJS
	LS
	MD
	NN
	NNP
	NNPS
	NNS
	PDT
	POS
	PRP
	PRPS // PRP$
	RB
	RBR
	RBS
	RP
	SYM
	TO
	UH
	VB
	VBD
	VBG
	VBN
	VBP
	VBZ
	WDT
	WP
	WPS // WP$
	WRB
	OpenQuote
	classCount

	Dash     = classCount
	None     = classCount + 1
	start    = classCount + 2
	start2   = classCount + 3
	tagCount = classCount + 4
)

var tagNames = [tagCount]string{
	"#", "$", "''", "(", ")", ",", ".", ":", "CC", "CD", "DT", "EX", "FW", "IN",
	"JJ", "JJR", "JJS", "LS", "MD", "NN", "NNP", "NNPS", "NNS", "PDT", "POS",
	"PRP", "PRP$", "RB", "RBR", "RBS", "RP", "SYM", "TO", "UH", "VB", "VBD",
	"VBG", "VBN", "VBP", "VBZ", "WDT", "WP", "WP$", "WRB", "``",
	"-", "-NONE-", "-START-", "-START2-",
}

// String returns the tag as the Penn Treebank writes it.
func (t Tag) String() string {
	if t >= tagCount {
		return "?"
	}
	return tagNames[t]
}

// IsNoun reports whether t is NN, NNS, NNP or NNPS.
func (t Tag) IsNoun() bool { return t >= NN && t <= NNS }

// IsAdjective reports whether t is JJ, JJR or JJS.
func (t Tag) IsAdjective() bool { return t >= JJ && t <= JJS }

// IsVerb reports whether t is a form of a verb (VB, VBD, VBG, VBN, VBP, VBZ).
func (t Tag) IsVerb() bool { return t >= VB && t <= VBZ }
