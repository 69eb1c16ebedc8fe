# SPDX-License-Identifier: Apache-2.0
"""Who is to be told what, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Iterator, Optional

from ._answer import Answer, Pages
from ._enums import Addressee, Language, NoticeKind, NoticeState
from ._errors import MisuseError
from ._institution import Calls
from ._native import ffi, lib
from ._text import datetime_of, datetime_or_none, from_c, text, text_or_null
from .decision import Actor, Decision

__all__ = ["Addressee", "Member", "Notice", "NoticeKind", "NoticePage", "NoticeState"]

_PAGE = 100


@dataclass(frozen=True)
class Member:
    """Of a digest: a user who must renew."""

    user: str
    serial: str
    expiry: Optional[datetime]
    days_left: int


@dataclass(frozen=True)
class Notice:
    """As of the moment of the call that gave it. Times are the institution's; "" and None where there is none."""

    kind: NoticeKind
    state: NoticeState
    #: 32 hexadecimal digits: the same at every delivery of this notice, different for every threshold and addressee.
    key: str
    contract: str
    #: Whom it is about; of a digest, the master user.
    user: str
    addressee: Addressee
    #: The addressee's user ID, and their address at this moment (R-NOT-1); of a sent one, where it was sent.
    addressee_user: str
    email: str
    #: In which to write to them: the profile's.
    language: Language
    #: The certificate's serial number, its expiry, and the last moment of its renewal.
    serial: str
    expiry: Optional[datetime]
    renew_by: Optional[datetime]
    #: Of OBTAIN_BY and REISSUED; NO_LIMIT where the profile sets none.
    obtain_by: Optional[datetime]
    #: Civil days to the expiry date or obtain-by, 0 on it; of a digest, the least of its users'.
    days_left: int
    #: Of EXPIRED, ISSUED, REISSUED and REVOKED.
    happened_at: Optional[datetime]
    #: A renewed certificate waits to be installed (R-NOT-4).
    waits_to_install: bool
    #: When 'renew later' was last chosen (R-REN-7).
    renew_later_at: Optional[datetime]
    #: When it falls due, or fell due; None of a parked one. When it was sent, or parked.
    due: Optional[datetime]
    ended_at: Optional[datetime]
    #: How often it has been handed out, this time included; and why it was given back last.
    attempts: int
    cause: str
    #: Of a digest, in the order of their IDs.
    members: tuple[Member, ...]
    _c: Any = field(default=None, repr=False, compare=False)

    def _known(self) -> Any:
        if self._c is None:
            raise MisuseError("notice: does not come from the library, so that it cannot be answered for")
        return self._c

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_c": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


@dataclass(frozen=True)
class NoticePage:
    """Some notices; `more`: more may follow."""

    items: tuple[Notice, ...]
    more: bool

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Notice]:
        return iter(self.items)


def _members_of(c: Any, zone: timezone) -> tuple[Member, ...]:
    return tuple(
        Member(
            user=from_c(lib.certlife_notice_member_user(c, index)),
            serial=from_c(lib.certlife_notice_member_serial(c, index)),
            expiry=datetime_or_none(lib.certlife_notice_member_expiry(c, index), zone),
            days_left=lib.certlife_notice_member_days_left(c, index),
        )
        for index in range(lib.certlife_notice_member_count(c))
    )


def _notice_of(c: Any, zone: timezone, owner: Any) -> Notice:
    """`owner` frees what `c` points into."""
    return Notice(
        kind=NoticeKind(lib.certlife_notice_kind_of(c)),
        state=NoticeState(lib.certlife_notice_state_of(c)),
        key=from_c(lib.certlife_notice_key(c)),
        contract=from_c(lib.certlife_notice_contract(c)),
        user=from_c(lib.certlife_notice_user(c)),
        addressee=Addressee(lib.certlife_notice_addressee_of(c)),
        addressee_user=from_c(lib.certlife_notice_addressee_user(c)),
        email=from_c(lib.certlife_notice_email(c)),
        language=Language(lib.certlife_notice_language(c)),
        serial=from_c(lib.certlife_notice_serial(c)),
        expiry=datetime_or_none(lib.certlife_notice_expiry(c), zone),
        renew_by=datetime_or_none(lib.certlife_notice_renew_by(c), zone),
        obtain_by=datetime_or_none(lib.certlife_notice_obtain_by(c), zone),
        days_left=lib.certlife_notice_days_left(c),
        happened_at=datetime_or_none(lib.certlife_notice_happened_at(c), zone),
        waits_to_install=lib.certlife_notice_waits_to_install(c) == 1,
        renew_later_at=datetime_or_none(lib.certlife_notice_renew_later_at(c), zone),
        due=datetime_or_none(lib.certlife_notice_due(c), zone),
        ended_at=datetime_or_none(lib.certlife_notice_ended_at(c), zone),
        attempts=lib.certlife_notice_attempts(c),
        cause=from_c(lib.certlife_notice_cause(c)),
        members=_members_of(c, zone),
        _c=_Lent(c, owner),
    )


