/* SPDX-License-Identifier: Apache-2.0 */
/* Reissue and revoke: R-RIS-1…5, R-REV-1…8. */
#include "nodes.h"

#define KEIR2 "keir002"
#define KEIR3 "keir003"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const reissuing[] = {"webfb-login", "webfb", "houjin"}; /* kumiai revokes and obtains instead */
static const char *const all[] = {"webfb-login", "webfb", "houjin", "kumiai"};

/* The company's people: the master user, keir002 and keir003, who all have certificates. */
static struct world *company(const char *profile)
{
    struct world *w = world_new(profile);
    has_certificate(w, KEIR2);
    has_certificate(w, KEIR3);
    return w;
}

/* As the master user, with all that any profile asks for. */
static int master_revokes(struct world *w, const char *user)
{
    with_confirmation(w);
    return revokes(w, MASTER, user);
}

/* Of a contract's users only the master user reissues, and only for general users of the same contract. */
static void test_r_ris_1_master_reissues_for_general_users(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(reissuing); i++) {
        struct world *w = company(reissuing[i]);
        assert_allowed(w, reissues(w, MASTER, KEIR2));
        assert_string_equal(certlife_decision_row(w->decision), "R-RIS-1");
        assert_status(w, KEIR2, CERTLIFE_STATUS_AWAITING);
        assert_status(w, KEIR3, CERTLIFE_STATUS_OBTAINED);
        without_certificate(w);
        assert_refused(w, reissues(w, MASTER, KEIR3), "R-LOG-1", CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED,
                       CERTLIFE_WAY_LOG_IN);

        /* Another company's users are unknown to this one's master user. */
        w->company = "0010000002";
        assert_allowed(w, registers(w, "branch", "0010000002", "sato001"));
        assert_allowed(w, applies(w, "branch"));
        assert_allowed(w, adds(w, "branch", "sato002"));
        w->company = COMPANY;
        int rc = certlife_reissue(w->bank, actor(w, MASTER), "0010000002", "sato002", w->decision, &w->err);
        assert_refused(w, rc, "R-ALL-12", CERTLIFE_CODE_UNKNOWN, CERTLIFE_WAY_NONE);
        world_free(w);
    }
}

/* A general user is refused; the master user is refused for their own ID, with 'contact the branch' as the way out. */
static void test_r_ris_2_who_is_refused(void **state)
{
    (void)state;
    static const char *const targets[] = {KEIR2, KEIR3, MASTER, "nobody"};
    for (size_t i = 0; i < COUNT(reissuing); i++) {
        struct world *w = company(reissuing[i]);
        for (size_t t = 0; t < COUNT(targets); t++)
            assert_refused(w, reissues(w, KEIR2, targets[t]), "R-RIS-2", CERTLIFE_CODE_MASTER_ONLY,
                           CERTLIFE_WAY_ASK_MASTER);
        assert_refused(w, reissues(w, MASTER, MASTER), "R-RIS-2", CERTLIFE_CODE_BRANCH_ONLY,
                       CERTLIFE_WAY_CONTACT_BRANCH);
        assert_allowed(w, logs_in(w, MASTER));
        assert_allowed(w, logs_in(w, KEIR2));
        world_free(w);
    }
}

/* The branch reissues for the master user (and for anyone) on a written application, whose number is recorded. */
static void test_r_ris_3_branch_on_an_application(void **state)
{
    (void)state;
    static const char *const targets[] = {MASTER, KEIR2};
    for (size_t i = 0; i < COUNT(reissuing); i++) {
        struct world *w = company(reissuing[i]);
        for (size_t t = 0; t < COUNT(targets); t++) {
            without_application(w);
            assert_refused(w, reissues(w, "branch", targets[t]), "R-RIS-3", CERTLIFE_CODE_APPLICATION_NEEDED,
                           CERTLIFE_WAY_NONE);
            assert_status(w, targets[t], CERTLIFE_STATUS_OBTAINED);
            assert_allowed(w, reissues(w, "branch", targets[t]));
            certlife_user *user = shown(w, targets[t]);
            assert_string_equal(certlife_user_application(user), "2026-0417");
            assert_int_equal(certlife_user_status(user), CERTLIFE_STATUS_AWAITING);
            certlife_user_free(user);
        }
        world_free(w);
    }
}

/* By a master user without an application, none is recorded. */
static void test_r_ris_3_no_application_of_the_master_user(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    assert_allowed(w, reissues(w, "branch", KEIR2));
    assert_allowed(w, reissues(w, MASTER, KEIR2));
    certlife_user *user = shown(w, KEIR2);
    assert_string_equal(certlife_user_application(user), "");
    certlife_user_free(user);
    world_free(w);
}

