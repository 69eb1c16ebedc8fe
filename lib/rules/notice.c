/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/notice.h"

#include <stdio.h>

#include "base/civil.h"

#define TO(addressee) (UINT32_C(1) << (addressee))

static const struct days_list no_days = {0, {0}};

/* Sending hours (R-NOT-6). */

static bool sends_on(const struct certlife_profile *profile, int64_t day)
{
    int64_t weekday = ((day + 4) % 7 + 7) % 7; /* day 0, 1970-01-01, was a Thursday; there are days before it */
    return (profile->sending_days >> weekday & 1) != 0;
}

int64_t certlife__notice_sending(const struct certlife_profile *profile, int64_t moment)
{
    int64_t day = certlife__day_of(moment, profile->utc_offset);
    int64_t second = moment - certlife__day_start(day, profile->utc_offset);
    if (sends_on(profile, day) && second < profile->sending_hours.from)
        return moment - second + profile->sending_hours.from;
    if (sends_on(profile, day) && second < profile->sending_hours.until)
        return moment;
    do
        day++;
    while (!sends_on(profile, day));
    return certlife__day_start(day, profile->utc_offset) + profile->sending_hours.from;
}

/* Labels of a course. */

static int64_t due_before(const struct certlife_profile *profile, int64_t deadline, int32_t days)
{
    int64_t day = certlife__day_of(deadline, profile->utc_offset) - days;
    return certlife__notice_sending(profile, certlife__day_start(day, profile->utc_offset));
}

/* When a threshold falls due; NEVER if it was past when it all began, or would come too late (R-ALL-16). */
static int64_t threshold(const struct certlife_profile *profile, const struct course *course, int32_t days)
{
    int64_t due = due_before(profile, course->deadline, days);
    return due >= course->since && due <= course->deadline ? due : NEVER;
}

static bool final_of(const struct certlife_profile *profile, const struct course *course, struct planned *out)
{
    if (course->final == NEVER)
        return false;
    *out = (struct planned){0, certlife__notice_sending(profile, course->final)};
    return true;
}

bool certlife__notice_next(const struct certlife_profile *profile, const struct course *course, notice_label said,
                           int64_t now, struct planned *out)
{
    for (int32_t i = 0; now <= course->deadline && i < course->days->count; i++) {
        int64_t due = threshold(profile, course, course->days->days[i]);
        if (course->days->days[i] < said && due != NEVER) {
            *out = (struct planned){course->days->days[i], due};
            return true;
        }
    }
    return said > 0 && final_of(profile, course, out);
}

bool certlife__notice_latest(const struct certlife_profile *profile, const struct course *course, notice_label next,
                             int64_t now, struct planned *out)
{
    struct planned final;
    if (final_of(profile, course, &final) && final.due <= now) {
        *out = final;
        return true;
    }
    for (int32_t i = course->days->count; now <= course->deadline && i > 0; i--) {
        int32_t days = course->days->days[i - 1];
        int64_t due = threshold(profile, course, days);
        if (days <= next && due <= now) {
            *out = (struct planned){days, due};
            return true;
        }
    }
    return false;
}

/* Who and what. */

uint32_t certlife__notice_addressees(const struct certlife_profile *profile, const struct user *user,
                                     enum notice_topic topic)
{
    uint32_t to = 0;
    switch (topic) {
    case TOPIC_CERTIFICATE:
        to = (uint32_t)(profile->email_to | profile->expired_notice);
        break;
    case TOPIC_AUTHORISATION:
        to = (uint32_t)profile->email_to;
        break;
    case TOPIC_ISSUED:
        to = (uint32_t)profile->issued_notice;
        break;
    case TOPIC_REISSUED:
        to = (uint32_t)profile->reissued_notice;
        break;
    case TOPIC_REVOKED:
        to = (uint32_t)profile->revoked_notice;
        break;
    case TOPIC_DIGEST:
        return TO(CERTLIFE_ADDRESSEE_MASTER);
    }
    /* The master user's own come once. */
    return user->role == CERTLIFE_ROLE_MASTER && to != 0 ? TO(CERTLIFE_ADDRESSEE_USER) : to;
}

static bool goes_to(int32_t value, const struct user *user, certlife_addressee addressee)
{
    if (user->role == CERTLIFE_ROLE_MASTER)
        return value != 0 && addressee == CERTLIFE_ADDRESSEE_USER;
    return ((uint32_t)value & TO(addressee)) != 0;
}

static const struct certificate *certificate_named(const struct user *user, const struct serial *serial)
{
    if (certificate_exists(&user->current) && serial_equal(&user->current.serial, serial))
        return &user->current;
    if (certificate_exists(&user->unconfirmed) && serial_equal(&user->unconfirmed.serial, serial))
        return &user->unconfirmed;
    return NULL;
}

/* One that has expired counts only where it is the one that stands: a renewed one beside it takes its place (R-ALL-6). */
static bool counts(const struct user *user, const struct certificate *certificate, int64_t now)
{
    if (certificate == NULL || certificate->revoked_at != 0 || certificate->replaced_at != 0)
        return false;
    bool beside = certificate_exists(&user->unconfirmed);
    bool stands = beside && !certificate_usable(&user->current, now) ? certificate == &user->unconfirmed
                                                                     : certificate == &user->current;
    return now <= certificate->not_after || stands;
}

