/* SPDX-License-Identifier: Apache-2.0 */
/* A CA that does not fit is refused when it is opened, or when it should issue; nothing is recorded then. */
#include "dump.h"
#include "world.h"

struct text {
    char data[16384];
    size_t len;
};

static struct text text_of(const char *name)
{
    char path[1024];
    struct text out;
    snprintf(path, sizeof path, "%s/%s", CAS, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("no file at %s", path);
    out.len = fread(out.data, 1, sizeof out.data - 1, file);
    out.data[out.len] = '\0';
    fclose(file);
    return out;
}

static int opens(certlife_crypto *crypto, const struct text *certificate, const struct text *key, certlife_error **err)
{
    certlife_issuer *issuer = NULL;
    int rc = certlife_issuer_open_local(crypto, (const uint8_t *)certificate->data, certificate->len,
                                        (const uint8_t *)key->data, key->len, &issuer, err);
    assert_true((rc == 0) == (issuer != NULL));
    certlife_issuer_close(issuer);
    return rc;
}

static void test_cas_that_do_not_fit(void **state)
{
    (void)state;
    static const struct {
        const char *certificate, *key;
        int code;
    } rows[] = {
        {"good.pem", "good.key", 0},
        {"rsa-1024.pem", "rsa-1024.key", CERTLIFE_E_ISSUER},
        {"secp256k1.pem", "secp256k1.key", CERTLIFE_E_ISSUER},
        {"ed25519.pem", "ed25519.key", CERTLIFE_E_ISSUER},
        {"not-a-ca.pem", "not-a-ca.key", CERTLIFE_E_ISSUER},
        {"no-constraints.pem", "no-constraints.key", CERTLIFE_E_ISSUER},
        {"may-not-sign.pem", "may-not-sign.key", CERTLIFE_E_ISSUER},
        {"no-key-id.pem", "no-key-id.key", CERTLIFE_E_ISSUER},
        {"good.pem", "not-a-ca.key", CERTLIFE_E_ISSUER}, /* another's key */
        {"good.pem", "rsa-1024.key", CERTLIFE_E_ISSUER}, /* even of another kind */
        {"good.pem", "encrypted.key", CERTLIFE_E_MALFORMED},
        {"good.key", "good.key", CERTLIFE_E_MALFORMED},
        {"good.pem", "good.pem", CERTLIFE_E_MALFORMED},
        {"good.cnf", "good.key", CERTLIFE_E_MALFORMED},
    };
    certlife_crypto *crypto = NULL;
    assert_int_equal(certlife_crypto_new_mbedtls(&crypto, NULL), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        certlife_error *err = NULL;
        struct text certificate = text_of(rows[i].certificate), key = text_of(rows[i].key);
        int rc = opens(crypto, &certificate, &key, &err);
        if (rc != rows[i].code)
            fail_msg("%s with %s: wanted %s, got %d %s", rows[i].certificate, rows[i].key,
                     certlife_error_name(rows[i].code), rc, certlife_error_message(err));
        assert_int_equal(certlife_error_code(err), rc);
        assert_true(rc == 0 || certlife_error_message(err)[0] != '\0');
        certlife_error_free(err);
    }
    certlife_crypto_free(crypto);
}

/* Cut off anywhere, or changed in one bit: refused, or – where only its own signature suffers – still this CA. */
static void test_cas_cut_off(void **state)
{
    (void)state;
    certlife_crypto *crypto = NULL;
    assert_int_equal(certlife_crypto_new_mbedtls(&crypto, NULL), 0);
    struct text certificate = text_of("good.pem"), key = text_of("good.key");
    size_t len = certificate.len;
    for (certificate.len = 0; certificate.len < len - 1; certificate.len += 3)
        assert_int_equal(opens(crypto, &certificate, &key, NULL), CERTLIFE_E_MALFORMED);
    certificate.len = len;
    len = key.len;
    for (key.len = 0; key.len < len - 1; key.len += 3)
        assert_true(opens(crypto, &certificate, &key, NULL) < 0);
    certlife_crypto_free(crypto);
}

static void test_files_that_cannot_be_read(void **state)
{
    (void)state;
    certlife_crypto *crypto = NULL;
    certlife_issuer *issuer = NULL;
    certlife_error *err = NULL;
    char path[1024];
    assert_int_equal(certlife_crypto_new_mbedtls(&crypto, NULL), 0);
    snprintf(path, sizeof path, "%s/good.pem", CAS);
    assert_int_equal(certlife_issuer_open_local_files(crypto, path, "/nonexistent/ca.key", &issuer, &err),
                     CERTLIFE_E_ISSUER);
    assert_non_null(strstr(certlife_error_message(err), "/nonexistent/ca.key"));
    certlife_error_free(err);
    err = NULL;
    assert_int_equal(certlife_issuer_open_local_files(crypto, CAS, path, &issuer, &err), CERTLIFE_E_ISSUER);
    assert_non_null(strstr(certlife_error_message(err), CAS)); /* a folder */
    certlife_error_free(err);
    assert_null(issuer);
    certlife_crypto_free(crypto);
}

static certlife_issuer *ca_of(certlife_crypto *crypto, const char *begins, const char *ends)
{
    struct test_ca ca;
    certlife_issuer *issuer = NULL;
    int rc = certlife_issuer_make_test_ca(crypto, "Test CA", 256, moment(begins), moment(ends), ca.certificate,
                                          sizeof ca.certificate, ca.key, sizeof ca.key, NULL);
    assert_int_equal(rc, 0);
    rc = certlife_issuer_open_local(crypto, (const uint8_t *)ca.certificate, strlen(ca.certificate),
                                    (const uint8_t *)ca.key, strlen(ca.key), &issuer, NULL);
    assert_int_equal(rc, 0);
    return issuer;
}

/* An issuer that ends too soon is an operator's error, not a shorter certificate (R-ISS-5). */
static void issues_nothing(const char *begins, const char *ends)
{
    struct world_parts parts = {0};
    assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, NULL), 0);
    parts.issuer = ca_of(parts.crypto, begins, ends);
    struct world *w = world_empty(parts);
    assert_allowed(w, registers(w, "branch", COMPANY, MASTER));
    assert_allowed(w, applies(w, "branch"));
    assert_allowed(w, authorises(w, "branch", MASTER));
    struct dump before = dump_of(w->store);
    assert_failed(w, obtains(w, MASTER), CERTLIFE_E_ISSUER);
    assert_int_equal(certlife_error_class_of(w->err), CERTLIFE_CLASS_OPERATOR);
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    world_free(w);
}

