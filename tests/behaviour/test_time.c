/* SPDX-License-Identifier: Apache-2.0 */
/* Time: R-TIM-1…3. */
#include "dump.h"
#include "every_change.h"
#include "failing.h"
#include "nodes.h"
#include "openssl_view.h"

#include <time.h>

#define JAPAN (9 * 3600)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "2027-03-01 23:59:59" at an offset from UTC; `moment` reads Japan's. */
static int64_t moment_at(const char *text, int32_t offset)
{
    return moment(text) + JAPAN - offset;
}

/* What the C library makes of a date in UTC. */
static int64_t utc(int year, int month, int day, int hour, int minute, int second)
{
    struct tm tm = {.tm_year = year - 1900,
                    .tm_mon = month - 1,
                    .tm_mday = day,
                    .tm_hour = hour,
                    .tm_min = minute,
                    .tm_sec = second};
    return timegm(&tm);
}

/* R-TIM-1 */

static const struct {
    const char *text;
    int32_t offset;
} zones[] = {
    {"UTC+09:00", 9 * 3600},        {"UTC+00:00", 0},         {"UTC-05:00", -5 * 3600},
    {"UTC+05:30", 5 * 3600 + 1800}, {"UTC+14:00", 14 * 3600}, {"UTC-12:00", -12 * 3600},
};

/* Moments are UTC seconds; windows are civil days of the institution: it opens at 00:00:00 of its first day and closes at
 * 23:59:59 of its last. Midnight in Japan is 15:00 UTC of the day before. */
static void test_r_tim_1_midnight_in_japan(void **state)
{
    (void)state;
    struct world *w = world_new("webfb-login");
    w->now = utc(2026, 4, 30, 15, 0, 0); /* 1 May in Japan */
    has_certificate(w, KEIR2);
    assert_allowed(w, logs_in(w, KEIR2));
    assert_int_equal(certlife_login_expiry(w->login), utc(2027, 5, 1, 14, 59, 59));
    w->now = utc(2027, 3, 31, 14, 59, 59);
    assert_refused(w, renews(w, KEIR2), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN, CERTLIFE_WAY_WAIT);
    assert_int_equal(certlife_decision_date(w->decision), utc(2027, 3, 31, 15, 0, 0));
    assert_non_null(strstr(certlife_decision_sentence(w->decision, CERTLIFE_LANGUAGE_JA), "2027年4月1日"));
    w->now = utc(2027, 3, 31, 15, 0, 0);
    assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_RENEW, KEIR2));
    w->now = utc(2027, 5, 1, 14, 59, 59);
    assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_RENEW, KEIR2));
    w->now = utc(2027, 5, 1, 15, 0, 0);
    assert_refused(w, renews(w, KEIR2), "R-REN-2", CERTLIFE_CODE_RENEWAL_CLOSED, CERTLIFE_WAY_OBTAIN);
    assert_int_equal(certlife_decision_date(w->decision), utc(2027, 5, 1, 14, 59, 59));
    world_free(w);
}

