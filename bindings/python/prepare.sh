# SPDX-License-Identifier: Apache-2.0
# Sourced by test.sh and wheel.sh, within staged.sh: $made is where everything goes, with a virtual environment of the
# tools in $made/venv.
python=${CERTLIFE_PYTHON:-$(PATH=/usr/bin:$PATH command -v python3 || true)}
has() { "$python" -c "import os, sys, sysconfig; $1" 2>/dev/null; }
if [ -z "$python" ] || ! has 'import ensurepip, venv; sys.exit(sys.version_info < (3, 9))'; then
    echo "skipped: Python 3.9 with venv is not installed (Debian: python3-venv)"
    exit 77
fi
if ! has 'sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'; then
    echo "skipped: Python's headers are not installed (Debian: python3-dev)"
    exit 77
fi

made=$CERTLIFE_BUILD/python
mkdir -p "$made/pkgconfig"
exec 9>"$made/lock"
flock 9 # two may begin at once

# The tools, again only if what is asked for differs.
asked=$("$python" -VV && cat "$here/requirements.txt")
if [ "$asked" != "$(cat "$made/venv/asked" 2>/dev/null)" ]; then
    rm -rf "$made/venv"
    "$python" -m venv "$made/venv"
    if ! "$made/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"; then
        rm -rf "$made/venv"
        echo "skipped: the packages of requirements.txt cannot be had"
        exit 77
    fi
    printf '%s\n' "$asked" >"$made/venv/asked"
fi
export PATH=$made/venv/bin:$PATH

cp "$PKG_CONFIG_PATH/libcertlife.pc" "$made/pkgconfig/" # the wheel's gets another line
export PKG_CONFIG_PATH=$made/pkgconfig
