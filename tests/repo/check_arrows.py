# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: the floors of lib/ and the arrows between them, and nothing else."""
import re

from common import main, name, sources, writes

# A floor (or one file of it, which then has what its floor has, and more) and the floors it may include besides itself.
ARROWS = {
    'api': {'acts', 'rules', 'x509', 'base'},  # rules, x509: words, values and PEM, which are pure
    'acts': {'rules', 'facts', 'x509', 'ports', 'base'},  # ports: store, issuer and crypto are asked there
    'rules': {'base'},
    'facts': {'ports', 'base'},
    'x509': {'base'},
    'ports': {'backends', 'base'},
    'backends': {'base'},
    'backends/issuer_local': {'x509', 'ports'},  # it signs through the crypto port
    'base': set(),
}

# Installed headers: the nouns and acts, those for extenders, and the two that everything may have.
PUBLIC = {
    'api': {'public', 'sys'},
    'acts': {'public', 'sys'},
    'rules': {'public'},
    'facts': {'public', 'sys'},
    'x509': {'sys'},
    'ports': {'sys'},
    'backends': {'sys'},
    'base': set(),
    'base/records': {'public', 'sys'},  # the nouns as plain structs, with the public enums and lengths
}
FOR_ALL = {'certlife/error.h', 'certlife/version.h'}

# Other libraries: the only files that know them. ports/builtin.c names their versions.
FOREIGN = {
    'mbedtls/': ('backends/crypto_mbedtls', 'backends/mbedtls', 'ports/builtin.c'),
    'psa/': ('backends/crypto_mbedtls', 'backends/mbedtls'),
    'lmdb.h': ('backends/store_lmdb', 'ports/builtin.c'),
    'openssl/': (),
    'gnutls/': (),
}


def allowed(table, file):
    return set().union(*(floors for start, floors in table.items() if file.startswith(start)))


def wrong(file, bracket, included):
    """Why lib/`file` may not include `included`, or None."""
    floor = file.split('/')[0]
    if floor not in ARROWS:
        return f'{floor} is not a floor'
    if bracket == '"':
        target = included.split('/')[0]
        if '/' not in included or target not in ARROWS:
            return 'includes inside lib/ name the floor'
        if target != floor and target not in allowed(ARROWS, file):
            return f'there is no arrow from {floor} to {target}'
    elif included.startswith('certlife'):
        kind = 'sys' if included.startswith('certlife/sys/') else 'public'
        if included not in FOR_ALL and kind not in allowed(PUBLIC, file):
            return f'{floor} does not see {kind} headers'
    for start, owners in FOREIGN.items():
        if included.startswith(start) and not file.startswith(owners):
            return f'only {" and ".join(owners) or "nobody"} may include it'
    return None


def check(root, _build):
    lib = root / 'lib'
    for path in sources(root, 'lib', '.c', '.h'):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            why = found and wrong(name(path, lib), *found.groups())
            if why:
                yield f'{name(path, root)}:{number}: {found[2]}: {why}'


FAULTS = [
    ('a rule that sees the store', writes('lib/rules/planted.c', '#include "ports/store.h"\n'), 'from rules to ports'),
    ('facts that decide', writes('lib/facts/planted.c', '#include "rules/permit.h"\n'), 'from facts to rules'),
    ('an arrow upward', writes('lib/base/planted.h', '  #  include "acts/obtain.h"\n'), 'from base to acts'),
    ('a store that reads X.509', writes('lib/backends/store_planted.c', '#include "x509/der.h"\n'), 'backends to x509'),
    ('a rule that sees a port', writes('lib/rules/planted.c', '#include <certlife/sys/store.h>\n'), 'does not see sys'),
    ('an act that knows LMDB', writes('lib/acts/planted.c', '#include <lmdb.h>\n'), 'only backends/store_lmdb'),
    ('OpenSSL', writes('lib/backends/crypto_mbedtls.c', '#include <openssl/evp.h>\n'), 'only nobody may include it'),
    ('an include without a floor', writes('lib/acts/planted.c', '#include "obtain.h"\n'), 'name the floor'),
]

if __name__ == '__main__':
    main(check, FAULTS)
