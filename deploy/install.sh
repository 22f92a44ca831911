#!/bin/sh
# Installs Rung from this checkout into one folder: the programs, the code and the static files.
# The image, one machine with systemd and CI all run this and nothing else.
#
#   deploy/install.sh PREFIX [--user NAME [--uid NUMBER]] [--packages]
#
#   --packages     install what is missing of Python's venv, Pango and PostgreSQL's client (Debian)
#   --user NAME    make this unprivileged user if there is none (its home: /var/lib/NAME)
#   --uid NUMBER   with this number, so that files outside of an image can be made over to it
#
# Run again into another PREFIX to upgrade; nothing outside PREFIX is touched otherwise.
set -eu

usage() { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -ge 1 ] || usage
case $1 in -*|"") usage ;; esac
prefix=$1; shift
user="" uid="" packages=""
while [ $# -gt 0 ]; do
  case $1 in
    --user) [ $# -ge 2 ] || usage; user=$2; shift 2 ;;
    --uid) [ $# -ge 2 ] || usage; uid=$2; shift 2 ;;
    --packages) packages=1; shift ;;
    *) usage ;;
  esac
done
source=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}

if [ -n "$packages" ]; then
  echo "== System packages"
  wanted=""
  "$python" -c 'import ensurepip, venv' 2>/dev/null || wanted="$wanted python3-venv"
  ldconfig -p | grep -q libpangoft2-1.0 || wanted="$wanted libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core"
  command -v pg_dump >/dev/null || wanted="$wanted postgresql-client"
  if [ -n "$wanted" ]; then
    apt-get update -qq
    # shellcheck disable=SC2086 (names of packages are words)
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted
  fi
fi

if [ -n "$user" ] && ! id "$user" >/dev/null 2>&1; then
  echo "== User $user"
  useradd --system ${uid:+--uid "$uid"} --user-group --home-dir "/var/lib/$user" --create-home --shell /usr/sbin/nologin "$user"
fi

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Rung needs Python 3.11 or newer: PYTHON=/path/to/python3.11 $0 …" >&2; exit 1; }
if [ -e "$prefix" ] && [ -n "$(ls -A "$prefix")" ]; then
  echo "$prefix is not empty: install into a new folder, then switch to it (docs/upgrading.md)." >&2
  exit 1
fi

echo "== Code"
umask 022
mkdir -p "$prefix/app" "$prefix/bin"
prefix=$(cd "$prefix" && pwd)
for part in accounts assessments careers config static templates locale manage.py requirements.txt LICENSE; do
  [ ! -e "$source/$part" ] || cp -R "$source/$part" "$prefix/app/"
done
find "$prefix/app" -name __pycache__ -type d -prune -exec rm -rf {} +
cp "$source/deploy/rung" "$source/deploy/nightly" "$prefix/bin/"
chmod 755 "$prefix/bin/rung" "$prefix/bin/nightly"

echo "== Requirements, locked by their hashes"
"$python" -m venv "$prefix/venv"
"$prefix/venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --no-deps \
  -r "$prefix/app/requirements.txt"

echo "== Static files"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Without settings of an installation: what is collected is the same for all.
env -i PATH="$PATH" VAR_DIR="$scratch" STATIC_DIR="$prefix/static" \
  "$prefix/venv/bin/python" "$prefix/app/manage.py" collectstatic --noinput --verbosity 0
"$prefix/venv/bin/python" -m compileall -q "$prefix/app"
chmod -R a+rX "$prefix"

"$prefix/venv/bin/python" -c 'from weasyprint import HTML' 2>/dev/null || echo "Pango is missing: reports have no PDF until it is there (--packages)."
echo "Rung is in $prefix; its commands are $prefix/bin/rung (docs/running.md)."
