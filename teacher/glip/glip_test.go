package glip

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/ort"
)

// shared returns the path of a reference file outside the repository, or skips
// the test.
func shared(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "glip", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("reference data is not there: %v", err)
	}
	return path
}

// loadRuntime loads ONNX Runtime, or skips the test.
func loadRuntime(t testing.TB) {
	t.Helper()
	library, err := ort.Locate("")
	if err != nil {
		t.Skip(err)
	}
	if err := ort.Load(library); err != nil {
		t.Fatal(err)
	}
}

// miniVocabulary names the 2,500 rows of glip-mini's word embedding.
func miniVocabulary() []string {
	v := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
	for i := len(v); i < 2500; i++ {
		v = append(v, fmt.Sprintf("word%d", i))
	}
	return v
}

func TestMain(m *testing.M) {
	code := m.Run()
	if sharedMini.model != nil {
		sharedMini.model.Close()
	}
	os.Exit(code)
}

// importMini imports glip-mini, a GLIP of small dimensions and random weights.
func importMini(t testing.TB, o ImportOptions) (string, *ImportReport) {
	t.Helper()
	o.Checkpoint = shared(t, "glip-mini.pth")
	o.Output = filepath.Join(t.TempDir(), "mini.onnx")
	o.MinSize, o.MaxSize = 128, 213
	report, err := Import(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return o.Output, report
}

// sharedMini is glip-mini, opened once for all tests: opening takes longer than
// most of them.
var sharedMini struct {
	sync.Once
	model *Model
}

// openMini returns glip-mini as a teacher, with parameters of the test's own.
func openMini(t testing.TB, p Parameters) *Model {
	t.Helper()
	loadRuntime(t)
	shared(t, "glip-mini.pth")
	sharedMini.Do(func() {
		path, _ := importMini(t, ImportOptions{Vocab: miniVocabulary()})
		sharedMini.model = openWhole(t, path, DefaultParameters())
	})
	if sharedMini.model == nil {
		t.Fatal("glip-mini could not be opened")
	}
	m := *sharedMini.model
	m.parameters = p
	return &m
}

// openWhole opens a teacher whose session returns all that the graph does.
func openWhole(t testing.TB, path string, p Parameters) *Model {
	t.Helper()
	s, err := ort.Open(path, ort.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(s, p)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// picture is an image whose pixels follow from its seed.
func picture(width, height int, seed uint32) *teacher.RGB {
	m := &teacher.RGB{Width: width, Height: height, Pix: make([]byte, 3*width*height)}
	for i := range m.Pix {
		seed = seed*1664525 + 1013904223
		m.Pix[i] = byte(seed>>24)/2 + byte(i/9%128)
	}
	return m
}

var (
	glipT, glipA, glipL = GLIPT(), GLIPTA(), GLIPL()

	// tiny has every kind of tensor, and few of them.
	tiny = Architecture{
		Swin:     Swin{Embed: 8, Depths: [4]int{2, 1, 1, 1}, Heads: [4]int{1, 2, 4, 8}, Window: 4},
		Channels: 16, Blocks: 1, FusionEmbed: 32,
		BERT: BERT{Hidden: 64, Layers: 1, Intermediate: 64, Vocabulary: 20, Positions: 16},
	}
)
