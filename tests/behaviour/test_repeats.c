/* SPDX-License-Identifier: Apache-2.0 */
/* Repeated requests: R-ISS-3. A repeated request (same idempotency key) gets the first answer again; the same key with
 * another request is refused. */
#include "dump.h"
#include "every_change.h"
#include "late_issuer.h"
#include "reconcile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define assert_reused(w, call) assert_refused(w, call, "R-ISS-3", CERTLIFE_CODE_KEY_REUSED, CERTLIFE_WAY_NONE)

static int with_k(struct world *w, int (*call)(struct world *))
{
    with_key(w, "k");
    return call(w);
}

/* Every change a second time: allowed, as the first was, and nothing happens. */
static void test_r_iss_3_every_change_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHANGES; i++) {
        struct world *w = settle_company(world_new("houjin"));
        assert_allowed(w, with_k(w, changes[i].call));
        char row[16];
        snprintf(row, sizeof row, "%s", certlife_decision_row(w->decision));
        struct dump after = dump_of(w->store);
        reconcile(w);
        at(w, "2027-03-11 12:00:00");
        int rc = with_k(w, changes[i].call);
        if (rc != CERTLIFE_ALLOWED)
            fail_msg("%s again: %d %s", changes[i].name, rc, certlife_decision_line(w->decision));
        assert_string_equal(certlife_decision_row(w->decision), row);
        if (!dump_equals(&after, w->store))
            fail_msg("%s again: something has changed", changes[i].name);
        dump_free(&after);
        world_free(w);
    }
}

/* Without a key, or with another one, it is a new request; what has been done already is then refused. */
static void test_r_iss_3_another_key_is_a_new_request(void **state)
{
    (void)state;
    struct world *w = settle_company(world_new("houjin"));
    assert_allowed(w, with_k(w, revokes_one));
    assert_refused(w, revokes_one(w), "R-REV-6", CERTLIFE_CODE_ALREADY_REVOKED, CERTLIFE_WAY_NONE);
    with_key(w, "K");
    assert_refused(w, revokes_one(w), "R-REV-6", CERTLIFE_CODE_ALREADY_REVOKED, CERTLIFE_WAY_NONE);
    assert_allowed(w, with_k(w, revokes_one));
    world_free(w);
}

static int registers_another_id(struct world *w)
{
    return registers(w, "branch", "0010000004", "ito001");
}

static int registers_another_master(struct world *w)
{
    return registers(w, "branch", "0010000003", "ito002");
}

static int registers_another_address(struct world *w)
{
    return certlife_contract_register(w->bank, actor(w, "branch"), "0010000003", "ito001", "x@example.co.jp",
                                      w->decision, &w->err);
}

static int adds_another(struct world *w)
{
    return adds(w, MASTER, "keir007");
}

static int adds_an_operator(struct world *w)
{
    return certlife_user_add(w->bank, actor(w, MASTER), COMPANY, "keir006", CERTLIFE_PERMISSION_OPERATOR,
                             "user@example.co.jp", w->decision, &w->err);
}

static int adds_another_address(struct world *w)
{
    return certlife_user_add(w->bank, actor(w, MASTER), COMPANY, "keir006", CERTLIFE_PERMISSION_APPROVER,
                             "x@example.co.jp", w->decision, &w->err);
}

static int obtains_with_another_key(struct world *w)
{
    return obtains_with(w, KEIR5, 42);
}

static int obtains_by_another_channel(struct world *w)
{
    w->channel = "chrome/app";
    return obtains_with(w, KEIR5, 40);
}

static int obtains_into_another_medium(struct world *w)
{
    w->medium = CERTLIFE_MEDIUM_USB_TOKEN;
    return obtains_with(w, KEIR5, 40);
}

static int confirms_another(struct world *w)
{
    return confirms_serial(w, KEIR4, held_serial(w, KEIR2));
}

static int renews_with_another_key(struct world *w)
{
    return renews_with(w, KEIR2, 42);
}

static int reissues_another(struct world *w)
{
    return reissues(w, MASTER, KEIR3);
}

static int revokes_another(struct world *w)
{
    return revokes(w, MASTER, KEIR3);
}

static int revokes_for_another_reason(struct world *w)
{
    return revokes_for(w, MASTER, KEIR2, CERTLIFE_REASON_KEY_COMPROMISE);
}

