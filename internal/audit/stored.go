package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/groundmill/groundmill/schema"
)

// storedVersion is the version of the files that hold a Partial. Another one has
// other members, scales or capacities.
const storedVersion = 1

// mostStored is the most bytes of JSON that such a file may hold: more than all
// capacities can fill.
const mostStored = 128 << 20

// stored is a Partial as a file holds it: JSON in the order of these members, maps
// by key, compressed by Zstandard. What follows from the rest is left out: hashes,
// sums, capacities.
type stored struct {
	Version    int    `json:"version"`
	Seed       uint64 `json:"seed"`
	PerStratum int    `json:"per_stratum"`
	Images     bool   `json:"images"`

	Counts   schema.Counts      `json:"counts"`
	Cut      int64              `json:"captions_cut"`
	Flags    map[string]int64   `json:"flags"`
	Measures map[string][]int64 `json:"measures"` // all bins, or none
	Centres  []int64            `json:"box_centres"`
	Borders  []int64            `json:"borders_touched"`

	Phrases  storedTally    `json:"phrases"`
	Heads    storedTally    `json:"heads"`
	Distinct storedDistinct `json:"distinct"`

	Rows     []storedRow              `json:"rows"` // that samples refer to by number
	Strata   []storedStratum          `json:"strata"`
	Patterns map[string]storedPattern `json:"patterns"`
	Invalid  storedInvalid            `json:"invalid_rows"`
	Rejects  []storedReject           `json:"rejects"`
}

// Encode returns the Partial as a file that DecodePartial reads. Equal Partials
// give equal bytes.
func (p *Partial) Encode() ([]byte, error) {
	text, err := json.Marshal(p.store())
	if err != nil {
		return nil, fmt.Errorf("encode partial result: %w", err)
	}
	if len(text) > mostStored {
		return nil, fmt.Errorf("encode partial result: it has %d bytes, more than %d: count fewer rows at once, or draw fewer samples", len(text), mostStored)
	}
	packer, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer packer.Close()
	return packer.EncodeAll(text, nil), nil
}

// DecodePartial reads what Encode has written. Nothing in data is trusted: what
// cannot be part of any Partial is an error that names the field.
func DecodePartial(data []byte) (*Partial, error) {
	text, err := unpack(data)
	if err != nil {
		return nil, fmt.Errorf("partial result: %w", err)
	}
	return decodeText(text)
}

// decodeText is DecodePartial for what the file holds.
func decodeText(text []byte) (*Partial, error) {
	var s stored
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&s)
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more after the JSON value")
		}
	}
	if version := versionOf(&s, text, err); version != storedVersion && version != 0 {
		err = fmt.Errorf("it is of version %d, this tool reads version %d", version, storedVersion)
	}
	if err != nil {
		return nil, fmt.Errorf("partial result: %w", err)
	}
	return s.restore()
}

// versionOf returns the version of a file, 0 if it names none: one of another
// version may have members that make an error of decoding.
func versionOf(s *stored, text []byte, err error) int {
	if err != nil {
		_ = json.Unmarshal(text, &struct{ Version *int }{&s.Version}) // what is no JSON has no version
	}
	return s.Version
}

// unpack decompresses a file, in bounded memory whatever it says of itself.
func unpack(data []byte) ([]byte, error) {
	unpacker, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(mostStored))
	if err != nil {
		return nil, err
	}
	defer unpacker.Close()
	return unpacker.DecodeAll(data, nil)
}

// Account returns the counts with the records that they account for.
func (p *Partial) Account() schema.Counts {
	counts := p.Counts
	counts.Records = counts.Rows + counts.RejectTotal()
	return counts
}

// CheckPartial reads what Encode has written for its counts alone.
func CheckPartial(data []byte) (schema.Counts, error) {
	p, err := DecodePartial(data)
	if err != nil {
		return schema.Counts{}, err
	}
	return p.Account(), nil
}

// store returns the Partial as its file holds it.
func (p *Partial) store() *stored {
	rows := newRowTable()
	s := &stored{
		Version: storedVersion, Seed: p.Seed, PerStratum: p.PerStratum, Images: p.Images,
		Counts: p.Account(), Cut: p.Cut, Flags: p.Flags, Measures: map[string][]int64{},
		Centres: p.Centres[:], Borders: p.Borders[:],
		Phrases: storeTally(&p.Phrases), Heads: storeTally(&p.Heads), Distinct: storeDistinct(&p.Distinct),
		Patterns: map[string]storedPattern{}, Invalid: storeInvalid(&p.Invalid), Rejects: storeRejects(p.Rejects),
	}
	for m, h := range p.Measures {
		if h.N > 0 {
			s.Measures[measureInfo[m].id] = h.Bins
		}
	}
	for i := range p.Strata {
		if stratum := &p.Strata[i]; stratum.Phrases > 0 {
			s.Strata = append(s.Strata, storedStratum{i, stratum.Phrases, rows.store(stratum.Picks)})
		}
	}
	for i := range p.Patterns {
		pattern := &p.Patterns[i]
		s.Patterns[patternInfo[i].id] = storedPattern{pattern.Found, pattern.Rows, rows.store(pattern.Picks)}
	}
	s.Rows = rows.list
	return s
}
