package dataflow_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/groundmill/groundmill/pipelines/dataflow"
	"github.com/groundmill/groundmill/schema"
)

// problems are what Check finds wrong, by field.
func problems(o dataflow.Options) map[string]string {
	var c schema.Check
	o.Check(&c, "beam.dataflow")
	found := map[string]string{}
	var invalid *schema.InvalidError
	if errors.As(c.Err("configuration"), &invalid) {
		for _, p := range invalid.Problems {
			found[strings.TrimPrefix(p.Path, "beam.dataflow.")] += p.Text
		}
	}
	return found
}

// full are good options with every field set.
const full = `
project: some-project
region: europe-west4
staging: gs://bucket/staging
temp: gs://other.bucket_1/temp
job_name: annotate-2
worker_binary: bin/runner
container_image: europe-west4-docker.pkg.dev/some-project/images/worker:1.2
machine_type: g2-standard-8
accelerator: {type: nvidia-l4, count: 1, install_driver: false}
disk_gb: 100
disk_type: pd-ssd
workers: 2
max_workers: 10
autoscaling: throughput_based
service_account: worker@some-project.iam.gserviceaccount.com
network: default
subnetwork: regions/europe-west4/subnetworks/private
private_ips: true
worker_zone: europe-west4-a
kms_key: projects/some-project/locations/europe-west4/keyRings/ring/cryptoKeys/key
labels: {team: vision, straße: größe_1}
service_options: [enable_prime=no;x]
experiments: [min_cpu_platform=Intel Skylake]
endpoint: https://europe-west4-dataflow.example.com/
`

func TestCheckGood(t *testing.T) {
	o := dataflow.Default()
	if err := yaml.Unmarshal([]byte(full), &o); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]dataflow.Options{"full": o, "least": options()} {
		if found := problems(o); len(found) != 0 {
			t.Errorf("%s: problems are %v", name, found)
		}
	}
}

