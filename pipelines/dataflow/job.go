package dataflow

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow/dataflowlib"
	df "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/protobuf/proto"

	"github.com/groundmill/groundmill/pipelines/internal/portable"
	"github.com/groundmill/groundmill/schema"
)

// Run is what the caller knows of a job that its configuration does not say.
type Run struct {
	// Name is the job's name where Options.JobName is "".
	Name string
	// Threads is how many bundles a VM works on at once, which bounds its memory;
	// 0 leaves it to the service.
	Threads int
	// Labels are added to those of Options.
	Labels map[string]string
	// Pace is how the service is asked; the zero Pace is right outside of tests.
	Pace Pace
}

// Job is a job that can be submitted. Making one contacts nothing.
type Job struct {
	opts     Options
	pace     Pace
	pipeline *pipepb.Pipeline
	files    []stagedFile
	job      *df.Job
}

// stockImage is the container that the SDK itself would name.
const stockImage = "gcr.io/cloud-dataflow/v1beta3/beam_go_sdk:" + core.SdkVersion

// Prepare makes a job of a pipeline. It refuses options that Options.Check finds
// wrong, by a *schema.InvalidError, and a program that workers cannot run.
func Prepare(ctx context.Context, p *beam.Pipeline, o Options, run Run) (*Job, error) {
	o, err := o.with(run)
	if err != nil {
		return nil, err
	}
	worker, err := findWorker(o)
	if err != nil {
		return nil, err
	}
	j := &Job{opts: o, pace: run.Pace.orDefault()}
	if j.pipeline, err = portable.Translate(ctx, p, portable.Docker(o.ContainerImage)); err != nil {
		return nil, err
	}
	program := workerFile(o.Staging, worker)
	if err := worker.StageAt(j.pipeline, program.URL); err != nil {
		return nil, err
	}
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(j.pipeline)
	if err != nil {
		return nil, fmt.Errorf("pipeline: %w", err)
	}
	model := modelFile(o.Staging, data)
	j.files = []stagedFile{program, model}
	if j.job, err = dataflowlib.Translate(ctx, j.pipeline, o.jobOptions(run, worker), program.URL, model.URL, model.SHA256); err != nil {
		return nil, fmt.Errorf("dataflow: %w", err)
	}
	return j, nil
}

// with fills in what the options leave to the run and to this package, and checks
// the result.
func (o Options) with(run Run) (Options, error) {
	var c schema.Check
	s := section{&c, "beam.dataflow"}
	if o.JobName = cmp.Or(o.JobName, run.Name); o.JobName == "" {
		s.addf("job_name", "is empty; name the job")
	}
	if run.Threads < 0 {
		c.Addf("threads", "%d is negative; give a positive number, or 0 to leave it to the service", run.Threads)
	}
	o.Labels = o.labels(s, run.Labels)
	o.Check(s.c, s.path)
	o.Staging = strings.TrimSuffix(o.Staging, "/")
	o.Temp = cmp.Or(o.Temp, o.Staging+"/tmp")
	o.ContainerImage = cmp.Or(o.ContainerImage, stockImage)
	return o, c.Err("Dataflow job")
}

// labels are those of the options and added ones, which the program relies on.
func (o Options) labels(s section, added map[string]string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, o.Labels)
	for key, value := range added {
		if own, ok := o.Labels[key]; ok && own != value {
			s.addf("labels."+key, "is set to %q by this program; choose another key", value)
		}
		all[key] = value
	}
	return all
}

// jobOptions says the same in the SDK's terms.
func (o Options) jobOptions(run Run, worker portable.Worker) *dataflowlib.JobOptions {
	return &dataflowlib.JobOptions{
		Name:                   o.JobName,
		Experiments:            o.experiments(),
		DataflowServiceOptions: o.serviceOptions(),
		Project:                o.Project,
		Region:                 o.Region,
		KmsKey:                 o.KMSKey,
		Network:                o.Network,
		Subnetwork:             o.Subnetwork,
		NoUsePublicIPs:         o.PrivateIPs,
		NumWorkers:             int64(o.Workers),
		MaxNumWorkers:          int64(o.MaxWorkers),
		WorkerHarnessThreads:   int64(run.Threads),
		Algorithm:              strings.ToUpper(o.Autoscaling),
		DiskSizeGb:             int64(o.DiskGB),
		DiskType:               o.diskType(),
		MachineType:            o.MachineType,
		Labels:                 o.Labels,
		ServiceAccountEmail:    o.ServiceAccount,
		WorkerZone:             o.WorkerZone,
		ContainerImage:         o.ContainerImage,
		TempLocation:           o.Temp,
		WorkerHash:             worker.SHA256,
	}
}

// portableExperiments are those that Dataflow wants for Go pipelines; the SDK's
// own runner adds the same.
var portableExperiments = []string{"beam_fn_api", "use_runner_v2", "use_unified_worker", "use_portable_job_submission"}

func (o Options) experiments() []string {
	all := slices.Clone(o.Experiments)
	for _, e := range portableExperiments {
		if !slices.Contains(all, e) {
			all = append(all, e)
		}
	}
	return all
}

func (o Options) serviceOptions() []string {
	if o.Accelerator.Type == "" {
		return slices.Clone(o.ServiceOptions)
	}
	return append([]string{o.Accelerator.option()}, o.ServiceOptions...)
}

// diskType is the disk type's full name, whose project and zone may be left out.
func (o Options) diskType() string {
	if o.DiskType == "" || strings.Contains(o.DiskType, "/") {
		return o.DiskType
	}
	return "compute.googleapis.com/projects//zones//diskTypes/" + o.DiskType
}

// sha returns the hexadecimal SHA-256 of data.
func sha(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
