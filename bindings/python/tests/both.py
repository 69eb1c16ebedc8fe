# SPDX-License-Identifier: Apache-2.0
"""The library and model.py side by side: each call goes to both, and they must agree."""

from __future__ import annotations

import datetime
import functools
from contextlib import ExitStack
from dataclasses import replace
from math import inf

import model
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from model import BUILT_IN, Actor, Request
from world import ca_for_tests, signing_request

import certlife
from certlife import Act, Choice, LoginMode, Medium, Permission, Reason

FIRST_OF_APRIL = 1775012400  # 2026-04-01 12:00 in Japan
BRANCH = Actor("branch", application=True)
SYSTEM = Actor("system")
ACTS = {act.text: act for act in Act}
REASONS = {reason.text: reason for reason in Reason}

# What a user could be asked for, and by whom; decide() is asked all of it after every step.
ON_USER = (
    "obtain", "renew", "reissue", "revoke", "deliver again", "confirm", "renew later", "authorise", "change user",
    "delete user", "show user",
)  # fmt: skip
ON_CONTRACT = (
    "add user", "list users", "register contract", "apply for certificates", "apply for USB tokens", "close contract",
    "show contract",
)  # fmt: skip


def seconds(moment: datetime.datetime | None) -> float:
    if moment == certlife.NO_LIMIT:
        return inf
    return int(moment.timestamp()) if moment else 0


@functools.cache
def foreign_certificate() -> bytes:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    first, last = datetime.datetime(2020, 1, 1), datetime.datetime(2090, 1, 1)
    unsigned = x509.CertificateBuilder(name, name, key.public_key(), 7, first, last)
    return unsigned.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


class Library:
    """The library, asked in the model's words."""

    def __init__(self, base, values, clock):
        self.clock = clock
        self.certificates = {}  # by serial number
        with ExitStack() as parts:
            self.crypto = parts.enter_context(certlife.Crypto.mbedtls())
            self.store = parts.enter_context(certlife.Store.memory())
            self.issuer = parts.enter_context(certlife.Issuer.local(self.crypto, *ca_for_tests()))
            self.open(base, values)
            self.parts = parts.pop_all()

    def open(self, base, values):
        profile = certlife.Profile(base, values)
        url = "http://crl.example.jp/users.crl"
        self.bank = certlife.Institution("Bank", url, profile, self.store, self.issuer, self.crypto, self)

    def reopen(self, base, values):
        self.bank.close()
        self.open(base, values)

    def close(self):
        self.bank.close()
        self.parts.close()

    def now(self):
        return datetime.datetime.fromtimestamp(self.clock, datetime.timezone.utc)

    def actor(self, actor):
        if actor.kind == "branch":
            application = "2026-0417" if actor.application else None
            return certlife.Actor.as_branch("yamada", application=application, idempotency_key=actor.key)
        if actor.kind == "system":
            return certlife.Actor.as_system("nightly", idempotency_key=actor.key)
        certificate = self.certificates[actor.certificate.serial] if actor.certificate else None
        return certlife.Actor.as_user(
            actor.contract,
            actor.user,
            login_password=actor.password,
            confirmation_password=actor.confirmation,
            certificate=foreign_certificate() if actor.foreign else certificate,
            idempotency_key=actor.key,
        )

    def act(self, act, actor, contract, user, request, serial, email=None, reason="unspecified", certificate="keep"):
        """(code, row) and the certificate, if it gave one."""
        bank, actor = self.bank, self.actor(actor)
        if act in ("obtain", "renew"):
            medium = Medium.PC if request.medium == "pc" else Medium.USB_TOKEN
            csr = signing_request(int(request.key.split()[1]))
            answer = getattr(bank, act)(actor, contract, user, certlife.Request(csr, medium, request.channel))
        elif act == "revoke":
            answer = bank.revoke(actor, contract, user, REASONS[reason])
        elif act == "confirm":
            answer = bank.confirm(actor, contract, user, serial)
        elif act == "add user":
            answer = bank.user_add(actor, contract, user, Permission.OPERATOR, email)
        elif act == "change user":
            choice = Choice[certificate.upper()]
            answer = bank.user_edit(
                actor, contract, user, certificate=choice, reason=REASONS[reason], email=email
            )
        elif act == "register contract":
            answer = bank.contract_register(actor, contract, user, email)
        else:
            answer = {
                "deliver again": bank.deliver,
                "renew later": bank.renew_later,
                "reissue": bank.reissue,
                "authorise": bank.user_authorise,
                "delete user": bank.user_delete,
                "apply for certificates": bank.contract_apply,
                "apply for USB tokens": bank.contract_apply_usb_token,
                "close contract": bank.contract_close,
            }[act](actor, contract, *([user] if user else []))
        return self.said(answer)

    def said(self, answer):
        """(code, row), and what came with it."""
        decision, value = (answer, None) if isinstance(answer, certlife.Decision) else (answer.decision, answer.value)
        assert decision.allowed == bool(answer) == (decision.code.text == "allowed")
        if isinstance(value, certlife.Certificate):
            self.certificates[value.serial] = value
        return (decision.code.text, decision.row), value

    def decide(self, act, actor, contract, user):
        return self.said(self.bank.decide(self.actor(actor), ACTS[act], contract, user))[0]

    def log_in(self, actor, record):
        mode = LoginMode.RECORD if record else LoginMode.LOOK
        return self.said(self.bank.login_check(self.actor(actor), mode))

    @property
    def system(self):
        return self.actor(SYSTEM)

    def user(self, contract, user):
        return self.bank.user_get(self.system, contract, user).expect()

    def history(self, contract, user):
        history = self.bank.user_history(self.system, contract, user).expect()
        return sorted((each.serial, each.state.text) for each in history)

    def on_screen(self, contract, user):
        return self.bank.notice_on_screen(self.system, contract, user).expect() is not None

    def claim(self):
        claimed = []
        more = True
        while more:
            page = self.bank.notice_claim(self.system, "worker", limit=100).expect()
            for each in page.items:
                claimed.append((each.kind.text, each.contract, each.user, each.serial, each.days_left, each.email,
                                each.waits_to_install))  # fmt: skip
                assert self.bank.notice_done(self.system, each)
            more = page.more
        return sorted(claimed)


