#!/usr/bin/env bash
# Starts bugsink, a peer that stores before it answers, for `make bench`; made once, kept in
# .rapport/bugsink. Prints the settings that the bench program reads; stops with the given file.
#   scripts/bugsink.sh start    answers lines for `eval`
#   scripts/bugsink.sh stop
# First time: about a minute (pip install bugsink). Needs python3 with venv.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

home=$STATE/bugsink
bin=$home/venv/bin

install_bugsink() {
  [ ! -x "$bin/gunicorn" ] || return 0
  mkdir -p "$home/data"
  python3 -m venv "$home/venv"
  "$bin/pip" -q install 'bugsink==2.*' gunicorn
}

prepare() {
  [ ! -f "$home/key" ] || return 0
  cd "$home"
  "$bin/bugsink-create-conf" --template=singleserver --host=127.0.0.1 --base-dir="$home/data" --port="$1"
  # What answers plain HTTP here is asked for it.
  sed -i 's/^BEHIND_HTTPS_PROXY = True/BEHIND_HTTPS_PROXY = False/' bugsink_conf.py
  "$bin/bugsink-manage" migrate
  "$bin/bugsink-manage" migrate --database=snappea
  "$bin/bugsink-manage" shell -c '
from projects.models import Project
from teams.models import Team
team = Team.objects.create(name="bench")
project = Project.objects.create(name="bench", team=team)
print("KEY", project.id, project.sentry_key.hex)' | sed -n 's/^KEY 1 //p' >key
}

start() {
  local port
  port=$(free_port)
  {
    install_bugsink
    (prepare "$port")
    cd "$home"
    "$bin/gunicorn" -b "127.0.0.1:$port" -w 2 --threads 4 bugsink.wsgi >web.log 2>&1 &
    echo $! >web.pid
    "$bin/bugsink-runsnappea" >snappea.log 2>&1 &
    echo $! >snappea.pid
    sleep 3
  } >&2
  printf 'export BUGSINK_URL=http://127.0.0.1:%s BUGSINK_KEY=%s\n' "$port" "$(cat "$home/key")"
  printf 'export BUGSINK_COUNT=%q\n' "cd '$home' && '$bin/bugsink-manage' shell -c 'from events.models import Event; print(Event.objects.count())' | tail -1"
}

stop() {
  local name
  for name in web snappea; do
    if [ -f "$home/$name.pid" ]; then stop_pid "$(cat "$home/$name.pid")"; fi
    rm -f "$home/$name.pid"
  done
}

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  *) die "usage: scripts/bugsink.sh start|stop" ;;
esac
