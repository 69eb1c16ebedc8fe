/* SPDX-License-Identifier: Apache-2.0 */
/* Repeated requests, second part: calls at the same moment, outside issuers, and what is no answer (R-ISS-3). And an
 * issuer's answers to what was never ordered (R-OBT-6), or came too late (R-ALL-7). */
#include "dump.h"
#include "failing.h"
#include "late_issuer.h"
#include "reconcile.h"

#define KEIR2 "keir002"
#define KEIR3 "keir003"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define assert_reused(w, call) assert_refused(w, call, "R-ISS-3", CERTLIFE_CODE_KEY_REUSED, CERTLIFE_WAY_NONE)
#define assert_issuing(w, call) assert_refused(w, call, "R-OBT-6", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER)
#define assert_rejected(w, call) assert_refused(w, call, "R-OBT-6", CERTLIFE_CODE_ISSUER_REJECTED, CERTLIFE_WAY_NONE)

static int obtains_under(struct world *w, const char *key, int request)
{
    with_key(w, key);
    return obtains_with(w, KEIR2, request);
}

static int renews_under(struct world *w, const char *key, int request)
{
    with_key(w, key);
    return renews_with(w, KEIR2, request);
}

static int revokes_under(struct world *w, const char *key, const char *by)
{
    with_key(w, key);
    return revokes(w, by, KEIR2);
}

static struct world *world_with_late_issuer(const char *profile, struct late_issuer **out)
{
    struct world_parts parts = {0};
    assert_int_equal(certlife_profile_new(profile, &parts.profile, NULL), 0);
    assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, NULL), 0);
    *out = late_issuer_open(parts.crypto, &parts.issuer);
    return world_with(parts);
}

/* On a store whose next commit, once armed, comes too late: what `faults->meanwhile` does is there first. */
static struct world *world_with_others(struct faults *faults)
{
    struct world_parts parts = {0};
    certlife_store *memory = NULL;
    *faults = (struct faults){.part = PART_COMMIT_BUSY, .n = 1};
    assert_int_equal(certlife_store_new_memory(&memory, NULL), 0);
    parts.store = failing_store(memory, faults);
    return world_with(parts);
}

/* keir002 on another node: with an actor of their own, for the world's is in use. */
struct elsewhere {
    struct world *w;
    int rc, confirmed;
    char serial[64];
};

static certlife_actor keir2_elsewhere(struct world *w)
{
    certlife_actor a = CERTLIFE_ACTOR_INIT;
    a.kind = CERTLIFE_ACTOR_USER;
    a.contract = COMPANY;
    a.user = KEIR2;
    a.login_password = 1;
    a.certificate_len = holds(w, KEIR2, &a.certificate);
    return a;
}

static void is_authorised_and_obtains(void *payload)
{
    struct elsewhere *there = payload;
    certlife_actor branch = CERTLIFE_ACTOR_INIT, user = keir2_elsewhere(there->w);
    certlife_request request = CERTLIFE_REQUEST_INIT;
    certlife_certificate *certificate = NULL;
    branch.kind = CERTLIFE_ACTOR_BRANCH;
    branch.application = "2026-0418";
    user.idempotency_key = "k";
    request.pkcs10 = (const uint8_t *)request_pem(40);
    request.pkcs10_len = strlen(request_pem(40));
    request.medium = CERTLIFE_MEDIUM_PC;
    request.channel = "edge/app";
    there->rc = certlife_user_authorise(there->w->bank, &branch, COMPANY, KEIR2, NULL, NULL);
    if (there->rc == CERTLIFE_ALLOWED)
        there->rc = certlife_obtain(there->w->bank, &user, COMPANY, KEIR2, &request, &certificate, NULL, NULL);
    snprintf(there->serial, sizeof there->serial, "%s", certlife_certificate_serial(certificate));
    certlife_certificate_free(certificate);
}

