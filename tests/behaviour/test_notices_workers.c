/* SPDX-License-Identifier: Apache-2.0 */
/* Workers: each notice is handed to exactly one at a time, comes back if that worker dies, and carries a key that
 * lets the receiver discard a repeat. Nothing is lost in a crash; after downtime only the latest overdue notice of a
 * certificate is sent (R-NOT-5). keir002's certificate expires at the end of Thursday, 2027-04-01. */
#include "nodes.h"
#include "notices.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY_30 "2027-03-02 09:00:00"
#define DAY_10 "2027-03-22 09:00:00"
#define CAUSE "451 try again later"

static void keep_key(char out[33], const struct mailer *mailer, size_t n)
{
    snprintf(out, 33, "%s", certlife_notice_key(held(mailer, n)));
}

/* Three users, whose certificates are as old as each other's. */
static struct world *world_of_three(const char *choices)
{
    struct world *w = world_of_one("webfb", choices);
    for (const char *const *user = (const char *const[]){"keir003", "keir004", NULL}; *user != NULL; user++) {
        assert_allowed(w, adds(w, "branch", *user));
        assert_allowed(w, obtains(w, *user));
        assert_allowed(w, confirms(w, *user));
    }
    return w;
}

/* Each notice is handed to exactly one worker at a time, until its lease is over, to the second. */
static void test_r_not_5_one_worker_at_a_time(void **state)
{
    (void)state;
    static const struct {
        int32_t lease;
        const char *last, *again;
        int days;
    } rows[] = {
        {1, DAY_30, "2027-03-02 09:00:01", 30},
        {600, "2027-03-02 09:09:59", "2027-03-02 09:10:00", 30},
        {86400, "2027-03-03 08:59:59", "2027-03-03 09:00:00", 29},
        {50000, "2027-03-03 08:59:59", "2027-03-03 09:00:00", 29}, /* ends at night */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_of_one("webfb", "");
        struct mailer one = MAILER(w, "one"), other = MAILER(w, "other");
        char notice[64];
        snprintf(notice, sizeof notice, "expiry keir002 %d", rows[i].days);
        one.lease = rows[i].lease;
        assert_nothing_due(w);
        at(w, DAY_30);
        assert_claims(&one, "expiry keir002 30");
        assert_claims(&other, "");
        assert_next_due(w, rows[i].again);
        at(w, rows[i].last);
        assert_claims(&other, "");
        assert_claims_at(&other, rows[i].again, notice);
        assert_int_equal(certlife_notice_attempts(held(&other, 0)), 2);
        done(&other);
        assert_next_due(w, DAY_10);
        forgets(&one);
        forgets(&other);
        ends(w);
    }
}

/* Several workers share what is due; nobody gets the same. */
static void test_r_not_5_workers_share(void **state)
{
    (void)state;
    struct world *w = world_of_three("");
    struct mailer one = MAILER(w, "one"), other = MAILER(w, "other");
    one.limit = 2;
    at(w, DAY_30);
    assert_claims(&one, "expiry keir002 30; expiry keir003 30");
    assert_true(certlife_notice_page_more(one.page));
    assert_claims(&other, "expiry keir004 30");
    assert_nothing_due(w);
    done(&one);
    done(&other);
    w->now += 600;
    assert_nothing_due(w);
    forgets(&one);
    forgets(&other);
    ends(w);
}

/* The longest due come first. */
static void test_r_not_5_longest_due_first(void **state)
{
    (void)state;
    static const char *const order[] = {"expiry keir004 8", "expiry keir003 9", "expiry keir002 10"};
    struct world *w = world_choosing("webfb", "");
    assert_allowed(w, revokes(w, "branch", MASTER));
    for (int day = 1; day <= 3; day++) {
        char user[16], when[32];
        snprintf(user, sizeof user, "keir00%d", 5 - day);
        snprintf(when, sizeof when, "2026-04-0%d 13:00:00", day);
        at(w, when);
        assert_allowed(w, adds(w, "branch", user));
        assert_allowed(w, obtains(w, user));
    }
    at(w, "2027-03-24 12:00:00");
    for (size_t i = 0; i < COUNT(order); i++) {
        struct mailer mailer = MAILER(w, "mailer");
        mailer.limit = 1;
        assert_claims(&mailer, order[i]);
        forgets(&mailer);
    }
    assert_nothing_due(w);
    ends(w);
}

