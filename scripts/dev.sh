#!/usr/bin/env bash
# The development loop: builds, serves, and builds again what a saved file touches.
#   Rust in app/ or crates/   both halves, server restarted (about 20 s on 2 cores)
#   Rust in server/           server only, restarted
#   style/ or public/         CSS and public files only, no restart (under 1 s)
# Reload the page to see it. A build that fails leaves the running server as it was.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export RAPPORT_ADDR=${RAPPORT_ADDR:-127.0.0.1:3000}
export RAPPORT_DEMO=${RAPPORT_DEMO:-1}
program=$TARGET/debug/rapport
SERVER_PID=
stop_all() {
  trap - EXIT INT TERM
  stop_pid "$SERVER_PID"
  leave_postgres
}
trap stop_all EXIT
trap 'exit 130' INT TERM

both=(app frontend crates migrations Cargo.toml Cargo.lock .sqlx)
server_only=(server)
style_only=(style public)

restart() {
  stop_pid "$SERVER_PID"
  "$program" migrate && start_server "$program" -
}

scripts/setup.sh
step "Postgres" use_postgres
use_secret_key
scripts/build.sh --dev
restart
"$program" demo --url "http://$RAPPORT_ADDR"
say "http://$RAPPORT_ADDR  priya@acme.example / rapport-demo; waiting for changes"

state_both=$(stamp_of "${both[@]}") state_server=$(stamp_of "${server_only[@]}") state_style=$(stamp_of "${style_only[@]}")
while sleep 0.5; do
  now_both=$(stamp_of "${both[@]}") now_server=$(stamp_of "${server_only[@]}") now_style=$(stamp_of "${style_only[@]}")
  if [ "$now_both" != "$state_both" ]; then
    if scripts/build.sh --dev; then restart || true; fi
  elif [ "$now_server" != "$state_server" ]; then
    if scripts/build.sh --dev --server; then restart || true; fi
  elif [ "$now_style" != "$state_style" ]; then
    scripts/build.sh --dev --css || true
  else
    continue
  fi
  state_both=$now_both state_server=$now_server state_style=$now_style
done
