/* SPDX-License-Identifier: Apache-2.0 */
/* Where rows meet, second part: R-ALL-10…15 and 17…19. (R-ALL-1…9 are in test_meeting.c.) */
#include "world.h"

#define KEIR2 "keir002"
#define KEIR3 "keir003"
#define KEIR4 "keir004"
#define OTHER "0010000002"
#define EXPIRY "2027-04-01 23:59:59" /* of what is issued on the day on which a world begins */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const reissuing[] = {"webfb-login", "webfb", "houjin"};

static struct world *company(const char *profile)
{
    struct world *w = world_new(profile);
    has_certificate(w, KEIR2);
    has_certificate(w, KEIR3);
    return w;
}

static certlife_certificate_state state_of(struct world *w, const char *user, size_t n)
{
    certlife_certificate_page *page = NULL;
    certlife_certificate_state found = certlife_certificate_state_of(history_at(w, user, n, &page));
    certlife_certificate_page_free(page);
    return found;
}

/* R-ALL-10. How keir004 comes into each state, and what a reissue leaves of the old certificate. */

static void never_obtained(struct world *w)
{
    has_user(w, KEIR4);
}

static void period_over(struct world *w)
{
    has_user(w, KEIR4);
    at(w, "2026-06-21 00:00:00");
}

static void unconfirmed(struct world *w)
{
    has_obtained(w, KEIR4);
}

static void obtained(struct world *w)
{
    has_certificate(w, KEIR4);
}

static void renewal_due(struct world *w)
{
    has_certificate(w, KEIR4);
    at(w, "2027-03-02 00:00:00");
}

static void expired(struct world *w)
{
    has_certificate(w, KEIR4);
    at(w, "2027-04-02 00:00:00");
}

static void expired_too_long(struct world *w)
{
    has_certificate(w, KEIR4);
    at(w, "2027-07-01 00:00:00");
}

static void revoked(struct world *w)
{
    has_certificate(w, KEIR4);
    assert_allowed(w, revokes_for(w, "branch", KEIR4, CERTLIFE_REASON_AFFILIATION_CHANGED));
}

/* Reissue is possible in every state but deleted and not applied. The old certificate is revoked as superseded (an expired
 * one stays expired). */
static void test_r_all_10_reissue_in_every_state(void **state)
{
    (void)state;
    static const struct {
        void (*comes)(struct world *);
        certlife_status before;
        certlife_certificate_state after; /* of the old certificate; 0: there is none */
    } rows[] = {
        {never_obtained, CERTLIFE_STATUS_AWAITING, 0},
        {period_over, CERTLIFE_STATUS_OBTAIN_PERIOD_OVER, 0},
        {unconfirmed, CERTLIFE_STATUS_OBTAINED, CERTLIFE_CERTIFICATE_REVOKED},
        {obtained, CERTLIFE_STATUS_OBTAINED, CERTLIFE_CERTIFICATE_REVOKED},
        {renewal_due, CERTLIFE_STATUS_RENEWAL_DUE, CERTLIFE_CERTIFICATE_REVOKED},
        {expired, CERTLIFE_STATUS_EXPIRED, CERTLIFE_CERTIFICATE_EXPIRED},
        {expired_too_long, CERTLIFE_STATUS_EXPIRED, CERTLIFE_CERTIFICATE_EXPIRED},
        {revoked, CERTLIFE_STATUS_REVOKED, CERTLIFE_CERTIFICATE_REVOKED},
    };
    for (size_t p = 0; p < COUNT(reissuing); p++) {
        for (size_t i = 0; i < COUNT(rows); i++) {
            struct world *w = world_new(reissuing[p]);
            rows[i].comes(w);
            assert_status(w, KEIR4, rows[i].before);
            assert_allowed(w, reissues(w, "branch", KEIR4));
            assert_status(w, KEIR4, CERTLIFE_STATUS_AWAITING);
            if (rows[i].after != 0)
                assert_int_equal(state_of(w, KEIR4, 0), rows[i].after);
            assert_allowed(w, obtains(w, KEIR4));
            assert_allowed(w, logs_in(w, KEIR4));
            world_free(w);
        }
    }
    struct world *w = world_new("webfb"); /* what was revoked before keeps its reason */
    revoked(w);
    assert_allowed(w, reissues(w, "branch", KEIR4));
    certlife_certificate_page *page = NULL;
    assert_int_equal(certlife_certificate_reason(history_at(w, KEIR4, 0, &page)), CERTLIFE_REASON_AFFILIATION_CHANGED);
    certlife_certificate_page_free(page);
    world_free(w);
}

static void test_r_all_10_but_deleted_and_not_applied(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    assert_allowed(w, deletes(w, MASTER, KEIR2));
    assert_refused(w, reissues(w, MASTER, KEIR2), "R-USR-7", CERTLIFE_CODE_USER_DELETED, CERTLIFE_WAY_NONE);
    assert_allowed(w, adds(w, "system", KEIR4));
    assert_status(w, KEIR4, CERTLIFE_STATUS_NOT_APPLIED);
    assert_refused(w, reissues(w, MASTER, KEIR4), "R-ALL-10", CERTLIFE_CODE_NOT_AUTHORISED, CERTLIFE_WAY_NONE);
    world_free(w);
}

