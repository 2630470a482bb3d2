package dataflowtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	df "google.golang.org/api/dataflow/v1b3"
)

// Kind is what a request asks for.
type Kind string

// The kinds of requests.
const (
	Create   Kind = "create"   // a job
	Poll     Kind = "poll"     // the summary of a job
	Look     Kind = "look"     // everything about a job
	List     Kind = "list"     // active jobs
	Cancel   Kind = "cancel"   // or any other update of a job
	Messages Kind = "messages" // of a job
	Token    Kind = "token"    // from the endpoint that gives them
)

// Request is a request as it was received, without the token that it carries.
type Request struct {
	Kind   Kind
	Method string
	URL    string // path and query
	Header http.Header
	Body   string
}

// Server is a fake of the Dataflow API. Its methods are safe for concurrent use.
type Server struct {
	listener    *httptest.Server
	credentials credentials

	mu       sync.Mutex
	jobs     []*job
	requests []Request
	answers  []*answers
	states   []string
	after    []string
	messages []*df.JobMessage
	returns  bool
}

// Serve serves until the test ends, and points GOOGLE_APPLICATION_CREDENTIALS to a
// service account that is good for this server alone. Jobs are pending, running and
// done.
func Serve(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		states: []string{"JOB_STATE_PENDING", "JOB_STATE_RUNNING", "JOB_STATE_DONE"},
		after:  []string{"JOB_STATE_CANCELLING", "JOB_STATE_CANCELLED"},
	}
	s.listener = httptest.NewServer(s.routes())
	t.Cleanup(s.listener.Close)
	s.credentials = newCredentials(t, s.listener.URL+"/token")
	return s
}

// Endpoint is the URL of the API.
func (s *Server) Endpoint() string { return s.listener.URL + "/" }

// States sets the states that jobs created from now on are found in, one for each
// poll; the last one stays.
func (s *Server) States(states ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.states = states
}

// AfterCancel sets the states that a job is found in once it was cancelled, one
// for each poll; without the call it is cancelling and then cancelled.
func (s *Server) AfterCancel(states ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = states
}

// Say sets what the service says about every job.
func (s *Server) Say(messages ...*df.JobMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = messages
}

// Occupy starts a job of somebody else, which does not end, and returns its ID.
func (s *Server) Occupy(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add(&df.Job{Name: name, ClientRequestId: "somebody-else"}, "JOB_STATE_RUNNING").Id
}

// ReturnExisting makes creating a job of a name in use answer with the job that
// has it, in place of the status 409. The service does both.
func (s *Server) ReturnExisting() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.returns = true
}

// Jobs returns the jobs that were created, in order, as they are.
func (s *Server) Jobs() []*df.Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*df.Job
	for _, j := range s.jobs {
		all = append(all, j.whole())
	}
	return all
}

// Requests returns what was received, those for tokens aside.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Request
	for _, r := range s.requests {
		if r.Kind != Token {
			all = append(all, r)
		}
	}
	return all
}

// Count returns how many requests of a kind were received.
func (s *Server) Count(kind Kind) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.requests {
		if r.Kind == kind {
			n++
		}
	}
	return n
}

// routes are the paths of the API that are known.
func (s *Server) routes() http.Handler {
	const jobs = "/v1b3/projects/{project}/locations/{region}/jobs"
	mux := http.NewServeMux()
	mux.Handle("POST /token", s.handle(Token, s.giveToken))
	mux.Handle("POST "+jobs, s.handle(Create, s.create))
	mux.Handle("GET "+jobs, s.handle(List, s.list))
	mux.Handle("PUT "+jobs+"/{id}", s.handle(Cancel, s.update))
	mux.Handle("GET "+jobs+"/{id}/messages", s.handle(Messages, s.listMessages))
	poll, look := s.handle(Poll, s.poll), s.handle(Look, s.look)
	mux.HandleFunc("GET "+jobs+"/{id}", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("view") == "JOB_VIEW_ALL" {
			look.ServeHTTP(w, r)
			return
		}
		poll.ServeHTTP(w, r)
	})
	return mux
}

// operation answers a request, with an error for the caller if it has a status.
type operation func(r *http.Request) (any, *failure)

type failure struct {
	status int
	text   string
}

// handle records a request and answers it, unless the test has another answer.
func (s *Server) handle(kind Kind, do operation) http.Handler {
	proper := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if kind != Token && r.Header.Get("Authorization") != "Bearer "+s.credentials.token {
			writeError(w, http.StatusUnauthorized, "the token is not valid")
			return
		}
		s.mu.Lock()
		answer, failed := do(r)
		s.mu.Unlock()
		if failed != nil {
			writeError(w, failed.status, failed.text)
			return
		}
		writeJSON(w, http.StatusOK, answer)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if spoiled := s.receive(kind, r, string(body)); spoiled != nil {
			spoiled(w, r, proper)
			return
		}
		proper.ServeHTTP(w, r)
	})
}

// receive records a request and returns how the test wants it answered, if it does.
func (s *Server) receive(kind Kind, r *http.Request, body string) Answer {
	header := r.Header.Clone()
	header.Del("Authorization")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{kind, r.Method, r.URL.String(), header, body})
	for _, a := range s.answers {
		if a.kind == kind && a.times != 0 {
			a.times--
			return a.answer
		}
	}
	return nil
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// writeError answers as Google's services do.
func writeError(w http.ResponseWriter, status int, text string) {
	writeJSON(w, status, map[string]any{"error": map[string]any{
		"code": status, "message": text, "status": fmt.Sprint(http.StatusText(status)),
		"details": []any{map[string]string{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "FAKE"}},
	}})
}
