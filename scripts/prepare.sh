#!/usr/bin/env bash
# Renews .sqlx, the checked description of every query, so that building needs no database.
#   scripts/prepare.sh           after a change to a query or a migration; commit the result
#   scripts/prepare.sh --check   says whether .sqlx is up to date, and changes nothing
# Takes about 15 s (first time 1 minute). sqlx-cli is not needed: sqlx's macros write the files
# themselves when they see a live database and SQLX_OFFLINE_DIR.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

check=false
case "${1:-}" in
  '') ;;
  --check) check=true ;;
  *) die "usage: scripts/prepare.sh [--check]" ;;
esac

use_postgres --test
database=rapport_prepare_$$
out=$(mktemp -d)

# run_sql <database> psql arguments…
run_sql() { PGOPTIONS='-c client_min_messages=warning' scripts/pg.sh --test psql "$1" -X -q -v ON_ERROR_STOP=1 "${@:2}"; }

tidy() {
  run_sql postgres -c "drop database if exists $database with (force)" || true
  rm -rf "$out"
  leave_postgres
}
trap tidy EXIT

# As `rapport migrate` does it: in order of the number, each in a transaction unless it says no.
migrate() {
  local file one_transaction
  run_sql postgres -c "create database $database"
  for file in migrations/[0-9]*.sql; do
    one_transaction=(-1)
    ! head -1 "$file" | grep -q '^-- no-transaction' || one_transaction=()
    run_sql "$database" "${one_transaction[@]}" -f "$file" >/dev/null
  done
}

# The macros run only when the crate is compiled, and cargo does not know that the database
# changed: so the crate is forgotten first.
describe() {
  cargo clean -q -p rapport-store --target-dir "$TARGET/check"
  SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$out DATABASE_URL=$(scripts/pg.sh --test url $database) \
    cargo check -q -p rapport-store --all-targets --target-dir "$TARGET/check"
}

step "migrating a scratch database" migrate
step "describing the queries of rapport-store" describe

if $check; then
  [ -d .sqlx ] || die "there is no .sqlx yet: run scripts/prepare.sh and commit what it writes"
  diff -rq .sqlx "$out" >/dev/null || {
    diff -r .sqlx "$out" | head -20
    die ".sqlx is not up to date: run scripts/prepare.sh and commit what it changes"
  }
  say "    .sqlx is up to date: $(find "$out" -name '*.json' | wc -l) queries"
else
  mkdir -p .sqlx
  find .sqlx -name 'query-*.json' -delete
  find "$out" -name 'query-*.json' -exec cp {} .sqlx/ \;
  say "    .sqlx holds $(find "$out" -name '*.json' | wc -l) queries"
fi
