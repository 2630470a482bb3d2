package main

import (
	"context"
	"sync"
)

// interrupts says what a signal does. While a command has offered to stop by
// itself, the first signal asks it to; any other ends the command's context.
type interrupts struct {
	cancel context.CancelFunc // of the command's context

	mu      sync.Mutex
	offered chan struct{} // nil while nobody offers
}

// newInterrupts returns a context that signals end, and who gives it them.
func newInterrupts(ctx context.Context) (context.Context, *interrupts) {
	ctx, cancel := context.WithCancel(ctx)
	return ctx, &interrupts{cancel: cancel}
}

// offer makes the next signal close stop instead of ending the context, until
// withdraw is called.
func (i *interrupts) offer() (stop <-chan struct{}, withdraw func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.offered = make(chan struct{})
	return i.offered, func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.offered = nil
	}
}

// signal takes one signal. It reports whether the context has ended: then there
// is nothing left for another signal to do but to end the process.
func (i *interrupts) signal() (ended bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.offered != nil {
		close(i.offered)
		i.offered = nil
		return false
	}
	i.cancel()
	return true
}
