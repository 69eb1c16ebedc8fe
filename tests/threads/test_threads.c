/* SPDX-License-Identifier: Apache-2.0 */
/* Many threads on one institution, whose store is LMDB. */
#include <stdatomic.h>

#include "crowd.h"
#include "reconcile.h"

static void has_confirmed(struct world *w, const char *user, int request)
{
    has_user(w, user);
    assert_allowed(w, obtains_with(w, user, request));
    assert_allowed(w, confirms(w, user));
}

static int sum_allowed(const struct member found[CROWD])
{
    int sum = 0;
    for (int i = 0; i < CROWD; i++)
        sum += found[i].allowed;
    return sum;
}

/* ---- adding ---- */

static void add_ten(struct member *me)
{
    certlife_actor branch = staff();
    for (int i = 0; i < 10; i++) {
        char user[32];
        snprintf(user, sizeof user, "user%02d-%d", me->index, i);
        note(me, certlife_user_add(me->w->bank, &branch, COMPANY, user, CERTLIFE_PERMISSION_OPERATOR, "", me->decision,
                                   &me->err));
        me->wrong += me->rc == CERTLIFE_REFUSED && me->code != CERTLIFE_CODE_CONTRACT_FULL;
    }
}

/* A contract holds at most 100: 1 master user, 99 general users. The limit holds under concurrent requests. */
static void test_r_usr_2_limit_under_concurrent_adding(void **state)
{
    (void)state;
    struct lmdb_world lw = lmdb_world_new("webfb");
    struct member found[CROWD];
    certlife_contract *contract = NULL;
    crowd_runs(lw.w, NULL, add_ten, found);
    assert_int_equal(sum_allowed(found), 99);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(found[i].wrong, 0);
    certlife_actor branch = staff();
    assert_int_equal(certlife_contract_get(lw.w->bank, &branch, COMPANY, &contract, NULL, NULL), CERTLIFE_ALLOWED);
    assert_int_equal(certlife_contract_users(contract), 100);
    certlife_contract_free(contract);
    reconcile(lw.w);
    lmdb_world_free(&lw);
}

/* ---- obtaining ---- */

static void obtain_with_own_key(struct member *me)
{
    certlife_actor user = person("keir002");
    const int *first = me->shared;
    certlife_request request = asked_with(*first + me->index);
    certlife_certificate *out = NULL;
    note(me, certlife_obtain(me->w->bank, &user, COMPANY, "keir002", &request, &out, me->decision, &me->err));
    certlife_certificate_free(out);
}

/* Two requests for one user at the same moment, on any threads, give one certificate. */
static void test_r_iss_4_sixteen_keys_one_certificate(void **state)
{
    (void)state;
    struct lmdb_world lw = lmdb_world_new("kumiai");
    has_user(lw.w, "keir002");
    for (int round = 1; round <= 3; round++) {
        struct member found[CROWD];
        int first = 1 + (round - 1) * CROWD;
        crowd_runs(lw.w, &first, obtain_with_own_key, found);
        assert_int_equal(sum_allowed(found), 1);
        for (int i = 0; i < CROWD; i++)
            assert_true(found[i].rc == CERTLIFE_ALLOWED || found[i].code == CERTLIFE_CODE_UNCONFIRMED);
        assert_int_equal(history_count(lw.w, "keir002"), round);
        reconcile(lw.w);
        with_confirmation(lw.w);
        assert_allowed(lw.w, revokes(lw.w, MASTER, "keir002")); /* in this profile that re-opens obtaining */
    }
    lmdb_world_free(&lw);
}

static void add_under_one_key(struct member *me)
{
    certlife_actor branch = staff();
    branch.idempotency_key = "add-1";
    note(me, certlife_user_add(me->w->bank, &branch, COMPANY, "keir002", CERTLIFE_PERMISSION_OPERATOR, "", me->decision,
                               &me->err));
}