/* Every boundary is decided to the second, at the institution's offset. */
static void test_r_tim_1_every_boundary_at_every_offset(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(zones); i++) {
        int32_t offset = zones[i].offset;
        struct world *w = world_where("webfb-login", "time", zones[i].text);

        w->now = moment_at("2026-05-10 23:59:59", offset);
        assert_allowed(w, adds(w, "branch", KEIR2));
        w->now++;
        assert_allowed(w, adds(w, "branch", KEIR3));
        certlife_user *user = shown(w, KEIR2);
        assert_int_equal(certlife_user_obtain_by(user), moment_at("2026-07-29 23:59:59", offset));
        certlife_user_free(user);
        user = shown(w, KEIR3);
        assert_int_equal(certlife_user_obtain_by(user), moment_at("2026-07-30 23:59:59", offset));
        certlife_user_free(user);

        assert_allowed(w, obtains(w, KEIR3)); /* on 11 May */
        assert_allowed(w, logs_in(w, KEIR3));
        assert_int_equal(certlife_login_expiry(w->login), moment_at("2027-05-11 23:59:59", offset));

        w->now = moment_at("2026-07-29 23:59:59", offset);
        assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_OBTAIN, KEIR2));
        w->now++;
        assert_refused(w, could(w, KEIR2, CERTLIFE_ACT_OBTAIN, KEIR2), "R-OBT-2", CERTLIFE_CODE_OBTAIN_PERIOD_OVER,
                       CERTLIFE_WAY_ASK_MASTER);

        w->now = moment_at("2027-04-10 23:59:59", offset);
        assert_refused(w, could(w, KEIR3, CERTLIFE_ACT_RENEW, KEIR3), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN,
                       CERTLIFE_WAY_WAIT);
        assert_int_equal(certlife_decision_date(w->decision), w->now + 1);
        assert_non_null(strstr(certlife_decision_line(w->decision), "2027-04-11"));
        w->now++;
        assert_allowed(w, could(w, KEIR3, CERTLIFE_ACT_RENEW, KEIR3));
        assert_status(w, KEIR3, CERTLIFE_STATUS_RENEWAL_DUE);

        w->now = moment_at("2027-05-11 23:59:59", offset);
        assert_allowed(w, could(w, KEIR3, CERTLIFE_ACT_RENEW, KEIR3));
        assert_allowed(w, logs_in(w, KEIR3));
        assert_int_equal(certlife_login_days_left(w->login), 0);
        w->now++;
        assert_refused(w, could(w, KEIR3, CERTLIFE_ACT_RENEW, KEIR3), "R-REN-2", CERTLIFE_CODE_RENEWAL_CLOSED,
                       CERTLIFE_WAY_OBTAIN);
        assert_refused(w, logs_in(w, KEIR3), "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_OBTAIN);

        w->now = moment_at("2027-08-09 23:59:59", offset);
        assert_allowed(w, could(w, KEIR3, CERTLIFE_ACT_OBTAIN, KEIR3));
        w->now++;
        assert_refused(w, could(w, KEIR3, CERTLIFE_ACT_OBTAIN, KEIR3), "R-OBT-9", CERTLIFE_CODE_EXPIRED_TOO_LONG,
                       CERTLIFE_WAY_ASK_MASTER);
        world_free(w);
    }
}

/* R-TIM-2 */

/* keir002 obtains at a moment; when does the certificate end, by the library and by OpenSSL, who reads it? */
static int64_t expiry_of_one_issued(struct world *w, const char *issued)
{
    const uint8_t *der = NULL;
    static struct openssl_view view;
    at(w, issued);
    assert_allowed(w, adds(w, "branch", KEIR2));
    assert_allowed(w, obtains(w, KEIR2));
    assert_allowed(w, logs_in(w, KEIR2));
    size_t len = holds(w, KEIR2, &der);
    openssl_reads(der, len, &view);
    assert_int_equal(view.not_before, w->now);
    assert_int_equal(view.not_after, certlife_login_expiry(w->login));
    return view.not_after;
}

/* 'One year' ends with the same civil date a year later (29 February gives 28 February), at 23:59:59 of that date. Dates
 * after 2038 and after 2049 (GeneralizedTime) are ordinary. */
