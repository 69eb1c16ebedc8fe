#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Enrols companies and their users from a CSV file, and makes their certificates.

For each line: registers the contract and its application, adds or authorises the user, makes a key and a request as
the user's PC would, obtains the certificate, writes it, looks at what was written, and only then confirms it. In OUT
there is a folder for each contract, and in it keir001-1.key, keir001-1.crt (the certificate, then its CA's) and, with
--password-file, keir001-1.p12 for Windows and browsers; 1 is the user's first certificate.

Run it again after a power cut, a full disk or a refusal: it goes on where it stopped, and nothing is issued twice. A
key is on the disk before it is certified, the register says what is left to do, and each act has an idempotency key
made of what the file says. A refusal is the answer to its key for as long as the institution keeps keys: when its cause
is mended elsewhere than in the file, ask anew with --attempt 2.

Exit code: 0 everybody has a certificate, 1 somebody was refused, 2 failed. On a demo store:

    python enrol.py --ca demo --make-test-ca --store demo/store --now '2026-04-01 10:00' people.csv demo/out
    python enrol.py --ca demo --store demo/store --now '2026-04-01 10:05' people.csv demo/out
    openssl x509 -in demo/out/0010000001/keir001-1.crt -noout -subject -dates
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import re
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import astuple, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Union

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

import certlife
from certlife import Actor, CertificateState, Decision, Institution, Permission, Status

PERMISSIONS = {"approver": Permission.APPROVER, "operator": Permission.OPERATOR}
COLUMNS = ["contract", "user", "role", "email", "application"]
Protection = Union[ser.BestAvailableEncryption, ser.NoEncryption]


@dataclass(frozen=True)
class Person:
    """One line of the file."""

    contract: str
    user: str
    role: str
    email: str
    application: str


def read_people(path: str) -> list[Person]:
    """Master users first: the contract is registered with them."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        lines = csv.DictReader(file, skipinitialspace=True)
        if lines.fieldnames != COLUMNS:
            raise ValueError(f"{path}:1: the columns must be {','.join(COLUMNS)}")
        people = []
        for line in lines:
            if None in line or None in line.values():
                raise ValueError(f"{path}:{lines.line_num}: has not {len(COLUMNS)} values")
            if line["role"] not in {"master", *PERMISSIONS}:
                raise ValueError(f"{path}:{lines.line_num}: role: must be master, {' or '.join(PERMISSIONS)}")
            people.append(Person(**line))
    return sorted(people, key=lambda person: person.role != "master")


# ---- files -----------------------------------------------------------------------------------------------------------


def file_name(text: str) -> str:
    """An ID may hold a slash or dots; a file's name must not."""
    return re.sub(r"[^\w-]", lambda found: f"%{ord(found[0]):02X}", text)


def write(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Whole and on the disk, or not at all; readable by its owner only. Without `replace`, what is there stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            (os.replace if replace else os.link)(file.name, path)
        except FileExistsError:
            pass  # another one of us was quicker
        finally:
            Path(file.name).unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


class Pc:
    """Stands for the user's PC: it makes the key and the request, and keeps what it gets."""

    def __init__(self, folder: Path, name: str, password: bytes | None) -> None:
        self.key_file, self.certificate_file, self.p12_file = (
            folder / f"{name}.{end}" for end in ("key", "crt", "p12")
        )
        self.password = password
        self.key = self._key()

    def _protection(self) -> Protection:
        return ser.NoEncryption() if self.password is None else ser.BestAvailableEncryption(self.password)

    def _key(self) -> ec.EllipticCurvePrivateKey:
        """The one that is there already, so that whoever runs this again asks for the same certificate again."""
        if not self.key_file.exists():
            made = ec.generate_private_key(ec.SECP256R1())
            pem = made.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, self._protection())
            write(self.key_file, pem, replace=False)
        key = ser.load_pem_private_key(self.key_file.read_bytes(), self.password)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{self.key_file}: holds another kind of key")
        return key

    def request(self) -> certlife.Request:
        """Only the key of it gets into the certificate: the subject is the bank's affair."""
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "PC")])
        return certlife.Request(
            x509.CertificateSigningRequestBuilder().subject_name(subject).sign(self.key, hashes.SHA256())
        )

    def install(self, certificate: certlife.Certificate, ca: bytes) -> None:
        write(self.certificate_file, certificate.pem.encode() + ca)
        if self.password is not None:
            name = f"{certificate.contract} {certificate.user}".encode()
            leaf, chain = x509.load_der_x509_certificate(certificate.der), [x509.load_pem_x509_certificate(ca)]
            write(
                self.p12_file,
                pkcs12.serialize_key_and_certificates(name, self.key, leaf, chain, self._protection()),
            )

    def has_installed(self, certificate: certlife.Certificate) -> bool:
        """Reads it back: what is confirmed must be usable."""
        found: list[x509.Certificate | None] = [x509.load_pem_x509_certificate(self.certificate_file.read_bytes())]
        if self.password is not None:
            found.append(pkcs12.load_key_and_certificates(self.p12_file.read_bytes(), self.password)[1])
        return all(
            one is not None
            and one.public_bytes(ser.Encoding.DER) == certificate.der
            and one.public_key() == self.key.public_key()
            for one in found
        )