/* The library says which choices are open for this actor and user now, and why the others are not. */
static void test_r_ris_4_which_choices_are_open(void **state)
{
    (void)state;
    struct choice {
        const char *profile, *by, *user;
        certlife_act act;
        const char *row;
        certlife_code code; /* ALLOWED: open */
        certlife_way way;
    };
    static const struct choice choices[] = {
        {"webfb", MASTER, KEIR2, CERTLIFE_ACT_USER_CHANGE, "R-ALL-13", CERTLIFE_CODE_ALLOWED, CERTLIFE_WAY_NONE},
        {"webfb", MASTER, KEIR2, CERTLIFE_ACT_REISSUE, "R-RIS-1", CERTLIFE_CODE_ALLOWED, CERTLIFE_WAY_NONE},
        {"webfb", MASTER, KEIR2, CERTLIFE_ACT_REVOKE, "R-REV-1", CERTLIFE_CODE_ALLOWED, CERTLIFE_WAY_NONE},
        {"webfb", MASTER, MASTER, CERTLIFE_ACT_USER_CHANGE, "R-ALL-13", CERTLIFE_CODE_ALLOWED, CERTLIFE_WAY_NONE},
        {"webfb", MASTER, MASTER, CERTLIFE_ACT_REISSUE, "R-RIS-2", CERTLIFE_CODE_BRANCH_ONLY,
         CERTLIFE_WAY_CONTACT_BRANCH},
        {"webfb", MASTER, MASTER, CERTLIFE_ACT_REVOKE, "R-REV-2", CERTLIFE_CODE_BRANCH_ONLY,
         CERTLIFE_WAY_CONTACT_BRANCH},
        {"webfb", KEIR2, KEIR2, CERTLIFE_ACT_USER_CHANGE, "R-ALL-13", CERTLIFE_CODE_MASTER_ONLY,
         CERTLIFE_WAY_ASK_MASTER},
        {"webfb", KEIR2, KEIR2, CERTLIFE_ACT_REISSUE, "R-RIS-2", CERTLIFE_CODE_MASTER_ONLY, CERTLIFE_WAY_ASK_MASTER},
        {"webfb", KEIR2, KEIR2, CERTLIFE_ACT_REVOKE, "R-REV-1", CERTLIFE_CODE_MASTER_ONLY, CERTLIFE_WAY_ASK_MASTER},
        {"webfb", "branch", MASTER, CERTLIFE_ACT_USER_CHANGE, "R-ALL-13", CERTLIFE_CODE_ALLOWED, CERTLIFE_WAY_NONE},
        {"webfb", "branch", MASTER, CERTLIFE_ACT_REISSUE, "R-RIS-3", CERTLIFE_CODE_ALLOWED, CERTLIFE_WAY_NONE},
        {"webfb", "branch", MASTER, CERTLIFE_ACT_REVOKE, "R-REV-4", CERTLIFE_CODE_ALLOWED, CERTLIFE_WAY_NONE},
        {"kumiai", MASTER, KEIR2, CERTLIFE_ACT_REISSUE, "R-ALL-9", CERTLIFE_CODE_REVOKE_FIRST,
         CERTLIFE_WAY_REVOKE_FIRST},
        {"kumiai", "branch", MASTER, CERTLIFE_ACT_REISSUE, "R-ALL-9", CERTLIFE_CODE_REVOKE_FIRST,
         CERTLIFE_WAY_REVOKE_FIRST},
        {"kumiai", MASTER, MASTER, CERTLIFE_ACT_REVOKE, "R-REV-2", CERTLIFE_CODE_ALLOWED, CERTLIFE_WAY_NONE},
    };
    for (size_t i = 0; i < COUNT(choices); i++) {
        const struct choice *choice = &choices[i];
        struct world *w = company(choice->profile);
        with_confirmation(w);
        int rc = could(w, choice->by, choice->act, choice->user);
        if (choice->code == CERTLIFE_CODE_ALLOWED) {
            assert_allowed(w, rc);
            assert_string_equal(certlife_decision_row(w->decision), choice->row);
        } else {
            assert_refused(w, rc, choice->row, choice->code, choice->way);
        }
        assert_status(w, choice->user, CERTLIFE_STATUS_OBTAINED);
        world_free(w);
    }
}

/* … now: the choices follow the user's state. */
static void test_r_ris_4_choices_follow_the_state(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    assert_allowed(w, revokes(w, MASTER, KEIR2));
    assert_allowed(w, could(w, MASTER, CERTLIFE_ACT_REISSUE, KEIR2));
    assert_refused(w, could(w, MASTER, CERTLIFE_ACT_REVOKE, KEIR2), "R-REV-6", CERTLIFE_CODE_ALREADY_REVOKED,
                   CERTLIFE_WAY_NONE);
    assert_allowed(w, reissues(w, MASTER, KEIR2));
    assert_allowed(w, could(w, MASTER, CERTLIFE_ACT_REVOKE, KEIR2));
    assert_allowed(w, deletes(w, MASTER, KEIR2));
    assert_refused(w, could(w, MASTER, CERTLIFE_ACT_REISSUE, KEIR2), "R-USR-7", CERTLIFE_CODE_USER_DELETED,
                   CERTLIFE_WAY_NONE);
    assert_refused(w, could(w, MASTER, CERTLIFE_ACT_USER_CHANGE, KEIR2), "R-USR-7", CERTLIFE_CODE_USER_DELETED,
                   CERTLIFE_WAY_NONE);
    world_free(w);
}

