# SPDX-License-Identifier: Apache-2.0
"""Calls into the library, and the exceptions that come out of them."""

from __future__ import annotations

import threading
import traceback
from typing import Any, Callable

from ._errors import Error, error_of
from ._native import ffi, lib


class _Raised(threading.local):
    """What was raised in Python below the call that this thread is in."""

    exception: BaseException | None = None


_raised = _Raised()


def call(function: Callable[..., int], *arguments: Any) -> int:
    """Calls a function whose last parameter is `certlife_error **err`: its answer, or the exception for its failure."""
    return called(function, ffi.new("certlife_error **"), *arguments)


def called(function: Callable[..., int], err: Any, *arguments: Any) -> int:
    above, _raised.exception = _raised.exception, None
    try:
        answer = function(*arguments, err)
        if answer < 0:
            failed(answer, err)
        return answer
    finally:
        _raised.exception = above


def failed(code: int, err: Any) -> None:
    """Raises. What was raised in a store, an issuer, a clock or crypto written in Python comes out as itself."""
    error, err[0] = err[0], ffi.NULL
    exception = error_of(code, error)
    raised = _raised.exception
    if raised is None:
        raise exception
    if code in (code_of(raised), lib.CERTLIFE_E_HOST):
        raise raised
    raise exception from raised


def code_of(exception: BaseException) -> int:
    if isinstance(exception, Error) and exception.code < 0:
        return exception.code
    return int(lib.CERTLIFE_E_HOST)


def below(exception: BaseException, err: Any = ffi.NULL) -> int:
    """What a callback answers that raised: the exception is kept until the call that it is below has returned."""
    _raised.exception = exception
    message = traceback.format_exception_only(type(exception), exception)[-1].strip()
    return int(lib.certlife_error_set(err, code_of(exception), 0, b"python", message.encode("utf-8", "replace")))


def callback(name: str) -> Callable[[Callable[..., int | None]], Callable[..., int | None]]:
    """Lets C call a function of Python: what it raises is answered as a failure. `err`, where there is one, comes
    last."""

    def made(function: Callable[..., int | None]) -> Callable[..., int | None]:
        def guarded(*arguments: Any) -> int:
            try:
                return function(*arguments) or 0
            except BaseException as exception:
                err = arguments[-1]
                return below(exception, err if ffi.typeof(err) is _ERR else ffi.NULL)

        ffi.def_extern(name=name, error=lib.CERTLIFE_E_HOST)(guarded)
        return function

    return made


_ERR = ffi.typeof("certlife_error **")
