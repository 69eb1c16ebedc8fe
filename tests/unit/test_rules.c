/* SPDX-License-Identifier: Apache-2.0 */
/* Windows to the second, where a user stands, and what an act does to a user's facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/civil.h"
#include "rules/transition.h"
#include "rules/standing.h"
#include "rules/window.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define JAPAN (9 * 3600)
#define DAY SECONDS_PER_DAY

/* "2027-03-01 23:59:59" in Japan; "": never. */
static int64_t moment(const char *text)
{
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    if (text[0] == '\0')
        return 0;
    if (sscanf(text, "%d-%d-%d %d:%d:%d", &year, &month, &day, &hour, &minute, &second) != 6)
        fail_msg("\"%s\" is not a moment", text);
    return certlife__civil_moment((struct civil){year, month, day, hour, minute, second}, JAPAN);
}

static void assert_moment(const char *what, int64_t is, const char *wanted)
{
    struct civil at = certlife__civil_of(is, JAPAN);
    if (is != moment(wanted))
        fail_msg("%s: %04d-%02d-%02d %02d:%02d:%02d instead of %s", what, (int)at.year, (int)at.month, (int)at.day,
                 (int)at.hour, (int)at.minute, (int)at.second, wanted);
}

/* "webfb" with values set: "name = text; name = text". */
static struct certlife_profile profile_with(const char *values)
{
    char text[400];
    certlife_profile *made = NULL;
    certlife_error *err = NULL;
    snprintf(text, sizeof text, "profile = webfb\n%s", values);
    for (char *p = text; *p != '\0'; p++)
        *p = *p == ';' ? '\n' : *p;
    if (certlife_profile_parse(text, &made, &err) != 0)
        fail_msg("%s", certlife_error_message(err));
    struct certlife_profile profile = *made;
    certlife_profile_free(made);
    return profile;
}

/* ---- Windows ---- */

static const struct {
    const char *what, *values, *issued, *old_not_after, *not_after;
} validities[] = {
    {"a year", "", "2026-04-01 12:00:00", "", "2027-04-01 23:59:59"},
    {"issued in the first second", "", "2026-04-01 00:00:00", "", "2027-04-01 23:59:59"},
    {"issued in the last second", "", "2026-04-01 23:59:59", "", "2027-04-01 23:59:59"},
    {"29 February", "", "2028-02-29 12:00:00", "", "2029-02-28 23:59:59"},
    {"28 February before a leap year", "", "2027-02-28 12:00:00", "", "2028-02-28 23:59:59"},
    {"past 2038", "", "2037-06-01 12:00:00", "", "2038-06-01 23:59:59"},
    {"past 2049", "", "2049-12-31 12:00:00", "", "2050-12-31 23:59:59"},
    {"365 days over a leap day", "validity = 365 days", "2027-03-01 12:00:00", "", "2028-02-29 23:59:59"},
    {"a year and a day", "validity = 1 year 1 day", "2026-04-01 12:00:00", "", "2027-04-02 23:59:59"},
    {"a year from 29 February and a day", "validity = 1 year 1 day", "2028-02-29 12:00:00", "", "2029-03-01 23:59:59"},
    {"387 days", "validity = 387 days", "2026-04-01 12:00:00", "", "2027-04-23 23:59:59"},
    {"two years", "validity = 2 years", "2026-04-01 12:00:00", "", "2028-04-01 23:59:59"},
    {"the exact second", "last moment = same time of day", "2026-04-01 12:34:56", "", "2027-04-01 12:34:55"},
    {"the exact second at midnight", "last moment = same time of day", "2026-04-01 00:00:00", "",
     "2027-03-31 23:59:59"},
    {"renewed early, nothing carried over", "", "2027-03-10 12:00:00", "2027-04-01 23:59:59", "2028-03-10 23:59:59"},
    {"22 days carried over", "carry over = yes", "2027-03-10 12:00:00", "2027-04-01 23:59:59", "2028-04-01 23:59:59"},
    {"none left on the last day", "carry over = yes", "2027-04-01 12:00:00", "2027-04-01 23:59:59",
     "2028-04-01 23:59:59"},
    {"nothing to carry over", "carry over = yes", "2027-04-02 00:00:00", "2027-04-01 23:59:59", "2028-04-02 23:59:59"},
    {"a first one carries nothing", "carry over = yes", "2026-04-01 12:00:00", "", "2027-04-01 23:59:59"},
};