static int deletes_another(struct world *w)
{
    return deletes(w, MASTER, KEIR3);
}

static int edits_as(struct world *w, certlife_choice choice, const char *email, certlife_reason reason)
{
    certlife_user_edit_request request = CERTLIFE_USER_EDIT_REQUEST_INIT;
    request.certificate = choice;
    request.email = email;
    request.reason = reason;
    return edits(w, MASTER, KEIR2, request);
}

static int edits_and_keeps(struct world *w)
{
    return edits_as(w, CERTLIFE_CHOICE_KEEP, "new@example.co.jp", 0);
}

static int edits_and_reissues(struct world *w)
{
    return edits_as(w, CERTLIFE_CHOICE_REISSUE, "new@example.co.jp", 0);
}

static int edits_another_address(struct world *w)
{
    return edits_as(w, CERTLIFE_CHOICE_REVOKE, "x@example.co.jp", 0);
}

static int edits_no_address(struct world *w)
{
    return edits_as(w, CERTLIFE_CHOICE_REVOKE, "", 0);
}

static int edits_for_another_reason(struct world *w)
{
    return edits_as(w, CERTLIFE_CHOICE_REVOKE, "new@example.co.jp", CERTLIFE_REASON_CESSATION);
}

/* Whatever makes a request another one. */
static void test_r_iss_3_another_request(void **state)
{
    (void)state;
    static const struct {
        int (*first)(struct world *), (*another)(struct world *);
    } rows[] = {
        {registers_another, registers_another_id},
        {registers_another, registers_another_master},
        {registers_another, registers_another_address},
        {applies_for_another, applies_usb},
        {applies_usb, closes_it},
        {closes_it, applies_usb},
        {adds_one, adds_another},
        {adds_one, adds_an_operator},
        {adds_one, adds_another_address},
        {authorises_again, revokes_one},
        {obtains_one, obtains_with_another_key},
        {obtains_one, obtains_by_another_channel},
        {obtains_one, obtains_into_another_medium},
        {confirms_one, confirms_another},
        {renews_one, renews_with_another_key},
        {renews_one, renews_one_later},
        {renews_one_later, renews_one},
        {reissues_one, reissues_another},
        {reissues_one, revokes_one},
        {revokes_one, revokes_another},
        {revokes_one, revokes_for_another_reason},
        {revokes_one, deletes_one},
        {deletes_one, deletes_another},
        {edits_one, edits_and_keeps},
        {edits_one, edits_and_reissues},
        {edits_one, edits_another_address},
        {edits_one, edits_no_address},
        {edits_one, edits_for_another_reason},
        {edits_one, revokes_one},
        {edits_and_keeps, edits_one},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = settle_company(world_new("houjin"));
        assert_allowed(w, with_k(w, rows[i].first));
        struct dump after = dump_of(w->store);
        assert_reused(w, with_k(w, rows[i].another));
        assert_true(dump_equals(&after, w->store));
        dump_free(&after);
        w->channel = "edge/app";
        w->medium = CERTLIFE_MEDIUM_PC;
        assert_allowed(w, with_k(w, rows[i].first)); /* the first answer stays */
        world_free(w);
    }
}

/* A certificate is given again byte for byte, also where a new request would be refused by now. */
static void test_r_iss_3_the_same_certificate(void **state)
{
    (void)state;
    struct world *w = settle_company(world_new("houjin"));
    char serial[64];
    assert_allowed(w, with_k(w, obtains_one));
    snprintf(serial, sizeof serial, "%s", held_serial(w, KEIR5));
    assert_allowed(w, confirms(w, KEIR5));
    assert_refused(w, obtains_one(w), "R-ALL-5", CERTLIFE_CODE_ALREADY_OBTAINED, CERTLIFE_WAY_LOG_IN);
    assert_allowed(w, with_k(w, obtains_one));
    assert_string_equal(held_serial(w, KEIR5), serial);
    assert_allowed(w, revokes(w, MASTER, KEIR5));
    assert_allowed(w, with_k(w, obtains_one));
    assert_string_equal(held_serial(w, KEIR5), serial);
    assert_int_equal(history_count(w, KEIR5), 1);
    assert_status(w, KEIR5, CERTLIFE_STATUS_REVOKED); /* an answer given again changes nothing */
    assert_refused(w, logs_in(w, KEIR5), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);

    assert_allowed(w, with_k(w, renews_one));
    snprintf(serial, sizeof serial, "%s", held_serial(w, KEIR2));
    assert_allowed(w, confirms(w, KEIR2));
    assert_allowed(w, with_k(w, renews_one));
    assert_string_equal(held_serial(w, KEIR2), serial);
    assert_int_equal(history_count(w, KEIR2), 2);
    reopens(w);
    assert_allowed(w, with_k(w, renews_one));
    assert_string_equal(held_serial(w, KEIR2), serial);
    world_free(w);
}

