package dataflow

import (
	"cmp"
	"math/rand/v2"
	"time"
)

// Pace is how often and how long the service is asked. Zero fields have the
// defaults that are given.
type Pace struct {
	// First and Most are the pauses between two questions: they grow from First, 2
	// seconds, to Most, 30 seconds. Each is cut at random by up to a half.
	First, Most time.Duration
	// Patience is how long a job whose state is not told is waited for: 10 minutes.
	Patience time.Duration
	// Grace is what is left, after the context has ended, for cancelling the job: 5
	// seconds.
	Grace time.Duration
	// Answer is how long a request may take: a minute.
	Answer time.Duration
}

func (p Pace) orDefault() Pace {
	return Pace{
		First:    cmp.Or(p.First, 2*time.Second),
		Most:     cmp.Or(p.Most, 30*time.Second),
		Patience: cmp.Or(p.Patience, 10*time.Minute),
		Grace:    cmp.Or(p.Grace, 5*time.Second),
		Answer:   cmp.Or(p.Answer, time.Minute),
	}
}

// pauses are growing pauses between questions.
type pauses struct{ next, most time.Duration }

func (p Pace) pauses() *pauses { return &pauses{next: p.First, most: max(p.First, p.Most)} }

// pause returns the next one. They are random so that many callers that failed at
// once do not ask at once again.
func (p *pauses) pause() time.Duration {
	half := p.next / 2
	p.next = min(p.next+p.next/2+1, p.most)
	return half + rand.N(half+1)
}
