#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the Python binding against the library of a build folder, and tests it:
#
#     bindings/python/test.sh BUILD [PYTEST-ARGUMENT ...]
#     bindings/python/test.sh BUILD --run PROGRAM.py [ARGUMENT ...]
#
# The second runs a Python program with the binding, as its examples and bench.py. Everything it makes is in
# BUILD/python. CERTLIFE_PYTHON chooses the interpreter.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${CERTLIFE_BUILD:-}" ]; then
    exec "$here/../staged.sh" "${1:?usage: test.sh BUILD [PYTEST-ARGUMENT ...]}" "$here/test.sh" "$@"
fi
shift
. "$here/prepare.sh"

# The binding, again only if it or the library's interface differs.
state=$(cd "$here" && find pyproject.toml meson.build meson.options src tools/native.py -type f \
    ! -path '*/__pycache__/*' -print0 | sort -z | xargs -0 sha256sum
    find "$CERTLIFE_BUILD/stage" -path '*include*' -name '*.h' -print0 | sort -z | xargs -0 sha256sum)
if [ "$state" != "$(cat "$made/venv/installed" 2>/dev/null)" ]; then
    rm -rf "$made/venv/installed" "$made/build"
    pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall \
        --config-settings="build-dir=$made/build" "$here"
    printf '%s\n' "$state" >"$made/venv/installed"
fi
flock -u 9

export PYTHONDONTWRITEBYTECODE=1 MYPY_CACHE_DIR=$made/mypy HYPOTHESIS_STORAGE_DIRECTORY=$made/hypothesis
mkdir -p "$MYPY_CACHE_DIR"
if [ "${1:-}" = --run ]; then
    shift
    exec "$made/venv/bin/python" "$@"
fi
cd "$here"
exec "$made/venv/bin/python" -X dev -m pytest -p no:cacheprovider "$@"
