package schema

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/groundmill/groundmill/schema/internal/chunk"
)

// tasks are the leaves that one goroutine encodes together, since they share
// their levels; the longest tasks come first.
var tasks = [][]leaf{
	{leafImageBytes},
	{leafX1, leafY1, leafX2, leafY2, leafScore},
	{leafCaption},
	{leafText},
	{leafURL},
	{leafImageSHA256},
	{leafStart, leafEnd, leafPhraseID, leafBestScore},
	{leafKey, leafWidth, leafHeight, leafCaptionTruncated},
	{leafMetaKey, leafMetaValue},
	{leafFlag},
	{leafSourceShard, leafSourceIndex},
	{leafImagePath},
}

// encoders lends encoders to row groups: they take some MB each, and what one
// encodes does not depend on what it encoded before.
var encoders = sync.Pool{New: func() any { return chunk.NewEncoder() }}

// encode encodes the leaves of a row group that are wanted, in parallel. The
// chunks are in the order of the leaves, nil for those not wanted, and refer to
// the shredder's memory.
func (s *shredder) encode(wanted func(leaf) bool) (chunks [numLeaves]*chunk.Chunk, err error) {
	errs := make([]error, len(tasks))
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(tasks)) {
		group.Go(func() {
			e := encoders.Get().(*chunk.Encoder)
			defer encoders.Put(e)
			for i := next.Add(1) - 1; int(i) < len(tasks); i = next.Add(1) - 1 {
				errs[i] = s.encodeTask(e, tasks[i], wanted, &chunks)
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return chunks, err
		}
	}
	return chunks, nil
}

// encodeTask encodes the wanted leaves of one task.
func (s *shredder) encodeTask(e *chunk.Encoder, task []leaf, wanted func(leaf) bool, chunks *[numLeaves]*chunk.Chunk) error {
	var columns []chunk.Column
	var which []leaf
	for _, l := range task {
		if wanted(l) {
			columns = append(columns, chunk.Column{Leaf: &leaves[l], Values: &s.values[l]})
			which = append(which, l)
		}
	}
	if len(which) == 0 {
		return nil
	}
	encoded, err := e.Encode(&s.levels[task[0].stream()], columns...)
	for i, c := range encoded {
		chunks[which[i]] = c
	}
	return err
}
