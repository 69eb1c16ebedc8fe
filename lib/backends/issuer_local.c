/* SPDX-License-Identifier: Apache-2.0 */
/* A CA in this process: writes the certificate, and signs it with a key that the crypto holds. */
#include <certlife/sys/issuer.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/civil.h"
#include "base/error.h"
#include "ports/crypto.h"
#include "x509/certificate.h"
#include "x509/pem.h"

#define FILE_MAX 65536
#define KEY_CERT_SIGN (1u << 5)

struct local {
    certlife_crypto *crypto;
    struct signing_key key;
    certlife_signature algorithm;
    struct certificate_view authority; /* points into `der` */
    uint8_t der[CERTIFICATE_MAX];
};

/* ---- Issuing ---- */

static int check_dates(const struct certificate_view *authority, int64_t not_before, int64_t not_after,
                       certlife_error **err)
{
    if (not_before > not_after || not_before < 0 || not_after > LAST_MOMENT)
        return certlife__fail(err, CERTLIFE_E_INVALID, "issuer: a certificate cannot be valid from %lld to %lld",
                              (long long)not_before, (long long)not_after);
    struct civil begin = certlife__civil_of(authority->not_before, 0);
    if (not_before < authority->not_before)
        return certlife__fail(err, CERTLIFE_E_ISSUER,
                              "issuer: certificate would begin before its issuer, which begins %04d-%02d-%02d",
                              (int)begin.year, (int)begin.month, (int)begin.day);
    struct civil end = certlife__civil_of(authority->not_after, 0);
    if (not_after > authority->not_after)
        return certlife__fail(err, CERTLIFE_E_ISSUER,
                              "issuer: certificate would outlive its issuer, which ends %04d-%02d-%02d", (int)end.year,
                              (int)end.month, (int)end.day);
    return 0;
}

static int check_serial(struct bytes serial, certlife_error **err)
{
    while (serial.len > 0 && serial.data[0] == 0)
        serial = bytes_of(serial.data + 1, serial.len - 1);
    bool fits = serial.len < CERTLIFE_SERIAL_MAX || (serial.len == CERTLIFE_SERIAL_MAX && serial.data[0] < 0x80);
    if (serial.len == 0 || !fits)
        return certlife__fail(err, CERTLIFE_E_INVALID, "issuer: serial number is zero or longer than 20 octets");
    return 0;
}

/* The SHA-256 of the key bits, for the key identifier. */
static int hash_key(certlife_crypto *crypto, struct bytes spki, uint8_t hash[32], certlife_error **err)
{
    struct public_key key;
    if (!certlife__key_read(spki, &key))
        return certlife__fail(err, CERTLIFE_E_INVALID, "issuer: public key is malformed");
    return certlife__crypto_sha256(crypto, key.bit_string, hash, err);
}

/* Signs what is to be signed and writes the whole to `out`. */
static int sign_into(struct writer *out, const struct signing_key *key, certlife_signature algorithm,
                     const struct writer *tbs, certlife_error **err)
{
    if (tbs->overflow)
        return certlife__fail(err, CERTLIFE_E_INVALID, "issuer: certificate would be longer than 16 KiB");
    uint8_t signature[CERTLIFE_CRYPTO_SIGNATURE_MAX];
    size_t signature_len = sizeof signature;
    struct bytes message = bytes_of(tbs->data, tbs->len);
    int rc = certlife__crypto_sign(key, algorithm, message, signature, &signature_len, err);
    if (rc < 0)
        return rc;
    certlife__certificate_assemble(out, message, algorithm, bytes_of(signature, signature_len));
    if (out->overflow)
        return certlife__fail(err, CERTLIFE_E_INVALID, "issuer: no room for the certificate");
    return 0;
}

