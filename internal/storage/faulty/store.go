package faulty

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/groundmill/groundmill/internal/storage"
)

// Call is an operation that was asked for.
type Call struct {
	Op   Op
	Name string
}

// Store is a storage.Store that fails by rules. It is safe for concurrent use.
type Store struct {
	inner storage.Store

	mu      sync.Mutex
	rules   []*rule
	calls   []Call
	crashed bool
	release func() error         // releases the lock, nil if it is not held
	open    map[io.Closer]string // readers
}

// New returns a store that does what inner does but for the rules.
func New(inner storage.Store, rules ...Rule) *Store {
	s := &Store{inner: inner, open: map[io.Closer]string{}}
	s.SetRules(rules...)
	return s
}

// SetRules replaces the rules. What was counted and a crash stay.
func (s *Store) SetRules(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
	for _, r := range rules {
		s.rules = append(s.rules, &rule{Rule: r})
	}
}

// Operations is how many operations were asked for while the process lived.
func (s *Store) Operations() int { return len(s.Calls()) }

// Calls are these operations, in order.
func (s *Store) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Crashed reports whether the process is dead.
func (s *Store) Crashed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.crashed
}

// verdict is what happens to an operation.
type verdict struct {
	effect Effect
	err    error // nil for Pass
	room   int   // bytes that Fill lets through
}

// ask notes an operation on size bytes and returns what happens to it.
func (s *Store) ask(op Op, name string, size int) verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.crashed {
		return verdict{Fail, failure(op, name, ErrCrashed), 0}
	}
	s.calls = append(s.calls, Call{op, name})
	for _, r := range s.rules {
		if r.fires(op, name) {
			return s.apply(r, op, name, size)
		}
	}
	return verdict{effect: Pass}
}

// apply is called with s.mu held; the rule's Do is called without it.
func (s *Store) apply(r *rule, op Op, name string, size int) verdict {
	if r.Do != nil {
		s.mu.Unlock()
		r.Do()
		s.mu.Lock()
	}
	switch r.Effect {
	case Pass:
		return verdict{effect: Pass}
	case Crash, CrashAfter:
		if r.Effect == Crash {
			s.die()
		}
		return verdict{r.Effect, failure(op, name, ErrCrashed), 0}
	case Fill:
		room := r.room(size)
		if room == size {
			return verdict{effect: Pass}
		}
		return verdict{Fill, failure(op, name, r.cause()), room}
	}
	return verdict{r.Effect, failure(op, name, r.cause()), 0}
}

func failure(op Op, name string, err error) error {
	return fmt.Errorf("faulty: %s %s: %w", op, name, err)
}

// do does an operation that is done whole or not at all.
func (s *Store) do(op Op, name string, operation func() error) error {
	v := s.ask(op, name, 0)
	switch v.effect {
	case Pass:
		return operation()
	case LostAck, CrashAfter:
		err := operation()
		s.dieAfter(v)
		if err != nil {
			return err
		}
	}
	return v.err
}

func (s *Store) dieAfter(v verdict) {
	if v.effect == CrashAfter {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.die()
	}
}

// die does what the operating system does for a dead process. It is called with
// s.mu held.
func (s *Store) die() {
	s.crashed = true
	if s.release != nil {
		_ = s.release()
	}
	for reader := range s.open {
		_ = reader.Close()
	}
}

// String is the location of the store below.
func (s *Store) String() string { return s.inner.String() }

// Create implements storage.Store.
func (s *Store) Create(ctx context.Context, name string) (f storage.File, err error) {
	err = s.do(Create, name, func() error {
		f, err = s.inner.Create(ctx, name)
		return err
	})
	if err != nil {
		if f != nil && !s.Crashed() {
			f.Abandon() // its acknowledgement is lost, and so is the handle
		}
		return nil, err
	}
	return &file{store: s, inner: f, name: name}, nil
}

// Open implements storage.Store.
func (s *Store) Open(ctx context.Context, name string) (r storage.Reader, err error) {
	err = s.do(Open, name, func() error {
		r, err = s.inner.Open(ctx, name)
		return err
	})
	if err != nil {
		if r != nil {
			r.Close()
		}
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[r] = name
	return &reader{store: s, inner: r, name: name}, nil
}

// Stat implements storage.Store.
func (s *Store) Stat(ctx context.Context, name string) (info storage.Info, err error) {
	err = s.do(Stat, name, func() error {
		info, err = s.inner.Stat(ctx, name)
		return err
	})
	return info, err
}

// List implements storage.Store.
func (s *Store) List(ctx context.Context, prefix string) (list []storage.Info, err error) {
	err = s.do(List, prefix, func() error {
		list, err = s.inner.List(ctx, prefix)
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// Remove implements storage.Store.
func (s *Store) Remove(ctx context.Context, name string) error {
	return s.do(Remove, name, func() error { return s.inner.Remove(ctx, name) })
}

// Lock implements storage.Store.
func (s *Store) Lock(ctx context.Context) (unlock func() error, err error) {
	var release func() error
	err = s.do(Lock, "", func() error {
		if release, err = s.inner.Lock(ctx); err == nil {
			s.hold(release)
		}
		return err
	})
	if err != nil {
		if release != nil {
			_ = release()
		}
		return nil, err
	}
	return func() error { return s.do(Unlock, "", release) }, nil
}

// hold notes what releases the lock that this process has got.
func (s *Store) hold(release func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release = release
}

// Sweep implements storage.Store.
func (s *Store) Sweep(ctx context.Context) (removed []string, err error) {
	err = s.do(Sweep, "", func() error {
		removed, err = s.inner.Sweep(ctx)
		return err
	})
	return removed, err
}

// forget is told of a reader that its owner closes.
func (s *Store) forget(r storage.Reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, r)
}