static void obtain_under_one_key(struct member *me)
{
    certlife_actor user = person("keir002");
    certlife_request request = asked_with(1);
    certlife_certificate *out = NULL;
    user.idempotency_key = "obtain-1";
    note(me, certlife_obtain(me->w->bank, &user, COMPANY, "keir002", &request, &out, me->decision, &me->err));
    snprintf(me->serial, sizeof me->serial, "%s", certlife_certificate_serial(out));
    certlife_certificate_free(out);
}

/* A repeated request (same idempotency key) gets the first answer again. */
static void test_r_iss_3_one_idempotency_key(void **state)
{
    (void)state;
    struct lmdb_world lw = lmdb_world_new("webfb");
    struct member found[CROWD];
    crowd_runs(lw.w, NULL, add_under_one_key, found);
    assert_int_equal(sum_allowed(found), CROWD);
    crowd_runs(lw.w, NULL, obtain_under_one_key, found);
    assert_int_equal(sum_allowed(found), CROWD);
    for (int i = 0; i < CROWD; i++)
        assert_string_equal(found[i].serial, found[0].serial);
    assert_true(found[0].serial[0] != '\0');
    assert_int_equal(history_count(lw.w, "keir002"), 1);
    reconcile(lw.w);
    lmdb_world_free(&lw);
}

/* ---- renewing and revoking ---- */

struct race {
    const char *user;
    int renewals; /* that the revocation waits for */
    atomic_int renewed;
    int first_request;
    const uint8_t *der;
    size_t len;
};

/* One revokes, at once or when some have renewed; the others renew, with two keys. */
static void renew_or_revoke(struct member *me)
{
    struct race *race = me->shared;
    certlife_actor branch = staff(), user = person_with(race->user, race->der, race->len);
    certlife_certificate *out = NULL;
    if (me->index == 0) {
        while (atomic_load(&race->renewed) < race->renewals)
            ;
        note(me, certlife_revoke(me->w->bank, &branch, COMPANY, race->user, 0, me->decision, &me->err));
        return;
    }
    certlife_request request = asked_with(race->first_request + me->index % 2);
    note(me, certlife_renew(me->w->bank, &user, COMPANY, race->user, &request, &out, me->decision, &me->err));
    atomic_fetch_add(&race->renewed, 1);
    certlife_certificate_free(out);
}

/* A renewal never overwrites a revocation. */
static void test_r_iss_4_renewal_and_revocation(void **state)
{
    (void)state;
    enum { ROUNDS = 8 };
    static const char *const users[ROUNDS] = {"keir011", "keir012", "keir013", "keir014",
                                              "keir015", "keir016", "keir017", "keir018"};
    struct lmdb_world lw = lmdb_world_new("webfb");
    for (int i = 0; i < ROUNDS; i++)
        has_confirmed(lw.w, users[i], 1 + 3 * i);
    at(lw.w, "2027-03-15 10:00:00");
    for (int i = 0; i < ROUNDS; i++) {
        struct member found[CROWD];
        struct race race = {.user = users[i], .renewals = 2 * i, .first_request = 2 + 3 * i};
        race.len = holds(lw.w, users[i], &race.der);
        crowd_runs(lw.w, &race, renew_or_revoke, found);
        assert_int_equal(found[0].rc, CERTLIFE_ALLOWED);
        assert_status(lw.w, users[i], CERTLIFE_STATUS_REVOKED);
        certlife_certificate_page *page = NULL;
        history_at(lw.w, users[i], 0, &page);
        for (size_t n = 0; n < certlife_certificate_page_count(page); n++)
            assert_int_equal(certlife_certificate_state_of(certlife_certificate_page_at(page, n)),
                             CERTLIFE_CERTIFICATE_REVOKED);
        certlife_certificate_page_free(page);
        reconcile(lw.w);
    }
    lmdb_world_free(&lw);
}

/* ---- logging in ---- */

struct ending {
    const uint8_t *der;
    size_t len;
    atomic_int inside; /* who has logged in at least once */
    atomic_bool revoked;
};

