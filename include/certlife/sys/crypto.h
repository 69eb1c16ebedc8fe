/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/sys/crypto.h – hashes, random numbers and signatures, and how to bring your own
 *
 *     certlife_crypto *crypto = NULL;
 *     certlife_error *err = NULL;
 *     if (certlife_crypto_new_mbedtls(&crypto, &err) < 0)
 *         fprintf(stderr, "%s\n", certlife_error_message(err));
 *     ...
 *     certlife_crypto_free(crypto);
 *
 * Primitives only. What is signed is written by the library, the same bytes whichever crypto signs them, so a class for a
 * hardware module is a few small functions. All calls may come from many threads at once. After fork() a
 * child makes its own, and a new issuer on it, for its random numbers would be its parent's: opening an issuer or an
 * institution with an inherited one answers CERTLIFE_E_FORKED. It may be freed there.
 *
 * This header is for people who extend the library; it may grow between minor versions.
 */
#ifndef CERTLIFE_SYS_CRYPTO_H
#define CERTLIFE_SYS_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#include <certlife/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Signature algorithms: RSA is PKCS #1 v1.5 (RFC 8017), ECDSA signatures are DER (RFC 3279). */
typedef int32_t certlife_signature;
enum {
    CERTLIFE_SIGNATURE_RSA_SHA256 = 1,
    CERTLIFE_SIGNATURE_RSA_SHA384 = 2,
    CERTLIFE_SIGNATURE_RSA_SHA512 = 3,
    CERTLIFE_SIGNATURE_ECDSA_SHA256 = 4,
    CERTLIFE_SIGNATURE_ECDSA_SHA384 = 5,
    CERTLIFE_SIGNATURE_ECDSA_SHA512 = 6,
};

/* Answers of `verify` and `key_sound`; failures are negative. */
enum {
    CERTLIFE_CRYPTO_GOOD = 0,
    CERTLIFE_CRYPTO_BAD = 1,
};

#define CERTLIFE_CRYPTO_HASH_LEN 32       /* SHA-256 */
#define CERTLIFE_CRYPTO_SIGNATURE_MAX 512 /* RSA 4096 */
#define CERTLIFE_CRYPTO_SPKI_MAX 600      /* SubjectPublicKeyInfo of RSA 4096 */

typedef struct certlife_crypto_class {
    size_t size;      /* sizeof(certlife_crypto_class) */
    const char *name; /* must: for messages, e.g. "mbedtls" */

    /* All slots but `free` must be there; each answers 0 or a negative CERTLIFE_E_ code. */
    int (*sha256)(void *self, const uint8_t *data, size_t len, uint8_t out[32], certlife_error **err);
    int (*random)(void *self, uint8_t *out, size_t len, certlife_error **err);

    /* Opens a private key from its PEM or DER text (PKCS #8, SEC1 or PKCS #1, not encrypted). The key object is yours. */
    int (*key_open)(void *self, const uint8_t *text, size_t len, void **key_out, certlife_error **err);
    /* Makes a new private key: `bits` 256 or 384 for ECDSA (P-256, P-384), 2048 to 4096 for RSA. */
    int (*key_generate)(void *self, int32_t bits, void **key_out, certlife_error **err);
    /* The private key as unencrypted PEM, ending with NUL. */
    int (*key_write)(void *self, void *key, char *out, size_t room, certlife_error **err);
    /* The public key as DER SubjectPublicKeyInfo (RFC 5280). `*len_in_out`: room in, length out. */
    int (*key_public)(void *self, void *key, uint8_t *out, size_t *len_in_out, certlife_error **err);
    /* Signs the message (hashing it with the algorithm's hash). `*len_in_out`: room in, length out. */
    int (*sign)(void *self, void *key, certlife_signature algorithm, const uint8_t *message, size_t len, uint8_t *out,
                size_t *len_in_out, certlife_error **err);
    void (*key_close)(void *self, void *key);

    /* Is the signature good under this public key? CERTLIFE_CRYPTO_GOOD or CERTLIFE_CRYPTO_BAD; a key or signature that
     * cannot be read is BAD. */
    int (*verify)(void *self, const uint8_t *spki, size_t spki_len, certlife_signature algorithm,
                  const uint8_t *message, size_t len, const uint8_t *signature, size_t signature_len,
                  certlife_error **err);
    /* Is the public key itself sound: a point on its curve; a modulus that is odd, without small factors, not of close
     * primes, without the ROCA pattern? CERTLIFE_CRYPTO_GOOD or CERTLIFE_CRYPTO_BAD. */
    int (*key_sound)(void *self, const uint8_t *spki, size_t spki_len, certlife_error **err);
    /* may: called once by certlife_crypto_free */
    void (*free)(void *self);
} certlife_crypto_class;

typedef struct certlife_crypto certlife_crypto;

/* Makes a crypto object of a class and its own data; the class is borrowed until certlife_crypto_free. A missing slot is
 * CERTLIFE_E_INVALID, and named. On failure `self` stays yours. */
CERTLIFE_API int certlife_crypto_new(const certlife_crypto_class *klass, void *self, certlife_crypto **out,
                                     certlife_error **err);

/* mbedTLS 2.28 or 3.6, with its own seeded random generator. */
CERTLIFE_API int certlife_crypto_new_mbedtls(certlife_crypto **out, certlife_error **err);

/* NULL does nothing. No issuer or institution may be using it any more. */
CERTLIFE_API void certlife_crypto_free(certlife_crypto *crypto);

#ifdef __cplusplus
}
#endif

#endif
