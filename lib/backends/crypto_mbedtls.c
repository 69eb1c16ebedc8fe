/* SPDX-License-Identifier: Apache-2.0 */
/* Crypto by mbedTLS (libmbedcrypto), 2.28 or 3.6. */
#include "backends/mbedtls.h"

#include <pthread.h>
#include <stdlib.h>

#include <mbedtls/asn1.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecp.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/md.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/rsa.h>

#include <certlife/sys/crypto.h>

#include "base/bytes.h"
#include "base/error.h"

#define NAME "mbedtls"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HASH_MAX 64
#define RSA_OCTETS_MAX 512
#define KEY_TEXT_MAX 65536

/*
 * Curves are loaded once, because verifying is faster with the table of multiples of the base point that a group collects.
 * `prefix` is how a SubjectPublicKeyInfo with an uncompressed point begins (RFC 5480); the point is the rest.
 */
static const struct curve {
    mbedtls_ecp_group_id id;
    int32_t bits;
    size_t point_len;
    struct bytes prefix;
} curves[] = {
    {MBEDTLS_ECP_DP_SECP256R1,
     256,
     65,
     {(const uint8_t[]){0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
                        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00},
      26}},
    {MBEDTLS_ECP_DP_SECP384R1,
     384,
     97,
     {(const uint8_t[]){0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
                        0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00},
      23}},
};

static const struct algorithm {
    certlife_signature algorithm;
    mbedtls_md_type_t md;
    bool rsa;
} algorithms[] = {
    {CERTLIFE_SIGNATURE_RSA_SHA256, MBEDTLS_MD_SHA256, true},
    {CERTLIFE_SIGNATURE_RSA_SHA384, MBEDTLS_MD_SHA384, true},
    {CERTLIFE_SIGNATURE_RSA_SHA512, MBEDTLS_MD_SHA512, true},
    {CERTLIFE_SIGNATURE_ECDSA_SHA256, MBEDTLS_MD_SHA256, false},
    {CERTLIFE_SIGNATURE_ECDSA_SHA384, MBEDTLS_MD_SHA384, false},
    {CERTLIFE_SIGNATURE_ECDSA_SHA512, MBEDTLS_MD_SHA512, false},
};

struct mbedtls {
    pthread_mutex_t lock; /* of the generator */
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context generator;
    mbedtls_ecp_group groups[COUNT(curves)]; /* only read once the object is made */
};

struct private_key {
    pthread_mutex_t lock; /* RSA: signing renews the blinding values */
    mbedtls_pk_context pk;
    bool rsa;
    mbedtls_ecdsa_context ecdsa; /* ECDSA: only read once the key is made */
};

/* The curve of a SubjectPublicKeyInfo; NULL if it is none of ours. */
static const struct curve *curve_of(struct bytes spki)
{
    for (size_t i = 0; i < COUNT(curves); i++) {
        struct bytes prefix = curves[i].prefix;
        if (spki.len == prefix.len + curves[i].point_len && memcmp(spki.data, prefix.data, prefix.len) == 0)
            return &curves[i];
    }
    return NULL;
}

/* ---- Failures ---- */

/* mbedTLS adds a code of the upper floor to one of the lower. */
static bool is_out_of_memory(int rc)
{
    static const int high[] = {MBEDTLS_ERR_PK_ALLOC_FAILED, MBEDTLS_ERR_ECP_ALLOC_FAILED, MBEDTLS_ERR_MD_ALLOC_FAILED};
    int low = -(-rc & 0x7f);
    if (low == MBEDTLS_ERR_MPI_ALLOC_FAILED || low == MBEDTLS_ERR_ASN1_ALLOC_FAILED)
        return true;
    for (size_t i = 0; i < COUNT(high); i++) {
        if (rc - low == high[i])
            return true;
    }
    return false;
}

static int failed_as(certlife_error **err, int code, int rc, const char *what)
{
    char cause[128] = "";
    mbedtls_strerror(rc, cause, sizeof cause);
    if (is_out_of_memory(rc))
        code = CERTLIFE_E_MEMORY;
    return certlife__fail_backend(err, code, rc, NAME, "crypto mbedtls: %s: %s", what, cause);
}

