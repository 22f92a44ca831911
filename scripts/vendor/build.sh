#!/usr/bin/env bash
# Rebuilds static/vendor from the pinned packages; with --check only compares (exit 1 on a difference).
set -euo pipefail
export LC_ALL=C TZ=UTC
unset SOURCE_DATE_EPOCH
umask 022

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$here/../../static/vendor
case ${1-} in
  '') check= ;;
  --check) check=1 ;;
  *) echo "usage: $0 [--check]" >&2; exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=$work/out
mkdir -p "$out/inter" "$out/bootstrap"
cp -R "$here/." "$work/"
cd "$work"

npm ci --omit=optional --silent
python3 -m venv venv
venv/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --only-binary :all: -r requirements.txt

echo 'inter: subset, then weights 400-800 at the text optical size'
venv/bin/fonttools subset node_modules/inter-ui/variable/InterVariable.woff2 \
  --unicodes-file=unicodes.txt --layout-features=kern,tnum --no-hinting --notdef-outline \
  --name-IDs=0,1,2,3,4,5,6,7,13,14,25 --output-file=subset.ttf
venv/bin/fonttools varLib.instancer subset.ttf opsz=14 wght=400:800 --no-recalc-timestamp --quiet --output=limited.ttf
venv/bin/fonttools ttLib.woff2 compress --quiet -o "$out/inter/inter-latin.woff2" limited.ttf
cp node_modules/inter-ui/LICENSE.txt "$out/inter/LICENSE.txt"

echo 'bootstrap: compile the subset'
node_modules/.bin/sass --style=compressed --no-source-map --no-charset --quiet --quiet-deps \
  --load-path=node_modules/bootstrap/scss --load-path=scss scss/bootstrap.scss "$out/bootstrap/bootstrap.min.css"
if grep -nEo 'url\(|data:|sourceMappingURL|@import.{0,40}' "$out/bootstrap/bootstrap.min.css"; then
  echo 'bootstrap.min.css must not refer to another resource' >&2
  exit 1
fi
cp node_modules/bootstrap/LICENSE "$out/bootstrap/LICENSE"

node manifest.mjs "$out" "$work"
chmod -R u=rwX,go=rX "$out"
if [ -n "$check" ]; then
  diff -r "$out" "$target"
  echo 'static/vendor is what the pinned packages make'
else
  mkdir -p "$target"
  cp -R "$out/." "$target/"
  echo 'wrote static/vendor'
fi
