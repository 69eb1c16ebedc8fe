# SPDX-License-Identifier: Apache-2.0
"""What certlife.aio is made of."""

from __future__ import annotations

import asyncio
import functools
from concurrent.futures import Executor
from datetime import timezone
from types import TracebackType
from typing import Any, Callable, Generic, TypeVar

from . import institution
from ._answer import Answer, Pages

T = TypeVar("T")
_Self = TypeVar("_Self", bound="Base")

_END = object()


class AsyncPages(Generic[T]):
    """One after the other, read page by page. Nothing is open in the store between two steps."""

    def __init__(self, pages: Pages[T], executor: Executor | None) -> None:
        self._pages = pages
        self._executor = executor

    def __aiter__(self) -> AsyncPages[T]:
        return self

    async def __anext__(self) -> T:
        found: Any = await run(self._executor, next, self._pages, _END)
        if found is _END:
            raise StopAsyncIteration
        item: T = found
        return item


class Base:
    """Runs the calls of an institution in an executor (None: the loop's own), for they wait on the disk. Leaving its
    `async with` closes the institution. A call whose task is cancelled goes on to its end in its thread."""

    def __init__(self, institution: institution.Institution, executor: Executor | None = None) -> None:
        self._institution = institution
        self._executor = executor

    @property
    def institution(self) -> institution.Institution:
        """The same without waiting: for what costs a few microseconds, as login_check with LoginMode.LOOK."""
        return self._institution

    @property
    def zone(self) -> timezone:
        return self._institution.zone

    @property
    def closed(self) -> bool:
        return self._institution.closed

    async def close(self) -> None:
        await run(self._executor, self._institution.close)

    async def __aenter__(self: _Self) -> _Self:
        self._institution.__enter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


async def run(executor: Executor | None, function: Callable[..., T], *arguments: Any, **named: Any) -> T:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(executor, functools.partial(function, *arguments, **named))


def waited(method: Callable[..., Any]) -> Callable[..., Any]:
    """The same method for `await`."""

    @functools.wraps(method)
    async def waiting(self: Base, *arguments: Any, **named: Any) -> Any:
        answer = await run(self._executor, method, self._institution, *arguments, **named)
        if isinstance(answer, Answer) and isinstance(answer.value, Pages):
            return Answer(answer.decision, AsyncPages(answer.value, self._executor))
        return answer

    return waiting


def calls() -> dict[str, Callable[..., Any]]:
    """The calls of an institution: what its `...Calls` classes define."""
    found = {}
    for kind in institution.Institution.__mro__:
        if kind.__name__.endswith("Calls"):
            found.update({name: method for name, method in vars(kind).items() if not name.startswith("_")})
    return found
