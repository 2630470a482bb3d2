package score

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/groundmill/groundmill/schema"
)

// TestAgreesWithReference compares the figures of random phrases with those of
// the scorer that gold sets beside the repository come with.
func TestAgreesWithReference(t *testing.T) {
	scorer := filepath.Join("..", "..", "..", "..", "..", "shared", "tools", "score_phrases.py")
	if _, err := os.Stat(scorer); err != nil {
		t.Skipf("no reference scorer: %v", err)
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skipf("no Python: %v", err)
	}
	gold, found := randomPhrases(rand.New(rand.NewPCG(3, 4)), 400)
	var total Row
	var goldLines, foundLines strings.Builder
	for i, g := range gold {
		total.Add(Caption(g, found[i]))
		row := map[string]any{"caption": g.Caption, "phrases": goldRows(g)}
		writeLine(t, &goldLines, row)
		writeLine(t, &foundLines, pairs(found[i]))
	}
	dir := t.TempDir()
	goldPath, foundPath := filepath.Join(dir, "gold.jsonl"), filepath.Join(dir, "found.jsonl")
	for path, text := range map[string]string{goldPath: goldLines.String(), foundPath: foundLines.String()} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	output, err := exec.Command(python, "-B", scorer, goldPath, foundPath).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for name, c := range map[string]Counts{"exact": total.Exact, "head": total.Head, "iou50": total.IoU} {
		want := fmt.Sprintf("%s P %5.1f R %5.1f F1 %5.1f", name, 100*c.Precision(), 100*c.Recall(), 100*c.F1())
		if !strings.Contains(string(output), want) {
			t.Errorf("reference says %s, want %s in it", output, want)
		}
	}
}

// randomPhrases returns captions of odd words, some of them twice, with random
// gold and found spans that may overlap.
func randomPhrases(random *rand.Rand, n int) (gold []Gold, found [][]schema.Span) {
	words := strings.Fields("a dog's café the dog t-shirt 🐕 !? ‘that’ man’s -- 2 hat_ über")
	for range n {
		var caption []string
		for range 2 + random.IntN(8) {
			caption = append(caption, words[random.IntN(len(words))])
		}
		g := Gold{Caption: strings.Join(caption, " ")}
		length := utf8.RuneCountInString(g.Caption)
		var spans []schema.Span
		for range random.IntN(5) {
			g.Phrases = append(g.Phrases, Phrase{Span: randomSpan(random, length)})
			spans = append(spans, randomSpan(random, length))
			if random.IntN(3) == 0 {
				spans[len(spans)-1] = g.Phrases[len(g.Phrases)-1].Span
			}
		}
		gold, found = append(gold, g), append(found, spans)
	}
	return gold, found
}

func randomSpan(random *rand.Rand, length int) schema.Span {
	start := random.IntN(length)
	return schema.Span{Start: int32(start), End: int32(start + 1 + random.IntN(length-start))}
}

func goldRows(g Gold) []map[string]any {
	rows := []map[string]any{}
	for _, p := range g.Phrases {
		rows = append(rows, map[string]any{"start": p.Span.Start, "end": p.Span.End, "text": ""})
	}
	return rows
}

func pairs(spans []schema.Span) [][2]int32 {
	out := [][2]int32{}
	for _, s := range spans {
		out = append(out, [2]int32{s.Start, s.End})
	}
	return out
}

func writeLine(t *testing.T, b *strings.Builder, value any) {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	b.Write(append(data, '\n'))
}
