/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of users and certificates, and what is shown of it (section 2 of the specification, R-USR-6 to 8). */
#include "late_issuer.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One certificate as it must stand in the history; "" for moments that have not come. */
struct entry {
    certlife_certificate_state state;
    const char *not_before, *not_after, *confirmed, *replaced, *revoked;
    certlife_reason reason;
    const char *by, *application;
};

static int64_t moment_or_none(const char *text)
{
    return text[0] != '\0' ? moment(text) : 0;
}

static void assert_entry(const certlife_certificate *c, const struct entry *wanted)
{
    assert_int_equal(certlife_certificate_state_of(c), wanted->state);
    assert_int_equal(certlife_certificate_not_before(c), moment(wanted->not_before));
    assert_int_equal(certlife_certificate_not_after(c), moment(wanted->not_after));
    assert_int_equal(certlife_certificate_confirmed_at(c), moment_or_none(wanted->confirmed));
    assert_int_equal(certlife_certificate_replaced_at(c), moment_or_none(wanted->replaced));
    assert_int_equal(certlife_certificate_revoked_at(c), moment_or_none(wanted->revoked));
    assert_int_equal(certlife_certificate_reason(c), wanted->reason);
    assert_string_equal(certlife_certificate_revoked_by(c), wanted->by);
    assert_string_equal(certlife_certificate_application(c), wanted->application);
}

/* The whole history, read in pages of `limit`. */
static void assert_history(struct world *w, const char *user, const struct entry *wanted, size_t count, int32_t limit)
{
    char after[65] = "";
    size_t seen = 0;
    for (bool more = true; more;) {
        certlife_certificate_page *page = NULL;
        assert_allowed(w, certlife_user_history(w->bank, actor(w, "branch"), w->company, user,
                                                after[0] != '\0' ? after : NULL, limit, &page, w->decision, &w->err));
        for (size_t i = 0; i < certlife_certificate_page_count(page); i++) {
            assert_true(seen < count);
            assert_entry(certlife_certificate_page_at(page, i), &wanted[seen++]);
        }
        const char *next = certlife_certificate_page_next(page);
        more = next != NULL;
        assert_int_equal(more, seen < count);
        snprintf(after, sizeof after, "%s", more ? next : "");
        certlife_certificate_page_free(page);
    }
    assert_int_equal(seen, count);
}