// TestCheckOne breaks one thing at a time: its field is named, and no other.
func TestCheckOne(t *testing.T) {
	type edit = func(*dataflow.Options)
	tests := []struct {
		field, text string
		edit        edit
	}{
		{"project", "gcloud projects list", func(o *dataflow.Options) { o.Project = "" }},
		{"project", "neither its number", func(o *dataflow.Options) { o.Project = "12345678" }},
		{"region", "is empty", func(o *dataflow.Options) { o.Region = "" }},
		{"region", "not a zone", func(o *dataflow.Options) { o.Region = "us-central1-a" }},
		{"staging", "is empty", func(o *dataflow.Options) { o.Staging = "" }},
		{"staging", "gs://bucket/staging", func(o *dataflow.Options) { o.Staging = "/tmp/staging" }},
		{"staging", "gs://bucket/folder", func(o *dataflow.Options) { o.Staging = "gs://bucket/a/../b" }},
		{"temp", "gs://bucket/temp", func(o *dataflow.Options) { o.Temp = "s3://bucket/temp" }},
		{"job_name", "letter first", func(o *dataflow.Options) { o.JobName = "1-job" }},
		{"job_name", "no hyphen last", func(o *dataflow.Options) { o.JobName = "job-" }},
		{"job_name", "1024 at most", func(o *dataflow.Options) { o.JobName = strings.Repeat("a", 1025) }},
		{"container_image", "docker pull", func(o *dataflow.Options) { o.ContainerImage = "an image" }},
		{"machine_type", "n1-standard-8", func(o *dataflow.Options) { o.MachineType = "big" }},
		{"disk_type", "pd-ssd", func(o *dataflow.Options) { o.DiskType = "PD SSD" }},
		{"disk_gb", "negative", func(o *dataflow.Options) { o.DiskGB = -1 }},
		{"workers", "negative", func(o *dataflow.Options) { o.Workers = -1 }},
		{"max_workers", "negative", func(o *dataflow.Options) { o.MaxWorkers = -1 }},
		{"workers", "raise max_workers", func(o *dataflow.Options) { o.Workers, o.MaxWorkers = 3, 2 }},
		{"autoscaling", "throughput_based", func(o *dataflow.Options) { o.Autoscaling = "NONE" }},
		{"service_account", "e-mail", func(o *dataflow.Options) { o.ServiceAccount = "worker" }},
		{"network", "name", func(o *dataflow.Options) { o.Network = "a/b" }},
		{"subnetwork", "regions/REGION", func(o *dataflow.Options) { o.Subnetwork = "private" }},
		{"subnetwork", "is in us-east1", func(o *dataflow.Options) { o.Subnetwork = "regions/us-east1/subnetworks/private" }},
		{"worker_zone", "us-central1-a", func(o *dataflow.Options) { o.WorkerZone = "us-central1" }},
		{"worker_zone", "not in us-central1", func(o *dataflow.Options) { o.WorkerZone = "us-central2-a" }},
		{"kms_key", "keyRings", func(o *dataflow.Options) { o.KMSKey = "key" }},
		{"kms_key", "is in global", func(o *dataflow.Options) { o.KMSKey = "projects/p/locations/global/keyRings/r/cryptoKeys/k" }},
		{"labels.Team", "no key", func(o *dataflow.Options) { o.Labels = map[string]string{"Team": "x"} }},
		{"labels.team", "no value", func(o *dataflow.Options) { o.Labels = map[string]string{"team": "Vision!"} }},
		{"labels.team", "no value", func(o *dataflow.Options) { o.Labels = map[string]string{"team": strings.Repeat("字", 50)} }},
		{"labels." + strings.Repeat("a", 64), "no key", func(o *dataflow.Options) { o.Labels = map[string]string{strings.Repeat("a", 64): "x"} }},
		{"labels", "may have 64", func(o *dataflow.Options) { o.Labels = manyLabels(65) }},
		{"service_options[1]", "without a comma", func(o *dataflow.Options) { o.ServiceOptions = []string{"a", "b,c"} }},
		{"service_options[0]", "section accelerator", func(o *dataflow.Options) { o.ServiceOptions = []string{"worker_accelerator=type:nvidia-l4"} }},
		{"experiments[0]", "without a comma", func(o *dataflow.Options) { o.Experiments = []string{" "} }},
		{"experiments[0]", "Runner v2", func(o *dataflow.Options) { o.Experiments = []string{"disable_runner_v2_until_2023"} }},
		{"experiments[0]", "worker_zone", func(o *dataflow.Options) {
			o.Experiments, o.WorkerZone = []string{"worker_region=us-central1"}, "us-central1-a"
		}},
		{"endpoint", "https://", func(o *dataflow.Options) { o.Endpoint = "http://dataflow.example.com/" }},
		{"endpoint", "https://", func(o *dataflow.Options) { o.Endpoint = "https://user:password@dataflow.example.com/" }},
		{"endpoint", "https://", func(o *dataflow.Options) { o.Endpoint = "https://example.com/dataflow/" }},
		{"accelerator.count", "less than 1", func(o *dataflow.Options) { o.Accelerator.Count = 0 }},
		{"accelerator.type", "of the 2 GPUs", func(o *dataflow.Options) { o.Accelerator.Count = 2 }},
	}
	for _, tt := range tests {
		o := options()
		tt.edit(&o)
		found := problems(o)
		if len(found) != 1 || !strings.Contains(found[tt.field], tt.text) {
			t.Errorf("problems are %q, want one of %s with %q", found, tt.field, tt.text)
		}
	}
}

// TestCheckAll breaks everything at once.
func TestCheckAll(t *testing.T) {
	const broken = `
project: "1"
region: r
staging: s
temp: t
job_name: J
container_image: " "
machine_type: m
accelerator: {type: gpu, count: -1}
disk_gb: -1
disk_type: D
workers: -1
max_workers: -1
autoscaling: a
service_account: s
network: N
subnetwork: s
worker_zone: z
kms_key: k
labels: {A: B}
service_options: [""]
experiments: [","]
endpoint: e
`
	var o dataflow.Options
	if err := yaml.Unmarshal([]byte(broken), &o); err != nil {
		t.Fatal(err)
	}
	want := strings.Fields("project region staging temp job_name container_image machine_type accelerator.type accelerator.count " +
		"disk_gb disk_type workers max_workers autoscaling service_account network subnetwork worker_zone kms_key labels.A " +
		"service_options[0] experiments[0] endpoint")
	slices.Sort(want)
	got := slices.Sorted(maps.Keys(problems(o)))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields with problems (-want +got):\n%s", diff)
	}
}

