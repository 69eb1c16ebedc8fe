/* SPDX-License-Identifier: Apache-2.0 */
/* Where notices meet what happens in between: repeated answers, new addresses, reissues that nobody uses, full stores. */
#include "acts/ledger.h"
#include "notices.h"
#include "reconcile.h"

/* An answer that is said again takes nothing from another worker, who has the next notice by now. */
static void test_r_not_5_said_again(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "e-mail = 30");
    struct mailer a = MAILER(w, "a"), b = MAILER(w, "b"), c = MAILER(w, "c");
    at(w, "2027-03-25 09:00:00");
    assert_claims(&a, "expiry keir002 7");
    done(&a);
    chooses(w, "e-mail", "30, 10");
    assert_claims(&b, "expiry keir002 7");
    done(&a);
    assert_claims(&c, "");
    gives_back(&a, "said again");
    assert_claims(&c, "");
    done(&b);
    forgets(&a);
    forgets(&b);
    forgets(&c);
    ends(w);
}

/* What failed at an old address is tried at the new one, however often it has failed. */
static void test_r_not_1_new_address_while_in_hand(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "notice attempts = 1");
    struct mailer mailer = MAILER(w, "mailer");
    at(w, "2027-03-02 09:00:00");
    assert_claims(&mailer, "expiry keir002 30");
    moves_to(w, "keir002", "new@example.jp");
    gives_back(&mailer, "550 no such mailbox");
    forgets(&mailer);
    assert_parked(w, "");
    assert_claims_at(&mailer, "2027-03-02 09:05:00", "expiry keir002 30");
    moves_to(w, "keir002", "newer@example.jp");
    gives_back(&mailer, NULL);
    forgets(&mailer);
    assert_sends(w, "expiry keir002 30");
    ends(w);
}

/* To have no address any more is not to have a new one. */
static void test_r_not_1_address_removed(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "notice attempts = 1");
    struct mailer mailer = MAILER(w, "mailer");
    at(w, "2027-03-02 09:00:00");
    assert_claims(&mailer, "expiry keir002 30");
    gives_back(&mailer, "550 no such mailbox");
    forgets(&mailer);
    moves_to(w, "keir002", "");
    assert_nothing_due(w);
    assert_parked(w, "parked expiry keir002 2027-03-02 09:00:00");
    ends(w);
}

/* The number of attempts is lowered: what is parked says why it was given back last. */
static void test_r_not_5_cause_of_parking(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "");
    struct mailer mailer = MAILER(w, "mailer");
    certlife_notice_page *page = NULL;
    at(w, "2027-03-02 09:00:00");
    assert_claims(&mailer, "expiry keir002 30");
    gives_back(&mailer, "550 no such mailbox");
    forgets(&mailer);
    chooses(w, "notice attempts", "1");
    at(w, "2027-03-02 10:00:00");
    assert_nothing_due(w);
    assert_allowed(w, certlife_notice_parked(w->bank, actor(w, "system"), NULL, 10, &page, w->decision, &w->err));
    assert_int_equal(certlife_notice_page_count(page), 1);
    assert_string_equal(certlife_notice_cause(certlife_notice_page_at(page, 0)), "550 no such mailbox");
    certlife_notice_page_free(page);
    ends(w);
}

/* A reissue that was never used, where the old certificate goes on: it withdraws the old one's notices (R-NOT-4), not those
 * of the one that renews it. */
static void test_r_not_4_reissue_that_lapsed(void **state)
{
    (void)state;
    struct world *w =
        world_of_one("webfb", "old at reissue = until the new one is obtained\nobtain by = 7\nrevoked notice = none");
    at(w, "2026-06-01 12:00:00");
    assert_allowed(w, reissues(w, "branch", "keir002"));
    at(w, "2027-03-02 09:00:00");
    assert_nothing_due(w);
    assert_on_screen(w, "keir002", "30");
    assert_allowed(w, renews(w, "keir002"));
    assert_allowed(w, confirms(w, "keir002"));
    assert_falls_due(w, "2028-02-01 09:00:00", "expiry keir002 30");
    ends(w);
}

/* Reissued twice in one second: one authorisation, told of once. */
static void test_r_not_7_reissued_twice_in_a_second(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "reissued notice = user");
    struct mailer a = MAILER(w, "a"), b = MAILER(w, "b");
    assert_nothing_due(w);
    at(w, "2026-05-01 12:00:00");
    assert_allowed(w, reissues(w, "branch", "keir002"));
    assert_claims(&a, "reissued keir002");
    assert_allowed(w, reissues(w, "branch", "keir002"));
    assert_claims(&b, "");
    done(&a);
    forgets(&a);
    forgets(&b);
    ends(w);
}

