// Package container holds the recipe of the worker image of distributed runs and
// the scripts that are its steps; docs/container.md describes them. No Go code
// uses it: the package is there for its tests.
//
//	configs/container/glibc.sh bin/runner      # does it load in the image?
//	configs/container/rootfs.sh DIR cpu|gpu    # the image as a folder, without Docker
package container
