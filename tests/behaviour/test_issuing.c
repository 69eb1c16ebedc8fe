/* SPDX-License-Identifier: Apache-2.0 */
/* Issuing safely: R-ISS-1, 2, 4, 5, 6. (R-ISS-3 is in test_repeats.c.) */
#include "dump.h"
#include "failing.h"
#include "late_issuer.h"
#include "openssl_view.h"
#include "own_issuer.h"
#include "reconcile.h"

#include <unistd.h>

#include "ports/crypto.h"
#include "x509/certificate.h"

#define KEIR2 "keir002"
#define KEIR3 "keir003"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* R-ISS-1 */

#define MANY 3000

struct serials {
    uint8_t octets[MANY][CERTLIFE_SERIAL_MAX];
    size_t count;
};

static void note_serial(const certlife_issuer_order *order, void *payload)
{
    struct serials *serials = payload;
    assert_int_equal(order->serial_len, CERTLIFE_SERIAL_MAX);
    assert_true(serials->count < MANY);
    memcpy(serials->octets[serials->count++], order->serial, CERTLIFE_SERIAL_MAX);
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, CERTLIFE_SERIAL_MAX);
}

/* Serial numbers are positive, at most 20 octets, with at least 128 random bits. Some thousands of them, for an issuer
 * that rejects every order: all differ, and of each of the last 128 bits about half are set. */
static void test_r_iss_1_serial_numbers(void **state)
{
    (void)state;
    struct world_parts parts = {0};
    struct serials *serials = calloc(1, sizeof *serials);
    assert_non_null(serials);
    struct own_issuer *issuer = own_issuer_into(&parts, 0);
    struct world *w = world_with(parts);
    has_user(w, KEIR2);
    issuer->rejects = true;
    issuer->sees = note_serial;
    issuer->payload = serials;
    for (size_t i = 0; i < MANY; i++)
        assert_refused(w, obtains_with(w, KEIR2, 40), "R-OBT-6", CERTLIFE_CODE_ISSUER_REJECTED, CERTLIFE_WAY_NONE);
    assert_int_equal(serials->count, MANY);

    for (size_t bit = 32; bit < 160; bit++) {
        size_t set = 0;
        for (size_t i = 0; i < MANY; i++)
            set += serials->octets[i][bit / 8] >> bit % 8 & 1;
        assert_in_range(set, MANY / 2 - 200, MANY / 2 + 200); /* 7 standard deviations */
    }
    qsort(serials->octets, MANY, sizeof serials->octets[0], compare);
    for (size_t i = 0; i < MANY; i++) {
        assert_in_range(serials->octets[i][0], 0x01, 0x7f); /* positive, and 20 octets as they stand */
        assert_true(i == 0 || compare(serials->octets[i - 1], serials->octets[i]) != 0);
    }
    free(serials);
    world_free(w);
}

/* One serial number, one certificate: the certificate, the register and the login say the same. */
static void test_r_iss_1_one_number_everywhere(void **state)
{
    (void)state;
    static struct openssl_view view;
    struct world *w = world_new("webfb");
    const uint8_t *der = NULL;
    has_certificate(w, KEIR2);
    size_t len = holds(w, KEIR2, &der);
    openssl_reads(der, len, &view);
    assert_int_equal(strlen(view.serial), 2 * CERTLIFE_SERIAL_MAX);
    assert_string_equal(view.serial, held_serial(w, KEIR2));
    assert_string_not_equal(view.serial, held_serial(w, MASTER));
    assert_allowed(w, logs_in(w, KEIR2));
    assert_string_equal(certlife_login_serial(w->login), view.serial);
    certlife_user *user = shown(w, KEIR2);
    assert_string_equal(certlife_user_serial(user), view.serial);
    certlife_user_free(user);
    world_free(w);
}

/* … unique by the store's own check: an outside CA that gives a number twice is not believed the second time. */
static void test_r_iss_1_unique_by_the_store(void **state)
{
    (void)state;
    struct world_parts parts = {0};
    assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, NULL), 0);
    struct late_issuer *ca = late_issuer_open(parts.crypto, &parts.issuer);
    struct world *w = world_with(parts);
    has_user(w, KEIR2);
    ca->misfit = REPEATS_A_SERIAL;
    assert_failed(w, obtains(w, KEIR2), CERTLIFE_E_ISSUER);
    assert_int_equal(history_count(w, KEIR2), 0);
    assert_int_equal(history_count(w, MASTER), 1);
    assert_allowed(w, logs_in(w, MASTER));
    reconcile(w);
    ca->misfit = FITS;
    assert_allowed(w, gets_again(w, KEIR2));
    world_free(w);
}

