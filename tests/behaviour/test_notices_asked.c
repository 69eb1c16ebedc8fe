/* SPDX-License-Identifier: Apache-2.0 */
/* Who may ask about notices and run them (R-ALL-13, R-USR-5, R-ALL-12), with which values, and with which clock
 * (R-TIM-3). keir002's certificate expires at the end of Thursday, 2027-04-01. */
#include "notices.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY_30 "2027-03-02 09:00:00"
#define DAY_10 "2027-03-22 09:00:00"
#define OTHER "0010000002"

#define assert_system_only(w, call)                                                                                    \
    assert_refused((w), (call), "R-ALL-13", CERTLIFE_CODE_SYSTEM_ONLY, CERTLIFE_WAY_NONE)

/* The system runs notices; nobody else does. What is refused changes nothing. */
static void test_r_all_13_system_runs_notices(void **state)
{
    (void)state;
    static const char *const others[] = {MASTER, "keir002", "branch"};
    struct world *w = world_choosing("webfb", "notice attempts = 1");
    has_certificate(w, "keir002");
    has_certificate(w, "keir003");
    struct mailer mailer = MAILER(w, "mailer");
    certlife_notice_page *parked = NULL, *page = NULL;
    int64_t next = -1;
    at(w, DAY_30);
    mailer.limit = 1;
    assert_claims(&mailer, "expiry keir001 30");
    gives_back(&mailer, "451 try again later");
    assert_allowed(w, certlife_notice_parked(w->bank, actor(w, "system"), NULL, 1, &parked, w->decision, &w->err));
    assert_claims(&mailer, "expiry keir002 30");
    for (size_t i = 0; i < COUNT(others); i++) {
        const char *by = others[i];
        const certlife_notice *notice = held(&mailer, 0);
        assert_system_only(w,
                           certlife_notice_claim(w->bank, actor(w, by), "mailer", 1, 600, &page, w->decision, &w->err));
        assert_system_only(w, certlife_notice_done(w->bank, actor(w, by), notice, w->decision, &w->err));
        assert_system_only(w, certlife_notice_give_back(w->bank, actor(w, by), notice, NULL, w->decision, &w->err));
        assert_system_only(w, certlife_notice_next_due(w->bank, actor(w, by), &next, w->decision, &w->err));
        assert_system_only(w, certlife_notice_parked(w->bank, actor(w, by), NULL, 1, &page, w->decision, &w->err));
        assert_system_only(
            w, certlife_notice_retry(w->bank, actor(w, by), certlife_notice_page_at(parked, 0), w->decision, &w->err));
        assert_null(page);
        assert_int_equal(next, -1);
    }
    certlife_notice_page_free(parked);
    assert_refused(w, certlife_notice_claim(w->bank, actor(w, "nobody"), "mailer", 1, 600, &page, w->decision, &w->err),
                   "R-ALL-12", CERTLIFE_CODE_UNKNOWN, CERTLIFE_WAY_NONE);
    assert_null(page);
    assert_parked(w, "parked expiry keir001 " DAY_30);
    assert_sends(w, "expiry keir003 30"); /* keir002's is in hand */
    done(&mailer);
    assert_listed(w, "keir002", "sent expiry keir002 " DAY_30 "; planned expiry keir002 " DAY_10);
    forgets(&mailer);
    ends(w);
}

/* Nor can anybody else be told that they could. */
static void test_r_all_13_could_run_notices(void **state)
{
    (void)state;
    struct world *w = world_choosing("webfb", "");
    assert_system_only(
        w, certlife_decide(w->bank, actor(w, MASTER), CERTLIFE_ACT_NOTICE_RUN, COMPANY, MASTER, w->decision, &w->err));
    assert_system_only(w, certlife_decide(w->bank, actor(w, "branch"), CERTLIFE_ACT_NOTICE_RUN, COMPANY, MASTER,
                                          w->decision, &w->err));
    assert_allowed(w, certlife_decide(w->bank, actor(w, "system"), CERTLIFE_ACT_NOTICE_RUN, COMPANY, MASTER,
                                      w->decision, &w->err));
    ends(w);
}

