/* SPDX-License-Identifier: Apache-2.0 */
/* When notices fall due: sending hours and days, time zones, and what is too late (R-NOT-6, R-ALL-16). keir002's
 * certificate expires at the end of Thursday, 2027-04-01, if nothing else is said. */
#include "notices.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY_30 "2027-03-02 09:00:00"

/* Sending hours and the institution's time zone are respected; dates are ordinary whatever the year. */
static void test_r_not_6_when_it_falls_due(void **state)
{
    (void)state;
    static const struct {
        const char *choices, *obtained, *due;
        int days;
    } rows[] = {
        {"e-mail = 30", "2026-04-01 12:00:00", DAY_30, 30},
        {"e-mail = 30\nsending hours = any", "2026-04-01 12:00:00", "2027-03-02 00:00:00", 30},
        {"e-mail = 30\nsending hours = 08:30-08:31", "2026-04-01 12:00:00", "2027-03-02 08:30:00", 30},
        {"e-mail = 30\nsending hours = 23:59-24:00", "2026-04-01 12:00:00", "2027-03-02 23:59:00", 30},
        /* 2027-02-20 is a Saturday. */
        {"e-mail = 41\nsending days = Monday to Friday", "2026-04-01 12:00:00", "2027-02-19 09:00:00", 41},
        {"e-mail = 40\nsending days = Monday to Friday", "2026-04-01 12:00:00", "2027-02-22 09:00:00", 38},
        {"e-mail = 39\nsending days = Monday to Friday", "2026-04-01 12:00:00", "2027-02-22 09:00:00", 38},
        {"e-mail = 40\nsending days = Monday to Friday\nsending hours = any", "2026-04-01 12:00:00",
         "2027-02-22 00:00:00", 38},
        {"e-mail = 40\nsending days = Monday to Saturday", "2026-04-01 12:00:00", "2027-02-20 09:00:00", 40},
        {"e-mail = 39\nsending days = Monday to Saturday", "2026-04-01 12:00:00", "2027-02-22 09:00:00", 38},
        {"e-mail = 39", "2026-04-01 12:00:00", "2027-02-21 09:00:00", 39},
        /* Elsewhere the days begin at other moments, and so do the hours. Moments are written in Japan's time. */
        {"e-mail = 30\ntime = UTC+00:00", "2026-04-01 12:00:00", "2027-03-02 18:00:00", 30},
        {"e-mail = 30\ntime = UTC+00:00\nsending hours = any", "2026-04-02 08:59:59", "2027-03-02 09:00:00", 30},
        {"e-mail = 30\ntime = UTC+00:00\nsending hours = any", "2026-04-02 09:00:00", "2027-03-03 09:00:00", 30},
        {"e-mail = 30\ntime = UTC+05:30", "2026-04-01 12:00:00", "2027-03-02 12:30:00", 30},
        {"e-mail = 30\ntime = UTC-05:00", "2026-04-01 12:00:00", "2027-03-01 23:00:00", 30},
        {"e-mail = 30\ntime = UTC+14:00", "2026-04-01 12:00:00", "2027-03-02 04:00:00", 30},
        /* Leap days, and the years after 2038 and 2049. */
        {"e-mail = 30", "2027-03-30 12:00:00", "2028-02-29 09:00:00", 30},
        {"e-mail = 30", "2027-03-31 12:00:00", "2028-03-01 09:00:00", 30},
        {"e-mail = 30", "2028-02-29 12:00:00", "2029-01-29 09:00:00", 30},
        {"e-mail = 365", "2027-06-01 08:59:59", "2027-06-02 09:00:00", 365},
        {"e-mail = 30", "2037-02-18 12:00:00", "2038-01-19 09:00:00", 30},
        {"e-mail = 30", "2037-02-19 12:00:00", "2038-01-20 09:00:00", 30},
        {"e-mail = 10", "2049-01-10 12:00:00", "2049-12-31 09:00:00", 10},
        {"e-mail = 10", "2049-01-11 12:00:00", "2050-01-01 09:00:00", 10},
        {"e-mail = 10", "2068-03-01 12:00:00", "2069-02-19 09:00:00", 10},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char notice[64];
        snprintf(notice, sizeof notice, "expiry keir002 %d", rows[i].days);
        struct world *w = world_of_one_from("webfb", rows[i].choices, rows[i].obtained);
        assert_falls_due(w, rows[i].due, notice);
        assert_next_due(w, NULL);
        ends(w);
    }
}