class _Lent:
    """A C notice, and what keeps it."""

    def __init__(self, c: Any, owner: Any) -> None:
        self.c = c
        self.owner = owner


def _taken_page(out: Any, zone: timezone) -> NoticePage:
    page = ffi.gc(out[0], lib.certlife_notice_page_free)
    count = lib.certlife_notice_page_count(page)
    items = tuple(_notice_of(lib.certlife_notice_page_at(page, index), zone, page) for index in range(count))
    return NoticePage(items, lib.certlife_notice_page_more(page) == 1)


def _taken(out: Any, zone: timezone) -> Notice | None:
    if out[0] == ffi.NULL:
        return None
    owned = ffi.gc(out[0], lib.certlife_notice_free)
    return _notice_of(owned, zone, owned)


class NoticeCalls(Calls):
    def notice_claim(
        self, actor: Actor, worker: str, limit: int = _PAGE, lease: timedelta = timedelta(minutes=10)
    ) -> Answer[NoticePage]:
        """Hands out up to `limit` (1 to 1,000) notices that are due, what waits longest first, to `worker` for
        `lease` (up to a day): until then nobody else gets them. It may be empty, or hold less, though more is due."""
        seconds = lease // timedelta(seconds=1)
        return self._noticed(lib.certlife_notice_claim, actor, text(worker, "worker"), limit, seconds)

    def notice_done(self, actor: Actor, notice: Notice) -> Decision:
        """It was delivered. Recorded once, however often it is said."""
        return self._decided(lib.certlife_notice_done, actor, notice._known().c)

    def notice_give_back(self, actor: Actor, notice: Notice, cause: str | None) -> Decision:
        """It was not delivered, and `cause` says why: it is tried again later, and at last parked. None: it was not
        tried; it comes back at once, and this does not count."""
        return self._decided(lib.certlife_notice_give_back, actor, notice._known().c, text_or_null(cause, "cause"))

    def notice_next_due(self, actor: Actor) -> Answer[datetime]:
        """When a worker should claim next; NO_LIMIT if nothing is planned."""
        out = ffi.new("int64_t *")
        return self._given(lib.certlife_notice_next_due, lambda: datetime_of(out[0], self._zone), actor, out)

    def notice_parked_page(self, actor: Actor, after: Notice | None = None, limit: int = _PAGE) -> Answer[NoticePage]:
        """Up to `limit` (1 to 1,000) parked notices behind `after`."""
        last = ffi.NULL if after is None else after._known().c
        return self._noticed(lib.certlife_notice_parked, actor, last, limit)

    def notice_parked(self, actor: Actor, *, page: int = _PAGE) -> Answer[Pages[Notice]]:
        """The parked notices, the longest parked first."""
        first = self.notice_parked_page(actor, None, page)

        def following(last: NoticePage) -> Answer[NoticePage] | None:
            return self.notice_parked_page(actor, last.items[-1], page) if last.more and last.items else None

        return Answer(first.decision, None if first.value is None else Pages(first.value, following))

    def notice_retry(self, actor: Actor, notice: Notice) -> Decision:
        """A parked notice is due again at once, with its attempts counted from none, if it is still called for."""
        return self._decided(lib.certlife_notice_retry, actor, notice._known().c)

    def notice_list(self, actor: Actor, contract: str, user: str) -> Answer[NoticePage]:
        """All notices about one user: planned, parked, and sent; for whoever may see the user (R-USR-5)."""
        return self._noticed(lib.certlife_notice_list, actor, text(contract, "contract"), text(user, "user"))

    def notice_on_screen(self, actor: Actor, contract: str, user: str) -> Answer[Optional[Notice]]:
        """What a menu page shows a user about their certificate (R-NOT-3); None if there is nothing to show."""
        out = ffi.new("certlife_notice **")
        return self._given(
            lib.certlife_notice_on_screen,
            lambda: _taken(out, self._zone),
            actor,
            text(contract, "contract"),
            text(user, "user"),
            out,
        )

    def _noticed(self, function: Callable[..., int], actor: Actor, *arguments: Any) -> Answer[NoticePage]:
        out = ffi.new("certlife_notice_page **")
        return self._given(function, lambda: _taken_page(out, self._zone), actor, *arguments, out)
