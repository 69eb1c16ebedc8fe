/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/profile.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <certlife/certificate.h>

#define END_OF_DAY 86400
#define ANY_CHANNEL "any"
#define UTC_PLUS_9 (9 * 3600)
#define PC (1 << CERTLIFE_MEDIUM_PC)
#define USB_TOKEN (1 << CERTLIFE_MEDIUM_USB_TOKEN)
#define THE_USER (1 << CERTLIFE_ADDRESSEE_USER)
#define THE_MASTER (1 << CERTLIFE_ADDRESSEE_MASTER)
#define MONDAY_TO_FRIDAY 0x3e
#define MONDAY_TO_SATURDAY 0x7e
#define EVERY_DAY 0x7f

/* What all four have in common; the figures of section 9. */
#define COMMON                                                                                                         \
    .validity = {1, 0}, .last_moment = LAST_MOMENT_END_OF_DAY, .obtain_by_days = 80, .renewal_opens_days = 30,         \
    .renewal_closes = END_OF_DAY, .carry_over = false, .old_after_renewal = OLD_UNTIL_CONFIRMED, .screen_days = 30,    \
    .old_at_reissue = OLD_AT_REISSUE_STOPS, .users = 100, .delegates = false, .utc_offset = UTC_PLUS_9,                \
    .clock_tolerance = 5, .idempotency_days = 30, .email_to = THE_USER, .sending_hours = {9 * 3600, 17 * 3600},        \
    .sending_days = EVERY_DAY, .notice_attempts = 12, .notice_language = CERTLIFE_LANGUAGE_JA

static const struct certlife_profile profiles[] = {
    {
        COMMON,
        .name = "webfb-login",
        .renewal_needs = RENEWAL_NEEDS_PASSWORD,
        .email_days = {2, {30, 10}},
        .expired_obtain_days = 90,
        .reissue = true,
        .media = PC,
        .channels = ANY_CHANNEL,
    },
    {
        COMMON,
        .name = "webfb",
        .renewal_needs = RENEWAL_NEEDS_CERTIFICATE_LOGIN,
        .email_days = {2, {30, 10}},
        .expired_obtain_days = 90,
        .reissue = true,
        .media = PC,
        .channels = ANY_CHANNEL,
    },
    {
        COMMON,
        .name = "houjin",
        .renewal_needs = RENEWAL_NEEDS_CERTIFICATE_LOGIN,
        .email_days = {2, {30, 10}},
        .expired_obtain_days = 90,
        .reissue = true,
        .media = PC | USB_TOKEN,
        .channels = ANY_CHANNEL,
    },
    {
        COMMON,
        .name = "kumiai",
        .renewal_needs = RENEWAL_NEEDS_CERTIFICATE_LOGIN,
        .email_days = {1, {30}},
        .expired_obtain_days = DAYS_NO_LIMIT,
        .reissue = false,
        .revoked_obtain = true,
        .master_revokes_own = true,
        .confirmation_password = true,
        .media = PC,
        .channels = "edge/app, edge/ie_mode, chrome/app",
    },
};

enum kind { VALIDITY, DAYS, NUMBER, CLOSING, DAYS_LIST, CHOICE, YES_NO, MEDIA, CHANNELS, OFFSET, HOURS };

/* The words of a CHOICE, and the words that DAYS may be instead of a number. */
struct word {
    const char *text;
    int32_t value;
};

static const struct word no_words[] = {{NULL, 0}};
static const struct word last_moments[] = {
    {"end of the expiry date", LAST_MOMENT_END_OF_DAY}, {"same time of day", LAST_MOMENT_SAME_TIME}, {NULL, 0}};
static const struct word no_limit[] = {{"no limit", DAYS_NO_LIMIT}, {NULL, 0}};
static const struct word renewal_needs[] = {
    {"ID and password", RENEWAL_NEEDS_PASSWORD}, {"certificate login", RENEWAL_NEEDS_CERTIFICATE_LOGIN}, {NULL, 0}};
static const struct word old_after_renewal[] = {{"until the new one is confirmed", OLD_UNTIL_CONFIRMED}, {NULL, 0}};
static const struct word expired_obtain[] = {
    {"no limit", DAYS_NO_LIMIT}, {"after a revocation", DAYS_AFTER_REVOCATION}, {NULL, 0}};
