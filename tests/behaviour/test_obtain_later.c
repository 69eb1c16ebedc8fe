/* SPDX-License-Identifier: Apache-2.0 */
/* An issuer that answers later (section 3 of the specification, R-OBT-6). */
#include "late_issuer.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define assert_issuing(w, call) assert_refused((w), (call), "R-OBT-6", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER)

/* A world whose issuer answers later from now on; the master user has a certificate, keir002 may obtain one. */
static struct world *world_of(struct late_issuer **late_out, certlife_store *store)
{
    struct world_parts parts = {.store = store};
    certlife_error *err = NULL;
    assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, &err), 0);
    struct late_issuer *late = late_issuer_open(parts.crypto, &parts.issuer);
    struct world *w = world_with(parts);
    has_user(w, "keir002");
    late->on_issue = late->on_poll = ANSWERS_LATER;
    *late_out = late;
    return w;
}

/* One order, one certificate, and the PC has just that; the master user's come before. */
static void assert_one_certificate(struct world *w, const struct late_issuer *late)
{
    certlife_certificate_page *page = NULL;
    const uint8_t *der = NULL, *stored = NULL;
    size_t len = holds(w, "keir002", &der);
    const certlife_certificate *only = history_at(w, "keir002", 0, &page);
    assert_int_equal(certlife_certificate_page_count(page), 1);
    assert_int_equal(certlife_certificate_der(only, &stored), len);
    assert_memory_equal(stored, der, len);
    certlife_certificate_page_free(page);
    assert_int_equal(late->order_count, 2);
    assert_int_equal(late_signed(late), 2);
}

/* An issuer may answer later (発行処理中): the request waits as `issuing`, can be polled, and never yields two
 * certificates. */