/* … nor are random numbers that come again. */
static void test_r_iss_1_random_numbers_again(void **state)
{
    (void)state;
    struct faults faults = {.part = PART_CRYPTO};
    struct world_parts parts = {0};
    certlife_crypto *inner = NULL;
    assert_int_equal(certlife_crypto_new_mbedtls(&inner, NULL), 0);
    parts.crypto = failing_crypto(inner, &faults);
    struct world *w = world_with(parts);
    has_user(w, KEIR2);
    has_user(w, KEIR3);
    uint64_t drawn = faults.drawn;
    assert_allowed(w, obtains(w, KEIR2));
    faults.drawn = drawn;
    struct dump before = dump_of(w->store);
    assert_failed(w, obtains(w, KEIR3), CERTLIFE_E_CRYPTO);
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    assert_allowed(w, obtains(w, KEIR3)); /* with the next ones */
    reconcile(w);
    world_free(w);
}

/* R-ISS-2 */

static void assert_recorded(struct world *w, const char *user, size_t n)
{
    certlife_certificate_page *page = NULL;
    const uint8_t *held = NULL, *recorded = NULL;
    size_t len = holds(w, user, &held);
    const certlife_certificate *certificate = history_at(w, user, n, &page);
    assert_non_null(certificate);
    assert_int_equal(certlife_certificate_der(certificate, &recorded), len);
    assert_memory_equal(recorded, held, len);
    certlife_certificate_page_free(page);
}

/* No certificate leaves the library that is not recorded … */
static void test_r_iss_2_what_leaves_is_recorded(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_obtained(w, KEIR2);
    assert_recorded(w, KEIR2, 0);
    assert_allowed(w, gets_again(w, KEIR2));
    assert_recorded(w, KEIR2, 0);
    at(w, "2027-03-02 00:00:00");
    assert_allowed(w, renews(w, KEIR2));
    assert_recorded(w, KEIR2, 1);
    reopens(w);
    assert_recorded(w, KEIR2, 1);
    world_free(w);
}

/* … a crash at any point leaves either no certificate or one that can be delivered again and revoked: here the store
 * fails at its first call, its second, and so on (issues_for sees that nothing is handed out). */
static void test_r_iss_2_wherever_the_store_fails(void **state)
{
    (void)state;
    for (int n = 1;; n++) {
        struct faults faults = {.part = PART_STORE, .n = n};
        struct world_parts parts = {0};
        certlife_store *memory = NULL;
        assert_int_equal(certlife_store_new_memory(&memory, NULL), 0);
        parts.store = failing_store(memory, &faults);
        struct world *w = world_with(parts);
        has_user(w, KEIR2);
        faults.armed = true;
        int rc = obtains(w, KEIR2);
        faults.armed = false;
        reconcile(w);
        assert_int_equal(history_count(w, KEIR2), rc == CERTLIFE_ALLOWED);
        assert_allowed(w, rc == CERTLIFE_ALLOWED ? gets_again(w, KEIR2) : obtains(w, KEIR2));
        assert_allowed(w, revokes(w, MASTER, KEIR2));
        assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
        bool went_through = !faults.fired;
        world_free(w);
        if (went_through)
            return;
        assert_true(rc < 0);
    }
}

/* With an outside issuer the order is known before it is placed: a lost answer is asked for again, and only one
 * certificate is ever signed. */
