# SPDX-License-Identifier: Apache-2.0
"""Texts, bytes and times on their way in and out of C."""

from __future__ import annotations

import base64
import importlib
import os
import re
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol, Union

from ._errors import InvalidError
from ._native import ffi

#: What has no limit in time, as `obtain_by` where the profile sets none.
NO_LIMIT = datetime.max.replace(tzinfo=timezone.utc)


class HasPublicBytes(Protocol):
    """A certificate or a request of the package `cryptography`."""

    def public_bytes(self, encoding: Any, /) -> bytes: ...


class HasDer(Protocol):
    """A Certificate of ours."""

    @property
    def der(self) -> bytes: ...


#: What a certificate or a request may be given as: DER, PEM, an object of `cryptography`, or a Certificate of ours.
Encoded = Union[bytes, bytearray, memoryview, str, HasPublicBytes, HasDer]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SECOND = timedelta(seconds=1)
_FOR_EVER = 2**63 - 1
_PEM = re.compile(rb"-----BEGIN [^-]+-----\s*(.*?)-----END [^-]+-----", re.DOTALL)


def text(value: str, what: str) -> bytes:
    """A text for C; one with a NUL in it would be cut off there, so that it would name somebody else."""
    if not isinstance(value, str):
        raise TypeError(f"{what}: a str is needed, not {type(value).__name__}")
    if "\0" in value:
        raise InvalidError(f"{what}: has a NUL character in it")
    return value.encode()


def text_or_null(value: str | None, what: str) -> Any:
    return ffi.NULL if value is None else text(value, what)


def path(value: str | os.PathLike[str]) -> bytes:
    encoded = os.fsencode(value)
    if b"\0" in encoded:
        raise InvalidError("path: has a NUL character in it")
    return encoded


def from_c(value: Any) -> str:
    return str(ffi.string(value), "utf-8")


def from_c_or_none(value: Any) -> str | None:
    return None if value == ffi.NULL else from_c(value)


def octets(value: Encoded, what: str) -> bytes:
    """DER or PEM as it is, or the DER of a certificate or request of `cryptography`, which is not imported for it."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, str):
        return value.encode()
    der = getattr(value, "der", None)
    if isinstance(der, bytes):  # one of ours
        return der
    if type(value).__module__.partition(".")[0] == "cryptography" and hasattr(value, "public_bytes"):
        encoding = importlib.import_module("cryptography.hazmat.primitives.serialization").Encoding.DER
        return bytes(value.public_bytes(encoding))
    raise TypeError(f"{what}: DER, PEM, or an object of `cryptography` is needed, not {type(value).__name__}")


def der_octets(value: Encoded, what: str) -> bytes:
    """The same where C wants DER only; what is not PEM is for the library to judge."""
    raw = octets(value, what)
    if raw[:1] == b"\x30":  # a SEQUENCE: DER, as TLS gives it
        return raw
    armoured = _PEM.search(raw)
    return base64.b64decode(armoured[1]) if armoured else raw


def moment(value: datetime, what: str) -> int:
    """UTC seconds. A datetime that does not say in which zone it is means a different moment on each machine."""
    if not isinstance(value, datetime):
        raise TypeError(f"{what}: a datetime is needed, not {type(value).__name__}")
    if value.utcoffset() is None:
        raise ValueError(f"{what}: {value.isoformat()} has no time zone: give it one, as in datetime(..., tzinfo=...)")
    return (value - _EPOCH) // _SECOND


def datetime_of(seconds: int, zone: timezone = timezone.utc) -> datetime:
    if seconds == _FOR_EVER:
        return NO_LIMIT
    try:
        return datetime.fromtimestamp(seconds, zone)
    except (ValueError, OverflowError):  # a day beyond the calendar of Python, in that zone
        return datetime.fromtimestamp(seconds, timezone.utc)


def datetime_or_none(seconds: int, zone: timezone = timezone.utc) -> datetime | None:
    return None if seconds == 0 else datetime_of(seconds, zone)