static int issue(void *self, const certlife_issuer_order *order, uint8_t *out, size_t *len_in_out, certlife_error **err)
{
    struct local *local = self;
    int rc = check_dates(&local->authority, order->not_before, order->not_after, err);
    if (rc == 0)
        rc = check_serial(bytes_of(order->serial, order->serial_len), err);
    uint8_t key_hash[32];
    if (rc == 0)
        rc = hash_key(local->crypto, bytes_of(order->spki, order->spki_len), key_hash, err);
    if (rc < 0)
        return rc;
    uint8_t buffer[CERTIFICATE_MAX];
    struct writer tbs = writer_into(buffer, sizeof buffer);
    certlife__certificate_write_tbs(&tbs, order, &local->authority, local->algorithm, key_hash);
    struct writer certificate = writer_into(out, *len_in_out);
    rc = sign_into(&certificate, &local->key, local->algorithm, &tbs, err);
    if (rc < 0)
        return rc;
    *len_in_out = certificate.len;
    return CERTLIFE_ISSUER_ISSUED;
}

static int authority(void *self, const uint8_t **der_out, size_t *len_out, certlife_error **err)
{
    (void)err;
    struct local *local = self;
    *der_out = local->authority.der.data;
    *len_out = local->authority.der.len;
    return 0;
}

static void close_local(void *self)
{
    struct local *local = self;
    certlife__crypto_key_close(&local->key);
    free(local);
}

static const certlife_issuer_class local_class = {
    .size = sizeof(certlife_issuer_class),
    .name = "local",
    .capabilities = CERTLIFE_ISSUER_LOCAL,
    .authority = authority,
    .issue = issue,
    .free = close_local,
};

/* ---- Opening ---- */

static int read_certificate(struct local *local, struct bytes text, certlife_error **err)
{
    static const char *const labels[] = {"CERTIFICATE", "X509 CERTIFICATE", NULL};
    struct writer der = writer_into(local->der, sizeof local->der);
    const char *wrong = NULL;
    if (certlife__pem_is(text))
        wrong = certlife__pem_read(text, labels, &der);
    else
        write_bytes(&der, text);
    if (wrong == NULL)
        wrong = der.overflow ? "longer than 16 KiB"
                             : certlife__certificate_read(bytes_of(der.data, der.len), &local->authority);
    if (wrong != NULL)
        return certlife__fail(err, CERTLIFE_E_MALFORMED, "issuer: its certificate cannot be read: %s", wrong);
    return 0;
}

/* May this certificate sign others, in the shape that this library writes? */
static int check_authority(const struct certificate_view *view, certlife_error **err)
{
    const char *wrong = NULL;
    if (!view->has_ca || !view->ca)
        wrong = "basicConstraints does not say that it is a CA";
    else if (view->has_key_usage && (view->key_usage & KEY_CERT_SIGN) == 0)
        wrong = "keyUsage does not hold keyCertSign";
    else if (!certlife__key_supported(&view->key))
        wrong = "its key is neither ECDSA P-256 or P-384 nor RSA 2048 to 4096 with exponent 65537";
    else if (view->subject_key_id.len == 0)
        wrong = "it has no subject key identifier";
    if (wrong != NULL)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer: its certificate cannot issue: %s", wrong);
    return 0;
}

/* Signs something and verifies it with the certificate: the key belongs to it, and works. */
static int check_key(const struct local *local, certlife_error **err)
{
    struct bytes message = local->authority.subject;
    uint8_t signature[CERTLIFE_CRYPTO_SIGNATURE_MAX];
    size_t len = sizeof signature;
    uint8_t spki[CERTLIFE_CRYPTO_SPKI_MAX];
    size_t spki_len = sizeof spki;
    int rc = certlife__crypto_key_public(&local->key, spki, &spki_len, err);
    if (rc < 0)
        return rc;
    if (!bytes_equal(bytes_of(spki, spki_len), local->authority.key.spki))
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer: its key does not belong to its certificate");
    rc = certlife__crypto_sign(&local->key, local->algorithm, message, signature, &len, err);
    if (rc == 0)
        rc = certlife__crypto_verify(local->crypto, local->authority.key.spki, local->algorithm, message,
                                     bytes_of(signature, len), err);
    if (rc == CERTLIFE_CRYPTO_BAD)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer: its key signs what its certificate does not verify");
    return rc;
}