/* The hours end before their end: at 17:00:00 nothing is handed out, also not what has been due for long. */
static void test_r_not_6_nothing_outside_the_hours(void **state)
{
    (void)state;
    static const struct {
        const char *choices, *last, *first, *again, *notice;
    } rows[] = {
        {"", "2027-03-02 16:59:59", "expiry keir002 30", "2027-03-03 09:00:00", "expiry keir002 29"},
        {"sending hours = 09:00-12:30", "2027-03-02 12:29:59", "expiry keir002 30", "2027-03-03 09:00:00",
         "expiry keir002 29"},
        {"sending hours = 09:00-24:00", "2027-03-02 23:59:59", "expiry keir002 30", "2027-03-03 09:00:00",
         "expiry keir002 29"},
        {"sending days = Monday to Friday", "2027-03-05 16:59:59", "expiry keir002 27", "2027-03-08 09:00:00",
         "expiry keir002 24"},
        {"sending days = Monday to Saturday", "2027-03-06 16:59:59", "expiry keir002 26", "2027-03-08 09:00:00",
         "expiry keir002 24"},
        {"sending days = Monday to Friday\nsending hours = any", "2027-03-05 23:59:59", "expiry keir002 27",
         "2027-03-08 00:00:00", "expiry keir002 24"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_of_one("webfb", rows[i].choices);
        struct mailer mailer = MAILER(w, "mailer");
        at(w, rows[i].last);
        mailer.lease = 1; /* and its worker dies */
        assert_claims(&mailer, rows[i].first);
        w->now++;
        assert_next_due(w, rows[i].again);
        assert_claims_at(&mailer, rows[i].again, rows[i].notice);
        done(&mailer);
        forgets(&mailer);
        ends(w);
    }
}

/* Two thresholds on one weekend: on Monday only the later one is sent, and the other never. */
static void test_r_not_6_two_on_one_weekend(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "e-mail = 41, 40, 39, 38, 37\nsending days = Monday to Friday");
    assert_falls_due(w, "2027-02-19 09:00:00", "expiry keir002 41");
    assert_falls_due(w, "2027-02-22 09:00:00", "expiry keir002 38"); /* itself Monday's */
    assert_falls_due(w, "2027-02-23 09:00:00", "expiry keir002 37");
    assert_next_due(w, NULL);
    ends(w);
    w = world_of_one("webfb", "e-mail = 40, 39\nsending days = Monday to Friday");
    assert_falls_due(w, "2027-02-22 09:00:00", "expiry keir002 38");
    assert_nothing_due(w);
    assert_next_due(w, NULL);
    assert_listed(w, "keir002", "sent expiry keir002 2027-02-22 09:00:00");
    ends(w);
}

/* A certificate that expires on a Saturday or Sunday: nothing about expiry comes on Monday, after it; but that it
 * has. */