static void test_r_tim_2_the_last_moment(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(validities); i++) {
        struct certlife_profile profile = profile_with(validities[i].values);
        assert_moment(
            validities[i].what,
            certlife__window_not_after(&profile, moment(validities[i].issued), moment(validities[i].old_not_after)),
            validities[i].not_after);
    }
    struct certlife_profile webfb = profile_with("");
    assert_int_equal(certlife__window_not_after(&webfb, LAST_MOMENT, 0), LAST_MOMENT);
}

/* Of a certificate that expires 2027-04-01, unless another notAfter is given. */
static const struct {
    const char *what, *values, *not_after, *opens, *closes, *notice;
} windows[] = {
    {"30 days", "", "2027-04-01 23:59:59", "2027-03-02 00:00:00", "2027-04-01 23:59:59", "2027-03-02 00:00:00"},
    {"40 days, seen for 10", "renewal opens = 40;screen notice = 10", "2027-04-01 23:59:59", "2027-02-20 00:00:00",
     "2027-04-01 23:59:59", "2027-03-22 00:00:00"},
    {"on the day only", "renewal opens = 0;screen notice = 0", "2027-04-01 23:59:59", "2027-04-01 00:00:00",
     "2027-04-01 23:59:59", "2027-04-01 00:00:00"},
    {"until nine, exclusive", "renewal closes = 09:00", "2027-04-01 23:59:59", "2027-03-02 00:00:00",
     "2027-04-01 08:59:59", "2027-03-02 00:00:00"},
    {"until 8:59, exclusive", "renewal closes = 08:59", "2027-04-01 23:59:59", "2027-03-02 00:00:00",
     "2027-04-01 08:58:59", "2027-03-02 00:00:00"},
    {"an exact last second comes first", "", "2027-04-01 12:34:55", "2027-03-02 00:00:00", "2027-04-01 12:34:55",
     "2027-03-02 00:00:00"},
    {"over a leap day", "", "2028-03-15 23:59:59", "2028-02-14 00:00:00", "2028-03-15 23:59:59", "2028-02-14 00:00:00"},
};

static void test_r_ren_2_the_renewal_window(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(windows); i++) {
        struct certlife_profile profile = profile_with(windows[i].values);
        int64_t not_after = moment(windows[i].not_after);
        assert_moment(windows[i].what, certlife__window_renewal_opens(&profile, not_after), windows[i].opens);
        assert_moment(windows[i].what, certlife__window_renewal_closes(&profile, not_after), windows[i].closes);
        assert_moment(windows[i].what, certlife__window_notice_opens(&profile, not_after), windows[i].notice);
    }
}

static void test_r_all_15_n_days_end_with_the_last_second(void **state)
{
    struct certlife_profile webfb = profile_with(""), seven = profile_with("obtain by = 7;expired obtain = 180");
    struct certlife_profile none = profile_with("obtain by = no limit;expired obtain = no limit");
    struct certlife_profile zero = profile_with("obtain by = 0;expired obtain = 0");
    struct certlife_profile revoked = profile_with("expired obtain = after a revocation");
    const int64_t expiry = moment("2027-04-01 23:59:59");
    (void)state;
    assert_moment("80 days", certlife__window_obtain_by(&webfb, moment("2026-04-01 00:00:00")), "2026-06-20 23:59:59");
    assert_moment("80 days", certlife__window_obtain_by(&webfb, moment("2026-04-01 23:59:59")), "2026-06-20 23:59:59");
    assert_moment("7 days", certlife__window_obtain_by(&seven, moment("2026-04-01 12:00:00")), "2026-04-08 23:59:59");
    assert_moment("the same day", certlife__window_obtain_by(&zero, moment("2026-04-01 12:00:00")),
                  "2026-04-01 23:59:59");
    assert_int_equal(certlife__window_obtain_by(&none, moment("2026-04-01 12:00:00")), NO_LIMIT);

    assert_moment("90 days", certlife__window_expired_obtain(&webfb, expiry), "2027-06-30 23:59:59");
    assert_moment("90 days", certlife__window_expired_obtain(&webfb, moment("2027-04-01 12:00:00")),
                  "2027-06-30 23:59:59");
    assert_moment("180 days", certlife__window_expired_obtain(&seven, expiry), "2027-09-28 23:59:59");
    assert_int_equal(certlife__window_expired_obtain(&none, expiry), NO_LIMIT);
    assert_int_equal(certlife__window_expired_obtain(&zero, expiry), 0);
    assert_int_equal(certlife__window_expired_obtain(&revoked, expiry), 0);
}

