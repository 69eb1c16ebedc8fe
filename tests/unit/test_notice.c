/* SPDX-License-Identifier: Apache-2.0 */
/* Which notices the facts call for, and when: the pure rules against models that go minute by minute, or look at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/civil.h"
#include "rules/notice.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY SECONDS_PER_DAY
#define JAPAN (9 * 3600)
#define USER CERTLIFE_ADDRESSEE_USER
#define MASTER CERTLIFE_ADDRESSEE_MASTER
#define TO_USER (1 << USER)
#define TO_MASTER (1 << MASTER)

static struct certlife_profile profile_of(const char *name)
{
    certlife_profile *made = NULL;
    assert_int_equal(certlife_profile_new(name, &made, NULL), 0);
    struct certlife_profile profile = *made;
    certlife_profile_free(made);
    return profile;
}

static void set(struct certlife_profile *profile, const char *name, const char *text)
{
    int index = certlife__profile_value_index(name);
    if (index < 0 || !certlife__profile_value_set(profile, (size_t)index, text))
        fail_msg("%s = %s", name, text);
}

/* "2027-03-01 23:59:59" in Japan. */
static int64_t moment(const char *text)
{
    struct civil c = {0};
    if (sscanf(text, "%d-%d-%d %d:%d:%d", &c.year, &c.month, &c.day, &c.hour, &c.minute, &c.second) != 6)
        fail_msg("\"%s\" is not a moment", text);
    return certlife__civil_moment(c, JAPAN);
}

/* The same numbers in every run. */
static uint64_t drawn;
static int64_t draw(int64_t below)
{
    drawn = drawn * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((drawn >> 33) % (uint64_t)below);
}

/* ---- Sending hours (R-NOT-6) ---- */

static const char *const hours[] = {"any",         "09:00-17:00", "00:00-00:01", "23:59-24:00", "00:00-12:00",
                                    "12:00-24:00", "00:01-23:59", "08:30-08:31", "17:45-21:05"};
static const char *const days[] = {"every day", "Monday to Friday", "Monday to Saturday"};
static const char *const offsets[] = {"UTC+09:00", "UTC+00:00", "UTC-12:00", "UTC+14:00", "UTC+05:45", "UTC-00:30"};
/* UTC; two weeks from each: around 1970, a turn of the year, 29 February, 2038, the last days there are. */
static const int64_t weeks[] = {-4 * DAY, INT64_C(1798329600), INT64_C(1834963200), INT64_C(2146780800),
                                LAST_MOMENT + 1 - 14 * DAY};
#define MINUTES (14 * 1440)
#define MORE (4 * 1440) /* nothing waits longer than three days */

/* By the C library's calendar. */
static bool may_send(const struct certlife_profile *profile, int64_t at)
{
    time_t local = (time_t)(at + profile->utc_offset);
    struct tm tm;
    assert_non_null(gmtime_r(&local, &tm));
    int32_t second = tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec;
    bool on = profile->sending_days == 0x7f || (tm.tm_wday != 0 && (tm.tm_wday != 6 || profile->sending_days == 0x7e));
    return on && second >= profile->sending_hours.from && second < profile->sending_hours.until;
}

static void assert_sending(const struct certlife_profile *profile, int64_t at, int64_t wanted)
{
    int64_t is = certlife__notice_sending(profile, at);
    if (is != wanted)
        fail_msg("%lld is sent at %lld instead of %lld", (long long)at, (long long)is, (long long)wanted);
}

static void look_at_weeks(const struct certlife_profile *profile, int64_t start)
{
    static int64_t next[MINUTES + MORE + 1];
    next[MINUTES + MORE] = INT64_MAX;
    for (int i = MINUTES + MORE - 1; i >= 0; i--)
        next[i] = may_send(profile, start + i * 60) ? start + i * 60 : next[i + 1];
    for (int i = 0; i < MINUTES; i++) {
        int64_t at = start + i * 60;
        bool open = next[i] == at;
        assert_sending(profile, at, next[i]);
        assert_sending(profile, at + 1, open ? at + 1 : next[i]);
        assert_sending(profile, at + 59, open ? at + 59 : next[i]);
    }
}

static void test_r_not_6_sending_hours_minute_by_minute(void **state)
{
    struct certlife_profile profile = profile_of("webfb");
    (void)state;
    for (size_t h = 0; h < COUNT(hours); h++) {
        for (size_t d = 0; d < COUNT(days); d++) {
            for (size_t o = 0; o < COUNT(offsets); o++) {
                set(&profile, "sending hours", hours[h]);
                set(&profile, "sending days", days[d]);
                set(&profile, "time", offsets[o]);
                look_at_weeks(&profile, weeks[(h + d + o) % COUNT(weeks)]);
            }
        }
    }
}

