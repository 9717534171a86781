#!/usr/bin/env bash
# A private Postgres for this checkout: a cluster of its own, on a free loopback port.
#   scripts/pg.sh start         creates it on first use (about 3 s), starts it (1 s)
#   scripts/pg.sh stop [immediate]
#   scripts/pg.sh status        succeeds when it runs
#   scripts/pg.sh url [name]    prints the address of a database (rapport unless named)
#   scripts/pg.sh psql [name] [args]   opens psql on a database
#   scripts/pg.sh --test …      a second cluster for tests, quicker because it may lose data
#   scripts/pg.sh --faults …    a third one for `make faults`, which stops, pauses and kills it
# Where DATABASE_URL is set, that one is used and nothing is started or stopped.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cluster=pg
case "${1:-}" in
  --test | --faults)
    cluster=pg-${1#--}
    shift
    ;;
esac
env_file=$STATE/$cluster.env
command=${1:-}
[ $# -eq 0 ] || shift

# Remembered between calls: PG_DATA, PG_BIN, PG_PORT, PG_PASSWORD.
# shellcheck source=/dev/null
[ ! -f "$env_file" ] || . "$env_file"

remember() {
  (umask 077 && printf 'PG_DATA=%q\nPG_BIN=%q\nPG_PORT=%q\nPG_PASSWORD=%q\n' \
    "$PG_DATA" "$PG_BIN" "$PG_PORT" "$PG_PASSWORD" >"$env_file")
}

# Postgres refuses to run as root.
as_pg() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

find_bin() {
  local dir path_dir=
  if have initdb; then path_dir=$(dirname "$(readlink -f "$(command -v initdb)")"); fi
  for dir in "$path_dir" $(compgen -G '/usr/lib/postgresql/*/bin' | sort -rV) \
    /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
    if [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ] && [ -x "$dir/psql" ]; then
      printf '%s' "$dir"
      return
    fi
  done
  die "no Postgres found: run scripts/setup.sh, or set DATABASE_URL"
}

# Under the checkout, unless the user that Postgres runs as cannot get there.
choose_data_dir() {
  local key
  PG_DATA=$STATE/$cluster
  if [ "$(id -u)" -ne 0 ] || as_pg test -x "$STATE" 2>/dev/null; then return; fi
  key=$(printf '%s' "$ROOT" | sha256sum | cut -c1-12)
  PG_DATA=${XDG_STATE_HOME:-/var/lib}/rapport-$key/$cluster
  mkdir -p "$(dirname "$PG_DATA")"
  chmod 755 "$(dirname "$PG_DATA")"
}

create() {
  local password_file
  PG_BIN=$(find_bin)
  choose_data_dir
  PG_PORT=$(free_port)
  PG_PASSWORD=$(head -c 18 /dev/urandom | base64 | tr '+/' 'ab')
  install -d -m 700 "$PG_DATA"
  password_file=$(mktemp)
  printf '%s\n' "$PG_PASSWORD" >"$password_file"
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$PG_DATA" "$password_file"; fi
  as_pg "$PG_BIN/initdb" -D "$PG_DATA" -U rapport --pwfile="$password_file" -A scram-sha-256 \
    -E UTF8 --locale=C.UTF-8 >"$STATE/$cluster.log" 2>&1 || {
    cat "$STATE/$cluster.log" >&2
    return 1
  }
  rm -f "$password_file"
  remember
}

running() { [ -n "${PG_DATA:-}" ] && as_pg "$PG_BIN/pg_ctl" -D "$PG_DATA" status >/dev/null 2>&1; }

url() { printf 'postgres://rapport:%s@127.0.0.1:%s/%s\n' "$PG_PASSWORD" "$PG_PORT" "${1:-rapport}"; }

start() {
  local options
  if [ -n "${DATABASE_URL:-}" ]; then return; fi
  if running; then return; fi
  if [ ! -f "$env_file" ] || ! as_pg test -f "$PG_DATA/PG_VERSION"; then step "creating a private Postgres cluster" create; fi
  if [ ! -x "$PG_BIN/postgres" ]; then die "the cluster in $PG_DATA was made with $PG_BIN, which is gone: install it again or remove $PG_DATA"; fi
  if (exec 3<>"/dev/tcp/127.0.0.1/$PG_PORT") 2>/dev/null; then
    PG_PORT=$(free_port)
    remember
  fi
  options="-p $PG_PORT -c listen_addresses=127.0.0.1 -c max_connections=200 -c shared_buffers=256MB -c max_wal_size=4GB"
  # The socket lies in the data directory, which nobody else may enter. Its path has a limit of
  # 107 bytes: in a deep checkout there is none.
  if [ ${#PG_DATA} -le 85 ]; then options+=" -k $PG_DATA"; else options+=" -k ''"; fi
  if [ "$cluster" = pg-test ]; then
    options+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
  fi
  as_pg "$PG_BIN/pg_ctl" -D "$PG_DATA" -o "$options" -l "$PG_DATA/log" -w -t 60 start >"$STATE/$cluster.log" 2>&1 || {
    cat "$STATE/$cluster.log" >&2
    as_pg tail -20 "$PG_DATA/log" >&2
    die "Postgres did not start"
  }
  if [ "$("$PG_BIN/psql" -XAtc "select count(*) from pg_database where datname = 'rapport'" "$(url postgres)")" = 0 ]; then
    "$PG_BIN/psql" -Xqc 'create database rapport' "$(url postgres)"
  fi
}

# The address of a database, on DATABASE_URL's server where that is set.
address() {
  if [ -z "${DATABASE_URL:-}" ]; then
    [ -f "$env_file" ] || die "no cluster yet: scripts/pg.sh start"
    url "$@"
  elif [ $# -gt 0 ]; then
    # What stands between the last / and a ? is the name.
    sed -E "s#^([a-z]+://[^/]*)/[^?]*#\\1/$1#" <<<"$DATABASE_URL"
  else
    printf '%s\n' "$DATABASE_URL"
  fi
}

psql_bin() {
  if [ -n "${PG_BIN:-}" ]; then echo "$PG_BIN/psql"; elif have psql; then echo psql; else echo "$(find_bin)/psql"; fi
}

case $command in
  start) start ;;
  stop)
    if [ -z "${DATABASE_URL:-}" ] && running; then
      as_pg "$PG_BIN/pg_ctl" -D "$PG_DATA" -m "${1:-fast}" -w -t 60 stop >/dev/null
    fi
    ;;
  status) [ -n "${DATABASE_URL:-}" ] || running ;;
  url) address "$@" ;;
  psql)
    name=
    case "${1:-}" in '' | -*) ;; *)
      name=$1
      shift
      ;;
    esac
    exec "$(psql_bin)" "$(address ${name:+"$name"})" "$@"
    ;;
  *) die "usage: scripts/pg.sh [--test] start|stop|status|url [name]|psql [name]" ;;
esac
