# SPDX-License-Identifier: Apache-2.0
"""Who signs the certificates, and how to bring your own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Union

from ._call import call, callback
from ._enums import IssuerAnswer
from ._handle import Handle
from ._institution import Calls
from ._native import ffi, lib
from ._text import Encoded, datetime_of, der_octets, from_c, moment, octets, path, text
from .crypto import Crypto
from .decision import Actor, Decision

__all__ = ["Issuer", "IssuerAnswer", "Order", "OwnIssuer"]

_PEM_ROOM = 16384


@dataclass(frozen=True)
class Order:
    """What is to be issued."""

    #: Names this order for ever, also across restarts: `poll` asks with it.
    id: bytes
    #: The serial number wanted; an outside CA may choose its own.
    serial: int
    #: The subject's SubjectPublicKeyInfo, and the whole PKCS #10 request, DER.
    spki: bytes
    request: bytes
    #: The subject's O, OU (the contract) and CN (the user).
    organization: str
    unit: str
    common_name: str
    #: Both inclusive, UTC.
    not_before: datetime
    not_after: datetime
    crl_url: str


Issued = Union[Encoded, IssuerAnswer]


class OwnIssuer(Protocol):
    """An issuer written in Python, as certlife/sys/issuer.h tells. Called from many threads, outside any
    transaction."""

    def authority(self) -> Encoded:
        """The issuer's own certificate."""

    def issue(self, order: Order, /) -> Issued:
        """The certificate, or LATER or REJECTED. The same order id asked twice gives the same certificate."""

    def poll(self, id: bytes, /) -> Issued:
        """What has become of the order: the certificate, LATER, REJECTED, or UNKNOWN."""


class Issuer(Handle):
    """Opened by `local`, `local_files`, `authority` or `own`. Close it after the institutions that use it."""

    _noun = "issuer"
    _kept: Any = None

    @classmethod
    def local(cls, crypto: Crypto, certificate: Encoded, key: bytes | str) -> Issuer:
        """A CA in this process: its certificate and its private key, PEM or DER."""
        out = ffi.new("certlife_issuer **")
        raw, secret = octets(certificate, "certificate"), octets(key, "key")
        with crypto._lent() as c:
            call(lib.certlife_issuer_open_local, c, raw, len(raw), secret, len(secret), out)
            return cls._opened(out, crypto)

    @classmethod
    def local_files(cls, crypto: Crypto, certificate: str | os.PathLike[str], key: str | os.PathLike[str]) -> Issuer:
        """The same from two files."""
        out = ffi.new("certlife_issuer **")
        with crypto._lent() as c:
            call(lib.certlife_issuer_open_local_files, c, path(certificate), path(key), out)
            return cls._opened(out, crypto)

    @classmethod
    def authority(cls, certificate: Encoded) -> Issuer:
        """Knows the CA's certificate and cannot issue: for a front server that only checks logins."""
        out = ffi.new("certlife_issuer **")
        raw = octets(certificate, "certificate")
        call(lib.certlife_issuer_open_authority, raw, len(raw), out)
        return cls._opened(out)

    @classmethod
    def own(cls, issuer: OwnIssuer, *, name: str = "python", local: bool = False) -> Issuer:
        """One written in Python. `local`: issuing leaves no trace outside this process."""
        kept = _Kept(issuer)
        kept.name = ffi.new("char[]", text(name, "name"))
        klass = kept.klass = ffi.new("certlife_issuer_class *")
        klass.size = ffi.sizeof("certlife_issuer_class")
        klass.name = kept.name
        klass.capabilities = lib.CERTLIFE_ISSUER_LOCAL if local else 0
        klass.authority = lib.certlife_py_issuer_authority
        klass.issue = lib.certlife_py_issuer_issue
        if hasattr(issuer, "poll"):
            klass.poll = lib.certlife_py_issuer_poll
        out = ffi.new("certlife_issuer **")
        call(lib.certlife_issuer_new, klass, kept.handle, out)
        made = cls._opened(out)
        made._kept = kept
        made._written_here = True
        return made

    @staticmethod
    def make_test_ca(
        crypto: Crypto, name: str, not_before: datetime, not_after: datetime, *, bits: int = 256
    ) -> tuple[str, str]:
        """A self-signed CA for tests and demonstrations: its certificate and its key, as PEM."""
        certificate, key = ffi.new("char[]", _PEM_ROOM), ffi.new("char[]", _PEM_ROOM)
        first, last = moment(not_before, "not_before"), moment(not_after, "not_after")
        with crypto._lent() as c:
            call(
                lib.certlife_issuer_make_test_ca,
                c,
                text(name, "name"),
                bits,
                first,
                last,
                certificate,
                _PEM_ROOM,
                key,
                _PEM_ROOM,
            )
        return from_c(certificate), from_c(key)

    @classmethod
    def _opened(cls, out: Any, *parts: Handle) -> Issuer:
        made = cls()
        made._open(out[0], lib.certlife_issuer_close, parts)
        return made