static void test_r_not_6_the_end_of_the_hours_is_exclusive(void **state)
{
    struct certlife_profile profile = profile_of("webfb");
    (void)state;
    set(&profile, "sending days", "Monday to Friday");
    assert_sending(&profile, moment("2026-04-03 08:59:59"), moment("2026-04-03 09:00:00"));
    assert_sending(&profile, moment("2026-04-03 09:00:00"), moment("2026-04-03 09:00:00"));
    assert_sending(&profile, moment("2026-04-03 16:59:59"), moment("2026-04-03 16:59:59"));
    assert_sending(&profile, moment("2026-04-03 17:00:00"), moment("2026-04-06 09:00:00")); /* a Friday */
    set(&profile, "sending days", "Monday to Saturday");
    assert_sending(&profile, moment("2026-04-03 17:00:00"), moment("2026-04-04 09:00:00"));
    assert_sending(&profile, moment("2026-04-04 17:00:00"), moment("2026-04-06 09:00:00"));
    set(&profile, "sending days", "every day");
    assert_sending(&profile, moment("2026-04-04 17:00:00"), moment("2026-04-05 09:00:00"));
}

/* ---- Thresholds, next, latest ---- */

/* By the C library's calendar: the sending hours of the day that lies so many days before. */
static int64_t due_of(const struct certlife_profile *profile, int64_t deadline, int32_t before)
{
    time_t local = (time_t)(deadline + profile->utc_offset);
    struct tm tm;
    assert_non_null(gmtime_r(&local, &tm));
    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    tm.tm_mday -= before;
    return certlife__notice_sending(profile, (int64_t)timegm(&tm) - profile->utc_offset);
}

static bool is_called_for(const struct certlife_profile *profile, const struct course *course, int32_t before)
{
    int64_t due = due_of(profile, course->deadline, before);
    return due >= course->since && due <= course->deadline;
}

/* The largest label below `said`, looked for among all. */
static bool model_next(const struct certlife_profile *profile, const struct course *course, notice_label said,
                       int64_t now, struct planned *out)
{
    int32_t best = 0;
    for (int32_t i = 0; i < course->days->count; i++) {
        int32_t label = course->days->days[i];
        if (label < said && label > best && is_called_for(profile, course, label) && now <= course->deadline)
            best = label;
    }
    if (best > 0)
        *out = (struct planned){best, due_of(profile, course->deadline, best)};
    else if (said > 0 && course->final != NEVER)
        *out = (struct planned){0, certlife__notice_sending(profile, course->final)};
    else
        return false;
    return true;
}

/* The smallest label not above `next` that is due. */
static bool model_latest(const struct certlife_profile *profile, const struct course *course, notice_label next,
                         int64_t now, struct planned *out)
{
    notice_label best = -1;
    if (course->final != NEVER && certlife__notice_sending(profile, course->final) <= now) {
        *out = (struct planned){0, certlife__notice_sending(profile, course->final)};
        return true;
    }
    for (int32_t i = 0; i < course->days->count; i++) {
        int32_t label = course->days->days[i];
        bool due = now <= course->deadline && is_called_for(profile, course, label) &&
                   due_of(profile, course->deadline, label) <= now;
        if (label <= next && due && (best < 0 || label < best))
            best = label;
    }
    if (best < 0)
        return false;
    *out = (struct planned){best, due_of(profile, course->deadline, (int32_t)best)};
    return true;
}

static const char *const deadlines[] = {
    "2027-04-01 23:59:59", "2028-02-29 23:59:59", "2028-03-01 23:59:59", "2027-03-01 00:00:00", "2027-01-01 12:34:55",
    "2038-01-19 12:14:08", "2049-12-31 23:59:59", "2050-01-01 23:59:59", "9999-12-31 08:59:59", "2100-03-01 23:59:59",
};

struct drawn_course {
    struct certlife_profile profile;
    struct days_list list;
    struct course course;
};

static void draw_course(struct drawn_course *out)
{
    *out = (struct drawn_course){.profile = profile_of("webfb")};
    set(&out->profile, "sending hours", hours[draw(COUNT(hours))]);
    set(&out->profile, "sending days", days[draw(COUNT(days))]);
    set(&out->profile, "time", offsets[draw(COUNT(offsets))]);
    int32_t most = draw(2) == 0 ? 365 : 12;
    for (int32_t wanted = (int32_t)draw(PROFILE_EMAILS_MAX + 1); out->list.count < wanted && most > 0;) {
        most -= (int32_t)draw(most < 60 ? 3 : 60);
        if (most > 0)
            out->list.days[out->list.count++] = most--;
    }
    int64_t deadline = moment(deadlines[draw(COUNT(deadlines))]);
    int64_t before = draw(3) == 0 ? draw(40) : draw(400);
    out->course = (struct course){&out->list, deadline - before * DAY - draw(DAY), deadline, NEVER, false};
    if (out->list.count > 0 && draw(4) == 0) /* begun at the very second, or one later */
        out->course.since = due_of(&out->profile, deadline, out->list.days[draw(out->list.count)]) + draw(2);
    if (draw(2) == 0)
        out->course.final = deadline + 1;
}

