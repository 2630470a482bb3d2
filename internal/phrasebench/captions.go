package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"unicode"
	"unicode/utf8"

	evaluation "github.com/groundmill/groundmill/internal/evaluate/phrases"
	"github.com/groundmill/groundmill/internal/evaluate/phrases/score"
	"github.com/groundmill/groundmill/internal/jsonlines"
	"github.com/groundmill/groundmill/schema"
)

// The captions by file name.
const (
	valFile   = "flickr30k_entities_val.jsonl"
	detokFile = "flickr30k_entities_val_detok.jsonl"
	boxesFile = "flickr30k_entities_val_boxes.jsonl"
	webFile   = "web_gold_113.jsonl"
	laionFile = "laion400m_alttext_a.jsonl"
)

// A goldSet is captions with gold phrases, and a JSONL file of the captions.
type goldSet struct {
	captions string
	gold     []score.Gold
}

// goldSets reads the gold files in folder data, and writes captions and the two
// copies of val in another case to work.
func goldSets(data, work string) (map[string]goldSet, error) {
	boxes, err := evaluation.ReadBoxes(filepath.Join(data, boxesFile))
	if err != nil {
		return nil, err
	}
	sets := make(map[string]goldSet)
	for _, s := range []struct {
		name, file string
		recase     func(string) string
	}{
		{"val", valFile, nil},
		{"natural", detokFile, nil},
		{"upper", valFile, upperCase},
		{"title", valFile, titleCase},
		{"web", webFile, nil},
	} {
		set := goldSet{captions: filepath.Join(work, s.name+".jsonl")}
		if set.gold, err = readGold(filepath.Join(data, s.file), boxes); err != nil {
			return nil, err
		}
		lines := make([]captionLine, len(set.gold))
		for i := range set.gold {
			if s.recase != nil {
				set.gold[i].Caption = s.recase(set.gold[i].Caption)
			}
			lines[i] = captionLine{set.gold[i].Caption}
		}
		if err := writeLines(set.captions, lines); err != nil {
			return nil, err
		}
		sets[s.name] = set
	}
	return sets, nil
}

// upperCase returns text in capitals, code point by code point, so that spans
// stay where they are.
func upperCase(text string) string {
	out := []rune(text)
	for i, r := range out {
		out[i] = unicode.ToUpper(r)
	}
	return string(out)
}

// titleCase returns text with a capital at the start of every word between
// spaces.
func titleCase(text string) string {
	out := []rune(text)
	for i, r := range out {
		if i == 0 || unicode.IsSpace(out[i-1]) {
			out[i] = unicode.ToUpper(r)
		}
	}
	return string(out)
}

type captionLine struct {
	Caption string `json:"caption"`
}

func readCaptions(path string) ([]string, error) {
	lines, err := jsonlines.All[captionLine](path)
	captions := make([]string, len(lines))
	for i, l := range lines {
		captions[i] = l.Caption
	}
	return captions, err
}

// readGold reads gold without its images.
func readGold(path string, boxes evaluation.Boxes) ([]score.Gold, error) {
	captions, err := evaluation.ReadGold(path, boxes)
	gold := make([]score.Gold, len(captions))
	for i, c := range captions {
		gold[i] = c.Gold
	}
	return gold, err
}

// readSpans reads what a program found in the captions of a gold set.
func readSpans(path string, gold []score.Gold) ([][]schema.Span, error) {
	lines, err := jsonlines.All[[][2]int32](path)
	if err != nil {
		return nil, err
	}
	if len(lines) != len(gold) {
		return nil, fmt.Errorf("%s: %d lines for %d captions", path, len(lines), len(gold))
	}
	found := make([][]schema.Span, len(lines))
	for i, line := range lines {
		length := int32(utf8.RuneCountInString(gold[i].Caption))
		for _, s := range line {
			if s[0] < 0 || s[0] >= s[1] || s[1] > length {
				return nil, fmt.Errorf("%s: line %d: no span of a caption of %d code points: %v", path, i+1, length, s)
			}
			found[i] = append(found[i], schema.Span{Start: s[0], End: s[1]})
		}
	}
	return found, nil
}

// writeLines writes values as JSON, one a line.
func writeLines[T any](path string, values []T) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	encoder := json.NewEncoder(w)
	for _, v := range values {
		if err := encoder.Encode(v); err != nil {
			return err
		}
	}
	return w.Flush()
}