/* … and who could do it instead (section 10). */
static void test_r_ris_4_who_could_instead(void **state)
{
    (void)state;
    static const struct {
        const char *profile, *user;
        certlife_act act;
        uint32_t who;
    } rows[] = {
        {"webfb", KEIR2, CERTLIFE_ACT_REISSUE, CERTLIFE_WHO_MASTER | CERTLIFE_WHO_BRANCH},
        {"webfb", KEIR2, CERTLIFE_ACT_REVOKE, CERTLIFE_WHO_MASTER | CERTLIFE_WHO_BRANCH},
        {"webfb", MASTER, CERTLIFE_ACT_REISSUE, CERTLIFE_WHO_BRANCH},
        {"webfb", MASTER, CERTLIFE_ACT_REVOKE, CERTLIFE_WHO_BRANCH},
        {"kumiai", MASTER, CERTLIFE_ACT_REVOKE, CERTLIFE_WHO_SELF | CERTLIFE_WHO_MASTER | CERTLIFE_WHO_BRANCH},
        {"kumiai", KEIR2, CERTLIFE_ACT_REISSUE, 0},
        {"webfb", KEIR2, CERTLIFE_ACT_USER_CHANGE, CERTLIFE_WHO_MASTER | CERTLIFE_WHO_BRANCH | CERTLIFE_WHO_SYSTEM},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = company(rows[i].profile);
        uint32_t who = UINT32_MAX;
        int rc = certlife_who_could(w->bank, actor(w, MASTER), rows[i].act, COMPANY, rows[i].user, &who, w->decision,
                                    &w->err);
        assert_allowed(w, rc);
        assert_int_equal(who, rows[i].who);
        world_free(w);
    }

    /* A master user whose certificate has been revoked can bring none: only the branch is left. */
    struct world *w = company("webfb");
    uint32_t who = 0;
    assert_allowed(w, revokes(w, "branch", MASTER));
    assert_allowed(w, certlife_who_could(w->bank, actor(w, "branch"), CERTLIFE_ACT_REISSUE, COMPANY, KEIR2, &who,
                                         w->decision, &w->err));
    assert_int_equal(who, CERTLIFE_WHO_BRANCH);
    /* A general user is told about themselves only. */
    who = 77;
    assert_refused(
        w,
        certlife_who_could(w->bank, actor(w, KEIR2), CERTLIFE_ACT_REISSUE, COMPANY, KEIR3, &who, w->decision, &w->err),
        "R-USR-5", CERTLIFE_CODE_OWN_ONLY, CERTLIFE_WAY_ASK_MASTER);
    assert_int_equal(who, 77);
    world_free(w);
}

static certlife_user_edit_request edit_of(certlife_choice choice, const char *email, certlife_permission permission)
{
    certlife_user_edit_request request = CERTLIFE_USER_EDIT_REQUEST_INIT;
    request.certificate = choice;
    request.email = email;
    request.permission = permission;
    return request;
}

static void assert_user_is(struct world *w, const char *user, certlife_status expected, const char *email,
                           certlife_permission permission)
{
    certlife_user *found = shown(w, user);
    assert_string_equal(certlife_user_email(found), email);
    assert_int_equal(certlife_user_permission(found), permission);
    assert_int_equal(certlife_user_status(found), expected);
    certlife_user_free(found);
}

/* The act is one of three choices in the user's edit screen: keep (継続利用する), reissue, revoke; with the rest of the
 * screen in one transaction. */
static void test_r_ris_4_edit_screen_as_a_whole(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    assert_allowed(w, edits(w, MASTER, KEIR2, edit_of(CERTLIFE_CHOICE_KEEP, "a@example.co.jp", 0)));
    assert_user_is(w, KEIR2, CERTLIFE_STATUS_OBTAINED, "a@example.co.jp", CERTLIFE_PERMISSION_APPROVER);
    assert_allowed(w, logs_in(w, KEIR2));

    assert_allowed(w, edits(w, MASTER, KEIR2, edit_of(CERTLIFE_CHOICE_REISSUE, "", CERTLIFE_PERMISSION_OPERATOR)));
    assert_user_is(w, KEIR2, CERTLIFE_STATUS_AWAITING, "", CERTLIFE_PERMISSION_OPERATOR);

    certlife_user_edit_request request = edit_of(CERTLIFE_CHOICE_REVOKE, "b@example.co.jp", 0);
    request.reason = CERTLIFE_REASON_KEY_COMPROMISE;
    assert_allowed(w, edits(w, MASTER, KEIR3, request));
    assert_user_is(w, KEIR3, CERTLIFE_STATUS_REVOKED, "b@example.co.jp", CERTLIFE_PERMISSION_APPROVER);
    certlife_certificate_page *page = NULL;
    const certlife_certificate *certificate = history_at(w, KEIR3, 0, &page);
    assert_int_equal(certlife_certificate_reason(certificate), CERTLIFE_REASON_KEY_COMPROMISE);
    certlife_certificate_page_free(page);
    world_free(w);
}

