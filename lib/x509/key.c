/* SPDX-License-Identifier: Apache-2.0 */
#include "x509/key.h"

#include "x509/der.h"

/* Algorithms are told by their whole AlgorithmIdentifier, so the parameters are right or the algorithm is another one. */
#define PKCS1 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01
#define X9_62 0x2a, 0x86, 0x48, 0xce, 0x3d
#define IDENTIFIER(...)                                                                                                \
    {                                                                                                                  \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                                         \
    }

static const struct {
    enum key_kind kind;
    int32_t bits; /* 0: of the modulus */
    struct bytes identifier;
} key_algorithms[] = {
    /* rsaEncryption, NULL */
    {KEY_RSA, 0, IDENTIFIER(0x30, 0x0d, 0x06, 0x09, PKCS1, 0x01, 0x05, 0x00)},
    /* id-ecPublicKey, secp256r1 */
    {KEY_P256, 256, IDENTIFIER(0x30, 0x13, 0x06, 0x07, X9_62, 0x02, 0x01, 0x06, 0x08, X9_62, 0x03, 0x01, 0x07)},
    /* id-ecPublicKey, secp384r1 */
    {KEY_P384, 384, IDENTIFIER(0x30, 0x10, 0x06, 0x07, X9_62, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22)},
};

static const struct {
    certlife_signature algorithm;
    struct bytes identifier;
} signatures[] = {
    {CERTLIFE_SIGNATURE_RSA_SHA256, IDENTIFIER(0x30, 0x0d, 0x06, 0x09, PKCS1, 0x0b, 0x05, 0x00)},
    {CERTLIFE_SIGNATURE_RSA_SHA384, IDENTIFIER(0x30, 0x0d, 0x06, 0x09, PKCS1, 0x0c, 0x05, 0x00)},
    {CERTLIFE_SIGNATURE_RSA_SHA512, IDENTIFIER(0x30, 0x0d, 0x06, 0x09, PKCS1, 0x0d, 0x05, 0x00)},
    {CERTLIFE_SIGNATURE_ECDSA_SHA256, IDENTIFIER(0x30, 0x0a, 0x06, 0x08, X9_62, 0x04, 0x03, 0x02)},
    {CERTLIFE_SIGNATURE_ECDSA_SHA384, IDENTIFIER(0x30, 0x0a, 0x06, 0x08, X9_62, 0x04, 0x03, 0x03)},
    {CERTLIFE_SIGNATURE_ECDSA_SHA512, IDENTIFIER(0x30, 0x0a, 0x06, 0x08, X9_62, 0x04, 0x03, 0x04)},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool take_positive(struct bytes *rest, struct bytes *out)
{
    struct bytes number;
    if (!certlife__der_take(rest, DER_INTEGER, &number) || !certlife__der_is_integer(number) || number.data[0] >= 0x80)
        return false;
    if (number.data[0] == 0)
        number = bytes_of(number.data + 1, number.len - 1);
    *out = number;
    return number.len > 0;
}

static int32_t bits_of(struct bytes number)
{
    int32_t bits = (int32_t)(number.len - 1) * 8;
    for (uint8_t first = number.data[0]; first != 0; first >>= 1)
        bits++;
    return bits;
}

/* RSAPublicKey (RFC 8017, A.1.1) */
static bool read_rsa(struct bytes der, struct public_key *key)
{
    struct bytes numbers, exponent;
    if (!certlife__der_only(der, DER_SEQUENCE, &numbers) || !take_positive(&numbers, &key->modulus) ||
        !take_positive(&numbers, &exponent) || numbers.len != 0)
        return false;
    key->bits = bits_of(key->modulus);
    if (exponent.len <= sizeof key->exponent) {
        for (size_t i = 0; i < exponent.len; i++)
            key->exponent = key->exponent << 8 | exponent.data[i];
    }
    return true;
}

bool certlife__key_read(struct bytes spki, struct public_key *out)
{
    struct public_key key = {.kind = KEY_OTHER, .spki = spki};
    struct bytes rest, identifier;
    if (certlife__der_check(spki) != NULL || !certlife__der_only(spki, DER_SEQUENCE, &rest) ||
        !certlife__der_take_whole(&rest, DER_SEQUENCE, &identifier) ||
        !certlife__der_take_octets(&rest, &key.bit_string) || rest.len != 0)
        return false;
    for (size_t i = 0; i < COUNT(key_algorithms); i++) {
        if (bytes_equal(identifier, key_algorithms[i].identifier)) {
            key.kind = key_algorithms[i].kind;
            key.bits = key_algorithms[i].bits;
        }
    }
    if (key.kind == KEY_RSA && !read_rsa(key.bit_string, &key))
        return false;
    *out = key;
    return true;
}

static bool is_uncompressed(struct bytes point, size_t coordinate)
{
    return point.len == 1 + 2 * coordinate && point.data[0] == 0x04;
}

bool certlife__key_supported(const struct public_key *key)
{
    switch (key->kind) {
    case KEY_OTHER:
        return false;
    case KEY_RSA:
        return key->bits >= 2048 && key->bits <= 4096 && key->exponent == 65537;
    case KEY_P256:
        return is_uncompressed(key->bit_string, 32);
    case KEY_P384:
        return is_uncompressed(key->bit_string, 48);
    }
    return false;
}

certlife_signature certlife__key_signature(const struct public_key *key)
{
    switch (key->kind) {
    case KEY_OTHER:
        return 0;
    case KEY_RSA:
        return CERTLIFE_SIGNATURE_RSA_SHA256;
    case KEY_P256:
        return CERTLIFE_SIGNATURE_ECDSA_SHA256;
    case KEY_P384:
        return CERTLIFE_SIGNATURE_ECDSA_SHA384;
    }
    return 0;
}

struct bytes certlife__signature_identifier(certlife_signature algorithm)
{
    for (size_t i = 0; i < COUNT(signatures); i++) {
        if (signatures[i].algorithm == algorithm)
            return signatures[i].identifier;
    }
    return (struct bytes){NULL, 0};
}

certlife_signature certlife__signature_of(struct bytes identifier)
{
    for (size_t i = 0; i < COUNT(signatures); i++) {
        if (bytes_equal(identifier, signatures[i].identifier))
            return signatures[i].algorithm;
    }
    return 0;
}
