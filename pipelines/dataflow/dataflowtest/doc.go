// Package dataflowtest has fakes on loopback of what a job of Google Cloud Dataflow
// is submitted to: the API, and the endpoint that gives tokens. With
// storagetest.ServeGS for the bucket a whole submission runs inside a test.
//
//	storagetest.ServeGS(t, "bucket")
//	server := dataflowtest.Serve(t) // sets GOOGLE_APPLICATION_CREDENTIALS
//	server.States("JOB_STATE_RUNNING", "JOB_STATE_FAILED")
//	server.Answer(dataflowtest.Poll, 3, dataflowtest.Status(503, "try later"))
//	options.Endpoint = server.Endpoint()
//
// The fake keeps to the documented behaviour where callers may stumble: names are
// unique among active jobs, listings hold summaries alone and come in pages, a job
// that has ended cannot be cancelled, and every request needs the token.
//
// It is for tests only.
package dataflowtest