#define DRAWN 4000

static void assert_same(bool is, bool wanted, struct planned a, struct planned b)
{
    if (is != wanted || (is && (a.label != b.label || a.due != b.due)))
        fail_msg("%d %lld at %lld instead of %d %lld at %lld", is, (long long)a.label, (long long)a.due, wanted,
                 (long long)b.label, (long long)b.due);
}

static int64_t draw_moment(const struct course *course)
{
    return course->since + draw(course->deadline - course->since + 5 * DAY);
}

static void test_r_not_2_next_and_latest_as_the_model_has_them(void **state)
{
    (void)state;
    drawn = 1;
    for (int n = 0; n < DRAWN; n++) {
        struct drawn_course d;
        draw_course(&d);
        for (notice_label said = -1; said <= 367; said += 1 + draw(9)) {
            struct planned is = {0}, wanted = {0};
            int64_t now = draw_moment(&d.course);
            bool any = certlife__notice_next(&d.profile, &d.course, said, now, &is);
            assert_same(any, model_next(&d.profile, &d.course, said, now, &wanted), is, wanted);
            any = certlife__notice_latest(&d.profile, &d.course, said, now, &is);
            assert_same(any, model_latest(&d.profile, &d.course, said, now, &wanted), is, wanted);
        }
    }
}

static void test_r_all_16_what_is_planned_lies_between_issue_and_deadline(void **state)
{
    size_t planned = 0;
    (void)state;
    drawn = 2;
    for (int n = 0; n < DRAWN; n++) {
        struct drawn_course d;
        struct planned next = {NOTHING_SAID, 0}, latest;
        draw_course(&d);
        notice_label said = NOTHING_SAID;
        int64_t due = INT64_MIN;
        while (certlife__notice_next(&d.profile, &d.course, said, d.course.since, &next)) {
            assert_true(next.label < said && next.label >= 0);
            assert_true(next.due >= due && next.due >= d.course.since);
            assert_true(next.label > 0 ? next.due <= d.course.deadline : next.due > d.course.deadline);
            assert_int_equal(certlife__notice_sending(&d.profile, next.due), next.due);
            /* It is due then, not a second earlier; or one with the same moment that is nearer the deadline is. */
            assert_true(certlife__notice_latest(&d.profile, &d.course, next.label, next.due, &latest));
            assert_true(latest.due == next.due && latest.label <= next.label);
            assert_true(!certlife__notice_latest(&d.profile, &d.course, next.label, next.due - 1, &latest));
            said = next.label;
            due = next.due;
            planned++;
        }
        assert_false(certlife__notice_next(&d.profile, &d.course, 0, d.course.since, &next));
    }
    assert_true(planned > DRAWN);
}

/* A worker that comes at odd moments: whatever it says lies below what it said before, so nothing is said twice. */
static void test_r_not_5_from_issue_to_expiry_each_at_most_once(void **state)
{
    (void)state;
    drawn = 3;
    for (int n = 0; n < DRAWN; n++) {
        struct drawn_course d;
        struct planned next, told;
        notice_label said = NOTHING_SAID;
        draw_course(&d);
        for (int64_t now = d.course.since; now < d.course.deadline + 9 * DAY;
             now += 1 + draw(draw(2) == 0 ? DAY : 90 * DAY)) {
            if (!certlife__notice_next(&d.profile, &d.course, said, now, &next) || next.due > now)
                continue;
            if (!certlife__notice_latest(&d.profile, &d.course, next.label, now, &told))
                continue;
            assert_true(told.label < said && told.due <= now);
            assert_true(now <= d.course.deadline || told.label == 0);
            assert_true(told.label > 0 || d.course.final != NEVER);
            said = told.label;
        }
        if (d.course.final != NEVER) { /* is the last that is said, and is said */
            int64_t late = d.course.deadline + 9 * DAY;
            bool left = certlife__notice_next(&d.profile, &d.course, said, late, &next);
            assert_int_equal(left, said != 0);
            assert_true(!left || (next.label == 0 && next.due <= late));
        }
    }
}