static void days_left_are_civil_days(void **state)
{
    struct certlife_profile webfb = profile_with("");
    const int64_t expiry = moment("2027-04-01 23:59:59");
    (void)state;
    assert_int_equal(certlife__window_days_left(&webfb, moment("2027-03-02 00:00:00"), expiry), 30);
    assert_int_equal(certlife__window_days_left(&webfb, moment("2027-03-31 23:59:59"), expiry), 1);
    assert_int_equal(certlife__window_days_left(&webfb, moment("2027-04-01 00:00:00"), expiry), 0);
    assert_int_equal(certlife__window_days_left(&webfb, moment("2027-04-01 23:59:59"), expiry), 0);
}

static void test_r_tim_1_windows_are_the_institutions_days(void **state)
{
    struct certlife_profile west = profile_with("time = UTC-05:00");
    (void)state;
    assert_moment("a day that ends 14 hours later", certlife__window_not_after(&west, moment("2026-04-01 12:00:00"), 0),
                  "2027-04-01 13:59:59"); /* 31 March in the west */
    assert_moment("opens", certlife__window_renewal_opens(&west, moment("2027-04-01 13:59:59")), "2027-03-01 14:00:00");
}

/* ---- Standing ---- */

/* What is so; the certificate by its notAfter, "" for none. The revoked one was revoked in 2027-01. */
struct facts {
    const char *not_after;
    bool confirmed, revoked;
    const char *beside; /* notAfter of a renewed, unconfirmed one */
    const char *authorised, *obtain_by;
};

static struct certificate certificate_of(uint8_t serial, const char *not_after, bool confirmed, certlife_act act)
{
    if (not_after == NULL)
        return (struct certificate){0};
    int64_t issued = moment(not_after) - 365 * DAY;
    return (struct certificate){.serial = {1, {serial}},
                                .medium = CERTLIFE_MEDIUM_PC,
                                .issued_by = act,
                                .not_before = issued,
                                .issued_at = issued,
                                .not_after = moment(not_after),
                                .confirmed_at = confirmed ? issued + 60 : 0};
}

static struct user user_of(const struct facts *facts)
{
    struct user user = {.contract = "0010000001", .id = "keir002", .role = CERTLIFE_ROLE_GENERAL};
    user.current = certificate_of(1, facts->not_after, facts->confirmed, CERTLIFE_ACT_OBTAIN);
    user.unconfirmed = certificate_of(2, facts->beside, false, CERTLIFE_ACT_RENEW);
    if (facts->revoked) {
        user.current.revoked_at = moment("2027-01-15 12:00:00");
        user.current.reason = CERTLIFE_REASON_UNSPECIFIED;
    }
    if (facts->authorised != NULL) {
        user.authorised_at = moment(facts->authorised);
        user.obtain_by = moment(facts->obtain_by);
    }
    return user;
}

static struct contract contract_of(void)
{
    return (struct contract){.id = "0010000001", .master = "keir001", .users = 2, .registered_at = 1, .applied_at = 1};
}