static const struct word old_at_reissue[] = {{"stops at once", OLD_AT_REISSUE_STOPS},
                                             {"until the new one is obtained", OLD_AT_REISSUE_UNTIL_OBTAINED},
                                             {NULL, 0}};
static const struct word yes_no[] = {{"no", 0}, {"yes", 1}, {NULL, 0}};
static const struct word only_no[] = {{"no", 0}, {NULL, 0}};
static const struct word media[] = {{"pc", PC}, {"usb_token", USB_TOKEN}, {"pc, usb_token", PC | USB_TOKEN}, {NULL, 0}};

static const struct word email_to[] = {
    {"user", THE_USER}, {"master", THE_MASTER}, {"user, master", THE_USER | THE_MASTER}, {NULL, 0}};
static const struct word notice_to[] = {
    {"none", 0}, {"user", THE_USER}, {"master", THE_MASTER}, {"user, master", THE_USER | THE_MASTER}, {NULL, 0}};
static const struct word sending_days[] = {{"every day", EVERY_DAY},
                                           {"Monday to Friday", MONDAY_TO_FRIDAY},
                                           {"Monday to Saturday", MONDAY_TO_SATURDAY},
                                           {NULL, 0}};
static const struct word languages[] = {{"ja", CERTLIFE_LANGUAGE_JA}, {"en", CERTLIFE_LANGUAGE_EN}, {NULL, 0}};

#define TO_WHOM "\"none\", \"user\", \"master\" or \"user, master\""
#define AT(field) offsetof(struct certlife_profile, field)

