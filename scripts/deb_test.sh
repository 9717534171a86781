#!/usr/bin/env bash
# Installs the Debian package into a clean root of its own, sets it up and opens pages there.
#   scripts/deb_test.sh [package.deb]     needs root and debootstrap; scripts/dist.sh --deb makes the package
# Nothing outside of the root is touched; it goes at the end. About two minutes.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ "$(id -u)" -eq 0 ] || die "a root of its own needs root"
package=${1:-$(find "$TARGET/dist" -name 'rapport_*.deb' | sort | tail -1)}
[ -f "$package" ] || die "no package: run scripts/dist.sh --deb"
have debootstrap || apt_install debootstrap

root=$(mktemp -d)
SERVER_PID=
log=$STATE/deb-server.log
finish() {
  local status=$?
  trap - EXIT
  stop_pid "$SERVER_PID"
  umount "$root/proc" 2>/dev/null || true
  rm -rf --one-file-system "$root"
  leave_own_server "$log" $status || status=$?
  exit $status
}
trap finish EXIT

bootstrap() { debootstrap --variant=minbase --include=ca-certificates,adduser bookworm "$root" >"$STATE/deb-root.log" 2>&1; }
install_package() {
  mount -t proc proc "$root/proc"
  cp "$package" "$root/tmp/rapport.deb"
  # The unit is for a machine that boots; here nothing starts by itself.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  # Names are found as this machine finds them.
  cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
  chroot "$root" env DEBIAN_FRONTEND=noninteractive sh -c 'dpkg -i /tmp/rapport.deb || apt-get -qq -y -f install' >>"$STATE/deb-root.log" 2>&1
}

step "a clean root" bootstrap
step "installing" install_package
settings=$root/etc/rapport/rapport.env
[ "$(stat -c '%a %U' "$settings")" = "640 root" ] || die "the settings can be read by others: $(stat -c '%a %U' "$settings")"
grep -q '^RAPPORT_SECRET_KEY=.\{40,\}' "$settings" || die "no key was made"
chroot "$root" getent passwd rapport >/dev/null || die "there is no user rapport"
[ -f "$root/lib/systemd/system/rapport.service" ] || die "there is no unit"
if have systemd-analyze; then systemd-analyze verify --root="$root" rapport.service || die "the unit is wrong"; fi

use_own_database deb
key=$(sed -n 's/^RAPPORT_SECRET_KEY=//p' "$settings")
RAPPORT_ADDR=127.0.0.1:$(free_port)
as_installed() {
  chroot --userspec=rapport:rapport "$root" env -i PATH=/usr/bin:/bin HOME=/var/lib/rapport \
    DATABASE_URL="$DATABASE_URL" RAPPORT_ADDR="$RAPPORT_ADDR" RAPPORT_SECRET_KEY="$key" \
    RAPPORT_FILES=/var/lib/rapport/files RAPPORT_SETUP_CODE=code /usr/bin/rapport "$@"
}
as_installed serve >"$log" 2>&1 &
SERVER_PID=$!
for _ in $(seq 300); do
  [ "$(http_status "$RAPPORT_ADDR" /readyz)" = 200 ] && break
  sleep 0.1
done
[ "$(http_status "$RAPPORT_ADDR" /readyz)" = 200 ] || {
  tail -20 "$log" >&2
  die "the installed server is not ready"
}
page=$(curl -sL "http://$RAPPORT_ADDR/")
grep -q 'Set-up code' <<<"$page" || die "the first page is not the set-up"
style=$(grep -oE 'href="/pkg/rapport\.[^"]+\.css"' <<<"$page" | head -1 | cut -d'"' -f2)
[ -n "$style" ] || die "the page names no style"
[ "$(http_status "$RAPPORT_ADDR" "$style")" = 200 ] || die "the page's style is missing: $style"
jar=$(mktemp)
curl -s -o /dev/null -c "$jar" "http://$RAPPORT_ADDR/setup" -H 'Sec-Fetch-Site: same-origin' \
  --data-urlencode code=code --data-urlencode workspace=Acme --data-urlencode 'name=Ada' \
  --data-urlencode email=ada@acme.example --data-urlencode 'password=a good long password'
curl -s -b "$jar" "http://$RAPPORT_ADDR/get-started" | grep -q 'Get started' || die "the set-up leads nowhere"
rm -f "$jar"
as_installed doctor | sed 's/^/    /'
say "Installed, set up, opened."