static void test_r_all_16_to_the_second_of_issue(void **state)
{
    struct certlife_profile webfb = profile_of("webfb");
    struct course course = {&webfb.email_days, 0, moment("2027-04-01 23:59:59"), NEVER, false};
    struct planned next;
    (void)state;
    course.since = moment("2027-03-02 09:00:00");
    assert_true(certlife__notice_next(&webfb, &course, NOTHING_SAID, course.since, &next));
    assert_true(next.label == 30 && next.due == course.since);
    course.since++;
    assert_true(certlife__notice_next(&webfb, &course, NOTHING_SAID, course.since, &next));
    assert_true(next.label == 10 && next.due == moment("2027-03-22 09:00:00"));
    course.since = moment("2027-03-22 09:00:01");
    assert_false(certlife__notice_next(&webfb, &course, NOTHING_SAID, course.since, &next));
    /* On the last day there are sending hours; but not where the last moment is earlier. */
    set(&webfb, "e-mail", "1");
    set(&webfb, "sending days", "Monday to Friday");
    course = (struct course){&webfb.email_days, 0, moment("2027-04-05 23:59:59"), NEVER, false}; /* a Monday */
    assert_true(certlife__notice_next(&webfb, &course, NOTHING_SAID, course.since, &next));
    assert_int_equal(next.due, moment("2027-04-05 09:00:00"));
    course.deadline = moment("2027-04-05 09:00:00");
    assert_true(certlife__notice_next(&webfb, &course, NOTHING_SAID, course.since, &next));
    course.deadline--;
    assert_false(certlife__notice_next(&webfb, &course, NOTHING_SAID, course.since, &next));
}

/* ---- Courses: every user there can be, against what is written down of them ---- */

#define NOW moment("2027-03-15 12:00:00")

struct so { /* what is so */
    enum { CURRENT_NONE, CURRENT_USABLE, CURRENT_EXPIRED, CURRENT_REVOKED, CURRENT_KINDS } current;
    enum { BESIDE_NONE, BESIDE_USABLE, BESIDE_EXPIRED, BESIDE_KINDS } beside;
    enum { AUTHORISED_NOT, AUTHORISED_OPEN, AUTHORISED_LAPSED, AUTHORISED_KINDS } authorised;
    enum { LIVES, ISSUING, SUSPENDED, CONTRACT_SUSPENDED, DELETED, CONTRACT_CLOSED, TURNS } turn;
    certlife_role role;
};

static struct contract contract_of(const struct so *so)
{
    return (struct contract){.id = "0010000001",
                             .master = "keir001",
                             .suspended = so->turn == CONTRACT_SUSPENDED,
                             .closed_at = so->turn == CONTRACT_CLOSED ? NOW : 0};
}

static struct user user_of(const struct so *so)
{
    struct user user = {.contract = "0010000001", .id = "keir002", .role = so->role};
    if (so->current != CURRENT_NONE) {
        user.current = (struct certificate){.serial = {1, {1}},
                                            .issued_at = moment("2026-04-01 12:00:00"),
                                            .not_after = moment("2027-04-01 23:59:59"),
                                            .confirmed_at = moment("2026-04-01 13:00:00")};
        if (so->current == CURRENT_EXPIRED)
            user.current.not_after = NOW - 1;
        if (so->current == CURRENT_REVOKED)
            user.current.revoked_at = NOW;
    }
    if (so->beside != BESIDE_NONE)
        user.unconfirmed = (struct certificate){.serial = {1, {2}},
                                                .issued_at = moment("2027-03-10 12:00:00"),
                                                .not_after = so->beside == BESIDE_USABLE ? NOW + 300 * DAY : NOW - 1};
    if (so->authorised != AUTHORISED_NOT) {
        user.authorised_at = moment("2027-02-01 12:00:00");
        user.obtain_by = so->authorised == AUTHORISED_OPEN ? NOW : NOW - 1;
    }
    user.suspended = so->turn == SUSPENDED;
    user.deleted_at = so->turn == DELETED ? NOW : 0;
    user.issuing.act = so->turn == ISSUING ? CERTLIFE_ACT_OBTAIN : 0;
    return user;
}

static void for_each_so(void (*visit)(const struct so *so, const struct certlife_profile *profile, void *payload),
                        const struct certlife_profile *profile, void *payload)
{
    for (int i = 0; i < CURRENT_KINDS * BESIDE_KINDS * AUTHORISED_KINDS * TURNS * 2; i++) {
        struct so so = {.current = (unsigned)i % CURRENT_KINDS,
                        .beside = (unsigned)i / CURRENT_KINDS % BESIDE_KINDS,
                        .authorised = (unsigned)i / CURRENT_KINDS / BESIDE_KINDS % AUTHORISED_KINDS,
                        .turn = (unsigned)i / CURRENT_KINDS / BESIDE_KINDS / AUTHORISED_KINDS % TURNS,
                        .role = i % 2 == 0 ? CERTLIFE_ROLE_GENERAL : CERTLIFE_ROLE_MASTER};
        so.role =
            i >= CURRENT_KINDS * BESIDE_KINDS * AUTHORISED_KINDS * TURNS ? CERTLIFE_ROLE_MASTER : CERTLIFE_ROLE_GENERAL;
        visit(&so, profile, payload);
    }
}

/* Does a value that names addressees reach this one? A master user's own go to them as the user, once. */
static bool reaches(int32_t value, const struct so *so, certlife_addressee addressee)
{
    if (so->role == CERTLIFE_ROLE_MASTER)
        return addressee == USER && value != 0;
    return (value & 1 << addressee) != 0;
}