static void test_r_iss_2_a_lost_answer(void **state)
{
    (void)state;
    static const enum late_answer losses[] = {FAILS, SIGNS_AND_CRASHES};
    for (size_t i = 0; i < COUNT(losses); i++) {
        struct world_parts parts = {0};
        assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, NULL), 0);
        struct late_issuer *ca = late_issuer_open(parts.crypto, &parts.issuer);
        struct world *w = world_with(parts);
        has_user(w, KEIR2);
        ca->on_issue = losses[i];
        assert_failed(w, obtains(w, KEIR2), CERTLIFE_E_ISSUER);
        assert_status(w, KEIR2, CERTLIFE_STATUS_ISSUING);
        assert_refused(w, obtains(w, KEIR2), "R-ALL-7", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
        reopens(w);
        ca->on_issue = ANSWERS_AT_ONCE;
        assert_allowed(w, gets_again(w, KEIR2));
        assert_int_equal(late_signed(ca), 2);
        assert_int_equal(history_count(w, KEIR2), 1);
        assert_recorded(w, KEIR2, 0);
        world_free(w);
    }
}

/* R-ISS-4: what happens while the issuer is at work happens between the first look and the recording. */

struct between {
    struct world *w;
    const char *by; /* KEIR2 or "branch" */
    certlife_act act;
    int request; /* whose key, where something is issued */
    int rc;
};

static void do_between(void *payload)
{
    struct between *b = payload;
    struct world *w = b->w;
    certlife_actor a = CERTLIFE_ACTOR_INIT;
    certlife_certificate *certificate = NULL;
    certlife_request request = CERTLIFE_REQUEST_INIT;
    const char *pem = request_pem(b->request);
    a.kind = b->by[0] == 'b' ? CERTLIFE_ACTOR_BRANCH : CERTLIFE_ACTOR_USER;
    a.application = b->by[0] == 'b' ? "2026-0418" : NULL;
    a.contract = COMPANY;
    a.user = KEIR2;
    a.login_password = 1;
    a.certificate_len = holds(w, KEIR2, &a.certificate);
    request.pkcs10 = (const uint8_t *)pem;
    request.pkcs10_len = strlen(pem);
    request.medium = CERTLIFE_MEDIUM_PC;
    b->rc = -99;
    if (b->act == CERTLIFE_ACT_OBTAIN)
        b->rc = certlife_obtain(w->bank, &a, COMPANY, KEIR2, &request, &certificate, NULL, NULL);
    if (b->act == CERTLIFE_ACT_RENEW)
        b->rc = certlife_renew(w->bank, &a, COMPANY, KEIR2, &request, &certificate, NULL, NULL);
    if (b->act == CERTLIFE_ACT_REVOKE)
        b->rc = certlife_revoke(w->bank, &a, COMPANY, KEIR2, CERTLIFE_REASON_KEY_COMPROMISE, NULL, NULL);
    if (b->act == CERTLIFE_ACT_REISSUE)
        b->rc = certlife_reissue(w->bank, &a, COMPANY, KEIR2, NULL, NULL);
    if (b->act == CERTLIFE_ACT_USER_DELETE)
        b->rc = certlife_user_delete(w->bank, &a, COMPANY, KEIR2, NULL, NULL);
    if (b->act == CERTLIFE_ACT_CONTRACT_CLOSE)
        b->rc = certlife_contract_close(w->bank, &a, COMPANY, NULL, NULL);
    certlife_certificate_free(certificate);
}

static struct world *world_with_issuer(const char *profile, struct own_issuer **out)
{
    struct world_parts parts = {0};
    assert_int_equal(certlife_profile_new(profile, &parts.profile, NULL), 0);
    *out = own_issuer_into(&parts, CERTLIFE_ISSUER_LOCAL);
    return world_with(parts);
}

/* Two requests for one user at the same moment give one certificate. */
static void test_r_iss_4_two_requests_one_certificate(void **state)
{
    (void)state;
    struct own_issuer *issuer = NULL;
    struct world *w = world_with_issuer("webfb", &issuer);
    has_user(w, KEIR2);
    struct between another_key = {.w = w, .by = KEIR2, .act = CERTLIFE_ACT_OBTAIN, .request = 41};
    issuer->meanwhile = do_between;
    issuer->payload = &another_key;
    assert_refused(w, obtains_with(w, KEIR2, 40), "R-ALL-5", CERTLIFE_CODE_UNCONFIRMED, CERTLIFE_WAY_DELIVER);
    assert_int_equal(another_key.rc, CERTLIFE_ALLOWED);
    assert_int_equal(history_count(w, KEIR2), 1);
    assert_allowed(w, obtains_with(w, KEIR2, 41));
    assert_recorded(w, KEIR2, 0);
    world_free(w);

    /* With the same key both get the same certificate. */
    w = world_with_issuer("webfb", &issuer);
    has_user(w, KEIR2);
    struct between same_key = {.w = w, .by = KEIR2, .act = CERTLIFE_ACT_OBTAIN, .request = 40};
    issuer->meanwhile = do_between;
    issuer->payload = &same_key;
    assert_allowed(w, obtains_with(w, KEIR2, 40));
    assert_int_equal(same_key.rc, CERTLIFE_ALLOWED);
    assert_int_equal(history_count(w, KEIR2), 1);
    assert_recorded(w, KEIR2, 0);
    reconcile(w);
    world_free(w);
}

