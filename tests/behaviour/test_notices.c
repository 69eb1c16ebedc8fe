/* SPDX-License-Identifier: Apache-2.0 */
/* Notices about expiry: when, to whom, on screen, and what withdraws them (section 8 of the specification, R-NOT-1
 * to 4). keir002's certificate expires at the end of Thursday, 2027-04-01. */
#include "notices.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OPENS "2027-03-02 00:00:00"
#define DAY_30 "2027-03-02 09:00:00"
#define DAY_10 "2027-03-22 09:00:00"
#define EXPIRY "2027-04-01 23:59:59"

static bool is_kumiai(const char *profile)
{
    return strcmp(profile, "kumiai") == 0;
}

/* E-mail 30 days and 10 days before expiry. Profile E: once, 30 days before (R-NOT-2). */
static void test_r_not_1_30_and_10_days(void **state)
{
    (void)state;
    for (size_t i = 0; certlife_profile_builtin(i) != NULL; i++) {
        const char *profile = certlife_profile_builtin(i);
        struct world *w = world_of_one(profile, "");
        assert_falls_due(w, DAY_30, "expiry keir002 30");
        assert_nothing_due(w);
        if (!is_kumiai(profile))
            assert_falls_due(w, DAY_10, "expiry keir002 10");
        assert_nothing_due(w);
        assert_next_due(w, NULL);
        at(w, EXPIRY);
        assert_nothing_due(w);
        w->now++;
        assert_nothing_due(w);
        assert_listed(w, "keir002",
                      is_kumiai(profile) ? "sent expiry keir002 " DAY_30
                                         : "sent expiry keir002 " DAY_30 "; sent expiry keir002 " DAY_10);
        ends(w);
    }
}

/* JST midnight is 15:00 UTC of the day before. */
static void test_r_not_1_days_of_japan(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "sending hours = any");
    assert_falls_due(w, "2027-03-02 00:00:00", "expiry keir002 30");
    assert_int_equal(w->now, 1803913200); /* 2027-03-01 15:00:00 UTC */
    assert_falls_due(w, "2027-03-22 00:00:00", "expiry keir002 10");
    ends(w);
}

/* To the user's registered address at the time of sending. */
static void test_r_not_1_address_at_the_time_of_sending(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "");
    struct mailer mailer = MAILER(w, "mailer");
    moves_to(w, "keir002", "planned@example.co.jp");
    at(w, DAY_30);
    moves_to(w, "keir002", "due@example.co.jp");
    assert_claims(&mailer, "expiry keir002 30");
    assert_string_equal(certlife_notice_email(held(&mailer, 0)), "due@example.co.jp");
    moves_to(w, "keir002", "again@example.co.jp"); /* the worker dies */
    w->now += 600;
    assert_claims(&mailer, "expiry keir002 30");
    assert_string_equal(certlife_notice_email(held(&mailer, 0)), "again@example.co.jp");
    moves_to(w, "keir002", "later@example.co.jp");
    done(&mailer);
    forgets(&mailer);

    /* The list keeps where it was sent. */
    certlife_notice_page *page = NULL;
    assert_allowed(w,
                   certlife_notice_list(w->bank, actor(w, "branch"), COMPANY, "keir002", &page, w->decision, &w->err));
    for (size_t i = 0; i < certlife_notice_page_count(page); i++) {
        const certlife_notice *listed = certlife_notice_page_at(page, i);
        bool sent = certlife_notice_state_of(listed) == CERTLIFE_NOTICE_SENT;
        assert_string_equal(certlife_notice_email(listed), sent ? "again@example.co.jp" : "later@example.co.jp");
    }
    certlife_notice_page_free(page);
    assert_listed(w, "keir002", "sent expiry keir002 2027-03-02 09:10:00; planned expiry keir002 " DAY_10);
    ends(w);
}

