#!/bin/sh
# Fetch the CUDA and cuDNN libraries of cuda.txt into FOLDER/lib, with NVIDIA's
# licences in FOLDER/licenses. Nothing happens when they are already there.
#
#	configs/container/install-cuda.sh FOLDER
#
# The packages are NVIDIA's on PyPI, checked against the hashes in cuda.txt; they
# need no Python afterwards. Needs python3 with pip, no special rights. Every
# failure is one line on standard error and exit status 1.
set -eu

fail() {
	echo "install-cuda.sh: $*" >&2
	exit 1
}

[ $# -eq 1 ] || fail "usage: install-cuda.sh FOLDER"
list=$(dirname "$0")/cuda.txt
[ -r "$list" ] || fail "$list is missing"
mkdir -p "$1" 2>/dev/null || fail "cannot make the folder $1"
folder=$(cd "$1" && pwd)
# The list is copied last.
if cmp -s "$list" "$folder/cuda.txt"; then
	exit 0
fi
command -v python3 >/dev/null || fail "python3 is missing: install it with pip and run this again"

# Beside the target, so that the last steps are renames.
work=$(mktemp -d "$folder/.fetch.XXXXXX" 2>/dev/null) || fail "cannot write to $folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-cache-dir --no-compile \
	--no-deps --only-binary=:all: --require-hashes \
	--platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 --platform manylinux2014_x86_64 \
	--target "$work/python" -r "$list" >"$work/log" 2>&1 ||
	fail "pip could not fetch the packages of cuda.txt (no network?): $(tr -s '\n\t ' '   ' <"$work/log" | cut -c1-300)"

mkdir "$work/lib" "$work/licenses"
mv "$work"/python/nvidia/*/lib/lib*.so.* "$work/lib/" 2>/dev/null || fail "the packages of cuda.txt hold no libraries"
for package in "$work"/python/*.dist-info; do
	name=$(basename "$package" .dist-info)
	cp "$package/licenses/License.txt" "$work/licenses/$name.txt" 2>/dev/null || fail "$name comes without its licence"
done
# A drop-in for other BLAS libraries, which the runtime does not ask for.
rm -f "$work"/lib/libnvblas.so.*
chmod 644 "$work"/lib/* "$work"/licenses/*
rm -rf "${folder:?}/lib" "$folder/licenses"
mv "$work/lib" "$work/licenses" "$folder/" || fail "cannot write to $folder"
cp "$list" "$folder/cuda.txt" || fail "cannot write to $folder"
