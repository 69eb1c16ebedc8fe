/* SPDX-License-Identifier: Apache-2.0 */
/* Digests: what goes to a master user about general users, as one notice a day for the contract (R-NOT-7). */
#include "notices.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OTHER "0010000002"
#define DAY_30 "2027-03-02 09:00:00"
#define DAY_10 "2027-03-22 09:00:00"

/* keir002's certificate is a day older than keir003's, and that one a day older than keir004's: they expire on
 * 2027-04-01, 02 and 03. The master user's has been revoked. */
static struct world *world_of_digests(const char *choices)
{
    char text[256];
    snprintf(text, sizeof text, "digest = yes\n%s", choices);
    struct world *w = world_of_one("webfb", text);
    for (const char *const *user = (const char *const[]){"keir003", "keir004", NULL}; *user != NULL; user++) {
        w->now += 86400;
        assert_allowed(w, adds(w, "branch", *user));
        assert_allowed(w, obtains(w, *user));
        assert_allowed(w, confirms(w, *user));
    }
    return w;
}

/* On each day that a threshold falls due, with all who must renew, in the order of their IDs. */
static void test_r_not_7_digest(void **state)
{
    (void)state;
    struct world *w = world_of_digests("e-mail to = master");
    assert_falls_due(w, "2027-03-02 09:00:00", "digest keir001 30: keir002 30");
    assert_falls_due(w, "2027-03-03 09:00:00", "digest keir001 29: keir002 29, keir003 30");
    assert_falls_due(w, "2027-03-04 09:00:00", "digest keir001 28: keir002 28, keir003 29, keir004 30");
    assert_falls_due(w, "2027-03-22 09:00:00", "digest keir001 10: keir002 10, keir003 11, keir004 12");
    assert_falls_due(w, "2027-03-23 09:00:00", "digest keir001 9: keir002 9, keir003 10, keir004 11");
    assert_falls_due(w, "2027-03-24 09:00:00", "digest keir001 8: keir002 8, keir003 9, keir004 10");
    assert_nothing_due(w);
    assert_next_due(w, NULL);
    assert_listed(w, MASTER,
                  "sent digest keir001 2027-03-02 09:00:00; sent digest keir001 2027-03-03 09:00:00; "
                  "sent digest keir001 2027-03-04 09:00:00; sent digest keir001 2027-03-22 09:00:00; "
                  "sent digest keir001 2027-03-23 09:00:00; sent digest keir001 2027-03-24 09:00:00");
    assert_listed(w, "keir002", "");
    ends(w);

    w = world_of_digests("e-mail to = master"); /* the days are the least of theirs */
    at(w, "2026-04-20 12:00:00");
    assert_allowed(w, adds(w, "branch", "abe"));
    assert_allowed(w, obtains(w, "abe"));
    at(w, "2027-03-25 12:00:00");
    assert_sends(w, "digest keir001 7: abe 26, keir002 7, keir003 8, keir004 9");
    ends(w);
}

/* What it says. */
static void test_r_not_7_digest_says(void **state)
{
    (void)state;
    struct world *w = world_of_digests("e-mail to = master");
    struct mailer mailer = MAILER(w, "mailer");
    at(w, "2027-03-03 09:00:00");
    assert_claims(&mailer, "digest keir001 29: keir002 29, keir003 30");
    const certlife_notice *digest = held(&mailer, 0);
    assert_int_equal(certlife_notice_addressee_of(digest), CERTLIFE_ADDRESSEE_MASTER);
    assert_string_equal(certlife_notice_addressee_user(digest), MASTER);
    assert_string_equal(certlife_notice_email(digest), "keiri@example.co.jp");
    assert_string_equal(certlife_notice_serial(digest), "");
    assert_int_equal(certlife_notice_expiry(digest), 0);
    assert_string_equal(certlife_notice_member_serial(digest, 0), held_serial(w, "keir002"));
    assert_string_equal(certlife_notice_member_serial(digest, 1), held_serial(w, "keir003"));
    assert_int_equal(certlife_notice_member_expiry(digest, 0), moment("2027-04-01 23:59:59"));
    assert_int_equal(certlife_notice_member_expiry(digest, 1), moment("2027-04-02 23:59:59"));
    assert_string_equal(certlife_notice_member_user(digest, 2), "");
    forgets(&mailer);
    ends(w);
}

