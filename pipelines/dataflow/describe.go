package dataflow

import (
	"encoding/json"
	"fmt"

	df "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/protobuf/encoding/protojson"
)

// Description is what Job.Run would do.
type Description struct {
	// Job is what would be posted, but for the identifier of the request.
	Job *df.Job `json:"job"`
	// Pipeline is the pipeline's proto as JSON.
	Pipeline json.RawMessage `json:"pipeline"`
	// Files are what would be staged, if it is not there yet.
	Files []File `json:"files"`
}

// File is a file that workers need.
type File struct {
	// Path is where the file lies; "" for one that is made in memory.
	Path string `json:"path,omitempty"`
	// URL is where it is staged.
	URL string `json:"url"`
	// Bytes and SHA256 are those of its content.
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Describe says what Run would do, for a dry run. It contacts nothing.
func (j *Job) Describe() (Description, error) {
	pipeline, err := protojson.Marshal(j.pipeline)
	if err != nil {
		return Description{}, fmt.Errorf("pipeline: %w", err)
	}
	d := Description{Job: j.job, Pipeline: pipeline}
	for _, f := range j.files {
		d.Files = append(d.Files, f.File)
	}
	return d, nil
}
