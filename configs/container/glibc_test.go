package container

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// lab compiles small programs and libraries whose version needs are the test's
// own, not those of the machine.
type lab struct {
	t   *testing.T
	dir string
}

func newLab(t *testing.T) lab {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("needs a compiler that makes ELF files")
	}
	return lab{t, t.TempDir()}
}

func (l lab) write(path, content string) string {
	l.t.Helper()
	path = filepath.Join(l.dir, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o777); err != nil {
		l.t.Fatal(err)
	}
	return path
}

func (l lab) compile(args ...string) {
	l.t.Helper()
	out, err := exec.Command("cc", append([]string{"-nostdlib", "-w"}, args...)...).CombinedOutput()
	if err != nil {
		l.t.Fatalf("cc %v: %v\n%s", args, err, out)
	}
}

// library makes a library at path whose soname is the file's. Each version, in
// order, defines the function of the same number: f0, f1...
func (l lab) library(path string, versions ...string) string {
	l.t.Helper()
	var code, script strings.Builder
	for i, version := range versions {
		fmt.Fprintf(&code, "void f%d(void) {}\n", i)
		fmt.Fprintf(&script, "%s { global: f%d; };\n", version, i)
	}
	path = filepath.Join(l.dir, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		l.t.Fatal(err)
	}
	args := []string{"-shared", "-fPIC", "-o", path, "-Wl,-soname," + filepath.Base(path), l.write("lib.c", code.String())}
	if len(versions) > 0 {
		args = append(args, "-Wl,--version-script="+l.write("lib.map", script.String()))
	}
	l.compile(args...)
	return path
}

// program makes a program that is linked with the libraries and calls functions.
func (l lab) program(functions string, libraries ...string) string {
	l.t.Helper()
	code := l.write("main.c", "void _start(void) { "+functions+" }")
	path := filepath.Join(l.dir, "program")
	l.compile(append([]string{"-o", path, "-Wl,--no-as-needed", code}, libraries...)...)
	return path
}

// glibc runs the script and returns its only line and whether it was content.
func glibc(t *testing.T, path string, args ...string) (line string, fits bool) {
	t.Helper()
	cmd := exec.Command("/bin/sh", append([]string{"glibc.sh"}, args...)...)
	cmd.Env = []string{"PATH=" + path, "LANG=de_DE.UTF-8"}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	fits = cmd.Run() == nil
	said, silent := out.String(), errs.String()
	if !fits {
		said, silent = silent, said
	}
	if strings.Count(said, "\n") != 1 || silent != "" {
		t.Errorf("glibc.sh %q, content %t, printed %q and %q; want one line", args, fits, &out, &errs)
	}
	return said, fits
}

func check(t *testing.T, line string, fits, wantFits bool, want string) {
	t.Helper()
	if fits != wantFits || !strings.Contains(line, want) {
		t.Errorf("content %t with %q, want %t with %q", fits, line, wantFits, want)
	}
}

func TestAgainstVersion(t *testing.T) {
	l := newLab(t)
	libc := l.library("lib/libc.so.6", "GLIBC_2.2.5", "GLIBC_2.9", "GLIBC_2.36", "GLIBC_PRIVATE")
	for _, c := range []struct {
		name, calls, version string
		fits                 bool
		want                 string
	}{
		{"fits", "f0(); f1();", "2.36", true, "needs glibc 2.9, the image has 2.36"},
		{"exactly", "f2();", "2.36", true, "needs glibc 2.36, the image has 2.36"},
		{"the recipe's by default", "f2();", "", true, "needs glibc 2.36, the image has 2.36"},
		{"too new", "f0(); f1();", "2.8", false, "needs GLIBC_2.9 (for f1), and the image's glibc ends at GLIBC_2.8: build it in the image's own distribution: docker build"},
		{"too new by number, not by letter", "f2();", "2.9", false, "needs GLIBC_2.36 (for f2)"},
		{"too new by the patch version", "f0();", "2.2", false, "needs GLIBC_2.2.5 (for f0)"},
		{"no number", "f3();", "2.2", true, "asks for no version of glibc"},
		{"no version", "f0();", "2.36beta", false, "2.36beta is neither a folder nor a version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := []string{l.program(c.calls, libc)}
			if c.version != "" {
				args = append(args, c.version)
			}
			line, fits := glibc(t, os.Getenv("PATH"), args...)
			check(t, line, fits, c.fits, c.want)
		})
	}
}

