package teacherbench

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/groundmill/groundmill/teacher"
	"github.com/groundmill/groundmill/teacher/glip"
	"github.com/groundmill/groundmill/teacher/ort"
)

// Bounds on the runs of a profile: a few, to outweigh the first, and not so many
// that the runtime stops recording.
const (
	leastRuns = 3
	mostRuns  = 100
)

// PartTimes is a profile summed up by the parts of a GLIP.
type PartTimes struct {
	Runs int
	// Parts holds the time of all runs' nodes, by part.
	Parts map[glip.Part]time.Duration
	// Between is the time of the runs that no node accounts for.
	Between time.Duration
	// Inferred is the time of nodes whose name does not tell their part, such as
	// those that the runtime made of several. They are counted to the part of the
	// node that ran just before, which computed an input of theirs.
	Inferred time.Duration
}

// Sum returns the time of all runs.
func (p PartTimes) Sum() time.Duration {
	sum := p.Between
	for _, t := range p.Parts {
		sum += t
	}
	return sum
}

// Attribute sums up a profile of a model that teacher/glip wrote.
func Attribute(trace ort.Trace) PartTimes {
	p := PartTimes{Runs: trace.Runs, Between: trace.Time, Parts: make(map[glip.Part]time.Duration)}
	last := glip.PartOther
	for _, n := range trace.Nodes {
		part := glip.PartOf(n.Node)
		if part == glip.PartOther && last != glip.PartOther {
			part = last
			p.Inferred += n.Time
		}
		last = part
		p.Parts[part] += n.Time
		p.Between -= n.Time
	}
	p.Between = max(p.Between, 0) // concurrent runs overlap
	return p
}

// ReadProfiles reads and sums up the profiles of a session that has been closed.
func ReadProfiles(s *ort.Session) (PartTimes, error) {
	files, err := s.ProfileFiles()
	if err != nil {
		return PartTimes{}, err
	}
	var all ort.Trace
	for _, name := range files {
		trace, err := readTrace(name)
		if err != nil {
			return PartTimes{}, err
		}
		all.Runs += trace.Runs
		all.Time += trace.Time
		all.Nodes = append(all.Nodes, trace.Nodes...)
	}
	if all.Runs == 0 {
		return PartTimes{}, errors.New("the profile has no runs")
	}
	return Attribute(all), nil
}

func readTrace(name string) (ort.Trace, error) {
	file, err := os.Open(name)
	if err != nil {
		return ort.Trace{}, err
	}
	defer file.Close()
	return ort.ReadTrace(file)
}

// profile runs one batch over and over in a session of its own.
func (b *bench) profile(ctx context.Context, batch []teacher.Prepared) (times PartTimes, seen traffic, err error) {
	folder, err := os.MkdirTemp("", "groundmill-profile-*")
	if err != nil {
		return times, seen, err
	}
	defer os.RemoveAll(folder)
	options := b.options.Glip
	options.Session.ProfilePrefix = filepath.Join(folder, "profile")
	session, err := glip.OpenSession(b.options.Model, options)
	if err != nil {
		return times, seen, err
	}
	seen, err = b.repeat(ctx, session, batch)
	if err := errors.Join(err, session.Close()); err != nil {
		return times, seen, err
	}
	times, err = ReadProfiles(session)
	return times, seen, err
}

// repeat grounds one batch in a session until the time is up, within the bounds
// of a profile.
func (b *bench) repeat(ctx context.Context, session *ort.Session, batch []teacher.Prepared) (traffic, error) {
	meter, err := newMeter(session)
	if err != nil {
		return traffic{}, err
	}
	model, err := glip.New(meter, b.options.Glip.Parameters)
	if err != nil {
		return traffic{}, err
	}
	start := time.Now()
	for n := 0; n < leastRuns || n < mostRuns && time.Since(start) < b.options.Time; n++ {
		if _, err := model.Ground(ctx, batch); err != nil {
			return traffic{}, err
		}
	}
	return meter.take(), nil
}