static int lists(struct world *w, const char *by, const char *company, const char *user)
{
    certlife_notice_page *page = NULL;
    int rc = certlife_notice_list(w->bank, actor(w, by), company, user, &page, w->decision, &w->err);
    assert_true((rc == CERTLIFE_ALLOWED) == (page != NULL));
    certlife_notice_page_free(page);
    return rc;
}

static int shows_on_screen(struct world *w, const char *by, const char *company, const char *user)
{
    certlife_notice *notice = NULL;
    int rc = certlife_notice_on_screen(w->bank, actor(w, by), company, user, &notice, w->decision, &w->err);
    assert_true((rc == CERTLIFE_ALLOWED) == (notice != NULL));
    certlife_notice_free(notice);
    return rc;
}

/* The master user sees the notices about the contract's users; general users see their own. Another company's users are
 * unknown. */
static void test_r_usr_5_who_sees_notices(void **state)
{
    (void)state;
    static int (*const looks[])(struct world * w, const char *by, const char *company,
                                const char *user) = {lists, shows_on_screen};
    static const char *const sees_all[] = {MASTER, "branch", "system"};
    struct world *w = world_choosing("webfb", "");
    has_certificate(w, "keir002");
    has_certificate(w, "keir003");
    assert_allowed(w, registers(w, "branch", OTHER, "tanaka"));
    w->company = OTHER;
    assert_allowed(w, applies(w, "branch"));
    assert_allowed(w, authorises(w, "branch", "tanaka"));
    assert_allowed(w, obtains(w, "tanaka"));
    at(w, DAY_30);
    for (size_t i = 0; i < COUNT(looks); i++) {
        w->company = COMPANY;
        for (size_t by = 0; by < COUNT(sees_all); by++) {
            assert_allowed(w, looks[i](w, sees_all[by], COMPANY, "keir002"));
            assert_allowed(w, looks[i](w, sees_all[by], COMPANY, MASTER));
            assert_refused(w, looks[i](w, sees_all[by], COMPANY, "nobody"), "R-ALL-12", CERTLIFE_CODE_UNKNOWN,
                           CERTLIFE_WAY_NONE);
        }
        assert_allowed(w, looks[i](w, "keir002", COMPANY, "keir002"));
        assert_refused(w, looks[i](w, "keir002", COMPANY, "keir003"), "R-USR-5", CERTLIFE_CODE_OWN_ONLY,
                       CERTLIFE_WAY_ASK_MASTER);
        assert_refused(w, looks[i](w, "keir002", COMPANY, MASTER), "R-USR-5", CERTLIFE_CODE_OWN_ONLY,
                       CERTLIFE_WAY_ASK_MASTER);
        assert_refused(w, looks[i](w, "keir002", COMPANY, "nobody"), "R-USR-5", CERTLIFE_CODE_OWN_ONLY,
                       CERTLIFE_WAY_ASK_MASTER);
        assert_refused(w, looks[i](w, MASTER, OTHER, "tanaka"), "R-ALL-12", CERTLIFE_CODE_UNKNOWN, CERTLIFE_WAY_NONE);
        assert_refused(w, looks[i](w, "branch", "0010000003", "tanaka"), "R-ALL-12", CERTLIFE_CODE_UNKNOWN,
                       CERTLIFE_WAY_NONE);
        w->company = OTHER;
        assert_allowed(w, looks[i](w, "tanaka", OTHER, "tanaka"));
        assert_refused(w, looks[i](w, "tanaka", COMPANY, "keir002"), "R-ALL-12", CERTLIFE_CODE_UNKNOWN,
                       CERTLIFE_WAY_NONE);
    }
    w->company = COMPANY;
    ends(w);
}

