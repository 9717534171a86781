#!/usr/bin/env bash
# Makes what is installed: one binary with everything in it, and a Debian package of it.
#   scripts/dist.sh            target/dist/rapport, and its sizes
#   scripts/dist.sh --deb      the package too, target/dist/rapport_….deb
# Optimised for size over all crates, which takes 20 minutes; cargo-deb is built the first time, about a minute on 2 cores.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# What one binary may weigh, and packed.
LIMIT=$((40 * 1024 * 1024)) PACKED_LIMIT=$((20 * 1024 * 1024))

deb=false
case "${1:-}" in
  '') ;;
  --deb) deb=true ;;
  *) die "usage: scripts/dist.sh [--deb]" ;;
esac

dist=$TARGET/dist
site=$TARGET/bundle/dist-site
mkdir -p "$dist"
have zstd || step "zstd, to measure with" apt_install zstd

# Anew each time: files of older builds are no part of this one.
build_site() {
  rm -rf "$site"
  LEPTOS_SITE_ROOT=$site scripts/build.sh --release --front
  cp "$TARGET/release/hash.txt" "$site/hash.txt"
}

# The same bytes from the same site. What is there for gzip and brotli too goes without its plain form, which the server
# writes anew when it starts.
pack_site() {
  local file
  while read -r file; do
    if [ -f "$file.gz" ] && [ -f "$file.br" ]; then rm "$file"; fi
  done < <(find "$site" -type f ! -name '*.gz' ! -name '*.br')
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$site" -c . | gzip -9n >"$TARGET/bundle/site.tar.gz"
}

# Functions that came out the same are kept once, and places to relocate are packed, where the linker can (lld, which is
# rustc's own on most machines).
linker_flags() {
  local flags=(-C "link-arg=-Wl,--icf=all" -C "link-arg=-Wl,-z,pack-relative-relocs")
  if printf 'fn main() {}' | rustc "${flags[@]}" --out-dir "$TARGET/bundle/probe" --crate-name probe - 2>/dev/null; then
    printf '%s\n' "${flags[@]}"
  fi
}

build_binary() {
  local flags
  mapfile -t flags < <(linker_flags)
  RAPPORT_SITE_ARCHIVE=$TARGET/bundle/site.tar.gz \
    cargo rustc -p rapport-server --bin rapport --profile dist --features embedded-site -- "${flags[@]}"
}

mib() { awk -v bytes="$1" 'BEGIN { printf "%.1f MiB", bytes / 1024 / 1024 }'; }

measure() {
  local size packed
  size=$(stat -c %s "$dist/rapport")
  packed=$(zstd -19 -q -c "$dist/rapport" | wc -c)
  say "    the binary: $(mib "$size") (limit $(mib $LIMIT)), packed $(mib "$packed") (limit $(mib $PACKED_LIMIT))"
  [ "$size" -le $LIMIT ] || die "the binary is too large"
  [ "$packed" -le $PACKED_LIMIT ] || die "packed it is too large"
}

# Ours, and the one that Debian wants to name the package's version.
write_changelogs() {
  local version
  version=$(sed -nE '/^\[workspace.package\]/,/^$/s/^version = "(.*)"/\1/p' Cargo.toml)
  gzip -9nc CHANGELOG.md >"$dist/changelog.gz"
  gzip -9nc >"$dist/changelog.Debian.gz" <<TXT
rapport ($version-1) unstable; urgency=medium

  * What is new is in changelog.gz, beside this file.

 -- The Rapport authors <authors@rapport.example>  $(git log -1 --format=%cD 2>/dev/null || date -R)
TXT
}

package() {
  [ -x "$(cargo_deb_path)" ] || step "cargo-deb, from its source (once)" cargo_program cargo-deb "$CARGO_DEB_VERSION"
  write_changelogs
  rm -f "$dist"/rapport_*.deb
  "$(cargo_deb_path)" -q -p rapport-server --no-build --no-strip --profile dist --output "$dist/"
  say "    $(basename "$dist"/rapport_*.deb): $(mib "$(stat -c %s "$dist"/rapport_*.deb)")"
}

step "the site" build_site
step "packing the site" pack_site
step "the binary" build_binary
step "sizes" measure
if $deb; then step "the package" package; fi
