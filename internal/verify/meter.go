package verify

import "sync"

// meter counts the files that have been checked.
type meter struct {
	mu      sync.Mutex
	now     Progress
	observe func(Progress)
}

// expect counts a file that is to be checked.
func (m *meter) expect() { m.now.TotalFiles++ }

// step counts a file that has been checked.
func (m *meter) step() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Files++
	if m.observe != nil {
		m.observe(m.now)
	}
}