/* Users have their own besides, where e-mail goes to them too. */
static void test_r_not_7_digest_and_users(void **state)
{
    (void)state;
    struct world *w = world_of_digests("e-mail to = user, master");
    assert_falls_due(w, "2027-03-02 09:00:00", "digest keir001 30: keir002 30; expiry keir002 30");
    assert_falls_due(w, "2027-03-03 09:00:00", "digest keir001 29: keir002 29, keir003 30; expiry keir003 30");
    ends(w);
    w = world_of_digests("e-mail to = user"); /* nothing goes to masters */
    assert_falls_due(w, "2027-03-02 09:00:00", "expiry keir002 30");
    assert_falls_due(w, "2027-03-03 09:00:00", "expiry keir003 30");
    ends(w);
}

/* The master user's own certificate is none of it; nor are other kinds. */
static void test_r_not_7_digest_without_masters_own(void **state)
{
    (void)state;
    struct world *w = world_choosing("webfb", "digest = yes\ne-mail to = master\nexpired notice = master\n"
                                              "obtain-by notice = 14");
    assert_falls_due(w, DAY_30, "expiry keir001 30");
    at(w, DAY_10);
    assert_sends(w, "expiry keir001 10");
    assert_allowed(w, adds(w, "branch", "keir002"));
    assert_allowed(w, obtains(w, "keir002"));
    assert_allowed(w, adds(w, "branch", "keir003"));
    assert_falls_due(w, "2027-04-02 09:00:00", "expired keir001");
    assert_falls_due(w, "2027-05-27 09:00:00", "obtain by keir003 to master 14");
    assert_falls_due(w, "2028-02-21 09:00:00", "digest keir001 30: keir002 30");
    assert_falls_due(w, "2028-03-12 09:00:00", "digest keir001 10: keir002 10");
    assert_falls_due(w, "2028-03-23 09:00:00", "expired keir002 to master");
    ends(w);
}

/* … not even where both are due on one day. */
static void test_r_not_7_digest_beside_masters_own(void **state)
{
    (void)state;
    struct world *w = world_choosing("webfb", "digest = yes\ne-mail to = master");
    has_certificate(w, "keir002");
    at(w, "2026-04-02 12:00:00");
    has_certificate(w, "keir003");
    assert_falls_due(w, DAY_30, "expiry keir001 30; digest keir001 30: keir002 30");
    assert_falls_due(w, "2027-03-03 09:00:00", "digest keir001 29: keir002 29, keir003 30");
    ends(w);
    w = world_choosing("webfb", "digest = yes\ne-mail to = master");
    at(w, "2026-05-01 12:00:00");
    has_certificate(w, "keir002");
    assert_falls_due(w, DAY_30, "expiry keir001 30");
    ends(w);
}

/* One in a worker's hand whose users have all gone is not sent again. */
static void test_r_not_7_digest_emptied_in_hand(void **state)
{
    (void)state;
    for (int gives = 0; gives <= 1; gives++) {
        struct world *w = world_of_digests("e-mail to = master");
        struct mailer mailer = MAILER(w, "mailer");
        at(w, DAY_30);
        assert_claims(&mailer, "digest keir001 30: keir002 30");
        assert_allowed(w, revokes(w, "branch", "keir002"));
        if (gives)
            gives_back(&mailer, "451 try again later");
        forgets(&mailer);
        w->now += 600;
        assert_nothing_due(w);
        assert_falls_due(w, "2027-03-03 09:00:00", "digest keir001 30: keir003 30");
        ends(w);
    }
}

/* Once for each day: users whose thresholds fall on one day come in one; after downtime it is one, with what counts
 * now. */
