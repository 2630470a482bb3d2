// Package layout holds the tests that guard the shape of the repository: who
// may import whom, and which names may stand at the top.
package layout
