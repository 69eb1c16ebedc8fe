/* SPDX-License-Identifier: Apache-2.0 */
/* Further kinds that a profile can switch on: obtain-by approaching, expired, issued, reissued, revoked, to user and
 * master user (R-NOT-7). keir002's certificate expires at the end of Thursday, 2027-04-01. */
#include "late_issuer.h"
#include "notices.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY_30 "2027-03-02 09:00:00"
#define ADDED "2026-05-01 12:00:00"
#define OBTAIN_BY "2026-07-20 23:59:59" /* 80 days after it */
#define DAY_14 "2026-07-06 09:00:00"    /* before that */
#define DAY_3 "2026-07-17 09:00:00"

static const struct {
    const char *to;
    bool user, master;
} ways[] = {
    {"none", false, false},
    {"user", true, false},
    {"master", false, true},
    {"user, master", true, true},
};

/* The notice as it goes by that way: "issued keir002; issued keir002 to master". Good until the next call. */
static const char *by_way(size_t way, const char *notice)
{
    static char text[128];
    snprintf(text, sizeof text, "%s%s%s%s", ways[way].user ? notice : "",
             ways[way].user && ways[way].master ? "; " : "", ways[way].master ? notice : "",
             ways[way].master ? " to master" : "");
    return text;
}

/* A world of the master user alone, with no certificate and nothing to say. */
static struct world *world_of_none(const char *choices, size_t way)
{
    char text[256];
    snprintf(text, sizeof text, choices, ways[way].to);
    struct world *w = world_choosing("webfb", text);
    assert_allowed(w, revokes(w, "branch", MASTER));
    certlife_notice_page *page = NULL;
    assert_allowed(w,
                   certlife_notice_claim(w->bank, actor(w, "system"), "mailer", 100, 600, &page, w->decision, &w->err));
    for (size_t i = 0; i < certlife_notice_page_count(page); i++) /* of the master user's own */
        assert_allowed(w, certlife_notice_done(w->bank, actor(w, "system"), certlife_notice_page_at(page, i),
                                               w->decision, &w->err));
    certlife_notice_page_free(page);
    at(w, ADDED);
    return w;
}

/* The next notices about anything, one of them. */
static struct mailer holding(struct world *w, const char *notices)
{
    struct mailer mailer = MAILER(w, "mailer");
    assert_claims(&mailer, notices);
    return mailer;
}

/* Issued: to whom the profile says, at once or in the next sending hours. */
static void test_r_not_7_issued(void **state)
{
    (void)state;
    for (size_t way = 0; way < COUNT(ways); way++) {
        struct world *w = world_of_none("issued notice = %s\ne-mail = none", way);
        assert_allowed(w, adds(w, "branch", "keir002"));
        assert_nothing_due(w);
        assert_allowed(w, obtains(w, "keir002"));
        assert_sends(w, by_way(way, "issued keir002"));
        assert_allowed(w, gets_again(w, "keir002")); /* the same certificate */
        assert_allowed(w, confirms(w, "keir002"));
        assert_nothing_due(w);
        at(w, "2027-04-10 17:00:00");
        assert_allowed(w, renews(w, "keir002"));
        if (way > 0)
            assert_falls_due(w, "2027-04-11 09:00:00", by_way(way, "issued keir002"));
        assert_allowed(w, logs_in(w, "keir002"));
        assert_nothing_due(w);
        assert_next_due(w, NULL);
        ends(w);
    }
}

/* … and what it says. */
static void test_r_not_7_issued_says(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "issued notice = user\ne-mail = none");
    at(w, "2026-04-01 13:00:00");
    struct mailer mailer = holding(w, "issued keir002");
    assert_string_equal(certlife_notice_serial(held(&mailer, 0)), held_serial(w, "keir002"));
    assert_int_equal(certlife_notice_happened_at(held(&mailer, 0)), moment("2026-04-01 12:00:00"));
    assert_int_equal(certlife_notice_due(held(&mailer, 0)), moment("2026-04-01 12:00:00"));
    assert_int_equal(certlife_notice_expiry(held(&mailer, 0)), moment("2027-04-01 23:59:59"));
    done(&mailer);
    forgets(&mailer);
    ends(w);
}

