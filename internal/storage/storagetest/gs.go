package storagetest

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

// GS is a fake of Google Cloud Storage on loopback.
type GS struct {
	*fakestorage.Server
	intercept atomic.Pointer[Interceptor]
}

// Interceptor answers a request, itself or by calling next.
type Interceptor func(w http.ResponseWriter, r *http.Request, next http.Handler)

// ServeGS serves empty buckets until the test ends, and points
// STORAGE_EMULATOR_HOST at them.
func ServeGS(t testing.TB, buckets ...string) *GS {
	t.Helper()
	fake, err := fakestorage.NewServerWithOptions(fakestorage.Options{NoListener: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range buckets {
		fake.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: name})
	}
	s := &GS{Server: fake}
	listener := httptest.NewServer(s)
	t.Cleanup(func() {
		listener.Close()
		fake.Stop()
	})
	t.Setenv("STORAGE_EMULATOR_HOST", listener.URL)
	return s
}

// Intercept puts f before the server; nil takes it away.
func (s *GS) Intercept(f Interceptor) { s.intercept.Store(&f) }

// ServeHTTP implements http.Handler.
func (s *GS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f := s.intercept.Load(); f != nil && *f != nil {
		(*f)(w, r, s.HTTPHandler())
		return
	}
	s.HTTPHandler().ServeHTTP(w, r)
}
