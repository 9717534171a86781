#!/usr/bin/env bash
# Backs a demo up, wipes it, restores it, and compares every table and every file.
#   scripts/backup_test.sh       builds nothing: scripts/build.sh --test first; about 30 s
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

program=$TARGET/debug/rapport
[ -x "$program" ] || die "$program is not built: run scripts/build.sh --test"
SERVER_PID=
log=$STATE/backup-server.log
work=$(mktemp -d)
finish() {
  local status=$?
  trap - EXIT
  [ -z "${second:-}" ] || on_cluster "drop database if exists $second with (force)" || true
  leave_own_server "$log" $status || status=$?
  rm -rf "$work"
  exit $status
}
trap finish EXIT

export RAPPORT_FILES=$work/files RAPPORT_DEMO=1
use_own_database backup
first_url=$DATABASE_URL
second=${OWN_DATABASE}_b
RAPPORT_ADDR=127.0.0.1:$(free_port)
export RAPPORT_ADDR
use_secret_key
start_server "$program" "$log"
"$program" demo --url "http://$RAPPORT_ADDR" >/dev/null

# While it serves.
"$program" admin backup "$work/one.tar"
"$program" admin verify "$work/one.tar"
stop_pid "$SERVER_PID"
SERVER_PID=
"$program" admin backup "$work/two.tar"

# Into what is not empty: refused, and nothing changed.
if "$program" admin restore "$work/two.tar" 2>/dev/null; then die "a database that is not empty was restored into"; fi
# Damaged by one byte: refused.
cp "$work/two.tar" "$work/bad.tar"
printf 'X' | dd of="$work/bad.tar" bs=1 seek=5000 conv=notrunc status=none
if "$program" admin verify "$work/bad.tar" 2>/dev/null; then die "a damaged archive was taken for whole"; fi

on_cluster "create database $second"
second_url=$(scripts/pg.sh url "$second")
DATABASE_URL=$second_url RAPPORT_FILES=$work/files2 "$program" admin restore "$work/two.tar"

# Every table, row by row, and every file, byte by byte.
tables() { scripts/pg.sh psql "$1" -XAtc "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relpersistence = 'p' order by 1"; }
content() { scripts/pg.sh psql "$1" -XAtc "select md5(coalesce(string_agg(t::text, E'\n' order by t::text), '')) from \"$2\" t"; }
compared=0
for table in $(tables "$OWN_DATABASE"); do
  [ "$(content "$OWN_DATABASE" "$table")" = "$(content "$second" "$table")" ] || die "$table is not what it was"
  compared=$((compared + 1))
done
[ "$(tables "$OWN_DATABASE")" = "$(tables "$second")" ] || die "there are other tables than before"
diff -r "$work/files" "$work/files2" || die "the files are not what they were"
say "    $compared tables and $(find "$work/files2" -type f | wc -l) files are what they were"

# And it serves.
export DATABASE_URL=$second_url RAPPORT_FILES=$work/files2
start_server "$program" "$log"
[ "$(http_status "$RAPPORT_ADDR" /login)" = 200 ] || die "the restored one does not serve"
DATABASE_URL=$second_url RAPPORT_PUBLIC_URL=http://$RAPPORT_ADDR "$program" doctor || die "the doctor is not content"
"$program" admin verify-audit
export DATABASE_URL=$first_url
say "Backed up, wiped, restored, compared."
