/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/civil.h"
#include "rules/notice.h"
#include "rules/window.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LINES_MAX 64

/* All kinds, to both. */
static const char every_kind[] = "profile = webfb\n"
                                 "e-mail to = user, master\n"
                                 "obtain-by notice = 14, 3\n"
                                 "expired notice = user, master\n"
                                 "issued notice = user, master\n"
                                 "reissued notice = user\n"
                                 "revoked notice = user, master\n"
                                 "sending days = Monday to Friday\n";
static const char digest[] = "profile = webfb\n"
                             "e-mail to = user, master\n"
                             "digest = yes\n";

static int64_t moment(const struct certlife_profile *profile, const char *text)
{
    struct civil c = {0};
    if (sscanf(text, "%d-%d-%d %d:%d:%d", &c.year, &c.month, &c.day, &c.hour, &c.minute, &c.second) != 6)
        abort();
    return certlife__civil_moment(c, profile->utc_offset);
}

struct line {
    int64_t due;
    enum notice_topic topic;
    notice_label label;
    uint32_t to; /* bits: 1 << CERTLIFE_ADDRESSEE_ */
};

struct calendar {
    const struct certlife_profile *profile;
    struct line lines[LINES_MAX];
    size_t count;
};

static void add(struct calendar *c, int64_t due, const struct chain *chain, notice_label label)
{
    uint32_t to = 1U << chain->addressee;
    for (size_t i = 0; i < c->count; i++) {
        struct line *line = &c->lines[i];
        if (line->due == due && line->topic == chain->topic && line->label == label) {
            line->to |= to;
            return;
        }
    }
    if (c->count == LINES_MAX)
        abort();
    c->lines[c->count++] = (struct line){due, chain->topic, label, to};
}

/* All notices of a chain, one after the other. */
static void follow(struct calendar *c, const struct user *user, const struct chain *chain, int64_t since)
{
    static const struct contract contract = {.id = "0010000001", .master = "keir001"};
    struct course course;
    struct planned next = {NOTHING_SAID, 0};
    if (!certlife__notice_course(c->profile, &contract, user, chain, since, since, &course))
        return;
    while (certlife__notice_next(c->profile, &course, next.label, since, &next))
        add(c, next.due, chain, next.label);
}

static void follow_topic(struct calendar *c, const struct user *user, enum notice_topic topic,
                         const struct serial *about, int64_t since)
{
    for (certlife_addressee a = CERTLIFE_ADDRESSEE_USER; a <= CERTLIFE_ADDRESSEE_MASTER; a++) {
        struct chain chain = certlife__chain_of(user, topic, a, about);
        if ((certlife__notice_addressees(c->profile, user, topic) >> a & 1) != 0)
            follow(c, user, &chain, since);
    }
}

static void follow_digest(struct calendar *c, const struct user *user)
{
    static const struct contract contract = {.id = "0010000001", .master = "keir001"};
    static const struct serial nothing = {0};
    struct chain chain = certlife__chain_of(user, TOPIC_DIGEST, CERTLIFE_ADDRESSEE_MASTER, &nothing);
    struct digested is = {.next = 0};
    if (!certlife__notice_digests(c->profile))
        return;
    for (notice_label said = NOTHING_SAID; is.next != NEVER; said = -is.next) {
        certlife__notice_digested(c->profile, &contract, user, said, user->current.issued_at, &is);
        if (is.next != NEVER)
            add(c, is.next, &chain, 0);
    }
}