def same(library, expected, what):
    assert library == expected, f"{what}: library {library}, model {expected}"


class Both:
    """A history that both live."""

    def __init__(self, base="webfb", values=None, clock=FIRST_OF_APRIL):
        self.model = model.Bank(model.Profile({**BUILT_IN[base], **(values or {})}), clock)
        self.library = Library(base, values or {}, clock)
        self.claims = 0
        self.claim()

    def close(self):
        self.library.close()

    def reprofile(self, base, values):
        self.model.profile = model.Profile({**BUILT_IN[base], **values})
        self.library.reopen(base, values)
        self.at(max(self.model.now, self.model.clock))
        self.claim()

    def at(self, clock):
        self.model.clock = self.library.clock = clock

    def act(self, act, actor, contract, user=None, request=Request(), serial=None, **details):
        if act == "add user":
            details["by"] = actor.kind
        try:
            expected = self.model.act(act, actor, contract, user, request, serial, **details)
        except model.ClockBehind:
            expected = "behind"
        details.pop("by", None)
        try:
            answer, certificate = self.library.act(act, actor, contract, user, request, serial, **details)
        except certlife.ClockError:
            answer, certificate = "behind", None
        what = f"{act} by {actor} for {contract} {user} {request} {details}"
        same(answer, (expected if expected == "behind" else expected[:2]), what)
        if certificate:
            known = expected.certificate
            known.serial = known.serial or certificate.serial
            same(certificate.serial, known.serial, what)
            lasts = seconds(certificate.not_before), seconds(certificate.not_after)
            same(lasts, (known.not_before, known.not_after), what)
        return expected

    def login(self, actor, record=True):
        try:
            expected = self.model.login(actor)
            confirmed = bool(expected.allowed and record and not expected.certificate.confirmed)
            if record:
                self.model.log_in(actor)
        except model.ClockBehind:
            expected = "behind"
        try:
            answer, told = self.library.log_in(actor, record)
        except certlife.ClockError:
            answer, told = "behind", None
        what = f"log in by {actor}"
        same(answer, (expected if expected == "behind" else expected[:2]), what)
        if told:
            given = expected.certificate
            current, renewed = self.model.pair(given.owner)
            due = self.model.shown(given)
            waits = due and bool(renewed) and given is current
            same((seconds(told.expiry), told.serial, told.confirmed), (given.not_after, given.serial, confirmed), what)
            same(told.days_left, self.model.days_left(given), what)
            same((told.renewal_due, told.waits_to_install), (due, waits), what)
        return expected

    def claim(self):
        """Section 8: a worker claims and delivers what is due."""
        expected = []
        for contract in self.model.contracts.values():
            for user in contract.users.values():
                current, renewed = self.model.pair(user)
                for certificate, days in self.model.due(user):
                    waits = bool(renewed) and certificate is current
                    user.told.add((certificate, days))
                    left = self.model.days_left(certificate)
                    expected.append(("expiry", contract.id, user.id, certificate.serial, left, user.email, waits))
        same(self.library.claim(), sorted(expected), "claimed")
        # The ledger may have been planned or put in order, which is a change. What surely is one: a remembered refusal.
        self.claims += 1
        self.act("apply for certificates", Actor("system", key=f"after claim {self.claims}"), "A")
        return expected

    def agree(self):
        """Every user is the same in both."""
        for contract in self.model.contracts.values():
            for user in contract.users.values():
                self.agree_on(user)

    def agree_on(self, user):
        current, renewed = self.model.pair(user)
        status = self.model.status(user)
        known = self.library.user(user.contract.id, user.id)
        same((known.status.text, known.email), (status, user.email), user.id)
        same(seconds(known.obtain_by), user.authorised_until or 0, user.id)
        same(known.serial, (current.serial if current else ""), user.id)
        same(seconds(known.expiry), (current.not_after if current else 0), user.id)
        same(known.unconfirmed_serial, (renewed.serial if renewed else ""), user.id)
        expected = sorted((each.serial, each.state(self.model.now)) for each in user.history)
        same(self.library.history(user.contract.id, user.id), expected, user.id)
        same(self.library.on_screen(user.contract.id, user.id), self.model.on_screen(user), user.id)

    def decisions_agree(self, actors, contract, user):
        """What could each do now? (section 10)"""
        for actor in actors:
            for act in ON_USER if user else ON_CONTRACT:
                expected = self.model.decide(act, actor, contract, user)[:2]
                same(self.library.decide(act, actor, contract, user), expected, f"could {actor}: {act} {user}")

    # People, with all the assurance they can bring.

    def person(self, contract, user, which=-1):
        known = self.model.find(contract, user)
        certificate = None
        if known and known.history:
            usable = [each for each in known.history if each.usable(self.model.now)]
            certificate = (usable or known.history)[which % len(usable or known.history)]
        return Actor("user", contract, user, True, True, certificate)

    def master(self, contract):
        users = self.model.contracts[contract].users.values()
        return self.person(contract, next(user.id for user in users if user.master))

    # Moments that matter.

    def boundaries(self):
        """The seconds ahead at which something opens, closes or ends."""
        bank, profile = self.model, self.model.profile
        moments = set()
        for contract in bank.contracts.values():
            for user in contract.users.values():
                moments.add(user.authorised_until)
                for each in filter(None, bank.pair(user)):
                    last_day = profile.day(each.not_after)
                    moments |= {profile.opens(each), profile.closed_from(each), each.not_after}
                    moments |= {profile.expired_obtain_until(each), profile.end(last_day)}
                    moments.add(profile.start(last_day - int(profile["screen notice"])))
                    if profile["e-mail"] != "none":
                        starts = (profile.start(last_day - int(days)) for days in profile.names("e-mail"))
                        moments |= {start + profile.sends_from()[0] for start in starts}
        return sorted(each for each in moments if each and bank.clock < each < inf)

    def at_boundary(self, moment):
        """What everybody could do the second before, at it, and after it."""
        for each in (moment - 1, moment, moment + 1):
            self.at(each)
            for contract in self.model.contracts.values():
                for user in contract.users.values():
                    self.agree_on(user)
                    person = self.person(contract.id, user.id)
                    self.decisions_agree([person, BRANCH], contract.id, user.id)
                    for certificate in user.history:
                        self.login(replace(person, certificate=certificate), record=False)