static void test_r_obt_6_waits_as_issuing(void **state)
{
    (void)state;
    struct late_issuer *late = NULL;
    struct world *w = world_of(&late, NULL);
    assert_issuing(w, obtains_with(w, "keir002", 10));
    assert_status(w, "keir002", CERTLIFE_STATUS_ISSUING);
    assert_int_equal(history_count(w, "keir002"), 0);
    for (int polled = 1; polled <= 3; polled++) {
        assert_issuing(w, gets_again(w, "keir002"));
        assert_int_equal(late->polls, polled);
    }
    without_password(w);
    assert_refused(w, gets_again(w, "keir002"), "R-ALL-6", CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_OBTAIN);
    assert_refused(w, obtains_with(w, "keir002", 10), "R-ALL-7", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
    assert_refused(w, obtains_with(w, "keir002", 11), "R-ALL-7", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
    assert_refused(w, reissues(w, MASTER, "keir002"), "R-ALL-7", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_REVOKE_FIRST);
    assert_refused(w, authorises(w, MASTER, "keir002"), "R-ALL-7", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_REVOKE_FIRST);
    late->on_poll = ANSWERS_AT_ONCE;
    at(w, "2026-06-21 00:00:00"); /* the order was in time */
    without_certificate(w);
    assert_allowed(w, gets_again(w, "keir002"));
    assert_status(w, "keir002", CERTLIFE_STATUS_OBTAINED);
    assert_allowed(w, gets_again(w, "keir002"));
    assert_allowed(w, obtains_with(w, "keir002", 10));
    assert_one_certificate(w, late);
    assert_allowed(w, confirms(w, "keir002"));
    assert_allowed(w, logs_in(w, "keir002"));
    world_free(w);
}

/* An outside issuer that is quick is no different from the one in this process. */
static void test_r_obt_6_answers_at_once(void **state)
{
    (void)state;
    struct late_issuer *late = NULL;
    struct world *w = world_of(&late, NULL);
    late->on_issue = ANSWERS_AT_ONCE;
    assert_allowed(w, obtains(w, "keir002"));
    assert_one_certificate(w, late);
    assert_int_equal(late->polls, 0);
    assert_allowed(w, logs_in(w, "keir002"));
    world_free(w);
}

/* It survives a restart. */
static void test_r_obt_6_survives_a_restart(void **state)
{
    (void)state;
    struct late_issuer *late = NULL;
    struct world *w = world_of(&late, NULL);
    assert_issuing(w, obtains(w, "keir002"));
    reopens(w);
    assert_status(w, "keir002", CERTLIFE_STATUS_ISSUING);
    assert_issuing(w, gets_again(w, "keir002"));
    reopens(w);
    late->on_poll = ANSWERS_AT_ONCE;
    assert_allowed(w, gets_again(w, "keir002"));
    assert_one_certificate(w, late);
    reopens(w);
    assert_allowed(w, gets_again(w, "keir002"));
    assert_one_certificate(w, late);
    world_free(w);
}

static certlife_store *open_store(const char *path)
{
    certlife_store *store = NULL;
    certlife_error *err = NULL;
    if (certlife_store_open_lmdb(path, NULL, &store, &err) != 0)
        fail_msg("%s", certlife_error_message(err));
    return store;
}

static void restarts(struct world *w, const char *path)
{
    certlife_institution_close(w->bank);
    w->bank = NULL;
    certlife_store_close(w->store);
    w->store = open_store(path);
    reopens(w);
}

static void remove_store(const char *path)
{
    char command[300];
    snprintf(command, sizeof command, "rm -r '%s'", path);
    assert_int_equal(system(command), 0);
}

static void test_r_obt_6_survives_a_restart_on_disk(void **state)
{
    (void)state;
    char path[] = P_tmpdir "/certlife-XXXXXX";
    assert_non_null(mkdtemp(path));
    struct late_issuer *late = NULL;
    struct world *w = world_of(&late, open_store(path));
    late->on_issue = SIGNS_AND_CRASHES;
    assert_failed(w, obtains(w, "keir002"), CERTLIFE_E_ISSUER);
    restarts(w, path);
    assert_status(w, "keir002", CERTLIFE_STATUS_ISSUING);
    assert_issuing(w, gets_again(w, "keir002"));
    restarts(w, path);
    late->on_poll = ANSWERS_AT_ONCE;
    assert_allowed(w, gets_again(w, "keir002"));
    assert_one_certificate(w, late);
    restarts(w, path);
    assert_allowed(w, logs_in(w, "keir002"));
    world_free(w);
    remove_store(path);
}

/* Never two certificates: a crash or a lost connection anywhere between order and answer, and the same order again. */
static void test_r_obt_6_crashes_between_order_and_answer(void **state)
{
    (void)state;
    static const struct {
        enum late_answer on_issue, on_poll, on_issue_again;
    } rows[] = {
        {FAILS, ANSWERS_AT_ONCE, ANSWERS_AT_ONCE}, /* poll has never heard of it: issue is called again */
        {FAILS, ANSWERS_AT_ONCE, ANSWERS_LATER},   /* and answers later once more */
        {FAILS, ANSWERS_AT_ONCE, SIGNS_AND_CRASHES},
        {FAILS, FAILS, ANSWERS_AT_ONCE},             /* not even asking works at first */
        {SIGNS_AND_CRASHES, ANSWERS_AT_ONCE, FAILS}, /* poll answers, and nothing is issued again */
        {SIGNS_AND_CRASHES, SIGNS_AND_CRASHES, FAILS},
        {ANSWERS_LATER, SIGNS_AND_CRASHES, FAILS},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct late_issuer *late = NULL;
        struct world *w = world_of(&late, NULL);
        late->on_issue = rows[i].on_issue;
        if (rows[i].on_issue == ANSWERS_LATER)
            assert_issuing(w, obtains_with(w, "keir002", 10));
        else
            assert_failed(w, obtains_with(w, "keir002", 10), CERTLIFE_E_ISSUER);
        assert_status(w, "keir002", CERTLIFE_STATUS_ISSUING);
        reopens(w);
        assert_refused(w, obtains_with(w, "keir002", 10), "R-ALL-7", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
        late->on_poll = rows[i].on_poll;
        late->on_issue = rows[i].on_issue_again;
        int rc = gets_again(w, "keir002");
        assert_true(rc == CERTLIFE_ALLOWED || certlife_error_code(w->err) == CERTLIFE_E_ISSUER ||
                    certlife_decision_code(w->decision) == CERTLIFE_CODE_ISSUING);
        reopens(w);
        late->on_poll = late->on_issue = ANSWERS_AT_ONCE;
        assert_allowed(w, gets_again(w, "keir002"));
        assert_one_certificate(w, late);
        world_free(w);
    }
}

/* The same idempotency key asks what has become of the order. */
static void test_r_obt_6_same_idempotency_key(void **state)
{
    (void)state;
    struct late_issuer *late = NULL;
    struct world *w = world_of(&late, NULL);
    with_key(w, "try-1");
    assert_issuing(w, obtains_with(w, "keir002", 10));
    with_key(w, "try-1");
    assert_issuing(w, obtains_with(w, "keir002", 10));
    late->on_poll = ANSWERS_AT_ONCE;
    with_key(w, "try-1");
    assert_allowed(w, obtains_with(w, "keir002", 10));
    with_key(w, "try-1");
    assert_allowed(w, obtains_with(w, "keir002", 10));
    assert_one_certificate(w, late);
    world_free(w);
}

/* What the issuer sends by itself, in the name of `by`. */
static int answers(struct world *w, const char *by, const uint8_t *id, const uint8_t *der, size_t len)
{
    return certlife_issuer_answer(w->bank, actor(w, by), id, 20, der, len, w->decision, &w->err);
}

static int pushes(struct world *w, const char *by, struct late_issuer *late, size_t order)
{
    const uint8_t *der = NULL;
    size_t len = late_signs(late, order, &der);
    return answers(w, by, late_order_id(late, order), der, len);
}

/* An issuer may bring its answer by itself. */
static void test_r_obt_6_answer_is_brought(void **state)
{
    (void)state;
    static const char *const others[] = {MASTER, "keir002", "branch"};
    static const uint8_t no_order[20] = {1};
    struct late_issuer *late = NULL;
    struct world *w = world_of(&late, NULL);
    assert_issuing(w, obtains(w, "keir002"));
    for (size_t i = 0; i < COUNT(others); i++)
        assert_refused(w, pushes(w, others[i], late, 1), "R-ALL-13", CERTLIFE_CODE_SYSTEM_ONLY, CERTLIFE_WAY_NONE);
    assert_refused(w, answers(w, "system", no_order, NULL, 0), "R-ALL-12", CERTLIFE_CODE_UNKNOWN, CERTLIFE_WAY_NONE);
    assert_failed(w, answers(w, "system", late_order_id(late, 1), no_order, 20), CERTLIFE_E_MALFORMED);
    assert_failed(
        w,
        certlife_issuer_answer(w->bank, actor(w, "system"), late_order_id(late, 1), 19, NULL, 0, w->decision, &w->err),
        CERTLIFE_E_INVALID);
    assert_status(w, "keir002", CERTLIFE_STATUS_ISSUING);

    assert_allowed(w, pushes(w, "system", late, 1));
    assert_status(w, "keir002", CERTLIFE_STATUS_OBTAINED);
    assert_allowed(w, pushes(w, "system", late, 1)); /* the same answer again changes nothing */
    assert_allowed(w, gets_again(w, "keir002"));
    assert_one_certificate(w, late);
    assert_int_equal(late->polls, 0);
    assert_allowed(w, confirms(w, "keir002"));
    assert_allowed(w, pushes(w, "system", late, 1));
    assert_allowed(w, logs_in(w, "keir002"));
    assert_false(certlife_login_confirmed(w->login));
    world_free(w);
}

/* A rejected request ends the waiting; the user asks again. */
static void test_r_obt_6_rejected(void **state)
{
    (void)state;
    enum { AT_ONCE, POLLED, BROUGHT };
    for (int how = AT_ONCE; how <= BROUGHT; how++) {
        struct late_issuer *late = NULL;
        struct world *w = world_of(&late, NULL);
        late->on_issue = how == AT_ONCE ? REJECTS : ANSWERS_LATER;
        late->on_poll = REJECTS;
        int rc = obtains_with(w, "keir002", 10);
        if (how == POLLED)
            rc = gets_again(w, "keir002");
        if (how == BROUGHT)
            assert_allowed(w, answers(w, "system", late_order_id(late, 1), NULL, 0));
        else
            assert_refused(w, rc, "R-OBT-6", CERTLIFE_CODE_ISSUER_REJECTED, CERTLIFE_WAY_NONE);
        assert_status(w, "keir002", CERTLIFE_STATUS_AWAITING);
        assert_int_equal(history_count(w, "keir002"), 0);
        assert_refused(w, gets_again(w, "keir002"), "R-OBT-4", CERTLIFE_CODE_NOTHING_TO_DELIVER, CERTLIFE_WAY_OBTAIN);
        late->on_issue = ANSWERS_AT_ONCE;
        assert_allowed(w, obtains_with(w, "keir002", 10));
        assert_int_equal(late->order_count, 3);
        assert_allowed(w, logs_in(w, "keir002"));
        world_free(w);
    }
}

static int closes_for(struct world *w, const char *by, const char *user)
{
    (void)user;
    return closes(w, by);
}

/* An outside issuer's late answer is recorded and revoked (R-ALL-7). */
static void test_r_obt_6_late_answer_after_the_end(void **state)
{
    (void)state;
    static const struct {
        int (*ends)(struct world *w, const char *by, const char *user);
        certlife_status status;
        certlife_code login;
    } rows[] = {
        {revokes, CERTLIFE_STATUS_NOT_APPLIED, CERTLIFE_CODE_REVOKED},
        {deletes, CERTLIFE_STATUS_DELETED, CERTLIFE_CODE_USER_DELETED},
        {closes_for, CERTLIFE_STATUS_CONTRACT_CLOSED, CERTLIFE_CODE_CONTRACT_CLOSED},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct late_issuer *late = NULL;
        struct world *w = world_of(&late, NULL);
        certlife_certificate_page *page = NULL;
        const uint8_t *der = NULL;
        assert_issuing(w, obtains(w, "keir002"));
        at(w, "2026-04-02 10:00:00");
        assert_allowed(w, rows[i].ends(w, "branch", "keir002"));
        assert_status(w, "keir002", rows[i].status);
        at(w, "2026-04-02 10:00:05");
        assert_allowed(w, pushes(w, "system", late, 1));
        assert_allowed(w, pushes(w, "system", late, 1));
        assert_status(w, "keir002", rows[i].status);
        const certlife_certificate *late_one = history_at(w, "keir002", 0, &page);
        assert_int_equal(certlife_certificate_page_count(page), 1);
        assert_int_equal(certlife_certificate_state_of(late_one), CERTLIFE_CERTIFICATE_REVOKED);
        assert_int_equal(certlife_certificate_revoked_at(late_one), moment("2026-04-02 10:00:05"));
        certlife_certificate_page_free(page);
        size_t len = late_signs(late, 1, &der);
        assert_int_equal(logs_in_with(w, "keir002", der, len), CERTLIFE_REFUSED);
        assert_int_equal(certlife_decision_code(w->decision), rows[i].login);
        world_free(w);
    }
}

/* It does not take the place of what was ordered since. */
static void test_r_obt_6_late_answer_to_an_older_order(void **state)
{
    (void)state;
    struct late_issuer *late = NULL;
    struct world *w = world_of(&late, NULL);
    assert_issuing(w, obtains(w, "keir002"));
    assert_allowed(w, revokes(w, MASTER, "keir002"));
    assert_allowed(w, authorises(w, MASTER, "keir002"));
    at(w, "2026-04-02 10:00:00");
    assert_issuing(w, obtains(w, "keir002"));
    assert_allowed(w, pushes(w, "system", late, 1));
    assert_status(w, "keir002", CERTLIFE_STATUS_ISSUING);
    assert_issuing(w, gets_again(w, "keir002"));
    assert_allowed(w, pushes(w, "system", late, 2));
    assert_allowed(w, gets_again(w, "keir002"));
    assert_allowed(w, logs_in(w, "keir002"));
    assert_int_equal(history_count(w, "keir002"), 2);
    world_free(w);
}

/* The same world as another node has it: its own calls, on the same store. */
struct node {
    struct world *w;
    struct late_issuer *late;
};

static void answer_is_brought(void *payload)
{
    struct node *node = payload;
    const uint8_t *der = NULL;
    size_t len = late_signs(node->late, 1, &der);
    certlife_actor system = CERTLIFE_ACTOR_INIT;
    system.kind = CERTLIFE_ACTOR_SYSTEM;
    assert_int_equal(
        certlife_issuer_answer(node->w->bank, &system, late_order_id(node->late, 1), 20, der, len, NULL, NULL),
        CERTLIFE_ALLOWED);
}

static void is_revoked(void *payload)
{
    struct node *node = payload;
    certlife_actor branch = CERTLIFE_ACTOR_INIT;
    branch.kind = CERTLIFE_ACTOR_BRANCH;
    branch.application = "2026-0417";
    assert_int_equal(
        certlife_revoke(node->w->bank, &branch, COMPANY, "keir002", CERTLIFE_REASON_UNSPECIFIED, NULL, NULL),
        CERTLIFE_ALLOWED);
}

/* Two answers at the same moment are one certificate, and whoever asked gets it. */
static void test_r_obt_6_answered_meanwhile(void **state)
{
    (void)state;
    for (int polled = 0; polled <= 1; polled++) {
        struct late_issuer *late = NULL;
        struct world *w = world_of(&late, NULL);
        struct node node = {.w = w, .late = late};
        if (polled)
            assert_issuing(w, obtains(w, "keir002"));
        late->meanwhile = answer_is_brought;
        late->payload = &node;
        late->on_issue = late->on_poll = ANSWERS_AT_ONCE;
        assert_allowed(w, polled ? gets_again(w, "keir002") : obtains(w, "keir002"));
        assert_one_certificate(w, late);
        assert_allowed(w, logs_in(w, "keir002"));
        world_free(w);
    }
}

/* A revocation is never overtaken by an answer that was on its way. */
static void test_r_obt_6_revoked_meanwhile(void **state)
{
    (void)state;
    for (int polled = 0; polled <= 1; polled++) {
        struct late_issuer *late = NULL;
        struct world *w = world_of(&late, NULL);
        struct node node = {.w = w, .late = late};
        certlife_certificate_page *page = NULL;
        const uint8_t *der = NULL;
        if (polled)
            assert_issuing(w, obtains(w, "keir002"));
        late->meanwhile = is_revoked;
        late->payload = &node;
        late->on_issue = late->on_poll = ANSWERS_AT_ONCE;
        assert_refused(w, polled ? gets_again(w, "keir002") : obtains(w, "keir002"), "R-ALL-7", CERTLIFE_CODE_REVOKED,
                       CERTLIFE_WAY_NONE);
        const certlife_certificate *late_one = history_at(w, "keir002", 0, &page);
        assert_int_equal(certlife_certificate_state_of(late_one), CERTLIFE_CERTIFICATE_REVOKED);
        certlife_certificate_page_free(page);
        size_t len = late_signs(late, 1, &der);
        assert_refused(w, logs_in_with(w, "keir002", der, len), "R-LOG-2", CERTLIFE_CODE_REVOKED,
                       CERTLIFE_WAY_ASK_MASTER);
        assert_status(w, "keir002", CERTLIFE_STATUS_NOT_APPLIED);
        world_free(w);
    }
}

/* What an issuer returns is checked before it is recorded; nothing that does not fit is. */
static void test_r_obt_6_answers_that_do_not_fit(void **state)
{
    (void)state;
    enum { AT_ONCE, POLLED, BROUGHT };
    for (enum late_misfit misfit = HOLDS_ANOTHER_KEY; misfit <= REPEATS_A_SERIAL; misfit++) {
        for (int how = AT_ONCE; how <= BROUGHT; how++) {
            struct late_issuer *late = NULL;
            struct world *w = world_of(&late, NULL);
            late->misfit = misfit;
            late->on_issue = how == AT_ONCE ? ANSWERS_AT_ONCE : ANSWERS_LATER;
            late->on_poll = ANSWERS_AT_ONCE;
            int rc = obtains(w, "keir002");
            if (how == POLLED)
                rc = gets_again(w, "keir002");
            if (how == BROUGHT)
                rc = pushes(w, "system", late, 1);
            assert_failed(w, rc, CERTLIFE_E_ISSUER);
            assert_status(w, "keir002", CERTLIFE_STATUS_ISSUING);
            assert_int_equal(history_count(w, "keir002"), 0);
            late->misfit = FITS;
            assert_allowed(w, gets_again(w, "keir002"));
            assert_one_certificate(w, late);
            assert_allowed(w, logs_in(w, "keir002"));
            world_free(w);
        }
    }
}

/* A renewal waits likewise, and the old certificate works meanwhile. What a certificate login ordered, a password alone
 * does not get (R-ALL-6). */
static void test_r_obt_6_renewing(void **state)
{
    (void)state;
    for (int confirmed = 0; confirmed <= 1; confirmed++) {
        struct late_issuer *late = NULL;
        struct world *w = world_of(&late, NULL);
        late->on_issue = ANSWERS_AT_ONCE;
        assert_allowed(w, obtains(w, "keir002"));
        if (confirmed)
            assert_allowed(w, confirms(w, "keir002"));
        late->on_issue = ANSWERS_LATER;
        at(w, "2027-03-02 00:00:00");
        assert_issuing(w, renews(w, "keir002"));
        assert_status(w, "keir002", CERTLIFE_STATUS_ISSUING);
        assert_refused(w, renews(w, "keir002"), "R-ALL-7", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
        late->on_poll = ANSWERS_AT_ONCE;
        without_certificate(w);
        assert_refused(w, gets_again(w, "keir002"), "R-ALL-6", CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED,
                       CERTLIFE_WAY_LOG_IN);
        assert_allowed(w, looks_in(w, "keir002"));
        assert_allowed(w, gets_again(w, "keir002"));
        keeps_old(w, "keir002");
        assert_allowed(w, looks_in(w, "keir002"));
        takes_new(w, "keir002");
        assert_allowed(w, logs_in(w, "keir002"));
        keeps_old(w, "keir002");
        assert_refused(w, logs_in(w, "keir002"), "R-LOG-2", CERTLIFE_CODE_REPLACED, CERTLIFE_WAY_LOG_IN);
        assert_int_equal(late_signed(late), 3);
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_obt_6_waits_as_issuing),
        cmocka_unit_test(test_r_obt_6_answers_at_once),
        cmocka_unit_test(test_r_obt_6_survives_a_restart),
        cmocka_unit_test(test_r_obt_6_survives_a_restart_on_disk),
        cmocka_unit_test(test_r_obt_6_crashes_between_order_and_answer),
        cmocka_unit_test(test_r_obt_6_same_idempotency_key),
        cmocka_unit_test(test_r_obt_6_answer_is_brought),
        cmocka_unit_test(test_r_obt_6_rejected),
        cmocka_unit_test(test_r_obt_6_late_answer_after_the_end),
        cmocka_unit_test(test_r_obt_6_late_answer_to_an_older_order),
        cmocka_unit_test(test_r_obt_6_answered_meanwhile),
        cmocka_unit_test(test_r_obt_6_revoked_meanwhile),
        cmocka_unit_test(test_r_obt_6_answers_that_do_not_fit),
        cmocka_unit_test(test_r_obt_6_renewing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
