#!/bin/sh
# Does FILE, a program or a shared library, load in the worker image? A program
# that needs a newer glibc than the image has dies in the loader before its first
# line, and the job waits without a message for a worker that never comes.
#
#	configs/container/glibc.sh FILE [VERSION | ROOTFS]
#
# FILE is compared with glibc VERSION (2.36), by default the one that the recipe
# states, or with the libraries in the folder ROOTFS; then libstdc++'s versions
# are compared as well. Prints one line and ends with status 0 if FILE loads;
# every failure is one line on standard error and exit status 1. Needs readelf.
set -eu

fail() {
	echo "glibc.sh: $*" >&2
	exit 1
}

[ $# -eq 1 ] || [ $# -eq 2 ] || fail "usage: glibc.sh FILE [VERSION | ROOTFS]"
file=$1 image=${2-}
recipe=$(dirname "$0")/Dockerfile
remedy="build it in the image's own distribution: docker build -f configs/container/Dockerfile --target binary -o bin/linux ."

command -v readelf >/dev/null || fail "readelf is missing: install binutils and run this again"
[ -f "$file" ] || fail "$file is missing or no file: build it first (make build boot)"
[ -r "$file" ] || fail "$file cannot be read"
[ "$(od -An -N4 -tx1 "$file" | tr -d ' \n')" = 7f454c46 ] || fail "$file is not an ELF file: give a Linux program or a shared library"

# elf OPTION FILE: readelf's table, in English; broken files end the script.
elf() {
	LC_ALL=C readelf -W "$1" "$2" 2>/dev/null || fail "readelf cannot read $2: is it whole?"
}

# The versions that a --version-info asks of other libraries or defines itself:
# SECTION is "needs" or "definition".
versions() { # versions SECTION <TABLE
	awk -v section="$1" '
		/^Version .* section / { on = $2 == section }
		on {
			for (i = 1; i < NF; i++)
				if ($i == "Name:") print $(i + 1)
		}'
}

# highest PREFIX: the highest of the versions PREFIX_a.b.c on standard input,
# without the prefix; nothing if there is none.
highest() {
	# glibc 2.36 made this one, which has no number of its own.
	sed -n -e 's/^GLIBC_ABI_DT_RELR$/GLIBC_2.36/' -e "s/^$1_\([0-9][0-9.]*\)\$/\1/p" |
		sort -t . -k 1,1n -k 2,2n -k 3,3n | tail -n 1
}

newer() { # newer A B: is A newer than B?
	[ "$1" != "$2" ] && [ "$(printf 'V_%s\nV_%s\n' "$1" "$2" | highest V)" = "$1" ]
}

# users VERSION: up to three symbols of FILE that need it.
users() {
	elf --dyn-syms "$file" | awk -v version="@$1" '
		$7 == "UND" && (at = index($8, "@")) && substr($8, at) == version && n < 3 {
			names = names (n++ ? ", " : "") substr($8, 1, at - 1)
		}
		END { print n ? names : "no symbol, the file as a whole" }'
}

# library NAME: its path in the folder that stands for the image.
library() {
	for folder in "$image"/lib/*/ "$image"/usr/lib/*/ "$image"/lib64/ "$image"/usr/lib64/ "$image"/lib/ "$image"/usr/lib/; do
		if [ -f "$folder$1" ]; then
			echo "$folder$1"
			return
		fi
	done
}

dynamic=$(elf --dynamic "$file") || exit 1
libraries=$(echo "$dynamic" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p')
if [ -z "$libraries" ]; then
	echo "$file: needs no library, loads with every glibc"
	exit 0
fi
for name in $libraries; do
	case "$name" in
	libc.musl-* | libc.so) fail "$file is linked with musl ($name), as Alpine's programs are, and the image has glibc: $remedy" ;;
	esac
done
table=$(elf --version-info "$file") || exit 1
needed=$(echo "$table" | versions needs)

# compare PREFIX LIBRARY HAVE: does HAVE satisfy what FILE needs of PREFIX?
compare() {
	need=$(echo "$needed" | highest "$1")
	[ -n "$need" ] || return 0
	! newer "$need" "$3" ||
		fail "$file needs $1_$need (for $(users "$1_$need")), and the image's $2 ends at $1_$3: $remedy"
}

if [ -d "$image" ]; then
	for pair in GLIBC:libc.so.6 GLIBCXX:libstdc++.so.6 CXXABI:libstdc++.so.6; do
		prefix=${pair%%:*} name=${pair#*:}
		echo "$needed" | grep -q "^${prefix}_" || continue
		path=$(library "$name")
		[ -n "$path" ] || fail "$file needs $name, which $image does not have: install libc6 and libstdc++6 there"
		table=$(elf --version-info "$path") || exit 1
		have=$(echo "$table" | versions definition | highest "$prefix")
		[ -n "$have" ] || fail "$path defines no version $prefix: is $image a folder of the image's files?"
		compare "$prefix" "$name" "$have"
		[ "$prefix" != GLIBC ] || glibc=$have
	done
else
	glibc=$image
	if [ -z "$glibc" ]; then
		[ -r "$recipe" ] || fail "$recipe is missing: name the image's glibc, such as 2.36"
		glibc=$(sed -n 's/^ARG GLIBC=//p' "$recipe")
		[ -n "$glibc" ] || fail "$recipe has no line ARG GLIBC=: name the image's glibc, such as 2.36"
	fi
	case "$glibc" in
	*[!0-9.]* | .* | *.) fail "$glibc is neither a folder nor a version such as 2.36" ;;
	esac
	compare GLIBC glibc "$glibc"
fi
need=$(echo "$needed" | highest GLIBC)
if [ -n "$need" ]; then
	echo "$file: needs glibc $need, the image has $glibc"
else
	echo "$file: asks for no version of glibc"
fi
