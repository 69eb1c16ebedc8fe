/* SPDX-License-Identifier: Apache-2.0 */
/* Where rows meet, first part: R-ALL-1…9. (R-ALL-10…19 are in test_meeting_more.c.) */
#include "dump.h"
#include "late_issuer.h"
#include "nodes.h"
#include "reconcile.h"

#include "base/text.h"

#define KEIR2 "keir002"
#define KEIR3 "keir003"
#define KEIR4 "keir004"
#define OTHER "0010000002"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const all[] = {"webfb-login", "webfb", "houjin", "kumiai"};

static struct world *company(const char *profile)
{
    struct world *w = world_new(profile);
    has_certificate(w, KEIR2);
    has_certificate(w, KEIR3);
    return w;
}

static struct world *world_with_late_issuer(const char *profile, struct late_issuer **out)
{
    struct world_parts parts = {0};
    assert_int_equal(certlife_profile_new(profile, &parts.profile, NULL), 0);
    assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, NULL), 0);
    *out = late_issuer_open(parts.crypto, &parts.issuer);
    return world_with(parts);
}

static void is_issuing(struct world *w, struct late_issuer *ca, const char *user)
{
    ca->on_issue = ca->on_poll = ANSWERS_LATER;
    assert_refused(w, obtains(w, user), "R-OBT-6", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
}

/* Why a user's certificate was revoked; it must have been. */
static certlife_reason reason_of(struct world *w, const char *user, const char *serial)
{
    certlife_certificate_page *page = NULL;
    const certlife_certificate *certificate = history_at(w, user, 0, &page);
    for (size_t i = 1; certificate != NULL && strcmp(certlife_certificate_serial(certificate), serial) != 0; i++)
        certificate = certlife_certificate_page_at(page, i);
    assert_non_null(certificate);
    assert_int_equal(certlife_certificate_state_of(certificate), CERTLIFE_CERTIFICATE_REVOKED);
    certlife_reason reason = certlife_certificate_reason(certificate);
    certlife_certificate_page_free(page);
    return reason;
}

/* Order of refusals, first that refuses is the answer: permission · assurance · contract closed, suspended, not applied ·
 * state · window · medium · channel · the request itself. One story for each pair of neighbours, in which both refuse. */
static void test_r_all_1_permission_before_assurance(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    without_certificate(w);
    assert_refused(w, revokes(w, KEIR2, KEIR3), "R-REV-1", CERTLIFE_CODE_MASTER_ONLY, CERTLIFE_WAY_ASK_MASTER);
    without_application(w);
    assert_refused(w, could(w, "branch", CERTLIFE_ACT_OBTAIN, KEIR2), "R-OBT-1", CERTLIFE_CODE_OWN_ONLY,
                   CERTLIFE_WAY_NONE);
    without_password(w);
    assert_refused(w, could(w, MASTER, CERTLIFE_ACT_OBTAIN, KEIR2), "R-OBT-1", CERTLIFE_CODE_OWN_ONLY,
                   CERTLIFE_WAY_NONE);
    world_free(w);
}

static void test_r_all_1_assurance_before_contract(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    assert_allowed(w, closes(w, "branch"));
    without_application(w);
    assert_refused(w, revokes(w, "branch", KEIR2), "R-REV-4", CERTLIFE_CODE_APPLICATION_NEEDED, CERTLIFE_WAY_NONE);
    assert_refused(w, revokes(w, "branch", KEIR2), "R-ALL-8", CERTLIFE_CODE_CONTRACT_CLOSED,
                   CERTLIFE_WAY_CONTACT_BRANCH);
    without_certificate(w);
    without_password(w);
    assert_refused(w, obtains(w, KEIR2), "R-OBT-1", CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_OBTAIN);
    world_free(w);
}

static void test_r_all_1_contract_before_state(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    assert_allowed(w, deletes(w, "branch", KEIR2));
    assert_refused(w, revokes(w, "branch", KEIR2), "R-USR-7", CERTLIFE_CODE_USER_DELETED, CERTLIFE_WAY_NONE);
    assert_allowed(w, closes(w, "branch"));
    assert_refused(w, revokes(w, "branch", KEIR2), "R-ALL-8", CERTLIFE_CODE_CONTRACT_CLOSED,
                   CERTLIFE_WAY_CONTACT_BRANCH);
    world_free(w);

    /* A contract that has not applied, and a user without any authorisation. */
    w = world_new("webfb");
    w->company = OTHER;
    assert_allowed(w, registers(w, "branch", OTHER, "sato001"));
    assert_refused(w, obtains(w, "sato001"), "R-USR-4", CERTLIFE_CODE_NOT_APPLIED, CERTLIFE_WAY_CONTACT_BRANCH);
    assert_refused(w, reissues(w, "branch", "sato001"), "R-USR-4", CERTLIFE_CODE_NOT_APPLIED,
                   CERTLIFE_WAY_CONTACT_BRANCH);
    assert_allowed(w, applies(w, "branch"));
    assert_refused(w, obtains(w, "sato001"), "R-OBT-1", CERTLIFE_CODE_NOT_AUTHORISED, CERTLIFE_WAY_CONTACT_BRANCH);
    assert_refused(w, reissues(w, "branch", "sato001"), "R-ALL-10", CERTLIFE_CODE_NOT_AUTHORISED, CERTLIFE_WAY_NONE);
    /* Closed comes before not applied. */
    assert_allowed(w, registers(w, "branch", "0010000003", "ito001"));
    w->company = "0010000003";
    assert_allowed(w, closes(w, "branch"));
    assert_refused(w, obtains(w, "ito001"), "R-ALL-8", CERTLIFE_CODE_CONTRACT_CLOSED, CERTLIFE_WAY_CONTACT_BRANCH);
    world_free(w);
}

static void test_r_all_1_state_before_window(void **state)
{
    (void)state;
    struct world *w = company("webfb-login");
    assert_refused(w, renews(w, KEIR2), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN, CERTLIFE_WAY_WAIT);
    assert_allowed(w, revokes(w, MASTER, KEIR2));
    assert_refused(w, renews(w, KEIR2), "R-REV-6", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
    world_free(w);
}

/* houjin offers USB tokens, for which this company has not applied; the channels are one. */
static struct world *company_with_one_channel(void)
{
    struct world *w = world_where("houjin", "channels", "edge/app");
    has_certificate(w, KEIR2);
    has_user(w, KEIR3);
    return w;
}

static void test_r_all_1_window_before_medium(void **state)
{
    (void)state;
    struct world *w = company_with_one_channel();
    w->medium = CERTLIFE_MEDIUM_USB_TOKEN;
    assert_refused(w, renews(w, KEIR2), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN, CERTLIFE_WAY_WAIT);
    at(w, "2026-06-21 00:00:00");
    assert_refused(w, obtains(w, KEIR3), "R-OBT-2", CERTLIFE_CODE_OBTAIN_PERIOD_OVER, CERTLIFE_WAY_ASK_MASTER);
    world_free(w);
}

static void test_r_all_1_medium_before_channel(void **state)
{
    (void)state;
    struct world *w = company_with_one_channel();
    w->medium = CERTLIFE_MEDIUM_USB_TOKEN;
    w->channel = "firefox";
    assert_refused(w, obtains(w, KEIR3), "R-OBT-8", CERTLIFE_CODE_MEDIUM_NOT_APPLIED, CERTLIFE_WAY_CONTACT_BRANCH);
    assert_allowed(w, applies_for_usb_tokens(w, "branch"));
    assert_refused(w, obtains(w, KEIR3), "R-OBT-7", CERTLIFE_CODE_CHANNEL_NOT_ALLOWED, CERTLIFE_WAY_NONE);
    world_free(w);
}

static void test_r_all_1_channel_before_request(void **state)
{
    (void)state;
    struct world *w = company_with_one_channel();
    w->channel = "firefox"; /* and with the master user's key, request 0 */
    assert_refused(w, obtains_with(w, KEIR3, 0), "R-OBT-7", CERTLIFE_CODE_CHANNEL_NOT_ALLOWED, CERTLIFE_WAY_NONE);
    w->channel = "edge/app";
    assert_refused(w, obtains_with(w, KEIR3, 0), "R-USR-3", CERTLIFE_CODE_KEY_OF_ANOTHER, CERTLIFE_WAY_NONE);
    world_free(w);
}

/* An unknown target counts as somebody else's: somebody without permission never learns a state. */
static void test_r_all_1_without_permission_nothing_is_learnt(void **state)
{
    (void)state;
    static const certlife_act acts[] = {
        CERTLIFE_ACT_OBTAIN,      CERTLIFE_ACT_RENEW,     CERTLIFE_ACT_REISSUE,     CERTLIFE_ACT_REVOKE,
        CERTLIFE_ACT_DELIVER,     CERTLIFE_ACT_CONFIRM,   CERTLIFE_ACT_RENEW_LATER, CERTLIFE_ACT_AUTHORISE,
        CERTLIFE_ACT_USER_CHANGE, CERTLIFE_ACT_USER_SHOW, CERTLIFE_ACT_USER_DELETE,
    };
    struct world *w = company("webfb");
    has_user(w, "awaiting");
    has_certificate(w, "revoked");
    has_certificate(w, "deleted");
    assert_allowed(w, revokes(w, MASTER, "revoked"));
    assert_allowed(w, deletes(w, MASTER, "deleted"));
    static const char *const others[] = {KEIR3, "awaiting", "revoked", "deleted", MASTER, "nobody"};
    for (size_t a = 0; a < COUNT(acts); a++) {
        for (size_t i = 0; i < COUNT(others); i++) {
            assert_int_equal(could(w, KEIR2, acts[a], others[i]), CERTLIFE_REFUSED);
            certlife_code code = certlife_decision_code(w->decision);
            certlife_way way = certlife_decision_way(w->decision);
            char row[16];
            snprintf(row, sizeof row, "%s", certlife_decision_row(w->decision));
            assert_refused(w, could(w, KEIR2, acts[a], "nobody"), row, code, way);
            assert_int_equal(certlife_decision_date(w->decision), 0);
        }
    }
    world_free(w);
}

/* Misuse and malformed input come before all of them, as errors. */
static void test_r_all_1_malformed_before_all(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    assert_failed(w, issues_for(w, KEIR2, KEIR3, CERTLIFE_ACT_OBTAIN, "not a request", 13), CERTLIFE_E_MALFORMED);
    assert_failed(w, revokes(w, KEIR2, ""), CERTLIFE_E_INVALID);
    assert_failed(w, revokes(w, KEIR2, "a\nb"), CERTLIFE_E_INVALID);
    assert_failed(w, logs_in_with(w, "nobody", "not a certificate", 17), CERTLIFE_E_MALFORMED);
    certlife_actor nobody = CERTLIFE_ACTOR_INIT;
    assert_int_equal(certlife_revoke(w->bank, &nobody, COMPANY, KEIR2, 0, w->decision, NULL), CERTLIFE_E_INVALID);
    world_free(w);
}

/* Order of statuses, first that holds: deleted · contract closed · revoked · suspended · not applied · issuing · awaiting ·
 * obtain period over (if nothing usable) · expired · renewal due · obtained (also unconfirmed). */
static void test_r_all_2_order_of_statuses(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    has_obtained(w, KEIR4);
    assert_status(w, KEIR4, CERTLIFE_STATUS_OBTAINED);
    at(w, "2027-03-01 23:59:59");
    assert_status(w, KEIR4, CERTLIFE_STATUS_OBTAINED);
    at(w, "2027-03-02 00:00:00");
    assert_status(w, KEIR4, CERTLIFE_STATUS_RENEWAL_DUE);
    at(w, "2027-04-01 23:59:59");
    assert_status(w, KEIR4, CERTLIFE_STATUS_RENEWAL_DUE);
    at(w, "2027-04-02 00:00:00");
    assert_status(w, KEIR4, CERTLIFE_STATUS_EXPIRED); /* not renewal due */
    assert_allowed(w, reissues(w, "branch", KEIR4));
    assert_status(w, KEIR4, CERTLIFE_STATUS_AWAITING); /* and expired */
    at(w, "2027-06-22 00:00:00");
    assert_status(w, KEIR4, CERTLIFE_STATUS_OBTAIN_PERIOD_OVER); /* and expired */
    assert_allowed(w, revokes(w, "branch", KEIR4));
    assert_status(w, KEIR4, CERTLIFE_STATUS_REVOKED); /* and expired */
    assert_allowed(w, deletes(w, "branch", KEIR3));
    assert_allowed(w, closes(w, "branch"));
    assert_status(w, KEIR4, CERTLIFE_STATUS_CONTRACT_CLOSED); /* and revoked */
    assert_status(w, KEIR3, CERTLIFE_STATUS_DELETED);         /* and closed */
    world_free(w);

    /* Reissued after a revocation: awaiting; nobody obtains: over. */
    w = company("webfb");
    assert_allowed(w, revokes(w, MASTER, KEIR2));
    assert_allowed(w, reissues(w, MASTER, KEIR2));
    assert_status(w, KEIR2, CERTLIFE_STATUS_AWAITING);
    at(w, "2026-06-21 00:00:00");
    assert_status(w, KEIR2, CERTLIFE_STATUS_OBTAIN_PERIOD_OVER);
    world_free(w);

    /* Added before the application: not applied, whatever follows in the order. */
    w = world_new("webfb");
    w->company = OTHER;
    assert_allowed(w, registers(w, "branch", OTHER, "sato001"));
    assert_allowed(w, adds(w, "branch", "sato002"));
    assert_status(w, "sato002", CERTLIFE_STATUS_NOT_APPLIED);
    assert_allowed(w, applies(w, "branch"));
    assert_status(w, "sato002", CERTLIFE_STATUS_NOT_APPLIED); /* nobody has authorised */
    world_free(w);
}

static void test_r_all_2_issuing_among_statuses(void **state)
{
    (void)state;
    struct late_issuer *ca = NULL;
    struct world *w = world_with_late_issuer("webfb", &ca);
    has_user(w, KEIR2);
    is_issuing(w, ca, KEIR2);
    assert_status(w, KEIR2, CERTLIFE_STATUS_ISSUING); /* and awaiting */
    at(w, "2026-06-21 00:00:00");
    assert_status(w, KEIR2, CERTLIFE_STATUS_ISSUING); /* and the period over */
    assert_allowed(w, closes(w, "branch"));
    assert_status(w, KEIR2, CERTLIFE_STATUS_CONTRACT_CLOSED);
    world_free(w);

    w = world_with_late_issuer("kumiai", &ca);
    has_certificate(w, KEIR2);
    assert_allowed(w, revokes(w, "branch", KEIR2));
    is_issuing(w, ca, KEIR2);
    assert_status(w, KEIR2, CERTLIFE_STATUS_REVOKED); /* until it is there (R-ALL-9) */
    ca->on_poll = ANSWERS_AT_ONCE;
    assert_allowed(w, gets_again(w, KEIR2));
    assert_status(w, KEIR2, CERTLIFE_STATUS_OBTAINED);
    world_free(w);
}

/* Adding a general user by the master user (or the branch) to a contract that has applied is the authorisation to obtain;
 * the master user's own comes from the branch or the system. */
static void test_r_all_3_adding_is_the_authorisation(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    assert_allowed(w, adds(w, MASTER, KEIR2));
    assert_status(w, KEIR2, CERTLIFE_STATUS_AWAITING);
    assert_allowed(w, adds(w, "branch", KEIR3));
    assert_status(w, KEIR3, CERTLIFE_STATUS_AWAITING);
    assert_allowed(w, adds(w, "system", KEIR4));
    assert_status(w, KEIR4, CERTLIFE_STATUS_NOT_APPLIED);
    assert_refused(w, obtains(w, KEIR4), "R-OBT-1", CERTLIFE_CODE_NOT_AUTHORISED, CERTLIFE_WAY_ASK_MASTER);
    assert_refused(w, authorises(w, "system", KEIR4), "R-ALL-13", CERTLIFE_CODE_NOT_FOR_SYSTEM, CERTLIFE_WAY_NONE);
    assert_allowed(w, authorises(w, MASTER, KEIR4));
    assert_allowed(w, obtains(w, KEIR4));

    static const char *const authors[] = {"branch", "system"};
    for (size_t i = 0; i < COUNT(authors); i++) {
        char id[16], master[16];
        snprintf(id, sizeof id, "00100001%02zu", i);
        snprintf(master, sizeof master, "sato%03zu", i);
        w->company = id;
        assert_allowed(w, registers(w, "system", id, master));
        assert_allowed(w, applies(w, "branch"));
        assert_status(w, master, CERTLIFE_STATUS_NOT_APPLIED);
        without_certificate(w);
        assert_refused(w, authorises(w, master, master), "R-ALL-3", CERTLIFE_CODE_BRANCH_ONLY,
                       CERTLIFE_WAY_CONTACT_BRANCH);
        assert_allowed(w, authorises(w, authors[i], master));
        assert_allowed(w, obtains(w, master));
    }
    world_free(w);
}

/* A new authorisation before a first certificate sets a new obtain-by; after one it is refused (reissue is meant). A lapsed
 * authorisation takes away no other permission. */
static void test_r_all_3_a_new_authorisation(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_user(w, KEIR2);
    at(w, "2026-06-21 00:00:00");
    assert_status(w, KEIR2, CERTLIFE_STATUS_OBTAIN_PERIOD_OVER);
    assert_allowed(w, authorises(w, MASTER, KEIR2));
    at(w, "2026-09-09 23:59:59");
    assert_allowed(w, obtains(w, KEIR2));
    assert_refused(w, authorises(w, MASTER, KEIR2), "R-ALL-3", CERTLIFE_CODE_HAS_CERTIFICATE, CERTLIFE_WAY_NONE);
    assert_allowed(w, confirms(w, KEIR2));
    at(w, "2027-09-10 00:00:00"); /* expired, and the way of R-OBT-9 is open */
    assert_refused(w, authorises(w, "branch", KEIR2), "R-ALL-3", CERTLIFE_CODE_HAS_CERTIFICATE, CERTLIFE_WAY_OBTAIN);
    assert_allowed(w, reissues(w, "branch", KEIR2));
    at(w, "2027-11-30 00:00:00"); /* the reissue has lapsed; 90 days after expiry have not */
    assert_status(w, KEIR2, CERTLIFE_STATUS_OBTAIN_PERIOD_OVER);
    assert_allowed(w, obtains(w, KEIR2));
    world_free(w);
}

/* A place in the contract is taken by every user who is not deleted, from the moment of adding. The ID of a deleted user is
 * not used again. */
static void test_r_all_4_places_and_ids(void **state)
{
    (void)state;
    struct world *w = world_where("webfb", "users", "3");
    has_user(w, KEIR2);
    has_user(w, KEIR3);
    assert_refused(w, adds(w, MASTER, KEIR4), "R-USR-2", CERTLIFE_CODE_CONTRACT_FULL, CERTLIFE_WAY_NONE);
    assert_allowed(w, revokes(w, MASTER, KEIR2)); /* a revoked user keeps the place */
    assert_refused(w, adds(w, MASTER, KEIR4), "R-USR-2", CERTLIFE_CODE_CONTRACT_FULL, CERTLIFE_WAY_NONE);
    assert_refused(w, adds(w, MASTER, KEIR2), "R-ALL-4", CERTLIFE_CODE_ID_TAKEN, CERTLIFE_WAY_NONE);
    assert_allowed(w, deletes(w, MASTER, KEIR2));
    assert_refused(w, adds(w, MASTER, KEIR2), "R-ALL-4", CERTLIFE_CODE_ID_TAKEN, CERTLIFE_WAY_NONE);
    assert_refused(w, adds(w, MASTER, MASTER), "R-ALL-4", CERTLIFE_CODE_ID_TAKEN, CERTLIFE_WAY_NONE);
    assert_allowed(w, adds(w, MASTER, KEIR4));
    assert_refused(w, adds(w, MASTER, "keir005"), "R-USR-2", CERTLIFE_CODE_CONTRACT_FULL, CERTLIFE_WAY_NONE);
    assert_refused(w, registers(w, "branch", COMPANY, "sato001"), "R-ALL-4", CERTLIFE_CODE_ID_TAKEN, CERTLIFE_WAY_NONE);
    reconcile(w);
    world_free(w);
}

/* Obtaining while a usable certificate exists is refused. Before the first certificate is confirmed, the same key gets it
 * delivered again, another key is refused with `deliver again`. */
static void test_r_all_5_obtaining_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct world *w = world_new(all[i]);
        char serial[64];
        has_user(w, KEIR2);
        assert_allowed(w, obtains_with(w, KEIR2, 40));
        snprintf(serial, sizeof serial, "%s", held_serial(w, KEIR2));
        assert_allowed(w, obtains_with(w, KEIR2, 40));
        assert_string_equal(held_serial(w, KEIR2), serial);
        assert_refused(w, obtains_with(w, KEIR2, 41), "R-ALL-5", CERTLIFE_CODE_UNCONFIRMED, CERTLIFE_WAY_DELIVER);
        assert_allowed(w, confirms(w, KEIR2));
        for (int request = 40; request <= 41; request++)
            assert_refused(w, obtains_with(w, KEIR2, request), "R-ALL-5", CERTLIFE_CODE_ALREADY_OBTAINED,
                           CERTLIFE_WAY_LOG_IN);
        assert_date(w, "2027-04-01 23:59:59");
        assert_int_equal(history_count(w, KEIR2), 1);
        world_free(w);
    }
}

