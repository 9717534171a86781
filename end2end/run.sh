#!/usr/bin/env bash
# Runs the flows of tests/ in Chromium against the built app: a fresh database, the server on a
# free loopback port, the demo's data; everything is stopped and dropped at the end.
#   end2end/run.sh [--release] [playwright arguments…]      about 10 s and the flows themselves
#   RAPPORT_SLOW_MS=300 end2end/run.sh                      the same on slow data
#   end2end/run.sh screenshots.mjs [page…]                  the pictures of docs/screenshots, in place of the flows
# Build first: scripts/build.sh --test (or --release). `scripts/test.sh --flows` does both.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"

program=$TARGET/debug/rapport
if [ "${1:-}" = --release ]; then
  program=$TARGET/release/rapport
  shift
fi
[ -x "$program" ] || die "$program is not built: run scripts/build.sh --test"

SERVER_PID=
log=$STATE/flows-server.log

finish() {
  local status=$?
  trap - EXIT
  # Whatever a page made of it, a panic is a fault.
  leave_own_server "$log" $status || status=$?
  rm -rf "$RAPPORT_FILES"
  if [ $status -ne 0 ] && [ -s "$log" ]; then
    say "--- the server's last lines ($log)" >&2
    tail -15 "$log" >&2
  fi
  exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

RAPPORT_FILES=$(mktemp -d)
use_own_database flows
RAPPORT_ADDR=127.0.0.1:$(free_port)
export RAPPORT_PROGRAM=$program
export RAPPORT_ADDR RAPPORT_URL=http://$RAPPORT_ADDR RAPPORT_DEMO=1
use_secret_key
"$program" migrate >"$log" 2>&1
start_server "$program" "$log"
"$program" demo --url "$RAPPORT_URL"

case "${1:-}" in
  *.mjs)
    node "end2end/$1" "${@:2}"
    exit
    ;;
esac
# Not through npx: the process that Ctrl-C reaches must be Playwright itself.
(cd end2end && PLAYWRIGHT_NO_COPY_PROMPT=1 exec node node_modules/@playwright/test/cli.js test "$@")
