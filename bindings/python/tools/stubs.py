# SPDX-License-Identifier: Apache-2.0
"""Writes the stubs of what is made when certlife is imported: stubs.py FOLDER

Type checkers cannot run the library; stubtest and a test hold the stubs to what it gives.
"""

from __future__ import annotations

import enum
import inspect
import pathlib
import re
import sys

import certlife
from certlife import _enums, _errors
from certlife._aio import calls

HEAD = "# SPDX-License-Identifier: Apache-2.0\n# Written by tools/stubs.py; not to be edited by hand.\n"


def enums() -> str:
    parts = [
        HEAD,
        "import enum\n",
        "class Named: ...\n",
        "class Told(Named):\n    @property\n    def text(self) -> str: ...\n",
        "class Labelled(Told):\n    def label(self, language: Language) -> str: ...\n",
    ]
    for kind in sorted(made_enums(), key=lambda kind: kind.__name__):
        bases = [base.__name__ for base in kind.__bases__ if base.__module__ == _enums.__name__]
        bases += [f"enum.{base.__name__}" for base in kind.__bases__ if base.__module__ == "enum"]
        members = "".join(f"    {member.name} = {member.value}\n" for member in kind)
        parts.append(f"class {kind.__name__}({', '.join(bases)}):\n{members}")
    return "\n".join(parts)


def made_enums() -> list[type[enum.Enum]]:
    return [made for made in vars(_enums).values() if isinstance(made, type) and issubclass(made, enum.Enum)]


def errors() -> str:
    source = inspect.getsource(_errors.Error)
    parts = [
        HEAD,
        "from typing import Any\n\nfrom ._enums import ErrorClass\n",
        "class Error(Exception):\n    code: int\n    name: str\n    meaning: str\n    error_class: ErrorClass\n"
        "    message: str\n    backend_code: int\n    backend_name: str\n"
        '    def __init__(self, message: str, backend_code: int = 0, backend_name: str = "") -> None: ...\n'
        "    def __reduce__(self) -> Any: ...\n",
        "ERRORS: dict[int, type[Error]]\n",
        "def error_of(code: int, error: Any) -> Error: ...\n",
    ]
    assert "def __reduce__" in source
    for made in _errors.ERRORS.values():
        builtin = made.__mro__[2].__name__
        # a class of ours may have the name of its builtin
        base = f"builtins.{builtin}" if builtin == made.__name__ else builtin
        parts.append(f"class {made.__name__}(Error, {base}): ...\n")
    text = "\n".join(parts)
    return text.replace("from typing", "import builtins\nfrom typing") if "builtins." in text else text


def aio() -> str:
    methods = []
    for name, method in calls().items():
        signature = inspect.signature(method)
        given = [p.replace(default=...) if p.default is not p.empty else p for p in signature.parameters.values()]
        text = str(signature.replace(parameters=given)).replace("'", "").replace("Ellipsis", "...")
        methods.append(f"    async def {name}{text.replace('Pages[', 'AsyncPages[')}: ...\n")
    body = "".join(methods)
    used = sorted(name for name in certlife.__all__ if re.search(rf"\b{name}\b", body))
    return (
        f"{HEAD}\nfrom datetime import datetime, timedelta\nfrom typing import Optional\n\n"
        f"from . import {', '.join(used)}\nfrom ._aio import AsyncPages, Base\nfrom ._text import Encoded\n\n"
        '__all__ = ["AsyncPages", "Institution"]\n\n'
        f"class Institution(Base):\n{body}"
    )


STUBS = {"_enums.pyi": enums, "_errors.pyi": errors, "aio.pyi": aio}


def main(folder: str) -> None:
    for name, write in STUBS.items():
        (pathlib.Path(folder) / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
