/* SPDX-License-Identifier: Apache-2.0 */
/* Deliveries that fail: tried again after a growing while, parked, retried; nobody else waits for them (R-NOT-5).
 * keir002's certificate expires at the end of Thursday, 2027-04-01. */
#include "notices.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY_30 "2027-03-02 09:00:00"
#define DAY_10 "2027-03-22 09:00:00"
#define CAUSE "451 try again later"

/* It is tried again after 5 minutes, then 10, 20 and so on up to a day; then it is parked, and listed with its
 * cause. */
static void test_r_not_5_growing_delays(void **state)
{
    (void)state;
    static const int64_t delays[] = {300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 76800, 86400, 86400};
    struct world *w = world_of_one("webfb", "sending hours = any");
    struct mailer mailer = MAILER(w, "mailer");
    certlife_notice_page *page = NULL;
    at(w, "2027-03-02 00:00:00");
    assert_claims(&mailer, "expiry keir002 30");
    for (size_t i = 0; i < COUNT(delays); i++) {
        assert_int_equal(certlife_notice_attempts(held(&mailer, 0)), (int)i + 1);
        assert_string_equal(certlife_notice_cause(held(&mailer, 0)), i == 0 ? "" : CAUSE);
        gives_back(&mailer, CAUSE);
        w->now += delays[i] - 1;
        assert_nothing_due(w);
        w->now++;
        char notice[64];
        snprintf(notice, sizeof notice, "expiry keir002 %d", (int)(moment("2027-04-01 23:59:59") - w->now) / 86400);
        assert_claims(&mailer, notice);
    }
    assert_int_equal(certlife_notice_attempts(held(&mailer, 0)), 12);
    gives_back(&mailer, "550 no such user");
    forgets(&mailer);
    assert_next_due(w, "2027-03-22 00:00:00");
    assert_allowed(w, certlife_notice_parked(w->bank, actor(w, "system"), NULL, 10, &page, w->decision, &w->err));
    assert_int_equal(certlife_notice_page_count(page), 1);
    const certlife_notice *parked = certlife_notice_page_at(page, 0);
    assert_int_equal(certlife_notice_state_of(parked), CERTLIFE_NOTICE_PARKED);
    assert_int_equal(certlife_notice_attempts(parked), 12);
    assert_string_equal(certlife_notice_cause(parked), "550 no such user");
    assert_int_equal(certlife_notice_ended_at(parked), w->now);
    certlife_notice_page_free(page);
    ends(w);
}

/* … in the sending hours. */
static void test_r_not_5_delays_in_the_hours(void **state)
{
    (void)state;
    static const struct {
        const char *choices, *claimed, *first, *again, *notice;
    } rows[] = {
        {"", "2027-03-02 16:54:59", "expiry keir002 30", "2027-03-02 16:59:59", "expiry keir002 30"},
        {"", "2027-03-02 16:55:00", "expiry keir002 30", "2027-03-03 09:00:00", "expiry keir002 29"},
        {"sending days = Monday to Friday", "2027-03-05 16:55:00", "expiry keir002 27", "2027-03-08 09:00:00",
         "expiry keir002 24"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_of_one("webfb", rows[i].choices);
        struct mailer mailer = MAILER(w, "mailer");
        at(w, rows[i].claimed);
        assert_claims(&mailer, rows[i].first);
        gives_back(&mailer, CAUSE);
        assert_next_due(w, rows[i].again);
        assert_claims_at(&mailer, rows[i].again, rows[i].notice);
        done(&mailer);
        forgets(&mailer);
        ends(w);
    }
}

/* Without a cause it was not tried: it comes back at once, and this does not count. */
static void test_r_not_5_not_tried(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "notice attempts = 2");
    struct mailer mailer = MAILER(w, "mailer");
    at(w, DAY_30);
    for (int i = 0; i < 5; i++) {
        assert_claims(&mailer, "expiry keir002 30");
        assert_int_equal(certlife_notice_attempts(held(&mailer, 0)), 1);
        gives_back(&mailer, NULL);
        assert_next_due(w, DAY_30);
    }
    at(w, "2027-03-02 16:59:59");
    assert_claims(&mailer, "expiry keir002 30");
    w->now++;
    gives_back(&mailer, NULL);
    assert_next_due(w, "2027-03-03 09:00:00");
    assert_claims_at(&mailer, "2027-03-03 09:00:00", "expiry keir002 29");
    gives_back(&mailer, CAUSE);
    assert_claims_at(&mailer, "2027-03-03 09:05:00", "expiry keir002 29");
    assert_int_equal(certlife_notice_attempts(held(&mailer, 0)), 2);
    gives_back(&mailer, NULL);
    assert_claims(&mailer, "expiry keir002 29");
    assert_int_equal(certlife_notice_attempts(held(&mailer, 0)), 2);
    done(&mailer);
    forgets(&mailer);
    ends(w);
}

