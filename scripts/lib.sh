# shellcheck shell=bash
# What all scripts share: paths, the environment of scripts/env.sh, timed steps, messages.
# Sourced first thing: . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$ROOT" || exit
STATE=$ROOT/.rapport
mkdir -p "$STATE"
# shellcheck source=scripts/env.sh
. "$ROOT/scripts/env.sh"
# shellcheck source=/dev/null
[ ! -f "$STATE/toolchain.env" ] || . "$STATE/toolchain.env"

say() { printf '%s\n' "$*"; }
warn() { printf 'warning: %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

now_ms() { printf '%s' "$((${EPOCHREALTIME/[.,]/} / 1000))"; }
# Seconds with one decimal since the given now_ms.
since() {
  local ms=$(($(now_ms) - $1))
  printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

# step "what it does" command…: says what starts, then how long it took. The command runs
# plainly (not before `||`), so that `set -e` holds inside functions too.
step() {
  local began status
  began=$(now_ms)
  say "==> $1"
  CURRENT_STEP=$1
  "${@:2}"
  # Only reached with a failure where `set -e` is off, as in `if step …`.
  status=$?
  CURRENT_STEP=
  if [ $status -ne 0 ]; then
    say "    failed"
    return $status
  fi
  say "    $(since "$began")"
}
CURRENT_STEP=
set -E
trap '[ -z "$CURRENT_STEP" ] || say "    failed: $CURRENT_STEP" >&2; CURRENT_STEP=' ERR

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    die "this needs root: $*"
  fi
}

apt_install() {
  have apt-get || die "please install: $* (no apt-get here to do it)"
  # Lists older than a day, or none at all, would name packages that are gone.
  if [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mtime -1 -print -quit 2>/dev/null)" ]; then
    as_root apt-get -qq update
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
    -o Dpkg::Use-Pty=0 install "$@" >"$STATE/apt.log" 2>&1 || {
    cat "$STATE/apt.log" >&2
    return 1
  }
}

# cargo for the browser half: scripts/setup.sh notes which toolchain has wasm32.
wasm_cargo() {
  if [ -n "${RAPPORT_WASM_TOOLCHAIN:-}" ]; then
    cargo "+$RAPPORT_WASM_TOOLCHAIN" "$@"
  else
    cargo "$@"
  fi
}

# Where tools/bundle lies once it is built: one for all checkouts with the same sources of it.
CACHE=${RAPPORT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rapport}
bundle_path() { printf '%s/bundle-%s' "$CACHE" "$(cat tools/bundle/Cargo.* tools/bundle/src/*.rs | sha256sum | cut -c1-12)"; }

# The spell checker that set-up installs.
typos_path() { printf %s "$CACHE/typos/bin/typos"; }

# What reads the licences and sources of all crates, of this version and no other.
DENY_VERSION=0.20.2
deny_path() { printf %s "$CACHE/cargo-deny-$DENY_VERSION/bin/cargo-deny"; }

# What reads the Dockerfile.
HADOLINT_VERSION=2.15.1
hadolint_path() { printf %s "$CACHE/hadolint-$HADOLINT_VERSION/bin/hadolint"; }

# What holds the API to its description, of this version and no other.
SCHEMATHESIS_VERSION=4.32.5
schemathesis_path() { printf %s "$CACHE/schemathesis-$SCHEMATHESIS_VERSION/bin/schemathesis"; }

# Programs of crates.io that only `make deb` and `make docs` need: built the first time, each at the version below.
CARGO_DEB_VERSION=3.8.0
MDBOOK_VERSION=0.5.4
cargo_deb_path() { printf %s "$CACHE/cargo-deb-$CARGO_DEB_VERSION/bin/cargo-deb"; }
mdbook_path() { printf %s "$CACHE/mdbook-$MDBOOK_VERSION/bin/mdbook"; }
# cargo_program <name> <version> [options]
cargo_program() {
  (cd / && cargo install -q --locked --root "$CACHE/$1-$2" --target-dir "$CACHE/$1-target" "$1@$2" "${@:3}")
  rm -rf "$CACHE/$1-target"
}

# One hash over the names, sizes and times of the files under the given paths.
stamp_of() {
  find "$@" -type f -printf '%p %s %T@\n' 2>/dev/null | LC_ALL=C sort | sha256sum | cut -c1-32
}

# Runs a command only when the stamp file does not hold the given key yet.
unless_stamped() {
  local file=$TARGET/stamps/$1 key=$2
  shift 2
  if [ -f "$file" ] && [ "$(cat "$file")" = "$key" ]; then return 0; fi
  rm -f "$file"
  "$@" || return
  mkdir -p "$(dirname "$file")"
  printf '%s\n' "$key" >"$file"
}

free_port() {
  local port
  for port in $(shuf -i 20000-32000 -n 50); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s' "$port"
      return
    fi
  done
  die "no free loopback port found"
}

# Stops a process by the id in a file, or by id; waits for it to be gone.
stop_pid() {
  local pid=$1 _
  [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null || return 0
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -9 "$pid" 2>/dev/null || true
}

# --- Postgres, for the scripts that need one for a while ---------------------------------

PG_CLUSTER=()
PG_STARTED=false

# use_postgres [--test]: exports DATABASE_URL, after starting the private cluster where it is
# not set; leave_postgres stops that again, unless it was running before.
use_postgres() {
  PG_CLUSTER=("$@")
  if [ -n "${DATABASE_URL:-}" ]; then return; fi
  scripts/pg.sh "${PG_CLUSTER[@]}" status || PG_STARTED=true
  scripts/pg.sh "${PG_CLUSTER[@]}" start
  DATABASE_URL=$(scripts/pg.sh "${PG_CLUSTER[@]}" url)
  export DATABASE_URL
}

leave_postgres() {
  if $PG_STARTED; then env -u DATABASE_URL scripts/pg.sh "${PG_CLUSTER[@]}" stop; fi
}

# --- The server, for the scripts that run one -------------------------------------------

OWN_DATABASE=

# use_own_database <name>: one that nobody else has, of the cluster for tests, in DATABASE_URL.
use_own_database() {
  use_postgres --test
  OWN_DATABASE=rapport_$1_$$
  on_cluster "create database $OWN_DATABASE"
  DATABASE_URL=$(scripts/pg.sh url "$OWN_DATABASE")
  export DATABASE_URL
}

on_cluster() { PGOPTIONS='-c client_min_messages=warning' scripts/pg.sh psql postgres -Xqc "$1"; }

# leave_own_server <log file> <status so far>: stops the server and drops its database. Answers the
# status, and a failure where the server panicked, whatever else went well.
leave_own_server() {
  local log=$1 status=$2
  stop_pid "$SERVER_PID"
  [ -z "$OWN_DATABASE" ] || on_cluster "drop database if exists $OWN_DATABASE with (force)" || true
  leave_postgres
  if [ -s "$log" ] && grep -q 'panicked' "$log"; then
    grep -A3 'panicked' "$log" | head -40 >&2
    say "the server panicked" >&2
    [ "$status" -ne 0 ] || status=1
  fi
  return "$status"
}

# The key that seals stored passwords: made once for this checkout, unless one is set.
use_secret_key() {
  local file=$STATE/secret.key
  if [ -n "${RAPPORT_SECRET_KEY:-}" ]; then return; fi
  if [ ! -s "$file" ]; then (umask 077 && head -c 32 /dev/urandom | base64 >"$file"); fi
  RAPPORT_SECRET_KEY=$(cat "$file")
  export RAPPORT_SECRET_KEY
}

# Where the server keeps files, unless a place is set.
export RAPPORT_FILES=${RAPPORT_FILES:-$STATE/files}

# The status line of GET path at host:port, or nothing; needs no curl.
http_status() {
  local line=
  {
    printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$2" "$1" >&3
    IFS= read -r -t 5 line <&3
  } 2>/dev/null 3<>"/dev/tcp/${1%:*}/${1##*:}" || true
  line=${line#HTTP/1.? }
  printf '%s' "${line%% *}"
}

# start_server <program> <log file, or - for this terminal>: runs `serve` at RAPPORT_ADDR and
# returns when it is ready; SERVER_PID is its process. Needs DATABASE_URL.
start_server() {
  local _
  if [ "$2" = - ]; then
    "$1" serve &
  else
    "$1" serve >"$2" 2>&1 &
  fi
  SERVER_PID=$!
  for _ in $(seq 300); do
    if [ "$(http_status "$RAPPORT_ADDR" /readyz)" = 200 ] && kill -0 "$SERVER_PID" 2>/dev/null; then return 0; fi
    if ! kill -0 "$SERVER_PID" 2>/dev/null; then
      [ "$2" = - ] || tail -20 "$2" >&2
      SERVER_PID=
      say "error: the server stopped while starting" >&2
      return 1
    fi
    sleep 0.1
  done
  say "error: the server was not ready after 30 s" >&2
  return 1
}
