#!/bin/sh
# Install what the worker image needs of its distribution, in the image itself:
#
#	install-debian.sh GLIBC
#
# GLIBC is the version that the recipe states; another one here means that the
# recipe's statement, which builds are checked against, is wrong. Runs as root
# in Debian, in a container or a chroot. Every failure is one line on standard
# error and exit status 1.
set -eu

fail() {
	echo "install-debian.sh: $*" >&2
	exit 1
}

[ $# -eq 1 ] || fail "usage: install-debian.sh GLIBC"
[ "$(id -u)" = 0 ] || fail "needs root"
has=$(getconf GNU_LIBC_VERSION 2>/dev/null) || fail "this system has no glibc"
[ "$has" = "glibc $1" ] || fail "this system has $has and the recipe states $1: set ARG GLIBC in configs/container/Dockerfile"

# ca-certificates: buckets are reached by TLS. libstdc++6: ONNX Runtime is C++.
# libjpeg62-turbo: for programs of `make build-turbo`.
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{
	apt-get update -qq &&
		apt-get install -qq -y --no-install-recommends ca-certificates libstdc++6 libjpeg62-turbo &&
		apt-get clean
} >"$log" 2>&1 || fail "apt-get cannot install the packages (no network?): $(tr -s '\n\t ' '   ' <"$log" | tail -c 300)"
rm -rf /var/lib/apt/lists/*

# Where CUDA will be; the next ldconfig reads it. Unlike LD_LIBRARY_PATH it
# holds for every program, whoever starts it.
echo /opt/cuda/lib >/etc/ld.so.conf.d/groundmill.conf