/* Revoking an expired certificate is allowed and ends R-OBT-9. */
static void test_r_all_11_revoking_the_expired(void **state)
{
    (void)state;
    for (size_t p = 0; p < COUNT(reissuing); p++) {
        struct world *w = company(reissuing[p]);
        at(w, "2027-04-02 00:00:00");
        assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_OBTAIN, KEIR2));
        assert_allowed(w, revokes(w, "branch", KEIR2));
        assert_status(w, KEIR2, CERTLIFE_STATUS_REVOKED);
        assert_refused(w, obtains(w, KEIR2), "R-OBT-10", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
        assert_refused(w, revokes(w, "branch", KEIR2), "R-REV-6", CERTLIFE_CODE_ALREADY_REVOKED, CERTLIFE_WAY_NONE);
        world_free(w);
    }
}

/* … revoking an authorisation not yet used ends it, in every profile; revoking twice is refused. */
static void test_r_all_11_revoking_the_unused(void **state)
{
    (void)state;
    static const char *const profiles[] = {"webfb", "kumiai"};
    for (size_t p = 0; p < COUNT(profiles); p++) {
        struct world *w = world_new(profiles[p]);
        has_user(w, KEIR2);
        assert_allowed(w, revokes(w, "branch", KEIR2));
        assert_status(w, KEIR2, CERTLIFE_STATUS_NOT_APPLIED);
        assert_refused(w, obtains(w, KEIR2), "R-OBT-1", CERTLIFE_CODE_NOT_AUTHORISED, CERTLIFE_WAY_ASK_MASTER);
        assert_refused(w, revokes(w, "branch", KEIR2), "R-ALL-11", CERTLIFE_CODE_NOTHING_TO_REVOKE, CERTLIFE_WAY_NONE);
        assert_allowed(w, authorises(w, MASTER, KEIR2));
        assert_allowed(w, obtains(w, KEIR2));
        world_free(w);
    }
    /* The authorisation of a reissue: the user stays revoked. */
    struct world *w = company("webfb");
    assert_allowed(w, reissues(w, MASTER, KEIR2));
    assert_allowed(w, revokes(w, MASTER, KEIR2));
    assert_status(w, KEIR2, CERTLIFE_STATUS_REVOKED);
    assert_refused(w, obtains(w, KEIR2), "R-OBT-10", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
    assert_refused(w, revokes(w, MASTER, KEIR2), "R-REV-6", CERTLIFE_CODE_ALREADY_REVOKED, CERTLIFE_WAY_NONE);
    world_free(w);
}

static const certlife_act acts_on_users[] = {
    CERTLIFE_ACT_OBTAIN,      CERTLIFE_ACT_RENEW,     CERTLIFE_ACT_REISSUE,     CERTLIFE_ACT_REVOKE,
    CERTLIFE_ACT_DELIVER,     CERTLIFE_ACT_CONFIRM,   CERTLIFE_ACT_RENEW_LATER, CERTLIFE_ACT_AUTHORISE,
    CERTLIFE_ACT_USER_CHANGE, CERTLIFE_ACT_USER_SHOW, CERTLIFE_ACT_USER_DELETE,
};
static const certlife_act acts_on_contracts[] = {
    CERTLIFE_ACT_USER_ADD,
    CERTLIFE_ACT_USER_LIST,
    CERTLIFE_ACT_CONTRACT_SHOW,
    CERTLIFE_ACT_CONTRACT_APPLY,
    CERTLIFE_ACT_CONTRACT_APPLY_USB_TOKEN,
    CERTLIFE_ACT_CONTRACT_CLOSE,
};

static int could_elsewhere(struct world *w, const char *by, certlife_act act, const char *contract, const char *user)
{
    return certlife_decide(w->bank, actor(w, by), act, contract, user, w->decision, &w->err);
}

/* The same answer, whatever is or is not there. */
static void assert_same_answer(struct world *w, const char *by, certlife_act act, const char *user)
{
    assert_int_equal(could_elsewhere(w, by, act, "0010009999", user), CERTLIFE_REFUSED);
    certlife_code code = certlife_decision_code(w->decision);
    certlife_way way = certlife_decision_way(w->decision);
    char row[16];
    snprintf(row, sizeof row, "%s", certlife_decision_row(w->decision));
    assert_refused(w, could_elsewhere(w, by, act, OTHER, user), row, code, way);
    if (user != NULL)
        assert_refused(w, could_elsewhere(w, by, act, OTHER, "nobody"), row, code, way);
}

/* Contracts, users and certificates of one contract are invisible to the actors of another: every such question is answered
 * as 'unknown'. */
static void test_r_all_12_invisible_to_others(void **state)
{
    (void)state;
    static const char *const actors[] = {MASTER, KEIR2, "nobody"};
    static const certlife_act master_acts[] = {
        CERTLIFE_ACT_REISSUE,     CERTLIFE_ACT_REVOKE,    CERTLIFE_ACT_AUTHORISE,
        CERTLIFE_ACT_USER_CHANGE, CERTLIFE_ACT_USER_SHOW, CERTLIFE_ACT_USER_DELETE,
    };
    struct world *w = company("webfb");
    w->company = OTHER;
    assert_allowed(w, registers(w, "branch", OTHER, "sato001"));
    assert_allowed(w, applies(w, "branch"));
    assert_allowed(w, adds(w, "branch", KEIR2)); /* the same user ID, another person */
    assert_allowed(w, obtains(w, KEIR2));
    const uint8_t *held = NULL;
    uint8_t der[CERTLIFE_CERTIFICATE_MAX];
    size_t len = holds(w, KEIR2, &held);
    memcpy(der, held, len);
    w->company = COMPANY;

    for (size_t a = 0; a < COUNT(actors); a++) {
        for (size_t i = 0; i < COUNT(acts_on_users); i++)
            assert_same_answer(w, actors[a], acts_on_users[i], KEIR2);
        for (size_t i = 0; i < COUNT(acts_on_contracts); i++)
            assert_same_answer(w, actors[a], acts_on_contracts[i], NULL);
    }
    for (size_t i = 0; i < COUNT(master_acts); i++)
        assert_refused(w, could_elsewhere(w, MASTER, master_acts[i], OTHER, KEIR2), "R-ALL-12", CERTLIFE_CODE_UNKNOWN,
                       CERTLIFE_WAY_NONE);
    uint32_t who = 0;
    assert_refused(
        w, certlife_who_could(w->bank, actor(w, MASTER), CERTLIFE_ACT_REVOKE, OTHER, KEIR2, &who, w->decision, &w->err),
        "R-ALL-12", CERTLIFE_CODE_UNKNOWN, CERTLIFE_WAY_NONE);
    /* Nor does the other company's certificate open this company's door. */
    assert_refused(w, logs_in_with(w, KEIR2, der, len), "R-USR-3", CERTLIFE_CODE_ANOTHER_USERS, CERTLIFE_WAY_NONE);
    assert_allowed(w, logs_in(w, KEIR2));
    world_free(w);
}

/* A general user's list holds their own row. Deleted users are in the history, not in the list. */
static void test_r_all_12_lists(void **state)
{
    (void)state;
    static const struct {
        const char *by;
        size_t count;
        const char *first;
    } rows[] = {{MASTER, 2, MASTER}, {"branch", 2, MASTER}, {KEIR2, 1, KEIR2}};
    struct world *w = company("webfb");
    assert_allowed(w, deletes(w, MASTER, KEIR3));
    for (size_t i = 0; i < COUNT(rows); i++) {
        certlife_user_page *page = NULL;
        assert_allowed(
            w, certlife_user_list(w->bank, actor(w, rows[i].by), COMPANY, NULL, 100, &page, w->decision, &w->err));
        assert_int_equal(certlife_user_page_count(page), rows[i].count);
        assert_string_equal(certlife_user_id(certlife_user_page_at(page, 0)), rows[i].first);
        certlife_user_page_free(page);
    }
    certlife_certificate_page *page = NULL;
    assert_allowed(
        w, certlife_user_history(w->bank, actor(w, MASTER), COMPANY, KEIR3, NULL, 100, &page, w->decision, &w->err));
    assert_int_equal(certlife_certificate_page_count(page), 1);
    certlife_certificate_page_free(page);
    assert_refused(
        w, certlife_user_history(w->bank, actor(w, KEIR2), COMPANY, KEIR3, NULL, 100, &page, w->decision, &w->err),
        "R-USR-5", CERTLIFE_CODE_OWN_ONLY, CERTLIFE_WAY_ASK_MASTER);
    world_free(w);
}

/* Contracts are registered by branch or system, applied for and closed by the branch with an application; users are added,
 * changed and deleted by the master user, the branch with an application, or the system. The system … does not authorise,
 * reissue or revoke. */
static void test_r_all_13_who(void **state)
{
    (void)state;
    enum { YES = CERTLIFE_CODE_ALLOWED };
    static const struct {
        certlife_act act;
        const char *by, *contract, *user, *row;
        int32_t code; /* YES: allowed */
        certlife_way way;
    } rows[] = {
        {CERTLIFE_ACT_CONTRACT_REGISTER, "branch", "0010000009", NULL, "R-ALL-13", YES, 0},
        {CERTLIFE_ACT_CONTRACT_REGISTER, "system", "0010000009", NULL, "R-ALL-13", YES, 0},
        {CERTLIFE_ACT_CONTRACT_REGISTER, MASTER, "0010000009", NULL, "R-ALL-13", CERTLIFE_CODE_BRANCH_ONLY,
         CERTLIFE_WAY_CONTACT_BRANCH},
        {CERTLIFE_ACT_CONTRACT_APPLY, "branch", OTHER, NULL, "R-USR-4", YES, 0},
        {CERTLIFE_ACT_CONTRACT_APPLY, "system", OTHER, NULL, "R-USR-4", CERTLIFE_CODE_BRANCH_ONLY,
         CERTLIFE_WAY_CONTACT_BRANCH},
        {CERTLIFE_ACT_CONTRACT_APPLY, MASTER, COMPANY, NULL, "R-USR-4", CERTLIFE_CODE_BRANCH_ONLY,
         CERTLIFE_WAY_CONTACT_BRANCH},
        {CERTLIFE_ACT_CONTRACT_CLOSE, "branch", COMPANY, NULL, "R-ALL-8", YES, 0},
        {CERTLIFE_ACT_CONTRACT_CLOSE, MASTER, COMPANY, NULL, "R-ALL-8", CERTLIFE_CODE_BRANCH_ONLY,
         CERTLIFE_WAY_CONTACT_BRANCH},
        {CERTLIFE_ACT_USER_ADD, MASTER, COMPANY, NULL, "R-ALL-13", YES, 0},
        {CERTLIFE_ACT_USER_ADD, "branch", COMPANY, NULL, "R-ALL-13", YES, 0},
        {CERTLIFE_ACT_USER_ADD, "system", COMPANY, NULL, "R-ALL-13", YES, 0},
        {CERTLIFE_ACT_USER_ADD, KEIR2, COMPANY, NULL, "R-ALL-13", CERTLIFE_CODE_MASTER_ONLY, CERTLIFE_WAY_ASK_MASTER},
        {CERTLIFE_ACT_USER_CHANGE, MASTER, COMPANY, KEIR2, "R-ALL-13", YES, 0},
        {CERTLIFE_ACT_USER_CHANGE, MASTER, COMPANY, MASTER, "R-ALL-13", YES, 0},
        {CERTLIFE_ACT_USER_CHANGE, "branch", COMPANY, MASTER, "R-ALL-13", YES, 0},
        {CERTLIFE_ACT_USER_CHANGE, "system", COMPANY, KEIR2, "R-ALL-13", YES, 0},
        {CERTLIFE_ACT_USER_CHANGE, KEIR2, COMPANY, KEIR2, "R-ALL-13", CERTLIFE_CODE_MASTER_ONLY,
         CERTLIFE_WAY_ASK_MASTER},
        {CERTLIFE_ACT_USER_DELETE, MASTER, COMPANY, KEIR2, "R-ALL-13", YES, 0},
        {CERTLIFE_ACT_USER_DELETE, "branch", COMPANY, KEIR2, "R-ALL-13", YES, 0},
        {CERTLIFE_ACT_USER_DELETE, "system", COMPANY, KEIR2, "R-ALL-13", YES, 0},
        {CERTLIFE_ACT_USER_DELETE, KEIR2, COMPANY, KEIR2, "R-ALL-13", CERTLIFE_CODE_MASTER_ONLY,
         CERTLIFE_WAY_ASK_MASTER},
        {CERTLIFE_ACT_AUTHORISE, "system", COMPANY, KEIR2, "R-ALL-13", CERTLIFE_CODE_NOT_FOR_SYSTEM, CERTLIFE_WAY_NONE},
        {CERTLIFE_ACT_REISSUE, "system", COMPANY, KEIR2, "R-ALL-13", CERTLIFE_CODE_NOT_FOR_SYSTEM, CERTLIFE_WAY_NONE},
        {CERTLIFE_ACT_REVOKE, "system", COMPANY, KEIR2, "R-ALL-13", CERTLIFE_CODE_NOT_FOR_SYSTEM, CERTLIFE_WAY_NONE},
        {CERTLIFE_ACT_ISSUER_ANSWER, "branch", COMPANY, KEIR2, "R-ALL-13", CERTLIFE_CODE_SYSTEM_ONLY, 0},
        {CERTLIFE_ACT_ISSUER_ANSWER, MASTER, COMPANY, KEIR2, "R-ALL-13", CERTLIFE_CODE_SYSTEM_ONLY, 0},
        {CERTLIFE_ACT_ISSUER_ANSWER, "system", COMPANY, KEIR2, "R-ALL-13", YES, 0},
    };
    struct world *w = company("webfb");
    assert_allowed(w, registers(w, "branch", OTHER, "sato001"));
    for (size_t i = 0; i < COUNT(rows); i++) {
        int rc = could_elsewhere(w, rows[i].by, rows[i].act, rows[i].contract, rows[i].user);
        if (rows[i].code != YES) {
            assert_refused(w, rc, rows[i].row, rows[i].code, rows[i].way);
            continue;
        }
        assert_allowed(w, rc);
        assert_string_equal(certlife_decision_row(w->decision), rows[i].row);
        bool by_branch = strcmp(rows[i].by, "branch") == 0;
        if (!by_branch || rows[i].act == CERTLIFE_ACT_CONTRACT_REGISTER)
            continue;
        without_application(w);
        assert_refused(w, could_elsewhere(w, "branch", rows[i].act, rows[i].contract, rows[i].user),
                       rows[i].act == CERTLIFE_ACT_CONTRACT_CLOSE ? "R-ALL-13" : rows[i].row,
                       CERTLIFE_CODE_APPLICATION_NEEDED, CERTLIFE_WAY_NONE);
    }
    world_free(w);
}

/* The confirmation password is asked of users only, at revocation only. */
static void test_r_all_13_confirmation_password(void **state)
{
    (void)state;
    certlife_user_edit_request keep = CERTLIFE_USER_EDIT_REQUEST_INIT, revoke = CERTLIFE_USER_EDIT_REQUEST_INIT;
    keep.email = "new@example.co.jp";
    revoke.certificate = CERTLIFE_CHOICE_REVOKE;
    struct world *w = company("kumiai");
    assert_allowed(w, adds(w, MASTER, KEIR4));
    assert_allowed(w, authorises(w, MASTER, KEIR4));
    assert_allowed(w, obtains(w, KEIR4));
    assert_allowed(w, confirms(w, KEIR4));
    assert_allowed(w, edits(w, MASTER, KEIR4, keep));
    assert_refused(w, edits(w, MASTER, KEIR4, revoke), "R-REV-3", CERTLIFE_CODE_CONFIRMATION_PASSWORD_NEEDED,
                   CERTLIFE_WAY_NONE);
    assert_allowed(w, logs_in(w, KEIR4));
    assert_allowed(w, deletes(w, MASTER, KEIR4));
    assert_allowed(w, revokes(w, "branch", KEIR3));
    with_confirmation(w);
    assert_allowed(w, edits(w, MASTER, KEIR2, revoke));
    assert_status(w, KEIR2, CERTLIFE_STATUS_REVOKED);
    world_free(w);
}

/* 'Certificate login' means a certificate that passes the login check now, and the login password. */
static void test_r_all_14_certificate_login(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    at(w, "2027-03-02 00:00:00");
    without_certificate(w);
    assert_refused(w, renews(w, KEIR2), "R-REN-3", CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED, CERTLIFE_WAY_LOG_IN);
    without_password(w);
    assert_refused(w, renews(w, KEIR2), "R-REN-3", CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_LOG_IN);
    presenting(w, KEIR3);
    assert_refused(w, renews(w, KEIR2), "R-USR-3", CERTLIFE_CODE_ANOTHER_USERS, CERTLIFE_WAY_NONE);

    assert_allowed(w, renews(w, KEIR3)); /* either of the two will do, until the new one is confirmed */
    assert_allowed(w, could(w, KEIR3, CERTLIFE_ACT_USER_LIST, NULL));
    keeps_old(w, KEIR3);
    assert_allowed(w, could(w, KEIR3, CERTLIFE_ACT_USER_LIST, NULL));
    assert_allowed(w, confirms(w, KEIR3));
    assert_refused(w, could(w, KEIR3, CERTLIFE_ACT_USER_LIST, NULL), "R-LOG-2", CERTLIFE_CODE_REPLACED,
                   CERTLIFE_WAY_LOG_IN);

    at(w, EXPIRY); /* the master user's too */
    assert_allowed(w, could(w, MASTER, CERTLIFE_ACT_REVOKE, KEIR2));
    w->now++;
    assert_refused(w, revokes(w, MASTER, KEIR2), "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_OBTAIN);
    assert_status(w, KEIR2, CERTLIFE_STATUS_EXPIRED);
    world_free(w);

    w = company("webfb");
    assert_allowed(w, revokes(w, "branch", MASTER));
    assert_refused(w, revokes(w, MASTER, KEIR2), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_CONTACT_BRANCH);
    world_free(w);
}

/* N days after a day end with the last second of the Nth day after it. */
static void test_r_all_15_days_after_a_day(void **state)
{
    (void)state;
    static const struct {
        const char *days, *authorised, *obtain_by;
    } rows[] = {
        {"0", "2026-05-10 00:00:00", "2026-05-10 23:59:59"},  {"0", "2026-05-10 23:59:59", "2026-05-10 23:59:59"},
        {"7", "2026-05-10 00:00:00", "2026-05-17 23:59:59"},  {"7", "2026-05-10 23:59:59", "2026-05-17 23:59:59"},
        {"80", "2026-05-10 12:00:00", "2026-07-29 23:59:59"}, {"80", "2027-12-12 12:00:00", "2028-03-01 23:59:59"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_where("webfb", "obtain by", rows[i].days);
        at(w, rows[i].authorised);
        assert_allowed(w, adds(w, "branch", KEIR2));
        certlife_user *user = shown(w, KEIR2);
        assert_int_equal(certlife_user_obtain_by(user), moment(rows[i].obtain_by));
        certlife_user_free(user);
        at(w, rows[i].obtain_by);
        assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_OBTAIN, KEIR2));
        w->now++;
        assert_refused(w, obtains(w, KEIR2), "R-OBT-2", CERTLIFE_CODE_OBTAIN_PERIOD_OVER, CERTLIFE_WAY_ASK_MASTER);
        world_free(w);
    }

    static const char *const expired_days[] = {"1", "80", "90", "180"};
    static const char *const ends[] = {"2027-04-02 23:59:59", "2027-06-20 23:59:59", "2027-06-30 23:59:59",
                                       "2027-09-28 23:59:59"};
    for (size_t i = 0; i < COUNT(expired_days); i++) {
        struct world *w = world_where("webfb", "expired obtain", expired_days[i]);
        has_certificate(w, KEIR2);
        at(w, ends[i]);
        assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_OBTAIN, KEIR2));
        w->now++;
        assert_refused(w, obtains(w, KEIR2), "R-OBT-9", CERTLIFE_CODE_EXPIRED_TOO_LONG, CERTLIFE_WAY_ASK_MASTER);
        assert_date(w, EXPIRY);
        world_free(w);
    }
}