#define STATUS(name) CERTLIFE_STATUS_##name
#define NEW .authorised = "2026-04-01 12:00:00", .obtain_by = "2026-06-20 23:59:59"
#define VALID .not_after = "2027-04-01 23:59:59", .confirmed = true
#define RENEWED .beside = "2028-03-20 23:59:59"
#define AGAIN .authorised = "2027-02-01 12:00:00", .obtain_by = "2027-04-22 23:59:59"
static const struct {
    const char *what, *values;
    struct facts facts;
    struct {
        const char *now;
        certlife_status status;
        enum obtaining obtaining;
    } at[5];
} standings[] = {
    {"nobody authorised", "", {0}, {{"2026-04-01 12:00:00", STATUS(NOT_APPLIED), OBTAIN_NEVER_AUTHORISED}}},
    {"authorised",
     "",
     {NEW},
     {{"2026-04-01 12:00:00", STATUS(AWAITING), OBTAIN_AUTHORISED},
      {"2026-06-20 23:59:59", STATUS(AWAITING), OBTAIN_AUTHORISED},
      {"2026-06-21 00:00:00", STATUS(OBTAIN_PERIOD_OVER), OBTAIN_LAPSED}}},
    {"a year passes",
     "",
     {VALID},
     {{"2027-03-01 23:59:59", STATUS(OBTAINED), OBTAIN_HAS_USABLE},
      {"2027-03-02 00:00:00", STATUS(RENEWAL_DUE), OBTAIN_HAS_USABLE},
      {"2027-04-01 23:59:59", STATUS(RENEWAL_DUE), OBTAIN_HAS_USABLE},
      {"2027-04-02 00:00:00", STATUS(EXPIRED), OBTAIN_EXPIRED},
      {"2027-06-30 23:59:59", STATUS(EXPIRED), OBTAIN_EXPIRED}}},
    {"90 days are over", "", {VALID}, {{"2027-07-01 00:00:00", STATUS(EXPIRED), OBTAIN_TOO_LATE}}},
    {"renewal closes at nine",
     "renewal closes = 09:00",
     {VALID},
     {{"2027-04-01 08:59:59", STATUS(RENEWAL_DUE), OBTAIN_HAS_USABLE},
      {"2027-04-01 09:00:00", STATUS(RENEWAL_DUE), OBTAIN_EXPIRED},
      {"2027-04-02 00:00:00", STATUS(EXPIRED), OBTAIN_EXPIRED}}},
    {"never after expiry",
     "renewal closes = 09:00;expired obtain = 0",
     {VALID},
     {{"2027-04-01 09:00:00", STATUS(RENEWAL_DUE), OBTAIN_HAS_USABLE},
      {"2027-04-02 00:00:00", STATUS(EXPIRED), OBTAIN_TOO_LATE}}},
    {"without limit", "expired obtain = no limit", {VALID}, {{"2050-01-01 00:00:00", STATUS(EXPIRED), OBTAIN_EXPIRED}}},
    {"after a revocation only",
     "expired obtain = after a revocation",
     {VALID},
     {{"2027-04-02 00:00:00", STATUS(EXPIRED), OBTAIN_TOO_LATE}}},
    {"renewed, unconfirmed",
     "",
     {VALID, RENEWED},
     {{"2027-03-20 12:00:00", STATUS(RENEWAL_DUE), OBTAIN_HAS_USABLE},
      {"2027-04-02 00:00:00", STATUS(OBTAINED), OBTAIN_HAS_USABLE},
      {"2028-02-19 00:00:00", STATUS(RENEWAL_DUE), OBTAIN_HAS_USABLE},
      {"2028-03-21 00:00:00", STATUS(EXPIRED), OBTAIN_EXPIRED}}},
    {"revoked",
     "",
     {VALID, .revoked = true},
     {{"2027-01-15 12:00:00", STATUS(REVOKED), OBTAIN_STAYS_REVOKED},
      {"2027-04-02 00:00:00", STATUS(REVOKED), OBTAIN_STAYS_REVOKED},
      {"2030-01-01 00:00:00", STATUS(REVOKED), OBTAIN_STAYS_REVOKED}}},
    {"revoked where that opens obtaining",
     "revoked obtain = yes",
     {VALID, .revoked = true},
     {{"2027-01-15 12:00:00", STATUS(REVOKED), OBTAIN_REVOKED},
      {"2050-01-01 00:00:00", STATUS(REVOKED), OBTAIN_REVOKED}}},
    {"revoked, reissued",
     "",
     {VALID, .revoked = true, AGAIN},
     {{"2027-02-01 12:00:00", STATUS(AWAITING), OBTAIN_AUTHORISED},
      {"2027-04-22 23:59:59", STATUS(AWAITING), OBTAIN_AUTHORISED},
      {"2027-04-23 00:00:00", STATUS(OBTAIN_PERIOD_OVER), OBTAIN_LAPSED}}},
    {"reissued, the old one works until the new one is obtained",
     "old at reissue = until the new one is obtained",
     {VALID, .authorised = "2026-11-01 12:00:00", .obtain_by = "2027-01-20 23:59:59"},
     {{"2027-01-20 23:59:59", STATUS(AWAITING), OBTAIN_AUTHORISED},
      {"2027-01-21 00:00:00", STATUS(OBTAINED), OBTAIN_HAS_USABLE},
      {"2027-04-02 00:00:00", STATUS(OBTAIN_PERIOD_OVER), OBTAIN_EXPIRED},
      {"2027-07-01 00:00:00", STATUS(OBTAIN_PERIOD_OVER), OBTAIN_LAPSED}}},
};

static void standing_to_the_second(void **state)
{
    const struct contract contract = contract_of();
    (void)state;
    for (size_t i = 0; i < COUNT(standings); i++) {
        struct certlife_profile profile = profile_with(standings[i].values);
        struct user user = user_of(&standings[i].facts);
        for (size_t t = 0; t < COUNT(standings[i].at) && standings[i].at[t].now != NULL; t++) {
            struct standing is = certlife__standing_of(&profile, &contract, &user, moment(standings[i].at[t].now));
            if (is.status != standings[i].at[t].status || is.obtaining != standings[i].at[t].obtaining)
                fail_msg("%s, %s: status %d and obtaining %d instead of %d and %d", standings[i].what,
                         standings[i].at[t].now, (int)is.status, (int)is.obtaining, (int)standings[i].at[t].status,
                         (int)standings[i].at[t].obtaining);
        }
    }
}

