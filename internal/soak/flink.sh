#!/bin/sh
# Run COMMAND with Beam's job server for Flink, which has a Flink of its own in it:
# GROUNDMILL_JOB_SERVER names it. The jar is fetched by Maven into FOLDER unless it
# is there.
#
#	internal/soak/flink.sh FOLDER COMMAND [ARG ...]
#
# Needs Java 17 and Maven. The version is that of the Beam SDK in go.mod. Maven
# compares the jar with the repository's checksum; GROUNDMILL_FLINK_SHA256 pins it
# further. Ends with COMMAND's exit status; failures before are one line.
set -eu

fail() {
	echo "flink.sh: $*" >&2
	exit 1
}

folder=$1
shift
version=$(sed -n 's,^\tgithub.com/apache/beam/sdks/v2 v\([0-9.]*\).*,\1,p' "$(dirname "$0")/../../go.mod")
[ -n "$version" ] || fail "go.mod names no version of the Beam SDK"
artifact=beam-runners-flink-1.20-job-server
jar=$folder/$artifact-$version.jar
for tool in java mvn; do
	command -v "$tool" >/dev/null || fail "$tool is missing: install Java 17 and Maven"
done

mkdir -p "$folder"
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
if [ ! -f "$jar" ]; then
	mvn -B -q -Dstyle.color=never dependency:copy -Dmdep.useBaseVersion=true \
		-Dartifact="org.apache.beam:$artifact:$version" -DoutputDirectory="$work/jar" >"$work/mvn" 2>&1 ||
		fail "Maven does not get org.apache.beam:$artifact:$version: $(sed -n 's/.*\[ERROR\] *//p' "$work/mvn" | head -n 1 | cut -c1-300)"
	mv "$work/jar/$artifact-$version.jar" "$jar"
fi
if [ -n "${GROUNDMILL_FLINK_SHA256-}" ]; then
	echo "$GROUNDMILL_FLINK_SHA256  $jar" | sha256sum -c >/dev/null 2>&1 || fail "$jar has not the SHA-256 of GROUNDMILL_FLINK_SHA256"
fi

port=18099
java -jar "$jar" --job-host=localhost --job-port=$port --artifact-port=0 --expansion-port=0 --artifacts-dir="$work/artifacts" >"$work/log" 2>&1 &
server=$!
# The command waits until the server listens; what kept it from that is in its log.
status=0
GROUNDMILL_JOB_SERVER=localhost:$port "$@" || status=$?
[ "$status" -eq 0 ] || tail -n 30 "$work/log" >&2
exit "$status"
