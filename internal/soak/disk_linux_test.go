package soak

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/groundmill/groundmill/schema"
)

// hurtAndHeal mounts a small file system over a folder, in a namespace of its own,
// where an ordinary user may, runs a command line, mends the file system, runs the
// command line again and copies the result. It prints both exit statuses, and in
// between what the first left hidden.
const hurtAndHeal = `
dir=$1 copy=$2 hurt=$3 heal=$4; shift 4
mount -t tmpfs -o "$hurt" none "$dir" || exit 99
"$@" >/dev/null; echo "$?"
find "$dir" -name '.*' -type f
mount -o "remount,$heal" none "$dir" || exit 99
"$@" >/dev/null; echo "$?"
cp -R "$dir/." "$copy"
`

// TestSickDisk runs on file systems that are full or read-only, and continues when
// they are mended.
func TestSickDisk(t *testing.T) {
	namespaces(t)
	a := newArena(t)
	tests := []struct {
		name, hurt, heal, says string
	}{
		{"full at the start", "size=4k", "size=64m", "no space left on device"},
		{"full after some units", "size=80k", "size=64m", "no space left on device"},
		{"full at the commit", a.sizeBeforeCommit(), "size=64m", "no space left on device"},
		{"read-only", "size=64m,ro", "rw", "read-only file system"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, result := openDir(t), openDir(t)
			line := []string{"unshare", "--user", "--map-root-user", "--mount", "sh", "-c", hurtAndHeal, "sh", out, result, tt.hurt, tt.heal}
			cmd := exec.Command(line[0], append(line[1:], a.annotate(out, attack{lanes: 4})...)...)
			var said strings.Builder
			cmd.Stderr = &said
			statuses, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, said.String())
			}
			if diff := cmp.Diff("7\n0\n", string(statuses)); diff != "" {
				t.Errorf("exit statuses and debris (-want +got):\n%s", diff)
			}
			if !strings.Contains(said.String(), tt.says) || !strings.Contains(said.String(), "the same command continues") {
				t.Errorf("standard error lacks %q:\n%s", tt.says, said.String())
			}
			readFolder(t, result).checkEqual(t, a.smooth)
		})
	}
}

// sizeBeforeCommit is a mount option for a disk that has room for all units, and
// for less of the manifest than it takes.
func (a *arena) sizeBeforeCommit() string {
	const page = 4096
	pages := 1 // of the lock
	for name, file := range a.smooth {
		if name != schema.ManifestName && name != schema.SuccessName {
			pages += (file.size + page - 1) / page
		}
	}
	return fmt.Sprintf("size=%d", (pages+1)*page)
}

// namespaces skips the test where users may not mount for themselves.
func namespaces(t *testing.T) {
	t.Helper()
	mount := "mount -t tmpfs -o size=64k none " + t.TempDir()
	if out, err := exec.Command("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount).CombinedOutput(); err != nil {
		t.Skipf("this system lets nobody mount a disk of his own: %v %s", err, out)
	}
}

// TestFileSizeLimit runs under a limit of the size of files, as shells set it.
func TestFileSizeLimit(t *testing.T) {
	a := newArena(t)
	tests := []struct {
		name, blocks string // of 512 bytes
	}{
		{"in a shard", "8"},
		{"in the manifest", "20"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := newOutput(t)
			limited := []string{"sh", "-c", `ulimit -f "$0" && exec "$@"`, tt.blocks}
			p := start(t, nil, append(limited, a.annotate(out, attack{lanes: 4})...)...)
			p.mustEnd(statusStorage)
			p.mustSay("file too large")
			left := readFolder(t, out)
			left.checkWhole(t, a.smooth)
			if hidden := left.hidden(); len(hidden) > 0 {
				t.Errorf("%q are left", hidden)
			}
			a.finish(t, out, 4)
		})
	}
}

// TestForbiddenFolder runs as an ordinary user who may not write, from the start
// on or when some units are done.
func TestForbiddenFolder(t *testing.T) {
	a := newArena(t)
	t.Run("from the start", func(t *testing.T) {
		out := newOutput(t)
		if err := os.Mkdir(out, 0o755); err != nil {
			t.Fatal(err)
		}
		as := ordinaryUser(t, out)
		chmod(t, out, 0o555)
		a.mustBeForbidden(t, start(t, as, a.annotate(out, attack{lanes: 2})...), out)
		chmod(t, out, 0o755)
		a.finish(t, out, 2)
	})
	t.Run("later", func(t *testing.T) {
		slower(t, func(latency time.Duration) bool { return a.forbid(t, latency) })
	})
}

// forbid takes the permission to write away from a process at work. It is false
// when the process was quicker.
func (a *arena) forbid(t *testing.T, latency time.Duration) bool {
	t.Helper()
	out := newOutput(t)
	w := watchFolder(t, out)
	defer w.close()
	p := start(t, ordinaryUser(t, out), a.annotate(out, attack{lanes: 2, latency: latency})...)
	p.at(w, 0, summaries(3))
	chmod(t, filepath.Join(out, "raw"), 0o555)
	if p.status() == statusOK {
		return false
	}
	a.mustBeForbidden(t, p, out)
	chmod(t, filepath.Join(out, "raw"), 0o755)
	a.finish(t, out, 2)
	return true
}

// mustBeForbidden checks the end of a process that may not write.
func (a *arena) mustBeForbidden(t *testing.T, p *process, out string) {
	t.Helper()
	p.mustEnd(statusStorage)
	p.mustSay("permission denied", "the same command continues")
	readFolder(t, out).checkWhole(t, a.smooth)
}

// ordinaryUser returns who may not write everywhere, and gives him an output
// folder.
func ordinaryUser(t *testing.T, out string) *syscall.SysProcAttr {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	const nobody = 65534
	for _, name := range append(outputFolders, "..") {
		if err := os.Chown(filepath.Join(out, name), nobody, nobody); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}