/* A certificate that ended before anybody was told of it: nobody is. */
static void test_r_not_7_issued_is_void(void **state)
{
    (void)state;
    static int (*const acts[])(struct world * w, const char *by, const char *user) = {revokes, reissues, deletes};
    for (size_t i = 0; i <= COUNT(acts); i++) {
        struct world *w = world_of_none("issued notice = %s", 3);
        at(w, "2026-05-01 18:00:00");
        assert_allowed(w, adds(w, "branch", "keir002"));
        assert_allowed(w, obtains(w, "keir002"));
        if (i < COUNT(acts))
            assert_allowed(w, acts[i](w, "branch", "keir002"));
        else
            assert_allowed(w, closes(w, "branch"));
        at(w, "2026-05-02 09:00:00");
        assert_nothing_due(w);
        assert_next_due(w, NULL);
        assert_listed(w, "keir002", "");
        ends(w);
    }
    /* Renewed twice in one night: only the certificate that can be used. */
    struct world *w = world_of_one("webfb", "issued notice = user\ne-mail = none");
    assert_sends(w, "issued keir002");
    at(w, "2027-03-10 18:00:00");
    assert_allowed(w, renews(w, "keir002"));
    keeps_old(w, "keir002");
    assert_allowed(w, renews(w, "keir002"));
    at(w, "2027-03-11 09:00:00");
    struct mailer mailer = holding(w, "issued keir002");
    assert_string_equal(certlife_notice_serial(held(&mailer, 0)), held_serial(w, "keir002"));
    forgets(&mailer);
    ends(w);
}

/* Reissued: that a certificate may be obtained anew, and until when. */
static void test_r_not_7_reissued(void **state)
{
    (void)state;
    for (size_t way = 0; way < COUNT(ways); way++) {
        struct world *w = world_of_none("reissued notice = %s\ne-mail = none", way);
        assert_allowed(w, adds(w, "branch", "keir002"));
        assert_nothing_due(w); /* a first authorisation is none */
        assert_allowed(w, obtains(w, "keir002"));
        at(w, "2026-06-01 17:00:00");
        assert_allowed(w, reissues(w, "branch", "keir002"));
        assert_nothing_due(w);
        at(w, "2026-06-02 09:00:00");
        struct mailer mailer = holding(w, by_way(way, "reissued keir002"));
        if (way > 0) {
            assert_int_equal(certlife_notice_happened_at(held(&mailer, 0)), moment("2026-06-01 17:00:00"));
            assert_int_equal(certlife_notice_obtain_by(held(&mailer, 0)), moment("2026-08-20 23:59:59"));
        }
        done(&mailer);
        forgets(&mailer);
        assert_nothing_due(w);
        assert_next_due(w, NULL);
        ends(w);
    }
}

/* Void once the user has obtained, or cannot any more. A second reissue has its own. */
static void test_r_not_7_reissued_is_void(void **state)
{
    (void)state;
    for (int how = 0; how < 5; how++) {
        struct world *w = world_of_none("reissued notice = %s\ne-mail = none", 1);
        assert_allowed(w, adds(w, "branch", "keir002"));
        assert_allowed(w, obtains(w, "keir002"));
        at(w, "2026-06-01 17:00:00");
        assert_allowed(w, reissues(w, "branch", "keir002"));
        w->now++;
        if (how == 0)
            assert_allowed(w, obtains(w, "keir002"));
        if (how == 1)
            assert_allowed(w, revokes(w, "branch", "keir002"));
        if (how == 2)
            assert_allowed(w, deletes(w, "branch", "keir002"));
        if (how == 3)
            assert_allowed(w, closes(w, "branch"));
        at(w, how == 4 ? "2026-08-21 09:00:00" : "2026-06-02 09:00:00"); /* 4: the time to obtain is over */
        assert_nothing_due(w);
        assert_next_due(w, NULL);
        ends(w);
    }
    struct world *w = world_of_none("reissued notice = %s\ne-mail = none", 1);
    assert_allowed(w, adds(w, "branch", "keir002"));
    assert_allowed(w, obtains(w, "keir002"));
    assert_allowed(w, reissues(w, "branch", "keir002"));
    assert_sends(w, "reissued keir002");
    w->now += 3600;
    assert_allowed(w, reissues(w, "branch", "keir002"));
    assert_sends(w, "reissued keir002");
    assert_nothing_due(w);
    ends(w);
}