/* Old certificates are never deleted: valid, expired, revoked and replaced ones stay listed in a user's history. */
static void test_r_usr_6_everything_stays(void **state)
{
    (void)state;
    struct entry story[] = {
        {CERTLIFE_CERTIFICATE_REPLACED, "2026-04-01 12:00:00", "2027-04-01 23:59:59", "2026-04-01 12:00:00",
         "2027-03-10 09:30:00", "", 0, "", ""},
        {CERTLIFE_CERTIFICATE_REVOKED, "2027-03-10 09:00:00", "2028-03-10 23:59:59", "2027-03-10 09:30:00", "",
         "2027-03-20 15:00:00", CERTLIFE_REASON_KEY_COMPROMISE, "branch yamada", "2026-0417"},
        {CERTLIFE_CERTIFICATE_EXPIRED, "2027-03-21 10:00:00", "2028-03-21 23:59:59", "2027-03-21 10:00:01", "", "", 0,
         "", ""},
        {CERTLIFE_CERTIFICATE_UNCONFIRMED, "2028-04-01 08:00:00", "2029-04-01 23:59:59", "", "", "", 0, "", ""},
    };
    struct world *w = world_new("webfb");
    const uint8_t *der = NULL, *kept = NULL;
    uint8_t first[8192];
    has_certificate(w, "keir002");
    size_t len = holds(w, "keir002", &der);
    memcpy(first, der, len);
    at(w, "2027-03-10 09:00:00");
    assert_allowed(w, renews(w, "keir002"));
    at(w, "2027-03-10 09:30:00");
    assert_allowed(w, confirms(w, "keir002"));
    at(w, "2027-03-20 15:00:00");
    assert_allowed(w, revokes_for(w, "branch", "keir002", CERTLIFE_REASON_KEY_COMPROMISE));
    assert_allowed(w, reissues(w, "branch", "keir002"));
    at(w, "2027-03-21 10:00:00");
    assert_allowed(w, obtains(w, "keir002"));
    at(w, "2027-03-21 10:00:01");
    assert_allowed(w, logs_in(w, "keir002"));
    at(w, "2028-04-01 08:00:00");
    assert_allowed(w, obtains(w, "keir002"));
    for (int32_t limit = 1; limit <= 5; limit++)
        assert_history(w, "keir002", story, COUNT(story), limit);

    /* Nor does deleting the user take anything away. */
    at(w, "2028-04-02 17:00:00");
    assert_allowed(w, deletes(w, "branch", "keir002"));
    story[3] =
        (struct entry){CERTLIFE_CERTIFICATE_REVOKED, "2028-04-01 08:00:00",     "2029-04-01 23:59:59", "",         "",
                       "2028-04-02 17:00:00",        CERTLIFE_REASON_CESSATION, "branch yamada",       "2026-0417"};
    assert_history(w, "keir002", story, COUNT(story), 2);
    certlife_certificate_page *page = NULL;
    assert_int_equal(certlife_certificate_der(history_at(w, "keir002", 0, &page), &kept), len);
    assert_memory_equal(kept, first, len);
    certlife_certificate_page_free(page);
    world_free(w);
}

/* Oldest first, however close together they were issued. */
static void test_r_usr_6_oldest_first(void **state)
{
    (void)state;
    char serials[6][65], when[] = "2026-04-02 10:00:00";
    certlife_certificate_page *page = NULL;
    struct world *w = world_new("webfb");
    has_user(w, "keir002");
    for (size_t i = 0; i < COUNT(serials); i++) {
        when[18] = (char)('0' + i);
        at(w, when);
        if (i > 0)
            assert_allowed(w, reissues(w, MASTER, "keir002"));
        assert_allowed(w, obtains(w, "keir002"));
        snprintf(serials[i], sizeof serials[i], "%s", held_serial(w, "keir002"));
    }
    history_at(w, "keir002", 0, &page);
    assert_int_equal(certlife_certificate_page_count(page), COUNT(serials));
    for (size_t i = 0; i < COUNT(serials); i++)
        assert_string_equal(certlife_certificate_serial(certlife_certificate_page_at(page, i)), serials[i]);
    certlife_certificate_page_free(page);
    world_free(w);
}

static int reads_history(struct world *w, const char *by, const char *user)
{
    certlife_certificate_page *page = NULL;
    int rc = certlife_user_history(w->bank, actor(w, by), w->company, user, NULL, 10, &page, w->decision, &w->err);
    certlife_certificate_page_free(page);
    return rc;
}

/* The history is seen by whom the user's row is seen by (R-USR-5). */
static void test_r_usr_6_who_reads_it(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_certificate(w, "keir002");
    has_certificate(w, "keir003");
    static const char *const readers[] = {MASTER, "branch", "system", "keir002"};
    for (size_t i = 0; i < COUNT(readers); i++)
        assert_allowed(w, reads_history(w, readers[i], "keir002"));
    assert_refused(w, reads_history(w, "keir003", "keir002"), "R-USR-5", CERTLIFE_CODE_OWN_ONLY,
                   CERTLIFE_WAY_ASK_MASTER);
    assert_refused(w, reads_history(w, "branch", "nobody"), "R-ALL-12", CERTLIFE_CODE_UNKNOWN, CERTLIFE_WAY_NONE);
    world_free(w);
}

