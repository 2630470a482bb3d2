package schema

import "testing"

func TestParseFileName(t *testing.T) {
	for name, ok := range map[string]bool{
		"data/train-00000-of-00064.parquet":       true,
		"raw/a_b-00063-of-00064.parquet":          true,
		"rejects/train-123456-of-300000.jsonl":    true,
		"units/train-00001-of-00002.json":         true,
		"audit/part-00001-of-00002.json.zst":      true,
		"audit/part-00001-of-00002.json":          false,
		"units/train-00002-of-00002.json":         false,
		"units/train-1-of-00002.json":             false,
		"units/train-00001-of-00002.jsonl":        false,
		"units/-00001-of-00002.json":              false,
		"units/train--0001-of-00002.json":         false,
		"other/train-00001-of-00002.parquet":      false,
		"data/x/train-00001-of-00002.parquet":     false,
		"data/train-00001-of-00002.parquet.crc32": false,
		"manifest.json":                           false,
		"":                                        false,
	} {
		kind, split, unit, of, got := ParseFileName(name)
		if got != ok {
			t.Errorf("ParseFileName(%q) is %v", name, got)
		}
		if got && FileName(kind, split, unit, of) != name {
			t.Errorf("ParseFileName(%q) gave %s, %s, %d, %d", name, kind, split, unit, of)
		}
	}
}

func FuzzParseFileName(f *testing.F) {
	f.Add("data/train-00000-of-00064.parquet")
	f.Add("units/a-b-000001-of-300000.json")
	f.Fuzz(func(t *testing.T, name string) {
		if kind, split, unit, of, ok := ParseFileName(name); ok && FileName(kind, split, unit, of) != name {
			t.Errorf("%q became %q", name, FileName(kind, split, unit, of))
		}
	})
}
