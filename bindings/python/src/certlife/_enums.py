# SPDX-License-Identifier: Apache-2.0
"""The library's numbers as enums. Members come from its header, what they are called from the library itself.

`_enums.pyi`, for type checkers, is written by tools/stubs.py, and a test holds it to what is here.
"""

from __future__ import annotations

import enum
from typing import Any, Callable

from ._native import ffi, lib


def _text(value: Any) -> str:
    return str(ffi.string(value), "utf-8")


class Named:
    """A number of the library."""

    value: int

    @classmethod
    def _missing_(cls, value: object) -> Any:
        """A number that a newer library knows: no reason to fail."""
        if not isinstance(value, int):
            return None
        kind: Any = cls
        member = object.__new__(kind)
        member._name_ = f"NUMBER_{value}"
        member._value_ = value
        return kind._value2member_map_.setdefault(value, member)


class Told(Named):
    """One that the library also has a name for."""

    @property
    def text(self) -> str:
        """The library's name, as "renew later"."""
        return _text(_TEXTS[type(self)](self.value))


class Labelled(Told):
    """One that is also shown to people."""

    def label(self, language: Language) -> str:
        """As the bank's screens and messages say it."""
        return _text(_LABELS[type(self)](self.value, language.value))


def _made(kind: type, name: str, doc: str, prefix: str, only: str = "", without: str = "") -> Any:
    members = {
        constant[len(prefix) :]: getattr(lib, constant)
        for constant in dir(lib)
        if constant.startswith(prefix)
        and (not only or constant[len(prefix) :] in only.split())
        and constant[len(prefix) :] not in without.split()
    }
    in_order = dict(sorted(members.items(), key=lambda member: int(member[1])))
    make: Any = enum.Enum
    made = make(name, in_order, module=__name__, type=kind)
    made.__doc__ = doc
    return made


_STATES = "PLANNED SENT PARKED"

Act = _made(Told, "Act", "What can be done.", "CERTLIFE_ACT_")
ActorKind = _made(Named, "ActorKind", "Who acts.", "CERTLIFE_ACTOR_")
Addressee = _made(Told, "Addressee", "To whom a notice goes.", "CERTLIFE_ADDRESSEE_")
CertificateState = _made(
    Told, "CertificateState", "What has become of a certificate.", "CERTLIFE_CERTIFICATE_", without="MAX"
)
Choice = _made(Named, "Choice", "What the edit screen offers for the certificate.", "CERTLIFE_CHOICE_")
Code = _made(Told, "Code", "Why not.", "CERTLIFE_CODE_")
ErrorClass = _made(Named, "ErrorClass", "What to do about a failure.", "CERTLIFE_CLASS_")
IssuerAnswer = _made(
    Named,
    "IssuerAnswer",
    "What an issuer answers that has no certificate to give.",
    "CERTLIFE_ISSUER_",
    only="LATER REJECTED UNKNOWN",
)
Language = _made(Named, "Language", "In which language the library says it.", "CERTLIFE_LANGUAGE_")
LoginMode = _made(Named, "LoginMode", "A login, or a gate's look on each request.", "CERTLIFE_LOGIN_")
Medium = _made(Told, "Medium", "Where the key lives.", "CERTLIFE_MEDIUM_")
NoticeKind = _made(Labelled, "NoticeKind", "What a notice says.", "CERTLIFE_NOTICE_", without=_STATES)
NoticeState = _made(Told, "NoticeState", "What has become of a notice.", "CERTLIFE_NOTICE_", only=_STATES)
Permission = _made(Named, "Permission", "A general user's permission.", "CERTLIFE_PERMISSION_")
Reason = _made(Told, "Reason", "Why a certificate was revoked.", "CERTLIFE_REASON_")
Role = _made(Named, "Role", "A master user or a general user.", "CERTLIFE_ROLE_")
Signature = _made(Named, "Signature", "A signature algorithm.", "CERTLIFE_SIGNATURE_")
Status = _made(Labelled, "Status", "How a user stands with their certificate.", "CERTLIFE_STATUS_")
StoreMode = _made(Named, "StoreMode", "What a transaction is for.", "CERTLIFE_STORE_", only="READ WRITE WRITE_RESERVE")
Way = _made(Told, "Way", "What to do instead.", "CERTLIFE_WAY_")


class Who(enum.Flag):
    """Who could do an act on a user instead."""

    SELF = lib.CERTLIFE_WHO_SELF
    MASTER = lib.CERTLIFE_WHO_MASTER
    BRANCH = lib.CERTLIFE_WHO_BRANCH
    SYSTEM = lib.CERTLIFE_WHO_SYSTEM


_TEXTS: dict[Any, Callable[[int], Any]] = {
    Act: lib.certlife_act_name,
    Addressee: lib.certlife_addressee_name,
    CertificateState: lib.certlife_certificate_state_name,
    Code: lib.certlife_code_name,
    Medium: lib.certlife_medium_name,
    NoticeKind: lib.certlife_notice_kind_name,
    NoticeState: lib.certlife_notice_state_name,
    Reason: lib.certlife_reason_name,
    Status: lib.certlife_status_name,
    Way: lib.certlife_way_name,
}
_LABELS: dict[Any, Callable[[int, int], Any]] = {
    NoticeKind: lib.certlife_notice_kind_label,
    Status: lib.certlife_status_label,
}
