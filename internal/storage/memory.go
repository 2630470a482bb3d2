package storage

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"sync"
)

// Memory is a Store in memory, for tests. It behaves as a folder does, with
// temporary files that a dead process leaves, and can lose its power.
type Memory struct {
	location string

	mu     sync.Mutex
	files  map[string]*memoryData
	holder *Holder // of the lock
}

// memoryData is what a file holds. Published data never changes.
type memoryData struct {
	bytes   []byte
	settled bool // survives every loss of power
}

// NewMemory returns an empty store of the location mem://name. Until it is
// mounted, Open does not find it.
func NewMemory(name string) *Memory {
	return &Memory{location: memoryScheme + name, files: map[string]*memoryData{}}
}

// Clone returns what another process finds after a loss of power on a disk that
// keeps its word: published files, without temporary ones and the lock. It
// shares nothing that changes.
func (m *Memory) Clone() *Memory {
	return m.survivors(func(*memoryData) bool { return true })
}

// Settle makes all that is published survive PowerLoss.
func (m *Memory) Settle() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, data := range m.files {
		data.settled = true
	}
}

// PowerLoss is a Clone of a disk that did not keep its word: each file published
// since the last Settle is lost with a probability of one half. The seed decides
// which.
func (m *Memory) PowerLoss(seed uint64) *Memory {
	random := rand.New(rand.NewPCG(seed, 0))
	return m.survivors(func(d *memoryData) bool {
		lost := random.IntN(2) == 0
		return d.settled || !lost
	})
}

// survivors copies the published files that keep accepts, asking in order of
// their names.
func (m *Memory) survivors(keep func(*memoryData) bool) *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	clone := NewMemory(strings.TrimPrefix(m.location, memoryScheme))
	for _, name := range slices.Sorted(maps.Keys(m.files)) {
		if data := m.files[name]; !isTemp(name) && keep(data) {
			clone.files[name] = &memoryData{bytes: data.bytes, settled: true}
		}
	}
	return clone
}

func (m *Memory) String() string { return m.location }

func (m *Memory) where(name string) string { return m.location + "/" + name }

// Create implements Store.
func (m *Memory) Create(ctx context.Context, name string) (File, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, fail("create", m.where(name), context.Cause(ctx))
	}
	folder, base := path.Split(name)
	f := &memoryFile{ctx: ctx, store: m, temp: folder + newTempName(base), final: name, data: &memoryData{}}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files[f.temp] = f.data
	return f, nil
}

// Open implements Store.
func (m *Memory) Open(ctx context.Context, name string) (Reader, error) {
	data, err := m.find(ctx, name)
	if err != nil {
		return nil, err
	}
	return &memoryReader{ctx: ctx, where: m.where(name), data: bytes.NewReader(data.bytes)}, nil
}

// Stat implements Store.
func (m *Memory) Stat(ctx context.Context, name string) (Info, error) {
	data, err := m.find(ctx, name)
	if err != nil {
		return Info{}, err
	}
	return Info{Name: name, Size: int64(len(data.bytes))}, nil
}

func (m *Memory) find(ctx context.Context, name string) (*memoryData, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, fail("open", m.where(name), context.Cause(ctx))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.files[name]
	if !ok {
		return nil, fail("open", m.where(name), fs.ErrNotExist)
	}
	return data, nil
}

// List implements Store.
func (m *Memory) List(ctx context.Context, prefix string) ([]Info, error) {
	if err := checkPrefix(prefix); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, fail("list", m.location, context.Cause(ctx))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []Info
	for name, data := range m.files {
		if strings.HasPrefix(name, prefix) {
			list = append(list, Info{Name: name, Size: int64(len(data.bytes))})
		}
	}
	slices.SortFunc(list, func(a, b Info) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

// Remove implements Store.
func (m *Memory) Remove(ctx context.Context, name string) error {
	_, err := m.find(ctx, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	m.drop(name)
	return nil
}

func (m *Memory) drop(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.files, name)
}

// Lock implements Store.
func (m *Memory) Lock(ctx context.Context) (unlock func() error, err error) {
	if ctx.Err() != nil {
		return nil, fail("lock", m.location, context.Cause(ctx))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.holder != nil {
		return nil, &LockedError{Location: m.location, Holder: *m.holder}
	}
	holder := thisProcess()
	m.holder = &holder
	return sync.OnceValue(func() error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.holder == &holder {
			m.holder = nil
		}
		return nil
	}), nil
}

// Sweep implements Store.
func (m *Memory) Sweep(ctx context.Context) ([]string, error) {
	files, err := m.List(ctx, "")
	if err != nil {
		return nil, err
	}
	var removed []string
	for _, f := range files {
		if f.Temporary() {
			m.drop(f.Name)
			removed = append(removed, f.Name)
		}
	}
	return removed, nil
}

const memoryScheme = "mem://"

// mounted are the stores of mem:// locations. It is process-wide as a file
// system is: a run and the units that it starts open the same location.
var mounted sync.Map // of string to Store

// Mount makes store what Open returns for its location, which is of the form
// mem://name, until unmount is called. With it a test puts a store that fails on
// demand below code that opens stores by location. It panics if the location is
// taken.
func Mount(store Store) (unmount func()) {
	location := store.String()
	if _, taken := mounted.LoadOrStore(location, store); taken {
		panic("storage: " + location + " is mounted already")
	}
	return func() { mounted.CompareAndDelete(location, store) }
}

// openMounted returns the store of mem://name, at first an empty one.
func openMounted(name string) (Store, error) {
	if name == "" || strings.Contains(name, "/") {
		return nil, fmt.Errorf("storage: mem://%s is not of the form mem://name", name)
	}
	store, _ := mounted.LoadOrStore(memoryScheme+name, NewMemory(name))
	return store.(Store), nil
}