/* A closing time is exclusive: 09:00 means until 08:59:59; once renewal has closed, R-OBT-9 is open. */
static void test_r_all_15_closing_time(void **state)
{
    (void)state;
    static const char *const closes_at[] = {"08:59", "09:00", "23:59"};
    for (size_t i = 0; i < COUNT(closes_at); i++) {
        char closing[32];
        struct world *w = world_where("webfb", "renewal closes", closes_at[i]);
        has_certificate(w, KEIR2);
        snprintf(closing, sizeof closing, "2027-04-01 %s:00", closes_at[i]);
        w->now = moment(closing) - 1;
        assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_RENEW, KEIR2));
        assert_refused(w, obtains(w, KEIR2), "R-ALL-5", CERTLIFE_CODE_ALREADY_OBTAINED, CERTLIFE_WAY_LOG_IN);
        w->now++;
        assert_refused(w, renews(w, KEIR2), "R-REN-2", CERTLIFE_CODE_RENEWAL_CLOSED, CERTLIFE_WAY_OBTAIN);
        assert_int_equal(certlife_decision_date(w->decision), moment(closing) - 1);
        assert_allowed(w, logs_in(w, KEIR2)); /* the certificate itself lasts until the end of the day */
        without_certificate(w);
        assert_allowed(w, obtains(w, KEIR2));
        keeps_old(w, KEIR2);
        assert_allowed(w, logs_in(w, KEIR2));
        world_free(w);
    }
}

