# SPDX-License-Identifier: Apache-2.0
"""The people of a contract: the ID maintenance screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Optional

from ._answer import Answer, Page, Pages
from ._enums import Choice, Permission, Reason, Role, Status
from ._institution import Calls
from ._native import ffi, lib
from ._text import datetime_or_none, from_c, from_c_or_none, text, text_or_null
from .certificate import Certificate, certificate_of
from .decision import Actor, Decision

__all__ = ["Choice", "Permission", "Role", "Status", "User"]

_PAGE = 100


@dataclass(frozen=True)
class User:
    """As of the moment of the call that gave it. Times are the institution's."""

    id: str
    contract: str
    email: str
    role: Role
    #: None: the master user.
    permission: Optional[Permission]
    status: Status
    #: While awaiting or over; NO_LIMIT where the profile sets none.
    obtain_by: Optional[datetime]
    #: Of the current certificate, also when it has ended: expiry, and serial number in hexadecimal.
    expiry: Optional[datetime]
    serial: str
    #: Of a renewed one that is not confirmed yet (R-REN-6).
    unconfirmed_expiry: Optional[datetime]
    unconfirmed_serial: str
    #: The number of the written application that authorised or reissued last; "" for none (R-RIS-3).
    application: str
    added_at: Optional[datetime]
    deleted_at: Optional[datetime]
    #: When 'renew later' was last chosen (R-REN-7).
    renew_later_at: Optional[datetime]


def _user_of(c: Any, zone: timezone) -> User:
    permission = lib.certlife_user_permission(c)
    return User(
        id=from_c(lib.certlife_user_id(c)),
        contract=from_c(lib.certlife_user_contract(c)),
        email=from_c(lib.certlife_user_email(c)),
        role=Role(lib.certlife_user_role(c)),
        permission=Permission(permission) if permission else None,
        status=Status(lib.certlife_user_status(c)),
        obtain_by=datetime_or_none(lib.certlife_user_obtain_by(c), zone),
        expiry=datetime_or_none(lib.certlife_user_expiry(c), zone),
        serial=from_c(lib.certlife_user_serial(c)),
        unconfirmed_expiry=datetime_or_none(lib.certlife_user_unconfirmed_expiry(c), zone),
        unconfirmed_serial=from_c(lib.certlife_user_unconfirmed_serial(c)),
        application=from_c(lib.certlife_user_application(c)),
        added_at=datetime_or_none(lib.certlife_user_added_at(c), zone),
        deleted_at=datetime_or_none(lib.certlife_user_deleted_at(c), zone),
        renew_later_at=datetime_or_none(lib.certlife_user_renew_later_at(c), zone),
    )


def _taken(out: Any, zone: timezone) -> User:
    try:
        return _user_of(out[0], zone)
    finally:
        lib.certlife_user_free(out[0])


def _taken_users(out: Any, zone: timezone) -> Page[User]:
    page = out[0]
    try:
        count = lib.certlife_user_page_count(page)
        users = tuple(_user_of(lib.certlife_user_page_at(page, index), zone) for index in range(count))
        return Page(users, from_c_or_none(lib.certlife_user_page_next(page)))
    finally:
        lib.certlife_user_page_free(page)


def _taken_history(out: Any, zone: timezone) -> Page[Certificate]:
    page = out[0]
    try:
        count = lib.certlife_certificate_page_count(page)
        found = tuple(certificate_of(lib.certlife_certificate_page_at(page, index), zone) for index in range(count))
        return Page(found, from_c_or_none(lib.certlife_certificate_page_next(page)))
    finally:
        lib.certlife_certificate_page_free(page)


