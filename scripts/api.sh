#!/usr/bin/env bash
# Holds the REST API to its own description: schemathesis makes requests from /api/v1/openapi.json, good
# and bad ones, and each answer must be one that the description names, in status, media type and
# content; none may be a 5xx. `make test` runs it against the debug build.
#   scripts/api.sh [schemathesis arguments…]     about a minute; build first: scripts/build.sh --test
#   scripts/api.sh --max-examples 200            looks longer
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Requests for each route and kind of data. More find little more, and take as much longer.
EXAMPLES=12
CHECKS=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance

program=$TARGET/debug/rapport
[ -x "$program" ] || die "$program is not built: run scripts/build.sh --test"
[ -x "$(schemathesis_path)" ] || die "schemathesis is not installed: run scripts/setup.sh --tests"

SERVER_PID=
log=$STATE/api-server.log
work=$(mktemp -d)

finish() {
  local status=$?
  trap - EXIT
  leave_own_server "$log" $status || status=$?
  rm -rf "$work"
  exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

use_own_database api
RAPPORT_ADDR=127.0.0.1:$(free_port)
export RAPPORT_ADDR RAPPORT_DEMO=1 RAPPORT_FILES=$work/files LEPTOS_SITE_ROOT=$work/site LEPTOS_HASH_FILE=$work/hash.txt
# No page's scripts are asked for here: their list stands for itself.
mkdir -p "$work/files" "$work/site/pkg"
printf 'js: 0\nwasm: 0\ncss: 0\n' >"$LEPTOS_HASH_FILE"
touch "$work"/site/pkg/rapport.0.{js,wasm,css}
use_secret_key
"$program" migrate >"$log" 2>&1
start_server "$program" "$log"
api=http://$RAPPORT_ADDR/api/v1
key='Authorization: Bearer rsk_demo_secret'

# post <path> <body>: makes something and prints its id, so that routes with an id in them find one.
post() { curl -sS --fail-with-body -H "$key" -H 'Content-Type: application/json' -d "$2" "$api$1" | sed -nE 's/^\{"id":"([^"]+)".*/\1/p'; }
customer=$(post /customers '{"external_id":"1","name":"Fay"}')
account=$(post /accounts '{"external_id":"1","name":"Fox"}')
post /tickets '{"customer":{"external_id":"1"},"subject":"It drips","number":1}' >/dev/null
if [ -z "$customer" ] || [ -z "$account" ]; then die "nothing could be made over the API"; fi

cat >"$work/schemathesis.toml" <<TOML
# Most made-up bodies are refused for what no schema can say, and that is no fault.
[warnings]
display = ["unresolvable_reference"]
fail-on = ["unresolvable_reference"]

# Unknown ids are asked for by tests of our own: here all that stands behind an id is wanted.
[parameters]
"path.number" = 1

[[operations]]
include-path-regex = "^/customers/"
parameters = { "path.id" = "$customer" }

[[operations]]
include-path-regex = "^/accounts/"
parameters = { "path.id" = "$account" }
TOML
# Always the same requests: whoever did not touch the API sees no new failure.
(
  cd "$work"
  "$(schemathesis_path)" --config-file "$work/schemathesis.toml" run "$api/openapi.json" \
    --header "$key" --no-color --generation-deterministic --phases examples,coverage,fuzzing \
    --checks "$CHECKS" --max-examples $EXAMPLES --continue-on-failure "$@"
)