static void log_in_until_revoked(struct member *me)
{
    struct ending *ending = me->shared;
    certlife_actor branch = staff(), user = person_with("keir002", ending->der, ending->len);
    if (me->index == 0) {
        while (atomic_load(&ending->inside) < CROWD - 1)
            ;
        note(me, certlife_revoke(me->w->bank, &branch, COMPANY, "keir002", 0, me->decision, &me->err));
        atomic_store(&ending->revoked, true);
        return;
    }
    for (int more = 5; more > 0;) {
        bool revoked = atomic_load(&ending->revoked);
        certlife_login_mode mode = me->index % 2 != 0 ? CERTLIFE_LOGIN_LOOK : CERTLIFE_LOGIN_RECORD;
        int rc = note(me, certlife_login_check(me->w->bank, &user, mode, NULL, me->decision, &me->err));
        bool first = me->allowed == 1 && me->refused == 0 && rc == CERTLIFE_ALLOWED;
        me->wrong += (revoked && rc != CERTLIFE_REFUSED) || rc < 0;
        more -= revoked || rc < 0;
        if (first)
            atomic_fetch_add(&ending->inside, 1);
    }
}

/* From the moment the call returns, no login with that certificate succeeds. */
static void test_r_rev_5_no_login_after_revocation(void **state)
{
    (void)state;
    struct lmdb_world lw = lmdb_world_new("webfb");
    struct member found[CROWD];
    struct ending ending = {.inside = 0};
    has_confirmed(lw.w, "keir002", 1);
    ending.len = holds(lw.w, "keir002", &ending.der);
    crowd_runs(lw.w, &ending, log_in_until_revoked, found);
    assert_int_equal(found[0].rc, CERTLIFE_ALLOWED);
    for (int i = 1; i < CROWD; i++) {
        assert_int_equal(found[i].wrong, 0);
        assert_true(found[i].allowed >= 1 && found[i].refused >= 5);
    }
    reconcile(lw.w);
    lmdb_world_free(&lw);
}

static void log_in_first(struct member *me)
{
    const struct ending *ending = me->shared;
    certlife_actor user = person_with("keir002", ending->der, ending->len);
    certlife_login *login = certlife_login_new();
    note(me, certlife_login_check(me->w->bank, &user, CERTLIFE_LOGIN_RECORD, login, me->decision, &me->err));
    me->wrong = certlife_login_confirmed(login);
    certlife_login_free(login);
}

/* The first login confirms, and only one of many at once is the first. */
static void test_r_ren_6_first_login_of_many(void **state)
{
    (void)state;
    struct lmdb_world lw = lmdb_world_new("webfb");
    struct member found[CROWD];
    struct ending ending = {.inside = 0};
    int confirmed = 0;
    has_obtained(lw.w, "keir002");
    ending.len = holds(lw.w, "keir002", &ending.der);
    crowd_runs(lw.w, &ending, log_in_first, found);
    assert_int_equal(sum_allowed(found), CROWD);
    for (int i = 0; i < CROWD; i++)
        confirmed += found[i].wrong;
    assert_int_equal(confirmed, 1);
    reconcile(lw.w);
    lmdb_world_free(&lw);
}

/* ---- reading while others write ---- */

/* Users are only added: a list is in order, and never shorter than the one before. */
static bool list_grows(struct member *me, size_t *last)
{
    certlife_actor branch = staff();
    certlife_user_page *page = NULL;
    if (note(me, certlife_user_list(me->w->bank, &branch, COMPANY, NULL, 1000, &page, me->decision, &me->err)) != 0)
        return false;
    size_t count = certlife_user_page_count(page);
    bool good = count >= *last;
    for (size_t i = 1; i < count; i++)
        good = good && strcmp(certlife_user_id(certlife_user_page_at(page, i - 1)),
                              certlife_user_id(certlife_user_page_at(page, i))) < 0;
    *last = count;
    certlife_user_page_free(page);
    return good;
}

static bool history_reads(struct member *me)
{
    certlife_actor branch = staff();
    certlife_certificate_page *page = NULL;
    int rc = certlife_user_history(me->w->bank, &branch, COMPANY, MASTER, NULL, 100, &page, me->decision, &me->err);
    bool good = note(me, rc) == CERTLIFE_ALLOWED && certlife_certificate_page_count(page) == 1;
    certlife_certificate_page_free(page);
    return good;
}

