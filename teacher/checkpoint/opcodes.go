package checkpoint

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// Opcodes that are named elsewhere; the others are in the table only.
const (
	opProto = 0x80
	opStop  = '.'
)

// maxProtocol is the latest pickle protocol there is.
const maxProtocol = 5

// opcodes holds the binary opcodes of protocols 2 to 5, as Python's pickletools
// defines them. Missing: the text opcodes of protocol 0, which torch cannot
// write, extension codes and out-of-band buffers. INST and OBJ are here to name
// what they would build.
var opcodes = [256]func(*machine) error{
	opProto: proto,
	0x95:    func(m *machine) error { _, err := m.src.uint(8); return err }, // FRAME, a hint for buffering

	'N':  func(m *machine) error { return m.push(nil) },
	0x88: func(m *machine) error { return m.push(true) },
	0x89: func(m *machine) error { return m.push(false) },
	'K':  func(m *machine) error { return m.int(1) },
	'M':  func(m *machine) error { return m.int(2) },
	'J':  binInt,
	'G':  binFloat,
	0x8a: func(m *machine) error { return m.long(1) },
	0x8b: func(m *machine) error { return m.long(4) },

	'X':  func(m *machine) error { return m.string(4) },
	0x8c: func(m *machine) error { return m.string(1) },
	0x8d: func(m *machine) error { return m.string(8) },
	'U':  func(m *machine) error { return m.string(1) }, // Python 2's str
	'T':  func(m *machine) error { return m.string(4) },
	'C':  func(m *machine) error { return m.pushed(m.counted(1)) },
	'B':  func(m *machine) error { return m.pushed(m.counted(4)) },
	0x8e: func(m *machine) error { return m.pushed(m.counted(8)) },

	'(':  (*machine).mark,
	'0':  popOp,
	'1':  func(m *machine) error { _, err := m.popMark(); return err },
	'2':  func(m *machine) error { return m.pushed(m.top()) },
	'q':  func(m *machine) error { return m.slot(1, m.put) },
	'r':  func(m *machine) error { return m.slot(4, m.put) },
	0x94: func(m *machine) error { return m.put(uint64(len(m.memo))) },
	'h':  func(m *machine) error { return m.slot(1, m.get) },
	'j':  func(m *machine) error { return m.slot(4, m.get) },

	']':  func(m *machine) error { return m.push(&list{}) },
	'a':  appendOp,
	'e':  extend,
	'l':  func(m *machine) error { return m.newList(m.popMark()) },
	0x8f: func(m *machine) error { return m.push(&list{}) }, // EMPTY_SET
	0x90: extend,                                            // ADDITEMS
	0x91: func(m *machine) error { return m.newList(m.popMark()) },
	')':  func(m *machine) error { return m.push(tuple{}) },
	't':  func(m *machine) error { return m.pushed(m.popMark()) },
	0x85: func(m *machine) error { return m.pushed(m.popN(1)) },
	0x86: func(m *machine) error { return m.pushed(m.popN(2)) },
	0x87: func(m *machine) error { return m.pushed(m.popN(3)) },
	'}':  func(m *machine) error { return m.push(&dict{}) },
	'd':  newDict,
	's':  setItem,
	'u':  setItems,

	'c':  globalOp,
	0x93: stackGlobal,
	'i':  inst,
	'o':  obj,
	'R':  reduce,
	0x81: reduce, // NEWOBJ
	'b':  build,
	'Q':  persistentID,
}

func proto(m *machine) error {
	v, err := m.src.byte()
	if err == nil && v > maxProtocol {
		return fmt.Errorf("pickle protocol %d is unknown", v)
	}
	return err
}

func (m *machine) int(size int) error {
	v, err := m.src.uint(size)
	return m.pushed(int64(v), err)
}

func binInt(m *machine) error {
	v, err := m.src.uint(4)
	return m.pushed(int64(int32(v)), err)
}

func binFloat(m *machine) error {
	v, err := m.src.uint(8)
	return m.pushed(math.Float64frombits(bits.ReverseBytes64(v)), err)
}

// counted reads a length of size bytes, then as many bytes.
func (m *machine) counted(size int) ([]byte, error) {
	n, err := m.src.uint(size)
	if err != nil {
		return nil, err
	}
	return m.src.bytes(n)
}

