# SPDX-License-Identifier: Apache-2.0
"""The exceptions: one for each failure that the library names, made from its own table when this is imported."""

from __future__ import annotations

from typing import Any

from ._enums import ErrorClass
from ._native import ffi, lib


def _text(value: Any) -> str:
    """A message may name what is no UTF-8, as a path, or end within a character."""
    return str(ffi.string(value), "utf-8", "replace")


class Error(Exception):
    """A failure: the library, or what it works with, could not answer. Nothing was changed."""

    #: The number, e.g. -7, the library's name for it, e.g. "STORE", and what it means.
    code: int = 0
    name: str = ""
    meaning: str = ""
    #: What to do about it.
    error_class: ErrorClass

    def __init__(self, message: str, backend_code: int = 0, backend_name: str = "") -> None:
        super().__init__(message)
        #: One line that begins with the subject and ends with the cause.
        self.message = message
        #: What the part below said: its own code (0 if none) and name, e.g. "lmdb".
        self.backend_code = backend_code
        self.backend_name = backend_name

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> Any:
        return type(self), (self.message, self.backend_code, self.backend_name)


#: Which builtin a Python programmer would expect for it.
_BUILTINS: dict[str, type[Exception]] = {
    "MISUSE": RuntimeError,
    "INVALID": ValueError,
    "MALFORMED": ValueError,
    "FORKED": RuntimeError,
    "MEMORY": MemoryError,
    "BUSY": TimeoutError,
    "STORE": OSError,
    "STORE_FULL": OSError,
    "STORE_VERSION": OSError,
    "STORE_CORRUPT": OSError,
    "CRYPTO": OSError,
    "ISSUER": OSError,
    "CLOCK": OSError,
    "HOST": RuntimeError,
    "INTERNAL": RuntimeError,
}


def _made(code: int) -> type[Error]:
    name = _text(lib.certlife_error_name(code))
    meaning = _text(lib.certlife_error_meaning(code))
    body = {
        "__doc__": meaning[0].upper() + meaning[1:] + ".",
        "__module__": __name__,
        "code": code,
        "name": name,
        "meaning": meaning,
        "error_class": ErrorClass(lib.certlife_error_class_for(code)),
    }
    bases: tuple[type, ...] = (Error, _BUILTINS.get(name, RuntimeError))
    return type(name.title().replace("_", "") + "Error", bases, body)


def _all() -> dict[int, type[Error]]:
    made = {}
    code = -1
    while lib.certlife_error_class_for(code) != 0:
        made[code] = _made(code)
        code -= 1
    return made


#: The class of every code.
ERRORS = _all()
globals().update({made.__name__: made for made in ERRORS.values()})


def error_of(code: int, error: Any) -> Error:
    """The exception for what a call answered. Frees the C error."""
    try:
        made = ERRORS.get(code, Error)
        if error == ffi.NULL:
            return made(_text(lib.certlife_error_meaning(code)))
        return made(
            _text(lib.certlife_error_message(error)),
            lib.certlife_error_backend_code(error),
            _text(lib.certlife_error_backend_name(error)),
        )
    finally:
        lib.certlife_error_free(error)
