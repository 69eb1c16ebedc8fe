/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/sys/crypto.h>; the compiler holds it to the header. */

typedef int32_t certlife_signature;
#define CERTLIFE_SIGNATURE_RSA_SHA256 ...
#define CERTLIFE_SIGNATURE_RSA_SHA384 ...
#define CERTLIFE_SIGNATURE_RSA_SHA512 ...
#define CERTLIFE_SIGNATURE_ECDSA_SHA256 ...
#define CERTLIFE_SIGNATURE_ECDSA_SHA384 ...
#define CERTLIFE_SIGNATURE_ECDSA_SHA512 ...
#define CERTLIFE_CRYPTO_GOOD ...
#define CERTLIFE_CRYPTO_BAD ...
#define CERTLIFE_CRYPTO_HASH_LEN ...
#define CERTLIFE_CRYPTO_SIGNATURE_MAX ...
#define CERTLIFE_CRYPTO_SPKI_MAX ...

typedef struct certlife_crypto_class {
    size_t size;
    const char *name;
    int (*sha256)(void *self, const uint8_t *data, size_t len, uint8_t out[32], certlife_error **err);
    int (*random)(void *self, uint8_t *out, size_t len, certlife_error **err);
    int (*key_open)(void *self, const uint8_t *text, size_t len, void **key_out, certlife_error **err);
    int (*key_generate)(void *self, int32_t bits, void **key_out, certlife_error **err);
    int (*key_write)(void *self, void *key, char *out, size_t room, certlife_error **err);
    int (*key_public)(void *self, void *key, uint8_t *out, size_t *len_in_out, certlife_error **err);
    int (*sign)(void *self, void *key, certlife_signature algorithm, const uint8_t *message, size_t len, uint8_t *out,
                size_t *len_in_out, certlife_error **err);
    void (*key_close)(void *self, void *key);
    int (*verify)(void *self, const uint8_t *spki, size_t spki_len, certlife_signature algorithm,
                  const uint8_t *message, size_t len, const uint8_t *signature, size_t signature_len,
                  certlife_error **err);
    int (*key_sound)(void *self, const uint8_t *spki, size_t spki_len, certlife_error **err);
    void (*free)(void *self);
    ...;
} certlife_crypto_class;

typedef struct certlife_crypto certlife_crypto;
int certlife_crypto_new(const certlife_crypto_class *klass, void *self, certlife_crypto **out, certlife_error **err);
int certlife_crypto_new_mbedtls(certlife_crypto **out, certlife_error **err);
void certlife_crypto_free(certlife_crypto *crypto);