/* Deleting a general user revokes that user's certificate in the same transaction. */
static void test_r_usr_7_deleting_revokes(void **state)
{
    (void)state;
    static const struct {
        const char *by, *author, *application;
    } rows[] = {
        {MASTER, "user keir001", ""}, {"branch", "branch yamada", "2026-0417"}, {"system", "system nightly", ""}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world *w = world_new("webfb");
        has_certificate(w, "keir002");
        at(w, "2027-03-10 09:00:00");
        assert_allowed(w, renews(w, "keir002"));
        at(w, "2027-03-11 09:00:00");
        assert_allowed(w, deletes(w, rows[i].by, "keir002"));
        assert_refused(w, logs_in(w, "keir002"), "R-LOG-2", CERTLIFE_CODE_USER_DELETED, CERTLIFE_WAY_NONE);
        keeps_old(w, "keir002");
        assert_refused(w, logs_in(w, "keir002"), "R-LOG-2", CERTLIFE_CODE_USER_DELETED, CERTLIFE_WAY_NONE);
        assert_status(w, "keir002", CERTLIFE_STATUS_DELETED);
        const struct entry both[] = {
            {CERTLIFE_CERTIFICATE_REVOKED, "2026-04-01 12:00:00", "2027-04-01 23:59:59", "2026-04-01 12:00:00", "",
             "2027-03-11 09:00:00", CERTLIFE_REASON_CESSATION, rows[i].author, rows[i].application},
            {CERTLIFE_CERTIFICATE_REVOKED, "2027-03-10 09:00:00", "2028-03-10 23:59:59", "", "", "2027-03-11 09:00:00",
             CERTLIFE_REASON_CESSATION, rows[i].author, rows[i].application},
        };
        assert_history(w, "keir002", both, 2, 10);
        /* Nothing brings them back. */
        assert_refused(w, obtains(w, "keir002"), "R-USR-7", CERTLIFE_CODE_USER_DELETED, CERTLIFE_WAY_NONE);
        assert_refused(w, reissues(w, "branch", "keir002"), "R-USR-7", CERTLIFE_CODE_USER_DELETED, CERTLIFE_WAY_NONE);
        assert_refused(w, deletes(w, "branch", "keir002"), "R-USR-7", CERTLIFE_CODE_USER_DELETED, CERTLIFE_WAY_NONE);
        world_free(w);
    }
}

/* Status shown for a user: awaiting, obtain period over, obtained, renewal due, expired: derived from stored facts and
 * the time asked for. The moments are Japan's; an institution at UTC has the same civil days nine hours later. */
static void test_r_usr_8_status_by_the_second(void **state)
{
    (void)state;
    static const struct {
        const char *user, *in_japan, *at_utc;
        certlife_status status;
    } rows[] = {
        {"awaits", "2026-04-01 12:00:00", "2026-04-01 12:00:00", CERTLIFE_STATUS_AWAITING},
        {"awaits", "2026-06-20 23:59:59", "2026-06-21 08:59:59", CERTLIFE_STATUS_AWAITING},
        {"awaits", "2026-06-21 00:00:00", "2026-06-21 09:00:00", CERTLIFE_STATUS_OBTAIN_PERIOD_OVER},
        {"has", "2026-04-01 12:00:00", "2026-04-01 12:00:00", CERTLIFE_STATUS_OBTAINED},
        {"has", "2027-03-01 23:59:59", "2027-03-02 08:59:59", CERTLIFE_STATUS_OBTAINED},
        {"has", "2027-03-02 00:00:00", "2027-03-02 09:00:00", CERTLIFE_STATUS_RENEWAL_DUE},
        {"has", "2027-04-01 23:59:59", "2027-04-02 08:59:59", CERTLIFE_STATUS_RENEWAL_DUE},
        {"has", "2027-04-02 00:00:00", "2027-04-02 09:00:00", CERTLIFE_STATUS_EXPIRED},
        {"unconfirmed", "2027-03-01 23:59:59", "2027-03-02 08:59:59", CERTLIFE_STATUS_OBTAINED},
        {"unconfirmed", "2027-03-02 00:00:00", "2027-03-02 09:00:00", CERTLIFE_STATUS_RENEWAL_DUE},
        {"unconfirmed", "2027-04-02 00:00:00", "2027-04-02 09:00:00", CERTLIFE_STATUS_EXPIRED},
        {"awaits", "2029-01-01 00:00:00", "2029-01-01 00:00:00", CERTLIFE_STATUS_OBTAIN_PERIOD_OVER},
        {"has", "2029-01-01 00:00:00", "2029-01-01 00:00:00", CERTLIFE_STATUS_EXPIRED},
    };
    static const char *const zones[] = {"UTC+09:00", "UTC+00:00"};
    for (size_t profile = 0; certlife_profile_builtin(profile) != NULL; profile++) {
        for (size_t zone = 0; zone < COUNT(zones); zone++) {
            struct world *w = world_where(certlife_profile_builtin(profile), "time", zones[zone]);
            has_user(w, "awaits");
            has_certificate(w, "has");
            has_obtained(w, "unconfirmed");
            for (size_t i = 0; i < COUNT(rows); i++) {
                at(w, zone == 0 ? rows[i].in_japan : rows[i].at_utc);
                assert_status(w, rows[i].user, rows[i].status);
            }
            world_free(w);
        }
    }
}