/* Where one part is refused, nothing is done. */
static void test_r_ris_4_edit_refused_as_a_whole(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    assert_refused(w, edits(w, MASTER, MASTER, edit_of(CERTLIFE_CHOICE_REVOKE, "new@example.co.jp", 0)), "R-REV-2",
                   CERTLIFE_CODE_BRANCH_ONLY, CERTLIFE_WAY_CONTACT_BRANCH);
    assert_refused(w, edits(w, MASTER, MASTER, edit_of(CERTLIFE_CHOICE_REISSUE, "new@example.co.jp", 0)), "R-RIS-2",
                   CERTLIFE_CODE_BRANCH_ONLY, CERTLIFE_WAY_CONTACT_BRANCH);
    assert_refused(w, edits(w, KEIR2, KEIR2, edit_of(CERTLIFE_CHOICE_KEEP, "new@example.co.jp", 0)), "R-ALL-13",
                   CERTLIFE_CODE_MASTER_ONLY, CERTLIFE_WAY_ASK_MASTER);
    /* The same without a change of address: keeping is a part of it too. */
    assert_refused(w, edits(w, KEIR2, KEIR2, edit_of(CERTLIFE_CHOICE_KEEP, NULL, 0)), "R-ALL-13",
                   CERTLIFE_CODE_MASTER_ONLY, CERTLIFE_WAY_ASK_MASTER);
    assert_user_is(w, MASTER, CERTLIFE_STATUS_OBTAINED, "keiri@example.co.jp", 0);
    assert_user_is(w, KEIR2, CERTLIFE_STATUS_OBTAINED, "user@example.co.jp", CERTLIFE_PERMISSION_APPROVER);

    assert_allowed(w, revokes(w, MASTER, KEIR2));
    assert_refused(w, edits(w, MASTER, KEIR2, edit_of(CERTLIFE_CHOICE_REVOKE, "new@example.co.jp", 0)), "R-REV-6",
                   CERTLIFE_CODE_ALREADY_REVOKED, CERTLIFE_WAY_NONE);
    assert_user_is(w, KEIR2, CERTLIFE_STATUS_REVOKED, "user@example.co.jp", CERTLIFE_PERMISSION_APPROVER);

    /* A failure of the second part undoes the first: a master user has no permission. */
    assert_failed(w, edits(w, "branch", MASTER, edit_of(CERTLIFE_CHOICE_REISSUE, NULL, CERTLIFE_PERMISSION_OPERATOR)),
                  CERTLIFE_E_INVALID);
    assert_user_is(w, MASTER, CERTLIFE_STATUS_OBTAINED, "keiri@example.co.jp", 0);
    assert_allowed(w, logs_in(w, MASTER));
    world_free(w);
}

/* Each part is decided as things were when the screen was sent: a master user of kumiai, logged in with the certificate,
 * ends it and changes the address in one. */
static void test_r_ris_4_edit_of_oneself_with_revocation(void **state)
{
    (void)state;
    struct world *w = world_new("kumiai");
    with_confirmation(w);
    assert_allowed(w, edits(w, MASTER, MASTER, edit_of(CERTLIFE_CHOICE_REVOKE, "new@example.co.jp", 0)));
    assert_user_is(w, MASTER, CERTLIFE_STATUS_REVOKED, "new@example.co.jp", 0);
    world_free(w);
}

/* After it the user is `awaiting` with a new obtain-by; the old certificate stops working at once. */
static void test_r_ris_5_awaiting_again_and_the_old_one_stops(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(reissuing); i++) {
        struct world *w = company(reissuing[i]);
        at(w, "2026-06-01 23:59:59");
        assert_allowed(w, logs_in(w, KEIR2));
        assert_allowed(w, reissues(w, MASTER, KEIR2));
        assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_OBTAIN);
        certlife_user *user = shown(w, KEIR2);
        assert_int_equal(certlife_user_status(user), CERTLIFE_STATUS_AWAITING);
        assert_int_equal(certlife_user_obtain_by(user), moment("2026-08-20 23:59:59"));
        certlife_user_free(user);

        at(w, "2026-08-20 23:59:59");
        assert_status(w, KEIR2, CERTLIFE_STATUS_AWAITING);
        assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_OBTAIN, KEIR2));
        at(w, "2026-08-21 00:00:00");
        assert_status(w, KEIR2, CERTLIFE_STATUS_OBTAIN_PERIOD_OVER);
        assert_refused(w, obtains(w, KEIR2), "R-OBT-2", CERTLIFE_CODE_OBTAIN_PERIOD_OVER, CERTLIFE_WAY_ASK_MASTER);
        assert_date(w, "2026-08-20 23:59:59");

        assert_allowed(w, reissues(w, MASTER, KEIR2)); /* once more: one second into the 21st counts from the 21st */
        at(w, "2026-11-09 23:59:59");
        assert_allowed(w, obtains(w, KEIR2));
        assert_allowed(w, logs_in(w, KEIR2));
        keeps_old(w, KEIR2);
        assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_LOG_IN);
        assert_int_equal(history_count(w, KEIR2), 2);
        world_free(w);
    }
}

