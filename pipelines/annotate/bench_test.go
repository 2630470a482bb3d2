package annotate

import (
	"bytes"
	"context"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/groundmill/groundmill/internal/webdataset"
	"github.com/groundmill/groundmill/pipelines"
	"github.com/groundmill/groundmill/teacher"
)

// benchModel is a device that costs no CPU, so that what is measured is how well
// the pipeline keeps it busy. internal/bench measures with a real model.
const benchModel = "synthetic:latency=20ms,per_image=8ms"

func benchOptions(b *testing.B, input string) Options {
	opts := testOptions(b, input)
	opts.Teacher.Model, opts.Teacher.Batch = benchModel, 8
	return opts
}

// benchShards writes tars of n images of a few hundred pixels, each its own.
func benchShards(b *testing.B, tars, n int) string {
	b.Helper()
	var data [][]byte
	for range tars {
		samples := pairs(n)
		for i := range samples {
			samples[i].members["jpg"] = jpegOf(256-32*(i%2), 256, i)
		}
		data = append(data, tarOf(b, samples...))
	}
	return shards(b, data...)
}

// BenchmarkPipeline compares the whole job, from the start of Beam to _SUCCESS,
// with a bare loop that grounds the same batches with the same teacher, already
// prepared. ratio is the pipeline's images/s over the loop's.
func BenchmarkPipeline(b *testing.B) {
	const tars, images = 4, 250
	input := benchShards(b, tars, images)
	for b.Loop() {
		opts := benchOptions(b, input)
		bare := bareLoop(b, opts)
		start := time.Now()
		if _, err := Run(b.Context(), opts, RunOptions{}); err != nil {
			b.Fatal(err)
		}
		pipeline := time.Since(start)
		b.ReportMetric(tars*images/pipeline.Seconds(), "images/s")
		b.ReportMetric(tars*images/bare.Seconds(), "bare-images/s")
		b.ReportMetric(bare.Seconds()/pipeline.Seconds(), "ratio")
	}
}

// bareLoop prepares all batches, then measures how long the teacher takes for
// them, with as many in flight as the job has.
func bareLoop(b *testing.B, opts Options) time.Duration {
	b.Helper()
	model, err := openTeacher(opts.Teacher)
	if err != nil {
		b.Fatal(err)
	}
	j, err := newJob(spec{Options: opts}, model)
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	batches := make(chan []*record, 1<<16)
	plan, err := pipelines.PlanFiles(b.Context(), opts.Input.Shards, ".tar")
	if err != nil {
		b.Fatal(err)
	}
	for _, unit := range plan.Units {
		for _, batch := range prepareAll(b, j, unit.Path) {
			batches <- batch
		}
	}
	close(batches)
	var loop sync.WaitGroup
	start := time.Now()
	for range opts.Teacher.inFlight() {
		loop.Go(func() {
			for batch := range batches {
				if err := j.ground(context.Background(), batch); err != nil {
					b.Error(err)
				}
			}
		})
	}
	loop.Wait()
	return time.Since(start)
}

// prepareAll returns the batches that the job makes of a tar.
func prepareAll(b *testing.B, j *job, path string) (batches [][]*record) {
	b.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	batcher := teacher.NewBatcher[*record](j.opts.Teacher.Batch, j.opts.Teacher.Window)
	r := webdataset.Open(bytes.NewReader(data), path, webdataset.Limits{Extensions: sampleExts})
	for {
		s, err := r.Next()
		if err == io.EOF {
			return append(batches, batcher.Flush()...)
		}
		if err != nil {
			b.Fatal(err)
		}
		for _, rec := range goodRecords(b, j, s) {
			batches = append(batches, batcher.Add(rec)...)
		}
	}
}

// goodRecords prepares a sample that has no rejects.
func goodRecords(b *testing.B, j *job, s webdataset.Sample) []*record {
	b.Helper()
	g := j.prepare("bench", s, 0, nil)
	if g.err != nil || len(g.open()) < len(g.records) {
		b.Fatalf("sample %s: %v, %+v", s.Key, g.err, g.records[0].reject)
	}
	return g.records
}

// BenchmarkPrepare is the CPU work of one sample before the teacher.
func BenchmarkPrepare(b *testing.B) {
	opts := benchOptions(b, "none")
	model, err := openTeacher(opts.Teacher)
	if err != nil {
		b.Fatal(err)
	}
	j, err := newJob(spec{Options: opts}, model)
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	s := webdataset.Sample{Key: "k", Members: []webdataset.Member{
		{Ext: "jpg", Data: []byte(jpegOf(256, 256, 1))}, {Ext: "txt", Data: []byte(fox)},
	}}
	b.ReportAllocs()
	for b.Loop() {
		for _, rec := range goodRecords(b, j, s) {
			rec.release()
		}
	}
}
