package review

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/filter"
	"github.com/groundmill/groundmill/internal/verdict"
)

// toolsPython names the Python that has the packages of testdata/tools, which take
// more than a GB: `make test-review` installs them and sets it.
const toolsPython = "GROUNDMILL_REVIEW_TOOLS"

// accepted is what testdata/tools/check.py prints.
type accepted struct {
	LabelStudio struct {
		Tasks    int
		Problems []string
	} `json:"label_studio"`
	FiftyOne struct {
		Boxes    int
		Problems []string
	} `json:"fiftyone"`
}

// TestToolsAcceptTheExport lets the packages of Label Studio and FiftyOne read an
// export, whole and broken.
func TestToolsAcceptTheExport(t *testing.T) {
	if os.Getenv(toolsPython) == "" {
		t.Skip(toolsPython + " is not set; make test-review installs the tools and sets it")
	}
	folder := exported(t, "two dogs", "🐶 & two <script>alert(1)</script> dogs\u202e", `"quoted" {{two}} dogs`, strings.Repeat("é", 10_000)+" two dogs")
	got := check(t, folder)
	if got.LabelStudio.Tasks != 4 || got.FiftyOne.Boxes != 4 || len(got.LabelStudio.Problems)+len(got.FiftyOne.Problems) > 0 {
		t.Errorf("of 4 boxes the tools accept %+v", got)
	}
	replace(t, filepath.Join(folder, "labelstudio", "tasks-00000.json"), `"rectanglelabels": [`, `"rectanglelabels": ["other",`)
	replace(t, filepath.Join(folder, "fiftyone", "samples.json"), "images/", "elsewhere/")
	if got := check(t, folder); len(got.LabelStudio.Problems) != 4 || len(got.FiftyOne.Problems) != 1 {
		t.Errorf("of a broken export the tools say %+v", got)
	}
}

// exported exports a box of one picture for each caption, of which the phrase is
// "two".
func exported(t *testing.T, captions ...string) string {
	t.Helper()
	dir := t.TempDir()
	picture := writePicture(t, filepath.Join(dir, "a.tar"))
	f := verdict.New("", 1, filter.Config{})
	for i, caption := range captions {
		before, _, _ := strings.Cut(caption, "two")
		j := judgement(caption, "two", int32(len([]rune(before))))
		j.Key, j.ImageSHA256 = fmt.Sprint(i), picture
		f.Judgements = append(f.Judgements, j)
	}
	folder := filepath.Join(dir, "review")
	done, err := Export(t.Context(), f, ExportOptions{Folder: folder, Input: dir, ImageURL: DefaultImageURL})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&Exported{Boxes: len(captions), Images: 1, TaskFiles: 1}, done); diff != "" {
		t.Fatalf("export differs (-want +got):\n%s", diff)
	}
	return folder
}

// writePicture writes a tar of one picture of 200×50 pixels and returns its digest.
func writePicture(t *testing.T, path string) string {
	t.Helper()
	var picture, archive bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 200, 50)), nil); err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(&archive)
	err := w.WriteHeader(&tar.Header{Name: "0.jpg", Mode: 0o644, Size: int64(picture.Len())})
	_, writeErr := w.Write(picture.Bytes())
	if err := errors.Join(err, writeErr, w.Close()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, archive.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(picture.Bytes())
	return hex.EncodeToString(sum[:])
}

// check runs the tools on an export.
func check(t *testing.T, folder string) (got accepted) {
	t.Helper()
	cmd := exec.Command(os.Getenv(toolsPython), filepath.Join("testdata", "tools", "check.py"), folder)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return got
}

func replace(t *testing.T, path, old, with string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(data, []byte(old)) {
		t.Fatalf("%s has no %s", path, old)
	}
	if err := os.WriteFile(path, bytes.ReplaceAll(data, []byte(old), []byte(with)), 0o644); err != nil {
		t.Fatal(err)
	}
}
