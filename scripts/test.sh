#!/usr/bin/env bash
# All tests: Rust (units, store and routes against a Postgres of their own), then the flows in a
# real browser against the built app. Any failure, and finding no test at all, is an error.
#   scripts/test.sh [--rust|--flows] [filter…]   one half alone; the filter goes to its runner
# First time: about 15 minutes on 2 cores, nearly all of it compiling. Again: about 1 minute.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

half=all
case "${1:-}" in
  --rust | --flows)
    half=${1#--}
    shift
    ;;
esac

scripts/setup.sh --tests
began=$(now_ms)
trap leave_postgres EXIT
step "Postgres for tests" use_postgres --test

# The browser half is left out: together with the server it would switch on both of Leptos's
# sides in one build. Its code is run by the flows.
packages=(--workspace --exclude rapport-frontend)

cargo_test() {
  local log=$STATE/cargo-test.log
  cargo test "${packages[@]}" "$@" 2>&1 | tee "$log"
  # cargo test is content with nothing to run; we are not.
  grep -qE '^test result: ok\. [1-9]' "$log" || die "cargo test ran no test"
}

if [ "$half" != flows ]; then
  step "the composer’s editor, the recorder, and the rules of licences" node --test frontend/editor/test/ sdk/test/ tools/notices/
  if cargo nextest --version >/dev/null 2>&1; then
    step "cargo nextest" cargo nextest run "${packages[@]}" ${CI:+--profile ci} "$@"
  else
    step "cargo test" cargo_test "$@"
  fi
fi
if [ "$half" != rust ]; then
  step "build for the flows" scripts/build.sh --test
  [ "$half" = flows ] || set --
  if [ $# -eq 0 ]; then
    step "the API beside its description" scripts/api.sh
    step "backup and restore" scripts/backup_test.sh
    step "the doctor" scripts/doctor_test.sh
  fi
  step "flows in Chromium" end2end/run.sh "$@"
  # A package is not built for this, and one of older sources says nothing about these.
  package=$(find "$TARGET/dist" -maxdepth 1 -name 'rapport_*.deb' 2>/dev/null | head -1 || true)
  if [ $# -eq 0 ] && [ -n "$package" ] && [ "$(id -u)" -eq 0 ] &&
    [ -z "$(find Cargo.lock app crates server frontend packaging docs -type f -newer "$package" -print -quit)" ]; then
    step "the Debian package on a clean machine" scripts/deb_test.sh "$package"
  fi
fi
say "All tests passed in $(since "$began")."