static bool course_of_certificate(const struct certlife_profile *profile, const struct user *user,
                                  const struct chain *chain, int64_t now, struct course *out)
{
    const struct certificate *certificate = certificate_named(user, &chain->about);
    bool digested = certlife__notice_digests(profile) && chain->addressee == CERTLIFE_ADDRESSEE_MASTER;
    /* An authorisation beside a certificate is a reissue, which withdraws the notices of the old one (R-NOT-4). */
    if (!counts(user, certificate, now) || user->authorised_at != 0)
        return false;
    bool before = goes_to(profile->email_to, user, chain->addressee) && !digested;
    bool after = goes_to(profile->expired_notice, user, chain->addressee);
    out->days = before ? &profile->email_days : &no_days;
    out->since = certificate->issued_at;
    out->deadline = certificate->not_after;
    out->final = after ? certificate->not_after + 1 : NEVER;
    return now <= certificate->not_after || after;
}

static bool course_of_authorisation(const struct certlife_profile *profile, const struct user *user,
                                    const struct chain *chain, int64_t now, struct course *out)
{
    struct serial moment = certlife__notice_moment_name(user->authorised_at);
    bool open = user->authorised_at != 0 && now <= user->obtain_by && serial_equal(&moment, &chain->about);
    if (!open || user->obtain_by == NO_LIMIT)
        return false;
    /* Who has asked already waits for the issuer, not for the deadline. */
    bool tells = goes_to(profile->email_to, user, chain->addressee) && user->issuing.act == 0;
    out->days = tells ? &profile->obtain_by_notice_days : &no_days;
    out->since = user->authorised_at;
    out->deadline = user->obtain_by;
    out->final = NEVER;
    return true;
}

static bool course_of_event(const struct certlife_profile *profile, const struct user *user, const struct chain *chain,
                            int64_t now, struct course *out)
{
    const struct certificate *certificate = certificate_named(user, &chain->about);
    struct serial moment = certlife__notice_moment_name(user->authorised_at);
    out->deadline = NEVER;
    out->final = out->since;
    switch (chain->topic) {
    case TOPIC_ISSUED:
        return goes_to(profile->issued_notice, user, chain->addressee) && certificate != NULL &&
               certificate_usable(certificate, now);
    case TOPIC_REISSUED:
        return goes_to(profile->reissued_notice, user, chain->addressee) && user->authorised_at != 0 &&
               now <= user->obtain_by && serial_equal(&moment, &chain->about);
    case TOPIC_REVOKED:
        return goes_to(profile->revoked_notice, user, chain->addressee);
    case TOPIC_CERTIFICATE:
    case TOPIC_AUTHORISATION:
    case TOPIC_DIGEST:
        return false;
    }
    return false;
}

static bool is_gone(const struct contract *contract, const struct user *user)
{
    return user->deleted_at != 0 || contract->closed_at != 0;
}

/* Notices wait, nothing of the chain is forgotten (R-USR-9). */
static bool is_suspended(const struct contract *contract, const struct user *user)
{
    return user->suspended || contract->suspended;
}

struct course certlife__notice_silence(int64_t since)
{
    return (struct course){.days = &no_days, .since = since, .final = NEVER};
}

bool certlife__notice_course(const struct certlife_profile *profile, const struct contract *contract,
                             const struct user *user, const struct chain *chain, int64_t since, int64_t now,
                             struct course *out)
{
    *out = certlife__notice_silence(since);
    if (is_gone(contract, user))
        return false;
    bool alive = chain->topic == TOPIC_CERTIFICATE     ? course_of_certificate(profile, user, chain, now, out)
                 : chain->topic == TOPIC_AUTHORISATION ? course_of_authorisation(profile, user, chain, now, out)
                                                       : course_of_event(profile, user, chain, now, out);
    if (is_suspended(contract, user))
        *out = certlife__notice_silence(since);
    return alive;
}

/* Chains. */

struct serial certlife__notice_moment_name(int64_t moment)
{
    struct serial name = {.len = 8};
    for (int i = 0; i < 8; i++)
        name.octets[i] = (uint8_t)((uint64_t)moment >> (56 - 8 * i));
    return name;
}

struct chain certlife__chain_of(const struct user *user, enum notice_topic topic, certlife_addressee addressee,
                                const struct serial *about)
{
    struct chain chain = {.topic = topic, .addressee = addressee};
    if (about != NULL)
        chain.about = *about;
    certlife__text_copy(chain.contract, sizeof chain.contract, user->contract);
    certlife__text_copy(chain.user, sizeof chain.user, user->id);
    return chain;
}

int64_t certlife__notice_moment_of(const struct serial *name)
{
    uint64_t moment = 0;
    for (int i = 0; i < name->len; i++)
        moment = moment << 8 | name->octets[i];
    return (int64_t)moment;
}

