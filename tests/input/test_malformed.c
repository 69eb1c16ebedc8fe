/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests, presented certificates and issuers' answers that are cut off, changed in one bit, or something else: an error or
 * a refusal that says so, and nothing is written.
 */
#include "dump.h"
#include "late_issuer.h"
#include "openssl_view.h"
#include "world.h"

#include "ports/crypto.h"
#include "x509/certificate.h"
#include "x509/pem.h"
#include "x509/request.h"

#define KEIR "keir002"

/* A request, as DER, with room for more. */
struct request_der {
    uint8_t data[2 * REQUEST_MAX];
    size_t len;
};

static struct request_der request_der(int index)
{
    static const char *const labels[] = {"CERTIFICATE REQUEST", NULL};
    struct request_der out;
    struct writer w = writer_into(out.data, sizeof out.data);
    memset(out.data, 0, sizeof out.data);
    assert_null(certlife__pem_read(bytes_of_text(request_pem(index)), labels, &w));
    out.len = w.len;
    return out;
}

static void is_described(struct world *w, int rc)
{
    if (rc == CERTLIFE_REFUSED)
        assert_true(certlife_decision_sentence(w->decision, CERTLIFE_LANGUAGE_JA)[0] != '\0');
    else
        assert_true(certlife_error_code(w->err) == rc && certlife_error_message(w->err)[0] != '\0');
}

/* Bytes in a block of their own size, so that a sanitizer sees who reads beyond them. */
static int obtains_exactly(struct world *w, const void *data, size_t len)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    assert_non_null(exact);
    memcpy(exact, data, len);
    int rc = issues_for(w, KEIR, KEIR, CERTLIFE_ACT_OBTAIN, exact, len);
    free(exact);
    is_described(w, rc);
    return rc;
}

static struct world *world_with_user(struct dump *before)
{
    struct world *w = world_new("webfb");
    has_user(w, KEIR);
    *before = dump_of(w->store);
    return w;
}

static void end(struct world *w, struct dump *before)
{
    assert_true(dump_equals(before, w->store));
    dump_free(before);
    /* And the good one is still good. */
    assert_allowed(w, obtains_with(w, KEIR, 1));
    world_free(w);
}

static void test_requests_cut_off(void **state)
{
    (void)state;
    struct dump before;
    struct world *w = world_with_user(&before);
    struct request_der good = request_der(1);
    for (size_t len = 0; len < good.len; len++)
        assert_int_equal(obtains_exactly(w, good.data, len), CERTLIFE_E_MALFORMED);
    end(w, &before);
}

static void test_requests_changed_in_one_bit(void **state)
{
    (void)state;
    struct dump before;
    struct world *w = world_with_user(&before);
    struct request_der good = request_der(1);
    int refused = 0;
    for (size_t bit = 0; bit < 8 * good.len; bit++) {
        good.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        int rc = obtains_exactly(w, good.data, good.len);
        good.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (rc != CERTLIFE_E_MALFORMED && rc != CERTLIFE_REFUSED)
            fail_msg("bit %zu: %d %s", bit, rc, certlife_error_message(w->err));
        if (rc == CERTLIFE_REFUSED)
            assert_string_equal(certlife_decision_row(w->decision), "R-OBT-11");
        refused += rc == CERTLIFE_REFUSED;
        assert_true(bit % 64 != 0 || dump_equals(&before, w->store));
    }
    assert_true(refused > 0);
    end(w, &before);
}

static void test_requests_with_something_behind(void **state)
{
    (void)state;
    struct dump before;
    struct world *w = world_with_user(&before);
    struct request_der good = request_der(1);
    size_t len = good.len;
    for (size_t more = 1; more <= 4; more++)
        assert_int_equal(obtains_exactly(w, good.data, len + more), CERTLIFE_E_MALFORMED);
    memcpy(good.data + len, good.data, len);
    assert_int_equal(obtains_exactly(w, good.data, 2 * len), CERTLIFE_E_MALFORMED);
    assert_int_equal(obtains_exactly(w, good.data, REQUEST_MAX), CERTLIFE_E_MALFORMED);
    assert_int_equal(obtains_exactly(w, good.data, REQUEST_MAX + 1), CERTLIFE_E_MALFORMED);
    end(w, &before);
}

