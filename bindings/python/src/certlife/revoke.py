# SPDX-License-Identifier: Apache-2.0
"""An administrator ends the use of a certificate."""

from __future__ import annotations

from ._enums import Reason
from ._institution import Calls
from ._native import lib
from ._text import text
from .decision import Actor, Decision

__all__: list[str] = []


class RevokeCalls(Calls):
    def revoke(self, actor: Actor, contract: str, user: str, reason: Reason = Reason.UNSPECIFIED) -> Decision:
        """Ends the user's certificate, an unconfirmed one, an unused authorisation and a request still issuing, for
        good. Once it has returned no login with it succeeds, on any node (R-REV-5)."""
        return self._decided(lib.certlife_revoke, actor, text(contract, "contract"), text(user, "user"), reason.value)
