package tagger

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jdkato/prose/v2"
)

// reference tags captions with prose itself.
type reference struct{ model *prose.Model }

func newReference(t *testing.T) *reference {
	t.Helper()
	doc, err := prose.NewDocument("x", prose.WithExtraction(false), prose.WithSegmentation(false))
	if err != nil {
		t.Fatal(err)
	}
	return &reference{doc.Model}
}

// tokens returns prose's tokens of caption; ok is false where prose panics,
// which it does on text that grows when it is lower-cased.
func (r *reference) tokens(t *testing.T, caption string) (tokens []prose.Token, ok bool) {
	t.Helper()
	defer func() { ok = recover() == nil }()
	doc, err := prose.NewDocument(caption, prose.UsingModel(r.model),
		prose.WithExtraction(false), prose.WithSegmentation(false))
	if err != nil {
		t.Fatal(err)
	}
	return doc.Tokens(), true
}

// The causes of differences are the known bugs of prose v2.0.0.
const (
	// The tokens of a repeated word are one *Token, so that every occurrence
	// gets the tag of the last one.
	causeAlias = "alias"
	// A table of emoticons, not exported, tags them SYM.
	causeEmoticon = "emoticon"
	// Of classes with the same score, map order decides, here or somewhere in
	// the caption.
	causeTie = "tie"
	// The tag before is different for one of the causes above.
	causeFollows = "follows"
)

// A difference is one token that this package tags unlike prose.
type difference struct {
	word, got, want string
	cause           string // "" for none of the known ones
}

// compare tags prose's own tokens and returns the differences.
func compare(seq *Sequence, tokens []prose.Token) (out []difference) {
	seq.Reset()
	last := make(map[string]int) // word -> its last occurrence
	for i, tok := range tokens {
		seq.Add([]byte(tok.Text))
		last[tok.Text] = i
	}
	tags, ties := seq.Tag(), false
	for i := range tags {
		ties = ties || seq.tied(i)
	}
	tainted := -3
	for i, tag := range tags {
		tok := tokens[i]
		if tag.String() == tok.Tag {
			continue
		}
		d := difference{word: tok.Text, got: tag.String(), want: tok.Tag}
		switch {
		case last[tok.Text] > i && ties:
			d.cause = causeTie
		case last[tok.Text] > i:
			d.cause = causeAlias
		case tok.Tag == "SYM" && !strings.ContainsFunc(tok.Text, isPlainLetter):
			d.cause, tainted = causeEmoticon, i
		case seq.tied(i):
			d.cause, tainted = causeTie, i
		case i-tainted <= 2:
			d.cause, tainted = causeFollows, i
		}
		out = append(out, d)
	}
	return out
}

// isPlainLetter reports whether r is a letter that no emoticon has.
func isPlainLetter(r rune) bool {
	return r >= 'a' && r <= 'z' && !strings.ContainsRune("opxv", r)
}

// tied reports whether two classes share the best score of token i.
func (s *Sequence) tied(i int) bool {
	if s.items[i].fixed != unfixed {
		return false
	}
	p1, p2 := start, start2
	if i > 0 {
		p1, p2 = s.tags[i-1], start
	}
	if i > 1 {
		p2 = s.tags[i-2]
	}
	score := s.score(i, p1, p2)
	best, n := score[score.best()], 0
	for _, v := range score {
		if v == best {
			n++
		}
	}
	return n > 1
}

// captionsOf reads a file of JSON objects with a caption, or of captions.
func captionsOf(t *testing.T, path string) (out []string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("no development captions: %v", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		row := struct{ Caption string }{lines.Text()}
		if filepath.Ext(path) == ".jsonl" {
			if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
		}
		out = append(out, row.Caption)
	}
	return out
}

// TestTagsEqualProse compares with prose itself. Aliased words and emoticons
// are listed one by one in testdata; ties differ from run to run, in prose.
func TestTagsEqualProse(t *testing.T) {
	shared := filepath.Join("..", "..", "..", "shared", "data", "captions")
	for _, path := range []string{
		filepath.Join("..", "testdata", "captions.txt"),
		filepath.Join(shared, "flickr30k_entities_val.jsonl"),
		filepath.Join(shared, "laion400m_alttext_a.jsonl"),
		filepath.Join(shared, "cc3m_val_a.jsonl"),
		filepath.Join(shared, "openimages_titles.jsonl"),
		filepath.Join(shared, "parti_prompts.jsonl"),
		filepath.Join(shared, "iiw_dense_a.jsonl"),
	} {
		name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "captions" {
				t.Skip("short")
			}
			ref, seq := newReference(t), mustShared(t).NewSequence()
			var listed strings.Builder
			for row, c := range captionsOf(t, path) {
				tokens, ok := ref.tokens(t, c)
				if !ok {
					fmt.Fprintf(&listed, "%d prose panics\n", row)
				}
				for _, d := range compare(seq, tokens) {
					switch d.cause {
					case "":
						t.Errorf("%q: word %q is tagged %s, prose says %s", c, d.word, d.got, d.want)
					case causeAlias, causeEmoticon:
						fmt.Fprintf(&listed, "%d %s: %s, prose %s, %s\n", row, d.word, d.got, d.want, d.cause)
					}
				}
			}
			golden(t, filepath.Join("testdata", "differences_"+name+".golden"), listed.String())
		})
	}
}

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got), -update writes it:\n%s", path, diff)
	}
}

func mustShared(t testing.TB) *Tagger {
	t.Helper()
	tg, err := Shared()
	if err != nil {
		t.Fatal(err)
	}
	return tg
}
