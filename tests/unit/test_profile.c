/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles as text: what is built in (section 9), what can be said, and what is answered to the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "rules/profile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The linker sends the library's malloc here: the n-th call from now on fails; 0: none. */
static int failing_malloc;
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return failing_malloc > 0 && --failing_malloc == 0 ? NULL : __real_malloc(size);
}

static certlife_profile *profile_of(const char *name)
{
    certlife_profile *profile = NULL;
    assert_int_equal(certlife_profile_new(name, &profile, NULL), 0);
    return profile;
}

static void assert_value(const certlife_profile *profile, const char *name, const char *wanted)
{
    char is[256];
    assert_int_equal(certlife_profile_get(profile, name, is, sizeof is, NULL), 0);
    if (strcmp(is, wanted) != 0)
        fail_msg("%s: %s is \"%s\" instead of \"%s\"", profile->name, name, is, wanted);
}

#define THERE_IS                                                                                                       \
    "; there is validity, last moment, obtain by, renewal opens, renewal closes, carry over, renewal needs, old "      \
    "after renewal, e-mail, e-mail to, digest, obtain-by notice, expired notice, issued notice, reissued notice, "     \
    "revoked notice, sending hours, sending days, notice attempts, notice language, screen notice, expired obtain, "   \
    "reissue, revoked obtain, old at reissue, master revokes own, confirmation password, media, channels, users, "     \
    "delegated administrators, time, clock tolerance, idempotency keys kept"

/* `rc` and `err` are of a call that must have failed as invalid, with exactly this message. */
static void assert_invalid(int rc, certlife_error *err, const char *message)
{
    assert_int_equal(rc, CERTLIFE_E_INVALID);
    assert_int_equal(certlife_error_code(err), CERTLIFE_E_INVALID);
    assert_string_equal(certlife_error_message(err), message);
    certlife_error_free(err);
}

/* ---- What is built in ---- */

/* Section 9, value by value, in its order. */
#define DOCUMENTED 4
static const char *const built_in[DOCUMENTED] = {"webfb-login", "webfb", "houjin", "kumiai"};
static const struct {
    const char *name;
    const char *values[DOCUMENTED];
} section_9[] = {
    {"validity", {"1 year", "1 year", "1 year", "1 year"}},
    {"last moment",
     {"end of the expiry date", "end of the expiry date", "end of the expiry date", "end of the expiry date"}},
    {"obtain by", {"80", "80", "80", "80"}},
    {"renewal opens", {"30", "30", "30", "30"}},
    {"renewal closes",
     {"end of the expiry date", "end of the expiry date", "end of the expiry date", "end of the expiry date"}},
    {"renewal needs", {"ID and password", "certificate login", "certificate login", "certificate login"}},
    {"old after renewal",
     {"until the new one is confirmed", "until the new one is confirmed", "until the new one is confirmed",
      "until the new one is confirmed"}},
    {"e-mail", {"30, 10", "30, 10", "30, 10", "30"}},
    {"screen notice", {"30", "30", "30", "30"}},
    {"expired obtain", {"90", "90", "90", "no limit"}},
    {"reissue", {"yes", "yes", "yes", "no"}},
    {"revoked obtain", {"no", "no", "no", "yes"}},
    {"old at reissue", {"stops at once", "stops at once", "stops at once", "stops at once"}},
    {"master revokes own", {"no", "no", "no", "yes"}},
    {"confirmation password", {"no", "no", "no", "yes"}},
    {"media", {"pc", "pc", "pc, usb_token", "pc"}},
    {"channels", {"any", "any", "any", "edge/app, edge/ie_mode, chrome/app"}},
    {"users", {"100", "100", "100", "100"}},
    {"delegated administrators", {"no", "no", "no", "no"}},
    {"time", {"UTC+09:00", "UTC+09:00", "UTC+09:00", "UTC+09:00"}},
    /* Not of the documents. */
    {"carry over", {"no", "no", "no", "no"}},
    {"clock tolerance", {"5", "5", "5", "5"}},
    {"idempotency keys kept", {"30", "30", "30", "30"}},
    {"e-mail to", {"user", "user", "user", "user"}},
    {"digest", {"no", "no", "no", "no"}},
    {"obtain-by notice", {"none", "none", "none", "none"}},
    {"expired notice", {"none", "none", "none", "none"}},
    {"issued notice", {"none", "none", "none", "none"}},
    {"reissued notice", {"none", "none", "none", "none"}},
    {"revoked notice", {"none", "none", "none", "none"}},
    {"sending hours", {"09:00-17:00", "09:00-17:00", "09:00-17:00", "09:00-17:00"}},
    {"sending days", {"every day", "every day", "every day", "every day"}},
    {"notice attempts", {"12", "12", "12", "12"}},
    {"notice language", {"ja", "ja", "ja", "ja"}},
};

static void section_9_value_by_value(void **state)
{
    (void)state;
    for (size_t p = 0; p < DOCUMENTED; p++) {
        certlife_profile *profile = profile_of(built_in[p]);
        assert_string_equal(certlife_profile_builtin(p), built_in[p]);
        for (size_t i = 0; i < COUNT(section_9); i++)
            assert_value(profile, section_9[i].name, section_9[i].values[p]);
        certlife_profile_free(profile);
    }
    assert_null(certlife_profile_builtin(DOCUMENTED));
    assert_null(certlife_profile_builtin((size_t)-1));
}