static int open_into(struct local *local, struct bytes certificate, struct bytes key, certlife_issuer **out,
                     certlife_error **err)
{
    int rc = read_certificate(local, certificate, err);
    if (rc == 0)
        rc = check_authority(&local->authority, err);
    if (rc < 0)
        return rc;
    local->algorithm = certlife__key_signature(&local->authority.key);
    rc = certlife__crypto_key_open(local->crypto, key, &local->key, err);
    if (rc == 0)
        rc = check_key(local, err);
    return rc == 0 ? certlife_issuer_new(&local_class, local, out, err) : rc;
}

int certlife_issuer_open_local(certlife_crypto *crypto, const uint8_t *certificate, size_t certificate_len,
                               const uint8_t *key, size_t key_len, certlife_issuer **out, certlife_error **err)
{
    CHECK_USE(crypto != NULL, err);
    CHECK_USE(certificate != NULL, err);
    CHECK_USE(key != NULL, err);
    CHECK_USE(out != NULL, err);
    struct local *local = calloc(1, sizeof *local);
    if (local == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "issuer local: no memory");
    local->crypto = crypto;
    int rc = open_into(local, bytes_of(certificate, certificate_len), bytes_of(key, key_len), out, err);
    if (rc < 0)
        close_local(local);
    return rc;
}

/* ---- A certificate without its key: for those who only look ---- */

static int issue_nothing(void *self, const certlife_issuer_order *order, uint8_t *out, size_t *len_in_out,
                         certlife_error **err)
{
    (void)self, (void)order, (void)out, (void)len_in_out;
    return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer: only its certificate is here, so it cannot issue");
}

static void close_authority(void *self)
{
    free(self);
}

static const certlife_issuer_class authority_class = {
    .size = sizeof(certlife_issuer_class),
    .name = "authority",
    .capabilities = CERTLIFE_ISSUER_LOCAL,
    .authority = authority,
    .issue = issue_nothing,
    .free = close_authority,
};

int certlife_issuer_open_authority(const uint8_t *certificate, size_t certificate_len, certlife_issuer **out,
                                   certlife_error **err)
{
    CHECK_USE(certificate != NULL, err);
    CHECK_USE(out != NULL, err);
    struct local *local = calloc(1, sizeof *local);
    if (local == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "issuer authority: no memory");
    int rc = read_certificate(local, bytes_of(certificate, certificate_len), err);
    if (rc == 0)
        rc = check_authority(&local->authority, err);
    if (rc == 0)
        rc = certlife_issuer_new(&authority_class, local, out, err);
    if (rc < 0)
        close_authority(local);
    return rc;
}

/* ---- From files ---- */

struct text {
    uint8_t data[FILE_MAX];
    size_t len;
};

static int read_file(const char *path, struct text *text, certlife_error **err)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer: %s: %s", path, strerror(errno));
    setvbuf(file, NULL, _IONBF, 0); /* so that no second copy of a key stays behind */
    text->len = fread(text->data, 1, sizeof text->data, file);
    int cause = ferror(file) ? errno : 0;
    fclose(file);
    if (cause != 0)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer: %s: %s", path, strerror(cause));
    if (text->len == sizeof text->data)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer: %s: longer than a certificate or a key", path);
    return 0;
}

int certlife_issuer_open_local_files(certlife_crypto *crypto, const char *certificate_path, const char *key_path,
                                     certlife_issuer **out, certlife_error **err)
{
    CHECK_USE(certificate_path != NULL, err);
    CHECK_USE(key_path != NULL, err);
    struct text *texts = calloc(2, sizeof *texts);
    if (texts == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "issuer local: no memory");
    int rc = read_file(certificate_path, &texts[0], err);
    if (rc == 0)
        rc = read_file(key_path, &texts[1], err);
    if (rc == 0)
        rc = certlife_issuer_open_local(crypto, texts[0].data, texts[0].len, texts[1].data, texts[1].len, out, err);
    explicit_bzero(texts, 2 * sizeof *texts);
    free(texts);
    return rc;
}