static struct world *company_where_the_old_one_waits(void)
{
    struct world *w = world_where("webfb", "old at reissue", "until the new one is obtained");
    has_certificate(w, KEIR2);
    return w;
}

/* … (profile choice: when the new one is obtained). */
static void test_r_ris_5_the_old_one_until_the_new_is_obtained(void **state)
{
    (void)state;
    struct world *w = company_where_the_old_one_waits();
    at(w, "2026-06-01 09:00:00");
    assert_allowed(w, reissues(w, MASTER, KEIR2));
    assert_status(w, KEIR2, CERTLIFE_STATUS_AWAITING);
    assert_allowed(w, logs_in(w, KEIR2));

    at(w, "2026-08-20 23:59:59");
    assert_allowed(w, logs_in(w, KEIR2));
    assert_allowed(w, obtains(w, KEIR2));
    keeps_old(w, KEIR2);
    assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_DELIVER);
    takes_new(w, KEIR2);
    assert_allowed(w, logs_in(w, KEIR2));
    certlife_certificate_page *page = NULL;
    const certlife_certificate *old = history_at(w, KEIR2, 0, &page);
    assert_int_equal(certlife_certificate_reason(old), CERTLIFE_REASON_SUPERSEDED);
    assert_int_equal(certlife_certificate_revoked_at(old), moment("2026-08-20 23:59:59"));
    certlife_certificate_page_free(page);
    world_free(w);
}

/* Until then: the old one works on where the period has passed unused, and is renewed; while it is awaited it is not. */
static void test_r_ris_5_the_old_one_when_nobody_obtains(void **state)
{
    (void)state;
    struct world *w = company_where_the_old_one_waits();
    at(w, "2027-03-02 00:00:00");
    assert_allowed(w, reissues(w, MASTER, KEIR2));
    assert_refused(w, renews(w, KEIR2), "R-RIS-5", CERTLIFE_CODE_AWAITING, CERTLIFE_WAY_OBTAIN);
    assert_date(w, "2027-05-21 23:59:59");
    world_free(w);

    w = company_where_the_old_one_waits();
    at(w, "2026-12-01 00:00:00");
    assert_allowed(w, reissues(w, MASTER, KEIR2));
    at(w, "2027-02-20 00:00:00");
    assert_status(w, KEIR2, CERTLIFE_STATUS_OBTAINED);
    assert_allowed(w, logs_in(w, KEIR2));
    at(w, "2027-03-02 00:00:00");
    assert_allowed(w, renews(w, KEIR2));
    world_free(w);
}

/* The old one is lost: its key is not certified again, also where it still works. */
static void test_r_ris_5_the_lost_key_is_not_certified_again(void **state)
{
    (void)state;
    struct world *w = company_where_the_old_one_waits();
    has_user(w, KEIR3);
    assert_allowed(w, obtains_with(w, KEIR3, 40));
    assert_allowed(w, confirms(w, KEIR3));
    assert_allowed(w, reissues(w, MASTER, KEIR3));
    assert_refused(w, obtains_with(w, KEIR3, 40), "R-ALL-19", CERTLIFE_CODE_KEY_BARRED, CERTLIFE_WAY_NONE);
    world_free(w);
}

/* Of a contract's users the master user revokes certificates, those of general users of the same contract. General users
 * are refused and told to ask the master user. */
static void test_r_rev_1_master_revokes_general_users(void **state)
{
    (void)state;
    static const char *const targets[] = {KEIR2, KEIR3, MASTER, "nobody"};
    for (size_t i = 0; i < COUNT(all); i++) {
        struct world *w = company(all[i]);
        for (size_t t = 0; t < COUNT(targets); t++) {
            with_confirmation(w);
            assert_refused(w, revokes(w, KEIR2, targets[t]), "R-REV-1", CERTLIFE_CODE_MASTER_ONLY,
                           CERTLIFE_WAY_ASK_MASTER);
        }
        assert_refused(w, revokes(w, "system", KEIR2), "R-ALL-13", CERTLIFE_CODE_NOT_FOR_SYSTEM, CERTLIFE_WAY_NONE);
        assert_allowed(w, logs_in(w, KEIR2));
        assert_allowed(w, master_revokes(w, KEIR2));
        assert_string_equal(certlife_decision_row(w->decision), "R-REV-1");
        assert_status(w, KEIR2, CERTLIFE_STATUS_REVOKED);
        assert_status(w, KEIR3, CERTLIFE_STATUS_OBTAINED);
        world_free(w);
    }
}

/* The master user's own certificate: profile A/B refused, 'contact the branch'; profile E allowed when logged in with the
 * certificate. */