static void every_value_is_in_that_table(void **state)
{
    size_t named = 0;
    (void)state;
    for (; certlife_profile_value_name(named) != NULL; named++) {
        size_t found = 0;
        for (size_t i = 0; i < COUNT(section_9); i++)
            found += strcmp(section_9[i].name, certlife_profile_value_name(named)) == 0;
        if (found != 1)
            fail_msg("%s is in the table %zu times", certlife_profile_value_name(named), found);
        assert_non_null(certlife_profile_value_allowed(certlife_profile_value_name(named)));
    }
    assert_int_equal(named, COUNT(section_9));
    assert_null(certlife_profile_value_allowed("profile"));
    assert_null(certlife_profile_value_allowed(NULL));
}

static void what_is_built_in_is_in_stock(void **state)
{
    (void)state;
    certlife_profile *profile = NULL;
    certlife_error *err = NULL;
    int rc = certlife_profile_new("WEBFB", &profile, &err);
    assert_invalid(rc, err, "profile WEBFB: there is webfb-login, webfb, houjin, kumiai");
    assert_null(profile);
    err = NULL;
    failing_malloc = 1;
    rc = certlife_profile_new("webfb", &profile, &err);
    failing_malloc = 0;
    assert_int_equal(rc, CERTLIFE_E_MEMORY);
    assert_string_equal(certlife_error_message(err), "profile webfb: no memory");
    assert_null(profile);
    certlife_error_free(err);
    certlife_profile_free(NULL);
}

/* ---- What can be said ---- */

/* Of an offer that is set, what is printed; NULL: the same text. */
static const struct {
    const char *name, *text, *printed;
} good[] = {
    {"validity", "1 year", NULL},
    {"validity", "2 years", NULL},
    {"validity", "9 years", NULL},
    {"validity", "1 day", NULL},
    {"validity", "365 days", NULL},
    {"validity", "3650 days", NULL},
    {"validity", "1 year 1 day", NULL},
    {"validity", "2 years 30 days", NULL},
    {"last moment", "end of the expiry date", NULL},
    {"last moment", "same time of day", NULL},
    {"obtain by", "0", NULL},
    {"obtain by", "3650", NULL},
    {"obtain by", "no limit", NULL},
    {"renewal opens", "0", NULL},
    {"renewal opens", "3650", NULL},
    {"renewal closes", "end of the expiry date", NULL},
    {"renewal closes", "00:01", NULL},
    {"renewal closes", "09:00", NULL},
    {"renewal closes", "23:59", NULL},
    {"carry over", "yes", NULL},
    {"carry over", "no", NULL},
    {"renewal needs", "ID and password", NULL},
    {"renewal needs", "certificate login", NULL},
    {"old after renewal", "until the new one is confirmed", NULL},
    {"e-mail", "none", NULL},
    {"e-mail", "365", NULL},
    {"e-mail", "1", NULL},
    {"e-mail", "45, 40, 30, 14, 10, 7, 2, 1", NULL},
    {"e-mail to", "user", NULL},
    {"e-mail to", "master", NULL},
    {"e-mail to", "user, master", NULL},
    {"digest", "yes", NULL},
    {"digest", "no", NULL},
    {"obtain-by notice", "none", NULL},
    {"obtain-by notice", "365, 1", NULL},
    {"obtain-by notice", "8, 7, 6, 5, 4, 3, 2, 1", NULL},
    {"expired notice", "user, master", NULL},
    {"expired notice", "none", NULL},
    {"issued notice", "user", NULL},
    {"issued notice", "none", NULL},
    {"reissued notice", "master", NULL},
    {"reissued notice", "none", NULL},
    {"revoked notice", "user, master", NULL},
    {"revoked notice", "none", NULL},
    {"sending hours", "any", NULL},
    {"sending hours", "09:00-17:00", NULL},
    {"sending hours", "08:30-08:31", NULL},
    {"sending hours", "00:00-23:59", NULL},
    {"sending hours", "00:00-00:01", NULL},
    {"sending hours", "23:59-24:00", NULL},
    {"sending hours", "00:01-24:00", NULL},
    {"sending hours", "00:00-24:00", "any"},
    {"sending days", "every day", NULL},
    {"sending days", "Monday to Friday", NULL},
    {"sending days", "Monday to Saturday", NULL},
    {"notice attempts", "1", NULL},
    {"notice attempts", "100", NULL},
    {"notice language", "ja", NULL},
    {"notice language", "en", NULL},
    {"screen notice", "0", NULL},
    {"screen notice", "365", NULL},
    {"expired obtain", "0", NULL},
    {"expired obtain", "3650", NULL},
    {"expired obtain", "no limit", NULL},
    {"expired obtain", "after a revocation", NULL},
    {"reissue", "yes", NULL},
    {"reissue", "no", NULL},
    {"revoked obtain", "yes", NULL},
    {"revoked obtain", "no", NULL},
    {"old at reissue", "stops at once", NULL},
    {"old at reissue", "until the new one is obtained", NULL},
    {"master revokes own", "yes", NULL},
    {"master revokes own", "no", NULL},
    {"confirmation password", "yes", NULL},
    {"confirmation password", "no", NULL},
    {"media", "pc", NULL},
    {"media", "usb_token", NULL},
    {"media", "pc, usb_token", NULL},
    {"channels", "any", NULL},
    {"channels", "edge/app", NULL},
    {"channels", "a-b_c/9, x", NULL},
    {"users", "1", NULL},
    {"users", "10000", NULL},
    {"delegated administrators", "no", NULL},
    {"time", "UTC+09:00", NULL},
    {"time", "UTC+14:00", NULL},
    {"time", "UTC-12:00", NULL},
    {"time", "UTC+05:45", NULL},
    {"time", "UTC-00:30", NULL},
    {"time", "UTC-00:00", "UTC+00:00"},
    {"clock tolerance", "0", NULL},
    {"clock tolerance", "300", NULL},
    {"idempotency keys kept", "1", NULL},
    {"idempotency keys kept", "3650", NULL},
};

