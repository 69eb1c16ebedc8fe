# SPDX-License-Identifier: Apache-2.0
"""One customer company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Optional

from ._answer import Answer
from ._institution import Calls
from ._native import ffi, lib
from ._text import datetime_or_none, from_c, text
from .decision import Actor, Decision

__all__ = ["Contract"]


@dataclass(frozen=True)
class Contract:
    """As of the moment of the call that gave it. Times are the institution's."""

    id: str
    master: str
    #: How many users it has, and how many it can have (R-USR-2), the master user included.
    users: int
    users_limit: int
    registered_at: Optional[datetime]
    applied_at: Optional[datetime]
    usb_token_applied_at: Optional[datetime]
    closed_at: Optional[datetime]
    #: The numbers of the written applications for certificates, for USB tokens and to close; "" for none.
    application: str
    usb_token_application: str
    close_application: str


def _taken(out: Any, zone: timezone) -> Contract:
    c = out[0]
    try:
        return Contract(
            id=from_c(lib.certlife_contract_id(c)),
            master=from_c(lib.certlife_contract_master(c)),
            users=lib.certlife_contract_users(c),
            users_limit=lib.certlife_contract_users_limit(c),
            registered_at=datetime_or_none(lib.certlife_contract_registered_at(c), zone),
            applied_at=datetime_or_none(lib.certlife_contract_applied_at(c), zone),
            usb_token_applied_at=datetime_or_none(lib.certlife_contract_usb_token_applied_at(c), zone),
            closed_at=datetime_or_none(lib.certlife_contract_closed_at(c), zone),
            application=from_c(lib.certlife_contract_application(c)),
            usb_token_application=from_c(lib.certlife_contract_usb_token_application(c)),
            close_application=from_c(lib.certlife_contract_close_application(c)),
        )
    finally:
        lib.certlife_contract_free(c)


class ContractCalls(Calls):
    def contract_register(self, actor: Actor, contract: str, master: str, email: str = "") -> Decision:
        """Registers a contract and its master user, who is not yet authorised to obtain; by branch or system."""
        return self._decided(
            lib.certlife_contract_register,
            actor,
            text(contract, "contract"),
            text(master, "master"),
            text(email, "email"),
        )

    def contract_apply(self, actor: Actor, contract: str) -> Decision:
        """The written application to use certificates (R-USR-4): by the branch, with its number."""
        return self._decided(lib.certlife_contract_apply, actor, text(contract, "contract"))

    def contract_apply_usb_token(self, actor: Actor, contract: str) -> Decision:
        """The application to keep certificates in USB tokens (R-OBT-8): by the branch, with its number."""
        return self._decided(lib.certlife_contract_apply_usb_token, actor, text(contract, "contract"))

    def contract_close(self, actor: Actor, contract: str) -> Decision:
        """Closes a contract for good: every certificate in it is revoked in the same transaction (R-ALL-8)."""
        return self._decided(lib.certlife_contract_close, actor, text(contract, "contract"))

    def contract_get(self, actor: Actor, contract: str) -> Answer[Contract]:
        """One contract."""
        out = ffi.new("certlife_contract **")
        return self._given(
            lib.certlife_contract_get, lambda: _taken(out, self._zone), actor, text(contract, "contract"), out
        )