static void test_r_tim_2_one_year(void **state)
{
    (void)state;
    static const struct {
        const char *validity, *issued, *expires;
    } rows[] = {
        {"1 year", "2026-05-11 12:34:56", "2027-05-11 23:59:59"},
        {"1 year", "2026-12-31 23:59:59", "2027-12-31 23:59:59"},
        {"1 year", "2027-01-01 00:00:00", "2028-01-01 23:59:59"},
        {"1 year", "2027-02-28 12:00:00", "2028-02-28 23:59:59"},
        {"1 year", "2027-03-01 00:00:00", "2028-03-01 23:59:59"},
        {"1 year", "2028-02-29 00:00:00", "2029-02-28 23:59:59"},
        {"1 year", "2028-02-29 23:59:59", "2029-02-28 23:59:59"},
        {"1 year", "2028-03-01 00:00:00", "2029-03-01 23:59:59"},
        {"1 year", "2037-01-19 12:14:07", "2038-01-19 23:59:59"}, /* a 32-bit clock ends at 12:14:07 */
        {"1 year", "2038-01-19 12:14:08", "2039-01-19 23:59:59"},
        {"1 year", "2048-12-31 23:59:59", "2049-12-31 23:59:59"}, /* UTCTime ends with 2049 in UTC */
        {"1 year", "2049-01-01 00:00:00", "2050-01-01 23:59:59"},
        {"1 year", "2049-12-31 12:00:00", "2050-12-31 23:59:59"},
        {"1 year", "2050-01-01 08:59:59", "2051-01-01 23:59:59"},
        {"1 year", "2050-01-01 09:00:00", "2051-01-01 23:59:59"},
        {"1 year", "2096-02-29 12:00:00", "2097-02-28 23:59:59"},
        {"1 year", "2099-02-28 12:00:00", "2100-02-28 23:59:59"}, /* 2100 is no leap year */
        {"1 year", "2399-02-28 12:00:00", "2400-02-28 23:59:59"}, /* 2400 is one */
        {"1 year", "2400-02-29 12:00:00", "2401-02-28 23:59:59"},
        {"2 years", "2026-05-11 12:00:00", "2028-05-11 23:59:59"},
        {"4 years", "2028-02-29 12:00:00", "2032-02-29 23:59:59"},
        {"365 days", "2027-05-11 12:00:00", "2028-05-10 23:59:59"},
        {"1 year 1 day", "2026-05-11 12:00:00", "2027-05-12 23:59:59"},
        {"1 year 1 day", "2028-02-29 12:00:00", "2029-03-01 23:59:59"},
        {"387 days", "2026-05-11 12:00:00", "2027-06-02 23:59:59"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_where("webfb", "validity", rows[i].validity);
        assert_int_equal(expiry_of_one_issued(w, rows[i].issued), moment(rows[i].expires));
        world_free(w);
    }
}

/* The same in the last year but one that a certificate can name. */
static void test_r_tim_2_the_year_9999(void **state)
{
    (void)state;
    static const char *const issued[] = {"9998-01-01 00:00:00", "9998-12-31 23:59:59"};
    static const char *const expires[] = {"9999-01-01 23:59:59", "9999-12-31 23:59:59"};
    for (size_t i = 0; i < COUNT(issued); i++) {
        struct world_parts parts = {0};
        struct test_ca ca;
        assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, NULL), 0);
        assert_int_equal(certlife_issuer_make_test_ca(parts.crypto, "Test CA", 256, utc(2020, 1, 1, 0, 0, 0),
                                                      utc(9999, 12, 31, 23, 59, 59), ca.certificate,
                                                      sizeof ca.certificate, ca.key, sizeof ca.key, NULL),
                         0);
        assert_int_equal(certlife_issuer_open_local(parts.crypto, (const uint8_t *)ca.certificate,
                                                    strlen(ca.certificate), (const uint8_t *)ca.key, strlen(ca.key),
                                                    &parts.issuer, NULL),
                         0);
        struct world *w = world_with(parts);
        assert_int_equal(expiry_of_one_issued(w, issued[i]), moment(expires[i]));
        at(w, expires[i]);
        assert_allowed(w, logs_in(w, KEIR2));
        w->now++;
        assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_OBTAIN);
        world_free(w);
    }
}

/* … so that certificate, login and renewal window end together. notAfter is inclusive. */
static void test_r_tim_2_all_ends_together(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    assert_int_equal(expiry_of_one_issued(w, "2028-02-29 12:00:00"), moment("2029-02-28 23:59:59"));
    at(w, "2029-02-28 23:59:59");
    assert_status(w, KEIR2, CERTLIFE_STATUS_RENEWAL_DUE);
    assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_RENEW, KEIR2));
    assert_refused(w, could(w, KEIR2, CERTLIFE_ACT_OBTAIN, KEIR2), "R-ALL-5", CERTLIFE_CODE_ALREADY_OBTAINED,
                   CERTLIFE_WAY_LOG_IN);
    assert_allowed(w, logs_in(w, KEIR2));
    at(w, "2029-03-01 00:00:00");
    assert_status(w, KEIR2, CERTLIFE_STATUS_EXPIRED);
    assert_refused(w, could(w, KEIR2, CERTLIFE_ACT_RENEW, KEIR2), "R-LOG-2", CERTLIFE_CODE_EXPIRED,
                   CERTLIFE_WAY_OBTAIN);
    assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_OBTAIN, KEIR2));
    assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_OBTAIN);
    world_free(w);
}

