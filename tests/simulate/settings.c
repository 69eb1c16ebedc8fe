/* SPDX-License-Identifier: Apache-2.0 */
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"

#define TEXT_MAX 256

static void stop(const char *name, const char *why)
{
    fprintf(stderr, "simulate: profile value \"%s\": %s\n", name, why);
    exit(2);
}

/* ---- reading ---- */

static const char *text_of(const certlife_profile *profile, const char *name, char out[TEXT_MAX])
{
    if (certlife_profile_get(profile, name, out, TEXT_MAX, NULL) < 0)
        stop(name, "there is none");
    return out;
}

static struct thresholds read_thresholds(const certlife_profile *profile, const char *name)
{
    char text[TEXT_MAX];
    struct thresholds out = {0};
    for (const char *at = text_of(profile, name, text); at != NULL; at = strchr(at, ',')) {
        at += strspn(at, ", ");
        if (out.count < THRESHOLDS_MAX && atoi(at) > 0)
            out.days[out.count++] = atoi(at);
    }
    return out;
}

static uint32_t read_addressees(const certlife_profile *profile, const char *name)
{
    char text[TEXT_MAX];
    text_of(profile, name, text);
    return (strstr(text, "user") != NULL ? THE_USER : 0) | (strstr(text, "master") != NULL ? THE_MASTER : 0);
}

static bool reads(const certlife_profile *profile, const char *name, const char *expected)
{
    char text[TEXT_MAX];
    return strcmp(text_of(profile, name, text), expected) == 0;
}

static int32_t read_number(const certlife_profile *profile, const char *name)
{
    char text[TEXT_MAX];
    return atoi(text_of(profile, name, text));
}

static void read_hours(const certlife_profile *profile, struct settings *out)
{
    int h1 = 0, m1 = 0, h2 = 24, m2 = 0;
    char text[TEXT_MAX];
    text_of(profile, "sending hours", text);
    if (strcmp(text, "any") != 0 && sscanf(text, "%d:%d-%d:%d", &h1, &m1, &h2, &m2) != 4)
        stop("sending hours", text);
    out->hours_from = h1 * 3600 + m1 * 60;
    out->hours_to = h2 * 3600 + m2 * 60;
}

static uint32_t read_days(const certlife_profile *profile)
{
    if (reads(profile, "sending days", "Monday to Friday"))
        return 0x3e;
    return reads(profile, "sending days", "Monday to Saturday") ? 0x7e : 0x7f;
}

