package schema

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// maxRejectLine bounds the memory of reading one line of a rejects file.
const maxRejectLine = 4 << 20

// rejectLine is a Reject in a rejects file.
type rejectLine struct {
	Key    string `json:"key"`
	Shard  string `json:"shard"`
	Index  int64  `json:"index"`
	Reason Reason `json:"reason"`
	Detail string `json:"detail,omitempty"`
}

// RejectWriter writes rejects as JSON Lines: one object with key, shard, index,
// reason and detail a line. Bytes that are not UTF-8, which JSON can't hold,
// become U+FFFD; shard and index still identify the record.
type RejectWriter struct {
	buf   *bufio.Writer
	out   *digestWriter
	json  *json.Encoder
	stats RejectStats
}

// RejectStats says what a finished rejects file holds.
type RejectStats struct {
	Rejects int64
	Reasons map[Reason]int64
	Bytes   int64
	SHA256  string // hex digest of the file
}

// NewRejectWriter writes to w, which the caller closes after Close.
func NewRejectWriter(w io.Writer) *RejectWriter {
	out := newDigestWriter(w)
	buf := bufio.NewWriter(out)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	return &RejectWriter{buf: buf, out: out, json: enc, stats: RejectStats{Reasons: map[Reason]int64{}}}
}

// Write appends a reject. A reason that Reasons does not list, a negative
// index and an empty shard are refused with an *InvalidError.
func (w *RejectWriter) Write(r Reject) error {
	if err := r.Validate(); err != nil {
		return err
	}
	line := rejectLine{Key: r.Key, Shard: r.Source.Shard, Index: r.Source.Index, Reason: r.Reason, Detail: r.Detail}
	if err := w.json.Encode(line); err != nil {
		return fmt.Errorf("write rejects: %w", err)
	}
	w.stats.Rejects++
	w.stats.Reasons[r.Reason]++
	return nil
}

// Close flushes and returns the file's statistics.
func (w *RejectWriter) Close() (RejectStats, error) {
	if err := w.buf.Flush(); err != nil {
		return RejectStats{}, fmt.Errorf("write rejects: %w", err)
	}
	w.stats.Bytes, w.stats.SHA256 = w.out.size, w.out.sum()
	return w.stats, nil
}

// File returns the file's entry in a manifest. path is relative to the output
// folder, with slashes.
func (s RejectStats) File(path string) File {
	return File{Path: path, Bytes: s.Bytes, SHA256: s.SHA256, Rows: s.Rejects}
}

// Validate returns an *InvalidError that lists what is wrong with the reject, or
// nil. An empty key is allowed: the record may have had none.
func (r Reject) Validate() error {
	var c Check
	if !r.Reason.known() {
		c.Addf("reason", "%q is not a known reason", r.Reason)
	}
	if r.Source.Shard == "" {
		c.Addf("shard", "is empty")
	}
	if r.Source.Index < 0 {
		c.Addf("index", "%d is negative", r.Source.Index)
	}
	return c.Err(fmt.Sprintf("reject %q", r.Key))
}

// ReadRejects iterates over the rejects of a JSON Lines file and ends after the
// first error, which names the line. Empty lines are skipped; members that this
// version does not know are refused.
func ReadRejects(r io.Reader) iter.Seq2[Reject, error] {
	return func(yield func(Reject, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, maxRejectLine)
		n := 0
		for lines.Scan() {
			n++
			if len(bytes.TrimSpace(lines.Bytes())) == 0 {
				continue
			}
			reject, err := parseReject(lines.Bytes())
			if err != nil {
				yield(Reject{}, fmt.Errorf("rejects line %d: %w", n, err))
				return
			}
			if !yield(reject, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Reject{}, fmt.Errorf("rejects line %d: %w", n+1, err))
		}
	}
}

func parseReject(line []byte) (Reject, error) {
	var l rejectLine
	if err := decodeStrict(line, &l); err != nil {
		return Reject{}, err
	}
	r := Reject{Key: l.Key, Source: Source{Shard: l.Shard, Index: l.Index}, Reason: l.Reason, Detail: l.Detail}
	if err := r.Validate(); err != nil {
		return Reject{}, err
	}
	return r, nil
}

// decodeStrict decodes one JSON value; unknown members and anything after the
// value are errors.
func decodeStrict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the JSON value")
	}
	return nil
}
