package dataflow

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"

	df "google.golang.org/api/dataflow/v1b3"
)

// submission is one job to be created once, however often it takes to ask.
type submission struct {
	*client
	job *df.Job // has a ClientRequestId of its own
}

func (c *client) submission(job df.Job) submission {
	job.ClientRequestId = rand.Text()
	return submission{c, &job}
}

// create creates the job. Requests are made under ctx, but none is repeated once
// wanted has ended; whether the job exists is found out even then.
func (s submission) create(ctx, wanted context.Context) (*df.Job, error) {
	var made *df.Job
	err := s.insist(ctx, wanted, func(ctx context.Context) (err error) {
		made, err = s.jobs.Create(s.project, s.region, s.job).Context(ctx).Do()
		return err
	})
	switch {
	case err == nil:
		return s.own(made)
	case status(err) == http.StatusConflict:
		return s.adopt(ctx, wanted, err)
	case !transient(err) && ctx.Err() == nil:
		return nil, s.refused(err)
	}
	return s.recover(ctx, wanted, err)
}

// refused is the error of a job that the service does not take.
func (s submission) refused(err error) error {
	account := s.job.Environment.ServiceAccountEmail
	explained := s.explain(err)
	if status(err) == http.StatusForbidden && account != "" {
		explained = fmt.Errorf("the account needs the role roles/iam.serviceAccountUser on %s, and %w", account, explained)
	}
	return &RefusedError{fmt.Errorf("job %s was refused: %w", s.job.Name, explained)}
}

// own returns a job if this submission made it. The service may answer with the
// job of the same name that runs.
func (s submission) own(job *df.Job) (*df.Job, error) {
	if job.ClientRequestId == "" || job.ClientRequestId == s.job.ClientRequestId {
		return job, nil
	}
	return nil, &NameInUseError{Name: s.job.Name, JobID: job.Id, Console: s.console(job.Id)}
}

// adopt returns the running job of the name if it is ours: then the answer to an
// earlier request was lost.
func (s submission) adopt(ctx, wanted context.Context, conflict error) (*df.Job, error) {
	running, err := s.running(ctx, wanted)
	switch {
	case err != nil:
		return nil, s.unclear(wanted, err)
	case running == nil:
		return nil, &RefusedError{fmt.Errorf("a job named %s was there and has ended; run the same command again: %w", s.job.Name, oneLine(conflict))}
	case running.ClientRequestId == "":
		return nil, &NameInUseError{Name: s.job.Name, JobID: running.Id, Console: s.console(running.Id)}
	}
	return s.own(running)
}

// recover looks for the job after requests that were not answered.
func (s submission) recover(ctx, wanted context.Context, cause error) (*df.Job, error) {
	running, err := s.running(ctx, wanted)
	if err == nil && running != nil && running.ClientRequestId == s.job.ClientRequestId {
		return running, nil
	}
	return nil, s.unclear(wanted, cause)
}

// unclear is the error of a job of which it is not known whether it exists.
func (s submission) unclear(wanted context.Context, err error) error {
	if wanted.Err() != nil {
		err = context.Cause(wanted)
	} else {
		err = s.explain(err)
	}
	return fmt.Errorf("dataflow: create job %s: %w; it is not known whether it runs, see %s",
		s.job.Name, err, s.console(""))
}

// running returns the active job of the submission's name, nil if there is none.
// Listings do not tell whose it is, so it is asked for by itself.
func (s submission) running(ctx, wanted context.Context) (*df.Job, error) {
	var found *df.Job
	err := s.insist(ctx, wanted, func(ctx context.Context) (err error) {
		found = nil
		return s.jobs.List(s.project, s.region).Filter("ACTIVE").Name(s.job.Name).Pages(ctx, func(page *df.ListJobsResponse) error {
			for _, job := range page.Jobs {
				if job.Name == s.job.Name {
					found = job
				}
			}
			return nil
		})
	})
	if err != nil || found == nil {
		return nil, err
	}
	err = s.insist(ctx, wanted, func(ctx context.Context) (err error) {
		found, err = s.jobs.Get(s.project, s.region, found.Id).View("JOB_VIEW_ALL").Context(ctx).Do()
		return err
	})
	return found, err
}