static void good_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        certlife_profile *profile = profile_of("webfb");
        certlife_error *err = NULL;
        if (certlife_profile_set(profile, good[i].name, good[i].text, &err) != 0)
            fail_msg("%s", certlife_error_message(err));
        assert_value(profile, good[i].name, good[i].printed != NULL ? good[i].printed : good[i].text);
        certlife_profile_free(profile);
    }
}

static const char yes_or_no[] = "\"yes\" or \"no\"";
static const char validities[] =
    "years (1 to 9), days (1 to 3650), or both: \"1 year\", \"2 years\", \"365 days\", \"1 year 1 day\"";
static const char closings[] = "\"end of the expiry date\", or a time on it from 00:01 to 23:59, exclusive: \"09:00\"";
static const char email_lists[] =
    "up to 8 numbers of days before the expiry date, from 365 to 1, falling: \"30, 10\"; or \"none\"";
static const char obtain_by_lists[] =
    "up to 8 numbers of days before obtain-by, from 365 to 1, falling: \"14, 3\"; or \"none\"";
static const char to_whom[] = "\"none\", \"user\", \"master\" or \"user, master\"";
static const char sending_hours[] = "\"any\", or from a time until a later one, exclusive: \"09:00-17:00\"";
static const char channel_lists[] = "\"any\", or names parted by commas: \"edge/app, edge/ie_mode, chrome/app\"";
static const char offsets[] = "an offset from UTC-12:00 to UTC+14:00";

/* Texts that are refused, and what is said to be allowed. */
static const struct {
    const char *name, *allowed;
    const char *texts[20];
} bad[] = {
    {"validity",
     validities,
     {"", "1", "year", "0 years", "10 years", "1 years", "2 year", "3651 days", "1 days", "1 year  1 day",
      "1 year, 1 day", "1 day 1 year", "1 year ", " 1 year", "-1 year"}},
    {"last moment", "\"end of the expiry date\" or \"same time of day\"", {"", "End of the expiry date", "same time"}},
    {"obtain by",
     "days after the authorisation, from 0 to 3650, or \"no limit\"",
     {"", "-1", "+80", "080", "00", "3651", "80 days", "8O", "1e2", " 80", "80 ", "none", "99999999999999999999"}},
    {"renewal opens", "days before the expiry date, from 0 to 3650", {"", "-1", "3651", "no limit", "30,"}},
    {"renewal closes", closings, {"", "9:00", "00:00", "24:00", "23:60", "09:00:00", "0900", "09.00", "09:0", "end"}},
    {"carry over", yes_or_no, {"", "Yes", "true", "1", "yes "}},
    {"renewal needs", "\"ID and password\" or \"certificate login\"", {"", "password", "Certificate login"}},
    {"old after renewal", "\"until the new one is confirmed\"", {"", "stops at once"}},
    {"e-mail",
     email_lists,
     {"", "0", "366", "10, 30", "30, 30", "30,10", "30, ", ", 30", "30 10", "30, none", "9, 8, 7, 6, 5, 4, 3, 2, 1",
      "1, 0"}},
    {"e-mail to",
     "\"user\", \"master\" or \"user, master\"",
     {"", "none", "User", "master, user", "user,master", "user, user", "users", "user "}},
    {"digest", yes_or_no, {"", "none", "Yes", "weekly"}},
    {"obtain-by notice",
     obtain_by_lists,
     {"", "0", "366", "3, 14", "14, 14", "14,3", "14, ", "14, none", "9, 8, 7, 6, 5, 4, 3, 2, 1", "1, 0", "-1"}},
    {"expired notice", to_whom, {"", "no", "yes", "master, user", "all"}},
    {"issued notice", to_whom, {"", "no", "None", "user master"}},
    {"reissued notice", to_whom, {"", "0", "user, none"}},
    {"revoked notice", to_whom, {"", "branch", "master "}},
    {"sending hours",
     sending_hours,
     {"", "9:00-17:00", "09:00-17:00 ", "09:00 - 17:00", "17:00-09:00", "09:00-09:00", "24:00-24:00", "00:00-00:00",
      "09:00-24:01", "09:00-25:00", "09:60-17:00", "09:00", "09:00-", "-17:00", "0900-1700", "09:00-17:00:00", "Any",
      "09:00-24:000",
      "09:00\xe2\x80\x93"
      "17:00"}},
    {"sending days",
     "\"every day\", \"Monday to Friday\" or \"Monday to Saturday\"",
     {"", "any", "monday to friday", "Monday to Sunday", "weekdays", "Monday-Friday"}},
    {"notice attempts", "a number from 1 to 100", {"", "0", "101", "012", "-1", "no limit"}},
    {"notice language", "\"ja\" or \"en\"", {"", "JA", "jp", "ja, en", "english"}},
    {"screen notice", "days before the expiry date, from 0 to 365", {"", "366", "-1"}},
    {"expired obtain",
     "days after the expiry date, from 0 (never) to 3650, \"no limit\", or \"after a revocation\"",
     {"", "3651", "never", "-2"}},
    {"reissue", yes_or_no, {"", "keep"}},
    {"revoked obtain", yes_or_no, {"", "2"}},
    {"old at reissue",
     "\"stops at once\" or \"until the new one is obtained\"",
     {"", "until the new one is confirmed"}},
    {"master revokes own", yes_or_no, {"", "NO"}},
    {"confirmation password", yes_or_no, {"", "on"}},
    {"media", "\"pc\", \"usb_token\" or \"pc, usb_token\"", {"", "usb_token, pc", "pc,usb_token", "pc, pc", "PC"}},
    {"channels",
     channel_lists,
     {"", "Edge/app", "edge app", "a,b", "a, ", ", a", "a, , b", "a,  b", " a", "a\tb", "any, edge/app", "\xc3\xa9"}},
    {"users", "a number from 1 to 10000, the master user included", {"", "0", "10001", "99+1"}},
    {"delegated administrators", "\"no\"", {"", "yes"}},
    {"time",
     offsets,
     {"", "9", "+09:00", "UTC", "UTC+9", "UTC+9:00", "UTC+14:01", "UTC-12:01", "UTC 09:00", "utc+09:00", "UTC+09:00 ",
      "UTC+09:60", "JST"}},
    {"clock tolerance", "seconds, from 0 to 300", {"", "301", "-1"}},
    {"idempotency keys kept", "days, from 1 to 3650", {"", "0", "3651"}},
};