static void test_requests_too_long(void **state)
{
    (void)state;
    struct dump before;
    struct world *w = world_with_user(&before);
    enum { MANY = 1 << 20 };
    uint8_t *zeros = calloc(1, MANY), *text = malloc(MANY);
    assert_true(zeros != NULL && text != NULL);
    assert_int_equal(obtains_exactly(w, zeros, MANY), CERTLIFE_E_MALFORMED);
    /* A sequence that claims all of it; and PEM lines without an end. */
    memcpy(zeros, (const uint8_t[]){0x30, 0x83, 0x0f, 0xff, 0xfb}, 5);
    assert_int_equal(obtains_exactly(w, zeros, MANY), CERTLIFE_E_MALFORMED);
    memset(text, 'A', MANY);
    memcpy(text, "-----BEGIN CERTIFICATE REQUEST-----\n", 36);
    assert_int_equal(obtains_exactly(w, text, MANY), CERTLIFE_E_MALFORMED);
    /* Lengths that only lie. */
    assert_int_equal(issues_for(w, KEIR, KEIR, CERTLIFE_ACT_OBTAIN, zeros, SIZE_MAX), CERTLIFE_E_MALFORMED);
    free(zeros);
    free(text);
    end(w, &before);
}

#define BEGIN_LINE "-----BEGIN CERTIFICATE REQUEST-----\n"
#define END_LINE "-----END CERTIFICATE REQUEST-----\n"

static void test_pem_garbage(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " ",
        "hello",
        "-----BEGIN",
        "-----BEGIN CERTIFICATE REQUEST-----",
        BEGIN_LINE,
        BEGIN_LINE END_LINE,
        BEGIN_LINE "\n" END_LINE,
        BEGIN_LINE "AAAA\n" END_LINE,
        BEGIN_LINE "AAA\n" END_LINE,
        BEGIN_LINE "A===\n" END_LINE,
        BEGIN_LINE "====\n" END_LINE,
        BEGIN_LINE "AA=A\n" END_LINE,
        BEGIN_LINE "MA==MA==\n" END_LINE,
        BEGIN_LINE "%$#!\n" END_LINE,
        BEGIN_LINE "\xff\xfe\xfd\xfc\n" END_LINE,
        BEGIN_LINE "Proc-Type: 4,ENCRYPTED\n\nAAAA\n" END_LINE,
        BEGIN_LINE BEGIN_LINE "AAAA\n" END_LINE END_LINE,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE REQUEST----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
        END_LINE "AAAA\n" BEGIN_LINE,
    };
    struct dump before;
    struct world *w = world_with_user(&before);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(obtains_exactly(w, texts[i], strlen(texts[i])), CERTLIFE_E_MALFORMED);
    end(w, &before);
}

/* PEM cut off anywhere; only the line break behind its end is nobody's loss. */
static void test_pem_cut_off(void **state)
{
    (void)state;
    struct dump before;
    struct world *w = world_with_user(&before);
    char pem[8192];
    size_t len = (size_t)snprintf(pem, sizeof pem, "%s", request_pem(1));
    assert_int_equal(pem[len - 1], '\n');
    for (size_t kept = 0; kept < len - 1; kept++)
        assert_int_equal(obtains_exactly(w, pem, kept), CERTLIFE_E_MALFORMED);
    /* A NUL is no part of a text. */
    pem[len / 2] = '\0';
    assert_int_equal(obtains_exactly(w, pem, len), CERTLIFE_E_MALFORMED);
    end(w, &before);
}

/* A request that cannot be read is no first answer to an idempotency key. */
static void test_malformed_is_not_remembered(void **state)
{
    (void)state;
    struct dump before;
    struct world *w = world_with_user(&before);
    with_key(w, "obtain-1");
    assert_int_equal(obtains_exactly(w, "garbage", 7), CERTLIFE_E_MALFORMED);
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    with_key(w, "obtain-1");
    assert_allowed(w, obtains_with(w, KEIR, 1));
    world_free(w);
}

/* ---- NUL inside names, where a reader of C strings sees another name ---- */

/* Where `text` stands in `der`. */
static size_t place_of(const uint8_t *der, size_t len, const char *text)
{
    size_t text_len = strlen(text);
    for (size_t i = 0; i + text_len <= len; i++) {
        if (memcmp(der + i, text, text_len) == 0)
            return i;
    }
    fail_msg("'%s' is not there", text);
    return 0;
}

static struct signing_key key_of_request(struct world *w, int index)
{
    char path[1024], pem[8192];
    struct signing_key key;
    snprintf(path, sizeof path, "%s/request-%02d.key", REQUESTS, index);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t len = fread(pem, 1, sizeof pem, file);
    fclose(file);
    assert_int_equal(certlife__crypto_key_open(w->crypto, bytes_of(pem, len), &key, NULL), 0);
    return key;
}

