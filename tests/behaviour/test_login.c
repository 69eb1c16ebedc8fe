/* SPDX-License-Identifier: Apache-2.0 */
/* The login check: R-LOG-1…4. What is issued on 2026-04-01 expires with the last second of 2027-04-01. */
#include "own_issuer.h"

#include "base/text.h"
#include "ports/crypto.h"

#define KEIR2 "keir002"
#define KEIR3 "keir003"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const profiles[] = {"webfb-login", "webfb", "houjin", "kumiai"};

static struct world *company(const char *profile)
{
    struct world *w = world_new(profile);
    has_certificate(w, KEIR2);
    has_certificate(w, KEIR3);
    return w;
}

static int branch_revokes(struct world *w, const char *user)
{
    return revokes(w, "branch", user);
}

/* A login succeeds only with a certificate that is this user's current one … */
static void test_r_log_1_with_the_current_certificate(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(profiles); i++) {
        struct world *w = company(profiles[i]);
        assert_allowed(w, logs_in(w, KEIR2));
        assert_string_equal(certlife_decision_row(w->decision), "R-LOG-1");
        assert_string_equal(certlife_login_serial(w->login), held_serial(w, KEIR2));
        assert_int_equal(certlife_login_expiry(w->login), moment("2027-04-01 23:59:59"));
        assert_int_equal(certlife_login_confirmed(w->login), 0);
        assert_allowed(w, looks_in(w, KEIR2));
        world_free(w);
    }
}

/* … within its validity: from its first second to its last. */
static void test_r_log_1_within_its_validity(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(profiles); i++) {
        struct world *w = world_new(profiles[i]);
        at(w, "2026-05-31 00:00:00");
        has_certificate(w, KEIR2);
        assert_allowed(w, logs_in(w, KEIR2));
        at(w, "2027-05-31 23:59:59");
        assert_allowed(w, logs_in(w, KEIR2));
        at(w, "2027-06-01 00:00:00");
        assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_OBTAIN);
        assert_date(w, "2027-05-31 23:59:59");
        world_free(w);
    }
}

/* ID and password alone are never enough. */
static void test_r_log_1_password_alone_is_never_enough(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(profiles); i++) {
        struct world *w = company(profiles[i]);
        without_certificate(w);
        assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_NO_CERTIFICATE, CERTLIFE_WAY_LOG_IN);
        without_certificate(w);
        with_confirmation(w);
        assert_refused(w, looks_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_NO_CERTIFICATE, CERTLIFE_WAY_LOG_IN);
        world_free(w);
    }
}

/* What users do behind the login needs a certificate login. */
static void test_r_log_1_acts_behind_the_login(void **state)
{
    (void)state;
    static const struct {
        certlife_act act;
        const char *user;
    } rows[] = {
        {CERTLIFE_ACT_REVOKE, KEIR2},      {CERTLIFE_ACT_REISSUE, KEIR2},     {CERTLIFE_ACT_AUTHORISE, KEIR2},
        {CERTLIFE_ACT_USER_CHANGE, KEIR2}, {CERTLIFE_ACT_USER_DELETE, KEIR2}, {CERTLIFE_ACT_USER_SHOW, KEIR2},
        {CERTLIFE_ACT_USER_ADD, NULL},     {CERTLIFE_ACT_USER_LIST, NULL},    {CERTLIFE_ACT_CONTRACT_SHOW, NULL},
    };
    struct world *w = company("webfb");
    for (size_t i = 0; i < COUNT(rows); i++) {
        without_certificate(w);
        assert_refused(w, could(w, MASTER, rows[i].act, rows[i].user), "R-LOG-1",
                       CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED, CERTLIFE_WAY_LOG_IN);
        without_password(w);
        assert_refused(w, could(w, MASTER, rows[i].act, rows[i].user), "R-LOG-1", CERTLIFE_CODE_PASSWORD_NEEDED,
                       CERTLIFE_WAY_LOG_IN);
        presenting(w, KEIR3);
        assert_refused(w, could(w, MASTER, rows[i].act, rows[i].user), "R-USR-3", CERTLIFE_CODE_ANOTHER_USERS,
                       CERTLIFE_WAY_NONE);
    }
    world_free(w);
}