/* After the lease is over giving back changes nothing, for whoever has it then. */
static void test_r_not_5_given_back_too_late(void **state)
{
    (void)state;
    for (int caused = 0; caused <= 1; caused++) {
        struct world *w = world_of_one("webfb", "");
        struct mailer slow = MAILER(w, "slow"), other = MAILER(w, "other");
        at(w, DAY_30);
        assert_claims(&slow, "expiry keir002 30");
        w->now += 600;
        assert_claims(&other, "expiry keir002 30");
        gives_back(&slow, caused ? CAUSE : NULL);
        assert_nothing_due(w);
        w->now += 599;
        assert_nothing_due(w);
        done(&other);
        forgets(&slow);
        forgets(&other);
        assert_next_due(w, DAY_10);
        ends(w);
    }
}

/* … nor where nobody has it yet: it is due, and stays so. */
static void test_r_not_5_given_back_after_the_lease(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "notice attempts = 2");
    struct mailer mailer = MAILER(w, "mailer");
    at(w, DAY_30);
    assert_claims(&mailer, "expiry keir002 30");
    w->now += 600;
    gives_back(&mailer, CAUSE);
    assert_next_due(w, "2027-03-02 09:10:00");
    assert_claims(&mailer, "expiry keir002 30");
    assert_string_equal(certlife_notice_cause(held(&mailer, 0)), "");
    w->now += 600;
    gives_back(&mailer, NULL); /* it was the last attempt, and counts */
    assert_nothing_due(w);
    assert_parked(w, "parked expiry keir002 2027-03-02 09:20:00");
    forgets(&mailer);
    ends(w);
}

