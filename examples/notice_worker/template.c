/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates: plain UTF-8 files, one for each language and kind. The first line is `Subject: …`, the others are the text.
 *
 *     ${user}                    a place: the value stands there
 *     ${if waits_to_install}…    the rest of this line, only where that place has something to say
 *     ${unless to_master}…       only where it has not
 *     ${each member}…            this line for each user of a digest
 *
 * Everything is checked when the files are read, so that a slip shows when the worker starts, not when it writes.
 */
#include "notice_worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIT(which) (1U << (which))
#define EXPIRY BIT(CERTLIFE_NOTICE_EXPIRY)
#define EXPIRED BIT(CERTLIFE_NOTICE_EXPIRED)
#define OBTAIN_BY BIT(CERTLIFE_NOTICE_OBTAIN_BY)
#define ISSUED BIT(CERTLIFE_NOTICE_ISSUED)
#define REISSUED BIT(CERTLIFE_NOTICE_REISSUED)
#define REVOKED BIT(CERTLIFE_NOTICE_REVOKED)
#define DIGEST BIT(CERTLIFE_NOTICE_DIGEST)
#define ANY ~0U
#define OF_A_CERTIFICATE (EXPIRY | EXPIRED | ISSUED | REVOKED | BIT(CALENDAR))

enum place {
    P_INSTITUTION,
    P_CONTRACT,
    P_USER,
    P_ADDRESSEE,
    P_KIND,
    P_TO_USER,
    P_TO_MASTER,
    P_SERIAL,
    P_EXPIRY,
    P_EXPIRY_DATE,
    P_RENEW_BY,
    P_OBTAIN_BY,
    P_DAYS_LEFT,
    P_HAPPENED_AT,
    P_WAITS_TO_INSTALL,
    P_MEMBER_COUNT,
    P_MEMBER_USER,
    P_MEMBER_SERIAL,
    P_MEMBER_EXPIRY,
    P_MEMBER_EXPIRY_DATE,
    P_MEMBER_DAYS_LEFT,
    PLACES,
};

/* Which templates have it. */
static const struct {
    const char *name;
    unsigned templates;
} places[PLACES] = {
    [P_INSTITUTION] = {"institution", ANY},
    [P_CONTRACT] = {"contract", ANY},
    [P_USER] = {"user", ANY},           /* whom it is about */
    [P_ADDRESSEE] = {"addressee", ANY}, /* who reads it */
    [P_KIND] = {"kind", ANY},
    [P_TO_USER] = {"to_user", ANY}, /* for ${if …}: who reads it */
    [P_TO_MASTER] = {"to_master", ANY},
    [P_SERIAL] = {"serial", OF_A_CERTIFICATE},
    [P_EXPIRY] = {"expiry", OF_A_CERTIFICATE}, /* to the minute */
    [P_EXPIRY_DATE] = {"expiry_date", OF_A_CERTIFICATE},
    [P_RENEW_BY] = {"renew_by", EXPIRY},
    [P_OBTAIN_BY] = {"obtain_by", OBTAIN_BY | REISSUED},
    [P_DAYS_LEFT] = {"days_left", EXPIRY | OBTAIN_BY | DIGEST}, /* "10 days left" */
    [P_HAPPENED_AT] = {"happened_at", EXPIRED | ISSUED | REISSUED | REVOKED},
    [P_WAITS_TO_INSTALL] = {"waits_to_install", EXPIRY}, /* for ${if …} */
    [P_MEMBER_COUNT] = {"member_count", DIGEST},
    [P_MEMBER_USER] = {"member_user", DIGEST}, /* from here on: in ${each member} */
    [P_MEMBER_SERIAL] = {"member_serial", DIGEST},
    [P_MEMBER_EXPIRY] = {"member_expiry", DIGEST},
    [P_MEMBER_EXPIRY_DATE] = {"member_expiry_date", DIGEST},
    [P_MEMBER_DAYS_LEFT] = {"member_days_left", DIGEST},
};

