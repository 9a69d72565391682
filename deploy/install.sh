#!/usr/bin/env bash
# install.sh TARGET: Warmline as it is deployed, in one folder that needs nothing of the checkout afterwards.
# The Dockerfile runs it into /opt/warmline, CI into a plain folder; so CI tests every install step of the image.
#
#   TARGET/venv     Python and the packages of requirements.lock, with Warmline among them
#   TARGET/config   the operator's copy of config/; left alone when it is there already
#   TARGET/LICENSE, TARGET/NOTICE
set -euo pipefail
target=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/.."

deploy/venv.sh "$target/venv" requirements.lock

# Built from a copy: a build leaves folders beside its source, and a checkout may hold a developer's leftovers.
source=$(mktemp -d)
trap 'rm -rf "$source"' EXIT
cp -R pyproject.toml LICENSE NOTICE models voice telephony "$source"
find "$source" -name __pycache__ -prune -exec rm -rf {} +
"$target/venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation --no-index "$source"

cp LICENSE NOTICE "$target"
[ -e "$target/config" ] || cp -R config "$target/config"
echo "installed into $target ($(du -sm "$target" | cut -f1) MB)"