/* What a notice says, for whoever writes the message. */
static void test_r_not_1_what_it_says(void **state)
{
    (void)state;
    static const struct {
        const char *choices, *renew_by;
        certlife_language language;
    } rows[] = {
        {"", EXPIRY, CERTLIFE_LANGUAGE_JA},
        {"notice language = en\nrenewal closes = 09:00", "2027-04-01 08:59:59", CERTLIFE_LANGUAGE_EN},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_of_one("webfb", rows[i].choices);
        struct mailer mailer = MAILER(w, "mailer");
        at(w, OPENS);
        assert_allowed(w, renews_later(w, "keir002"));
        assert_claims_at(&mailer, DAY_30, "expiry keir002 30");
        const certlife_notice *notice = held(&mailer, 0);
        assert_string_equal(certlife_notice_contract(notice), COMPANY);
        assert_string_equal(certlife_notice_addressee_user(notice), "keir002");
        assert_string_equal(certlife_notice_email(notice), "user@example.co.jp");
        assert_string_equal(certlife_notice_serial(notice), held_serial(w, "keir002"));
        assert_int_equal(certlife_notice_expiry(notice), moment(EXPIRY));
        assert_int_equal(certlife_notice_renew_by(notice), moment(rows[i].renew_by));
        assert_int_equal(certlife_notice_due(notice), moment(DAY_30));
        assert_int_equal(certlife_notice_renew_later_at(notice), moment(OPENS));
        assert_int_equal(certlife_notice_language(notice), rows[i].language);
        assert_int_equal(certlife_notice_attempts(notice), 1);
        assert_string_equal(certlife_notice_cause(notice), "");
        assert_int_equal(certlife_notice_obtain_by(notice), 0);
        assert_int_equal(certlife_notice_happened_at(notice), 0);
        forgets(&mailer);
        ends(w);
    }
}

static const struct {
    int days;
    const char *due;
} thresholds[] = {
    {45, "2027-02-15 09:00:00"}, {40, "2027-02-20 09:00:00"}, {30, DAY_30}, {14, "2027-03-18 09:00:00"}, {10, DAY_10},
    {7, "2027-03-25 09:00:00"},  {1, "2027-03-31 09:00:00"},
};

static bool names_days(const char *list, int days)
{
    for (const char *p = list; *p != '\0'; p += strcspn(p, " ") + (strchr(p, ' ') != NULL)) {
        if (atoi(p) == days)
            return true;
    }
    return false;
}

static const struct {
    const char *to, *notice; /* of keir002; the number of days comes in for %d */
} ways[] = {
    {"user", "expiry keir002 %d"},
    {"master", "expiry keir002 to master %d"},
    {"user, master", "expiry keir002 %d; expiry keir002 to master %d"},
};

/* The thresholds are the profile's: any list out of 45, 40, 30, 14, 10, 7, to holder, master or both (section 9). */
static void test_r_not_2_thresholds_and_addressees(void **state)
{
    (void)state;
    static const char *const lists[] = {"45, 40, 30, 14, 10, 7", "45", "40, 7", "30", "14, 10", "30, 1", "none"};
    for (size_t l = 0; l < COUNT(lists); l++) {
        for (size_t way = 0; way < COUNT(ways); way++) {
            char choices[128], notice[128];
            snprintf(choices, sizeof choices, "e-mail = %s\ne-mail to = %s", lists[l], ways[way].to);
            struct world *w = world_of_one("webfb", choices);
            for (size_t i = 0; i < COUNT(thresholds); i++) {
                int days = thresholds[i].days;
                if (!names_days(lists[l], days))
                    continue;
                snprintf(notice, sizeof notice, ways[way].notice, days, days);
                assert_falls_due(w, thresholds[i].due, notice);
            }
            assert_nothing_due(w);
            assert_next_due(w, NULL);
            ends(w);
        }
    }
}

/* The master user's own come once, whichever is chosen; the one about a general user goes to the master's address. */
static void test_r_not_2_master_once(void **state)
{
    (void)state;
    for (size_t way = 0; way < COUNT(ways); way++) {
        char choices[64], notices[192];
        snprintf(choices, sizeof choices, "e-mail to = %s", ways[way].to);
        struct world *w = world_choosing("webfb", choices);
        struct mailer mailer = MAILER(w, "mailer");
        has_certificate(w, "keir002");
        for (int days = 30; days >= 10; days -= 20) {
            int len = snprintf(notices, sizeof notices, ways[way].notice, days, days);
            snprintf(notices + len, sizeof notices - (size_t)len, "; expiry keir001 %d", days);
            assert_nothing_due(w);
            assert_claims_at(&mailer, days == 30 ? DAY_30 : DAY_10, notices);
            for (size_t i = 0; i < certlife_notice_page_count(mailer.page); i++) {
                const certlife_notice *notice = held(&mailer, i);
                bool own = strcmp(certlife_notice_addressee_user(notice), "keir002") == 0;
                assert_string_equal(certlife_notice_email(notice), own ? "user@example.co.jp" : "keiri@example.co.jp");
            }
            done(&mailer);
        }
        forgets(&mailer);
        assert_next_due(w, NULL);
        ends(w);
    }
}