/* Only users log in: bank staff and the host program have doors of their own. */
static void test_r_log_1_only_users_log_in(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    assert_failed(w, logs_in(w, "branch"), CERTLIFE_E_INVALID);
    assert_failed(w, logs_in(w, "system"), CERTLIFE_E_INVALID);
    world_free(w);
}

/* R-LOG-2: each refusal has its own reason, and its way out. One story for each; keir002 then tries to log in. */

static int with_none(struct world *w)
{
    without_certificate(w);
    return logs_in(w, KEIR2);
}

/* A certificate over a new key, signed by `issuer`, for keir002. */
static size_t sign(struct world *w, certlife_issuer *issuer, const uint8_t *serial,
                   uint8_t out[CERTLIFE_CERTIFICATE_MAX])
{
    struct signing_key key;
    uint8_t spki[CERTLIFE_CRYPTO_SPKI_MAX];
    size_t spki_len = sizeof spki, len = CERTLIFE_CERTIFICATE_MAX;
    assert_int_equal(certlife__crypto_key_generate(w->crypto, 256, &key, NULL), 0);
    assert_int_equal(certlife__crypto_key_public(&key, spki, &spki_len, NULL), 0);
    certlife__crypto_key_close(&key);
    certlife_issuer_order order = {
        .size = sizeof order,
        .id = serial,
        .id_len = CERTLIFE_SERIAL_MAX,
        .serial = serial,
        .serial_len = CERTLIFE_SERIAL_MAX,
        .spki = spki,
        .spki_len = spki_len,
        .organization = "Example Shinkin Bank",
        .unit = COMPANY,
        .common_name = KEIR2,
        .not_before = moment("2026-04-01 12:00:00"),
        .not_after = moment("2027-04-01 23:59:59"),
        .crl_url = "http://crl.example.jp/users.crl",
    };
    assert_int_equal(certlife__issuer_issue(issuer, &order, out, &len, NULL), 0);
    return len;
}

/* A CA that is not the institution's; it may bear the same name. */
static certlife_issuer *another_ca(struct world *w, const char *name)
{
    struct test_ca ca;
    certlife_issuer *issuer = NULL;
    assert_int_equal(certlife_issuer_make_test_ca(w->crypto, name, 256, moment("2020-01-01 00:00:00"),
                                                  moment("2090-01-01 00:00:00"), ca.certificate, sizeof ca.certificate,
                                                  ca.key, sizeof ca.key, NULL),
                     0);
    assert_int_equal(certlife_issuer_open_local(w->crypto, (const uint8_t *)ca.certificate, strlen(ca.certificate),
                                                (const uint8_t *)ca.key, strlen(ca.key), &issuer, NULL),
                     0);
    return issuer;
}

static void serial_of(struct world *w, const char *user, uint8_t out[CERTLIFE_SERIAL_MAX])
{
    size_t len = 0;
    assert_true(certlife__hex_read(held_serial(w, user), out, CERTLIFE_SERIAL_MAX, &len));
    assert_int_equal(len, CERTLIFE_SERIAL_MAX);
}

static int with_one_that_is_not_recorded(struct world *w)
{
    static const uint8_t serial[CERTLIFE_SERIAL_MAX] = {0x41, 1, 2, 3};
    uint8_t der[CERTLIFE_CERTIFICATE_MAX];
    size_t len = sign(w, w->issuer, serial, der);
    return logs_in_with(w, KEIR2, der, len);
}

static int with_another_banks(struct world *w)
{
    uint8_t der[CERTLIFE_CERTIFICATE_MAX], serial[CERTLIFE_SERIAL_MAX];
    certlife_issuer *issuer = another_ca(w, "Another CA");
    serial_of(w, KEIR2, serial);
    size_t len = sign(w, issuer, serial, der);
    certlife_issuer_close(issuer);
    return logs_in_with(w, KEIR2, der, len);
}

static int with_another_users(struct world *w)
{
    presenting(w, KEIR3);
    return logs_in(w, KEIR2);
}

static int too_late(struct world *w)
{
    at(w, "2027-04-02 00:00:00");
    return logs_in(w, KEIR2);
}

