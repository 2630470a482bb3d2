package ort

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// profile is of the runtime's form, cut down to what is read, with a node that
// runs twice, one of two providers and events that are none of a node.
const profile = `[
{"cat" : "Session","pid" :1,"tid" :1,"dur" :74,"ts" :1,"ph" : "X","name" :"model_loading_uri","args" : {}},
{"cat" : "Node","pid" :1,"tid" :1,"dur" :1,"ts" :2,"ph" : "X","name" :"vision/conv_fence_before","args" : {"op_name" : "Conv"}},
{"cat" : "Node","pid" :1,"tid" :1,"dur" :2204,"ts" :3,"ph" : "X","name" :"vision/conv_kernel_time","args" : {"input_type_shape" : [{"float":[1]},{"int64":[2]}],"op_name" : "Conv","provider" : "CUDAExecutionProvider"}},
{"cat" : "Node","pid" :1,"tid" :1,"dur" :22,"ts" :4,"ph" : "X","name" :"Shape_3_kernel_time","args" : {"op_name" : "Shape","provider" : "CPUExecutionProvider"}},
{"cat" : "Session","pid" :1,"tid" :1,"dur" :2300,"ts" :1,"ph" : "X","name" :"model_run","args" : {}},
{"cat" : "Node","pid" :1,"tid" :1,"dur" :1796,"ts" :9,"ph" : "X","name" :"vision/conv_kernel_time","args" : {"op_name" : "Conv","provider" : "CUDAExecutionProvider"}},
{"cat" : "Session","pid" :1,"tid" :1,"dur" :1800,"ts" :1,"ph" : "X","name" :"model_run","args" : {}}
]
`

func TestReadTrace(t *testing.T) {
	got, err := ReadTrace(strings.NewReader(profile))
	if err != nil {
		t.Fatal(err)
	}
	want := Trace{
		Runs: 2,
		Time: 4100 * time.Microsecond,
		Nodes: []NodeTime{
			{"vision/conv", "Conv", "CUDAExecutionProvider", 2, 4 * time.Millisecond},
			{"Shape_3", "Shape", "CPUExecutionProvider", 1, 22 * time.Microsecond},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("trace (-want +got):\n%s", diff)
	}
}

func TestReadTraceRefuses(t *testing.T) {
	run := func(dur string) string {
		return `{"cat":"Session","name":"model_run","dur":` + dur + `}`
	}
	cases := []struct{ name, text, want string }{
		{"empty", "", "unexpected EOF"},
		{"no JSON", "hello", "invalid character"},
		{"an object", "{}", "not a list of events: {"},
		{"not closed", profile[:len(profile)-3], "is the session closed?"},
		{"cut in an event", profile[:len(profile)-20], "event 6: unexpected EOF"},
		{"event of another type", "[7]", "event 0: json: cannot unmarshal number"},
		{"duration of another type", "[" + run("1") + "," + run(`"x"`) + "]", "event 1: json: cannot unmarshal string"},
		{"negative duration", "[" + run("-1") + "]", "event 0: duration of -1 microseconds"},
		{"sum overflows", "[" + run("9223372036854775") + "," + run("1") + "]", "event 1: duration of 1 microseconds"},
		{"more behind", "[] []", "more follows the list of events"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadTrace(strings.NewReader(c.text))
			checkLine(t, err, "read profile: ")
			checkLine(t, err, c.want)
		})
	}
}

func FuzzReadTrace(f *testing.F) {
	f.Add(profile)
	f.Add(profile[:len(profile)/2])
	f.Add(`[{"cat":"Session","name":"model_run","dur":9223372036854775807}]`)
	f.Fuzz(func(t *testing.T, text string) {
		trace, err := ReadTrace(strings.NewReader(text))
		if err == nil && (trace.Time < 0 || trace.Runs < 0) {
			t.Errorf("%d runs in %v", trace.Runs, trace.Time)
		}
		for _, n := range trace.Nodes {
			if n.Count < 1 || n.Time < 0 {
				t.Errorf("node %q ran %d times in %v", n.Node, n.Count, n.Time)
			}
		}
	})
}

func TestProfileOfASession(t *testing.T) {
	load(t)
	// What the folder's name has in it must not be taken for a pattern.
	folder := filepath.Join(t.TempDir(), "a[b]*c")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	options := Options{ProfilePrefix: filepath.Join(folder, "profile")}
	var sessions []*Session
	for range 2 { // of one prefix
		s, err := Open(castAll.write(t), options)
		if err != nil {
			t.Fatal(err)
		}
		sessions = append(sessions, s)
	}
	for runs, s := range sessions {
		for range runs + 1 {
			if _, err := s.Run(t.Context(), []Tensor{NewTensor("bytes", []uint8{1, 2, 3}, 1, 3), NewTensor("longs", []int64{1}, 1)}, nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		checkTrace(t, s, runs+1)
	}
}

// checkTrace wants a profile of so many runs of castAll.
func checkTrace(t *testing.T, s *Session, runs int) {
	t.Helper()
	files, err := s.ProfileFiles()
	if err != nil || len(files) != 1 {
		t.Fatalf("profiles %q (%v), want one", files, err)
	}
	file, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	trace, err := ReadTrace(file)
	if err != nil {
		t.Fatal(err)
	}
	counts := make(map[string]int)
	for _, n := range trace.Nodes {
		counts[n.Op+" on "+n.Provider] += n.Count
	}
	want := map[string]int{"Cast on CPUExecutionProvider": 2 * runs, "Identity on CPUExecutionProvider": 2 * runs}
	if diff := cmp.Diff(want, counts); diff != "" || trace.Runs != runs {
		t.Errorf("%d runs, want %d; executions (-want +got):\n%s", trace.Runs, runs, diff)
	}
}
