# SPDX-License-Identifier: Apache-2.0
"""A user gets a certificate."""

from __future__ import annotations

from ._answer import Answer
from ._institution import Calls
from ._native import ffi, lib
from ._text import text
from .certificate import Certificate, taken_certificate
from .decision import Actor, Decision
from .request import Request, c_request

__all__: list[str] = []


class ObtainCalls(Calls):
    def obtain(self, actor: Actor, contract: str, user: str, request: Request) -> Answer[Certificate]:
        """By the user, with ID and login password (R-OBT-1), after an authorisation or where the profile lets an
        expired or revoked one be obtained anew (R-OBT-2, 9, 10). The same key again, before it is confirmed, gets the
        same certificate (R-ALL-5). Where the issuer answers later it is refused with Code.ISSUING, and `deliver`
        polls."""
        out = ffi.new("certlife_certificate **")
        kept = c_request(request)
        return self._given(
            lib.certlife_obtain,
            lambda: taken_certificate(out, self._zone),
            actor,
            text(contract, "contract"),
            text(user, "user"),
            kept[0],
            out,
        )

    def deliver(self, actor: Actor, contract: str, user: str) -> Answer[Certificate]:
        """The same unconfirmed certificate once more (R-OBT-4), with the assurance of the act that issued it
        (R-ALL-6)."""
        out = ffi.new("certlife_certificate **")
        return self._given(
            lib.certlife_deliver,
            lambda: taken_certificate(out, self._zone),
            actor,
            text(contract, "contract"),
            text(user, "user"),
            out,
        )

    def confirm(self, actor: Actor, contract: str, user: str, serial: str) -> Decision:
        """The certificate with this serial number is installed; a renewed one replaces the old (R-REN-6)."""
        return self._decided(
            lib.certlife_confirm, actor, text(contract, "contract"), text(user, "user"), text(serial, "serial")
        )