class _Kept:
    """What C knows by a handle, kept alive with the issuer."""

    klass: Any
    name: Any
    authority: Any = None

    def __init__(self, issuer: OwnIssuer) -> None:
        self.issuer = issuer
        self.handle = ffi.new_handle(self)


def _bytes(data: Any, length: int) -> bytes:
    return bytes(ffi.buffer(data, length)) if length else b""


@callback("certlife_py_issuer_authority")
def _authority(self: Any, der_out: Any, len_out: Any, err: Any) -> None:
    kept: _Kept = ffi.from_handle(self)
    if kept.authority is None:  # what is lent stays where it is until the issuer is closed
        kept.authority = ffi.from_buffer("uint8_t[]", der_octets(kept.issuer.authority(), "authority"))
    der_out[0] = kept.authority
    len_out[0] = len(kept.authority)


def _answered(answer: Issued, out: Any, len_in_out: Any) -> int:
    if isinstance(answer, IssuerAnswer):
        return int(answer.value)
    der = der_octets(answer, "issuer")
    if len(der) <= len_in_out[0]:  # the library refuses one that does not fit, by its length
        ffi.memmove(out, der, len(der))
    len_in_out[0] = len(der)
    return int(lib.CERTLIFE_ISSUER_ISSUED)


@callback("certlife_py_issuer_issue")
def _issue(self: Any, order: Any, out: Any, len_in_out: Any, err: Any) -> int:
    kept: _Kept = ffi.from_handle(self)
    ordered = Order(
        id=_bytes(order.id, order.id_len),
        serial=int.from_bytes(_bytes(order.serial, order.serial_len), "big"),
        spki=_bytes(order.spki, order.spki_len),
        request=_bytes(order.request, order.request_len),
        organization=from_c(order.organization),
        unit=from_c(order.unit),
        common_name=from_c(order.common_name),
        not_before=datetime_of(order.not_before),
        not_after=datetime_of(order.not_after),
        crl_url=from_c(order.crl_url),
    )
    return _answered(kept.issuer.issue(ordered), out, len_in_out)


@callback("certlife_py_issuer_poll")
def _poll(self: Any, id: Any, id_len: int, out: Any, len_in_out: Any, err: Any) -> int:
    kept: _Kept = ffi.from_handle(self)
    return _answered(kept.issuer.poll(_bytes(id, id_len)), out, len_in_out)


class IssuerCalls(Calls):
    def issuer_answer(self, actor: Actor, order_id: bytes, certificate: Encoded | None) -> Decision:
        """By the system, for an outside issuer that answers by itself: the certificate, or None for rejected."""
        if certificate is None:
            return self._decided(lib.certlife_issuer_answer, actor, order_id, len(order_id), ffi.NULL, 0)
        der = der_octets(certificate, "certificate")
        return self._decided(lib.certlife_issuer_answer, actor, order_id, len(order_id), der, len(der))
