#!/usr/bin/env bash
# Measures the server in one session and prints one Markdown document on standard output, to be pasted into
# docs/benchmarks.md; progress goes to standard error. `make bench` calls it; bench/README.md says how to read it.
#
#   BENCH_PARTS      what to do: load search start go (all of them)
#   BENCH_WORKLOADS  NAME:SIZE ... (visit:40); also conference:10 fanout:50
#   BENCH_SERVERS    raw nara
#   BENCH_ROUNDS     rounds of every server and workload (3)
#   BENCH_IDLE, BENCH_WARM, BENCH_DUR  phases of a run (10s, 3s, 8s): no members yet, all have joined, measured
#   BENCH_SEARCHES, BENCH_STARTS       searches of a kind (200), first starts of a kind (5)
#   BENCH_GOTIME     -benchtime of the Go benchmarks (1s)
#   BENCH_PORT       first of four free ports on 127.0.0.1 (18480)
#   BENCH_NARA       the binary (bin/nara)
# shellcheck disable=SC2016 # the quoted backticks are Markdown
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
parts=" ${BENCH_PARTS:-load search start go} "
workloads=${BENCH_WORKLOADS:-visit:40}
servers=${BENCH_SERVERS:-raw nara}
rounds=${BENCH_ROUNDS:-3}
idle=${BENCH_IDLE:-10s}
warm=${BENCH_WARM:-3s}
dur=${BENCH_DUR:-8s}
searches=${BENCH_SEARCHES:-200}
starts=${BENCH_STARTS:-5}
go_time=${BENCH_GOTIME:-1s}
port=${BENCH_PORT:-18480}
nara=${BENCH_NARA:-bin/nara}
ready_within=60 # seconds

results=bench/results/$(date -u +%Y%m%dT%H%M%SZ)
scratch= # temporary programs and data folders
server= # PID of the server that runs now
worker= # PID of what is waited for now

exec 9>&2 # where progress goes, also while something's standard error goes to a file
say() { printf 'bench: %s\n' "$*" >&9; }
die() { say "$*"; exit 1; }

# ---- what was started is ended, whatever happens --------------------------------------------------------------------

# end PID: asks it to end, and after 20 s ends it.
end() {
	local pid=$1
	kill -TERM "$pid" 2>/dev/null || return 0
	for _ in $(seq 200); do
		kill -0 "$pid" 2>/dev/null || { wait "$pid" 2>/dev/null || true; return 0; }
		sleep 0.1
	done
	say "process $pid does not end: killed"
	kill -KILL "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
}

stop_server() {
	[ -n "$server" ] || return 0
	end "$server"
	server=
}

# A server that had to be killed may leave its private PostgreSQL cluster: its PID stands in the cluster's folder.
stop_clusters() {
	local file pid
	[ -n "$scratch" ] || return 0
	while IFS= read -r file; do
		pid=$(head -n 1 "$file")
		if [[ $pid =~ ^[0-9]+$ ]] && kill -INT "$pid" 2>/dev/null; then
			say "ended the PostgreSQL cluster that a killed server left"
		fi
	done < <(find "$scratch" -name postmaster.pid 2>/dev/null)
}

clean_up() {
	local status=$?
	trap '' INT TERM
	[ -z "$worker" ] || end "$worker"
	stop_server
	stop_clusters
	[ -z "$scratch" ] || rm -rf "$scratch"
	exit "$status"
}
trap clean_up EXIT
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

# ---- what must be there ---------------------------------------------------------------------------------------------

has() { [[ $parts == *" $1 "* ]]; }

number() { [[ $2 =~ ^[1-9][0-9]*$ ]] || die "$1 is \"$2\": want a number from 1"; }

# open_port PORT: something listens there.
open_port() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

check() {
	[ "$(uname -s)" = Linux ] || die "needs Linux: it measures recvmmsg and sendmmsg"
	command -v go >/dev/null || die "Go is missing: https://go.dev/doc/install"
	command -v taskset >/dev/null || die "taskset is missing: install util-linux"
	number BENCH_ROUNDS "$rounds"
	number BENCH_SEARCHES "$searches"
	number BENCH_STARTS "$starts"
	number BENCH_PORT "$port"
	local part w s
	for part in $parts; do
		case $part in load | search | start | go) ;; *) die "BENCH_PARTS has \"$part\": want load, search, start or go" ;; esac
	done
	for w in $workloads; do
		[[ $w =~ ^(visit|conference|fanout):[1-9][0-9]*$ ]] || die "BENCH_WORKLOADS has \"$w\": want for example visit:40"
	done
	for s in $servers; do
		[[ $s = raw || $s = nara ]] || die "BENCH_SERVERS has \"$s\": want raw or nara"
	done
	if has search || has start || { has load && [[ " $servers " == *" nara "* ]]; }; then
		[ -x "$nara" ] || die "$nara is missing: run make build, or set BENCH_NARA"
		for s in 0 1; do
			! open_port $((port + s)) || die "port $((port + s)) is taken: set BENCH_PORT"
		done
	fi
}

