package review

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/groundmill/groundmill/internal/picture"
	"github.com/groundmill/groundmill/internal/verdict"
	"github.com/groundmill/groundmill/schema"
)

// ExportOptions say where things are.
type ExportOptions struct {
	Folder string // to make; it must not exist or be empty
	Input  string // folder of the input tars, for the pictures
	// ImageURL is put before "images/NAME" in the tasks of Label Studio.
	ImageURL string
}

// DefaultImageURL is where Label Studio serves files of a folder that is its
// LOCAL_FILES_DOCUMENT_ROOT.
const DefaultImageURL = "/data/local-files/?d="

// Exported counts what was written.
type Exported struct {
	Boxes     int `json:"boxes"`
	Images    int `json:"images"`
	Missing   int `json:"missing"` // images that were not found; their boxes are left out
	LeftOut   int `json:"left_out"`
	TaskFiles int `json:"task_files"`
}

// Reasons to refuse an export.
var (
	ErrExists     = errors.New("is there already and not empty; name a new folder")
	ErrNoPictures = errors.New("none of the pictures were found; name the folder of the input tars")
)

// Export writes a folder for the tools. Lines without a box, or of pictures that
// are not there any more, are left out and counted.
func Export(ctx context.Context, f *verdict.File, o ExportOptions) (*Exported, error) {
	if entries, err := os.ReadDir(o.Folder); len(entries) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(fmt.Errorf("%s: %w", o.Folder, ErrExists), err)
	}
	temp, err := os.MkdirTemp(filepath.Dir(filepath.Clean(o.Folder)), "."+filepath.Base(o.Folder)+".*.tmp")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp) // renamed by then if all went well
	x := exporter{folder: temp, url: o.ImageURL, names: map[string]string{}}
	if err := x.write(ctx, f, o.Input); err != nil {
		return nil, err
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return nil, err
	}
	_ = os.Remove(o.Folder) // an empty one; Rename tells if it is in the way
	return &x.done, os.Rename(temp, o.Folder)
}

type exporter struct {
	folder, url string
	names       map[string]string // file name of each picture by digest
	done        Exported
}

func (x *exporter) write(ctx context.Context, f *verdict.File, input string) error {
	if err := x.pictures(ctx, f, input); err != nil {
		return err
	}
	judgements := x.shown(f)
	for i := 0; i*tasksPerFile < len(judgements); i++ {
		tasks := []task{}
		for _, j := range judgements[i*tasksPerFile : min((i+1)*tasksPerFile, len(judgements))] {
			tasks = append(tasks, taskOf(j, x.url+x.path(j)))
		}
		if err := x.json(fmt.Sprintf("labelstudio/tasks-%05d.json", i), tasks); err != nil {
			return err
		}
		x.done.TaskFiles++
	}
	samples := map[string]any{"samples": fiftyoneSamples(judgements, x.path)}
	return errors.Join(
		x.file("labelstudio/labelling.xml", labelling),
		x.json("fiftyone/samples.json", samples),
		x.file("fiftyone/load_fiftyone.py", loader),
	)
}

// pictures copies the pictures of a file's boxes.
func (x *exporter) pictures(ctx context.Context, f *verdict.File, input string) error {
	var rows []*schema.Row
	asked := map[string]bool{}
	for i := range f.Judgements {
		if j := &f.Judgements[i]; drawable(j) && !asked[j.ImageSHA256] {
			asked[j.ImageSHA256] = true
			rows = append(rows, &schema.Row{ImageSHA256: j.ImageSHA256, Source: schema.Source{Shard: j.Shard, Index: j.Index}})
		}
	}
	source, err := picture.Open(ctx, input)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoPictures, err)
	}
	var failed error
	source.Find(ctx, rows, func(row *schema.Row, data []byte) {
		name := row.ImageSHA256 + extension(data)
		x.names[row.ImageSHA256] = name
		failed = errors.Join(failed, x.file("images/"+name, data))
	})
	x.done.Images, x.done.Missing = len(x.names), len(asked)-len(x.names)
	if failed == nil && len(x.names) == 0 {
		return fmt.Errorf("%s: %w", input, ErrNoPictures)
	}
	return failed
}

// drawable says whether a judgement is of a box whose place in the image is known.
func drawable(j *verdict.Judgement) bool { return j.Box != nil && j.Width > 0 }

// extension names the type of a picture.
func extension(data []byte) string {
	_, kind, _ := strings.Cut(http.DetectContentType(data), "image/")
	switch kind {
	case "png", "webp", "gif":
		return "." + kind
	}
	return ".jpg"
}

// shown returns the judgements that tools can show.
func (x *exporter) shown(f *verdict.File) (out []*verdict.Judgement) {
	for i := range f.Judgements {
		if j := &f.Judgements[i]; drawable(j) && x.names[j.ImageSHA256] != "" {
			out = append(out, j)
		}
	}
	x.done.Boxes, x.done.LeftOut = len(out), len(f.Judgements)-len(out)
	return out
}

// path is the picture's path below the folder.
func (x *exporter) path(j *verdict.Judgement) string { return "images/" + x.names[j.ImageSHA256] }

func (x *exporter) file(name string, data []byte) error {
	path := filepath.Join(x.folder, filepath.FromSlash(name))
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, 0o644))
}

func (x *exporter) json(name string, v any) error {
	path := filepath.Join(x.folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	return errors.Join(encode(w, v), w.Flush(), f.Close())
}

func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	return enc.Encode(v)
}
