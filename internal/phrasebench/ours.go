package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/groundmill/groundmill/extract"
	"github.com/groundmill/groundmill/schema"
)

// extractJob is the program of package extract: it does the Job that it reads
// from in and writes the Result to out.
func extractJob(in io.Reader, out io.Writer) error {
	var job struct {
		Grammar extract.Grammar
		Files   []JobFile
	}
	if err := json.NewDecoder(in).Decode(&job); err != nil {
		return fmt.Errorf("job: %w", err)
	}
	ex, err := extract.New(extract.Options{Grammar: job.Grammar})
	if err != nil {
		return err
	}
	f := &finder{extractor: ex}
	result := Result{About: about(ex), Ready: float64(time.Now().UnixMicro()) / 1e6}
	for _, file := range job.Files {
		r, err := f.file(file)
		if err != nil {
			return err
		}
		result.Files = append(result.Files, r)
	}
	if result.PeakBytes, err = peakBytes(); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(result)
}

// A finder finds phrases as the pipeline does.
type finder struct {
	extractor *extract.Extractor
	phrases   []extract.Phrase
}

func (f *finder) file(file JobFile) (r FileResult, err error) {
	captions, err := readCaptions(file.Captions)
	if err != nil {
		return r, err
	}
	if file.Seconds > 0 {
		r = f.timed(captions, file.Seconds)
	}
	if file.Spans == "" {
		return r, nil
	}
	spans := make([][][2]int32, len(captions))
	for i, caption := range captions {
		spans[i] = f.spans(caption)
	}
	return r, writeLines(file.Spans, spans)
}

// find returns the phrases of a caption, which are valid until the next call:
// the repair, the gate and the extraction.
func (f *finder) find(caption string) (clean string, phrases []extract.Phrase) {
	clean, _ = extract.Sanitize(caption)
	if _, ok := f.extractor.Gate(clean); !ok {
		return clean, nil
	}
	f.phrases = f.extractor.AppendPhrases(f.phrases[:0], clean)
	return clean, f.phrases
}

// timed goes through the captions for some seconds after a pass to warm up.
func (f *finder) timed(captions []string, seconds float64) (r FileResult) {
	f.pass(captions)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for spent := 0.0; spent < seconds; {
		start := time.Now()
		f.pass(captions)
		elapsed := time.Since(start).Seconds()
		spent += elapsed
		r.Rates = append(r.Rates, float64(len(captions))/elapsed)
	}
	runtime.ReadMemStats(&after)
	r.Allocations = float64(after.Mallocs-before.Mallocs) / float64(len(captions)*len(r.Rates))
	return r
}

func (f *finder) pass(captions []string) {
	for _, caption := range captions {
		f.find(caption)
	}
}

func (f *finder) spans(caption string) [][2]int32 {
	clean, phrases := f.find(caption)
	bytes := make([]schema.ByteSpan, len(phrases))
	for i, p := range phrases {
		bytes[i] = p.Span
	}
	out := make([][2]int32, len(phrases))
	for i, s := range schema.RuneSpans(clean, bytes) {
		out[i] = [2]int32{s.Start, s.End}
	}
	return out
}

// peakBytes returns the most memory that was resident since the program started.
// What wait4 says would count the parent's before exec as well.
func peakBytes() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/self/status has no VmHWM")
}

func about(ex *extract.Extractor) string {
	return fmt.Sprintf("tagger weights of prose v2, word lists %.12s; %s", ex.WordListHash(), runtime.Version())
}
