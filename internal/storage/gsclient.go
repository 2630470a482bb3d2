package storage

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"

	gcs "cloud.google.com/go/storage"
)

// emulatorVariable names the environment variable with the address of a server
// to use in place of Google's, without credentials. The client library reads it
// too.
const emulatorVariable = "STORAGE_EMULATOR_HOST"

// gsClients are the process's clients, one for each endpoint. They hold
// connections and credentials and are never closed.
var gsClients struct {
	sync.Mutex
	byEndpoint map[string]*gcs.Client
}

// gsClient returns the client of the endpoint that the environment asks for.
func gsClient(ctx context.Context) (*gcs.Client, error) {
	gsClients.Lock()
	defer gsClients.Unlock()
	endpoint := os.Getenv(emulatorVariable)
	if client := gsClients.byEndpoint[endpoint]; client != nil {
		return client, nil
	}
	client, err := gcs.NewClient(context.WithoutCancel(ctx), gcs.WithJSONReads())
	if err != nil {
		return nil, clientError(err)
	}
	if gsClients.byEndpoint == nil {
		gsClients.byEndpoint = map[string]*gcs.Client{}
	}
	gsClients.byEndpoint[endpoint] = client
	return client, nil
}

// clientError says what to do where there are no credentials.
func clientError(err error) error {
	if strings.Contains(err.Error(), "could not find default credentials") {
		return errors.New("no Google Cloud credentials: run `gcloud auth application-default login`, " +
			"or name a key file in GOOGLE_APPLICATION_CREDENTIALS")
	}
	return err
}