/* Not applied, issuing, revoked, deleted and contract closed come with what is done. */
static void test_r_usr_8_status_by_act(void **state)
{
    (void)state;
    struct world_parts parts = {0};
    certlife_error *err = NULL;
    assert_int_equal(certlife_crypto_new_mbedtls(&parts.crypto, &err), 0);
    struct late_issuer *late = late_issuer_open(parts.crypto, &parts.issuer);
    struct world *w = world_with(parts);
    assert_allowed(w, adds(w, "system", "keir002")); /* the system does not authorise */
    assert_status(w, "keir002", CERTLIFE_STATUS_NOT_APPLIED);
    assert_allowed(w, authorises(w, MASTER, "keir002"));
    assert_status(w, "keir002", CERTLIFE_STATUS_AWAITING);
    late->on_issue = ANSWERS_LATER;
    assert_refused(w, obtains(w, "keir002"), "R-OBT-6", CERTLIFE_CODE_ISSUING, CERTLIFE_WAY_DELIVER);
    assert_status(w, "keir002", CERTLIFE_STATUS_ISSUING);
    at(w, "2026-06-21 00:00:00");
    assert_status(w, "keir002", CERTLIFE_STATUS_ISSUING);
    assert_allowed(w, gets_again(w, "keir002"));
    assert_status(w, "keir002", CERTLIFE_STATUS_OBTAINED);
    assert_allowed(w, revokes(w, MASTER, "keir002"));
    assert_status(w, "keir002", CERTLIFE_STATUS_REVOKED);
    assert_allowed(w, reissues(w, MASTER, "keir002"));
    assert_status(w, "keir002", CERTLIFE_STATUS_AWAITING);
    assert_allowed(w, deletes(w, MASTER, "keir002"));
    assert_status(w, "keir002", CERTLIFE_STATUS_DELETED);
    assert_allowed(w, closes(w, "branch"));
    assert_status(w, MASTER, CERTLIFE_STATUS_CONTRACT_CLOSED);
    assert_status(w, "keir002", CERTLIFE_STATUS_DELETED);
    world_free(w);
}

static void assert_shown(struct world *w, const char *user, const char *obtain_by, const char *expiry,
                         const char *serial, const char *unconfirmed_expiry, const char *unconfirmed_serial)
{
    certlife_user *seen = shown(w, user);
    assert_int_equal(certlife_user_obtain_by(seen), moment_or_none(obtain_by));
    assert_int_equal(certlife_user_expiry(seen), moment_or_none(expiry));
    assert_string_equal(certlife_user_serial(seen), serial);
    assert_int_equal(certlife_user_unconfirmed_expiry(seen), moment_or_none(unconfirmed_expiry));
    assert_string_equal(certlife_user_unconfirmed_serial(seen), unconfirmed_serial);
    certlife_user_free(seen);
}