static const char *const languages[LANGUAGES] = {"ja", "en"};
static const char *const file_names[TEMPLATES] = {
    [CALENDAR] = "calendar",
    [CERTLIFE_NOTICE_EXPIRY] = "expiry",
    [CERTLIFE_NOTICE_EXPIRED] = "expired",
    [CERTLIFE_NOTICE_OBTAIN_BY] = "obtain_by",
    [CERTLIFE_NOTICE_ISSUED] = "issued",
    [CERTLIFE_NOTICE_REISSUED] = "reissued",
    [CERTLIFE_NOTICE_REVOKED] = "revoked",
    [CERTLIFE_NOTICE_DIGEST] = "digest",
};

static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* 2026年11月20日, 20 November 2026. Nothing for 0 and for 'no limit'. */
static void put_date(struct text *out, const struct letter *letter, int64_t moment)
{
    if (moment == 0 || moment == INT64_MAX)
        return;
    struct tm tm = civil(moment, letter->offset);
    if (letter->language == CERTLIFE_LANGUAGE_JA)
        text_format(out, "%d年%d月%d日", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    else
        text_format(out, "%d %s %d", tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900);
}

/* 2026年11月20日 23時59分, 20 November 2026, 23:59. */
static void put_moment(struct text *out, const struct letter *letter, int64_t moment)
{
    if (moment == 0 || moment == INT64_MAX)
        return;
    struct tm tm = civil(moment, letter->offset);
    put_date(out, letter, moment);
    text_format(out, letter->language == CERTLIFE_LANGUAGE_JA ? " %d時%02d分" : ", %02d:%02d", tm.tm_hour, tm.tm_min);
}

static void put_days(struct text *out, const struct letter *letter, int32_t days)
{
    bool ja = letter->language == CERTLIFE_LANGUAGE_JA;
    if (days <= 0)
        text_put(out, ja ? "本日まで" : "today is the last day");
    else if (ja)
        text_format(out, "あと%d日", (int)days);
    else
        text_format(out, days == 1 ? "%d day left" : "%d days left", (int)days);
}

static void put_value(struct text *out, enum place place, const struct letter *letter, const struct member *member)
{
    switch (place) {
    case P_INSTITUTION:
        text_put(out, letter->institution);
        break;
    case P_CONTRACT:
        text_put(out, letter->contract);
        break;
    case P_USER:
        text_put(out, letter->user);
        break;
    case P_ADDRESSEE:
        text_put(out, letter->addressee_user);
        break;
    case P_KIND:
        text_put(out, certlife_notice_kind_label(letter->kind, letter->language));
        break;
    case P_TO_USER:
        text_put(out, letter->addressee == CERTLIFE_ADDRESSEE_USER ? "user" : "");
        break;
    case P_TO_MASTER:
        text_put(out, letter->addressee == CERTLIFE_ADDRESSEE_MASTER ? "master" : "");
        break;
    case P_SERIAL:
        text_put(out, letter->serial);
        break;
    case P_EXPIRY:
        put_moment(out, letter, letter->expiry);
        break;
    case P_EXPIRY_DATE:
        put_date(out, letter, letter->expiry);
        break;
    case P_RENEW_BY:
        put_moment(out, letter, letter->renew_by);
        break;
    case P_OBTAIN_BY:
        put_moment(out, letter, letter->obtain_by);
        break;
    case P_DAYS_LEFT:
        put_days(out, letter, letter->days_left);
        break;
    case P_HAPPENED_AT:
        put_moment(out, letter, letter->happened_at);
        break;
    case P_WAITS_TO_INSTALL:
        text_put(out, letter->waits_to_install ? "waits" : "");
        break;
    case P_MEMBER_COUNT:
        text_format(out, "%zu", letter->member_count);
        break;
    case P_MEMBER_USER:
        text_put(out, member->user);
        break;
    case P_MEMBER_SERIAL:
        text_put(out, member->serial);
        break;
    case P_MEMBER_EXPIRY:
        put_moment(out, letter, member->expiry);
        break;
    case P_MEMBER_EXPIRY_DATE:
        put_date(out, letter, member->expiry);
        break;
    case P_MEMBER_DAYS_LEFT:
        put_days(out, letter, member->days_left);
        break;
    case PLACES:
        break;
    }
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static enum place find(const char *name, size_t len)
{
    enum place place = 0;
    while (place < PLACES && (strlen(places[place].name) != len || memcmp(places[place].name, name, len) != 0))
        place++;
    return place;
}

/* A line without its end, and what its beginning says about it. */
struct line {
    const char *at, *end;
    bool each, conditional, wanted; /* wanted: `if`, not `unless` */
    enum place condition;
};

static bool begins(const char *at, const char *end, const char *word)
{
    return (size_t)(end - at) >= strlen(word) && memcmp(at, word, strlen(word)) == 0;
}

/* What is wrong with it, or NULL. */
static const char *read_line(const char *at, struct line *out)
{
    *out = (struct line){.at = at, .end = at + strcspn(at, "\n")};
    out->each = begins(at, out->end, "${each member}");
    out->wanted = begins(at, out->end, "${if ");
    out->conditional = out->wanted || begins(at, out->end, "${unless ");
    if (!out->each && !out->conditional)
        return NULL;
    const char *close = memchr(at, '}', (size_t)(out->end - at));
    if (close == NULL)
        return "${ is not closed";
    out->at = close + 1;
    if (out->conditional) {
        const char *name = at + strlen(out->wanted ? "${if " : "${unless ");
        out->condition = find(name, (size_t)(close - name));
    }
    return NULL;
}

/* The next place from *at on, `close` being its }; NULL: there is none. An unclosed one has `close` NULL. */
static const char *next_place(const char *at, const char *end, const char **close)
{
    for (; at < end; at++) {
        if (!begins(at, end, "${"))
            continue;
        *close = memchr(at, '}', (size_t)(end - at));
        return at;
    }
    return NULL;
}

static void put_line(struct text *out, const struct line *line, const struct letter *letter,
                     const struct member *member)
{
    const char *at = line->at, *open = NULL, *close = NULL;
    while ((open = next_place(at, line->end, &close)) != NULL) {
        text_add(out, at, (size_t)(open - at));
        put_value(out, find(open + 2, (size_t)(close - open) - 2), letter, member);
        at = close + 1;
    }
    text_add(out, at, (size_t)(line->end - at));
}

/* The value is put down to see whether it is there, and taken away again. */
static bool appears(struct text *out, const struct line *line, const struct letter *letter)
{
    size_t len = out->len;
    if (!line->conditional)
        return true;
    put_value(out, line->condition, letter, NULL);
    bool something = out->len > len;
    out->len = len;
    return something == line->wanted;
}

void render(const struct templates *templates, int which, const struct letter *letter, struct text *subject,
            struct text *body)
{
    const char *source = templates->source[letter->language == CERTLIFE_LANGUAGE_JA ? 0 : 1][which];
    struct line line;
    read_line(source + strlen("Subject: "), &line);
    put_line(subject, &line, letter, NULL);
    while (*line.end != '\0') {
        read_line(line.end + 1, &line);
        size_t times = line.each ? letter->member_count : appears(body, &line, letter) ? 1 : 0;
        bool after_last = *line.end == '\0' && line.at == line.end;
        for (size_t i = 0; i < times && !after_last; i++) {
            put_line(body, &line, letter, line.each ? &letter->members[i] : NULL);
            text_put(body, "\n");
        }
    }
}

/* ---- checking ---------------------------------------------------------------------------------------------------- */

static bool complain(const char *path, int line, const char *what)
{
    fprintf(stderr, "notice_worker: %s:%d: %s\n", path, line, what);
    return false;
}

static bool complain_of_place(const char *path, int line, const char *name, size_t len, int which)
{
    fprintf(stderr, "notice_worker: %s:%d: ${%.*s}: there is no such place here. There are:", path, line, (int)len,
            name);
    for (enum place place = 0; place < PLACES; place++) {
        if (places[place].templates & BIT(which))
            fprintf(stderr, " %s", places[place].name);
    }
    fprintf(stderr, "\n");
    return false;
}

static bool has_place(int which, enum place place, bool each)
{
    return place < PLACES && (places[place].templates & BIT(which)) != 0 && (place < P_MEMBER_USER || each);
}

static bool check_line(const char *path, int number, int which, const struct line *line)
{
    const char *at = line->at, *open = NULL, *close = NULL;
    while ((open = next_place(at, line->end, &close)) != NULL) {
        if (close == NULL)
            return complain(path, number, "${ is not closed");
        size_t len = (size_t)(close - open) - 2;
        if (!has_place(which, find(open + 2, len), line->each))
            return complain_of_place(path, number, open + 2, len, which);
        at = close + 1;
    }
    for (at = line->at; at < line->end; at += character(at)) {
        if (character(at) == 0)
            return complain(path, number, "is not UTF-8, or holds a control character");
    }
    return true;
}

static bool check(const char *path, int which, const char *source)
{
    struct line line = {.end = source - 1};
    if (strncmp(source, "Subject: ", strlen("Subject: ")) != 0)
        return complain(path, 1, "does not begin with `Subject: `");
    for (int number = 1; number == 1 || *line.end != '\0'; number++) {
        const char *at = line.end + 1, *fault = read_line(at, &line);
        if (fault != NULL)
            return complain(path, number, fault);
        if (line.conditional && !has_place(which, line.condition, false))
            return complain_of_place(path, number, at + 2, (size_t)(line.at - at) - 3, which);
        if (line.each && which != CERTLIFE_NOTICE_DIGEST)
            return complain(path, number, "${each member}: only a digest has members");
        if (!check_line(path, number, which, &line))
            return false;
    }
    return true;
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

#define FILE_MAX 65536

static char *read_file(const char *path)
{
    char *source = calloc(1, FILE_MAX);
    FILE *file = source != NULL ? fopen(path, "rb") : NULL;
    size_t len = file != NULL ? fread(source, 1, FILE_MAX, file) : 0;
    bool whole = file != NULL && !ferror(file) && len < FILE_MAX && strlen(source) == len;
    if (!whole)
        fprintf(stderr, "notice_worker: %s: %s\n", path, file == NULL ? strerror(errno) : "is not a text of 64 KiB");
    if (file != NULL)
        fclose(file);
    if (!whole) {
        free(source);
        return NULL;
    }
    return source;
}

/* As an editor on Windows leaves it. */
static void drop_carriage_returns(char *source)
{
    char *to = source;
    for (const char *from = source; *from != '\0'; from++) {
        if (from[0] != '\r' || from[1] != '\n')
            *to++ = *from;
    }
    *to = '\0';
}

bool templates_load(const char *folder, struct templates *out)
{
    for (int i = 0; i < LANGUAGES * TEMPLATES; i++) {
        int language = i / TEMPLATES, which = i % TEMPLATES;
        char path[4096];
        if (snprintf(path, sizeof path, "%s/%s/%s.txt", folder, languages[language], file_names[which]) >=
            (int)sizeof path)
            return complain(folder, 0, "the name is too long");
        char *source = read_file(path);
        out->source[language][which] = source;
        if (source == NULL)
            return false;
        drop_carriage_returns(source);
        if (!check(path, which, source))
            return false;
    }
    return true;
}

void templates_free(struct templates *templates)
{
    for (int i = 0; i < LANGUAGES * TEMPLATES; i++)
        free(templates->source[i / TEMPLATES][i % TEMPLATES]);
    *templates = (struct templates){0};
}

bool template_named(const char *name, certlife_language *language, int *which)
{
    char path[64];
    for (int i = 0; i < LANGUAGES * TEMPLATES; i++) {
        snprintf(path, sizeof path, "%s/%s", languages[i / TEMPLATES], file_names[i % TEMPLATES]);
        if (strcmp(path, name) != 0)
            continue;
        *language = i / TEMPLATES == 0 ? CERTLIFE_LANGUAGE_JA : CERTLIFE_LANGUAGE_EN;
        *which = i % TEMPLATES;
        return true;
    }
    return false;
}
