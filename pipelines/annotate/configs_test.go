package annotate

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/groundmill/groundmill/internal/config"
)

// TestConfigs decodes the files in configs/ with what their heads tell users to
// give.
func TestConfigs(t *testing.T) {
	places := []string{"input.shards=gs://bucket/pairs", "teacher.model=gs://bucket/glip-t.onnx", "output.dir=gs://bucket/labels"}
	for name, sets := range map[string][]string{
		"demo.yaml":  nil,
		"local.yaml": places,
		"gpu.yaml":   places,
		"flink.yaml": append(places, "beam.job_server.endpoint=jobs:8099"),
		"dataflow.yaml": append(places, "beam.dataflow.project=my-project", "beam.dataflow.staging=gs://bucket/staging",
			"beam.dataflow.container_image=us-docker.pkg.dev/my-project/images/groundmill:1", "beam.dataflow.worker_binary=bin/linux/runner"),
	} {
		opts := Default()
		if err := config.Load(filepath.Join("..", "..", "configs", name), sets, &opts); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestConfigsListAllFields fails when a field is added and not explained.
func TestConfigsListAllFields(t *testing.T) {
	listed := map[string]bool{}
	for _, name := range []string{"local.yaml", "flink.yaml", "dataflow.yaml"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "configs", name))
		if err != nil {
			t.Fatal(err)
		}
		var tree map[string]any
		if err := yaml.Unmarshal(data, &tree); err != nil {
			t.Fatal(err)
		}
		addPaths(listed, "", tree)
	}
	var missing []string
	for _, path := range yamlPaths(reflect.TypeFor[Options](), "") {
		if !listed[path] {
			missing = append(missing, path)
		}
	}
	slices.Sort(missing)
	if diff := cmp.Diff([]string(nil), missing); diff != "" {
		t.Errorf("fields that no file lists:\n%s", diff)
	}
}

func addPaths(to map[string]bool, prefix string, tree map[string]any) {
	for name, value := range tree {
		path := strings.TrimPrefix(prefix+"."+name, ".")
		to[path] = true
		if below, ok := value.(map[string]any); ok {
			addPaths(to, path, below)
		}
	}
}

// TestPlacesOfWorkers refuses what workers elsewhere could not reach, and GPUs
// that nothing would use.
func TestPlacesOfWorkers(t *testing.T) {
	tests := []struct {
		name string
		sets []string
		want []string
	}{
		{"everything on this disk", []string{"input.shards=in", "teacher.model=m.onnx", "output.dir=out"},
			[]string{"input.shards", "output.dir", "teacher.model"}},
		{"a list", []string{"input.shards=@list.txt", "teacher.model=gs://b/m.onnx", "output.dir=gs://b/o"}, nil},
		{"synthetic", []string{"input.shards=gs://b/i", "teacher.model=synthetic:", "output.dir=gs://b/o"}, nil},
		{"no GPU for cuda", []string{"input.shards=gs://b/i", "teacher.model=gs://b/m.onnx", "output.dir=gs://b/o", "beam.dataflow.accelerator.type="},
			[]string{"beam.dataflow.accelerator.type"}},
		{"a GPU for nothing", []string{"input.shards=gs://b/i", "teacher.model=gs://b/m.onnx", "output.dir=gs://b/o", "teacher.provider=cpu"},
			[]string{"teacher.provider"}},
		{"memory", []string{"beam.runner=portable", "beam.job_server.endpoint=a:1", "beam.job_server.environment=external",
			"beam.job_server.worker_pool=b:2", "input.shards=in", "teacher.model=m.onnx", "output.dir=mem://x"}, []string{"output.dir"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sets := append([]string{"beam.dataflow.project=my-project", "beam.dataflow.staging=gs://bucket/s", "beam.dataflow.container_image=x"}, tt.sets...)
			opts := Default()
			err := config.Load(filepath.Join("..", "..", "configs", "dataflow.yaml"), sets, &opts)
			var got []string
			if err != nil {
				for _, p := range err.(*config.Error).Problems {
					got = append(got, p.Path)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("problems (-want +got), %v:\n%s", err, diff)
			}
		})
	}
}