static void test_r_rev_2_master_revokes_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(reissuing); i++) {
        struct world *w = world_new(reissuing[i]);
        assert_refused(w, master_revokes(w, MASTER), "R-REV-2", CERTLIFE_CODE_BRANCH_ONLY, CERTLIFE_WAY_CONTACT_BRANCH);
        assert_allowed(w, logs_in(w, MASTER));
        world_free(w);
    }
    struct world *w = world_new("kumiai");
    without_certificate(w);
    assert_refused(w, master_revokes(w, MASTER), "R-REV-2", CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED,
                   CERTLIFE_WAY_LOG_IN);
    without_password(w);
    assert_refused(w, master_revokes(w, MASTER), "R-REV-2", CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_LOG_IN);
    assert_allowed(w, master_revokes(w, MASTER));
    assert_refused(w, logs_in(w, MASTER), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_OBTAIN);
    world_free(w);
}

/* Profile E asks for the confirmation password. */
static void test_r_rev_3_confirmation_password(void **state)
{
    (void)state;
    static const char *const targets[] = {KEIR2, MASTER};
    struct world *w = company("kumiai");
    for (size_t t = 0; t < COUNT(targets); t++) {
        assert_refused(w, revokes(w, MASTER, targets[t]), "R-REV-3", CERTLIFE_CODE_CONFIRMATION_PASSWORD_NEEDED,
                       CERTLIFE_WAY_NONE);
        assert_status(w, targets[t], CERTLIFE_STATUS_OBTAINED);
        assert_allowed(w, master_revokes(w, targets[t]));
    }
    assert_allowed(w, revokes(w, "branch", KEIR3)); /* which has none to give */
    world_free(w);
    for (size_t i = 0; i < COUNT(reissuing); i++) {
        w = company(reissuing[i]);
        assert_allowed(w, revokes(w, MASTER, KEIR2));
        world_free(w);
    }
}

/* The branch revokes anyone's on a written application. */
static void test_r_rev_4_branch_on_an_application(void **state)
{
    (void)state;
    static const char *const targets[] = {MASTER, KEIR2};
    for (size_t i = 0; i < COUNT(all); i++) {
        struct world *w = company(all[i]);
        for (size_t t = 0; t < COUNT(targets); t++) {
            without_application(w);
            assert_refused(w, revokes(w, "branch", targets[t]), "R-REV-4", CERTLIFE_CODE_APPLICATION_NEEDED,
                           CERTLIFE_WAY_NONE);
            assert_allowed(w, logs_in(w, targets[t]));
            assert_allowed(w, revokes(w, "branch", targets[t]));
            assert_status(w, targets[t], CERTLIFE_STATUS_REVOKED);
        }
        world_free(w);
    }
}

static int logs_in_at(struct world *node, struct world *pc, const char *user)
{
    const uint8_t *der = NULL;
    size_t len = holds(pc, user, &der);
    return logs_in_with(node, user, der, len);
}

