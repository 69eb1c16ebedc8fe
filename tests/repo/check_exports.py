# SPDX-License-Identifier: Apache-2.0
"""Exported symbols = lib/certlife.map = declared in an installed header, with documentation = named in NEWS.md."""
import re
import subprocess
import sys

from common import ROOT, header_text, installed_headers, main, replaces, writes


def exported(build):
    """What the shared library offers, whoever wrote it: symbols of mbedTLS or LMDB would be seen here."""
    command = ['nm', '--dynamic', '--defined-only', '--format=posix', str(build / 'lib/libcertlife.so')]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    names = {line.split()[0].split('@')[0] for line in lines}
    return {name for name in names if not name.startswith('CERTLIFE_')}  # the version nodes themselves


def mapped(root):
    text = re.sub(r'/\*.*?\*/|#[^\n]*', '', (root / 'lib/certlife.map').read_text(), flags=re.S)
    lists = re.findall(r'global:(.*?)(?:local:|\})', text, re.S)
    return {entry for part in lists for entry in re.findall(r'[^\s;]+', part)}


def declared(root):
    """symbol -> (header, documented): a comment stands right above it, or above the declarations right above it"""
    found = {}
    for header in installed_headers(root):
        for paragraph in re.split(r'\n\s*\n', header_text(root, header)):
            paragraph = re.sub(r'#[^\n]*(\\\n[^\n]*)*', '', paragraph).strip()
            code = re.sub(r'/\*.*?\*/', '', paragraph, flags=re.S)
            for symbol in re.findall(r'CERTLIFE_API[^;]*?\b(\w+)\(', code):
                found[symbol] = (header, '/*' in paragraph.split('CERTLIFE_API')[0])
    return found


def check(root, build):
    symbols, declarations, entries = exported(build), declared(root), mapped(root)
    news = set(re.findall(r'\w+', (root / 'NEWS.md').read_text()))
    for symbol in sorted(symbols - declarations.keys()):
        yield f'{symbol}: exported, but no installed header declares it'
    for symbol in sorted(declarations.keys() - symbols):
        yield f'{declarations[symbol][0]}: {symbol}: declared, but not exported'
    for symbol in sorted(symbols - entries):
        yield f'{symbol}: exported, but lib/certlife.map does not name it'
    for entry in sorted(entries - symbols):
        yield f'lib/certlife.map: {entry}: not exported' + (' (name each symbol)' if '*' in entry else '')
    for symbol, (header, documented) in sorted(declarations.items()):
        if not documented:
            yield f'{header}: {symbol}: has no documentation'
        if symbol not in news:
            yield f'NEWS.md: does not name {symbol}'


VERSION = r'/\*[^/]*\*/\nCERTLIFE_API const char \*certlife_version\(void\);\nCERTLIFE_API'

FAULTS = [
    ('a symbol without documentation', replaces('include/certlife/version.h.in', VERSION,
     'CERTLIFE_API const char *certlife_version(void);\nCERTLIFE_API'), 'certlife_version: has no documentation'),
    ('a symbol without declaration', replaces('include/certlife/version.h.in', r'certlife_version\(void\)', 'x(void)'),
     'certlife_version: exported, but no installed header'),
    ('a declaration of nothing', writes('include/certlife/planted.h', '/* x */\nCERTLIFE_API int certlife_x(void);\n'),
     'certlife_x: declared, but not exported'),
    ('a symbol that NEWS.md forgets', replaces('NEWS.md', r'\bcertlife_version\b', 'x'), 'not name certlife_version'),
    ('a symbol that the map forgets', replaces('lib/certlife.map', r'\bcertlife_version;', ''),
     'lib/certlife.map does not name it'),
    ('a map that names too much', replaces('lib/certlife.map', r'global:', 'global: certlife_x;'),
     'certlife_x: not exported'),
]

if __name__ == '__main__':
    if '--list' in sys.argv:  # for lib/certlife.map and NEWS.md
        print('\n'.join(sorted(declared(ROOT))))
    else:
        main(check, FAULTS)
