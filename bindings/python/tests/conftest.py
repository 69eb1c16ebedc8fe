# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import gc
import pathlib
import warnings
from typing import Callable, Iterator

import pytest

import certlife
from own_parts import dict_store
from world import World

STORES: dict[str, Callable[[pathlib.Path], certlife.Store]] = {
    "memory": lambda folder: certlife.Store.memory(),
    "lmdb": lambda folder: certlife.Store.lmdb(folder / "store"),
    "python": lambda folder: dict_store(),
}


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


@pytest.fixture(params=STORES)
def any_world(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[World]:
    """The same on each kind of store."""
    with World(store=STORES[request.param](tmp_path)) as made:
        yield made


@pytest.fixture(autouse=True)
def no_handle_is_forgotten() -> Iterator[None]:
    """A handle that a test forgets is reported by a ResourceWarning when it is collected, and fails that test."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        yield
        gc.collect()
    forgotten = [str(warning.message) for warning in told if issubclass(warning.category, ResourceWarning)]
    assert not forgotten, forgotten
