# SPDX-License-Identifier: Apache-2.0
"""What a user's PC sends to get a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from ._enums import Medium
from ._native import ffi
from ._text import Encoded, octets, text_or_null

__all__ = ["Request"]


@dataclass(frozen=True)
class Request:
    """Only the public key crosses from the request into the certificate (R-ISS-6)."""

    #: PKCS #10: DER, PEM, or an object of `cryptography`.
    pkcs10: Encoded
    medium: Medium = Medium.PC
    #: R-OBT-7: browser and way, e.g. "edge/app"; None where the profile's channels are "any".
    channel: Optional[str] = None


def c_request(request: Request) -> tuple[Any, ...]:
    """The C request, and what it borrows."""
    pkcs10 = ffi.from_buffer("uint8_t[]", octets(request.pkcs10, "pkcs10"))
    channel = text_or_null(request.channel, "channel")
    if channel != ffi.NULL:
        channel = ffi.new("char[]", channel)
    made = ffi.new("certlife_request *")
    made.size = ffi.sizeof("certlife_request")
    made.pkcs10 = pkcs10
    made.pkcs10_len = len(pkcs10)
    made.medium = request.medium.value
    made.channel = channel
    return made, pkcs10, channel