/* Revoked: on the act of revoking a certificate; not for a reissue, a deletion or a closing, nor for what a renewal
 * replaces, nor where there was no certificate. */
static void test_r_not_7_revoked(void **state)
{
    (void)state;
    for (size_t way = 0; way < COUNT(ways); way++) {
        struct world *w = world_of_none("revoked notice = %s\ne-mail = none", way);
        assert_allowed(w, adds(w, "branch", "keir002"));
        assert_allowed(w, obtains(w, "keir002"));
        at(w, "2026-06-01 17:00:00");
        char serial[65];
        snprintf(serial, sizeof serial, "%s", held_serial(w, "keir002"));
        assert_allowed(w, revokes(w, "branch", "keir002"));
        assert_nothing_due(w);
        assert_allowed(w, reissues(w, "branch", "keir002")); /* it stays true */
        assert_allowed(w, obtains(w, "keir002"));
        at(w, "2026-06-02 09:00:00");
        struct mailer mailer = holding(w, by_way(way, "revoked keir002"));
        if (way > 0) {
            assert_string_equal(certlife_notice_serial(held(&mailer, 0)), serial);
            assert_int_equal(certlife_notice_happened_at(held(&mailer, 0)), moment("2026-06-01 17:00:00"));
        }
        done(&mailer);
        forgets(&mailer);
        assert_allowed(w, reissues(w, "branch", "keir002"));
        assert_allowed(w, revokes(w, "branch", "keir002")); /* an authorisation */
        assert_nothing_due(w);
        assert_next_due(w, NULL);
        ends(w);
    }
}

/* Nothing is sent about deleted users or closed contracts. */
static void test_r_not_7_revoked_is_void(void **state)
{
    (void)state;
    for (int how = 0; how < 4; how++) {
        struct world *w = world_of_none("revoked notice = %s\nissued notice = none", 3);
        assert_allowed(w, adds(w, "branch", "keir002"));
        assert_allowed(w, obtains(w, "keir002"));
        at(w, "2026-06-01 18:00:00");
        if (how < 2)
            assert_allowed(w, revokes(w, "branch", "keir002"));
        assert_allowed(w, how % 2 == 0 ? deletes(w, "branch", "keir002") : closes(w, "branch"));
        at(w, "2026-06-02 09:00:00");
        assert_nothing_due(w);
        assert_next_due(w, NULL);
        ends(w);
    }
}

/* A renewed but unconfirmed certificate goes along with the current one (R-ALL-7): they were told of once. An
 * expired one can be revoked too. */
static void test_r_not_7_revoked_once(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "revoked notice = user\ne-mail = none");
    certlife_notice_page *page = NULL; /* the master user's own, from the beginning */
    struct mailer mailer = holding(w, "revoked keir001");
    done(&mailer);
    forgets(&mailer);
    at(w, "2027-03-10 12:00:00");
    assert_allowed(w, renews(w, "keir002"));
    assert_allowed(w, revokes(w, "branch", "keir002"));
    assert_sends(w, "revoked keir002");
    assert_nothing_due(w);
    certlife_notice_page_free(page);
    ends(w);
    w = world_of_one("webfb", "revoked notice = user\ne-mail = none");
    assert_sends(w, "revoked keir001");
    at(w, "2027-05-10 12:00:00");
    assert_allowed(w, revokes(w, "branch", "keir002"));
    assert_sends(w, "revoked keir002");
    ends(w);
}

/* The master user's own events come once, to them as the user they are about. */
static void test_r_not_7_master_once(void **state)
{
    (void)state;
    for (size_t way = 1; way < COUNT(ways); way++) {
        char choices[160];
        snprintf(choices, sizeof choices, "issued notice = %s\nexpired notice = %s\nrevoked notice = %s", ways[way].to,
                 ways[way].to, ways[way].to);
        struct world *w = world_choosing("webfb", choices);
        assert_sends(w, "issued keir001");
        at(w, "2027-04-02 09:00:00");
        assert_sends(w, "expired keir001");
        assert_allowed(w, revokes(w, "branch", MASTER));
        assert_sends(w, "revoked keir001");
        assert_nothing_due(w);
        ends(w);
    }
}

