package storage_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/internal/storage"
	"github.com/groundmill/groundmill/internal/storage/storagetest"
)

const chunk = 1 << 18

// small is sent in one request, large in several.
var small, large = []byte("hello"), bytes.Repeat([]byte("0123456789abcdef"), 2*chunk/16+100)

// bucket is a store in a served bucket that gives up after four requests.
func bucket(t *testing.T) (storage.Store, *storagetest.GS) {
	t.Helper()
	storagetest.CheckLeaks(t)
	server := storagetest.ServeGS(t, "bucket")
	store, err := storage.Open("gs://bucket/out", storage.ChunkSize(chunk),
		storage.Retry(4, time.Millisecond, 2*time.Millisecond), storage.Stall(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return store, server
}

// requests counts the requests of one kind and answers the first of them itself.
type requests struct {
	match  func(*http.Request) bool
	fail   int // how many fail, from the first on; negative: all
	answer storagetest.Interceptor

	mu   sync.Mutex
	seen int
}

func (q *requests) intercept(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if q.match != nil && !q.match(r) {
		next.ServeHTTP(w, r)
		return
	}
	q.mu.Lock()
	q.seen++
	failing := q.fail < 0 || q.seen <= q.fail
	q.mu.Unlock()
	if failing {
		q.answer(w, r, next)
		return
	}
	next.ServeHTTP(w, r)
}

func status(code int) storagetest.Interceptor {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, `{"error":{"code":`+strconv.Itoa(code)+`,"message":"spoiled by the test"}}`)
	}
}

// hangUp breaks the connection.
func hangUp(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }

// doneButUnheard does what is asked and answers that it failed.
func doneButUnheard(w http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(httptest.NewRecorder(), r)
	status(http.StatusServiceUnavailable)(w, r, nil)
}

func uploads(r *http.Request) bool {
	return r.Method != http.MethodGet && strings.HasPrefix(r.URL.Path, "/upload/")
}

// lastChunks are the requests that end a resumable upload.
func lastChunks(r *http.Request) bool {
	_, total, ok := strings.Cut(r.Header.Get("Content-Range"), "/")
	return uploads(r) && ok && total != "*"
}

func downloads(r *http.Request) bool { return r.URL.Query().Get("alt") == "media" }

// operations are all that a store does, on a file that exists.
var operations = map[string]func(t *testing.T, s storage.Store) error{
	"create small": func(t *testing.T, s storage.Store) error { return storage.WriteFile(t.Context(), s, "small", small) },
	"create large": func(t *testing.T, s storage.Store) error { return storage.WriteFile(t.Context(), s, "large", large) },
	"stat":         func(t *testing.T, s storage.Store) error { _, err := s.Stat(t.Context(), "there"); return err },
	"list":         func(t *testing.T, s storage.Store) error { _, err := s.List(t.Context(), ""); return err },
	"remove":       func(t *testing.T, s storage.Store) error { return s.Remove(t.Context(), "there") },
	"read": func(t *testing.T, s storage.Store) error {
		got, err := storage.ReadFile(t.Context(), s, "there")
		if err == nil && !bytes.Equal(got, large) {
			t.Errorf("read %d bytes that differ from the %d written", len(got), len(large))
		}
		return err
	},
	"read a range": func(t *testing.T, s storage.Store) error {
		r, err := s.Open(t.Context(), "there")
		if err != nil {
			return err
		}
		defer r.Close()
		got := make([]byte, 1000)
		if _, err := r.ReadAt(got, 77777); err != nil {
			return err
		}
		if !bytes.Equal(got, large[77777:78777]) {
			t.Error("the range holds other bytes")
		}
		return nil
	},
}

