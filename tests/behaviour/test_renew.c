/* SPDX-License-Identifier: Apache-2.0 */
/* Renew (section 4 of the specification). What is issued when a world begins expires at the end of 2027-04-01. */
#include "openssl_view.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OPENS "2027-03-02 00:00:00"
#define EXPIRY "2027-04-01 23:59:59"

#define assert_replaced(w, call) assert_refused((w), (call), "R-LOG-2", CERTLIFE_CODE_REPLACED, CERTLIFE_WAY_LOG_IN)

static int renews_for(struct world *w, const char *by, const char *user)
{
    const char *pem = request_pem(60);
    return issues_for(w, by, user, CERTLIFE_ACT_RENEW, pem, strlen(pem));
}

/* Each user renews their own certificate, the master user included. Nobody renews for another. */
static void test_r_ren_1_own_only(void **state)
{
    (void)state;
    static const char *const others[] = {MASTER, "keir003", "branch", "system"};
    for (size_t profile = 0; certlife_profile_builtin(profile) != NULL; profile++) {
        struct world *w = world_new(certlife_profile_builtin(profile));
        has_certificate(w, "keir002");
        has_certificate(w, "keir003");
        at(w, OPENS);
        for (size_t i = 0; i < COUNT(others); i++)
            assert_refused(w, renews_for(w, others[i], "keir002"), "R-REN-1", CERTLIFE_CODE_OWN_ONLY,
                           CERTLIFE_WAY_NONE);
        assert_refused(w, renews_for(w, "keir002", MASTER), "R-REN-1", CERTLIFE_CODE_OWN_ONLY, CERTLIFE_WAY_NONE);
        assert_allowed(w, renews_for(w, "keir002", "keir002"));
        assert_allowed(w, renews(w, MASTER));
        assert_allowed(w, confirms(w, MASTER));
        assert_allowed(w, logs_in(w, MASTER));
        world_free(w);
    }
}

