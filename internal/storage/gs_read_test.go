package storage_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/groundmill/groundmill/internal/storage"
)

// TestReadersResume breaks every answer after some bytes: the file is read to
// its end all the same, no byte twice.
func TestReadersResume(t *testing.T) {
	store, server := bucket(t)
	put(t, store, "there", large)
	q := &requests{match: downloads, fail: -1, answer: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&breakingWriter{ResponseWriter: w, left: 100_000}, r)
	}}
	server.Intercept(q.intercept)
	for _, name := range []string{"read", "read a range"} {
		if err := operations[name](t, store); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if want := len(large) / 100_000; q.seen < want {
		t.Errorf("%d requests, want at least %d", q.seen, want)
	}
}

// breakingWriter breaks the connection after some bytes.
type breakingWriter struct {
	http.ResponseWriter
	left int
}

func (w *breakingWriter) Write(p []byte) (int, error) {
	if len(p) <= w.left {
		w.left -= len(p)
		return w.ResponseWriter.Write(p)
	}
	_, _ = w.ResponseWriter.Write(p[:w.left])
	w.ResponseWriter.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// TestChangedOnTheWayBack flips a bit of what is read.
func TestChangedOnTheWayBack(t *testing.T) {
	store, server := bucket(t)
	put(t, store, "there", large)
	server.Intercept((&requests{match: downloads, fail: -1, answer: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		answer.Body.Bytes()[answer.Body.Len()/2] ^= 1
		for key, values := range answer.Header() {
			w.Header()[key] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}}).intercept)
	if _, err := storage.ReadFile(t.Context(), store, "there"); err == nil {
		t.Error("a flipped bit was not noticed")
	}
}
