package checkpoint

import (
	"errors"
	"fmt"
	"io"
)

// storage is a flat run of elements that tensors share. err says why its bytes
// cannot be used; it is reported once a tensor needs them.
type storage struct {
	key   string
	dtype DType
	numel int64
	data  *io.SectionReader
	err   error
}

// bytes is the size of the storage; newStorage has checked that it fits.
func (s *storage) bytes() int64 { return s.numel * int64(s.dtype.Size()) }

// pool holds the storages that a pickle names, each once.
type pool struct {
	byKey  map[string]*storage
	attach func(*storage) // finds the bytes, or sets err
}

func newPool(attach func(*storage)) *pool {
	return &pool{byKey: make(map[string]*storage), attach: attach}
}

// load answers a persistent id of torch.save:
// ("storage", storage type, key, location, count[, view]).
func (p *pool) load(id any) (*storage, error) {
	s, err := parseStorage(id)
	if err != nil {
		return nil, err
	}
	known := p.byKey[s.key]
	if known == nil {
		p.byKey[s.key] = s
		p.attach(s)
		return s, nil
	}
	if known.dtype != s.dtype || known.numel != s.numel {
		return nil, fmt.Errorf("%w: storage %q has two sizes, %d of %s and %d of %s",
			ErrRefused, s.key, known.numel, known.dtype, s.numel, s.dtype)
	}
	return known, nil
}

func parseStorage(id any) (*storage, error) {
	t, ok := id.(tuple)
	if !ok || len(t) < 5 || len(t) > 6 || t[0] != any("storage") {
		return nil, fmt.Errorf("%w: a persistent id is %s, want the description of a storage", ErrRefused, kind(id))
	}
	if len(t) == 6 && t[5] != nil {
		return nil, errors.New("storage views of torch before 0.4 are not supported; load and save the file again with a newer torch")
	}
	dtype, ok1 := t[1].(DType)
	key, ok2 := t[2].(string)
	numel, ok3 := t[4].(int64)
	if !ok1 || !ok2 || !ok3 {
		return nil, fmt.Errorf("a storage is described by %s, %s, %s, want type, key, count", kind(t[1]), kind(t[2]), kind(t[4]))
	}
	if _, ok := mul(numel, int64(dtype.Size())); !ok || numel < 0 {
		return nil, fmt.Errorf("%w: storage %q claims %d elements", ErrRefused, key, numel)
	}
	return &storage{key: key, dtype: dtype, numel: numel}, nil
}
