package faulty

import (
	"cmp"
	"errors"
	"path"
	"syscall"

	"github.com/groundmill/groundmill/internal/storage"
)

// Op is a kind of operation.
type Op string

// The operations of a store, its files and its readers.
const (
	Create  Op = "create"
	Write   Op = "write"
	Publish Op = "publish"
	Abandon Op = "abandon" // of an unpublished file
	Open    Op = "open"
	Read    Op = "read"
	ReadAt  Op = "readat"
	Stat    Op = "stat"
	List    Op = "list"
	Remove  Op = "remove"
	Lock    Op = "lock"
	Unlock  Op = "unlock"
	Sweep   Op = "sweep"
)

// Effect is how an operation fails.
type Effect int

const (
	// Fail does nothing and gives the error.
	Fail Effect = iota
	// Short does half of a write or a read and gives the error; another
	// operation it does not do.
	Short
	// LostAck does the operation and gives the error all the same.
	LostAck
	// Fill takes Rule.Bytes bytes from all matching writes together. The write
	// that would pass them is cut there; it and all later ones give the error.
	Fill
	// Crash does nothing; the process is dead, see ErrCrashed.
	Crash
	// CrashAfter does the operation; then the process is dead.
	CrashAfter
	// Pass does the operation, for the sake of Rule.Do.
	Pass
)

// Forever is the Rule.Times of a rule that never stops to fire.
const Forever = -1

var (
	// ErrInjected is the error of rules that name none.
	ErrInjected = errors.New("injected failure")
	// ErrCrashed is what every operation of a dead process gives.
	ErrCrashed = errors.New("the process is dead")
)

// Rule makes some operations fail. The first rule of a store that fires for an
// operation decides.
type Rule struct {
	Op   Op     // "" is any
	Path string // pattern of path.Match for the name, "" is any; a List's name is its prefix
	// Of the operations that match, those from the Nth on fire, Times of them. 0
	// is 1 for both.
	Nth, Times int
	// When, if set, decides in place of Nth and Times about the nth match, n
	// from 1 on. It is called under a lock.
	When func(n int) bool

	Effect Effect
	Err    error  // ErrInjected, or for Fill ENOSPC, if nil
	Bytes  int64  // of Fill
	Do     func() // if set, called when the rule fires, before its effect
}

// CrashAt is the death of the process at the nth operation of all, before it.
func CrashAt(n int) Rule { return Rule{Nth: n, Effect: Crash} }

// rule is a Rule and what it has seen.
type rule struct {
	Rule
	matched int
	taken   int64 // bytes of Fill
}

// fires counts an operation that matches and decides about it.
func (r *rule) fires(op Op, name string) bool {
	if r.Op != "" && r.Op != op {
		return false
	}
	if matched, err := path.Match(r.Path, name); r.Path != "" && (err != nil || !matched) {
		return false
	}
	r.matched++
	switch first := max(r.Nth, 1); {
	case r.When != nil:
		return r.When(r.matched)
	case r.Effect == Fill, r.Times == Forever:
		return r.matched >= first
	default:
		return r.matched >= first && r.matched < first+max(r.Times, 1)
	}
}

// room returns how many of n bytes a full disk takes.
func (r *rule) room(n int) int {
	n = int(min(int64(n), r.Bytes-r.taken))
	r.taken += int64(n)
	return n
}

// cause is the error as the store below would give it.
func (r *rule) cause() error {
	fallback := ErrInjected
	if r.Effect == Fill {
		fallback = syscall.ENOSPC
	}
	return storage.Explain(cmp.Or(r.Err, fallback))
}
