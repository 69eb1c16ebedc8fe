# SPDX-License-Identifier: Apache-2.0
"""What calls answer that give something besides the decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Generic, Iterator, Optional, TypeVar

from .decision import Decision

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Refused(Exception):
    """Only where there is no other way to say it: a value was insisted on (`Answer.expect`), or a list was refused
    behind a page that had been allowed. `decision` says why."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision)
        self.decision = decision

    def __str__(self) -> str:
        return self.decision.line


@dataclass(frozen=True)
class Answer(Generic[T_co]):
    """The decision, and what was given: None if it was refused. True if it was allowed."""

    decision: Decision
    value: Optional[T_co]

    def __bool__(self) -> bool:
        return self.decision.allowed

    def expect(self) -> T_co:
        """The value, for who knows that it is allowed; raises Refused if it is not."""
        if not self.decision.allowed:
            raise Refused(self.decision)
        return self.value  # type: ignore[return-value]  # allowed: None only where T is optional


@dataclass(frozen=True)
class Page(Generic[T_co]):
    """Some of many. `next` is what to ask for the next page with, None if nothing follows."""

    items: tuple[T_co, ...]
    next: Optional[str]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[T_co]:
        return iter(self.items)


class Pages(Generic[T]):
    """One after the other, read page by page. Nothing is open in the store between two steps."""

    def __init__(self, first: Any, following: Callable[[Any], Answer[Any] | None]) -> None:
        self._page = first
        self._items = iter(first)
        self._following = following

    def __iter__(self) -> Pages[T]:
        return self

    def __next__(self) -> T:
        while True:
            for item in self._items:
                found: T = item
                return found
            answer = self._following(self._page)
            if answer is None:
                raise StopIteration
            self._page = answer.expect()
            self._items = iter(self._page)
