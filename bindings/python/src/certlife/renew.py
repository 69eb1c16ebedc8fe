# SPDX-License-Identifier: Apache-2.0
"""A user replaces a valid certificate by a new one."""

from __future__ import annotations

from ._answer import Answer
from ._institution import Calls
from ._native import ffi, lib
from ._text import text
from .certificate import Certificate, taken_certificate
from .decision import Actor, Decision
from .request import Request, c_request

__all__: list[str] = []


class RenewCalls(Calls):
    def renew(self, actor: Actor, contract: str, user: str, request: Request) -> Answer[Certificate]:
        """By the user (R-REN-1), in the window of R-REN-2, after a certificate login or with the login password, as the
        profile says (R-REN-3). The old certificate works until the new one is confirmed (R-REN-6)."""
        out = ffi.new("certlife_certificate **")
        kept = c_request(request)
        return self._given(
            lib.certlife_renew,
            lambda: taken_certificate(out, self._zone),
            actor,
            text(contract, "contract"),
            text(user, "user"),
            kept[0],
            out,
        )

    def renew_later(self, actor: Actor, contract: str, user: str) -> Decision:
        """'Renew later' is remembered; the notice comes again at the next login (R-REN-7)."""
        return self._decided(lib.certlife_renew_later, actor, text(contract, "contract"), text(user, "user"))
