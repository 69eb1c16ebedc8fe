# SPDX-License-Identifier: Apache-2.0
"""Hashes, random numbers and signatures, and how to bring your own."""

from __future__ import annotations

from typing import Any, Protocol

from ._call import call, callback
from ._enums import Signature
from ._handle import Handle
from ._native import ffi, lib
from ._text import text

__all__ = ["Crypto", "OwnCrypto", "Signature"]


class OwnCrypto(Protocol):
    """Crypto written in Python, as certlife/sys/crypto.h tells. A key is any object of yours. Called from many
    threads."""

    def sha256(self, data: bytes, /) -> bytes: ...

    def random(self, length: int, /) -> bytes: ...

    def key_open(self, text: bytes, /) -> Any:
        """A private key from its PEM or DER, not encrypted."""

    def key_generate(self, bits: int, /) -> Any:
        """A new private key: 256 or 384 for ECDSA, 2048 to 4096 for RSA."""

    def key_write(self, key: Any, /) -> bytes:
        """The private key as unencrypted PEM."""

    def key_public(self, key: Any, /) -> bytes:
        """DER SubjectPublicKeyInfo."""

    def sign(self, key: Any, algorithm: Signature, message: bytes, /) -> bytes: ...

    def key_close(self, key: Any, /) -> None: ...

    def verify(self, spki: bytes, algorithm: Signature, message: bytes, signature: bytes, /) -> bool:
        """What cannot be read is not good."""

    def key_sound(self, spki: bytes, /) -> bool:
        """A point on its curve; a modulus without known weakness."""


class Crypto(Handle):
    """Opened by `mbedtls` or `own`. Close it after the issuers and institutions that use it."""

    _noun = "crypto"
    _kept: Any = None

    @classmethod
    def mbedtls(cls) -> Crypto:
        """mbedTLS, with its own seeded random generator."""
        out = ffi.new("certlife_crypto **")
        call(lib.certlife_crypto_new_mbedtls, out)
        return cls._opened(out)

    @classmethod
    def own(cls, crypto: OwnCrypto, *, name: str = "python") -> Crypto:
        """One written in Python, as for a hardware module."""
        kept = _Kept(crypto)
        kept.name = ffi.new("char[]", text(name, "name"))
        klass = kept.klass = ffi.new("certlife_crypto_class *")
        klass.size = ffi.sizeof("certlife_crypto_class")
        klass.name = kept.name
        for slot in "sha256 random key_open key_generate key_write key_public sign key_close verify key_sound".split():
            setattr(klass, slot, getattr(lib, f"certlife_py_crypto_{slot}"))
        out = ffi.new("certlife_crypto **")
        call(lib.certlife_crypto_new, klass, kept.handle, out)
        made = cls._opened(out)
        made._kept = kept
        made._written_here = True
        return made

    @classmethod
    def _opened(cls, out: Any) -> Crypto:
        made = cls()
        made._open(out[0], lib.certlife_crypto_free)
        return made


class _Kept:
    """What C knows by a handle, kept alive with the crypto."""

    klass: Any
    name: Any

    def __init__(self, crypto: OwnCrypto) -> None:
        self.crypto = crypto
        self.handle = ffi.new_handle(self)
        self.keys: dict[Any, Any] = {}


def _crypto(self: Any) -> OwnCrypto:
    kept: _Kept = ffi.from_handle(self)
    return kept.crypto


def _bytes(data: Any, length: int) -> bytes:
    return bytes(ffi.buffer(data, length)) if length else b""


def _exactly(made: bytes, length: int, what: str) -> bytes:
    if len(made) != length:
        raise ValueError(f"{what}: gave {len(made)} bytes where {length} are needed")
    return made


def _fill(out: Any, len_in_out: Any, made: bytes, what: str) -> None:
    if len(made) > len_in_out[0]:
        raise ValueError(f"{what}: gave {len(made)} bytes where {len_in_out[0]} fit")
    ffi.memmove(out, made, len(made))
    len_in_out[0] = len(made)


def _keep(self: Any, key: Any, key_out: Any) -> None:
    handle = ffi.new_handle(key)
    ffi.from_handle(self).keys[handle] = handle
    key_out[0] = handle


def _verdict(good: bool) -> int:
    return int(lib.CERTLIFE_CRYPTO_GOOD if good else lib.CERTLIFE_CRYPTO_BAD)


@callback("certlife_py_crypto_sha256")
def _sha256(self: Any, data: Any, length: int, out: Any, err: Any) -> None:
    size = lib.CERTLIFE_CRYPTO_HASH_LEN
    ffi.memmove(out, _exactly(_crypto(self).sha256(_bytes(data, length)), size, "sha256"), size)


@callback("certlife_py_crypto_random")
def _random(self: Any, out: Any, length: int, err: Any) -> None:
    ffi.memmove(out, _exactly(_crypto(self).random(length), length, "random"), length)


@callback("certlife_py_crypto_key_open")
def _key_open(self: Any, content: Any, length: int, key_out: Any, err: Any) -> None:
    _keep(self, _crypto(self).key_open(_bytes(content, length)), key_out)


@callback("certlife_py_crypto_key_generate")
def _key_generate(self: Any, bits: int, key_out: Any, err: Any) -> None:
    _keep(self, _crypto(self).key_generate(bits), key_out)


@callback("certlife_py_crypto_key_write")
def _key_write(self: Any, key: Any, out: Any, room: int, err: Any) -> None:
    written = _crypto(self).key_write(ffi.from_handle(key)) + b"\0"
    if len(written) > room:
        raise ValueError(f"key_write: gave {len(written)} bytes where {room} fit")
    ffi.memmove(out, written, len(written))


@callback("certlife_py_crypto_key_public")
def _key_public(self: Any, key: Any, out: Any, len_in_out: Any, err: Any) -> None:
    _fill(out, len_in_out, _crypto(self).key_public(ffi.from_handle(key)), "key_public")


@callback("certlife_py_crypto_sign")
def _sign(self: Any, key: Any, algorithm: int, message: Any, length: int, out: Any, len_in_out: Any, err: Any) -> None:
    made = _crypto(self).sign(ffi.from_handle(key), Signature(algorithm), _bytes(message, length))
    _fill(out, len_in_out, made, "sign")


@ffi.def_extern(name="certlife_py_crypto_key_close")  # type: ignore[untyped-decorator]
def _key_close(self: Any, key: Any) -> None:
    kept: _Kept = ffi.from_handle(self)
    closed = ffi.from_handle(key)
    del kept.keys[key]
    kept.crypto.key_close(closed)


@callback("certlife_py_crypto_verify")
def _verify(
    self: Any,
    spki: Any,
    spki_len: int,
    algorithm: int,
    message: Any,
    length: int,
    signature: Any,
    signature_len: int,
    err: Any,
) -> int:
    return _verdict(
        _crypto(self).verify(
            _bytes(spki, spki_len),
            Signature(algorithm),
            _bytes(message, length),
            _bytes(signature, signature_len),
        )
    )


@callback("certlife_py_crypto_key_sound")
def _key_sound(self: Any, spki: Any, spki_len: int, err: Any) -> int:
    return _verdict(_crypto(self).key_sound(_bytes(spki, spki_len)))
