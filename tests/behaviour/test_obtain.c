/* SPDX-License-Identifier: Apache-2.0 */
/* Obtain (section 3 of the specification; R-OBT-6, 9 and 10 are in files of their own). */
#include "openssl_view.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int obtains_for(struct world *w, const char *by, const char *user)
{
    const char *pem = request_pem(60);
    return issues_for(w, by, user, CERTLIFE_ACT_OBTAIN, pem, strlen(pem));
}

/* After an authorisation (first issue, reissue) the user obtains with user ID and login password; no certificate is needed
 * for it. */
static void test_r_obt_1_with_id_and_password(void **state)
{
    (void)state;
    for (size_t i = 0; certlife_profile_builtin(i) != NULL; i++) {
        struct world *w = world_new(certlife_profile_builtin(i));
        has_user(w, "keir002");
        assert_status(w, "keir002", CERTLIFE_STATUS_AWAITING);
        without_password(w);
        assert_refused(w, obtains(w, "keir002"), "R-OBT-1", CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_OBTAIN);
        without_certificate(w);
        assert_allowed(w, obtains(w, "keir002"));
        assert_status(w, "keir002", CERTLIFE_STATUS_OBTAINED);
        without_certificate(w);
        assert_allowed(w, confirms(w, "keir002"));
        assert_allowed(w, logs_in(w, "keir002"));
        world_free(w);
    }
}

static void test_r_obt_1_after_a_reissue(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_certificate(w, "keir002");
    assert_allowed(w, reissues(w, MASTER, "keir002"));
    without_password(w);
    assert_refused(w, obtains(w, "keir002"), "R-OBT-1", CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_OBTAIN);
    without_certificate(w);
    assert_allowed(w, obtains(w, "keir002"));
    world_free(w);
}

static void test_r_obt_1_by_nobody_else(void **state)
{
    (void)state;
    static const char *const others[] = {MASTER, "keir003", "branch", "system"};
    struct world *w = world_new("webfb");
    has_user(w, "keir002");
    has_certificate(w, "keir003");
    for (size_t i = 0; i < COUNT(others); i++)
        assert_refused(w, obtains_for(w, others[i], "keir002"), "R-OBT-1", CERTLIFE_CODE_OWN_ONLY, CERTLIFE_WAY_NONE);
    assert_allowed(w, obtains_for(w, "keir002", "keir002"));
    /* Without an authorisation nobody: the system adds users, and does not authorise. */
    assert_allowed(w, adds(w, "system", "keir004"));
    assert_refused(w, obtains(w, "keir004"), "R-OBT-1", CERTLIFE_CODE_NOT_AUTHORISED, CERTLIFE_WAY_ASK_MASTER);
    world_free(w);
}

/* It is possible until obtain-by (profile: days from the authorisation); afterwards it is refused, with the way out. The
 * days are those of the calendar in Japan. */
