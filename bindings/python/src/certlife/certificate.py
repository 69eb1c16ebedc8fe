# SPDX-License-Identifier: Apache-2.0
"""One issued certificate and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Optional

from ._enums import CertificateState, Medium, Reason
from ._native import ffi, lib
from ._text import datetime_of, datetime_or_none, from_c

__all__ = ["Certificate", "CertificateState", "Medium", "Reason"]


@dataclass(frozen=True)
class Certificate:
    """As of the moment of the call that gave it. Times are the institution's."""

    der: bytes = field(repr=False)
    pem: str = field(repr=False)
    #: In lower-case hexadecimal, as OpenSSL and the bank's screens print it.
    serial: str
    contract: str
    user: str
    medium: Medium
    state: CertificateState
    #: Both inclusive.
    not_before: datetime
    not_after: datetime
    confirmed_at: Optional[datetime]
    replaced_at: Optional[datetime]
    revoked_at: Optional[datetime]
    #: Of a revoked one (R-REV-7): the reason; who ("user keir001", "branch yamada"); the application's number.
    reason: Optional[Reason]
    revoked_by: str
    application: str


def certificate_of(c: Any, zone: timezone) -> Certificate:
    der = ffi.new("const uint8_t **")
    length = lib.certlife_certificate_der(c, der)
    revoked_at = datetime_or_none(lib.certlife_certificate_revoked_at(c), zone)
    return Certificate(
        der=bytes(ffi.buffer(der[0], length)),
        pem=from_c(lib.certlife_certificate_pem(c)),
        serial=from_c(lib.certlife_certificate_serial(c)),
        contract=from_c(lib.certlife_certificate_contract(c)),
        user=from_c(lib.certlife_certificate_user(c)),
        medium=Medium(lib.certlife_certificate_medium(c)),
        state=CertificateState(lib.certlife_certificate_state_of(c)),
        not_before=datetime_of(lib.certlife_certificate_not_before(c), zone),
        not_after=datetime_of(lib.certlife_certificate_not_after(c), zone),
        confirmed_at=datetime_or_none(lib.certlife_certificate_confirmed_at(c), zone),
        replaced_at=datetime_or_none(lib.certlife_certificate_replaced_at(c), zone),
        revoked_at=revoked_at,
        reason=None if revoked_at is None else Reason(lib.certlife_certificate_reason(c)),
        revoked_by=from_c(lib.certlife_certificate_revoked_by(c)),
        application=from_c(lib.certlife_certificate_application(c)),
    )


def taken_certificate(out: Any, zone: timezone) -> Certificate:
    """A copy of what C gave, which is freed."""
    try:
        return certificate_of(out[0], zone)
    finally:
        lib.certlife_certificate_free(out[0])
