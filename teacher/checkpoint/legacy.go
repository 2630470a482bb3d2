package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// legacyMagic is the integer 0x1950a86a20f9469cfc6c that opens a legacy file,
// as pickle stores it (torch/serialization.py, MAGIC_NUMBER).
const legacyMagic = bigInt("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19")

const legacyVersion = int64(1001)

// readLegacy reads the container of torch before 1.6: five pickles (magic
// number, version, system, the object, the storage keys), then for each key an
// int64 count of elements and the elements.
func readLegacy(data io.ReaderAt, size int64) (any, error) {
	l := legacy{data: data, size: size, src: newSource(io.NewSectionReader(data, 0, size), min(size, MaxPickle))}
	l.pool = newPool(func(*storage) {}) // bytes are found once the keys are known
	if err := l.header(); err != nil {
		return nil, err
	}
	root, err := l.pickle("object")
	if err != nil {
		return nil, err
	}
	keys, err := l.pickle("storage keys")
	if err != nil {
		return nil, err
	}
	if err := l.attach(keys); err != nil {
		return nil, err
	}
	return root, nil
}

type legacy struct {
	data io.ReaderAt
	size int64
	src  *source
	pool *pool
}

func (l *legacy) pickle(what string) (any, error) {
	v, err := newMachine(l.src, l.pool).run()
	if err != nil {
		return nil, fmt.Errorf("%s pickle: %w", what, err)
	}
	return v, nil
}

func (l *legacy) header() error {
	magic, err := l.pickle("first")
	if err != nil {
		return err
	}
	if magic != legacyMagic {
		return errors.New("a pickle, but not of torch.save: its magic number is missing")
	}
	version, err := l.pickle("version")
	if err != nil {
		return err
	}
	if version != legacyVersion {
		return errors.New("unknown version of the legacy container, only 1001 is supported")
	}
	return l.system()
}

func (l *legacy) system() error {
	v, err := l.pickle("system")
	if err != nil {
		return err
	}
	info, ok := v.(*dict)
	if !ok {
		return fmt.Errorf("system pickle holds %s, want a dict", kind(v))
	}
	if little, _ := info.get("little_endian"); little != true {
		return errors.New("byte order is not little-endian, which alone is supported")
	}
	return nil
}

// attach finds the bytes of every storage, in the order of keys. That the file
// is truncated is an error at once; other problems are kept in the storages, so
// that they are told with the name of a tensor.
func (l *legacy) attach(v any) error {
	keys, ok := v.(*list)
	if !ok {
		return fmt.Errorf("storage keys are %s, want a list", kind(v))
	}
	for _, s := range l.pool.byKey {
		s.err = fmt.Errorf("storage %q is missing", s.key)
	}
	at := l.src.pos
	for _, item := range keys.items {
		s, err := l.next(item)
		if err != nil {
			return err
		}
		if err := l.place(s, at); err != nil {
			return err
		}
		if s.err != nil {
			return nil // what follows cannot be found; it stays missing
		}
		at += 8 + s.bytes()
	}
	return nil
}

// next returns the storage of the next key, which must be one without bytes.
func (l *legacy) next(item any) (*storage, error) {
	key, ok := item.(string)
	s := l.pool.byKey[key]
	switch {
	case !ok || s == nil:
		return nil, fmt.Errorf("storage keys hold %s, which no tensor names", describe(item))
	case s.data != nil:
		return nil, fmt.Errorf("%w: storage %q is stored twice", ErrRefused, key)
	}
	return s, nil
}

// place finds the bytes of s: its count of elements at offset at, and the
// elements behind it. A wrong count is kept in s.
func (l *legacy) place(s *storage, at int64) error {
	if rest := l.size - at - 8; rest < s.bytes() {
		return fmt.Errorf("storage %q: the file is truncated, %d bytes are missing", s.key, s.bytes()-rest)
	}
	var count [8]byte
	if _, err := l.data.ReadAt(count[:], at); err != nil {
		return err
	}
	s.err = nil
	if n := int64(binary.LittleEndian.Uint64(count[:])); n != s.numel {
		s.err = fmt.Errorf("%w: storage %q should have %d elements and has %d", ErrRefused, s.key, s.numel, n)
	}
	s.data = io.NewSectionReader(l.data, at+8, s.bytes())
	return nil
}
