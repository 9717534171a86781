#!/usr/bin/env bash
# Builds the book of docs/ into target/book, after looking for links that lead nowhere.
#   scripts/docs.sh            the first time mdBook is built from its source, which takes some minutes
#   scripts/docs.sh --links    looks for dead links alone; needs nothing
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

pages=(README.md ARCHITECTURE.md CONTRIBUTING.md SECURITY.md docs/*.md docs/decisions/*.md)

# The names that a page's headings get, as mdBook and most forges make them.
anchors() {
  sed -nE 's/^#{1,6} +//p' "$1" | tr '[:upper:]' '[:lower:]' | sed -E "s/[^[:alnum:] _-]//g; s/ /-/g"
}

# Every file and heading that a page of ours links to is there, every page of the book is in its table, and
# the book links to nothing outside of it, which would not be there once it is built.
links() {
  local page target file dead=0
  say_dead() {
    say "$1"
    dead=1
  }
  while IFS=: read -r page target; do
    target=${target#*](}
    target=${target%)}
    case $target in http:* | https:* | mailto:*) continue ;; esac
    file=$page
    [ -z "${target%%#*}" ] || file=$(dirname "$page")/${target%%#*}
    if [ ! -e "$file" ]; then
      say_dead "$page links to $target, which is not there"
    elif [[ $target == *'#'* ]] && ! anchors "$file" | grep -qxF -- "${target#*#}"; then
      say_dead "$page links to $target: there is no such heading"
    elif [[ $page == docs/*.md && $page != docs/decisions/* && $target == ../* ]]; then
      say_dead "$page links to $target, which is no part of the book"
    fi
  done < <(grep -oHE '\]\([^) ]+\)' "${pages[@]}")
  for page in docs/*.md; do
    grep -qF "($(basename "$page"))" docs/SUMMARY.md || [ "$page" = docs/SUMMARY.md ] ||
      say_dead "$page is not in docs/SUMMARY.md"
  done
  return $dead
}

book() { "$(mdbook_path)" build docs --dest-dir "$TARGET/book"; }

# What the built pages name beside them is there: links, scripts, styles, pictures.
book_links() {
  local page target dead=0
  while IFS=: read -r page target; do
    target=${target#*\"}
    target=${target%\"}
    target=${target%%#*}
    case $target in '' | *:* | //*) continue ;; esac
    if [ ! -e "$TARGET/book/$target" ] && [ ! -e "$(dirname "$page")/$target" ]; then
      say "$page names $target, which is not there"
      dead=1
    fi
  done < <(grep -oHE '(href|src)="[^"]*"' "$TARGET"/book/*.html)
  return $dead
}

step "links" links
if [ "${1:-}" = --links ]; then exit; fi
[ -x "$(mdbook_path)" ] || step "mdBook, from its source (once)" cargo_program mdbook "$MDBOOK_VERSION" --no-default-features --features search
step "the book" book
step "links of the built book" book_links
say "    $TARGET/book/index.html"