static bool is_suspended(const struct so *so)
{
    return so->turn == SUSPENDED || so->turn == CONTRACT_SUSPENDED;
}

static bool is_gone(const struct so *so)
{
    return so->turn == DELETED || so->turn == CONTRACT_CLOSED;
}

static void assert_certificate_course(const struct so *so, const struct certlife_profile *profile, bool beside,
                                      certlife_addressee addressee)
{
    const struct contract contract = contract_of(so);
    const struct user user = user_of(so);
    const struct certificate *certificate = beside ? &user.unconfirmed : &user.current;
    struct course course;
    struct chain chain = certlife__chain_of(&user, TOPIC_CERTIFICATE, addressee, &certificate->serial);
    bool is = certlife__notice_course(profile, &contract, &user, &chain, 7, NOW, &course);

    bool there = certificate->serial.len > 0 && certificate->revoked_at == 0;
    bool expired = certificate->not_after < NOW;
    /* The renewed one takes the place of one that does not work any more; a usable one beside it keeps it. */
    bool current_works = so->current == CURRENT_USABLE;
    bool counts = beside ? !current_works : so->beside == BESIDE_NONE || current_works;
    bool after = reaches(profile->expired_notice, so, addressee);
    bool wanted = there && !is_gone(so) && so->authorised == AUTHORISED_NOT && (!expired || (counts && after));
    if (is != wanted)
        fail_msg("current %d, beside %d, authorised %d, turn %d, role %d, to %d, %s: %d", so->current, so->beside,
                 so->authorised, so->turn, so->role, addressee, beside ? "the one beside" : "the current one", is);
    if (!is)
        return;
    bool to_digest = profile->digest && (profile->email_to & TO_MASTER) != 0 && addressee == MASTER;
    bool before = reaches(profile->email_to, so, addressee) && !to_digest && !is_suspended(so);
    assert_int_equal(course.days->count, before ? profile->email_days.count : 0);
    assert_true(course.final == (after && !is_suspended(so) ? certificate->not_after + 1 : NEVER));
    if (is_suspended(so))
        return;
    assert_int_equal(course.since, certificate->issued_at);
    assert_int_equal(course.deadline, certificate->not_after);
}

static void assert_other_courses(const struct so *so, const struct certlife_profile *profile,
                                 certlife_addressee addressee)
{
    const struct contract contract = contract_of(so);
    const struct user user = user_of(so);
    const int64_t since = NOW - 3600;
    struct serial authorisation = certlife__notice_moment_name(moment("2027-02-01 12:00:00"));
    struct serial another = certlife__notice_moment_name(moment("2027-02-01 12:00:01"));
    struct serial stranger = {1, {9}};
    bool open = so->authorised == AUTHORISED_OPEN && !is_gone(so);
    const struct {
        enum notice_topic topic;
        const struct serial *about;
        bool alive;
    } events[] = {
        {TOPIC_ISSUED, &user.current.serial,
         so->current == CURRENT_USABLE && !is_gone(so) && reaches(profile->issued_notice, so, addressee)},
        {TOPIC_ISSUED, &user.unconfirmed.serial,
         so->beside == BESIDE_USABLE && !is_gone(so) && reaches(profile->issued_notice, so, addressee)},
        {TOPIC_ISSUED, &stranger, false},
        {TOPIC_REISSUED, &authorisation, open && reaches(profile->reissued_notice, so, addressee)},
        {TOPIC_REISSUED, &another, false},
        {TOPIC_REVOKED, &user.current.serial, !is_gone(so) && reaches(profile->revoked_notice, so, addressee)},
        {TOPIC_REVOKED, &stranger, !is_gone(so) && reaches(profile->revoked_notice, so, addressee)},
        {TOPIC_CERTIFICATE, &stranger, false},
        {TOPIC_AUTHORISATION, &another, false},
    };
    struct course course;
    for (size_t i = 0; i < COUNT(events); i++) {
        struct chain chain = certlife__chain_of(&user, events[i].topic, addressee, events[i].about);
        bool is = certlife__notice_course(profile, &contract, &user, &chain, since, NOW, &course);
        if (is != events[i].alive)
            fail_msg("case %zu: current %d, beside %d, authorised %d, turn %d, role %d, to %d: %d", i, so->current,
                     so->beside, so->authorised, so->turn, so->role, addressee, is);
        assert_true(!is || (course.days->count == 0 && course.since == since));
        assert_true(!is || course.final == (is_suspended(so) ? NEVER : since));
    }
    struct chain chain = certlife__chain_of(&user, TOPIC_AUTHORISATION, addressee, &authorisation);
    bool is = certlife__notice_course(profile, &contract, &user, &chain, since, NOW, &course);
    assert_int_equal(is, open);
    bool tells = is && reaches(profile->email_to, so, addressee) && so->turn != ISSUING && !is_suspended(so);
    assert_int_equal(is ? course.days->count : 0, tells ? profile->obtain_by_notice_days.count : 0);
    if (tells)
        assert_true(course.since == user.authorised_at && course.deadline == user.obtain_by && course.final == NEVER);
}

