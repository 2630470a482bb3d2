package pipelines

import (
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
)

// buildPipeline makes branches of the heavy stage, whose outcomes meet in one sum.
// Every heavy stage has an output that another stage consumes, without which Prism
// would spin.
func buildPipeline(fn unitFn, units []Unit, how layout) *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	var outcomes []beam.PCollection
	for lane, part := range deal(units, how.lanes) {
		scope := s.Scope(fmt.Sprintf("lane%d", lane))
		list := beam.CreateList(scope, part)
		if how.shuffle {
			list = beam.Reshuffle(scope, list)
		}
		outcomes = append(outcomes, beam.ParDo(scope, &fn, list))
	}
	sum := beam.Combine(s, addOutcomes, beam.Flatten(s, outcomes...))
	beam.ParDo0(s, &outcomeFn{Session: fn.Session, Output: fn.Output, Folder: fn.Folder}, sum)
	return p
}

// deal gives each lane every lanes-th unit, in order.
func deal(units []Unit, lanes int) [][]Unit {
	parts := make([][]Unit, min(max(lanes, 1), len(units)))
	for i, u := range units {
		parts[i%len(parts)] = append(parts[i%len(parts)], u)
	}
	return parts
}