/* A renewal never overwrites a revocation, nor what else has come between. */
static void test_r_iss_4_a_renewal_overwrites_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *profile;
        certlife_act act;
        const char *row;
        certlife_code code;
        certlife_way way;
        certlife_status after;
    } rows[] = {
        {"webfb", CERTLIFE_ACT_REVOKE, "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER,
         CERTLIFE_STATUS_REVOKED},
        {"webfb-login", CERTLIFE_ACT_REVOKE, "R-REV-6", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER,
         CERTLIFE_STATUS_REVOKED},
        {"webfb-login", CERTLIFE_ACT_REISSUE, "R-RIS-5", CERTLIFE_CODE_AWAITING, CERTLIFE_WAY_OBTAIN,
         CERTLIFE_STATUS_AWAITING},
        {"webfb-login", CERTLIFE_ACT_USER_DELETE, "R-USR-7", CERTLIFE_CODE_USER_DELETED, CERTLIFE_WAY_NONE,
         CERTLIFE_STATUS_DELETED},
        {"webfb-login", CERTLIFE_ACT_CONTRACT_CLOSE, "R-ALL-8", CERTLIFE_CODE_CONTRACT_CLOSED,
         CERTLIFE_WAY_CONTACT_BRANCH, CERTLIFE_STATUS_CONTRACT_CLOSED},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct own_issuer *issuer = NULL;
        struct world *w = world_with_issuer(rows[i].profile, &issuer);
        has_certificate(w, KEIR2);
        at(w, "2027-03-02 00:00:00");
        struct between between = {.w = w, .by = "branch", .act = rows[i].act};
        issuer->meanwhile = do_between;
        issuer->payload = &between;
        assert_refused(w, renews(w, KEIR2), rows[i].row, rows[i].code, rows[i].way);
        assert_int_equal(between.rc, CERTLIFE_ALLOWED);
        assert_status(w, KEIR2, rows[i].after);
        assert_int_equal(history_count(w, KEIR2), 1);
        assert_int_equal(logs_in(w, KEIR2), CERTLIFE_REFUSED);
        reconcile(w);
        world_free(w);
    }
}

/* Two renewals at once: after a certificate login the later one replaces the earlier, which is revoked as superseded. */
static void test_r_iss_4_two_renewals(void **state)
{
    (void)state;
    struct own_issuer *issuer = NULL;
    struct world *w = world_with_issuer("webfb", &issuer);
    has_certificate(w, KEIR2);
    at(w, "2027-03-02 00:00:00");
    struct between between = {.w = w, .by = KEIR2, .act = CERTLIFE_ACT_RENEW, .request = 41};
    issuer->meanwhile = do_between;
    issuer->payload = &between;
    assert_allowed(w, renews_with(w, KEIR2, 40));
    assert_int_equal(between.rc, CERTLIFE_ALLOWED);
    certlife_certificate_page *page = NULL;
    size_t unconfirmed = 0, revoked = 0;
    history_at(w, KEIR2, 0, &page);
    assert_int_equal(certlife_certificate_page_count(page), 3);
    for (size_t i = 0; i < 3; i++) {
        const certlife_certificate *certificate = certlife_certificate_page_at(page, i);
        unconfirmed += certlife_certificate_state_of(certificate) == CERTLIFE_CERTIFICATE_UNCONFIRMED;
        revoked += certlife_certificate_reason(certificate) == CERTLIFE_REASON_SUPERSEDED;
    }
    certlife_certificate_page_free(page);
    assert_int_equal(unconfirmed, 1);
    assert_int_equal(revoked, 1);
    assert_allowed(w, confirms(w, KEIR2));
    reconcile(w);
    world_free(w);
}

