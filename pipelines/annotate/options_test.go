package annotate

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

func TestDefaultLacksOnlyThePlaces(t *testing.T) {
	want := []string{"input.shards", "teacher.model", "output.dir"}
	if diff := cmp.Diff(want, problemPaths(t, Default().Validate())); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if err := testOptions(t, "x.tar").Validate(); err != nil {
		t.Error(err)
	}
}

func TestValidateListsEverything(t *testing.T) {
	opts := testOptions(t, "x.tar")
	opts.Input.MaxImageBytes, opts.Input.MaxImagePixels, opts.Input.MaxCaptions = 0, -1, 0
	opts.Extract.Grammar, opts.Extract.MaxCodePoints = "x", -1
	opts.Teacher.Model = "synthetic:speed=9"
	opts.Teacher.Provider, opts.Teacher.Device, opts.Teacher.MemoryLimit = "tpu", -1, -1
	opts.Teacher.Batch, opts.Teacher.Window, opts.Teacher.RunLimit = 9, 8, -time.Second
	opts.Teacher.Threads, opts.Teacher.InFlight, opts.Teacher.Workers = -1, -1, -1
	opts.Filter.MinScore = 2
	opts.Output.Split, opts.Output.RawFloor = "../x", math.NaN()
	opts.Limits.MaxRejectRatio, opts.Limits.MinRecords = math.NaN(), -1
	opts.Beam.Runner, opts.Beam.Lanes = "spark", 9
	want := []string{
		"beam.lanes", "beam.runner", "extract.grammar", "extract.max_code_points", "filter.min_score", "input.max_captions",
		"input.max_image_bytes", "input.max_image_pixels", "limits.max_reject_ratio", "limits.min_records",
		"output.raw_floor", "output.split", "teacher.device",
		"teacher.in_flight", "teacher.memory_limit", "teacher.model", "teacher.provider", "teacher.run_limit",
		"teacher.threads", "teacher.window", "teacher.workers",
	}
	got := problemPaths(t, opts.Validate())
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func problemPaths(t *testing.T, err error) []string {
	t.Helper()
	var invalid *schema.InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("error is %v, want a *schema.InvalidError", err)
	}
	var paths []string
	for _, p := range invalid.Problems {
		paths = append(paths, p.Path)
	}
	return paths
}

// TestEffectiveCoversTheOptions fails when an option is added that is neither in
// Effective nor known to leave the bytes alone.
func TestEffectiveCoversTheOptions(t *testing.T) {
	elsewhere := []string{ // places, and how much is done at once
		"input.shards", "output.dir", "teacher.model", "teacher.model_sha256", "teacher.model_cache", "teacher.library", "teacher.device", "teacher.memory_limit",
		"teacher.engine_cache", "teacher.threads", "teacher.in_flight", "teacher.workers", "teacher.run_limit",
		"beam.runner", "beam.lanes", "limits.max_reject_ratio", "limits.min_records", // when to stop
	}
	all := slices.DeleteFunc(yamlPaths(reflect.TypeFor[Options](), ""), func(path string) bool { // which engine, and how
		return strings.HasPrefix(path, "beam.job_server.") || strings.HasPrefix(path, "beam.dataflow.")
	})
	covered := append(yamlPaths(reflect.TypeFor[Effective](), ""), elsewhere...)
	slices.Sort(all)
	slices.Sort(covered)
	if diff := cmp.Diff(all, covered); diff != "" {
		t.Errorf("fields of Options (-) and of Effective or left out (+):\n%s", diff)
	}
	opts := reflect.ValueOf(Options{}.Effective())
	full := reflect.ValueOf(nonZero().Effective())
	for i := range opts.NumField() {
		checkFilled(t, full.Field(i), full.Type().Field(i).Name)
	}
}

// nonZero returns options without a zero field.
func nonZero() Options {
	var o Options
	fill(reflect.ValueOf(&o).Elem())
	return o
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.String:
		v.SetString("x")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(0.7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	}
}

func checkFilled(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			checkFilled(t, v.Field(i), path+"."+v.Type().Field(i).Name)
		}
		return
	}
	if v.IsZero() {
		t.Errorf("Options.Effective leaves %s out", path)
	}
}

// yamlPaths lists the configurable fields below a struct.
func yamlPaths(typ reflect.Type, prefix string) []string {
	var paths []string
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "" {
			panic("no yaml tag on " + prefix + f.Name)
		}
		if f.Type.Kind() == reflect.Struct {
			paths = append(paths, yamlPaths(f.Type, prefix+name+".")...)
		} else {
			paths = append(paths, prefix+name)
		}
	}
	return paths
}

func TestConfigDigest(t *testing.T) {
	base := testOptions(t, "x.tar")
	digest := func(change func(*Options)) string {
		o := base
		change(&o)
		_, digest, err := o.Effective().Canonical()
		if err != nil {
			t.Fatal(err)
		}
		return digest
	}
	same := digest(func(*Options) {})
	if digest(func(o *Options) {
		o.Beam.Lanes, o.Output.Dir, o.Teacher.Workers = 7, "elsewhere", 3
		o.Teacher.Device, o.Teacher.EngineCache, o.Teacher.RunLimit = 1, "engines", 0
	}) != same {
		t.Error("the digest depends on where and how fast")
	}
	if digest(func(o *Options) { o.Filter.Evidence = map[string]string{} }) != same {
		t.Error("no evidence and an empty list of it have different digests")
	}
	for name, change := range map[string]func(*Options){
		"provider":  func(o *Options) { o.Teacher.Provider = "cuda" },
		"tf32":      func(o *Options) { o.Teacher.TF32 = true },
		"batch":     func(o *Options) { o.Teacher.Batch++ },
		"min_score": func(o *Options) { o.Filter.MinScore = 0.6 },
		"grammar":   func(o *Options) { o.Extract.Grammar = "other" },
		"embed":     func(o *Options) { o.Output.EmbedImages = true },
		"evidence":  func(o *Options) { o.Filter.Evidence = map[string]string{"method": "x"} },
	} {
		if digest(change) == same {
			t.Errorf("the digest does not depend on %s", name)
		}
	}
}
