# SPDX-License-Identifier: Apache-2.0
"""What goes in and what comes out: texts, times, certificates, decisions, enums."""

from __future__ import annotations

import copy
import dataclasses
import enum
import importlib.metadata
import pickle
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from typing import Any, Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

import certlife
from certlife import Act, Actor, Code, Language, Request, Status, Way
from certlife._native import lib
from certlife._text import datetime_of, from_c, moment
from world import COMPANY, JAPAN, MASTER, SetClock, World, at, ca_for_tests, signing_request


def test_a_naive_time_is_refused(world: World) -> None:
    world.clock.moment = datetime(2026, 4, 1)
    with pytest.raises(ValueError, match="clock: 2026-04-01T00:00:00 has no time zone: give it one") as raised:
        world.bank.contract_get(world.branch, COMPANY)
    assert not isinstance(raised.value, certlife.Error)
    with certlife.Crypto.mbedtls() as crypto, pytest.raises(ValueError, match="not_after: .* has no time zone"):
        certlife.Issuer.make_test_ca(crypto, "CA", at("2026-01-01 00:00:00"), datetime(2027, 1, 1))
    world.clock.moment = "2026-04-01"
    with pytest.raises(TypeError, match="clock: a datetime is needed, not str"):
        world.bank.contract_get(world.branch, COMPANY)


def test_any_zone_is_the_same_moment_and_comes_out_as_the_institutions(world: World) -> None:
    world.clock.moment = datetime(2026, 4, 2, 18, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=-5)))
    world.has_user("keir002")
    added = world.shown("keir002").added_at
    assert added == at("2026-04-03 08:00:00")
    assert added is not None and added.tzinfo == world.bank.zone == JAPAN
    with World(time="UTC-03:30") as elsewhere:
        assert elsewhere.bank.zone == timezone(timedelta(hours=-3.5))


def test_a_day_beyond_the_calendar_of_python_is_in_utc() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)
    assert datetime_of(moment(last, "last"), JAPAN) == last


def test_without_a_limit_in_time() -> None:
    with World(obtain_by="no limit") as world:
        world.has_user("keir002")
        assert world.shown("keir002").obtain_by is certlife.NO_LIMIT
        assert world.shown("keir002").obtain_by > at("9990-01-01 00:00:00")  # type: ignore[operator]


@pytest.mark.parametrize("field", ["contract", "user"])
def test_a_text_is_not_cut_off_at_a_nul(world: World, field: str) -> None:
    cut: dict[str, Any] = {field: f"{getattr(world.master, field)}\0x"}
    impostor = dataclasses.replace(world.master, **cut)
    with pytest.raises(certlife.InvalidError, match=f"{field}: has a NUL character in it"):
        world.bank.login_check(impostor)
    with pytest.raises(certlife.InvalidError, match="user: has a NUL"):
        world.bank.user_get(world.branch, COMPANY, f"{MASTER}\0")
    with pytest.raises(certlife.InvalidError, match="path: has a NUL"):
        certlife.Store.lmdb("/tmp/\0")


def test_what_is_not_a_text_is_a_type_error(world: World) -> None:
    with pytest.raises(TypeError, match="contract: a str is needed, not int"):
        world.bank.contract_get(world.branch, 10000001)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="actor: an Actor is needed, not str"):
        world.bank.contract_get("branch", COMPANY)  # type: ignore[arg-type]
    with pytest.raises(UnicodeEncodeError):
        world.bank.contract_get(world.branch, "\ud800")


def test_texts_are_unicode(world: World) -> None:
    assert world.bank.contract_register(world.branch, "契約１", "利用者１")
    assert world.bank.contract_get(world.branch, "契約１").expect().master == "利用者１"


def as_der(it: Any) -> Any:
    return it.public_bytes(Encoding.DER)


def as_pem(it: Any) -> Any:
    return it.public_bytes(Encoding.PEM)


