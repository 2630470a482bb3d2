package main

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jdkato/prose/v2"

	"github.com/groundmill/groundmill/extract"
)

// A system is one way to find noun phrases.
type system struct {
	name    string
	ours    bool
	command []string // program and arguments
	dir     string   // where it runs
	options map[string]any
}

// systems returns all systems in the order of the tables. peers is the folder
// of the installed peers; files that a system needs go to work.
func systems(peers, work string) ([]system, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if peers, err = filepath.Abs(peers); err != nil {
		return nil, err
	}
	scripts, err := filepath.Abs("internal/phrasebench/peers")
	if err != nil {
		return nil, err
	}
	model := filepath.Join(work, "prose.json")
	if err := writeProse(model); err != nil {
		return nil, err
	}
	ours := func(g extract.Grammar) system {
		return system{"Groundmill, `" + string(g) + "` grammar", true, []string{self, "extract"}, work, map[string]any{"grammar": g}}
	}
	python := func(name, script string, options map[string]any) system {
		return system{name, false, []string{filepath.Join(peers, "venv", "bin", "python"), filepath.Join(scripts, script)}, peers, options}
	}
	node := func(name, script string, options map[string]any) system {
		return system{name, false, []string{"node", filepath.Join(scripts, script)}, peers, options}
	}
	return []system{
		ours(extract.GrammarCaption),
		ours(extract.GrammarGLIP),
		python("NLTK, GLIP's procedure", "nltk_glip.py", nil),
		python("NLTK, GLIP's procedure, prose's weights", "nltk_glip.py", map[string]any{"model": model}),
		python("spaCy noun chunks", "spacy_chunks.py", map[string]any{"pronouns": true}),
		python("spaCy noun chunks less pronouns", "spacy_chunks.py", map[string]any{"pronouns": false}),
		node("winkNLP, GLIP's grammar", "wink.mjs", map[string]any{"grammar": "glip"}),
		node("winkNLP, numerals and possessives too", "wink.mjs", map[string]any{"grammar": "extended"}),
		node("compromise `nouns()`", "compromise.mjs", nil),
	}, nil
}

// writeProse writes the weights of prose's tagger for NLTK's, which has the same
// features: a list of weights, tag dictionary and classes.
func writeProse(path string) error {
	var (
		weights map[string]map[string]float64
		dict    map[string]string
		classes []string
	)
	for _, part := range []struct {
		name string
		into any
	}{{"weights", &weights}, {"tags", &dict}, {"classes", &classes}} {
		data, err := prose.Asset("model/AveragedPerceptron/" + part.name + ".gob")
		if err != nil {
			return fmt.Errorf("read the tagger model of prose: %w", err)
		}
		if err := gob.NewDecoder(bytes.NewReader(data)).Decode(part.into); err != nil {
			return fmt.Errorf("decode %s of prose: %w", part.name, err)
		}
	}
	data, err := json.Marshal([]any{weights, dict, classes})
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}
