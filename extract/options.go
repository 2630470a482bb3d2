package extract

import (
	"errors"
	"fmt"
	"slices"
)

// A Grammar names a way to join tagged tokens to phrases.
type Grammar string

// The grammars.
const (
	// GrammarGLIP is the grammar of the GLIP demo on the lower-cased caption,
	// NP: {<DT>?<JJ.*>*<NN.*>+}, with exact spans in place of the demo's
	// search for the phrase's text.
	GrammarGLIP Grammar = "glip"
	// GrammarCaption is the default, made for captions: numerals, possessives,
	// lists of adjectives and "a group of people" are part of a phrase, and
	// verbs that the tagger takes for nouns are not (grammar.Caption).
	GrammarCaption Grammar = "caption"
)

// Grammars lists every Grammar.
var Grammars = []Grammar{GrammarCaption, GrammarGLIP}

// Defaults of Options.
const (
	DefaultGrammar       = GrammarCaption
	DefaultMaxCodePoints = 4096
)

// Options choose how phrases are found. The zero value means the defaults.
type Options struct {
	// Grammar is DefaultGrammar where empty.
	Grammar Grammar
	// MaxCodePoints is the longest caption that Gate lets through, in Unicode
	// code points; DefaultMaxCodePoints where 0.
	MaxCodePoints int
	// DropAbstract leaves out the phrases that would carry the flag
	// schema.FlagAbstract. By default they are kept: a teacher's score tells
	// better what an image shows than a word list.
	DropAbstract bool
	// AnyLanguage lets captions through Gate that are not in English. The tagger
	// knows English only.
	AnyLanguage bool
	// Expressions looks for the referring expressions of phrases
	// (Phrase.Expression).
	Expressions bool
}

// withDefaults fills in what is left zero.
func (o Options) withDefaults() Options {
	if o.Grammar == "" {
		o.Grammar = DefaultGrammar
	}
	if o.MaxCodePoints == 0 {
		o.MaxCodePoints = DefaultMaxCodePoints
	}
	return o
}

// Validate returns every problem of the options, joined.
func (o Options) Validate() error {
	o = o.withDefaults()
	var problems []error
	if !slices.Contains(Grammars, o.Grammar) {
		problems = append(problems, fmt.Errorf("grammar: %q is unknown, use one of %q", o.Grammar, Grammars))
	}
	if o.MaxCodePoints < 0 {
		problems = append(problems, fmt.Errorf("max_code_points: %d is negative", o.MaxCodePoints))
	}
	return errors.Join(problems...)
}