/* R-ISS-5 */

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;
    for (const char *found = strstr(text, word); found != NULL; found = strstr(found + 1, word))
        count++;
    return count;
}

static void assert_in_order(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(text, words[i]);
        if (found == NULL)
            fail_msg("\"%s\" does not follow in:\n%s", words[i], text);
        text = found + strlen(words[i]);
    }
}

/* The issued certificate is: clientAuth, digitalSignature, CA false, subject and issuer key identifiers, CRL distribution
 * point, subject from the register. As OpenSSL reads it, with either kind of CA key. */
static void test_r_iss_5_as_openssl_reads_it(void **state)
{
    (void)state;
    static const char *const extensions[] = {
        "X509v3 Basic Constraints: critical\n                CA:FALSE\n",
        "X509v3 Key Usage: critical\n                Digital Signature\n",
        "X509v3 Extended Key Usage: \n                TLS Web Client Authentication\n",
        "X509v3 Subject Key Identifier: \n",
        "X509v3 Authority Key Identifier: \n",
        "X509v3 CRL Distribution Points: \n",
        "URI:http://crl.example.jp/users.crl\n",
    };
    static const int32_t bits[] = {256, 384, 2048};
    static struct openssl_view view, ca_view;
    for (size_t i = 0; i < COUNT(bits); i++) {
        struct world_parts parts = {0};
        struct test_ca ca;
        struct bytes authority = {0};
        const uint8_t *der = NULL;
        assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, NULL), 0);
        make_test_ca(parts.crypto, bits[i], &ca);
        assert_int_equal(certlife_issuer_open_local(parts.crypto, (const uint8_t *)ca.certificate,
                                                    strlen(ca.certificate), (const uint8_t *)ca.key, strlen(ca.key),
                                                    &parts.issuer, NULL),
                         0);
        struct world *w = world_with(parts);
        has_certificate(w, KEIR2);
        size_t len = holds(w, KEIR2, &der);
        openssl_reads(der, len, &view);
        assert_non_null(strstr(view.text, "Version: 3 (0x2)"));
        assert_string_equal(view.subject, "CN=keir002,OU=0010000001,O=Example Shinkin Bank");
        assert_in_order(view.text, extensions, COUNT(extensions));
        assert_int_equal(count_of(view.text, "X509v3 "), 7); /* the six, and their heading */

        /* The issuer's key identifier is the CA's own. */
        assert_int_equal(certlife__issuer_authority(w->issuer, &authority, NULL), 0);
        openssl_reads(authority.data, authority.len, &ca_view);
        const char *own = strstr(ca_view.text, "X509v3 Subject Key Identifier: \n");
        const char *named = strstr(view.text, "X509v3 Authority Key Identifier: \n");
        assert_non_null(own);
        own += strlen("X509v3 Subject Key Identifier: \n");
        named += strlen("X509v3 Authority Key Identifier: \n");
        assert_int_equal(strcspn(own, "\n"), strcspn(named, "\n"));
        assert_memory_equal(own, named, strcspn(own, "\n"));
        world_free(w);
    }
}

/* A program of another house on what is held by keir002; what it prints. Skips, visibly, where it is not installed. */
static void ask_tool(const char *tool, const char *arguments, const uint8_t *der, size_t len, char *out, size_t room)
{
    char path[] = P_tmpdir "/certlife-XXXXXX", command[512];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", tool);
    if (system(command) != 0) {
        print_message("%s is not installed\n", tool);
        skip();
    }
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, der, len), len);
    close(file);
    snprintf(command, sizeof command, "%s %s %s 2>&1", tool, arguments, path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t read = fread(out, 1, room - 1, pipe);
    out[read] = '\0';
    int rc = pclose(pipe);
    unlink(path);
    if (rc != 0)
        fail_msg("%s: %s", command, out);
}