/* Renewing again before confirmation: the same key gets it delivered again; another key, where a certificate login vouches
 * for the caller, replaces the unconfirmed one, which is revoked as superseded. */
static void test_r_all_5_renewing_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct world *w = company(all[i]);
        char serial[64];
        at(w, "2027-03-02 00:00:00");
        assert_allowed(w, renews_with(w, KEIR2, 40));
        snprintf(serial, sizeof serial, "%s", held_serial(w, KEIR2));
        keeps_old(w, KEIR2);
        assert_allowed(w, renews_with(w, KEIR2, 40));
        assert_string_equal(held_serial(w, KEIR2), serial);
        assert_int_equal(history_count(w, KEIR2), 2);
        if (strcmp(all[i], "webfb-login") == 0) {
            without_certificate(w); /* only a password vouches */
            assert_refused(w, renews_with(w, KEIR2, 41), "R-ALL-5", CERTLIFE_CODE_UNCONFIRMED, CERTLIFE_WAY_DELIVER);
        }
        keeps_old(w, KEIR2);
        assert_allowed(w, renews_with(w, KEIR2, 41));
        assert_int_equal(history_count(w, KEIR2), 3);
        assert_string_not_equal(held_serial(w, KEIR2), serial);
        assert_int_equal(reason_of(w, KEIR2, serial), CERTLIFE_REASON_SUPERSEDED);
        assert_refused(w, confirms_serial(w, KEIR2, serial), "R-ALL-6", CERTLIFE_CODE_NOTHING_TO_CONFIRM,
                       CERTLIFE_WAY_DELIVER);
        assert_allowed(w, confirms(w, KEIR2));
        reconcile(w);
        world_free(w);
    }
}

