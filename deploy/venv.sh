#!/usr/bin/env bash
# venv.sh DIR LOCK...: a virtual environment with exactly the locked packages, each checked by its hash.
#
# webrtcvad and docopt come as source. They are built with the setuptools of the lock, which is therefore installed
# first, and without pip's build isolation, which would fetch a setuptools that no hash covers.
set -euo pipefail
python=${PYTHON:-python3}
dir=$1
shift
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

"$python" -m venv --clear "$dir"

builder=$(mktemp)
trap 'rm -f "$builder"' EXIT
awk '/^[^ #]/ { wanted = /^setuptools==/ } wanted' "$1" >"$builder"
"$dir/bin/python" -m pip install --quiet --require-hashes --only-binary :all: --requirement "$builder"

requirements=()
for lock in "$@"; do requirements+=(--requirement "$lock"); done
"$dir/bin/python" -m pip install --quiet --require-hashes --no-deps --no-build-isolation "${requirements[@]}"
"$dir/bin/python" -m pip check