static void test_r_iss_5_as_gnutls_reads_it(void **state)
{
    (void)state;
    static const char *const extensions[] = {
        "Subject: CN=keir002,OU=0010000001,O=Example Shinkin Bank\n",
        "Basic Constraints (critical):\n\t\t\tCertificate Authority (CA): FALSE\n",
        "Key Usage (critical):\n\t\t\tDigital signature.\n",
        "Key Purpose (not critical):\n\t\t\tTLS WWW Client.\n",
        "Subject Key Identifier (not critical):\n",
        "Authority Key Identifier (not critical):\n",
        "CRL Distribution points (not critical):\n\t\t\tURI: http://crl.example.jp/users.crl\n",
        "Signature Algorithm: ECDSA-SHA256\n",
    };
    static char text[16384];
    const uint8_t *der = NULL;
    struct world *w = world_new("webfb");
    has_certificate(w, KEIR2);
    size_t len = holds(w, KEIR2, &der);
    ask_tool("certtool", "-i --inder --infile", der, len, text, sizeof text);
    assert_in_order(text, extensions, COUNT(extensions));
    world_free(w);
}

/* A bank whose CA is valid from 2020 to `until`; nobody has a certificate yet. */
static struct world *world_with_ca_until(int64_t until)
{
    struct world_parts parts = {0};
    struct test_ca ca;
    assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, NULL), 0);
    assert_int_equal(certlife_issuer_make_test_ca(parts.crypto, "Test CA", 256, moment("2020-01-01 00:00:00"), until,
                                                  ca.certificate, sizeof ca.certificate, ca.key, sizeof ca.key, NULL),
                     0);
    assert_int_equal(certlife_issuer_open_local(parts.crypto, (const uint8_t *)ca.certificate, strlen(ca.certificate),
                                                (const uint8_t *)ca.key, strlen(ca.key), &parts.issuer, NULL),
                     0);
    struct world *w = world_empty(parts);
    assert_allowed(w, registers(w, "branch", COMPANY, MASTER));
    assert_allowed(w, applies(w, "branch"));
    assert_allowed(w, adds(w, "branch", KEIR2));
    return w;
}

/* … and it never outlives its issuer (an issuer that ends too soon is an operator's error, not a shorter certificate). */
static void test_r_iss_5_never_outlives_its_issuer(void **state)
{
    (void)state;
    struct world *w = world_with_ca_until(moment("2027-04-01 23:59:59"));
    at(w, "2026-04-01 23:59:59");
    assert_allowed(w, obtains(w, KEIR2)); /* they end in the same second */
    world_free(w);

    w = world_with_ca_until(moment("2027-04-01 23:59:58"));
    struct dump before = dump_of(w->store);
    assert_failed(w, obtains(w, KEIR2), CERTLIFE_E_ISSUER);
    assert_int_equal(certlife_error_class_of(w->err), CERTLIFE_CLASS_OPERATOR);
    assert_true(dump_equals(&before, w->store));
    assert_status(w, KEIR2, CERTLIFE_STATUS_AWAITING);
    dump_free(&before);
    world_free(w);

    /* A renewal likewise; the old certificate goes on. */
    w = world_with_ca_until(moment("2028-03-01 23:59:59"));
    assert_allowed(w, obtains(w, KEIR2));
    assert_allowed(w, confirms(w, KEIR2));
    at(w, "2027-03-02 00:00:00");
    before = dump_of(w->store);
    assert_failed(w, renews(w, KEIR2), CERTLIFE_E_ISSUER);
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    assert_allowed(w, logs_in(w, KEIR2));
    world_free(w);
}

static void test_r_iss_5_expired_issuer(void **state)
{
    (void)state;
    struct world *w = world_with_ca_until(moment("2026-05-31 23:59:59"));
    at(w, "2026-06-01 00:00:00");
    struct dump before = dump_of(w->store);
    assert_failed(w, obtains(w, KEIR2), CERTLIFE_E_ISSUER);
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    assert_allowed(w, revokes(w, "branch", KEIR2)); /* what needs no issuer goes on */
    world_free(w);
}

