package checkpoint

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// entry is a member of a zip archive made by hand.
type entry struct {
	name   string
	data   string
	method uint16
}

func zipOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, e := range entries {
		f, err := w.CreateHeader(&zip.FileHeader{Name: e.name, Method: e.method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(e.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// The pieces of a pickle, protocol 2.
func pyInt(n int64) string {
	b := binary.LittleEndian.AppendUint64([]byte{0x8a, 8}, uint64(n))
	return string(b)
}

func pyString(s string) string {
	return string(binary.LittleEndian.AppendUint32([]byte{'X'}, uint32(len(s)))) + s
}

func pyTuple(items ...string) string { return "(" + strings.Join(items, "") + "t" }

func pyInts(n ...int64) string {
	items := make([]string, len(n))
	for i := range n {
		items[i] = pyInt(n[i])
	}
	return pyTuple(items...)
}

func pyStorage(class, key string, numel int64) string {
	return pyTuple(pyString("storage"), "ctorch\n"+class+"\n", pyString(key), pyString("cpu"), pyInt(numel)) + "Q"
}

func pyTensor(storage string, offset int64, shape, stride string) string {
	return "ctorch._utils\n_rebuild_tensor_v2\n" +
		pyTuple(storage, pyInt(offset), shape, stride, "\x89", "}") + "R"
}

func pyModel(tensor string) string { return "\x80\x02}" + pyString("w") + tensor + "s." }

// modelZip is an archive with the given pickle and 8 floats in storage 0.
func modelZip(t testing.TB, pickle string) []byte {
	return zipOf(t, entry{name: "a/data.pkl", data: pickle}, entry{name: "a/data/0", data: strings.Repeat("\x00", 32)})
}

func simpleZip(t testing.TB) []byte {
	return modelZip(t, pyModel(pyTensor(pyStorage("FloatStorage", "0", 8), 0, pyInts(2, 4), pyInts(4, 1))))
}

// stateDictOf opens data and asks for the state dict.
func stateDictOf(data []byte) (*StateDict, error) {
	f, err := newFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	return f.StateDict()
}

// TestStateDictEntry checks under which name weights are found.
func TestStateDictEntry(t *testing.T) {
	weights := "}" + pyString("w") + pyTensor(pyStorage("FloatStorage", "0", 8), 0, pyInts(2, 4), pyInts(4, 1)) + "s"
	for name, pickle := range map[string]string{
		"none":       weights + ".",
		"model":      "}" + pyString("model") + weights + "s.",
		"state_dict": "}" + pyString("state_dict") + weights + "s.",
		"both":       "}" + pyString("state_dict") + "}s" + pyString("model") + weights + "s.",
	} {
		sd, err := stateDictOf(modelZip(t, "\x80\x02"+pickle))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff([]string{"w"}, sd.Names()); diff != "" {
			t.Errorf("%s: names (-want +got):\n%s", name, diff)
		}
	}
}

func TestHandMadeArchiveIsRead(t *testing.T) {
	sd, err := stateDictOf(simpleZip(t))
	if err != nil {
		t.Fatal(err)
	}
	if w, ok := sd.Tensor("w"); !ok || fmt.Sprint(w.Shape()) != "[2 4]" {
		t.Errorf("names %v", sd.Names())
	}
}

func TestHostilePicklesAreRefused(t *testing.T) {
	command := pyTuple(pyString("touch owned"))
	for name, c := range map[string]struct{ pickle, want string }{
		"os.system by REDUCE":         {"\x80\x02cos\nsystem\n" + command + "R.", "the pickle names os.system;"},
		"eval by REDUCE":              {"\x80\x02cbuiltins\neval\n" + command + "R.", "builtins.eval"},
		"eval of Python 2":            {"\x80\x02c__builtin__\neval\n" + command + "R.", "__builtin__.eval"},
		"STACK_GLOBAL":                {"\x80\x04\x8c\x05posix\x8c\x06system\x93" + command + "R.", "posix.system"},
		"STACK_GLOBAL from memo":      {"\x80\x04\x8c\x02os\x94\x8c\x06system\x94h\x00h\x01\x93.", "os.system"},
		"INST":                        {"(" + pyString("ls") + "ios\nsystem\n.", "os.system"},
		"INST of an allowed class":    {"(icollections\nOrderedDict\n.", "INST or OBJ"},
		"OBJ":                         {"(ccollections\nOrderedDict\no.", "INST or OBJ"},
		"NEWOBJ of a class":           {"\x80\x02csubprocess\nPopen\n)\x81.", "subprocess.Popen"},
		"inside the optimizer":        {"\x80\x02}" + pyString("optimizer") + "cos\nsystem\ns.", "os.system"},
		"getattr on an allowed name":  {"\x80\x04\x8c\x05torch\x8c\x08hub.load\x93.", "torch.hub.load"},
		"name with a newline":         {"\x80\x04\x8c\x02os\x8c\x07a\nb\x1b[0m\x93.", `os.a\nb\x1b[0m`},
		"call of a string":            {"\x80\x02" + pyString("x") + ")R.", "calls a string"},
		"call of a storage class":     {"\x80\x02ctorch\nFloatStorage\n)R.", "calls a storage class"},
		"attributes of a tensor":      {pyModel(pyTensor(pyStorage("FloatStorage", "0", 8), 0, ")", ")") + "}b"), "attributes of a tensor"},
		"extension code":              {"\x80\x02\x82\x01.", "opcode 0x82"},
		"opcode 0xff":                 {"\x80\x02\xff.", "opcode 0xff"},
		"text opcode":                 {"I42\n.", "opcode 0x49"},
		"module by persistent id":     {"\x80\x02" + pyTuple(pyString("module"), "N", "N", "N", "N") + "Q.", "persistent id"},
		"key twice":                   {"\x80\x02}" + pyString("w") + "Ns" + pyString("w") + "Ns.", `the key "w" twice`},
		"long line":                   {"c" + strings.Repeat("a", 5000), "longer than 4096"},
		"storage of negative size":    {pyModel(pyTensor(pyStorage("FloatStorage", "0", -8), 0, ")", ")")), "claims -8 elements"},
		"storage of overflowing size": {pyModel(pyTensor(pyStorage("FloatStorage", "0", 1<<62), 0, ")", ")")), "claims 4611686018427387904"},
		"two sizes of a storage": {"\x80\x02(" + pyStorage("FloatStorage", "0", 8) + pyStorage("FloatStorage", "0", 4) + "l.",
			"two sizes"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := stateDictOf(modelZip(t, c.pickle))
			if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want a refusal with %q", err, c.want)
			}
		})
	}
	if _, err := os.Stat("owned"); err == nil {
		t.Fatal("a pickle was executed")
	}
}

func TestMalformedPicklesAreErrors(t *testing.T) {
	for name, pickle := range map[string]string{
		"empty":                  "",
		"no STOP":                "\x80\x02}",
		"STOP on nothing":        ".",
		"REDUCE on nothing":      "R.",
		"TUPLE without mark":     "t.",
		"APPENDS below the mark": "](e.",
		"SETITEM on a list":      "]NNs.",
		"odd SETITEMS":           "}(Nu.",
		"key is a list":          "}]Ns.",
		"memo never stored":      "h\x07.",
		"put of nothing":         "q\x00.",
		"string cut short":       "X\xff\x00\x00\x00abc",
		"string of 4 GB":         "X\xff\xff\xff\xff.",
		"string of 2^64":         "\x8d\xff\xff\xff\xff\xff\xff\xff\xff.",
		"long of 2 GB":           "\x8b\xff\xff\xff\x7f.",
		"protocol 9":             "\x80\x09.",
		"OrderedDict from list":  "ccollections\nOrderedDict\n]\x85R.",
		"arguments no tuple":     "ccollections\nOrderedDict\n]R.",
		"storage id too short":   ")Q.",
		"storage key is None":    pyTuple(pyString("storage"), "ctorch\nFloatStorage\n", "N", "N", pyInt(1)) + "Q.",
		"storage view":           pyTuple(pyString("storage"), "ctorch\nFloatStorage\n", pyString("0"), "N", pyInt(1), ")") + "Q.",
		"parameter of nothing":   "ctorch._utils\n_rebuild_parameter\n)R.",
		"parameter of None":      "ctorch._utils\n_rebuild_parameter\nN\x85R.",
		"global of ints":         "K\x00K\x00\x93.",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := stateDictOf(modelZip(t, pickle)); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestTensorsThatLieAreNamed(t *testing.T) {
	floats := pyStorage("FloatStorage", "0", 8)
	for name, c := range map[string]struct{ tensor, want string }{
		"past the storage":         {pyTensor(floats, 0, pyInts(3, 3), pyInts(3, 1)), "reach past its storage of 8 elements"},
		"offset past the storage":  {pyTensor(floats, 8, ")", ")"), "reach past"},
		"stride past the storage":  {pyTensor(floats, 0, pyInts(2), pyInts(8)), "reach past"},
		"stride overflows":         {pyTensor(floats, 0, pyInts(3), pyInts(1<<62)), "reach past"},
		"negative offset":          {pyTensor(floats, -1, ")", ")"), "storage offset is -1"},
		"negative shape":           {pyTensor(floats, 0, pyInts(-1), pyInts(1)), "shape is not"},
		"negative stride":          {pyTensor(floats, 0, pyInts(2), pyInts(-1)), "strides are not"},
		"shape overflows":          {pyTensor(floats, 0, pyInts(1<<40, 1<<40), pyInts(0, 0)), "overflows"},
		"empty shape overflows":    {pyTensor(floats, 0, pyInts(0, 1<<40, 1<<40), pyInts(0, 0, 0)), "overflows"},
		"broadcast bomb":           {pyTensor(floats, 0, pyInts(1<<40), pyInts(0)), "repeats a storage of 8"},
		"too few strides":          {pyTensor(floats, 0, pyInts(2, 4), pyInts(1)), "strides are not"},
		"shape of strings":         {pyTensor(floats, 0, pyTuple(pyString("2")), pyInts(1)), "shape is not"},
		"storage missing":          {pyTensor(pyStorage("FloatStorage", "7", 8), 0, ")", ")"), `entry "data/7" is missing`},
		"storage larger than file": {pyTensor(pyStorage("FloatStorage", "0", 9), 0, ")", ")"), "should have 36 bytes (9 of float32) and has 32"},
		"storage of another type":  {pyTensor(pyStorage("DoubleStorage", "0", 8), 0, ")", ")"), "should have 64 bytes"},
		"no storage":               {pyTensor("N", 0, ")", ")"), "its storage is None"},
		"too few arguments":        {"ctorch._utils\n_rebuild_tensor_v2\n)R", "rebuilt from 0 values"},
		"no tensor":                {pyInt(4), "it is an int"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := stateDictOf(modelZip(t, pyModel(c.tensor)))
			if err == nil || !strings.Contains(err.Error(), `tensor "w": `) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one of tensor w with %q", err, c.want)
			}
		})
	}
}

func TestBadContainersAreErrors(t *testing.T) {
	pickle := pyModel(pyTensor(pyStorage("FloatStorage", "0", 8), 0, ")", ")"))
	floats := strings.Repeat("\x00", 32)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty file":           {nil, "the file is empty"},
		"text":                 {[]byte("hello, world"), `begins with "hello, w"`},
		"git lfs":              {[]byte("version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"},
		"zip without pickle":   {zipOf(t, entry{name: "a/b"}), "no NAME/data.pkl"},
		"two pickles":          {zipOf(t, entry{name: "a/data.pkl"}, entry{name: "b/data.pkl"}), "two pickles"},
		"entry twice":          {zipOf(t, entry{name: "a/data.pkl", data: pickle}, entry{name: "a/data/0", data: floats}, entry{name: "a/data/0"}), `"a/data/0" twice`},
		"compressed pickle":    {zipOf(t, entry{name: "a/data.pkl", data: pickle, method: zip.Deflate}), "compressed"},
		"compressed storage":   {zipOf(t, entry{name: "a/data.pkl", data: pickle}, entry{name: "a/data/0", data: floats, method: zip.Deflate}), "compressed"},
		"torchscript":          {zipOf(t, entry{name: "a/data.pkl", data: pickle}, entry{name: "a/constants.pkl"}), "TorchScript"},
		"big-endian":           {zipOf(t, entry{name: "a/data.pkl", data: pickle}, entry{name: "a/byteorder", data: "big"}), "byte order"},
		"pickle of a list":     {zipOf(t, entry{name: "a/data.pkl", data: "]."}), "is a list, want a dict"},
		"model is a list":      {zipOf(t, entry{name: "a/data.pkl", data: "}" + pyString("model") + "]s."}), `"model" is a list`},
		"state_dict is a list": {zipOf(t, entry{name: "a/data.pkl", data: "}" + pyString("state_dict") + "]s."}), `"state_dict" is a list`},
		"tensor named by int":  {zipOf(t, entry{name: "a/data.pkl", data: "}" + pyInt(1) + "Ns."}), "named by an int"},
		"plain pickle":         {[]byte("\x80\x02}."), "magic number"},
		"claimed entry size":   {lyingEntry(t, pickle), "cut short"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := stateDictOf(c.data)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// lyingEntry is an archive whose storage claims a gigabyte in both headers and in the
// pickle.
func lyingEntry(t *testing.T, pickle string) []byte {
	t.Helper()
	const claimed = 1 << 30
	pickle = strings.ReplaceAll(pickle, pyInt(8), pyInt(claimed/4))
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, e := range []struct {
		name, data string
		size       uint64
	}{{"a/data.pkl", pickle, uint64(len(pickle))}, {"a/data/0", "\x00", claimed}} {
		h := &zip.FileHeader{Name: e.name, Method: zip.Store, CompressedSize64: e.size, UncompressedSize64: e.size}
		f, err := w.CreateRaw(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(e.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestTruncatedFilesAreErrors(t *testing.T) {
	for _, file := range []string{"zip.pth", "legacy.pth"} {
		whole, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; n < len(whole); n += 7 {
			if _, err := stateDictOf(whole[:n]); err == nil {
				t.Fatalf("%s cut to %d of %d bytes gives no error", file, n, len(whole))
			}
		}
	}
}

// TestLegacyCountsMustAgree changes the stored element count of the last storage.
func TestLegacyCountsMustAgree(t *testing.T) {
	data, err := os.ReadFile("testdata/legacy.pth")
	if err != nil {
		t.Fatal(err)
	}
	f, err := newFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	tensor, _ := mustStateDict(t, f).Tensor("float32")
	_, at, _ := tensor.view.storage.data.Outer()
	data[at-8]++
	_, err = stateDictOf(data)
	if err == nil || !strings.Contains(err.Error(), `tensor "float32": refused: storage`) {
		t.Errorf("error %v", err)
	}
}

func TestUnknownClassesOfModulesAreNamed(t *testing.T) {
	_, err := Open("testdata/whole-module.pth")
	if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "torch.nn.modules.linear.Linear") {
		t.Errorf("error %v", err)
	}
}

func TestObjectsAreBounded(t *testing.T) {
	_, err := stateDictOf(modelZip(t, strings.Repeat("N", maxObjects+1)+"."))
	if !errors.Is(err, ErrRefused) {
		t.Errorf("error %v", err)
	}
}

func TestExtraEndsOnCyclesAndSharing(t *testing.T) {
	// "a" contains itself; "b" is 2^40 lists by sharing.
	pickle := "\x80\x02}" + pyString("a") + "]q\x00h\x00as" + pyString("b") + "]" + strings.Repeat("2\x86", 40) + "s."
	f, err := newFile(bytes.NewReader(modelZip(t, pickle)), int64(len(modelZip(t, pickle))))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a", "b"} {
		if _, ok := f.Extra(key); ok {
			t.Errorf("entry %q was expanded", key)
		}
	}
}

func FuzzOpen(f *testing.F) {
	for _, file := range append(containers, "bare.pth", "whole-module.pth") {
		data, err := os.ReadFile("testdata/" + file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		readAll(bytes.NewReader(data), int64(len(data)))
	})
}

// FuzzPickle reaches deeper than FuzzOpen: the archive around the pickle is
// always right.
func FuzzPickle(f *testing.F) {
	f.Add([]byte(pyModel(pyTensor(pyStorage("FloatStorage", "0", 8), 0, pyInts(2, 4), pyInts(4, 1)))))
	f.Add([]byte(pyModel(pyTensor(pyStorage("HalfStorage", "0", 16), 1, pyInts(3, 2), pyInts(1, 3)))))
	f.Add([]byte("\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x01a\x88\x8c\x01bG\x00\x00\x00\x00\x00\x00\x00\x00u."))
	f.Fuzz(func(t *testing.T, pickle []byte) {
		data := modelZip(t, string(pickle))
		readAll(bytes.NewReader(data), int64(len(data)))
	})
}

// readAll touches everything that a caller can touch.
func readAll(data *bytes.Reader, size int64) {
	f, err := newFile(data, size)
	if err != nil {
		return
	}
	f.Extra("optimizer")
	sd, err := f.StateDict()
	if err != nil {
		return
	}
	for _, name := range sd.Names() {
		t, _ := sd.Tensor(name)
		_ = t.Shape()
		_, _ = t.Float32s()
	}
}