static int failed(certlife_error **err, int rc, const char *what)
{
    return failed_as(err, CERTLIFE_E_CRYPTO, rc, what);
}

/* ---- Random numbers and hashes ---- */

static int draw(void *self, unsigned char *out, size_t len)
{
    struct mbedtls *mbedtls = self;
    int rc = 0;
    pthread_mutex_lock(&mbedtls->lock);
    for (size_t at = 0; at < len && rc == 0; at += MBEDTLS_CTR_DRBG_MAX_REQUEST) {
        size_t left = len - at;
        rc = mbedtls_ctr_drbg_random(&mbedtls->generator, out + at,
                                     left < MBEDTLS_CTR_DRBG_MAX_REQUEST ? left : MBEDTLS_CTR_DRBG_MAX_REQUEST);
    }
    pthread_mutex_unlock(&mbedtls->lock);
    return rc;
}

static struct random_source random_of(struct mbedtls *mbedtls)
{
    return (struct random_source){draw, mbedtls};
}

static int fill_random(void *self, uint8_t *out, size_t len, certlife_error **err)
{
    int rc = draw(self, out, len);
    return rc == 0 ? 0 : failed(err, rc, "random");
}

static int hash(mbedtls_md_type_t md, const uint8_t *data, size_t len, uint8_t *out, size_t *len_out)
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(md);
    if (info == NULL)
        return MBEDTLS_ERR_MD_FEATURE_UNAVAILABLE;
    *len_out = mbedtls_md_get_size(info);
    return mbedtls_md(info, data, len, out);
}

static int sha256(void *self, const uint8_t *data, size_t len, uint8_t out[32], certlife_error **err)
{
    (void)self;
    size_t hash_len;
    int rc = hash(MBEDTLS_MD_SHA256, data, len, out, &hash_len);
    return rc == 0 ? 0 : failed(err, rc, "sha256");
}

/* ---- Private keys ---- */

static void key_close(void *self, void *key)
{
    (void)self;
    struct private_key *private_key = key;
    if (private_key == NULL)
        return;
    mbedtls_ecdsa_free(&private_key->ecdsa);
    mbedtls_pk_free(&private_key->pk);
    pthread_mutex_destroy(&private_key->lock);
    free(private_key);
}

static struct private_key *key_new(void)
{
    struct private_key *key = calloc(1, sizeof *key);
    if (key == NULL)
        return NULL;
    pthread_mutex_init(&key->lock, NULL);
    mbedtls_pk_init(&key->pk);
    mbedtls_ecdsa_init(&key->ecdsa);
    return key;
}