/* Who has nothing, or nothing any more, renews nothing. */
static void test_r_ren_1_something_to_renew(void **state)
{
    (void)state;
    struct world *w = world_new("webfb-login");
    has_user(w, "keir002");
    has_certificate(w, "keir003");
    has_certificate(w, "keir004");
    at(w, OPENS);
    assert_allowed(w, adds(w, MASTER, "keir005"));
    assert_refused(w, renews(w, "keir002"), "R-REN-1", CERTLIFE_CODE_NOTHING_TO_RENEW, CERTLIFE_WAY_ASK_MASTER);
    assert_refused(w, renews(w, "keir005"), "R-REN-1", CERTLIFE_CODE_NOTHING_TO_RENEW, CERTLIFE_WAY_OBTAIN);
    assert_allowed(w, revokes(w, MASTER, "keir003"));
    assert_refused(w, renews(w, "keir003"), "R-REV-6", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
    assert_allowed(w, reissues(w, MASTER, "keir004"));
    assert_refused(w, renews(w, "keir004"), "R-RIS-5", CERTLIFE_CODE_AWAITING, CERTLIFE_WAY_OBTAIN);
    world_free(w);
}

/* Renewal is open from 30 days before the expiry date up to and including the expiry date, by the institution's calendar
 * (Japan: UTC+9). Before it is refused with the opening date. */
static void test_r_ren_2_window_of_30_days(void **state)
{
    (void)state;
    static const struct {
        const char *profile, *value, *text, *issued, *opens, *closes;
    } rows[] = {
        {"webfb-login", NULL, NULL, "2026-04-01 12:00:00", OPENS, EXPIRY},
        {"webfb", NULL, NULL, "2026-04-01 12:00:00", OPENS, EXPIRY},
        {"houjin", NULL, NULL, "2026-04-01 12:00:00", OPENS, EXPIRY},
        {"kumiai", NULL, NULL, "2026-04-01 12:00:00", OPENS, EXPIRY},
        {"webfb", "renewal opens", "28", "2026-04-01 12:00:00", "2027-03-04 00:00:00", EXPIRY},
        {"webfb", "renewal opens", "40", "2026-04-01 12:00:00", "2027-02-20 00:00:00", EXPIRY},
        {"webfb", "renewal opens", "0", "2026-04-01 12:00:00", "2027-04-01 00:00:00", EXPIRY},
        {"webfb", NULL, NULL, "2027-03-15 12:00:00", "2028-02-14 00:00:00", "2028-03-15 23:59:59"}, /* a leap year */
        {"webfb", NULL, NULL, "2027-01-10 00:00:00", "2027-12-11 00:00:00", "2028-01-10 23:59:59"},
        /* At UTC the same days begin and end nine hours later. */
        {"webfb", "time", "UTC+00:00", "2026-04-01 12:00:00", "2027-03-02 09:00:00", "2027-04-02 08:59:59"},
        {"webfb", "time", "UTC+00:00", "2026-04-02 08:59:59", "2027-03-02 09:00:00", "2027-04-02 08:59:59"},
        {"webfb", "time", "UTC+00:00", "2026-04-02 09:00:00", "2027-03-03 09:00:00", "2027-04-03 08:59:59"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_where(rows[i].profile, rows[i].value, rows[i].text);
        at(w, rows[i].issued);
        has_certificate(w, "keir002");
        w->now = moment(rows[i].opens) - 1;
        assert_refused(w, renews(w, "keir002"), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN, CERTLIFE_WAY_WAIT);
        assert_date(w, rows[i].opens);
        at(w, rows[i].opens);
        assert_allowed(w, could(w, "keir002", CERTLIFE_ACT_RENEW, "keir002"));
        at(w, rows[i].closes);
        assert_allowed(w, could(w, "keir002", CERTLIFE_ACT_RENEW, "keir002"));
        w->now++;
        assert_int_equal(renews(w, "keir002"), CERTLIFE_REFUSED);
        at(w, rows[i].opens);
        assert_allowed(w, renews(w, "keir002"));
        world_free(w);
    }
}

/* After it, with R-OBT-9 as the way out. Where renewal needs a certificate login, the expired certificate says so. */
static void test_r_ren_2_after_the_window(void **state)
{
    (void)state;
    static const struct {
        const char *profile, *days, *row;
        certlife_code code;
        certlife_way way;
    } rows[] = {
        {"webfb-login", "90", "R-REN-2", CERTLIFE_CODE_RENEWAL_CLOSED, CERTLIFE_WAY_OBTAIN},
        {"webfb", "90", "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_OBTAIN},
        {"houjin", "90", "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_OBTAIN},
        {"kumiai", "no limit", "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_OBTAIN},
        {"webfb-login", "0", "R-REN-2", CERTLIFE_CODE_RENEWAL_CLOSED, CERTLIFE_WAY_ASK_MASTER},
        {"webfb", "0", "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_ASK_MASTER},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_where(rows[i].profile, "expired obtain", rows[i].days);
        has_certificate(w, "keir002");
        at(w, "2027-04-02 00:00:00");
        assert_refused(w, renews(w, "keir002"), rows[i].row, rows[i].code, rows[i].way);
        assert_date(w, EXPIRY);
        at(w, EXPIRY);
        assert_allowed(w, renews(w, "keir002"));
        world_free(w);
    }
}

/* Profiles C/D/E: after a login with the certificate. Profile A: from the login screen, with ID and login password. */
static void test_r_ren_3_what_it_needs(void **state)
{
    (void)state;
    enum { NOTHING, ONLY_PASSWORD, ONLY_CERTIFICATE, BOTH };
    static const struct {
        const char *profile;
        int has;
        certlife_code code;
        certlife_way way;
    } rows[] = {
        {"webfb-login", NOTHING, CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_OBTAIN},
        {"webfb-login", ONLY_CERTIFICATE, CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_OBTAIN},
        {"webfb-login", ONLY_PASSWORD, CERTLIFE_CODE_ALLOWED, 0},
        {"webfb-login", BOTH, CERTLIFE_CODE_ALLOWED, 0},
        {"webfb", NOTHING, CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED, CERTLIFE_WAY_LOG_IN},
        {"webfb", ONLY_CERTIFICATE, CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_LOG_IN},
        {"webfb", ONLY_PASSWORD, CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED, CERTLIFE_WAY_LOG_IN},
        {"webfb", BOTH, CERTLIFE_CODE_ALLOWED, 0},
        {"houjin", ONLY_CERTIFICATE, CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_LOG_IN},
        {"houjin", ONLY_PASSWORD, CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED, CERTLIFE_WAY_LOG_IN},
        {"houjin", BOTH, CERTLIFE_CODE_ALLOWED, 0},
        {"kumiai", ONLY_CERTIFICATE, CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_LOG_IN},
        {"kumiai", ONLY_PASSWORD, CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED, CERTLIFE_WAY_LOG_IN},
        {"kumiai", BOTH, CERTLIFE_CODE_ALLOWED, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_new(rows[i].profile);
        has_certificate(w, "keir002");
        at(w, OPENS);
        if ((rows[i].has & ONLY_PASSWORD) == 0)
            without_password(w);
        if ((rows[i].has & ONLY_CERTIFICATE) == 0)
            without_certificate(w);
        int rc = renews(w, "keir002");
        if (rows[i].code == CERTLIFE_CODE_ALLOWED)
            assert_allowed(w, rc);
        else
            assert_refused(w, rc, "R-REN-3", rows[i].code, rows[i].way);
        world_free(w);
    }
}

/* A certificate that would not log in does not do, and says why. */
static void test_r_ren_3_a_certificate_that_logs_in(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_certificate(w, "keir002");
    at(w, OPENS);
    presenting(w, MASTER);
    assert_refused(w, renews(w, "keir002"), "R-USR-3", CERTLIFE_CODE_ANOTHER_USERS, CERTLIFE_WAY_NONE);
    assert_allowed(w, revokes(w, MASTER, "keir002"));
    assert_refused(w, renews(w, "keir002"), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
    world_free(w);
}

/* The new certificate is valid for one year from its own issuance. */
static void test_r_ren_4_a_year_of_its_own(void **state)
{
    (void)state;
    static const struct {
        const char *renewed, *last;
    } rows[] = {
        {OPENS, "2028-03-02 23:59:59"},
        {"2027-03-10 08:59:59", "2028-03-10 23:59:59"}, /* in UTC still the day before */
        {EXPIRY, "2028-04-01 23:59:59"},
    };
    for (size_t profile = 0; certlife_profile_builtin(profile) != NULL; profile++) {
        for (size_t i = 0; i < COUNT(rows); i++) {
            struct world *w = world_new(certlife_profile_builtin(profile));
            const uint8_t *der = NULL;
            struct openssl_view seen;
            certlife_certificate_page *page = NULL;
            has_certificate(w, "keir002");
            at(w, rows[i].renewed);
            assert_allowed(w, renews(w, "keir002"));
            size_t len = holds(w, "keir002", &der);
            openssl_reads(der, len, &seen);
            assert_int_equal(seen.not_before, moment(rows[i].renewed));
            assert_int_equal(seen.not_after, moment(rows[i].last));
            assert_string_equal(seen.subject, "CN=keir002,OU=" COMPANY ",O=Example Shinkin Bank");
            const certlife_certificate *kept = history_at(w, "keir002", 1, &page);
            assert_int_equal(certlife_certificate_not_before(kept), seen.not_before);
            assert_int_equal(certlife_certificate_not_after(kept), seen.not_after);
            certlife_certificate_page_free(page);
            world_free(w);
        }
    }
}

/* The user is shown the new certificate's details (serial number, expiry). */
static void test_r_ren_5_serial_and_expiry_are_shown(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    const uint8_t *der = NULL;
    const char *pem = request_pem(40);
    struct openssl_view seen;
    certlife_certificate *renewed = NULL;
    certlife_request request = CERTLIFE_REQUEST_INIT;
    certlife_user *row = NULL;
    has_certificate(w, "keir002");
    at(w, OPENS);
    request.pkcs10 = (const uint8_t *)pem;
    request.pkcs10_len = strlen(pem);
    request.medium = CERTLIFE_MEDIUM_PC;
    assert_allowed(
        w, certlife_renew(w->bank, actor(w, "keir002"), COMPANY, "keir002", &request, &renewed, w->decision, &w->err));
    size_t len = certlife_certificate_der(renewed, &der);
    openssl_reads(der, len, &seen);
    assert_string_equal(certlife_certificate_serial(renewed), seen.serial);
    assert_int_equal(certlife_certificate_not_after(renewed), seen.not_after);
    assert_int_equal(certlife_certificate_not_after(renewed), moment("2028-03-02 23:59:59"));
    assert_int_equal(certlife_certificate_state_of(renewed), CERTLIFE_CERTIFICATE_UNCONFIRMED);
    assert_string_equal(certlife_certificate_user(renewed), "keir002");
    certlife_certificate_free(renewed);
    /* The user's own row shows the same. */
    assert_allowed(w, certlife_user_get(w->bank, actor(w, "keir002"), COMPANY, "keir002", &row, w->decision, &w->err));
    assert_string_equal(certlife_user_unconfirmed_serial(row), seen.serial);
    assert_int_equal(certlife_user_unconfirmed_expiry(row), seen.not_after);
    assert_string_equal(certlife_user_serial(row), held_serial(w, "keir002"));
    assert_int_equal(certlife_user_expiry(row), moment(EXPIRY));
    certlife_user_free(row);
    world_free(w);
}

/* The old certificate keeps working until the new one is confirmed (by confirmation or by its first login), then it is
 * `replaced` and refused at login. */
static void test_r_ren_6_old_works_until_confirmed(void **state)
{
    (void)state;
    for (size_t profile = 0; certlife_profile_builtin(profile) != NULL; profile++) {
        for (int by_login = 0; by_login <= 1; by_login++) {
            struct world *w = world_new(certlife_profile_builtin(profile));
            certlife_certificate_page *page = NULL;
            has_certificate(w, "keir002");
            at(w, OPENS);
            assert_allowed(w, renews(w, "keir002"));
            at(w, "2027-03-20 12:00:00");
            keeps_old(w, "keir002");
            assert_allowed(w, logs_in(w, "keir002"));
            takes_new(w, "keir002");
            assert_allowed(w, looks_in(w, "keir002")); /* a gate's look confirms nothing */
            assert_false(certlife_login_confirmed(w->login));
            keeps_old(w, "keir002");
            assert_allowed(w, logs_in(w, "keir002"));
            takes_new(w, "keir002");
            at(w, "2027-03-21 12:00:00");
            assert_allowed(w, by_login ? logs_in(w, "keir002") : confirms(w, "keir002"));
            if (by_login)
                assert_true(certlife_login_confirmed(w->login));
            keeps_old(w, "keir002");
            assert_replaced(w, logs_in(w, "keir002"));
            assert_replaced(w, looks_in(w, "keir002"));
            const certlife_certificate *old = history_at(w, "keir002", 0, &page);
            assert_int_equal(certlife_certificate_state_of(old), CERTLIFE_CERTIFICATE_REPLACED);
            assert_int_equal(certlife_certificate_replaced_at(old), moment("2027-03-21 12:00:00"));
            certlife_certificate_page_free(page);
            takes_new(w, "keir002");
            assert_allowed(w, logs_in(w, "keir002"));
            assert_allowed(w, confirms(w, "keir002")); /* twice changes nothing */
            assert_status(w, "keir002", CERTLIFE_STATUS_OBTAINED);
            world_free(w);
        }
    }
}

/* A failed installation never locks the user out: the old one works to its end, the new one is delivered again or made
 * anew as often as it takes, also after the old one's end. */
static void test_r_ren_6_failed_installation(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    uint8_t old[8192];
    const uint8_t *der = NULL;
    has_certificate(w, "keir002");
    size_t len = holds(w, "keir002", &der);
    memcpy(old, der, len);
    at(w, OPENS);
    assert_allowed(w, renews_with(w, "keir002", 20));
    char lost[65];
    snprintf(lost, sizeof lost, "%s", held_serial(w, "keir002"));
    keeps_old(w, "keir002");
    assert_allowed(w, gets_again(w, "keir002"));
    keeps_old(w, "keir002");
    assert_allowed(w, renews_with(w, "keir002", 20)); /* the same key, the same certificate */
    assert_string_equal(held_serial(w, "keir002"), lost);
    assert_int_equal(history_count(w, "keir002"), 2);
    keeps_old(w, "keir002");
    assert_allowed(w, renews_with(w, "keir002", 21)); /* the key was lost */
    assert_int_equal(history_count(w, "keir002"), 3);
    assert_refused(w, confirms_serial(w, "keir002", lost), "R-ALL-6", CERTLIFE_CODE_NOTHING_TO_CONFIRM,
                   CERTLIFE_WAY_DELIVER);
    at(w, EXPIRY);
    assert_allowed(w, logs_in_with(w, "keir002", old, len));
    at(w, "2027-04-02 00:00:00");
    assert_refused(w, logs_in_with(w, "keir002", old, len), "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_ASK_MASTER);
    assert_allowed(w, gets_again(w, "keir002"));
    assert_allowed(w, logs_in(w, "keir002"));
    assert_status(w, "keir002", CERTLIFE_STATUS_OBTAINED);
    world_free(w);
}

static void assert_later_at(struct world *w, const char *user, int64_t when)
{
    certlife_user *seen = shown(w, user);
    assert_int_equal(certlife_user_renew_later_at(seen), when);
    certlife_user_free(seen);
}

/* 'Renew later' is remembered; the notice is shown again at the next login. */
static void test_r_ren_7_renew_later(void **state)
{
    (void)state;
    for (size_t profile = 0; certlife_profile_builtin(profile) != NULL; profile++) {
        struct world *w = world_new(certlife_profile_builtin(profile));
        has_certificate(w, "keir002");
        at(w, "2027-03-01 23:59:59");
        assert_allowed(w, logs_in(w, "keir002"));
        assert_false(certlife_login_renewal_due(w->login));
        assert_refused(w, renews_later(w, "keir002"), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN, CERTLIFE_WAY_WAIT);
        assert_later_at(w, "keir002", 0);
        at(w, OPENS);
        assert_allowed(w, logs_in(w, "keir002"));
        assert_true(certlife_login_renewal_due(w->login));
        without_certificate(w);
        assert_refused(w, renews_later(w, "keir002"), "R-REN-7", CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED,
                       CERTLIFE_WAY_LOG_IN);
        assert_allowed(w, renews_later(w, "keir002"));
        assert_later_at(w, "keir002", moment(OPENS));
        reopens(w);
        assert_later_at(w, "keir002", moment(OPENS));
        at(w, "2027-03-02 00:00:01");
        assert_allowed(w, logs_in(w, "keir002"));
        assert_true(certlife_login_renewal_due(w->login));
        assert_int_equal(certlife_login_days_left(w->login), 30);
        at(w, EXPIRY);
        assert_allowed(w, renews_later(w, "keir002"));
        assert_later_at(w, "keir002", moment(EXPIRY));
        assert_allowed(w, renews(w, "keir002"));
        world_free(w);
    }
}

/* PC and USB token: the medium is chosen at each renewal, subject to R-OBT-8. */
static void test_r_ren_8_medium_is_chosen(void **state)
{
    (void)state;
    static const struct {
        const char *at;
        certlife_medium medium;
    } renewals[] = {
        {"2027-03-10 12:00:00", CERTLIFE_MEDIUM_USB_TOKEN},
        {"2028-03-01 12:00:00", CERTLIFE_MEDIUM_USB_TOKEN},
        {"2029-02-20 12:00:00", CERTLIFE_MEDIUM_PC},
        {"2030-02-10 12:00:00", CERTLIFE_MEDIUM_USB_TOKEN},
    };
    struct world *w = world_new("houjin");
    has_certificate(w, "keir002");
    at(w, OPENS);
    w->medium = CERTLIFE_MEDIUM_USB_TOKEN;
    assert_refused(w, renews(w, "keir002"), "R-OBT-8", CERTLIFE_CODE_MEDIUM_NOT_APPLIED, CERTLIFE_WAY_CONTACT_BRANCH);
    assert_allowed(w, applies_for_usb_tokens(w, "branch"));
    for (size_t i = 0; i < COUNT(renewals); i++) {
        certlife_certificate_page *page = NULL;
        at(w, renewals[i].at);
        w->medium = renewals[i].medium;
        assert_allowed(w, renews(w, "keir002"));
        assert_allowed(w, confirms(w, "keir002"));
        assert_int_equal(certlife_certificate_medium(history_at(w, "keir002", i + 1, &page)), renewals[i].medium);
        certlife_certificate_page_free(page);
    }
    world_free(w);
    w = world_new("webfb");
    at(w, OPENS);
    w->medium = CERTLIFE_MEDIUM_USB_TOKEN;
    assert_refused(w, renews(w, MASTER), "R-OBT-8", CERTLIFE_CODE_MEDIUM_NOT_OFFERED, CERTLIFE_WAY_NONE);
    world_free(w);
}

/* A profile can close renewal at a time of day on the expiry date (banks use 08:59 or 09:00); exclusive (R-ALL-15). Then
 * the user obtains with ID and password (R-OBT-9), while the old certificate logs in to its end. */
static void test_r_ren_9_closing_time(void **state)
{
    (void)state;
    static const struct {
        const char *closes, *last;
    } rows[] = {
        {"09:00", "2027-04-01 08:59:59"},
        {"08:59", "2027-04-01 08:58:59"},
        {"23:59", "2027-04-01 23:58:59"},
        {"00:01", "2027-04-01 00:00:59"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_where("webfb", "renewal closes", rows[i].closes);
        has_certificate(w, "keir002");
        at(w, rows[i].last);
        assert_allowed(w, could(w, "keir002", CERTLIFE_ACT_RENEW, "keir002"));
        w->now++;
        assert_refused(w, renews(w, "keir002"), "R-REN-2", CERTLIFE_CODE_RENEWAL_CLOSED, CERTLIFE_WAY_OBTAIN);
        assert_date(w, rows[i].last);
        assert_allowed(w, logs_in(w, "keir002"));
        without_certificate(w);
        assert_allowed(w, obtains(w, "keir002"));
        keeps_old(w, "keir002");
        assert_allowed(w, logs_in(w, "keir002"));
        at(w, EXPIRY);
        assert_allowed(w, logs_in(w, "keir002"));
        takes_new(w, "keir002");
        without_certificate(w);
        assert_allowed(w, gets_again(w, "keir002"));
        assert_allowed(w, logs_in(w, "keir002"));
        keeps_old(w, "keir002");
        assert_replaced(w, logs_in(w, "keir002"));
        world_free(w);
    }
}

/* … and can carry the days left over into the new certificate; only renewing does. */
static void test_r_ren_9_carries_days_over(void **state)
{
    (void)state;
    static const struct {
        const char *carry_over, *renewed, *last;
    } rows[] = {
        {"yes", OPENS, "2028-04-01 23:59:59"},
        {"yes", "2027-03-02 23:59:59", "2028-04-01 23:59:59"},
        {"yes", "2027-03-31 08:59:59", "2028-04-01 23:59:59"},
        {"yes", EXPIRY, "2028-04-01 23:59:59"},
        {"no", OPENS, "2028-03-02 23:59:59"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_where("webfb", "carry over", rows[i].carry_over);
        has_certificate(w, "keir002");
        at(w, rows[i].renewed);
        assert_allowed(w, renews(w, "keir002"));
        assert_allowed(w, logs_in(w, "keir002"));
        assert_int_equal(certlife_login_expiry(w->login), moment(rows[i].last));
        world_free(w);
    }
    struct world *w = world_where("webfb", "carry over", "yes");
    has_certificate(w, "keir002");
    at(w, OPENS);
    assert_allowed(w, reissues(w, MASTER, "keir002"));
    assert_allowed(w, obtains(w, "keir002"));
    assert_allowed(w, logs_in(w, "keir002"));
    assert_int_equal(certlife_login_expiry(w->login), moment("2028-03-02 23:59:59"));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_ren_1_own_only),
        cmocka_unit_test(test_r_ren_1_something_to_renew),
        cmocka_unit_test(test_r_ren_2_window_of_30_days),
        cmocka_unit_test(test_r_ren_2_after_the_window),
        cmocka_unit_test(test_r_ren_3_what_it_needs),
        cmocka_unit_test(test_r_ren_3_a_certificate_that_logs_in),
        cmocka_unit_test(test_r_ren_4_a_year_of_its_own),
        cmocka_unit_test(test_r_ren_5_serial_and_expiry_are_shown),
        cmocka_unit_test(test_r_ren_6_old_works_until_confirmed),
        cmocka_unit_test(test_r_ren_6_failed_installation),
        cmocka_unit_test(test_r_ren_7_renew_later),
        cmocka_unit_test(test_r_ren_8_medium_is_chosen),
        cmocka_unit_test(test_r_ren_9_closing_time),
        cmocka_unit_test(test_r_ren_9_carries_days_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