/* An unconfirmed certificate can be delivered again and confirmed until it expires, whatever obtain-by or the renewal
 * window say by then. Confirming twice changes nothing. */
static void test_r_all_6_until_it_expires(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct world *w = world_new(all[i]);
        has_obtained(w, KEIR2);
        has_obtained(w, KEIR3);
        at(w, "2027-04-01 23:59:59");
        without_certificate(w);
        assert_allowed(w, gets_again(w, KEIR2));
        without_certificate(w);
        assert_allowed(w, confirms(w, KEIR2));
        struct dump after = dump_of(w->store);
        assert_allowed(w, confirms(w, KEIR2));
        assert_true(dump_equals(&after, w->store));
        dump_free(&after);
        at(w, "2027-04-02 00:00:00");
        assert_refused(w, gets_again(w, KEIR3), "R-OBT-4", CERTLIFE_CODE_NOTHING_TO_DELIVER, CERTLIFE_WAY_OBTAIN);
        assert_refused(w, confirms(w, KEIR3), "R-ALL-6", CERTLIFE_CODE_NOTHING_TO_CONFIRM, CERTLIFE_WAY_OBTAIN);
        world_free(w);
    }
}

/* If the old one expires first, the unconfirmed one takes its place. … by its first login. */
static void test_r_all_6_takes_the_place_of_the_expired(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    at(w, "2027-03-02 00:00:00");
    assert_allowed(w, renews(w, KEIR2));
    at(w, "2027-04-02 00:00:00");
    assert_status(w, KEIR2, CERTLIFE_STATUS_OBTAINED);
    certlife_user *user = shown(w, KEIR2);
    assert_string_equal(certlife_user_serial(user), held_serial(w, KEIR2));
    assert_string_equal(certlife_user_unconfirmed_serial(user), "");
    certlife_user_free(user);
    assert_allowed(w, gets_again(w, KEIR2));
    assert_allowed(w, logs_in(w, KEIR2));
    assert_int_equal(certlife_login_confirmed(w->login), 1);
    assert_allowed(w, logs_in(w, KEIR2));
    assert_int_equal(certlife_login_confirmed(w->login), 0);
    certlife_certificate_page *page = NULL;
    const certlife_certificate *old = history_at(w, KEIR2, 0, &page);
    assert_int_equal(certlife_certificate_confirmed_at(certlife_certificate_page_at(page, 1)), w->now);
    assert_int_equal(certlife_certificate_state_of(old), CERTLIFE_CERTIFICATE_EXPIRED); /* not replaced */
    assert_int_equal(certlife_certificate_replaced_at(old), 0);
    certlife_certificate_page_free(page);
    reconcile(w);
    world_free(w);
}