// TestPassingFailures answers the first three of four requests with failures
// that pass.
func TestPassingFailures(t *testing.T) {
	answers := map[string]storagetest.Interceptor{
		"429": status(429), "500": status(500), "503": status(503), "408": status(408), "hang up": hangUp,
		"lost answer": doneButUnheard,
	}
	if testing.Short() {
		answers = map[string]storagetest.Interceptor{"503": status(503), "lost answer": doneButUnheard}
	}
	for failure, answer := range answers {
		for name, operation := range operations {
			t.Run(failure+"/"+name, func(t *testing.T) {
				store, server := bucket(t)
				put(t, store, "there", large)
				q := &requests{fail: 3, answer: answer}
				server.Intercept(q.intercept)
				if err := operation(t, store); err != nil {
					t.Errorf("after %d requests: %v", q.seen, err)
				}
				if q.seen < 4 {
					t.Errorf("%d requests", q.seen)
				}
				server.Intercept(nil)
				wantWhole(t, store)
			})
		}
	}
}

func put(t *testing.T, s storage.Store, name string, content []byte) {
	t.Helper()
	if err := storage.WriteFile(t.Context(), s, name, content); err != nil {
		t.Fatal(err)
	}
}

// wantWhole requires that each file is as it was meant.
func wantWhole(t *testing.T, s storage.Store) {
	t.Helper()
	list, err := s.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range list {
		want := large
		if info.Name == "small" {
			want = small
		}
		got, err := storage.ReadFile(t.Context(), s, info.Name)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s holds %d bytes, not what was written; %v", info.Name, len(got), err)
		}
	}
}

// TestLastingFailures answers every request so: the error comes after four
// requests, or at once where asking again is useless.
func TestLastingFailures(t *testing.T) {
	tests := []struct {
		code, requests int
		want           error
		text           string
	}{
		{503, 4, nil, "after 4 attempts"},
		{429, 4, nil, "429"},
		{401, 1, fs.ErrPermission, "gcloud auth"},
		{403, 1, fs.ErrPermission, "storage.objects."},
		{400, 1, nil, "spoiled by the test"},
		{404, 1, nil, "bucket"},
	}
	if testing.Short() {
		tests = tests[:1]
	}
	for _, tt := range tests {
		for name, operation := range operations {
			t.Run(strconv.Itoa(tt.code)+"/"+name, func(t *testing.T) {
				store, server := bucket(t)
				put(t, store, "there", large)
				q := &requests{fail: -1, answer: status(tt.code)}
				server.Intercept(q.intercept)
				err := operation(t, store)
				if name == "remove" && tt.code == 404 {
					return // it is gone, as wanted, or so it seems
				}
				if err == nil || tt.want != nil && !errors.Is(err, tt.want) || !strings.Contains(err.Error(), "gs://bucket/out") {
					t.Errorf("error is %v, want %v and the place", err, tt.want)
				}
				if text := err.Error(); name != "create large" && name != "create small" && !strings.Contains(text, tt.text) {
					t.Errorf("error is %v, want %q in it", err, tt.text)
				}
				if tt.want == fs.ErrPermission && q.seen != 1 {
					t.Errorf("%d requests for an answer that will not change", q.seen)
				}
				if most := 2*tt.requests + 2; q.seen > most {
					t.Errorf("%d requests, want %d at most", q.seen, most)
				}
				server.Intercept(nil)
				wantFiles(t, store, "there")
			})
		}
	}
}

