/* SPDX-License-Identifier: Apache-2.0 */
/* A changed profile applies to existing certificates at once, also to their notices (R-ALL-17): earlier, later,
 * added and removed thresholds, hours, addressees, kinds. What was said is not said again. keir002's certificate
 * expires at the end of Thursday, 2027-04-01. */
#include "notices.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY_30 "2027-03-02 09:00:00"
#define DAY_10 "2027-03-22 09:00:00"

/* One value changed at a moment, and all that follows. */
struct change {
    const char *at, *value, *text; /* at 2027-03-02 09:00:00 or later the notice of 30 days has been sent */
    const char *now;               /* due then */
    struct {
        const char *due, *notices;
    } later[4];
};

static const struct change changes[] = {
    /* Before anything was said: earlier, later, added, removed. */
    {"2027-02-01 12:00:00",
     "e-mail",
     "45, 30, 7",
     "",
     {{"2027-02-15 09:00:00", "expiry keir002 45"},
      {DAY_30, "expiry keir002 30"},
      {"2027-03-25 09:00:00", "expiry keir002 7"}}},
    {"2027-02-01 12:00:00", "e-mail", "7", "", {{"2027-03-25 09:00:00", "expiry keir002 7"}}},
    {"2027-02-01 12:00:00", "e-mail", "none", "", {{NULL, NULL}}},
    {"2027-02-01 12:00:00",
     "e-mail to",
     "master",
     "",
     {{DAY_30, "expiry keir002 to master 30"}, {DAY_10, "expiry keir002 to master 10"}}},
    {"2027-02-01 12:00:00",
     "sending hours",
     "12:00-13:00",
     "",
     {{"2027-03-02 12:00:00", "expiry keir002 30"}, {"2027-03-22 12:00:00", "expiry keir002 10"}}},
    {"2027-02-01 12:00:00",
     "time",
     "UTC+00:00", /* by which it expires on the same day */
     "",
     {{"2027-03-02 18:00:00", "expiry keir002 30"}, {"2027-03-22 18:00:00", "expiry keir002 10"}}},
    {"2027-02-01 12:00:00",
     "sending hours",
     "06:00-17:00",
     "",
     {{"2027-03-02 06:00:00", "expiry keir002 30"}, {"2027-03-22 06:00:00", "expiry keir002 10"}}},
    {"2027-02-01 12:00:00",
     "time",
     "UTC+10:00", /* by which it expires on 2027-04-02 */
     "",
     {{"2027-03-03 08:00:00", "expiry keir002 30"}, {"2027-03-23 08:00:00", "expiry keir002 10"}}},
    /* Overdue by the new values: the latest of them, at once. */
    {"2027-02-25 12:00:00", "e-mail", "45, 40, 10", "expiry keir002 35", {{DAY_10, "expiry keir002 10"}}},
    {"2027-02-25 12:00:00", "e-mail", "40, 30", "expiry keir002 35", {{DAY_30, "expiry keir002 30"}}},
    /* After the one of 30 days: what was said is not said again, nor are larger ones. */
    {"2027-03-10 12:00:00", "e-mail", "45, 30, 10", "", {{DAY_10, "expiry keir002 10"}}},
    {"2027-03-10 12:00:00", "e-mail", "40, 10", "", {{DAY_10, "expiry keir002 10"}}},
    {"2027-03-10 12:00:00", "e-mail", "30", "", {{NULL, NULL}}},
    {"2027-03-10 12:00:00", "e-mail", "30, 14", "", {{"2027-03-18 09:00:00", "expiry keir002 14"}}},
    {"2027-03-10 12:00:00", "e-mail", "30, 25, 10", "expiry keir002 22", {{DAY_10, "expiry keir002 10"}}},
    {"2027-03-10 12:00:00", "e-mail", "30, 28, 25, 23", "expiry keir002 22", {{NULL, NULL}}},
    {"2027-03-10 12:00:00", "sending days", "Monday to Friday", "", {{DAY_10, "expiry keir002 10"}}},
    /* To whom nothing was said yet. */
    {"2027-03-10 12:00:00",
     "e-mail to",
     "user, master",
     "expiry keir002 to master 22",
     {{DAY_10, "expiry keir002 10; expiry keir002 to master 10"}}},
    {"2027-03-10 12:00:00",
     "expired notice",
     "user",
     "",
     {{DAY_10, "expiry keir002 10"}, {"2027-04-02 09:00:00", "expired keir002"}}},
    /* When all has been said. */
    {"2027-03-28 12:00:00", "e-mail", "30, 10, 7", "expiry keir002 4", {{NULL, NULL}}},
    {"2027-03-28 12:00:00", "e-mail", "30, 10, 1", "", {{"2027-03-31 09:00:00", "expiry keir002 1"}}},
    /* What expired before is old news. */
    {"2027-04-02 08:59:59", "expired notice", "master", "", {{"2027-04-02 09:00:00", "expired keir002 to master"}}},
    {"2027-04-02 09:00:00", "expired notice", "master", "expired keir002 to master", {{NULL, NULL}}},
    {"2027-04-02 09:00:01", "expired notice", "master", "", {{NULL, NULL}}},
    {"2027-06-02 12:00:00", "expired notice", "user, master", "", {{NULL, NULL}}},
    {"2027-04-02 12:00:00", "e-mail", "30, 10, 1", "", {{NULL, NULL}}},
};

