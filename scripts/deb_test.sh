#!/usr/bin/env bash
# Installs the Debian package on a clean machine of its own, by the very commands of the book: installed, set up,
# behind a proxy, backed up, wiped, restored, compared, upgraded, purged.
#   scripts/deb_test.sh [package.deb]     needs root; scripts/dist.sh --deb makes the package
# The machine is a container with a systemd of its own; nothing outside of it is touched. About three minutes.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/clean_root.sh
. scripts/clean_root.sh

package=${1:-$(find "$TARGET/dist" -name 'rapport_*.deb' 2>/dev/null | sort | tail -1)}
[ -f "$package" ] || die "no package: run scripts/dist.sh --deb"
finish() {
  local status=$?
  trap - EXIT
  if [ $status -ne 0 ] && [ -n "$LEADER" ]; then inside journalctl -u rapport -n 30 --no-pager >&2 || true; fi
  leave_root
  exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

URL=http://127.0.0.1:3000
status_of() { inside curl -s -o /dev/null -w '%{http_code}' "$@"; }
sql() { inside sudo -u postgres psql -XAtq -d "$1" -c "$2"; }

# Every table, row by row, and every file, byte by byte.
contents() { # database folder
  inside sudo -u postgres psql -XAtq -d "$1" <<'SQL'
select format('select %L, count(*), md5(coalesce(string_agg(t::text, E''\n'' order by t::text), '''')) from %I t', relname, relname)
from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relpersistence = 'p' order by relname \gexec
SQL
  inside sh -c "cd '$2' && find . -type f -exec sha256sum {} + | sort"
}

install() {
  cp "$package" "$CLEAN_ROOT/srv/$(basename "$package")"
  as_written install.md 'On Debian' 2
  local settings=/etc/rapport/rapport.env secret=/etc/rapport/secret.env
  [ "$(inside stat -c '%a %U %G' $settings $secret | sort -u)" = "640 root rapport" ] || die "settings can be read by others"
  [ "$(inside stat -c '%a %U' /var/lib/rapport)" = "700 rapport" ] || die "files can be read by others"
  inside grep -q '^RAPPORT_SECRET_KEY=.\{40,\}' $secret || die "no key was made"
  [ "$(inside systemctl is-enabled rapport)" = enabled ] || die "it does not start with the machine"
  [ "$(inside ps -o user= -C rapport)" = rapport ] || die "it does not run as its own user"
}

hardened() {
  local said
  said=$(inside systemd-analyze security --no-pager rapport | tail -1)
  say "    $said"
  [ "$(sed -nE 's/.*: ([0-9]+)\.([0-9]) .*/\1\2/p' <<<"$said")" -le 20 ] || die "the unit is less hardened than it was"
  # What the filter of system calls refuses would be here.
  ! inside journalctl -u rapport --no-pager | grep -iE 'operation not permitted|could not be raised|panicked' || die "the unit refuses what the server needs"
}

# A page with its style, its script, its program; the SDK; the API's page.
open_pages() {
  local page path
  page=$(inside curl -sL $URL/)
  grep -q 'Set-up code' <<<"$page" || die "the first page is not the set-up"
  for path in $(grep -oE '/pkg/rapport\.[0-9a-f]+\.(css|js|wasm)' <<<"$page" | sort -u) /sdk.js /recorder.js /api/docs /api/v1/openapi.json /notices /source /icons.svg; do
    [ "$(status_of $URL"$path")" = 200 ] || die "$path is missing"
  done
  [ "$(grep -oE '/pkg/rapport\.[0-9a-f]+\.(css|js|wasm)' <<<"$page" | sort -u | wc -l)" -eq 3 ] || die "the page does not name its three files"
}

set_up() {
  local code key
  code=$(inside journalctl -u rapport --no-pager | sed -nE 's/.*asks for the code ([^ ]+).*/\1/p' | tail -1)
  inside curl -s -o /dev/null -c /root/jar $URL/setup -H 'Sec-Fetch-Site: same-origin' \
    --data-urlencode "code=$code" --data-urlencode workspace=Acme --data-urlencode 'name=Ada' \
    --data-urlencode email=ada@acme.example --data-urlencode 'password=a good long password'
  grep -q 'Get started' <<<"$(inside curl -s -b /root/jar $URL/get-started)" || die "the set-up leads nowhere"
  # The book's own calls, with a key made as the book has it; a mail with a file, so that there is one.
  key=$(as_written api.md 'A first call' 1 | grep -oE 'rsk_[A-Za-z0-9_-]+' | tail -1)
  [ -n "$key" ] || die "no key was printed"
  api_calls "$key"
}

api_calls() {
  local calls
  # The first line is the reader's own address and key.
  calls=$(book_block api.md 'A first call' 2 | sed 1d)
  inside bash -c "set -e; RAPPORT=$URL KEY=$1; curl() { command curl --fail-with-body \"\$@\"; }; $calls" >"$STATE/deb-api.json" || {
    cat "$STATE/deb-api.json" >&2
    die "a call of the book was refused"
  }
  local mail_key n
  mail_key=$(inside rapportctl admin create-key --scope mail:write mail | grep -oE 'rsk_[A-Za-z0-9_-]+' | tail -1)
  # Mails with a file each, so that there is something to lose.
  for n in $(seq 12); do
    printf 'From: Ada <ada%s@example.com>\nSubject: File %s\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHere it is.\n--b\nContent-Type: text/csv; name=usage.csv\nContent-Disposition: attachment; filename=usage.csv\n\na,b\n%s,2\n--b--\n' "$n" "$n" "$n" |
      inside curl -s --fail-with-body -o /dev/null $URL/api/v1/inbound/email -H "Authorization: Bearer $mail_key" -H 'Content-Type: message/rfc822' --data-binary @-
  done
}

# Caddy and nginx with what the book has for them, on a certificate that only this machine believes.
proxies() {
  inside sh -c 'echo "127.0.0.1 support.example.com" >>/etc/hosts'
  inside sh -c 'sed -i "s|^#RAPPORT_PUBLIC_URL|RAPPORT_PUBLIC_URL|; s|^#RAPPORT_TRUSTED|RAPPORT_TRUSTED|" /etc/rapport/rapport.env'
  inside systemctl restart rapport
  inside mkdir -p /etc/letsencrypt/live/support.example.com
  inside openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=support.example.com -addext subjectAltName=DNS:support.example.com \
    -keyout /etc/letsencrypt/live/support.example.com/privkey.pem -out /etc/letsencrypt/live/support.example.com/fullchain.pem 2>/dev/null
  book_block proxy.md nginx 1 | inside tee /etc/nginx/sites-enabled/rapport >/dev/null
  inside nginx -qt
  inside systemctl restart nginx
  through_proxy nginx
  inside systemctl stop nginx
  # Without a network it can ask nobody for a certificate, and makes one.
  { printf '{\n\tlocal_certs\n}\n' && book_block proxy.md Caddy 1; } | inside tee /etc/caddy/Caddyfile >/dev/null
  inside systemctl restart caddy
  through_proxy Caddy
  inside systemctl stop caddy
}

# Once there is a proxy, the cookie is for TLS.
lets_in() { # address
  local answer
  answer=$(inside curl -sk -o /dev/null -D - "$1/login" -H 'Sec-Fetch-Site: same-origin' \
    -d email=ada@acme.example --data-urlencode 'password=a good long password' -d next=)
  grep -qi '^set-cookie: __Host-' <<<"$answer"
}

through_proxy() {
  local answer _
  for _ in $(seq 50); do
    answer=$(inside curl -sk -D - -o /root/body https://support.example.com/login) && break
    sleep 0.2
  done
  grep -qE '^HTTP/[0-9.]+ 200' <<<"$answer" || die "$1: the page does not come through: $answer"
  grep -qi '^strict-transport-security' <<<"$answer" || die "$1: the server does not know of TLS"
  lets_in https://support.example.com || die "$1: nobody can log in"
  say "    through $1: page, log-in"
}

back_up() {
  as_written backup.md 'Back up' 1
  as_written backup.md 'Back up' 2
  # What is there for the night, as cron would run it, which has a short PATH.
  inside env -i PATH=/usr/bin:/bin sh -e -c "$(book_block backup.md 'Back up' 3 | sed -E 's/^[0-9* ]+root //; s/\\%/%/g')"
  inside sh -c 'test -s /var/backups/rapport/20*.tar' || die "there is no backup of this night"
}

# Wiped: database and files. Restored as the book has it, compared before anything is started.
restore() {
  local tables files
  inside systemctl stop rapport
  inside rm /var/backups/rapport/monday.tar
  as_written backup.md 'Back up' 2
  contents rapport /var/lib/rapport/files >"$STATE/deb-before"
  tables=$(grep -c '|' "$STATE/deb-before") files=$(grep -c ' \./' "$STATE/deb-before")
  [ "$files" -gt 10 ] || die "there was too little to lose: $files files"
  inside sudo -u postgres dropdb rapport
  inside rm -rf /var/lib/rapport/files
  as_written backup.md Restore 1
  contents rapport_again /var/lib/rapport/again >"$STATE/deb-after"
  diff "$STATE/deb-before" "$STATE/deb-after" || die "what was restored is not what was there"
  say "    $tables tables and $files files are what they were"
  as_written backup.md Restore 2
  inside rapportctl admin verify-files --deep
  inside rapportctl admin verify-audit
  lets_in $URL || die "nobody can log in after that"
}

# A package that differs by its version alone, installed over the first as the book has it.
upgrade() {
  local work=$CLEAN_ROOT/srv/next before
  dpkg-deb -R "$package" "$work"
  sed -i 's/^Version: .*/Version: 99.0-1/' "$work/DEBIAN/control"
  rm -f "$CLEAN_ROOT"/srv/rapport_*.deb
  dpkg-deb -Zgzip -z1 -b "$work" "$CLEAN_ROOT/srv/rapport_99.0-1_amd64.deb" >/dev/null
  rm -rf "$work"
  before=$(inside systemctl show -P MainPID rapport; inside sha256sum /etc/rapport/rapport.env /etc/rapport/secret.env)
  as_written upgrade.md Upgrade 1
  grep -qx 'Version: 99.0-1' <<<"$(inside dpkg -s rapport)" || die "it was not upgraded"
  [ "$(status_of $URL/readyz)" = 200 ] || die "it does not serve after the upgrade"
  [ "$(sed 1d <<<"$before")" = "$(inside sha256sum /etc/rapport/rapport.env /etc/rapport/secret.env)" ] || die "the upgrade changed settings"
  [ "$(head -1 <<<"$before")" != "$(inside systemctl show -P MainPID rapport)" ] || die "the old program still runs"
}

purge() {
  inside apt-get -qq remove rapport
  [ "$(status_of $URL/readyz)" = 000 ] || die "it still serves"
  inside test -s /etc/rapport/secret.env || die "removing took the key"
  inside apt-get -qq purge rapport
  ! inside ls -d /etc/rapport /var/lib/rapport 2>/dev/null || die "purging left something"
  [ -n "$(sql rapport_again 'select 1 from workspaces')" ] || die "purging took the database"
}

step "a clean machine, with Postgres, nginx and Caddy" make_root postgresql nginx caddy
rm -f "$CLEAN_ROOT"/etc/systemd/system/multi-user.target.wants/{nginx,caddy}.service
step "booting" boot_root
step "installing" install
step "hardening" hardened
step "pages" open_pages
step "the first admin, and the calls of the book" set_up
step "behind a proxy" proxies
step "backing up" back_up
step "wiping and restoring" restore
step "upgrading" upgrade
step "removing and purging" purge
say "Installed, set up, backed up, wiped, restored, compared, upgraded, purged."
