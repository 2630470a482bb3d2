// Package language tells captions that are not in English from those that are or
// may be.
//
// It looks at two things: the script of the letters, and the function words, which
// English and fifteen other European languages vote with. A text that says too
// little for a vote is taken for English, as most titles are:
//
//	language.OtherScript("два кота")                // true
//	language.Vote("ein Hund mit einem roten Ball")  // "de"
//	language.Vote("a dog with a red ball")          // "en"
//	language.Vote("Plaza de España")                // "": undecided
//
// Both are pure functions of the text and of words.txt, which Hash identifies,
// take linear time and allocate nothing.
package language
