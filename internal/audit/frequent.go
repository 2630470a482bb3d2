package audit

// How many texts are listed.
const (
	topPhrases = 30
	rarePhrase = 20
	topHeads   = 30
)

// TextReport is the most frequent texts of a Tally.
type TextReport struct {
	Counted  int        `json:"counted"`  // different texts in the counts
	Sampling int64      `json:"sampling"` // 1 of so many mentions is counted; 1 is all: the counts are exact
	Top      []TopEntry `json:"top"`
}

// TopEntry is a text and how often it was mentioned, and grounded.
type TopEntry struct {
	Text     string `json:"text"`
	Mentions int64  `json:"mentions"`
	Margin   int64  `json:"margin"` // half the 95 % interval of Mentions, 0 when exact
	Grounded int64  `json:"grounded"`
}

// PhraseReport is the frequent and the rare phrases.
type PhraseReport struct {
	TextReport
	Distinct      int64       `json:"distinct"`       // different phrases, lower-cased
	DistinctError float64     `json:"distinct_error"` // standard error as a share of Distinct, 0 when exact
	Sampled       int64       `json:"sampled"`        // different phrases in the uniform sample
	Once          int64       `json:"once"`           // of the sampled, how many occur once
	Rarest        []RareEntry `json:"rarest"`
}

// RareEntry is a phrase of the sample with its exact count.
type RareEntry struct {
	Text     string `json:"text"`
	Mentions int64  `json:"mentions"`
}

func textReport(t *Tally, most int) TextReport {
	all := t.all()
	r := TextReport{Counted: len(all), Sampling: 1 << t.Level, Top: []TopEntry{}}
	for _, c := range all[:min(most, len(all))] {
		r.Top = append(r.Top, TopEntry{c.text, c.Mentions, t.margin(c.Mentions), c.Grounded})
	}
	return r
}

func phraseReport(p *Partial) PhraseReport {
	r := PhraseReport{
		TextReport: textReport(&p.Phrases, topPhrases),
		Distinct:   p.Distinct.estimate(), DistinctError: p.Distinct.relativeError(),
		Sampled: int64(len(p.Distinct.Kept)), Once: p.Distinct.singles(), Rarest: []RareEntry{},
	}
	if p.Phrases.Level == 0 { // then all are there
		r.Distinct, r.DistinctError = int64(r.Counted), 0
	}
	for _, s := range p.Distinct.rarest(rarePhrase) {
		r.Rarest = append(r.Rarest, RareEntry{s.Text, s.Count})
	}
	return r
}