static void bad_texts_change_nothing(void **state)
{
    certlife_profile *profile = profile_of("houjin"), *untouched = profile_of("houjin");
    (void)state;
    assert_int_equal(COUNT(bad), COUNT(section_9));
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_string_equal(certlife_profile_value_allowed(bad[i].name), bad[i].allowed);
        for (size_t t = 0; t < COUNT(bad[i].texts) && bad[i].texts[t] != NULL; t++) {
            char message[400];
            certlife_error *err = NULL;
            snprintf(message, sizeof message, "profile: \"%s\" cannot be \"%s\"; allowed: %s", bad[i].name,
                     bad[i].texts[t], bad[i].allowed);
            int rc = certlife_profile_set(profile, bad[i].name, bad[i].texts[t], &err);
            if (rc == 0)
                fail_msg("%s was set to \"%s\"", bad[i].name, bad[i].texts[t]);
            assert_invalid(rc, err, message);
            assert_int_equal(certlife_profile_equal(profile, untouched), 1);
        }
    }
    certlife_profile_free(profile);
    certlife_profile_free(untouched);
}

static void channels_have_a_longest_list(void **state)
{
    char longest[PROFILE_CHANNELS_MAX + 1];
    certlife_profile *profile = profile_of("webfb");
    (void)state;
    memset(longest, 'a', sizeof longest);
    longest[PROFILE_CHANNELS_MAX] = '\0';
    assert_int_equal(certlife_profile_set(profile, "channels", longest, NULL), CERTLIFE_E_INVALID);
    longest[PROFILE_CHANNELS_MAX - 1] = '\0';
    assert_int_equal(certlife_profile_set(profile, "channels", longest, NULL), 0);
    assert_value(profile, "channels", longest);
    certlife_profile_free(profile);
}

static void unknown_names(void **state)
{
    static const char *const names[] = {"", "profile", "Validity", "validity ", "renewal  opens", "e-mail2"};
    certlife_profile *profile = profile_of("webfb"), *untouched = profile_of("webfb");
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        char message[1000], out[256] = "untouched";
        certlife_error *err = NULL;
        snprintf(message, sizeof message, "profile: \"%s\" is not the name of a value" THERE_IS, names[i]);
        int rc = certlife_profile_set(profile, names[i], "1", &err);
        assert_invalid(rc, err, message);
        err = NULL;
        rc = certlife_profile_get(profile, names[i], out, sizeof out, &err);
        assert_invalid(rc, err, message);
        assert_string_equal(out, "untouched");
    }
    assert_int_equal(certlife_profile_equal(profile, untouched), 1);
    certlife_profile_free(profile);
    certlife_profile_free(untouched);
}

