# SPDX-License-Identifier: Apache-2.0
"""The same institution for asyncio."""

from __future__ import annotations

import asyncio
import inspect
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Coroutine

import pytest

import certlife
import certlife.aio
from certlife import Code, Permission
from own_parts import dict_store
from world import COMPANY, MASTER, World


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def test_every_call_is_there() -> None:
    ours = {name for name, _ in inspect.getmembers(certlife.aio.Institution, inspect.iscoroutinefunction)}
    theirs = {
        name
        for name, method in inspect.getmembers(certlife.Institution, inspect.isfunction)
        if not name.startswith("_")
    }
    assert ours - {"__aenter__", "__aexit__"} == theirs
    for name in theirs - {"close"}:
        assert inspect.signature(getattr(certlife.aio.Institution, name)) == inspect.signature(
            getattr(certlife.Institution, name)
        )


def test_a_story() -> None:
    async def story(world: World) -> None:
        async with certlife.aio.Institution(world.bank) as bank:
            assert bank.zone == world.bank.zone
            added = await bank.user_add(world.master, COMPANY, "keir002", Permission.OPERATOR)
            assert added
            obtained = await bank.obtain(world.actor("keir002"), COMPANY, "keir002", world.request())
            actor = world.actor("keir002", certificate=obtained.expect())
            login = await bank.login_check(actor)
            assert login.expect().confirmed
            users = (await bank.user_list(world.master, COMPANY, page=1)).expect()
            assert [user.id async for user in users] == [MASTER, "keir002"]
            refused = await bank.user_list(world.master, "nobody's")
            assert refused.value is None and refused.decision.code is Code.UNKNOWN
            assert not bank.closed and bank.institution is world.bank
            with pytest.raises(certlife.InvalidError):
                await bank.user_get(world.master, COMPANY, "")
        assert bank.closed and world.bank.closed

    with World() as world:
        run(story(world))


def test_it_runs_elsewhere_and_side_by_side() -> None:
    async def story(world: World, executor: ThreadPoolExecutor) -> None:
        bank = certlife.aio.Institution(world.bank, executor)
        calls = [
            bank.user_add(world.branch, COMPANY, f"keir{number:03}", Permission.OPERATOR) for number in range(2, 22)
        ]
        assert all(await asyncio.gather(*calls))
        assert threading.current_thread().name not in threads
        assert threads and all(name.startswith("bank") for name in threads)

    threads: set[str] = set()
    with World(store=dict_store()) as world, ThreadPoolExecutor(3, "bank") as executor:
        moment = world.clock.moment

        def now() -> Any:
            threads.add(threading.current_thread().name)
            return moment

        world.clock.now = now
        run(story(world, executor))
