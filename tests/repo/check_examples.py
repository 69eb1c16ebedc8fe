# SPDX-License-Identifier: Apache-2.0
"""The example at the top of each installed header compiles, and README.md shows examples/forty_lines.c as it is.

An example is what the first long comment of a header indents by four spaces and more. A block of such lines is code
if its last line ends in ; or }, else it is a table. Functions that begin with `static` stand outside, the rest goes
into a function; a later block sees the names of an earlier one. A line `...` stands for what the reader adds. Names
that no example declares (institution, err, der ...) come from example_names.h.
"""
import os
import re
import subprocess

from common import header_text, include_flags, installed_headers, main, replaces, writes

COMPILE = [os.environ.get('CC', 'cc'), '-std=gnu11', '-Wall', '-Werror', '-Wno-unused', '-fsyntax-only', '-x', 'c']
HERE = os.path.dirname(os.path.abspath(__file__))


def blocks(text):
    """The code blocks of the first comment of several lines."""
    comment = re.search(r'^/\*\n(.*?)^ \*/', text, re.M | re.S)
    lines = [re.sub(r'^ \*( |$)', '', line) for line in comment[1].splitlines()] if comment else []
    block = []
    for line in lines + ['end']:
        if line.startswith('    ') or (block and not line.strip()):
            block.append(line[4:])
        elif block:
            code = '\n'.join(block).rstrip()
            if code.endswith((';', '}', '...')):
                yield code
            block = []


def program(codes):
    outside, inside = [], []
    for code in codes:
        code = re.sub(r'^\s*\.\.\.$', '', code, flags=re.M)
        outside += re.findall(r'^#include.*$', code, re.M)
        code = re.sub(r'^#include.*$', '', code, flags=re.M)
        function = re.compile(r'^static [^;=]*?\n\{.*?^\}$', re.M | re.S)
        outside += function.findall(code)
        inside.append(function.sub('', code))
    body = '\n{\n'.join(inside) + '\n}' * (len(inside) - 1)
    return '\n'.join(['#include "example_names.h"', *outside, 'int example(void)', '{', body, 'return 0;', '}', ''])


def check(root, build):
    for header in installed_headers(root):
        codes = list(blocks(header_text(root, header)))
        if not codes:
            yield f'{header}: has no example in its first comment'
            continue
        command = COMPILE + include_flags(root, build) + ['-I', HERE, '-']
        done = subprocess.run(command, input=program(codes), capture_output=True, text=True)
        if done.returncode:
            errors = [line for line in done.stderr.splitlines() if 'error' in line]
            yield f'{header}: the example does not compile: {(errors or ["the compiler failed"])[0]}'
    yield from check_readme(root)


def check_readme(root):
    shown = re.search(r'<!-- example -->\s*```c\n(.*?)```', (root / 'README.md').read_text(), re.S)
    program_file = root / 'examples/forty_lines.c'
    if not program_file.exists():
        yield 'examples/forty_lines.c: is not there'
    elif not shown:
        yield 'README.md: <!-- example --> is not followed by the program'
    elif shown[1] not in program_file.read_text():
        yield 'README.md: the program differs from examples/forty_lines.c'


FAULTS = [
    ('an example that calls what is not there', writes('include/certlife/planted.h',
     '/*\n * planted\n *\n *     certlife_no_such_call();\n */\n'), 'planted.h: the example does not compile'),
    ('an example with a wrong argument', writes('include/certlife/planted.h',
     '/*\n * planted\n *\n *     certlife_error_free("text");\n */\n'), 'planted.h: the example does not compile'),
    ('a table only', writes('include/certlife/planted.h', '/*\n * planted\n *\n *     A  b\n */\n'), 'has no example'),
    ('a program that moved on', replaces('README.md', r'<!-- example -->\n```c\n', '<!-- example -->\n```c\nold\n'),
     'differs from examples/forty_lines.c'),
]

if __name__ == '__main__':
    main(check, FAULTS)
