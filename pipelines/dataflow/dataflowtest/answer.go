package dataflowtest

import (
	"net/http"
	"net/http/httptest"
)

// Answer answers a request, itself or by calling next.
type Answer func(w http.ResponseWriter, r *http.Request, next http.Handler)

// answers spoil requests of one kind.
type answers struct {
	kind   Kind
	times  int // how many are left; negative: all
	answer Answer
}

// Answer has the next requests of a kind answered by a; a negative number stands
// for all of them. Answers that were set before come first.
func (s *Server) Answer(kind Kind, times int, a Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, &answers{kind, times, a})
}

// Status is the answer of a service that does not do what it was asked.
func Status(code int, text string) Answer {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { writeError(w, code, text) }
}

// HangUp breaks the connection and does nothing.
func HangUp(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }

// Unheard does what is asked and then breaks the connection.
func Unheard(_ http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// Hang answers nothing until the caller gives up.
func Hang(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() }

// Then does something before the proper answer is given.
func Then(do func()) Answer {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		do()
		next.ServeHTTP(w, r)
	}
}
