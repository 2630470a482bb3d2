package dataflow_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/groundmill/groundmill/pipelines/dataflow"
	"github.com/groundmill/groundmill/pipelines/dataflow/dataflowtest"
	"github.com/groundmill/groundmill/schema"
)

// described is the description of a job as a dry run prints it.
func described(t *testing.T, job *dataflow.Job) map[string]any {
	t.Helper()
	d, err := job.Describe()
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// at follows a path of names and, for lists, of "0".
func at(t *testing.T, value any, path string) any {
	t.Helper()
	for name := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[name]
		case []any:
			if name != "0" || len(v) == 0 {
				t.Fatalf("%s: no element %s of %d", path, name, len(v))
			}
			value = v[0]
		default:
			t.Fatalf("%s: no %s in %v", path, name, value)
		}
	}
	return value
}

// TestJob compares what is posted, field by field, with full options.
func TestJob(t *testing.T) {
	o := dataflow.Default()
	if err := yaml.Unmarshal([]byte(full), &o); err != nil {
		t.Fatal(err)
	}
	o.WorkerBinary = dataflowtest.Worker(t, "amd64", map[string]string{"CGO_ENABLED": "1"})
	job, err := dataflow.Prepare(t.Context(), smallPipeline(), o, dataflow.Run{Name: "unused", Threads: 4, Labels: map[string]string{"run": "7f3a"}})
	if err != nil {
		t.Fatal(err)
	}
	got := described(t, job)
	const pool = "job.environment.workerPools.0."
	want := map[string]any{
		"job.name":   "annotate-2",
		"job.type":   "JOB_TYPE_BATCH",
		"job.labels": map[string]any{"team": "vision", "straße": "größe_1", "run": "7f3a"},
		"job.environment.serviceOptions": []any{
			"worker_accelerator=type:nvidia-l4;count:1", "enable_prime=no;x"},
		"job.environment.experiments": []any{
			"min_cpu_platform=Intel Skylake", "beam_fn_api", "use_runner_v2", "use_unified_worker", "use_portable_job_submission"},
		"job.environment.serviceAccountEmail": "worker@some-project.iam.gserviceaccount.com",
		"job.environment.serviceKmsKeyName":   "projects/some-project/locations/europe-west4/keyRings/ring/cryptoKeys/key",
		"job.environment.tempStoragePrefix":   "gs://other.bucket_1/temp",
		"job.environment.workerZone":          "europe-west4-a",
		pool + "machineType":                  "g2-standard-8",
		pool + "numThreadsPerWorker":          4.,
		pool + "numWorkers":                   2.,
		pool + "diskSizeGb":                   100.,
		pool + "diskType":                     "compute.googleapis.com/projects//zones//diskTypes/pd-ssd",
		pool + "ipConfiguration":              "WORKER_IP_PRIVATE",
		pool + "network":                      "default",
		pool + "subnetwork":                   "regions/europe-west4/subnetworks/private",
		pool + "autoscalingSettings": map[string]any{
			"algorithm": "AUTOSCALING_ALGORITHM_BASIC", "maxNumWorkers": 10.},
		pool + "sdkHarnessContainerImages.0.containerImage": "europe-west4-docker.pkg.dev/some-project/images/worker:1.2",
		pool + "packages.0": map[string]any{"name": "worker", "location": at(t, got, "files.0.url"), "sha256": at(t, got, "files.0.sha256")},
		// Nothing of the environment, of flags or of Beam's global options.
		"job.environment.sdkPipelineOptions.beam:option:go_options:v1": map[string]any{"options": map[string]any{
			"experiments": "min_cpu_platform=Intel Skylake,beam_fn_api,use_runner_v2,use_unified_worker,use_portable_job_submission"}},
		"job.environment.sdkPipelineOptions.options.pipelineUrl":       at(t, got, "files.0.url"),
		"job.environment.sdkPipelineOptions.options.pipelineProtoHash": "",
	}
	files := got["files"].([]any)
	model := files[1].(map[string]any)
	want["job.environment.sdkPipelineOptions.options.pipelineUrl"] = model["url"]
	want["job.environment.sdkPipelineOptions.options.pipelineProtoHash"] = model["sha256"]
	for path, w := range want {
		if diff := cmp.Diff(w, at(t, got, path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

// TestJobDefaults leaves to the service what is not set.
func TestJobDefaults(t *testing.T) {
	o := options()
	o.Staging += "/"
	o.Accelerator.InstallDriver = true
	o.WorkerBinary = dataflowtest.Worker(t, "amd64", map[string]string{"CGO_ENABLED": "1"})
	job, err := dataflow.Prepare(t.Context(), smallPipeline(), o, dataflow.Run{Name: "small"})
	if err != nil {
		t.Fatal(err)
	}
	got := described(t, job)
	for path, want := range map[string]any{
		"job.name":                          "small",
		"job.environment.tempStoragePrefix": "gs://bucket/staging/tmp",
		"job.environment.workerPools.0.ipConfiguration":                            "WORKER_IP_UNSPECIFIED",
		"job.environment.workerPools.0.sdkHarnessContainerImages.0.containerImage": "gcr.io/cloud-dataflow/v1beta3/beam_go_sdk:2.77.0",
		"job.environment.workerPools.0.machineType":                                nil,
		"job.environment.serviceOptions":                                           nil,
		"job.labels":                                                               nil,
	} {
		if diff := cmp.Diff(want, at(t, got, path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	if url := at(t, got, "files.0.url").(string); !strings.HasPrefix(url, "gs://bucket/staging/") || !strings.HasSuffix(url, "/worker") || strings.Contains(url[5:], "//") {
		t.Errorf("the workers' program is at %s", url)
	}
}

// TestAcceleratorOption writes the option without commas, at which the SDK splits.
func TestAcceleratorOption(t *testing.T) {
	o := options()
	o.WorkerBinary = dataflowtest.Worker(t, "amd64", map[string]string{"CGO_ENABLED": "1"})
	o.MachineType, o.ContainerImage, o.Accelerator.Type, o.Accelerator.Count = "n1-standard-8", "worker:1", "nvidia-tesla-t4", 2
	job, err := dataflow.Prepare(t.Context(), smallPipeline(), o, dataflow.Run{Name: "small"})
	if err != nil {
		t.Fatal(err)
	}
	want := []any{"worker_accelerator=type:nvidia-tesla-t4;count:2;install-nvidia-driver"}
	if diff := cmp.Diff(want, at(t, described(t, job), "job.environment.serviceOptions")); diff != "" {
		t.Errorf("service options (-want +got):\n%s", diff)
	}
}

func TestPrepareRefuses(t *testing.T) {
	cgo := map[string]string{"CGO_ENABLED": "1"}
	tests := map[string]struct {
		edit func(*testing.T, *dataflow.Options, *dataflow.Run)
		want string
	}{
		"no name":     {func(_ *testing.T, _ *dataflow.Options, r *dataflow.Run) { r.Name = "" }, "beam.dataflow.job_name"},
		"bad name":    {func(_ *testing.T, _ *dataflow.Options, r *dataflow.Run) { r.Name = "Small" }, "beam.dataflow.job_name"},
		"bad options": {func(_ *testing.T, o *dataflow.Options, _ *dataflow.Run) { o.Region = "" }, "beam.dataflow.region"},
		"bad threads": {func(_ *testing.T, _ *dataflow.Options, r *dataflow.Run) { r.Threads = -1 }, "threads: -1"},
		"taken label": {func(_ *testing.T, o *dataflow.Options, _ *dataflow.Run) { o.Labels = map[string]string{"run": "x"} }, "beam.dataflow.labels.run"},
		"other arch":  {func(_ *testing.T, o *dataflow.Options, _ *dataflow.Run) { o.MachineType = "t2a-standard-4" }, "build runner for arm64"},
		"arm program": {func(t *testing.T, o *dataflow.Options, _ *dataflow.Run) {
			o.WorkerBinary = dataflowtest.Worker(t, "arm64", cgo)
		}, "build runner for amd64"},
		"without cgo": {func(t *testing.T, o *dataflow.Options, _ *dataflow.Run) {
			o.WorkerBinary = dataflowtest.Worker(t, "amd64", map[string]string{"CGO_ENABLED": "0"})
		}, "CGO_ENABLED=1"},
		"not Go": {func(t *testing.T, o *dataflow.Options, _ *dataflow.Run) {
			o.WorkerBinary = dataflowtest.Worker(t, "amd64", nil)
		}, "no program built by Go"},
		"not there":    {func(_ *testing.T, o *dataflow.Options, _ *dataflow.Run) { o.WorkerBinary = "missing" }, "no such file"},
		"not a binary": {func(_ *testing.T, o *dataflow.Options, _ *dataflow.Run) { o.WorkerBinary = "prepare_test.go" }, "no program for Linux"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			o, run := options(), dataflow.Run{Name: "small", Labels: map[string]string{"run": "7f3a"}}
			o.WorkerBinary = dataflowtest.Worker(t, "amd64", cgo)
			tt.edit(t, &o, &run)
			_, err := dataflow.Prepare(t.Context(), smallPipeline(), o, run)
			wantIn(t, err, tt.want)
			if strings.Contains(tt.want, "beam.dataflow") {
				as[*schema.InvalidError](t, err)
			}
		})
	}
}

// TestArmWorker takes a program for arm64 where the machines are.
func TestArmWorker(t *testing.T) {
	o := options()
	o.MachineType, o.WorkerBinary = "c4a-standard-8", dataflowtest.Worker(t, "arm64", map[string]string{"CGO_ENABLED": "1"})
	if _, err := dataflow.Prepare(t.Context(), smallPipeline(), o, dataflow.Run{Name: "small"}); err != nil {
		t.Error(err)
	}
}

// TestSameContentSameNames prepares a job twice.
func TestSameContentSameNames(t *testing.T) {
	o := options()
	o.WorkerBinary = dataflowtest.Worker(t, "amd64", map[string]string{"CGO_ENABLED": "1"})
	var all [2]map[string]any
	for i := range all {
		job, err := dataflow.Prepare(t.Context(), smallPipeline(), o, dataflow.Run{Name: "small"})
		if err != nil {
			t.Fatal(err)
		}
		all[i] = described(t, job)
	}
	if diff := cmp.Diff(all[0], all[1]); diff != "" {
		t.Errorf("two descriptions of one job (-first +second):\n%s", diff)
	}
}