/* ---- A CA for tests ---- */

/* Its serial number, its key and its dates into a self-signed certificate. */
static int make_certificate(const struct signing_key *key, const char *name, int64_t not_before, int64_t not_after,
                            struct writer *out, certlife_error **err)
{
    uint8_t spki[CERTLIFE_CRYPTO_SPKI_MAX];
    size_t spki_len = sizeof spki;
    int rc = certlife__crypto_key_public(key, spki, &spki_len, err);
    if (rc < 0)
        return rc;
    struct public_key public_key;
    if (!certlife__key_read(bytes_of(spki, spki_len), &public_key) || !certlife__key_supported(&public_key))
        return certlife__fail(err, CERTLIFE_E_CRYPTO, "issuer: crypto made a key of another kind than asked for");
    uint8_t serial[16], key_hash[32];
    rc = certlife__crypto_random(key->crypto, serial, sizeof serial, err);
    if (rc == 0)
        rc = certlife__crypto_sha256(key->crypto, public_key.bit_string, key_hash, err);
    if (rc < 0)
        return rc;
    certlife_signature algorithm = certlife__key_signature(&public_key);
    uint8_t buffer[CERTIFICATE_MAX];
    struct writer tbs = writer_into(buffer, sizeof buffer);
    certlife__certificate_write_ca_tbs(&tbs, name, bytes_of(serial, sizeof serial), public_key.spki, not_before,
                                       not_after, algorithm, key_hash);
    return sign_into(out, key, algorithm, &tbs, err);
}

/* The PEM texts, when both have been made. */
static int give(const struct writer *certificate, const struct signing_key *key, char *certificate_out,
                size_t certificate_room, char *key_out, size_t key_room, certlife_error **err)
{
    uint8_t pem[2 * CERTIFICATE_MAX];
    char key_pem[8192];
    struct writer text = writer_into(pem, sizeof pem);
    certlife__pem_write(&text, "CERTIFICATE", bytes_of(certificate->data, certificate->len));
    write_u8(&text, '\0');
    int rc = certlife__crypto_key_write(key, key_pem, sizeof key_pem, err);
    if (rc < 0)
        return rc;
    size_t key_len = strnlen(key_pem, sizeof key_pem - 1) + 1;
    if (text.overflow || text.len > certificate_room || key_len > key_room) {
        rc = certlife__fail(err, CERTLIFE_E_INVALID, "issuer: no room for a certificate of %zu and a key of %zu octets",
                            text.len, key_len);
    } else {
        memcpy(certificate_out, pem, text.len);
        memcpy(key_out, key_pem, key_len);
    }
    explicit_bzero(key_pem, sizeof key_pem);
    return rc;
}

int certlife_issuer_make_test_ca(certlife_crypto *crypto, const char *name, int32_t bits, int64_t not_before,
                                 int64_t not_after, char *certificate_out, size_t certificate_room, char *key_out,
                                 size_t key_room, certlife_error **err)
{
    CHECK_USE(crypto != NULL, err);
    CHECK_USE(name != NULL, err);
    CHECK_USE(certificate_out != NULL, err);
    CHECK_USE(key_out != NULL, err);
    if (name[0] == '\0' || not_before > not_after || not_before < 0 || not_after > LAST_MOMENT)
        return certlife__fail(err, CERTLIFE_E_INVALID, "issuer: a CA needs a name and an end after its beginning");
    struct signing_key key;
    int rc = certlife__crypto_key_generate(crypto, bits, &key, err);
    if (rc < 0)
        return rc;
    uint8_t buffer[CERTIFICATE_MAX];
    struct writer certificate = writer_into(buffer, sizeof buffer);
    rc = make_certificate(&key, name, not_before, not_after, &certificate, err);
    if (rc == 0)
        rc = give(&certificate, &key, certificate_out, certificate_room, key_out, key_room, err);
    certlife__crypto_key_close(&key);
    return rc;
}