static int far_too_late(struct world *w)
{
    at(w, "2027-07-01 00:00:00");
    return logs_in(w, KEIR2);
}

static int master_far_too_late(struct world *w)
{
    at(w, "2027-07-01 00:00:00");
    return logs_in(w, MASTER);
}

static int after_a_revocation(struct world *w)
{
    assert_allowed(w, branch_revokes(w, KEIR2));
    return logs_in(w, KEIR2);
}

static int master_after_a_revocation(struct world *w)
{
    assert_allowed(w, branch_revokes(w, MASTER));
    return logs_in(w, MASTER);
}

static int after_a_reissue(struct world *w)
{
    assert_allowed(w, reissues(w, "branch", KEIR2));
    return logs_in(w, KEIR2);
}

static int after_a_renewal(struct world *w)
{
    at(w, "2027-03-02 00:00:00");
    assert_allowed(w, renews(w, KEIR2));
    assert_allowed(w, confirms(w, KEIR2));
    keeps_old(w, KEIR2);
    return logs_in(w, KEIR2);
}

static int after_deletion(struct world *w)
{
    assert_allowed(w, deletes(w, "branch", KEIR2));
    return logs_in(w, KEIR2);
}

static int after_closing(struct world *w)
{
    assert_allowed(w, closes(w, "branch"));
    return logs_in(w, KEIR2);
}

