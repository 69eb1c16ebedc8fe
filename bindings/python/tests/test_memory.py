# SPDX-License-Identifier: Apache-2.0
"""What C gives is freed: calls that change nothing leave as much allocated as there was."""

from __future__ import annotations

import ctypes
import gc
from typing import Any, Callable

import pytest

import certlife
from certlife import Act, Actor, Notice, Request, _native
from world import COMPANY, MASTER, World, ca_for_tests, signing_request

RUNS = 400
#: The least that one object of C takes.
OBJECT = 32


def allocated() -> int:
    """In the C library's heap; Python's own small objects live elsewhere."""

    class Mallinfo(ctypes.Structure):
        _fields_ = [(name, ctypes.c_size_t) for name in "arena a b c hblkhd d e uordblks f g".split()]

    mallinfo2 = ctypes.CDLL(None).mallinfo2
    mallinfo2.restype = Mallinfo
    gc.collect()
    told = mallinfo2()
    return int(told.uordblks + told.hblkhd)


def refused(call: Callable[[], Any]) -> None:
    assert not call()


def failing(call: Callable[[], Any]) -> None:
    with pytest.raises(certlife.Error):
        call()


READS: dict[str, Callable[[World, Notice], Any]] = {
    "contract": lambda w, n: w.bank.contract_get(w.branch, COMPANY).expect(),
    "user": lambda w, n: w.bank.user_get(w.branch, COMPANY, MASTER).expect(),
    "users": lambda w, n: list(w.bank.user_list(w.branch, COMPANY, page=1).expect()),
    "history": lambda w, n: list(w.bank.user_history(w.branch, COMPANY, MASTER, page=1).expect()),
    "delivery": lambda w, n: w.bank.deliver(w.actor("keir002"), COMPANY, "keir002").expect(),
    "login": lambda w, n: w.bank.login_check(w.master, certlife.LoginMode.LOOK).expect(),
    "actor": lambda w, n: Actor.as_user(COMPANY, MASTER, certificate=w.held[MASTER].der)._c,
    "decision": lambda w, n: w.bank.decide(w.master, Act.OBTAIN, COMPANY, MASTER),
    "who could": lambda w, n: w.bank.who_could(w.branch, Act.REVOKE, COMPANY, MASTER).expect(),
    "notices": lambda w, n: w.bank.notice_list(w.branch, COMPANY, MASTER).expect().items[0],
    "on screen": lambda w, n: w.bank.notice_on_screen(w.master, COMPANY, MASTER).expect(),
    "parked": lambda w, n: list(w.bank.notice_parked(w.system).expect()),
    "done": lambda w, n: w.bank.notice_done(w.system, n),
    "refused": lambda w, n: refused(lambda: w.bank.obtain(w.master, COMPANY, MASTER, Request(signing_request(1)))),
    "failed": lambda w, n: failing(lambda: w.bank.user_get(w.branch, COMPANY, "")),
    "malformed": lambda w, n: failing(lambda: w.bank.obtain(w.master, COMPANY, MASTER, Request(b"no request"))),
    "profile": lambda w, n: certlife.Profile("webfb", {"renewal opens": 40})["media"],
    "handles": lambda w, n: certlife.Store.memory().close(),
    "issuer": lambda w, n: certlife.Issuer.local(w.crypto, *ca_for_tests()).close(),
    "institution": lambda w, n: w.opens().close(),
}


@pytest.fixture(scope="module")
def lived() -> Any:
    with World() as world:
        world.has_user("keir002")
        assert world.obtains("keir002")
        world.at("2027-03-02 09:00:00")
        (notice, *_) = world.bank.notice_claim(world.system, "mailer").expect()
        yield world, notice


@pytest.mark.parametrize("read", READS)
def test_nothing_is_left(lived: tuple[World, Notice], read: str) -> None:
    world, notice = lived
    act = READS[read]
    for _ in range(50):
        act(world, notice)
    before = allocated()
    for _ in range(RUNS):
        act(world, notice)
    assert allocated() - before < RUNS * OBJECT


def test_a_leak_would_be_seen(lived: tuple[World, Notice]) -> None:
    lib = _native.lib
    before = allocated()
    leaked = [lib.certlife_decision_new() for _ in range(RUNS)]
    assert allocated() - before > RUNS * OBJECT
    for decision in leaked:
        lib.certlife_decision_free(decision)
