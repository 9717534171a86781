#!/usr/bin/env bash
# Takes the pictures of docs/screenshots anew, from the demo: all pages, light and dark, on a desk and on a phone.
#   scripts/screenshots.sh [page…]     about 3 minutes once everything is built
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The demo has names in Chinese and pictures that are letters: a browser without fonts for them draws boxes.
ensure_fonts() {
  if fc-list 2>/dev/null | grep -qi emoji && fc-list 2>/dev/null | grep -qi cjk; then return 0; fi
  apt_install fontconfig fonts-noto-color-emoji fonts-noto-cjk
}

step "fonts" ensure_fonts
step "build" scripts/build.sh --test
step "pictures" end2end/run.sh screenshots.mjs "$@"
