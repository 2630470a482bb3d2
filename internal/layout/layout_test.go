package layout

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/groundmill/groundmill"

// layers lists which packages of the module the packages under a path may
// import; a path covers itself and everything below it. The first entry that
// covers a package decides.
var layers = []struct {
	path string
	may  []string
}{
	{"schema", []string{"schema"}},
	{"extract", []string{"schema", "extract"}},
	{"teacher/tiny", []string{"internal/scene"}},
	{"teacher", []string{"schema", "teacher"}},
	{"filter", []string{"schema", "filter"}},
	{"pipelines", []string{"schema", "extract", "teacher", "filter", "pipelines", "internal"}},
	{"configs", nil},
	{"cmd/runner", []string{"schema", "extract", "teacher", "filter", "pipelines", "internal"}},
	{"internal/bench", []string{"schema", "extract", "teacher", "filter", "pipelines", "internal"}},
	{"internal/phrasebench", []string{"schema", "extract", "internal"}},
	{"internal/audit", []string{"schema", "teacher", "filter", "internal"}}, // filter names the rules
	{"internal/rowset", []string{"schema", "filter", "internal"}},
	{"internal/verdict", []string{"schema", "filter"}},
	{"internal/sampling", []string{"schema", "filter", "internal"}},
	{"internal/review", []string{"schema", "internal"}},
	{"internal/calibrate", []string{"schema", "filter", "internal"}},
	{"internal", []string{"schema", "teacher", "internal"}},
}

// testOnly are packages that only tests may import.
var testOnly = []string{"internal/storage/storagetest", "internal/storage/faulty", "internal/page/pagetest", "pipelines/clustertest", "pipelines/dataflow/dataflowtest"}

type pkg struct {
	ImportPath string
	Doc        string
	Imports    []string
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		may, ok := allowed(name)
		if !ok {
			t.Errorf("package %s stands in no known layer", name)
		}
		for _, imported := range p.Imports {
			if rest, ours := strings.CutPrefix(imported, module+"/"); ours && !covered(rest, may) {
				t.Errorf("%s imports %s; it may import %s", name, rest, strings.Join(may, ", "))
			}
			if rest := strings.TrimPrefix(imported, module+"/"); slices.Contains(testOnly, rest) && !slices.Contains(testOnly, name) {
				t.Errorf("%s imports %s; only tests may", name, rest)
			}
			if strings.HasPrefix(imported, "github.com/apache/beam") && !covered(name, []string{"pipelines"}) {
				t.Errorf("%s imports Beam; only pipelines may", name)
			}
		}
	}
}

func TestEveryPackageIsDocumented(t *testing.T) {
	for _, p := range packages(t) {
		if p.Doc == "" {
			t.Errorf("package %s has no package comment", p.ImportPath)
		}
	}
}

func TestTopLevelNames(t *testing.T) {
	allowed := []string{"Makefile", "README.md", "cmd", "configs", "docs", "extract", "filter", "go.mod", "go.sum",
		"internal", "pipelines", "schema", "teacher", "testdata", "bin", "out"}
	entries, err := os.ReadDir(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); !strings.HasPrefix(name, ".") && !slices.Contains(allowed, name) {
			t.Errorf("%s stands at the top level; put it below one of %s", name, strings.Join(allowed, ", "))
		}
	}
}

func allowed(name string) ([]string, bool) {
	for _, l := range layers {
		if covered(name, []string{l.path}) {
			return l.may, true
		}
	}
	return nil, false
}

func covered(name string, paths []string) bool {
	return slices.ContainsFunc(paths, func(p string) bool {
		return name == p || strings.HasPrefix(name, p+"/")
	})
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Doc,Imports", module+"/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
