package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"runner": main})
}

// TestScripts runs the command line as a user does. Each script opens with the
// promise that it guards.
func TestScripts(t *testing.T) {
	library := runtimeLibrary(t)
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	model := tinyModel(t, root)
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"pairs": writePairs, "truncate": truncateFile},
		Condition: func(name string) (bool, error) {
			return name == "root" && os.Geteuid() == 0, nil
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("REPO", root)
			env.Setenv("MODEL", model)
			env.Setenv(ort.EnvLibrary, library)
			return nil
		},
	})
}

// runtimeLibrary finds ONNX Runtime; without it nothing here can run.
func runtimeLibrary(t *testing.T) string {
	t.Helper()
	library, err := ort.Locate("")
	if err == nil {
		return library
	}
	if os.Getenv("GROUNDMILL_REQUIRE_ORT") != "" {
		t.Fatal(err)
	}
	t.Skip(err)
	return ""
}

// tinyModel imports the bundled teacher.
func tinyModel(t *testing.T, root string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tiny.onnx")
	options := glip.ImportOptions{Checkpoint: filepath.Join(root, "testdata", "tiny.pth"), Output: path}
	if _, err := glip.Import(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	return path
}
