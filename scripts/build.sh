#!/usr/bin/env bash
# Builds the server and the browser half and lays out what the server serves.
#   scripts/build.sh --release   what users get (the default)
#   scripts/build.sh --run       a server that is built in half the time, for a first look
#   scripts/build.sh --dev       quick to build, larger
#   scripts/build.sh --test      a dev server with the browser half that users get
#   add --css, --front (with CSS) or --server to build that part alone
# First release build: about 8 minutes on 2 cores; first dev build: about 6. After an edit
# only what the edit touches is done again; with no edit it takes about 2 seconds.
# cargo-leptos is not needed; docs of `cargo leptos watch` are in tools/leptos-metadata.toml.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

server_profile=release front_profile=wasm-release part=all
for argument in "$@"; do
  case $argument in
    --release) server_profile=release front_profile=wasm-release ;;
    --run) server_profile=first-look front_profile=wasm-release ;;
    --dev) server_profile=dev front_profile=dev ;;
    --test) server_profile=dev front_profile=wasm-release ;;
    --css | --front | --server) part=${argument#--} ;;
    *) die "usage: scripts/build.sh [--release|--run|--dev|--test] [--css|--front|--server]" ;;
  esac
done

profile_dir() { if [ "$1" = dev ]; then echo debug; else echo "$1"; fi; }
server_dir=$TARGET/$(profile_dir "$server_profile")
wasm_in=$TARGET/front/wasm32-unknown-unknown/$(profile_dir "$front_profile")/frontend.wasm
work=$TARGET/bundle/$front_profile
site=$LEPTOS_SITE_ROOT
bundle=$(bundle_path)
mkdir -p "$work" "$site" "$server_dir"
optimised=false
[ "$front_profile" = dev ] || optimised=true

[ -x "$bundle" ] || die "tools/bundle is not built: run scripts/setup.sh first"

build_server() { cargo build -p rapport-server --bin rapport --profile "$server_profile"; }

# Panic messages name source files: without the folders of the machine that built them the
# module is a little smaller, and the same wherever it is built. The variable replaces the flags
# of .cargo/config.toml, so what stands there is said again.
build_front() {
  local flags=(--cfg erase_components "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=crates")
  CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && printf '%s' "${flags[*]}") \
    wasm_cargo build -p rapport-frontend --lib --target wasm32-unknown-unknown \
    --profile "$front_profile" --target-dir "$TARGET/front"
}

# The two halves share no lock, and the end of the browser build (one link-time optimisation)
# keeps one core busy only: so they run side by side, and the browser's output comes after.
build_both() {
  local began front status=0
  began=$(now_ms)
  ({ build_front && bind_front; } >"$work/cargo.log" 2>&1 && since "$began" >"$work/cargo.time") &
  front=$!
  build_server || status=$?
  wait $front || {
    cat "$work/cargo.log" >&2
    status=1
  }
  [ $status -eq 0 ] || return $status
  say "    the browser half took $(cat "$work/cargo.time")"
}

bindgen() {
  local debug=()
  $optimised || debug=(--debug)
  "$bundle" "$wasm_in" "$work" rapport "${debug[@]}"
}

# Once for each module: beside the server, which takes longer, where both are built.
bind_front() {
  unless_stamped "bindgen-$front_profile.stamp" "$(stamp_of "$wasm_in" "$bundle")$TARGET" bindgen
}

# rustc says in the module which features its code uses; wasm-opt reads that, and the two
# named here are what it may introduce itself. -O1 and not -Oz: -Oz makes the module an eighth
# smaller but so irregular that brotli, which is what travels, ends a tenth larger.
optimise() {
  tools/node_modules/.bin/wasm-opt -O1 --enable-bulk-memory --enable-nontrapping-float-to-int \
    "$work/rapport_bg.wasm" -o "$work/rapport.wasm"
}

esbuild() {
  local minify=()
  $optimised && minify=(--minify --legal-comments=none)
  tools/node_modules/.bin/esbuild "$@" --bundle --format=esm --target=es2022 --log-level=warning "${minify[@]}"
}

# The page's module, snippets of crates included, and the composer's editor, which it fetches
# by its hashed name once a composer is on the page.
join_js() {
  local hash
  esbuild frontend/editor/src/mount.ts --outfile="$work/editor.js"
  hash=$(node tools/site.mjs hash "$work/editor.js")
  printf 'import "%s";\nimport "%s";\nexport * from "%s";\nexport { default } from "%s";\n' \
    "$ROOT/frontend/editor/src/loader.ts" "$ROOT/frontend/palette/src/everywhere.ts" "$work/rapport.js" "$work/rapport.js" >"$work/entry.js"
  esbuild "$work/entry.js" --define:EDITOR="\"./editor.$hash.js\"" "--external:./editor.$hash.js" \
    --outfile="$work/rapport.min.js"
}

pack_front() {
  step "wasm-bindgen" bind_front
  if $optimised; then
    step "wasm-opt" optimise
  else
    cp "$work/rapport_bg.wasm" "$work/rapport.wasm"
  fi
  step "JavaScript" join_js
}

build_css() { node tools/css.mjs style "$TARGET/bundle/rapport.css"; }

build_sdk() { node sdk/build.mjs script "$TARGET/bundle/sdk.js"; }

build_recorder() { node sdk/build.mjs recorder "$TARGET/bundle/recorder.js"; }