static void test_r_not_7_digest_after_downtime(void **state)
{
    (void)state;
    static const struct {
        const char *at, *notices, *next;
    } rows[] = {
        {"2027-03-10 12:00:00", "digest keir001 22: keir002 22, keir003 23, keir004 24", DAY_10},
        {"2027-03-22 12:00:00", "digest keir001 10: keir002 10, keir003 11, keir004 12", "2027-03-23 09:00:00"},
        {"2027-03-25 12:00:00", "digest keir001 7: keir002 7, keir003 8, keir004 9", NULL},
        {"2027-04-02 09:00:00", "digest keir001 0: keir003 0, keir004 1", NULL}, /* keir002's has expired */
        {"2027-04-04 09:00:00", "", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_of_digests("e-mail to = master");
        assert_nothing_due(w);
        at(w, rows[i].at);
        assert_sends(w, rows[i].notices);
        assert_nothing_due(w);
        assert_next_due(w, rows[i].next);
        ends(w);
    }
}

/* Who has renewed, or has a certificate no more, is not in it; who waits to install is. */
static void test_r_not_7_digest_members_leave(void **state)
{
    (void)state;
    struct world *w = world_of_digests("e-mail to = master");
    at(w, "2027-03-04 09:00:00");
    assert_sends(w, "digest keir001 28: keir002 28, keir003 29, keir004 30");
    assert_allowed(w, renews(w, "keir002"));
    assert_allowed(w, renews(w, "keir003"));
    assert_allowed(w, confirms(w, "keir003"));
    at(w, DAY_10);
    assert_sends(w, "digest keir001 10: keir002 10, keir004 12");
    assert_allowed(w, confirms(w, "keir002"));
    assert_allowed(w, reissues(w, "branch", "keir004"));
    at(w, "2027-03-24 12:00:00");
    assert_nothing_due(w);
    at(w, "2027-04-04 12:00:00");
    assert_nothing_due(w);
    assert_falls_due(w, "2028-02-03 09:00:00", "digest keir001 30: keir002 30, keir003 30");
    ends(w);
}

/* An empty one is never sent. */
static void test_r_not_7_digest_never_empty(void **state)
{
    (void)state;
    static int (*const acts[])(struct world * w, const char *by, const char *user) = {revokes, reissues, deletes};
    static const char *const users[] = {"keir002", "keir003", "keir004"};
    for (size_t i = 0; i <= COUNT(acts); i++) {
        struct world *w = world_of_digests("e-mail to = master");
        assert_nothing_due(w);
        at(w, "2027-03-05 12:00:00");
        for (size_t user = 0; i < COUNT(acts) && user < COUNT(users); user++)
            assert_allowed(w, acts[i](w, "branch", users[user]));
        if (i == COUNT(acts))
            assert_allowed(w, closes(w, "branch"));
        assert_nothing_due(w);
        at(w, "2027-03-24 12:00:00");
        assert_nothing_due(w);
        assert_next_due(w, NULL);
        ends(w);
    }
}

/* Redelivered with the same key, and who counts then. Each day's has its own key. */
static void test_r_not_7_digest_redelivered(void **state)
{
    (void)state;
    struct world *w = world_of_digests("e-mail to = master");
    struct mailer mailer = MAILER(w, "mailer"), other = MAILER(w, "other");
    char key[33];
    at(w, "2027-03-04 09:00:00");
    assert_claims(&mailer, "digest keir001 28: keir002 28, keir003 29, keir004 30");
    snprintf(key, sizeof key, "%s", certlife_notice_key(held(&mailer, 0)));
    assert_claims(&other, "");
    assert_allowed(w, revokes(w, "branch", "keir003"));
    w->now += 599;
    assert_claims(&other, "");
    w->now++;
    assert_claims(&other, "digest keir001 28: keir002 28, keir004 30");
    assert_string_equal(certlife_notice_key(held(&other, 0)), key);
    assert_int_equal(certlife_notice_attempts(held(&other, 0)), 2);
    gives_back(&other, "451 try again later");
    w->now += 600;
    assert_claims(&mailer, "digest keir001 28: keir002 28, keir004 30");
    done(&mailer);
    assert_claims_at(&mailer, DAY_10, "digest keir001 10: keir002 10, keir004 12");
    assert_string_not_equal(certlife_notice_key(held(&mailer, 0)), key);
    done(&mailer);
    forgets(&mailer);
    forgets(&other);
    ends(w);
}

/* Without the master's address it is parked, and comes with the address. Tried too often, as well; the next one
 * comes. */
static void test_r_not_7_digest_parked(void **state)
{
    (void)state;
    struct world *w = world_of_digests("e-mail to = master\nnotice attempts = 1");
    struct mailer mailer = MAILER(w, "mailer");
    moves_to(w, MASTER, "");
    at(w, DAY_30);
    assert_nothing_due(w);
    assert_parked(w, "parked digest keir001 " DAY_30);
    moves_to(w, MASTER, "master@example.co.jp");
    assert_claims(&mailer, "digest keir001 30: keir002 30");
    gives_back(&mailer, "451 try again later");
    assert_nothing_due(w);
    assert_parked(w, "parked digest keir001 " DAY_30);
    assert_falls_due(w, "2027-03-03 09:00:00", "digest keir001 29: keir002 29, keir003 30");
    assert_parked(w, "");
    forgets(&mailer);
    ends(w);
}

/* Another contract's users are never in it. */
static void test_r_not_7_digest_of_one_contract(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "digest = yes\ne-mail to = master");
    assert_allowed(w, registers(w, "branch", OTHER, "tanaka"));
    w->company = OTHER;
    assert_allowed(w, applies(w, "branch"));
    assert_allowed(w, adds(w, "branch", "keir002")); /* of the same name */
    assert_allowed(w, obtains(w, "keir002"));
    assert_allowed(w, adds(w, "branch", "suzuki"));
    assert_allowed(w, obtains(w, "suzuki"));
    assert_falls_due(w, DAY_30, "digest keir001 30: keir002 30; digest 0010000002/tanaka 30: keir002 30, suzuki 30");
    assert_allowed(w, revokes(w, "branch", "suzuki"));
    assert_falls_due(w, DAY_10, "digest keir001 10: keir002 10; digest 0010000002/tanaka 10: keir002 10");
    w->company = COMPANY;
    ends(w);
}

