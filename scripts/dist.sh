#!/usr/bin/env bash
# Makes what is installed: one binary with everything in it, and a Debian package of it.
#   scripts/dist.sh            target/dist/rapport, and its sizes
#   scripts/dist.sh --deb      the package too, target/dist/rapport_….deb
# Optimised over all crates: about 15 minutes on 2 cores. Needs cargo-deb for the package.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# What one binary may weigh, and packed.
LIMIT=$((40 * 1024 * 1024)) PACKED_LIMIT=$((20 * 1024 * 1024))

dist=$TARGET/dist
site=$TARGET/bundle/dist-site
mkdir -p "$dist"

build_site() {
  LEPTOS_SITE_ROOT=$site scripts/build.sh --release --front
  cp "$TARGET/release/hash.txt" "$site/hash.txt"
}

# The same bytes from the same site.
pack_site() {
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$site" -c . | gzip -9n >"$TARGET/bundle/site.tar.gz"
}

build_binary() {
  RAPPORT_SITE_ARCHIVE=$TARGET/bundle/site.tar.gz \
    cargo build -p rapport-server --bin rapport --profile dist --features embedded-site
}

measure() {
  local size packed
  size=$(stat -c %s "$dist/rapport")
  packed=$(zstd -19 -q -c "$dist/rapport" | wc -c)
  say "    the binary: $((size / 1024 / 1024)) MiB, packed $((packed / 1024 / 1024)) MiB"
  [ "$size" -le $LIMIT ] || die "the binary is larger than $((LIMIT / 1024 / 1024)) MiB"
  [ "$packed" -le $PACKED_LIMIT ] || die "packed it is larger than $((PACKED_LIMIT / 1024 / 1024)) MiB"
}

package() {
  have cargo-deb || die "cargo-deb is missing: cargo install cargo-deb --locked"
  cargo deb -p rapport-server --no-build --no-strip --profile dist --output "$dist/"
}

step "the site" build_site
step "packing the site" pack_site
step "the binary" build_binary
step "sizes" measure
if [ "${1:-}" = --deb ]; then step "the package" package; fi