/* From the moment the call returns, no login with that certificate succeeds, on any node. */
static void test_r_rev_5_no_login_on_any_node(void **state)
{
    (void)state;
    struct site site;
    site_make(&site);
    struct world *one = first_node(&site, "webfb"), *two = another_node(&site, "webfb");
    has_certificate(one, KEIR2);
    has_certificate(one, KEIR3);
    assert_allowed(two, logs_in_at(two, one, KEIR2));
    assert_allowed(one, revokes(one, MASTER, KEIR2));
    assert_refused(two, logs_in_at(two, one, KEIR2), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
    assert_refused(one, logs_in(one, KEIR2), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);

    assert_allowed(one, logs_in(one, KEIR3));
    assert_allowed(two, revokes(two, "branch", KEIR3));
    assert_refused(one, logs_in(one, KEIR3), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
    world_free(two);
    world_free(one);
    site_remove(&site);
}

/* The other process: logs in, hears of the revocation, cannot log in; revokes keir003. Its exit code says how far it
 * came. */
static void be_another_process(const struct site *site, struct world *parent, struct turns *turns)
{
    turns_take(turns, true);
    if (looks_in(parent, KEIR2) != CERTLIFE_E_FORKED)
        _exit(1);
    struct world *w = another_node(site, "webfb");
    if (logs_in_at(w, parent, KEIR2) != CERTLIFE_ALLOWED)
        _exit(2);
    say(turns);
    if (!hear(turns))
        _exit(3);
    if (logs_in_at(w, parent, KEIR2) != CERTLIFE_REFUSED ||
        certlife_decision_code(w->decision) != CERTLIFE_CODE_REVOKED)
        _exit(4);
    if (revokes(w, "branch", KEIR3) != CERTLIFE_ALLOWED)
        _exit(5);
    say(turns);
    _exit(hear(turns) ? 6 : 0);
}

static void test_r_rev_5_no_login_in_another_process(void **state)
{
    (void)state;
    struct site site;
    struct turns turns;
    site_make(&site);
    turns_make(&turns);
    struct world *w = first_node(&site, "webfb");
    has_certificate(w, KEIR2);
    has_certificate(w, KEIR3);
    pid_t child = fork();
    if (child == 0)
        be_another_process(&site, w, &turns);
    turns_take(&turns, false);
    assert_true(hear(&turns));
    assert_allowed(w, revokes(w, MASTER, KEIR2));
    say(&turns);
    assert_true(hear(&turns));
    assert_refused(w, logs_in(w, KEIR3), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
    turns_end(&turns);
    int status_of_child = -1;
    assert_int_equal(waitpid(child, &status_of_child, 0), child);
    assert_true(WIFEXITED(status_of_child));
    assert_int_equal(WEXITSTATUS(status_of_child), 0);
    world_free(w);
    site_remove(&site);
}

/* Revocation is final; the same certificate never becomes valid again. */
static void test_r_rev_6_final(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct world *w = company(all[i]);
        bool kumiai = strcmp(all[i], "kumiai") == 0;
        certlife_way way = kumiai ? CERTLIFE_WAY_OBTAIN : CERTLIFE_WAY_ASK_MASTER;
        at(w, "2027-03-10 10:00:00"); /* where it could have been renewed */
        assert_allowed(w, master_revokes(w, KEIR2));
        at(w, "2027-03-10 10:00:01");
        assert_refused(w, master_revokes(w, KEIR2), "R-REV-6", CERTLIFE_CODE_ALREADY_REVOKED, CERTLIFE_WAY_NONE);
        assert_refused(w, revokes(w, "branch", KEIR2), "R-REV-6", CERTLIFE_CODE_ALREADY_REVOKED, CERTLIFE_WAY_NONE);
        assert_refused(w, authorises(w, MASTER, KEIR2), "R-ALL-3", CERTLIFE_CODE_HAS_CERTIFICATE,
                       kumiai ? CERTLIFE_WAY_OBTAIN : CERTLIFE_WAY_NONE);
        assert_refused(w, confirms(w, KEIR2), "R-ALL-6", CERTLIFE_CODE_NOTHING_TO_CONFIRM, way);
        assert_refused(w, gets_again(w, KEIR2), "R-OBT-4", CERTLIFE_CODE_NOTHING_TO_DELIVER, way);
        bool by_password = strcmp(all[i], "webfb-login") == 0;
        assert_refused(w, renews(w, KEIR2), by_password ? "R-REV-6" : "R-LOG-2", CERTLIFE_CODE_REVOKED, way);
        assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_REVOKED, way);

        /* A new certificate does not bring the old one back. */
        if (!kumiai)
            assert_allowed(w, reissues(w, MASTER, KEIR2));
        assert_allowed(w, obtains(w, KEIR2));
        assert_allowed(w, confirms(w, KEIR2));
        keeps_old(w, KEIR2);
        assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_LOG_IN);
        certlife_certificate_page *page = NULL;
        const certlife_certificate *old = history_at(w, KEIR2, 0, &page);
        assert_int_equal(certlife_certificate_state_of(old), CERTLIFE_CERTIFICATE_REVOKED);
        assert_int_equal(certlife_certificate_revoked_at(old), moment("2027-03-10 10:00:00"));
        certlife_certificate_page_free(page);
        world_free(w);
    }
}

/* RFC 5280 reason, time and actor are recorded. */
static void test_r_rev_7_reason_time_and_actor(void **state)
{
    (void)state;
    static const certlife_reason reasons[] = {
        CERTLIFE_REASON_UNSPECIFIED, CERTLIFE_REASON_KEY_COMPROMISE, CERTLIFE_REASON_AFFILIATION_CHANGED,
        CERTLIFE_REASON_SUPERSEDED,  CERTLIFE_REASON_CESSATION,      CERTLIFE_REASON_PRIVILEGE_WITHDRAWN,
    };
    for (size_t i = 0; i < COUNT(reasons); i++) {
        struct world *w = company("webfb");
        at(w, "2026-07-31 23:59:59");
        assert_allowed(w, revokes_for(w, MASTER, KEIR2, reasons[i]));
        at(w, "2026-08-01 00:00:00");
        assert_allowed(w, revokes_for(w, "branch", KEIR3, reasons[i]));
        reopens(w);
        at(w, "2026-09-01 00:00:00");

        certlife_certificate_page *page = NULL;
        const certlife_certificate *one = history_at(w, KEIR2, 0, &page);
        assert_int_equal(certlife_certificate_state_of(one), CERTLIFE_CERTIFICATE_REVOKED);
        assert_int_equal(certlife_certificate_reason(one), reasons[i]);
        assert_int_equal(certlife_certificate_revoked_at(one), moment("2026-07-31 23:59:59"));
        assert_string_equal(certlife_certificate_revoked_by(one), "user keir001");
        assert_string_equal(certlife_certificate_application(one), "");
        certlife_certificate_page_free(page);

        const certlife_certificate *two = history_at(w, KEIR3, 0, &page);
        assert_int_equal(certlife_certificate_reason(two), reasons[i]);
        assert_int_equal(certlife_certificate_revoked_at(two), moment("2026-08-01 00:00:00"));
        assert_string_equal(certlife_certificate_revoked_by(two), "branch yamada");
        assert_string_equal(certlife_certificate_application(two), "2026-0417");
        certlife_certificate_page_free(page);
        world_free(w);
    }
}