/* Two calls with one key: one was about to be refused when the other is authorised and gets a certificate. That is the first
 * answer, and the slower one gets all of it. */
static void test_r_iss_3_a_quicker_one_is_answered(void **state)
{
    (void)state;
    struct faults faults;
    struct world *w = world_with_others(&faults);
    struct elsewhere there = {.w = w};
    assert_allowed(w, adds(w, "system", KEIR2));
    faults.meanwhile = is_authorised_and_obtains;
    faults.payload = &there;
    faults.armed = true;
    assert_allowed(w, obtains_under(w, "k", 40));
    faults.armed = false;
    assert_true(faults.fired);
    assert_int_equal(there.rc, CERTLIFE_ALLOWED);
    assert_string_equal(certlife_decision_row(w->decision), "R-OBT-1");
    assert_string_equal(held_serial(w, KEIR2), there.serial);
    assert_int_equal(history_count(w, KEIR2), 1);
    assert_allowed(w, logs_in(w, KEIR2)); /* with what it was given */
    reconcile(w);
    world_free(w);
}

static void logs_in_elsewhere(void *payload)
{
    struct elsewhere *there = payload;
    certlife_actor user = keir2_elsewhere(there->w);
    certlife_login *login = certlife_login_new();
    there->rc = certlife_login_check(there->w->bank, &user, CERTLIFE_LOGIN_RECORD, login, NULL, NULL);
    there->confirmed = certlife_login_confirmed(login);
    certlife_login_free(login);
}

/* Two first logins at once: both get in, and only the quicker one has confirmed the certificate. */
static void test_r_all_6_a_quicker_one_has_confirmed(void **state)
{
    (void)state;
    struct faults faults;
    struct world *w = world_with_others(&faults);
    struct elsewhere there = {.w = w};
    has_obtained(w, KEIR2);
    faults.meanwhile = logs_in_elsewhere;
    faults.payload = &there;
    faults.armed = true;
    assert_allowed(w, logs_in(w, KEIR2));
    faults.armed = false;
    assert_true(faults.fired);
    assert_int_equal(there.rc, CERTLIFE_ALLOWED);
    assert_int_equal(there.confirmed, 1);
    assert_int_equal(certlife_login_confirmed(w->login), 0);
    reconcile(w);
    world_free(w);
}

/* An outside issuer that rejects at once: the answer is that, and not 'later', also when asked again. */
static void test_r_iss_3_rejected_at_once(void **state)
{
    (void)state;
    struct late_issuer *ca = NULL;
    struct world *w = world_with_late_issuer("webfb", &ca);
    has_user(w, KEIR2);
    ca->on_issue = REJECTS;
    assert_rejected(w, obtains_under(w, "k", 40));
    ca->on_issue = ANSWERS_AT_ONCE;
    assert_rejected(w, obtains_under(w, "k", 40));
    assert_int_equal(ca->issues, 2); /* the master user's and this one */
    assert_int_equal(history_count(w, KEIR2), 0);
    assert_allowed(w, obtains_under(w, "k2", 40));
    reconcile(w);
    world_free(w);
}