static void test_r_not_6_expiry_on_a_weekend(void **state)
{
    (void)state;
    static const struct {
        const char *obtained, *due, *notice; /* NULL: none */
    } rows[] = {
        {"2026-04-02 12:00:00", "2027-04-01 09:00:00", "expiry keir002 1"}, /* expires on Friday */
        {"2026-04-03 12:00:00", "2027-04-02 09:00:00", "expiry keir002 1"}, /* on Saturday */
        {"2026-04-04 12:00:00", NULL, NULL},                                /* on Sunday */
        {"2026-04-05 12:00:00", "2027-04-05 09:00:00", "expiry keir002 0"}, /* on Monday */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (int expired = 0; expired <= 1; expired++) {
            struct world *w =
                world_of_one_from("webfb",
                                  expired ? "e-mail = 1\nsending days = Monday to Friday\nexpired notice = user"
                                          : "e-mail = 1\nsending days = Monday to Friday",
                                  rows[i].obtained);
            if (rows[i].due != NULL)
                assert_falls_due(w, rows[i].due, rows[i].notice);
            if (expired)
                assert_falls_due(w, i == 3 ? "2027-04-06 09:00:00" : "2027-04-05 09:00:00", "expired keir002");
            assert_nothing_due(w);
            assert_next_due(w, NULL);
            at(w, "2027-04-07 09:00:00");
            assert_nothing_due(w);
            ends(w);
        }
    }
}