/* Other reasons of RFC 5280 are not a user certificate's: CA and AA compromise, hold, removal; nor is what is none. */
static void test_r_rev_7_reasons_that_are_none(void **state)
{
    (void)state;
    static const certlife_reason none[] = {2, 6, 7, 8, 10, 11, -1, INT32_MAX};
    struct world *w = company("webfb");
    for (size_t i = 0; i < COUNT(none); i++)
        assert_failed(w, revokes_for(w, MASTER, KEIR2, none[i]), CERTLIFE_E_INVALID);
    assert_allowed(w, logs_in(w, KEIR2));
    world_free(w);
}

/* What else revokes records why, when and who: a reissue, a deletion, a closing. */
static void test_r_rev_7_of_other_acts(void **state)
{
    (void)state;
    static const struct {
        int (*act)(struct world *, const char *, const char *);
        const char *by;
        certlife_reason reason;
        const char *author, *application;
    } rows[] = {
        {reissues, MASTER, CERTLIFE_REASON_SUPERSEDED, "user keir001", ""},
        {reissues, "branch", CERTLIFE_REASON_SUPERSEDED, "branch yamada", "2026-0417"},
        {deletes, MASTER, CERTLIFE_REASON_CESSATION, "user keir001", ""},
        {deletes, "system", CERTLIFE_REASON_CESSATION, "system nightly", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = company("webfb");
        at(w, "2026-07-31 23:59:59");
        assert_allowed(w, rows[i].act(w, rows[i].by, KEIR2));
        certlife_certificate_page *page = NULL;
        const certlife_certificate *one = history_at(w, KEIR2, 0, &page);
        assert_int_equal(certlife_certificate_reason(one), rows[i].reason);
        assert_int_equal(certlife_certificate_revoked_at(one), moment("2026-07-31 23:59:59"));
        assert_string_equal(certlife_certificate_revoked_by(one), rows[i].author);
        assert_string_equal(certlife_certificate_application(one), rows[i].application);
        certlife_certificate_page_free(page);
        world_free(w);
    }
}

/* Changing PCs: revoke, then obtain on the new one. */
static void test_r_rev_8_changing_pcs(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct world *w = company(all[i]);
        at(w, "2026-10-01 09:00:00");
        assert_allowed(w, master_revokes(w, KEIR2));
        without_certificate(w); /* the new PC has none */
        if (strcmp(all[i], "kumiai") != 0) {
            assert_refused(w, obtains(w, KEIR2), "R-OBT-10", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
            assert_allowed(w, reissues(w, MASTER, KEIR2));
            without_certificate(w);
        }
        assert_allowed(w, obtains(w, KEIR2));
        without_certificate(w);
        assert_allowed(w, confirms(w, KEIR2));
        assert_allowed(w, logs_in(w, KEIR2));
        keeps_old(w, KEIR2);
        assert_refused(w, logs_in(w, KEIR2), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_LOG_IN);
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_ris_1_master_reissues_for_general_users),
        cmocka_unit_test(test_r_ris_2_who_is_refused),
        cmocka_unit_test(test_r_ris_3_branch_on_an_application),
        cmocka_unit_test(test_r_ris_3_no_application_of_the_master_user),
        cmocka_unit_test(test_r_ris_4_which_choices_are_open),
        cmocka_unit_test(test_r_ris_4_choices_follow_the_state),
        cmocka_unit_test(test_r_ris_4_who_could_instead),
        cmocka_unit_test(test_r_ris_4_edit_screen_as_a_whole),
        cmocka_unit_test(test_r_ris_4_edit_refused_as_a_whole),
        cmocka_unit_test(test_r_ris_4_edit_of_oneself_with_revocation),
        cmocka_unit_test(test_r_ris_5_awaiting_again_and_the_old_one_stops),
        cmocka_unit_test(test_r_ris_5_the_old_one_until_the_new_is_obtained),
        cmocka_unit_test(test_r_ris_5_the_old_one_when_nobody_obtains),
        cmocka_unit_test(test_r_ris_5_the_lost_key_is_not_certified_again),
        cmocka_unit_test(test_r_rev_1_master_revokes_general_users),
        cmocka_unit_test(test_r_rev_2_master_revokes_own),
        cmocka_unit_test(test_r_rev_3_confirmation_password),
        cmocka_unit_test(test_r_rev_4_branch_on_an_application),
        cmocka_unit_test(test_r_rev_5_no_login_on_any_node),
        cmocka_unit_test(test_r_rev_5_no_login_in_another_process),
        cmocka_unit_test(test_r_rev_6_final),
        cmocka_unit_test(test_r_rev_7_reason_time_and_actor),
        cmocka_unit_test(test_r_rev_7_reasons_that_are_none),
        cmocka_unit_test(test_r_rev_7_of_other_acts),
        cmocka_unit_test(test_r_rev_8_changing_pcs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
