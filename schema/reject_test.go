package schema

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var testRejects = []Reject{
	{Key: "000000001", Source: Source{Shard: "a.tar"}, Reason: ReasonCorruptImage, Detail: "jpeg: <unexpected> end"},
	{Key: "北京 \"🐕\"\n", Source: Source{Shard: "b/ü.tar", Index: 7}, Reason: ReasonNoPhrases},
	{Source: Source{Shard: "b/ü.tar", Index: 8}, Reason: ReasonCorruptImage},
}

// writeRejects writes rejects to memory.
func writeRejects(t testing.TB, rejects []Reject) ([]byte, RejectStats) {
	t.Helper()
	var out bytes.Buffer
	w := NewRejectWriter(&out)
	for _, r := range rejects {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	stats, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), stats
}

// readRejects reads rejects until the first error.
func readRejects(data []byte) (rejects []Reject, err error) {
	for r, err := range ReadRejects(bytes.NewReader(data)) {
		if err != nil {
			return rejects, err
		}
		rejects = append(rejects, r)
	}
	return rejects, nil
}

func TestRejectsRoundTrip(t *testing.T) {
	data, stats := writeRejects(t, testRejects)
	golden(t, "rejects.jsonl", data)
	got, err := readRejects(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(testRejects, got); diff != "" {
		t.Errorf("rejects differ (-want +got):\n%s", diff)
	}
	want := map[Reason]int64{ReasonCorruptImage: 2, ReasonNoPhrases: 1}
	if diff := cmp.Diff(want, stats.Reasons); diff != "" {
		t.Errorf("reasons differ (-want +got):\n%s", diff)
	}
	if stats.Rejects != 3 || stats.Bytes != int64(len(data)) || !isSHA256(stats.SHA256) {
		t.Errorf("stats are %+v", stats)
	}
}

func TestRejectsKeepBadUTF8Readable(t *testing.T) {
	data, _ := writeRejects(t, []Reject{{Key: "a\xffb", Source: Source{Shard: "s"}, Reason: ReasonEmptyCaption}})
	got, err := readRejects(data)
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Key != "a\ufffdb" {
		t.Errorf("key is %q", got[0].Key)
	}
}

func TestRejectWriterRefuses(t *testing.T) {
	w := NewRejectWriter(&bytes.Buffer{})
	err := w.Write(Reject{Key: "k", Reason: "bad_luck", Source: Source{Index: -1}})
	want := []string{`reason: "bad_luck" is not a known reason`, "shard: is empty", "index: -1 is negative"}
	if diff := cmp.Diff(want, problemTexts(err)); diff != "" {
		t.Errorf("problems differ (-want +got):\n%s", diff)
	}
	if stats, _ := w.Close(); stats.Rejects != 0 || stats.Bytes != 0 {
		t.Errorf("a refused reject was written: %+v", stats)
	}
}

func TestRejectWriterReportsErrors(t *testing.T) {
	w := NewRejectWriter(&brokenWriter{left: 10})
	if err := w.Write(testRejects[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err == nil {
		t.Error("Close hides the error")
	}
}

func TestReadRejectsErrors(t *testing.T) {
	const good = `{"key":"k","shard":"s","index":0,"reason":"no_phrases"}` + "\n"
	tests := []struct {
		name, data, want string
	}{
		{"not JSON", good + "oops\n", "rejects line 2: invalid character"},
		{"unknown member", good + "\n" + `{"key":"k","why":1}`, `rejects line 3: json: unknown field "why"`},
		{"two values", `{"key":"k","shard":"s","index":0,"reason":"no_phrases"}{}`, "rejects line 1: there is more"},
		{"unknown reason", `{"key":"k","shard":"s","index":0,"reason":"luck"}`, `reason: "luck" is not a known reason`},
		{"cut off", good + good[:20], "rejects line 2: unexpected EOF"},
		{"endless line", strings.Repeat("x", maxRejectLine+1), "rejects line 1: bufio.Scanner: token too long"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := readRejects([]byte(test.data)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want %q", err, test.want)
			}
		})
	}
}

func FuzzReadRejects(f *testing.F) {
	data, _ := writeRejects(f, testRejects)
	f.Add(data)
	f.Add([]byte("{}\n\n[]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rejects, err := readRejects(data)
		if err != nil {
			return
		}
		again, _ := writeRejects(t, rejects)
		got, err := readRejects(again)
		if diff := cmp.Diff(rejects, got); err != nil || diff != "" {
			t.Errorf("%v; rejects differ after writing (-want +got):\n%s", err, diff)
		}
	})
}

// TestRejectsDocument holds docs/rejects.md to the table of reasons.
func TestRejectsDocument(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "rejects.md"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, info := range Reasons() {
		want = append(want, fmt.Sprintf("| `%s` | %s |", info.Reason, info.Meaning))
	}
	var got []string
	for _, line := range strings.Split(string(page), "\n") {
		if strings.HasPrefix(line, "| `") {
			got = append(got, line)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/rejects.md differs from Reasons (-code +page):\n%s", diff)
	}
}
