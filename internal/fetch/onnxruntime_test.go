package fetch

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

const (
	member  = "package/bin/napi-v6/linux/x64/libonnxruntime.so.1"
	content = "not really a library\n"
)

// install is one try of the script: what stands in for the world around it.
type install struct {
	tarball []byte // what npm fetches
	pinned  []byte // the tarball whose hash is pinned, if not tarball
	library string // the library whose hash is pinned
	npm     string // a line of sh that fails in npm's place, or "-" for no npm
	machine string // of uname -m, x86_64 if empty
	present string // the library's content before, if any
}

// run returns the folder and what the script printed.
func (in install) run(t *testing.T) (folder, stdout, stderr string, err error) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the script needs a POSIX shell")
	}
	root := t.TempDir()
	bin := filepath.Join(root, "bin")
	folder = filepath.Join(root, "new", "ort")
	if in.present != "" {
		write(t, filepath.Join(folder, "libonnxruntime.so.1"), in.present)
	}
	write(t, filepath.Join(root, "fake.tgz"), string(in.tarball))
	in.fakeTools(t, bin, filepath.Join(root, "fake.tgz"))
	script := filepath.Join(root, "onnxruntime.sh")
	write(t, script, in.repinned(t))
	cmd := exec.Command("/bin/sh", script, folder)
	cmd.Env = []string{"PATH=" + bin} // no HOME on purpose
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return folder, out.String(), errs.String(), err
}

// repinned returns the script with the hashes of this try.
func (in install) repinned(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile("onnxruntime.sh")
	if err != nil {
		t.Fatal(err)
	}
	pinned := in.pinned
	if pinned == nil {
		pinned = in.tarball
	}
	text := string(script)
	for name, hash := range map[string]string{
		"tarball_sha512": fmt.Sprintf("%x", sha512.Sum512(pinned)),
		"x64_sha256":     fmt.Sprintf("%x", sha256.Sum256([]byte(in.library))),
	} {
		line := regexp.MustCompile(`(?m)^` + name + `=[0-9a-f]+$`)
		if !line.MatchString(text) {
			t.Fatalf("onnxruntime.sh has no line %s=", name)
		}
		text = line.ReplaceAllString(text, name+"="+hash)
	}
	return text
}

// fakeTools makes a PATH of the real tools, a made-up machine and npm.
func (in install) fakeTools(t *testing.T, bin, tarball string) {
	t.Helper()
	for _, tool := range []string{
		"cat", "chmod", "cp", "cut", "dirname", "grep", "gzip", "mkdir", "mktemp", "mv", "rm",
		"sha256sum", "sha512sum", "tail", "tar", "touch", "tr",
	} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Skipf("no %s here", tool)
		}
		write(t, filepath.Join(bin, tool), "#!/bin/sh\nexec "+path+" \"$@\"\n")
	}
	machine := in.machine
	if machine == "" {
		machine = "x86_64"
	}
	write(t, filepath.Join(bin, "uname"), "#!/bin/sh\n[ $1 = -s ] && echo Linux || echo "+machine+"\n")
	npm := "cp " + tarball + " onnxruntime-node-1.29.0.tgz; echo onnxruntime-node-1.29.0.tgz"
	if in.npm != "" {
		npm = in.npm
	}
	if npm != "-" {
		write(t, filepath.Join(bin, "npm"), "#!/bin/sh\n"+npm+"\n")
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o777); err != nil {
		t.Fatal(err)
	}
}

// pack makes a gzipped tar of one file.
func pack(t *testing.T, name, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	archive := tar.NewWriter(zip)
	if err := archive.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o600}); err != nil {
		t.Fatal(err)
	}
	if _, err := archive.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestScriptInstalls(t *testing.T) {
	good := pack(t, member, content)
	cases := []struct {
		name string
		in   install
	}{
		{"nothing there", install{tarball: good, library: content}},
		{"another file there", install{tarball: good, library: content, present: "older"}},
		{"already there, npm not asked", install{tarball: good, library: content, present: content, npm: "-"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			folder, stdout, stderr, err := c.in.run(t)
			if err != nil || stderr != "" {
				t.Fatalf("%v: %s", err, stderr)
			}
			want := filepath.Join(folder, "libonnxruntime.so.1")
			if got := strings.TrimSpace(stdout); got != want {
				t.Errorf("printed %q, want %q", got, want)
			}
			if got, err := os.ReadFile(want); err != nil || string(got) != content {
				t.Errorf("installed %q (%v), want %q", got, err, content)
			}
			onlyLibrary(t, folder)
		})
	}
}

func TestScriptRefuses(t *testing.T) {
	good := pack(t, member, content)
	cases := []struct {
		name string
		in   install
		want string
	}{
		{"no npm", install{tarball: good, library: content, npm: "-"}, "npm is missing"},
		{"no network", install{tarball: good, library: content, npm: "echo 'npm error code ENOTFOUND' >&2; echo 'npm error network' >&2; exit 1"},
			"npm could not fetch onnxruntime-node@1.29.0 (no network?): npm error code ENOTFOUND npm error network"},
		{"npm leaves nothing", install{tarball: good, library: content, npm: "echo x.tgz"}, "left no tarball"},
		{"changed tarball", install{tarball: good, pinned: pack(t, member, "another"), library: content}, "does not have the pinned SHA-512"},
		{"changed library", install{tarball: good, library: "another"}, "does not have the pinned SHA-256"},
		{"library not inside", install{tarball: pack(t, "package/README.md", "hello"), library: content}, "has no " + member},
		{"unknown machine", install{tarball: good, library: content, machine: "riscv64"}, "no pinned library for Linux riscv64"},
	}
	for _, c := range cases {
		for _, present := range []string{"", "older"} {
			t.Run(c.name+present, func(t *testing.T) {
				c.in.present = present
				folder, stdout, stderr, err := c.in.run(t)
				if err == nil || stdout != "" {
					t.Errorf("error %v, stdout %q; want a failure and nothing printed", err, stdout)
				}
				if !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
					t.Errorf("stderr %q, want one line with %q", stderr, c.want)
				}
				got, _ := os.ReadFile(filepath.Join(folder, "libonnxruntime.so.1"))
				if string(got) != present {
					t.Errorf("the library became %q, want %q", got, present)
				}
				onlyLibrary(t, folder)
			})
		}
	}
}

// onlyLibrary wants no temporary file left.
func onlyLibrary(t *testing.T, folder string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "libonnxruntime.so.1" {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}