static void test_r_all_17_thresholds_of_a_changed_profile(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(changes); i++) {
        const struct change *change = &changes[i];
        struct world *w = world_of_one("webfb", "");
        assert_nothing_due(w);
        if (moment(change->at) >= moment(DAY_30))
            assert_falls_due(w, DAY_30, "expiry keir002 30");
        if (moment(change->at) >= moment(DAY_10))
            assert_falls_due(w, DAY_10, "expiry keir002 10");
        at(w, change->at);
        chooses(w, change->value, change->text);
        assert_sends(w, change->now);
        for (size_t n = 0; n < COUNT(change->later) && change->later[n].due != NULL; n++)
            assert_falls_due(w, change->later[n].due, change->later[n].notices);
        assert_nothing_due(w);
        assert_next_due(w, NULL);
        ends(w);
    }
}

/* There and back again: nothing twice. */
static void test_r_all_17_back_again(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "expired notice = user");
    at(w, DAY_30);
    assert_sends(w, "expiry keir002 30");
    chooses(w, "e-mail", "none");
    assert_nothing_due(w);
    assert_next_due(w, "2027-04-02 09:00:00");
    chooses(w, "e-mail", "30, 10");
    assert_nothing_due(w);
    assert_next_due(w, DAY_10);
    chooses(w, "e-mail to", "master");
    assert_sends(w, "expiry keir002 to master 30");
    chooses(w, "e-mail to", "user");
    assert_nothing_due(w);
    chooses(w, "e-mail to", "user, master");
    assert_nothing_due(w);
    assert_falls_due(w, DAY_10, "expiry keir002 10; expiry keir002 to master 10");
    ends(w);
}

/* A worker that has one in hand when the profile changes: it comes back as the new profile has it, or not at all. */
static void test_r_all_17_in_a_workers_hand(void **state)
{
    (void)state;
    static const struct {
        const char *value, *text, *again;
    } rows[] = {
        {"e-mail", "none", ""},
        {"e-mail", "10", ""},
        {"e-mail to", "master", "expiry keir002 to master 30"},
        {"e-mail", "40, 30, 10", "expiry keir002 30"},
        {"e-mail", "31, 10", "expiry keir002 30"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (int says_done = 0; says_done <= 1; says_done++) {
            struct world *w = world_of_one("webfb", "");
            struct mailer mailer = MAILER(w, "mailer");
            at(w, DAY_30);
            assert_claims(&mailer, "expiry keir002 30");
            chooses(w, rows[i].value, rows[i].text);
            bool to_master = strcmp(rows[i].text, "master") == 0;
            assert_sends(w, to_master ? rows[i].again : "");
            if (says_done)
                done(&mailer);
            w->now += 600;
            assert_sends(w, says_done || to_master ? "" : rows[i].again);
            assert_nothing_due(w);
            forgets(&mailer);
            ends(w);
        }
    }
}

/* Digests instead of single notices, and back. */
static void test_r_all_17_digests(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "e-mail to = master");
    assert_nothing_due(w);
    chooses(w, "digest", "yes");
    assert_falls_due(w, DAY_30, "digest keir001 30: keir002 30");
    at(w, "2027-03-10 12:00:00");
    chooses(w, "e-mail", "30, 25, 20, 10");
    assert_sends(w, "digest keir001 22: keir002 22"); /* of 25 days */
    chooses(w, "e-mail to", "user");
    assert_sends(w, "expiry keir002 22");
    assert_falls_due(w, "2027-03-12 09:00:00", "expiry keir002 20");
    chooses(w, "e-mail to", "master");
    assert_sends(w, "digest keir001 20: keir002 20");
    chooses(w, "e-mail", "30, 25, 10");
    assert_nothing_due(w);
    assert_falls_due(w, DAY_10, "digest keir001 10: keir002 10");
    assert_next_due(w, NULL);
    ends(w);
}

