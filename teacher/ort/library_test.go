package ort

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

func TestLoadTwice(t *testing.T) {
	load(t)
	path, err := Locate("")
	if err != nil {
		t.Fatal(err)
	}
	full, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "linked.so")
	if err := os.Symlink(full, link); err != nil {
		t.Skip(err)
	}
	if err := Load(link); err != nil {
		t.Errorf("the same library by another name: %v", err)
	}
	checkLine(t, Load(touch(t, "other.so", "")), "the process already uses")
	if Version() == "" {
		t.Error("no version after Load")
	}
}

// These look at the file only, so they need no runtime.
func TestInspectRefuses(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only ELF files are inspected")
	}
	cases := []struct{ name, path, want string }{
		{"empty", touch(t, "a.so", ""), "not a shared library"},
		{"text", touch(t, "b.so", "#!/bin/sh\n"), "not a shared library"},
		{"a program", "/proc/self/exe", "not ONNX Runtime"},
		{"missing", filepath.Join(t.TempDir(), "none.so"), "no such file"},
		{"another library", build(t, "int nothing;", ""), "it exports no OrtGetApiBase"},
		{"too old", build(t, api, "VERS_1.24.3"), "the library is version 1.24.3, but 1.25 or a later 1.x is needed"},
		{"too new", build(t, api, "VERS_2.0.0"), "the library is version 2.0.0"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { checkLine(t, inspect(c.path), c.want) })
	}
	if err := inspect(build(t, api, "VERS_1.25.0")); err != nil {
		t.Errorf("1.25.0: %v", err)
	}
}

func TestInspectRefusesOtherMachines(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the test changes an x86-64 library")
	}
	path := build(t, api, "VERS_1.29.0")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[18] = 183 // e_machine: AArch64
	checkLine(t, inspect(touch(t, "arm.so", string(data))), "the library is for EM_AARCH64, this machine is EM_X86_64")
}

func TestCheckVersion(t *testing.T) {
	for version, want := range map[string]string{
		"1.25.0":     "",
		"1.29.0":     "",
		"1.30.0-dev": "",
		"1.24.9":     "1.25 or a later 1.x is needed",
		"0.99.0":     "1.25 or a later 1.x is needed",
		"2.0.0":      "1.25 or a later 1.x is needed",
		"":           "no version number",
		"latest":     "no version number",
		"1.x":        "no version number",
	} {
		err := checkVersion(version)
		if want == "" && err != nil {
			t.Errorf("%s: %v", version, err)
		}
		if want != "" {
			checkLine(t, err, want)
		}
	}
}

// api stands in for ONNX Runtime's one exported function.
const api = "const void* OrtGetApiBase(void) { return 0; }"

func touch(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// build compiles a shared library whose exported symbols have a version.
func build(t *testing.T, source, version string) string {
	t.Helper()
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("no gcc to build a stand-in library")
	}
	out := filepath.Join(t.TempDir(), "lib.so")
	args := []string{"-shared", "-fPIC", "-nostdlib", "-o", out, touch(t, "lib.c", source)}
	if version != "" {
		args = append(args, "-Wl,--version-script="+touch(t, "lib.map", version+" { global: OrtGetApiBase; };\n"))
	}
	if text, err := exec.Command(gcc, args...).CombinedOutput(); err != nil {
		t.Skipf("gcc: %v: %s", err, text)
	}
	return out
}
