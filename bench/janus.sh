# Janus for the comparison: Debian's package, its configuration, and a network namespace. Sourced after lib.sh.
#
# Janus takes no address of an interface that says it is loopback, and libnice sends only over the interface that the
# address is of. So there is a namespace with a pair of virtual interfaces, one with an address of 127.0.0.0/8, and ALL
# servers of a comparison run in it with their generators. Whatever goes from one address of a machine to another one
# goes over loopback all the same, so that is the path of every server's packets. Nothing outside is changed.
# shellcheck shell=bash disable=SC2034 # run.sh reads what is set here

janus_address=127.0.0.2
missing_janus= # why there is none, for the report
namespace= # PID of the process that holds it

# need_janus: installs it where that is allowed without asking; 1 when it is not there.
need_janus() {
	if ! command -v janus >/dev/null; then
		if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
			no_janus "it is not installed, and only root can do that (Debian: apt-get install janus)"
			return 1
		fi
		say "installing Debian's package janus, without its service"
		install_janus >"$BENCH_RESULTS/install.log" 2>&1 || { no_janus "apt-get could not install it; $BENCH_RESULTS/install.log"; return 1; }
	fi
	janus_has=$(dpkg-query -L janus 2>/dev/null | sed -n 's|/transports$||p' | head -n 1) # where its plugins are
	[ -n "$janus_has" ] || { no_janus "its plugins were not found: only Debian's package is known"; return 1; }
}

# install_janus: the package; where systemd runs, its service stays off, which would listen on the package's own ports.
install_janus() {
	local status=0 quiet=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends janus)
	[ ! -d /run/systemd/system ] || systemctl mask janus.service
	"${quiet[@]}" || { apt-get update -q && "${quiet[@]}"; } || status=1
	if [ -d /run/systemd/system ]; then
		systemctl unmask janus.service
		systemctl disable janus.service
	fi
	return "$status"
}

# no_janus WHY: says loudly that the comparison is without it.
no_janus() {
	say "**********************************************************************"
	say "NO JANUS IN THIS RUN: $1"
	say "**********************************************************************"
	missing_janus=$1
}

# write_janus: the configuration, and folders with nothing but the VideoRoom plugin and the WebSocket transport.
write_janus() {
	local folder=$BENCH_SCRATCH/janus
	mkdir -p "$folder/plugins" "$folder/transports" "$folder/none"
	ln -sf "$janus_has"/plugins/libjanus_videoroom.so* "$folder/plugins/"
	ln -sf "$janus_has"/transports/libjanus_websockets.so* "$folder/transports/"
	cat >"$folder/janus.jcfg" <<-END
		general: {
			configs_folder = "$folder"
			plugins_folder = "$folder/plugins"
			transports_folder = "$folder/transports"
			events_folder = "$folder/none"
			loggers_folder = "$folder/none"
			debug_level = 2
			debug_colors = false
		}
		nat: {
			ice_enforce_list = "$janus_address"
		}
	END
	cat >"$folder/janus.transport.websockets.jcfg" <<-END
		general: {
			json = "compact"
			ws = true
			ws_port = $BENCH_JANUS_PORT
			ws_ip = "127.0.0.1"
			wss = false
		}
		admin: {
			admin_ws = false
			admin_wss = false
		}
	END
	cat >"$folder/janus.plugin.videoroom.jcfg" <<-END
		general: {
			string_ids = true
			events = false
		}
	END
}

# open_namespace: makes it, as root or, where the system lets everybody, in a user namespace; 1 when it cannot be.
open_namespace() {
	local how=(--net) mark=$BENCH_SCRATCH/namespace
	command -v ip >/dev/null || { no_janus "it needs a network namespace, and ip is missing (Debian: apt-get install iproute2)"; return 1; }
	[ "$(id -u)" = 0 ] || how=(--user --map-current-user --keep-caps --net)
	# shellcheck disable=SC2016 # the shell inside expands it
	unshare "${how[@]}" bash -euc '
		ip link set lo up
		ip link add bench0 type veth peer name bench1
		ip addr add "$1/32" dev bench0
		ip link set bench0 up
		ip link set bench1 up
		: >"$2"
		exec sleep infinity' namespace "$janus_address" "$mark" >"$BENCH_RESULTS/namespace.log" 2>&1 &
	namespace=$!
	until [ -e "$mark" ]; do
		kill -0 "$namespace" 2>/dev/null || {
			namespace=
			no_janus "it needs a network namespace, which needs root or user namespaces for everybody; $BENCH_RESULTS/namespace.log"
			return 1
		}
		sleep 0.02
	done
	inside=(nsenter --target "$namespace" --net)
	[ "$(id -u)" = 0 ] || inside+=(--user --preserve-credentials)
	inside+=(--)
}

close_namespace() {
	[ -n "$namespace" ] || return 0
	end "$namespace" 5
	namespace=
}