/* On screen from 30 days before until expiry, by the days alone: no sending hours, no e-mail. */
static void test_r_not_3_until_expiry(void **state)
{
    (void)state;
    static const struct {
        const char *choices, *opens, *days;
    } rows[] = {
        {"", OPENS, "30"},
        {"e-mail = none\nsending days = Monday to Friday", OPENS, "30"},
        {"screen notice = 40", "2027-02-20 00:00:00", "40"},
        {"screen notice = 0", "2027-04-01 00:00:00", "0"},
    };
    for (size_t i = 0; certlife_profile_builtin(i) != NULL; i++) {
        for (size_t row = 0; row < COUNT(rows); row++) {
            struct world *w = world_of_one(certlife_profile_builtin(i), rows[row].choices);
            w->now = moment(rows[row].opens) - 1;
            assert_on_screen(w, "keir002", "");
            assert_allowed(w, logs_in(w, "keir002"));
            assert_false(certlife_login_renewal_due(w->login));
            w->now++;
            assert_on_screen(w, "keir002", rows[row].days);
            assert_allowed(w, logs_in(w, "keir002"));
            assert_true(certlife_login_renewal_due(w->login));
            at(w, EXPIRY);
            assert_on_screen(w, "keir002", "0");
            assert_allowed(w, logs_in(w, "keir002"));
            assert_true(certlife_login_renewal_due(w->login));
            w->now++;
            assert_on_screen(w, "keir002", "");
            assert_int_equal(logs_in(w, "keir002"), CERTLIFE_REFUSED);
            ends(w);
        }
    }
}

/* Who has nothing that can expire is shown nothing; a renewed certificate counts once it is the one in use. */
static void test_r_not_3_the_certificate_in_use(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "");
    assert_allowed(w, adds(w, "branch", "keir003"));
    at(w, "2027-03-20 12:00:00");
    assert_on_screen(w, "keir003", "");
    assert_on_screen(w, MASTER, ""); /* revoked */
    assert_allowed(w, renews(w, "keir002"));
    keeps_old(w, "keir002");
    assert_on_screen(w, "keir002", "12 waits");
    at(w, EXPIRY);
    assert_on_screen(w, "keir002", "0 waits");
    w->now++; /* the unconfirmed one takes its place */
    takes_new(w, "keir002");
    assert_on_screen(w, "keir002", "");
    at(w, "2028-02-19 00:00:00");
    assert_on_screen(w, "keir002", "30");
    assert_allowed(w, reissues(w, "branch", "keir002"));
    assert_on_screen(w, "keir002", "");
    ends(w);
}

/* 'Renew later' is remembered; the notice is shown again. */
static void test_r_ren_7_shown_again_on_screen(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "");
    at(w, "2027-03-05 12:00:00");
    assert_on_screen(w, "keir002", "27");
    assert_allowed(w, renews_later(w, "keir002"));
    assert_on_screen(w, "keir002", "27");
    reopens(w);
    at(w, "2027-03-06 12:00:00");
    assert_allowed(w, logs_in(w, "keir002"));
    assert_true(certlife_login_renewal_due(w->login));
    assert_on_screen(w, "keir002", "26");
    assert_sends(w, "expiry keir002 26"); /* nor does it take away the e-mail */
    certlife_notice *notice = NULL;
    assert_allowed(
        w, certlife_notice_on_screen(w->bank, actor(w, "keir002"), COMPANY, "keir002", &notice, w->decision, &w->err));
    assert_int_equal(certlife_notice_renew_later_at(notice), moment("2027-03-05 12:00:00"));
    certlife_notice_free(notice);
    ends(w);
}

/* A successful login carries the notice, and says that a renewed certificate waits to be installed: to whom comes with
 * the old one, until the new one has been confirmed. */