func manyLabels(n int) map[string]string {
	labels := map[string]string{}
	for i := range n {
		labels[fmt.Sprintf("l%d", i)] = ""
	}
	return labels
}

func TestCheckAccelerator(t *testing.T) {
	tests := []struct {
		accelerator string
		count       int
		machine     string
		image       string
		want        map[string]string
	}{
		{"nvidia-tesla-t4", 2, "n1-standard-8", "worker:1", nil},
		{"nvidia-tesla-v100", 1, "n1-highmem-8", "worker:1", nil},
		{"nvidia-l4", 1, "g2-standard-8", "worker:1", nil},
		{"nvidia-tesla-a100", 1, "a2-highgpu-1g", "worker:1", nil},
		{"nvidia-tesla-a100", 16, "a2-megagpu-16g", "worker:1", nil},
		{"nvidia-a100-80gb", 2, "a2-ultragpu-2g", "worker:1", nil},
		{"nvidia-h100-80gb", 8, "a3-highgpu-8g", "worker:1", nil},
		{"nvidia-l4", 1, "g2-standard-8", "", map[string]string{"container_image": "ONNX Runtime"}},
		{"nvidia-l4", 0, "g2-standard-8", "worker:1", map[string]string{"accelerator.count": "less than 1"}},
		{"nvidia-l4", 1, "", "worker:1", map[string]string{"machine_type": "g2-standard-*"}},
		{"nvidia-l4", 1, "n1-standard-8", "worker:1", map[string]string{"machine_type": "g2-standard-*"}},
		{"nvidia-tesla-t4", 1, "g2-standard-8", "worker:1", map[string]string{"machine_type": "n1-*"}},
		{"nvidia-tesla-p4", 1, "n2-standard-8", "worker:1", map[string]string{"machine_type": "n1-*"}},
		{"nvidia-tesla-p100", 1, "e2-standard-8", "worker:1", map[string]string{"machine_type": "n1-*"}},
		{"nvidia-tesla-a100", 1, "a2-ultragpu-1g", "worker:1", map[string]string{"machine_type": "a2-highgpu-* or a2-megagpu-*"}},
		{"nvidia-a100-80gb", 1, "a2-highgpu-1g", "worker:1", map[string]string{"machine_type": "a2-ultragpu-*"}},
		{"nvidia-h100-80gb", 1, "a2-highgpu-1g", "worker:1", map[string]string{"machine_type": "a3-highgpu-*"}},
		{"nvidia-tesla-t4", 1, "t2a-standard-4", "worker:1", map[string]string{"machine_type": "arm64"}},
		{"nvidia-l4", 1, "c4a-standard-4", "worker:1", map[string]string{"machine_type": "arm64"}},
		{"nvidia-tesla-a100", 1, "a2-highgpu-4g", "worker:1", map[string]string{"accelerator.count": "has 4"}},
		{"nvidia-t4", 1, "n1-standard-8", "worker:1", map[string]string{"accelerator.type": "nvidia-tesla-t4"}},
	}
	for _, tt := range tests {
		o := options()
		o.Accelerator.Type, o.Accelerator.Count, o.MachineType, o.ContainerImage = tt.accelerator, tt.count, tt.machine, tt.image
		found := problems(o)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(tt.want)), slices.Sorted(maps.Keys(found))); diff != "" {
			t.Errorf("%d %s on %q: fields (-want +got):\n%s", tt.count, tt.accelerator, tt.machine, diff)
		}
		for field, text := range tt.want {
			if !strings.Contains(found[field], text) {
				t.Errorf("%d %s on %q: %s: %q, want %q in it", tt.count, tt.accelerator, tt.machine, field, found[field], text)
			}
		}
	}
}
