package glip

import (
	"fmt"
	"strings"

	"github.com/groundmill/groundmill/teacher/wordpiece"
)

// extraKey is the entry of a checkpoint that says what official ones leave to
// configuration files.
const extraKey = "groundmill"

// parseExtra reads the checkpoint's own entry. What it leaves out stays zero;
// keys that mean nothing here are notes for people.
func parseExtra(value any) (metadata, error) {
	entries, ok := value.(map[string]any)
	if !ok {
		return metadata{}, fmt.Errorf("glip: entry %q holds %T, want a dict", extraKey, value)
	}
	var m metadata
	for key, v := range entries {
		ok := true
		switch key {
		case "name":
			m.name, ok = v.(string)
		case "min_size":
			m.sizes.min, ok = asInt(v)
		case "max_size":
			m.sizes.max, ok = asInt(v)
		case "vocab":
			m.vocabulary, ok = asLines(v)
		}
		if !ok {
			return metadata{}, fmt.Errorf("glip: entry %q: %q is of the wrong type, %T", extraKey, key, v)
		}
	}
	return m, nil
}

func asInt(v any) (int, bool) {
	n, ok := v.(int64)
	return int(n), ok
}

// asLines reads a list of strings, or one string with a line for each.
func asLines(v any) ([]string, bool) {
	if s, ok := v.(string); ok {
		return strings.Split(strings.TrimSuffix(s, "\n"), "\n"), true
	}
	list, ok := v.([]any)
	if !ok {
		return nil, false
	}
	lines := make([]string, len(list))
	for i, item := range list {
		if lines[i], ok = item.(string); !ok {
			return nil, false
		}
	}
	return lines, true
}

// vocabulary picks the word pieces for an embedding of the given rows, nil
// with a warning when none are known.
func (im *importer) vocabulary(extra []string, rows int) []string {
	for _, v := range [][]string{im.options.Vocab, extra} {
		if v != nil {
			return v
		}
	}
	if official := wordpiece.UncasedVocab(); len(official) == rows {
		return official
	}
	im.warnings = append(im.warnings, fmt.Sprintf(
		"no vocabulary of %d word pieces is known: the model can be checked, but not read captions; give one with --vocab", rows))
	return nil
}
