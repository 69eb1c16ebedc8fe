# SPDX-License-Identifier: Apache-2.0
"""A store, an issuer and crypto written in Python."""

from __future__ import annotations

import bisect
import hashlib
import os
import threading
from typing import Any, Iterator, Union

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

import certlife
from certlife import IssuerAnswer, Order, Signature, StoreMode

Key = Union[ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey]


class DictStore:
    """A dict that is replaced, never changed: who reads goes on with the one it began with."""

    def __init__(self) -> None:
        self.pairs: dict[bytes, bytes] = {}
        self.writer = threading.Lock()
        self.open = 0

    def begin(self, mode: StoreMode) -> DictTransaction:
        writes = mode is not StoreMode.READ
        if writes:
            self.writer.acquire()
        self.open += 1
        return DictTransaction(self, writes)


class DictTransaction:
    def __init__(self, store: DictStore, writes: bool) -> None:
        self.store = store
        self.writes = writes
        self.pairs = dict(store.pairs) if writes else store.pairs

    def get(self, key: bytes) -> bytes | None:
        value = self.pairs.get(key)
        return None if value is None else bytes(bytearray(value))  # one that nobody else keeps

    def put(self, key: bytes, value: bytes) -> None:
        self.pairs[key] = value

    def erase(self, key: bytes) -> None:
        self.pairs.pop(key, None)

    def scan(self, first: bytes, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        keys = sorted(self.pairs)
        for key in keys[bisect.bisect_left(keys, first) :]:
            if not key.startswith(prefix):
                return
            yield key, self.pairs[key]

    def commit(self) -> None:
        self.store.pairs = self.pairs
        self.abort()

    def abort(self) -> None:
        self.store.open -= 1
        if self.writes:
            self.store.writer.release()


class OutsideCA:
    """A CA elsewhere, which answers what it is told to, and remembers its orders."""

    def __init__(self, certificate: str, key: str) -> None:
        self.certificate = certificate
        self.name = x509.load_pem_x509_certificate(certificate.encode()).subject
        self.key: Any = serialization.load_pem_private_key(key.encode(), None)
        self.answers: list[IssuerAnswer] = []
        self.orders: dict[bytes, Order] = {}

    def authority(self) -> str:
        return self.certificate

    def issue(self, order: Order) -> x509.Certificate | IssuerAnswer:
        self.orders[order.id] = order
        return self.poll(order.id)

    def poll(self, id: bytes) -> x509.Certificate | IssuerAnswer:
        if self.answers:
            return self.answers.pop(0)
        return self.made(self.orders[id])

    def made(self, order: Order) -> x509.Certificate:
        usage = [ExtendedKeyUsageOID.CLIENT_AUTH]
        key_usage = dict.fromkeys(
            "key_encipherment content_commitment data_encipherment key_agreement key_cert_sign crl_sign"
            " encipher_only decipher_only".split(),
            False,
        )
        subject = [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, order.organization),
            x509.NameAttribute(x509.NameOID.ORGANIZATIONAL_UNIT_NAME, order.unit),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, order.common_name),
        ]
        key: Any = serialization.load_der_public_key(order.spki)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name(subject))
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(order.serial)
            .not_valid_before(order.not_before)
            .not_valid_after(order.not_after)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(digital_signature=True, **key_usage), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usage), critical=False)
        )
        return builder.sign(self.key, hashes.SHA256())


class Cryptography:
    """The package of that name, as the library's crypto."""

    HASHES: dict[str, Any] = {"SHA256": hashes.SHA256, "SHA384": hashes.SHA384, "SHA512": hashes.SHA512}

    def __init__(self) -> None:
        self.open_keys = 0

    def sha256(self, data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    def random(self, length: int) -> bytes:
        return os.urandom(length)

    def key_open(self, text: bytes) -> Any:
        self.open_keys += 1
        load: Any = (
            serialization.load_pem_private_key if text.startswith(b"-----") else serialization.load_der_private_key
        )
        return load(text.rstrip(b"\0"), None)

    def key_generate(self, bits: int) -> Key:
        self.open_keys += 1
        if bits >= 2048:
            return rsa.generate_private_key(65537, bits)
        return ec.generate_private_key(ec.SECP256R1() if bits == 256 else ec.SECP384R1())

    def key_write(self, key: Key) -> bytes:
        return key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def key_public(self, key: Key) -> bytes:
        return key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, key: Key, algorithm: Signature, message: bytes) -> bytes:
        return key.sign(message, *self.scheme(algorithm))

    def key_close(self, key: Key) -> None:
        self.open_keys -= 1

    def verify(self, spki: bytes, algorithm: Signature, message: bytes, signature: bytes) -> bool:
        key: Any = serialization.load_der_public_key(spki)
        try:
            key.verify(signature, message, *self.scheme(algorithm))
        except InvalidSignature:
            return False
        return True

    def key_sound(self, spki: bytes) -> bool:
        serialization.load_der_public_key(spki)
        return True

    def scheme(self, algorithm: Signature) -> Any:
        kind, _, digest = algorithm.name.partition("_")
        algorithm_of_hash = self.HASHES[digest]()
        return (ec.ECDSA(algorithm_of_hash),) if kind == "ECDSA" else (padding.PKCS1v15(), algorithm_of_hash)


def dict_store() -> certlife.Store:
    return certlife.Store.own(DictStore(), name="dict")