# allowed_cores: the cores that this process may use, one a line.
allowed_cores() {
	local list range
	list=$(taskset -cp $$ | sed 's/.*: //')
	for range in ${list//,/ }; do
		seq "${range%-*}" "${range#*-}"
	done
}

prepare() {
	scratch=$(mktemp -d)
	chmod 755 "$scratch" # PostgreSQL does not run as root, and must reach its folder
	mkdir -p "$results"
	attend go build -o "$scratch/" ./bench/raw ./bench/table ./bench/search
	local cores
	mapfile -t cores < <(allowed_cores)
	server_core=${cores[0]}
	load_core=${cores[1]:-${cores[0]}}
}

# ---- servers --------------------------------------------------------------------------------------------------------

# ready PORT: the server says that it takes work.
ready() {
	local code
	code=$(
		exec 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$1" || exit 0
		printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
		read -r -t 5 _ code _ <&3 && printf %s "$code"
	) || true
	[ "$code" = 200 ]
}

# start_nara FOLDER LOG [ARGUMENT...]: starts it on the server's core and returns when it is ready.
start_nara() {
	local folder=$1 log=$2 deadline=$((SECONDS + ready_within))
	shift 2
	taskset -c "$server_core" "$nara" serve --data-dir "$folder" --listen "127.0.0.1:$port" --admin-listen "127.0.0.1:$((port + 1))" \
		--media-listen "127.0.0.1:$((port + 2))" --log-level warn "$@" >"$log" 2>&1 &
	server=$!
	until ready $((port + 1)); do
		kill -0 "$server" 2>/dev/null || { tail -n 20 "$log" >&2; server=; die "nara serve ended before it was ready; $log"; }
		[ "$SECONDS" -lt "$deadline" ] || { tail -n 20 "$log" >&2; die "nara serve was not ready within $ready_within s; $log"; }
		sleep 0.02
	done
}

# start_raw LOG: starts the lower bound and sets raw_address.
start_raw() {
	local log=$1 deadline=$((SECONDS + 10))
	taskset -c "$server_core" "$scratch/raw" serve >"$log" 2>&1 &
	server=$!
	until raw_address=$(sed -n 's/^address=\([^ ]*\) .*/\1/p' "$log") && [ -n "$raw_address" ]; do
		kill -0 "$server" 2>/dev/null || { cat "$log" >&2; server=; die "raw serve ended"; }
		[ "$SECONDS" -lt "$deadline" ] || die "raw serve did not say its address within 10 s"
		sleep 0.02
	done
}

# ---- the parts ------------------------------------------------------------------------------------------------------

# run_load SERVER WORKLOAD SIZE ROUND: one fresh server, one run, one line of JSON.
run_load() {
	local name=$1 workload=$2 size=$3 log=$results/$1-$2-$3-$4.log out=$scratch/line
	local phases=(--workload "$workload" --size "$size" --idle "$idle" --warm "$warm" --dur "$dur")
	local folder=$scratch/data-load
	local command=()
	if [ "$name" = raw ]; then
		start_raw "$log"
		command=("$scratch/raw" load --address "$raw_address" --pid "$server" "${phases[@]}")
	else
		rm -rf "$folder"
		start_nara "$folder" "$log"
		command=("$nara" load --url "http://127.0.0.1:$port" --data-dir "$folder" --pid "$server" "${phases[@]}")
	fi
	attend taskset -c "$load_core" "${command[@]}" >"$out" 2>>"$log" || { tail -n 20 "$log" >&2; die "the load on $name failed; $log"; }
	[ "$(grep -c '^{' "$out")" = 1 ] || { cat "$out" >&2; die "the load on $name did not print one line of JSON"; }
	grep '^{' "$out" >>"$results/load/$name.jsonl"
	stop_server
	rm -rf "$folder"
}

part_load() {
	local round order s w
	mkdir -p "$results/load"
	for round in $(seq "$rounds"); do
		order=$servers
		# Every other round the other way about, so that a drift of the machine hits both.
		[ $((round % 2)) = 1 ] || order=$(tr ' ' '\n' <<<"$servers" | tac | tr '\n' ' ')
		for w in $workloads; do
			for s in $order; do
				say "round $round of $rounds: $w on $s"
				run_load "$s" "${w%:*}" "${w#*:}" "$round"
			done
		done
	done
	printf '\n## Media\n\n'
	printf 'Servers in turn, a fresh one for each run; medians of the runs; warm %s, window %s. `raw` is the least that a Go program can do:\n' "$warm" "$dur"
	printf 'receive with recvmmsg, open SRTP (AES-128-GCM) once, seal for each other member, sendmmsg.\n'
	if [ "$server_core" = "$load_core" ]; then
		printf '**One core only: server and generator shared it, so these figures do not compare.**\n'
	else
		printf 'Server and generator each on a core of its own. Ratios hold between machines, absolute figures do not.\n'
	fi
	printf '\n'
	"$scratch/table" "$results/load"
}

part_search() {
	local folder=$scratch/data-search
	say "search on the demo county"
	start_nara "$folder" "$results/search.log" --demo
	printf '\n## Earliest-time search\n\n'
	printf '`GET /v1/slots` over the demo county, from the request to the last byte; server (with its PostgreSQL) and client each on a core.\n\n'
	attend taskset -c "$load_core" "$scratch/search" --url "http://127.0.0.1:$port" --count "$searches" --parallel 4
	stop_server
	rm -rf "$folder"
}

# median: of the numbers on standard input, one a line.
median() { sort -n | awk '{v[NR] = $1} END {m = int((NR + 1) / 2); print NR % 2 ? v[m] : int((v[m] + v[m + 1]) / 2)}'; }

# first_starts [ARGUMENT...]: one table row.
first_starts() {
	local i begun folder=$scratch/data-start times=()
	for i in $(seq "$starts"); do
		say "first start $i of $starts: nara serve $*"
		rm -rf "$folder"
		begun=${EPOCHREALTIME/./}
		start_nara "$folder" "$results/start.log" "$@"
		times+=($(((${EPOCHREALTIME/./} - begun) / 1000)))
		stop_server
	done
	rm -rf "$folder"
	printf '| `nara serve%s` | %s | %s | %s | %s |\n' "${*:+ $*}" "$starts" "$(printf '%s\n' "${times[@]}" | median)" \
		"$(printf '%s\n' "${times[@]}" | sort -n | head -n 1)" "$(printf '%s\n' "${times[@]}" | sort -n | tail -n 1)"
}

part_start() {
	printf '\n## First start\n\nOn an empty folder, to the first `/readyz` that says yes, on one core.\n\n'
	printf '| command | runs | median ms | shortest ms | longest ms |\n|---|--:|--:|--:|--:|\n'
	first_starts
	first_starts --demo
}

part_go() {
	local out=$results/go.txt
	say "Go benchmarks of scheduling and sfu"
	attend go test -run '^$' -bench . -benchmem -benchtime "$go_time" ./scheduling/... ./sfu/... >"$out" || { tail -n 20 "$out" >&2; die "go test -bench failed; $out"; }
	printf '\n## Go benchmarks\n\n```\n'
	grep -E '^(pkg:|Benchmark)' "$out" || printf 'none\n'
	printf '```\n'
}

facts() {
	local model dirty=
	model=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
	[ -z "$(git status --porcelain --untracked-files=no 2>/dev/null)" ] || dirty=' with changes'
	printf '# Measured %s, commit %s%s\n\n' "$(date -u +%Y-%m-%d)" "$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)" "$dirty"
	printf -- '- %s cores, %s, %s MiB of memory\n' "$(nproc)" "${model:-unknown processor}" "$(awk '/^MemTotal:/ {print int($2 / 1024)}' /proc/meminfo)"
	printf -- '- %s %s, %s\n' "$(uname -s)" "$(uname -r | cut -d- -f1)" "$(go env GOVERSION)"
	printf -- '- load average at the start: %s\n' "$(cut -d' ' -f1-3 /proc/loadavg)"
}

measure() {
	facts
	local part
	for part in load search start go; do
		if has "$part"; then "part_$part"; fi
	done
}

check
prepare
measure >"$results/report.md"
cat "$results/report.md"
say "results are in $results"
