#!/usr/bin/env bash
# Faults, and what the server promises while they last (docs/reliability.md has the table).
#   scripts/faults.sh            all: the tests of faults, then real processes
#   scripts/faults.sh --short    the tests of faults alone; `make test` runs them too
#   scripts/faults.sh --real     real processes alone: a Postgres of its own is stopped, paused and made
#                                read-only, the server killed and its clock set wrong (that needs
#                                libfaketime), a small disk filled (that needs root)
# The real processes take about 25 s once everything is compiled.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

part=${1:-all}
case $part in all | --short | --real) ;; *) die "usage: scripts/faults.sh [--short|--real]" ;; esac

# One line a row of the table; each is the name of a test, or the beginning of several.
TESTS=(
  what_was_acknowledged_survives_kill_9
  acknowledged_chunks_survive_kill_9
  a_lost_database_is_said
  one_locked_table_does_not_starve
  restart::
  without_room_a_mail_waits
  what_is_lost_damaged_or_without_a_row
  a_full_disk_is_known
  mail_out::faults
  other_numbers_bring_no_mail_twice
  without_a_database_nothing_is_said_to_be_stored
  commits_out_of_order_are_all_read
  merges_both_ways_and_ingest_at_once
  overtaken::
  a_body_that_drips
  whoever_never_ends_the_head
  one_address_does_not_take
  a_head_has_an_end
  bounds_follow_the_room
  odd_events::
  a_body_that_panics
)

