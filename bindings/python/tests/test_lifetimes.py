# SPDX-License-Identifier: Apache-2.0
"""Handles: closed in order, closed twice, forgotten, closed under a call, inherited by a child process."""

from __future__ import annotations

import gc
import os
import pathlib
import threading
import traceback
import warnings
from datetime import datetime
from typing import Any, Callable

import pytest

import certlife
from certlife import Act
from own_parts import DictStore
from world import COMPANY, MASTER, SetClock, World, ca_for_tests


def test_closing_twice_does_nothing(world: World) -> None:
    for handle in (world.bank, world.issuer, world.store, world.crypto):
        assert not handle.closed
        handle.close()
        handle.close()
        assert handle.closed and "(closed)" in repr(handle)


def test_what_is_in_use_is_not_closed(world: World) -> None:
    for part in (world.store, world.issuer, world.crypto):
        with pytest.raises(certlife.MisuseError, match=f"{part._noun}: is in use, close what uses it first"):
            part.close()
    world.bank.close()
    with pytest.raises(certlife.MisuseError, match="crypto: is in use"):
        world.crypto.close()  # by the issuer
    world.issuer.close()
    world.crypto.close()


CALLS: dict[str, Callable[[World], Any]] = {
    "contract_get": lambda world: world.bank.contract_get(world.branch, COMPANY),
    "obtain": lambda world: world.obtains(MASTER),
    "login_check": lambda world: world.logs_in(MASTER),
    "notice_claim": lambda world: world.bank.notice_claim(world.system, "mailer"),
    "decide": lambda world: world.bank.decide(world.branch, Act.CONTRACT_SHOW, COMPANY),
    "with": lambda world: world.bank.__enter__(),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_closed_institution_says_so(world: World, call: str) -> None:
    world.bank.close()
    with pytest.raises(certlife.MisuseError, match="institution Example Shinkin Bank: (is|was) closed"):
        CALLS[call](world)


def test_closing_an_institution_ends_what_came_from_it(world: World) -> None:
    for user in ("keir002", "keir003"):
        world.has_user(user)
    users = world.bank.user_list(world.branch, COMPANY, page=1).expect()
    assert next(users).id == MASTER
    world.at("2027-03-02 09:00:00")
    (notice,) = world.bank.notice_claim(world.system, "mailer").expect()
    world.bank.close()
    with pytest.raises(certlife.MisuseError, match="institution Example Shinkin Bank: was closed"):
        next(users)
    with pytest.raises(certlife.MisuseError, match="institution Example Shinkin Bank: was closed"):
        world.bank.notice_done(world.system, notice)
    assert notice.user == MASTER  # what was copied out stays


def test_a_closed_part_cannot_be_used(world: World) -> None:
    with certlife.Crypto.mbedtls() as crypto:
        pass
    with pytest.raises(certlife.MisuseError, match="crypto: is closed"):
        certlife.Issuer.local(crypto, *ca_for_tests())
    with certlife.Store.memory() as store:
        pass
    with pytest.raises(certlife.MisuseError, match="store: is closed"):
        World(store=store)
    with pytest.raises(certlife.MisuseError, match="store: is closed"):
        certlife.Institution("bank", "http://x/", world.profile, store, None, world.crypto)


def test_a_part_of_an_institution_that_did_not_open_can_be_closed(world: World) -> None:
    with certlife.Store.memory() as store, pytest.raises(certlife.InvalidError):
        certlife.Institution("", "http://x/", world.profile, store, None, world.crypto)
    assert store.closed


def forgotten(forget: Callable[[], object]) -> list[str]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        forget()
        gc.collect()
    assert {warning.category for warning in told} <= {ResourceWarning}
    return sorted(str(warning.message) for warning in told)


def test_a_forgotten_handle_is_reported_and_closed() -> None:
    closed = []

    class Forgetful(certlife.Store):
        def _release(self, c: Any) -> None:
            closed.append(c)
            super()._release(c)

    assert forgotten(Forgetful.memory) == ["store: was never closed"]
    assert len(closed) == 1


def test_a_forgotten_world_is_closed_in_its_order() -> None:
    def forget() -> None:
        world = World()
        world.open.pop_all()
        cycle = [world]
        cycle.append(cycle)  # type: ignore[arg-type]

    assert forgotten(forget) == [
        "crypto: was never closed",
        "institution Example Shinkin Bank: was never closed",
        "issuer: was never closed",
        "store: was never closed",
    ]


def test_a_part_that_is_forgotten_before_what_uses_it() -> None:
    """A collector takes a cycle apart in any order: the store waits for its institution."""
    world = World()
    world.open.pop_all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        world.store.__del__()
        assert not world.store.closed
        assert world.logs_in(MASTER)
        world.bank.close()
        assert world.store.closed
        world.issuer.close()
        world.crypto.close()


def test_an_institution_is_not_closed_under_a_call(world: World) -> None:
    inside, go_on = threading.Event(), threading.Event()

    class Waiting(SetClock):
        def now(self) -> datetime:
            inside.set()
            assert go_on.wait(60)
            return self.moment

    answers = []
    world.clock.now = Waiting().now
    thread = threading.Thread(target=lambda: answers.append(world.logs_in(MASTER)))
    thread.start()
    assert inside.wait(60)
    with pytest.raises(certlife.MisuseError, match="a call is under way in another thread, wait for it first"):
        world.bank.close()
    assert not world.bank.closed
    go_on.set()
    thread.join()
    assert answers[0]
    world.bank.close()


def test_a_callback_cannot_close_what_calls_it(world: World) -> None:
    world.clock.now = lambda: world.bank.close()
    with pytest.raises(certlife.MisuseError, match="a call is under way"):
        world.logs_in(MASTER)
    del world.clock.now
    assert world.logs_in(MASTER)


def in_a_child(act: Callable[[], object]) -> str:
    """What an act in a child process raised, or nothing."""
    out, into = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of fork, where there are threads
        child = os.fork()
    if child == 0:
        try:
            act()
            told = ""
        except BaseException as exception:
            told = "".join(traceback.format_exception_only(type(exception), exception)).strip()
        os.write(into, told.encode())
        os._exit(0)
    os.close(into)
    with open(out, "rb") as pipe:
        told = pipe.read().decode()
    os.waitpid(child, 0)
    return told


@pytest.mark.parametrize("call", [call for call in CALLS if call != "with"])
def test_an_inherited_institution_says_so(world: World, call: str) -> None:
    assert "ForkedError: institution" in in_a_child(lambda: CALLS[call](world))
    CALLS[call](world)  # the parent goes on


def test_inherited_parts_say_so(world: World) -> None:
    def opens() -> None:
        certlife.Institution("bank", "http://x/", world.profile, world.store, None, world.crypto).close()

    assert in_a_child(opens).endswith("ForkedError: store: was opened before fork()")
    assert in_a_child(lambda: certlife.Issuer.local(world.crypto, *ca_for_tests()).close()).endswith(
        "ForkedError: crypto: was opened before fork()"
    )


def test_inherited_handles_can_be_closed(any_world: World) -> None:
    world = any_world

    def closes() -> None:
        for handle in (world.bank, world.issuer, world.store, world.crypto):
            handle.close()

    assert in_a_child(closes) == ""
    assert world.logs_in(MASTER)


def test_inherited_handles_can_be_left(any_world: World) -> None:
    world = any_world

    def leaves() -> None:
        warnings.simplefilter("error")
        del world.bank, world.issuer, world.store, world.crypto
        world.open.pop_all()
        gc.collect()

    assert in_a_child(leaves) == ""
    assert world.logs_in(MASTER)


def test_a_child_opens_its_own(tmp_path: pathlib.Path) -> None:
    with World(store=certlife.Store.lmdb(tmp_path / "store")) as world:
        world.has_user("keir002")

    def opens() -> None:
        with World(store=certlife.Store.lmdb(tmp_path / "store"), company=False) as mine:
            mine.shown("keir002")

    assert in_a_child(opens) == ""


def test_between_two_steps_nothing_is_open() -> None:
    store = DictStore()
    with World(store=certlife.Store.own(store)) as world:
        world.has_user("keir002")
        for _ in world.bank.user_list(world.branch, COMPANY, page=1).expect():
            assert store.open == 0
        for _ in world.bank.user_history(world.branch, COMPANY, MASTER, page=1).expect():
            assert store.open == 0
        for _ in world.bank.notice_parked(world.system, page=1).expect():
            assert store.open == 0