/* Stored: notAfter, obtain-by, what happened. Derived: windows, thresholds, statuses; a changed profile applies to existing
 * certificates at once. */
static void test_r_all_17_what_is_derived(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    at(w, "2027-02-20 00:00:00");
    assert_status(w, KEIR2, CERTLIFE_STATUS_OBTAINED);
    chooses(w, "renewal opens", "40");
    assert_status(w, KEIR2, CERTLIFE_STATUS_RENEWAL_DUE);
    assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_RENEW, KEIR2));
    w->now--;
    assert_refused(w, renews(w, KEIR2), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN, CERTLIFE_WAY_WAIT);
    assert_date(w, "2027-02-20 00:00:00");
    chooses(w, "renewal opens", "28");
    at(w, "2027-03-03 23:59:59");
    assert_refused(w, renews(w, KEIR2), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN, CERTLIFE_WAY_WAIT);

    at(w, "2027-05-02 00:00:00");
    assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_OBTAIN, KEIR2));
    chooses(w, "expired obtain", "30");
    assert_refused(w, obtains(w, KEIR2), "R-OBT-9", CERTLIFE_CODE_EXPIRED_TOO_LONG, CERTLIFE_WAY_ASK_MASTER);
    chooses(w, "expired obtain", "after a revocation");
    chooses(w, "revoked obtain", "yes");
    assert_refused(w, obtains(w, KEIR2), "R-OBT-9", CERTLIFE_CODE_REVOKE_FIRST, CERTLIFE_WAY_REVOKE_FIRST);
    chooses(w, "revoked obtain", "no");
    chooses(w, "expired obtain", "0");
    assert_refused(w, obtains(w, KEIR2), "R-OBT-9", CERTLIFE_CODE_EXPIRED_TOO_LONG, CERTLIFE_WAY_ASK_MASTER);
    chooses(w, "expired obtain", "no limit");
    at(w, "2040-01-01 00:00:00");
    assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_OBTAIN, KEIR2));

    assert_allowed(w, revokes(w, "branch", KEIR2));
    assert_refused(w, obtains(w, KEIR2), "R-OBT-10", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
    chooses(w, "revoked obtain", "yes");
    assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_OBTAIN, KEIR2));
    world_free(w);
}

