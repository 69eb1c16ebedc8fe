# SPDX-License-Identifier: Apache-2.0
"""What a login check costs through the binding, against the same check in C, turn by turn in one run:

bindings/python/test.sh BUILD --run bindings/python/bench.py [TURNS]
"""

from __future__ import annotations

import ctypes
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Callable

sys.path.insert(0, str(pathlib.Path(__file__).parent / "tests"))

import certlife
from certlife._native import ffi
from world import COMPANY, MASTER, World

LOOPS = 200
#: The best of a turn's tries counts: others work on this machine too.
TRIES = 5


def compiled(folder: str) -> ctypes.CDLL:
    source = pathlib.Path(__file__).with_name("bench.c")
    flags = subprocess.check_output(["pkg-config", "--cflags", "--libs", "libcertlife"], text=True)
    made = f"{folder}/bench.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", str(source), "-o", made, *shlex.split(flags)], check=True)
    library = ctypes.CDLL(made)
    library.login_checks.restype = ctypes.c_int64
    library.login_checks.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int32)
    return library


def timed(check: Callable[[], object]) -> float:
    begin = time.perf_counter_ns()
    for _ in range(LOOPS):
        check()
    return (time.perf_counter_ns() - begin) / LOOPS


def show(what: str, values: list[float], unit: str) -> None:
    print(f"  {what:>42} {min(values):7.2f} {statistics.median(values):7.2f} {max(values):7.2f}  {unit}")


def measure(name: str, world: World, library: ctypes.CDLL, turns: int) -> None:
    actor, bank, held, look = world.master, world.bank, world.held[MASTER].der, certlife.LoginMode.LOOK
    handles = [int(ffi.cast("uintptr_t", handle)) for handle in (bank._c, actor._c)]

    def anew() -> object:
        return bank.login_check(certlife.Actor.as_user(COMPANY, MASTER, certificate=held), look)

    def unheard() -> object:
        bank._logins.clear()
        return bank.login_check(actor, look)

    ways: dict[str, Callable[[], object]] = {
        "the same user again": lambda: bank.login_check(actor, look),
        "with an Actor made for it": anew,
        "told something new": unheard,
    }
    assert all(check() for check in ways.values())
    print(f"{name}, {turns} turns of {LOOPS} checks{'':17} min  median     max")
    for way, check in ways.items():
        in_c, in_python = [], []
        for _ in range(turns):
            tries = [(library.login_checks(*handles, LOOPS) / LOOPS, timed(check)) for _ in range(TRIES)]
            in_c.append(min(c for c, _ in tries))
            in_python.append(min(python for _, python in tries))
        show(f"{way}: C", [c / 1000 for c in in_c], "µs")
        show("Python, more", [(p - c) / 1000 for p, c in zip(in_python, in_c)], "µs")
        show("Python, ratio", [p / c for p, c in zip(in_python, in_c)], "")


def main(turns: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = compiled(folder)
        with World(system_clock=True) as world:
            measure("memory store", world, library, turns)
        with World(store=certlife.Store.lmdb(f"{folder}/store"), system_clock=True) as world:
            measure("LMDB store", world, library, turns)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
