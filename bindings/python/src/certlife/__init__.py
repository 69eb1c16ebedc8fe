# SPDX-License-Identifier: Apache-2.0
"""The whole life of the client certificates of internet-banking users: libcertlife for Python."""

from __future__ import annotations

from . import error
from ._answer import Answer, Page, Pages, Refused
from ._native import lib as _lib
from ._text import NO_LIMIT
from ._text import from_c as _from_c
from .certificate import Certificate, CertificateState, Medium, Reason
from .clock import Clock
from .contract import Contract
from .crypto import Crypto, OwnCrypto, Signature
from .decision import Act, Actor, ActorKind, Code, Decision, Language, Way, Who
from .error import (
    BusyError,
    ClockError,
    CryptoError,
    Error,
    ErrorClass,
    ForkedError,
    HostError,
    InternalError,
    InvalidError,
    IssuerError,
    MalformedError,
    MisuseError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreVersionError,
)
from .institution import Institution
from .issuer import Issuer, IssuerAnswer, Order, OwnIssuer
from .login import Login, LoginMode
from .notice import Addressee, Member, Notice, NoticeKind, NoticePage, NoticeState
from .profile import Profile
from .request import Request
from .store import OwnStore, Store, StoreMode, Transaction
from .user import Choice, Permission, Role, Status, User

if _lib.certlife_version_number() < _lib.CERTLIFE_VERSION_NUMBER:
    raise ImportError(
        f"certlife: was built for a newer libcertlife than {_from_c(_lib.certlife_version())}, which is installed"
    )

#: The library's version, and a line for a bug report that names what it was built with.
__version__ = _from_c(_lib.certlife_version())
build_info = _from_c(_lib.certlife_build_info())

__all__ = [
    "Act",
    "Actor",
    "ActorKind",
    "Addressee",
    "Answer",
    "BusyError",
    "Certificate",
    "CertificateState",
    "Choice",
    "Clock",
    "ClockError",
    "Code",
    "Contract",
    "Crypto",
    "CryptoError",
    "Decision",
    "Error",
    "ErrorClass",
    "ForkedError",
    "HostError",
    "Institution",
    "InternalError",
    "InvalidError",
    "Issuer",
    "IssuerAnswer",
    "IssuerError",
    "Language",
    "Login",
    "LoginMode",
    "MalformedError",
    "Medium",
    "Member",
    "MisuseError",
    "NO_LIMIT",
    "Notice",
    "NoticeKind",
    "NoticePage",
    "NoticeState",
    "Order",
    "OwnCrypto",
    "OwnIssuer",
    "OwnStore",
    "Page",
    "Pages",
    "Permission",
    "Profile",
    "Reason",
    "Refused",
    "Request",
    "Role",
    "Signature",
    "Status",
    "Store",
    "StoreCorruptError",
    "StoreError",
    "StoreFullError",
    "StoreMode",
    "StoreVersionError",
    "Transaction",
    "User",
    "Way",
    "Who",
    "__version__",
    "build_info",
    "error",
]