/* A refusal because something else is being issued (R-ALL-7) stays one when that is there: it was another's request. */
static void test_r_iss_3_a_refusal_stays_one(void **state)
{
    (void)state;
    struct late_issuer *ca = NULL;
    struct world *w = world_with_late_issuer("webfb", &ca);
    has_user(w, KEIR2);
    ca->on_issue = ca->on_poll = ANSWERS_LATER;
    assert_issuing(w, obtains_under(w, "k1", 40));
    assert_refused(w, obtains_under(w, "k2", 41), "R-ALL-7", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
    ca->on_poll = ANSWERS_AT_ONCE;
    assert_refused(w, obtains_under(w, "k2", 41), "R-ALL-7", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
    assert_allowed(w, obtains_under(w, "k1", 40));
    assert_refused(w, obtains_under(w, "k2", 41), "R-ALL-7", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
    reconcile(w);
    world_free(w);
}

/* What came of an order belongs to its request: a rejected one does not get what another was given since. */
static void test_r_iss_3_another_requests_certificate(void **state)
{
    (void)state;
    struct late_issuer *ca = NULL;
    struct world *w = world_with_late_issuer("kumiai", &ca);
    has_user(w, KEIR2);
    ca->on_issue = ca->on_poll = ANSWERS_LATER;
    assert_issuing(w, obtains_under(w, "k1", 40));
    ca->on_poll = REJECTS;
    assert_rejected(w, gets_again(w, KEIR2)); /* the authorisation stays */
    ca->on_issue = ANSWERS_AT_ONCE;
    assert_allowed(w, obtains_under(w, "k2", 41));
    assert_int_equal(obtains_under(w, "k1", 40), CERTLIFE_REFUSED);
    assert_allowed(w, confirms(w, KEIR2));
    assert_int_equal(obtains_under(w, "k1", 40), CERTLIFE_REFUSED);
    assert_allowed(w, obtains_under(w, "k2", 41));
    assert_int_equal(history_count(w, KEIR2), 1);
    reconcile(w);
    world_free(w);
}

/* A certificate that came at once, or later, answers its request for as long as answers are kept: when it has been
 * confirmed, and when it has been renewed since. */
static void still_answers(enum late_answer at_first)
{
    struct late_issuer *ca = NULL;
    struct world *w = world_with_late_issuer("webfb", &ca);
    char serial[64];
    chooses(w, "idempotency keys kept", "3650");
    has_user(w, KEIR2);
    ca->on_issue = at_first;
    int rc = obtains_under(w, "k", 40);
    assert_int_equal(rc, at_first == ANSWERS_AT_ONCE ? CERTLIFE_ALLOWED : CERTLIFE_REFUSED);
    ca->on_issue = ANSWERS_AT_ONCE;
    assert_allowed(w, obtains_under(w, "k", 40));
    snprintf(serial, sizeof serial, "%s", held_serial(w, KEIR2));
    assert_allowed(w, confirms(w, KEIR2));
    assert_allowed(w, obtains_under(w, "k", 40));
    assert_string_equal(held_serial(w, KEIR2), serial);
    at(w, "2027-03-15 12:00:00");
    assert_allowed(w, renews_under(w, "r", 41));
    assert_allowed(w, confirms(w, KEIR2));
    assert_string_not_equal(held_serial(w, KEIR2), serial);
    assert_allowed(w, obtains_under(w, "k", 40));
    assert_string_equal(held_serial(w, KEIR2), serial);
    assert_allowed(w, renews_under(w, "r", 41));
    assert_string_not_equal(held_serial(w, KEIR2), serial);
    assert_int_equal(late_signed(ca), 3); /* the master user's and these two */
    reconcile(w);
    world_free(w);
}

static void test_r_iss_3_also_after_a_further_renewal(void **state)
{
    (void)state;
    still_answers(ANSWERS_AT_ONCE);
}

static void test_r_iss_3_also_after_a_further_renewal_of_a_later_one(void **state)
{
    (void)state;
    still_answers(ANSWERS_LATER);
}

/* The certificate of an answer is the first one; what is said of it is of this moment. */
static certlife_certificate_state answered_state(struct world *w)
{
    certlife_request request = CERTLIFE_REQUEST_INIT;
    certlife_certificate *certificate = NULL;
    request.pkcs10 = (const uint8_t *)request_pem(40);
    request.pkcs10_len = strlen(request_pem(40));
    request.medium = CERTLIFE_MEDIUM_PC;
    request.channel = "edge/app";
    with_key(w, "k");
    assert_allowed(
        w, certlife_obtain(w->bank, actor(w, KEIR2), COMPANY, KEIR2, &request, &certificate, w->decision, &w->err));
    certlife_certificate_state found = certlife_certificate_state_of(certificate);
    certlife_certificate_free(certificate);
    return found;
}

static void test_r_iss_3_as_of_now(void **state)
{
    (void)state;
    struct world *w = world_where("webfb", "idempotency keys kept", "3650");
    has_user(w, KEIR2);
    assert_allowed(w, obtains_under(w, "k", 40));
    assert_int_equal(answered_state(w), CERTLIFE_CERTIFICATE_UNCONFIRMED);
    assert_allowed(w, confirms(w, KEIR2));
    assert_int_equal(answered_state(w), CERTLIFE_CERTIFICATE_VALID);
    at(w, "2027-04-01 23:59:59");
    assert_int_equal(answered_state(w), CERTLIFE_CERTIFICATE_VALID);
    at(w, "2027-04-02 00:00:00");
    assert_int_equal(answered_state(w), CERTLIFE_CERTIFICATE_EXPIRED);
    assert_allowed(w, revokes(w, "branch", KEIR2));
    assert_int_equal(answered_state(w), CERTLIFE_CERTIFICATE_REVOKED);
    world_free(w);
}

/* What is forgotten at the latest moment the store remembers stays forgotten for a clock behind it (R-TIM-3). */
static void test_r_iss_3_a_clock_behind_remembers_nothing(void **state)
{
    (void)state;
    struct world *w = world_where("webfb", "idempotency keys kept", "7");
    has_user(w, KEIR2);
    assert_allowed(w, obtains_under(w, "k", 40)); /* until 2026-04-08 11:59:59 */
    at(w, "2026-04-08 12:00:01");
    assert_allowed(w, adds(w, MASTER, KEIR3));
    at(w, "2026-04-08 11:59:58");
    assert_refused(w, obtains_under(w, "k", 41), "R-ALL-5", CERTLIFE_CODE_UNCONFIRMED, CERTLIFE_WAY_DELIVER);
    world_free(w);
}

/* Who brings less than the first time asks something else: nobody gets by an idempotency key what they could not get. */
static void test_r_iss_3_less_assurance_is_another_request(void **state)
{
    (void)state;
    struct world *w = world_new("kumiai");
    has_user(w, KEIR2);
    assert_allowed(w, obtains_under(w, "k", 40));
    without_password(w);
    assert_reused(w, obtains_under(w, "k", 40));
    assert_allowed(w, obtains_under(w, "k", 40));

    with_confirmation(w);
    assert_allowed(w, revokes_under(w, "r", MASTER));
    assert_reused(w, revokes_under(w, "r", MASTER));
    with_confirmation(w);
    without_password(w);
    assert_reused(w, revokes_under(w, "r", MASTER));
    with_confirmation(w);
    assert_allowed(w, revokes_under(w, "r", MASTER));

    assert_allowed(w, obtains(w, KEIR2));
    assert_allowed(w, revokes_under(w, "b", "branch"));
    without_application(w);
    assert_reused(w, revokes_under(w, "b", "branch"));

    assert_allowed(w, deletes(w, MASTER, KEIR2));
    without_password(w);
    assert_reused(w, obtains_under(w, "k", 40));
    world_free(w);
}

/* 'Something is missing' is no last word: the same call with it goes through, under the same key. */
static void test_r_iss_3_what_was_missing(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_user(w, KEIR2);
    struct dump before = dump_of(w->store);
    without_password(w);
    assert_refused(w, obtains_under(w, "k", 40), "R-OBT-1", CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_OBTAIN);
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    assert_allowed(w, obtains_under(w, "k", 40));
    assert_allowed(w, confirms(w, KEIR2));

    at(w, "2027-03-15 12:00:00");
    without_password(w);
    assert_refused(w, renews_under(w, "p", 41), "R-REN-3", CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_LOG_IN);
    assert_allowed(w, renews_under(w, "p", 41));
    without_certificate(w);
    assert_refused(w, renews_under(w, "n", 41), "R-REN-3", CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED, CERTLIFE_WAY_LOG_IN);
    assert_allowed(w, renews_under(w, "n", 41));
    world_free(w);

    w = world_new("kumiai");
    has_certificate(w, KEIR2);
    assert_refused(w, revokes_under(w, "r", MASTER), "R-REV-3", CERTLIFE_CODE_CONFIRMATION_PASSWORD_NEEDED,
                   CERTLIFE_WAY_NONE);
    with_confirmation(w);
    assert_allowed(w, revokes_under(w, "r", MASTER));
    world_free(w);
}

/* Least of all where it is urgent. */
static void test_r_rev_4_the_number_was_forgotten(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_certificate(w, KEIR2);
    without_application(w);
    assert_refused(w, revokes_under(w, "k", "branch"), "R-REV-4", CERTLIFE_CODE_APPLICATION_NEEDED, CERTLIFE_WAY_NONE);
    assert_allowed(w, looks_in(w, KEIR2));
    assert_allowed(w, revokes_under(w, "k", "branch"));
    assert_refused(w, looks_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
    world_free(w);
}

static int answers(struct world *w, const uint8_t *order, const uint8_t *der, size_t len)
{
    return certlife_issuer_answer(w->bank, actor(w, "system"), order, CERTLIFE_SERIAL_MAX, der, len, w->decision,
                                  &w->err);
}

/* An answer to an order that is not there is known only by the very certificate that was recorded, not by its number. */
static void test_r_obt_6_another_certificate_of_a_known_number(void **state)
{
    (void)state;
    static const uint8_t never_placed[CERTLIFE_SERIAL_MAX] = {1, 2, 3};
    struct late_issuer *ca = NULL;
    struct world *w = world_with_late_issuer("webfb", &ca);
    uint8_t other[CERTLIFE_CERTIFICATE_MAX];
    const uint8_t *der = NULL;
    has_obtained(w, KEIR2);
    size_t len = holds(w, KEIR2, &der);
    struct dump before = dump_of(w->store);
    assert_allowed(w, answers(w, late_order_id(ca, 1), der, len)); /* once more, as issuers do */
    memcpy(other, der, len);
    other[len - 1] ^= 1;
    assert_refused(w, answers(w, late_order_id(ca, 1), other, len), "R-ALL-12", CERTLIFE_CODE_UNKNOWN,
                   CERTLIFE_WAY_NONE);
    assert_refused(w, answers(w, never_placed, other, len), "R-ALL-12", CERTLIFE_CODE_UNKNOWN, CERTLIFE_WAY_NONE);
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    world_free(w);
}

/* An answer that comes when nobody waits for it and the certificate has expired by now is recorded and revoked all the
 * same: it was valid once. */
static void test_r_all_7_an_expired_late_answer(void **state)
{
    (void)state;
    struct late_issuer *ca = NULL;
    struct world *w = world_with_late_issuer("webfb", &ca);
    certlife_certificate_page *page = NULL;
    const uint8_t *der = NULL;
    has_user(w, KEIR2);
    ca->on_issue = ca->on_poll = ANSWERS_LATER;
    assert_issuing(w, obtains_with(w, KEIR2, 40));
    size_t len = late_signs(ca, 1, &der);
    assert_allowed(w, revokes(w, "branch", KEIR2));
    at(w, "2028-01-01 00:00:00");
    for (int again = 0; again < 2; again++) {
        assert_allowed(w, answers(w, late_order_id(ca, 1), der, len));
        const certlife_certificate *late = history_at(w, KEIR2, 0, &page);
        assert_int_equal(certlife_certificate_page_count(page), 1);
        assert_int_equal(certlife_certificate_state_of(late), CERTLIFE_CERTIFICATE_REVOKED);
        assert_int_equal(certlife_certificate_reason(late), CERTLIFE_REASON_CESSATION);
        assert_int_equal(certlife_certificate_revoked_at(late), moment("2028-01-01 00:00:00"));
        certlife_certificate_page_free(page);
    }
    assert_status(w, KEIR2, CERTLIFE_STATUS_NOT_APPLIED);
    assert_int_equal(logs_in_with(w, KEIR2, der, len), CERTLIFE_REFUSED);
    reconcile(w);
    world_free(w);
}

/* Another key, where a certificate login vouches for the caller, replaces the unconfirmed one, which is revoked as
 * superseded: also where the answer comes when the old one has expired. */
static void test_r_all_5_the_answer_comes_after_expiry(void **state)
{
    (void)state;
    struct late_issuer *ca = NULL;
    struct world *w = world_with_late_issuer("webfb", &ca);
    certlife_certificate_page *page = NULL;
    const uint8_t *second = NULL, *third = NULL;
    uint8_t lost[8192];
    has_certificate(w, KEIR2);
    at(w, "2027-04-01 23:00:00");
    assert_allowed(w, renews_with(w, KEIR2, 40));
    size_t lost_len = holds(w, KEIR2, &second);
    memcpy(lost, second, lost_len);
    keeps_old(w, KEIR2); /* the key of the new one was lost */
    ca->on_issue = ca->on_poll = ANSWERS_LATER;
    assert_issuing(w, renews_with(w, KEIR2, 41));
    size_t len = late_signs(ca, 3, &third);

    at(w, "2027-04-02 00:00:00");
    assert_allowed(w, answers(w, late_order_id(ca, 3), third, len));
    static const certlife_certificate_state states[] = {CERTLIFE_CERTIFICATE_EXPIRED, CERTLIFE_CERTIFICATE_REVOKED,
                                                        CERTLIFE_CERTIFICATE_UNCONFIRMED};
    history_at(w, KEIR2, 0, &page);
    assert_int_equal(certlife_certificate_page_count(page), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(certlife_certificate_state_of(certlife_certificate_page_at(page, i)), states[i]);
    assert_int_equal(certlife_certificate_reason(certlife_certificate_page_at(page, 1)), CERTLIFE_REASON_SUPERSEDED);
    certlife_certificate_page_free(page);
    assert_int_equal(logs_in_with(w, KEIR2, lost, lost_len), CERTLIFE_REFUSED);
    assert_int_equal(certlife_decision_code(w->decision), CERTLIFE_CODE_REVOKED);
    assert_int_equal(logs_in_with(w, KEIR2, third, len), CERTLIFE_ALLOWED);
    assert_true(certlife_login_confirmed(w->login));
    reconcile(w);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_iss_3_a_quicker_one_is_answered),
        cmocka_unit_test(test_r_all_6_a_quicker_one_has_confirmed),
        cmocka_unit_test(test_r_iss_3_rejected_at_once),
        cmocka_unit_test(test_r_iss_3_a_refusal_stays_one),
        cmocka_unit_test(test_r_iss_3_another_requests_certificate),
        cmocka_unit_test(test_r_iss_3_also_after_a_further_renewal),
        cmocka_unit_test(test_r_iss_3_also_after_a_further_renewal_of_a_later_one),
        cmocka_unit_test(test_r_iss_3_as_of_now),
        cmocka_unit_test(test_r_iss_3_a_clock_behind_remembers_nothing),
        cmocka_unit_test(test_r_iss_3_less_assurance_is_another_request),
        cmocka_unit_test(test_r_iss_3_what_was_missing),
        cmocka_unit_test(test_r_rev_4_the_number_was_forgotten),
        cmocka_unit_test(test_r_obt_6_another_certificate_of_a_known_number),
        cmocka_unit_test(test_r_all_7_an_expired_late_answer),
        cmocka_unit_test(test_r_all_5_the_answer_comes_after_expiry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