FORMS: dict[str, Callable[[Any], Any]] = {
    "object": lambda it: it,
    "DER": as_der,
    "bytearray": lambda it: bytearray(as_der(it)),
    "memoryview": lambda it: memoryview(as_der(it)),
    "PEM": as_pem,
    "PEM text": lambda it: as_pem(it).decode(),
    "PEM with a preface": lambda it: b"subject: somebody\n" + as_pem(it),
}


@pytest.mark.parametrize("form", FORMS)
def test_requests_and_certificates_in_each_form(world: World, form: str) -> None:
    world.has_user("keir002")
    request = FORMS[form](signing_request(77))
    certificate = world.bank.obtain(world.actor("keir002"), COMPANY, "keir002", Request(request)).expect()
    loaded = x509.load_der_x509_certificate(certificate.der)
    assert loaded.public_key() == signing_request(77).public_key()
    assert f"{loaded.serial_number:x}" == certificate.serial.lstrip("0")
    assert certificate.pem.encode() == as_pem(loaded)
    assert world.bank.login_check(world.actor("keir002", certificate=FORMS[form](loaded)))
    ca = FORMS[form](x509.load_pem_x509_certificate(ca_for_tests()[0].encode()))
    with certlife.Issuer.authority(ca) as issuer, World(issuer=issuer, company=False):
        pass


def test_certificates_of_ours_and_what_is_none(world: World) -> None:
    assert world.bank.login_check(world.actor(MASTER, certificate=world.held[MASTER]))
    with pytest.raises(TypeError, match="certificate: DER, PEM, or an object of `cryptography` is needed, not int"):
        world.bank.login_check(world.actor(MASTER, certificate=7))
    with pytest.raises(certlife.MalformedError):
        world.bank.login_check(world.actor(MASTER, certificate=b"no certificate"))
    with pytest.raises(certlife.MalformedError):
        world.bank.login_check(world.actor(MASTER, certificate="-----BEGIN X-----\n!\n-----END X-----\n"))
    with pytest.raises(certlife.MalformedError, match="request"):
        world.bank.obtain(world.master, COMPANY, MASTER, Request(b"no request"))


def test_cryptography_is_not_imported_for_it() -> None:
    code = "import sys, certlife; sys.exit('cryptography' in sys.modules or 'asyncio' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_decision_is_a_value(world: World) -> None:
    refused = world.bank.decide(world.branch, Act.CONTRACT_SHOW, "nobody's")
    assert not refused and refused.allowed is False
    assert str(refused) == refused.line == "contract nobody's: R-ALL-12: unknown"
    assert refused.sentence(Language.EN) == refused.sentence_en == "No such contract or user was found."
    with pytest.raises(dataclasses.FrozenInstanceError):
        refused.code = Code.ALLOWED  # type: ignore[misc]
    assert refused == pickle.loads(pickle.dumps(refused)) and hash(refused) == hash(copy.copy(refused))


def test_answers_say_whether_they_were_allowed(world: World) -> None:
    allowed, refused = world.logs_in(MASTER), world.logs_in(MASTER, certificate=None)
    assert allowed and allowed.value is allowed.expect()
    assert not refused and refused.value is None
    with pytest.raises(certlife.Refused, match="no certificate") as raised:
        refused.expect()
    assert pickle.loads(pickle.dumps(raised.value)).decision == refused.decision


def test_values_can_be_pickled(world: World) -> None:
    world.at("2027-03-02 09:00:00")
    values = [
        world.master,
        world.shown(MASTER),
        world.held[MASTER],
        world.logs_in(MASTER),
        world.bank.contract_get(world.branch, COMPANY).expect(),
        world.bank.notice_on_screen(world.master, COMPANY, MASTER).expect(),
    ]
    for value in values:
        assert pickle.loads(pickle.dumps(value)) == value
    notice = pickle.loads(pickle.dumps(values[-1]))
    with pytest.raises(certlife.MisuseError, match="notice: does not come from the library"):
        world.bank.notice_done(world.system, notice)


def test_an_actor_made_from_another_is_its_own(world: World) -> None:
    assert world.bank.login_check(world.master)
    without = dataclasses.replace(world.master, certificate=None)
    assert not world.bank.login_check(without)
    assert Actor.as_user(COMPANY, MASTER) == Actor.as_user(COMPANY, MASTER)


