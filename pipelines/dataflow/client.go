package dataflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cloud.google.com/go/auth"
	df "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
)

// errNoAnswer ends a request that takes too long.
var errNoAnswer = errors.New("no answer in time")

// attempts is how often a request that fails for a passing reason is made.
const attempts = 8

// client asks the service about the jobs of a project in a region.
type client struct {
	jobs    *df.ProjectsLocationsJobsService
	pace    Pace
	project string
	region  string
}

// newClient finds credentials; it asks for no token yet.
func newClient(ctx context.Context, o Options, pace Pace) (*client, error) {
	options := []option.ClientOption{option.WithScopes(df.CloudPlatformScope)}
	if o.Endpoint != "" {
		options = append(options, option.WithEndpoint(o.Endpoint))
	}
	service, err := df.NewService(context.WithoutCancel(ctx), options...)
	if err != nil {
		return nil, &RefusedError{credentialsError(err)}
	}
	return &client{jobs: service.Projects.Locations.Jobs, pace: pace, project: o.Project, region: o.Region}, nil
}

// credentialsError says what to do where there are no credentials, or none that
// can be read.
func credentialsError(err error) error {
	const remedy = "run `gcloud auth application-default login`, or name a key file in GOOGLE_APPLICATION_CREDENTIALS"
	if strings.Contains(err.Error(), "could not find default credentials") {
		return errors.New("no Google Cloud credentials: " + remedy)
	}
	return fmt.Errorf("no usable Google Cloud credentials: %s: %w", remedy, oneLine(err))
}

// console is the page of a job.
func (c *client) console(id string) string {
	return fmt.Sprintf("https://console.cloud.google.com/dataflow/jobs/%s/%s?project=%s",
		url.PathEscape(c.region), url.PathEscape(id), url.QueryEscape(c.project))
}

// ask makes one request, which has an end even if the service has not.
func (c *client) ask(ctx context.Context, request func(context.Context) error) error {
	limited, cancel := context.WithTimeoutCause(ctx, c.pace.Answer, errNoAnswer)
	defer cancel()
	err := request(limited)
	if err != nil && limited.Err() != nil {
		return context.Cause(limited)
	}
	return err
}

// insist makes a request until it succeeds, fails for good or was made often
// enough. When wanted ends, it is not made again.
func (c *client) insist(ctx, wanted context.Context, request func(context.Context) error) error {
	pauses := c.pace.pauses()
	for attempt := 1; ; attempt++ {
		err := c.ask(ctx, request)
		if err == nil || !transient(err) {
			return err
		}
		if attempt == attempts {
			return fmt.Errorf("%w (after %d attempts)", err, attempt)
		}
		select {
		case <-wanted.Done():
			return err
		case <-time.After(pauses.pause()):
		}
	}
}

// transient reports whether the same request may succeed a little later: after
// the statuses 408, 429 and 5xx of the service or of who gives the tokens, broken
// connections and answers that did not come.
func transient(err error) bool {
	var answer *googleapi.Error
	var token *auth.Error
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return false
	case errors.As(err, &answer):
		return passing(answer.Code)
	case errors.As(err, &token):
		return token.Response == nil || passing(token.Response.StatusCode)
	}
	return true
}

func passing(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
}

// status is the service's answer, 0 if there is none.
func status(err error) int {
	var answer *googleapi.Error
	if errors.As(err, &answer) {
		return answer.Code
	}
	return 0
}

// explain says what to do about an error, on one line.
func (c *client) explain(err error) error {
	var token *auth.Error
	brief := oneLine(err)
	switch {
	case errors.As(err, &token), status(err) == http.StatusUnauthorized:
		return fmt.Errorf("the credentials were refused, see `gcloud auth application-default login`: %w", brief)
	case status(err) == http.StatusForbidden:
		return fmt.Errorf("the account needs the role roles/dataflow.developer on project %s, and the Dataflow API must be enabled there: %w", c.project, brief)
	case status(err) == http.StatusNotFound:
		return fmt.Errorf("project %s, region %s or the job does not exist; correct project or region: %w", c.project, c.region, brief)
	}
	return brief
}