class UserCalls(Calls):
    def user_add(self, actor: Actor, contract: str, user: str, permission: Permission, email: str = "") -> Decision:
        """Adds a general user. By the master user, or the branch with an application, to a contract that has applied,
        this is also the authorisation to obtain (R-ALL-3)."""
        return self._decided(
            lib.certlife_user_add,
            actor,
            text(contract, "contract"),
            text(user, "user"),
            permission.value,
            text(email, "email"),
        )

    def user_authorise(self, actor: Actor, contract: str, user: str) -> Decision:
        """Authorises the first certificate, or sets a new obtain-by before it was obtained (R-ALL-3)."""
        return self._decided(lib.certlife_user_authorise, actor, text(contract, "contract"), text(user, "user"))

    def user_edit(
        self,
        actor: Actor,
        contract: str,
        user: str,
        *,
        certificate: Choice = Choice.KEEP,
        reason: Reason = Reason.UNSPECIFIED,
        email: str | None = None,
        permission: Permission | None = None,
    ) -> Decision:
        """One user's edit screen, sent as a whole: everything in it is done, or nothing. None keeps; "" removes."""
        address = text_or_null(email, "email")
        kept = address if address == ffi.NULL else ffi.new("char[]", address)
        request = ffi.new("certlife_user_edit_request *")
        request.size = ffi.sizeof("certlife_user_edit_request")
        request.certificate = certificate.value
        request.reason = reason.value
        request.email = kept
        request.permission = 0 if permission is None else permission.value
        return self._decided(lib.certlife_user_edit, actor, text(contract, "contract"), text(user, "user"), request)

    def user_delete(self, actor: Actor, contract: str, user: str) -> Decision:
        """Deletes a general user; the certificate is revoked (R-USR-7), the history stays (R-USR-6)."""
        return self._decided(lib.certlife_user_delete, actor, text(contract, "contract"), text(user, "user"))

    def user_get(self, actor: Actor, contract: str, user: str) -> Answer[User]:
        """One user, also a deleted one. General users see themselves only (R-USR-5)."""
        out = ffi.new("certlife_user **")
        return self._given(
            lib.certlife_user_get,
            lambda: _taken(out, self._zone),
            actor,
            text(contract, "contract"),
            text(user, "user"),
            out,
        )

    def user_page(
        self, actor: Actor, contract: str, after: str | None = None, limit: int = _PAGE
    ) -> Answer[Page[User]]:
        """Up to `limit` (1 to 10,000) users of a contract whose IDs come after `after`, without deleted ones."""
        out = ffi.new("certlife_user_page **")
        return self._given(
            lib.certlife_user_list,
            lambda: _taken_users(out, self._zone),
            actor,
            text(contract, "contract"),
            text_or_null(after, "after"),
            limit,
            out,
        )

    def user_list(self, actor: Actor, contract: str, *, page: int = _PAGE) -> Answer[Pages[User]]:
        """The users of a contract in the order of their IDs, without deleted ones (R-ALL-12)."""
        first = self.user_page(actor, contract, None, page)

        def following(last: Page[User]) -> Answer[Page[User]] | None:
            return None if last.next is None else self.user_page(actor, contract, last.next, page)

        return Answer(first.decision, None if first.value is None else Pages(first.value, following))

    def user_history_page(
        self, actor: Actor, contract: str, user: str, after: str | None = None, limit: int = _PAGE
    ) -> Answer[Page[Certificate]]:
        """Up to `limit` certificates of a user behind the one with the serial number `after`."""
        out = ffi.new("certlife_certificate_page **")
        return self._given(
            lib.certlife_user_history,
            lambda: _taken_history(out, self._zone),
            actor,
            text(contract, "contract"),
            text(user, "user"),
            text_or_null(after, "after"),
            limit,
            out,
        )

    def user_history(self, actor: Actor, contract: str, user: str, *, page: int = _PAGE) -> Answer[Pages[Certificate]]:
        """Every certificate a user ever had, oldest first (R-USR-6)."""
        first = self.user_history_page(actor, contract, user, None, page)

        def following(last: Page[Certificate]) -> Answer[Page[Certificate]] | None:
            return None if last.next is None else self.user_history_page(actor, contract, user, last.next, page)

        return Answer(first.decision, None if first.value is None else Pages(first.value, following))
