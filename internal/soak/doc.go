// Package soak attacks real processes of cmd/runner and the whole of the main job,
// and says whether the promise of package pipelines holds: the same bytes whatever
// happens on the way.
//
//	go test ./internal/soak                        // as in make test: 20 kills
//	go test ./internal/soak -run Kill -soak.kills=200 -soak.seed=7
//
// The attacks are its tests. Processes are killed at random moments and at each
// step of a commit, asked to stop once and twice, started side by side in one
// folder, and given full disks, file size limits and folders that they may not
// write. In this process, random configurations run over the same pairs, and
// nothing may leak. Attacks are drawn from a seed, which is logged; what fails says
// how to draw it again. When a process dies is the system's matter, too, so a seed
// gives the same attack, not always the same moment.
//
// GROUNDMILL_RUNNER names the program to attack; without it the tests build it.
//
// Runs on engines beside the process (TestEngine and its kin) go to the job server
// that GROUNDMILL_JOB_SERVER names, by default to a Prism that the tests start:
// GROUNDMILL_PRISM and GROUNDMILL_BOOT name that and Beam's boot program. The same
// attacks run on Flink by flink.sh, make test-flink, and on Beam's Python runner by
// pythonrunner.sh, make test-cluster. Port 50000, which boot insists on, must be
// free.
//
// What is no test here makes the input: Pairs are images of some hundred bytes
// with captions. Counts are of samples, sizes in bytes.
//
// Faults that need no process are in the tests of package pipelines, by means of
// package internal/storage/faulty.
package soak
