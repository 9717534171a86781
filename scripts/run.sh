#!/usr/bin/env bash
# Everything from a fresh checkout to a running Rapport with demo data; Ctrl-C ends it all.
# First time: 10 to 15 minutes on 2 cores, nearly all of it compiling. Again: about 5 s.
#   RAPPORT_ADDR   where to listen (127.0.0.1:3000)
#   DATABASE_URL   your own Postgres instead of a private one under .rapport/
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export RAPPORT_ADDR=${RAPPORT_ADDR:-127.0.0.1:3000}
export RAPPORT_DEMO=${RAPPORT_DEMO:-1}
program=$TARGET/first-look/rapport
SERVER_PID=
began=$(now_ms)

stop_all() {
  trap - EXIT INT TERM
  stop_pid "$SERVER_PID"
  leave_postgres
}
trap stop_all EXIT
trap 'exit 130' INT TERM

if (exec 3<>"/dev/tcp/${RAPPORT_ADDR%:*}/${RAPPORT_ADDR##*:}") 2>/dev/null; then
  die "something listens at $RAPPORT_ADDR already: stop it, or choose another with RAPPORT_ADDR=127.0.0.1:3001 make run"
fi

step "set-up" scripts/setup.sh
step "Postgres" use_postgres
step "build" scripts/build.sh --run
use_secret_key
step "rapport migrate" "$program" migrate
step "rapport serve" start_server "$program" -
step "rapport demo" "$program" demo --url "http://$RAPPORT_ADDR"

cat <<TXT

  Rapport is running (after $(since "$began")):  http://$RAPPORT_ADDR

    log in with     priya@acme.example / rapport-demo
    browser key     rpk_demo_write
    secret API key  rsk_demo_secret
    sent mail       http://$RAPPORT_ADDR/dev/outbox
    database        scripts/pg.sh psql

  Ctrl-C stops the server$(! $PG_STARTED || printf ' and its Postgres').
TXT
wait "$SERVER_PID"
