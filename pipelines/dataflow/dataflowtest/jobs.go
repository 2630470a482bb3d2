package dataflowtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"

	df "google.golang.org/api/dataflow/v1b3"
)

// job is a job with the states that the next polls find it in.
type job struct {
	*df.Job
	script []string
}

// ended are the states that nothing comes after.
var ended = map[string]bool{
	"JOB_STATE_DONE": true, "JOB_STATE_FAILED": true, "JOB_STATE_CANCELLED": true,
	"JOB_STATE_UPDATED": true, "JOB_STATE_DRAINED": true,
}

// namePattern is that of the API's documentation, but for the length.
var namePattern = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)

func (s *Server) add(posted *df.Job, script ...string) *job {
	posted.Id = fmt.Sprintf("2026-01-02_03_04_05-%019d", len(s.jobs)+1)
	posted.CurrentState = "JOB_STATE_PENDING"
	j := &job{Job: posted, script: script}
	s.jobs = append(s.jobs, j)
	return j
}

func (s *Server) find(id string) *job {
	for _, j := range s.jobs {
		if j.Id == id {
			return j
		}
	}
	return nil
}

func (s *Server) active(name string) *job {
	for _, j := range s.jobs {
		if j.Name == name && !ended[j.CurrentState] {
			return j
		}
	}
	return nil
}

func (s *Server) create(r *http.Request) (any, *failure) {
	posted := new(df.Job)
	if err := json.NewDecoder(r.Body).Decode(posted); err != nil {
		return nil, &failure{http.StatusBadRequest, err.Error()}
	}
	if !namePattern.MatchString(posted.Name) || posted.Environment == nil || len(posted.Environment.WorkerPools) != 1 {
		return nil, &failure{http.StatusBadRequest, "the job has no proper name, environment or worker pool"}
	}
	running := s.active(posted.Name)
	switch {
	case running == nil:
		return s.add(posted, s.states...).whole(), nil
	case s.returns:
		return running.whole(), nil
	}
	return nil, &failure{http.StatusConflict, "There is already an active job named " + posted.Name}
}

// whole is all that is known of a job.
func (j *job) whole() *df.Job {
	clone := *j.Job
	return &clone
}

// summary is what listings and polls tell of a job.
func (j *job) summary() *df.Job {
	return &df.Job{Id: j.Id, Name: j.Name, Type: j.Type, CurrentState: j.CurrentState}
}

// list answers pages of one job each.
func (s *Server) list(r *http.Request) (any, *failure) {
	query := r.URL.Query()
	if query.Get("filter") != "ACTIVE" {
		return nil, &failure{http.StatusBadRequest, "the fake lists active jobs only"}
	}
	var found []*df.Job
	for _, j := range s.jobs {
		if name := query.Get("name"); !ended[j.CurrentState] && (name == "" || name == j.Name) {
			found = append(found, j.summary())
		}
	}
	part, next := page(found, 1, query.Get("pageToken"))
	return &df.ListJobsResponse{Jobs: part, NextPageToken: next}, nil
}

// page cuts a listing.
func page[T any](all []T, size int, token string) (part []T, next string) {
	start, _ := strconv.Atoi(token)
	start = min(start, len(all))
	end := min(start+size, len(all))
	if end < len(all) {
		next = strconv.Itoa(end)
	}
	return all[start:end], next
}

func (s *Server) poll(r *http.Request) (any, *failure) {
	j := s.find(r.PathValue("id"))
	if j == nil {
		return nil, notFound
	}
	if len(j.script) > 0 {
		j.CurrentState, j.script = j.script[0], j.script[1:]
	}
	return j.summary(), nil
}

var notFound = &failure{http.StatusNotFound, "there is no such job"}

func (s *Server) look(r *http.Request) (any, *failure) {
	j := s.find(r.PathValue("id"))
	if j == nil {
		return nil, notFound
	}
	return j.whole(), nil
}

// update cancels a job; the fake does no other update.
func (s *Server) update(r *http.Request) (any, *failure) {
	j := s.find(r.PathValue("id"))
	var wish df.Job
	switch err := json.NewDecoder(r.Body).Decode(&wish); {
	case j == nil:
		return nil, notFound
	case err != nil || wish.RequestedState != "JOB_STATE_CANCELLED":
		return nil, &failure{http.StatusBadRequest, "the fake cancels jobs only"}
	case ended[j.CurrentState]:
		return nil, &failure{http.StatusBadRequest, "the job has ended"}
	}
	j.script = s.after
	return j.summary(), nil
}

// importances are the importances of messages, the least first.
var importances = map[string]int{
	"": 0, "JOB_MESSAGE_DEBUG": 1, "JOB_MESSAGE_DETAILED": 2, "JOB_MESSAGE_BASIC": 3, "JOB_MESSAGE_WARNING": 4, "JOB_MESSAGE_ERROR": 5,
}

// listMessages answers pages of two messages each.
func (s *Server) listMessages(r *http.Request) (any, *failure) {
	query := r.URL.Query()
	if s.find(r.PathValue("id")) == nil {
		return nil, notFound
	}
	from, _ := time.Parse(time.RFC3339Nano, query.Get("startTime"))
	var found []*df.JobMessage
	for _, m := range s.messages {
		at, err := time.Parse(time.RFC3339Nano, m.Time)
		if importances[m.MessageImportance] >= importances[query.Get("minimumImportance")] && (err != nil || !at.Before(from)) {
			found = append(found, m)
		}
	}
	part, next := page(found, 2, query.Get("pageToken"))
	return &df.ListJobMessagesResponse{JobMessages: part, NextPageToken: next}, nil
}
