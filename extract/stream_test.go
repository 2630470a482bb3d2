package extract_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/extract"
)

func TestStream(t *testing.T) {
	glip := extract.Options{Grammar: extract.GrammarGLIP}
	for _, tc := range []struct {
		name, in, want string
		opts           extract.StreamOptions
	}{
		{"empty", "", "", extract.StreamOptions{Options: glip}},
		{
			"json", "\ufeff{\"caption\":\"a café, a dog\"}\r\n{\"caption\":\" \",\"x\":1}",
			`{"caption":"a café, a dog","phrases":[{"text":"a café","start":0,"end":6,"phrase_id":0,"flags":[]},{"text":"a dog","start":8,"end":13,"phrase_id":1,"flags":[]}]}` + "\n" +
				`{"caption":" ","reject":"empty_caption","phrases":[]}` + "\n",
			extract.StreamOptions{Options: glip},
		},
		{"spans", `{"caption":"👍 a dog"}` + "\n" + `{"caption":"and then"}` + "\n", "[[2,7]]\n[]\n", extract.StreamOptions{Options: glip, Spans: true}},
		{"plain", "a dog\n\nthe cat\n", "[[0,5]]\n[]\n[[0,7]]\n", extract.StreamOptions{Options: glip, Plain: true, Spans: true}},
		{
			"expressions", "a café in rain\n",
			`{"caption":"a café in rain","phrases":[` +
				`{"text":"a café","start":0,"end":6,"phrase_id":0,"flags":[],"expression":{"text":"a café in rain","start":0,"end":14}},` +
				`{"text":"rain","start":10,"end":14,"phrase_id":1,"flags":[]}]}` + "\n",
			extract.StreamOptions{Options: extract.Options{Expressions: true}, Plain: true},
		},
		{
			"other language", "ein Hund mit einem Ball\n",
			`{"caption":"ein Hund mit einem Ball","reject":"other_language","phrases":[]}` + "\n",
			extract.StreamOptions{Plain: true},
		},
		{
			"repaired", "\xff\xfea <dog>\n", `{"caption":"` + "\ufffd" + `a <dog>","phrases":[]}` + "\n",
			extract.StreamOptions{Options: glip, Plain: true},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out bytes.Buffer
			if _, err := extract.Stream(t.Context(), iotest.OneByteReader(strings.NewReader(tc.in)), &out, tc.opts); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, out.String()); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStreamErrors(t *testing.T) {
	ok := `{"caption":"a dog"}` + "\n"
	for _, tc := range []struct{ name, in, want string }{
		{"no json", ok + ok + "a dog\n", `line 3: no JSON object: invalid character 'a'`},
		{"truncated", ok + `{"caption":"a`, `line 2: no JSON object: unexpected end`},
		{"missing", `{"text":"a dog"}`, `line 1: field "caption" is missing`},
		{"null", `{"caption":null}`, `line 1: field "caption" is missing`},
		{"number", ok + `{"caption":5}`, `line 2: field "caption" is a number, want a string`},
		{"list", `[]`, `line 1: no JSON object`},
		{"blank", ok + "\n" + ok, `line 2: empty, want a JSON object`},
		{"too long", ok + strings.Repeat("x", 65<<20), `line 2: longer than 64 MiB`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out bytes.Buffer
			_, err := extract.Stream(t.Context(), strings.NewReader(tc.in), &out, extract.StreamOptions{Spans: true})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q in it", err, tc.want)
			}
			if strings.Trim(strings.ReplaceAll(out.String(), "[[0,5]]\n", ""), " ") != "" {
				t.Errorf("wrote more than the good lines: %.100q", out.String())
			}
		})
	}
}

func TestStreamInputAndOutputFail(t *testing.T) {
	broken := errors.New("broken")
	in := io.MultiReader(strings.NewReader("a dog\n"), iotest.ErrReader(broken))
	if _, err := extract.Stream(t.Context(), in, io.Discard, extract.StreamOptions{Plain: true}); !errors.Is(err, broken) {
		t.Errorf("error %v, want the reader's", err)
	}
	full := failingWriter{broken}
	many := strings.NewReader(strings.Repeat("a dog\n", 200_000))
	if _, err := extract.Stream(t.Context(), many, full, extract.StreamOptions{Plain: true}); !errors.Is(err, broken) {
		t.Errorf("error %v, want the writer's", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := extract.Stream(ctx, strings.NewReader("a dog\n"), io.Discard, extract.StreamOptions{Plain: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// TestStreamOrder streams enough batches to keep all workers busy and proves
// that the output is that of one worker, line by line.
func TestStreamOrder(t *testing.T) {
	var in bytes.Buffer
	const n = 12_000
	for i := range n {
		fmt.Fprintf(&in, "{\"caption\":\"%d red dogs and the cat %d\"}\n", i, i%7)
	}
	outputs := make([]string, 3)
	for i, procs := range []int{1, 2, 8} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		var out strings.Builder
		stats, err := extract.Stream(t.Context(), bytes.NewReader(in.Bytes()), &out, extract.StreamOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if stats.Captions != n {
			t.Errorf("%d captions counted, want %d", stats.Captions, n)
		}
		outputs[i] = out.String()
	}
	if outputs[0] != outputs[1] || outputs[0] != outputs[2] {
		t.Error("1, 2 and 8 workers differ")
	}
	for i, line := range strings.Split(strings.TrimSpace(outputs[2]), "\n") {
		var row struct{ Caption string }
		if err := json.Unmarshal([]byte(line), &row); err != nil || !strings.HasPrefix(row.Caption, fmt.Sprint(i, " ")) {
			t.Fatalf("line %d is %q (%v)", i, line, err)
		}
	}
}

// streamFile is the environment variable with which TestStreamSameInEveryProcess
// runs itself as another process, and says where that one writes.
const streamFile = "GROUNDMILL_TEST_STREAM_FILE"

// TestStreamSameInEveryProcess compares the bytes of three processes, in which
// maps and hashes have other seeds.
func TestStreamSameInEveryProcess(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var in strings.Builder
	for range 2_000 {
		line, _ := json.Marshal(map[string]string{"caption": randomCaption(rng)})
		in.Write(append(line, '\n'))
	}
	var out bytes.Buffer
	opts := extract.StreamOptions{Options: extract.Options{Expressions: true}}
	if _, err := extract.Stream(t.Context(), strings.NewReader(in.String()), &out, opts); err != nil {
		t.Fatal(err)
	}
	if path := os.Getenv(streamFile); path != "" {
		if err := os.WriteFile(path, out.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	for i := range 2 {
		path := filepath.Join(t.TempDir(), fmt.Sprint(i))
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), streamFile+"="+path, fmt.Sprint("GOMAXPROCS=", 1+7*i))
		if message, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, message)
		}
		other, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out.Bytes(), other) {
			t.Errorf("process %d writes other bytes", i)
		}
	}
}
