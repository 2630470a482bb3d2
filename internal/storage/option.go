package storage

import "time"

// Option changes how a store in a bucket is spoken to. Other stores ignore
// options.
type Option func(*settings)

// settings are the options of a bucket.
type settings struct {
	chunk int
	retry retryPolicy
}

func newSettings(options []Option) settings {
	s := settings{
		chunk: 8 << 20,
		retry: retryPolicy{attempts: 8, first: 500 * time.Millisecond, most: 32 * time.Second, stall: 2 * time.Minute},
	}
	for _, option := range options {
		option(&s)
	}
	return s
}

// ChunkSize sets how many bytes of a file are held in memory and sent at once,
// 8 MiB if not given. Files of at most that size are sent in one request, longer
// ones as a resumable upload. It is rounded up to a multiple of 256 KiB, as the
// service wants it.
func ChunkSize(bytes int) Option {
	const granule = 256 << 10
	return func(s *settings) { s.chunk = max(1, (bytes+granule-1)/granule) * granule }
}

// Retry sets how often a request that fails for a passing reason is sent, 8
// times if not given, and the pauses between: random, at most first, doubling up
// to most; half a second and 32 seconds if not given.
func Retry(attempts int, first, most time.Duration) Option {
	return func(s *settings) { s.retry.attempts, s.retry.first, s.retry.most = max(1, attempts), first, most }
}

// Stall sets how long a request may take before it counts as failed for a
// passing reason, 2 minutes if not given. For the stream of a file it is the
// longest silence.
func Stall(limit time.Duration) Option {
	return func(s *settings) { s.retry.stall = limit }
}