static void test_r_log_3_waits_to_install(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "");
    at(w, OPENS);
    assert_allowed(w, logs_in(w, "keir002"));
    assert_int_equal(certlife_login_days_left(w->login), 30);
    assert_false(certlife_login_waits_to_install(w->login));
    assert_allowed(w, renews(w, "keir002"));
    keeps_old(w, "keir002");
    assert_allowed(w, logs_in(w, "keir002"));
    assert_true(certlife_login_renewal_due(w->login));
    assert_true(certlife_login_waits_to_install(w->login));
    takes_new(w, "keir002");
    assert_allowed(w, looks_in(w, "keir002"));
    assert_false(certlife_login_renewal_due(w->login));
    assert_false(certlife_login_waits_to_install(w->login));
    assert_allowed(w, logs_in(w, "keir002"));
    assert_false(certlife_login_waits_to_install(w->login));
    ends(w);

    w = world_of_one("webfb", ""); /* an unconfirmed one, in its own last days */
    at(w, OPENS);
    assert_allowed(w, renews(w, "keir002"));
    at(w, "2028-02-20 12:00:00");
    assert_allowed(w, looks_in(w, "keir002"));
    assert_true(certlife_login_renewal_due(w->login));
    assert_false(certlife_login_waits_to_install(w->login));
    ends(w);
}

/* A confirmed renewal, reissue, revocation and user deletion withdraw the notices of the old certificate. */

static void confirmed_renewal(struct world *w)
{
    assert_allowed(w, renews(w, "keir002"));
    assert_allowed(w, confirms(w, "keir002"));
}

static void renewal_confirmed_by_login(struct world *w)
{
    assert_allowed(w, renews(w, "keir002"));
    assert_allowed(w, logs_in(w, "keir002"));
}

static void reissue(struct world *w)
{
    assert_allowed(w, reissues(w, "branch", "keir002"));
}

static void reissue_and_obtaining(struct world *w)
{
    reissue(w);
    assert_allowed(w, obtains(w, "keir002"));
}

static void revocation(struct world *w)
{
    assert_allowed(w, revokes(w, "branch", "keir002"));
}

static void deletion(struct world *w)
{
    assert_allowed(w, deletes(w, "branch", "keir002"));
}

static void closing(struct world *w)
{
    assert_allowed(w, closes(w, "branch"));
}

static void (*const endings[])(struct world *w) = {
    confirmed_renewal, renewal_confirmed_by_login, reissue, reissue_and_obtaining, revocation, deletion, closing,
};

static void assert_silent_until_expiry(struct world *w)
{
    static const char *const moments[] = {DAY_30, "2027-03-02 09:10:00", DAY_10, "2027-04-01 16:59:59", EXPIRY};
    for (size_t i = 0; i < COUNT(moments); i++) {
        if (moment(moments[i]) < w->now)
            continue;
        at(w, moments[i]);
        assert_nothing_due(w);
    }
    w->now++;
    assert_nothing_due(w);
}

static void test_r_not_4_withdrawn_before_it_is_due(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(endings); i++) {
        struct world *w = world_of_one("webfb", "e-mail to = user, master");
        at(w, "2027-03-02 08:59:59");
        endings[i](w);
        assert_silent_until_expiry(w);
        ends(w);
    }
}

static void test_r_not_4_withdrawn_between_thresholds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(endings); i++) {
        struct world *w = world_of_one("webfb", "");
        at(w, DAY_30);
        assert_sends(w, "expiry keir002 30");
        endings[i](w);
        assert_silent_until_expiry(w);
        ends(w);
    }
}

/* While a worker has it in hand, nobody can stop that one; but it does not come again. */
static void test_r_not_4_withdrawn_in_a_workers_hand(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(endings); i++) {
        for (int answer = 0; answer < 3; answer++) {
            struct world *w = world_of_one("webfb", "notice attempts = 1");
            struct mailer mailer = MAILER(w, "mailer");
            at(w, DAY_30);
            assert_claims(&mailer, "expiry keir002 30");
            endings[i](w);
            if (answer == 1)
                gives_back(&mailer, "451 try again later");
            if (answer == 2)
                gives_back(&mailer, NULL);
            forgets(&mailer);
            assert_parked(w, "");
            assert_silent_until_expiry(w);
            ends(w);
        }
    }
}

/* What fell due and was not claimed in time is withdrawn too. */
static void test_r_not_4_withdrawn_when_overdue(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(endings); i++) {
        struct world *w = world_of_one("webfb", "");
        at(w, "2027-03-25 12:00:00");
        endings[i](w);
        assert_silent_until_expiry(w);
        ends(w);
    }
}

