/* SPDX-License-Identifier: Apache-2.0 */
#include "backends/mbedtls.h"

int certlife__mbedtls_parse_key(mbedtls_pk_context *pk, const uint8_t *text, size_t len, struct random_source random)
{
    (void)random;
    return mbedtls_pk_parse_key(pk, text, len, NULL, 0);
}

int certlife__mbedtls_sign_rsa(mbedtls_pk_context *pk, mbedtls_md_type_t md, const uint8_t *hash, size_t hash_len,
                               uint8_t *out, size_t *len_out, struct random_source random)
{
    return mbedtls_pk_sign(pk, md, hash, hash_len, out, len_out, random.draw, random.self);
}

int certlife__mbedtls_sign_ecdsa(mbedtls_ecdsa_context *key, mbedtls_md_type_t md, const uint8_t *hash, size_t hash_len,
                                 uint8_t *out, size_t *len_out, struct random_source random)
{
    return mbedtls_ecdsa_write_signature(key, md, hash, hash_len, out, len_out, random.draw, random.self);
}