static const struct value {
    const char *name;
    enum kind kind;
    size_t offset;
    int32_t min, max;
    const struct word *words;
    const char *allowed;
} values[] = {
    {"validity", VALIDITY, AT(validity), 1, 9, no_words,
     "years (1 to 9), days (1 to 3650), or both: \"1 year\", \"2 years\", \"365 days\", \"1 year 1 day\""},
    {"last moment", CHOICE, AT(last_moment), 0, 0, last_moments, "\"end of the expiry date\" or \"same time of day\""},
    {"obtain by", DAYS, AT(obtain_by_days), 0, 3650, no_limit,
     "days after the authorisation, from 0 to 3650, or \"no limit\""},
    {"renewal opens", DAYS, AT(renewal_opens_days), 0, 3650, no_words, "days before the expiry date, from 0 to 3650"},
    {"renewal closes", CLOSING, AT(renewal_closes), 1, END_OF_DAY, no_words,
     "\"end of the expiry date\", or a time on it from 00:01 to 23:59, exclusive: \"09:00\""},
    {"carry over", YES_NO, AT(carry_over), 0, 0, yes_no, "\"yes\" or \"no\""},
    {"renewal needs", CHOICE, AT(renewal_needs), 0, 0, renewal_needs, "\"ID and password\" or \"certificate login\""},
    {"old after renewal", CHOICE, AT(old_after_renewal), 0, 0, old_after_renewal, "\"until the new one is confirmed\""},
    {"e-mail", DAYS_LIST, AT(email_days), 1, 365, no_words,
     "up to 8 numbers of days before the expiry date, from 365 to 1, falling: \"30, 10\"; or \"none\""},
    {"e-mail to", CHOICE, AT(email_to), 0, 0, email_to, "\"user\", \"master\" or \"user, master\""},
    {"digest", YES_NO, AT(digest), 0, 0, yes_no, "\"yes\" or \"no\""},
    {"obtain-by notice", DAYS_LIST, AT(obtain_by_notice_days), 1, 365, no_words,
     "up to 8 numbers of days before obtain-by, from 365 to 1, falling: \"14, 3\"; or \"none\""},
    {"expired notice", CHOICE, AT(expired_notice), 0, 0, notice_to, TO_WHOM},
    {"issued notice", CHOICE, AT(issued_notice), 0, 0, notice_to, TO_WHOM},
    {"reissued notice", CHOICE, AT(reissued_notice), 0, 0, notice_to, TO_WHOM},
    {"revoked notice", CHOICE, AT(revoked_notice), 0, 0, notice_to, TO_WHOM},
    {"sending hours", HOURS, AT(sending_hours), 0, END_OF_DAY, no_words,
     "\"any\", or from a time until a later one, exclusive: \"09:00-17:00\""},
    {"sending days", CHOICE, AT(sending_days), 0, 0, sending_days,
     "\"every day\", \"Monday to Friday\" or \"Monday to Saturday\""},
    {"notice attempts", NUMBER, AT(notice_attempts), 1, 100, no_words, "a number from 1 to 100"},
    {"notice language", CHOICE, AT(notice_language), 0, 0, languages, "\"ja\" or \"en\""},
    {"screen notice", DAYS, AT(screen_days), 0, 365, no_words, "days before the expiry date, from 0 to 365"},
    {"expired obtain", DAYS, AT(expired_obtain_days), 0, 3650, expired_obtain,
     "days after the expiry date, from 0 (never) to 3650, \"no limit\", or \"after a revocation\""},
    {"reissue", YES_NO, AT(reissue), 0, 0, yes_no, "\"yes\" or \"no\""},
    {"revoked obtain", YES_NO, AT(revoked_obtain), 0, 0, yes_no, "\"yes\" or \"no\""},
    {"old at reissue", CHOICE, AT(old_at_reissue), 0, 0, old_at_reissue,
     "\"stops at once\" or \"until the new one is obtained\""},
    {"master revokes own", YES_NO, AT(master_revokes_own), 0, 0, yes_no, "\"yes\" or \"no\""},
    {"confirmation password", YES_NO, AT(confirmation_password), 0, 0, yes_no, "\"yes\" or \"no\""},
    {"media", MEDIA, AT(media), 0, 0, media, "\"pc\", \"usb_token\" or \"pc, usb_token\""},
    {"channels", CHANNELS, AT(channels), 0, 0, no_words,
     "\"any\", or names parted by commas: \"edge/app, edge/ie_mode, chrome/app\""},
    {"users", NUMBER, AT(users), 1, 10000, no_words, "a number from 1 to 10000, the master user included"},
    {"delegated administrators", YES_NO, AT(delegates), 0, 0, only_no, "\"no\""},
    {"time", OFFSET, AT(utc_offset), -12 * 3600, 14 * 3600, no_words, "an offset from UTC-12:00 to UTC+14:00"},
    {"clock tolerance", NUMBER, AT(clock_tolerance), 0, 300, no_words, "seconds, from 0 to 300"},
    {"idempotency keys kept", NUMBER, AT(idempotency_days), 1, 3650, no_words, "days, from 1 to 3650"},
};

#define VALUES (sizeof values / sizeof values[0])
static_assert(VALUES == 34, "a value is named in the table and in docs/profiles.md");

const struct certlife_profile *certlife__profile_at(size_t index)
{
    return index < sizeof profiles / sizeof profiles[0] ? &profiles[index] : NULL;
}

const char *certlife__profile_value_name(size_t index)
{
    return index < VALUES ? values[index].name : NULL;
}

