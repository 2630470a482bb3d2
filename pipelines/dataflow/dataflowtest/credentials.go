package dataflowtest

import (
	cryptorand "crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// credentials are a service account that was made for this process, with a token
// of one test.
type credentials struct {
	token string
	key   string // PEM
}

// newKey makes the private key, which takes too long to be done for each test.
var newKey = sync.OnceValues(func() (string, error) {
	key, err := rsa.GenerateKey(cryptorand.Reader, 2048)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), err
})

// newCredentials writes the account's key file and names it in the environment.
func newCredentials(t testing.TB, tokenURL string) credentials {
	t.Helper()
	key, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	c := credentials{token: "token-" + cryptorand.Text(), key: key}
	file, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "fake-project", "private_key_id": "fake", "private_key": c.key,
		"client_email": "fake@fake-project.iam.gserviceaccount.com", "client_id": "1", "token_uri": tokenURL,
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "account.json")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", path)
	return c
}

// Secrets returns what must appear nowhere but in the account's file and in the
// headers of requests: the token, and each line of the private key.
func (s *Server) Secrets() []string {
	secrets := []string{s.credentials.token}
	for line := range strings.Lines(s.credentials.key) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") {
			secrets = append(secrets, line)
		}
	}
	return secrets
}

func (s *Server) giveToken(r *http.Request) (any, *failure) {
	if err := r.ParseForm(); err != nil || r.PostForm.Get("assertion") == "" {
		return nil, &failure{http.StatusBadRequest, "no assertion"}
	}
	return map[string]any{"access_token": s.credentials.token, "token_type": "Bearer", "expires_in": 3600}, nil
}
