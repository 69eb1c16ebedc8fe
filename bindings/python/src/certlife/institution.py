# SPDX-License-Identifier: Apache-2.0
"""The handle that everything goes through."""

from __future__ import annotations

import contextlib
from datetime import timezone

from ._call import call
from ._handle import Handle
from ._institution import Calls
from ._native import ffi, lib
from ._text import text
from .clock import Clock
from .contract import ContractCalls
from .crypto import Crypto
from .decide import DecideCalls
from .issuer import Issuer, IssuerCalls
from .login import LoginCalls
from .notice import NoticeCalls
from .obtain import ObtainCalls
from .profile import Profile
from .reissue import ReissueCalls
from .renew import RenewCalls
from .revoke import RevokeCalls
from .store import Store
from .user import UserCalls

__all__ = ["Institution"]


class Institution(
    ContractCalls,
    UserCalls,
    ObtainCalls,
    RenewCalls,
    ReissueCalls,
    RevokeCalls,
    LoginCalls,
    NoticeCalls,
    IssuerCalls,
    DecideCalls,
    Calls,
):
    """Opened on its store, which is made ready if it is empty. Any thread may use it. Close it before its store,
    issuer and crypto. After fork() every call in the child is a ForkedError: open a new one there, on parts of the
    child's own.

    Texts in and out are as in C; times out are in the institution's own time (`zone`)."""

    def __init__(
        self,
        name: str,
        crl_url: str,
        profile: Profile,
        store: Store,
        issuer: Issuer | None,
        crypto: Crypto,
        clock: Clock | None = None,
    ) -> None:
        """`name` is the organization in every subject. Without an issuer nothing can be obtained or renewed. Without a
        clock it is the system's."""
        super().__init__(profile.zone)
        self._noun = f"institution {name}"
        parts: tuple[Handle, ...] = (store, crypto) if issuer is None else (store, crypto, issuer)
        organization, url = ffi.new("char[]", text(name, "name")), ffi.new("char[]", text(crl_url, "crl_url"))
        options = ffi.new("certlife_institution_options *")
        options.size = ffi.sizeof("certlife_institution_options")
        options.name = organization
        options.crl_url = url
        options.profile = profile._c
        self._clock = ffi.new_handle(clock)
        if clock is not None:
            options.clock.now = lib.certlife_py_clock_now
            options.clock.payload = self._clock
            self._written_here = True
        out = ffi.new("certlife_institution **")
        with contextlib.ExitStack() as lent:
            options.store = lent.enter_context(store._lent())
            options.crypto = lent.enter_context(crypto._lent())
            options.issuer = ffi.NULL if issuer is None else lent.enter_context(issuer._lent())
            call(lib.certlife_institution_open, options, out)
            self._open(out[0], lib.certlife_institution_close, parts)

    @property
    def zone(self) -> timezone:
        """The institution's time, in which it gives all times."""
        return self._zone