static void test_r_iss_5_issuers_that_end_too_soon(void **state)
{
    (void)state;
    issues_nothing("2020-01-01 00:00:00", "2026-04-01 11:59:59"); /* has expired a second ago */
    issues_nothing("2020-01-01 00:00:00", "2026-12-31 23:59:59"); /* before its certificates would */
    issues_nothing("2020-01-01 00:00:00", "2027-04-01 23:59:58"); /* by one second */
    issues_nothing("2026-04-01 12:00:01", "2040-01-01 00:00:00"); /* has not begun */
}

static void test_test_ca_arguments(void **state)
{
    (void)state;
    certlife_crypto *crypto = NULL;
    struct test_ca ca;
    assert_int_equal(certlife_crypto_new_mbedtls(&crypto, NULL), 0);
    static const int32_t bits[] = {0, -1, 1, 255, 257, 521, 1024, 2047, 4097, INT32_MAX, INT32_MIN};
    memset(&ca, 0, sizeof ca);
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        certlife_error *err = NULL;
        int rc = certlife_issuer_make_test_ca(crypto, "CA", bits[i], 0, 1000, ca.certificate, sizeof ca.certificate,
                                              ca.key, sizeof ca.key, &err);
        assert_int_equal(rc, CERTLIFE_E_INVALID);
        certlife_error_free(err);
    }
    assert_int_equal(certlife_issuer_make_test_ca(crypto, "", 256, 0, 1000, ca.certificate, sizeof ca.certificate,
                                                  ca.key, sizeof ca.key, NULL),
                     CERTLIFE_E_INVALID);
    assert_int_equal(certlife_issuer_make_test_ca(crypto, "CA", 256, 1000, 0, ca.certificate, sizeof ca.certificate,
                                                  ca.key, sizeof ca.key, NULL),
                     CERTLIFE_E_INVALID);
    assert_int_equal(
        certlife_issuer_make_test_ca(crypto, "CA", 256, 0, 1000, ca.certificate, 10, ca.key, sizeof ca.key, NULL),
        CERTLIFE_E_INVALID);
    assert_int_equal(certlife_issuer_make_test_ca(crypto, "CA", 256, 0, 1000, ca.certificate, sizeof ca.certificate,
                                                  ca.key, 10, NULL),
                     CERTLIFE_E_INVALID);
    assert_string_equal(ca.certificate, "");
    assert_string_equal(ca.key, "");
    certlife_crypto_free(crypto);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cas_that_do_not_fit),       cmocka_unit_test(test_cas_cut_off),
        cmocka_unit_test(test_files_that_cannot_be_read), cmocka_unit_test(test_r_iss_5_issuers_that_end_too_soon),
        cmocka_unit_test(test_test_ca_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