/* A profile can choose the exact second instead (same time of day, less one second). */
static void test_r_tim_2_same_time_of_day(void **state)
{
    (void)state;
    static const struct {
        const char *issued, *expires, *opens;
    } rows[] = {
        {"2026-05-11 12:00:00", "2027-05-11 11:59:59", "2027-04-11 00:00:00"},
        {"2026-05-11 00:00:01", "2027-05-11 00:00:00", "2027-04-11 00:00:00"},
        {"2026-05-11 00:00:00", "2027-05-10 23:59:59", "2027-04-10 00:00:00"},
        {"2026-12-31 23:59:59", "2027-12-31 23:59:58", "2027-12-01 00:00:00"},
        {"2028-02-29 08:30:00", "2029-02-28 08:29:59", "2029-01-29 00:00:00"},
        {"2049-01-01 09:00:00", "2050-01-01 08:59:59", "2049-12-02 00:00:00"},
        {"2049-01-01 09:00:01", "2050-01-01 09:00:00", "2049-12-02 00:00:00"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_where("webfb", "last moment", "same time of day");
        assert_int_equal(expiry_of_one_issued(w, rows[i].issued), moment(rows[i].expires));
        w->now = moment(rows[i].opens) - 1;
        assert_refused(w, could(w, KEIR2, CERTLIFE_ACT_RENEW, KEIR2), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN,
                       CERTLIFE_WAY_WAIT);
        w->now++;
        assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_RENEW, KEIR2));
        at(w, rows[i].expires);
        assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_RENEW, KEIR2));
        assert_allowed(w, logs_in(w, KEIR2));
        w->now++;
        assert_refused(w, could(w, KEIR2, CERTLIFE_ACT_RENEW, KEIR2), "R-LOG-2", CERTLIFE_CODE_EXPIRED,
                       CERTLIFE_WAY_OBTAIN);
        assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_OBTAIN, KEIR2));
        world_free(w);
    }
}

/* R-TIM-3. Every change, and every question, in the company of every_change.h. */

static int logs_in_first(struct world *w)
{
    return logs_in(w, KEIR4);
}

static struct a_call change_at(size_t i)
{
    return i < CHANGES ? changes[i] : (struct a_call){"the first login", logs_in_first};
}

#define ALL_CHANGES (CHANGES + 1)

static int looks(struct world *w)
{
    return looks_in(w, KEIR2);
}

static int logs_in_again(struct world *w)
{
    return logs_in(w, KEIR2);
}

static int confirms_again(struct world *w)
{
    return confirms(w, KEIR2);
}

static int is_given_again(struct world *w)
{
    return gets_again(w, KEIR4);
}

static int asks(struct world *w)
{
    return could(w, MASTER, CERTLIFE_ACT_REVOKE, KEIR2);
}

static int asks_who(struct world *w)
{
    uint32_t who = 0;
    return certlife_who_could(w->bank, actor(w, MASTER), CERTLIFE_ACT_REVOKE, COMPANY, KEIR2, &who, w->decision,
                              &w->err);
}

static int shows(struct world *w)
{
    certlife_user *user = NULL;
    int rc = certlife_user_get(w->bank, actor(w, MASTER), COMPANY, KEIR2, &user, w->decision, &w->err);
    certlife_user_free(user);
    return rc;
}

