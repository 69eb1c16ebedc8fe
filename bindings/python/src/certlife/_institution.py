# SPDX-License-Identifier: Apache-2.0
"""How every call on an institution is made."""

from __future__ import annotations

from datetime import timezone
from typing import Any, Callable, TypeVar

from ._answer import Answer
from ._call import called, failed
from ._errors import MisuseError
from ._handle import Handle
from ._native import ffi, lib
from .decision import Actor, Decision, Told

T = TypeVar("T")


class Slot:
    """What one call fills in C; used again by the next."""

    __slots__ = ("decision", "err", "login", "told")

    def __init__(self) -> None:
        self.decision = ffi.gc(lib.certlife_decision_new(), lib.certlife_decision_free)
        self.login = ffi.gc(lib.certlife_login_new(), lib.certlife_login_free)
        if not (self.decision and self.login):
            raise MemoryError("institution: no memory for an answer")
        self.err = ffi.new("certlife_error **")
        self.told = ffi.new("struct certlife_py_told *")

    def facts(self, login: Any = ffi.NULL) -> bytes:
        told: bytes = ffi.buffer(self.told, lib.certlife_py_tell(self.decision, login, self.told))[:]
        return told


class Calls(Handle):
    """A slot is in use by one call at a time; those that are free wait in a pool. What is not in the pool is under
    way: an institution is not closed then."""

    _noun = "institution"

    def __init__(self, zone: timezone) -> None:
        self._zone = zone
        self._told = Told(zone)
        self._slots: list[Slot] = []
        self._free_slots: list[Slot] = []

    def _slot(self) -> Slot:
        try:
            return self._free_slots.pop()
        except IndexError:
            slot = Slot()
            self._slots.append(slot)
            return slot

    def _under_way(self) -> int:
        return len(self._slots) - len(self._free_slots)

    def _ask(self, function: Callable[..., int], slot: Slot, actor: Actor, *arguments: Any) -> int:
        """Calls a function of C: whether it refused, or the exception for its failure."""
        c = self._c or self._settled()
        if c is None:
            raise MisuseError(f"{self._noun}: was closed")
        try:
            who = actor._c
        except AttributeError:
            if isinstance(actor, Actor):
                raise
            raise TypeError(f"actor: an Actor is needed, not {type(actor).__name__}") from None
        if self._written_here:
            return called(function, slot.err, c, who, *arguments, slot.decision)
        answer = function(c, who, *arguments, slot.decision, slot.err)
        if answer < 0:
            failed(answer, slot.err)
        return answer

    def _decided(self, function: Callable[..., int], actor: Actor, *arguments: Any) -> Decision:
        slot = self._slot()
        try:
            self._ask(function, slot, actor, *arguments)
            return self._told.decision(slot.facts(), slot.decision)
        finally:
            self._free_slots.append(slot)

    def _given(self, function: Callable[..., int], read: Callable[[], T], actor: Actor, *arguments: Any) -> Answer[T]:
        slot = self._slot()
        try:
            refused = self._ask(function, slot, actor, *arguments)
            value = None if refused else read()
            return Answer(self._told.decision(slot.facts(), slot.decision), value)
        finally:
            self._free_slots.append(slot)