# ---- the bank --------------------------------------------------------------------------------------------------------


class Enrolment:
    def __init__(self, bank: Institution, out: Path, ca: bytes, password: bytes | None, attempt: str) -> None:
        self.bank = bank
        self.out = out
        self.ca = ca
        self.password = password
        self.attempt = attempt
        self.count: Counter[str] = Counter()

    def idempotency_key(self, *what: str) -> str:
        """The same for the same wish, however often it is uttered."""
        return hashlib.sha256("\0".join(("enrol", self.attempt, *what)).encode()).hexdigest()

    def branch(self, act: str, person: Person) -> Actor:
        key = self.idempotency_key(act, *astuple(person))
        return Actor.as_branch("enrol.py", application=person.application or None, idempotency_key=key)

    def tell(self, person: Person, what: str) -> None:
        print(f"{person.contract} {person.user}: {what}", flush=True)

    def allowed(self, person: Person, what: str, decision: Decision) -> bool:
        if decision:
            self.tell(person, what)
            return True
        self.count["refused"] += 1
        self.tell(person, f"REFUSED, so not {what}: {decision.code.text} ({decision.row})")
        for sentence in (
            decision.sentence_ja + decision.way_sentence_ja,
            f"{decision.sentence_en} {decision.way_sentence_en}".rstrip(),
        ):
            print(f"    {sentence}", flush=True)
        return False

    def enrol(self, person: Person) -> None:
        if self.has_contract(person) and self.may_obtain(person):
            self.equip(person)

    def has_contract(self, person: Person) -> bool:
        """Registered, with its application for certificates. Only a master user's line makes a contract."""
        if person.role != "master":
            return True
        contract = self.bank.contract_get(self.branch("look", person), person.contract).value
        if contract is None:
            made = self.bank.contract_register(
                self.branch("register", person), person.contract, person.user, person.email
            )
            if not self.allowed(person, "registered", made):
                return False
        if contract is None or contract.applied_at is None:
            applied = self.bank.contract_apply(self.branch("apply", person), person.contract)
            return self.allowed(person, f"applied for certificates, application {person.application}", applied)
        return True

    def may_obtain(self, person: Person) -> bool:
        user = self.bank.user_get(self.branch("look", person), person.contract, person.user).value
        if user is None and person.role != "master":
            permission = PERMISSIONS[person.role]
            added = self.bank.user_add(
                self.branch("add", person), person.contract, person.user, permission, person.email
            )
            return self.allowed(person, "added and authorised", added)
        if user is None or user.status is Status.NOT_APPLIED:
            authorised = self.bank.user_authorise(self.branch("authorise", person), person.contract, person.user)
            return self.allowed(person, "authorised", authorised)
        return True

    def equip(self, person: Person) -> None:
        look = self.branch("look", person)
        found = self.bank.user_get(look, person.contract, person.user).expect()
        states = [one.state for one in self.bank.user_history(look, person.contract, person.user).expect()]
        if found.status in (Status.OBTAINED, Status.RENEWAL_DUE) and states[-1] is not CertificateState.UNCONFIRMED:
            self.count["had one"] += 1
            self.tell(person, "has a certificate")
            return
        number = 1 + sum(state is not CertificateState.UNCONFIRMED for state in states)
        pc = Pc(self.out / file_name(person.contract), f"{file_name(person.user)}-{number}", self.password)
        # A new authorisation, which has a new obtain-by, is a new wish.
        key = self.idempotency_key("obtain", person.contract, person.user, str(number), str(found.obtain_by))
        # Where the user does this at their own PC, your server has checked the password before it says so here.
        user = Actor.as_user(person.contract, person.user, login_password=True, idempotency_key=key)
        answer = self.bank.obtain(user, person.contract, person.user, pc.request())
        if not self.allowed(person, "obtained", answer.decision):
            return
        certificate = answer.expect()
        pc.install(certificate, self.ca)
        if not pc.has_installed(certificate):
            raise OSError(f"{pc.certificate_file}: is not what was written")
        confirmed = self.bank.confirm(
            Actor.as_user(person.contract, person.user, login_password=True),
            person.contract,
            person.user,
            certificate.serial,
        )
        if self.allowed(person, f"confirmed: {pc.certificate_file}, until {certificate.not_after}", confirmed):
            self.count["obtained"] += 1