/* Thresholds already past when a certificate is issued are not planned; at that very second they still count. */
static void test_r_all_16_past_when_issued(void **state)
{
    (void)state;
    static const struct {
        const char *choices, *obtained, *due; /* NULL: none */
        int days;
    } rows[] = {
        {"e-mail = 365", "2026-06-01 08:59:59", "2026-06-01 09:00:00", 365},
        {"e-mail = 365", "2026-06-01 09:00:01", NULL, 0},
        {"e-mail = 365", "2026-06-01 12:00:00", NULL, 0},
        {"e-mail = 30, 10\nvalidity = 20 days", "2026-06-01 12:00:00", "2026-06-11 09:00:00", 10},
        {"e-mail = 30, 20, 19\nvalidity = 20 days", "2026-06-01 12:00:00", "2026-06-02 09:00:00", 19},
        {"e-mail = 30, 20, 19\nvalidity = 20 days", "2026-06-01 08:59:59", "2026-06-01 09:00:00", 20},
        {"e-mail = 30, 10\nvalidity = 9 days", "2026-06-01 08:00:00", NULL, 0},
        /* Of a Saturday: it falls due on Monday, after the issue. */
        {"e-mail = 30\nvalidity = 30 days\nsending days = Monday to Friday", "2026-06-06 12:00:00",
         "2026-06-08 09:00:00", 28},
        {"e-mail = 30\nvalidity = 30 days\nsending days = Monday to Friday", "2026-06-05 12:00:00", NULL, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char notice[64];
        snprintf(notice, sizeof notice, "expiry keir002 %d", rows[i].days);
        struct world *w = world_of_one_from("webfb", rows[i].choices, rows[i].obtained);
        if (rows[i].due != NULL)
            assert_falls_due(w, rows[i].due, notice);
        assert_nothing_due(w);
        if (i != 4 && i != 5)
            assert_next_due(w, NULL);
        ends(w);
    }
    struct world *w = world_of_one_from("webfb", "e-mail = 365", "2026-06-01 09:00:00");
    assert_sends(w, "expiry keir002 365");
    assert_next_due(w, NULL);
    ends(w);
}

/* A renewal in the window has its own thresholds, of which none is past. */
static void test_r_all_16_short_lives(void **state)
{
    (void)state;
    struct world *w = world_of_one_from("webfb", "e-mail = 30, 10\nvalidity = 40 days", "2026-06-01 12:00:00");
    assert_falls_due(w, "2026-06-11 09:00:00", "expiry keir002 30");
    assert_allowed(w, renews(w, "keir002")); /* expires on 2026-07-21 */
    assert_falls_due(w, "2026-06-21 09:00:00", "expiry keir002 30");
    assert_next_due(w, "2026-07-01 09:00:00");
    ends(w);
}

/* A threshold falls due at the start of the sending hours of its civil day: the days left are that day's all day. */
static void test_r_all_16_days_left_are_that_days(void **state)
{
    (void)state;
    static const char *const moments[] = {DAY_30, "2027-03-02 12:00:00", "2027-03-02 16:59:59"};
    for (size_t i = 0; i < COUNT(moments); i++) {
        struct world *w = world_of_one("webfb", "");
        at(w, moments[i]);
        assert_sends(w, "expiry keir002 30");
        ends(w);
    }
}

/* Nothing about expiry is sent after it, but for the kind `expired`. */
static void test_r_all_16_nothing_after_expiry(void **state)
{
    (void)state;
    static const struct {
        const char *choices, *at, *notices;
    } rows[] = {
        {"", "2027-04-01 16:59:59", "expiry keir002 0"},
        {"", "2027-04-01 17:00:00", ""},
        {"", "2027-04-02 09:00:00", ""},
        {"sending hours = any", "2027-04-01 23:59:59", "expiry keir002 0"},
        {"sending hours = any", "2027-04-02 00:00:00", ""},
        {"sending hours = any\nexpired notice = user", "2027-04-01 23:59:59", "expiry keir002 0"},
        {"sending hours = any\nexpired notice = user", "2027-04-02 00:00:00", "expired keir002"},
        {"expired notice = user", "2027-04-02 08:59:59", ""},
        {"expired notice = user", "2027-04-02 09:00:00", "expired keir002"},
        {"expired notice = user", "2027-09-02 09:00:00", "expired keir002"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_of_one("webfb", rows[i].choices);
        assert_nothing_due(w);
        at(w, rows[i].at);
        assert_sends(w, rows[i].notices);
        assert_nothing_due(w);
        ends(w);
    }
    /* One in a worker's hand as well. */
    struct world *w = world_of_one("webfb", "sending hours = any");
    struct mailer mailer = MAILER(w, "mailer");
    at(w, "2027-04-01 23:59:00");
    mailer.lease = 60;
    assert_claims(&mailer, "expiry keir002 0");
    assert_claims_at(&mailer, "2027-04-02 00:00:00", "");
    assert_next_due(w, NULL);
    forgets(&mailer);
    ends(w);
}

/* Nor where a certificate ends in the middle of a day, in the sending hours. */
static void test_r_all_16_ends_at_noon(void **state)
{
    (void)state;
    for (int expired = 0; expired <= 1; expired++) {
        struct world *w = world_of_one("webfb", expired ? "last moment = same time of day\nexpired notice = user"
                                                        : "last moment = same time of day");
        struct mailer mailer = MAILER(w, "mailer");
        at(w, "2027-04-01 11:59:59");
        mailer.lease = 1;
        assert_claims(&mailer, "expiry keir002 0");
        assert_claims_at(&mailer, "2027-04-01 12:00:00", expired ? "expired keir002" : "");
        done(&mailer);
        assert_nothing_due(w);
        assert_next_due(w, NULL);
        forgets(&mailer);
        ends(w);
    }
}

/* Of what is overdue the latest is listed as planned; when the certificate expires, only that it has. */
static void test_r_all_16_list_after_expiry(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "expired notice = user");
    assert_nothing_due(w);
    at(w, "2027-04-01 23:59:59");
    assert_listed(w, "keir002", "planned expiry keir002 2027-03-22 09:00:00");
    at(w, "2027-04-02 00:00:00");
    assert_listed(w, "keir002", "planned expired keir002 2027-04-02 09:00:00");
    ends(w);
    w = world_of_one("webfb", "");
    assert_nothing_due(w);
    at(w, "2027-04-02 00:00:00");
    assert_listed(w, "keir002", "");
    ends(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_not_6_when_it_falls_due),
        cmocka_unit_test(test_r_not_6_nothing_outside_the_hours),
        cmocka_unit_test(test_r_not_6_two_on_one_weekend),
        cmocka_unit_test(test_r_not_6_expiry_on_a_weekend),
        cmocka_unit_test(test_r_all_16_past_when_issued),
        cmocka_unit_test(test_r_all_16_short_lives),
        cmocka_unit_test(test_r_all_16_days_left_are_that_days),
        cmocka_unit_test(test_r_all_16_nothing_after_expiry),
        cmocka_unit_test(test_r_all_16_ends_at_noon),
        cmocka_unit_test(test_r_all_16_list_after_expiry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