/* While a renewal is unconfirmed they go on and say that the new certificate waits to be installed. */
static void test_r_not_4_unconfirmed_goes_on(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "e-mail = 30, 14, 10, 7\ne-mail to = user, master");
    struct mailer mailer = MAILER(w, "mailer");
    at(w, OPENS);
    assert_allowed(w, renews(w, "keir002"));
    keeps_old(w, "keir002");
    assert_claims_at(&mailer, DAY_30, "expiry keir002 30 waits; expiry keir002 to master 30 waits");
    assert_string_equal(certlife_notice_serial(held(&mailer, 0)), held_serial(w, "keir002"));
    done(&mailer);
    forgets(&mailer);
    assert_falls_due(w, "2027-03-18 09:00:00", "expiry keir002 14 waits; expiry keir002 to master 14 waits");
    assert_allowed(w, renews(w, "keir002")); /* with another key: the unconfirmed one is superseded */
    keeps_old(w, "keir002");
    assert_falls_due(w, DAY_10, "expiry keir002 10 waits; expiry keir002 to master 10 waits");
    takes_new(w, "keir002");
    assert_allowed(w, confirms(w, "keir002"));
    assert_silent_until_expiry(w);
    ends(w);
}

/* Each certificate has its own: those of the second begin anew, and are withdrawn by the third. */
static void test_r_not_4_second_renewal(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "");
    at(w, DAY_30);
    assert_sends(w, "expiry keir002 30");
    confirmed_renewal(w);
    assert_falls_due(w, "2028-02-01 09:00:00", "expiry keir002 30");
    assert_falls_due(w, "2028-02-21 09:00:00", "expiry keir002 10");
    confirmed_renewal(w);
    assert_falls_due(w, "2029-01-22 09:00:00", "expiry keir002 30");
    ends(w);
}

/* An unconfirmed one that takes the place of the expired one (R-ALL-6) has its own from its issue. */
static void test_r_not_4_unconfirmed_takes_its_place(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "");
    at(w, OPENS);
    assert_allowed(w, renews(w, "keir002"));
    assert_falls_due(w, DAY_30, "expiry keir002 30 waits");
    assert_falls_due(w, DAY_10, "expiry keir002 10 waits");
    assert_falls_due(w, "2028-02-01 09:00:00", "expiry keir002 30");
    assert_allowed(w, confirms(w, "keir002"));
    assert_falls_due(w, "2028-02-21 09:00:00", "expiry keir002 10");
    assert_next_due(w, NULL);
    ends(w);
}

/* What is obtained after a revocation (profile kumiai) or an expiry has its own. */
static void test_r_not_4_obtained_again(void **state)
{
    (void)state;
    struct world *w = world_of_one("kumiai", "");
    assert_falls_due(w, DAY_30, "expiry keir002 30");
    assert_allowed(w, revokes(w, "branch", "keir002"));
    at(w, "2027-03-10 12:00:00");
    assert_allowed(w, obtains(w, "keir002"));
    assert_falls_due(w, "2028-02-09 09:00:00", "expiry keir002 30");
    at(w, "2028-05-10 12:00:00");
    assert_allowed(w, obtains(w, "keir002"));
    assert_falls_due(w, "2029-04-10 09:00:00", "expiry keir002 30");
    assert_next_due(w, NULL);
    ends(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_not_1_30_and_10_days),
        cmocka_unit_test(test_r_not_1_days_of_japan),
        cmocka_unit_test(test_r_not_1_address_at_the_time_of_sending),
        cmocka_unit_test(test_r_not_1_what_it_says),
        cmocka_unit_test(test_r_not_2_thresholds_and_addressees),
        cmocka_unit_test(test_r_not_2_master_once),
        cmocka_unit_test(test_r_not_3_until_expiry),
        cmocka_unit_test(test_r_not_3_the_certificate_in_use),
        cmocka_unit_test(test_r_ren_7_shown_again_on_screen),
        cmocka_unit_test(test_r_log_3_waits_to_install),
        cmocka_unit_test(test_r_not_4_withdrawn_before_it_is_due),
        cmocka_unit_test(test_r_not_4_withdrawn_between_thresholds),
        cmocka_unit_test(test_r_not_4_withdrawn_in_a_workers_hand),
        cmocka_unit_test(test_r_not_4_withdrawn_when_overdue),
        cmocka_unit_test(test_r_not_4_unconfirmed_goes_on),
        cmocka_unit_test(test_r_not_4_second_renewal),
        cmocka_unit_test(test_r_not_4_unconfirmed_takes_its_place),
        cmocka_unit_test(test_r_not_4_obtained_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
