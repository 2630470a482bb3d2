package ort

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// Trace is what a profile says of a session's runs.
type Trace struct {
	Runs  int           // completed and failed ones
	Time  time.Duration // of all runs together, wall-clock
	Nodes []NodeTime    // in order of first execution
}

// NodeTime sums the executions of one graph node. Under CUDA and TensorRT it is
// the time that the host took to launch the node's kernels, not the kernels'
// own: there only Trace.Time can be trusted.
type NodeTime struct {
	Node     string // name; for nodes without one, operator and index, as "Add_7"
	Op       string // operator, such as "MatMul"
	Provider string // such as "CPUExecutionProvider"
	Count    int
	Time     time.Duration
}

// longestTrace bounds the sum of durations, so that it can't overflow.
const longestTrace = math.MaxInt64 / int64(time.Microsecond)

// kernelTime ends the names of events that are a node's execution.
const kernelTime = "_kernel_time"

// traceEvent is an event of Chrome's trace format as ONNX Runtime writes it.
type traceEvent struct {
	Category string `json:"cat"`
	Name     string `json:"name"`
	Duration int64  `json:"dur"` // microseconds
	Args     struct {
		Op       string `json:"op_name"`
		Provider string `json:"provider"`
	} `json:"args"`
}

// ReadTrace reads one of Session.ProfileFiles: a JSON array of events, read one
// by one. Its errors name the event.
func ReadTrace(r io.Reader) (Trace, error) {
	b := traceBuilder{index: make(map[nodeKey]int)}
	decoder := json.NewDecoder(r)
	if err := expect(decoder, '['); err != nil {
		return Trace{}, fmt.Errorf("read profile: %w", err)
	}
	for n := 0; decoder.More(); n++ {
		var e traceEvent
		err := decoder.Decode(&e)
		if err == nil {
			err = b.add(e)
		}
		if err != nil {
			return Trace{}, fmt.Errorf("read profile: event %d: %w", n, unexpected(err))
		}
	}
	if err := expect(decoder, ']'); err != nil {
		return Trace{}, fmt.Errorf("read profile: %w (is the session closed?)", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Trace{}, errors.New("read profile: more follows the list of events")
	}
	return b.trace, nil
}

func expect(decoder *json.Decoder, want json.Delim) error {
	token, err := decoder.Token()
	if err != nil {
		return unexpected(err)
	}
	if token != want {
		return fmt.Errorf("not a list of events: %v for %v", token, want)
	}
	return nil
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// nodeKey keeps nodes of one name apart, such as those of subgraphs.
type nodeKey struct{ node, op, provider string }

type traceBuilder struct {
	trace Trace
	index map[nodeKey]int // into trace.Nodes
	total int64           // microseconds of all events that counted
}

func (b *traceBuilder) add(e traceEvent) error {
	node, isNode := strings.CutSuffix(e.Name, kernelTime)
	isNode = isNode && e.Category == "Node"
	isRun := e.Category == "Session" && e.Name == "model_run"
	if !isNode && !isRun {
		return nil
	}
	if e.Duration < 0 || e.Duration > longestTrace-b.total {
		return fmt.Errorf("duration of %d microseconds", e.Duration)
	}
	b.total += e.Duration
	duration := time.Duration(e.Duration) * time.Microsecond
	if isRun {
		b.trace.Runs++
		b.trace.Time += duration
		return nil
	}
	n := b.node(nodeKey{node, e.Args.Op, e.Args.Provider})
	n.Count++
	n.Time += duration
	return nil
}

func (b *traceBuilder) node(key nodeKey) *NodeTime {
	at, ok := b.index[key]
	if !ok {
		at = len(b.trace.Nodes)
		b.index[key] = at
		b.trace.Nodes = append(b.trace.Nodes, NodeTime{Node: key.node, Op: key.op, Provider: key.provider})
	}
	return &b.trace.Nodes[at]
}
