# SPDX-License-Identifier: Apache-2.0
"""What the compiled library holds and asks for: rules and x509 are pure, no global state, no constructor, and no
name that could clash with one of the host program."""
import re
import subprocess
from pathlib import Path

from common import main

MEMORY = 'malloc calloc realloc reallocarray free strdup strndup asprintf vasprintf aligned_alloc posix_memalign'
OUTSIDE = '''open openat fopen fdopen read write printf fprintf vprintf vfprintf puts fputs putchar fwrite perror syslog
    time clock_gettime gettimeofday localtime localtime_r gmtime gmtime_r mktime getenv secure_getenv rand random
    getrandom socket abort exit'''
FORBIDDEN = {
    'rules': set((MEMORY + ' ' + OUTSIDE).split()),
    'x509': set((MEMORY + ' ' + OUTSIDE).split()),
}

# Writable data: where it may be. LMDB must never see a file opened twice by one process, so its store keeps a registry.
STATE = ('backends_store_lmdb',)


def symbols(archive):
    """(object file, section, symbol, is it seen by others); a section is listed too, as its own symbol"""
    command = ['objdump', '--section-headers', '--syms', str(archive)]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    member = ''
    for line in listing.splitlines():
        if ':     file format' in line:
            member = Path(line.split(':')[0]).name
        section = re.match(r' +\d+ (\S+) +[0-9a-f]{8,16} ', line)
        symbol = re.match(r'[0-9a-f]{8,16} (.).{6} (\S+)\s+[0-9a-f]{8,16}\s+(?:\.hidden )?(\S+)$', line)
        if section:
            yield member, section[1], section[1], False
        elif symbol:
            yield member, symbol[2], symbol[3], symbol[1] == 'g'


def check_archive(archive):
    for member, section, symbol, shared in symbols(archive):
        floor = member.split('_')[0]
        # Fortified calls are the same calls: __fprintf_chk.
        plain = re.sub(r'^__(\w+)_chk$', r'\1', symbol)
        if shared and not symbol.startswith('certlife_'):
            yield f'{member}: {symbol} is neither static nor begins with certlife_'
        if section == '*UND*' and plain in FORBIDDEN.get(floor, ()):
            yield f'{member}: {floor} is pure and does not call {plain}'
        writable = re.match(r'\.(data(?!\.rel\.ro)|bss|tdata|tbss)', section) and section != symbol
        if writable and not member.startswith(STATE):
            yield f'{member}: {symbol} is global state'
        if re.match(r'\.(init_array|ctors|fini_array|dtors)', section):
            yield f'{member}: has a constructor or destructor'


def check(_root, build):
    yield from check_archive(build / 'lib/libcertlife.a')


def unseen(folder):
    """Compiles small faults and yields those that check_archive does not see."""
    faults = [
        ('rules_planted.c', '#include <stdlib.h>\nvoid *x(void) { return malloc(3); }', 'does not call malloc'),
        ('rules_planted.c', '#include <time.h>\nlong x(void) { return time(NULL); }', 'does not call time'),
        ('x509_planted.c', '#include <stdio.h>\nint x(const char *f) { return printf("%s", f); }', 'does not call'),
        ('acts_planted.c', 'int x(void) { static int calls; return ++calls; }', 'is global state'),
        ('acts_planted.c', 'int x = 3;', 'x is global state'),
        ('acts_planted.c', 'int x(void) { return 3; }', 'x is neither static'),
        ('acts_planted.c', 'int y(void); __attribute__((constructor)) static void x(void) { y(); }', 'constructor'),
    ]
    for file, code, expected in faults:
        archive, member = folder / 'libplanted.a', folder / (file + '.o')
        archive.unlink(missing_ok=True)
        subprocess.run(['cc', '-O1', '-x', 'c', '-c', '-o', str(member), '-'], input=code, text=True, check=True)
        subprocess.run(['ar', 'rc', str(archive), str(member)], check=True)
        if not any(expected in complaint for complaint in check_archive(archive)):
            yield f'planted and not seen: {code}'


if __name__ == '__main__':
    main(check, unseen)