# ---- the program -----------------------------------------------------------------------------------------------------


class Standing:
    """A clock for trying things out."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


def make_test_ca(crypto: certlife.Crypto, folder: Path) -> None:
    first, last = datetime(2020, 1, 1, tzinfo=timezone.utc), datetime(2099, 1, 1, tzinfo=timezone.utc)
    certificate, key = certlife.Issuer.make_test_ca(crypto, "Test CA", first, last)
    write(folder / "ca.key", key.encode())
    write(folder / "ca.crt", certificate.encode())


def read_options(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people", metavar="PEOPLE.csv", help=f"UTF-8, with the columns {','.join(COLUMNS)}")
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder for keys and certificates")
    parser.add_argument("--store", required=True, help="the folder of the register")
    parser.add_argument("--ca", required=True, type=Path, metavar="FOLDER", help="holds ca.crt and ca.key, PEM")
    parser.add_argument("--make-test-ca", action="store_true", help="makes these two where there are none")
    parser.add_argument("--profile", default="webfb", metavar="NAME|FILE", help="else webfb")
    parser.add_argument("--name", default="Example Shinkin Bank", help="the institution, in every subject")
    parser.add_argument("--crl-url", default="http://crl.example.jp/users.crl", help="in every certificate")
    parser.add_argument("--password-file", type=Path, help="its first line protects the keys, and makes .p12 files")
    parser.add_argument("--attempt", default="1", help="another word than last time: asks anew what was refused")
    parser.add_argument("--now", metavar="MOMENT", help="as if it were '2026-04-01 10:00'; for trying things out")
    return parser.parse_args(words)


def run(options: argparse.Namespace) -> int:
    people = read_people(options.people)
    password = options.password_file.read_bytes().splitlines()[0] if options.password_file else None
    in_hand = options.profile in certlife.Profile.BUILTIN
    profile = certlife.Profile(options.profile) if in_hand else certlife.Profile.load(options.profile)
    clock = Standing(datetime.fromisoformat(options.now).replace(tzinfo=profile.zone)) if options.now else None
    with ExitStack() as parts:
        crypto = parts.enter_context(certlife.Crypto.mbedtls())
        if options.make_test_ca and not (options.ca / "ca.crt").exists():
            make_test_ca(crypto, options.ca)
        store = parts.enter_context(certlife.Store.lmdb(options.store))
        issuer = parts.enter_context(certlife.Issuer.local_files(crypto, options.ca / "ca.crt", options.ca / "ca.key"))
        bank = parts.enter_context(Institution(options.name, options.crl_url, profile, store, issuer, crypto, clock))
        enrolment = Enrolment(bank, options.out, (options.ca / "ca.crt").read_bytes(), password, options.attempt)
        for person in people:
            enrolment.enrol(person)
    count = enrolment.count
    print(f"{count['obtained']} obtained, {count['had one']} had one, {count['refused']} refused")
    return 1 if count["refused"] else 0


def main(words: list[str] | None = None) -> int:
    try:
        return run(read_options(words))
    except (certlife.Error, OSError, ValueError) as failure:
        print(f"enrol.py: {failure}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
