# SPDX-License-Identifier: Apache-2.0
"""The binding is typed: mypy --strict, stubtest, and stubs that are those of today."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import certlife

HERE = pathlib.Path(__file__).resolve().parents[1]
INSTALLED = pathlib.Path(certlife.__file__).parent

sys.path.insert(0, str(HERE / "tools"))

import stubs  # noqa: E402

MISTAKES = """
import certlife
from certlife import Actor, Act, Code

def use(bank: certlife.Institution, actor: Actor) -> None:
    bank.contract_get(actor, 1)
    bank.contract_get(actor, "1").value.users
    bank.decide(actor, Code.UNKNOWN, "1")
    Act.FLY
    bank.obtain(actor, "1", "2", b"request")
    bank.revoke(actor, "1", "2").expect()
    Actor.as_user("1", "2", certificate=7)

async def wait(bank: certlife.aio.Institution, actor: Actor) -> None:
    for user in (await bank.user_list(actor, "1")).expect():
        pass
"""


stubtest = pytest.mark.skipif(sys.version_info < (3, 10), reason="stubtest of that age mistakes typing.Any for a class")


def checked(*arguments: str, **environment: str) -> str:
    made = {**os.environ, **environment}
    # stubtest leaves what it has read where it runs
    folder = HERE if arguments[0] == "mypy" else os.environ.get("MYPY_CACHE_DIR", HERE)
    done = subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, cwd=folder, env=made)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_the_package() -> None:
    assert checked("mypy", "--strict", "-p", "certlife") == ""
    assert (INSTALLED / "py.typed").is_file()


def test_the_tests_and_tools() -> None:
    ours = "conftest world own_parts test_aio test_calls test_errors test_exports test_lifetimes test_own_parts"
    ours += " test_junk test_memory test_story test_threads test_types test_values"
    files = [f"tests/{name}.py" for name in ours.split()] + ["tools/stubs.py", "tools/names.py", "bench.py"]
    assert checked("mypy", "--strict", *files, MYPYPATH="tests:tools") == ""


def test_mistakes_are_seen(tmp_path: pathlib.Path) -> None:
    program = tmp_path / "mistakes.py"
    program.write_text(f"import certlife.aio\n{MISTAKES}", encoding="utf-8")
    told = checked("mypy", "--strict", str(program))
    lines = {line.split(":")[1] for line in told.splitlines() if ": error:" in line}
    assert lines == {"7", "8", "9", "10", "11", "12", "13", "16"}, told


@stubtest
def test_the_stubs_are_those_of_the_runtime() -> None:
    assert checked("mypy.stubtest", "certlife") == ""


@stubtest
def test_stubtest_would_see_a_member_that_is_missing(tmp_path: pathlib.Path) -> None:
    copied = tmp_path / "certlife"
    shutil.copytree(INSTALLED, copied)
    enums = copied / "_enums.pyi"
    enums.write_text(enums.read_text().replace("    RENEW_LATER = 7\n", ""))
    told = checked("mypy.stubtest", "certlife._enums", PYTHONPATH=str(tmp_path), MYPYPATH=str(tmp_path))
    assert "RENEW_LATER is not present in stub" in told


@pytest.mark.parametrize("name", stubs.STUBS)
def test_the_stubs_are_those_of_today(name: str) -> None:
    written = (HERE / "src/certlife" / name).read_text(encoding="utf-8")
    assert written == stubs.STUBS[name](), f"write it anew: python {stubs.__file__} {HERE / 'src/certlife'}"
