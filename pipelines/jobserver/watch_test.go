package jobserver

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script is a job server that plays one job.
type script struct {
	jobpb.JobServiceClient
	messages []*jobpb.JobMessagesResponse
	end      error // behind the messages; nil is none
	onCancel []*jobpb.JobMessagesResponse
	refuse   error                 // what Cancel returns
	states   []jobpb.JobState_Enum // what GetState answers, the last for ever; UNSPECIFIED is an error

	cancelled chan struct{}
	asked     int // GetState
}

func (s *script) GetMessageStream(ctx context.Context, _ *jobpb.JobMessagesRequest, _ ...grpc.CallOption) (jobpb.JobService_GetMessageStreamClient, error) {
	return &stream{script: s, ctx: ctx, left: s.messages}, nil
}

func (s *script) Cancel(context.Context, *jobpb.CancelJobRequest, ...grpc.CallOption) (*jobpb.CancelJobResponse, error) {
	if s.refuse != nil {
		return nil, s.refuse
	}
	close(s.cancelled)
	return &jobpb.CancelJobResponse{}, nil
}

func (s *script) GetState(context.Context, *jobpb.GetJobStateRequest, ...grpc.CallOption) (*jobpb.JobStateEvent, error) {
	state := s.states[min(s.asked, len(s.states)-1)]
	s.asked++
	if state == jobpb.JobState_UNSPECIFIED {
		return nil, errors.New("unavailable")
	}
	return &jobpb.JobStateEvent{State: state}, nil
}

// stream gives the messages, then those that a cancellation sets off.
type stream struct {
	grpc.ClientStream
	script *script
	ctx    context.Context
	left   []*jobpb.JobMessagesResponse
	ended  bool
}

func (s *stream) Recv() (*jobpb.JobMessagesResponse, error) {
	if len(s.left) == 0 && s.script.end != nil {
		return nil, s.script.end
	}
	if len(s.left) == 0 {
		cancelled := s.script.cancelled
		if s.ended {
			cancelled = nil
		}
		select {
		case <-cancelled:
			s.left, s.ended = s.script.onCancel, true
			return s.Recv()
		case <-s.ctx.Done():
			return nil, s.ctx.Err()
		}
	}
	first := s.left[0]
	s.left = s.left[1:]
	return first, nil
}

func state(e jobpb.JobState_Enum) *jobpb.JobMessagesResponse {
	return &jobpb.JobMessagesResponse{Response: &jobpb.JobMessagesResponse_StateResponse{StateResponse: &jobpb.JobStateEvent{State: e}}}
}

func says(importance jobpb.JobMessage_MessageImportance, text string) *jobpb.JobMessagesResponse {
	return &jobpb.JobMessagesResponse{Response: &jobpb.JobMessagesResponse_MessageResponse{
		MessageResponse: &jobpb.JobMessage{Importance: importance, MessageText: text},
	}}
}

// play waits for the end of a scripted job.
func play(ctx context.Context, s *script, stop <-chan struct{}) (events []Event, err error) {
	s.cancelled = make(chan struct{})
	w := &watch{
		client: s, id: "j", observe: func(e Event) { events = append(events, e) },
		patience: patience{grace: 30 * time.Millisecond, lost: 100 * time.Millisecond, pause: time.Millisecond},
	}
	err = w.wait(ctx, stop)
	return events, err
}

const (
	running   = jobpb.JobState_RUNNING
	done      = jobpb.JobState_DONE
	failed    = jobpb.JobState_FAILED
	cancelled = jobpb.JobState_CANCELLED
	silent    = jobpb.JobState_UNSPECIFIED
)