/* … with the assurance of the act that issued it: what a certificate login renewed, a password alone does not get. */
static void test_r_all_6_assurance_of_the_act(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    at(w, "2027-03-02 00:00:00");
    assert_allowed(w, renews(w, KEIR2));
    without_certificate(w);
    assert_refused(w, gets_again(w, KEIR2), "R-ALL-6", CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED, CERTLIFE_WAY_LOG_IN);
    without_certificate(w);
    assert_refused(w, confirms(w, KEIR2), "R-ALL-6", CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED, CERTLIFE_WAY_LOG_IN);
    keeps_old(w, KEIR2);
    assert_allowed(w, gets_again(w, KEIR2));
    assert_allowed(w, confirms(w, KEIR2));
    world_free(w);
}

/* A check that a gate makes on each request can be asked only to read: it writes nothing, and needs no more than a store
 * that is open for reading. */
static void test_r_all_6_a_gate_writes_nothing(void **state)
{
    (void)state;
    struct site site;
    const uint8_t *der = NULL;
    site_make(&site);
    struct world *w = first_node(&site, "webfb");
    has_certificate(w, KEIR2);
    at(w, "2027-03-02 00:00:00");
    assert_allowed(w, renews(w, KEIR2));
    struct dump before = dump_of(w->store);
    for (int i = 0; i < 3; i++) {
        assert_allowed(w, looks_in(w, KEIR2));
        assert_int_equal(certlife_login_confirmed(w->login), 0);
    }
    assert_true(dump_equals(&before, w->store));
    keeps_old(w, KEIR2);
    assert_allowed(w, looks_in(w, KEIR2)); /* so the old one works still */
    takes_new(w, KEIR2);

    struct world *gate = world_empty(site_parts(&site, "webfb", true));
    gate->now = w->now;
    certlife_actor user = *actor(w, KEIR2);
    user.certificate_len = holds(w, KEIR2, &der);
    assert_allowed(
        gate, certlife_login_check(gate->bank, &user, CERTLIFE_LOGIN_LOOK, gate->login, gate->decision, &gate->err));
    assert_true(certlife_login_check(gate->bank, &user, CERTLIFE_LOGIN_RECORD, NULL, NULL, NULL) < 0);
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    world_free(gate);

    assert_allowed(w, logs_in(w, KEIR2));
    assert_int_equal(certlife_login_confirmed(w->login), 1);
    world_free(w);
    site_remove(&site);
}

