/* SPDX-License-Identifier: Apache-2.0 */
/* Users and their certificates (section 2 of the specification, R-USR-1 to 5; the others are in test_user_history.c). */
#include "world.h"

#include <pthread.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define END_2027 "2027-04-01 23:59:59" /* of what is issued on the day on which a world begins */
#define OBTAIN_BY "2026-06-20 23:59:59"

static size_t count_in(struct world *w, const char *user, certlife_certificate_state state)
{
    certlife_certificate_page *page = NULL;
    size_t count = 0;
    history_at(w, user, 0, &page);
    for (size_t i = 0; i < certlife_certificate_page_count(page); i++)
        count += certlife_certificate_state_of(certlife_certificate_page_at(page, i)) == state;
    certlife_certificate_page_free(page);
    return count;
}

/* A certificate belongs to exactly one user; one current certificate per user ID at a time (beside it at most one renewed
 * but not yet confirmed). */
static void test_r_usr_1_one_current_certificate(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_certificate(w, "keir002");
    assert_refused(w, obtains(w, "keir002"), "R-ALL-5", CERTLIFE_CODE_ALREADY_OBTAINED, CERTLIFE_WAY_LOG_IN);
    assert_int_equal(count_in(w, "keir002", CERTLIFE_CERTIFICATE_VALID), 1);

    at(w, "2027-03-02 00:00:00");
    for (size_t renewed = 1; renewed <= 3; renewed++) {
        assert_allowed(w, renews(w, "keir002"));
        assert_int_equal(count_in(w, "keir002", CERTLIFE_CERTIFICATE_VALID), 1);
        assert_int_equal(count_in(w, "keir002", CERTLIFE_CERTIFICATE_UNCONFIRMED), 1);
        assert_int_equal(count_in(w, "keir002", CERTLIFE_CERTIFICATE_REVOKED), renewed - 1);
    }
    assert_allowed(w, confirms(w, "keir002"));
    assert_int_equal(count_in(w, "keir002", CERTLIFE_CERTIFICATE_VALID), 1);
    assert_int_equal(count_in(w, "keir002", CERTLIFE_CERTIFICATE_UNCONFIRMED), 0);
    assert_int_equal(count_in(w, "keir002", CERTLIFE_CERTIFICATE_REPLACED), 1);
    world_free(w);
}

static void test_r_usr_1_belongs_to_its_user(void **state)
{
    (void)state;
    static const char *const users[] = {MASTER, "keir002", "keir003"};
    struct world *w = world_new("webfb");
    has_certificate(w, "keir002");
    has_certificate(w, "keir003");
    for (size_t i = 0; i < COUNT(users); i++) {
        certlife_certificate_page *page = NULL;
        const certlife_certificate *certificate = history_at(w, users[i], 0, &page);
        assert_int_equal(certlife_certificate_page_count(page), 1);
        assert_string_equal(certlife_certificate_contract(certificate), COMPANY);
        assert_string_equal(certlife_certificate_user(certificate), users[i]);
        assert_string_equal(certlife_certificate_serial(certificate), held_serial(w, users[i]));
        certlife_certificate_page_free(page);
    }
    world_free(w);
}

static int32_t users_in(struct world *w, int32_t *limit_out)
{
    certlife_contract *contract = NULL;
    assert_allowed(w, certlife_contract_get(w->bank, actor(w, "branch"), COMPANY, &contract, w->decision, &w->err));
    int32_t users = certlife_contract_users(contract);
    *limit_out = certlife_contract_users_limit(contract);
    certlife_contract_free(contract);
    return users;
}

static int adds_number(struct world *w, int number)
{
    char id[32];
    snprintf(id, sizeof id, "user%03d", number);
    return adds(w, MASTER, id);
}

