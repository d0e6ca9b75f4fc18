#!/usr/bin/env bash
# The parts load, growth and idle of run.sh, which calls it, in a network namespace where Janus is measured, too: prints
# their Markdown. BENCH_RESULTS and BENCH_SCRATCH (with the programs) are run.sh's.
# shellcheck disable=SC2016 # the quoted backticks are Markdown
# shellcheck source=bench/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source bench/servers.sh
clean_up() {
	local status=$?
	stop_all
	exit "$status"
}
trap clean_up EXIT
find_cores

# measure KIND LABEL SERVER WORKLOAD SIZE ROUND [OPTION...]: a fresh server, one run, one line of JSON in
# KIND/LABEL.jsonl. Options: at=CORES of the server, from=CORES of the
# generator, dur=TIME, idle=TIME, and arguments of nara serve.
measure() {
	local kind=$1 label=$2 name=$3 workload=$4 size=$5 round=$6
	local log=$BENCH_RESULTS/$kind-$label-$workload-$size-$round.log out=$BENCH_SCRATCH/line folder=$BENCH_SCRATCH/data-load
	local at=$server_core from=$load_core dur=$BENCH_DUR idle=$BENCH_IDLE more=() command=() option
	shift 6
	for option; do
		case $option in
		at=*) at=${option#*=} ;;
		from=*) from=${option#*=} ;;
		dur=*) dur=${option#*=} ;;
		idle=*) idle=${option#*=} ;;
		*) more+=("$option") ;;
		esac
	done
	say "$kind, round $round of $BENCH_ROUNDS: $workload:$size on $label"
	case $name in
	raw)
		start_raw "$at" "$log"
		command=("$BENCH_SCRATCH/raw" load --address "$raw_address")
		;;
	raw-gso)
		start_raw "$at" "$log" --segment
		command=("$BENCH_SCRATCH/raw" load --name raw-gso --address "$raw_address")
		;;
	nara)
		rm -rf "$folder"
		start_nara "$at" "$folder" "$log" "${more[@]}"
		command=("$BENCH_NARA" load --url "http://127.0.0.1:$BENCH_PORT" --data-dir "$folder")
		;;
	janus)
		start_janus "$at" "$log"
		command=("$BENCH_SCRATCH/janus-load" --url "ws://127.0.0.1:$BENCH_JANUS_PORT" --address 127.0.0.2)
		;;
	esac
	command+=(--pid "$server" --workload "$workload" --size "$size" --idle "$idle" --warm "$BENCH_WARM" --dur "$dur")
	attend taskset -c "$from" "${command[@]}" >"$out" 2>>"$log" || {
		tail -n 20 "$log" >&9
		# What is not ours must not take the measurement of ours down; the table tells of missing runs.
		[ "$name" = janus ] || die "the load on $label failed; $log"
		say "THE LOAD ON JANUS FAILED: this run is missing; $log"
		stop_server
		return 0
	}
	[ "$(grep -c '^{' "$out")" = 1 ] || { cat "$out" >&9; die "the load on $label did not print one line of JSON"; }
	mkdir -p "$BENCH_RESULTS/$kind"
	grep '^{' "$out" >>"$BENCH_RESULTS/$kind/$label.jsonl"
	stop_server
	rm -rf "$folder"
}

# in_turn ROUND WORD...: the words, every other round the other way about, so that a drift of the machine hits all.
in_turn() {
	local round=$1
	shift
	if [ $((round % 2)) = 1 ]; then printf '%s\n' "$@"; else printf '%s\n' "$@" | tac; fi
}

# placed: where server and generator were.
placed() {
	if [ "$server_core" = "$load_core" ]; then
		printf '**One core only: server and generator shared it, so these figures do not compare.**\n'
	else
		printf 'Server and generator each on a core of its own. Ratios hold between machines, absolute figures do not.\n'
	fi
}

part_load() {
	local round s w
	for round in $(seq "$BENCH_ROUNDS"); do
		for w in $BENCH_WORKLOADS; do
			# shellcheck disable=SC2086 # a list of words
			for s in $(in_turn "$round" $BENCH_SERVERS); do
				measure load "$s" "$s" "${w%:*}" "${w#*:}" "$round"
			done
		done
	done
	printf '\n## Media\n\n'
	printf 'Servers in turn, a fresh one for each run; medians of the runs; warm %s, window %s. `raw` is the least that a Go program can do:\n' "$BENCH_WARM" "$BENCH_DUR"
	printf 'receive with recvmmsg, open SRTP once, seal for each other member, sendmmsg; `raw-gso` sends with UDP_SEGMENT as well.\n'
	if serves janus; then
		printf '`janus` is Debian'\''s package %s with the VideoRoom plugin alone; all servers ran in the same network namespace.\n' "$(dpkg-query -W -f '${Version}' janus)"
	fi
	printf 'All seal with AES-128-GCM: it is the only SRTP profile that the participants offer. '
	placed
	printf '\n'
	"$BENCH_SCRATCH/table" "$BENCH_RESULTS/load"
}

part_growth() {
	local round w half loops
	for round in $(seq "$BENCH_ROUNDS"); do
		# shellcheck disable=SC2086
		for w in $(in_turn "$round" $BENCH_GROWTH); do
			measure growth nara nara "${w%:*}" "${w#*:}" "$round" idle=0s "from=$rest_of_one"
		done
		w=${BENCH_GROWTH##* } half=$((${BENCH_GROWTH##*:} / 2))
		for loops in $(in_turn "$round" "1 $half" "1 ${w#*:}" "2 ${w#*:}" | tr ' ' :); do
			measure growth "nara-loops-${loops%:*}" nara "${w%:*}" "${loops#*:}" "$round" idle=0s "at=$two_cores" "from=$rest_of_two" --loops "${loops%:*}"
		done
	done
	printf '\n## Growth\n\n'
	printf '`nara` on core %s, the generator on %s. `nara-loops-1` and `nara-loops-2` are one and two media loops on\n' "$server_core" "$rest_of_one"
	printf 'the cores %s, the generator on %s. CPU for each packet is what compares.\n\n' "$two_cores" "$rest_of_two"
	"$BENCH_SCRATCH/table" growth "$BENCH_RESULTS/growth"
}

part_idle() {
	local round s list=(nara)
	! serves janus || list+=(janus)
	for round in $(seq "$BENCH_ROUNDS"); do
		for s in $(in_turn "$round" "${list[@]}"); do
			measure idle "$s" "$s" waiting "$BENCH_WAITING" "$round" "idle=$BENCH_WAITING_DUR" "dur=$BENCH_WAITING_DUR"
		done
	done
	printf '\n## Waiting\n\n'
	printf '%s participants who are connected, with m-lines for sound and picture, and send nothing; window %s.\n\n' "$BENCH_WAITING" "$BENCH_WAITING_DUR"
	"$BENCH_SCRATCH/table" waiting "$BENCH_RESULTS/idle"
}

for part in load growth idle; do
	if has "$part"; then "part_$part"; fi
done