/* The same CA with a certificate that ends at `until`: its name, its key. */
static void ends_at(struct own_issuer *issuer, certlife_crypto *crypto, int64_t until)
{
    static const uint8_t serial[CERTLIFE_SERIAL_MAX] = {1}, key_hash[32] = {1};
    uint8_t spki[CERTLIFE_CRYPTO_SPKI_MAX], room[CERTLIFE_CERTIFICATE_MAX], signature[CERTLIFE_CRYPTO_SIGNATURE_MAX];
    size_t spki_len = sizeof spki, len = sizeof signature;
    struct signing_key key;
    struct bytes text = bytes_of(issuer->ca.key, strlen(issuer->ca.key));
    struct writer tbs = writer_into(room, sizeof room);
    struct writer certificate = writer_into(issuer->authority, sizeof issuer->authority);
    assert_int_equal(certlife__crypto_key_open(crypto, text, &key, NULL), 0);
    assert_int_equal(certlife__crypto_key_public(&key, spki, &spki_len, NULL), 0);
    certlife__certificate_write_ca_tbs(&tbs, "Test CA", bytes_of(serial, sizeof serial), bytes_of(spki, spki_len),
                                       moment("2020-01-01 00:00:00"), until, CERTLIFE_SIGNATURE_ECDSA_SHA256, key_hash);
    assert_int_equal(
        certlife__crypto_sign(&key, CERTLIFE_SIGNATURE_ECDSA_SHA256, bytes_of(room, tbs.len), signature, &len, NULL),
        0);
    certlife__crypto_key_close(&key);
    certlife__certificate_assemble(&certificate, bytes_of(room, tbs.len), CERTLIFE_SIGNATURE_ECDSA_SHA256,
                                   bytes_of(signature, len));
    issuer->authority_len = certificate.len;
}

/* An outside issuer's certificate that outlives it is not recorded, and nobody gets it. */
static void test_r_iss_5_outside_it_does_not_either(void **state)
{
    (void)state;
    static const char *const until[] = {"2027-04-01 23:59:59", "2027-04-01 23:59:58"};
    for (size_t i = 0; i < COUNT(until); i++) {
        struct world_parts parts = {0};
        struct own_issuer *issuer = own_issuer_into(&parts, 0);
        ends_at(issuer, parts.crypto, moment(until[i]));
        struct world *w = world_empty(parts);
        assert_allowed(w, registers(w, "branch", COMPANY, MASTER));
        assert_allowed(w, applies(w, "branch"));
        assert_allowed(w, adds(w, "branch", KEIR2));
        if (i == 0)
            assert_allowed(w, obtains(w, KEIR2));
        else
            assert_failed(w, obtains(w, KEIR2), CERTLIFE_E_ISSUER);
        assert_int_equal(history_count(w, KEIR2), i == 0);
        world_free(w);
    }
}

/* What does not fit otherwise is not recorded either. */
static void test_r_iss_5_what_does_not_fit(void **state)
{
    (void)state;
    static const enum late_misfit misfits[] = {HOLDS_ANOTHER_KEY, NAMES_ANOTHER_ISSUER, HAS_A_WRONG_SIGNATURE, IS_A_CA,
                                               HAS_EXPIRED};
    for (size_t i = 0; i < COUNT(misfits); i++) {
        struct world_parts parts = {0};
        assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, NULL), 0);
        struct late_issuer *ca = late_issuer_open(parts.crypto, &parts.issuer);
        struct world *w = world_with(parts);
        has_user(w, KEIR2);
        ca->misfit = misfits[i];
        assert_failed(w, obtains(w, KEIR2), CERTLIFE_E_ISSUER);
        assert_failed(w, gets_again(w, KEIR2), CERTLIFE_E_ISSUER);
        assert_int_equal(history_count(w, KEIR2), 0);
        world_free(w);
    }
}

/* R-ISS-6 */

/* A key of its own, in a file. */
static void make_key(char path[64])
{
    char command[256];
    snprintf(path, 64, "%s/certlife-XXXXXX", P_tmpdir);
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    snprintf(command, sizeof command, "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out %s", path);
    assert_int_equal(system(command), 0);
}

/* A request over that key as OpenSSL makes it; `asking` for more, or not. */
static void make_request(const char *key, const char *asking, char *out, size_t room)
{
    char command[2048];
    snprintf(command, sizeof command, "openssl req -new -key %s %s 2>&1", key, asking);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t read = fread(out, 1, room - 1, pipe);
    out[read] = '\0';
    if (pclose(pipe) != 0)
        fail_msg("%s", out);
}

