# shellcheck shell=bash
# A Debian of its own, without anything of ours: made by debootstrap, booted with systemd in a container that
# reaches nothing but itself. Sourced by scripts/deb_test.sh, behind lib.sh.
#   make_root [PACKAGE…], boot_root, inside COMMAND…, as_written PAGE HEADING [N], leave_root
# Needs root, and debootstrap and systemd-nspawn, which it installs.

RELEASE=bookworm
CLEAN_ROOT=
NSPAWN_PID=
LEADER=

# What such a machine has before ours is installed on it; into_root adds what the test wants beside.
ROOT_PACKAGES=systemd-sysv,dbus,sudo,adduser,ca-certificates,cron,curl,openssl,procps
# For so many days one that was made before is as clean.
FRESH_DAYS=7

# make_root [package…]: the root, with these packages of Debian's; nothing of it was started yet.
make_root() {
  [ "$(id -u)" -eq 0 ] || die "a root of its own needs root"
  have debootstrap || apt_install debootstrap
  have systemd-nspawn || apt_install systemd-container
  local kept
  kept=$CACHE/clean-root-$RELEASE-$(printf '%s\n' "$ROOT_PACKAGES" "$@" | sha256sum | cut -c1-12).tar
  CLEAN_ROOT=$(mktemp -d)
  # It is the / of everybody in there.
  chmod 755 "$CLEAN_ROOT"
  if [ -z "$(find "$kept" -mtime -$FRESH_DAYS 2>/dev/null)" ]; then
    fill_root "$@" >"$STATE/clean-root.log" 2>&1 || {
      tail -20 "$STATE/clean-root.log" >&2
      return 1
    }
    mkdir -p "$CACHE"
    tar --numeric-owner --xattrs -C "$CLEAN_ROOT" -cf "$kept.new" . && mv "$kept.new" "$kept"
  else
    tar --numeric-owner --xattrs -C "$CLEAN_ROOT" -xpf "$kept"
  fi
}

fill_root() {
  local mirror
  # From where this machine's apt has the same release; elsewhere from where debootstrap looks by itself.
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $RELEASE" 2>/dev/null | head -1)
  debootstrap --variant=minbase --include="$ROOT_PACKAGES" "$RELEASE" "$CLEAN_ROOT" ${mirror:+"$mirror"} || return
  echo clean >"$CLEAN_ROOT/etc/hostname"
  printf '127.0.0.1 localhost clean\n' >"$CLEAN_ROOT/etc/hosts"
  # apt asks nobody in here.
  printf 'APT::Get::Assume-Yes "true";\n' >"$CLEAN_ROOT/etc/apt/apt.conf.d/90yes"
  systemd-nspawn --quiet --register=no --keep-unit --pipe --directory="$CLEAN_ROOT" \
    env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get -qq update && apt-get -qq install "$@" && apt-get clean' sh "$@"
}

boot_root() {
  local _
  systemd-nspawn --quiet --register=no --keep-unit --private-network --boot --directory="$CLEAN_ROOT" \
    --console=pipe </dev/null >"$STATE/clean-root-boot.log" 2>&1 &
  NSPAWN_PID=$!
  for _ in $(seq 300); do
    LEADER=$(pgrep -P "$NSPAWN_PID" | head -1 || true)
    if [ -n "$LEADER" ] && inside systemctl is-system-running 2>/dev/null | grep -qE '^(running|degraded)$'; then return; fi
    kill -0 "$NSPAWN_PID" 2>/dev/null || break
    sleep 0.2
  done
  tail -20 "$STATE/clean-root-boot.log" >&2
  die "the clean root did not boot"
}

# As root of that machine, as by a shell that was just opened there.
inside() {
  nsenter --target "$LEADER" --all --root --wd \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# book_block <page> <heading> [n]: the nth block of code below that heading.
book_block() {
  local block
  block=$(awk -v heading="$2" -v wanted="${3:-1}" '
    /^#/ && !open { there = index($0, heading) > 0; n = 0; next }
    /^```/ { open = !open; n += open; next }
    there && open && n == wanted' "docs/$1")
  [ -n "$block" ] || die "docs/$1 has no such block below its heading: $2"
  printf '%s\n' "$block"
}

# as_written <page> <heading> [n]: runs that block as it stands in the book, in /srv; what fails ends it.
as_written() {
  local block
  block=$(book_block "$@")
  printf '    %s\n' "${block//$'\n'/$'\n    '}"
  inside bash -c "cd /srv && set -e -o pipefail && $block"
}

leave_root() {
  [ -z "$NSPAWN_PID" ] || stop_pid "$NSPAWN_PID"
  [ -z "$CLEAN_ROOT" ] || rm -rf --one-file-system "$CLEAN_ROOT"
}
