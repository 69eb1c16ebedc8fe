/* SPDX-License-Identifier: Apache-2.0 */
/* Obtaining a new certificate after one that has ended (section 3 of the specification, R-OBT-9 and 10). */
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define EXPIRY "2027-04-01 23:59:59"
#define AFTER_EXPIRY "2027-04-02 00:00:00"
#define MANY_YEARS_LATER "2046-04-01 12:00:00"

/* Once renewal has closed (normally at expiry) the user obtains a new one with ID and password, no administrator needed,
 * for as many days after expiry as the profile says (0 = never, n, without limit); after that a reissue is needed. */
static void test_r_obt_9_days_after_expiry(void **state)
{
    (void)state;
    static const struct {
        const char *profile, *days, *last; /* NULL: as built in, without limit */
    } rows[] = {
        {"webfb-login", NULL, "2027-06-30 23:59:59"},
        {"webfb", NULL, "2027-06-30 23:59:59"},
        {"houjin", NULL, "2027-06-30 23:59:59"},
        {"webfb", "80", "2027-06-20 23:59:59"},
        {"webfb", "180", "2027-09-28 23:59:59"},
        {"webfb", "1", "2027-04-02 23:59:59"},
        {"kumiai", "90", "2027-06-30 23:59:59"},
        {"kumiai", NULL, NULL},
        {"webfb", "no limit", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_where(rows[i].profile, rows[i].days != NULL ? "expired obtain" : NULL, rows[i].days);
        has_certificate(w, "keir002");
        at(w, EXPIRY);
        assert_refused(w, obtains(w, "keir002"), "R-ALL-5", CERTLIFE_CODE_ALREADY_OBTAINED, CERTLIFE_WAY_LOG_IN);
        assert_date(w, EXPIRY);
        at(w, AFTER_EXPIRY);
        without_certificate(w);
        assert_allowed(w, could(w, "keir002", CERTLIFE_ACT_OBTAIN, "keir002"));
        without_password(w);
        assert_refused(w, obtains(w, "keir002"), "R-OBT-1", CERTLIFE_CODE_PASSWORD_NEEDED, CERTLIFE_WAY_OBTAIN);
        if (rows[i].last != NULL) {
            w->now = moment(rows[i].last) + 1;
            assert_refused(w, obtains(w, "keir002"), "R-OBT-9", CERTLIFE_CODE_EXPIRED_TOO_LONG,
                           CERTLIFE_WAY_ASK_MASTER);
            assert_date(w, EXPIRY);
        }
        at(w, rows[i].last != NULL ? rows[i].last : MANY_YEARS_LATER);
        without_certificate(w);
        assert_allowed(w, obtains(w, "keir002"));
        assert_status(w, "keir002", CERTLIFE_STATUS_OBTAINED);
        assert_allowed(w, logs_in(w, "keir002"));
        keeps_old(w, "keir002");
        assert_refused(w, logs_in(w, "keir002"), "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_LOG_IN);
        world_free(w);
    }
}

static void test_r_obt_9_never(void **state)
{
    (void)state;
    struct world *w = world_where("webfb", "expired obtain", "0");
    has_certificate(w, "keir002");
    at(w, AFTER_EXPIRY);
    assert_refused(w, obtains(w, "keir002"), "R-OBT-9", CERTLIFE_CODE_EXPIRED_TOO_LONG, CERTLIFE_WAY_ASK_MASTER);
    assert_refused(w, obtains(w, MASTER), "R-OBT-9", CERTLIFE_CODE_EXPIRED_TOO_LONG, CERTLIFE_WAY_CONTACT_BRANCH);
    assert_refused(w, logs_in(w, "keir002"), "R-LOG-2", CERTLIFE_CODE_EXPIRED, CERTLIFE_WAY_ASK_MASTER);
    /* After that a reissue is needed. */
    assert_allowed(w, reissues(w, "branch", "keir002"));
    assert_allowed(w, reissues(w, "branch", MASTER));
    assert_allowed(w, obtains(w, "keir002"));
    assert_allowed(w, obtains(w, MASTER));
    world_free(w);
}

/* … or only after a revocation. */
static void test_r_obt_9_after_a_revocation(void **state)
{
    (void)state;
    struct world *w = world_where("kumiai", "expired obtain", "after a revocation");
    has_certificate(w, "keir002");
    at(w, AFTER_EXPIRY);
    assert_refused(w, obtains(w, "keir002"), "R-OBT-9", CERTLIFE_CODE_REVOKE_FIRST, CERTLIFE_WAY_REVOKE_FIRST);
    assert_date(w, EXPIRY);
    at(w, MANY_YEARS_LATER);
    assert_refused(w, obtains(w, "keir002"), "R-OBT-9", CERTLIFE_CODE_REVOKE_FIRST, CERTLIFE_WAY_REVOKE_FIRST);
    assert_allowed(w, revokes(w, "branch", "keir002"));
    assert_allowed(w, obtains(w, "keir002"));
    world_free(w);
}

/* It is open from the moment at which renewal closes, also before expiry. */
static void test_r_obt_9_once_renewal_has_closed(void **state)
{
    (void)state;
    struct world *w = world_where("webfb", "renewal closes", "09:00");
    has_certificate(w, "keir002");
    at(w, "2027-04-01 08:59:59");
    assert_refused(w, obtains(w, "keir002"), "R-ALL-5", CERTLIFE_CODE_ALREADY_OBTAINED, CERTLIFE_WAY_LOG_IN);
    assert_allowed(w, could(w, "keir002", CERTLIFE_ACT_RENEW, "keir002"));
    at(w, "2027-04-01 09:00:00");
    assert_refused(w, renews(w, "keir002"), "R-REN-2", CERTLIFE_CODE_RENEWAL_CLOSED, CERTLIFE_WAY_OBTAIN);
    without_certificate(w);
    assert_allowed(w, obtains(w, "keir002"));
    world_free(w);
}

/* A lapsed authorisation takes none of these days away (R-ALL-3); an unused one goes on after them. */
static void test_r_obt_9_beside_an_authorisation(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_certificate(w, "keir002");
    has_certificate(w, "keir003");
    at(w, AFTER_EXPIRY);
    assert_allowed(w, reissues(w, "branch", "keir002")); /* until 2027-06-21 */
    at(w, "2027-06-30 12:00:00");
    assert_allowed(w, could(w, "keir002", CERTLIFE_ACT_OBTAIN, "keir002"));
    assert_allowed(w, reissues(w, "branch", "keir003")); /* until 2027-09-18 */
    at(w, "2027-07-01 00:00:00");
    assert_refused(w, obtains(w, "keir002"), "R-OBT-2", CERTLIFE_CODE_OBTAIN_PERIOD_OVER, CERTLIFE_WAY_ASK_MASTER);
    assert_date(w, "2027-06-21 23:59:59");
    at(w, "2027-09-18 23:59:59");
    assert_allowed(w, obtains(w, "keir003"));
    world_free(w);
}

/* After a revocation: profiles A-D need a reissue by the administrator first; profile E lets the user obtain directly with
 * ID and password. */
static void test_r_obt_10_after_a_revocation(void **state)
{
    (void)state;
    static const char *const moments[] = {"2026-05-01 12:00:00", "2027-04-01 23:59:59", "2027-04-02 00:00:00",
                                          MANY_YEARS_LATER};
    for (size_t i = 0; certlife_profile_builtin(i) != NULL; i++) {
        bool kumiai = strcmp(certlife_profile_builtin(i), "kumiai") == 0;
        for (size_t m = 0; m < COUNT(moments); m++) {
            struct world *w = world_new(certlife_profile_builtin(i));
            has_certificate(w, "keir002");
            with_confirmation(w);
            assert_allowed(w, revokes(w, MASTER, "keir002"));
            at(w, moments[m]);
            assert_status(w, "keir002", CERTLIFE_STATUS_REVOKED);
            if (!kumiai) {
                assert_refused(w, obtains(w, "keir002"), "R-OBT-10", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
                assert_allowed(w, reissues(w, "branch", "keir002"));
            } else {
                assert_refused(w, reissues(w, "branch", "keir002"), "R-ALL-9", CERTLIFE_CODE_REVOKE_FIRST,
                               CERTLIFE_WAY_REVOKE_FIRST);
            }
            without_certificate(w);
            assert_allowed(w, obtains(w, "keir002"));
            assert_allowed(w, logs_in(w, "keir002"));
            assert_status(w, "keir002", CERTLIFE_STATUS_OBTAINED);
            world_free(w);
        }
    }
}

/* The same for one who had expired before (R-ALL-11), and for the master user. */
static void test_r_obt_10_rules_after_expiry_too(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_certificate(w, "keir002");
    at(w, AFTER_EXPIRY);
    assert_allowed(w, could(w, "keir002", CERTLIFE_ACT_OBTAIN, "keir002"));
    assert_allowed(w, revokes(w, "branch", "keir002"));
    assert_allowed(w, revokes(w, "branch", MASTER));
    assert_refused(w, obtains(w, "keir002"), "R-OBT-10", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_ASK_MASTER);
    assert_refused(w, obtains(w, MASTER), "R-OBT-10", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_CONTACT_BRANCH);
    assert_allowed(w, reissues(w, "branch", MASTER));
    assert_allowed(w, obtains(w, MASTER));
    assert_allowed(w, reissues(w, MASTER, "keir002"));
    assert_allowed(w, obtains(w, "keir002"));
    world_free(w);
}

static void test_r_obt_10_the_master_users_own(void **state)
{
    (void)state;
    struct world *w = world_new("kumiai");
    with_confirmation(w);
    assert_allowed(w, revokes(w, MASTER, MASTER));
    assert_refused(w, logs_in(w, MASTER), "R-LOG-2", CERTLIFE_CODE_REVOKED, CERTLIFE_WAY_OBTAIN);
    without_certificate(w);
    assert_allowed(w, obtains(w, MASTER));
    assert_allowed(w, logs_in(w, MASTER));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_obt_9_days_after_expiry),       cmocka_unit_test(test_r_obt_9_never),
        cmocka_unit_test(test_r_obt_9_after_a_revocation),      cmocka_unit_test(test_r_obt_9_once_renewal_has_closed),
        cmocka_unit_test(test_r_obt_9_beside_an_authorisation), cmocka_unit_test(test_r_obt_10_after_a_revocation),
        cmocka_unit_test(test_r_obt_10_rules_after_expiry_too), cmocka_unit_test(test_r_obt_10_the_master_users_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
