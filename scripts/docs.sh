#!/usr/bin/env bash
# Builds the book of docs/ into target/book, after looking for links that lead nowhere.
#   scripts/docs.sh --links    looks for them alone; needs nothing
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Every file that a page of ours links to is there, and every page of the book is in its table.
links() {
  local page target dead=0
  while IFS=: read -r page target; do
    target=${target#*](}
    target=${target%)}
    case $target in http:* | https:* | '#'* | mailto:*) continue ;; esac
    if [ ! -e "$(dirname "$page")/${target%%#*}" ]; then
      say "$page links to $target, which is not there"
      dead=1
    fi
  done < <(grep -oHE '\]\([^) ]+\)' README.md ARCHITECTURE.md CONTRIBUTING.md SECURITY.md docs/*.md docs/decisions/*.md)
  for page in docs/*.md; do
    grep -qF "($(basename "$page"))" docs/SUMMARY.md || [ "$page" = docs/SUMMARY.md ] || {
      say "$page is not in docs/SUMMARY.md"
      dead=1
    }
  done
  return $dead
}

step "links" links
if [ "${1:-}" = --links ]; then exit; fi
have mdbook || die "mdbook is missing: cargo install mdbook --locked"
step "the book" mdbook build docs
say "    $TARGET/book/index.html"