/* Expired: the next morning, once; whatever was said before, or not. */
static void test_r_not_7_expired(void **state)
{
    (void)state;
    static const char *const emails[] = {"30, 10", "none", "30"};
    for (size_t i = 0; i < COUNT(emails); i++) {
        for (size_t way = 0; way < COUNT(ways); way++) {
            char choices[96];
            snprintf(choices, sizeof choices, "e-mail = %s\nexpired notice = %s", emails[i], ways[way].to);
            struct world *w = world_of_one("webfb", choices);
            if (i != 1)
                assert_falls_due(w, DAY_30, "expiry keir002 30");
            if (i == 0)
                assert_falls_due(w, "2027-03-22 09:00:00", "expiry keir002 10");
            assert_nothing_due(w);
            if (way > 0)
                assert_falls_due(w, "2027-04-02 09:00:00", by_way(way, "expired keir002"));
            assert_nothing_due(w);
            assert_next_due(w, NULL);
            ends(w);
        }
    }
    struct world *w = world_of_one("webfb", "sending hours = any\nexpired notice = user\ne-mail = none");
    assert_nothing_due(w);
    at(w, "2027-04-01 23:59:59");
    assert_nothing_due(w);
    w->now++;
    struct mailer mailer = holding(w, "expired keir002");
    assert_int_equal(certlife_notice_happened_at(held(&mailer, 0)), moment("2027-04-01 23:59:59"));
    assert_int_equal(certlife_notice_expiry(held(&mailer, 0)), moment("2027-04-01 23:59:59"));
    forgets(&mailer);
    ends(w);
}

/* Not where a renewed one is beside it, unconfirmed or not, or the certificate has ended otherwise; nor once the
 * user has obtained another (R-OBT-9). */
static void test_r_not_7_expired_is_void(void **state)
{
    (void)state;
    for (int how = 0; how < 7; how++) {
        struct world *w = world_of_one("webfb", "expired notice = user, master");
        at(w, "2027-03-20 12:00:00");
        if (how < 2)
            assert_allowed(w, renews(w, "keir002"));
        if (how == 1)
            assert_allowed(w, confirms(w, "keir002"));
        if (how == 2)
            assert_allowed(w, revokes(w, "branch", "keir002"));
        if (how == 3)
            assert_allowed(w, reissues(w, "branch", "keir002"));
        at(w, "2027-04-02 08:00:00");
        if (how == 4)
            assert_allowed(w, obtains(w, "keir002"));
        if (how == 5)
            assert_allowed(w, reissues(w, "branch", "keir002"));
        if (how == 6)
            assert_allowed(w, deletes(w, "branch", "keir002"));
        w->now += 3600;
        assert_nothing_due(w);
        ends(w);
    }
}

/* An unconfirmed one that took the place of the expired one is the one that expires. */
static void test_r_not_7_expired_unconfirmed(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "expired notice = user\ne-mail = none");
    at(w, "2027-03-10 12:00:00");
    assert_allowed(w, renews(w, "keir002"));
    char serial[65];
    snprintf(serial, sizeof serial, "%s", held_serial(w, "keir002"));
    at(w, "2027-04-02 09:00:00");
    assert_nothing_due(w);
    at(w, "2028-03-11 08:59:59");
    assert_nothing_due(w);
    w->now++;
    struct mailer mailer = holding(w, "expired keir002");
    assert_string_equal(certlife_notice_serial(held(&mailer, 0)), serial);
    done(&mailer);
    forgets(&mailer);
    assert_next_due(w, NULL);
    ends(w);
}

