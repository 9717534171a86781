#!/usr/bin/env bash
# Breaks whatever the doctor looks at, one after the other, and checks that it says so and what to do.
#   scripts/doctor_test.sh       builds nothing: scripts/build.sh --test first; about 20 s
# Advice is compared letter by letter, backticks included.
# shellcheck disable=SC2016
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

program=$TARGET/debug/rapport
[ -x "$program" ] || die "$program is not built: run scripts/build.sh --test"
SERVER_PID=
log=$STATE/doctor-server.log
work=$(mktemp -d)
finish() {
  local status=$?
  trap - EXIT
  umount "$work/small" 2>/dev/null || true
  leave_own_server "$log" $status || status=$?
  rm -rf "$work"
  exit $status
}
trap finish EXIT

# doctor [NAME=value…]: with the settings of a healthy installation but these; whether it ends well stands behind it.
doctor() {
  local ended=0
  env "$@" "$program" doctor >"$work/said" 2>&1 || ended=$?
  printf 'ended %s\n' "$ended" >>"$work/said"
}
# says <line> [advice]: the line is there, and the advice right below it.
says() {
  grep -qF -- "$1" "$work/said" || { cat "$work/said" >&2; die "the doctor does not say: $1"; }
  [ $# -lt 2 ] || grep -A1 -F -- "$1" "$work/said" | grep -qF -- "→ $2" || { cat "$work/said" >&2; die "the doctor does not advise: $2"; }
}
sql() { scripts/pg.sh --test psql "$OWN_DATABASE" -Xqc "$1"; }

export RAPPORT_FILES=$work/files RAPPORT_DEMO=1
mkdir -p "$RAPPORT_FILES"
use_own_database doctor
RAPPORT_ADDR=127.0.0.1:$(free_port)
export RAPPORT_ADDR RAPPORT_PUBLIC_URL=http://$RAPPORT_ADDR
use_secret_key

doctor DATABASE_URL="$DATABASE_URL"
says 'warn  migrations: the database is empty' 'Run `rapport migrate`'
start_server "$program" "$log"
doctor DATABASE_URL="$DATABASE_URL"
for well in 'database: Postgres' 'migrations: all there' 'clock: agrees' 'files: written and read' 'disk: ' 'secrets: the key opens all'; do
  says "ok    $well"
done
says "ok    public address: $RAPPORT_PUBLIC_URL answers"
says 'warn  TLS: ' 'Put a proxy with a certificate in front'
says 'ended 0'

doctor -u DATABASE_URL
says 'FAIL  database: DATABASE_URL is not set' 'Set it to postgres://'
says 'ended 1'
doctor DATABASE_URL=postgres://nobody@127.0.0.1:9/none
says 'FAIL  database: ' 'Look whether Postgres runs'
doctor RAPPORT_FILES=/proc/nowhere
says 'FAIL  files: ' 'Make the directory for the user that Rapport runs as'
doctor RAPPORT_FILES=s3://bucket AWS_REGION=none AWS_ENDPOINT=http://127.0.0.1:9 AWS_ALLOW_HTTP=true AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b
says 'FAIL  files: '
doctor -u RAPPORT_SECRET_KEY
says 'warn  secrets: RAPPORT_SECRET_KEY is not set' 'Make one with'
sql "update mailboxes set smtp_password = '\\x0100000000'"
doctor RAPPORT_SECRET_KEY="$(head -c 32 /dev/urandom | base64)"
says 'FAIL  secrets: the key opens 0 of 1' 'Set the key with which they were sealed'
doctor -u RAPPORT_PUBLIC_URL
says 'warn  public address: RAPPORT_PUBLIC_URL is not set' 'Set it to the address people use'
says 'warn  TLS: unknown' 'Set RAPPORT_PUBLIC_URL'
doctor RAPPORT_PUBLIC_URL=https://127.0.0.1:9
says 'warn  public address: The other server cannot be reached.' 'Start the server'
says 'ok    TLS: cookies are Secure'
if mkdir "$work/small" && mount -t tmpfs -o size=4m doctor "$work/small" 2>/dev/null; then
  doctor RAPPORT_FILES="$work/small"
  says 'warn  disk: 0.0 GiB free' 'Make room'
else
  warn "no disk of its own can be mounted here: what a full one is told was not tested"
fi

# Somebody put a function before that of the database: its clock is ten minutes behind.
sql "create schema wrong; create function wrong.clock_timestamp() returns timestamptz language sql as 'select pg_catalog.clock_timestamp() - interval ''10 minutes'''; alter database $OWN_DATABASE set search_path = wrong, pg_catalog, public"
doctor DATABASE_URL="$DATABASE_URL"
says 'warn  clock: 600 s ahead' 'Set both by NTP'
sql "alter database $OWN_DATABASE reset search_path"

sql "update mailboxes set transport = 'smtp', smtp_host = '127.0.0.1', smtp_port = 9, smtp_tls = 'none', imap_host = '127.0.0.1', imap_port = 9, imap_tls = 'none', imap_error = 'Connection refused', imap_reached_at = null"
doctor DATABASE_URL="$DATABASE_URL"
says 'FAIL  mail out of ' 'Look at the mailbox under App config'
says 'FAIL  mail into ' 'Look at the mailbox under App config'
sql 'delete from outbox; delete from mailboxes' 2>/dev/null || sql "alter table mailboxes disable trigger all; delete from mailboxes"
doctor DATABASE_URL="$DATABASE_URL"
says 'warn  mail: no mailbox yet' 'Add one under App config'
sql 'delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)'
doctor DATABASE_URL="$DATABASE_URL"
says 'warn  migrations: the schema is not the one of this version' 'Run `rapport migrate`'
say "Whatever was broken, the doctor said so, and what to do."