static int lists(struct world *w)
{
    certlife_user_page *page = NULL;
    int rc = certlife_user_list(w->bank, actor(w, MASTER), COMPANY, NULL, 100, &page, w->decision, &w->err);
    certlife_user_page_free(page);
    return rc;
}

static int looks_back(struct world *w)
{
    certlife_certificate_page *page = NULL;
    int rc = certlife_user_history(w->bank, actor(w, MASTER), COMPANY, KEIR2, NULL, 100, &page, w->decision, &w->err);
    certlife_certificate_page_free(page);
    return rc;
}

static int shows_contract(struct world *w)
{
    certlife_contract *contract = NULL;
    int rc = certlife_contract_get(w->bank, actor(w, MASTER), COMPANY, &contract, w->decision, &w->err);
    certlife_contract_free(contract);
    return rc;
}

static const struct a_call questions[] = {
    {"a gate's look", looks},
    {"login", logs_in_again},
    {"confirm again", confirms_again},
    {"deliver again", is_given_again},
    {"could", asks},
    {"who could", asks_who},
    {"show", shows},
    {"list", lists},
    {"history", looks_back},
    {"show contract", shows_contract},
};

/* The library reads the clock once per call. */
static void test_r_tim_3_one_reading_per_call(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALL_CHANGES + COUNT(questions); i++) {
        struct a_call one = i < ALL_CHANGES ? change_at(i) : questions[i - ALL_CHANGES];
        struct world *w = settle_company(world_new("houjin"));
        struct faults faults = {.part = PART_CLOCK, .armed = true};
        failing_clock(w->bank, &faults);
        assert_allowed(w, one.call(w));
        if (faults.seen != 1)
            fail_msg("%s reads the clock %d times", one.name, faults.seen);
        world_free(w);
    }
}

/* … a change fails as an operator's error (a failure, not a refusal), beyond a tolerance of some seconds. */
static void test_r_tim_3_changes_fail_behind_the_latest(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALL_CHANGES; i++) {
        struct world *w = settle_company(world_new("houjin"));
        struct dump before = dump_of(w->store);
        static const int64_t behind[] = {6, 7, 86400, 365 * 86400};
        for (size_t b = 0; b < COUNT(behind); b++) {
            w->now = moment(LATEST) - behind[b];
            int rc = change_at(i).call(w);
            if (rc != CERTLIFE_E_CLOCK)
                fail_msg("%s, %d seconds behind: %d", change_at(i).name, (int)behind[b], rc);
            assert_int_equal(certlife_error_class_of(w->err), CERTLIFE_CLASS_OPERATOR);
            assert_true(dump_equals(&before, w->store));
        }
        dump_free(&before);
        w->now = moment(LATEST) - 5;
        int rc = change_at(i).call(w);
        if (rc != CERTLIFE_ALLOWED)
            fail_msg("%s, within the tolerance: %d %s", change_at(i).name, rc, certlife_error_message(w->err));
        world_free(w);
    }
}

/* Questions are answered all the same. */
static void test_r_tim_3_questions_are_answered(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(questions); i++) {
        struct world *w = settle_company(world_new("houjin"));
        struct dump before = dump_of(w->store);
        w->now = moment(LATEST) - 200 * 86400;
        int rc = questions[i].call(w);
        if (rc != CERTLIFE_ALLOWED)
            fail_msg("%s: %d %s", questions[i].name, rc, certlife_error_message(w->err));
        assert_true(dump_equals(&before, w->store));
        dump_free(&before);
        world_free(w);
    }
}