/* The same key at every delivery of a notice, different for every threshold and addressee. */
static void test_r_not_5_keys(void **state)
{
    (void)state;
    static const char *const notices[] = {
        "expiry keir002 30; expiry keir002 to master 30; expiry keir003 30; expiry keir003 to master 30; "
        "expiry keir004 30; expiry keir004 to master 30",
        "expiry keir002 10; expiry keir002 to master 10; expiry keir003 10; expiry keir003 to master 10; "
        "expiry keir004 10; expiry keir004 to master 10",
        "expired keir002; expired keir003; expired keir004",
    };
    static const char *const moments[] = {DAY_30, DAY_10, "2027-04-02 09:00:00"};
    char keys[15][33];
    size_t count = 0;
    struct world *w = world_of_three("e-mail to = user, master\nexpired notice = user");
    for (size_t round = 0; round < COUNT(moments); round++) {
        struct mailer mailer = MAILER(w, "mailer"), other = MAILER(w, "other");
        mailer.lease = 60;
        assert_claims_at(&mailer, moments[round], notices[round]);
        reopens(w);
        w->now += 60;
        assert_claims(&other, notices[round]);
        for (size_t i = 0; i < certlife_notice_page_count(mailer.page); i++) {
            assert_string_equal(certlife_notice_key(held(&mailer, i)), certlife_notice_key(held(&other, i)));
            keep_key(keys[count++], &mailer, i);
        }
        done(&other);
        forgets(&mailer);
        forgets(&other);
    }
    assert_int_equal(count, COUNT(keys));
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count; k++)
            assert_string_not_equal(keys[i], keys[k]);
    }
    ends(w);
}

/* The list names a notice by the same key: planned, sent and parked. */
static void test_r_not_5_key_in_the_list(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "notice attempts = 1");
    struct mailer mailer = MAILER(w, "mailer");
    char keys[3][33];
    for (int step = 0; step < 3; step++) {
        certlife_notice_page *page = NULL;
        if (step == 1) {
            assert_claims_at(&mailer, DAY_30, "expiry keir002 30");
            gives_back(&mailer, CAUSE);
        }
        if (step == 2) {
            retries(w);
            assert_claims(&mailer, "expiry keir002 30");
            done(&mailer);
        }
        assert_allowed(
            w, certlife_notice_list(w->bank, actor(w, "branch"), COMPANY, "keir002", &page, w->decision, &w->err));
        for (size_t i = 0; i < certlife_notice_page_count(page); i++) {
            const certlife_notice *notice = certlife_notice_page_at(page, i);
            if (certlife_notice_state_of(notice) != CERTLIFE_NOTICE_PLANNED || step == 0)
                snprintf(keys[step], 33, "%s", certlife_notice_key(notice));
        }
        certlife_notice_page_free(page);
        assert_string_equal(keys[step], keys[0]);
    }
    assert_string_equal(certlife_notice_key(held(&mailer, 0)), keys[0]);
    forgets(&mailer);
    ends(w);
}

/* After downtime only the latest overdue notice of a certificate is sent, with the days left at sending. */
static void test_r_not_5_after_downtime(void **state)
{
    (void)state;
    static const struct {
        const char *at, *notices, *next;
    } rows[] = {
        {"2027-03-04 12:00:00", "expiry keir002 28", DAY_10}, {"2027-03-22 08:59:59", "", DAY_10},
        {"2027-03-22 09:00:00", "expiry keir002 10", NULL},   {"2027-03-24 12:00:00", "expiry keir002 8", NULL},
        {"2027-04-01 16:59:59", "expiry keir002 0", NULL},    {"2027-04-02 09:00:00", "", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (int planned = 0; planned <= 1; planned++) {
            struct world *w = world_of_one("webfb", "");
            if (planned)
                assert_nothing_due(w);
            at(w, rows[i].at);
            assert_sends(w, rows[i].notices);
            assert_nothing_due(w);
            assert_next_due(w, rows[i].next);
            ends(w);
        }
    }
}

/* What comes back to a worker is the latest too. */
static void test_r_not_5_overtaken_by_the_next(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "notice attempts = 2");
    struct mailer mailer = MAILER(w, "mailer");
    char key[33];
    at(w, "2027-03-21 16:59:00");
    assert_claims(&mailer, "expiry keir002 11");
    keep_key(key, &mailer, 0);
    gives_back(&mailer, CAUSE);
    assert_claims_at(&mailer, DAY_10, "expiry keir002 10");
    assert_string_not_equal(certlife_notice_key(held(&mailer, 0)), key);
    assert_int_equal(certlife_notice_attempts(held(&mailer, 0)), 1);
    gives_back(&mailer, CAUSE);
    assert_claims_at(&mailer, "2027-03-22 09:05:00", "expiry keir002 10");
    done(&mailer);
    assert_next_due(w, NULL);
    assert_parked(w, "");
    forgets(&mailer);
    ends(w);
}

