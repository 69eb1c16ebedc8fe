# SPDX-License-Identifier: Apache-2.0
"""What went wrong, when something went wrong: one exception for each failure that the library names."""

from __future__ import annotations

from ._enums import ErrorClass
from ._errors import (
    BusyError,
    ClockError,
    CryptoError,
    Error,
    ForkedError,
    HostError,
    InternalError,
    InvalidError,
    IssuerError,
    MalformedError,
    MemoryError,
    MisuseError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreVersionError,
)

__all__ = [
    "BusyError",
    "ClockError",
    "CryptoError",
    "Error",
    "ErrorClass",
    "ForkedError",
    "HostError",
    "InternalError",
    "InvalidError",
    "IssuerError",
    "MalformedError",
    "MemoryError",
    "MisuseError",
    "StoreCorruptError",
    "StoreError",
    "StoreFullError",
    "StoreVersionError",
]