/* What is seen at Japanese institutions (section 9, last sentence), as far as it concerns a value that is there. */
static const struct {
    const char *name, *text;
} range[] = {
    {"obtain by", "no limit"},
    {"obtain by", "7"},
    {"obtain by", "80"},
    {"renewal opens", "28"},
    {"renewal opens", "30"},
    {"renewal opens", "40"},
    {"renewal closes", "08:59"},
    {"renewal closes", "09:00"},
    {"renewal closes", "end of the expiry date"},
    {"expired obtain", "0"},
    {"expired obtain", "80"},
    {"expired obtain", "90"},
    {"expired obtain", "180"},
    {"expired obtain", "no limit"},
    {"expired obtain", "after a revocation"},
    {"validity", "1 year"},
    {"validity", "365 days"},
    {"validity", "1 year 1 day"},
    {"validity", "387 days"},
    {"validity", "2 years"},
    {"e-mail to", "user"},
    {"e-mail to", "master"},
    {"e-mail to", "user, master"},
    {"users", "10"},
    {"users", "20"},
    {"users", "50"},
    {"users", "100"},
};

static void the_range_seen_at_institutions(void **state)
{
    static const int thresholds[] = {45, 40, 30, 14, 10, 7};
    certlife_profile *profile = profile_of("webfb");
    (void)state;
    for (size_t i = 0; i < COUNT(range); i++) {
        assert_int_equal(certlife_profile_set(profile, range[i].name, range[i].text, NULL), 0);
        assert_value(profile, range[i].name, range[i].text);
    }
    for (unsigned chosen = 1; chosen < 1U << COUNT(thresholds); chosen++) {
        char list[64] = "";
        for (size_t i = 0; i < COUNT(thresholds); i++) {
            if ((chosen >> i & 1) != 0)
                snprintf(list + strlen(list), sizeof list - strlen(list), "%s%d", list[0] != '\0' ? ", " : "",
                         thresholds[i]);
        }
        assert_int_equal(certlife_profile_set(profile, "e-mail", list, NULL), 0);
        assert_value(profile, "e-mail", list);
    }
    certlife_profile_free(profile);
}

/* ---- There and back ---- */

static void every_value_printed_and_set_is_the_same(void **state)
{
    (void)state;
    for (size_t p = 0; p < DOCUMENTED; p++) {
        certlife_profile *from = profile_of(built_in[p]), *to = profile_of(built_in[(p + 1) % DOCUMENTED]);
        for (size_t i = 0; certlife_profile_value_name(i) != NULL; i++) {
            char text[256];
            assert_int_equal(certlife_profile_get(from, certlife_profile_value_name(i), text, sizeof text, NULL), 0);
            assert_int_equal(certlife_profile_set(to, certlife_profile_value_name(i), text, NULL), 0);
            assert_value(to, certlife_profile_value_name(i), text);
        }
        assert_int_equal(certlife_profile_equal(from, to), 1);
        certlife_profile_free(from);
        certlife_profile_free(to);
    }
}

static void assert_same_when_parsed(const certlife_profile *profile)
{
    char text[8192], again[8192];
    certlife_profile *parsed = NULL;
    certlife_error *err = NULL;
    assert_int_equal(certlife_profile_print(profile, text, sizeof text, NULL), 0);
    if (certlife_profile_parse(text, &parsed, &err) != 0)
        fail_msg("%s", certlife_error_message(err));
    assert_int_equal(certlife_profile_equal(profile, parsed), 1);
    assert_int_equal(certlife_profile_print(parsed, again, sizeof again, NULL), 0);
    assert_string_equal(again, text);
    certlife_profile_free(parsed);
}

static void a_profile_printed_and_parsed_is_the_same(void **state)
{
    (void)state;
    for (size_t p = 0; p < DOCUMENTED; p++) {
        certlife_profile *profile = profile_of(built_in[p]);
        assert_same_when_parsed(profile);
        for (size_t i = 0; i < COUNT(good); i++) {
            assert_int_equal(certlife_profile_set(profile, good[i].name, good[i].text, NULL), 0);
            assert_same_when_parsed(profile);
        }
        certlife_profile_free(profile);
    }
}

static void one_value_makes_a_difference(void **state)
{
    (void)state;
    certlife_profile *a = profile_of("webfb"), *b = profile_of("webfb");
    for (size_t i = 0; i < COUNT(good); i++) {
        char before[256];
        assert_int_equal(certlife_profile_get(a, good[i].name, before, sizeof before, NULL), 0);
        const char *after = good[i].printed != NULL ? good[i].printed : good[i].text;
        assert_int_equal(certlife_profile_set(b, good[i].name, good[i].text, NULL), 0);
        assert_int_equal(certlife_profile_equal(a, b), strcmp(before, after) == 0);
        assert_int_equal(certlife_profile_set(b, good[i].name, before, NULL), 0);
    }
    assert_int_equal(certlife_profile_equal(a, NULL), CERTLIFE_E_MISUSE);
    assert_int_equal(certlife_profile_equal(NULL, a), CERTLIFE_E_MISUSE);
    certlife_profile_free(a);
    certlife_profile_free(b);
}

