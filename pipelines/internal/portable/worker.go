package portable

import (
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/protobuf/proto"
)

// Worker is the program that workers run: a build of this one for Linux.
type Worker struct {
	Path   string
	Bytes  int64
	SHA256 string // hex
	Arch   string // as Go names it: "amd64" or "arm64"
}

// arches are the processors that workers may have.
var arches = map[elf.Machine]string{elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64"}

// FindWorker examines the program at path, this very program for "".
func FindWorker(path string) (Worker, error) {
	if path == "" {
		self, err := os.Executable()
		if err != nil {
			return Worker{}, fmt.Errorf("worker binary: %w", err)
		}
		path = self
	}
	w, err := examine(path)
	if err != nil {
		return Worker{}, fmt.Errorf("worker binary: %w", err)
	}
	return w, nil
}

func examine(path string) (w Worker, err error) {
	file, err := os.Open(path)
	if err != nil {
		return w, err
	}
	defer file.Close()
	program, err := elf.NewFile(file)
	if err != nil {
		return w, fmt.Errorf("%s is no program for Linux; build runner on Linux, in the image of the workers, and name it: %w", path, err)
	}
	arch, ok := arches[program.Machine]
	if !ok {
		return w, fmt.Errorf("%s is for %s, workers are amd64 or arm64", path, program.Machine)
	}
	hash := sha256.New()
	n, err := io.Copy(hash, file)
	if err != nil {
		return w, fmt.Errorf("%s: %w", path, err)
	}
	return Worker{Path: path, Bytes: n, SHA256: hex.EncodeToString(hash.Sum(nil)), Arch: arch}, nil
}

// StageAt makes workers of the pipeline fetch the program from a URL.
func (w Worker) StageAt(p *pipepb.Pipeline, url string) error {
	return w.stage(p, graphx.URNArtifactURLType, &pipepb.ArtifactUrlPayload{Url: url, Sha256: w.SHA256})
}

// StageFile makes workers of the pipeline get the program through the job
// service, which asks this process for the file.
func (w Worker) StageFile(p *pipepb.Pipeline) error {
	return w.stage(p, graphx.URNArtifactFileType, &pipepb.ArtifactFilePayload{Path: w.Path, Sha256: w.SHA256})
}

func (w Worker) stage(p *pipepb.Pipeline, urn string, payload proto.Message) error {
	data, err := proto.Marshal(payload)
	if err == nil {
		err = graphx.UpdateDefaultEnvWorkerType(urn, data, p)
	}
	if err != nil {
		return fmt.Errorf("worker binary: %w", err)
	}
	return nil
}
