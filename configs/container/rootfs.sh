#!/bin/sh
# Make the worker image as a plain folder, without Docker, and try it: how the
# recipe is tested where there is no Docker engine.
#
#	configs/container/rootfs.sh DIR [cpu|gpu]
#
# DIR becomes Debian's base system (debootstrap) with the steps of the Dockerfile
# applied to it: the same scripts in the same places, and the programs of this
# tree's bin/. Then, in a chroot without network and as an ordinary user: check.sh,
# the bundled demo on the CPU, boot as a worker pool, and what `provider: cuda`
# says without a driver. What stands in DIR from an earlier call is used again.
#
# Needs root, debootstrap, npm, python3 with pip, ip and unshare, and before it
# `make build boot bin/tiny.onnx`. Takes about two minutes; not part of `make test`.
# Every failure is one line on standard error and exit status 1.
set -eu

fail() {
	echo "rootfs.sh: $*" >&2
	exit 1
}

[ $# -eq 1 ] || [ $# -eq 2 ] || fail "usage: rootfs.sh DIR [cpu|gpu]"
root=$1 variant=${2:-cpu}
case "$variant" in
cpu | gpu) ;;
*) fail "$variant is neither cpu nor gpu" ;;
esac
[ "$(id -u)" = 0 ] || fail "needs root"
for tool in debootstrap ip unshare; do
	command -v "$tool" >/dev/null || fail "$tool is missing: install debootstrap, iproute2 and util-linux and run this again"
done
here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
for file in runner boot tiny.onnx; do
	[ -f "$tree/bin/$file" ] || fail "bin/$file is missing: make build boot bin/tiny.onnx"
done

# stated NAME: what the Dockerfile sets by `ARG NAME=` or `ENV NAME=`.
stated() {
	value=$(sed -n "s/^[A-Z]* $1=//p" "$here/Dockerfile")
	[ -n "$value" ] || fail "the Dockerfile does not state $1"
	echo "$value"
}
debian=$(stated DEBIAN) || exit 1
glibc=$(stated GLIBC) || exit 1
library=$(stated ONNXRUNTIME_SHARED_LIBRARY_PATH) || exit 1

# FROM debian
mkdir -p "$root"
root=$(cd "$root" && pwd)
mark=$root/.groundmill
if [ ! -e "$mark" ]; then
	[ -z "$(ls -A "$root")" ] || fail "$root is neither empty nor made by an earlier call"
	log=$(mktemp)
	debootstrap --variant=minbase "$debian" "$root" >"$log" 2>&1 ||
		fail "debootstrap cannot make $debian (see $log): $(tail -n 1 "$log")"
	rm -f "$log"
	: >"$mark"
fi
if [ "$(cat "$mark")" != "$variant" ]; then
	rm -rf "${root:?}/opt" # the other variant's
	echo "$variant" >"$mark"
fi

# The Dockerfile's steps.
echo "== install"
mkdir -p "$root/opt/groundmill"
cp "$here/install-debian.sh" "$here/check.sh" "$root/opt/groundmill/"
chroot "$root" sh /opt/groundmill/install-debian.sh "$glibc"
if [ "$variant" = gpu ]; then
	sh "$here/install-cuda.sh" "$root/opt/cuda"
	sh "$tree/internal/fetch/onnxruntime-gpu.sh" "$root/opt/onnxruntime" >/dev/null
else
	sh "$tree/internal/fetch/onnxruntime.sh" "$root/opt/onnxruntime" >/dev/null
fi
install -D -m 755 "$tree/bin/boot" "$root/opt/apache/beam/boot"
install -D -m 755 "$tree/bin/runner" "$root/usr/local/bin/runner"
chroot "$root" ldconfig
du -sm "$root"
du -sm "$root"/opt/* "$root/usr/local/bin/runner"
# A container engine writes this file when it starts a container.
echo 127.0.0.1 localhost >"$root/etc/hosts"

echo "== glibc"
for file in "$root/opt/apache/beam/boot" "$root/usr/local/bin/runner" "$root"/opt/onnxruntime/*.so* "$root"/opt/cuda/lib/*; do
	[ ! -e "$file" ] || sh "$here/glibc.sh" "$file" "$root"
done

# inside COMMAND...: as in a container of the image, with a network of its own
# that has the loopback alone, as nobody. All that it started ends with it.
inside() {
	# shellcheck disable=SC2016 # the inner shell's arguments
	unshare --net sh -c 'ip link set lo up && exec "$@"' sh \
		unshare --mount --pid --fork --kill-child --root="$root" --mount-proc --setgid 65534 --setuid 65534 \
		env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		ONNXRUNTIME_SHARED_LIBRARY_PATH="$library" "$@"
}

echo "== check.sh"
inside sh /opt/groundmill/check.sh "$variant"

echo "== demo"
rm -rf "$root/tmp/demo"
mkdir "$root/tmp/demo"
cp "$tree"/testdata/demo/scenes-*.tar "$tree/bin/tiny.onnx" "$tree/configs/demo.yaml" "$root/tmp/demo/"
chown -R 65534:65534 "$root/tmp/demo"
annotate() { # annotate OUTPUT SETTING...
	out=/tmp/demo/$1
	shift
	inside runner annotate --quiet --config /tmp/demo/demo.yaml --set input.shards='/tmp/demo/*.tar' \
		--set teacher.model=/tmp/demo/tiny.onnx --set output.dir="$out" "$@"
}
annotate out
[ -e "$root/tmp/demo/out/_SUCCESS" ] || fail "the demo left no _SUCCESS"

echo "== boot as worker pool"
# In /proc/net, 50000 is C350 and 0A means listening.
# shellcheck disable=SC2016 # the inner shell's variables
inside sh -c '
	/opt/apache/beam/boot --worker_pool &
	for i in 1 2 3 4 5 6 7 8 9 10; do
		sleep 1
		if grep -qE ":C350 [0-9A-F:]+ 0A " /proc/net/tcp /proc/net/tcp6; then
			echo "listens on 50000"
			exit 0
		fi
		kill -0 $! || exit 1
	done
	exit 1' || fail "boot does not listen on 50000"

echo "== provider: cuda without a driver"
want="libonnxruntime_providers_shared.so is not beside the runtime"
[ "$variant" = cpu ] || want="the NVIDIA driver (libcuda.so.1) is missing"
if said=$(annotate cuda --set teacher.provider=cuda 2>&1); then
	fail "a run on CUDA succeeded without a GPU"
fi
echo "$said"
case "$said" in
*"$want"*) ;;
*) fail "the run on CUDA did not say: $want" ;;
esac
[ "$(echo "$said" | wc -l)" = 1 ] || fail "the run on CUDA said more than one line"
rm -rf "$root/tmp/demo"
echo "== $variant: all right"
