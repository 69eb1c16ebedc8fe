# SPDX-License-Identifier: Apache-2.0
"""May they come in with this certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ._answer import Answer
from ._enums import LoginMode
from ._institution import Calls
from ._native import lib
from ._text import datetime_of
from .decision import FACTS, Actor, Told

__all__ = ["Login", "LoginMode"]


@dataclass(frozen=True)
class Login:
    """What a successful check tells besides."""

    #: The certificate's expiry, in the institution's time, and its serial number in hexadecimal.
    expiry: datetime
    serial: str
    #: The renewal notice is to be shown (R-LOG-3).
    renewal_due: bool
    #: Civil days to the expiry date, 0 on it.
    days_left: int
    #: The notice is to say that the certificate has been renewed, and the new one waits to be installed (R-NOT-4).
    waits_to_install: bool
    #: This login confirmed the certificate.
    confirmed: bool


def _answer_of(told: Told, facts: bytes, c: Any, zone: timezone) -> Answer[Login]:
    decision = told.decision(facts, c)
    if not decision.allowed:
        return Answer(decision, None)
    _, expiry, _, _, days_left, _, renewal_due, waits_to_install, confirmed, _, serial = FACTS.unpack_from(facts)
    login = Login(
        datetime_of(expiry, zone),
        serial.rstrip(b"\0").decode(),
        renewal_due == 1,
        days_left,
        waits_to_install == 1,
        confirmed == 1,
    )
    return Answer(decision, login)


class LoginCalls(Calls):
    _MOST_LOGINS = 4096

    def __init__(self, zone: timezone) -> None:
        super().__init__(zone)
        #: Answers are values: who comes again, and is told the same, gets the same one.
        self._logins: dict[bytes, Answer[Login]] = {}

    def login_check(self, actor: Actor, mode: LoginMode = LoginMode.RECORD) -> Answer[Login]:
        """May this user come in with the certificate they present? Ask it at login and, to let a revocation take
        effect at once, on each request. A failure, which is an exception, must not let anybody in."""
        slot = self._slot()
        try:
            self._ask(lib.certlife_login_check, slot, actor, mode._value_, slot.login)
            facts = slot.facts(slot.login)
            answer = self._logins.get(facts)
            if answer is None:
                answer = _answer_of(self._told, facts, slot.decision, self._zone)
                if len(self._logins) >= self._MOST_LOGINS:
                    self._logins.clear()
                self._logins[facts] = answer
            return answer
        finally:
            self._free_slots.append(slot)
