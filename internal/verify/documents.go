package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"

	"github.com/groundmill/groundmill/schema"
)

// documents are what a run says about itself, as far as it can be read.
type documents struct {
	series
	units     map[int]bool       // of which a document or a file is known
	record    *schema.RunRecord  // nil when there is none that can be read
	manifest  *schema.Manifest   // the same
	entries   map[int]int        // units to their positions in manifest.Units
	claims    map[string][]claim // about the file of that path: the manifest's first
	summaries map[int]*schema.UnitSummary
	owners    map[string]string // digests to the paths that should have them
}

// claim is what one document says about a file.
type claim struct {
	schema.File
	place string // of the words, such as "files[3]" of the manifest
}

func newDocuments() documents {
	return documents{
		units: map[int]bool{}, entries: map[int]int{}, claims: map[string][]claim{},
		summaries: map[int]*schema.UnitSummary{}, owners: map[string]string{},
	}
}

func isDocument(name string) bool {
	return name == schema.RunName || name == schema.ManifestName || name == schema.SuccessName
}

// identities returns what the documents say about what made the run: the
// manifest's word, then the record's.
func (d *documents) identities() (list []*schema.Identity) {
	if d.manifest != nil {
		list = append(list, &d.manifest.Identity)
	}
	if d.record != nil {
		list = append(list, &d.record.Identity)
	}
	return list
}

// entry returns what the manifest says about a unit, nil if nothing.
func (d *documents) entry(unit int) *schema.UnitSummary {
	if i, ok := d.entries[unit]; ok {
		return &d.manifest.Units[i]
	}
	return nil
}

// errNotCanonical says that a document can be decoded and yet was changed.
var errNotCanonical = errors.New("it is not, byte for byte, what a run writes")

// readDocument reads a JSON document of the run. One that is not as
// schema.EncodeJSON writes it is damaged, which covers what a decoder overlooks.
// What is wrong is recorded, as that kind if the storage is not to blame, and the
// result is nil.
func readDocument[T any](ctx context.Context, f *folder, name string, unit *int, damaged Kind) *T {
	data, err := f.readAll(ctx, name)
	if err != nil {
		f.add(unreadable(name, unit, err))
		return nil
	}
	var document T
	err = json.Unmarshal(data, &document)
	if err == nil {
		err = canonical(document, data)
	}
	if err != nil {
		f.add(Problem{Kind: damaged, Path: name, Unit: unit, Text: err.Error()})
		return nil
	}
	return &document
}

func canonical(document any, data []byte) error {
	again, err := schema.EncodeJSON(document)
	if err == nil && !bytes.Equal(data, again) {
		return errNotCanonical
	}
	return err
}

func (f *folder) readAll(ctx context.Context, name string) ([]byte, error) {
	r, err := f.store.Open(ctx, f.prefix+name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	defer f.meter.step()
	return io.ReadAll(r)
}

// unreadable is the problem of a file that the storage does not give back.
func unreadable(name string, unit *int, err error) Problem {
	kind := KindUnreadable
	if errors.Is(err, fs.ErrNotExist) { // it went since it was listed
		kind = KindMissingFile
	}
	return Problem{Kind: kind, Path: name, Unit: unit, Text: err.Error()}
}

// addInvalid records what a Validate method has found.
func (f *folder) addInvalid(err error, at func(field string) Problem) {
	var invalid *schema.InvalidError
	if !errors.As(err, &invalid) {
		return
	}
	for _, found := range invalid.Problems {
		p := at(found.Path)
		p.Field, p.Text = found.Path, found.Text
		f.add(p)
	}
}

// difference is a member in which two JSON objects differ; "nothing" stands for
// one that is not there.
type difference struct {
	member, a, b string
}

// differences compares two documents of one type, member by member.
func differences(a, b any) (list []difference) {
	x, y := encoded(a), encoded(b)
	if bytes.Equal(x, y) {
		return nil
	}
	inA, inB := members(x), members(y)
	names := maps.Clone(inA)
	maps.Copy(names, inB)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !bytes.Equal(inA[name], inB[name]) {
			list = append(list, difference{name, brief(inA[name]), brief(inB[name])})
		}
	}
	return list
}

// encoded returns v as JSON, which all that is compared can be.
func encoded(v any) []byte {
	data, _ := json.Marshal(v)
	return data
}

// members returns the members of a JSON object.
func members(object []byte) (m map[string]json.RawMessage) {
	_ = json.Unmarshal(object, &m) // it comes from encoded
	return m
}

func brief(value json.RawMessage) string {
	const most = 60
	switch {
	case value == nil:
		return "nothing"
	case len(value) > most:
		return string(value[:most]) + "..."
	}
	return string(value)
}
