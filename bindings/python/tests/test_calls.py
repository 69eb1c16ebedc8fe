# SPDX-License-Identifier: Apache-2.0
"""Every call on an institution, allowed and refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

import certlife
from certlife import (
    Act,
    Actor,
    Addressee,
    CertificateState,
    Choice,
    Code,
    Language,
    LoginMode,
    Medium,
    NoticeKind,
    NoticeState,
    Permission,
    Reason,
    Request,
    Role,
    Status,
    Who,
)
from world import COMPANY, MASTER, START, World, at, signing_request


def test_a_contract_from_its_registration_to_its_end() -> None:
    with World(company=False, media="pc, usb_token") as world:
        bank, branch = world.bank, world.branch
        assert bank.contract_register(world.master, COMPANY, MASTER).code is Code.UNKNOWN
        assert bank.contract_register(branch, COMPANY, MASTER, "keiri@example.co.jp")
        assert bank.contract_register(branch, COMPANY, MASTER).code is Code.ID_TAKEN
        registered = bank.contract_get(branch, COMPANY).expect()
        assert registered.applied_at is None and registered.application == ""
        assert bank.contract_apply(branch, COMPANY)
        assert bank.contract_apply(branch, COMPANY).code is Code.ALREADY_APPLIED
        world.at("2026-04-02 09:00:00")
        assert bank.contract_apply_usb_token(Actor.as_branch(application="usb 7"), COMPANY)
        world.at("2026-04-03 09:00:00")
        assert bank.contract_close(Actor.as_branch(application="close 8"), COMPANY)
        contract = bank.contract_get(branch, COMPANY).expect()
        assert contract == certlife.Contract(
            id=COMPANY,
            master=MASTER,
            users=1,
            users_limit=contract.users_limit,
            registered_at=START,
            applied_at=START,
            usb_token_applied_at=at("2026-04-02 09:00:00"),
            closed_at=at("2026-04-03 09:00:00"),
            application="2026-0417",
            usb_token_application="usb 7",
            close_application="close 8",
        )
        assert contract.users_limit > 1
        assert bank.contract_get(branch, "0010000002").decision.code is Code.UNKNOWN


def test_a_user_from_being_added_to_being_deleted(world: World) -> None:
    bank, master = world.bank, world.master
    added = bank.user_add(master, COMPANY, "keir002", Permission.APPROVER, "keir002@example.co.jp")
    assert added.code is Code.ALLOWED and added.way_sentence(Language.EN) == ""
    user = bank.user_get(master, COMPANY, "keir002").expect()
    assert (user.id, user.contract, user.email) == ("keir002", COMPANY, "keir002@example.co.jp")
    assert (user.role, user.permission, user.status) == (Role.GENERAL, Permission.APPROVER, Status.AWAITING)
    assert user.obtain_by is not None and user.obtain_by > START
    assert (user.expiry, user.serial, user.unconfirmed_expiry, user.unconfirmed_serial) == (None, "", None, "")
    assert (user.added_at, user.deleted_at, user.renew_later_at) == (START, None, None)
    assert user.status.label(Language.JA) == "取得待ち"

    assert bank.user_edit(master, COMPANY, "keir002", permission=Permission.OPERATOR, email="new@example.co.jp")
    user = bank.user_get(master, COMPANY, "keir002").expect()
    assert (user.permission, user.email) == (Permission.OPERATOR, "new@example.co.jp")
    assert bank.user_edit(master, COMPANY, "keir002", email="")
    assert world.shown("keir002").email == ""
    assert world.shown("keir002").permission is Permission.OPERATOR
    world.has_certificate("keir002")
    assert bank.user_edit(master, COMPANY, "keir002", certificate=Choice.REISSUE)
    assert world.shown("keir002").status is Status.AWAITING
    world.at("2026-04-02 12:00:00")
    assert bank.user_authorise(master, COMPANY, "keir002").code is Code.HAS_CERTIFICATE
    world.has_certificate("keir002")
    world.at("2026-04-03 12:00:00")
    edited = bank.user_edit(master, COMPANY, "keir002", certificate=Choice.REVOKE, reason=Reason.CESSATION)
    assert edited
    assert [c.reason for c in bank.user_history(master, COMPANY, "keir002").expect()] == [
        Reason.SUPERSEDED,
        Reason.CESSATION,
    ]
    assert bank.user_delete(master, COMPANY, "keir002")
    assert bank.user_delete(master, COMPANY, "keir002").code is Code.USER_DELETED
    assert world.shown("keir002").deleted_at == at("2026-04-03 12:00:00")
    master_shown = world.shown(MASTER)
    assert (master_shown.role, master_shown.permission) == (Role.MASTER, None)
    assert master_shown.serial == world.held[MASTER].serial
    assert master_shown.expiry == world.held[MASTER].not_after


def test_users_in_pages(world: World) -> None:
    names = [f"keir{number:03}" for number in range(2, 9)]
    for name in names:
        world.has_user(name)
    bank = world.bank
    assert [user.id for user in bank.user_list(world.master, COMPANY, page=3).expect()] == [MASTER, *names]
    page = bank.user_page(world.master, COMPANY, "keir003", 2).expect()
    assert [user.id for user in page] == ["keir004", "keir005"]
    assert (len(page), page.next) == (2, "keir005")
    last = bank.user_page(world.master, COMPANY, "keir006").expect()
    assert ([user.id for user in last], last.next) == (["keir007", "keir008"], None)
    world.has_certificate("keir002")
    assert [user.id for user in bank.user_list(world.actor("keir002"), COMPANY).expect()] == ["keir002"]
    assert bank.user_list(world.branch, "0010000002").value is None


def test_a_list_that_is_refused_on_its_way_says_so(world: World) -> None:
    world.has_user("keir002")
    users = world.bank.user_list(world.master, COMPANY, page=1).expect()
    assert next(users).id == MASTER
    assert world.bank.revoke(world.branch, COMPANY, MASTER)
    with pytest.raises(certlife.Refused, match="R-LOG-2: revoked") as refused:
        list(users)
    assert refused.value.decision.code is Code.REVOKED


def test_history_in_pages(world: World) -> None:
    for day in range(2, 6):
        world.at(f"2026-04-0{day} 12:00:00")
        assert world.bank.reissue(world.branch, COMPANY, MASTER)
        world.has_certificate(MASTER)
    found = list(world.bank.user_history(world.master, COMPANY, MASTER, page=2).expect())
    assert [certificate.not_before.day for certificate in found] == [1, 2, 3, 4, 5]
    page = world.bank.user_history_page(world.master, COMPANY, MASTER, found[1].serial, 2).expect()
    assert page.items == (found[2], found[3])
    assert page.next == found[3].serial


def test_obtaining(world: World) -> None:
    world.has_user("keir002")
    request = Request(signing_request(1), Medium.PC, "edge/app")
    bank, user = world.bank, world.actor("keir002")
    certificate = bank.obtain(user, COMPANY, "keir002", request).expect()
    assert certificate.state is CertificateState.UNCONFIRMED
    assert (certificate.contract, certificate.user, certificate.medium) == (COMPANY, "keir002", Medium.PC)
    assert (certificate.not_before, certificate.confirmed_at, certificate.replaced_at) == (START, None, None)
    assert bank.obtain(user, COMPANY, "keir002", request).expect() == certificate
    assert bank.deliver(user, COMPANY, "keir002").expect() == certificate
    without = bank.deliver(world.actor("keir002", login_password=False), COMPANY, "keir002")
    assert (without.value, without.decision.code) == (None, Code.PASSWORD_NEEDED)
    assert bank.confirm(user, COMPANY, "keir002", "00").code is Code.NOTHING_TO_CONFIRM
    assert bank.confirm(user, COMPANY, "keir002", certificate.serial)
    (confirmed,) = bank.user_history(world.master, COMPANY, "keir002").expect()
    assert (confirmed.state, confirmed.confirmed_at) == (CertificateState.VALID, START)
    usb = bank.obtain(user, COMPANY, "keir002", Request(signing_request(1), Medium.USB_TOKEN))
    assert usb.decision.code is Code.ALREADY_OBTAINED
    assert bank.reissue(world.branch, COMPANY, "keir002")
    usb = bank.obtain(user, COMPANY, "keir002", Request(signing_request(2), Medium.USB_TOKEN))
    assert usb.decision.code in (Code.MEDIUM_NOT_OFFERED, Code.MEDIUM_NOT_APPLIED)


def test_a_channel() -> None:
    with World(company=False, channels="edge/app") as world:
        bank, user = world.bank, world.actor(MASTER)
        assert bank.contract_register(world.branch, COMPANY, MASTER) and bank.contract_apply(world.branch, COMPANY)
        assert bank.user_authorise(world.branch, COMPANY, MASTER)
        browser = bank.obtain(user, COMPANY, MASTER, Request(signing_request(1), channel="chrome/app"))
        assert browser.decision.code is Code.CHANNEL_NOT_ALLOWED
        assert bank.obtain(user, COMPANY, MASTER, Request(signing_request(1), channel="edge/app"))


def test_an_idempotency_key_gets_the_first_answer_again(world: World) -> None:
    once = world.actor(MASTER, idempotency_key="form 1")
    added = world.bank.user_add(once, COMPANY, "keir002", Permission.OPERATOR)
    assert added and world.bank.user_add(once, COMPANY, "keir002", Permission.OPERATOR) == added
    assert world.bank.user_add(once, COMPANY, "keir003", Permission.OPERATOR).code is Code.KEY_REUSED


def test_deciding_and_who_could(world: World) -> None:
    world.has_user("keir002")
    world.has_certificate("keir002")
    bank = world.bank
    assert bank.decide(world.master, Act.REISSUE, COMPANY, "keir002")
    refused = bank.decide(world.actor("keir002"), Act.REISSUE, COMPANY, "keir002")
    assert not refused and refused.code is Code.MASTER_ONLY
    assert bank.who_could(world.actor("keir002"), Act.REISSUE, COMPANY, "keir002").expect() == Who.MASTER | Who.BRANCH
    assert bank.who_could(world.actor("keir002"), Act.REISSUE, COMPANY, MASTER).value is None
    assert bank.decide(world.system, Act.NOTICE_RUN)
    assert bank.decide(world.branch, Act.CONTRACT_SHOW, COMPANY)


def test_logins(world: World) -> None:
    world.has_user("keir002")
    assert world.logs_in("keir002").decision.code is Code.NO_CERTIFICATE
    assert world.obtains("keir002")
    look = world.bank.login_check(world.actor("keir002"), LoginMode.LOOK)
    assert look and not look.expect().confirmed
    assert world.logs_in("keir002").expect().confirmed
    again = world.logs_in("keir002").expect()
    assert not again.confirmed
    assert again == certlife.Login(
        expiry=world.held["keir002"].not_after,
        serial=world.held["keir002"].serial,
        renewal_due=False,
        days_left=again.days_left,
        waits_to_install=False,
        confirmed=False,
    )
    assert 360 < again.days_left < 400
    assert world.logs_in(MASTER, certificate=world.held["keir002"]).decision.code is Code.ANOTHER_USERS


def test_many_logins_each_get_their_own_answer(world: World) -> None:
    users = [f"keir{number:03}" for number in range(2, 7)]
    for user in users:
        world.has_user(user)
        world.has_certificate(user)
    world.bank._MOST_LOGINS = 3  # so that what is remembered is dropped on the way
    for user in users * 3:
        answer = world.logs_in(user)
        assert answer.expect().serial == world.held[user].serial
        assert answer.decision.line.startswith(f"user {user}: ")
    world.bank.revoke(world.master, COMPANY, users[0])
    assert not world.logs_in(users[0])


def test_notices_from_claim_to_done() -> None:
    with World("webfb", issued_notice="user, master") as world:
        bank, system = world.bank, world.system
        world.has_user("keir002")
        world.has_certificate("keir002")
        claimed = bank.notice_claim(system, "mailer 1", 10, timedelta(minutes=5)).expect()
        assert not claimed.more
        notice = next(notice for notice in claimed if notice.addressee_user == "keir002")
        assert (notice.kind, notice.state, notice.addressee) == (NoticeKind.ISSUED, NoticeState.PLANNED, Addressee.USER)
        assert notice.email == "keir002@example.co.jp"
        assert (notice.contract, notice.user, notice.language) == (COMPANY, "keir002", Language.JA)
        assert notice.kind.label(Language.EN) == "A certificate was issued"
        assert (notice.happened_at, notice.attempts, notice.cause) == (START, 1, "")
        assert notice.serial == world.held["keir002"].serial
        assert len(notice.key) == 32
        assert bank.notice_done(system, notice)
        assert bank.notice_done(world.branch, notice).code is Code.SYSTEM_ONLY
        sent = [n for n in bank.notice_list(world.branch, COMPANY, "keir002").expect() if n.key == notice.key]
        assert [(n.state, n.ended_at) for n in sent] == [(NoticeState.SENT, START)]


def test_notices_that_cannot_be_delivered() -> None:
    with World("webfb", issued_notice="user", notice_attempts="1") as world:
        bank, system = world.bank, world.system
        for user in ("keir002", "keir003"):
            world.has_user(user)
            world.has_certificate(user)
        for notice in bank.notice_claim(system, "mailer 1").expect():
            assert bank.notice_give_back(system, notice, None)
        assert bank.notice_next_due(system).expect() == START
        for notice in bank.notice_claim(system, "mailer 1").expect():
            assert bank.notice_give_back(system, notice, "550 no such user")
        parked = list(bank.notice_parked(system, page=1).expect())
        assert sorted(notice.user for notice in parked) == [MASTER, "keir002", "keir003"]
        assert {notice.cause for notice in parked} == {"550 no such user"}
        assert {notice.state for notice in parked} == {NoticeState.PARKED}
        page = bank.notice_parked_page(system, parked[0], 1).expect()
        assert page.items == (parked[1],)
        assert bank.notice_retry(system, parked[0])
        again = bank.notice_claim(system, "mailer 2").expect()
        assert [notice.key for notice in again] == [parked[0].key]
        assert bank.notice_parked(world.branch).value is None


def test_when_nothing_is_planned(world: World) -> None:
    assert world.bank.notice_claim(world.system, "mailer 1").expect().items == ()
    due = world.bank.notice_next_due(world.system).expect()
    assert due.date() == at("2027-03-02 09:00:00").date()
    with World(company=False) as empty:
        assert empty.bank.notice_claim(empty.system, "mailer 1")
        assert empty.bank.notice_next_due(empty.system).expect() is certlife.NO_LIMIT


def test_a_digest() -> None:
    with World("webfb", e__mail_to="user, master", digest="yes") as world:
        world.has_user("keir002")
        world.has_certificate("keir002")
        world.at("2027-03-02 09:00:00")
        claimed = world.bank.notice_claim(world.system, "mailer 1").expect()
        digest = next(notice for notice in claimed if notice.kind is NoticeKind.DIGEST)
        members = {member.user: member for member in digest.members}
        assert members["keir002"].serial == world.held["keir002"].serial
        assert members["keir002"].expiry == world.held["keir002"].not_after
        assert members["keir002"].days_left == digest.days_left == 30


def test_a_notice_on_screen(world: World) -> None:
    assert world.bank.notice_on_screen(world.master, COMPANY, MASTER).expect() is None
    world.at("2027-03-02 09:00:00")
    notice = world.bank.notice_on_screen(world.master, COMPANY, MASTER).expect()
    assert notice is not None
    assert (notice.kind, notice.days_left, notice.waits_to_install) == (NoticeKind.EXPIRY, 30, False)
    assert notice.expiry == world.held[MASTER].not_after
    assert notice.renew_by is not None and notice.renew_by >= at("2027-03-02 09:00:00")
    assert (notice.obtain_by, notice.renew_later_at, notice.members) == (None, None, ())
    world.has_user("keir002")
    refused = world.bank.notice_on_screen(world.actor("keir002"), COMPANY, MASTER)
    assert not refused and refused.value is None
