#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes a wheel that carries the library, mbedTLS and LMDB, for machines that have none of them:
#
#     bindings/python/wheel.sh BUILD FOLDER
#
# Needs the static libraries of both (Debian: libmbedtls-dev, liblmdb-dev). The wheel serves every Python from 3.9 on,
# with a C library of this machine's age or later.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${CERTLIFE_BUILD:-}" ]; then
    mkdir -p "${2:?usage: wheel.sh BUILD FOLDER}"
    exec "$here/../staged.sh" "$1" "$here/wheel.sh" "$1" "$(cd "$2" && pwd)"
fi
folder=$2
. "$here/prepare.sh"

# Copies of the archives, in a folder that comes before the system's. Debian builds LMDB's for programs, not for shared
# objects: what stands in the way is `stderr`, which another name for the same takes out of it.
parts=$made/parts
rm -rf "$parts"
mkdir -p "$parts/licences"
for library in mbedcrypto lmdb; do
    archive=$(cc -print-file-name="lib$library.a")
    if [ ! -f "$archive" ]; then
        echo "wheel.sh: there is no static lib$library.a on this machine (Debian: libmbedtls-dev, liblmdb-dev)" >&2
        exit 1
    fi
    cp "$archive" "$parts/lib$library.a"
done
objcopy --redefine-sym stderr=certlife_wheel_stderr "$parts/liblmdb.a"
cc -O2 -fPIC -fvisibility=hidden -c -x c -o "$parts/stderr.o" - <<'C'
#include <stdio.h>
FILE *certlife_wheel_stderr;
__attribute__((constructor)) static void set(void)
{
    certlife_wheel_stderr = stderr;
}
C
ar r "$parts/liblmdb.a" "$parts/stderr.o"
sed -i "s|^Libs:|Libs: -L$parts|" "$made/pkgconfig/libcertlife.pc"

# Whose work is inside.
cp "$here/../../COPYING" "$parts/licences/libcertlife"
for package in libmbedtls-dev liblmdb-dev; do
    if [ -f "/usr/share/doc/$package/copyright" ]; then
        cp "/usr/share/doc/$package/copyright" "$parts/licences/$package"
    fi
done

rm -rf "$made/wheel" "$made/wheel-build"
mkdir -p "$made/wheel"
(cd "$here" && python - "$made" <<'P') >"$made/wheel.log" 2>&1 || { cat "$made/wheel.log" >&2 && exit 1; }
import sys, mesonpy
made = sys.argv[1]
asked = ["-Dbundled=true", f"-Dlicences={made}/parts/licences"]
mesonpy.build_wheel(
    f"{made}/wheel", {"build-dir": f"{made}/wheel-build", "setup-args": asked, "install-args": ["--strip"]}
)
P
# It is built with the interface of Python 3.9, whichever Python built it.
wheel tags --remove --python-tag cp39 --abi-tag abi3 "$made"/wheel/*.whl >/dev/null

# What it must be: the extension needs nothing but the C library, and shows nothing but Python's way in.
python - "$made"/wheel/*.whl "$made/wheel/unpacked" <<'P'
import sys, zipfile
zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])
P
extension=$(echo "$made"/wheel/unpacked/certlife/_native*.so)
needed=$(readelf -d "$extension" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort | tr '\n' ' ')
shown=$(nm -D --defined-only "$extension" | awk '{print $3}' | sort | tr '\n' ' ')
case $needed in
*certlife* | *mbed* | *lmdb*)
    echo "wheel.sh: the extension still needs $needed" >&2
    exit 1
    ;;
esac
if [ "$shown" != "PyInit__native " ]; then
    echo "wheel.sh: the extension shows more than Python's way in: $shown" >&2
    exit 1
fi
(cd / && env -u LD_LIBRARY_PATH PYTHONPATH="$made/wheel/unpacked" python -c '
import certlife
assert certlife.__file__.startswith("'"$made"'/wheel/unpacked")
with certlife.Crypto.mbedtls(), certlife.Store.memory():
    print(certlife.build_info)')
cp "$made"/wheel/*.whl "$folder/"
echo "$folder/$(basename "$made"/wheel/*.whl): needs $needed"
