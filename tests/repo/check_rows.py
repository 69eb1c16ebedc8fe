# SPDX-License-Identifier: Apache-2.0
"""Every row of the specification in scope has a test named after it, and no other row is named anywhere."""
import re

from common import main, name, replaces, sources, writes

ROW = re.compile(r'R-[A-Z]{3}-\d+')
TEST = re.compile(r'\btest_r_([a-z]{3})_(\d+)_\w+')


def rows(root):
    """id -> scope ('now' or 'later')"""
    lines = (root / 'tests/repo/rows.txt').read_text().splitlines()
    return {line.split()[0]: line.split()[1] for line in lines if line.startswith('R-')}


def tests(root):
    """(file, function, row, how often it is named): a test that is named once is defined and never run"""
    for path in sources(root, 'tests', '.c'):
        found = [match for match in TEST.finditer(path.read_text())]
        names = [match[0] for match in found]
        for match in {match[0]: match for match in found}.values():
            yield path, match[0], f'R-{match[1].upper()}-{match[2]}', names.count(match[0])


def unbuilt(root):
    """Test programs that the meson.build beside them does not name"""
    for path in sources(root, 'tests', '.c'):
        if path.name.startswith('test_'):
            build = path.with_name('meson.build')
            words = re.findall(r"'([^']*)'", build.read_text()) if build.exists() else []
            if not {path.stem, path.stem.removeprefix('test_'), path.name} & set(words):
                yield path


def check(root, _build):
    known = rows(root)
    for path in unbuilt(root):
        yield f'{name(path, root)}: no meson.build builds it'
    tested = set()
    for path, function, row, named in tests(root):
        tested.add(row)
        if row not in known:
            yield f'{name(path, root)}: {function}: there is no row {row}'
        if named < 2:
            yield f'{name(path, root)}: {function} is never run'
    for row, scope in known.items():
        if scope == 'now' and row not in tested:
            prefix = row.lower().replace('-', '_')
            yield f'{row}: no test is named after it (test_{prefix}_...)'
    naming = [path for folder in ('lib', 'include', 'examples') for path in sources(root, folder, '.c', '.h', '.in')]
    for path in naming:
        for row in sorted(set(ROW.findall(path.read_text())) - set(known)):
            yield f'{name(path, root)}: there is no row {row}'



FAULTS = [
    ('a row without a test', replaces('tests/repo/rows.txt', r'^R-REN-2 ', 'R-REN-77 now x\nR-REN-2 '),
     'R-REN-77: no test'),
    ('a test that is never run', writes('tests/planted.c', 'static void test_r_ren_2_planted(void **state) {}\n'),
     'test_r_ren_2_planted is never run'),
    ('a test program that is not built', writes('tests/behaviour/test_planted.c', 'int main(void) { return 0; }\n'),
     'no meson.build builds it'),
    ('a test of a row that is not there', writes('tests/planted.c', 'test_r_ren_99_x test_r_ren_99_x'),
     'no row R-REN-99'),
    ('a row that is not there', writes('lib/planted.c', '{"R-OBT-99", 0},\n'), 'no row R-OBT-99'),
]

if __name__ == '__main__':
    main(check, FAULTS)