/* Authorised on 20 March, obtained on 1 April at noon, reissued on 11 May at night, revoked on a Saturday in June. */
static void gather(struct calendar *c)
{
    const struct certlife_profile *profile = c->profile;
    struct user user = {.contract = "0010000001", .id = "keir002", .role = CERTLIFE_ROLE_GENERAL};
    struct user waiting = user;
    waiting.authorised_at = moment(profile, "2026-03-20 10:00:00");
    waiting.obtain_by = certlife__window_obtain_by(profile, waiting.authorised_at);
    struct serial authorisation = certlife__notice_moment_name(waiting.authorised_at);
    follow_topic(c, &waiting, TOPIC_AUTHORISATION, &authorisation, waiting.authorised_at);

    user.current = (struct certificate){.serial = {1, {1}}, .issued_at = moment(profile, "2026-04-01 12:00:00")};
    user.current.not_after = certlife__window_not_after(profile, user.current.issued_at, 0);
    follow_topic(c, &user, TOPIC_ISSUED, &user.current.serial, user.current.issued_at);
    follow_topic(c, &user, TOPIC_CERTIFICATE, &user.current.serial, user.current.issued_at);
    follow_digest(c, &user);

    waiting.authorised_at = moment(profile, "2026-05-11 20:00:00");
    waiting.obtain_by = certlife__window_obtain_by(profile, waiting.authorised_at);
    authorisation = certlife__notice_moment_name(waiting.authorised_at);
    if (profile->reissue)
        follow_topic(c, &waiting, TOPIC_REISSUED, &authorisation, waiting.authorised_at);
    follow_topic(c, &user, TOPIC_REVOKED, &user.current.serial, moment(profile, "2026-06-13 10:00:00"));
}

static int by_due(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->due != y->due)
        return x->due < y->due ? -1 : 1;
    return (int)x->topic - (int)y->topic;
}

static void print_line(struct page *page, const struct certlife_profile *profile, const struct line *line)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    struct civil at = certlife__civil_of(line->due, profile->utc_offset);
    int64_t day = certlife__day_of(line->due, profile->utc_offset);
    const bool user = (line->to >> CERTLIFE_ADDRESSEE_USER & 1) != 0;
    const bool master = (line->to >> CERTLIFE_ADDRESSEE_MASTER & 1) != 0;
    page_add(page, "| %s %04d-%02d-%02d %02d:%02d:%02d | %s |", days[(day + 4) % 7], (int)at.year, (int)at.month,
             (int)at.day, (int)at.hour, (int)at.minute, (int)at.second,
             certlife_notice_kind_name(certlife__notice_kind_of(line->topic, line->label)));
    if (line->label > 0)
        page_add(page, " %d", (int)line->label);
    page_add(page, " | %s%s%s |\n", user ? certlife_addressee_name(CERTLIFE_ADDRESSEE_USER) : "",
             user && master ? ", " : "", master ? certlife_addressee_name(CERTLIFE_ADDRESSEE_MASTER) : "");
}

static void print_calendar(struct page *page, const struct certlife_profile *profile)
{
    struct calendar calendar = {.profile = profile};
    gather(&calendar);
    qsort(calendar.lines, calendar.count, sizeof calendar.lines[0], by_due);
    page_add(page, "| falls due | kind | days before | to |\n|---|---|---|---|\n");
    for (size_t i = 0; i < calendar.count; i++)
        print_line(page, profile, &calendar.lines[i]);
}

static void print_chosen(struct page *page, const char *title, const char *text)
{
    certlife_profile *profile = NULL;
    if (certlife_profile_parse(text, &profile, NULL) != 0)
        abort();
    page_add(page, "\n## %s\n\n```ini\n%s```\n\n", title, text);
    print_calendar(page, profile);
    certlife_profile_free(profile);
}

static void print_kinds(struct page *page)
{
    page_add(page, "| kind | Japanese | English |\n|---|---|---|\n");
#define ROW(NAME, number, name, ja, en) page_add(page, "| %s | %s | %s |\n", name, ja, en);
    CERTLIFE_NOTICE_KINDS(ROW)
#undef ROW
}

void print_calendars(struct page *page)
{
    page_add(page,
             "What a profile makes fall due for one general user, who was authorised on 2026-03-20 10:00, obtained on "
             "2026-04-01 12:00 and does not renew. As if each had happened to another: a reissue on Monday 2026-05-11 "
             "20:00 and a revocation on Saturday 2026-06-13 10:00. All in the institution's time; the same notice to "
             "two is one line.\n\n");
    print_kinds(page);
    for (size_t p = 0; certlife__profile_at(p) != NULL; p++) {
        page_add(page, "\n## %s\n\n", certlife__profile_at(p)->name);
        print_calendar(page, certlife__profile_at(p));
    }
    print_chosen(page, "Every kind, on working days", every_kind);
    print_chosen(page, "A digest for the master user", digest);
}