/* Tried as often as the profile allows it is parked: given back, or its worker dead. The next threshold is not. */
static void test_r_not_5_parked_at_the_limit(void **state)
{
    (void)state;
    static const struct {
        const char *choices;
        bool dies;
        const char *moments[4]; /* of hand-outs; then it is parked */
        const char *parked;
    } rows[] = {
        {"notice attempts = 1", false, {DAY_30}, DAY_30},
        {"notice attempts = 1", true, {DAY_30}, "2027-03-02 09:10:00"},
        {"notice attempts = 3", false, {DAY_30, "2027-03-02 09:05:00", "2027-03-02 09:15:00"}, "2027-03-02 09:15:00"},
        {"notice attempts = 3", true, {DAY_30, "2027-03-02 09:10:00", "2027-03-02 09:20:00"}, "2027-03-02 09:30:00"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_of_one("webfb", rows[i].choices);
        struct mailer mailer = MAILER(w, "mailer");
        for (size_t n = 0; rows[i].moments[n] != NULL; n++) {
            assert_parked(w, "");
            assert_claims_at(&mailer, rows[i].moments[n], "expiry keir002 30");
            if (!rows[i].dies)
                gives_back(&mailer, CAUSE);
        }
        at(w, rows[i].parked);
        assert_nothing_due(w);
        char listed[160];
        snprintf(listed, sizeof listed, "parked expiry keir002 %s", rows[i].parked);
        assert_parked(w, listed);
        snprintf(listed, sizeof listed, "parked expiry keir002 %s; planned expiry keir002 " DAY_10, rows[i].parked);
        assert_listed(w, "keir002", listed);
        if (rows[i].dies)
            gives_back(&mailer, CAUSE); /* too late */
        assert_listed(w, "keir002", listed);
        forgets(&mailer);
        assert_falls_due(w, DAY_10, "expiry keir002 10");
        assert_parked(w, "");
        assert_listed(w, "keir002", "sent expiry keir002 " DAY_10);
        ends(w);
    }
}

/* A parked one is due again at once when it is retried, with its attempts counted from none. */
static void test_r_not_5_retried(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "notice attempts = 2");
    struct mailer mailer = MAILER(w, "mailer");
    certlife_notice_page *page = NULL;
    at(w, DAY_30);
    assert_claims(&mailer, "expiry keir002 30");
    gives_back(&mailer, CAUSE);
    assert_claims_at(&mailer, "2027-03-02 09:05:00", "expiry keir002 30");
    gives_back(&mailer, CAUSE);
    at(w, "2027-03-04 12:00:00");
    assert_nothing_due(w);
    assert_allowed(w, certlife_notice_parked(w->bank, actor(w, "system"), NULL, 10, &page, w->decision, &w->err));
    for (int i = 0; i < 2; i++) { /* the second time it is parked no more: nothing changes */
        assert_allowed(w, certlife_notice_retry(w->bank, actor(w, "system"), certlife_notice_page_at(page, 0),
                                                w->decision, &w->err));
        assert_parked(w, "");
        assert_next_due(w, "2027-03-04 12:00:00");
    }
    certlife_notice_page *planned = NULL;
    assert_allowed(
        w, certlife_notice_list(w->bank, actor(w, "branch"), COMPANY, "keir002", &planned, w->decision, &w->err));
    assert_int_equal(certlife_notice_page_count(planned), 1);
    assert_int_equal(certlife_notice_attempts(certlife_notice_page_at(planned, 0)), 0);
    certlife_notice_page_free(planned);
    assert_claims(&mailer, "expiry keir002 28");
    assert_int_equal(certlife_notice_attempts(held(&mailer, 0)), 1);
    assert_allowed(
        w, certlife_notice_retry(w->bank, actor(w, "system"), certlife_notice_page_at(page, 0), w->decision, &w->err));
    assert_nothing_due(w);
    gives_back(&mailer, CAUSE);
    assert_claims_at(&mailer, "2027-03-04 12:05:00", "expiry keir002 28");
    gives_back(&mailer, CAUSE);
    assert_parked(w, "parked expiry keir002 2027-03-04 12:05:00");
    certlife_notice_page_free(page);
    forgets(&mailer);
    assert_allowed(w, revokes(w, "branch", "keir002")); /* not called for any more */
    assert_parked(w, "");
    assert_listed(w, "keir002", "");
    ends(w);
}

/* Retrying an earlier one than is parked by now changes nothing. */
static void test_r_not_5_retried_an_earlier_one(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "notice attempts = 1");
    struct mailer mailer = MAILER(w, "mailer");
    certlife_notice_page *page = NULL;
    assert_claims_at(&mailer, DAY_30, "expiry keir002 30");
    gives_back(&mailer, CAUSE);
    assert_allowed(w, certlife_notice_parked(w->bank, actor(w, "system"), NULL, 10, &page, w->decision, &w->err));
    assert_claims_at(&mailer, DAY_10, "expiry keir002 10");
    gives_back(&mailer, CAUSE);
    assert_allowed(
        w, certlife_notice_retry(w->bank, actor(w, "system"), certlife_notice_page_at(page, 0), w->decision, &w->err));
    assert_parked(w, "parked expiry keir002 " DAY_10);
    assert_nothing_due(w);
    certlife_notice_page_free(page);
    forgets(&mailer);
    ends(w);
}