/* What was sent about one authorisation says nothing of a later one. */
static void test_r_usr_5_list_of_an_earlier_authorisation(void **state)
{
    (void)state;
    struct world *w = world_choosing("webfb", "obtain by = 10\nobtain-by notice = 5\nreissued notice = user");
    certlife_notice_page *page = NULL;
    assert_allowed(w, adds(w, "branch", "keir002"));
    moves_to(w, "keir002", "user@example.co.jp");
    at(w, "2026-04-08 12:00:00");
    assert_sends(w, "obtain by keir002 3");
    at(w, "2026-05-01 12:00:00");
    assert_allowed(w, authorises(w, "branch", "keir002"));
    assert_allowed(w,
                   certlife_notice_list(w->bank, actor(w, "branch"), COMPANY, "keir002", &page, w->decision, &w->err));
    assert_int_equal(certlife_notice_page_count(page), 2);
    for (size_t i = 0; i < 2; i++) {
        const certlife_notice *notice = certlife_notice_page_at(page, i);
        bool sent = certlife_notice_state_of(notice) == CERTLIFE_NOTICE_SENT;
        assert_int_equal(certlife_notice_obtain_by(notice), sent ? 0 : moment("2026-05-11 23:59:59"));
    }
    certlife_notice_page_free(page);
    ends(w);
}

/* Suspended (no act sets it yet): notices wait, what happens meanwhile included, and are not lost. */

static int set_suspended(struct txn *txn, void *payload, certlife_error **err)
{
    struct world *w = payload;
    struct user user;
    struct contract contract;
    bool found = false;
    if (certlife__user_get(txn, COMPANY, "keir002", &user, &found, err) < 0 ||
        certlife__contract_get(txn, COMPANY, &contract, &found, err) < 0)
        return -1;
    user.suspended = !user.suspended;
    const struct ledger ledger = {txn, (const struct certlife_profile *)w->profile, &contract, w->now};
    int rc = certlife__user_put(txn, &user, err);
    return rc < 0 ? rc : certlife__plan_user(&ledger, &user, err);
}

static void suspends_or_resumes(struct world *w)
{
    assert_int_equal(certlife__store_update(w->store, CERTLIFE_STORE_WRITE, set_suspended, w, &w->err), 0);
}

static void test_r_usr_9_notices_wait(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "revoked notice = user");
    assert_sends(w, "revoked keir001");
    at(w, "2027-03-05 12:00:00");
    assert_sends(w, "expiry keir002 27");
    suspends_or_resumes(w);
    at(w, "2027-03-23 12:00:00");
    assert_nothing_due(w);
    assert_on_screen(w, "keir002", "");
    suspends_or_resumes(w);
    assert_sends(w, "expiry keir002 9"); /* and not '30' again */
    suspends_or_resumes(w);
    assert_allowed(w, revokes(w, "branch", "keir002"));
    assert_nothing_due(w);
    suspends_or_resumes(w);
    assert_sends(w, "revoked keir002");
    ends(w);
}

/* A store with no room for another notice in the queue. */

static certlife_store *roomy;
static bool is_full;

static int put_where_room(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t *value,
                          size_t value_len, certlife_error **err)
{
    if (is_full && key[0] == 'N')
        return CERTLIFE_E_STORE_FULL;
    return certlife__store_class(roomy)->put(self, txn, key, key_len, value, value_len, err);
}

/* That nobody can be told of it stops no revocation (R-REV-5). */
static void test_r_rev_5_full_of_notices(void **state)
{
    (void)state;
    struct world_parts parts = {0};
    certlife_error *err = NULL;
    assert_int_equal(certlife_profile_parse("profile = webfb\nrevoked notice = user\n", &parts.profile, &err), 0);
    assert_int_equal(certlife_store_new_memory(&roomy, &err), 0);
    certlife_store_class class = *certlife__store_class(roomy);
    class.put = put_where_room;
    class.free = NULL;
    assert_int_equal(certlife_store_new(&class, certlife__store_self(roomy), &parts.store, &err), 0);
    struct world *w = world_with(parts);
    has_certificate(w, "keir002");
    has_certificate(w, "keir003");
    is_full = true;
    assert_allowed(w, revokes(w, "branch", "keir002"));
    assert_refused(w, logs_in(w, "keir002"), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
    is_full = false;
    assert_allowed(w, revokes(w, "branch", "keir003"));
    assert_sends(w, "revoked keir003");
    ends(w);
    certlife_store_close(roomy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_not_5_said_again),
        cmocka_unit_test(test_r_not_1_new_address_while_in_hand),
        cmocka_unit_test(test_r_not_1_address_removed),
        cmocka_unit_test(test_r_not_5_cause_of_parking),
        cmocka_unit_test(test_r_not_4_reissue_that_lapsed),
        cmocka_unit_test(test_r_not_7_reissued_twice_in_a_second),
        cmocka_unit_test(test_r_usr_5_list_of_an_earlier_authorisation),
        cmocka_unit_test(test_r_usr_9_notices_wait),
        cmocka_unit_test(test_r_rev_5_full_of_notices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