/* Nothing is lost in a crash: what was planned, in hand, given back and said is in the store. */
static void test_r_not_5_nothing_is_lost(void **state)
{
    (void)state;
    struct site site;
    site_make(&site);
    struct world *w = first_node(&site, "webfb");
    has_certificate(w, "keir002");
    assert_nothing_due(w);
    world_free(w); /* the first planned; the next hands out, the third takes the answers of one */
    w = another_node(&site, "webfb");
    at(w, DAY_30);
    struct mailer mailer = MAILER(w, "mailer");
    assert_claims(&mailer, "expiry keir001 30; expiry keir002 30");
    forgets(&mailer);
    world_free(w);
    w = another_node(&site, "webfb");
    mailer = (struct mailer)MAILER(w, "mailer");
    mailer.limit = 1;
    assert_claims_at(&mailer, "2027-03-02 09:10:00", "expiry keir001 30");
    done(&mailer);
    assert_claims(&mailer, "expiry keir002 30");
    gives_back(&mailer, CAUSE);
    forgets(&mailer);
    world_free(w);
    w = another_node(&site, "webfb");
    at(w, "2027-03-02 09:10:00");
    assert_falls_due(w, "2027-03-02 09:20:00", "expiry keir002 30"); /* the second attempt failed */
    assert_listed(w, MASTER, "sent expiry keir001 2027-03-02 09:10:00; planned expiry keir001 " DAY_10);
    assert_listed(w, "keir002", "sent expiry keir002 2027-03-02 09:20:00; planned expiry keir002 " DAY_10);
    ends(w);
    site_remove(&site);
}

/* Nodes share one queue. */
static void test_r_not_5_workers_on_two_nodes(void **state)
{
    (void)state;
    struct site site;
    site_make(&site);
    struct world *w = first_node(&site, "webfb"), *v = another_node(&site, "webfb");
    has_certificate(w, "keir002");
    at(w, DAY_30);
    at(v, DAY_30);
    struct mailer one = MAILER(w, "one"), other = MAILER(v, "other");
    one.limit = 1;
    assert_claims(&one, "expiry keir001 30");
    assert_claims(&other, "expiry keir002 30");
    done(&one);
    v->now += 600; /* whose node restarts: its answer comes late, and from the other one */
    assert_claims(&other, "expiry keir002 30");
    other.w = w;
    w->now = v->now;
    done(&other);
    forgets(&one);
    forgets(&other);
    assert_nothing_due(w);
    assert_nothing_due(v);
    assert_next_due(v, DAY_10);
    world_free(v);
    ends(w);
    site_remove(&site);
}

/* `done` is recorded once, however often it is said. */
static void test_r_not_5_done_twice(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "");
    struct mailer mailer = MAILER(w, "mailer");
    at(w, DAY_30);
    assert_claims(&mailer, "expiry keir002 30");
    done(&mailer);
    w->now += 60;
    done(&mailer);
    gives_back(&mailer, CAUSE); /* nor does it come back any more */
    gives_back(&mailer, NULL);
    assert_listed(w, "keir002", "sent expiry keir002 " DAY_30 "; planned expiry keir002 " DAY_10);
    assert_next_due(w, DAY_10);
    at(w, DAY_10);
    done(&mailer);
    assert_claims(&mailer, "expiry keir002 10");
    done(&mailer);
    forgets(&mailer);
    assert_listed(w, "keir002", "sent expiry keir002 " DAY_30 "; sent expiry keir002 " DAY_10);
    ends(w);
}

/* … and also after the lease is over: what was sent was sent. Whether somebody else has it by then or not. */
static void test_r_not_5_done_after_the_lease(void **state)
{
    (void)state;
    for (int others = 0; others <= 3; others++) {
        struct world *w = world_of_one("webfb", "notice attempts = 2");
        struct mailer slow = MAILER(w, "slow"), other = MAILER(w, "other");
        at(w, DAY_30);
        assert_claims(&slow, "expiry keir002 30");
        w->now += 3600;
        if (others > 0)
            assert_claims(&other, "expiry keir002 30");
        done(&slow);
        assert_listed(w, "keir002", "sent expiry keir002 2027-03-02 10:00:00; planned expiry keir002 " DAY_10);
        w->now += 60;
        if (others == 2)
            done(&other);
        if (others == 3)
            gives_back(&other, CAUSE);
        assert_parked(w, "");
        w->now += 3600;
        assert_nothing_due(w);
        assert_next_due(w, DAY_10);
        assert_listed(w, "keir002", "sent expiry keir002 2027-03-02 10:00:00; planned expiry keir002 " DAY_10);
        forgets(&slow);
        forgets(&other);
        assert_falls_due(w, DAY_10, "expiry keir002 10");
        ends(w);
    }
}

