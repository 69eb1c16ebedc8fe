# SPDX-License-Identifier: Apache-2.0
"""The ABI of libcertlife.so against its baseline. Any answer of abidiff but 0 is a failure: an added parameter gives 4.

    check_abi.py BUILD             compare
    check_abi.py --update BUILD    write the baseline anew
    check_abi.py --plant           show on small libraries that a change is seen

What abidw writes differs between its versions, compilers and machines, so the baseline is that of Debian 12 on amd64;
elsewhere the comparison is skipped (exit 77), and says so.
"""
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
BASELINE = HERE / 'libcertlife.abi'
HEADERS = HERE.parents[1] / 'include'
# Nothing of the machine that wrote it. Not --no-show-locs: without the header's name every type would count as private.
PORTABLE = ['--no-corpus-path', '--no-comp-dir-path', '--short-locs', '--no-elf-needed']


def write(library, headers, baseline):
    # Types that no header declares are opaque to callers and may change.
    command = ['abidw', '--headers-dir', headers, '--drop-private-types', *PORTABLE, '--out-file', baseline, library]
    subprocess.run(command, check=True)


def differs(library, headers, baseline):
    """abidiff's answer, 0 if there is no difference; prints what differs."""
    # No --headers-dir1: the baseline holds no private types, and abidiff 2.2 aborts over it.
    command = ['abidiff', '--harmless', '--headers-dir2', headers, '--drop-private-types', baseline, library]
    return subprocess.run(command).returncode


def unfit():
    """Why no comparison with the baseline is possible here, or None."""
    try:
        system = platform.freedesktop_os_release()
    except OSError:
        system = {}
    if (system.get('ID'), system.get('VERSION_ID'), platform.machine()) != ('debian', '12', 'x86_64'):
        return 'the baseline is that of Debian 12 on amd64'
    return None


HEADER = '''
struct options { unsigned long size; int days; };
typedef struct thing thing;
int thing_open(const struct options *options, thing **out);
void thing_close(thing *it);
'''
SOURCE = '''
#include "thing.h"
struct thing { int secret; };
int thing_open(const struct options *options, thing **out) { (void)options; (void)out; return 0; }
void thing_close(thing *it) { (void)it; }
'''
CHANGES = [
    ('nothing', 'int secret', 'int secret', 0),
    ('what is opaque', 'int secret;', 'int secret; int more;', 0),
    ('a parameter added', 'thing **out)', 'thing **out, int flags)', 4),
    ('a parameter of another type', 'thing_close(thing *it)', 'thing_close(const struct options *it)', 4),
    ('a symbol removed', 'void thing_close', 'static inline void thing_close', 12),
    ('a symbol added', 'void thing_close(thing *it)', 'void thing_x(void) EMPTY\nvoid thing_close(thing *it)', 4),
    ('an open struct grown', 'int days;', 'int days; int hours;', 4),
]


def make_library(folder, old, new):
    """Writes the header and the source into a new folder, with one text replaced in both, and compiles them."""
    folder.mkdir()
    (folder / 'thing.h').write_text(HEADER.replace(old, new).replace('EMPTY', ';'))
    (folder / 'thing.c').write_text(SOURCE.replace(old, new).replace('EMPTY', '{ }'))
    library = folder / 'libthing.so'
    subprocess.run(['cc', '-w', '-g', '-shared', '-fPIC', '-o', library, folder / 'thing.c'], check=True)
    return library


def plant():
    status = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(make_library(folder / 'old', '', ''), folder / 'old', folder / 'old.abi')
        for number, (what, old, new, expected) in enumerate(CHANGES):
            library = make_library(folder / str(number), old, new)
            answer = differs(library, folder / str(number), folder / 'old.abi')
            print(f'{what}: abidiff answers {answer}')
            if answer != expected:
                print(f'  but {expected} was expected')
                status = 1
    return status


def main():
    if sys.argv[1:] == ['--plant']:
        return plant()
    library = Path(sys.argv[-1]) / 'lib/libcertlife.so'
    why = unfit()
    if why:
        print(f'skipped: {why}')
        return 77
    if '--update' in sys.argv:
        write(library, HEADERS, BASELINE)
        return 0
    return differs(library, HEADERS, BASELINE)


if __name__ == '__main__':
    sys.exit(main())
