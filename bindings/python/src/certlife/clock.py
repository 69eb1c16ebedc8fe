# SPDX-License-Identifier: Apache-2.0
"""What time it is. The library reads its clock once in each call."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from ._call import callback
from ._native import ffi
from ._text import moment

__all__ = ["Clock"]


class Clock(Protocol):
    """A clock written in Python; any thread may ask it."""

    def now(self) -> datetime:
        """The time, with its time zone."""


@callback("certlife_py_clock_now")
def _now(payload: Any, now_out: Any) -> None:
    now_out[0] = moment(ffi.from_handle(payload).now(), "clock")