/* … or withdrawn. */
static void test_r_not_5_done_after_withdrawal(void **state)
{
    (void)state;
    for (int late = 0; late <= 1; late++) {
        struct world *w = world_of_one("webfb", "");
        struct mailer mailer = MAILER(w, "mailer");
        at(w, DAY_30);
        assert_claims(&mailer, "expiry keir002 30");
        assert_allowed(w, revokes(w, "branch", "keir002"));
        if (late) {
            at(w, "2027-03-02 12:00:00");
            assert_nothing_due(w);
        }
        done(&mailer);
        forgets(&mailer);
        assert_listed(w, "keir002", late ? "sent expiry keir002 2027-03-02 12:00:00" : "sent expiry keir002 " DAY_30);
        w->now += 600;
        assert_nothing_due(w);
        assert_next_due(w, NULL);
        ends(w);
    }
}

/* A worker that answers very late, when another has the next threshold in hand, or has failed to deliver that: the next
 * one stays that worker's, or waits. */
static void test_r_not_5_late_answers(void **state)
{
    (void)state;
    for (int fails = 0; fails <= 1; fails++) {
        struct world *w = world_of_one("webfb", "e-mail = 30, 29, 28");
        struct mailer slow = MAILER(w, "slow"), other = MAILER(w, "other");
        at(w, DAY_30);
        assert_claims(&slow, "expiry keir002 30");
        assert_claims_at(&other, "2027-03-03 09:00:00", "expiry keir002 29");
        if (fails)
            gives_back(&other, CAUSE);
        done(&slow);
        assert_nothing_due(w);
        if (!fails)
            done(&other);
        w->now += 600;
        assert_sends(w, fails ? "expiry keir002 29" : "");
        assert_nothing_due(w);
        forgets(&slow);
        forgets(&other);
        assert_falls_due(w, "2027-03-04 09:00:00", "expiry keir002 28");
        ends(w);
    }
}

/* … or when the next has been sent: that was the later one, and nothing goes back. */
static void test_r_not_5_later_than_the_next(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "e-mail = 30, 29, 28");
    struct mailer slow = MAILER(w, "slow");
    at(w, DAY_30);
    assert_claims(&slow, "expiry keir002 30");
    at(w, "2027-03-03 09:00:00");
    assert_sends(w, "expiry keir002 29");
    done(&slow);
    forgets(&slow);
    assert_falls_due(w, "2027-03-04 09:00:00", "expiry keir002 28");
    assert_listed(w, "keir002",
                  "sent expiry keir002 2027-03-03 09:00:00; sent expiry keir002 2027-03-03 09:00:00; "
                  "sent expiry keir002 2027-03-04 09:00:00");
    ends(w);
}

/* Giving back what was given back changes nothing for the worker that has it now, within the same second too. */
static void test_r_not_5_given_back_twice(void **state)
{
    (void)state;
    for (int caused = 0; caused <= 1; caused++) {
        struct world *w = world_of_one("webfb", "");
        struct mailer one = MAILER(w, "one"), other = MAILER(w, "other");
        at(w, DAY_30);
        assert_claims(&one, "expiry keir002 30");
        gives_back(&one, NULL);
        assert_claims(&other, "expiry keir002 30");
        gives_back(&one, caused ? CAUSE : NULL);
        assert_nothing_due(w);
        w->now += 300;
        assert_nothing_due(w);
        done(&other);
        forgets(&one);
        forgets(&other);
        assert_next_due(w, DAY_10);
        ends(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_not_5_one_worker_at_a_time),  cmocka_unit_test(test_r_not_5_workers_share),
        cmocka_unit_test(test_r_not_5_longest_due_first),     cmocka_unit_test(test_r_not_5_keys),
        cmocka_unit_test(test_r_not_5_key_in_the_list),       cmocka_unit_test(test_r_not_5_after_downtime),
        cmocka_unit_test(test_r_not_5_overtaken_by_the_next), cmocka_unit_test(test_r_not_5_nothing_is_lost),
        cmocka_unit_test(test_r_not_5_workers_on_two_nodes),  cmocka_unit_test(test_r_not_5_done_twice),
        cmocka_unit_test(test_r_not_5_done_after_the_lease),  cmocka_unit_test(test_r_not_5_done_after_withdrawal),
        cmocka_unit_test(test_r_not_5_late_answers),          cmocka_unit_test(test_r_not_5_later_than_the_next),
        cmocka_unit_test(test_r_not_5_given_back_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