/* A request whose subject is "CN=any<NUL>hing 1", signed anew with its key. */
static struct request_der request_with_nul(struct world *w, int index)
{
    const certlife_signature algorithm = CERTLIFE_SIGNATURE_ECDSA_SHA256;
    struct request_der der = request_der(index), out;
    struct request request;
    uint8_t signature[CERTLIFE_CRYPTO_SIGNATURE_MAX];
    size_t len = sizeof signature;
    struct signing_key key = key_of_request(w, index);
    struct writer writer = writer_into(out.data, sizeof out.data);
    der.data[place_of(der.data, der.len, "anything") + 3] = '\0';
    assert_null(certlife__request_read(bytes_of(der.data, der.len), &request));
    assert_int_equal(certlife__crypto_sign(&key, algorithm, request.info, signature, &len, NULL), 0);
    certlife__crypto_key_close(&key);
    certlife__certificate_assemble(&writer, request.info, algorithm, bytes_of(signature, len)); /* the same shape */
    out.len = writer.len;
    return out;
}

/* Nothing of a request's name is used (R-ISS-6): it is accepted, and the certificate's name is the register's. */
static void test_r_iss_6_nul_in_a_requests_name(void **state)
{
    (void)state;
    static struct openssl_view seen;
    struct world *w = world_new("webfb");
    struct certificate_view view;
    const uint8_t *der = NULL;
    has_user(w, KEIR);
    struct request_der request = request_with_nul(w, 1);
    assert_non_null(memchr(request.data + place_of(request.data, request.len, "any"), '\0', 4));
    assert_allowed(w, issues_for(w, KEIR, KEIR, CERTLIFE_ACT_OBTAIN, request.data, request.len));
    size_t len = holds(w, KEIR, &der);
    openssl_reads(der, len, &seen);
    assert_string_equal(seen.subject, "CN=keir002,OU=0010000001,O=Example Shinkin Bank");
    assert_null(certlife__certificate_read(bytes_of(der, len), &view));
    assert_null(memchr(view.subject.data, '\0', view.subject.len));
    assert_allowed(w, logs_in(w, KEIR));
    world_free(w);
}

/* ---- presented certificates ---- */

struct presented {
    uint8_t der[8192];
    size_t len;
};

static struct world *world_with_certificate(struct presented *out, struct dump *before)
{
    struct world *w = world_new("webfb");
    const uint8_t *der = NULL;
    has_user(w, KEIR);
    assert_allowed(w, obtains_with(w, KEIR, 1)); /* not confirmed: a login would write */
    out->len = holds(w, KEIR, &der);
    memcpy(out->der, der, out->len);
    memset(out->der + out->len, 0, 16);
    *before = dump_of(w->store);
    return w;
}

/* At the login, and as the assurance of an act. */
static void is_let_in_nowhere(struct world *w, const uint8_t *der, size_t len)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    assert_non_null(exact);
    memcpy(exact, der, len);
    int rc = logs_in_with(w, KEIR, exact, len);
    assert_true(rc == CERTLIFE_REFUSED || rc == CERTLIFE_E_MALFORMED);
    is_described(w, rc);
    certlife_actor a = *actor(w, KEIR);
    a.certificate = exact;
    a.certificate_len = len;
    rc = certlife_renew_later(w->bank, &a, COMPANY, KEIR, w->decision, &w->err);
    assert_true(rc == CERTLIFE_REFUSED || rc == CERTLIFE_E_MALFORMED);
    if (rc == CERTLIFE_REFUSED)
        assert_true(certlife_decision_code(w->decision) != CERTLIFE_CODE_RENEWAL_NOT_OPEN);
    free(exact);
}

static void still_lets_in(struct world *w, struct dump *before)
{
    assert_true(dump_equals(before, w->store));
    dump_free(before);
    assert_allowed(w, logs_in(w, KEIR));
    assert_refused(w, renews_later(w, KEIR), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN, CERTLIFE_WAY_WAIT);
    world_free(w);
}

static void test_certificates_cut_off(void **state)
{
    (void)state;
    struct dump before;
    struct presented good;
    struct world *w = world_with_certificate(&good, &before);
    for (size_t len = 0; len < good.len; len++)
        is_let_in_nowhere(w, good.der, len);
    for (size_t len = good.len + 1; len <= good.len + 16; len++)
        is_let_in_nowhere(w, good.der, len);
    still_lets_in(w, &before);
}

