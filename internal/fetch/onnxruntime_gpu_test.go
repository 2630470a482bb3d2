package fetch

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// gpuFiles are the files that the script installs and what stands in for them.
var gpuFiles = map[string]string{
	"libonnxruntime.so.1":                   "core\n",
	"libonnxruntime_providers_cuda.so":      "cuda\n",
	"libonnxruntime_providers_shared.so":    "shared\n",
	"libonnxruntime_providers_tensorrt.so":  "tensorrt\n",
	"onnxruntime_pybind11_state.not-wanted": "python\n",
}

// wheel packs the files as the package does, but for the one left out.
func wheel(t *testing.T, without string) []byte {
	t.Helper()
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for name, content := range gpuFiles {
		if name == without {
			continue
		}
		if name == "libonnxruntime.so.1" {
			name = "libonnxruntime.so.1.29.0"
		}
		w, err := archive.Create("onnxruntime/capi/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gpuInstall is one try of the script: what stands in for the world around it.
type gpuInstall struct {
	wheel   []byte // what pip fetches
	pinned  []byte // the wheel whose hash is pinned, if not wheel
	core    string // the runtime's content whose hash is pinned, if not gpuFiles'
	pip     string // a line of sh in pip's place, or "-" for no python3
	machine string // of uname -m, x86_64 if empty
	present bool   // whether all files are there before
}

func (in gpuInstall) run(t *testing.T) (folder, stdout, stderr string, err error) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the script needs a POSIX shell")
	}
	root := t.TempDir()
	folder = filepath.Join(root, "new", "gpu")
	for name, content := range gpuFiles {
		if in.present && strings.HasPrefix(name, "lib") {
			write(t, filepath.Join(folder, name), content)
		}
	}
	bin := filepath.Join(root, "bin")
	install{npm: "-", machine: in.machine}.fakeTools(t, bin, "")
	in.fakePython(t, bin, filepath.Join(root, "fake.whl"))
	script := filepath.Join(root, "onnxruntime-gpu.sh")
	write(t, script, in.repinned(t))
	cmd := exec.Command("/bin/sh", script, folder)
	cmd.Env = []string{"PATH=" + bin}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return folder, out.String(), errs.String(), err
}

// fakePython makes a python3 whose pip copies the wheel to where --dest says;
// the rest is the real one, which may be a wrapper that needs its environment.
func (in gpuInstall) fakePython(t *testing.T, bin, path string) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here")
	}
	write(t, path, string(in.wheel))
	pip := `while [ "$1" != --dest ]; do shift; done; cp ` + path + ` "$2/onnxruntime_gpu.whl"; exit`
	if in.pip != "" {
		pip = in.pip
	}
	if pip != "-" {
		write(t, filepath.Join(bin, "python3"), fmt.Sprintf(
			"#!/bin/sh\nif [ $1 = -m ]; then\n%s\nfi\nHOME='%s' PATH='%s' exec %s \"$@\"\n",
			pip, os.Getenv("HOME"), os.Getenv("PATH"), python))
	}
}

// repinned returns the script with the hashes of this try.
func (in gpuInstall) repinned(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile("onnxruntime-gpu.sh")
	if err != nil {
		t.Fatal(err)
	}
	pins := map[string]string{
		"wheel_sha256": string(in.wheel), "core_sha256": gpuFiles["libonnxruntime.so.1"],
	}
	if in.pinned != nil {
		pins["wheel_sha256"] = string(in.pinned)
	}
	if in.core != "" {
		pins["core_sha256"] = in.core
	}
	for _, provider := range []string{"cuda", "shared", "tensorrt"} {
		pins[provider+"_sha256"] = gpuFiles["libonnxruntime_providers_"+provider+".so"]
	}
	text := string(script)
	for name, content := range pins {
		line := regexp.MustCompile(`(?m)^` + name + `=[0-9a-f]+$`)
		if !line.MatchString(text) {
			t.Fatalf("onnxruntime-gpu.sh has no line %s=", name)
		}
		text = line.ReplaceAllString(text, fmt.Sprintf("%s=%x", name, sha256.Sum256([]byte(content))))
	}
	return text
}

func TestGPUScriptInstalls(t *testing.T) {
	good := wheel(t, "")
	for name, in := range map[string]gpuInstall{
		"nothing there":                    {wheel: good},
		"already there, python3 not asked": {wheel: good, present: true, pip: "-"},
	} {
		t.Run(name, func(t *testing.T) {
			folder, stdout, stderr, err := in.run(t)
			if err != nil || stderr != "" {
				t.Fatalf("%v: %s", err, stderr)
			}
			if got, want := strings.TrimSpace(stdout), filepath.Join(folder, "libonnxruntime.so.1"); got != want {
				t.Errorf("printed %q, want %q", got, want)
			}
			entries, err := os.ReadDir(folder)
			if err != nil || len(entries) != 4 {
				t.Errorf("%d files (%v), want the 4 libraries", len(entries), err)
			}
			for _, e := range entries {
				if got, _ := os.ReadFile(filepath.Join(folder, e.Name())); string(got) != gpuFiles[e.Name()] {
					t.Errorf("%s holds %q", e.Name(), got)
				}
			}
		})
	}
}

func TestGPUScriptRefuses(t *testing.T) {
	good := wheel(t, "")
	cases := []struct {
		name string
		in   gpuInstall
		want string
	}{
		{"no python3", gpuInstall{wheel: good, pip: "-"}, "python3 is missing"},
		{"no network", gpuInstall{wheel: good, pip: "echo 'ERROR: no matching'; echo distribution >&2; exit 1"},
			"pip could not fetch onnxruntime-gpu==1.29.0 (no network?): ERROR: no matching distribution"},
		{"pip leaves nothing", gpuInstall{wheel: good, pip: "exit 0"}, "does not have the pinned SHA-256"},
		{"changed wheel", gpuInstall{wheel: good, pinned: []byte("another")}, "the wheel of onnxruntime-gpu==1.29.0 does not have"},
		{"changed library", gpuInstall{wheel: good, core: "another"}, "the libraries of onnxruntime-gpu==1.29.0 do not have"},
		{"no runtime inside", gpuInstall{wheel: wheel(t, "libonnxruntime.so.1")}, "has no libonnxruntime.so.1"},
		{"no provider inside", gpuInstall{wheel: wheel(t, "libonnxruntime_providers_cuda.so")}, "do not have the pinned SHA-256"},
		{"no archive", gpuInstall{wheel: []byte("hello")}, "cannot unpack onnxruntime-gpu==1.29.0: zipfile.BadZipFile"},
		{"unknown machine", gpuInstall{wheel: good, machine: "aarch64"}, "no pinned GPU build for Linux aarch64"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			folder, stdout, stderr, err := c.in.run(t)
			if err == nil || stdout != "" {
				t.Errorf("error %v, stdout %q; want a failure and nothing printed", err, stdout)
			}
			if !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("stderr %q, want one line with %q", stderr, c.want)
			}
			if entries, _ := os.ReadDir(folder); len(entries) != 0 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
}
