package portable

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
)

func TestMain(m *testing.M) {
	beam.Init()
	os.Exit(m.Run())
}

func smallPipeline() *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	beam.Create(s, 1, 2, 3)
	return p
}

// environment returns the only environment of a pipeline.
func environment(t *testing.T, p *pipepb.Pipeline) *pipepb.Environment {
	t.Helper()
	all := p.GetComponents().GetEnvironments()
	if len(all) != 1 {
		t.Fatalf("there are %d environments", len(all))
	}
	for _, env := range all {
		return env
	}
	return nil
}

func unmarshal(t *testing.T, data []byte, m proto.Message) {
	t.Helper()
	if err := proto.Unmarshal(data, m); err != nil {
		t.Fatal(err)
	}
}

func TestTranslate(t *testing.T) {
	docker, err := Translate(t.Context(), smallPipeline(), Docker("example/worker:1"))
	if err != nil {
		t.Fatal(err)
	}
	var image pipepb.DockerPayload
	unmarshal(t, environment(t, docker).Payload, &image)
	if image.ContainerImage != "example/worker:1" || environment(t, docker).Urn != urnDocker {
		t.Errorf("environment is %v with image %q", environment(t, docker), image.ContainerImage)
	}
	external, err := Translate(t.Context(), smallPipeline(), External("pool:50000"))
	if err != nil {
		t.Fatal(err)
	}
	var pool pipepb.ExternalPayload
	unmarshal(t, environment(t, external).Payload, &pool)
	if pool.Endpoint.GetUrl() != "pool:50000" || environment(t, external).Urn != urnExternal {
		t.Errorf("environment is %v of pool %q", environment(t, external), pool.Endpoint.GetUrl())
	}
	if _, err := Translate(t.Context(), beam.NewPipeline(), Docker("x")); err == nil {
		t.Error("an empty pipeline is no error")
	}
}

func TestFindWorkerIsThisProgram(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	got, err := FindWorker("")
	want := Worker{Path: self, Bytes: int64(len(data)), SHA256: hex.EncodeToString(sum[:]), Arch: runtime.GOARCH}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("worker (-want +got), error %v:\n%s", err, diff)
	}
}

func TestFindWorkerRefuses(t *testing.T) {
	script := filepath.Join(t.TempDir(), "runner")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{script: "is no program for Linux", script + ".missing": "no such file"} {
		if _, err := FindWorker(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("FindWorker(%s) is %v, want %q", path, err, want)
		}
	}
}

func TestStage(t *testing.T) {
	p, err := Translate(t.Context(), smallPipeline(), Docker("example/worker:1"))
	if err != nil {
		t.Fatal(err)
	}
	w := Worker{Path: "/bin/runner", SHA256: "abc"}
	if err := w.StageAt(p, "gs://bucket/worker"); err != nil {
		t.Fatal(err)
	}
	var url pipepb.ArtifactUrlPayload
	unmarshal(t, environment(t, p).Dependencies[0].TypePayload, &url)
	if url.Url != "gs://bucket/worker" || url.Sha256 != "abc" {
		t.Errorf("artifact is %v", &url)
	}
	if err := w.StageFile(p); err != nil {
		t.Fatal(err)
	}
	var file pipepb.ArtifactFilePayload
	unmarshal(t, environment(t, p).Dependencies[0].TypePayload, &file)
	if file.Path != "/bin/runner" || file.Sha256 != "abc" {
		t.Errorf("artifact is %v", &file)
	}
	if err := w.StageAt(&pipepb.Pipeline{}, "gs://x"); err == nil {
		t.Error("a pipeline without an environment is no error")
	}
}

func TestCause(t *testing.T) {
	const plan = "bundle inst002 failed:process bundle failed for instruction inst002 using plan stage-002:\n" +
		"8: ParDo[pipelines.unitFn]\n\tcaused by:\nsource failed\n\tcaused by:\nDoFn[UID:8, PID:e4, Name: pipelines.unitFn] failed:\n"
	tests := []struct{ name, message, want string }{
		{"of a function", plan + "unit 3 (a.tar): no space left", "unit 3 (a.tar): no space left"},
		{"of two lines", plan + "one\ntwo\n", "one\ntwo"},
		{"behind Java", "java.lang.RuntimeException: " + plan + "unit 3 (a.tar): gone\n\tat org.apache.beam.X.y(X.java:3)\n\tat z", "unit 3 (a.tar): gone"},
		{"of the engine", "SDK worker disconnected", "SDK worker disconnected"},
		{"of Java alone", "java.io.IOException: no slots\n\tat a.b(C.java:1)", "java.io.IOException: no slots"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		if got := Cause(tt.message); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