// TestLibrary is about a library that has versions of its own, which are not
// what it needs.
func TestLibrary(t *testing.T) {
	l := newLab(t)
	libc := l.library("lib/libc.so.6", "GLIBC_2.2.5")
	own := filepath.Join(l.dir, "own.so")
	l.compile("-shared", "-fPIC", "-o", own, "-Wl,--version-script="+l.write("own.map", "GLIBC_9.9 { global: own; };"),
		l.write("own.c", "void f0(void); void own(void) { f0(); }"), libc)
	line, fits := glibc(t, os.Getenv("PATH"), own, "2.36")
	check(t, line, fits, true, "needs glibc 2.2.5, the image has 2.36")
}

func TestAgainstRootfs(t *testing.T) {
	l := newLab(t)
	libc := l.library("lib/libc.so.6", "GLIBC_2.2.5", "GLIBC_2.36")
	stdcxx := l.library("lib/libstdc++.so.6", "GLIBCXX_3.4.30", "CXXABI_1.3.13")
	l.library("old/lib/x86_64-linux-gnu/libc.so.6", "GLIBC_2.2.5", "GLIBC_2.31")
	l.library("bare/usr/lib64/libc.so.6", "GLIBC_2.36")
	l.library("same/usr/lib/x86_64-linux-gnu/libc.so.6", "GLIBC_2.36")
	l.library("same/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "GLIBCXX_3.4.30", "CXXABI_1.3.13")
	l.library("older/lib64/libc.so.6", "GLIBC_2.36")
	l.library("older/lib64/libstdc++.so.6", "GLIBCXX_3.4.9", "CXXABI_1.3.13")
	l.library("oldest/lib64/libc.so.6", "GLIBC_2.36")
	l.library("oldest/lib64/libstdc++.so.6", "GLIBCXX_3.4.31", "CXXABI_1.3.9")
	l.library("plain/lib/libc.so.6")
	if err := os.Mkdir(filepath.Join(l.dir, "empty"), 0o777); err != nil {
		t.Fatal(err)
	}
	inC := l.program("f1();", libc)
	asC := filepath.Join(l.dir, "c")
	if err := os.Rename(inC, asC); err != nil {
		t.Fatal(err)
	}
	inCXX := l.program("f0(); f1();", stdcxx, libc)
	for _, c := range []struct {
		name, file, rootfs string
		fits               bool
		want               string
	}{
		{"fits", asC, "same", true, "needs glibc 2.36, the image has 2.36"},
		{"too new", asC, "old", false, "needs GLIBC_2.36 (for f1), and the image's libc.so.6 ends at GLIBC_2.31"},
		{"no glibc", asC, "empty", false, "needs libc.so.6, which"},
		{"a library without versions", asC, "plain", false, "libc.so.6 defines no version GLIBC"},
		{"C++ fits", inCXX, "same", true, "asks for no version of glibc"},
		{"no libstdc++", inCXX, "bare", false, "needs libstdc++.so.6, which"},
		{"libstdc++ too old", inCXX, "older", false, "needs GLIBCXX_3.4.30 (for f0), and the image's libstdc++.so.6 ends at GLIBCXX_3.4.9"},
		{"its ABI too old", inCXX, "oldest", false, "needs CXXABI_1.3.13 (for f1), and the image's libstdc++.so.6 ends at CXXABI_1.3.9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			line, fits := glibc(t, os.Getenv("PATH"), c.file, filepath.Join(l.dir, c.rootfs))
			check(t, line, fits, c.fits, c.want)
		})
	}
}

func TestOddFiles(t *testing.T) {
	l := newLab(t)
	static := filepath.Join(l.dir, "static")
	l.compile("-static", "-o", static, l.write("static.c", "void _start(void) {}"))
	whole, err := os.ReadFile(static)
	if err != nil {
		t.Fatal(err)
	}
	musl := l.program("f0();", l.library("lib/libc.musl-x86_64.so.1", "NONE"))
	for _, c := range []struct {
		name, file string
		fits       bool
		want       string
	}{
		{"static", static, true, "needs no library"},
		{"musl", musl, false, "is linked with musl (libc.musl-x86_64.so.1)"},
		{"no ELF", l.write("text", "#!/bin/sh\n"), false, "is not an ELF file"},
		{"empty", l.write("empty", ""), false, "is not an ELF file"},
		{"torn", l.write("torn", string(whole[:20])), false, "is it whole?"},
		{"missing", filepath.Join(l.dir, "none"), false, "none is missing or no file: build it first"},
		{"a folder", l.dir, false, "is missing or no file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			line, fits := glibc(t, os.Getenv("PATH"), c.file, "2.36")
			check(t, line, fits, c.fits, c.want)
		})
	}
}

func TestWithoutReadelf(t *testing.T) {
	l := newLab(t)
	path, err := exec.LookPath("dirname")
	if err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(path, filepath.Join(l.dir, "dirname")); err != nil {
		t.Fatal(err)
	}
	line, fits := glibc(t, l.dir, "glibc.sh")
	check(t, line, fits, false, "readelf is missing: install binutils")
}
