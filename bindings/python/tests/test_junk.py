# SPDX-License-Identifier: Apache-2.0
"""What no program should give: every call answers with a decision or an exception, and the institution lives on."""

from __future__ import annotations

import inspect
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

import certlife
from certlife import Act, Actor, ActorKind, Choice, LoginMode, Medium, Permission, Reason, Request
from world import COMPANY, MASTER, START, World

EXPECTED = (TypeError, ValueError, OverflowError, AttributeError, certlife.Error, certlife.Refused)
CALLS = [
    name
    for name, _ in inspect.getmembers(certlife.Institution, inspect.isfunction)
    if name[0] != "_" and name != "close"
]


class Odd:
    """Answers every question with another one of its kind."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Odd()


def junk(chance: random.Random, world: World, notice: certlife.Notice | None) -> Any:
    junk_actor: list[Any] = [Odd(), 1, b"2"]
    texts = [COMPANY, MASTER, "", "\0", "\ud800", "é" * 64, "x" * 100_000, "\x1b[2J", "契約"]
    others: list[Any] = [None, 0, 1, -1, 2**31, 2**63, 2**200, 1.5, True, b"", b"\x30\x80", b"x" * 100_000, Odd()]
    others += [timedelta(0), timedelta(days=10**6), START, [], {}, certlife.NO_LIMIT, object]
    ours: list[Any] = [Permission.OPERATOR, Reason.SUPERSEDED, Act.RENEW, LoginMode.LOOK, Choice.REVOKE, Act(9999)]
    ours += [world.master, world.branch, world.system, world.held[MASTER], world.request(), Request(b"x", Medium(77))]
    ours += [Actor(ActorKind(5), COMPANY, MASTER), Actor.as_user("", "x" * 65), Request(Odd(), channel="\n")]
    ours += [notice, Actor.as_user(COMPANY, MASTER, certificate=b"\x30" + b"\xff" * 50), Actor(*junk_actor)]
    return chance.choice(chance.choice([texts, others, ours]))


def arguments(
    chance: random.Random, world: World, notice: certlife.Notice | None, name: str
) -> tuple[list[Any], dict[str, Any]]:
    """Mostly junk, behind an actor that is one half of the time."""
    given: list[Any] = []
    named = {}
    for parameter in list(inspect.signature(getattr(world.bank, name)).parameters.values()):
        sound = {"actor": world.master, "contract": COMPANY, "user": MASTER}.get(parameter.name)
        value = sound if sound is not None and chance.random() < 0.6 else junk(chance, world, notice)
        if parameter.kind is parameter.KEYWORD_ONLY:
            if chance.random() < 0.3:
                named[parameter.name] = value
        else:
            given.append(value)
    return given, named


@pytest.mark.parametrize("name", CALLS)
def test_junk(name: str) -> None:
    chance = random.Random(name)
    with World() as world:
        world.at("2027-03-02 09:00:00")
        notice = world.bank.notice_on_screen(world.master, COMPANY, MASTER).expect()
        heard: Counter[str] = Counter()
        for _ in range(300):
            given, named = arguments(chance, world, notice, name)
            try:
                answer = getattr(world.bank, name)(*given, **named)
                heard["allowed" if answer else "refused"] += 1
            except EXPECTED as exception:
                heard[type(exception).__name__] += 1
        assert len(heard) > 1, heard
        assert world.bank.contract_get(world.branch, COMPANY)
