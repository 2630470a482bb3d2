package schema

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func testRecord() *RunRecord {
	return &RunRecord{
		SchemaVersion: Version, Split: "train", Units: 3,
		Identity: Identity{
			Job: "annotate", ToolVersion: "v0.1.0", ConfigSHA256: "c0", Config: "filter:\n  min_score: 0.5\n",
			RetryOf: &RetryOf{ManifestSHA256: "f0", Reasons: []Reason{ReasonCorruptImage, ReasonTeacherFailed}},
		},
	}
}

func TestRunRecordRoundTrip(t *testing.T) {
	data, err := EncodeJSON(testRecord())
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseRunRecord(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(testRecord(), got); diff != "" {
		t.Errorf("record differs (-want +got):\n%s", diff)
	}
}

func TestRunRecordValidate(t *testing.T) {
	tests := []struct {
		name string
		edit func(*RunRecord)
		want []string
	}{
		{"valid", func(*RunRecord) {}, nil},
		{"empty", func(r *RunRecord) { *r = RunRecord{} }, []string{
			"schema_version: is 0, this version writes 1", "job: is empty", "split: is empty", "units: 0 is not positive",
		}},
		{"of another version", func(r *RunRecord) { r.SchemaVersion++ }, []string{"schema_version: is 2, this version writes 1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := testRecord()
			tt.edit(r)
			if diff := cmp.Diff(tt.want, problemTexts(r.Validate())); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzParseRunRecord(f *testing.F) {
	data, err := EncodeJSON(testRecord())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte(`{"schema_version":1,"job":"x","split":"y","units":1,"extra":0}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := ParseRunRecord(data); err == nil && r.Validate() != nil {
			t.Errorf("an invalid record was accepted: %+v", r)
		}
	})
}