/* Each fact added makes an earlier status of R-ALL-2 hold. */
static void test_r_all_2_the_order_of_statuses(void **state)
{
    const struct facts facts = {VALID};
    const int64_t now = moment("2026-07-01 12:00:00");
    struct certlife_profile webfb = profile_with("");
    struct contract contract = contract_of();
    struct user user = user_of(&facts);
    (void)state;
    assert_int_equal(certlife__standing_of(&webfb, &contract, &user, now).status, CERTLIFE_STATUS_OBTAINED);
    assert_int_equal(certlife__standing_of(&webfb, &contract, &user, moment("2027-03-15 12:00:00")).status,
                     CERTLIFE_STATUS_RENEWAL_DUE);
    user.current.not_after = now - 1;
    assert_int_equal(certlife__standing_of(&webfb, &contract, &user, now).status, CERTLIFE_STATUS_EXPIRED);
    user.authorised_at = now - 100 * DAY;
    user.obtain_by = now - 1;
    assert_int_equal(certlife__standing_of(&webfb, &contract, &user, now).status, CERTLIFE_STATUS_OBTAIN_PERIOD_OVER);
    user.obtain_by = now;
    assert_int_equal(certlife__standing_of(&webfb, &contract, &user, now).status, CERTLIFE_STATUS_AWAITING);
    user.issuing.act = CERTLIFE_ACT_OBTAIN;
    assert_int_equal(certlife__standing_of(&webfb, &contract, &user, now).status, CERTLIFE_STATUS_ISSUING);
    contract.applied_at = 0;
    assert_int_equal(certlife__standing_of(&webfb, &contract, &user, now).status, CERTLIFE_STATUS_NOT_APPLIED);
    contract.suspended = true;
    assert_int_equal(certlife__standing_of(&webfb, &contract, &user, now).status, CERTLIFE_STATUS_SUSPENDED);
    contract.suspended = false;
    user.suspended = true;
    assert_int_equal(certlife__standing_of(&webfb, &contract, &user, now).status, CERTLIFE_STATUS_SUSPENDED);
    user.current.revoked_at = now;
    user.authorised_at = 0;
    assert_int_equal(certlife__standing_of(&webfb, &contract, &user, now).status, CERTLIFE_STATUS_REVOKED);
    contract.closed_at = now;
    assert_int_equal(certlife__standing_of(&webfb, &contract, &user, now).status, CERTLIFE_STATUS_CONTRACT_CLOSED);
    user.deleted_at = now;
    assert_int_equal(certlife__standing_of(&webfb, &contract, &user, now).status, CERTLIFE_STATUS_DELETED);
}

static void which_certificate_counts_and_which_waits(void **state)
{
    const struct facts both = {VALID, RENEWED}, obtained = {.not_after = "2027-04-01 23:59:59"}, confirmed = {VALID};
    struct certlife_profile webfb = profile_with("");
    struct contract contract = contract_of();
    (void)state;

    struct user user = user_of(&both);
    struct standing is = certlife__standing_of(&webfb, &contract, &user, moment("2027-04-01 23:59:59"));
    assert_ptr_equal(is.certificate, &user.current);
    assert_ptr_equal(is.unconfirmed, &user.unconfirmed);
    is = certlife__standing_of(&webfb, &contract, &user, moment("2027-04-02 00:00:00"));
    assert_ptr_equal(is.certificate, &user.unconfirmed);
    assert_ptr_equal(is.unconfirmed, &user.unconfirmed);
    assert_true(is.usable);
    is = certlife__standing_of(&webfb, &contract, &user, moment("2028-03-21 00:00:00"));
    assert_ptr_equal(is.certificate, &user.unconfirmed);
    assert_null(is.unconfirmed);
    assert_false(is.usable);

    user = user_of(&obtained);
    is = certlife__standing_of(&webfb, &contract, &user, moment("2027-04-01 23:59:59"));
    assert_ptr_equal(is.unconfirmed, &user.current);
    is = certlife__standing_of(&webfb, &contract, &user, moment("2027-04-02 00:00:00"));
    assert_null(is.unconfirmed);

    user = user_of(&confirmed);
    is = certlife__standing_of(&webfb, &contract, &user, moment("2027-04-01 23:59:59"));
    assert_null(is.unconfirmed);
}

/* ---- Transitions ---- */