func (m *machine) string(size int) error {
	b, err := m.counted(size)
	return m.pushed(string(b), err)
}

// long reads a little-endian two's complement integer of any length.
func (m *machine) long(size int) error {
	b, err := m.counted(size)
	if err != nil {
		return err
	}
	if len(b) > 8 {
		return m.push(bigInt(b))
	}
	var word [8]byte
	copy(word[:], b)
	shift := 64 - 8*len(b) // carries the sign down; 64 gives 0
	return m.push(int64(binary.LittleEndian.Uint64(word[:])<<shift) >> shift)
}

func popOp(m *machine) error {
	if n := len(m.marks); n > 0 && m.marks[n-1] == len(m.stack) {
		m.marks = m.marks[:n-1]
		return nil
	}
	_, err := m.pop()
	return err
}

// slot calls put or get with a memo index of size bytes.
func (m *machine) slot(size int, f func(uint64) error) error {
	i, err := m.src.uint(size)
	if err != nil {
		return err
	}
	return f(i)
}

func (m *machine) newList(items tuple, err error) error {
	return m.pushed(&list{items: items}, err)
}

func appendOp(m *machine) error {
	v, err := m.pop()
	if err != nil {
		return err
	}
	return m.extendTop(tuple{v})
}

func extend(m *machine) error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	return m.extendTop(items)
}

func (m *machine) extendTop(items tuple) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	l, ok := v.(*list)
	if !ok {
		return fmt.Errorf("malformed pickle: it appends to %s", kind(v))
	}
	l.items = append(l.items, items...)
	return nil
}

func newDict(m *machine) error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	if err := m.push(&dict{}); err != nil {
		return err
	}
	return m.setTop(items)
}

func setItem(m *machine) error {
	items, err := m.popN(2)
	if err != nil {
		return err
	}
	return m.setTop(items)
}

func setItems(m *machine) error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	return m.setTop(items)
}

// setTop adds keys and values in turn to the dict on top of the stack.
func (m *machine) setTop(items tuple) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	d, ok := v.(*dict)
	if !ok || len(items)%2 != 0 {
		return fmt.Errorf("malformed pickle: it sets %d keys and values of %s", len(items), kind(v))
	}
	for i := 0; i < len(items); i += 2 {
		if err := d.set(items[i], items[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func globalOp(m *machine) error {
	module, err := m.src.line()
	if err != nil {
		return err
	}
	name, err := m.src.line()
	if err != nil {
		return err
	}
	return m.pushed(findGlobal(module, name))
}

func stackGlobal(m *machine) error {
	names, err := m.popN(2)
	if err != nil {
		return err
	}
	module, ok1 := names[0].(string)
	name, ok2 := names[1].(string)
	if !ok1 || !ok2 {
		return fmt.Errorf("malformed pickle: a name of %s and %s", kind(names[0]), kind(names[1]))
	}
	return m.pushed(findGlobal(module, name))
}

// inst is INST, which names a class and builds it at once.
func inst(m *machine) error {
	if err := globalOp(m); err != nil {
		return err
	}
	return obj(m)
}

// obj is OBJ, which would build an object of a class on the stack.
func obj(m *machine) error {
	return fmt.Errorf("%w: the pickle builds objects by opcode INST or OBJ, which torch.save never writes", ErrRefused)
}

func reduce(m *machine) error {
	fa, err := m.popN(2)
	if err != nil {
		return err
	}
	return m.pushed(apply(fa[0], fa[1]))
}

// build is BUILD: it would set attributes. Those of an OrderedDict (torch keeps
// _metadata there) and of records are dropped.
func build(m *machine) error {
	if _, err := m.pop(); err != nil {
		return err
	}
	v, err := m.top()
	if err != nil {
		return err
	}
	switch v.(type) {
	case *dict, Record:
		return nil
	}
	return fmt.Errorf("%w: the pickle sets attributes of %s", ErrRefused, kind(v))
}

func persistentID(m *machine) error {
	id, err := m.pop()
	if err != nil {
		return err
	}
	return m.pushed(m.pool.load(id))
}
