# SPDX-License-Identifier: Apache-2.0
"""Installs into an empty folder and builds each example against that, with nothing but pkg-config: shared and static.

    check_install.py BUILD            exit 1 if an example does not build, or the README's program does not run
    check_install.py --plant BUILD    shows that a missing header, library or static library is seen
"""
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRST_STEPS = ROOT / 'examples/first_steps.sh'  # runs the README's program


def call(*command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)


def install(build, folder):
    """Returns the prefix inside `folder`."""
    call('meson', 'install', '-C', build, '--no-rebuild', '--destdir', folder, check=True)
    description = next(folder.rglob('libcertlife.pc'))
    prefix = next(line.split('=')[1] for line in description.read_text().splitlines() if line.startswith('prefix='))
    return folder / prefix.lstrip('/'), description.parent


def flags(prefix, descriptions, *wanted):
    # The prefix is that of the installed system; here it stands in a folder of its own.
    environment = {**os.environ, 'PKG_CONFIG_PATH': str(descriptions)}
    done = call('pkg-config', f'--define-variable=prefix={prefix}', *wanted, 'libcertlife', env=environment)
    if done.returncode:
        raise SystemExit(f'pkg-config {" ".join(wanted)}: {done.stderr}')
    return shlex.split(done.stdout)


def build_examples(prefix, descriptions, folder):
    """Yields complaints."""
    cc = os.environ.get('CC', 'cc')
    ways = {
        'shared': flags(prefix, descriptions, '--cflags', '--libs'),
        'static': ['-static'] + flags(prefix, descriptions, '--static', '--cflags', '--libs'),
    }
    library = next(iter(prefix.rglob('libcertlife.so')), prefix).parent
    for source in sorted((ROOT / 'examples').glob('*.c')):
        for way, options in ways.items():
            program = folder / f'{source.stem}-{way}'
            done = call(cc, '-Wall', '-Werror', '-o', program, source, *options)
            if done.returncode:
                yield f'{source.name}, {way}: does not build: {done.stderr.splitlines()[-1]}'
            elif (way == 'shared') != ('libcertlife.so.1' in call('objdump', '-p', program).stdout):
                yield f'{source.name}, {way}: linked with the wrong library'
    for way in ways:
        programs = [folder / f'{name}-{way}' for name in ('forty_lines', 'login_gate')]
        if all(program.exists() for program in programs):
            ran = call(FIRST_STEPS, *programs, env={**os.environ, 'LD_LIBRARY_PATH': str(library)})
            if ran.returncode:
                yield f'{FIRST_STEPS.name}, {way}: exit {ran.returncode}: {ran.stdout}{ran.stderr}'


def check(build, damage=None):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prefix, descriptions = install(build, folder / 'root')
        if damage:
            for path in list(prefix.rglob(damage)):
                path.unlink()
        return list(build_examples(prefix, descriptions, folder))


def main():
    build = Path(sys.argv[-1])
    if '--plant' not in sys.argv:
        complaints = check(build)
    else:
        complaints = [f'planted and not seen: no {lost}' for lost in ('login.h', 'libcertlife.so*', 'libcertlife.a')
                      if not check(build, lost)]
    print('\n'.join(complaints))
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main())
