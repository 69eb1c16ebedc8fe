# SPDX-License-Identifier: Apache-2.0
"""One certificate's year, on each kind of store."""

from __future__ import annotations

from certlife import CertificateState, Code, Language, Reason, Status, Way
from world import COMPANY, World, at


def test_a_year(any_world: World) -> None:
    world = any_world
    world.has_user("keir002")
    assert world.shown("keir002").status is Status.AWAITING
    world.has_certificate("keir002")
    assert world.shown("keir002").status is Status.OBTAINED
    login = world.logs_in("keir002").expect()
    assert login.serial == world.held["keir002"].serial
    assert not login.renewal_due

    world.at("2027-02-01 12:00:00")
    refused = world.renews("keir002")
    assert not refused and refused.value is None
    assert refused.decision.code is Code.RENEWAL_NOT_OPEN
    assert refused.decision.row == "R-REN-2"
    assert refused.decision.way is Way.WAIT
    assert refused.decision.date == at("2027-03-02 00:00:00")
    assert refused.decision.sentence(Language.JA) == "電子証明書の更新は2027年3月2日から可能です。"
    assert refused.decision.sentence(Language.EN) == "The certificate can be renewed from 2027-03-02."
    assert refused.decision.line == "user keir002: R-REN-2: renewal not open 2027-03-02"

    world.at("2027-03-02 12:00:00")
    login = world.logs_in("keir002").expect()
    assert login.renewal_due and login.days_left == 30
    assert world.bank.renew_later(world.actor("keir002"), COMPANY, "keir002")
    old = world.actor("keir002")
    renewed = world.renews("keir002").expect()
    assert world.bank.login_check(old).expect().waits_to_install
    assert world.logs_in("keir002").expect().confirmed
    assert world.bank.confirm(old, COMPANY, "keir002", renewed.serial)
    assert world.bank.login_check(old).decision.code is Code.REPLACED

    world.at("2027-03-03 12:00:00")
    assert world.bank.reissue(world.master, COMPANY, "keir002")
    world.has_certificate("keir002")
    world.at("2027-03-04 12:00:00")
    assert world.bank.revoke(world.master, COMPANY, "keir002", Reason.KEY_COMPROMISE)
    assert world.logs_in("keir002").decision.code is Code.REVOKED

    first, second, third = world.bank.user_history(world.branch, COMPANY, "keir002", page=1).expect()
    assert (first.state, second.state, third.state) == (
        CertificateState.REPLACED,
        CertificateState.REVOKED,
        CertificateState.REVOKED,
    )
    assert first.replaced_at == at("2027-03-02 12:00:00")
    assert second.reason is Reason.SUPERSEDED
    assert (third.reason, third.revoked_by) == (Reason.KEY_COMPROMISE, "user keir001")
    assert third.revoked_at == at("2027-03-04 12:00:00")
    assert first.reason is None and first.revoked_at is None
