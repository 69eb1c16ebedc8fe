# SPDX-License-Identifier: Apache-2.0
"""An administrator lets a user obtain again."""

from __future__ import annotations

from ._institution import Calls
from ._native import lib
from ._text import text
from .decision import Actor, Decision

__all__: list[str] = []


class ReissueCalls(Calls):
    def reissue(self, actor: Actor, contract: str, user: str) -> Decision:
        """By the master user for general users, or the branch with an application for anyone (R-RIS-1…3). The user is
        then awaiting with a new obtain-by, and the old certificate stops (R-RIS-5)."""
        return self._decided(lib.certlife_reissue, actor, text(contract, "contract"), text(user, "user"))