/* Within the tolerance, what is done is done at the remembered moment, which never moves back. */
static void test_r_tim_3_within_the_tolerance(void **state)
{
    (void)state;
    struct world *w = settle_company(world_new("webfb"));
    certlife_certificate_page *page = NULL;
    w->now = moment(LATEST) - 5;
    assert_allowed(w, revokes(w, MASTER, KEIR2));
    const certlife_certificate *certificate = history_at(w, KEIR2, 0, &page);
    assert_int_equal(certlife_certificate_revoked_at(certificate), moment(LATEST));
    certlife_certificate_page_free(page);

    assert_allowed(w, obtains(w, KEIR5));
    certificate = history_at(w, KEIR5, 0, &page);
    assert_int_equal(certlife_certificate_not_before(certificate), moment(LATEST));
    certlife_certificate_page_free(page);
    w->now--;
    assert_failed(w, revokes(w, MASTER, KEIR3), CERTLIFE_E_CLOCK);

    chooses(w, "clock tolerance", "0");
    w->now = moment(LATEST) - 1;
    assert_failed(w, revokes(w, MASTER, KEIR3), CERTLIFE_E_CLOCK);
    w->now = moment(LATEST);
    assert_allowed(w, revokes(w, MASTER, KEIR3));
    chooses(w, "clock tolerance", "300");
    w->now = moment(LATEST) - 301;
    assert_failed(w, revokes(w, MASTER, KEIR4), CERTLIFE_E_CLOCK);
    w->now++;
    assert_allowed(w, revokes(w, MASTER, KEIR4));
    world_free(w);
}

/* On 2027-04-02 00:00:00 something changes; then the clock says 2027-03-20, when keir002 could still log in and renew. */
#define AFTER "2027-04-02 00:00:00"
#define BACK "2027-03-20 12:00:00"

static void assert_stays_over(struct world *w)
{
    assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_OBTAIN);
    assert_refused(w, looks_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_OBTAIN);
    assert_refused(w, logs_in(w, KEIR3), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
    assert_refused(w, renews(w, KEIR2), "R-REN-2", CERTLIFE_CODE_RENEWAL_CLOSED, CERTLIFE_WAY_OBTAIN);
    assert_refused(w, obtains(w, KEIR5), "R-OBT-2", CERTLIFE_CODE_OBTAIN_PERIOD_OVER, CERTLIFE_WAY_ASK_MASTER);
    assert_status(w, KEIR2, CERTLIFE_STATUS_EXPIRED);
    assert_status(w, KEIR3, CERTLIFE_STATUS_REVOKED);
    assert_status(w, KEIR5, CERTLIFE_STATUS_OBTAIN_PERIOD_OVER);
    assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_OBTAIN, KEIR2));
    assert_failed(w, obtains(w, KEIR2), CERTLIFE_E_CLOCK);
}

/* A clock behind it never un-expires, un-revokes or re-opens anything: questions are answered as of the remembered
 * moment. */
static void test_r_tim_3_nothing_comes_back(void **state)
{
    (void)state;
    struct world *w = world_new("webfb-login");
    has_certificate(w, KEIR2);
    has_certificate(w, KEIR3);
    at(w, "2026-12-30 00:00:00");
    has_user(w, KEIR5); /* until 2027-03-20 23:59:59 */
    at(w, "2027-03-25 00:00:00");
    assert_allowed(w, revokes(w, MASTER, KEIR3));
    at(w, BACK);
    assert_failed(w, revokes(w, MASTER, KEIR2), CERTLIFE_E_CLOCK);
    at(w, AFTER);
    assert_allowed(w, adds(w, "branch", KEIR4));
    at(w, BACK);
    assert_stays_over(w);
    reopens(w); /* also after a restart */
    assert_stays_over(w);

    certlife_certificate_page *page = NULL;
    const certlife_certificate *certificate = history_at(w, KEIR2, 0, &page);
    assert_int_equal(certlife_certificate_state_of(certificate), CERTLIFE_CERTIFICATE_EXPIRED);
    certlife_certificate_page_free(page);
    at(w, AFTER); /* the clock is right again */
    assert_allowed(w, obtains(w, KEIR2));
    world_free(w);
}

/* A question moves nothing: a clock that was once far ahead, while nobody changed anything, does no harm. */
static void test_r_tim_3_questions_are_not_remembered(void **state)
{
    (void)state;
    struct world *w = settle_company(world_new("webfb"));
    at(w, "2029-01-01 00:00:00");
    assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_ASK_MASTER);
    assert_refused(w, revokes(w, MASTER, KEIR2), "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_CONTACT_BRANCH);
    at(w, LATEST);
    assert_allowed(w, logs_in(w, KEIR2));
    assert_allowed(w, revokes(w, MASTER, KEIR2));
    world_free(w);
}

