package checkpoint

import (
	"errors"
	"fmt"
)

// maxObjects bounds what one pickle may push, many times what the largest GLIP
// needs. A single byte of pickle can cost a few hundred of memory.
const maxObjects = 2 << 20

// machine is the stack machine that a pickle programs. It follows Python's
// pickletools (protocols 2 to 5) and builds the types of values.go only.
type machine struct {
	src   *source
	pool  *pool
	stack []any
	marks []int // stack heights
	memo  map[uint64]any
	count int // objects pushed
}

func newMachine(src *source, pool *pool) *machine {
	return &machine{src: src, pool: pool, memo: make(map[uint64]any)}
}

// run interprets one pickle up to its STOP and returns the object.
func (m *machine) run() (any, error) {
	for {
		at := m.src.pos
		op, err := m.src.byte()
		if err != nil {
			return nil, err
		}
		if op == opStop {
			return m.pop()
		}
		if err := m.step(op); err != nil {
			return nil, fmt.Errorf("at byte %d: %w", at, err)
		}
	}
}

func (m *machine) step(op byte) error {
	f := opcodes[op]
	if f == nil {
		return fmt.Errorf("%w: opcode %#x is none that torch.save writes", ErrRefused, op)
	}
	return f(m)
}

func (m *machine) push(v any) error {
	if m.count++; m.count > maxObjects {
		return fmt.Errorf("%w: the pickle has more than %d objects", ErrRefused, maxObjects)
	}
	m.stack = append(m.stack, v)
	return nil
}

// pushed pushes v unless it could not be read.
func (m *machine) pushed(v any, err error) error {
	if err != nil {
		return err
	}
	return m.push(v)
}

var errStack = errors.New("malformed pickle: the stack is empty")

// floor is the stack height that pops may not go below: the last mark.
func (m *machine) floor() int {
	if n := len(m.marks); n > 0 {
		return m.marks[n-1]
	}
	return 0
}

func (m *machine) pop() (any, error) {
	v, err := m.top()
	if err == nil {
		m.stack = m.stack[:len(m.stack)-1]
	}
	return v, err
}

func (m *machine) top() (any, error) {
	if len(m.stack) <= m.floor() {
		return nil, errStack
	}
	return m.stack[len(m.stack)-1], nil
}

// popN pops n values and returns them in the order of pushing, in fresh memory.
func (m *machine) popN(n int) (tuple, error) {
	at := len(m.stack) - n
	if at < m.floor() {
		return nil, errStack
	}
	items := append(tuple{}, m.stack[at:]...)
	m.stack = m.stack[:at]
	return items, nil
}

func (m *machine) mark() error {
	if m.count++; m.count > maxObjects {
		return fmt.Errorf("%w: the pickle has more than %d objects", ErrRefused, maxObjects)
	}
	m.marks = append(m.marks, len(m.stack))
	return nil
}

// popMark pops the values pushed since the last mark, and the mark.
func (m *machine) popMark() (tuple, error) {
	if len(m.marks) == 0 {
		return nil, errors.New("malformed pickle: no mark")
	}
	items, err := m.popN(len(m.stack) - m.floor())
	m.marks = m.marks[:len(m.marks)-1]
	return items, err
}

func (m *machine) put(slot uint64) error {
	v, err := m.top()
	if err == nil {
		m.memo[slot] = v
	}
	return err
}

func (m *machine) get(slot uint64) error {
	v, ok := m.memo[slot]
	if !ok {
		return fmt.Errorf("malformed pickle: memo %d was never stored", slot)
	}
	return m.push(v)
}
