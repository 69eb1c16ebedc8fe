/* SPDX-License-Identifier: Apache-2.0 */
/* Typed calls over a crypto class. */
#ifndef CERTLIFE_PORTS_CRYPTO_H
#define CERTLIFE_PORTS_CRYPTO_H

#include <certlife/sys/crypto.h>

#include "base/bytes.h"

/* A private key together with the crypto that holds it. */
struct signing_key {
    certlife_crypto *crypto;
    void *inner;
};

/* CERTLIFE_E_FORKED in a child of the process that made it. Opening or making a key and drawing random numbers check it
 * themselves; what is made of those in the same process needs no further check. */
int certlife__crypto_check(const certlife_crypto *crypto, certlife_error **err);
int certlife__crypto_sha256(certlife_crypto *crypto, struct bytes data, uint8_t out[32], certlife_error **err);
int certlife__crypto_random(certlife_crypto *crypto, uint8_t *out, size_t len, certlife_error **err);
int certlife__crypto_key_open(certlife_crypto *crypto, struct bytes text, struct signing_key *out,
                              certlife_error **err);
int certlife__crypto_key_generate(certlife_crypto *crypto, int32_t bits, struct signing_key *out, certlife_error **err);
int certlife__crypto_key_write(const struct signing_key *key, char *out, size_t room, certlife_error **err);
int certlife__crypto_key_public(const struct signing_key *key, uint8_t *out, size_t *len_in_out, certlife_error **err);
int certlife__crypto_sign(const struct signing_key *key, certlife_signature algorithm, struct bytes message,
                          uint8_t *out, size_t *len_in_out, certlife_error **err);
void certlife__crypto_key_close(struct signing_key *key);
/* CERTLIFE_CRYPTO_GOOD, CERTLIFE_CRYPTO_BAD or a failure. */
int certlife__crypto_verify(certlife_crypto *crypto, struct bytes spki, certlife_signature algorithm,
                            struct bytes message, struct bytes signature, certlife_error **err);
int certlife__crypto_key_sound(certlife_crypto *crypto, struct bytes spki, certlife_error **err);

#endif
