#!/usr/bin/env bash
# Installs into a scratch folder as the image does, starts the app from there in production's
# settings as an unprivileged user, asks whether it is ready, takes a backup, and cleans up.
# Where systemd is there, its units are verified too.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
server=""
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$scratch"
}
trap finish EXIT
chmod 755 "$scratch"
prefix=$scratch/rung var=$scratch/var
mkdir "$var"

# Not as root, and nothing of the installation can be written: by a Python that others may run.
as="" python=${PYTHON:-python3}
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  nobody="setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs"
  for candidate in "$python" /usr/bin/python3; do
    real=$("$candidate" -c 'import os, sys, ensurepip; print(os.path.realpath(sys.executable))' 2>/dev/null) || continue
    # By way of a shell: setpriv itself may still look where its user may not.
    # shellcheck disable=SC2016
    $nobody sh -c '"$0" -c "import sys; sys.exit(sys.version_info < (3, 11))"' "$real" 2>/dev/null || continue
    as=$nobody python=$candidate
    chown -R nobody "$var"
    break
  done
fi
[ -n "$as" ] || [ "$(id -u)" != 0 ] || echo "(as root: no other user may run this machine's Python, or setpriv is missing)"

PYTHON=$python "$here/install.sh" "$prefix"
port=$("$prefix/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# Secrets as files of a folder, as systemd and compose hand them over, and by name.
secrets=$scratch/secrets
mkdir -m 700 "$secrets"
"$prefix/venv/bin/python" -c 'import secrets; print(secrets.token_urlsafe(64))' >"$secrets/SECRET_KEY"
echo "smtp+tls://rung:a-password@mail.example.org" >"$secrets/mail"
chmod 400 "$secrets"/*
[ -z "$as" ] || chown -R nobody "$secrets"
cat >"$scratch/rung.env" <<ENV
PRODUCTION=1
BEHIND_PROXY=1
CREDENTIALS_DIRECTORY=$secrets
ALLOWED_HOSTS=rung.example.org
EMAIL_URL_FILE=$secrets/mail
TASKS=database
VAR_DIR=$var
WEB_CONCURRENCY=1
ENV
chmod 644 "$scratch/rung.env"
rung="env -i PATH=/usr/bin:/bin RUNG_ENV=$scratch/rung.env $as $prefix/bin/rung"

echo "== Its server, in production's settings"
cd /
chmod 444 "$secrets/SECRET_KEY"
said=$($rung check 2>&1) && { echo "It starts with a key that everybody may read"; exit 1; }
case $said in *"SECRET_KEY is open to every user"*) ;; *) echo "$said"; exit 1 ;; esac
chmod 400 "$secrets/SECRET_KEY"
$rung check --deploy --fail-level WARNING
$rung migrate --noinput --verbosity 0
$rung load_careers
$rung serve --bind "127.0.0.1:$port" 2>"$scratch/log" &
server=$!
ask() { curl --silent --max-time 20 "$@"; }
ready=""
for _ in $(seq 60); do
  ready=$(ask "http://127.0.0.1:$port/readyz" || true)
  [ "$ready" != ok ] || break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.5
done
[ "$ready" = ok ] || { echo "It is not ready: $ready"; cat "$scratch/log"; exit 1; }
page=$(ask --header "Host: rung.example.org" --header "X-Forwarded-Proto: https" --write-out '%{http_code}' --output /dev/null "http://127.0.0.1:$port/")
[ "$page" = 200 ] || { echo "The home page answers $page"; cat "$scratch/log"; exit 1; }
$rung worker --batch
$rung backup "$var/try.backup"
$rung restore "$var/try.backup" --yes
[ "$(ask "http://127.0.0.1:$port/readyz")" = ok ] || { echo "It is not ready after a restore"; exit 1; }

if command -v systemd-analyze >/dev/null; then
  echo "== Units"
  mkdir "$scratch/units"
  for unit in "$here"/systemd/*; do
    sed "s|/opt/rung/current|$prefix|g" "$unit" >"$scratch/units/$(basename "$unit")"
  done
  # Users and folders of a real installation are not on this machine.
  said=$(systemd-analyze verify "$scratch"/units/rung* 2>&1 | grep --fixed-strings "$scratch/units" || true)
  [ -z "$said" ] || { echo "$said"; exit 1; }
fi
echo "Installed, started, ready, backed up and restored."
