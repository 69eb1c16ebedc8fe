# SPDX-License-Identifier: Apache-2.0
"""Where institutions differ, as data."""

from __future__ import annotations

import os
import threading
from datetime import timedelta, timezone
from typing import Any, Callable, Iterator, Mapping, MutableMapping

from ._call import call
from ._native import ffi, lib
from ._text import from_c, from_c_or_none, path, text

__all__ = ["Profile"]

_VALUE_ROOM = 256
_FILE_ROOM = 8192


def _names(function: Callable[[int], Any]) -> tuple[str, ...]:
    found: list[str] = []
    while (name := from_c_or_none(function(len(found)))) is not None:
        found.append(name)
    return tuple(found)


class Profile(MutableMapping[str, str]):
    """Named values, each a text: `profile["renewal opens"] = "40"`. An institution copies it when it is opened."""

    #: The profiles that are built in, and the names of the values.
    BUILTIN: tuple[str, ...] = _names(lib.certlife_profile_builtin)
    VALUES: tuple[str, ...] = _names(lib.certlife_profile_value_name)

    def __init__(self, name: str = "webfb", values: Mapping[str, str | int] = {}) -> None:
        """A copy of a built-in profile, with these values set otherwise."""
        out = ffi.new("certlife_profile **")
        call(lib.certlife_profile_new, text(name, "profile"), out)
        self._own(out)
        for value, chosen in values.items():
            self[value] = str(chosen)

    def _own(self, out: Any) -> None:
        self._c = ffi.gc(out[0], lib.certlife_profile_free)
        self._lock = threading.Lock()

    @classmethod
    def parse(cls, content: str) -> Profile:
        """From the text of a profile file."""
        return cls._read(lib.certlife_profile_parse, text(content, "profile"))

    @classmethod
    def load(cls, file: str | os.PathLike[str]) -> Profile:
        """From a profile file."""
        return cls._read(lib.certlife_profile_load, path(file))

    @classmethod
    def _read(cls, function: Callable[..., int], argument: bytes) -> Profile:
        out = ffi.new("certlife_profile **")
        call(function, argument, out)
        made = cls.__new__(cls)
        made._own(out)
        return made

    @staticmethod
    def allowed(name: str) -> str | None:
        """What a value may be, as text for people; None for a name that is unknown."""
        return from_c_or_none(lib.certlife_profile_value_allowed(text(name, "value")))

    def __getitem__(self, name: str) -> str:
        if name not in self.VALUES:
            raise KeyError(name)
        room = ffi.new("char[]", _VALUE_ROOM)
        with self._lock:
            call(lib.certlife_profile_get, self._c, text(name, "value"), room, _VALUE_ROOM)
        return from_c(room)

    def __setitem__(self, name: str, value: str) -> None:
        with self._lock:
            call(lib.certlife_profile_set, self._c, text(name, "value"), text(value, name))

    def __delitem__(self, name: str) -> None:
        raise TypeError("profile: its values can be set, not removed")

    def __iter__(self) -> Iterator[str]:
        return iter(self.VALUES)

    def __len__(self) -> int:
        return len(self.VALUES)

    def __str__(self) -> str:
        """A file that `load` reads back to the same."""
        room = ffi.new("char[]", _FILE_ROOM)
        with self._lock:
            call(lib.certlife_profile_print, self._c, room, _FILE_ROOM)
        return from_c(room)

    def __eq__(self, other: object) -> bool:
        """Whether all values but the name are the same."""
        if not isinstance(other, Profile):
            return NotImplemented
        return bool(lib.certlife_profile_equal(self._c, other._c) == 1)

    __hash__ = None  # type: ignore[assignment]  # it can be changed

    def __copy__(self) -> Profile:
        return self.parse(str(self))

    def __reduce__(self) -> Any:
        return self.parse, (str(self),)

    @property
    def zone(self) -> timezone:
        """The institution's time, in which dates are shown."""
        return timezone(timedelta(seconds=lib.certlife_profile_utc_offset(self._c)))