/* Revocation, reissue, deletion and closing take the unconfirmed certificate … along with the current one. */
static int closes_for(struct world *w, const char *by, const char *user)
{
    (void)user;
    return closes(w, by);
}

static const struct {
    int (*act)(struct world *, const char *, const char *);
    certlife_reason reason;
} endings[] = {
    {revokes, CERTLIFE_REASON_UNSPECIFIED},
    {reissues, CERTLIFE_REASON_SUPERSEDED},
    {deletes, CERTLIFE_REASON_CESSATION},
    {closes_for, CERTLIFE_REASON_CESSATION},
};

static void test_r_all_7_the_unconfirmed_goes_along(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(endings); i++) {
        struct world *w = company("webfb");
        at(w, "2027-03-02 00:00:00");
        assert_allowed(w, renews(w, KEIR2));
        assert_allowed(w, endings[i].act(w, "branch", KEIR2));
        for (int old = 0; old < 2; old++) {
            assert_int_equal(logs_in(w, KEIR2), CERTLIFE_REFUSED);
            assert_int_equal(reason_of(w, KEIR2, held_serial(w, KEIR2)), endings[i].reason);
            keeps_old(w, KEIR2);
        }
        reconcile(w);
        world_free(w);
    }
}

/* … and a request still `issuing`; an outside issuer's late answer is recorded and revoked. (A reissue is refused then.) */
static void test_r_all_7_a_late_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(endings); i++) {
        struct late_issuer *ca = NULL;
        const uint8_t *der = NULL;
        char serial[2 * CERTLIFE_SERIAL_MAX + 1];
        struct world *w = world_with_late_issuer("webfb", &ca);
        has_user(w, KEIR2);
        is_issuing(w, ca, KEIR2);
        if (endings[i].act == reissues) {
            world_free(w);
            continue;
        }
        assert_allowed(w, endings[i].act(w, "branch", KEIR2));
        assert_true(status(w, KEIR2) != CERTLIFE_STATUS_ISSUING);
        size_t len = late_signs(ca, 1, &der);
        certlife__hex_write(late_order_id(ca, 1), CERTLIFE_SERIAL_MAX, serial);
        for (int again = 0; again < 2; again++) {
            assert_allowed(w, certlife_issuer_answer(w->bank, actor(w, "system"), late_order_id(ca, 1),
                                                     CERTLIFE_SERIAL_MAX, der, len, w->decision, &w->err));
            assert_int_equal(history_count(w, KEIR2), 1);
            assert_int_equal(reason_of(w, KEIR2, serial), CERTLIFE_REASON_CESSATION);
            assert_int_equal(logs_in_with(w, KEIR2, der, len), CERTLIFE_REFUSED);
        }
        assert_int_equal(gets_again(w, KEIR2), CERTLIFE_REFUSED);
        reconcile(w);
        world_free(w);
    }
}

