# Starts the servers that are measured, one at a time: sets server to its PID. Sourced after lib.sh.
# shellcheck shell=bash disable=SC2034 # others read what is set here

ready_within=60 # seconds

# await WHAT LOG CHECK...: until the check succeeds, the server ends or its time is over.
await() {
	local what=$1 log=$2 deadline=$((SECONDS + ready_within))
	shift 2
	until "$@"; do
		kill -0 "$server" 2>/dev/null || { tail -n 20 "$log" >&9; server=; die "$what ended before it was ready; $log"; }
		[ "$SECONDS" -lt "$deadline" ] || { tail -n 20 "$log" >&9; die "$what was not ready within $ready_within s; $log"; }
		sleep 0.02
	done
}

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

# start_nara CORES FOLDER LOG [ARGUMENT...]: starts it and returns when it is ready.
start_nara() {
	local cores=$1 folder=$2 log=$3
	shift 3
	taskset -c "$cores" "$BENCH_NARA" serve --data-dir "$folder" --listen "127.0.0.1:$BENCH_PORT" --admin-listen "127.0.0.1:$((BENCH_PORT + 1))" \
		--media-listen "127.0.0.1:$((BENCH_PORT + 2))" --log-level warn "$@" >"$log" 2>&1 &
	server=$!
	await "nara serve" "$log" ready $((BENCH_PORT + 1))
}

# start_raw CORES LOG [ARGUMENT...]: starts the lower bound and sets raw_address.
start_raw() {
	local cores=$1 log=$2
	shift 2
	taskset -c "$cores" "$BENCH_SCRATCH/raw" serve "$@" >"$log" 2>&1 &
	server=$!
	await "raw serve" "$log" grep -q '^address=' "$log"
	raw_address=$(sed -n 's/^address=\([^ ]*\) .*/\1/p' "$log")
}

# start_janus CORES LOG: starts it with the folder that write_janus made, on the port after nara's.
start_janus() {
	taskset -c "$1" janus --config "$BENCH_SCRATCH/janus/janus.jcfg" --configs-folder "$BENCH_SCRATCH/janus" >"$2" 2>&1 &
	server=$!
	await janus "$2" open_port "$BENCH_JANUS_PORT"
}
