package container

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Lines of sh in pip's place, run with the packages' folder in $to.
const (
	pipLibraries = `mkdir -p $to/nvidia/cu13/lib $to/nvidia/cudnn/lib
for lib in cu13/lib/libcublas.so.13 cu13/lib/libnvblas.so.13 cudnn/lib/libcudnn.so.9 cudnn/lib/notes; do echo $lib >$to/nvidia/$lib; done
`
	pipLicences = `mkdir -p $to/nvidia_cublas-13.dist-info/licenses; echo terms >$to/nvidia_cublas-13.dist-info/licenses/License.txt
`
)

// installCUDA runs the script with a python3 that does as pip says, "" for none.
func installCUDA(t *testing.T, folder, pip string) (string, error) {
	t.Helper()
	bin := t.TempDir()
	for _, tool := range []string{"basename", "chmod", "cmp", "cp", "cut", "dirname", "mkdir", "mktemp", "mv", "rm", "sh", "tr"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Skip(err)
		}
		if err := os.Symlink(path, filepath.Join(bin, tool)); err != nil {
			t.Fatal(err)
		}
	}
	if pip != "" {
		python := "#!/bin/sh\nwhile [ \"$1\" != --target ]; do shift; done\nto=$2\n" + pip
		if err := os.WriteFile(filepath.Join(bin, "python3"), []byte(python), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("/bin/sh", "install-cuda.sh", folder)
	cmd.Env = []string{"PATH=" + bin}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// names lists all files under folder.
func names(t *testing.T, folder string) string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, strings.TrimPrefix(path, folder+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(files, " ")
}

func TestInstallCUDA(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "cuda")
	if said, err := installCUDA(t, folder, pipLibraries+pipLicences); err != nil || said != "" {
		t.Fatalf("%v: %q", err, said)
	}
	want := "cuda.txt lib/libcublas.so.13 lib/libcudnn.so.9 licenses/nvidia_cublas-13.txt"
	if got := names(t, folder); got != want {
		t.Errorf("installed %s, want %s", got, want)
	}
	if said, err := installCUDA(t, folder, ""); err != nil || said != "" {
		t.Errorf("the second time, without python3: %v: %q", err, said)
	}
	if err := os.WriteFile(filepath.Join(folder, "cuda.txt"), []byte("another list"), 0o666); err != nil {
		t.Fatal(err)
	}
	if said, err := installCUDA(t, folder, pipLibraries+pipLicences); err != nil || said != "" {
		t.Errorf("over another list's libraries: %v: %q", err, said)
	}
	if got := names(t, folder); got != want {
		t.Errorf("the third time installed %s, want %s", got, want)
	}
}

func TestInstallCUDARefuses(t *testing.T) {
	for _, c := range []struct{ name, pip, want string }{
		{"no python3", "", "python3 is missing"},
		{"no network", "echo no matching; echo distribution >&2; exit 1", "(no network?): no matching distribution"},
		{"no libraries", pipLicences, "hold no libraries"},
		{"no licence", pipLibraries + "mkdir $to/nvidia_cublas-13.dist-info", "nvidia_cublas-13 comes without its licence"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			said, err := installCUDA(t, folder, c.pip)
			if err == nil || !strings.Contains(said, c.want) || strings.Count(said, "\n") != 1 {
				t.Errorf("error %v with %q, want one line with %q", err, said, c.want)
			}
			if left := names(t, folder); left != "" {
				t.Errorf("left behind: %s", left)
			}
		})
	}
}