static void test_certificates_changed_in_one_bit(void **state)
{
    (void)state;
    struct dump before;
    struct presented good;
    struct world *w = world_with_certificate(&good, &before);
    for (size_t bit = 0; bit < 8 * good.len; bit++) {
        good.der[bit / 8] ^= (uint8_t)(1 << bit % 8);
        is_let_in_nowhere(w, good.der, good.len);
        good.der[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    still_lets_in(w, &before);
}

/* Cut off by a NUL, the name of one user would be that of another. */
static void test_certificates_with_nul_in_their_name(void **state)
{
    (void)state;
    struct dump before;
    struct presented good;
    struct world *w = world_with_certificate(&good, &before);
    size_t name = place_of(good.der, good.len, KEIR);
    for (size_t i = 0; i < strlen(KEIR); i++) {
        uint8_t kept = good.der[name + i];
        good.der[name + i] = '\0';
        is_let_in_nowhere(w, good.der, good.len);
        assert_refused(w, logs_in_with(w, KEIR, good.der, good.len), "R-LOG-2", CERTLIFE_CODE_UNKNOWN_CERTIFICATE,
                       CERTLIFE_WAY_NONE);
        good.der[name + i] = kept;
    }
    still_lets_in(w, &before);
}

static void test_certificates_that_are_something_else(void **state)
{
    (void)state;
    struct dump before;
    struct presented good;
    struct world *w = world_with_certificate(&good, &before);
    struct request_der request = request_der(1);
    uint8_t *zeros = calloc(1, 1 << 20);
    assert_non_null(zeros);
    is_let_in_nowhere(w, request.data, request.len);
    is_let_in_nowhere(w, zeros, 1 << 20);
    is_let_in_nowhere(w, zeros, CERTLIFE_CERTIFICATE_MAX);
    is_let_in_nowhere(w, (const uint8_t *)"", 0);
    is_let_in_nowhere(w, (const uint8_t *)request_pem(1), strlen(request_pem(1)));
    free(zeros);
    still_lets_in(w, &before);
}

/* ---- issuers' answers ---- */

static int answers(struct world *w, const struct late_issuer *ca, const uint8_t *der, size_t len)
{
    uint8_t *exact = malloc(len);
    assert_non_null(exact);
    memcpy(exact, der, len);
    const certlife_actor *a = actor(w, "system");
    int rc = certlife_issuer_answer(w->bank, a, late_order_id(ca, ca->order_count - 1), 20, exact, len, w->decision,
                                    &w->err);
    free(exact);
    return rc;
}

/* Every 5th bit: each costs a verification. */
static void test_issuers_answers_changed(void **state)
{
    (void)state;
    certlife_crypto *crypto = NULL;
    certlife_issuer *issuer = NULL;
    assert_int_equal(certlife_crypto_new_mbedtls(&crypto, NULL), 0);
    struct late_issuer *ca = late_issuer_open(crypto, &issuer);
    struct world *w = world_with((struct world_parts){.crypto = crypto, .issuer = issuer});
    struct presented good;
    const uint8_t *der = NULL;
    has_user(w, KEIR);
    ca->on_issue = ANSWERS_LATER;
    assert_int_equal(obtains_with(w, KEIR, 1), CERTLIFE_REFUSED);
    good.len = late_signs(ca, ca->order_count - 1, &der);
    memcpy(good.der, der, good.len);
    struct dump before = dump_of(w->store);
    for (size_t len = 1; len < good.len; len++)
        assert_true(answers(w, ca, good.der, len) < 0);
    for (size_t bit = 0; bit < 8 * good.len; bit += 5) {
        good.der[bit / 8] ^= (uint8_t)(1 << bit % 8);
        int rc = answers(w, ca, good.der, good.len);
        good.der[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_true(rc == CERTLIFE_E_MALFORMED || rc == CERTLIFE_E_ISSUER);
        assert_true(certlife_error_message(w->err)[0] != '\0');
    }
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    assert_allowed(w, answers(w, ca, good.der, good.len));
    assert_status(w, KEIR, CERTLIFE_STATUS_OBTAINED);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_cut_off),
        cmocka_unit_test(test_requests_changed_in_one_bit),
        cmocka_unit_test(test_requests_with_something_behind),
        cmocka_unit_test(test_requests_too_long),
        cmocka_unit_test(test_pem_garbage),
        cmocka_unit_test(test_pem_cut_off),
        cmocka_unit_test(test_malformed_is_not_remembered),
        cmocka_unit_test(test_r_iss_6_nul_in_a_requests_name),
        cmocka_unit_test(test_certificates_cut_off),
        cmocka_unit_test(test_certificates_changed_in_one_bit),
        cmocka_unit_test(test_certificates_with_nul_in_their_name),
        cmocka_unit_test(test_certificates_that_are_something_else),
        cmocka_unit_test(test_issuers_answers_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
