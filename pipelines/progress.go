package pipelines

import (
	"sync"

	"github.com/groundmill/groundmill/schema"
)

// Progress counts what is done: of a step when a Job reports it, of the whole
// run, with what earlier starts did, when Options.Observe sees it.
type Progress struct {
	Records, Rows, Rejects int64 // Records = Rows + Rejects
	Bytes                  int64 // of the inputs
	Units                  int   // finished

	// Reject is the record that a step rejected; a step of several rejects shows
	// one of them, or none.
	Reject *schema.Reject

	// The rest is filled in for Options.Observe.
	TotalBytes int64
	TotalUnits int
	Active     int // units being worked on
}

// meter adds up progress, shows each new sum and watches the limits.
type meter struct {
	mu      sync.Mutex
	sum     Progress
	rejects rejectCounts
	limits  Limits
	observe func(Progress)
}

func newMeter(r *run, f *found) *meter {
	kept, bytes, units := f.kept()
	m := &meter{limits: r.opts.Limits, observe: r.opts.Observe}
	m.sum = Progress{
		Records: kept.Records, Rows: kept.Rows, Rejects: kept.RejectTotal(), Bytes: bytes, Units: units,
		TotalBytes: r.req.Plan.Bytes(), TotalUnits: len(r.req.Plan.Units),
	}
	for reason, n := range kept.Rejects {
		m.rejects.add(reason, n)
	}
	return m
}

// add adds a step. The error is a *BudgetError.
func (m *meter) add(step Progress) error {
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
	if step.Reject != nil {
		m.rejects.see(*step.Reject, step.Rejects)
	}
	return m.limits.check(m.sum, &m.rejects)
}

// addUnit adds a unit that was done elsewhere, whose rejects are in the file of
// that name. The error is a *BudgetError.
func (m *meter) addUnit(unit *schema.UnitSummary, rejects string) error {
	m.mu.Lock()
	for reason, n := range unit.Rejects {
		m.rejects.add(reason, n)
		m.rejects.show(reason, rejects)
	}
	m.mu.Unlock()
	tally := tallyOf(unit.Counts)
	return m.add(Progress{Records: tally.Records, Rows: tally.Rows, Rejects: tally.Rejects, Bytes: unit.InputBytes, Units: 1})
}

// begin and end count the units being worked on.
func (m *meter) begin() { m.work(1) }
func (m *meter) end()   { m.work(-1) }

func (m *meter) work(units int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sum.Active += units
	if m.observe != nil {
		m.observe(m.sum)
	}
}

// unitMeter passes the progress of an attempt at a unit on and can take it back.
type unitMeter struct {
	*meter
	mu      sync.Mutex
	sum     Progress
	reasons map[schema.Reason]int64
}

func (m *meter) unit() *unitMeter {
	return &unitMeter{meter: m, reasons: map[schema.Reason]int64{}}
}

func (u *unitMeter) add(step Progress) error {
	u.mu.Lock()
	u.sum.Records += step.Records
	u.sum.Rows += step.Rows
	u.sum.Rejects += step.Rejects
	u.sum.Bytes += step.Bytes
	if step.Reject != nil {
		u.reasons[step.Reject.Reason] += step.Rejects
	}
	u.mu.Unlock()
	return u.meter.add(step)
}

// undo takes back what a failed attempt has reported.
func (u *unitMeter) undo() {
	m := u.meter
	m.mu.Lock()
	defer m.mu.Unlock()
	for reason, n := range u.reasons {
		m.rejects.add(reason, -n)
	}
	m.sum.Records -= u.sum.Records
	m.sum.Rows -= u.sum.Rows
	m.sum.Rejects -= u.sum.Rejects
	m.sum.Bytes -= u.sum.Bytes
	if m.observe != nil {
		m.observe(m.sum)
	}
}