static size_t want(const struct certlife_profile *profile, const struct contract *contract, const struct user *user,
                   enum notice_topic topic, const struct serial *about, int64_t since, int64_t now, struct chain *out,
                   int64_t *since_out)
{
    size_t count = 0;
    uint32_t to = certlife__notice_addressees(profile, user, topic);
    for (certlife_addressee a = CERTLIFE_ADDRESSEE_USER; a <= CERTLIFE_ADDRESSEE_MASTER; a++) {
        struct chain chain = certlife__chain_of(user, topic, a, about);
        struct course course;
        if ((to & TO(a)) == 0 || !certlife__notice_course(profile, contract, user, &chain, since, now, &course))
            continue;
        out[count] = chain;
        since_out[count++] = since;
    }
    return count;
}

size_t certlife__notice_wanted(const struct certlife_profile *profile, const struct contract *contract,
                               const struct user *user, int64_t now, struct chain out[WANTED_MAX],
                               int64_t since_out[WANTED_MAX])
{
    const struct certificate *certificates[] = {&user->current, &user->unconfirmed};
    size_t n = 0;
    for (size_t i = 0; i < 2; i++) {
        if (certificate_exists(certificates[i]))
            n += want(profile, contract, user, TOPIC_CERTIFICATE, &certificates[i]->serial, certificates[i]->issued_at,
                      now, out + n, since_out + n);
    }
    if (user->authorised_at != 0) {
        struct serial moment = certlife__notice_moment_name(user->authorised_at);
        n += want(profile, contract, user, TOPIC_AUTHORISATION, &moment, user->authorised_at, now, out + n,
                  since_out + n);
    }
    return n;
}

/* Digests. */

bool certlife__notice_digests(const struct certlife_profile *profile)
{
    return profile->digest && ((uint32_t)profile->email_to & TO(CERTLIFE_ADDRESSEE_MASTER)) != 0;
}

static void look_at_thresholds(const struct certlife_profile *profile, const struct certificate *certificate,
                               notice_label said, int64_t now, struct digested *out)
{
    struct course course = {.days = &profile->email_days,
                            .since = certificate->issued_at,
                            .deadline = certificate->not_after,
                            .final = NEVER};
    for (int32_t i = 0; i < course.days->count; i++) {
        int64_t due = threshold(profile, &course, course.days->days[i]);
        if (due == NEVER)
            continue;
        if (due <= now && due > out->latest) {
            out->latest = due;
            out->certificate = certificate;
        }
        if (-due < said && due < out->next)
            out->next = due;
    }
}

bool certlife__notice_digested(const struct certlife_profile *profile, const struct contract *contract,
                               const struct user *user, notice_label said, int64_t now, struct digested *out)
{
    const struct certificate *certificates[] = {&user->current, &user->unconfirmed};
    *out = (struct digested){.next = NEVER};
    if (user->role != CERTLIFE_ROLE_GENERAL || is_gone(contract, user) || is_suspended(contract, user) ||
        user->authorised_at != 0)
        return false;
    for (size_t i = 0; i < 2; i++) {
        if (certificate_usable(certificates[i], now))
            look_at_thresholds(profile, certificates[i], said, now, out);
    }
    return out->certificate != NULL;
}

/* The rest. */

certlife_notice_kind certlife__notice_kind_of(enum notice_topic topic, notice_label label)
{
    switch (topic) {
    case TOPIC_CERTIFICATE:
        return label > 0 ? CERTLIFE_NOTICE_EXPIRY : CERTLIFE_NOTICE_EXPIRED;
    case TOPIC_AUTHORISATION:
        return CERTLIFE_NOTICE_OBTAIN_BY;
    case TOPIC_ISSUED:
        return CERTLIFE_NOTICE_ISSUED;
    case TOPIC_REISSUED:
        return CERTLIFE_NOTICE_REISSUED;
    case TOPIC_REVOKED:
        return CERTLIFE_NOTICE_REVOKED;
    case TOPIC_DIGEST:
        return CERTLIFE_NOTICE_DIGEST;
    }
    return 0;
}

#define FIRST_DELAY 300

int64_t certlife__notice_delay(int32_t attempts)
{
    int64_t delay = FIRST_DELAY;
    for (int32_t i = 1; i < attempts && delay < SECONDS_PER_DAY; i++)
        delay *= 2;
    return delay < SECONDS_PER_DAY ? delay : SECONDS_PER_DAY;
}

void certlife__notice_values_print(const struct certlife_profile *profile, char out[NOTICE_VALUES_MAX])
{
    static const char *const names[] = {
        "e-mail",          "e-mail to",      "digest",        "obtain-by notice", "expired notice", "issued notice",
        "reissued notice", "revoked notice", "sending hours", "sending days",     "time",
    };
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0] && len < NOTICE_VALUES_MAX; i++) {
        char value[80];
        certlife__profile_value_print(profile, (size_t)certlife__profile_value_index(names[i]), value, sizeof value);
        len += (size_t)snprintf(out + len, NOTICE_VALUES_MAX - len, "%s = %s\n", names[i], value);
    }
}