static void test_r_obt_2_until_obtain_by(void **state)
{
    (void)state;
    static const struct {
        const char *profile, *obtain_by, *authorised, *last;
    } rows[] = {
        {"webfb-login", "80", "2026-04-01 12:00:00", "2026-06-20 23:59:59"},
        {"webfb", "80", "2026-04-01 12:00:00", "2026-06-20 23:59:59"},
        {"houjin", "80", "2026-04-01 12:00:00", "2026-06-20 23:59:59"},
        {"kumiai", "80", "2026-04-01 12:00:00", "2026-06-20 23:59:59"},
        {"webfb", "80", "2026-12-20 00:00:00", "2027-03-10 23:59:59"},
        {"webfb", "80", "2028-01-01 08:59:59", "2028-03-21 23:59:59"},
        {"webfb", "7", "2026-04-01 23:59:59", "2026-04-08 23:59:59"},
        {"webfb", "7", "2026-04-02 00:00:00", "2026-04-09 23:59:59"},
        {"webfb", "7", "2026-04-02 09:00:00", "2026-04-09 23:59:59"},
        {"webfb", "0", "2026-04-02 00:00:00", "2026-04-02 23:59:59"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_where(rows[i].profile, "obtain by", rows[i].obtain_by);
        at(w, rows[i].authorised);
        assert_allowed(w, adds(w, "branch", "keir002"));
        w->now = moment(rows[i].last) + 1;
        assert_refused(w, obtains(w, "keir002"), "R-OBT-2", CERTLIFE_CODE_OBTAIN_PERIOD_OVER, CERTLIFE_WAY_ASK_MASTER);
        assert_date(w, rows[i].last);
        at(w, rows[i].last);
        assert_allowed(w, obtains(w, "keir002"));
        world_free(w);
    }
}

static void test_r_obt_2_without_limit(void **state)
{
    (void)state;
    struct world *w = world_where("webfb", "obtain by", "no limit");
    has_user(w, "keir002");
    at(w, "2046-04-01 12:00:00");
    assert_status(w, "keir002", CERTLIFE_STATUS_AWAITING);
    assert_allowed(w, obtains(w, "keir002"));
    world_free(w);
}

/* The way out: ask the master user, or the branch for the master user. */
static void test_r_obt_2_who_helps(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_user(w, "keir002");
    w->company = "0010000002";
    assert_allowed(w, registers(w, "branch", w->company, "keir001"));
    assert_allowed(w, applies(w, "branch"));
    assert_allowed(w, authorises(w, "branch", "keir001"));
    at(w, "2026-06-21 00:00:00");
    assert_refused(w, obtains(w, "keir001"), "R-OBT-2", CERTLIFE_CODE_OBTAIN_PERIOD_OVER, CERTLIFE_WAY_CONTACT_BRANCH);
    assert_allowed(w, authorises(w, "branch", "keir001"));
    assert_allowed(w, obtains(w, "keir001"));
    w->company = COMPANY;
    assert_allowed(w, authorises(w, MASTER, "keir002"));
    at(w, "2026-09-10 00:00:00");
    assert_refused(w, obtains(w, "keir002"), "R-OBT-2", CERTLIFE_CODE_OBTAIN_PERIOD_OVER, CERTLIFE_WAY_ASK_MASTER);
    at(w, "2026-09-09 23:59:59");
    assert_allowed(w, obtains(w, "keir002"));
    world_free(w);
}

/* What OpenSSL reads in the PC's certificate is what the register says. */
static void assert_issued(struct world *w, const char *user, const char *not_before, const char *not_after)
{
    struct openssl_view seen;
    const uint8_t *der = NULL, *stored = NULL;
    char subject[256];
    certlife_certificate_page *page = NULL;
    size_t len = holds(w, user, &der);
    const certlife_certificate *kept = history_at(w, user, history_count(w, user) - 1, &page);
    openssl_reads(der, len, &seen);
    snprintf(subject, sizeof subject, "CN=%s,OU=%s,O=Example Shinkin Bank", user, w->company);
    assert_string_equal(seen.subject, subject);
    assert_int_equal(seen.not_before, moment(not_before));
    assert_int_equal(seen.not_after, moment(not_after));
    assert_int_equal(certlife_certificate_der(kept, &stored), len);
    assert_memory_equal(stored, der, len);
    assert_string_equal(certlife_certificate_serial(kept), seen.serial);
    assert_int_equal(certlife_certificate_not_before(kept), seen.not_before);
    assert_int_equal(certlife_certificate_not_after(kept), seen.not_after);
    certlife_certificate_page_free(page);
}

/* The certificate is valid for one year from issuance, and names the user. */
static void test_r_obt_3_one_year_and_the_user(void **state)
{
    (void)state;
    static const struct {
        const char *user, *issued, *last;
    } rows[] = {
        {"keir002", "2026-04-01 12:00:00", "2027-04-01 23:59:59"},
        {"keir003", "2026-04-02 00:00:00", "2027-04-02 23:59:59"},
        {"keir004", "2026-04-02 08:59:59", "2027-04-02 23:59:59"}, /* in UTC still the day before */
        {"keir005", "2026-12-31 23:59:59", "2027-12-31 23:59:59"},
        {"keir006", "2027-02-28 10:00:00", "2028-02-28 23:59:59"},
        {"利用者", "2028-02-29 10:00:00", "2029-02-28 23:59:59"},
        {"keir007", "2049-06-01 10:00:00", "2050-06-01 23:59:59"},
    };
    for (size_t profile = 0; certlife_profile_builtin(profile) != NULL; profile++) {
        struct world *w = world_new(certlife_profile_builtin(profile));
        for (size_t i = 0; i < COUNT(rows); i++) {
            at(w, rows[i].issued);
            assert_allowed(w, adds(w, "branch", rows[i].user));
            assert_allowed(w, obtains(w, rows[i].user));
            assert_issued(w, rows[i].user, rows[i].issued, rows[i].last);
        }
        world_free(w);
    }
}

/* Byte for byte what the PC was given before. */
static void assert_the_same(struct world *w, const char *user, const uint8_t *der, size_t len)
{
    const uint8_t *again = NULL;
    assert_int_equal(holds(w, user, &again), len);
    assert_memory_equal(again, der, len);
    assert_int_equal(history_count(w, user), 1);
}

/* Issuance is two-step: issued, then confirmed as installed. Until confirmed, the same certificate can be delivered again,
 * byte for byte, to the same user, without issuing a second one. */
static void test_r_obt_4_same_certificate_again(void **state)
{
    (void)state;
    for (size_t i = 0; certlife_profile_builtin(i) != NULL; i++) {
        struct world *w = world_new(certlife_profile_builtin(i));
        const uint8_t *der = NULL;
        uint8_t first[8192];
        has_user(w, "keir002");
        assert_allowed(w, obtains_with(w, "keir002", 10));
        size_t len = holds(w, "keir002", &der);
        memcpy(first, der, len);
        at(w, "2026-04-01 12:00:30"); /* a reload after a network error */
        without_certificate(w);
        assert_allowed(w, gets_again(w, "keir002"));
        assert_the_same(w, "keir002", first, len);
        without_certificate(w);
        assert_allowed(w, obtains_with(w, "keir002", 10));
        assert_the_same(w, "keir002", first, len);
        assert_refused(w, obtains_with(w, "keir002", 11), "R-ALL-5", CERTLIFE_CODE_UNCONFIRMED, CERTLIFE_WAY_DELIVER);
        reopens(w);
        at(w, "2027-04-01 23:59:59"); /* whatever obtain-by says (R-ALL-6) */
        assert_allowed(w, gets_again(w, "keir002"));
        assert_the_same(w, "keir002", first, len);
        without_password(w);
        assert_refused(w, gets_again(w, "keir002"), "R-ALL-6", CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_OBTAIN);
        assert_allowed(w, confirms(w, "keir002"));
        assert_refused(w, gets_again(w, "keir002"), "R-OBT-4", CERTLIFE_CODE_NOTHING_TO_DELIVER,
                       CERTLIFE_WAY_ASK_MASTER);
        world_free(w);
    }
}

static void test_r_obt_4_to_the_same_user(void **state)
{
    (void)state;
    static const char *const others[] = {MASTER, "keir003", "branch", "system"};
    certlife_certificate *given = NULL;
    struct world *w = world_new("webfb");
    has_obtained(w, "keir002");
    has_certificate(w, "keir003");
    for (size_t i = 0; i < COUNT(others); i++) {
        int rc = certlife_deliver(w->bank, actor(w, others[i]), COMPANY, "keir002", &given, w->decision, &w->err);
        assert_refused(w, rc, "R-OBT-1", CERTLIFE_CODE_OWN_ONLY, CERTLIFE_WAY_NONE);
        assert_null(given);
    }
    /* The first login confirms it as well. */
    assert_allowed(w, logs_in(w, "keir002"));
    assert_true(certlife_login_confirmed(w->login));
    assert_refused(w, gets_again(w, "keir002"), "R-OBT-4", CERTLIFE_CODE_NOTHING_TO_DELIVER, CERTLIFE_WAY_ASK_MASTER);
    world_free(w);
}

/* If delivery cannot be mended, the certificate is revoked and reissued. */
static void test_r_obt_5_revoked_and_reissued(void **state)
{
    (void)state;
    for (size_t i = 0; certlife_profile_builtin(i) != NULL; i++) {
        bool kumiai = strcmp(certlife_profile_builtin(i), "kumiai") == 0;
        struct world *w = world_new(certlife_profile_builtin(i));
        certlife_certificate_page *page = NULL;
        has_obtained(w, "keir002"); /* and the key is lost */
        assert_refused(w, obtains(w, "keir002"), "R-ALL-5", CERTLIFE_CODE_UNCONFIRMED, CERTLIFE_WAY_DELIVER);
        with_confirmation(w);
        assert_allowed(w, kumiai ? revokes(w, MASTER, "keir002") : reissues(w, MASTER, "keir002"));
        assert_refused(w, logs_in(w, "keir002"), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_OBTAIN);
        assert_refused(w, gets_again(w, "keir002"), "R-OBT-4", CERTLIFE_CODE_NOTHING_TO_DELIVER, CERTLIFE_WAY_OBTAIN);
        const certlife_certificate *lost = history_at(w, "keir002", 0, &page);
        assert_int_equal(certlife_certificate_state_of(lost), CERTLIFE_CERTIFICATE_REVOKED);
        assert_int_equal(certlife_certificate_reason(lost),
                         kumiai ? CERTLIFE_REASON_UNSPECIFIED : CERTLIFE_REASON_SUPERSEDED);
        certlife_certificate_page_free(page);
        assert_allowed(w, obtains(w, "keir002"));
        assert_allowed(w, logs_in(w, "keir002"));
        assert_int_equal(history_count(w, "keir002"), 2);
        world_free(w);
    }
}

/* The issuing channel is checked against the profile (e.g. Edge: application or IE mode; Chrome: application only). */
static void test_r_obt_7_channel_of_the_profile(void **state)
{
    (void)state;
    static const struct {
        const char *channel;
        bool in_kumiai;
    } rows[] = {
        {"edge/app", true},     {"edge/ie_mode", true}, {"chrome/app", true}, {"chrome/ie_mode", false},
        {"firefox/app", false}, {"edge", false},        {"edge/", false},     {"edge/ap", false},
        {"edge/apps", false},   {"Edge/app", false},    {"any", false},       {"edge/app, edge/ie_mode", false},
        {", ", false},          {NULL, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t profile = 0; certlife_profile_builtin(profile) != NULL; profile++) {
            bool kumiai = strcmp(certlife_profile_builtin(profile), "kumiai") == 0;
            struct world *w = world_new(certlife_profile_builtin(profile));
            has_user(w, "keir002");
            w->channel = rows[i].channel;
            int rc = obtains(w, "keir002");
            if (!kumiai || rows[i].in_kumiai)
                assert_allowed(w, rc);
            else
                assert_refused(w, rc, "R-OBT-7", CERTLIFE_CODE_CHANNEL_NOT_ALLOWED, CERTLIFE_WAY_NONE);
            world_free(w);
        }
    }
}

static void test_r_obt_7_also_at_renewal(void **state)
{
    (void)state;
    struct world *w = world_new("kumiai");
    has_user(w, "keir002");
    assert_allowed(w, obtains_with(w, "keir002", 10));
    w->channel = "firefox/app";
    assert_allowed(w, obtains_with(w, "keir002", 10)); /* delivering again checks neither (R-ALL-18) */
    assert_allowed(w, confirms(w, "keir002"));
    at(w, "2027-03-02 00:00:00");
    assert_refused(w, renews(w, "keir002"), "R-OBT-7", CERTLIFE_CODE_CHANNEL_NOT_ALLOWED, CERTLIFE_WAY_NONE);
    w->channel = "edge/ie_mode";
    assert_allowed(w, renews(w, "keir002"));
    world_free(w);
}

/* The medium is checked: `usb_token` only where the institution offers it and the contract has applied for it. The medium
 * is recorded with the certificate. */
static void test_r_obt_8_medium(void **state)
{
    (void)state;
    static const struct {
        const char *profile;
        certlife_medium medium;
        bool applied;
        certlife_code code;
        certlife_way way;
    } rows[] = {
        {"webfb-login", CERTLIFE_MEDIUM_PC, false, CERTLIFE_CODE_ALLOWED, 0},
        {"webfb", CERTLIFE_MEDIUM_PC, false, CERTLIFE_CODE_ALLOWED, 0},
        {"houjin", CERTLIFE_MEDIUM_PC, false, CERTLIFE_CODE_ALLOWED, 0},
        {"houjin", CERTLIFE_MEDIUM_PC, true, CERTLIFE_CODE_ALLOWED, 0},
        {"kumiai", CERTLIFE_MEDIUM_PC, false, CERTLIFE_CODE_ALLOWED, 0},
        {"webfb-login", CERTLIFE_MEDIUM_USB_TOKEN, false, CERTLIFE_CODE_MEDIUM_NOT_OFFERED, CERTLIFE_WAY_NONE},
        {"webfb", CERTLIFE_MEDIUM_USB_TOKEN, false, CERTLIFE_CODE_MEDIUM_NOT_OFFERED, CERTLIFE_WAY_NONE},
        {"houjin", CERTLIFE_MEDIUM_USB_TOKEN, false, CERTLIFE_CODE_MEDIUM_NOT_APPLIED, CERTLIFE_WAY_CONTACT_BRANCH},
        {"houjin", CERTLIFE_MEDIUM_USB_TOKEN, true, CERTLIFE_CODE_ALLOWED, 0},
        {"kumiai", CERTLIFE_MEDIUM_USB_TOKEN, false, CERTLIFE_CODE_MEDIUM_NOT_OFFERED, CERTLIFE_WAY_NONE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_new(rows[i].profile);
        certlife_certificate_page *page = NULL;
        has_user(w, "keir002");
        if (rows[i].applied)
            assert_allowed(w, applies_for_usb_tokens(w, "branch"));
        w->medium = rows[i].medium;
        int rc = obtains(w, "keir002");
        if (rows[i].code == CERTLIFE_CODE_ALLOWED) {
            assert_allowed(w, rc);
            assert_int_equal(certlife_certificate_medium(history_at(w, "keir002", 0, &page)), rows[i].medium);
            certlife_certificate_page_free(page);
        } else {
            assert_refused(w, rc, "R-OBT-8", rows[i].code, rows[i].way);
            assert_status(w, "keir002", CERTLIFE_STATUS_AWAITING);
        }
        world_free(w);
    }
}

static void test_r_obt_8_applying_for_usb_tokens(void **state)
{
    (void)state;
    static const char *const without[] = {"webfb-login", "webfb", "kumiai"};
    for (size_t i = 0; i < COUNT(without); i++) {
        struct world *w = world_new(without[i]);
        assert_refused(w, applies_for_usb_tokens(w, "branch"), "R-OBT-8", CERTLIFE_CODE_MEDIUM_NOT_OFFERED,
                       CERTLIFE_WAY_NONE);
        world_free(w);
    }
    struct world *w = world_new("houjin");
    assert_refused(w, applies_for_usb_tokens(w, MASTER), "R-OBT-8", CERTLIFE_CODE_BRANCH_ONLY,
                   CERTLIFE_WAY_CONTACT_BRANCH);
    without_application(w);
    assert_refused(w, applies_for_usb_tokens(w, "branch"), "R-OBT-8", CERTLIFE_CODE_APPLICATION_NEEDED,
                   CERTLIFE_WAY_NONE);
    assert_allowed(w, applies_for_usb_tokens(w, "branch"));
    assert_refused(w, applies_for_usb_tokens(w, "branch"), "R-OBT-8", CERTLIFE_CODE_ALREADY_APPLIED, CERTLIFE_WAY_NONE);
    world_free(w);
}

/* What a command prints. */
static size_t printed_by(const char *command, uint8_t *out, size_t room)
{
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t len = fread(out, 1, room, pipe);
    if (pclose(pipe) != 0 || len == 0)
        fail_msg("failed: %s", command);
    return len;
}

static int sends(struct world *w, const char *user, const uint8_t *request, size_t len)
{
    return issues_for(w, user, user, CERTLIFE_ACT_OBTAIN, request, len);
}

/* The certificate request (PKCS#10) is checked: key type and size … */
static void test_r_obt_11_kinds_of_key(void **state)
{
    (void)state;
#define MAKE "openssl req -new -nodes -subj /CN=x -keyout /dev/null 2>/dev/null -newkey "
#define FIXTURE "cat " FIXTURES "/requests/"
    static const struct {
        const char *request;
        certlife_code code;
    } rows[] = {
        {FIXTURE "certutil_p256.der", CERTLIFE_CODE_ALLOWED},
        {FIXTURE "certutil_p384.pem", CERTLIFE_CODE_ALLOWED},
        {FIXTURE "certutil_rsa2048.pem", CERTLIFE_CODE_ALLOWED},
        {FIXTURE "keytool_p256.pem", CERTLIFE_CODE_ALLOWED},
        {FIXTURE "keytool_rsa3072.pem", CERTLIFE_CODE_ALLOWED},
        {FIXTURE "certutil_rsa4096.der", CERTLIFE_CODE_ALLOWED},
        {MAKE "rsa:1024", CERTLIFE_CODE_REQUEST_KEY_KIND},
        {MAKE "rsa:2040", CERTLIFE_CODE_REQUEST_KEY_KIND},
        {MAKE "rsa:2048 -pkeyopt rsa_keygen_pubexp:3", CERTLIFE_CODE_REQUEST_KEY_KIND},
        {MAKE "ec -pkeyopt ec_paramgen_curve:secp521r1", CERTLIFE_CODE_REQUEST_KEY_KIND},
        {MAKE "ec -pkeyopt ec_paramgen_curve:secp256k1", CERTLIFE_CODE_REQUEST_KEY_KIND},
        {MAKE "ed25519", CERTLIFE_CODE_REQUEST_KEY_KIND},
        {FIXTURE "close_primes.pem", CERTLIFE_CODE_REQUEST_KEY_WEAK},
    };
    struct world *w = world_new("webfb");
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t request[8192];
        char user[16];
        size_t len = printed_by(rows[i].request, request, sizeof request);
        snprintf(user, sizeof user, "keir1%02zu", i);
        has_user(w, user);
        int rc = sends(w, user, request, len);
        if (rows[i].code == CERTLIFE_CODE_ALLOWED)
            assert_allowed(w, rc);
        else
            assert_refused(w, rc, "R-OBT-11", rows[i].code, CERTLIFE_WAY_NONE);
        assert_int_equal(history_count(w, user), rows[i].code == CERTLIFE_CODE_ALLOWED);
    }
    world_free(w);
}

/* … proof of possession … */
static void test_r_obt_11_proof_of_possession(void **state)
{
    (void)state;
    uint8_t request[8192];
    char command[1200];
    struct world *w = world_new("webfb");
    has_user(w, "keir002");
    snprintf(command, sizeof command, "openssl req -in " REQUESTS "/request-60.pem -outform DER");
    size_t len = printed_by(command, request, sizeof request);
    request[len - 1] ^= 1;
    assert_refused(w, sends(w, "keir002", request, len), "R-OBT-11", CERTLIFE_CODE_REQUEST_SIGNATURE,
                   CERTLIFE_WAY_NONE);
    request[len - 1] ^= 1;
    assert_failed(w, sends(w, "keir002", request, len - 1), CERTLIFE_E_MALFORMED);
    assert_failed(w, sends(w, "keir002", (const uint8_t *)"", 0), CERTLIFE_E_MALFORMED);
    assert_int_equal(history_count(w, "keir002"), 0);
    assert_allowed(w, sends(w, "keir002", request, len));
    world_free(w);
}

/* … no reuse of a revoked or foreign key (a user's own earlier one may come back unless R-ALL-19 bars it). */
static void test_r_obt_11_keys_that_come_back(void **state)
{
    (void)state;
    static const struct {
        certlife_reason reason;
        bool barred;
    } rows[] = {
        {CERTLIFE_REASON_KEY_COMPROMISE, true},
        {CERTLIFE_REASON_UNSPECIFIED, false},
        {CERTLIFE_REASON_AFFILIATION_CHANGED, false},
        {CERTLIFE_REASON_CESSATION, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_new("kumiai");
        has_user(w, "keir002");
        has_user(w, "keir003");
        assert_allowed(w, obtains_with(w, "keir002", 10));
        assert_allowed(w, revokes_for(w, "branch", "keir002", rows[i].reason));
        assert_refused(w, obtains_with(w, "keir003", 10), "R-USR-3", CERTLIFE_CODE_KEY_OF_ANOTHER, CERTLIFE_WAY_NONE);
        int rc = obtains_with(w, "keir002", 10);
        if (rows[i].barred)
            assert_refused(w, rc, "R-ALL-19", CERTLIFE_CODE_KEY_BARRED, CERTLIFE_WAY_NONE);
        else
            assert_allowed(w, rc);
        world_free(w);
    }
}

static void test_r_obt_11_keys_after_a_reissue(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_user(w, "keir002");
    assert_allowed(w, obtains_with(w, "keir002", 10));
    assert_allowed(w, reissues(w, MASTER, "keir002"));
    assert_refused(w, obtains_with(w, "keir002", 10), "R-ALL-19", CERTLIFE_CODE_KEY_BARRED, CERTLIFE_WAY_NONE);
    assert_allowed(w, obtains_with(w, "keir002", 11));
    world_free(w);
}

/* Subject and extensions come from the profile, never from the request: this one asks for a name and to be a CA. */
static void test_r_obt_11_nothing_but_the_key(void **state)
{
    (void)state;
    uint8_t request[8192];
    const uint8_t *der = NULL;
    struct openssl_view seen;
    struct world *w = world_new("webfb");
    has_user(w, "keir002");
    size_t len = printed_by(FIXTURE "keytool_san.pem", request, sizeof request);
    assert_allowed(w, sends(w, "keir002", request, len));
    len = holds(w, "keir002", &der);
    openssl_reads(der, len, &seen);
    assert_string_equal(seen.subject, "CN=keir002,OU=" COMPANY ",O=Example Shinkin Bank");
    assert_null(strstr(seen.text, "example.test"));
    assert_null(strstr(seen.text, "Subject Alternative Name"));
    assert_null(strstr(seen.text, "CA:TRUE"));
    assert_non_null(strstr(seen.text, "CA:FALSE"));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_obt_1_with_id_and_password),
        cmocka_unit_test(test_r_obt_1_after_a_reissue),
        cmocka_unit_test(test_r_obt_1_by_nobody_else),
        cmocka_unit_test(test_r_obt_2_until_obtain_by),
        cmocka_unit_test(test_r_obt_2_without_limit),
        cmocka_unit_test(test_r_obt_2_who_helps),
        cmocka_unit_test(test_r_obt_3_one_year_and_the_user),
        cmocka_unit_test(test_r_obt_4_same_certificate_again),
        cmocka_unit_test(test_r_obt_4_to_the_same_user),
        cmocka_unit_test(test_r_obt_5_revoked_and_reissued),
        cmocka_unit_test(test_r_obt_7_channel_of_the_profile),
        cmocka_unit_test(test_r_obt_7_also_at_renewal),
        cmocka_unit_test(test_r_obt_8_medium),
        cmocka_unit_test(test_r_obt_8_applying_for_usb_tokens),
        cmocka_unit_test(test_r_obt_11_kinds_of_key),
        cmocka_unit_test(test_r_obt_11_proof_of_possession),
        cmocka_unit_test(test_r_obt_11_keys_that_come_back),
        cmocka_unit_test(test_r_obt_11_keys_after_a_reissue),
        cmocka_unit_test(test_r_obt_11_nothing_but_the_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