/* A late answer ends the waiting for another try, and the next threshold is in time. */
static void test_r_not_5_late_answer_while_it_waits(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "e-mail = 30, 29\nsending hours = any");
    struct mailer late = MAILER(w, "late"), mailer = MAILER(w, "mailer");
    at(w, "2027-03-02 00:00:00");
    assert_claims(&late, "expiry keir002 30");
    w->now += 600; /* its lease is over */
    for (int attempt = 2; attempt <= 9; attempt++) {
        assert_claims(&mailer, "expiry keir002 30");
        gives_back(&mailer, CAUSE);
        w->now += 300 << (attempt - 1);
    }
    w->now -= 3600; /* an hour before the next try, late on the next day */
    assert_nothing_due(w);
    done(&late);
    forgets(&late);
    assert_sends(w, "expiry keir002 29");
    forgets(&mailer);
    ends(w);
}

/* Where a later one is in hand, that takes the place of the one that is retried. */
static void test_r_not_5_retried_beside_a_later_one(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "notice attempts = 1");
    struct mailer mailer = MAILER(w, "mailer");
    assert_claims_at(&mailer, DAY_30, "expiry keir002 30");
    gives_back(&mailer, CAUSE);
    assert_claims_at(&mailer, DAY_10, "expiry keir002 10");
    retries(w);
    assert_parked(w, "");
    assert_nothing_due(w);
    gives_back(&mailer, CAUSE);
    assert_parked(w, "parked expiry keir002 " DAY_10);
    retries(w);
    assert_sends(w, "expiry keir002 10");
    forgets(&mailer);
    ends(w);
}

/* A parked one that is called for no more when it is retried goes for good. */
static void test_r_not_5_retried_too_late(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "notice attempts = 1\ne-mail = 10");
    struct mailer mailer = MAILER(w, "mailer");
    assert_claims_at(&mailer, DAY_10, "expiry keir002 10");
    gives_back(&mailer, CAUSE);
    forgets(&mailer);
    assert_parked(w, "parked expiry keir002 " DAY_10);
    at(w, "2027-04-02 09:00:00");
    assert_nothing_due(w);
    retries(w);
    assert_nothing_due(w);
    assert_parked(w, "");
    assert_next_due(w, NULL);
    ends(w);
}

/* A new address of its addressee does this by itself. */
static void test_r_not_5_new_address(void **state)
{
    (void)state;
    static const struct {
        const char *to, *notice, *addressee, *other;
    } rows[] = {
        {"user", "expiry keir002 30", "keir002", MASTER},
        {"master", "expiry keir002 to master 30", MASTER, "keir002"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char choices[64];
        snprintf(choices, sizeof choices, "notice attempts = 1\ne-mail to = %s", rows[i].to);
        struct world *w = world_of_one("webfb", choices);
        struct mailer mailer = MAILER(w, "mailer");
        assert_claims_at(&mailer, DAY_30, rows[i].notice);
        gives_back(&mailer, "550 no such user");
        at(w, "2027-03-02 12:00:00");
        moves_to(w, rows[i].other, "other@example.co.jp");
        assert_nothing_due(w);
        moves_to(w, rows[i].addressee, certlife_notice_email(held(&mailer, 0))); /* the same */
        assert_nothing_due(w);
        certlife_user_edit_request request = CERTLIFE_USER_EDIT_REQUEST_INIT;
        request.permission = CERTLIFE_PERMISSION_OPERATOR;
        assert_allowed(w, edits(w, "branch", "keir002", request));
        assert_nothing_due(w);
        moves_to(w, rows[i].addressee, "new@example.co.jp");
        assert_parked(w, "");
        assert_claims(&mailer, rows[i].notice);
        assert_string_equal(certlife_notice_email(held(&mailer, 0)), "new@example.co.jp");
        assert_int_equal(certlife_notice_attempts(held(&mailer, 0)), 1);
        done(&mailer);
        forgets(&mailer);
        ends(w);
    }
}

/* An addressee without address: parked when it would be handed out, and due when there is an address. */
static void test_r_not_5_no_address(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "e-mail to = user, master");
    certlife_notice_page *page = NULL;
    moves_to(w, "keir002", "");
    moves_to(w, MASTER, "");
    at(w, DAY_30);
    assert_nothing_due(w);
    assert_parked(w, "parked expiry keir002 " DAY_30 "; parked expiry keir002 to master " DAY_30);
    assert_allowed(w, certlife_notice_parked(w->bank, actor(w, "system"), NULL, 10, &page, w->decision, &w->err));
    assert_non_null(strstr(certlife_notice_cause(certlife_notice_page_at(page, 0)), "address"));
    assert_int_equal(certlife_notice_attempts(certlife_notice_page_at(page, 0)), 0);
    certlife_notice_page_free(page);
    assert_next_due(w, DAY_10);
    at(w, "2027-03-04 12:00:00");
    moves_to(w, "keir002", "new@example.co.jp");
    assert_sends(w, "expiry keir002 28");
    assert_parked(w, "parked expiry keir002 to master " DAY_30);
    at(w, DAY_10);
    assert_sends(w, "expiry keir002 10");
    assert_parked(w, "parked expiry keir002 to master " DAY_10); /* in place of the earlier one */
    moves_to(w, MASTER, "master@example.co.jp");
    assert_sends(w, "expiry keir002 to master 10");
    assert_next_due(w, NULL);
    ends(w);
}

