# SPDX-License-Identifier: Apache-2.0
"""What the checks of this repository share.

A check is a function `check(root, build)` that yields complaints, one line each. It runs on the repository, and, with
`--plant`, on copies of it with one fault each: a check that does not see its faults is itself at fault.

    check_arrows.py BUILD            exit 1 and the complaints, if there are any
    check_arrows.py --plant BUILD    exit 1 if a planted fault is not seen
"""
import re
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_SOURCES = shutil.ignore_patterns('.git', 'build', 'build-*', '__pycache__')


def main(check, faults):
    build = Path(sys.argv[-1]).resolve()
    if '--plant' in sys.argv and callable(faults):
        with tempfile.TemporaryDirectory() as folder:
            complaints = list(faults(Path(folder)))
    elif '--plant' in sys.argv:
        complaints = list(unseen_faults(check, faults, build))
    else:
        complaints = list(check(ROOT, build))
    for complaint in complaints:
        print(complaint)
    sys.exit(1 if complaints else 0)


def unseen_faults(check, faults, build):
    """`faults` holds (what, plant, expected): plant(root) makes the fault, a new complaint must hold `expected`."""
    before = set(check(ROOT, build))
    for what, plant, expected in faults:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / 'planted'
            shutil.copytree(ROOT, root, ignore=NOT_SOURCES)
            plant(root)
            new = [complaint for complaint in check(root, build) if complaint not in before]
            if not any(expected in complaint for complaint in new):
                yield f'planted and not seen: {what} (expected a complaint about {expected!r}, got {new})'
            else:
                print(f'seen: {what}')


def writes(path, text):
    """A fault: a new file."""
    def plant(root):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return plant


def replaces(path, pattern, text):
    """A fault: the first match of a pattern replaced."""
    def plant(root):
        old = (root / path).read_text()
        new, count = re.subn(pattern, text, old, count=1, flags=re.M | re.S)
        if count == 0 or new == old:
            raise SystemExit(f'{path}: nothing matches {pattern!r}, the fault cannot be planted')
        (root / path).write_text(new)
    return plant


def sources(root, folder, *suffixes):
    return sorted(path for path in (root / folder).rglob('*') if path.suffix in suffixes and path.is_file())


def name(path, root):
    return path.relative_to(root).as_posix()


def installed_headers(root):
    """Names as they are included: certlife.h, certlife/error.h, certlife/sys/store.h ..., version.h too."""
    include = root / 'include'
    names = [name(path, include) for path in sources(root, 'include', '.h', '.in')]
    return [header.removesuffix('.in') for header in names]


def header_text(root, header):
    path = root / 'include' / header
    return (path if path.exists() else path.with_name(path.name + '.in')).read_text()


def include_flags(root, build):
    """version.h is made by the build."""
    return ['-I', str(root / 'include'), '-I', str(build / 'include')]