static void test_r_log_2_each_refusal_has_its_own_reason(void **state)
{
    (void)state;
    static const struct {
        const char *profile;
        int (*story)(struct world *);
        const char *row;
        certlife_code code;
        certlife_way way;
        const char *date;
    } rows[] = {
        {"webfb", with_none, "R-LOG-2", CERTLIFE_CODE_NO_CERTIFICATE, CERTLIFE_WAY_LOG_IN, NULL},
        {"webfb", with_one_that_is_not_recorded, "R-LOG-2", CERTLIFE_CODE_UNKNOWN_CERTIFICATE, CERTLIFE_WAY_NONE, NULL},
        {"webfb", with_another_banks, "R-LOG-2", CERTLIFE_CODE_WRONG_ISSUER, CERTLIFE_WAY_NONE, NULL},
        {"webfb", with_another_users, "R-USR-3", CERTLIFE_CODE_ANOTHER_USERS, CERTLIFE_WAY_NONE, NULL},
        {"webfb", too_late, "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_OBTAIN, "2027-04-01 23:59:59"},
        {"webfb", far_too_late, "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_ASK_MASTER, "2027-04-01 23:59:59"},
        {"webfb", master_far_too_late, "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_CONTACT_BRANCH,
         "2027-04-01 23:59:59"},
        {"kumiai", far_too_late, "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_OBTAIN, "2027-04-01 23:59:59"},
        {"webfb", after_a_revocation, "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER, NULL},
        {"webfb", master_after_a_revocation, "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_CONTACT_BRANCH, NULL},
        {"kumiai", after_a_revocation, "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_OBTAIN, NULL},
        {"webfb", after_a_reissue, "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_OBTAIN, NULL},
        {"webfb", after_a_renewal, "R-LOG-2", CERTLIFE_CODE_REPLACED, CERTLIFE_WAY_LOG_IN, NULL},
        {"webfb", after_deletion, "R-LOG-2", CERTLIFE_CODE_USER_DELETED, CERTLIFE_WAY_NONE, NULL},
        {"webfb", after_closing, "R-LOG-2", CERTLIFE_CODE_CONTRACT_CLOSED, CERTLIFE_WAY_CONTACT_BRANCH, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = company(rows[i].profile);
        assert_refused(w, rows[i].story(w), rows[i].row, rows[i].code, rows[i].way);
        assert_int_equal(certlife_decision_date(w->decision), rows[i].date != NULL ? moment(rows[i].date) : 0);
        world_free(w);
    }
}

/* … not yet valid: an outside issuer may date its certificates from a little later on. */
static void test_r_log_2_not_yet_valid(void **state)
{
    (void)state;
    struct world_parts parts = {0};
    struct own_issuer *issuer = own_issuer_into(&parts, 0);
    struct world *w = world_with(parts);
    issuer->later = 3600;
    has_certificate(w, KEIR2);
    assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_NOT_YET_VALID, CERTLIFE_WAY_WAIT);
    assert_date(w, "2026-04-01 13:00:00");
    at(w, "2026-04-01 12:59:59");
    assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_NOT_YET_VALID, CERTLIFE_WAY_WAIT);
    at(w, "2026-04-01 13:00:00");
    assert_allowed(w, logs_in(w, KEIR2));
    world_free(w);
}

/* Where several hold, the first in the order of R-ALL-2 is the reason. */
static void test_r_log_2_the_first_reason(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    at(w, "2027-03-02 00:00:00");
    assert_allowed(w, renews(w, KEIR2));
    assert_allowed(w, confirms(w, KEIR2));
    keeps_old(w, KEIR2);
    at(w, "2027-04-02 00:00:00"); /* replaced and expired */
    assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_REPLACED, CERTLIFE_WAY_LOG_IN);
    assert_refused(w, logs_in(w, KEIR3), "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_OBTAIN);
    assert_allowed(w, branch_revokes(w, KEIR3)); /* expired and revoked */
    assert_refused(w, logs_in(w, KEIR3), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
    assert_allowed(w, closes(w, "branch")); /* and the contract closed */
    assert_refused(w, logs_in(w, KEIR3), "R-LOG-2", CERTLIFE_CODE_CONTRACT_CLOSED, CERTLIFE_WAY_CONTACT_BRANCH);
    world_free(w);

    w = company("webfb");
    assert_allowed(w, branch_revokes(w, KEIR2));
    assert_allowed(w, deletes(w, "branch", KEIR2));
    assert_allowed(w, closes(w, "branch"));
    assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_USER_DELETED, CERTLIFE_WAY_NONE);
    presenting(w, KEIR2);
    assert_refused(w, logs_in(w, KEIR3), "R-USR-3", CERTLIFE_CODE_ANOTHER_USERS, CERTLIFE_WAY_NONE);
    world_free(w);
}

struct told {
    char ja[320], en[320], way_ja[320], way_en[320];
};

static struct told told_of(struct world *w, int rc)
{
    struct told told;
    assert_int_equal(rc, CERTLIFE_REFUSED);
    memset(&told, 0, sizeof told);
    snprintf(told.ja, sizeof told.ja, "%s", certlife_decision_sentence(w->decision, CERTLIFE_LANGUAGE_JA));
    snprintf(told.en, sizeof told.en, "%s", certlife_decision_sentence(w->decision, CERTLIFE_LANGUAGE_EN));
    snprintf(told.way_ja, sizeof told.way_ja, "%s", certlife_decision_way_sentence(w->decision, CERTLIFE_LANGUAGE_JA));
    snprintf(told.way_en, sizeof told.way_en, "%s", certlife_decision_way_sentence(w->decision, CERTLIFE_LANGUAGE_EN));
    return told;
}

static int as_a_user_who_is_not_there(struct world *w)
{
    presenting(w, KEIR2);
    return logs_in(w, "keir999");
}

static int as_a_deleted_user_with_anothers(struct world *w)
{
    assert_allowed(w, deletes(w, "branch", KEIR3));
    presenting(w, KEIR2);
    return logs_in(w, KEIR3);
}

static int from_another_company(struct world *w)
{
    certlife_actor stranger = *actor(w, KEIR2);
    stranger.contract = "0010009999";
    return certlife_login_check(w->bank, &stranger, CERTLIFE_LOGIN_RECORD, w->login, w->decision, &w->err);
}

/* What an end user is told never reveals whether another user exists: unknown, another's and wrong issuer read the same. */
static void test_r_log_2_reads_the_same(void **state)
{
    (void)state;
    static int (*const stories[])(struct world *) = {
        with_another_users,         with_one_that_is_not_recorded,   with_another_banks,
        as_a_user_who_is_not_there, as_a_deleted_user_with_anothers, from_another_company,
    };
    struct world *w = company("webfb");
    struct told first = told_of(w, stories[0](w));
    for (size_t i = 1; i < COUNT(stories); i++) {
        struct told told = told_of(w, stories[i](w));
        assert_string_equal(told.ja, first.ja);
        assert_string_equal(told.en, first.en);
        assert_string_equal(told.way_ja, first.way_ja);
        assert_string_equal(told.way_en, first.way_en);
    }
    /* Nor does a login without a certificate. */
    without_certificate(w);
    struct told there = told_of(w, logs_in(w, KEIR2));
    struct told absent = told_of(w, logs_in(w, "keir999"));
    assert_memory_equal(&there, &absent, sizeof there);
    world_free(w);
}

/* … from the institution's issuer: a certificate with the same serial number and names, but other bytes, is not the one
 * that was recorded. */
static void test_r_log_2_forged(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    uint8_t der[CERTLIFE_CERTIFICATE_MAX], serial[CERTLIFE_SERIAL_MAX];
    const uint8_t *held = NULL;
    serial_of(w, KEIR2, serial);

    /* By the right CA, over another key; and by one that only bears its name. */
    size_t len = sign(w, w->issuer, serial, der);
    assert_refused(w, logs_in_with(w, KEIR2, der, len), "R-LOG-2", CERTLIFE_CODE_UNKNOWN_CERTIFICATE,
                   CERTLIFE_WAY_NONE);
    certlife_issuer *impostor = another_ca(w, "Test CA");
    len = sign(w, impostor, serial, der);
    certlife_issuer_close(impostor);
    assert_refused(w, logs_in_with(w, KEIR2, der, len), "R-LOG-2", CERTLIFE_CODE_UNKNOWN_CERTIFICATE,
                   CERTLIFE_WAY_NONE);

    /* Every bit of the true one matters. */
    len = holds(w, KEIR2, &held);
    for (size_t bit = 0; bit < len * 8; bit++) {
        memcpy(der, held, len);
        der[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (logs_in_with(w, KEIR2, der, len) == CERTLIFE_ALLOWED)
            fail_msg("bit %zu does not matter", bit);
    }
    /* Shortened or lengthened, it is not a certificate. */
    memcpy(der, held, len);
    der[len] = 0;
    assert_failed(w, logs_in_with(w, KEIR2, der, len + 1), CERTLIFE_E_MALFORMED);
    for (size_t shorter = 0; shorter < len; shorter++) {
        int rc = logs_in_with(w, KEIR2, der, shorter);
        assert_failed(w, rc, CERTLIFE_E_MALFORMED);
    }
    assert_allowed(w, logs_in(w, KEIR2));
    world_free(w);
}

/* From 30 days before expiry a successful login carries the renewal notice: expiry, days left, 'renew now / later'. */
static void test_r_log_3_renewal_notice(void **state)
{
    (void)state;
    static const struct {
        const char *at;
        int due;
        int32_t days;
    } rows[] = {
        {"2026-04-01 12:00:00", 0, 365}, {"2027-03-01 23:59:59", 0, 31}, {"2027-03-02 00:00:00", 1, 30},
        {"2027-03-02 23:59:59", 1, 30},  {"2027-03-03 00:00:00", 1, 29}, {"2027-03-31 23:59:59", 1, 1},
        {"2027-04-01 00:00:00", 1, 0},   {"2027-04-01 23:59:59", 1, 0},
    };
    for (size_t p = 0; p < COUNT(profiles); p++) {
        struct world *w = company(profiles[p]);
        for (size_t i = 0; i < COUNT(rows); i++) {
            at(w, rows[i].at);
            assert_allowed(w, i % 2 == 0 ? logs_in(w, KEIR2) : looks_in(w, KEIR2));
            assert_int_equal(certlife_login_renewal_due(w->login), rows[i].due);
            assert_int_equal(certlife_login_days_left(w->login), rows[i].days);
            assert_int_equal(certlife_login_expiry(w->login), moment("2027-04-01 23:59:59"));
        }
        world_free(w);
    }
}

/* … the renewed one has none; the threshold is the profile's. */
static void test_r_log_3_notice_ends_and_moves(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    at(w, "2027-03-10 00:00:00");
    assert_allowed(w, renews(w, KEIR2));
    keeps_old(w, KEIR2);
    assert_allowed(w, logs_in(w, KEIR2));
    assert_int_equal(certlife_login_renewal_due(w->login), 1);
    takes_new(w, KEIR2);
    assert_allowed(w, logs_in(w, KEIR2));
    assert_int_equal(certlife_login_confirmed(w->login), 1);
    assert_int_equal(certlife_login_renewal_due(w->login), 0);
    assert_int_equal(certlife_login_expiry(w->login), moment("2028-03-10 23:59:59"));

    chooses(w, "screen notice", "14");
    at(w, "2027-03-17 23:59:59");
    assert_allowed(w, logs_in(w, KEIR3));
    assert_int_equal(certlife_login_renewal_due(w->login), 0);
    at(w, "2027-03-18 00:00:00");
    assert_allowed(w, logs_in(w, KEIR3));
    assert_int_equal(certlife_login_renewal_due(w->login), 1);
    assert_int_equal(certlife_login_days_left(w->login), 14);
    world_free(w);
}

/* Days left are civil days, whatever the time of day: on 31 March it is one day to 1 April. */
static void test_r_log_3_days_left_are_civil_days(void **state)
{
    (void)state;
    struct world *w = world_where("webfb", "last moment", "same time of day");
    has_certificate(w, KEIR2); /* until 2027-04-01 11:59:59 */
    at(w, "2027-03-31 23:59:59");
    assert_allowed(w, logs_in(w, KEIR2));
    assert_int_equal(certlife_login_days_left(w->login), 1);
    at(w, "2027-04-01 00:00:00");
    assert_allowed(w, logs_in(w, KEIR2));
    assert_int_equal(certlife_login_days_left(w->login), 0);
    world_free(w);
}

/* A refused login leaves what was told of an earlier one as it was. */
static void test_r_log_3_not_of_a_refused_login(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    at(w, "2027-03-02 00:00:00");
    assert_allowed(w, logs_in(w, KEIR2));
    assert_allowed(w, branch_revokes(w, KEIR2));
    at(w, "2027-03-05 00:00:00");
    assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
    assert_int_equal(certlife_login_days_left(w->login), 30);
    world_free(w);
}

/* The network address or domain plays no part in the decision: the same certificate is good wherever it is presented,
 * whichever channel it came by … */
static void test_r_log_4_wherever_it_is_presented(void **state)
{
    (void)state;
    struct world *w = world_new("kumiai");
    w->channel = "edge/ie_mode";
    has_certificate(w, KEIR2);
    w->channel = "chrome/app";
    assert_allowed(w, logs_in(w, KEIR2));
    chooses(w, "channels", "chrome/app");
    assert_allowed(w, logs_in(w, KEIR2));
    reopens(w); /* another front server */
    assert_allowed(w, logs_in(w, KEIR2));
    world_free(w);
}

/* … where a changed environment makes the certificate unusable, revocation and reissue are the way. */
static void test_r_log_4_changed_environment(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    without_certificate(w); /* the PC no longer finds it */
    assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_NO_CERTIFICATE, CERTLIFE_WAY_LOG_IN);
    assert_allowed(w, revokes(w, MASTER, KEIR2));
    assert_allowed(w, reissues(w, MASTER, KEIR2));
    assert_allowed(w, obtains(w, KEIR2));
    assert_allowed(w, logs_in(w, KEIR2));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_log_1_with_the_current_certificate),
        cmocka_unit_test(test_r_log_1_within_its_validity),
        cmocka_unit_test(test_r_log_1_password_alone_is_never_enough),
        cmocka_unit_test(test_r_log_1_acts_behind_the_login),
        cmocka_unit_test(test_r_log_1_only_users_log_in),
        cmocka_unit_test(test_r_log_2_each_refusal_has_its_own_reason),
        cmocka_unit_test(test_r_log_2_not_yet_valid),
        cmocka_unit_test(test_r_log_2_the_first_reason),
        cmocka_unit_test(test_r_log_2_reads_the_same),
        cmocka_unit_test(test_r_log_2_forged),
        cmocka_unit_test(test_r_log_3_renewal_notice),
        cmocka_unit_test(test_r_log_3_notice_ends_and_moves),
        cmocka_unit_test(test_r_log_3_days_left_are_civil_days),
        cmocka_unit_test(test_r_log_3_not_of_a_refused_login),
        cmocka_unit_test(test_r_log_4_wherever_it_is_presented),
        cmocka_unit_test(test_r_log_4_changed_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
