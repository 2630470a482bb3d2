package glip

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/teacher/ort"
)

func TestImportReport(t *testing.T) {
	path, r := importMini(t, ImportOptions{})
	want := Architecture{
		Swin:     Swin{Embed: 16, Depths: [4]int{2, 2, 2, 2}, Heads: [4]int{1, 2, 4, 8}, Window: 7},
		Channels: 64, Blocks: 2, FusionEmbed: 512,
		BERT: BERT{Hidden: 128, Layers: 2, Intermediate: 256, Vocabulary: 2500, Positions: 512},
	}
	if diff := cmp.Diff(want, r.Architecture); diff != "" {
		t.Error(diff)
	}
	if r.Name != "glip-mini" || r.Tensors != 298 || r.Parameters != 2562434 || len(r.CheckpointSHA256) != 64 {
		t.Errorf("report %+v", r)
	}
	if len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "no vocabulary of 2500") {
		t.Errorf("warnings %q", r.Warnings)
	}
	if info, err := os.Stat(path); err != nil || info.Size() != r.Written.Model.Bytes {
		t.Errorf("%v, %v", info, err)
	}
}

func TestImportIsReproducible(t *testing.T) {
	_, a := importMini(t, ImportOptions{Vocab: miniVocabulary()})
	_, b := importMini(t, ImportOptions{Vocab: miniVocabulary()})
	if a.Written.SHA256 != b.Written.SHA256 {
		t.Error("two imports differ")
	}
}

func TestImportFailsWithoutATrace(t *testing.T) {
	mini := shared(t, "glip-mini.pth")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	noText := filepath.Join(t.TempDir(), "notes.pth")
	if err := os.WriteFile(noText, []byte("these are my notes"), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		ctx     context.Context
		options ImportOptions
		want    string
	}{
		"vocabulary too short":  {nil, ImportOptions{Checkpoint: mini, Vocab: miniVocabulary()[:2499]}, "2499 word pieces, the word embedding 2500 rows"},
		"vocabulary of nothing": {nil, ImportOptions{Checkpoint: mini, Vocab: make([]string, 2500)}, "piece 0 is empty"},
		"vocabulary of lines":   {nil, ImportOptions{Checkpoint: mini, Vocab: append(miniVocabulary()[:2499], "a\nb")}, "has a line break"},
		"bad sizes":             {nil, ImportOptions{Checkpoint: mini, MinSize: 900, MaxSize: 800}, "min_size <= max_size"},
		"no checkpoint":         {nil, ImportOptions{Checkpoint: mini + ".no"}, "no such file"},
		"not a checkpoint":      {nil, ImportOptions{Checkpoint: noText}, "not a PyTorch checkpoint"},
		"cancelled":             {cancelled, ImportOptions{Checkpoint: mini}, "context canceled"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if c.ctx == nil {
				c.ctx = context.Background()
			}
			dir := t.TempDir()
			c.options.Output = filepath.Join(dir, "out.onnx")
			_, err := Import(c.ctx, c.options)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestImportChecksTheOutputFirst(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "c.pth")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for output, want := range map[string]string{
		"":                                 "no output",
		filepath.Join(dir, "no", "m.onnx"): "output's folder",
		file:                               "both checkpoint and output",
		dir:                                "is not a file",
	} {
		_, err := Import(context.Background(), ImportOptions{Checkpoint: file, Output: output})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("output %q: error %v", output, err)
		}
	}
}

func TestExternalDataBesideTheModel(t *testing.T) {
	loadRuntime(t)
	path, r := importMini(t, ImportOptions{Vocab: miniVocabulary(), ExternalBytes: -1})
	m, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if m.Info().SHA256 != r.Written.SHA256 || r.Written.Data == nil {
		t.Errorf("info %+v of %+v", m.Info(), r.Written)
	}
	if err := os.Remove(r.Written.Data.Path); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{}); err == nil || !strings.Contains(err.Error(), "mini.onnx") {
		t.Errorf("without its data: error %v", err)
	}
}

// BenchmarkImport reports the bytes of weights a second.
func BenchmarkImport(b *testing.B) {
	o := ImportOptions{Checkpoint: shared(b, "glip-mini.pth"), Output: filepath.Join(b.TempDir(), "m.onnx")}
	for b.Loop() {
		r, err := Import(context.Background(), o)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(4 * r.Parameters)
	}
}

var _ Session = (*ort.Session)(nil)