/* The first signature collects the table of multiples of the base point; from then on the key is only read. */
static int key_warm(struct mbedtls *mbedtls, struct private_key *key)
{
    static const uint8_t zeros[32] = {0};
    uint8_t signature[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
    size_t len;
    int rc = mbedtls_ecdsa_from_keypair(&key->ecdsa, mbedtls_pk_ec(key->pk));
    if (rc != 0)
        return rc;
    return certlife__mbedtls_sign_ecdsa(&key->ecdsa, MBEDTLS_MD_SHA256, zeros, sizeof zeros, signature, &len,
                                        random_of(mbedtls));
}

static int write_public(struct private_key *key, uint8_t room[CERTLIFE_CRYPTO_SPKI_MAX], struct bytes *spki_out)
{
    int len = mbedtls_pk_write_pubkey_der(&key->pk, room, CERTLIFE_CRYPTO_SPKI_MAX);
    if (len < 0)
        return len;
    *spki_out = bytes_of(room + CERTLIFE_CRYPTO_SPKI_MAX - len, (size_t)len); /* it is written from the end */
    return 0;
}

/* Is it one of the kinds that certlife_crypto_class names? */
static bool is_our_kind(struct private_key *key)
{
    uint8_t room[CERTLIFE_CRYPTO_SPKI_MAX];
    struct bytes spki;
    if (write_public(key, room, &spki) != 0)
        return false;
    key->rsa = mbedtls_pk_get_type(&key->pk) == MBEDTLS_PK_RSA;
    return key->rsa ? mbedtls_pk_get_bitlen(&key->pk) <= RSA_OCTETS_MAX * 8 : curve_of(spki) != NULL;
}

static int key_open_text(struct mbedtls *mbedtls, struct private_key *key, const uint8_t *text, size_t len,
                         certlife_error **err)
{
    int rc = certlife__mbedtls_parse_key(&key->pk, text, len, random_of(mbedtls));
    if (rc != 0)
        return failed_as(err, CERTLIFE_E_MALFORMED, rc, "private key");
    if (!is_our_kind(key))
        return certlife__fail(err, CERTLIFE_E_MALFORMED,
                              "crypto mbedtls: private key: neither ECDSA P-256 or P-384 nor RSA up to 4096 bits");
    rc = key->rsa ? 0 : key_warm(mbedtls, key);
    return rc == 0 ? 0 : failed_as(err, CERTLIFE_E_MALFORMED, rc, "private key");
}

/* mbedTLS wants PEM to end with NUL, and that NUL counted. */
static int key_open(void *self, const uint8_t *text, size_t len, void **key_out, certlife_error **err)
{
    static const char begin[] = "-----BEGIN ";
    if (len > KEY_TEXT_MAX)
        return certlife__fail(err, CERTLIFE_E_MALFORMED, "crypto mbedtls: private key: longer than 64 KiB");
    struct private_key *key = key_new();
    uint8_t *copy = calloc(1, len + 1);
    if (key == NULL || copy == NULL) {
        key_close(self, key);
        free(copy);
        return certlife__fail(err, CERTLIFE_E_MEMORY, "crypto mbedtls: private key: no memory");
    }
    if (len > 0)
        memcpy(copy, text, len);
    bool pem = strstr((const char *)copy, begin) != NULL;
    int rc = key_open_text(self, key, copy, pem ? len + 1 : len, err);
    mbedtls_platform_zeroize(copy, len + 1);
    free(copy);
    if (rc < 0) {
        key_close(self, key);
        return rc;
    }
    *key_out = key;
    return 0;
}

static int generate_rsa(struct mbedtls *mbedtls, struct private_key *key, int32_t bits)
{
    key->rsa = true;
    int rc = mbedtls_pk_setup(&key->pk, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA));
    if (rc != 0)
        return rc;
    return mbedtls_rsa_gen_key(mbedtls_pk_rsa(key->pk), draw, mbedtls, (unsigned)bits, 65537);
}