/* Awaiting (with obtain-by), obtained (with expiry and serial). */
static void test_r_usr_8_what_goes_with_it(void **state)
{
    (void)state;
    char old[65], new[65];
    struct world *w = world_new("webfb");
    has_user(w, "keir002");
    assert_shown(w, "keir002", "2026-06-20 23:59:59", "", "", "", "");
    at(w, "2026-06-21 00:00:00");
    assert_shown(w, "keir002", "2026-06-20 23:59:59", "", "", "", "");
    assert_allowed(w, authorises(w, MASTER, "keir002"));
    assert_shown(w, "keir002", "2026-09-09 23:59:59", "", "", "", "");
    assert_allowed(w, obtains(w, "keir002"));
    snprintf(old, sizeof old, "%s", held_serial(w, "keir002"));
    assert_shown(w, "keir002", "", "2027-06-21 23:59:59", old, "", "");
    assert_allowed(w, confirms(w, "keir002"));
    assert_shown(w, "keir002", "", "2027-06-21 23:59:59", old, "", "");
    at(w, "2027-06-01 08:00:00");
    assert_allowed(w, renews(w, "keir002"));
    snprintf(new, sizeof new, "%s", held_serial(w, "keir002"));
    assert_shown(w, "keir002", "", "2027-06-21 23:59:59", old, "2028-06-01 23:59:59", new);
    /* If the old one expires first, the unconfirmed one takes its place. */
    at(w, "2027-06-22 00:00:00");
    assert_shown(w, "keir002", "", "2028-06-01 23:59:59", new, "", "");
    at(w, "2027-06-21 23:59:59");
    assert_allowed(w, confirms(w, "keir002"));
    assert_shown(w, "keir002", "", "2028-06-01 23:59:59", new, "", "");
    chooses(w, "obtain by", "no limit");
    assert_allowed(w, adds(w, "branch", "keir003"));
    certlife_user *seen = shown(w, "keir003");
    assert_int_equal(certlife_user_obtain_by(seen), INT64_MAX);
    certlife_user_free(seen);
    world_free(w);
}

/* Never stored twice: another profile shows another status at once (R-ALL-17). */
static void test_r_usr_8_derived_never_stored(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_certificate(w, "keir002");
    at(w, "2027-02-25 12:00:00");
    assert_status(w, "keir002", CERTLIFE_STATUS_OBTAINED);
    chooses(w, "renewal opens", "40");
    assert_status(w, "keir002", CERTLIFE_STATUS_RENEWAL_DUE);
    at(w, "2027-02-20 00:00:00");
    assert_status(w, "keir002", CERTLIFE_STATUS_RENEWAL_DUE);
    at(w, "2027-02-19 23:59:59");
    assert_status(w, "keir002", CERTLIFE_STATUS_OBTAINED);
    chooses(w, "renewal opens", "28");
    at(w, "2027-03-04 00:00:00");
    assert_status(w, "keir002", CERTLIFE_STATUS_RENEWAL_DUE);
    at(w, "2027-03-03 23:59:59");
    assert_status(w, "keir002", CERTLIFE_STATUS_OBTAINED);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_usr_6_everything_stays),     cmocka_unit_test(test_r_usr_6_oldest_first),
        cmocka_unit_test(test_r_usr_6_who_reads_it),         cmocka_unit_test(test_r_usr_7_deleting_revokes),
        cmocka_unit_test(test_r_usr_8_status_by_the_second), cmocka_unit_test(test_r_usr_8_status_by_act),
        cmocka_unit_test(test_r_usr_8_what_goes_with_it),    cmocka_unit_test(test_r_usr_8_derived_never_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