static void read_or_add(struct member *me)
{
    size_t last = 0;
    atomic_int *writers = me->shared;
    if (me->index < 2) {
        add_ten(me);
        atomic_fetch_sub(writers, 1);
        return;
    }
    for (bool more = true; more;) {
        more = atomic_load(writers) > 0;
        me->wrong += !list_grows(me, &last) || !history_reads(me);
    }
    me->wrong += last != 21; /* the master user and those that two have added */
}

static void test_lists_while_others_add(void **state)
{
    (void)state;
    struct lmdb_world lw = lmdb_world_new("webfb");
    struct member found[CROWD];
    atomic_int writers = 2;
    crowd_runs(lw.w, &writers, read_or_add, found);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(found[i].wrong, 0);
    lmdb_world_free(&lw);
}

/* ---- two institutions ---- */

static struct world *world_of(struct member *me)
{
    struct world **worlds = me->shared;
    return worlds[me->index % 2];
}

/* Each adds a user, obtains, is revoked, and obtains anew, which the two profiles see differently. */
static void live_in_one_of_two(struct member *me)
{
    struct world *w = world_of(me);
    certlife_actor branch = staff();
    certlife_certificate *first = NULL, *second = NULL;
    char id[16];
    snprintf(id, sizeof id, "keir1%02d", me->index);
    certlife_actor user = person(id);
    certlife_request request = asked_with(1 + 2 * me->index);
    note(me,
         certlife_user_add(w->bank, &branch, COMPANY, id, CERTLIFE_PERMISSION_OPERATOR, "", me->decision, &me->err));
    note(me, certlife_obtain(w->bank, &user, COMPANY, id, &request, &first, me->decision, &me->err));
    note(me, certlife_revoke(w->bank, &branch, COMPANY, id, 0, me->decision, &me->err));
    request = asked_with(2 + 2 * me->index);
    note(me, certlife_obtain(w->bank, &user, COMPANY, id, &request, &second, me->decision, &me->err));
    certlife_certificate_free(first);
    certlife_certificate_free(second);
}

/* Two institutions live in one process, with different profiles and stores; nothing is shared between them. */
static void test_two_institutions_at_once(void **state)
{
    (void)state;
    struct lmdb_world lw = lmdb_world_new("kumiai");
    struct world *worlds[2] = {world_new("webfb"), lw.w};
    struct member found[CROWD];
    crowd_runs(NULL, worlds, live_in_one_of_two, found);
    for (int i = 0; i < CROWD; i++) {
        bool kumiai = i % 2 == 1;
        char id[16];
        snprintf(id, sizeof id, "keir1%02d", i);
        assert_int_equal(found[i].allowed, kumiai ? 4 : 3);
        assert_int_equal(found[i].code, kumiai ? CERTLIFE_CODE_ALLOWED : CERTLIFE_CODE_REVOKED);
        assert_status(worlds[i % 2], id, kumiai ? CERTLIFE_STATUS_OBTAINED : CERTLIFE_STATUS_REVOKED);
        assert_int_equal(could(worlds[1 - i % 2], "branch", CERTLIFE_ACT_USER_SHOW, id), CERTLIFE_REFUSED);
    }
    reconcile(worlds[0]);
    reconcile(worlds[1]);
    world_free(worlds[0]);
    lmdb_world_free(&lw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_usr_2_limit_under_concurrent_adding),
        cmocka_unit_test(test_r_iss_4_sixteen_keys_one_certificate),
        cmocka_unit_test(test_r_iss_3_one_idempotency_key),
        cmocka_unit_test(test_r_iss_4_renewal_and_revocation),
        cmocka_unit_test(test_r_rev_5_no_login_after_revocation),
        cmocka_unit_test(test_r_ren_6_first_login_of_many),
        cmocka_unit_test(test_lists_while_others_add),
        cmocka_unit_test(test_two_institutions_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
