/* SPDX-License-Identifier: Apache-2.0 */
/* SubjectPublicKeyInfo (RFC 5280, 4.1.2.7; RFC 3279; RFC 5480): the five kinds of key that this library certifies. */
#ifndef CERTLIFE_X509_KEY_H
#define CERTLIFE_X509_KEY_H

#include <certlife/sys/crypto.h>

#include "base/bytes.h"

enum key_kind { KEY_OTHER, KEY_RSA, KEY_P256, KEY_P384 };

struct public_key {
    enum key_kind kind;      /* KEY_OTHER: well-formed, of an algorithm or curve we do not know */
    int32_t bits;            /* of the modulus or the curve; 0 for KEY_OTHER */
    struct bytes spki;       /* all of it */
    struct bytes bit_string; /* the key bits, without the unused-bits octet: what the key identifier hashes */
    struct bytes modulus;    /* RSA: big-endian, no leading zero */
    uint64_t exponent;       /* RSA: 0 if it does not fit */
};

/* True if the bytes are exactly one well-formed SubjectPublicKeyInfo. */
bool certlife__key_read(struct bytes spki, struct public_key *out);

/* Is it one of: ECDSA P-256 (uncompressed point), P-384, RSA 2048 to 4096 bits with exponent 65537? */
bool certlife__key_supported(const struct public_key *key);

/* The algorithm this kind of key signs certificates with: ECDSA-SHA256, ECDSA-SHA384 for P-384, RSA-SHA256. */
certlife_signature certlife__key_signature(const struct public_key *key);

/* The DER AlgorithmIdentifier of a signature algorithm; and back: 0 if it is none of ours. */
struct bytes certlife__signature_identifier(certlife_signature algorithm);
certlife_signature certlife__signature_of(struct bytes identifier);

#endif
