#!/bin/sh
# Run COMMAND with Beam's Python runner as the job server: GROUNDMILL_JOB_SERVER
# names it. VENV is a virtual environment that has apache-beam.
#
#	internal/soak/pythonrunner.sh VENV COMMAND [ARG ...]
#
# It is the one engine besides Prism that a package registry serves whole, by other
# authors and in another language: what it takes from a pipeline is what the
# portability framework says, not what Prism happens to do. Ends with COMMAND's
# exit status.
set -eu

venv=$1
shift
port=18099
log=$(mktemp)
"$venv/bin/python" -m apache_beam.runners.portability.local_job_service_main --port "$port" >"$log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -f "$log"' EXIT
trap 'exit 1' HUP INT TERM
waited=0
until grep -q 'Listening for beam jobs' "$log"; do
	if [ "$waited" -ge 60 ] || ! kill -0 "$server" 2>/dev/null; then
		echo "pythonrunner.sh: the job server did not start: $(tail -n 1 "$log")" >&2
		exit 1
	fi
	sleep 1
	waited=$((waited + 1))
done
GROUNDMILL_JOB_SERVER=localhost:$port "$@"