/* A user who comes later hastens the next one. */
static void test_r_not_7_digest_hastened(void **state)
{
    (void)state;
    struct world *w = world_of_digests("e-mail to = master\ne-mail = 340, 10");
    assert_falls_due(w, "2026-04-26 09:00:00", "digest keir001 340: keir002 340");
    assert_falls_due(w, "2026-04-27 09:00:00", "digest keir001 339: keir002 339, keir003 340");
    assert_falls_due(w, "2026-04-28 09:00:00", "digest keir001 338: keir002 338, keir003 339, keir004 340");
    assert_next_due(w, DAY_10);
    assert_allowed(w, adds(w, "branch", "keir005"));
    assert_allowed(w, obtains(w, "keir005")); /* until 2027-04-28 */
    assert_falls_due(w, "2026-05-23 09:00:00",
                     "digest keir001 313: keir002 313, keir003 314, keir004 315, keir005 340");
    assert_next_due(w, DAY_10);
    w->now += 86400; /* one who is gone by then: there is nothing new to tell */
    assert_allowed(w, adds(w, "branch", "keir006"));
    assert_allowed(w, obtains(w, "keir006"));
    assert_next_due(w, "2026-06-18 09:00:00");
    assert_allowed(w, deletes(w, "branch", "keir006"));
    at(w, "2026-06-18 09:00:00");
    assert_nothing_due(w);
    assert_next_due(w, DAY_10);
    ends(w);
}

/* The digest of a day was parked, and whose threshold made it has renewed since: retried, it is the one of the day before,
 * which was never sent either. */
