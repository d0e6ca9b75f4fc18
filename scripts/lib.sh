# Shared by the scripts beside it: what must be there, and how it gets there. Sourced, never run.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() { printf 'nara: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# as_root runs a command as root, or returns 1 where that is not allowed without asking for a password.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo && sudo -n true 2>/dev/null; then sudo -n "$@"; else return 1; fi
}

# packages installs Debian packages, or returns 1 where that is not possible.
packages() {
  have apt-get || return 1
  as_root true || return 1
  say "Installing $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >/dev/null 2>&1 && return 0
  as_root apt-get update -q >/dev/null && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >/dev/null
}

need_tools() {
  have go || fail "Go is missing: install Go 1.24 or newer from https://go.dev/dl (it then fetches the version of go.mod by itself)."
  have node && have npm || fail "Node.js with npm is missing: install Node.js 20 or newer (Debian, Ubuntu: apt-get install nodejs npm)."
}

# need_ui_packages installs exactly what the lock file says, when it changed since the last time. No package's own
# install script runs.
need_ui_packages() {
  local want; want=$(sha256sum <web/package-lock.json)
  [ "$(cat web/node_modules/.nara-lock 2>/dev/null)" = "$want" ] && return
  say "Installing the UI's packages"
  (cd web && npm ci --ignore-scripts --no-audit --no-fund >&2)
  printf '%s\n' "$want" >web/node_modules/.nara-lock
}

# postgres_bin prints the folder with the newest usable PostgreSQL server of version 15 or newer.
postgres_bin() {
  local dir version best='' newest=14
  for dir in ${PATH//:/ } /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin /opt/postgresql/*/bin; do
    [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] || continue
    version=$("$dir/initdb" --version 2>/dev/null | grep -oE '[0-9]+' | head -1) || continue
    if [ "${version:-0}" -gt "$newest" ]; then best=$dir newest=$version; fi
  done
  [ -n "$best" ] && printf '%s\n' "$best"
}

# need_postgres installs the server where it may. The distribution would also make and start a cluster of its own on
# port 5432, which nobody asked for: a first installation leaves that out.
need_postgres() {
  postgres_bin >/dev/null && return
  if have apt-get && as_root true && ! [ -e /etc/postgresql-common/createcluster.conf ]; then
    packages postgresql-common || true
    printf 'create_main_cluster = false\n' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null || true
  fi
  packages postgresql || true
  postgres_bin >/dev/null ||
    fail "no PostgreSQL server of version 15 or newer was found: install it (Debian, Ubuntu: apt-get install postgresql) or set NARA_DATABASE_URL."
}

# need_gcc: the race detector links with C.
need_gcc() {
  have gcc || packages gcc libc6-dev || true
  have gcc || fail "gcc is missing, which Go's race detector needs (Debian, Ubuntu: apt-get install gcc libc6-dev)."
}

chromium_path() {
  local name
  for name in "${NARA_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    [ -n "$name" ] && have "$name" && "$name" --version >/dev/null 2>&1 && command -v "$name" && return
  done
  return 1
}

need_chromium() {
  chromium_path >/dev/null || packages chromium || true
  chromium_path >/dev/null || fail "Chromium is missing (Debian: apt-get install chromium; Ubuntu: snap install chromium; or set NARA_CHROMIUM)."
  NARA_CHROMIUM=$(chromium_path); export NARA_CHROMIUM
}

# need_peers installs the clients that the media server is tested with beside Chromium. Where one cannot be had its tests
# say so and are skipped; with CI set they fail.
need_peers() {
  have ip || packages iproute2 || true
  have firefox-esr || have firefox || packages firefox-esr || true
  /usr/bin/python3 -c 'import aiortc' 2>/dev/null || packages python3-aiortc || true
  [ -e /usr/share/doc/gstreamer1.0-nice ] && [ -e /usr/share/doc/gir1.2-gst-plugins-bad-1.0 ] ||
    packages python3-gst-1.0 gir1.2-gst-plugins-bad-1.0 gstreamer1.0-plugins-{base,good,bad} gstreamer1.0-nice || true
}

# ui_is_fresh: a whole build has succeeded, and no source of the UI is newer.
built=web/node_modules/.nara-built
ui_is_fresh() {
  [ -e web/dist/index.html ] && [ -e "$built" ] &&
    [ -z "$(find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/e2e -prune -o -type f -newer "$built" -print -quit)" ]
}

build_ui() {
  ui_is_fresh && return
  say "Building the web UI"
  local began; began=$(mktemp) # sources that change meanwhile count as newer
  (cd web && npm run --silent build >&2) || { rm -f "$began"; return 1; }
  mv "$began" "$built"
}

build_binary() {
  say "Building bin/nara"
  local version=${VERSION:-$(git describe --always --dirty 2>/dev/null || echo unreleased)}
  CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$version" -o bin/nara ./cmd/nara
}
