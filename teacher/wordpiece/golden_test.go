package wordpiece

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// golden is one line of what the reference said.
type golden struct {
	Text    string     `json:"text"`
	IDs     []int32    `json:"ids"`
	Offsets [][2]int32 `json:"offsets"`
}

func (g golden) pieces() []Piece {
	pieces := make([]Piece, len(g.IDs))
	for i, id := range g.IDs {
		pieces[i] = Piece{id, g.Offsets[i][0], g.Offsets[i][1]}
	}
	return pieces
}

// lines returns the lines of a file of testdata.
func lines(t testing.TB, name string) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

func TestEncodeEqualsReference(t *testing.T) {
	for name, want := range map[string]int{"captions.jsonl": 300, "hard.jsonl": 700} {
		t.Run(name, func(t *testing.T) {
			all := lines(t, name)
			if len(all) != want {
				t.Fatalf("%d lines, want %d", len(all), want)
			}
			for _, line := range all {
				var g golden
				if err := json.Unmarshal([]byte(line), &g); err != nil {
					t.Fatal(err)
				}
				got := append([]Piece{}, Uncased().Encode(g.Text)...)
				if diff := cmp.Diff(g.pieces(), got); diff != "" {
					t.Errorf("%q (-reference +got):\n%s", g.Text, diff)
				}
			}
		})
	}
}

// codepoints.txt has a digest for each 4,096 code points.
func TestEveryCodePointEqualsReference(t *testing.T) {
	for _, line := range lines(t, "codepoints.txt") {
		start, want, _ := strings.Cut(line, " ")
		first, err := strconv.ParseInt(start, 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		if got := digest(rune(first), 4096); got != want {
			t.Errorf("from U+%04X: digest %s, want %s; compare describe with `node testdata/reference.mjs CODEPOINT...`", first, got, want)
		}
	}
}

// digest follows writeCodePoints in reference.mjs.
func digest(first, n rune) string {
	hash := sha256.New()
	var line []byte
	for r := first; r < first+n; r++ {
		if r < 0xD800 || r > 0xDFFF {
			line = describe(line[:0], r)
			hash.Write(line)
		}
	}
	return fmt.Sprintf("%x", hash.Sum(nil)[:8])
}

// describe follows its namesake in reference.mjs.
func describe(line []byte, r rune) []byte {
	pieces := Uncased().Encode("a" + string(r) + "b " + string(r))
	line = strconv.AppendInt(line, int64(r), 16)
	separator := byte(' ')
	for _, p := range pieces {
		line = strconv.AppendInt(append(line, separator), int64(p.ID), 10)
		separator = ','
	}
	separator = ' '
	for _, p := range pieces {
		line = strconv.AppendInt(append(line, separator), int64(p.Start), 10)
		line = strconv.AppendInt(append(line, ','), int64(p.End), 10)
		separator = ','
	}
	return append(line, '\n')
}
