package scene

// The words around the nouns. Whatever captions can contain is in these tables and in
// nouns.tsv: Words collects it from there.

var (
	smallWords = []string{"small", "little", "tiny"}
	bigWords   = []string{"big", "large"}

	// numerals and digits hold the word for n at index n.
	numerals = []string{"", "", "two", "three", "four", "five"}
	digits   = []string{"", "", "2", "3", "4", "5"}

	oneDeterminers  = []weighted[string]{{55, "a"}, {27, "the"}, {8, "one"}, {10, ""}}
	massDeterminers = []weighted[string]{{40, ""}, {25, "the"}, {35, "some"}}
	severalStyles   = []weighted[string]{{52, "numeral"}, {16, "none"}, {12, "the"}, {6, "the numeral"}, {8, "some"}, {6, "several"}}
	absentCounts    = []weighted[int]{{70, 1}, {20, 2}, {8, 3}, {2, 4}}
)

// A template is the pattern of a sentence:
//
//	{one}  the next mention
//	{the}  the next mention of the first sentence, referred back to
//	{list} all remaining mentions
//	{is}   "is" or "are", as the mention before it or, if there is none, behind it demands
//	{rel}  a relation that holds between the mentions around it
type template string

// sentences are the patterns of a caption's first sentence, by the number of mentions that
// they need at least.
var sentences = []weighted[template]{
	{24, "{list}"},
	{4, "a photo of {list}"},
	{4, "photo of {list}"},
	{3, "a picture of {list}"},
	{2, "picture showing {list}"},
	{2, "an image of {list} on a plain background"},
	{2, "illustration of {list}"},
	{2, "clip art of {list}"},
	{2, "stock image : {list}"},
	{2, "{list} | free clip art"},
	{2, "{list} - vector illustration"},
	{6, "there {is} {list}"},
	{3, "here {is} {list}"},
	{3, "we can see {list}"},
	{3, "I can see {list} in this picture"},
	{2, "look at {list}"},
	{2, "find {list} in the picture"},
	{2, "this picture shows {list}"},
	{2, "{list} in one scene"},
	{2, "my new poster with {list}"},
	{10, "{one} {rel} {list}"},
	{6, "{one} {is} {rel} {list}"},
	{4, "{one} and {one} {rel} {list}"},
	{4, "{one} {rel} {one} , and {list}"},
	{3, "{one} with {list} in the background"},
	{3, "photo of {one} {rel} {list}"},
	{3, "{one} together with {list}"},
	{3, "there {is} {one} {rel} {list}"},
}

// bareSentences are patterns in the manner of alternative texts.
var bareSentences = []weighted[template]{
	{8, "{list}"},
	{3, "{one} {rel} {list}"},
	{2, "{one} and {one} {rel} {list}"},
	{2, "photo of {list}"},
	{2, "{list} | free clip art"},
}

// followUps are the patterns of a second sentence, which refers back to the first.
var followUps = []weighted[template]{
	{6, "{the} {is} {rel} {the}"},
	{3, "look at {the}"},
	{2, "do you see {the} ?"},
	{2, "I like {the}"},
	{2, "{the} {is} great"},
	{2, "{the} and {the} {is} my favorites"},
}

// relations are always true of things in one picture.
var relations = []string{"near", "next to", "beside", "close to", "by", "not far from"}

// places are said only where they are true.
const (
	leftOf  = "to the left of"
	rightOf = "to the right of"
	above   = "above"
	below   = "below"
	inFront = "in front of"
	behind  = "behind"
)

var places = []string{leftOf, rightOf, above, below, inFront, behind}

// pairJoints join two things, lastJoints the last two of a longer list.
var (
	pairJoints = []weighted[string]{{80, " and "}, {20, " with "}}
	lastJoints = []weighted[string]{{55, " and "}, {30, ", and "}, {15, ", "}}
)

var endings = []weighted[string]{{45, ""}, {50, "."}, {5, "!"}}
