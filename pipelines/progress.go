package pipelines

import "sync"

// Progress counts what is done: of a step when a Job reports it, of the whole
// run when Options.Observe sees it.
type Progress struct {
	Records, Rows, Rejects int64 // Records = Rows + Rejects
	Bytes                  int64 // of the inputs
	Units                  int   // finished

	// The totals are filled in for Options.Observe.
	TotalBytes int64
	TotalUnits int
}

// meter adds up progress and shows each new sum.
type meter struct {
	mu      sync.Mutex
	sum     Progress
	observe func(Progress)
}

func newMeter(plan Plan, observe func(Progress)) *meter {
	return &meter{sum: Progress{TotalBytes: plan.Bytes(), TotalUnits: len(plan.Units)}, observe: observe}
}

func (m *meter) add(step Progress) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sum.Records += step.Records
	m.sum.Rows += step.Rows
	m.sum.Rejects += step.Rejects
	m.sum.Bytes += step.Bytes
	m.sum.Units += step.Units
	if m.observe != nil {
		m.observe(m.sum)
	}
}