/* Obtain-by approaching: to whom e-mail goes, at the profile's thresholds. */
static void test_r_not_7_obtain_by(void **state)
{
    (void)state;
    for (size_t way = 1; way < COUNT(ways); way++) {
        struct world *w = world_of_none("obtain-by notice = 14, 3\ne-mail to = %s", way);
        assert_allowed(w, adds(w, "branch", "keir002"));
        assert_nothing_due(w);
        assert_next_due(w, DAY_14);
        w->now = moment(DAY_14) - 1;
        assert_nothing_due(w);
        w->now++;
        struct mailer mailer = MAILER(w, "mailer");
        assert_claims(&mailer, way == 3   ? "obtain by keir002 14; obtain by keir002 to master 14"
                               : way == 2 ? "obtain by keir002 to master 14"
                                          : "obtain by keir002 14");
        assert_int_equal(certlife_notice_obtain_by(held(&mailer, 0)), moment(OBTAIN_BY));
        assert_string_equal(certlife_notice_serial(held(&mailer, 0)), "");
        done(&mailer);
        forgets(&mailer);
        assert_falls_due(w, DAY_3,
                         way == 3   ? "obtain by keir002 3; obtain by keir002 to master 3"
                         : way == 2 ? "obtain by keir002 to master 3"
                                    : "obtain by keir002 3");
        assert_nothing_due(w);
        assert_next_due(w, NULL);
        ends(w);
    }
}

/* Not for who has obtained, or cannot any more, or has no limit. */
static void test_r_not_7_obtain_by_is_void(void **state)
{
    (void)state;
    for (int how = 0; how < 5; how++) {
        struct world *w = world_of_none("obtain-by notice = 14, 3\ne-mail = none\ne-mail to = %s", 3);
        if (how == 0)
            chooses(w, "obtain by", "no limit");
        assert_allowed(w, adds(w, "branch", "keir002"));
        at(w, "2026-07-06 08:59:59");
        if (how == 1)
            assert_allowed(w, obtains(w, "keir002"));
        if (how == 2)
            assert_allowed(w, revokes(w, "branch", "keir002"));
        if (how == 3)
            assert_allowed(w, deletes(w, "branch", "keir002"));
        if (how == 4)
            at(w, "2026-07-21 09:00:00"); /* downtime until it is over */
        w->now++;
        assert_nothing_due(w);
        assert_next_due(w, NULL);
        at(w, "2026-07-21 12:00:00");
        assert_nothing_due(w);
        ends(w);
    }
}

/* Authorised again: the new obtain-by counts, and its notices are others. */
static void test_r_not_7_obtain_by_authorised_again(void **state)
{
    (void)state;
    struct world *w = world_of_none("obtain-by notice = 14\ne-mail to = %s", 1);
    char key[33];
    assert_allowed(w, adds(w, "branch", "keir002"));
    at(w, DAY_14);
    struct mailer mailer = holding(w, "obtain by keir002 14");
    snprintf(key, sizeof key, "%s", certlife_notice_key(held(&mailer, 0)));
    done(&mailer);
    at(w, "2026-07-10 12:00:00");
    assert_allowed(w, authorises(w, "branch", "keir002"));
    assert_next_due(w, "2026-09-14 09:00:00");
    at(w, "2026-09-14 09:00:00");
    forgets(&mailer);
    mailer = holding(w, "obtain by keir002 14");
    assert_string_not_equal(certlife_notice_key(held(&mailer, 0)), key);
    done(&mailer);
    forgets(&mailer);
    assert_allowed(w, obtains(w, "keir002"));
    at(w, "2026-10-01 12:00:00");
    assert_allowed(w, reissues(w, "branch", "keir002"));
    assert_falls_due(w, "2026-12-06 09:00:00", "obtain by keir002 14");
    ends(w);
}

/* R-ALL-16 for the deadline of an authorisation: what is past then is not planned, and nothing comes after it. */
static void test_r_all_16_obtain_by(void **state)
{
    (void)state;
    struct world *w = world_of_none("obtain-by notice = 7, 5, 1\nobtain by = 7\nsending days = Monday to Friday\n"
                                    "e-mail to = %s",
                                    1);
    assert_allowed(w, adds(w, "branch", "keir002"));                   /* on Friday, 2026-05-01; until Friday */
    assert_falls_due(w, "2026-05-04 09:00:00", "obtain by keir002 4"); /* of Sunday */
    at(w, "2026-05-08 17:00:00");
    assert_nothing_due(w);
    at(w, "2026-05-11 09:00:00");
    assert_nothing_due(w);
    ends(w);
}

/* While an outside issuer takes its time the notices about obtaining stop; who has asked does not wait for a deadline.
 * When it answers, the certificate has been issued. Where it rejects, they go on. */
