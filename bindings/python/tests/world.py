# SPDX-License-Identifier: Apache-2.0
"""A bank, a company and its people, at a moment of one's choice."""

from __future__ import annotations

import functools
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import certlife
from certlife import Actor

COMPANY = "0010000001"
MASTER = "keir001"
JAPAN = timezone(timedelta(hours=9))
START = datetime(2026, 4, 1, 12, 0, tzinfo=JAPAN)


def at(text: str) -> datetime:
    """A moment in Japan, as "2027-03-01 23:59:59"."""
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


class SetClock:
    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


@functools.cache
def ca_for_tests() -> tuple[str, str]:
    with certlife.Crypto.mbedtls() as crypto:
        return certlife.Issuer.make_test_ca(
            crypto, "Test CA", at("2020-01-01 00:00:00"), datetime(9990, 1, 1, tzinfo=timezone.utc)
        )


@functools.cache
def signing_request(number: int) -> x509.CertificateSigningRequest:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"request {number}")])
    return x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())


class World:
    """Closed by leaving its `with`. Users present the certificate they obtained last, and have the login password."""

    def __init__(
        self,
        profile: str | certlife.Profile = "webfb",
        *,
        store: certlife.Store | None = None,
        issuer: certlife.Issuer | None = None,
        crypto: certlife.Crypto | None = None,
        clock: Any = None,
        system_clock: bool = False,
        company: bool = True,
        **values: str,
    ) -> None:
        self.clock: Any = None if system_clock else clock or SetClock()
        self.profile = certlife.Profile(profile) if isinstance(profile, str) else profile
        for name, value in values.items():
            self.profile[name.replace("__", "-").replace("_", " ")] = value
        self.held: dict[str, certlife.Certificate] = {}
        self.requests = iter(range(10_000))
        self.branch = Actor.as_branch("yamada", application="2026-0417")
        self.system = Actor.as_system("tests")
        with ExitStack() as open:
            self.crypto = open.enter_context(crypto or certlife.Crypto.mbedtls())
            self.store = open.enter_context(store or certlife.Store.memory())
            self.issuer = open.enter_context(issuer or certlife.Issuer.local(self.crypto, *ca_for_tests()))
            self.bank = open.enter_context(self.opens())
            if company:
                self.has_company()
            self.open = open.pop_all()

    def has_company(self) -> None:
        assert self.bank.contract_register(self.branch, COMPANY, MASTER, "keiri@example.co.jp")
        assert self.bank.contract_apply(self.branch, COMPANY)
        assert self.bank.user_authorise(self.branch, COMPANY, MASTER)
        self.has_certificate(MASTER)

    def opens(self) -> certlife.Institution:
        """Another institution on the same parts."""
        return certlife.Institution(
            "Example Shinkin Bank",
            "http://crl.example.jp/users.crl",
            self.profile,
            self.store,
            self.issuer,
            self.crypto,
            self.clock,
        )

    def __enter__(self) -> World:
        return self

    def __exit__(self, *raised: Any) -> None:
        self.open.__exit__(*raised)

    def at(self, text: str) -> None:
        self.clock.moment = at(text)

    def actor(self, user: str, **otherwise: Any) -> Actor:
        made = Actor.as_user(COMPANY, user, login_password=True, certificate=self.held.get(user))
        return replace(made, **otherwise)

    @property
    def master(self) -> Actor:
        return self.actor(MASTER)

    def request(self) -> certlife.Request:
        return certlife.Request(signing_request(next(self.requests)))

    def obtains(self, user: str, **otherwise: Any) -> certlife.Answer[certlife.Certificate]:
        return self._keeps(user, self.bank.obtain(self.actor(user, **otherwise), COMPANY, user, self.request()))

    def renews(self, user: str, **otherwise: Any) -> certlife.Answer[certlife.Certificate]:
        return self._keeps(user, self.bank.renew(self.actor(user, **otherwise), COMPANY, user, self.request()))

    def _keeps(self, user: str, answer: certlife.Answer[certlife.Certificate]) -> certlife.Answer[certlife.Certificate]:
        if answer.value is not None:
            self.held[user] = answer.value
        return answer

    def confirms(self, user: str) -> certlife.Decision:
        return self.bank.confirm(self.actor(user), COMPANY, user, self.held[user].serial)

    def has_user(self, user: str) -> None:
        assert self.bank.user_add(self.master, COMPANY, user, certlife.Permission.OPERATOR, f"{user}@example.co.jp")

    def has_certificate(self, user: str) -> None:
        assert self.obtains(user)
        assert self.confirms(user)

    def logs_in(self, user: str, **otherwise: Any) -> certlife.Answer[certlife.Login]:
        return self.bank.login_check(self.actor(user, **otherwise))

    def shown(self, user: str) -> certlife.User:
        return self.bank.user_get(self.branch, COMPANY, user).expect()