/* What is wanted of a user is: their certificates' and their authorisation's chains that are alive; and no chain twice. */
static void assert_wanted(const struct so *so, const struct certlife_profile *profile)
{
    const struct contract contract = contract_of(so);
    const struct user user = user_of(so);
    struct serial authorisation = certlife__notice_moment_name(user.authorised_at);
    const struct serial *about[] = {&user.current.serial, &user.unconfirmed.serial, &authorisation};
    struct chain wanted[WANTED_MAX];
    int64_t since[WANTED_MAX];
    size_t count = certlife__notice_wanted(profile, &contract, &user, NOW, wanted, since), found = 0;
    for (certlife_addressee a = USER; a <= MASTER; a++) {
        for (size_t i = 0; i < COUNT(about); i++) {
            enum notice_topic topic = i < 2 ? TOPIC_CERTIFICATE : TOPIC_AUTHORISATION;
            struct chain chain = certlife__chain_of(&user, topic, a, about[i]);
            struct course course;
            bool goes = (certlife__notice_addressees(profile, &user, topic) >> a & 1) != 0;
            size_t times = 0;
            for (size_t w = 0; w < count; w++)
                times +=
                    wanted[w].topic == topic && wanted[w].addressee == a && serial_equal(&wanted[w].about, about[i]);
            bool alive = about[i]->len > 0 && (i < 2 || user.authorised_at != 0) &&
                         certlife__notice_course(profile, &contract, &user, &chain, 0, NOW, &course);
            assert_int_equal(times, alive && goes);
            found += times;
        }
    }
    assert_int_equal(found, count);
}

static void look_at_courses(const struct so *so, const struct certlife_profile *profile, void *payload)
{
    size_t *seen = payload;
    for (certlife_addressee a = USER; a <= MASTER; a++) {
        assert_certificate_course(so, profile, false, a);
        assert_certificate_course(so, profile, true, a);
        assert_other_courses(so, profile, a);
    }
    assert_wanted(so, profile);
    ++*seen;
}

static const char *const addressees[] = {"none", "user", "master", "user, master"};

static void test_r_not_4_what_the_facts_call_for(void **state)
{
    size_t seen = 0;
    (void)state;
    for (size_t e = 1; e < COUNT(addressees); e++) {
        for (size_t o = 0; o < COUNT(addressees); o++) {
            for (int digest = 0; digest < 2; digest++) {
                struct certlife_profile profile = profile_of("webfb");
                set(&profile, "e-mail to", addressees[e]);
                set(&profile, "digest", digest != 0 ? "yes" : "no");
                set(&profile, "obtain-by notice", "14, 3");
                set(&profile, "expired notice", addressees[o]);
                set(&profile, "issued notice", addressees[(o + 1) % 4]);
                set(&profile, "reissued notice", addressees[(o + 2) % 4]);
                set(&profile, "revoked notice", addressees[(o + 3) % 4]);
                for_each_so(look_at_courses, &profile, &seen);
            }
        }
    }
    assert_int_equal(seen, 3 * 4 * 2 * CURRENT_KINDS * BESIDE_KINDS * AUTHORISED_KINDS * TURNS * 2);
}

static void nothing_is_said_of_an_authorisation_without_a_limit(void **state)
{
    struct certlife_profile profile = profile_of("webfb");
    struct so so = {.authorised = AUTHORISED_OPEN, .role = CERTLIFE_ROLE_GENERAL};
    struct contract contract = contract_of(&so);
    struct user user = user_of(&so);
    struct course course;
    (void)state;
    set(&profile, "obtain-by notice", "14");
    user.obtain_by = NO_LIMIT;
    struct serial name = certlife__notice_moment_name(user.authorised_at);
    struct chain chain = certlife__chain_of(&user, TOPIC_AUTHORISATION, USER, &name);
    assert_false(certlife__notice_course(&profile, &contract, &user, &chain, 0, NOW, &course));
    set(&profile, "reissued notice", "user");
    chain.topic = TOPIC_REISSUED;
    assert_true(certlife__notice_course(&profile, &contract, &user, &chain, 0, NOW, &course));
}

/* ---- Addressees, kinds, delays, names ---- */