#define NOW "2027-03-20 12:00:00"
static const struct facts nothing = {0}, obtained = {VALID}, renewed = {VALID, RENEWED};
static const struct facts expired = {.not_after = "2027-03-01 23:59:59", .confirmed = true};
static const struct facts expired_renewed = {.not_after = "2027-03-01 23:59:59", .confirmed = true, RENEWED};
static const struct facts revoked = {VALID, .revoked = true};
static const struct facts awaiting = {.authorised = "2027-03-01 12:00:00", .obtain_by = "2027-05-20 23:59:59"};

static struct change after(const char *values, const struct facts *facts, certlife_act act, certlife_reason reason)
{
    struct certlife_profile profile = profile_with(values);
    struct user user = user_of(facts);
    return certlife__transition(&profile, &user, act, reason, moment(NOW));
}

static void assert_revoked(const struct certificate *certificate, uint8_t serial, certlife_reason reason)
{
    assert_int_equal(certificate->serial.octets[0], serial);
    assert_int_equal(certificate->revoked_at, moment(NOW));
    assert_int_equal(certificate->reason, reason);
}

static void test_r_all_3_authorising(void **state)
{
    struct change change = after("", &nothing, CERTLIFE_ACT_AUTHORISE, 0);
    (void)state;
    assert_int_equal(change.user.authorised_at, moment(NOW));
    assert_int_equal(change.user.obtain_by, moment("2027-06-08 23:59:59"));
    assert_int_equal(change.left_count, 0);
    change = after("", &awaiting, CERTLIFE_ACT_AUTHORISE, 0);
    assert_int_equal(change.user.obtain_by, moment("2027-06-08 23:59:59"));
    change = after("obtain by = no limit", &nothing, CERTLIFE_ACT_AUTHORISE, 0);
    assert_int_equal(change.user.obtain_by, NO_LIMIT);
}

static void test_r_ris_5_reissuing(void **state)
{
    struct change change = after("", &obtained, CERTLIFE_ACT_REISSUE, 0);
    (void)state;
    assert_int_equal(change.user.authorised_at, moment(NOW));
    assert_int_equal(change.user.obtain_by, moment("2027-06-08 23:59:59"));
    assert_revoked(&change.user.current, 1, CERTLIFE_REASON_SUPERSEDED);
    assert_true(change.bar_keys);
    assert_int_equal(change.left_count, 0);

    change = after("old at reissue = until the new one is obtained", &obtained, CERTLIFE_ACT_REISSUE, 0);
    assert_int_equal(change.user.authorised_at, moment(NOW));
    assert_int_equal(change.user.current.revoked_at, 0);

    /* An expired one stays expired, a revoked one keeps its date and reason (R-ALL-10, R-REV-6). */
    change = after("", &expired, CERTLIFE_ACT_REISSUE, 0);
    assert_int_equal(change.user.current.revoked_at, 0);
    change = after("", &revoked, CERTLIFE_ACT_REISSUE, 0);
    assert_int_equal(change.user.current.revoked_at, moment("2027-01-15 12:00:00"));
}

static void test_r_rev_7_revoking(void **state)
{
    struct change change = after("", &obtained, CERTLIFE_ACT_REVOKE, CERTLIFE_REASON_UNSPECIFIED);
    (void)state;
    assert_revoked(&change.user.current, 1, CERTLIFE_REASON_UNSPECIFIED);
    assert_int_equal(change.user.authorised_at, 0);
    assert_false(change.bar_keys);

    change = after("", &obtained, CERTLIFE_ACT_REVOKE, CERTLIFE_REASON_KEY_COMPROMISE);
    assert_revoked(&change.user.current, 1, CERTLIFE_REASON_KEY_COMPROMISE);
    assert_true(change.bar_keys);
}

static void test_r_all_11_revoking_the_expired_and_the_unused(void **state)
{
    struct change change = after("", &expired, CERTLIFE_ACT_REVOKE, CERTLIFE_REASON_UNSPECIFIED);
    (void)state;
    assert_revoked(&change.user.current, 1, CERTLIFE_REASON_UNSPECIFIED);
    change = after("", &awaiting, CERTLIFE_ACT_REVOKE, CERTLIFE_REASON_UNSPECIFIED);
    assert_int_equal(change.user.authorised_at, 0);
    assert_int_equal(change.user.obtain_by, 0);
    assert_false(certificate_exists(&change.user.current));
    change = after("", &revoked, CERTLIFE_ACT_REVOKE, CERTLIFE_REASON_KEY_COMPROMISE);
    assert_int_equal(change.user.current.revoked_at, moment("2027-01-15 12:00:00"));
    assert_int_equal(change.user.current.reason, CERTLIFE_REASON_UNSPECIFIED);
}