func wantFiles(t *testing.T, s storage.Store, want ...string) {
	t.Helper()
	list, err := s.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, info := range list {
		got = append(got, info.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// TestMissingBucket says so, once, for every operation.
func TestMissingBucket(t *testing.T) {
	for name, operation := range operations {
		t.Run(name, func(t *testing.T) {
			storagetest.ServeGS(t, "other")
			store := open(t, "gs://missing/out")
			err := operation(t, store)
			if !errors.Is(err, storage.ErrNoBucket) || errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error is %v, want ErrNoBucket", err)
			}
		})
	}
}

// TestLostAcknowledgement loses the answer to the request that names the file:
// the file is there, and publishing succeeds.
func TestLostAcknowledgement(t *testing.T) {
	for _, answer := range []storagetest.Interceptor{doneButUnheard, func(_ http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}} {
		store, server := bucket(t)
		server.Intercept((&requests{match: uploads, fail: 1, answer: answer}).intercept)
		put(t, store, "small", small)
		server.Intercept((&requests{match: lastChunks, fail: 1, answer: answer}).intercept)
		put(t, store, "large", large)
		server.Intercept(nil)
		wantFiles(t, store, "large", "small")
		wantWhole(t, store)
	}
}

// TestTakenName is told at the beginning of a long upload that the name exists.
func TestTakenName(t *testing.T) {
	store, server := bucket(t)
	put(t, store, "large", large)
	server.Intercept((&requests{match: uploads, fail: -1, answer: status(http.StatusPreconditionFailed)}).intercept)
	if err := storage.WriteFile(t.Context(), store, "large", large); err != nil {
		t.Errorf("equal content: %v", err)
	}
	other := append(bytes.Clone(large[:len(large)-1]), 'X')
	if err := storage.WriteFile(t.Context(), store, "large", other); !errors.Is(err, storage.ErrConflict) {
		t.Errorf("other content gave %v, want ErrConflict", err)
	}
}

// TestChangedOnTheWay flips a bit of what is sent: it never gets the name.
func TestChangedOnTheWay(t *testing.T) {
	flip := func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		body, _ := io.ReadAll(r.Body)
		if i := bytes.Index(body, []byte("hello")); i >= 0 {
			body[i] ^= 1
		} else if r.Header.Get("Content-Range") != "" && len(body) > 0 {
			body[len(body)/2] ^= 1
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	}
	store, server := bucket(t)
	server.Intercept((&requests{match: uploads, fail: -1, answer: flip}).intercept)
	for name, content := range map[string][]byte{"small": small, "large": large} {
		if err := storage.WriteFile(t.Context(), store, name, content); err == nil {
			t.Errorf("%s was published with a flipped bit", name)
		}
	}
	wantFiles(t, store)
}

// TestStall lets requests hang: they count as failed, and others follow.
func TestStall(t *testing.T) {
	hang := func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	for name, operation := range operations {
		t.Run(name, func(t *testing.T) {
			_, server := bucket(t)
			store, err := storage.Open("gs://bucket/out", storage.ChunkSize(chunk),
				storage.Retry(3, time.Millisecond, time.Millisecond), storage.Stall(300*time.Millisecond))
			if err != nil {
				t.Fatal(err)
			}
			put(t, store, "there", large)
			q := &requests{fail: 1, answer: hang}
			if name == "create large" {
				q.match = lastChunks // the library sends the first request without a limit
			}
			server.Intercept(q.intercept)
			if err := operation(t, store); err != nil {
				t.Errorf("after %d requests: %v", q.seen, err)
			}
		})
	}
}

func TestGzipEncoding(t *testing.T) {
	store, server := bucket(t)
	put(t, store, "there", small)
	object, err := server.GetObject("bucket", "out/there")
	if err != nil {
		t.Fatal(err)
	}
	object.ContentEncoding = "gzip"
	server.CreateObject(object)
	if _, err := store.Open(t.Context(), "there"); err == nil || !strings.Contains(err.Error(), "content encoding gzip") {
		t.Errorf("error is %v", err)
	}
}

// TestFolderMarkers leaves out the empty objects by which consoles mark folders.
func TestFolderMarkers(t *testing.T) {
	store, server := bucket(t)
	put(t, store, "data/a", small)
	object, err := server.GetObject("bucket", "out/data/a")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"out/", "out/data/"} {
		object.Name, object.Content = name, nil
		server.CreateObject(object)
	}
	wantFiles(t, store, "data/a")
}

func TestCredentials(t *testing.T) {
	t.Setenv("STORAGE_EMULATOR_HOST", "")
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", filepath.Join(t.TempDir(), "missing.json"))
	_, err := open(t, "gs://bucket").List(t.Context(), "")
	if err == nil || !strings.Contains(err.Error(), "missing.json") || !strings.Contains(err.Error(), "gs://bucket") {
		t.Errorf("error is %v", err)
	}
}
