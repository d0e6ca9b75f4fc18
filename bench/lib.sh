# Shared by run.sh and media.sh: settings, what is started is ended, small tools. Sourced, never run.
# shellcheck shell=bash disable=SC2034 # others read what is set here
set -euo pipefail
export LC_ALL=C

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Settings, as the head of run.sh tells them. Exported, so that media.sh has the same.
export BENCH_PARTS=${BENCH_PARTS:-load growth idle search start go}
export BENCH_WORKLOADS=${BENCH_WORKLOADS:-visit:20 visit:40 conference:10 fanout:50}
export BENCH_SERVERS=${BENCH_SERVERS:-raw raw-gso nara janus}
export BENCH_ROUNDS=${BENCH_ROUNDS:-3}
export BENCH_IDLE=${BENCH_IDLE:-2s} BENCH_WARM=${BENCH_WARM:-3s} BENCH_DUR=${BENCH_DUR:-8s}
export BENCH_GROWTH=${BENCH_GROWTH:-visit:20 visit:80} BENCH_WAITING=${BENCH_WAITING:-200} BENCH_WAITING_DUR=${BENCH_WAITING_DUR:-30s}
export BENCH_SEARCHES=${BENCH_SEARCHES:-200} BENCH_STARTS=${BENCH_STARTS:-5}
export BENCH_GOTIME=${BENCH_GOTIME:-1s}
export BENCH_PORT=${BENCH_PORT:-18480}
export BENCH_NARA=${BENCH_NARA:-bin/nara}

server= # PID of the server that runs now
worker= # PID of what is waited for now

exec 9>&2 # where progress goes, also while something's standard error goes to a file
say() { printf 'bench: %s\n' "$*" >&9; }
die() { say "$*"; exit 1; }

has() { [[ " $BENCH_PARTS " == *" $1 "* ]]; }
serves() { [[ " $BENCH_SERVERS " == *" $1 "* ]]; }

# end PID SECONDS: asks it to end, and when the time is over ends it.
end() {
	local pid=$1
	kill -TERM "$pid" 2>/dev/null || return 0
	for _ in $(seq $((10 * $2))); do
		kill -0 "$pid" 2>/dev/null || { wait "$pid" 2>/dev/null || true; return 0; }
		sleep 0.1
	done
	say "process $pid does not end: killed"
	kill -KILL "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
}

stop_server() {
	[ -n "$server" ] || return 0
	end "$server" 20
	server=
}

# A server that had to be killed may leave its private PostgreSQL cluster: its PID stands in the cluster's folder.
stop_clusters() {
	local file pid
	[ -n "${BENCH_SCRATCH:-}" ] || return 0
	while IFS= read -r file; do
		pid=$(head -n 1 "$file")
		if [[ $pid =~ ^[0-9]+$ ]] && kill -INT "$pid" 2>/dev/null; then
			say "ended the PostgreSQL cluster that a killed server left"
		fi
	done < <(find "$BENCH_SCRATCH" -name postmaster.pid 2>/dev/null)
}

# stop_all: what every script ends before it does.
stop_all() {
	trap '' INT TERM
	[ -z "$worker" ] || end "$worker" 60
	stop_server
	stop_clusters
}

trap 'say interrupted; exit 130' INT
trap 'say terminated; exit 143' TERM

# attend COMMAND...: runs it so that a signal ends it and this script at once.
attend() {
	"$@" &
	worker=$!
	local status=0
	wait "$worker" || status=$?
	worker=
	return "$status"
}

# open_port PORT: something listens there.
open_port() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# median: of the numbers on standard input, one a line.
median() { sort -n | awk '{v[NR] = $1} END {m = int((NR + 1) / 2); print NR % 2 ? v[m] : int((v[m] + v[m + 1]) / 2)}'; }

# find_cores: server_core and load_core, one each where there are two; two_cores for a server with two loops; and for the
# generator, where it needs more than one core, rest_of_one and rest_of_two: those that the server leaves, or all.
find_cores() {
	local list range cores=()
	list=$(taskset -cp $$ | sed 's/.*: //')
	for range in ${list//,/ }; do
		mapfile -t -O ${#cores[@]} cores < <(seq "${range%-*}" "${range#*-}")
	done
	local IFS=,
	server_core=${cores[0]}
	load_core=${cores[1]:-${cores[0]}}
	two_cores="${cores[*]:0:2}"
	rest_of_one=$list rest_of_two=$list
	[ ${#cores[@]} -lt 3 ] || rest_of_one="${cores[*]:1}"
	[ ${#cores[@]} -lt 4 ] || rest_of_two="${cores[*]:2}"
}
