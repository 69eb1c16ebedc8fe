# SPDX-License-Identifier: Apache-2.0
"""Could they do it, and who else could."""

from __future__ import annotations

from ._answer import Answer
from ._enums import Act, Who
from ._institution import Calls
from ._native import ffi, lib
from ._text import text_or_null
from .decision import Actor, Decision

__all__: list[str] = []


class DecideCalls(Calls):
    def decide(self, actor: Actor, act: Act, contract: str | None = None, user: str | None = None) -> Decision:
        """Could this actor do this now? Nothing is changed."""
        return self._decided(
            lib.certlife_decide,
            actor,
            act.value,
            text_or_null(contract, "contract"),
            text_or_null(user, "user"),
        )

    def who_could(self, actor: Actor, act: Act, contract: str, user: str | None = None) -> Answer[Who]:
        """For whom the act would be allowed now, each with all the assurance they can bring."""
        out = ffi.new("uint32_t *")
        return self._given(
            lib.certlife_who_could,
            lambda: Who(out[0]),
            actor,
            act.value,
            text_or_null(contract, "contract"),
            text_or_null(user, "user"),
            out,
        )