static int generate_ecdsa(struct mbedtls *mbedtls, struct private_key *key, mbedtls_ecp_group_id curve)
{
    int rc = mbedtls_pk_setup(&key->pk, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
    if (rc == 0)
        rc = mbedtls_ecp_gen_key(curve, mbedtls_pk_ec(key->pk), draw, mbedtls);
    return rc == 0 ? key_warm(mbedtls, key) : rc;
}

static int generate(struct mbedtls *mbedtls, struct private_key *key, int32_t bits)
{
    for (size_t i = 0; i < COUNT(curves); i++) {
        if (curves[i].bits == bits)
            return generate_ecdsa(mbedtls, key, curves[i].id);
    }
    return generate_rsa(mbedtls, key, bits);
}

static int key_generate(void *self, int32_t bits, void **key_out, certlife_error **err)
{
    bool known = bits == 256 || bits == 384 || (bits >= 2048 && bits <= RSA_OCTETS_MAX * 8 && bits % 8 == 0);
    if (!known)
        return certlife__fail(err, CERTLIFE_E_INVALID,
                              "crypto mbedtls: private key: %d bits is neither 256, 384 nor 2048 to 4096", (int)bits);
    struct private_key *key = key_new();
    if (key == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "crypto mbedtls: private key: no memory");
    int rc = generate(self, key, bits);
    if (rc != 0) {
        key_close(self, key);
        return failed(err, rc, "private key");
    }
    *key_out = key;
    return 0;
}

static int key_write(void *self, void *key, char *out, size_t room, certlife_error **err)
{
    (void)self;
    struct private_key *private_key = key;
    int rc = mbedtls_pk_write_key_pem(&private_key->pk, (unsigned char *)out, room);
    return rc == 0 ? 0 : failed_as(err, CERTLIFE_E_INVALID, rc, "private key");
}

static int key_public(void *self, void *key, uint8_t *out, size_t *len_in_out, certlife_error **err)
{
    (void)self;
    struct private_key *private_key = key;
    uint8_t room[CERTLIFE_CRYPTO_SPKI_MAX];
    struct bytes spki;
    int rc = write_public(private_key, room, &spki);
    if (rc != 0)
        return failed(err, rc, "public key");
    if (spki.len > *len_in_out)
        return certlife__fail(err, CERTLIFE_E_INVALID, "crypto mbedtls: public key: no room for %zu octets", spki.len);
    memcpy(out, spki.data, spki.len);
    *len_in_out = spki.len;
    return 0;
}

/* ---- Signatures ---- */

static const struct algorithm *algorithm_of(certlife_signature number)
{
    for (size_t i = 0; i < COUNT(algorithms); i++) {
        if (algorithms[i].algorithm == number)
            return &algorithms[i];
    }
    return NULL;
}

static int sign_hash(struct mbedtls *mbedtls, struct private_key *key, mbedtls_md_type_t md, struct bytes hashed,
                     uint8_t *out, size_t *len_out)
{
    if (!key->rsa)
        return certlife__mbedtls_sign_ecdsa(&key->ecdsa, md, hashed.data, hashed.len, out, len_out, random_of(mbedtls));
    pthread_mutex_lock(&key->lock);
    int rc = certlife__mbedtls_sign_rsa(&key->pk, md, hashed.data, hashed.len, out, len_out, random_of(mbedtls));
    pthread_mutex_unlock(&key->lock);
    return rc;
}

static int sign(void *self, void *key, certlife_signature algorithm, const uint8_t *message, size_t len, uint8_t *out,
                size_t *len_in_out, certlife_error **err)
{
    struct private_key *private_key = key;
    const struct algorithm *known = algorithm_of(algorithm);
    if (known == NULL || known->rsa != private_key->rsa)
        return certlife__fail(err, CERTLIFE_E_INVALID, "crypto mbedtls: sign: algorithm %d is not for this key",
                              (int)algorithm);
    uint8_t hashed[HASH_MAX];
    size_t hash_len;
    int rc = hash(known->md, message, len, hashed, &hash_len);
    if (rc != 0)
        return failed(err, rc, "sign");
    uint8_t signature[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
    size_t signature_len;
    rc = sign_hash(self, private_key, known->md, bytes_of(hashed, hash_len), signature, &signature_len);
    if (rc != 0)
        return failed(err, rc, "sign");
    if (signature_len > *len_in_out)
        return certlife__fail(err, CERTLIFE_E_INVALID, "crypto mbedtls: sign: no room for %zu octets", signature_len);
    memcpy(out, signature, signature_len);
    *len_in_out = signature_len;
    return 0;
}

/* ECDSA-Sig-Value (RFC 3279, 2.2.3), and nothing behind it. */
static int read_ecdsa(struct bytes signature, mbedtls_mpi *r, mbedtls_mpi *s)
{
    unsigned char *at = (unsigned char *)signature.data;
    const unsigned char *end = at + signature.len;
    size_t len;
    int rc = mbedtls_asn1_get_tag(&at, end, &len, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
    if (rc == 0 && at + len != end)
        rc = MBEDTLS_ERR_ASN1_LENGTH_MISMATCH;
    if (rc == 0)
        rc = mbedtls_asn1_get_mpi(&at, end, r);
    if (rc == 0)
        rc = mbedtls_asn1_get_mpi(&at, end, s);
    return rc == 0 && at != end ? MBEDTLS_ERR_ASN1_LENGTH_MISMATCH : rc;
}

/* The group of an elliptic-curve key and its point, checked to be on the curve; 0 or an mbedTLS code. */
static int read_point(struct mbedtls *mbedtls, struct bytes spki, mbedtls_ecp_group **group_out,
                      mbedtls_ecp_point *point)
{
    const struct curve *curve = curve_of(spki);
    if (curve == NULL)
        return MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE;
    *group_out = &mbedtls->groups[curve - curves];
    int rc = mbedtls_ecp_point_read_binary(*group_out, point, spki.data + curve->prefix.len, curve->point_len);
    return rc == 0 ? mbedtls_ecp_check_pubkey(*group_out, point) : rc;
}

static int verify_ecdsa(struct mbedtls *mbedtls, struct bytes spki, struct bytes hashed, struct bytes signature)
{
    mbedtls_ecp_group *group = NULL;
    mbedtls_ecp_point point;
    mbedtls_mpi r, s;
    mbedtls_ecp_point_init(&point);
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    int rc = read_point(mbedtls, spki, &group, &point);
    if (rc == 0)
        rc = read_ecdsa(signature, &r, &s);
    if (rc == 0)
        rc = mbedtls_ecdsa_verify(group, hashed.data, hashed.len, &point, &r, &s);
    mbedtls_mpi_free(&s);
    mbedtls_mpi_free(&r);
    mbedtls_ecp_point_free(&point);
    return rc;
}

static int read_rsa(struct bytes spki, mbedtls_pk_context *pk)
{
    int rc = mbedtls_pk_parse_public_key(pk, spki.data, spki.len);
    if (rc != 0)
        return rc;
    bool ours = mbedtls_pk_get_type(pk) == MBEDTLS_PK_RSA && mbedtls_pk_get_bitlen(pk) <= RSA_OCTETS_MAX * 8;
    return ours ? 0 : MBEDTLS_ERR_PK_TYPE_MISMATCH;
}

static int verify_rsa(struct bytes spki, mbedtls_md_type_t md, struct bytes hashed, struct bytes signature)
{
    mbedtls_pk_context pk;
    mbedtls_pk_init(&pk);
    int rc = read_rsa(spki, &pk);
    if (rc == 0)
        rc = mbedtls_pk_verify(&pk, md, hashed.data, hashed.len, signature.data, signature.len);
    mbedtls_pk_free(&pk);
    return rc;
}

static int verify(void *self, const uint8_t *spki, size_t spki_len, certlife_signature algorithm,
                  const uint8_t *message, size_t len, const uint8_t *signature, size_t signature_len,
                  certlife_error **err)
{
    const struct algorithm *known = algorithm_of(algorithm);
    if (known == NULL)
        return CERTLIFE_CRYPTO_BAD;
    uint8_t hashed[HASH_MAX];
    size_t hash_len;
    int rc = hash(known->md, message, len, hashed, &hash_len);
    if (rc != 0)
        return failed(err, rc, "verify");
    struct bytes key = bytes_of(spki, spki_len);
    struct bytes hash_bytes = bytes_of(hashed, hash_len);
    struct bytes signature_bytes = bytes_of(signature, signature_len);
    rc = known->rsa ? verify_rsa(key, known->md, hash_bytes, signature_bytes)
                    : verify_ecdsa(self, key, hash_bytes, signature_bytes);
    if (is_out_of_memory(rc))
        return failed(err, rc, "verify");
    return rc == 0 ? CERTLIFE_CRYPTO_GOOD : CERTLIFE_CRYPTO_BAD;
}

/* ---- Sound keys ---- */

static int point_sound(struct mbedtls *mbedtls, struct bytes spki, bool *sound_out)
{
    mbedtls_ecp_group *group = NULL;
    mbedtls_ecp_point point;
    mbedtls_ecp_point_init(&point);
    int rc = read_point(mbedtls, spki, &group, &point);
    mbedtls_ecp_point_free(&point);
    *sound_out = rc == 0;
    return is_out_of_memory(rc) ? rc : 0;
}

static int rsa_sound(struct bytes spki, bool *sound_out)
{
    mbedtls_pk_context pk;
    mbedtls_mpi modulus;
    mbedtls_pk_init(&pk);
    mbedtls_mpi_init(&modulus);
    bool sound = false;
    int rc = read_rsa(spki, &pk);
    if (rc != 0) {
        rc = is_out_of_memory(rc) ? rc : 0;
    } else {
        rc = mbedtls_rsa_export(mbedtls_pk_rsa(pk), &modulus, NULL, NULL, NULL, NULL);
        if (rc == 0)
            rc = certlife__mbedtls_modulus_sound(&modulus, &sound);
    }
    mbedtls_mpi_free(&modulus);
    mbedtls_pk_free(&pk);
    *sound_out = sound;
    return rc;
}

static int key_sound(void *self, const uint8_t *spki, size_t spki_len, certlife_error **err)
{
    struct bytes key = bytes_of(spki, spki_len);
    bool sound = false;
    int rc = point_sound(self, key, &sound);
    if (rc == 0 && !sound)
        rc = rsa_sound(key, &sound);
    if (rc != 0)
        return failed(err, rc, "public key");
    return sound ? CERTLIFE_CRYPTO_GOOD : CERTLIFE_CRYPTO_BAD;
}

/* ---- The object ---- */

static void close_all(void *self)
{
    struct mbedtls *mbedtls = self;
    for (size_t i = 0; i < COUNT(curves); i++)
        mbedtls_ecp_group_free(&mbedtls->groups[i]);
    mbedtls_ctr_drbg_free(&mbedtls->generator);
    mbedtls_entropy_free(&mbedtls->entropy);
    pthread_mutex_destroy(&mbedtls->lock);
    free(mbedtls);
}

/* One multiplication of the base point collects the table of its multiples; from then on the group is only read. */
static int load_group(struct mbedtls *mbedtls, mbedtls_ecp_group *group, mbedtls_ecp_group_id id)
{
    mbedtls_mpi d;
    mbedtls_ecp_point point;
    mbedtls_mpi_init(&d);
    mbedtls_ecp_point_init(&point);
    int rc = mbedtls_ecp_group_load(group, id);
    if (rc == 0)
        rc = mbedtls_ecp_gen_keypair(group, &d, &point, draw, mbedtls);
    mbedtls_ecp_point_free(&point);
    mbedtls_mpi_free(&d);
    return rc;
}

static int load(struct mbedtls *mbedtls)
{
    static const unsigned char purpose[] = "certlife";
    int rc = mbedtls_ctr_drbg_seed(&mbedtls->generator, mbedtls_entropy_func, &mbedtls->entropy, purpose,
                                   sizeof purpose - 1);
    for (size_t i = 0; i < COUNT(curves) && rc == 0; i++)
        rc = load_group(mbedtls, &mbedtls->groups[i], curves[i].id);
    return rc;
}

static const certlife_crypto_class mbedtls_class = {
    .size = sizeof(certlife_crypto_class),
    .name = NAME,
    .sha256 = sha256,
    .random = fill_random,
    .key_open = key_open,
    .key_generate = key_generate,
    .key_write = key_write,
    .key_public = key_public,
    .sign = sign,
    .key_close = key_close,
    .verify = verify,
    .key_sound = key_sound,
    .free = close_all,
};

int certlife_crypto_new_mbedtls(certlife_crypto **out, certlife_error **err)
{
    CHECK_USE(out != NULL, err);
    struct mbedtls *mbedtls = calloc(1, sizeof *mbedtls);
    if (mbedtls == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "crypto mbedtls: no memory");
    pthread_mutex_init(&mbedtls->lock, NULL);
    mbedtls_entropy_init(&mbedtls->entropy);
    mbedtls_ctr_drbg_init(&mbedtls->generator);
    for (size_t i = 0; i < COUNT(curves); i++)
        mbedtls_ecp_group_init(&mbedtls->groups[i]);
    int rc = load(mbedtls);
    rc = rc == 0 ? certlife_crypto_new(&mbedtls_class, mbedtls, out, err) : failed(err, rc, "start");
    if (rc < 0)
        close_all(mbedtls);
    return rc;
}
