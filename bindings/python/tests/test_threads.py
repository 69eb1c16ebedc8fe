# SPDX-License-Identifier: Apache-2.0
"""Many threads on one institution; others run while one is in C."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import threading
from typing import Any

import pytest

import certlife
from certlife import Permission
from world import COMPANY, MASTER, World

# A named pipe: C waits in it until this program's main thread, which needs the interpreter, has written.
WAITS = """
import os, sys, threading, certlife
os.mkfifo(sys.argv[1])
read = []
thread = threading.Thread(target=lambda: read.append(certlife.Profile.load(sys.argv[1])))
thread.start()
with open(sys.argv[1], "w") as pipe:
    pipe.write("profile = kumiai\\nrenewal opens = 20\\n")
thread.join()
assert read[0]["renewal opens"] == "20"
"""


def test_the_interpreter_is_free_while_a_call_waits(tmp_path: pathlib.Path) -> None:
    subprocess.run([sys.executable, "-c", WAITS, str(tmp_path / "pipe")], check=True, timeout=120)


def test_many_threads_on_one_institution(any_world: World) -> None:
    world = any_world
    failures: list[BaseException] = []
    start = threading.Barrier(6)

    def lives(number: int) -> None:
        try:
            start.wait()
            for turn in range(8):
                user = f"clerk{number}{turn}"
                assert world.bank.user_add(world.branch, COMPANY, user, Permission.OPERATOR)
                answer = world.bank.obtain(world.actor(user), COMPANY, user, world.request())
                mine = world.actor(user, certificate=answer.expect())
                assert world.bank.login_check(mine).expect().serial == answer.expect().serial
                assert world.bank.login_check(world.master).decision.line.startswith(f"user {MASTER}: ")
                assert not world.bank.login_check(world.actor(user))
        except BaseException as exception:
            failures.append(exception)

    threads = [threading.Thread(target=lives, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(list(world.bank.user_list(world.branch, COMPANY, page=7).expect())) == 1 + 6 * 8


def test_closing_while_others_ask() -> None:
    """Each call is answered, or told that it came too late; none finds half an institution."""
    for _ in range(20):
        with World(system_clock=True) as world:
            ended: list[str] = []
            start = threading.Barrier(4)

            def asks() -> None:
                start.wait()
                try:
                    while True:
                        assert world.bank.login_check(world.master)
                except certlife.MisuseError as error:
                    ended.append(str(error))

            threads = [threading.Thread(target=asks) for _ in range(3)]
            for thread in threads:
                thread.start()
            start.wait()
            while not world.bank.closed:
                try:
                    world.bank.close()
                except certlife.MisuseError as error:
                    assert "a call is under way" in str(error)
            for thread in threads:
                thread.join()
            assert ended == ["institution Example Shinkin Bank: was closed"] * 3


def test_a_call_waits_while_closing_is_refused(world: World) -> None:
    bank: Any = world.bank
    waits = threading.Event()
    settled, under_way = bank._settled, bank._under_way
    answers: list[object] = []
    thread = threading.Thread(target=lambda: answers.append(world.logs_in(MASTER)))

    def settling() -> object:
        waits.set()
        return settled()

    def asked_whether_calls_are_under_way() -> int:
        thread.start()
        while thread.is_alive() and not waits.is_set():
            waits.wait(0.01)
        return 1

    bank._settled, bank._under_way = settling, asked_whether_calls_are_under_way
    with pytest.raises(certlife.MisuseError, match="a call is under way"):
        bank.close()
    thread.join()
    bank._settled, bank._under_way = settled, under_way
    assert answers and answers[0]
