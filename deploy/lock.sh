#!/usr/bin/env bash
# Writes the lock files from pyproject.toml. They hold names, versions and hashes only: no index and no path, so that
# they work wherever pip is set up. The two smaller ones hold what their extra adds to requirements.lock.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-uv}

header() { # what this lock is for
    printf '%s\n' \
        "# $1" \
        "# Made by 'make lock' from pyproject.toml; do not edit. 'make lock UPGRADE=1' takes newer releases." \
        "# Resolved for Python 3.11 to 3.13 at once; differences between them stand as markers behind the versions."
}

names() { sed -nE 's/^([a-z0-9][a-z0-9._-]*)==.*/\1/p' "$1"; }

# compile OUT PURPOSE [uv's options]
compile() {
    local out=$1 purpose=$2 fresh
    shift 2
    fresh=$(mktemp)
    # The present lock is uv's preference, so that an unrelated edit moves no version.
    [ -z "${UPGRADE:-}" ] && [ -f "$out" ] && cp "$out" "$fresh"
    "$uv" pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file "$fresh" "$@" >/dev/null
    { header "$purpose"; grep -v '^#' "$fresh"; } >"$out"
    rm -f "$fresh"
    if grep -nE '://|^--|(^|[ =])/' "$out"; then
        echo "lock: $out names an address or a path (above)" >&2
        exit 1
    fi
    echo "lock: $out, $(names "$out" | sort -u | wc -l) packages"
}

compile requirements.lock "What Warmline runs with."
added=(--constraint requirements.lock)
while read -r name; do added+=(--no-emit-package "$name"); done < <(names requirements.lock | sort -u)
compile requirements-dev.lock "What its tests and checks add." --extra dev "${added[@]}"