static void test_r_all_7_the_unconfirmed_and_the_issuing_go_along(void **state)
{
    static const struct {
        certlife_act act;
        certlife_reason reason;
    } ends[] = {
        {CERTLIFE_ACT_REVOKE, CERTLIFE_REASON_AFFILIATION_CHANGED},
        {CERTLIFE_ACT_REISSUE, CERTLIFE_REASON_SUPERSEDED},
        {CERTLIFE_ACT_USER_DELETE, CERTLIFE_REASON_CESSATION},
        {CERTLIFE_ACT_CONTRACT_CLOSE, CERTLIFE_REASON_CESSATION},
    };
    struct certlife_profile webfb = profile_with("");
    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++) {
        struct user user = user_of(&renewed);
        user.issuing.act = CERTLIFE_ACT_RENEW;
        struct change change = certlife__transition(&webfb, &user, ends[i].act, ends[i].reason, moment(NOW));
        assert_revoked(&change.user.current, 1, ends[i].reason);
        assert_int_equal(change.left_count, 1);
        assert_revoked(&change.left[0], 2, ends[i].reason);
        assert_false(certificate_exists(&change.user.unconfirmed));
        assert_int_equal(change.user.issuing.act, 0);
        assert_int_equal(change.user.deleted_at, ends[i].act == CERTLIFE_ACT_USER_DELETE ? moment(NOW) : 0);
    }
}

static void test_r_all_6_the_unconfirmed_one_takes_the_place(void **state)
{
    struct change change = after("", &expired_renewed, CERTLIFE_ACT_REVOKE, CERTLIFE_REASON_UNSPECIFIED);
    (void)state;
    assert_revoked(&change.user.current, 2, CERTLIFE_REASON_UNSPECIFIED);
    assert_int_equal(change.left_count, 1);
    assert_int_equal(change.left[0].serial.octets[0], 1);
    assert_int_equal(change.left[0].revoked_at, 0);
    assert_false(certificate_exists(&change.user.unconfirmed));

    struct user user = user_of(&expired_renewed);
    change = certlife__transition_confirm(&user, &user.unconfirmed.serial, moment(NOW));
    assert_int_equal(change.user.current.serial.octets[0], 2);
    assert_int_equal(change.user.current.confirmed_at, moment(NOW));
    assert_int_equal(change.left_count, 1);
    assert_int_equal(change.left[0].replaced_at, 0);
}

static struct change receives(const struct facts *facts, certlife_act act)
{
    struct user user = user_of(facts);
    struct certificate certificate = certificate_of(9, "2028-03-20 23:59:59", false, act);
    user.issuing.act = act;
    return certlife__transition_receive(&user, &certificate, moment(NOW));
}

static void test_r_ren_6_the_renewed_one_waits_beside(void **state)
{
    struct change change = receives(&obtained, CERTLIFE_ACT_RENEW);
    (void)state;
    assert_int_equal(change.user.current.serial.octets[0], 1);
    assert_int_equal(change.user.current.replaced_at, 0);
    assert_int_equal(change.user.unconfirmed.serial.octets[0], 9);
    assert_int_equal(change.user.issuing.act, 0);
    assert_int_equal(change.left_count, 0);

    struct user user = change.user;
    change = certlife__transition_confirm(&user, &user.unconfirmed.serial, moment(NOW));
    assert_int_equal(change.user.current.serial.octets[0], 9);
    assert_int_equal(change.user.current.confirmed_at, moment(NOW));
    assert_false(certificate_exists(&change.user.unconfirmed));
    assert_int_equal(change.left_count, 1);
    assert_int_equal(change.left[0].serial.octets[0], 1);
    assert_int_equal(change.left[0].replaced_at, moment(NOW));
    assert_int_equal(change.left[0].revoked_at, 0);
}

static void test_r_all_5_renewing_again_supersedes_the_unconfirmed(void **state)
{
    struct change change = receives(&renewed, CERTLIFE_ACT_RENEW);
    (void)state;
    assert_int_equal(change.user.current.serial.octets[0], 1);
    assert_int_equal(change.user.current.revoked_at, 0);
    assert_int_equal(change.user.unconfirmed.serial.octets[0], 9);
    assert_int_equal(change.left_count, 1);
    assert_revoked(&change.left[0], 2, CERTLIFE_REASON_SUPERSEDED);
    assert_false(change.bar_keys);
}