static void test_r_not_7_to_whom(void **state)
{
    static const int32_t values[] = {0, TO_USER, TO_MASTER, TO_USER | TO_MASTER};
    (void)state;
    for (size_t e = 1; e < COUNT(values); e++) {
        for (size_t o = 0; o < COUNT(values); o++) {
            struct certlife_profile p = profile_of("webfb");
            p.email_to = values[e];
            p.expired_notice = values[o];
            p.issued_notice = values[(o + 1) % 4];
            p.reissued_notice = values[(o + 2) % 4];
            p.revoked_notice = values[(o + 3) % 4];
            const int32_t of_topic[] = {
                [TOPIC_CERTIFICATE] = p.email_to | p.expired_notice,
                [TOPIC_AUTHORISATION] = p.email_to,
                [TOPIC_ISSUED] = p.issued_notice,
                [TOPIC_REISSUED] = p.reissued_notice,
                [TOPIC_REVOKED] = p.revoked_notice,
            };
            struct user general = {.role = CERTLIFE_ROLE_GENERAL}, master = {.role = CERTLIFE_ROLE_MASTER};
            for (enum notice_topic t = TOPIC_CERTIFICATE; t <= TOPIC_REVOKED; t++) {
                assert_int_equal(certlife__notice_addressees(&p, &general, t), of_topic[t]);
                assert_int_equal(certlife__notice_addressees(&p, &master, t), of_topic[t] != 0 ? TO_USER : 0);
            }
            assert_int_equal(certlife__notice_addressees(&p, &master, TOPIC_DIGEST), TO_MASTER);
            p.digest = true;
            assert_int_equal(certlife__notice_digests(&p), (values[e] & TO_MASTER) != 0);
            p.digest = false;
            assert_false(certlife__notice_digests(&p));
        }
    }
}

