# SPDX-License-Identifier: Apache-2.0
"""What is opened and must be closed: stores, crypto, issuers, institutions."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import warnings
from types import TracebackType
from typing import Any, Callable, Iterator, TypeVar

from ._errors import ForkedError, MisuseError

_Self = TypeVar("_Self", bound="Handle")

_counting = threading.RLock()


def _in_child() -> None:
    """Another thread of the parent may have held it."""
    global _counting
    _counting = threading.RLock()


os.register_at_fork(after_in_child=_in_child)


class Handle:
    """Is closed by `close`, or by leaving its `with`. One that is forgotten is closed when it is collected, and
    reported as a ResourceWarning. Closing twice does nothing."""

    _noun = "handle"
    _c: Any = None  # the C handle; None once closed
    _pid = -1
    _users = 0  # open handles that borrow this one
    _forgotten = False  # collected while it was borrowed
    _parts: tuple[Handle, ...] = ()
    _free: Callable[[Any], None]
    _written_here = False  # what it works with is written in Python

    def _open(self, c: Any, free: Callable[[Any], None], parts: tuple[Handle, ...] = ()) -> None:
        with _counting:
            for part in parts:
                part._users += 1
        self._free = free
        self._parts = parts
        self._pid = os.getpid()
        self._written_here = self._written_here or any(part._written_here for part in parts)
        self._c = c

    @property
    def closed(self) -> bool:
        return self._c is None

    def close(self) -> None:
        """Closes it; MisuseError while another handle, or a call in another thread, uses it."""
        with _counting:
            if self._users:
                raise MisuseError(f"{self._noun}: is in use, close what uses it first: {self._users}")
            c, self._c = self._c, None
            if c is not None and self._pid == os.getpid() and self._under_way():
                self._c = c
                raise MisuseError(f"{self._noun}: a call is under way in another thread, wait for it first")
            self._release(c)

    def _settled(self) -> Any:
        """The C handle, or None, once whoever is closing has closed it or been refused."""
        with _counting:
            return self._c

    def _under_way(self) -> int:
        """How many calls are; asked when no further one can begin."""
        return 0

    def _release(self, c: Any) -> None:
        if c is None:
            return
        self._free(c)
        parts, self._parts = self._parts, ()
        for part in parts:
            part._returned()

    def _returned(self) -> None:
        self._users -= 1
        if self._forgotten and not self._users:
            c, self._c = self._c, None
            self._release(c)

    @contextlib.contextmanager
    def _lent(self) -> Iterator[Any]:
        """The C handle for one call, during which it is not closed."""
        with _counting:
            c = self._use()
            self._users += 1
        try:
            yield c
        finally:
            with _counting:
                self._returned()

    def _use(self) -> Any:
        """The C handle, where it may be used."""
        c = self._c
        if c is None:
            raise MisuseError(f"{self._noun}: is closed")
        if self._pid != os.getpid():
            raise ForkedError(f"{self._noun}: was opened before fork()")
        return c

    def __enter__(self: _Self) -> _Self:
        if self._c is None:
            raise MisuseError(f"{self._noun}: is closed")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if self._c is None:
            return
        try:
            if self._pid == os.getpid():  # a child may leave its parent's handles alone
                warnings.warn(f"{self._noun}: was never closed", ResourceWarning, stacklevel=2, source=self)
        finally:
            if not sys.is_finalizing():
                self._forget()

    def _forget(self) -> None:
        with _counting:
            self._forgotten = True
            if not self._users:
                c, self._c = self._c, None
                self._release(c)

    def __repr__(self) -> str:
        return f"<certlife.{type(self).__name__}{' (closed)' if self._c is None else ''}>"
