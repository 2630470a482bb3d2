package schema

// Selection shows the phrases and boxes of some rows column by column, and takes
// which of them are dropped. Rows, phrases, flags and boxes are numbered from 0,
// each through all rows: those of one row, or of one phrase, are a range. Nothing
// but what is dropped can be changed, so what is left of a valid row is valid.
type Selection struct {
	width, height []int32  // of rows; nil when they are not shown
	flags         nesting  // empty when they are not shown
	names         []string // of flags
	boxes         nesting
	edges         [4][]float32 // X1, Y1, X2, Y2
	scores        []float32

	keepPhrase, keepBox []bool
}

// Select returns a Selection of rows, whose sizes, phrases, flags and boxes it
// copies. All of them are kept.
func Select(rows ...*Row) *Selection {
	s := &Selection{}
	s.flags, s.boxes = newNesting(), newNesting()
	for _, row := range rows {
		s.width, s.height = append(s.width, row.Width), append(s.height, row.Height)
		for i := range row.Phrases {
			s.addPhrase(&row.Phrases[i])
		}
		s.flags.endRow()
		s.boxes.endRow()
	}
	s.keepAll()
	return s
}

func (s *Selection) addPhrase(p *Phrase) {
	s.names = append(s.names, p.Flags...)
	s.flags.endPhrase(len(s.names))
	for _, b := range p.Boxes {
		s.scores = append(s.scores, b.Score)
		for i, edge := range [...]float32{b.X1, b.Y1, b.X2, b.Y2} {
			s.edges[i] = append(s.edges[i], edge)
		}
	}
	s.boxes.endPhrase(len(s.scores))
}

// keepAll keeps all phrases and boxes.
func (s *Selection) keepAll() {
	s.keepPhrase = repeat(s.keepPhrase, s.boxes.count(), true)
	s.keepBox = repeat(s.keepBox, len(s.scores), true)
}

// Rows returns the number of rows.
func (s *Selection) Rows() int { return s.boxes.rows() }

// Size returns a row's Width and Height. It panics when they are not shown.
func (s *Selection) Size(row int) (width, height int32) { return s.width[row], s.height[row] }

// Phrases returns the first phrase of a row and the one after its last.
func (s *Selection) Phrases(row int) (from, to int) {
	return int(s.boxes.phrases[row]), int(s.boxes.phrases[row+1])
}

// Flags returns the first flag of a phrase and the one after its last. It panics
// when they are not shown.
func (s *Selection) Flags(phrase int) (from, to int) {
	return int(s.flags.elements[phrase]), int(s.flags.elements[phrase+1])
}

// Flag returns a flag's name.
func (s *Selection) Flag(flag int) string { return s.names[flag] }

// Boxes returns the first box of a phrase and the one after its last.
func (s *Selection) Boxes(phrase int) (from, to int) {
	return int(s.boxes.elements[phrase]), int(s.boxes.elements[phrase+1])
}

// NumBoxes returns the number of boxes.
func (s *Selection) NumBoxes() int { return len(s.scores) }

// Box returns a box, in pixels.
func (s *Selection) Box(box int) Box {
	return Box{s.edges[0][box], s.edges[1][box], s.edges[2][box], s.edges[3][box]}
}

// Score returns a box's score.
func (s *Selection) Score(box int) float32 { return s.scores[box] }

// KeepBox says whether a box is kept, as all are at first. One whose phrase is
// dropped never is.
func (s *Selection) KeepBox(box int, keep bool) { s.keepBox[box] = keep }

// KeepPhrase says whether a phrase is kept with its flags and boxes, as all are at
// first.
func (s *Selection) KeepPhrase(phrase int, keep bool) { s.keepPhrase[phrase] = keep }

// KeepsPhrase says whether a phrase is kept.
func (s *Selection) KeepsPhrase(phrase int) bool { return s.keepPhrase[phrase] }

// KeepsBox says whether a box is kept if its phrase is.
func (s *Selection) KeepsBox(box int) bool { return s.keepBox[box] }

// dropWithPhrases drops the boxes of dropped phrases.
func (s *Selection) dropWithPhrases() {
	for phrase, keep := range s.keepPhrase {
		if !keep {
			from, to := s.Boxes(phrase)
			clear(s.keepBox[from:to])
		}
	}
}