# What plays recorded sessions: the page's half, what reads beside it, and the half inside of its frame.
build_player() {
  esbuild frontend/player/src/page/main.ts --minify --outfile="$TARGET/bundle/player.js"
  esbuild frontend/player/src/worker/main.ts --minify --format=iife --outfile="$TARGET/bundle/player-worker.js"
  esbuild frontend/player/src/frame/main.ts --minify --format=iife --loader:.css=text --outfile="$TARGET/bundle/player-frame.js"
}

# The command palette of the pages without a browser half; the others have it in their own module.
build_palette() { esbuild frontend/palette/src/plain.ts --minify --outfile="$TARGET/bundle/palette.js"; }

# Who made what is in both halves; the server shows it at /notices.
build_notices() { node tools/notices.mjs write "$TARGET/bundle/notices.txt"; }

# What the server hands out at /source, as the AGPL promises: all files that git knows, as they
# are now. Where this is no git checkout there is none, and the server asks for an address.
pack_source() {
  local tree
  tree=$(git stash create)
  git archive --format=tar.gz --prefix=rapport/ -o "$TARGET/bundle/source.tar.gz" "${tree:-HEAD}"
}
source_stamp() { git rev-parse HEAD && git diff HEAD | sha256sum; }

copy_public() {
  find "$site" -mindepth 1 -maxdepth 1 ! -name "$LEPTOS_SITE_PKG_DIR" -exec rm -rf {} +
  cp -a public/. "$site/"
}

# Dev and release builds lie side by side in pkg/; site.mjs keeps what either hash file names.
publish() {
  node tools/site.mjs publish "$site/$LEPTOS_SITE_PKG_DIR" "$LEPTOS_OUTPUT_NAME" "$server_dir/hash.txt" \
    "$work/rapport.min.js" "$work/rapport.wasm" "$TARGET/bundle/rapport.css" "$work/editor.js" \
    "$TARGET/release/hash.txt" "$TARGET/first-look/hash.txt" "$TARGET/debug/hash.txt"
}

compress() { node tools/site.mjs compress "$site" "$LEPTOS_SITE_PKG_DIR" "$server_dir/hash.txt"; }

kib() { awk -v bytes="$1" 'BEGIN { printf "%.0f KiB", bytes / 1024 }'; }

# Raw and brotli size of each file that a page loads.
sizes() {
  local kind hash file line
  for kind in wasm js css editor; do
    hash=$(sed -n "s/^$kind: //p" "$server_dir/hash.txt")
    file=$site/$LEPTOS_SITE_PKG_DIR/$LEPTOS_OUTPUT_NAME.$hash.$kind
    [ "$kind" != editor ] || file=$site/$LEPTOS_SITE_PKG_DIR/editor.$hash.js
    line="    $kind: $(kib "$(stat -c %s "$file")")"
    [ -f "$file.br" ] && line+=", $(kib "$(stat -c %s "$file.br")") brotli"
    say "$line"
  done
}

began=$(now_ms)
case $part in
  all) step "cargo: server ($server_profile) and browser half ($front_profile)" build_both ;;
  server) step "cargo: server ($server_profile)" build_server ;;
  front) step "cargo: browser half ($front_profile)" build_front ;;
esac
if [ "$part" = all ] || [ "$part" = front ]; then
  unless_stamped "front-$front_profile.stamp" "$(stamp_of "$wasm_in" "$bundle" tools/package-lock.json frontend/editor/src frontend/editor/package-lock.json frontend/palette/src)$TARGET" pack_front
fi
if [ "$part" != server ]; then
  unless_stamped css.stamp "$(stamp_of style tools/css.mjs tools/package-lock.json)$TARGET" step "CSS" build_css
  unless_stamped sdk.stamp "$(stamp_of sdk/src sdk/build.mjs tools/package-lock.json)$TARGET" step "browser SDK" build_sdk
  unless_stamped recorder.stamp "$(stamp_of sdk/src sdk/build.mjs sdk/package-lock.json tools/package-lock.json)$TARGET" step "recorder" build_recorder
  unless_stamped player.stamp "$(stamp_of frontend/player/src frontend/player/package-lock.json tools/package-lock.json)$TARGET" step "player of sessions" build_player
  unless_stamped palette.stamp "$(stamp_of frontend/palette/src tools/package-lock.json)$TARGET" step "command palette" build_palette
  unless_stamped public.stamp "$(stamp_of public)$site" step "public files" copy_public
  unless_stamped notices.stamp "$(stamp_of Cargo.lock Cargo.toml ./*/Cargo.toml crates/*/Cargo.toml deny.toml tools/notices* public/licences tools/package-lock.json frontend/editor/package-lock.json frontend/*/src sdk/src)$TARGET" \
    step "notices" build_notices
  if git rev-parse -q HEAD >/dev/null 2>&1; then
    unless_stamped source.stamp "$(source_stamp)$TARGET" step "source" pack_source
  fi
  for file in sdk.js recorder.js player.js player-worker.js player-frame.js palette.js notices.txt source.tar.gz; do
    [ ! -f "$TARGET/bundle/$file" ] || cmp -s "$TARGET/bundle/$file" "$site/$file" || cp "$TARGET/bundle/$file" "$site/$file"
  done
fi
[ "$part" = server ] && [ -f "$server_dir/hash.txt" ] && exit 0
publish
if $optimised; then step "brotli and gzip" compress; fi
sizes
say "Built in $(since "$began"): $server_dir/rapport"