NAMES = [
    (certlife.Act, lib.certlife_act_name),
    (certlife.Addressee, lib.certlife_addressee_name),
    (certlife.CertificateState, lib.certlife_certificate_state_name),
    (certlife.Code, lib.certlife_code_name),
    (certlife.Medium, lib.certlife_medium_name),
    (certlife.NoticeKind, lib.certlife_notice_kind_name),
    (certlife.NoticeState, lib.certlife_notice_state_name),
    (certlife.Reason, lib.certlife_reason_name),
    (certlife.Status, lib.certlife_status_name),
    (certlife.Way, lib.certlife_way_name),
]


@pytest.mark.parametrize("kind, name", NAMES, ids=lambda it: getattr(it, "__name__", ""))
def test_every_number_that_the_library_has_a_name_for_is_a_member(kind: Any, name: Callable[[int], Any]) -> None:
    unknown = from_c(name(-1))
    assert unknown == "unknown"
    known = {number for number in range(256) if from_c(name(number)) != unknown}
    if kind is Code:
        known.add(Code.UNKNOWN.value)  # its name is "unknown" too
    assert {member.value for member in kind} == known
    for member in kind:
        assert member.text == from_c(name(member.value))


def test_a_number_of_a_newer_library_is_no_failure() -> None:
    newer = Code(9999)
    assert newer is Code(9999) and newer.name == "NUMBER_9999" and newer.text == "unknown"
    assert newer not in set(Code)
    with pytest.raises(ValueError):
        Code("renew")


def test_labels_are_the_librarys() -> None:
    assert Act.RENEW_LATER.text == "renew later"
    assert Status.RENEWAL_DUE.label(Language.JA) == "更新時期"
    assert certlife.NoticeKind.REVOKED.label(Language.EN) == "A certificate was revoked"
    assert Way.OBTAIN.text == "obtain at the login screen"
    assert issubclass(certlife.Who, enum.Flag)


def test_profiles() -> None:
    profile = certlife.Profile("webfb", {"renewal opens": 40})
    assert profile["renewal opens"] == "40"
    assert set(certlife.Profile.BUILTIN) == {"webfb-login", "webfb", "houjin", "kumiai"}
    assert list(profile) == list(certlife.Profile.VALUES) and len(profile) > 20
    assert dict(profile)["media"] == "pc"
    assert certlife.Profile.allowed("renewal opens") == "days before the expiry date, from 0 to 3650"
    assert certlife.Profile.allowed("nothing") is None
    with pytest.raises(KeyError):
        profile["nothing"]
    with pytest.raises(certlife.InvalidError, match='"renewal opens" cannot be "soon"; allowed: days'):
        profile["renewal opens"] = "soon"
    with pytest.raises(TypeError, match="can be set, not removed"):
        del profile["media"]
    with pytest.raises(certlife.InvalidError):
        certlife.Profile("none such")
    assert certlife.Profile.parse(str(profile)) == profile == copy.copy(profile) == pickle.loads(pickle.dumps(profile))
    assert certlife.Profile("webfb") != profile != "webfb"
    assert profile.zone == JAPAN


def test_a_profile_from_a_file(tmp_path: Any) -> None:
    file = tmp_path / "profile"
    file.write_text("profile = kumiai\nrenewal opens = 20\n")
    assert certlife.Profile.load(file)["renewal opens"] == "20"
    file.write_text("profile = kumiai\nrenewal opens = never\n")
    with pytest.raises(certlife.InvalidError, match="line 2"):
        certlife.Profile.load(file)


def test_the_institution_has_its_own_copy_of_the_profile(world: World) -> None:
    world.profile["renewal opens"] = "100"
    world.at("2027-02-15 12:00:00")
    assert world.renews(MASTER).decision.code is Code.RENEWAL_NOT_OPEN


def test_versions() -> None:
    assert importlib.metadata.version("certlife") == certlife.__version__
    assert "mbed" in certlife.build_info.lower()
    assert SetClock().now().tzinfo is not None
