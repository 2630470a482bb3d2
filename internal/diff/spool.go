package diff

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/s2"
)

// blockBytes is how much of a partition is gathered before it is put away.
const blockBytes = 32 << 10

// spool holds records in partitions: in memory as long as the stage has some left,
// beyond that in one temporary file. Records may be added from any goroutine; then
// the partitions may be read, each from any goroutine.
type spool struct {
	stage      *stage
	partitions []partition
	file       scratch
}

type partition struct {
	mu     sync.Mutex
	open   []byte // the block that grows
	blocks []block
}

// block is a part of a partition: in memory, or compressed in the file.
type block struct {
	data   []byte
	offset int64
	length int
}

func newSpool(s *stage, partitions int) *spool {
	return &spool{stage: s, partitions: make([]partition, partitions), file: scratch{dir: s.tempDir}}
}

// add copies a record into the partition of a hash.
func (s *spool) add(hash uint64, record []byte) error {
	p := &s.partitions[hash%uint64(len(s.partitions))]
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = binary.AppendUvarint(p.open, uint64(len(record)))
	p.open = append(p.open, record...)
	if len(p.open) < blockBytes {
		return nil
	}
	full, err := s.put(p.open)
	p.blocks = append(p.blocks, full)
	if p.open = p.open[:0]; full.data != nil {
		p.open = nil
	}
	return err
}

// put puts a block away.
func (s *spool) put(data []byte) (block, error) {
	if s.stage.left.Add(-int64(cap(data))) >= 0 {
		return block{data: data}, nil
	}
	packed := s2.Encode(nil, data)
	offset, err := s.file.append(packed)
	return block{offset: offset, length: len(packed)}, err
}

// records calls visit with each record of a partition, in no order. The strings are
// good for ever.
func (s *spool) records(i int, visit func(record string) error) error {
	p := &s.partitions[i]
	for _, b := range p.blocks {
		data := b.data
		if data == nil {
			var err error
			if data, err = s.file.block(b); err != nil {
				return err
			}
		}
		if err := cut(string(data), visit); err != nil {
			return err
		}
	}
	return cut(string(p.open), visit)
}

// cut calls visit with each record of a block.
func cut(data string, visit func(string) error) error {
	for in := (reader{rest: data}); in.rest != ""; {
		record := in.text()
		if in.short {
			return errRecord
		}
		if err := visit(record); err != nil {
			return err
		}
	}
	return nil
}

// forget frees a partition's memory.
func (s *spool) forget(i int) { s.partitions[i].open, s.partitions[i].blocks = nil, nil }

// scratch is a temporary file that is made when something is written to it. Where
// the system allows it, it has no name from then on.
type scratch struct {
	dir  string
	mu   sync.Mutex
	file *os.File
	size int64
}

// append writes data to the end and returns where it begins.
func (s *scratch) append(data []byte) (offset int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		if s.file, err = os.CreateTemp(s.dir, "groundmill-diff-*.tmp"); err != nil {
			return 0, s.explain(err)
		}
		_ = os.Remove(s.file.Name()) // close tries again where open files have to have names
	}
	offset = s.size
	if _, err := s.file.WriteAt(data, offset); err != nil {
		return 0, s.explain(err)
	}
	s.size += int64(len(data))
	return offset, nil
}

// explain says where temporary files are and how to have them elsewhere.
func (s *scratch) explain(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("temporary files in %s: %w; make room there, or set TMPDIR to a folder that has it", s.dir, err)
}

// block reads a block back.
func (s *scratch) block(b block) ([]byte, error) {
	packed := make([]byte, b.length)
	if _, err := s.file.ReadAt(packed, b.offset); err != nil {
		return nil, s.explain(err)
	}
	data, err := s2.Decode(nil, packed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errRecord, err)
	}
	return data, nil
}

func (s *scratch) close() {
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name()) // it is gone already, but for systems that keep the names of open files
	}
}

// stage is everything that waits for its like.
type stage struct {
	tempDir string
	left    atomic.Int64 // bytes of memory for blocks
	sides   [2]*spool    // rows of A and of B
	texts   *spool       // counts of phrases
}

func newStage(o Options) *stage {
	s := &stage{tempDir: o.TempDir}
	if s.tempDir == "" {
		s.tempDir = os.TempDir()
	}
	s.left.Store(o.memory)
	s.sides = [2]*spool{newSpool(s, o.partitions), newSpool(s, o.partitions)}
	s.texts = newSpool(s, o.partitions)
	return s
}

// close removes the temporary files.
func (s *stage) close() {
	for _, spool := range []*spool{s.sides[0], s.sides[1], s.texts} {
		spool.file.close()
	}
}