/* All hours that there are: what is printed of them is what was set, and sets the same. */
static void sending_hours_from_any_minute_until_any(void **state)
{
    certlife_profile *profile = profile_of("webfb");
    (void)state;
    for (int from = 0; from < 1440; from += 7) {
        for (int until = 0; until <= 1440; until += until >= from ? 11 : 97) {
            char text[16];
            struct hours before = profile->sending_hours;
            snprintf(text, sizeof text, "%02d:%02d-%02d:%02d", from / 60, from % 60, until / 60, until % 60);
            int rc = certlife_profile_set(profile, "sending hours", text, NULL);
            if (until <= from) {
                assert_int_equal(rc, CERTLIFE_E_INVALID);
                assert_memory_equal(&profile->sending_hours, &before, sizeof before);
                continue;
            }
            assert_int_equal(rc, 0);
            assert_int_equal(profile->sending_hours.from, from * 60);
            assert_int_equal(profile->sending_hours.until, until * 60);
            assert_value(profile, "sending hours", from == 0 && until == 1440 ? "any" : text);
        }
    }
    certlife_profile_free(profile);
}

/* What the words are to the rules: one bit for each addressee, one for each day of the week. */
static void notice_words_and_what_they_stand_for(void **state)
{
    static const struct {
        const char *name, *text;
        size_t offset;
        int32_t value;
    } words[] = {
#define USER 1 << CERTLIFE_ADDRESSEE_USER
#define MASTER 1 << CERTLIFE_ADDRESSEE_MASTER
#define AT(field) offsetof(struct certlife_profile, field)
        {"e-mail to", "user", AT(email_to), USER},
        {"e-mail to", "master", AT(email_to), MASTER},
        {"e-mail to", "user, master", AT(email_to), (USER) | (MASTER)},
        {"expired notice", "none", AT(expired_notice), 0},
        {"expired notice", "user", AT(expired_notice), USER},
        {"issued notice", "master", AT(issued_notice), MASTER},
        {"reissued notice", "user, master", AT(reissued_notice), (USER) | (MASTER)},
        {"revoked notice", "user", AT(revoked_notice), USER},
        {"sending days", "every day", AT(sending_days), 0x7f},
        {"sending days", "Monday to Friday", AT(sending_days), 0x3e},
        {"sending days", "Monday to Saturday", AT(sending_days), 0x7e},
        {"notice attempts", "100", AT(notice_attempts), 100},
        {"notice language", "ja", AT(notice_language), CERTLIFE_LANGUAGE_JA},
        {"notice language", "en", AT(notice_language), CERTLIFE_LANGUAGE_EN},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        certlife_profile *profile = profile_of("webfb"), *untouched = profile_of("webfb");
        assert_int_equal(certlife_profile_set(profile, words[i].name, words[i].text, NULL), 0);
        int32_t *field = (int32_t *)((char *)profile + words[i].offset);
        if (*field != words[i].value)
            fail_msg("%s = %s: %d", words[i].name, words[i].text, (int)*field);
        /* And nothing else has changed. */
        *field = *(const int32_t *)((const char *)untouched + words[i].offset);
        assert_int_equal(certlife_profile_equal(profile, untouched), 1);
        certlife_profile_free(profile);
        certlife_profile_free(untouched);
    }
}

/* More values than an int has bits: each may be set once in a file, and none twice. */
static void every_value_once_in_a_file(void **state)
{
    (void)state;
    for (size_t i = 0; certlife_profile_value_name(i) != NULL; i++) {
        char text[8192], again[sizeof text + 400], value[256], message[80];
        certlife_profile *profile = profile_of("houjin"), *parsed = NULL;
        certlife_error *err = NULL;
        assert_int_equal(certlife_profile_print(profile, text, sizeof text, NULL), 0);
        assert_int_equal(certlife_profile_get(profile, certlife_profile_value_name(i), value, sizeof value, NULL), 0);
        int lines = 1;
        for (const char *p = text; *p != '\0'; p++)
            lines += *p == '\n';
        snprintf(again, sizeof again, "%s%s = %s\n", text, certlife_profile_value_name(i), value);
        int rc = certlife_profile_parse(again, &parsed, &err);
        snprintf(message, sizeof message, "line %d: sets a value that was set before", lines);
        assert_invalid(rc, err, message);
        assert_null(parsed);
        certlife_profile_free(profile);
    }
}

static void too_little_room(void **state)
{
    char text[8192], room[8192], message[80];
    certlife_profile *profile = profile_of("webfb");
    certlife_error *err = NULL;
    (void)state;
    memset(room, '!', sizeof room);
    int rc = certlife_profile_get(profile, "time", room, strlen("UTC+09:00"), &err);
    assert_invalid(rc, err, "profile: \"time\" needs more room");
    assert_int_equal(room[0], '!');
    assert_int_equal(certlife_profile_get(profile, "time", room, sizeof "UTC+09:00", NULL), 0);
    assert_string_equal(room, "UTC+09:00");

    assert_int_equal(certlife_profile_print(profile, text, sizeof text, NULL), 0);
    memset(room, '!', sizeof room);
    err = NULL;
    rc = certlife_profile_print(profile, room, strlen(text), &err);
    snprintf(message, sizeof message, "profile: needs %zu bytes to print", strlen(text) + 1);
    assert_invalid(rc, err, message);
    assert_int_equal(room[0], '!');
    assert_int_equal(certlife_profile_print(profile, room, strlen(text) + 1, NULL), 0);
    assert_string_equal(room, text);
    certlife_profile_free(profile);
}

/* ---- Files ---- */