/* All notices about one user, and nobody else's: planned, parked and sent. */
static void test_r_usr_5_the_list(void **state)
{
    (void)state;
    struct world *w = world_choosing("webfb", "e-mail to = user, master\nnotice attempts = 1");
    struct mailer mailer = MAILER(w, "mailer");
    certlife_notice_page *page = NULL;
    has_certificate(w, "keir002");
    has_user(w, "keir0021");
    assert_listed(w, "keir002", "planned expiry keir002 " DAY_30 "; planned expiry keir002 to master " DAY_30);
    assert_listed(w, "keir0021", "");
    moves_to(w, "keir002", "");
    at(w, DAY_30);
    assert_sends(w, "expiry keir001 30; expiry keir002 to master 30");
    assert_listed(w, "keir002",
                  "parked expiry keir002 " DAY_30 "; planned expiry keir002 " DAY_10
                  "; sent expiry keir002 to master " DAY_30 "; planned expiry keir002 to master " DAY_10);
    assert_allowed(w,
                   certlife_notice_list(w->bank, actor(w, "keir002"), COMPANY, "keir002", &page, w->decision, &w->err));
    for (size_t i = 0; i < certlife_notice_page_count(page); i++) {
        const certlife_notice *notice = certlife_notice_page_at(page, i);
        bool parked = certlife_notice_state_of(notice) == CERTLIFE_NOTICE_PARKED;
        bool sent = certlife_notice_state_of(notice) == CERTLIFE_NOTICE_SENT;
        bool to_master = certlife_notice_addressee_of(notice) == CERTLIFE_ADDRESSEE_MASTER;
        assert_string_equal(certlife_notice_user(notice), "keir002");
        assert_string_equal(certlife_notice_email(notice), to_master ? "keiri@example.co.jp" : "");
        assert_int_equal(certlife_notice_cause(notice)[0] != '\0', parked);
        assert_int_equal(certlife_notice_attempts(notice), sent ? 1 : 0);
        assert_string_equal(certlife_notice_serial(notice), held_serial(w, "keir002"));
        if (sent)
            assert_int_equal(certlife_notice_due(notice), moment(DAY_30));
    }
    certlife_notice_page_free(page);
    assert_allowed(w, deletes(w, MASTER, "keir002"));
    assert_listed(w, "keir002", "sent expiry keir002 to master " DAY_30); /* what was said was said */
    forgets(&mailer);
    ends(w);
}

/* A malformed call fails and changes nothing. */
static void test_r_not_5_values_of_a_claim(void **state)
{
    (void)state;
    static const struct {
        const char *worker;
        int32_t limit, lease;
    } rows[] = {
        {"mailer", 0, 600},   {"mailer", 1001, 600}, {"mailer", -1, 600}, {"mailer", 1, 0},
        {"mailer", 1, 86401}, {"", 1, 600},          {NULL, 1, 600},
    };
    struct world *w = world_of_one("webfb", "");
    struct mailer mailer = MAILER(w, "mailer");
    certlife_notice_page *page = NULL;
    at(w, DAY_30);
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_failed(w,
                      certlife_notice_claim(w->bank, actor(w, "system"), rows[i].worker, rows[i].limit, rows[i].lease,
                                            &page, w->decision, &w->err),
                      CERTLIFE_E_INVALID);
        assert_null(page);
    }
    mailer.limit = 1000;
    mailer.lease = 86400;
    assert_claims(&mailer, "expiry keir002 30");
    assert_failed(w, certlife_notice_retry(w->bank, actor(w, "system"), held(&mailer, 0), w->decision, &w->err),
                  CERTLIFE_E_INVALID);
    assert_allowed(w,
                   certlife_notice_list(w->bank, actor(w, "branch"), COMPANY, "keir002", &page, w->decision, &w->err));
    const certlife_notice *listed = certlife_notice_page_at(page, 0);
    assert_failed(w, certlife_notice_done(w->bank, actor(w, "system"), listed, w->decision, &w->err),
                  CERTLIFE_E_INVALID);
    assert_failed(w, certlife_notice_give_back(w->bank, actor(w, "system"), listed, NULL, w->decision, &w->err),
                  CERTLIFE_E_INVALID);
    assert_failed(w, certlife_notice_give_back(w->bank, actor(w, "system"), held(&mailer, 0), "", w->decision, &w->err),
                  CERTLIFE_E_INVALID);
    certlife_notice_page_free(page);
    done(&mailer);
    forgets(&mailer);
    ends(w);
}