static void test_r_all_17_what_is_stored(void **state)
{
    (void)state;
    struct world *w = company("webfb");
    has_user(w, KEIR4);
    chooses(w, "validity", "2 years");
    chooses(w, "obtain by", "7");
    certlife_user *user = shown(w, KEIR2);
    assert_int_equal(certlife_user_expiry(user), moment(EXPIRY));
    certlife_user_free(user);
    user = shown(w, KEIR4);
    assert_int_equal(certlife_user_obtain_by(user), moment("2026-06-20 23:59:59"));
    certlife_user_free(user);

    /* In another time zone the certificate ends in the same second; its expiry date, and so the window, is another. */
    chooses(w, "time", "UTC+14:00");
    user = shown(w, KEIR2);
    assert_int_equal(certlife_user_expiry(user), moment(EXPIRY));
    certlife_user_free(user);
    w->now = moment("2027-03-03 00:00:00") - 5 * 3600; /* 30 days before 2 April begins there */
    assert_allowed(w, could(w, KEIR2, CERTLIFE_ACT_RENEW, KEIR2));
    w->now--;
    assert_refused(w, could(w, KEIR2, CERTLIFE_ACT_RENEW, KEIR2), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN,
                   CERTLIFE_WAY_WAIT);
    world_free(w);
}