static int renews_early(struct world *w)
{
    return renews_with(w, KEIR2, 41);
}

/* A refusal is an answer too, with its row, its way out and its date. */
static void test_r_iss_3_the_same_refusal(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_certificate(w, KEIR2);
    at(w, "2027-03-01 23:59:59");
    assert_refused(w, with_k(w, renews_early), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN, CERTLIFE_WAY_WAIT);
    at(w, "2027-03-02 00:00:00");
    assert_refused(w, with_k(w, renews_early), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN, CERTLIFE_WAY_WAIT);
    assert_date(w, "2027-03-02 00:00:00");
    assert_int_equal(history_count(w, KEIR2), 1);
    with_key(w, "k2");
    assert_allowed(w, renews_early(w));

    with_key(w, "k3");
    assert_refused(w, revokes(w, KEIR2, KEIR2), "R-REV-1", CERTLIFE_CODE_MASTER_ONLY, CERTLIFE_WAY_ASK_MASTER);
    with_key(w, "k3");
    assert_refused(w, revokes(w, KEIR2, KEIR2), "R-REV-1", CERTLIFE_CODE_MASTER_ONLY, CERTLIFE_WAY_ASK_MASTER);
    with_key(w, "k3");
    assert_reused(w, reissues(w, KEIR2, KEIR2));
    with_key(w, "k3");
    assert_refused(w, revokes(w, KEIR2, KEIR2), "R-REV-1", CERTLIFE_CODE_MASTER_ONLY, CERTLIFE_WAY_ASK_MASTER);
    world_free(w);
}

/* A failure is none: after it the same request is tried again. */
static void test_r_iss_3_a_failure_is_no_answer(void **state)
{
    (void)state;
    struct world *w = settle_company(world_new("houjin"));
    w->now -= 60;
    assert_failed(w, with_k(w, revokes_one), CERTLIFE_E_CLOCK);
    w->now += 60;
    assert_allowed(w, with_k(w, revokes_one));
    assert_status(w, KEIR2, CERTLIFE_STATUS_REVOKED);
    world_free(w);
}

/* A key belongs to who used it: another user's, the branch's and the system's are others, though they read the same. */
static void test_r_iss_3_each_actor_has_keys_of_their_own(void **state)
{
    (void)state;
    struct world *w = settle_company(world_new("houjin"));
    with_key(w, "k");
    assert_allowed(w, renews_with(w, KEIR2, 41));
    with_key(w, "k");
    assert_allowed(w, renews_with(w, KEIR3, 42));
    assert_string_not_equal(held_serial(w, KEIR2), held_serial(w, KEIR3));
    with_key(w, "k");
    assert_allowed(w, adds(w, MASTER, "keir006"));
    with_key(w, "k");
    assert_allowed(w, adds(w, "branch", "keir007"));
    with_key(w, "k");
    assert_allowed(w, adds(w, "system", "keir008"));

    /* The same user ID in another company is another user. */
    w->company = OTHER;
    assert_allowed(w, applies(w, "branch"));
    assert_allowed(w, adds(w, "branch", KEIR2));
    with_key(w, "k");
    assert_allowed(w, obtains_with(w, KEIR2, 43));
    world_free(w);
}

