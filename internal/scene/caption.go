package scene

import (
	"image"
	"slices"
)

// maxMentions bounds the noun phrases of a caption's first sentence, so that captions fit a
// small text model.
const maxMentions = 6

// caption describes the objects of a scene and, now and then, things that aren't there.
// Width, Height and PictureSets of the sample are left to the caller.
func (g *Generator) caption(r random, objects []Object) Sample {
	w := mentioner{r: r, objects: objects, bare: r.chance(0.12)}
	mentions := g.mentions(w)
	b := builder{r: r, objects: objects, mentions: mentions, sentenceCase: r.chance(0.5)}
	b.sentence(firstTemplate(r, w.bare, len(mentions)))
	if back := definite(mentions); len(back) > 0 && !w.bare && r.chance(0.25) {
		r.Shuffle(len(back), func(i, j int) { back[i], back[j] = back[j], back[i] })
		b.end(".")
		b.mentions = back
		b.sentence(followUp(r, len(back)))
		b.end(pick(r, []string{".", "", "!"}))
	} else {
		b.end(choose(r, endings))
	}
	return b.sample()
}

// mentions draws what the caption says, in order.
func (g *Generator) mentions(w mentioner) []mention {
	kinds := kindsOf(w.objects)
	present := slices.Clone(kinds)
	w.r.Shuffle(len(present), func(i, j int) { present[i], present[j] = present[j], present[i] })
	if len(present) > 1 && w.r.chance(g.cfg.Omit) {
		present = present[1:]
	}
	var mentions []mention
	for _, k := range present {
		// A kind goes in as a whole: "a dog" is untrue without its "another dog".
		if more := w.ofKind(k.noun, k.objects); len(mentions)+len(more) <= maxMentions-maxAbsent || mentions == nil {
			mentions = append(mentions, more...)
		}
	}
	if w.r.chance(g.cfg.Absent) {
		for _, noun := range g.chooseNouns(w.r, 1+w.r.IntN(maxAbsent), nounsOf(kinds)) {
			at := w.r.IntN(len(mentions) + 1)
			mentions = slices.Insert(mentions, at, w.absent(noun))
		}
	}
	return mentions
}

// A kind is a noun of the scene with the indices of its objects.
type kind struct {
	noun    Noun
	objects []int
}

func kindsOf(objects []Object) []kind {
	var kinds []kind
	for i, o := range objects {
		at := slices.IndexFunc(kinds, func(k kind) bool { return k.noun.Label() == o.Noun.Label() })
		if at < 0 {
			kinds = append(kinds, kind{noun: o.Noun})
			at = len(kinds) - 1
		}
		kinds[at].objects = append(kinds[at].objects, i)
	}
	return kinds
}

func nounsOf(kinds []kind) []Noun {
	var nouns []Noun
	for _, k := range kinds {
		nouns = append(nouns, k.noun)
	}
	return nouns
}

// definite returns the mentions that a second sentence may refer back to with "the".
func definite(mentions []mention) []mention {
	var back []mention
	for _, m := range mentions {
		if !m.shared {
			back = append(back, m.again())
		}
	}
	return back
}

// firstTemplate draws a pattern that n mentions can fill.
func firstTemplate(r random, bare bool, n int) template {
	options := sentences
	if bare {
		options = bareSentences
	}
	return choose(r, slices.DeleteFunc(slices.Clone(options), func(o weighted[template]) bool { return o.value.needs() > n }))
}

// followUp draws a pattern for a second sentence that n mentions can fill.
func followUp(r random, n int) template {
	return choose(r, slices.DeleteFunc(slices.Clone(followUps), func(o weighted[template]) bool { return o.value.needs() > n }))
}

// relation draws words that truly relate a to b. Places are claimed only of single objects
// and, as they would otherwise be claimed of what follows too, only where b is the last
// mention.
func relation(r random, objects []Object, a, b mention, last bool) string {
	if last && len(a.objects) == 1 && len(b.objects) == 1 && r.chance(0.6) {
		i, j := a.objects[0], b.objects[0]
		if where := placesOf(objects[i].Box, objects[j].Box, i > j); len(where) > 0 {
			return pick(r, where)
		}
	}
	return pick(r, relations)
}

// placesOf returns what can be said of box a as seen from box b; later tells whether a was
// painted after b.
func placesOf(a, b image.Rectangle, later bool) []string {
	var where []string
	say := func(holds bool, words string) {
		if holds {
			where = append(where, words)
		}
	}
	dx, dy := a.Min.X+a.Max.X-b.Min.X-b.Max.X, a.Min.Y+a.Max.Y-b.Min.Y-b.Max.Y
	say(a.Max.X <= b.Min.X && -dx > abs(dy), leftOf)
	say(b.Max.X <= a.Min.X && dx > abs(dy), rightOf)
	say(a.Max.Y <= b.Min.Y && -dy > abs(dx), above)
	say(b.Max.Y <= a.Min.Y && dy > abs(dx), below)
	touching := overlap(a, b) > 0.05
	say(touching && later, inFront)
	say(touching && !later, behind)
	return where
}

func abs(n int) int { return max(n, -n) }