int certlife__profile_value_index(const char *name)
{
    for (size_t i = 0; i < VALUES; i++) {
        if (strcmp(values[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

const char *certlife__profile_value_allowed(size_t index)
{
    return values[index].allowed;
}

/* A decimal number without sign, spaces or leading zeros at `*p`, moved behind it. */
static bool read_number(const char **p, int32_t min, int32_t max, int32_t *out)
{
    const char *digits = *p;
    int64_t number = 0;
    while (**p >= '0' && **p <= '9') {
        number = number * 10 + (**p - '0');
        if (*p - digits >= 9)
            return false;
        (*p)++;
    }
    if (*p == digits || (*digits == '0' && *p - digits > 1) || number < min || number > max)
        return false;
    *out = (int32_t)number;
    return true;
}

static bool skip(const char **p, const char *text)
{
    size_t len = strlen(text);
    if (strncmp(*p, text, len) != 0)
        return false;
    *p += len;
    return true;
}

static bool read_word(const char *text, const struct word *words, int32_t *out)
{
    for (; words->text != NULL; words++) {
        if (strcmp(text, words->text) == 0) {
            *out = words->value;
            return true;
        }
    }
    return false;
}

static bool read_validity(const char *p, struct validity *out)
{
    struct validity validity = {0, 0};
    int32_t number = 0;
    const char *start = p;
    if (read_number(&p, 1, 9, &number) && skip(&p, number == 1 ? " year" : " years")) {
        validity.years = number;
        if (*p != '\0' && (!skip(&p, " ") || *p == '\0'))
            return false;
    } else {
        p = start;
    }
    if (*p != '\0') {
        if (!read_number(&p, 1, 3650, &number) || !skip(&p, number == 1 ? " day" : " days") || *p != '\0')
            return false;
        validity.days = number;
    }
    if (validity.years == 0 && validity.days == 0)
        return false;
    *out = validity;
    return true;
}

static bool read_days_list(const char *p, int32_t min, int32_t max, struct days_list *out)
{
    struct days_list list = {0};
    if (strcmp(p, "none") != 0) {
        do {
            if (list.count == PROFILE_EMAILS_MAX || !read_number(&p, min, max, &list.days[list.count]))
                return false;
            max = list.days[list.count] - 1;
            list.count++;
        } while (skip(&p, ", "));
        if (*p != '\0')
            return false;
    }
    *out = list;
    return true;
}

/* "09:00" as seconds after midnight. */
static bool read_time(const char **p, int32_t *out)
{
    const char *t = *p;
    for (int i = 0; i < 5; i++) {
        bool right = i == 2 ? t[i] == ':' : t[i] >= '0' && t[i] <= '9';
        if (!right)
            return false;
    }
    int32_t hour = (t[0] - '0') * 10 + (t[1] - '0'), minute = (t[3] - '0') * 10 + (t[4] - '0');
    if (hour > 23 || minute > 59)
        return false;
    *out = hour * 3600 + minute * 60;
    *p += 5;
    return true;
}

static bool read_closing(const char *p, int32_t *out)
{
    if (strcmp(p, "end of the expiry date") == 0) {
        *out = END_OF_DAY;
        return true;
    }
    int32_t closing = 0;
    if (!read_time(&p, &closing) || *p != '\0' || closing == 0)
        return false;
    *out = closing;
    return true;
}

static bool read_offset(const char *p, int32_t min, int32_t max, int32_t *out)
{
    int32_t offset = 0;
    if (!skip(&p, "UTC") || (*p != '+' && *p != '-'))
        return false;
    int32_t sign = *p++ == '-' ? -1 : 1;
    if (!read_time(&p, &offset) || *p != '\0' || sign * offset < min || sign * offset > max)
        return false;
    *out = sign * offset;
    return true;
}

/* "09:00-17:00"; until midnight is "24:00". */
static bool read_hours(const char *p, struct hours *out)
{
    struct hours hours = {0, END_OF_DAY};
    if (strcmp(p, "any") != 0) {
        if (!read_time(&p, &hours.from) || !skip(&p, "-"))
            return false;
        if (!skip(&p, "24:00") && !read_time(&p, &hours.until))
            return false;
        if (*p != '\0' || hours.until <= hours.from)
            return false;
    }
    *out = hours;
    return true;
}

static bool names(const char *list, const char *name)
{
    size_t len = strlen(name);
    for (const char *p = list; len > 0 && p != NULL; p = strchr(p, ',')) {
        p += strspn(p, ", ");
        if (strcspn(p, ",") == len && memcmp(p, name, len) == 0)
            return true;
    }
    return false;
}

/* Names of a-z, 0-9, '_', '-' and '/', parted by ", ". */
static bool read_channels(const char *text, char *out)
{
    size_t len = strlen(text);
    if (len == 0 || len >= PROFILE_CHANNELS_MAX)
        return false;
    bool in_name = false;
    for (const char *p = text; *p != '\0'; p++) {
        bool name = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || strchr("_-/", *p) != NULL;
        bool parting = in_name && p[0] == ',' && p[1] == ' ';
        if (!name && !parting)
            return false;
        p += parting ? 1 : 0;
        in_name = name;
    }
    if (!in_name || (strcmp(text, ANY_CHANNEL) != 0 && names(text, ANY_CHANNEL)))
        return false;
    memcpy(out, text, len + 1);
    return true;
}

bool certlife__profile_value_set(struct certlife_profile *profile, size_t index, const char *text)
{
    const struct value *value = &values[index];
    void *field = (char *)profile + value->offset;
    int32_t number = 0;
    switch (value->kind) {
    case VALIDITY:
        return read_validity(text, field);
    case DAYS:
    case NUMBER:
        if (!read_word(text, value->words, &number)) {
            if (!read_number(&text, value->min, value->max, &number) || *text != '\0')
                return false;
        }
        *(int32_t *)field = number;
        return true;
    case CLOSING:
        return read_closing(text, field);
    case DAYS_LIST:
        return read_days_list(text, value->min, value->max, field);
    case CHOICE:
    case MEDIA:
        return read_word(text, value->words, field);
    case YES_NO:
        if (!read_word(text, value->words, &number))
            return false;
        *(bool *)field = number != 0;
        return true;
    case CHANNELS:
        return read_channels(text, field);
    case OFFSET:
        return read_offset(text, value->min, value->max, field);
    case HOURS:
        return read_hours(text, field);
    }
    return false;
}

static const char *word_of(const struct word *words, int32_t value)
{
    for (; words->text != NULL; words++) {
        if (words->value == value)
            return words->text;
    }
    return NULL;
}

static void print_days_list(const struct days_list *list, char *out, size_t room)
{
    snprintf(out, room, "none");
    size_t len = 0;
    for (int32_t i = 0; i < list->count && len < room; i++)
        len += (size_t)snprintf(out + len, room - len, "%s%d", i > 0 ? ", " : "", (int)list->days[i]);
}

static void print_hours(const struct hours *hours, char *out, size_t room)
{
    int from = hours->from / 60, until = hours->until / 60;
    if (hours->from == 0 && hours->until == END_OF_DAY)
        snprintf(out, room, "any");
    else
        snprintf(out, room, "%02d:%02d-%02d:%02d", from / 60, from % 60, until / 60, until % 60);
}

static void print_validity(const struct validity *validity, char *out, size_t room)
{
    char years[24] = "", days[24] = "";
    if (validity->years > 0)
        snprintf(years, sizeof years, "%d year%s", (int)validity->years, validity->years > 1 ? "s" : "");
    if (validity->days > 0)
        snprintf(days, sizeof days, "%d day%s", (int)validity->days, validity->days > 1 ? "s" : "");
    snprintf(out, room, "%s%s%s", years, years[0] != '\0' && days[0] != '\0' ? " " : "", days);
}

void certlife__profile_value_print(const struct certlife_profile *profile, size_t index, char *out, size_t room)
{
    const struct value *value = &values[index];
    const void *field = (const char *)profile + value->offset;
    int32_t number = value->kind == YES_NO ? *(const bool *)field : *(const int32_t *)field;
    int32_t minutes = (number < 0 ? -number : number) / 60;
    const char *word = word_of(value->words, number);
    switch (value->kind) {
    case VALIDITY:
        print_validity(field, out, room);
        return;
    case DAYS:
    case NUMBER:
    case CHOICE:
    case YES_NO:
    case MEDIA:
        if (word != NULL)
            snprintf(out, room, "%s", word);
        else
            snprintf(out, room, "%d", (int)number);
        return;
    case CLOSING:
        if (number == END_OF_DAY)
            snprintf(out, room, "end of the expiry date");
        else
            snprintf(out, room, "%02d:%02d", (int)(minutes / 60), (int)(minutes % 60));
        return;
    case DAYS_LIST:
        print_days_list(field, out, room);
        return;
    case CHANNELS:
        snprintf(out, room, "%s", (const char *)field);
        return;
    case OFFSET:
        snprintf(out, room, "UTC%c%02d:%02d", number < 0 ? '-' : '+', (int)(minutes / 60), (int)(minutes % 60));
        return;
    case HOURS:
        print_hours(field, out, room);
        return;
    }
}

bool certlife__profile_names_channel(const struct certlife_profile *profile, const char *channel)
{
    return channel == NULL || strcmp(profile->channels, ANY_CHANNEL) == 0 || names(profile->channels, channel);
}