/* The screen, the language and the number of attempts are the profile's of the moment. */
static void test_r_all_17_other_values(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "");
    struct mailer mailer = MAILER(w, "mailer");
    at(w, "2027-02-20 12:00:00");
    assert_on_screen(w, "keir002", "");
    chooses(w, "screen notice", "40");
    assert_on_screen(w, "keir002", "40");
    assert_claims_at(&mailer, DAY_30, "expiry keir002 30");
    assert_int_equal(certlife_notice_language(held(&mailer, 0)), CERTLIFE_LANGUAGE_JA);
    gives_back(&mailer, "451 try again later");
    chooses(w, "notice language", "en");
    assert_claims_at(&mailer, "2027-03-02 09:05:00", "expiry keir002 30");
    assert_int_equal(certlife_notice_language(held(&mailer, 0)), CERTLIFE_LANGUAGE_EN);
    chooses(w, "notice attempts", "2");
    gives_back(&mailer, "451 try again later");
    forgets(&mailer);
    assert_parked(w, "parked expiry keir002 2027-03-02 09:05:00");
    ends(w);
}

/* It asks to be claimed: planning anew is a worker's work, a thousand users each time. */
static void test_r_all_17_planned_by_claims(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "e-mail = none");
    char company[16];
    for (int i = 0; i < 1200; i++) {
        char user[16];
        if (i % 90 == 0) {
            snprintf(company, sizeof company, "%010d", 20000000 + i);
            w->company = company;
            assert_allowed(w, registers(w, "branch", company, "tanaka"));
            assert_allowed(w, applies(w, "branch"));
        }
        snprintf(user, sizeof user, "sato%04d", i);
        assert_allowed(w, adds(w, "branch", user));
    }
    w->company = COMPANY;
    for (int claims = 0; claims < 2; claims++)
        assert_nothing_due(w);
    assert_next_due(w, NULL);
    at(w, "2026-06-18 12:00:00"); /* two days before obtain-by is over */
    chooses(w, "expired notice", "user");
    assert_nothing_due(w);
    chooses(w, "obtain-by notice", "3"); /* in the middle: from the first user again */
    size_t count = 0;
    for (int claims = 0; claims < 2; claims++) {
        certlife_notice_page *page = NULL;
        assert_next_due(w, "2026-06-18 12:00:00");
        assert_allowed(
            w, certlife_notice_claim(w->bank, actor(w, "system"), "mailer", 1000, 86400, &page, w->decision, &w->err));
        count += certlife_notice_page_count(page);
        certlife_notice_page_free(page);
    }
    assert_int_equal(count, 1200);
    assert_nothing_due(w);
    ends(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_all_17_thresholds_of_a_changed_profile),
        cmocka_unit_test(test_r_all_17_back_again),
        cmocka_unit_test(test_r_all_17_in_a_workers_hand),
        cmocka_unit_test(test_r_all_17_digests),
        cmocka_unit_test(test_r_all_17_other_values),
        cmocka_unit_test(test_r_all_17_planned_by_claims),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