/* Answers are kept as many days as the profile says, and then forgotten. */
static void test_r_iss_3_kept_and_forgotten(void **state)
{
    (void)state;
    struct world *w = world_where("webfb", "idempotency keys kept", "7");
    has_certificate(w, KEIR2);
    at(w, "2027-03-01 23:59:59");
    assert_refused(w, with_k(w, renews_early), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN, CERTLIFE_WAY_WAIT);
    at(w, "2027-03-08 23:59:58");
    assert_refused(w, with_k(w, renews_early), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN, CERTLIFE_WAY_WAIT);
    at(w, "2027-03-09 00:00:00");
    assert_allowed(w, with_k(w, renews_early));
    at(w, "2027-03-16 00:00:01");
    assert_allowed(w, with_k(w, renews_one_later)); /* the key serves for something else now */
    reconcile(w);
    world_free(w);
}

/* What an outside issuer says by itself: the same answer again changes nothing; the same key with another is refused. */
static int answers(struct world *w, const uint8_t *order, const uint8_t *der, size_t len)
{
    return certlife_issuer_answer(w->bank, actor(w, "system"), order, CERTLIFE_SERIAL_MAX, der, len, w->decision,
                                  &w->err);
}

static void test_r_iss_3_an_issuers_answer(void **state)
{
    (void)state;
    struct world_parts parts = {0};
    const uint8_t *der[2] = {NULL, NULL};
    size_t len[2];
    assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, NULL), 0);
    struct late_issuer *ca = late_issuer_open(parts.crypto, &parts.issuer);
    struct world *w = world_with(parts);
    has_user(w, KEIR2);
    has_user(w, KEIR3);
    ca->on_issue = ANSWERS_LATER;
    assert_refused(w, obtains(w, KEIR2), "R-OBT-6", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
    assert_refused(w, obtains(w, KEIR3), "R-OBT-6", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
    len[0] = late_signs(ca, 1, &der[0]);
    len[1] = late_signs(ca, 2, &der[1]);

    with_key(w, "k");
    assert_allowed(w, answers(w, late_order_id(ca, 1), der[0], len[0]));
    assert_status(w, KEIR2, CERTLIFE_STATUS_OBTAINED);
    struct dump after = dump_of(w->store);
    with_key(w, "k");
    assert_allowed(w, answers(w, late_order_id(ca, 1), der[0], len[0]));
    assert_true(dump_equals(&after, w->store));
    dump_free(&after);
    with_key(w, "k");
    assert_reused(w, answers(w, late_order_id(ca, 2), der[1], len[1]));
    assert_status(w, KEIR3, CERTLIFE_STATUS_ISSUING);
    world_free(w);
}

/* An obtain that waits for an outside issuer: the same request gets the certificate once it is there, and only one. */
static int obtains_late(struct world *w)
{
    return obtains_with(w, KEIR2, 40);
}

static void test_r_iss_3_an_order_is_placed_once(void **state)
{
    (void)state;
    struct world_parts parts = {0};
    assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, NULL), 0);
    struct late_issuer *ca = late_issuer_open(parts.crypto, &parts.issuer);
    struct world *w = world_with(parts);
    has_user(w, KEIR2);
    ca->on_issue = ca->on_poll = ANSWERS_LATER;
    assert_refused(w, with_k(w, obtains_late), "R-OBT-6", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
    assert_refused(w, with_k(w, obtains_late), "R-OBT-6", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
    assert_int_equal(ca->issues, 2); /* the master user's and this one */
    ca->on_poll = ANSWERS_AT_ONCE;
    assert_allowed(w, with_k(w, obtains_late));
    assert_int_equal(late_signed(ca), 2);
    assert_allowed(w, confirms(w, KEIR2));
    assert_allowed(w, with_k(w, obtains_late)); /* confirmed or not, it is the answer to that request */
    assert_int_equal(late_signed(ca), 2);
    assert_int_equal(history_count(w, KEIR2), 1);
    reconcile(w);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_iss_3_every_change_again),
        cmocka_unit_test(test_r_iss_3_another_key_is_a_new_request),
        cmocka_unit_test(test_r_iss_3_another_request),
        cmocka_unit_test(test_r_iss_3_the_same_certificate),
        cmocka_unit_test(test_r_iss_3_the_same_refusal),
        cmocka_unit_test(test_r_iss_3_a_failure_is_no_answer),
        cmocka_unit_test(test_r_iss_3_each_actor_has_keys_of_their_own),
        cmocka_unit_test(test_r_iss_3_kept_and_forgotten),
        cmocka_unit_test(test_r_iss_3_an_issuers_answer),
        cmocka_unit_test(test_r_iss_3_an_order_is_placed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
