# SPDX-License-Identifier: Apache-2.0
"""Every function of the library has its place in Python, or a reason why not; the documentation names both."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys
from typing import Any

import certlife

HERE = pathlib.Path(__file__).resolve().parents[1]
ROOT = HERE.parents[1]

sys.path.insert(0, str(HERE / "tools"))

import names  # noqa: E402
import native  # noqa: E402


def exported() -> list[str]:
    return re.findall(r"^ +(certlife_\w+);$", (ROOT / "lib/certlife.map").read_text(), flags=re.M)


def test_every_function_is_in_python_or_has_a_reason() -> None:
    functions = exported()
    assert len(functions) > 150
    found = names.places()
    assert [name for name in functions if name not in found and name not in names.REASONS] == []
    assert [name for name in names.REASONS if name in found or name not in functions] == []
    assert [name for name in found if name not in functions] == []


def test_each_name_of_the_table_is_there() -> None:
    for function, place in names.places().items():
        assert names.shown(function, place) != "?", function
        if not place:
            continue
        found: Any = certlife
        for name in place.split("."):
            assert hasattr(found, name) or name in getattr(found, "__annotations__", {}) or found in FIELDS, place
            found = getattr(found, name, None)


#: Its fields are set when it is made.
FIELDS = (certlife.Error,)


def test_every_function_is_declared_where_its_header_is() -> None:
    """_cdef/<noun>.h has what <certlife/<noun>.h> has: the compiler holds the one to the other."""
    for cdef in (HERE / "src/certlife/_cdef").glob("*.h"):
        if cdef.name == "python.h":
            continue
        (header,) = [
            path
            for path in (ROOT / "include/certlife").rglob(f"{cdef.name}*")
            if path.name in (cdef.name, f"{cdef.name}.in")
        ]
        declared = re.findall(r"\b(certlife_\w+)\(", re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S))
        expected = [name for name in declared if name in exported() and name not in names.REASONS]
        assert [name for name in expected if not re.search(rf"\b{name}\(", cdef.read_text())] == [], cdef.name


def compiles(prototypes: str) -> bool:
    flags = subprocess.check_output(["pkg-config", "--cflags", "libcertlife"], text=True).split()
    source = "#include <certlife.h>\n" + prototypes
    done = subprocess.run(["cc", "-fsyntax-only", "-x", "c", "-", *flags], input=source, text=True, capture_output=True)
    return done.returncode == 0


def test_the_compiler_holds_the_declarations_to_the_headers() -> None:
    """As it does where the extension is built."""
    declared = "".join(native.prototypes(cdef.read_text()) for cdef in (HERE / "src/certlife/_cdef").glob("*.h"))
    assert len(re.findall(r"\bcertlife_\w+\(", declared)) > 150
    assert compiles(declared)
    wrong = declared.replace("int64_t certlife_login_expiry", "int32_t certlife_login_expiry")
    assert wrong != declared and not compiles(wrong)


def test_the_documentation_has_the_table_of_today() -> None:
    page = ROOT / "docs/python.md"
    assert names.table() in page.read_text(encoding="utf-8"), f"write it anew: python {names.__file__} {page}"


def test_the_lines_of_the_documentation_run(tmp_path: pathlib.Path) -> None:
    programs = re.findall(r"```python\n(.*?)```", (ROOT / "docs/python.md").read_text(encoding="utf-8"), flags=re.S)
    assert programs
    for program in programs:
        subprocess.run([sys.executable, "-W", "error", "-c", program], cwd=tmp_path, check=True, timeout=120)