static void a_file_as_people_write_it(void **state)
{
    certlife_profile *profile = NULL;
    certlife_error *err = NULL;
    (void)state;
    int rc = certlife_profile_parse("; our bank\r\n"
                                    "\r\n"
                                    "  profile\t= webfb   ; start from this one\r\n"
                                    "# a whole line\n"
                                    "renewal opens=40\n"
                                    "\te-mail = 40, 10 # at most eight\r\n"
                                    "renewal closes = 09:00",
                                    &profile, &err);
    if (rc != 0)
        fail_msg("%s", certlife_error_message(err));
    assert_value(profile, "renewal opens", "40");
    assert_value(profile, "e-mail", "40, 10");
    assert_value(profile, "renewal closes", "09:00");
    assert_value(profile, "renewal needs", "certificate login");
    assert_string_equal(profile->name, "webfb");
    certlife_profile_free(profile);
}

static const struct {
    const char *text, *message;
} broken[] = {
    {"", "profile: the text names none; it begins with \"profile = webfb\""},
    {"\n\n; nothing\n", "profile: the text names none; it begins with \"profile = webfb\""},
    {"users = 10\n", "line 1: the first value must be \"profile\", the one to start from"},
    {"; one\n\nusers = 10\nprofile = webfb\n", "line 3: the first value must be \"profile\", the one to start from"},
    {"profile = bank\n", "line 1: profile bank: there is webfb-login, webfb, houjin, kumiai"},
    {"profile = \n", "line 1: profile : there is webfb-login, webfb, houjin, kumiai"},
    {"profile\n", "line 1: is not \"name = value\""},
    {"profile = webfb\n\nrenewal opens 40\n", "line 3: is not \"name = value\""},
    {"profile = webfb\n= 40\n", "line 2: profile: \"\" is not the name of a value" THERE_IS},
    {"profile = webfb\nrenewal open = 40\n", "line 2: profile: \"renewal open\" is not the name of a value" THERE_IS},
    {"profile = webfb\nprofile = houjin\n", "line 2: names a profile to start from again; that is done once, first"},
    {"profile = webfb\n# x\nusers = none\n",
     "line 3: profile: \"users\" cannot be \"none\"; allowed: a number from 1 to 10000, the master user included"},
    {"profile = webfb\nusers = 10 = 20\n",
     "line 2: profile: \"users\" cannot be \"10 = 20\"; allowed: a number from 1 to 10000, the master user included"},
    {"profile = webfb\nusers =\n",
     "line 2: profile: \"users\" cannot be \"\"; allowed: a number from 1 to 10000, the master user included"},
    {"profile = webfb\nusers = 10\nreissue = no\nusers = 10\n", "line 4: sets a value that was set before"},
};

static void broken_files_name_the_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(broken); i++) {
        certlife_profile *profile = NULL;
        certlife_error *err = NULL;
        int rc = certlife_profile_parse(broken[i].text, &profile, &err);
        if (rc == 0)
            fail_msg("parsed: %s", broken[i].text);
        assert_invalid(rc, err, broken[i].message);
        assert_null(profile);
    }
}

static void a_line_has_a_longest(void **state)
{
    char text[1200] = "profile = webfb\n;";
    certlife_profile *profile = NULL;
    certlife_error *err = NULL;
    (void)state;
    memset(text + 17, 'x', 510); /* 511 with its semicolon */
    assert_int_equal(certlife_profile_parse(text, &profile, NULL), 0);
    certlife_profile_free(profile);
    profile = NULL;
    memset(text + 17, 'x', 511);
    int rc = certlife_profile_parse(text, &profile, &err);
    assert_invalid(rc, err, "line 2: is too long");
    assert_null(profile);
}

static void parsing_without_memory(void **state)
{
    certlife_profile *profile = NULL;
    certlife_error *err = NULL;
    (void)state;
    failing_malloc = 1;
    int rc = certlife_profile_parse("profile = webfb\n", &profile, &err);
    failing_malloc = 0;
    assert_int_equal(rc, CERTLIFE_E_MEMORY);
    assert_int_equal(certlife_error_code(err), CERTLIFE_E_MEMORY);
    assert_string_equal(certlife_error_message(err), "profile webfb: no memory");
    assert_null(profile);
    certlife_error_free(err);
}

/* ---- Loading ---- */

static char folder[] = "profile-XXXXXX";
static char path[sizeof folder + 16];

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/bank", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void write_file(const char *text, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void assert_not_loaded(const char *where, const char *cause)
{
    char message[200];
    certlife_profile *profile = NULL;
    certlife_error *err = NULL;
    snprintf(message, sizeof message, "profile file %s: %s", where, cause);
    int rc = certlife_profile_load(where, &profile, &err);
    assert_invalid(rc, err, message);
    assert_null(profile);
}

static void a_file_is_loaded(void **state)
{
    static const char text[] = "profile = kumiai\nusers = 20\n";
    certlife_profile *profile = NULL;
    (void)state;
    write_file(text, strlen(text));
    assert_int_equal(certlife_profile_load(path, &profile, NULL), 0);
    assert_value(profile, "users", "20");
    assert_value(profile, "revoked obtain", "yes");
    certlife_profile_free(profile);
}

static void files_that_cannot_be_read(void **state)
{
    (void)state;
    assert_not_loaded("profile-that-is-not-there", "No such file or directory");
    assert_not_loaded(folder, "Is a directory");
    write_file("profile = webfb\nusers = 2\0000\n", 28);
    assert_not_loaded(path, "holds a NUL");
}