/* When a worker should claim next: not before now, in the sending hours. Acts bring it forward. */
static void test_r_not_6_next_due(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "issued notice = user");
    assert_sends(w, "issued keir002");
    assert_next_due(w, DAY_30);
    at(w, "2026-05-01 18:00:00");
    assert_allowed(w, adds(w, "branch", "keir003"));
    assert_allowed(w, obtains(w, "keir003"));
    assert_next_due(w, "2026-05-02 09:00:00");
    assert_falls_due(w, "2026-05-02 09:00:00", "issued keir003");
    assert_next_due(w, DAY_30);
    at(w, "2027-03-02 16:59:59");
    assert_next_due(w, "2027-03-02 16:59:59"); /* overdue */
    w->now++;
    assert_next_due(w, "2027-03-03 09:00:00");
    assert_allowed(w, revokes(w, "branch", "keir002"));
    assert_next_due(w, "2027-04-01 09:00:00");
    assert_allowed(w, revokes(w, "branch", "keir003"));
    assert_next_due(w, NULL);
    ends(w);
}

/* A clock behind the latest change: what would change something fails beyond a tolerance of some seconds, and changes
 * nothing; questions are answered as of the remembered moment. */
static void test_r_tim_3_clock_behind(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "");
    struct mailer mailer = MAILER(w, "mailer"), other = MAILER(w, "other");
    certlife_notice_page *page = NULL;
    assert_nothing_due(w);
    at(w, "2027-03-02 10:00:00");
    assert_allowed(w, adds(w, "branch", "keir003")); /* is remembered */
    at(w, "2027-03-02 09:59:54");
    assert_failed(w,
                  certlife_notice_claim(w->bank, actor(w, "system"), "mailer", 100, 600, &page, w->decision, &w->err),
                  CERTLIFE_E_CLOCK);
    assert_null(page);
    at(w, "2027-02-01 12:00:00");
    assert_failed(w,
                  certlife_notice_claim(w->bank, actor(w, "system"), "mailer", 100, 600, &page, w->decision, &w->err),
                  CERTLIFE_E_CLOCK);
    assert_null(page);
    assert_next_due(w, "2027-03-02 10:00:00");
    assert_on_screen(w, "keir002", "30");

    at(w, "2027-03-02 10:00:00");
    assert_claims(&mailer, "expiry keir002 30"); /* nothing was handed out */
    w->now -= 6;
    assert_failed(w, certlife_notice_done(w->bank, actor(w, "system"), held(&mailer, 0), w->decision, &w->err),
                  CERTLIFE_E_CLOCK);
    assert_failed(w,
                  certlife_notice_give_back(w->bank, actor(w, "system"), held(&mailer, 0), NULL, w->decision, &w->err),
                  CERTLIFE_E_CLOCK);
    w->now++; /* within the tolerance it is the remembered moment */
    gives_back(&mailer, NULL);
    w->now += 5;
    assert_claims(&mailer, "expiry keir002 30");
    assert_int_equal(certlife_notice_attempts(held(&mailer, 0)), 1);
    w->now -= 5;
    done(&mailer);
    assert_claims(&other, "");
    assert_listed(w, "keir002", "sent expiry keir002 2027-03-02 10:00:00; planned expiry keir002 " DAY_10);
    forgets(&mailer);
    forgets(&other);
    ends(w);
}

/* A clock set back does not hand out again what somebody has. */
static void test_r_tim_3_leases_stand(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "");
    struct mailer mailer = MAILER(w, "mailer"), other = MAILER(w, "other");
    at(w, DAY_30);
    assert_claims(&mailer, "expiry keir002 30");
    at(w, "2027-03-01 12:00:00");
    assert_claims(&other, "");
    assert_next_due(w, "2027-03-02 09:10:00");
    assert_claims_at(&other, "2027-03-02 09:10:00", "expiry keir002 30");
    forgets(&mailer);
    forgets(&other);
    ends(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_all_13_system_runs_notices), cmocka_unit_test(test_r_all_13_could_run_notices),
        cmocka_unit_test(test_r_usr_5_who_sees_notices),     cmocka_unit_test(test_r_usr_5_the_list),
        cmocka_unit_test(test_r_not_5_values_of_a_claim),    cmocka_unit_test(test_r_not_6_next_due),
        cmocka_unit_test(test_r_tim_3_clock_behind),         cmocka_unit_test(test_r_tim_3_leases_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