/* A node, or another process, whose clock is behind: the store remembers for all. */
static bool is_held_back(struct world *node, struct world *pc)
{
    const uint8_t *der = NULL;
    size_t len = holds(pc, KEIR2, &der);
    at(node, BACK);
    return logs_in_with(node, KEIR2, der, len) == CERTLIFE_REFUSED &&
           certlife_decision_code(node->decision) == CERTLIFE_CODE_EXPIRED &&
           status(node, KEIR2) == CERTLIFE_STATUS_EXPIRED && revokes(node, "branch", KEIR2) == CERTLIFE_E_CLOCK;
}

static void test_r_tim_3_another_node_behind(void **state)
{
    (void)state;
    struct site site;
    site_make(&site);
    struct world *one = first_node(&site, "webfb"), *two = another_node(&site, "webfb");
    has_certificate(one, KEIR2);
    at(one, AFTER);
    assert_allowed(one, adds(one, "branch", KEIR4));
    assert_true(is_held_back(two, one));
    world_free(two);
    pid_t child = fork();
    if (child == 0)
        _exit(is_held_back(another_node(&site, "webfb"), one) ? 0 : 1);
    int status_of_child = -1;
    assert_int_equal(waitpid(child, &status_of_child, 0), child);
    assert_int_equal(status_of_child, 0);
    world_free(one);
    site_remove(&site);
}

/* A clock that says nothing, or nothing sensible, lets nobody in and changes nothing. */
static int says_nothing(void *payload, int64_t *now_out)
{
    (void)payload, (void)now_out;
    return CERTLIFE_E_HOST;
}

static void test_r_tim_3_a_clock_out_of_order(void **state)
{
    (void)state;
    static const int64_t senseless[] = {INT64_MIN, -1, 0, INT64_C(253402300800), INT64_MAX};
    struct world *w = settle_company(world_new("webfb"));
    for (size_t i = 0; i < COUNT(senseless); i++) {
        w->now = senseless[i];
        assert_failed(w, logs_in(w, KEIR2), CERTLIFE_E_CLOCK);
        assert_failed(w, looks_in(w, KEIR2), CERTLIFE_E_CLOCK);
        assert_failed(w, revokes(w, MASTER, KEIR2), CERTLIFE_E_CLOCK);
    }
    certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    options.name = "Example Shinkin Bank";
    options.crl_url = "http://crl.example.jp/users.crl";
    options.profile = w->profile;
    options.store = w->store;
    options.issuer = w->issuer;
    options.crypto = w->crypto;
    options.clock.now = says_nothing;
    certlife_institution_close(w->bank);
    assert_int_equal(certlife_institution_open(&options, &w->bank, NULL), 0);
    assert_failed(w, logs_in(w, KEIR2), CERTLIFE_E_HOST);
    assert_failed(w, revokes(w, MASTER, KEIR2), CERTLIFE_E_HOST);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_tim_1_midnight_in_japan),
        cmocka_unit_test(test_r_tim_1_every_boundary_at_every_offset),
        cmocka_unit_test(test_r_tim_2_one_year),
        cmocka_unit_test(test_r_tim_2_the_year_9999),
        cmocka_unit_test(test_r_tim_2_all_ends_together),
        cmocka_unit_test(test_r_tim_2_same_time_of_day),
        cmocka_unit_test(test_r_tim_3_one_reading_per_call),
        cmocka_unit_test(test_r_tim_3_changes_fail_behind_the_latest),
        cmocka_unit_test(test_r_tim_3_questions_are_answered),
        cmocka_unit_test(test_r_tim_3_within_the_tolerance),
        cmocka_unit_test(test_r_tim_3_nothing_comes_back),
        cmocka_unit_test(test_r_tim_3_questions_are_not_remembered),
        cmocka_unit_test(test_r_tim_3_another_node_behind),
        cmocka_unit_test(test_r_tim_3_a_clock_out_of_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