/* A worker that answers when its notice has been parked: it was sent after all. */
static void test_r_not_5_done_after_parking(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "notice attempts = 1");
    struct mailer mailer = MAILER(w, "mailer");
    at(w, DAY_30);
    assert_claims(&mailer, "expiry keir002 30");
    at(w, "2027-03-02 12:00:00");
    assert_nothing_due(w);
    assert_parked(w, "parked expiry keir002 2027-03-02 12:00:00");
    done(&mailer);
    forgets(&mailer);
    assert_parked(w, "");
    assert_listed(w, "keir002", "sent expiry keir002 2027-03-02 12:00:00; planned expiry keir002 " DAY_10);
    assert_nothing_due(w);
    assert_next_due(w, DAY_10);
    ends(w);
}

/* A new address that comes with the end of the certificate, in one edit. */
static void test_r_not_5_new_address_and_the_end(void **state)
{
    (void)state;
    static const struct {
        certlife_choice choice;
        const char *notices;
    } rows[] = {
        {CERTLIFE_CHOICE_KEEP, "expiry keir002 30"},
        {CERTLIFE_CHOICE_REISSUE, "reissued keir002"},
        {CERTLIFE_CHOICE_REVOKE, "revoked keir002"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_of_one("webfb", "reissued notice = user\nrevoked notice = user");
        struct mailer mailer = MAILER(w, "mailer");
        certlife_user_edit_request request = CERTLIFE_USER_EDIT_REQUEST_INIT;
        assert_sends(w, "revoked keir001");
        moves_to(w, "keir002", "");
        at(w, DAY_30);
        assert_nothing_due(w);
        assert_parked(w, "parked expiry keir002 " DAY_30);
        request.certificate = rows[i].choice;
        request.email = "new@example.co.jp";
        assert_allowed(w, edits(w, "branch", "keir002", request));
        assert_parked(w, "");
        assert_claims(&mailer, rows[i].notices);
        assert_string_equal(certlife_notice_email(held(&mailer, 0)), "new@example.co.jp");
        forgets(&mailer);
        ends(w);
    }
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

/* One failing recipient does not hold up the others, nor their own next threshold. */
static void test_r_not_5_one_failing_recipient(void **state)
{
    (void)state;
    struct world *w = world_of_three("");
    struct mailer mailer = MAILER(w, "mailer");
    at(w, DAY_30);
    mailer.limit = 1;
    assert_claims(&mailer, "expiry keir002 30");
    gives_back(&mailer, CAUSE);
    assert_sends(w, "expiry keir003 30; expiry keir004 30");
    while (w->now < moment("2027-03-10 09:00:00")) {
        w->now += 300;
        certlife_notice_page *page = NULL;
        assert_allowed(
            w, certlife_notice_claim(w->bank, actor(w, "system"), "mailer", 100, 600, &page, w->decision, &w->err));
        for (size_t i = 0; i < certlife_notice_page_count(page); i++) {
            assert_string_equal(certlife_notice_user(certlife_notice_page_at(page, i)), "keir002");
            assert_allowed(w, certlife_notice_give_back(w->bank, actor(w, "system"), certlife_notice_page_at(page, i),
                                                        CAUSE, w->decision, &w->err));
        }
        certlife_notice_page_free(page);
    }
    forgets(&mailer);
    assert_falls_due(w, DAY_10, "expiry keir002 10; expiry keir003 10; expiry keir004 10");
    ends(w);
}

/* 600 users who never obtained, in seven companies. Of each one `obtain by` notice falls due on 2026-07-10. */
#define BACKLOG 600

static struct world *world_of_many(void)
{
    struct world *w = world_of_one_from("webfb", "obtain-by notice = 10\nsending hours = any", "2026-04-30 12:00:00");
    static char company[16];
    w->now = moment("2026-05-01 12:00:00");
    for (int i = 0; i < BACKLOG; i++) {
        char user[16];
        if (i % 90 == 0) {
            snprintf(company, sizeof company, "%010d", 20000000 + i);
            w->company = company;
            assert_allowed(w, registers(w, "branch", company, "tanaka"));
            assert_allowed(w, applies(w, "branch"));
        }
        snprintf(user, sizeof user, "sato%03d", i);
        assert_allowed(w, adds(w, "branch", user));
    }
    return w;
}

/* Claims until `user` is among what is handed out, a hundred times at most; sends what comes. */
static bool reaches(struct world *w, int32_t limit, const char *user)
{
    bool found = false;
    for (int claims = 0; claims < 100 && !found; claims++) {
        certlife_notice_page *page = NULL;
        assert_allowed(
            w, certlife_notice_claim(w->bank, actor(w, "system"), "mailer", limit, 600, &page, w->decision, &w->err));
        for (size_t i = 0; i < certlife_notice_page_count(page); i++) {
            const certlife_notice *notice = certlife_notice_page_at(page, i);
            found = found || strcmp(certlife_notice_user(notice), user) == 0;
            assert_allowed(w, certlife_notice_done(w->bank, actor(w, "system"), notice, w->decision, &w->err));
        }
        certlife_notice_page_free(page);
    }
    return found;
}

/* A backlog of what nobody is to be told any more does not starve the rest. */
static void test_r_not_5_a_backlog_does_not_starve(void **state)
{
    (void)state;
    static const int32_t limits[] = {1, 10, 1000};
    for (size_t i = 0; i < COUNT(limits); i++) {
        struct world *w = world_of_many();
        /* All of the backlog lapsed after it fell due; keir003's falls due after it. */
        at(w, "2026-06-01 12:00:00");
        w->company = COMPANY;
        assert_allowed(w, adds(w, "branch", "keir003"));
        at(w, "2026-08-11 12:00:00");
        assert_true(reaches(w, limits[i], "keir003"));
        assert_nothing_due(w);
        assert_next_due(w, "2027-03-31 00:00:00");
        ends(w);
    }
}

/* Nor one that was withdrawn in the hands of workers that died. */
static void test_r_not_5_a_withdrawn_backlog(void **state)
{
    (void)state;
    struct world *w = world_of_many();
    certlife_notice_page *page = NULL;
    w->company = COMPANY;
    assert_allowed(w, adds(w, "branch", "keir003"));
    at(w, "2026-07-10 12:00:00");
    assert_allowed(
        w, certlife_notice_claim(w->bank, actor(w, "system"), "mailer", 1000, 600, &page, w->decision, &w->err));
    assert_int_equal(certlife_notice_page_count(page), BACKLOG + 1);
    for (size_t i = 0; i < certlife_notice_page_count(page); i++) {
        const certlife_notice *notice = certlife_notice_page_at(page, i);
        if (strcmp(certlife_notice_contract(notice), COMPANY) != 0)
            assert_allowed(w, certlife_user_delete(w->bank, actor(w, "branch"), certlife_notice_contract(notice),
                                                   certlife_notice_user(notice), w->decision, &w->err));
    }
    certlife_notice_page_free(page);
    w->now += 600;
    assert_true(reaches(w, 10, "keir003"));
    assert_nothing_due(w);
    assert_next_due(w, "2027-03-31 00:00:00");
    ends(w);
}

/* The parked notices come in pages, the longest parked first. */
static void test_r_not_5_parked_in_pages(void **state)
{
    (void)state;
    static const char *const users[] = {"keir003", "keir004", "keir002"};
    struct world *w = world_of_three("notice attempts = 1");
    certlife_notice_page *pages[4] = {NULL};
    struct mailer mailer = MAILER(w, "mailer");
    at(w, DAY_30);
    assert_claims(&mailer, "expiry keir002 30; expiry keir003 30; expiry keir004 30");
    for (size_t i = 0; i < COUNT(users); i++) {
        for (size_t n = 0; n < 3; n++) {
            const certlife_notice *notice = held(&mailer, n);
            if (strcmp(certlife_notice_user(notice), users[i]) == 0)
                assert_allowed(
                    w, certlife_notice_give_back(w->bank, actor(w, "system"), notice, CAUSE, w->decision, &w->err));
        }
        w->now += 60;
    }
    forgets(&mailer);
    const certlife_notice *after = NULL;
    for (size_t i = 0; i < COUNT(users); i++) {
        assert_allowed(w,
                       certlife_notice_parked(w->bank, actor(w, "system"), after, 1, &pages[i], w->decision, &w->err));
        assert_int_equal(certlife_notice_page_count(pages[i]), 1);
        after = certlife_notice_page_at(pages[i], 0);
        assert_string_equal(certlife_notice_user(after), users[i]);
        assert_int_equal(certlife_notice_page_more(pages[i]), i < 2);
    }
    assert_allowed(w, certlife_notice_parked(w->bank, actor(w, "system"), after, 1, &pages[3], w->decision, &w->err));
    assert_int_equal(certlife_notice_page_count(pages[3]), 0);
    for (size_t i = 0; i < COUNT(pages); i++)
        certlife_notice_page_free(pages[i]);
    ends(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_not_5_growing_delays),
        cmocka_unit_test(test_r_not_5_delays_in_the_hours),
        cmocka_unit_test(test_r_not_5_not_tried),
        cmocka_unit_test(test_r_not_5_given_back_too_late),
        cmocka_unit_test(test_r_not_5_given_back_after_the_lease),
        cmocka_unit_test(test_r_not_5_parked_at_the_limit),
        cmocka_unit_test(test_r_not_5_retried),
        cmocka_unit_test(test_r_not_5_retried_an_earlier_one),
        cmocka_unit_test(test_r_not_5_late_answer_while_it_waits),
        cmocka_unit_test(test_r_not_5_retried_beside_a_later_one),
        cmocka_unit_test(test_r_not_5_retried_too_late),
        cmocka_unit_test(test_r_not_5_new_address),
        cmocka_unit_test(test_r_not_5_no_address),
        cmocka_unit_test(test_r_not_5_done_after_parking),
        cmocka_unit_test(test_r_not_5_new_address_and_the_end),
        cmocka_unit_test(test_r_not_5_one_failing_recipient),
        cmocka_unit_test(test_r_not_5_a_backlog_does_not_starve),
        cmocka_unit_test(test_r_not_5_a_withdrawn_backlog),
        cmocka_unit_test(test_r_not_5_parked_in_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
