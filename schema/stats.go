package schema

// FileStats says what a finished data file holds.
type FileStats struct {
	Rows            int64
	Phrases         int64
	GroundedPhrases int64 // phrases with at least one box
	Boxes           int64
	Bytes           int64
	KeyMin, KeyMax  string // by bytes; "" when there are no rows
	SHA256          string // hex digest of the file
}

// count adds one row.
func (s *FileStats) count(row *Row) {
	s.Rows++
	s.widenKeys(row.Key, row.Key)
	s.countPhrases(row)
}

// add adds rows, phrases and boxes of another file.
func (s *FileStats) add(o FileStats) {
	s.Rows += o.Rows
	s.Phrases += o.Phrases
	s.GroundedPhrases += o.GroundedPhrases
	s.Boxes += o.Boxes
}

// widenKeys makes the range of keys, of which none is empty, cover two more.
func (s *FileStats) widenKeys(low, high string) {
	if s.KeyMin == "" || low < s.KeyMin {
		s.KeyMin = low
	}
	if s.KeyMax == "" || high > s.KeyMax {
		s.KeyMax = high
	}
}

// countPhrases adds what is in the phrases of a row.
func (s *FileStats) countPhrases(row *Row) {
	s.Phrases += int64(len(row.Phrases))
	for i := range row.Phrases {
		if n := len(row.Phrases[i].Boxes); n > 0 {
			s.GroundedPhrases++
			s.Boxes += int64(n)
		}
	}
}

// File returns the file's entry in a manifest. path is relative to the output
// folder, with slashes.
func (s FileStats) File(path string) File {
	return File{
		Path: path, Bytes: s.Bytes, SHA256: s.SHA256,
		Rows: s.Rows, Boxes: s.Boxes, KeyMin: s.KeyMin, KeyMax: s.KeyMax,
	}
}
