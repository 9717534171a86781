# shellcheck shell=bash
# What the app must see alike when it is compiled and when it runs. Sourced by scripts/lib.sh.
# The compile-time values stand in .cargo/config.toml, so that a plain `cargo build` sees
# them too and nothing is compiled twice; this file exports the same lines to the shell.

TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
case $TARGET in /*) ;; *) TARGET=$ROOT/$TARGET ;; esac
export CARGO_TARGET_DIR=$TARGET

while IFS='=' read -r name value; do
  export "$name=${!name:-$value}"
done < <(sed -nE 's/^((LEPTOS|SERVER_FN)_[A-Z_]+) *= *"(.*)"$/\1=\3/p' "$ROOT/.cargo/config.toml")

# Where the server finds stylesheets, scripts and fonts: written by scripts/build.sh.
export LEPTOS_SITE_ROOT=${LEPTOS_SITE_ROOT:-$TARGET/site}
