/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the mbedTLS crypto share: where 2.28 and 3.6 differ, and the test of a modulus. */
#ifndef CERTLIFE_BACKENDS_MBEDTLS_H
#define CERTLIFE_BACKENDS_MBEDTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/ecdsa.h>
#include <mbedtls/pk.h>

/* A source of random octets, as mbedTLS calls it. */
struct random_source {
    int (*draw)(void *self, unsigned char *out, size_t len);
    void *self;
};

/* mbedtls_2_28.c and mbedtls_3_6.c: the build picks one. `out` has MBEDTLS_PK_SIGNATURE_MAX_SIZE octets of room. */
int certlife__mbedtls_parse_key(mbedtls_pk_context *pk, const uint8_t *text, size_t len, struct random_source random);
int certlife__mbedtls_sign_rsa(mbedtls_pk_context *pk, mbedtls_md_type_t md, const uint8_t *hash, size_t hash_len,
                               uint8_t *out, size_t *len_out, struct random_source random);
int certlife__mbedtls_sign_ecdsa(mbedtls_ecdsa_context *key, mbedtls_md_type_t md, const uint8_t *hash, size_t hash_len,
                                 uint8_t *out, size_t *len_out, struct random_source random);

/* Is the modulus odd, without factors below 2000, not of two close primes, without the ROCA pattern? 0 or an mbedTLS code. */
int certlife__mbedtls_modulus_sound(const mbedtls_mpi *modulus, bool *sound_out);

#endif