# A test that was renamed would be left out without a word: each name must find one.
tests() {
  local filter='' name all missing=()
  all=$(cargo nextest list --workspace --exclude rapport-frontend --message-format oneline)
  for name in "${TESTS[@]}"; do
    grep -qF "$name" <<<"$all" || missing+=("$name")
    filter+="${filter:+ | }test(/$name/)"
  done
  [ ${#missing[@]} -eq 0 ] || die "no test is called so any more: ${missing[*]}"
  cargo nextest run --workspace --exclude rapport-frontend --no-fail-fast ${CI:+--profile ci} -E "$filter"
}

# --- Real processes -------------------------------------------------------------------------

work=$(mktemp -d "${TMPDIR:-/tmp}/rapport-faults.XXXXXX")
SERVER_PID='' mounted=false held='' program=''
tidy() {
  trap - EXIT INT TERM
  release
  stop_pid "$SERVER_PID"
  env -u DATABASE_URL scripts/pg.sh --faults stop || true
  if $mounted; then umount "$work/files" || true; fi
  rm -rf "$work"
}

# ask <seconds at the most> <status, or several: 200|201> <path> [curl arguments…]: fails unless it is answered so.
ask() {
  local most=$1 wanted=$2 path=$3 said
  shift 3
  said=$(curl -s -o "$work/answer" -w '%{http_code} %{time_total}' -m 20 "$@" "http://$RAPPORT_ADDR$path" || true)
  if ! [[ ${said% *} =~ ^($wanted)$ ]] || ! awk "BEGIN { exit !(${said#* } <= $most) }"; then
    head -c 500 "$work/answer" >&2 || true
    die "$path was answered ${said% *} after ${said#* } s, not $wanted within $most s"
  fi
  printf '    %-34s %s after %.2f s (%s s at the most)\n' "$path" "${said% *}" "${said#* }" "$most"
}

# again <seconds>: waits until a page is answered with 200.
again() {
  local began
  began=$(now_ms)
  while [ "$(curl -s -o /dev/null -w '%{http_code}' -m 2 "${session[@]}" "http://$RAPPORT_ADDR/inbox")" != 200 ]; do
    [ $(($(now_ms) - began)) -lt $(($1 * 1000)) ] || die "no page $1 s after the fault was over"
    sleep 0.1
  done
  printf '    %-34s 200 after %s (%s s at the most)\n' 'again: /inbox' "$(since "$began")" "$1"
}

# All processes of the cluster: the one that was started, and its own.
postgres_pids() {
  local main
  # shellcheck source=/dev/null
  main=$(. "$STATE/pg-faults.env" && head -1 "$PG_DATA/postmaster.pid")
  printf '%s\n' "$main"
  pgrep -P "$main"
}
hold() { held=$(postgres_pids) && xargs kill -STOP <<<"$held"; }
release() {
  [ -n "$held" ] || return 0
  xargs kill -CONT <<<"$held" 2>/dev/null || true
  held=
}

# on_postgres <statement>…: in one session.
on_postgres() {
  local statement arguments=()
  for statement in "$@"; do arguments+=(-c "$statement"); done
  scripts/pg.sh psql rapport -Xq -v ON_ERROR_STOP=1 "${arguments[@]}" >/dev/null
}

# holds <names and numbers>: what was acknowledged is there, each once, and nothing else.
holds() {
  local stored
  stored=$(scripts/pg.sh psql rapport -XAtc "select string_agg(name || ' ' || n, ', ' order by name) from (select name, count(*) as n from timeline_events where name in ('before', 'held', 'stopped', 'readonly', 'ahead', 'behind') group by 1) e")
  [ "$stored" = "$1" ] || die "what was acknowledged is stored as: $stored"
  say "    what was acknowledged is there, each once: $stored"
}

key=(-H 'Authorization: Bearer rsk_demo_secret')
event() { ask "$1" "$2" /v1/track "${key[@]}" -d "{\"userId\":\"faults\",\"event\":\"$3\",\"type\":\"track\",\"messageId\":\"$3\"}"; }

# Whoever logs in now is let in, and reads.
login() {
  curl -s -o /dev/null -c "$1" -H 'Sec-Fetch-Site: same-origin' \
    -d 'email=priya@acme.example&password=rapport-demo' "http://$RAPPORT_ADDR/login"
  ask 5 200 /inbox -b "$1" -H 'Accept: text/html'
}

# Starts the server anew, with its clock off by so much ("+1d"); monotonic time goes on as it does.
restart_at() {
  local library=$1 off=$2
  stop_pid "$SERVER_PID"
  if [ "$off" = 0 ]; then
    start_server "$program" "$work/server.log"
    return
  fi
  # Inside of this shell alone: nothing else is to run by that clock.
  printf '#!/bin/sh\nexec env LD_PRELOAD=%q FAKETIME=%q FAKETIME_DONT_FAKE_MONOTONIC=1 %q "$@"\n' \
    "$library" "$off" "$program" >"$work/off"
  chmod +x "$work/off"
  start_server "$work/off" "$work/off.log"
}

# The library that sets a clock wrong, for many threads; nothing where it cannot be had.
faketime_library() {
  compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' || {
    apt_install libfaketime >/dev/null 2>&1 && compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1'
  }
}

# A mail with a file of this many kilobytes.
letter() {
  printf 'From: Ada <ada@fox.example>\r\nTo: support@acme.example\r\nSubject: %s\r\nMessage-ID: <%s@fox.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n' "$2" "$2"
  head -c $(($1 * 1024)) /dev/urandom | base64
  printf -- '--b--\r\n'
}

real() {
  have curl || apt_install curl
  trap tidy EXIT
  trap 'exit 130' INT TERM
  step "Postgres for faults" scripts/pg.sh --faults start
  # What an earlier run stored would be taken for what this one did.
  for statement in 'drop database if exists rapport with (force)' 'create database rapport'; do
    PGOPTIONS='-c client_min_messages=warning' scripts/pg.sh --faults psql postgres -Xqc "$statement"
  done
  DATABASE_URL=$(scripts/pg.sh --faults url)
  export DATABASE_URL RAPPORT_DEMO=1
  RAPPORT_ADDR=127.0.0.1:$(free_port)
  export RAPPORT_ADDR RAPPORT_FILES=$work/files
  mkdir -p "$work/files" "$work/site/pkg"
  if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=2m rapport-faults "$work/files" 2>/dev/null; then mounted=true; fi
  # No page's scripts are asked for here: their list stands for itself.
  printf 'js: 0\nwasm: 0\ncss: 0\n' >"$work/hash.txt"
  touch "$work"/site/pkg/rapport.0.{js,wasm,css}
  export LEPTOS_SITE_ROOT=$work/site LEPTOS_HASH_FILE=$work/hash.txt
  use_secret_key
  step "build" cargo build -p rapport-server
  program=$TARGET/debug/rapport
  start_server "$program" "$work/server.log"
  session=(-b "$work/jar" -H 'Accept: text/html')
  login "$work/jar"
  curl -s -o /dev/null "${key[@]}" -H 'Content-Type: application/json' -d '{"external_id":"faults","name":"Fay"}' "http://$RAPPORT_ADDR/api/v1/customers"
  event 5 200 before

  say "==> Postgres stands still (SIGSTOP)"
  hold
  ask 2 503 /inbox "${session[@]}"
  ask 2 503 /api/v1/customers "${key[@]}"
  event 2 503 held
  ask 2 200 /healthz
  ask 2 503 /readyz
  release
  again 5
  event 5 200 held

  say "==> Postgres is stopped at once (immediate), and started again"
  env -u DATABASE_URL scripts/pg.sh --faults stop immediate
  ask 2 503 /inbox "${session[@]}"
  event 2 503 stopped
  env -u DATABASE_URL scripts/pg.sh --faults start
  again 5
  event 5 200 stopped

  say "==> Postgres is read-only, as after a failover to a replica"
  on_postgres 'alter system set default_transaction_read_only = on' 'select pg_reload_conf()'
  sleep 0.5
  ask 2 200 /inbox "${session[@]}"
  ask 2 200 /customers "${session[@]}"
  ask 2 200 /api/v1/customers "${key[@]}"
  event 2 503 readonly
  ask 2 503 /api/v1/customers "${key[@]}" -H 'Content-Type: application/json' -d '{"external_id":"readonly"}'
  ask 2 503 /api/v1/inbound/email "${key[@]}" -H 'Content-Type: message/rfc822' -d 'From: ada@fox.example'
  ask 2 200 /readyz
  # Read-only or not, what was set is set back.
  on_postgres 'set default_transaction_read_only = off' 'alter system reset default_transaction_read_only' 'select pg_reload_conf()'
  sleep 0.5
  again 5
  event 5 200 readonly

  say "==> the server is killed (SIGKILL) and started again"
  kill -9 "$SERVER_PID"
  wait "$SERVER_PID" 2>/dev/null || true
  start_server "$program" "$work/server.log"
  again 5
  holds 'before 1, held 1, readonly 1, stopped 1'

  local library
  if library=$(faketime_library); then
    say "==> the server's clock is a day ahead, then a day behind (libfaketime)"
    restart_at "$library" +1d
    ask 5 200 /inbox "${session[@]}"
    login "$work/jar-ahead"
    event 5 200 ahead
    event 5 200 before
    restart_at "$library" -1d
    ask 5 200 /inbox "${session[@]}"
    login "$work/jar-behind"
    event 5 200 behind
    event 5 200 ahead
    grep -q "clock differs from the database's" "$work/off.log" || die "the log does not say that the clock is wrong"
    say "==> … and a month ahead: no session lives so long"
    restart_at "$library" +30d
    ask 5 303 /inbox "${session[@]}"
    restart_at "$library" 0
    login "$work/jar"
    holds 'ahead 1, before 1, behind 1, held 1, readonly 1, stopped 1'
  else
    warn "there is no libfaketime here (apt install libfaketime): the wrong clock was left out"
  fi

  if $mounted; then
    say "==> the disk of the files is full (tmpfs of 2 MB)"
    local mail=(-H 'Content-Type: message/rfc822' "${key[@]}")
    letter 500 small >"$work/small.eml"
    letter 3000 large >"$work/large.eml"
    ask 10 201 /api/v1/inbound/email "${mail[@]}" --data-binary "@$work/small.eml"
    ask 10 507 /api/v1/inbound/email "${mail[@]}" --data-binary "@$work/large.eml"
    grep -q 'disk is full' "$work/answer" || die "a full disk is not said: $(cat "$work/answer")"
    ask 5 200 /inbox "${session[@]}"
    event 5 200 full
    mount -o remount,size=50m "$work/files"
    # Filed by now, or with this.
    ask 10 '200|201' /api/v1/inbound/email "${mail[@]}" --data-binary "@$work/large.eml"
    [ -z "$(find "$work/files" -type f -perm /077)" ] || die "a stored file can be read by others"
    "$program" admin verify-files --deep | sed 's/^/    /'
  else
    warn "no tmpfs could be mounted (are you root?): the full disk was left out"
  fi
  if grep -hs 'panicked at' "$work/server.log" "$work/off.log"; then
    die "the server panicked"
  fi
}

session=()
if [ "$part" != --real ]; then
  scripts/setup.sh --tests
  trap leave_postgres EXIT
  step "Postgres for tests" use_postgres --test
  step "tests of faults" tests
  leave_postgres
  unset DATABASE_URL
fi
if [ "$part" != --short ]; then real; fi
say "Every promise held."
