# SPDX-License-Identifier: Apache-2.0
"""The same institution for asyncio:

    async with certlife.aio.Institution(bank) as waiting:
        answer = await waiting.login_check(actor)

Made from the methods of certlife.Institution when this is imported; aio.pyi, for type checkers, is written by
tools/stubs.py, and a test holds it to what is here.
"""

from __future__ import annotations

from ._aio import AsyncPages, Base, calls, waited

__all__ = ["AsyncPages", "Institution"]


class Institution(Base):
    """The calls of certlife.Institution, each to be awaited."""


for _name, _method in calls().items():
    setattr(Institution, _name, waited(_method))
