#!/usr/bin/env bash
# Measures the server in one session and prints one Markdown document on standard output, to be pasted into
# docs/benchmarks.md; progress goes to standard error. `make bench` calls it; bench/README.md says how to read it.
#
#   BENCH_PARTS      what to do: load growth idle search start go (all of them)
#   BENCH_WORKLOADS  NAME:SIZE ... (visit:20 visit:40 conference:10 fanout:50)
#   BENCH_SERVERS    raw raw-gso nara janus (all of them; Janus where it can be had)
#   BENCH_ROUNDS     rounds of every server and workload (3)
#   BENCH_IDLE, BENCH_WARM, BENCH_DUR  phases of a run (2s, 3s, 8s): nobody there yet, all have joined, measured
#   BENCH_GROWTH     small and large load (visit:20 visit:80)
#   BENCH_WAITING, BENCH_WAITING_DUR   participants who wait (200), and how long that and nobody is measured (30s)
#   BENCH_SEARCHES, BENCH_STARTS       searches of a kind (200), first starts of a kind (5)
#   BENCH_GOTIME     -benchtime of the Go benchmarks (1s)
#   BENCH_PORT       first of eight free ports on 127.0.0.1 (18480)
#   BENCH_NARA       the binary (bin/nara)
# shellcheck disable=SC2016 # the quoted backticks are Markdown
# shellcheck source=bench/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source bench/servers.sh
source bench/janus.sh

BENCH_RESULTS=bench/results/$(date -u +%Y%m%dT%H%M%SZ)
BENCH_SCRATCH= # temporary programs and data folders
inside=(env)   # the command that enters the namespace; while there is none, none
BENCH_JANUS_PORT=$((BENCH_PORT + 7))
export BENCH_RESULTS BENCH_SCRATCH BENCH_JANUS_PORT

clean_up() {
	local status=$?
	stop_all
	close_namespace
	[ -z "$BENCH_SCRATCH" ] || rm -rf "$BENCH_SCRATCH"
	exit "$status"
}
trap clean_up EXIT

# ---- what must be there ---------------------------------------------------------------------------------------------

number() { [[ $2 =~ ^[1-9][0-9]*$ ]] || die "$1 is \"$2\": want a number from 1"; }

media() { has load || has growth || has idle; }

check() {
	[ "$(uname -s)" = Linux ] || die "needs Linux: it measures recvmmsg and sendmmsg"
	command -v go >/dev/null || die "Go is missing: https://go.dev/doc/install"
	command -v taskset >/dev/null || die "taskset is missing: install util-linux"
	number BENCH_ROUNDS "$BENCH_ROUNDS"
	number BENCH_WAITING "$BENCH_WAITING"
	number BENCH_SEARCHES "$BENCH_SEARCHES"
	number BENCH_STARTS "$BENCH_STARTS"
	number BENCH_PORT "$BENCH_PORT"
	local part w s
	for part in $BENCH_PARTS; do
		case $part in load | growth | idle | search | start | go) ;; *) die "BENCH_PARTS has \"$part\": want load, growth, idle, search, start or go" ;; esac
	done
	for w in $BENCH_WORKLOADS $BENCH_GROWTH; do
		[[ $w =~ ^(visit|conference|fanout):[1-9][0-9]*$ ]] || die "there is no workload \"$w\": want for example visit:40"
	done
	for s in $BENCH_SERVERS; do
		case $s in raw | raw-gso | nara | janus) ;; *) die "BENCH_SERVERS has \"$s\": want raw, raw-gso, nara or janus" ;; esac
	done
	if has search || has start || has growth || has idle || { has load && serves nara; }; then
		[ -x "$BENCH_NARA" ] || die "$BENCH_NARA is missing: run make build, or set BENCH_NARA"
		for s in 0 1; do
			! open_port $((BENCH_PORT + s)) || die "port $((BENCH_PORT + s)) is taken: set BENCH_PORT"
		done
	fi
}

prepare() {
	BENCH_SCRATCH=$(mktemp -d)
	chmod 755 "$BENCH_SCRATCH" # PostgreSQL does not run as root, and must reach its folder
	mkdir -p "$BENCH_RESULTS"
	find_cores
	attend go build -o "$BENCH_SCRATCH/" ./bench/raw ./bench/table ./bench/search
	attend go build -o "$BENCH_SCRATCH/janus-load" ./bench/janus
	if media && serves janus; then
		if need_janus && open_namespace; then
			write_janus
		else
			BENCH_SERVERS=" $BENCH_SERVERS "
			BENCH_SERVERS=${BENCH_SERVERS/ janus / }
		fi
	fi
}

# ---- the parts ------------------------------------------------------------------------------------------------------

part_media() {
	[ -z "$missing_janus" ] || printf '\n**No Janus in this run: %s.**\n' "$missing_janus"
	attend "${inside[@]}" bench/media.sh
}

part_search() {
	local folder=$BENCH_SCRATCH/data-search
	say "search on the demo county"
	start_nara "$server_core" "$folder" "$BENCH_RESULTS/search.log" --demo
	printf '\n## Earliest-time search\n\n'
	printf '`GET /v1/slots` over the demo county, from the request to the last byte; server (with its PostgreSQL) and client each on a core.\n\n'
	attend taskset -c "$load_core" "$BENCH_SCRATCH/search" --url "http://127.0.0.1:$BENCH_PORT" --count "$BENCH_SEARCHES" --parallel 4
	stop_server
	rm -rf "$folder"
}

# first_starts [ARGUMENT...]: one table row.
first_starts() {
	local i begun folder=$BENCH_SCRATCH/data-start times=()
	for i in $(seq "$BENCH_STARTS"); do
		say "first start $i of $BENCH_STARTS: nara serve $*"
		rm -rf "$folder"
		begun=${EPOCHREALTIME/./}
		start_nara "$server_core" "$folder" "$BENCH_RESULTS/start.log" "$@"
		times+=($(((${EPOCHREALTIME/./} - begun) / 1000)))
		stop_server
	done
	rm -rf "$folder"
	printf '| `nara serve%s` | %s | %s | %s | %s |\n' "${*:+ $*}" "$BENCH_STARTS" "$(printf '%s\n' "${times[@]}" | median)" \
		"$(printf '%s\n' "${times[@]}" | sort -n | head -n 1)" "$(printf '%s\n' "${times[@]}" | sort -n | tail -n 1)"
}

part_start() {
	printf '\n## First start\n\nOn an empty folder, to the first `/readyz` that says yes, on one core.\n\n'
	printf '| command | runs | median ms | shortest ms | longest ms |\n|---|--:|--:|--:|--:|\n'
	first_starts
	first_starts --demo
}

part_go() {
	local out=$BENCH_RESULTS/go.txt
	say "Go benchmarks of scheduling and sfu"
	attend go test -run '^$' -bench . -benchmem -benchtime "$BENCH_GOTIME" ./scheduling/... ./sfu/... >"$out" || { tail -n 20 "$out" >&9; die "go test -bench failed; $out"; }
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

report() {
	facts
	if media; then part_media; fi
	local part
	for part in search start go; do
		if has "$part"; then "part_$part"; fi
	done
}

check
prepare
report >"$BENCH_RESULTS/report.md"
cat "$BENCH_RESULTS/report.md"
say "results are in $BENCH_RESULTS"