static void test_r_not_7_digest_retried(void **state)
{
    (void)state;
    struct world *w = world_of_digests("e-mail to = master");
    moves_to(w, MASTER, "");
    at(w, DAY_30);
    assert_nothing_due(w);
    at(w, "2027-03-03 09:00:00");
    assert_nothing_due(w);
    at(w, "2027-03-03 12:00:00");
    assert_allowed(w, renews(w, "keir003"));
    assert_allowed(w, confirms(w, "keir003"));
    moves_to(w, MASTER, "keiri@example.co.jp");
    assert_sends(w, "digest keir001 29: keir002 29");
    ends(w);
}

/* The same, where a late answer says that the one of the day before was sent. */
static void test_r_not_7_digest_retried_after_a_late_answer(void **state)
{
    (void)state;
    struct world *w = world_of_digests("e-mail to = master\nnotice attempts = 1");
    struct mailer late = MAILER(w, "late");
    at(w, DAY_30);
    assert_claims(&late, "digest keir001 30: keir002 30");
    moves_to(w, MASTER, "");
    at(w, "2027-03-03 09:00:00");
    assert_nothing_due(w);
    assert_parked(w, "parked digest keir001 2027-03-03 09:00:00");
    done(&late);
    forgets(&late);
    assert_parked(w, "parked digest keir001 2027-03-03 09:00:00");
    assert_allowed(w, renews(w, "keir003"));
    assert_allowed(w, confirms(w, "keir003"));
    moves_to(w, MASTER, "keiri@example.co.jp");
    assert_parked(w, "");
    assert_nothing_due(w);
    assert_falls_due(w, "2027-03-04 09:00:00", "digest keir001 28: keir002 28, keir004 30");
    ends(w);
}

/* Retried while a later one is in hand, which is not called for any more when it comes back. */
static void test_r_not_7_digest_retried_beside_a_later_one(void **state)
{
    (void)state;
    struct world *w = world_of_digests("e-mail to = master");
    struct mailer mailer = MAILER(w, "mailer");
    moves_to(w, MASTER, "");
    at(w, DAY_30);
    assert_nothing_due(w);
    assert_parked(w, "parked digest keir001 " DAY_30);
    chooses(w, "notice attempts", "1");
    moves_to(w, MASTER, "keiri@example.co.jp");
    assert_claims(&mailer, "digest keir001 30: keir002 30");
    gives_back(&mailer, "451 try again later");
    assert_parked(w, "parked digest keir001 " DAY_30);
    assert_claims_at(&mailer, "2027-03-03 09:00:00", "digest keir001 29: keir002 29, keir003 30");
    retries(w);
    assert_parked(w, "");
    assert_allowed(w, renews(w, "keir003"));
    assert_allowed(w, confirms(w, "keir003"));
    gives_back(&mailer, NULL);
    forgets(&mailer);
    assert_sends(w, "digest keir001 29: keir002 29");
    ends(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_not_7_digest),
        cmocka_unit_test(test_r_not_7_digest_says),
        cmocka_unit_test(test_r_not_7_digest_and_users),
        cmocka_unit_test(test_r_not_7_digest_without_masters_own),
        cmocka_unit_test(test_r_not_7_digest_beside_masters_own),
        cmocka_unit_test(test_r_not_7_digest_emptied_in_hand),
        cmocka_unit_test(test_r_not_7_digest_after_downtime),
        cmocka_unit_test(test_r_not_7_digest_members_leave),
        cmocka_unit_test(test_r_not_7_digest_never_empty),
        cmocka_unit_test(test_r_not_7_digest_redelivered),
        cmocka_unit_test(test_r_not_7_digest_parked),
        cmocka_unit_test(test_r_not_7_digest_retried),
        cmocka_unit_test(test_r_not_7_digest_retried_after_a_late_answer),
        cmocka_unit_test(test_r_not_7_digest_retried_beside_a_later_one),
        cmocka_unit_test(test_r_not_7_digest_of_one_contract),
        cmocka_unit_test(test_r_not_7_digest_hastened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
