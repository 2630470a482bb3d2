#!/bin/sh
# Fetch the pinned ONNX Runtime library into FOLDER (default: .ort at the root of
# the source tree) and print its path. Nothing happens when it is already there.
#
#	internal/fetch/onnxruntime.sh [FOLDER]
#
# The library is taken out of the npm package onnxruntime-node, whose tarball
# holds it for every platform. Tarball and library are checked against the
# hashes below, which are npm's own `integrity` (in hex) and those of the files
# in it. Needs npm, tar and gzip, no special rights and no home folder.
# Every failure is one line on standard error and exit status 1.
set -eu

package=onnxruntime-node@1.29.0
tarball_sha512=5a3895541ef6ae220bcfc1db62fc6f9a32b213f5a6918a127ca63ef9ac68e63011eb4f47420f0cc221bf1e14a1a537097e6980773c71981f8c3124f703e4a23c
x64_sha256=89688f5cf51c7e31befbb7b9101bc027799009b18d1baa9a5b1146a72e69538d
arm64_sha256=a27d21126db312aa8f02f3d5eaebe466e991f51f469882e6d0407d5a8b64afda
library=libonnxruntime.so.1

fail() {
	echo "onnxruntime.sh: $*" >&2
	exit 1
}

has_sha() { # has_sha BITS HEX FILE
	echo "$2  $3" | "sha$1sum" -c >/dev/null 2>&1
}

case "$(uname -s)-$(uname -m)" in
Linux-x86_64) platform=x64 sha256=$x64_sha256 ;;
Linux-aarch64 | Linux-arm64) platform=arm64 sha256=$arm64_sha256 ;;
*) fail "no pinned library for $(uname -s) $(uname -m): install ONNX Runtime 1.25 or later and name its library in ONNXRUNTIME_SHARED_LIBRARY_PATH" ;;
esac

folder=${1:-$(dirname "$0")/../../.ort}
mkdir -p "$folder" 2>/dev/null || fail "cannot make the folder $folder"
folder=$(cd "$folder" && pwd)
if has_sha 256 "$sha256" "$folder/$library"; then
	echo "$folder/$library"
	exit 0
fi

for tool in npm tar gzip sha256sum sha512sum; do
	command -v "$tool" >/dev/null || fail "$tool is missing: install it and run this again"
done

# Beside the target, so that the last step is a rename.
work=$(mktemp -d "$folder/.fetch.XXXXXX" 2>/dev/null) || fail "cannot write to $folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
if [ ! -w "${HOME:-}" ]; then
	export npm_config_cache="$work/cache"
fi
export npm_config_update_notifier=false
export npm_config_fetch_retries="${npm_config_fetch_retries:-2}"
export npm_config_fetch_retry_mintimeout=1000 npm_config_fetch_retry_maxtimeout=5000

(cd "$work" && npm pack --ignore-scripts --loglevel=error "$package") >"$work/name" 2>"$work/log" ||
	fail "npm could not fetch $package (no network?): $(grep -v '^npm error  *at ' "$work/log" | tr -s '\n\t ' '   ' | cut -c1-300)"
tarball=$work/$(tail -n 1 "$work/name")
[ -f "$tarball" ] || fail "npm pack $package left no tarball"
has_sha 512 "$tarball_sha512" "$tarball" || fail "the tarball of $package does not have the pinned SHA-512: not installed"

member=package/bin/napi-v6/linux/$platform/$library
tar -xzf "$tarball" -C "$work" "$member" 2>/dev/null || fail "the tarball of $package has no $member"
has_sha 256 "$sha256" "$work/$member" || fail "$member of $package does not have the pinned SHA-256: not installed"
chmod 644 "$work/$member"
touch "$work/$member" # npm's files are from 1985, which confuses make
mv -f "$work/$member" "$folder/$library" || fail "cannot write $folder/$library"
echo "$folder/$library"