#define ALL_THERE_IS                                                                                                   \
    "-sha512 -subj '/C=JP/O=Evil/OU=0010000002/CN=keir001' "                                                           \
    "-addext 'subjectAltName=DNS:evil.example,email:evil@evil.example' "                                               \
    "-addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' "                     \
    "-addext 'extendedKeyUsage=serverAuth,anyExtendedKeyUsage' -addext 'certificatePolicies=1.2.3.4' "                 \
    "-addext 'crlDistributionPoints=URI:http://evil.example/crl' -addext 'subjectKeyIdentifier=0102'"

static void issued_to_keir2(const char *request, struct openssl_view *out)
{
    const uint8_t *der = NULL;
    struct world *w = world_new("webfb");
    has_user(w, KEIR2);
    assert_allowed(w, issues_for(w, KEIR2, KEIR2, CERTLIFE_ACT_OBTAIN, request, strlen(request)));
    size_t len = holds(w, KEIR2, &der);
    openssl_reads(der, len, out);
    world_free(w);
}

/* From `from` to `to` in what OpenSSL prints. */
static void part_of(const struct openssl_view *view, const char *from, const char *to, char *out, size_t room)
{
    const char *begin = strstr(view->text, from);
    assert_non_null(begin);
    const char *end = strstr(begin, to);
    assert_non_null(end);
    snprintf(out, room, "%.*s", (int)(end - begin), begin);
}

/* Only the public key crosses from the request into the certificate: a greedy request gives what a modest one gives. */
static void test_r_iss_6_only_the_key_crosses(void **state)
{
    (void)state;
    static const char *const greed[] = {"evil", "Evil", "CA:TRUE", "Certificate Sign", "1.2.3.4", "Web Server", "C=JP"};
    static struct openssl_view greedy_view, modest_view;
    static char greedy[8192], modest[8192], greedy_part[8192], modest_part[8192];
    char key[64];
    make_key(key);
    make_request(key, ALL_THERE_IS, greedy, sizeof greedy);
    make_request(key, "-subj /CN=keir002", modest, sizeof modest);
    unlink(key);
    issued_to_keir2(greedy, &greedy_view);
    issued_to_keir2(modest, &modest_view);
    assert_string_equal(greedy_view.subject, "CN=keir002,OU=0010000001,O=Example Shinkin Bank");
    for (size_t i = 0; i < COUNT(greed); i++)
        assert_null(strstr(greedy_view.text, greed[i]));
    static const char *const parts[][2] = {{"Issuer:", "X509v3 Authority Key Identifier"},
                                           {"X509v3 CRL Distribution Points", "Signature Value"}};
    for (size_t i = 0; i < COUNT(parts); i++) {
        part_of(&greedy_view, parts[i][0], parts[i][1], greedy_part, sizeof greedy_part);
        part_of(&modest_view, parts[i][0], parts[i][1], modest_part, sizeof modest_part);
        assert_string_equal(greedy_part, modest_part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_iss_1_serial_numbers),
        cmocka_unit_test(test_r_iss_1_one_number_everywhere),
        cmocka_unit_test(test_r_iss_1_unique_by_the_store),
        cmocka_unit_test(test_r_iss_1_random_numbers_again),
        cmocka_unit_test(test_r_iss_2_what_leaves_is_recorded),
        cmocka_unit_test(test_r_iss_2_wherever_the_store_fails),
        cmocka_unit_test(test_r_iss_2_a_lost_answer),
        cmocka_unit_test(test_r_iss_4_two_requests_one_certificate),
        cmocka_unit_test(test_r_iss_4_a_renewal_overwrites_nothing),
        cmocka_unit_test(test_r_iss_4_two_renewals),
        cmocka_unit_test(test_r_iss_5_as_openssl_reads_it),
        cmocka_unit_test(test_r_iss_5_as_gnutls_reads_it),
        cmocka_unit_test(test_r_iss_5_never_outlives_its_issuer),
        cmocka_unit_test(test_r_iss_5_expired_issuer),
        cmocka_unit_test(test_r_iss_5_outside_it_does_not_either),
        cmocka_unit_test(test_r_iss_5_what_does_not_fit),
        cmocka_unit_test(test_r_iss_6_only_the_key_crosses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
