# SPDX-License-Identifier: Apache-2.0
"""Each installed header compiles alone, as C99 and as C++, names no other library, and is installed."""
import os
import re
import shutil
import subprocess

from common import header_text, include_flags, installed_headers, main, replaces, writes

LANGUAGES = {
    'C99': [os.environ.get('CC', 'cc'), '-std=c99', '-x', 'c'],
    'C++': [os.environ.get('CXX', 'c++'), '-std=c++11', '-x', 'c++'],
}
STRICT = ['-Wall', '-Wextra', '-pedantic', '-Werror', '-fsyntax-only']
FOREIGN = re.compile(r'#\s*include\s*[<"](mbedtls|psa|lmdb|openssl|gnutls|libpq)[/.]')


def compile_alone(header, language, root, build):
    """The compiler's first error, or None."""
    program = f'#include <{header}>\n#include <{header}>\n'
    command = LANGUAGES[language] + STRICT + include_flags(root, build) + ['-']
    done = subprocess.run(command, input=program, capture_output=True, text=True)
    errors = [line for line in done.stderr.splitlines() if 'error' in line]
    return (errors or ['the compiler failed'])[0] if done.returncode else None


def check(root, build):
    installed = ''.join(path.read_text() for path in (root / 'include').rglob('meson.build'))
    umbrella = header_text(root, 'certlife.h')
    for header in installed_headers(root):
        for language, command in LANGUAGES.items():
            if shutil.which(command[0]) is None:
                yield f'{header}: not compiled as {language}: there is no {command[0]}'
                continue
            error = compile_alone(header, language, root, build)
            if error:
                yield f'{header}: not {language} by itself: {error}'
        if FOREIGN.search(header_text(root, header)):
            yield f'{header}: includes a header of another library'
        if header.removeprefix('certlife/') not in installed.replace('.h.in', '.h'):
            yield f'{header}: is not installed'
        if re.fullmatch(r'certlife/\w+\.h', header) and f'<{header}>' not in umbrella:
            yield f'{header}: certlife.h does not include it'


FAULTS = [
    ('a header that needs another one first', writes('include/certlife/planted.h', 'int32_t x(void);\n'), 'not C99'),
    ('a header that is no C++', writes('include/certlife/planted.h', 'int *certlife_x(int class);\n'), 'not C++'),
    ('a header in GNU C', writes('include/certlife/planted.h', 'struct x {};\n'), 'not C99'),
    ('a header without a guard', writes('include/certlife/planted.h', 'struct x { int y; };\n'), 'not C99'),
    ('a header of mbedTLS', replaces('include/certlife/error.h', '#include <stdint.h>', '#include <mbedtls/pk.h>'),
     'another library'),
    ('a header that is not installed', writes('include/certlife/planted.h', ''), 'is not installed'),
    ('a header that certlife.h forgets', writes('include/certlife/planted.h', ''), 'certlife.h does not include it'),
]

if __name__ == '__main__':
    main(check, FAULTS)