/* A contract holds at most 100 certificates: 1 for the master user, at most 99 for general users (profile figures). */
static void test_r_usr_2_a_hundred_certificates(void **state)
{
    (void)state;
    static const struct {
        const char *profile, *users;
        int general;
    } rows[] = {
        {"webfb-login", NULL, 99}, {"webfb", NULL, 99}, {"houjin", NULL, 99}, {"kumiai", NULL, 99},
        {"webfb", "10", 9},        {"webfb", "20", 19}, {"webfb", "50", 49},  {"webfb", "1", 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_where(rows[i].profile, rows[i].users != NULL ? "users" : NULL, rows[i].users);
        int32_t limit = 0;
        for (int user = 1; user <= rows[i].general; user++)
            assert_allowed(w, adds_number(w, user));
        assert_refused(w, adds_number(w, 500), "R-USR-2", CERTLIFE_CODE_CONTRACT_FULL, CERTLIFE_WAY_NONE);
        assert_refused(w, adds(w, "branch", "user500"), "R-USR-2", CERTLIFE_CODE_CONTRACT_FULL, CERTLIFE_WAY_NONE);
        assert_refused(w, could(w, MASTER, CERTLIFE_ACT_USER_ADD, "user500"), "R-USR-2", CERTLIFE_CODE_CONTRACT_FULL,
                       CERTLIFE_WAY_NONE);
        assert_int_equal(users_in(w, &limit), rows[i].general + 1);
        assert_int_equal(limit, rows[i].general + 1);
        world_free(w);
    }
}

static void test_r_usr_2_deleting_frees_a_place(void **state)
{
    (void)state;
    struct world *w = world_where("webfb", "users", "3");
    int32_t limit = 0;
    assert_allowed(w, adds_number(w, 1));
    assert_allowed(w, adds_number(w, 2));
    assert_refused(w, adds_number(w, 3), "R-USR-2", CERTLIFE_CODE_CONTRACT_FULL, CERTLIFE_WAY_NONE);
    /* A revoked user keeps the place. */
    assert_allowed(w, obtains(w, "user001"));
    assert_allowed(w, revokes(w, MASTER, "user001"));
    assert_refused(w, adds_number(w, 3), "R-USR-2", CERTLIFE_CODE_CONTRACT_FULL, CERTLIFE_WAY_NONE);
    assert_allowed(w, deletes(w, MASTER, "user001"));
    assert_int_equal(users_in(w, &limit), 2);
    assert_refused(w, adds_number(w, 1), "R-ALL-4", CERTLIFE_CODE_ID_TAKEN, CERTLIFE_WAY_NONE);
    assert_allowed(w, adds_number(w, 3));
    assert_refused(w, adds_number(w, 4), "R-USR-2", CERTLIFE_CODE_CONTRACT_FULL, CERTLIFE_WAY_NONE);
    world_free(w);
}

/* A lower figure takes nothing away from those who are there; a higher one lets more in at once. */
static void test_r_usr_2_the_figure_changes(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_certificate(w, "keir002");
    has_user(w, "keir003");
    chooses(w, "users", "2");
    assert_refused(w, adds(w, MASTER, "keir004"), "R-USR-2", CERTLIFE_CODE_CONTRACT_FULL, CERTLIFE_WAY_NONE);
    assert_allowed(w, logs_in(w, "keir002"));
    assert_allowed(w, obtains(w, "keir003"));
    chooses(w, "users", "4");
    assert_allowed(w, adds(w, MASTER, "keir004"));
    assert_refused(w, adds(w, MASTER, "keir005"), "R-USR-2", CERTLIFE_CODE_CONTRACT_FULL, CERTLIFE_WAY_NONE);
    world_free(w);
}

struct adder {
    certlife_institution *bank;
    int number, allowed, refused;
};

static void *add_thirty(void *payload)
{
    struct adder *adder = payload;
    certlife_actor branch = CERTLIFE_ACTOR_INIT;
    branch.kind = CERTLIFE_ACTOR_BRANCH;
    branch.application = "2026-0417";
    for (int i = 0; i < 30; i++) {
        char id[32];
        snprintf(id, sizeof id, "user%d-%02d", adder->number, i);
        int rc = certlife_user_add(adder->bank, &branch, COMPANY, id, CERTLIFE_PERMISSION_OPERATOR, "", NULL, NULL);
        adder->allowed += rc == CERTLIFE_ALLOWED;
        adder->refused += rc == CERTLIFE_REFUSED;
    }
    return NULL;
}

/* The limit holds under concurrent requests. */
static void test_r_usr_2_concurrent_requests(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    struct adder adders[4];
    pthread_t threads[COUNT(adders)];
    int allowed = 0, refused = 0;
    int32_t limit = 0;
    for (size_t i = 0; i < COUNT(adders); i++) {
        adders[i] = (struct adder){.bank = w->bank, .number = (int)i};
        assert_int_equal(pthread_create(&threads[i], NULL, add_thirty, &adders[i]), 0);
    }
    for (size_t i = 0; i < COUNT(adders); i++) {
        pthread_join(threads[i], NULL);
        allowed += adders[i].allowed;
        refused += adders[i].refused;
    }
    assert_int_equal(allowed, 99);
    assert_int_equal(refused, 21);
    assert_int_equal(users_in(w, &limit), 100);
    world_free(w);
}

static void has_other_company(struct world *w, const char *company, const char *master)
{
    w->company = company;
    assert_allowed(w, registers(w, "branch", company, master));
    assert_allowed(w, applies(w, "branch"));
    assert_allowed(w, authorises(w, "branch", master));
    assert_allowed(w, obtains(w, master));
    assert_allowed(w, confirms(w, master));
}

/* Users never share a certificate or a key: a certificate presented with another user's ID is refused at login … */
static void test_r_usr_3_anothers_certificate(void **state)
{
    (void)state;
    const uint8_t *der = NULL;
    struct world *w = world_new("webfb");
    has_certificate(w, "keir002");
    has_certificate(w, "keir003");
    has_user(w, "keir004");
    presenting(w, "keir003");
    assert_refused(w, logs_in(w, "keir002"), "R-USR-3", CERTLIFE_CODE_ANOTHER_USERS, CERTLIFE_WAY_NONE);
    presenting(w, "keir002");
    assert_refused(w, looks_in(w, MASTER), "R-USR-3", CERTLIFE_CODE_ANOTHER_USERS, CERTLIFE_WAY_NONE);
    presenting(w, MASTER);
    assert_refused(w, logs_in(w, "keir004"), "R-USR-3", CERTLIFE_CODE_ANOTHER_USERS, CERTLIFE_WAY_NONE);
    presenting(w, MASTER);
    assert_refused(w, logs_in(w, "nobody"), "R-USR-3", CERTLIFE_CODE_ANOTHER_USERS, CERTLIFE_WAY_NONE);
    assert_allowed(w, logs_in(w, "keir002"));
    /* Nor does it vouch for an act. */
    presenting(w, MASTER);
    assert_refused(w, revokes(w, "keir002", "keir003"), "R-REV-1", CERTLIFE_CODE_MASTER_ONLY, CERTLIFE_WAY_ASK_MASTER);
    presenting(w, "keir002");
    assert_refused(w, revokes(w, MASTER, "keir003"), "R-USR-3", CERTLIFE_CODE_ANOTHER_USERS, CERTLIFE_WAY_NONE);
    /* A user of the same ID in another company is another user. */
    has_other_company(w, "0010000002", "keir002");
    size_t len = holds(w, "keir002", &der);
    w->company = COMPANY;
    assert_refused(w, logs_in_with(w, "keir002", der, len), "R-USR-3", CERTLIFE_CODE_ANOTHER_USERS, CERTLIFE_WAY_NONE);
    world_free(w);
}

/* … and a public key already certified for one user is refused for another. */
static void test_r_usr_3_anothers_key(void **state)
{
    (void)state;
    enum { OF_MASTER = 0, VALID = 10, REVOKED, DELETED, ELSEWHERE, RENEWED, OWN };
    static const int of_others[] = {OF_MASTER, VALID, REVOKED, DELETED, ELSEWHERE, RENEWED};
    struct world *w = world_new("webfb");
    has_user(w, "keir002");
    has_user(w, "keir003");
    has_user(w, "keir004");
    assert_allowed(w, obtains_with(w, "keir002", VALID));
    assert_allowed(w, obtains_with(w, "keir003", REVOKED));
    assert_allowed(w, obtains_with(w, "keir004", DELETED));
    assert_allowed(w, revokes(w, MASTER, "keir003"));
    assert_allowed(w, deletes(w, MASTER, "keir004"));
    w->next_request = ELSEWHERE;
    has_other_company(w, "0010000002", "keir010"); /* of the same ID as one here */
    w->company = COMPANY;
    w->next_request = OWN;
    has_certificate(w, "keir009");
    at(w, "2027-03-02 00:00:00");
    assert_allowed(w, renews_with(w, "keir002", RENEWED));
    assert_allowed(w, adds(w, MASTER, "keir010"));
    for (size_t i = 0; i < COUNT(of_others); i++) {
        assert_refused(w, obtains_with(w, "keir010", of_others[i]), "R-USR-3", CERTLIFE_CODE_KEY_OF_ANOTHER,
                       CERTLIFE_WAY_NONE);
        assert_refused(w, renews_with(w, "keir009", of_others[i]), "R-USR-3", CERTLIFE_CODE_KEY_OF_ANOTHER,
                       CERTLIFE_WAY_NONE);
    }
    assert_int_equal(history_count(w, "keir010"), 0);
    assert_int_equal(history_count(w, "keir009"), 1);
    assert_status(w, "keir010", CERTLIFE_STATUS_AWAITING);
    assert_allowed(w, obtains_with(w, "keir010", 20));
    world_free(w);
}

/* A contract uses certificates only after a written application; until then nobody in it can obtain one. */
static void test_r_usr_4_application_first(void **state)
{
    (void)state;
    struct world *w = world_empty((struct world_parts){0});
    assert_allowed(w, registers(w, "branch", COMPANY, MASTER));
    assert_allowed(w, adds(w, "branch", "keir002"));
    const char *const users[] = {MASTER, "keir002"};
    for (size_t i = 0; i < COUNT(users); i++) {
        assert_status(w, users[i], CERTLIFE_STATUS_NOT_APPLIED);
        assert_refused(w, obtains(w, users[i]), "R-USR-4", CERTLIFE_CODE_NOT_APPLIED, CERTLIFE_WAY_CONTACT_BRANCH);
        assert_refused(w, authorises(w, "branch", users[i]), "R-USR-4", CERTLIFE_CODE_NOT_APPLIED,
                       CERTLIFE_WAY_CONTACT_BRANCH);
        assert_refused(w, reissues(w, "branch", users[i]), "R-USR-4", CERTLIFE_CODE_NOT_APPLIED,
                       CERTLIFE_WAY_CONTACT_BRANCH);
    }
    /* On paper, at the branch, once. */
    assert_refused(w, applies(w, MASTER), "R-USR-4", CERTLIFE_CODE_BRANCH_ONLY, CERTLIFE_WAY_CONTACT_BRANCH);
    assert_refused(w, applies(w, "system"), "R-USR-4", CERTLIFE_CODE_BRANCH_ONLY, CERTLIFE_WAY_CONTACT_BRANCH);
    without_application(w);
    assert_refused(w, applies(w, "branch"), "R-USR-4", CERTLIFE_CODE_APPLICATION_NEEDED, CERTLIFE_WAY_NONE);
    assert_status(w, "keir002", CERTLIFE_STATUS_NOT_APPLIED);
    assert_allowed(w, applies(w, "branch"));
    assert_refused(w, applies(w, "branch"), "R-USR-4", CERTLIFE_CODE_ALREADY_APPLIED, CERTLIFE_WAY_NONE);
    /* Those who were added before are not authorised by it. */
    assert_refused(w, obtains(w, "keir002"), "R-OBT-1", CERTLIFE_CODE_NOT_AUTHORISED, CERTLIFE_WAY_ASK_MASTER);
    for (size_t i = 0; i < COUNT(users); i++) {
        assert_allowed(w, authorises(w, "branch", users[i]));
        assert_allowed(w, obtains(w, users[i]));
    }
    world_free(w);
}

static int lists(struct world *w, const char *by, const char *after, int32_t limit, certlife_user_page **out)
{
    return certlife_user_list(w->bank, actor(w, by), w->company, after, limit, out, w->decision, &w->err);
}

static int sees(struct world *w, const char *by, const char *user)
{
    certlife_user *seen = NULL;
    int rc = certlife_user_get(w->bank, actor(w, by), w->company, user, &seen, w->decision, &w->err);
    assert_int_equal(rc == CERTLIFE_ALLOWED, seen != NULL);
    certlife_user_free(seen);
    return rc;
}

/* The master user sees a list of the contract's users with permission, certificate status, obtain-by, expiry and serial
 * number. */
static void test_r_usr_5_what_the_list_shows(void **state)
{
    (void)state;
    const int64_t end = moment(END_2027), obtain_by = moment(OBTAIN_BY);
    const struct {
        const char *user;
        certlife_role role;
        certlife_permission permission;
        certlife_status status;
        int64_t obtain_by, expiry;
    } rows[] = {
        {MASTER, CERTLIFE_ROLE_MASTER, 0, CERTLIFE_STATUS_OBTAINED, 0, end},
        {"keir002", CERTLIFE_ROLE_GENERAL, CERTLIFE_PERMISSION_APPROVER, CERTLIFE_STATUS_OBTAINED, 0, end},
        {"keir003", CERTLIFE_ROLE_GENERAL, CERTLIFE_PERMISSION_OPERATOR, CERTLIFE_STATUS_AWAITING, obtain_by, 0},
        {"keir004", CERTLIFE_ROLE_GENERAL, CERTLIFE_PERMISSION_APPROVER, CERTLIFE_STATUS_REVOKED, 0, end},
        {"keir005", CERTLIFE_ROLE_GENERAL, CERTLIFE_PERMISSION_APPROVER, CERTLIFE_STATUS_OBTAINED, 0, end},
    };
    struct world *w = world_new("webfb");
    certlife_user_edit_request to_operator = CERTLIFE_USER_EDIT_REQUEST_INIT;
    to_operator.permission = CERTLIFE_PERMISSION_OPERATOR;
    has_obtained(w, "keir005");
    has_certificate(w, "keir004");
    has_user(w, "keir003");
    has_certificate(w, "keir002");
    has_certificate(w, "keir0035");
    assert_allowed(w, revokes(w, MASTER, "keir004"));
    assert_allowed(w, edits(w, MASTER, "keir003", to_operator));
    assert_allowed(w, deletes(w, MASTER, "keir0035"));
    static const char *const readers[] = {MASTER, "branch", "system"};
    for (size_t reader = 0; reader < COUNT(readers); reader++) {
        certlife_user_page *page = NULL;
        assert_allowed(w, lists(w, readers[reader], NULL, 100, &page));
        assert_int_equal(certlife_user_page_count(page), COUNT(rows));
        assert_null(certlife_user_page_next(page));
        for (size_t i = 0; i < COUNT(rows); i++) {
            const certlife_user *user = certlife_user_page_at(page, i);
            assert_string_equal(certlife_user_id(user), rows[i].user);
            assert_string_equal(certlife_user_contract(user), COMPANY);
            assert_string_equal(certlife_user_email(user), i == 0 ? "keiri@example.co.jp" : "user@example.co.jp");
            assert_int_equal(certlife_user_role(user), rows[i].role);
            assert_int_equal(certlife_user_permission(user), rows[i].permission);
            assert_int_equal(certlife_user_status(user), rows[i].status);
            assert_int_equal(certlife_user_obtain_by(user), rows[i].obtain_by);
            assert_int_equal(certlife_user_expiry(user), rows[i].expiry);
            assert_string_equal(certlife_user_serial(user), held_serial(w, rows[i].user));
        }
        assert_null(certlife_user_page_at(page, COUNT(rows)));
        certlife_user_page_free(page);
    }
    world_free(w);
}

/* The list comes in pages of any size, in the order of the IDs. */
static void test_r_usr_5_pages_of_any_size(void **state)
{
    (void)state;
    static const char *const added[] = {"keir010", "b", "keir1", "keir0015", "a", "keir003", "利用者", "Z"};
    static const char *const sorted[] = {"Z", "a", "b", "keir001", "keir0015", "keir003", "keir010", "keir1", "利用者"};
    struct world *w = world_new("webfb");
    for (size_t i = 0; i < COUNT(added); i++)
        has_user(w, added[i]);
    has_user(w, "keir002");
    assert_allowed(w, deletes(w, MASTER, "keir002"));
    for (int32_t limit = 1; limit <= (int32_t)COUNT(sorted) + 1; limit++) {
        char after[65] = "";
        size_t seen = 0;
        for (bool more = true; more;) {
            certlife_user_page *page = NULL;
            assert_allowed(w, lists(w, MASTER, after[0] != '\0' ? after : NULL, limit, &page));
            size_t count = certlife_user_page_count(page);
            assert_true(count > 0 && count <= (size_t)limit);
            for (size_t i = 0; i < count; i++)
                assert_string_equal(certlife_user_id(certlife_user_page_at(page, i)), sorted[seen++]);
            const char *next = certlife_user_page_next(page);
            more = next != NULL;
            assert_int_equal(more, seen < COUNT(sorted));
            snprintf(after, sizeof after, "%s", more ? next : "");
            certlife_user_page_free(page);
        }
        assert_int_equal(seen, COUNT(sorted));
    }
    /* A cursor is a place in the order, whether somebody stands there or not. */
    static const struct {
        const char *after, *first;
    } cursors[] = {{"keir002", "keir003"}, {"keir0014", "keir0015"}, {"c", "keir001"}, {"~", "利用者"}, {"龍", NULL}};
    for (size_t i = 0; i < COUNT(cursors); i++) {
        certlife_user_page *page = NULL;
        assert_allowed(w, lists(w, MASTER, cursors[i].after, 1, &page));
        if (cursors[i].first == NULL)
            assert_int_equal(certlife_user_page_count(page), 0);
        else
            assert_string_equal(certlife_user_id(certlife_user_page_at(page, 0)), cursors[i].first);
        certlife_user_page_free(page);
    }
    static const int32_t no_limits[] = {0, -1, 10001};
    for (size_t i = 0; i < COUNT(no_limits); i++) {
        certlife_user_page *page = NULL;
        assert_failed(w, lists(w, MASTER, NULL, no_limits[i], &page), CERTLIFE_E_INVALID);
        assert_null(page);
    }
    world_free(w);
}

/* General users see their own row only. */
static void test_r_usr_5_who_sees_which_part(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    certlife_user_page *page = NULL;
    has_certificate(w, "keir002");
    has_certificate(w, "keir003");
    assert_allowed(w, lists(w, "keir002", NULL, 100, &page));
    assert_int_equal(certlife_user_page_count(page), 1);
    assert_string_equal(certlife_user_id(certlife_user_page_at(page, 0)), "keir002");
    assert_null(certlife_user_page_next(page));
    certlife_user_page_free(page);
    page = NULL;
    assert_allowed(w, lists(w, "keir002", "keir002", 1, &page));
    assert_int_equal(certlife_user_page_count(page), 0);
    certlife_user_page_free(page);
    page = NULL;
    without_certificate(w);
    assert_refused(w, lists(w, MASTER, NULL, 100, &page), "R-LOG-1", CERTLIFE_CODE_CERTIFICATE_LOGIN_NEEDED,
                   CERTLIFE_WAY_LOG_IN);
    assert_null(page);

    assert_allowed(w, sees(w, "keir002", "keir002"));
    static const char *const others[] = {MASTER, "keir003", "nobody"};
    for (size_t i = 0; i < COUNT(others); i++)
        assert_refused(w, sees(w, "keir002", others[i]), "R-USR-5", CERTLIFE_CODE_OWN_ONLY, CERTLIFE_WAY_ASK_MASTER);
    assert_allowed(w, sees(w, MASTER, "keir002"));
    assert_refused(w, sees(w, MASTER, "nobody"), "R-ALL-12", CERTLIFE_CODE_UNKNOWN, CERTLIFE_WAY_NONE);
    assert_allowed(w, deletes(w, MASTER, "keir003"));
    assert_allowed(w, sees(w, MASTER, "keir003"));
    assert_status(w, "keir003", CERTLIFE_STATUS_DELETED);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_usr_1_one_current_certificate), cmocka_unit_test(test_r_usr_1_belongs_to_its_user),
        cmocka_unit_test(test_r_usr_2_a_hundred_certificates),  cmocka_unit_test(test_r_usr_2_deleting_frees_a_place),
        cmocka_unit_test(test_r_usr_2_the_figure_changes),      cmocka_unit_test(test_r_usr_2_concurrent_requests),
        cmocka_unit_test(test_r_usr_3_anothers_certificate),    cmocka_unit_test(test_r_usr_3_anothers_key),
        cmocka_unit_test(test_r_usr_4_application_first),       cmocka_unit_test(test_r_usr_5_what_the_list_shows),
        cmocka_unit_test(test_r_usr_5_pages_of_any_size),       cmocka_unit_test(test_r_usr_5_who_sees_which_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
