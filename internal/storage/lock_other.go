//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package storage

import (
	"errors"
	"fmt"
	"os"
)

// flock has no implementation here.
func flock(*os.File) (taken bool, err error) {
	return false, fmt.Errorf("no file locks on this system: %w", errors.ErrUnsupported)
}
