#!/bin/sh
# Is the image whole? The last step of a build, run in the image; it can be run
# again in a container, and on a machine with a GPU finds the driver as well:
#
#	sh /opt/groundmill/check.sh cpu|gpu
#
# Every failure is one line on standard error and exit status 1.
set -eu

fail() {
	echo "check.sh: $*" >&2
	exit 1
}

case "${1-}" in
cpu | gpu) ;;
*) fail "usage: check.sh cpu|gpu" ;;
esac

# The worker may run as any user.
boot=/opt/apache/beam/boot
[ -n "$(find $boot -type f -perm -555 2>/dev/null)" ] || fail "$boot is missing or not executable for everybody"
[ -n "$(find /tmp -maxdepth 0 -perm -1777)" ] || fail "/tmp is not writable for everybody"
[ -s /etc/ssl/certs/ca-certificates.crt ] || fail "there are no CA certificates: install ca-certificates"

# Without arguments boot says what it lacks. That it says so proves that it runs.
said=$($boot 2>&1) || true
case "$said" in
*"No id provided"*) ;;
*) fail "$boot does not run: $said" ;;
esac
said=$(runner --version 2>&1) || fail "runner does not run: $said"
echo "$said"

# loads FILE...: does the loader find everything that the libraries ask for? The
# driver, libcuda.so.1, comes from the machine, when a container starts.
loads() {
	for file in "$@"; do
		[ -r "$file" ] || fail "$file is missing"
		said=$(ldd "$file" 2>&1) || fail "the loader refuses $file: $said"
		missing=$(echo "$said" | grep 'not found' | grep -v '^[[:space:]]*libcuda\.so\.1 => not found$') || true
		[ -z "$missing" ] || fail "the loader does not find all that $file needs:" "$(echo "$missing" | tr -s '\n\t ' '   ')"
	done
	echo "$(dirname "$1"): the loader finds all that is needed ($# checked)"
}

loads /opt/onnxruntime/libonnxruntime.so.1
[ "$1" = gpu ] || exit 0
# The TensorRT provider is there as well, TensorRT is not.
loads /opt/onnxruntime/libonnxruntime_providers_shared.so /opt/onnxruntime/libonnxruntime_providers_cuda.so
loads /opt/cuda/lib/*
# cuDNN is opened by name, late: is it where the loader looks?
for name in libcublasLt.so.13 libcudnn.so.9; do
	ldconfig -p | grep -q "^[[:space:]]*$name .*=> /opt/cuda/lib/" || fail "the loader does not know $name: run ldconfig"
done
if ldconfig -p | grep -q 'libcuda\.so\.1 ' || [ -e /usr/local/nvidia/lib64/libcuda.so.1 ]; then
	echo "the NVIDIA driver is here"
else
	echo "the NVIDIA driver is not here, as it should be while an image is built"
fi