func TestEnds(t *testing.T) {
	type messages = []*jobpb.JobMessagesResponse
	problem := says(jobpb.JobMessage_JOB_MESSAGE_ERROR, "no slots")
	broken := errors.New("connection reset")
	tests := []struct {
		name   string
		script script
		want   string // of the error, "" for none
	}{
		{"done", script{messages: messages{state(running), state(done)}}, ""},
		{"failed, then why", script{messages: messages{state(running), state(failed), problem}}, "job j failed: no slots"},
		{"why, then failed", script{messages: messages{problem, state(failed)}}, "job j failed: no slots"},
		{"failed for no reason", script{messages: messages{state(failed)}}, "does not say why"},
		{"failed, and the messages end", script{messages: messages{state(failed)}, end: io.EOF, states: []jobpb.JobState_Enum{failed}}, "does not say why"},
		{"cancelled by somebody", script{messages: messages{state(cancelled)}}, "job j: cancelled from outside"},
		{"updated", script{messages: messages{state(jobpb.JobState_UPDATED)}}, "ended as UPDATED"},
		{"messages end early, done", script{messages: messages{state(running)}, end: io.EOF, states: []jobpb.JobState_Enum{running, running, done}}, ""},
		{"connection breaks, done", script{messages: messages{state(running)}, end: broken, states: []jobpb.JobState_Enum{silent, silent, running, done}}, ""},
		{"connection breaks, failed", script{end: broken, states: []jobpb.JobState_Enum{failed}}, "job j failed"},
		{"connection breaks for ever", script{end: broken, states: []jobpb.JobState_Enum{silent}}, "job j, which may go on, was lost: connection reset"},
		{"messages end for ever", script{end: io.EOF, states: []jobpb.JobState_Enum{running}}, "its messages ended, its state is RUNNING"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := play(t.Context(), &tt.script, nil)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("error is %v, want %q", err, tt.want)
			}
		})
	}
}

func TestEvents(t *testing.T) {
	got, err := play(t.Context(), &script{messages: []*jobpb.JobMessagesResponse{
		state(running), says(jobpb.JobMessage_JOB_MESSAGE_BASIC, "chatter"),
		says(jobpb.JobMessage_JOB_MESSAGE_WARNING, "slow"), state(done),
	}}, nil)
	want := []Event{{Job: "j", State: "RUNNING"}, {Job: "j", Message: "slow"}, {Job: "j", State: "DONE"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("events (-want +got), error %v:\n%s", err, diff)
	}
}

// TestStop asks for the end of a running job: how the engine ends it, and whether
// it was done before, differs.
func TestStop(t *testing.T) {
	type messages = []*jobpb.JobMessagesResponse
	for name, tt := range map[string]struct {
		script script
		want   error
	}{
		"cancelled":   {script{onCancel: messages{state(jobpb.JobState_CANCELLING), state(cancelled)}}, ErrStopped},
		"failed":      {script{onCancel: messages{state(failed)}}, ErrStopped},
		"done before": {script{onCancel: messages{state(done)}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			stop := make(chan struct{})
			close(stop)
			_, err := play(t.Context(), &tt.script, stop)
			if !errors.Is(err, tt.want) {
				t.Errorf("error is %v, want %v", err, tt.want)
			}
		})
	}
	stop := make(chan struct{})
	close(stop)
	if _, err := play(t.Context(), &script{refuse: errors.New("no")}, stop); err == nil || !strings.Contains(err.Error(), "which may go on") {
		t.Errorf("a refused cancellation gives %v", err)
	}
}

// TestContext ends the context: the job is cancelled, and nobody waits for that.
func TestContext(t *testing.T) {
	why := errors.New("enough")
	for name, s := range map[string]*script{"cancels": {}, "refuses": {refuse: errors.New("no")}, "lost": {end: io.EOF, states: []jobpb.JobState_Enum{running}}} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		if _, err := play(ctx, s, nil); !errors.Is(err, why) {
			t.Errorf("%s: error is %v", name, err)
		}
		select {
		case <-s.cancelled:
		default:
			if s.refuse == nil {
				t.Errorf("%s: the job was not cancelled", name)
			}
		}
	}
}