/* While `issuing`, obtain, renew, reissue and authorise are refused. */
static void test_r_all_7_while_issuing(void **state)
{
    (void)state;
    struct late_issuer *ca = NULL;
    struct world *w = world_with_late_issuer("webfb", &ca);
    has_user(w, KEIR2);
    has_certificate(w, KEIR3);
    is_issuing(w, ca, KEIR2);
    assert_refused(w, obtains(w, KEIR2), "R-ALL-7", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
    assert_refused(w, reissues(w, MASTER, KEIR2), "R-ALL-7", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_REVOKE_FIRST);
    assert_refused(w, authorises(w, MASTER, KEIR2), "R-ALL-7", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_REVOKE_FIRST);
    at(w, "2027-03-02 00:00:00");
    assert_refused(w, renews(w, KEIR3), "R-OBT-6", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
    assert_refused(w, renews(w, KEIR3), "R-ALL-7", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
    assert_allowed(w, logs_in(w, KEIR3));
    world_free(w);
}

/* The master user is not deleted; closing the contract (branch, system) revokes every certificate in it. */
static void test_r_all_8_closing(void **state)
{
    (void)state;
    static const char *const closers[] = {"branch", "system"};
    for (size_t i = 0; i < COUNT(closers); i++) {
        struct world *w = company("webfb");
        has_obtained(w, KEIR4);
        has_user(w, "keir005");
        assert_refused(w, deletes(w, MASTER, MASTER), "R-ALL-8", CERTLIFE_CODE_MASTER_STAYS,
                       CERTLIFE_WAY_CONTACT_BRANCH);
        assert_refused(w, deletes(w, closers[i], MASTER), "R-ALL-8", CERTLIFE_CODE_MASTER_STAYS, CERTLIFE_WAY_NONE);
        assert_refused(w, closes(w, MASTER), "R-ALL-8", CERTLIFE_CODE_BRANCH_ONLY, CERTLIFE_WAY_CONTACT_BRANCH);
        assert_allowed(w, closes(w, closers[i]));
        static const char *const holders[] = {MASTER, KEIR2, KEIR3, KEIR4};
        for (size_t h = 0; h < COUNT(holders); h++) {
            assert_int_equal(reason_of(w, holders[h], held_serial(w, holders[h])), CERTLIFE_REASON_CESSATION);
            assert_refused(w, logs_in(w, holders[h]), "R-LOG-2", CERTLIFE_CODE_CONTRACT_CLOSED,
                           CERTLIFE_WAY_CONTACT_BRANCH);
        }
        assert_refused(w, obtains(w, "keir005"), "R-ALL-8", CERTLIFE_CODE_CONTRACT_CLOSED, CERTLIFE_WAY_CONTACT_BRANCH);
        assert_refused(w, closes(w, closers[i]), "R-ALL-8", CERTLIFE_CODE_CONTRACT_CLOSED, CERTLIFE_WAY_CONTACT_BRANCH);
        reconcile(w);
        world_free(w);
    }
}

/* Where revocation re-opens obtaining (profile `kumiai`), it does so without limit, for that user, with ID and password;
 * the status stays revoked until then. In that profile a reissue is refused to everybody with `revoke first`. */
static void test_r_all_9_revocation_reopens(void **state)
{
    (void)state;
    struct world *w = company("kumiai");
    assert_allowed(w, revokes(w, "branch", KEIR2));
    at(w, "2036-12-31 23:59:59");
    assert_status(w, KEIR2, CERTLIFE_STATUS_REVOKED);
    without_certificate(w);
    without_password(w);
    assert_refused(w, obtains(w, KEIR2), "R-OBT-1", CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_OBTAIN);
    without_certificate(w);
    assert_allowed(w, obtains(w, KEIR2));
    assert_status(w, KEIR2, CERTLIFE_STATUS_OBTAINED);
    assert_allowed(w, confirms(w, KEIR2));

    static const char *const actors[] = {MASTER, KEIR2, KEIR3, "branch", "system"};
    static const char *const targets[] = {MASTER, KEIR2, "nobody"};
    for (size_t a = 0; a < COUNT(actors); a++) {
        for (size_t t = 0; t < COUNT(targets); t++)
            assert_refused(w, reissues(w, actors[a], targets[t]), "R-ALL-9", CERTLIFE_CODE_REVOKE_FIRST,
                           CERTLIFE_WAY_REVOKE_FIRST);
    }
    world_free(w);
}

/* After a revocation R-OBT-10 rules, not R-OBT-9: where an expired one may be obtained anew, a revoked one may not. */
static void test_r_all_9_not_the_way_of_the_expired(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct world *w = company(all[i]);
        assert_allowed(w, revokes(w, MASTER, KEIR2));
        at(w, "2027-04-02 00:00:00");
        assert_allowed(w, could(w, KEIR3, CERTLIFE_ACT_OBTAIN, KEIR3));
        assert_refused(w, obtains(w, KEIR2), "R-OBT-10", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_all_1_permission_before_assurance),
        cmocka_unit_test(test_r_all_1_assurance_before_contract),
        cmocka_unit_test(test_r_all_1_contract_before_state),
        cmocka_unit_test(test_r_all_1_state_before_window),
        cmocka_unit_test(test_r_all_1_window_before_medium),
        cmocka_unit_test(test_r_all_1_medium_before_channel),
        cmocka_unit_test(test_r_all_1_channel_before_request),
        cmocka_unit_test(test_r_all_1_without_permission_nothing_is_learnt),
        cmocka_unit_test(test_r_all_1_malformed_before_all),
        cmocka_unit_test(test_r_all_2_order_of_statuses),
        cmocka_unit_test(test_r_all_2_issuing_among_statuses),
        cmocka_unit_test(test_r_all_3_adding_is_the_authorisation),
        cmocka_unit_test(test_r_all_3_a_new_authorisation),
        cmocka_unit_test(test_r_all_4_places_and_ids),
        cmocka_unit_test(test_r_all_5_obtaining_again),
        cmocka_unit_test(test_r_all_5_renewing_again),
        cmocka_unit_test(test_r_all_6_until_it_expires),
        cmocka_unit_test(test_r_all_6_takes_the_place_of_the_expired),
        cmocka_unit_test(test_r_all_6_assurance_of_the_act),
        cmocka_unit_test(test_r_all_6_a_gate_writes_nothing),
        cmocka_unit_test(test_r_all_7_the_unconfirmed_goes_along),
        cmocka_unit_test(test_r_all_7_a_late_answer),
        cmocka_unit_test(test_r_all_7_while_issuing),
        cmocka_unit_test(test_r_all_8_closing),
        cmocka_unit_test(test_r_all_9_revocation_reopens),
        cmocka_unit_test(test_r_all_9_not_the_way_of_the_expired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
