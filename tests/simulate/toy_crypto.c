/* SPDX-License-Identifier: Apache-2.0 */
#include "toy_crypto.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ports/crypto.h" /* the library's SHA-256; nothing else here looks into lib */
#include "prng.h"

#define POINT_LEN 64
#define SPKI_LEN (sizeof spki_head + POINT_LEN)
#define SIGNATURE_LEN 8

/* SubjectPublicKeyInfo of a P-256 key, as far as its uncompressed point. */
static const uint8_t spki_head[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
                                    0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};

struct toy {
    struct prng prng;
    certlife_crypto *real;
};

struct key {
    uint64_t number;
};

static void put_number(uint8_t out[8], uint64_t number)
{
    for (size_t i = 0; i < 8; i++)
        out[i] = (uint8_t)(number >> (56 - 8 * i));
}

static void write_spki(uint8_t *out, uint64_t key)
{
    memcpy(out, spki_head, sizeof spki_head);
    for (uint64_t i = 0; i < POINT_LEN / 8; i++)
        put_number(out + sizeof spki_head + 8 * i, stirred(key + (i << 60)));
}

/* The signature is a number made of the public key and the message. */
static void write_signature(const uint8_t *spki, const uint8_t *message, size_t len, uint8_t out[SIGNATURE_LEN])
{
    uint64_t number = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < SPKI_LEN; i++)
        number = (number ^ spki[i]) * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < len; i++)
        number = (number ^ message[i]) * UINT64_C(0x100000001b3);
    put_number(out, stirred(number));
}

/* ---- the class ---- */

static int sha256(void *self, const uint8_t *data, size_t len, uint8_t out[32], certlife_error **err)
{
    return certlife__crypto_sha256(((struct toy *)self)->real, bytes_of(data, len), out, err);
}

static int draw(void *self, uint8_t *out, size_t len, certlife_error **err)
{
    (void)err;
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)prng_next(&((struct toy *)self)->prng);
    return 0;
}

static int make_key(uint64_t number, void **key_out)
{
    struct key *key = malloc(sizeof *key);
    if (key == NULL)
        return CERTLIFE_E_MEMORY;
    key->number = number;
    *key_out = key;
    return 0;
}

static int key_open(void *self, const uint8_t *text, size_t len, void **key_out, certlife_error **err)
{
    (void)self, (void)err;
    char copy[64] = "";
    uint64_t number = 0;
    memcpy(copy, text, len < sizeof copy ? len : sizeof copy - 1);
    return sscanf(copy, "toy key %" SCNx64, &number) == 1 ? make_key(number, key_out) : CERTLIFE_E_CRYPTO;
}

static int key_generate(void *self, int32_t bits, void **key_out, certlife_error **err)
{
    (void)bits, (void)err;
    return make_key(prng_next(&((struct toy *)self)->prng), key_out);
}

static int key_write(void *self, void *key, char *out, size_t room, certlife_error **err)
{
    (void)self, (void)err;
    snprintf(out, room, "toy key %016" PRIx64, ((struct key *)key)->number);
    return 0;
}

static int key_public(void *self, void *key, uint8_t *out, size_t *len_in_out, certlife_error **err)
{
    (void)self, (void)err;
    write_spki(out, ((struct key *)key)->number);
    *len_in_out = SPKI_LEN;
    return 0;
}

static int sign(void *self, void *key, certlife_signature algorithm, const uint8_t *message, size_t len, uint8_t *out,
                size_t *len_in_out, certlife_error **err)
{
    (void)self, (void)algorithm, (void)err;
    uint8_t spki[SPKI_LEN];
    write_spki(spki, ((struct key *)key)->number);
    write_signature(spki, message, len, out);
    *len_in_out = SIGNATURE_LEN;
    return 0;
}

static void key_close(void *self, void *key)
{
    (void)self;
    free(key);
}

static int verify(void *self, const uint8_t *spki, size_t spki_len, certlife_signature algorithm,
                  const uint8_t *message, size_t len, const uint8_t *signature, size_t signature_len,
                  certlife_error **err)
{
    (void)self, (void)algorithm, (void)err;
    uint8_t expected[SIGNATURE_LEN];
    if (spki_len != SPKI_LEN || signature_len != SIGNATURE_LEN)
        return CERTLIFE_CRYPTO_BAD;
    write_signature(spki, message, len, expected);
    return memcmp(signature, expected, SIGNATURE_LEN) == 0 ? CERTLIFE_CRYPTO_GOOD : CERTLIFE_CRYPTO_BAD;
}

static int key_sound(void *self, const uint8_t *spki, size_t spki_len, certlife_error **err)
{
    (void)self, (void)spki, (void)spki_len, (void)err;
    return CERTLIFE_CRYPTO_GOOD;
}

static void toy_free(void *self)
{
    certlife_crypto_free(((struct toy *)self)->real);
    free(self);
}

static const certlife_crypto_class toy_class = {
    .size = sizeof(certlife_crypto_class),
    .name = "toy",
    .sha256 = sha256,
    .random = draw,
    .key_open = key_open,
    .key_generate = key_generate,
    .key_write = key_write,
    .key_public = key_public,
    .sign = sign,
    .key_close = key_close,
    .verify = verify,
    .key_sound = key_sound,
    .free = toy_free,
};

certlife_crypto *toy_crypto(uint64_t seed)
{
    certlife_crypto *crypto = NULL;
    struct toy *toy = calloc(1, sizeof *toy);
    if (toy == NULL || certlife_crypto_new_mbedtls(&toy->real, NULL) < 0 ||
        certlife_crypto_new(&toy_class, toy, &crypto, NULL) < 0) {
        fprintf(stderr, "simulate: toy crypto cannot be made\n");
        exit(2);
    }
    toy->prng.state = stirred(seed);
    return crypto;
}

/* ---- requests ---- */

/* What stands around the public key and the signature: version 0, an empty subject, no attributes; ecdsa-with-SHA256. */
static const uint8_t request_head[] = {0x30, 0x7b, 0x30, 0x62, 0x02, 0x01, 0x00, 0x30, 0x00};
static const uint8_t request_middle[] = {0xa0, 0x00};
static const uint8_t request_tail[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
                                       0x3d, 0x04, 0x03, 0x02, 0x03, 0x09, 0x00};

size_t toy_request(uint64_t seed, uint64_t key, uint8_t out[TOY_REQUEST_MAX])
{
    uint8_t *at = out;
    memcpy(at, request_head, sizeof request_head);
    at += sizeof request_head;
    const uint8_t *spki = at;
    write_spki(at, stirred(seed) + key);
    at += SPKI_LEN;
    memcpy(at, request_middle, sizeof request_middle);
    at += sizeof request_middle;
    const uint8_t *info = out + 2;
    size_t info_len = (size_t)(at - info);
    memcpy(at, request_tail, sizeof request_tail);
    at += sizeof request_tail;
    write_signature(spki, info, info_len, at);
    return (size_t)(at + SIGNATURE_LEN - out);
}
