# SPDX-License-Identifier: Apache-2.0
"""Writes the C source of the extension: native.py FOLDER-OF-CDEFS OUT.c

The prototypes are also repeated behind the library's own headers, so that the compiler refuses one that differs.
"""

import pathlib
import re
import sys

import cffi  # type: ignore[import-untyped,unused-ignore]

# In reading order, as certlife.h has them.
NOUNS = (
    "version error decision profile clock crypto issuer store institution contract certificate request user obtain"
    " renew reissue revoke login notice python"
).split()

SOURCE = """
#include <certlife.h>
#include "_told.h"
#if CERTLIFE_VERSION_MAJOR != 1
#error "this binding is for libcertlife 1"
#endif
"""


def prototypes(text: str) -> str:
    functions = re.findall(r"^[a-z][\w *]*?\bcertlife_\w+\([^;]*\);", text, flags=re.M)
    return "\n".join(f for f in functions if not f.startswith(("typedef", "extern")))


def main(folder: str, out: str) -> None:
    builder = cffi.FFI()
    checks = []
    for noun in NOUNS:
        text = (pathlib.Path(folder) / f"{noun}.h").read_text(encoding="utf-8")
        builder.cdef(text)
        checks.append(prototypes(text))
    builder.set_source("certlife._native", SOURCE + "\n".join(checks) + "\n")
    builder.emit_c_code(out)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