static void a_file_has_a_longest(void **state)
{
    enum { LONGEST = 65536 };
    char *text = malloc(LONGEST + 1);
    certlife_profile *profile = NULL;
    (void)state;
    assert_non_null(text);
    memset(text, '\n', LONGEST + 1);
    memcpy(text, "profile = webfb", 15);
    write_file(text, LONGEST);
    assert_int_equal(certlife_profile_load(path, &profile, NULL), 0);
    certlife_profile_free(profile);
    write_file(text, LONGEST + 1);
    assert_not_loaded(path, "is longer than 65536 bytes");
    free(text);
}

static void a_broken_file_names_the_line(void **state)
{
    static const char text[] = "profile = webfb\nuser = 20\n";
    certlife_profile *profile = NULL;
    certlife_error *err = NULL;
    (void)state;
    write_file(text, strlen(text));
    int rc = certlife_profile_load(path, &profile, &err);
    char message[1000];
    snprintf(message, sizeof message, "profile file %s: line 2: profile: \"user\" is not the name of a value" THERE_IS,
             path);
    assert_invalid(rc, err, message);
    assert_null(profile);
}

/* The library's own calls only: the C library's are not counted. */
static void loading_without_memory(void **state)
{
    static const char text[] = "profile = webfb\n";
    (void)state;
    write_file(text, strlen(text));
    for (int n = 1; n <= 2; n++) {
        certlife_profile *profile = NULL;
        certlife_error *err = NULL;
        failing_malloc = n;
        int rc = certlife_profile_load(path, &profile, &err);
        failing_malloc = 0;
        assert_int_equal(rc, CERTLIFE_E_MEMORY);
        assert_int_equal(certlife_error_code(err), CERTLIFE_E_MEMORY);
        assert_null(profile);
        certlife_error_free(err);
    }
}

/* ---- Channels ---- */

static const struct {
    const char *channels, *channel;
    bool named;
} named_channels[] = {
    {"any", "edge/app", true},
    {"any", "", true},
    {"any", NULL, true},
    {"edge/app, edge/ie_mode, chrome/app", "edge/app", true},
    {"edge/app, edge/ie_mode, chrome/app", "edge/ie_mode", true},
    {"edge/app, edge/ie_mode, chrome/app", "chrome/app", true},
    {"edge/app, edge/ie_mode, chrome/app", NULL, true},
    {"edge/app, edge/ie_mode, chrome/app", "", false},
    {"edge/app, edge/ie_mode, chrome/app", "chrome/ie_mode", false},
    {"edge/app, edge/ie_mode, chrome/app", "edge", false},
    {"edge/app, edge/ie_mode, chrome/app", "edge/ap", false},
    {"edge/app, edge/ie_mode, chrome/app", "edge/apps", false},
    {"edge/app, edge/ie_mode, chrome/app", "dge/app", false},
    {"edge/app, edge/ie_mode, chrome/app", "edge/app, edge/ie_mode", false},
    {"edge/app, edge/ie_mode, chrome/app", "EDGE/APP", false},
    {"edge/app, edge/ie_mode, chrome/app", "any", false},
};

static void test_r_obt_7_channels_that_a_profile_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(named_channels); i++) {
        certlife_profile *profile = profile_of("webfb");
        assert_int_equal(certlife_profile_set(profile, "channels", named_channels[i].channels, NULL), 0);
        if (certlife__profile_names_channel(profile, named_channels[i].channel) != named_channels[i].named)
            fail_msg("%s: %s", named_channels[i].channels,
                     named_channels[i].channel != NULL ? named_channels[i].channel : "whichever");
        certlife_profile_free(profile);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(section_9_value_by_value),
        cmocka_unit_test(every_value_is_in_that_table),
        cmocka_unit_test(what_is_built_in_is_in_stock),
        cmocka_unit_test(good_texts),
        cmocka_unit_test(bad_texts_change_nothing),
        cmocka_unit_test(channels_have_a_longest_list),
        cmocka_unit_test(unknown_names),
        cmocka_unit_test(the_range_seen_at_institutions),
        cmocka_unit_test(every_value_printed_and_set_is_the_same),
        cmocka_unit_test(a_profile_printed_and_parsed_is_the_same),
        cmocka_unit_test(one_value_makes_a_difference),
        cmocka_unit_test(sending_hours_from_any_minute_until_any),
        cmocka_unit_test(notice_words_and_what_they_stand_for),
        cmocka_unit_test(every_value_once_in_a_file),
        cmocka_unit_test(too_little_room),
        cmocka_unit_test(a_file_as_people_write_it),
        cmocka_unit_test(broken_files_name_the_line),
        cmocka_unit_test(a_line_has_a_longest),
        cmocka_unit_test(parsing_without_memory),
        cmocka_unit_test(a_file_is_loaded),
        cmocka_unit_test(files_that_cannot_be_read),
        cmocka_unit_test(a_file_has_a_longest),
        cmocka_unit_test(a_broken_file_names_the_line),
        cmocka_unit_test(loading_without_memory),
        cmocka_unit_test(test_r_obt_7_channels_that_a_profile_names),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