static int32_t read_offset(const certlife_profile *profile)
{
    char text[TEXT_MAX], sign = '+';
    int hours = 0, minutes = 0;
    text_of(profile, "time", text);
    if (sscanf(text, "UTC%c%d:%d", &sign, &hours, &minutes) != 3)
        stop("time", text);
    return (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

static int32_t read_closing(const certlife_profile *profile)
{
    int hours = 24, minutes = 0;
    char text[TEXT_MAX];
    sscanf(text_of(profile, "renewal closes", text), "%d:%d", &hours, &minutes);
    return hours * 3600 + minutes * 60;
}

static void read_validity(const certlife_profile *profile, struct settings *out)
{
    char text[TEXT_MAX], *at = text;
    text_of(profile, "validity", text);
    while (*at != '\0') {
        int32_t number = (int32_t)strtol(at, &at, 10);
        at += strspn(at, " ");
        *(*at == 'y' ? &out->validity_years : &out->validity_days) = number;
        at += strcspn(at, " ");
    }
}

struct settings settings_read(const certlife_profile *profile)
{
    struct settings s = {
        .utc_offset = read_offset(profile),
        .email = read_thresholds(profile, "e-mail"),
        .obtain_by = read_thresholds(profile, "obtain-by notice"),
        .email_to = read_addressees(profile, "e-mail to"),
        .expired_to = read_addressees(profile, "expired notice"),
        .issued_to = read_addressees(profile, "issued notice"),
        .reissued_to = read_addressees(profile, "reissued notice"),
        .revoked_to = read_addressees(profile, "revoked notice"),
        .digest = reads(profile, "digest", "yes"),
        .days = read_days(profile),
        .attempts = read_number(profile, "notice attempts"),
        .language = reads(profile, "notice language", "en") ? CERTLIFE_LANGUAGE_EN : CERTLIFE_LANGUAGE_JA,
        .screen_days = read_number(profile, "screen notice"),
        .renewal_opens_days = read_number(profile, "renewal opens"),
        .renewal_closes = read_closing(profile),
        .clock_tolerance = read_number(profile, "clock tolerance"),
        .confirmation_password = reads(profile, "confirmation password", "yes"),
        .waits_for_new = reads(profile, "old at reissue", "until the new one is obtained"),
        .same_time = reads(profile, "last moment", "same time of day"),
        .carry_over = reads(profile, "carry over", "yes"),
    };
    s.obtain_by_days = reads(profile, "obtain by", "no limit") ? NO_LIMIT_DAYS : read_number(profile, "obtain by");
    read_hours(profile, &s);
    read_validity(profile, &s);
    return s;
}

/* ---- drawing ---- */

static void set(certlife_profile *profile, const char *name, const char *text)
{
    certlife_error *err = NULL;
    if (certlife_profile_set(profile, name, text, &err) < 0)
        stop(name, certlife_error_message(err));
}

static const char *const to_some[] = {"user", "user", "master", "user, master"};
static const char *const to_some_or_none[] = {"none", "none", "user", "master", "user, master"};

/* Several of these have a notice fall due at the very moment from which it counts: 365 days of a year, all days of a short
 * validity, 80 days of an obtain-by of 80. */
static const char *const emails[] = {"30, 10", "30",          "45, 30, 10", "40, 14, 7",
                                     "90, 30", "10, 9, 8, 7", "365, 30, 1", "365, 90, 60, 30, 14, 7, 2, 1",
                                     "30, 1",  "none"};
static const char *const obtain_bys[] = {"none", "7", "30, 7, 1", "80, 10", "7, 6, 5, 4, 3, 2, 1"};
static const char *const hours[] = {"any", "09:00-17:00", "09:00-17:00", "08:30-12:00", "00:00-01:00", "10:00-10:01"};
static const char *const days[] = {"every day", "every day", "Monday to Friday", "Monday to Saturday"};
static const char *const validities[] = {"1 year", "1 year", "365 days", "90 days", "30 days", "2 years"};
static const char *const last_moments[] = {"end of the expiry date", "end of the expiry date", "same time of day"};
static const char *const closings[] = {"end of the expiry date", "end of the expiry date", "09:00", "17:00"};

void settings_found(certlife_profile *profile, struct prng *prng)
{
    static const char *const offsets[] = {"UTC+09:00", "UTC+09:00", "UTC+09:00", "UTC-05:00", "UTC+05:30"};
    static const char *const tolerances[] = {"0", "5", "60"};
    static const char *const attempts[] = {"1", "2", "3", "12"};
    set(profile, "time", PRNG_PICK(prng, offsets));
    set(profile, "clock tolerance", PRNG_PICK(prng, tolerances));
    set(profile, "notice attempts", PRNG_PICK(prng, attempts));
    if (prng_chance(prng, 800))
        settings_vary(profile, prng);
}

void settings_vary(certlife_profile *profile, struct prng *prng)
{
    static const char *const yes_no[] = {"yes", "no"};
    static const char *const languages[] = {"ja", "en"};
    static const char *const openings[] = {"30", "30", "28", "40"};
    static const char *const obtaining[] = {"80", "80", "7", "no limit"};
    static const char *const screens[] = {"30", "10", "0"};
    static const char *const at_reissue[] = {"stops at once", "stops at once", "until the new one is obtained"};
    const struct {
        const char *name, *text;
    } chosen[] = {
        {"e-mail", PRNG_PICK(prng, emails)},
        {"e-mail to", PRNG_PICK(prng, to_some)},
        {"digest", PRNG_PICK(prng, yes_no)},
        {"obtain-by notice", PRNG_PICK(prng, obtain_bys)},
        {"expired notice", PRNG_PICK(prng, to_some_or_none)},
        {"issued notice", PRNG_PICK(prng, to_some_or_none)},
        {"reissued notice", PRNG_PICK(prng, to_some_or_none)},
        {"revoked notice", PRNG_PICK(prng, to_some_or_none)},
        {"sending hours", PRNG_PICK(prng, hours)},
        {"sending days", PRNG_PICK(prng, days)},
        {"notice language", PRNG_PICK(prng, languages)},
        {"screen notice", PRNG_PICK(prng, screens)},
        {"validity", PRNG_PICK(prng, validities)},
        {"last moment", PRNG_PICK(prng, last_moments)},
        {"renewal opens", PRNG_PICK(prng, openings)},
        {"renewal closes", PRNG_PICK(prng, closings)},
        {"carry over", PRNG_PICK(prng, yes_no)},
        {"obtain by", PRNG_PICK(prng, obtaining)},
        {"old at reissue", PRNG_PICK(prng, at_reissue)},
    };
    for (size_t i = 0; i < sizeof chosen / sizeof chosen[0]; i++) {
        if (prng_chance(prng, 400))
            set(profile, chosen[i].name, chosen[i].text);
    }
}

/* ---- moments ---- */

int64_t settings_sending(const struct settings *settings, int64_t moment)
{
    int64_t day = day_of(moment, settings->utc_offset);
    for (;; day++) {
        int64_t midnight = day_start(day, settings->utc_offset);
        if ((settings->days >> weekday_of(day) & 1) == 0 || moment >= midnight + settings->hours_to)
            continue;
        return moment > midnight + settings->hours_from ? moment : midnight + settings->hours_from;
    }
}

int64_t settings_due(const struct settings *settings, int64_t date, int32_t days_before)
{
    int64_t day = day_of(date, settings->utc_offset) - days_before;
    return settings_sending(settings, day_start(day, settings->utc_offset));
}

int32_t settings_days_until(const struct settings *settings, int64_t now, int64_t date)
{
    return (int32_t)(day_of(date, settings->utc_offset) - day_of(now, settings->utc_offset));
}