static void test_r_obt_1_the_obtained_one_is_the_current(void **state)
{
    struct change change = receives(&awaiting, CERTLIFE_ACT_OBTAIN);
    (void)state;
    assert_int_equal(change.user.current.serial.octets[0], 9);
    assert_int_equal(change.user.authorised_at, 0);
    assert_int_equal(change.user.obtain_by, 0);
    assert_int_equal(change.left_count, 0);

    change = receives(&expired, CERTLIFE_ACT_OBTAIN);
    assert_int_equal(change.user.current.serial.octets[0], 9);
    assert_int_equal(change.left_count, 1);
    assert_int_equal(change.left[0].serial.octets[0], 1);
    assert_int_equal(change.left[0].revoked_at, 0);

    change = receives(&revoked, CERTLIFE_ACT_OBTAIN);
    assert_int_equal(change.user.current.serial.octets[0], 9);
    assert_int_equal(change.left_count, 1);
    assert_int_equal(change.left[0].revoked_at, moment("2027-01-15 12:00:00"));
}

/* Between a closing time and expiry the old one works on; after a reissue that let it work, it stops now. */
static void obtaining_beside_one_that_still_works(void **state)
{
    static const struct facts reissued = {VALID, AGAIN};
    struct change change = receives(&obtained, CERTLIFE_ACT_OBTAIN);
    (void)state;
    assert_int_equal(change.user.current.serial.octets[0], 1);
    assert_int_equal(change.user.current.revoked_at, 0);
    assert_int_equal(change.user.unconfirmed.serial.octets[0], 9);
    assert_int_equal(change.left_count, 0);

    change = receives(&reissued, CERTLIFE_ACT_OBTAIN);
    assert_int_equal(change.user.current.serial.octets[0], 9);
    assert_int_equal(change.left_count, 1);
    assert_revoked(&change.left[0], 1, CERTLIFE_REASON_SUPERSEDED);
    assert_true(change.bar_keys);
    assert_int_equal(change.user.authorised_at, 0);
}

static void the_rest_stays_as_it_was(void **state)
{
    static const certlife_act acts[] = {CERTLIFE_ACT_AUTHORISE, CERTLIFE_ACT_REISSUE, CERTLIFE_ACT_REVOKE};
    (void)state;
    for (size_t i = 0; i < COUNT(acts); i++) {
        struct user user = user_of(&obtained);
        snprintf(user.email, sizeof user.email, "keir002@example.jp");
        user.permission = CERTLIFE_PERMISSION_OPERATOR;
        user.added_at = 7;
        user.renew_later_at = 8;
        struct certlife_profile webfb = profile_with("");
        struct user is = certlife__transition(&webfb, &user, acts[i], 0, moment(NOW)).user;
        assert_string_equal(is.id, user.id);
        assert_string_equal(is.contract, user.contract);
        assert_string_equal(is.email, user.email);
        assert_int_equal(is.role, user.role);
        assert_int_equal(is.permission, user.permission);
        assert_int_equal(is.added_at, 7);
        assert_int_equal(is.renew_later_at, 8);
        assert_int_equal(is.deleted_at, 0);
        assert_int_equal(is.current.not_after, user.current.not_after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_tim_2_the_last_moment),
        cmocka_unit_test(test_r_ren_2_the_renewal_window),
        cmocka_unit_test(test_r_all_15_n_days_end_with_the_last_second),
        cmocka_unit_test(days_left_are_civil_days),
        cmocka_unit_test(test_r_tim_1_windows_are_the_institutions_days),
        cmocka_unit_test(standing_to_the_second),
        cmocka_unit_test(test_r_all_2_the_order_of_statuses),
        cmocka_unit_test(which_certificate_counts_and_which_waits),
        cmocka_unit_test(test_r_all_3_authorising),
        cmocka_unit_test(test_r_ris_5_reissuing),
        cmocka_unit_test(test_r_rev_7_revoking),
        cmocka_unit_test(test_r_all_11_revoking_the_expired_and_the_unused),
        cmocka_unit_test(test_r_all_7_the_unconfirmed_and_the_issuing_go_along),
        cmocka_unit_test(test_r_all_6_the_unconfirmed_one_takes_the_place),
        cmocka_unit_test(test_r_ren_6_the_renewed_one_waits_beside),
        cmocka_unit_test(test_r_all_5_renewing_again_supersedes_the_unconfirmed),
        cmocka_unit_test(test_r_obt_1_the_obtained_one_is_the_current),
        cmocka_unit_test(obtaining_beside_one_that_still_works),
        cmocka_unit_test(the_rest_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
