#!/usr/bin/env bash
# Measures the release build: starts Postgres and the server, then runs the bench program.
#   scripts/bench.sh [arguments of rapport-bench]
# Takes as long as the bench program says, plus a release build (about 8 minutes at first).
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ -f bench/Cargo.toml ] || die "there is no bench/ yet"
SERVER_PID=
stop_all() {
  scripts/bugsink.sh stop || true
  stop_pid "$SERVER_PID"
  leave_postgres
}
trap stop_all EXIT

# With the browser: one figure is taken in a real page.
step "set-up" scripts/setup.sh --tests
step "Postgres" use_postgres
step "build" scripts/build.sh --release
step "build of the bench program" cargo build --release -p rapport-bench
# Ten thousand open pages need as many files on both sides.
ulimit -n "$(ulimit -Hn)"
[ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -ge 12000 ] || die "ulimit -Hn is $(ulimit -Hn): 12000 are needed"
# A database of its own: what is measured must not mix with what you look at.
scripts/pg.sh psql -q -c 'create database rapport_bench' 2>/dev/null || true
DATABASE_URL=$(scripts/pg.sh url rapport_bench)
export RAPPORT_DEMO=1
# The bench program says for whom it asks, as a proxy does: browsers are limited by their address.
export RAPPORT_TRUSTED_PROXIES=127.0.0.1
RAPPORT_ADDR=127.0.0.1:$(free_port)
export RAPPORT_ADDR RAPPORT_URL=http://$RAPPORT_ADDR
step "rapport migrate" "$TARGET/release/rapport" migrate
step "rapport serve" start_server "$TARGET/release/rapport" "$STATE/bench-server.log"
# A peer, where Python can have it; without it the rest is measured all the same.
if peer=$(scripts/bugsink.sh start); then eval "$peer"; else warn "bugsink did not start"; fi
# The program reads the memory of this process.
export RAPPORT_PID=$SERVER_PID
"$TARGET/release/rapport-bench" "$@"