static void test_r_obt_6_notices_while_issuing(void **state)
{
    (void)state;
    for (int rejects = 0; rejects <= 1; rejects++) {
        struct world_parts parts = {0};
        certlife_error *err = NULL;
        assert_int_equal(certlife_profile_parse("profile = webfb\nobtain-by notice = 14, 3\nissued notice = user\n"
                                                "e-mail = none",
                                                &parts.profile, &err),
                         0);
        assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, &err), 0);
        struct late_issuer *late = late_issuer_open(parts.crypto, &parts.issuer);
        struct world *w = world_with(parts);
        assert_sends(w, "issued keir001");
        at(w, ADDED);
        assert_allowed(w, adds(w, "branch", "keir002"));
        late->on_issue = late->on_poll = ANSWERS_LATER;
        at(w, "2026-07-05 12:00:00");
        assert_nothing_due(w);
        assert_refused(w, obtains(w, "keir002"), "R-OBT-6", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
        assert_next_due(w, NULL);
        at(w, DAY_14);
        assert_nothing_due(w);
        assert_next_due(w, NULL);
        at(w, "2026-07-07 12:00:00");
        late->on_poll = rejects ? REJECTS : ANSWERS_AT_ONCE;
        assert_int_equal(gets_again(w, "keir002"), rejects ? CERTLIFE_REFUSED : CERTLIFE_ALLOWED);
        assert_sends(w, rejects ? "obtain by keir002 13" : "issued keir002");
        assert_next_due(w, rejects ? DAY_3 : NULL);
        ends(w);
    }
}

/* While the issuer of a renewal takes its time the notices of the old certificate go on; from its answer on they say
 * that the new one waits. */
static void test_r_obt_6_notices_while_renewing(void **state)
{
    (void)state;
    struct world_parts parts = {0};
    certlife_error *err = NULL;
    assert_int_equal(
        certlife_profile_parse("profile = webfb\nissued notice = user\ne-mail = 30, 14, 10\n", &parts.profile, &err),
        0);
    assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, &err), 0);
    struct late_issuer *late = late_issuer_open(parts.crypto, &parts.issuer);
    struct world *w = world_with(parts);
    assert_sends(w, "issued keir001");
    late->on_issue = late->on_poll = ANSWERS_LATER;
    at(w, "2027-03-02 08:00:00");
    assert_refused(w, renews(w, MASTER), "R-OBT-6", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
    assert_falls_due(w, DAY_30, "expiry keir001 30");
    late->on_poll = ANSWERS_AT_ONCE;
    at(w, "2027-03-10 17:00:00");
    assert_allowed(w, gets_again(w, MASTER));
    assert_falls_due(w, "2027-03-11 09:00:00", "issued keir001");
    assert_falls_due(w, "2027-03-18 09:00:00", "expiry keir001 14 waits");
    assert_allowed(w, logs_in(w, MASTER));
    assert_nothing_due(w);
    assert_next_due(w, "2028-02-01 09:00:00"); /* a year from the order */
    ends(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_not_7_issued),
        cmocka_unit_test(test_r_not_7_issued_says),
        cmocka_unit_test(test_r_not_7_issued_is_void),
        cmocka_unit_test(test_r_not_7_reissued),
        cmocka_unit_test(test_r_not_7_reissued_is_void),
        cmocka_unit_test(test_r_not_7_revoked),
        cmocka_unit_test(test_r_not_7_revoked_is_void),
        cmocka_unit_test(test_r_not_7_revoked_once),
        cmocka_unit_test(test_r_not_7_master_once),
        cmocka_unit_test(test_r_not_7_expired),
        cmocka_unit_test(test_r_not_7_expired_is_void),
        cmocka_unit_test(test_r_not_7_expired_unconfirmed),
        cmocka_unit_test(test_r_not_7_obtain_by),
        cmocka_unit_test(test_r_not_7_obtain_by_is_void),
        cmocka_unit_test(test_r_not_7_obtain_by_authorised_again),
        cmocka_unit_test(test_r_all_16_obtain_by),
        cmocka_unit_test(test_r_obt_6_notices_while_issuing),
        cmocka_unit_test(test_r_obt_6_notices_while_renewing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
