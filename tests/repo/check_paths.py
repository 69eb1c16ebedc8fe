# SPDX-License-Identifier: Apache-2.0
"""Nothing in the repository names a path of somebody's machine or a package host; every source names its licence."""
import os
import re

from common import main, name, writes

MACHINE = re.compile(r'(?<![\w.$}])/(?:home|root|work|Users|mnt)/\w+|/tmp/(?![\w.-]*XXXXXX)\w+')
HOST = re.compile(r'https?://[^\s/]*(?:debian|ubuntu|golang|pypi|npmjs|crates)\.\w+')
LICENSED = {'.c', '.h', '.in', '.py', '.build', '.sh'}
SKIPPED = re.compile(r'\.git|build(-.*)?|__pycache__')


def files(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(entry for entry in folders if not SKIPPED.fullmatch(entry))
        yield from (root.__class__(folder, entry) for entry in sorted(names))


def check(root, _build):
    for path in files(root):
        try:
            text = path.read_text()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for pattern, what in ((MACHINE, 'a path of one machine'), (HOST, 'a package host')):
                found = pattern.search(line)
                if found:
                    yield f'{name(path, root)}:{number}: {found[0]}: names {what}'
        if path.suffix in LICENSED and 'SPDX-License-Identifier: Apache-2.0' not in text[:200]:
            yield f'{name(path, root)}: does not begin with its licence'


LICENCE = '/* SPDX-License-Identifier: Apache-2.0 */\n'
FAULTS = [
    ('a home folder', writes('lib/planted.c', LICENCE + '// /ho' + 'me/somebody/ca.key\n'), 'a path of one machine'),
    ('a fixed temporary file', writes('tests/planted.c', LICENCE + 'open("/tm' + 'p/store")\n'),
     'a path of one machine'),
    ('a package host', writes('docs/planted.md', 'https:' + '//deb.debian.org/x\n'), 'a package host'),
    ('a source without licence', writes('lib/planted.c', 'int x;\n'), 'does not begin with its licence'),
]

if __name__ == '__main__':
    main(check, FAULTS)