static void kinds_of_topics_and_labels(void **state)
{
    static const struct {
        enum notice_topic topic;
        notice_label label;
        certlife_notice_kind kind;
    } kinds[] = {
        {TOPIC_CERTIFICATE, 365, CERTLIFE_NOTICE_EXPIRY},
        {TOPIC_CERTIFICATE, 1, CERTLIFE_NOTICE_EXPIRY},
        {TOPIC_CERTIFICATE, 0, CERTLIFE_NOTICE_EXPIRED},
        {TOPIC_AUTHORISATION, 3, CERTLIFE_NOTICE_OBTAIN_BY},
        {TOPIC_ISSUED, 0, CERTLIFE_NOTICE_ISSUED},
        {TOPIC_REISSUED, 0, CERTLIFE_NOTICE_REISSUED},
        {TOPIC_REVOKED, 0, CERTLIFE_NOTICE_REVOKED},
        {TOPIC_DIGEST, -1, CERTLIFE_NOTICE_DIGEST},
        {TOPIC_DIGEST, INT64_MIN + 1, CERTLIFE_NOTICE_DIGEST},
        {(enum notice_topic)0, 1, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++)
        assert_int_equal(certlife__notice_kind_of(kinds[i].topic, kinds[i].label), kinds[i].kind);
}

static void delays_double_up_to_a_day(void **state)
{
    static const int64_t first[] = {300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 76800, 86400, 86400};
    (void)state;
    for (size_t i = 0; i < COUNT(first); i++)
        assert_int_equal(certlife__notice_delay((int32_t)i + 1), first[i]);
    for (int32_t attempts = 12; attempts <= 100; attempts++)
        assert_int_equal(certlife__notice_delay(attempts), 86400);
    assert_int_equal(certlife__notice_delay(INT32_MAX), 86400);
    assert_int_equal(certlife__notice_delay(0), 300);
}

static void names_of_moments_differ_and_sort(void **state)
{
    static const int64_t moments[] = {1, 255, 256, 86400, INT64_C(1775012400), INT64_C(4294967296), LAST_MOMENT};
    (void)state;
    for (size_t i = 0; i < COUNT(moments); i++) {
        struct serial a = certlife__notice_moment_name(moments[i]);
        assert_int_equal(a.len, 8);
        for (size_t j = 0; j < i; j++) {
            struct serial b = certlife__notice_moment_name(moments[j]);
            assert_true(memcmp(b.octets, a.octets, 8) < 0);
        }
    }
}

/* Planning anew begins where one of these has changed, and only there (R-ALL-17). */
static void test_r_all_17_what_plans_are_made_by(void **state)
{
    static const struct {
        const char *name, *text;
        bool planned_by;
    } changes[] = {
        {"e-mail", "31, 10", true},
        {"e-mail to", "master", true},
        {"digest", "yes", true},
        {"obtain-by notice", "3", true},
        {"expired notice", "user", true},
        {"issued notice", "user", true},
        {"reissued notice", "user", true},
        {"revoked notice", "user", true},
        {"sending hours", "09:00-17:01", true},
        {"sending days", "Monday to Saturday", true},
        {"time", "UTC+08:00", true},
        {"notice attempts", "3", false},
        {"notice language", "en", false},
        {"renewal opens", "40", false},
        {"screen notice", "20", false},
        {"users", "99", false},
        {"renewal closes", "09:00", false},
    };
    struct certlife_profile webfb = profile_of("webfb"), longest = webfb;
    char before[NOTICE_VALUES_MAX], after[NOTICE_VALUES_MAX];
    (void)state;
    certlife__notice_values_print(&webfb, before);
    for (size_t i = 0; i < COUNT(changes); i++) {
        struct certlife_profile other = webfb;
        set(&other, changes[i].name, changes[i].text);
        certlife__notice_values_print(&other, after);
        if ((strcmp(before, after) != 0) != changes[i].planned_by)
            fail_msg("%s = %s: %s", changes[i].name, changes[i].text, after);
    }
    set(&longest, "e-mail", "365, 364, 363, 362, 361, 360, 359, 358");
    set(&longest, "obtain-by notice", "365, 364, 363, 362, 361, 360, 359, 358");
    set(&longest, "e-mail to", "user, master");
    set(&longest, "expired notice", "user, master");
    set(&longest, "issued notice", "user, master");
    set(&longest, "reissued notice", "user, master");
    set(&longest, "revoked notice", "user, master");
    set(&longest, "sending days", "Monday to Saturday");
    certlife__notice_values_print(&longest, after);
    assert_non_null(strstr(after, "e-mail = 365, 364, 363, 362, 361, 360, 359, 358\n"));
    assert_non_null(strstr(after, "\ntime = UTC+09:00\n"));
    assert_true(strlen(after) < NOTICE_VALUES_MAX / 2);
}

/* ---- Digests ---- */

static void look_at_digests(const struct so *so, const struct certlife_profile *profile, void *payload)
{
    const struct contract contract = contract_of(so);
    const struct user user = user_of(so);
    const struct certificate *both[] = {&user.current, &user.unconfirmed};
    bool counts =
        so->role == CERTLIFE_ROLE_GENERAL && !is_gone(so) && !is_suspended(so) && so->authorised == AUTHORISED_NOT;
    size_t *in_one = payload;
    for (int n = 0; n < 12; n++) {
        notice_label said = n == 0 ? NOTHING_SAID : -(NOW - 40 * DAY + draw(80 * DAY));
        if (n == 1 && profile->email_days.count > 0) /* the very one that comes next */
            said = -due_of(profile, moment("2027-04-01 23:59:59"), profile->email_days.days[0]);
        struct digested is;
        int64_t latest = 0, next = NEVER;
        const struct certificate *of = NULL;
        for (size_t c = 0; counts && c < 2; c++) {
            struct course course = {&profile->email_days, both[c]->issued_at, both[c]->not_after, NEVER, false};
            for (int32_t i = 0; certificate_usable(both[c], NOW) && i < profile->email_days.count; i++) {
                int32_t before = profile->email_days.days[i];
                int64_t due = due_of(profile, both[c]->not_after, before);
                if (!is_called_for(profile, &course, before))
                    continue;
                if (due <= NOW && due > latest) {
                    latest = due;
                    of = both[c];
                }
                if (due < next && (n == 0 || due > -said))
                    next = due;
            }
        }
        bool any = certlife__notice_digested(profile, &contract, &user, said, NOW, &is);
        assert_int_equal(any, of != NULL);
        assert_true(is.latest == latest && is.next == next && is.certificate == of);
        *in_one += any;
    }
}

static void test_r_not_7_who_is_in_a_digest(void **state)
{
    static const char *const lists[] = {"30, 10", "45, 40, 30, 14, 10, 7", "17", "18, 17, 16", "none", "365, 300"};
    size_t in_one = 0;
    (void)state;
    drawn = 4;
    for (size_t l = 0; l < COUNT(lists); l++) {
        for (size_t d = 0; d < COUNT(days); d++) {
            struct certlife_profile profile = profile_of("webfb");
            set(&profile, "e-mail", lists[l]);
            set(&profile, "e-mail to", "master");
            set(&profile, "digest", "yes");
            set(&profile, "sending days", days[d]);
            for_each_so(look_at_digests, &profile, &in_one);
        }
    }
    assert_true(in_one > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_not_6_sending_hours_minute_by_minute),
        cmocka_unit_test(test_r_not_6_the_end_of_the_hours_is_exclusive),
        cmocka_unit_test(test_r_not_2_next_and_latest_as_the_model_has_them),
        cmocka_unit_test(test_r_all_16_what_is_planned_lies_between_issue_and_deadline),
        cmocka_unit_test(test_r_not_5_from_issue_to_expiry_each_at_most_once),
        cmocka_unit_test(test_r_all_16_to_the_second_of_issue),
        cmocka_unit_test(test_r_not_4_what_the_facts_call_for),
        cmocka_unit_test(nothing_is_said_of_an_authorisation_without_a_limit),
        cmocka_unit_test(test_r_not_7_to_whom),
        cmocka_unit_test(kinds_of_topics_and_labels),
        cmocka_unit_test(delays_double_up_to_a_day),
        cmocka_unit_test(names_of_moments_differ_and_sort),
        cmocka_unit_test(test_r_all_17_what_plans_are_made_by),
        cmocka_unit_test(test_r_not_7_who_is_in_a_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
