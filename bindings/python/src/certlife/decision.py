# SPDX-License-Identifier: Apache-2.0
"""May they, and why not."""

from __future__ import annotations

import struct
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from typing import Any, Optional

from ._enums import Act, ActorKind, Code, Language, Way, Who
from ._native import ffi, lib
from ._text import Encoded, datetime_or_none, der_octets, from_c, text

__all__ = ["Act", "Actor", "ActorKind", "Code", "Decision", "Language", "Way", "Who"]

_JA = lib.CERTLIFE_LANGUAGE_JA
_EN = lib.CERTLIFE_LANGUAGE_EN
_CODES: dict[int, Code] = {code.value: code for code in Code}
_WAYS: dict[int, Way] = {way.value: way for way in Way}
_ACTOR = ffi.typeof("certlife_actor *")
_ACTOR_SIZE = ffi.sizeof("certlife_actor")
_TEXT = ffi.typeof("char[]")
_OCTETS = ffi.typeof("uint8_t[]")

#: `struct certlife_py_told` up to its line: date, expiry, code, way, days left, four flags, row, serial number.
_LINE = ffi.offsetof("struct certlife_py_told", "line")
_SERIAL = ffi.offsetof("struct certlife_py_told", "serial")
FACTS = struct.Struct(f"=qqiii4B16s{_LINE - _SERIAL}s")
assert FACTS.size == _LINE


@dataclass(frozen=True)
class Actor:
    """Who acts, and with which assurance: what the host has verified. Made by `as_user`, `as_branch` or `as_system`."""

    kind: ActorKind
    #: USER: the contract and user ID they are logged in as, or log in as.
    contract: Optional[str] = None
    user: Optional[str] = None
    #: BRANCH, SYSTEM: who or which job, for the record.
    staff: Optional[str] = None
    #: USER: the host verified it in this session; verified it for this act.
    login_password: bool = False
    confirmation_password: bool = False
    #: USER: the certificate presented in TLS, whose key TLS has proved: DER, PEM, or an object of `cryptography`.
    certificate: Optional[Encoded] = None
    #: BRANCH: the number of the written application.
    application: Optional[str] = None
    #: The same key and call again get the first answer again (R-ISS-3).
    idempotency_key: Optional[str] = None

    @classmethod
    def as_user(
        cls,
        contract: str,
        user: str,
        *,
        login_password: bool = False,
        confirmation_password: bool = False,
        certificate: Encoded | None = None,
        idempotency_key: str | None = None,
    ) -> Actor:
        """A master or general user; which, the register knows."""
        return cls(
            ActorKind.USER,
            contract=contract,
            user=user,
            login_password=login_password,
            confirmation_password=confirmation_password,
            certificate=certificate,
            idempotency_key=idempotency_key,
        )

    @classmethod
    def as_branch(
        cls, staff: str | None = None, *, application: str | None = None, idempotency_key: str | None = None
    ) -> Actor:
        """Bank staff, with the number of the written application."""
        return cls(ActorKind.BRANCH, staff=staff, application=application, idempotency_key=idempotency_key)

    @classmethod
    def as_system(cls, job: str | None = None, *, idempotency_key: str | None = None) -> Actor:
        """The host program itself."""
        return cls(ActorKind.SYSTEM, staff=job, idempotency_key=idempotency_key)

    #: The C actor and what it borrows, made once: what is frozen can be lent to any number of calls.
    _made = None

    @property
    def _c(self) -> Any:
        made = self._made or self._make()
        return made[0]

    def _make(self) -> tuple[Any, list[Any]]:
        actor = ffi.new(_ACTOR)
        actor.size = _ACTOR_SIZE
        actor.kind = self.kind._value_
        kept: list[Any] = []
        for name in ("contract", "user", "staff", "application", "idempotency_key"):
            value = getattr(self, name)
            if value is not None:
                lent = ffi.from_buffer(_TEXT, text(value, name) + b"\0")
                kept.append(lent)
                setattr(actor, name, lent)
        if self.login_password:
            actor.login_password = 1
        if self.confirmation_password:
            actor.confirmation_password = 1
        if self.certificate is not None:
            lent = ffi.from_buffer(_OCTETS, der_octets(self.certificate, "certificate"))
            kept.append(lent)
            actor.certificate = lent
            actor.certificate_len = len(lent)
        made = (actor, kept)
        object.__setattr__(self, "_made", made)
        return made

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


@dataclass(frozen=True)
class Decision:
    """Allowed, or why not. True if it was allowed."""

    code: Code
    #: The row of the specification that decided, e.g. "R-REN-2".
    row: str
    #: What to do instead.
    way: Way
    #: Where one helps: the opening, the end of a period, the expiry; in the institution's time.
    date: Optional[datetime]
    #: To be shown to a user one after the other, in Japanese and in English.
    sentence_ja: str
    sentence_en: str
    way_sentence_ja: str
    way_sentence_en: str
    #: For a log, "user keir002: R-REN-2: renewal not open 2027-03-01".
    line: str
    allowed: bool

    def __bool__(self) -> bool:
        return self.allowed

    def sentence(self, language: Language) -> str:
        return self.sentence_ja if language is Language.JA else self.sentence_en

    def way_sentence(self, language: Language) -> str:
        return self.way_sentence_ja if language is Language.JA else self.way_sentence_en

    def __str__(self) -> str:
        return self.line


class Told:
    """Reads what C told into Decisions. The sentences are those of the code, the way and the date: kept for the next
    time. What is not there is answered by the C decision that was just filled."""

    _MOST = 1000

    def __init__(self, zone: timezone) -> None:
        self._zone = zone
        self._sentences: dict[tuple[int, int, int], tuple[str, str, str, str]] = {}

    def decision(self, facts: bytes, c: Any) -> Decision:
        date, _, code, way, _, allowed, _, _, _, row, _ = FACTS.unpack_from(facts)
        ja, en, way_ja, way_en = self._sentences.get((code, way, date)) or self._ask(code, way, date, c)
        return Decision(
            _CODES.get(code) or Code(code),
            row.rstrip(b"\0").decode(),
            _WAYS.get(way) or Way(way),
            datetime_or_none(date, self._zone),
            ja,
            en,
            way_ja,
            way_en,
            facts[_LINE:].decode(),
            allowed == 1,
        )

    def _ask(self, code: int, way: int, date: int, c: Any) -> tuple[str, str, str, str]:
        asked = (
            from_c(lib.certlife_decision_sentence(c, _JA)),
            from_c(lib.certlife_decision_sentence(c, _EN)),
            from_c(lib.certlife_decision_way_sentence(c, _JA)),
            from_c(lib.certlife_decision_way_sentence(c, _EN)),
        )
        if len(self._sentences) >= self._MOST:
            self._sentences.clear()
        self._sentences[code, way, date] = asked
        return asked