/* A channel or medium the profile does not name is refused. */
static void test_r_all_18_not_named(void **state)
{
    (void)state;
    static const struct {
        const char *profile;
        certlife_medium medium;
        const char *channel, *row; /* row NULL: allowed */
    } rows[] = {
        {"kumiai", CERTLIFE_MEDIUM_PC, "edge/app", NULL},
        {"kumiai", CERTLIFE_MEDIUM_PC, "edge/ie_mode", NULL},
        {"kumiai", CERTLIFE_MEDIUM_PC, "chrome/app", NULL},
        {"kumiai", CERTLIFE_MEDIUM_PC, "chrome/ie_mode", "R-OBT-7"},
        {"kumiai", CERTLIFE_MEDIUM_PC, "edge", "R-OBT-7"},
        {"kumiai", CERTLIFE_MEDIUM_PC, "edge/app, edge/ie_mode", "R-OBT-7"},
        {"kumiai", CERTLIFE_MEDIUM_PC, "any", "R-OBT-7"},
        {"kumiai", CERTLIFE_MEDIUM_PC, NULL, "R-OBT-7"},
        {"kumiai", CERTLIFE_MEDIUM_USB_TOKEN, "edge/app", "R-OBT-8"},
        {"webfb", CERTLIFE_MEDIUM_PC, "firefox", NULL},
        {"webfb", CERTLIFE_MEDIUM_PC, NULL, NULL},
        {"webfb", CERTLIFE_MEDIUM_USB_TOKEN, "edge/app", "R-OBT-8"},
        {"webfb-login", CERTLIFE_MEDIUM_USB_TOKEN, "edge/app", "R-OBT-8"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_new(rows[i].profile);
        has_user(w, KEIR2);
        w->medium = rows[i].medium;
        w->channel = rows[i].channel;
        int rc = obtains(w, KEIR2);
        bool medium = rows[i].row != NULL && strcmp(rows[i].row, "R-OBT-8") == 0;
        if (rows[i].row == NULL)
            assert_allowed(w, rc);
        else
            assert_refused(w, rc, rows[i].row,
                           medium ? CERTLIFE_CODE_MEDIUM_NOT_OFFERED : CERTLIFE_CODE_CHANNEL_NOT_ALLOWED,
                           CERTLIFE_WAY_NONE);
        assert_int_equal(history_count(w, KEIR2), rows[i].row == NULL);
        world_free(w);
    }
}

/* Delivering again checks neither. */
static void test_r_all_18_delivering_again(void **state)
{
    (void)state;
    struct world *w = world_new("kumiai");
    has_user(w, KEIR2);
    assert_allowed(w, obtains_with(w, KEIR2, 40));
    chooses(w, "channels", "chrome/app");
    assert_allowed(w, gets_again(w, KEIR2));
    w->channel = "firefox";
    w->medium = CERTLIFE_MEDIUM_USB_TOKEN;
    assert_allowed(w, obtains_with(w, KEIR2, 40));
    assert_int_equal(history_count(w, KEIR2), 1);
    assert_allowed(w, confirms(w, KEIR2));
    at(w, "2027-03-02 00:00:00");
    assert_refused(w, renews_with(w, KEIR2, 41), "R-OBT-8", CERTLIFE_CODE_MEDIUM_NOT_OFFERED, CERTLIFE_WAY_NONE);
    w->medium = CERTLIFE_MEDIUM_PC;
    w->channel = "chrome/app";
    assert_allowed(w, renews_with(w, KEIR2, 41));
    w->channel = "firefox";
    assert_allowed(w, renews_with(w, KEIR2, 41));
    assert_int_equal(history_count(w, KEIR2), 2);
    world_free(w);
}

static struct world *company_with_key_40(const char *profile)
{
    struct world *w = world_new(profile);
    has_user(w, KEIR2);
    assert_allowed(w, obtains_with(w, KEIR2, 40));
    assert_allowed(w, confirms(w, KEIR2));
    return w;
}

/* A user's own earlier key may be certified again … */
static void test_r_all_19_an_earlier_key_again(void **state)
{
    (void)state;
    struct world *w = company_with_key_40("webfb");
    at(w, "2027-03-02 00:00:00");
    assert_allowed(w, renews_with(w, KEIR2, 40)); /* the current one's */
    assert_allowed(w, confirms(w, KEIR2));
    at(w, "2028-03-01 00:00:00");
    assert_allowed(w, renews_with(w, KEIR2, 41));
    assert_allowed(w, confirms(w, KEIR2));
    at(w, "2029-03-02 00:00:00"); /* after expiry, one of long ago */
    assert_allowed(w, obtains_with(w, KEIR2, 40));
    assert_int_equal(history_count(w, KEIR2), 4);
    world_free(w);

    /* What was superseded by another renewal was not given up. */
    w = company_with_key_40("webfb");
    at(w, "2027-03-02 00:00:00");
    assert_allowed(w, renews_with(w, KEIR2, 41));
    keeps_old(w, KEIR2);
    assert_allowed(w, renews_with(w, KEIR2, 42));
    assert_allowed(w, renews_with(w, KEIR2, 41));
    world_free(w);
}

/* … unless a certificate with it was revoked for key compromise … */
static void test_r_all_19_revoked_for_key_compromise(void **state)
{
    (void)state;
    static const certlife_reason reasons[] = {
        CERTLIFE_REASON_UNSPECIFIED, CERTLIFE_REASON_KEY_COMPROMISE, CERTLIFE_REASON_AFFILIATION_CHANGED,
        CERTLIFE_REASON_SUPERSEDED,  CERTLIFE_REASON_CESSATION,      CERTLIFE_REASON_PRIVILEGE_WITHDRAWN,
    };
    for (size_t i = 0; i < COUNT(reasons); i++) {
        struct world *w = company_with_key_40("kumiai");
        assert_allowed(w, revokes_for(w, "branch", KEIR2, reasons[i]));
        if (reasons[i] != CERTLIFE_REASON_KEY_COMPROMISE) {
            assert_allowed(w, obtains_with(w, KEIR2, 40));
        } else {
            assert_refused(w, obtains_with(w, KEIR2, 40), "R-ALL-19", CERTLIFE_CODE_KEY_BARRED, CERTLIFE_WAY_NONE);
            assert_allowed(w, obtains_with(w, KEIR2, 41));
            assert_allowed(w, confirms(w, KEIR2));
            at(w, "2027-03-02 00:00:00"); /* for ever */
            assert_refused(w, renews_with(w, KEIR2, 40), "R-ALL-19", CERTLIFE_CODE_KEY_BARRED, CERTLIFE_WAY_NONE);
        }
        world_free(w);
    }
}

/* … or replaced at a reissue. To somebody else it is always another's key. */
static void test_r_all_19_replaced_at_a_reissue(void **state)
{
    (void)state;
    for (size_t p = 0; p < COUNT(reissuing); p++) {
        struct world *w = company_with_key_40(reissuing[p]);
        has_user(w, KEIR3);
        assert_refused(w, obtains_with(w, KEIR3, 40), "R-USR-3", CERTLIFE_CODE_KEY_OF_ANOTHER, CERTLIFE_WAY_NONE);
        assert_allowed(w, reissues(w, MASTER, KEIR2));
        assert_refused(w, obtains_with(w, KEIR2, 40), "R-ALL-19", CERTLIFE_CODE_KEY_BARRED, CERTLIFE_WAY_NONE);
        assert_refused(w, obtains_with(w, KEIR3, 40), "R-USR-3", CERTLIFE_CODE_KEY_OF_ANOTHER, CERTLIFE_WAY_NONE);
        assert_allowed(w, obtains_with(w, KEIR2, 41));
        assert_allowed(w, deletes(w, MASTER, KEIR2));
        assert_refused(w, obtains_with(w, KEIR3, 41), "R-USR-3", CERTLIFE_CODE_KEY_OF_ANOTHER, CERTLIFE_WAY_NONE);
        world_free(w);
    }
}

/* … in whatever state the user was at the reissue: the key on the old PC is what it takes away. */
static void test_r_all_19_replaced_in_every_state(void **state)
{
    (void)state;
    enum { AS_IT_IS, REVOKED, RENEWAL_DUE, EXPIRED, EXPIRED_TOO_LONG, STATES };
    static const char *const moments[STATES] = {
        [RENEWAL_DUE] = "2027-03-02 00:00:00",
        [EXPIRED] = "2027-04-02 00:00:00",
        [EXPIRED_TOO_LONG] = "2027-07-01 00:00:00",
    };
    for (size_t p = 0; p < COUNT(reissuing); p++) {
        for (int i = AS_IT_IS; i < STATES; i++) {
            struct world *w = company_with_key_40(reissuing[p]);
            if (moments[i] != NULL)
                at(w, moments[i]);
            if (i == REVOKED)
                assert_allowed(w, revokes(w, "branch", KEIR2));
            assert_allowed(w, reissues(w, "branch", KEIR2));
            assert_refused(w, obtains_with(w, KEIR2, 40), "R-ALL-19", CERTLIFE_CODE_KEY_BARRED, CERTLIFE_WAY_NONE);
            assert_allowed(w, obtains_with(w, KEIR2, 41));
            world_free(w);
        }
        /* The unconfirmed one's, too; also beside a current one. */
        struct world *w = world_new(reissuing[p]);
        has_user(w, KEIR2);
        assert_allowed(w, obtains_with(w, KEIR2, 40));
        assert_allowed(w, reissues(w, "branch", KEIR2));
        assert_refused(w, obtains_with(w, KEIR2, 40), "R-ALL-19", CERTLIFE_CODE_KEY_BARRED, CERTLIFE_WAY_NONE);
        assert_allowed(w, obtains_with(w, KEIR2, 41));
        assert_allowed(w, confirms(w, KEIR2));
        at(w, "2027-03-15 12:00:00");
        assert_allowed(w, renews_with(w, KEIR2, 42));
        assert_allowed(w, reissues(w, "branch", KEIR2));
        for (int key = 40; key <= 42; key++)
            assert_refused(w, obtains_with(w, KEIR2, key), "R-ALL-19", CERTLIFE_CODE_KEY_BARRED, CERTLIFE_WAY_NONE);
        world_free(w);
    }
    /* Where the old one works until the new one is obtained, its key is barred from the reissue on all the same. */
    struct world *w = world_where("webfb", "old at reissue", "until the new one is obtained");
    has_user(w, KEIR2);
    assert_allowed(w, obtains_with(w, KEIR2, 40));
    assert_allowed(w, confirms(w, KEIR2));
    assert_allowed(w, reissues(w, "branch", KEIR2));
    assert_refused(w, obtains_with(w, KEIR2, 40), "R-ALL-19", CERTLIFE_CODE_KEY_BARRED, CERTLIFE_WAY_NONE);
    assert_allowed(w, obtains_with(w, KEIR2, 41));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_all_10_reissue_in_every_state),
        cmocka_unit_test(test_r_all_10_but_deleted_and_not_applied),
        cmocka_unit_test(test_r_all_11_revoking_the_expired),
        cmocka_unit_test(test_r_all_11_revoking_the_unused),
        cmocka_unit_test(test_r_all_12_invisible_to_others),
        cmocka_unit_test(test_r_all_12_lists),
        cmocka_unit_test(test_r_all_13_who),
        cmocka_unit_test(test_r_all_13_confirmation_password),
        cmocka_unit_test(test_r_all_14_certificate_login),
        cmocka_unit_test(test_r_all_15_days_after_a_day),
        cmocka_unit_test(test_r_all_15_closing_time),
        cmocka_unit_test(test_r_all_17_what_is_derived),
        cmocka_unit_test(test_r_all_17_what_is_stored),
        cmocka_unit_test(test_r_all_18_not_named),
        cmocka_unit_test(test_r_all_18_delivering_again),
        cmocka_unit_test(test_r_all_19_an_earlier_key_again),
        cmocka_unit_test(test_r_all_19_revoked_for_key_compromise),
        cmocka_unit_test(test_r_all_19_replaced_at_a_reissue),
        cmocka_unit_test(test_r_all_19_replaced_in_every_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
