/* SPDX-License-Identifier: Apache-2.0 */
#include "calls_for.h"

#include <stdlib.h>

#include "calendar.h"
#include "room.h"

void plan_free(struct plan *plan)
{
    free(plan->steps);
}

static void add(struct plan *plan, int64_t label, int64_t due, int64_t until)
{
    MAKE_ROOM(plan->steps, plan->count, plan->room);
    plan->steps[plan->count++] = (struct step){label, due, until};
}

uint32_t calls_for_whom(const struct facts *facts, int32_t user, uint32_t whom)
{
    return whom != 0 && facts->users[user].master ? THE_USER : whom;
}

static bool is_told(const struct facts *facts, int32_t user, uint32_t whom, certlife_addressee addressee)
{
    return (calls_for_whom(facts, user, whom) >> addressee & 1) != 0;
}

/* All thresholds that fall due from `from` until `date`; each waits for the next, the last one for `date`. */
static void add_thresholds(const struct settings *settings, const struct thresholds *thresholds, int64_t from,
                           int64_t date, struct plan *out)
{
    size_t first = out->count;
    for (int32_t i = 0; i < thresholds->count; i++) {
        int64_t due = settings_due(settings, date, thresholds->days[i]);
        if (due < from || due > date)
            continue;
        if (out->count > first)
            out->steps[out->count - 1].until = due - 1;
        add(out, thresholds->days[i], due, date);
    }
}

/* ---- a certificate's expiry ---- */

/* Expired or not. */
static bool is_in_use(const struct facts *facts, int32_t certificate)
{
    const struct certificate *c = &facts->certificates[certificate];
    const struct user *u = &facts->users[c->user];
    return facts_lives(facts, c->user) && c->revoked_at == 0 && c->replaced_at == 0 &&
           (u->current == certificate || u->unconfirmed == certificate);
}

/* A reissue withdraws, whether or not the old certificate goes on working (R-NOT-4). */
static bool is_watched(const struct facts *facts, int32_t certificate)
{
    return is_in_use(facts, certificate) && facts->users[facts->certificates[certificate].user].authorisation == NONE;
}

/* A master user gets one digest instead of a notice for each general user. */
static bool is_in_digest(const struct facts *facts, const struct settings *settings, int32_t user)
{
    return settings->digest && (settings->email_to & THE_MASTER) != 0 && !facts->users[user].master;
}

static void expiry(const struct facts *facts, const struct settings *settings, struct chain_name name, struct plan *out)
{
    const struct certificate *c = &facts->certificates[name.of];
    const struct user *u = &facts->users[c->user];
    if (!is_watched(facts, name.of))
        return;
    bool by_digest = name.addressee == CERTLIFE_ADDRESSEE_MASTER && is_in_digest(facts, settings, c->user);
    if (is_told(facts, c->user, settings->email_to, name.addressee) && !by_digest)
        add_thresholds(settings, &settings->email, c->issued_at, c->not_after, out);
    /* Where another one stands beside it, that one takes its place (R-ALL-6). */
    bool has_heir = u->current == name.of && u->unconfirmed != NONE;
    if (is_told(facts, c->user, settings->expired_to, name.addressee) && !has_heir)
        add(out, 0, settings_sending(settings, c->not_after + 1), NEVER);
}

/* ---- a digest ---- */

static void add_member_thresholds(const struct facts *facts, const struct settings *settings, int32_t certificate,
                                  struct plan *out)
{
    if (certificate == NONE || !is_watched(facts, certificate))
        return;
    const struct certificate *c = &facts->certificates[certificate];
    for (int32_t i = 0; i < settings->email.count; i++) {
        int64_t due = settings_due(settings, c->not_after, settings->email.days[i]);
        if (due >= c->issued_at && due <= c->not_after)
            add(out, -due, due, c->not_after);
    }
}

static void digest(const struct facts *facts, const struct settings *settings, int32_t contract, struct plan *out)
{
    for (int32_t user = facts->contracts[contract].users; user != NONE; user = facts->users[user].next) {
        if (!is_in_digest(facts, settings, user))
            continue;
        add_member_thresholds(facts, settings, facts->users[user].current, out);
        add_member_thresholds(facts, settings, facts->users[user].unconfirmed, out);
    }
}

static bool has_fallen_due(const struct facts *facts, const struct settings *settings, int32_t certificate, int64_t now)
{
    struct plan plan = {0};
    add_member_thresholds(facts, settings, certificate, &plan);
    bool due = calls_for_now(&plan, now) != NULL;
    plan_free(&plan);
    return due;
}

size_t calls_for_members(const struct facts *facts, const struct settings *settings, int32_t user, int64_t now,
                         int32_t out[2])
{
    const struct user *u = &facts->users[user];
    size_t count = 0;
    if (!is_in_digest(facts, settings, user))
        return 0;
    if (has_fallen_due(facts, settings, u->current, now))
        out[count++] = u->current;
    if (has_fallen_due(facts, settings, u->unconfirmed, now))
        out[count++] = u->unconfirmed;
    return count;
}

/* ---- an authorisation, and what happened ---- */

static bool is_open(const struct facts *facts, int32_t authorisation)
{
    int32_t user = facts->authorisations[authorisation].user;
    return facts->users[user].authorisation == authorisation && facts_lives(facts, user);
}

static void obtain_by(const struct facts *facts, const struct settings *settings, struct chain_name name,
                      struct plan *out)
{
    const struct authorisation *a = &facts->authorisations[name.of];
    if (is_open(facts, name.of) && a->obtain_by != NEVER && is_told(facts, a->user, settings->email_to, name.addressee))
        add_thresholds(settings, &settings->obtain_by, a->opened_at, a->obtain_by, out);
}

static void issue(const struct facts *facts, const struct settings *settings, struct chain_name name, struct plan *out)
{
    const struct certificate *c = &facts->certificates[name.of];
    if (is_in_use(facts, name.of) && is_told(facts, c->user, settings->issued_to, name.addressee))
        add(out, 0, settings_sending(settings, c->issued_at), c->not_after);
}

static void reissue(const struct facts *facts, const struct settings *settings, struct chain_name name,
                    struct plan *out)
{
    const struct authorisation *a = &facts->authorisations[name.of];
    if (is_open(facts, name.of) && is_told(facts, a->user, settings->reissued_to, name.addressee))
        add(out, 0, settings_sending(settings, a->opened_at), a->obtain_by);
}

static void revocation(const struct facts *facts, const struct settings *settings, struct chain_name name,
                       struct plan *out)
{
    const struct certificate *c = &facts->certificates[name.of];
    if (facts_lives(facts, c->user) && is_told(facts, c->user, settings->revoked_to, name.addressee))
        add(out, 0, settings_sending(settings, c->revoked_at), NEVER);
}

/* ---- all of them ---- */

void calls_for(const struct facts *facts, const struct settings *settings, struct chain_name name, struct plan *out)
{
    out->count = 0;
    switch (name.family) {
    case EXPIRY_OF:
        expiry(facts, settings, name, out);
        break;
    case OBTAIN_BY_OF:
        obtain_by(facts, settings, name, out);
        break;
    case ISSUE_OF:
        issue(facts, settings, name, out);
        break;
    case REISSUE_OF:
        reissue(facts, settings, name, out);
        break;
    case REVOCATION_OF:
        revocation(facts, settings, name, out);
        break;
    case DIGEST_OF:
        if (!facts->contracts[name.of].closed)
            digest(facts, settings, name.of, out);
        break;
    }
}

const struct step *calls_for_now(const struct plan *plan, int64_t now)
{
    const struct step *latest = NULL;
    for (size_t i = 0; i < plan->count; i++) {
        const struct step *step = &plan->steps[i];
        if (step->due <= now && now <= step->until && (latest == NULL || step->label < latest->label))
            latest = step;
    }
    return latest;
}

certlife_notice_kind calls_for_kind(struct chain_name name, int64_t label)
{
    switch (name.family) {
    case EXPIRY_OF:
        return label == 0 ? CERTLIFE_NOTICE_EXPIRED : CERTLIFE_NOTICE_EXPIRY;
    case OBTAIN_BY_OF:
        return CERTLIFE_NOTICE_OBTAIN_BY;
    case ISSUE_OF:
        return CERTLIFE_NOTICE_ISSUED;
    case REISSUE_OF:
        return CERTLIFE_NOTICE_REISSUED;
    case REVOCATION_OF:
        return CERTLIFE_NOTICE_REVOKED;
    case DIGEST_OF:
        return CERTLIFE_NOTICE_DIGEST;
    }
    return 0;
}

int32_t calls_for_user(const struct facts *facts, struct chain_name name)
{
    switch (name.family) {
    case EXPIRY_OF:
    case ISSUE_OF:
    case REVOCATION_OF:
        return facts->certificates[name.of].user;
    case OBTAIN_BY_OF:
    case REISSUE_OF:
        return facts->authorisations[name.of].user;
    case DIGEST_OF:
        return facts->contracts[name.of].master;
    }
    return NONE;
}

int32_t calls_for_reader(const struct facts *facts, struct chain_name name)
{
    int32_t user = calls_for_user(facts, name);
    return name.addressee == CERTLIFE_ADDRESSEE_USER ? user : facts->contracts[facts->users[user].contract].master;
}

int64_t calls_for_happened_at(const struct facts *facts, struct chain_name name)
{
    switch (name.family) {
    case EXPIRY_OF:
        return facts->certificates[name.of].not_after;
    case ISSUE_OF:
        return facts->certificates[name.of].issued_at;
    case REVOCATION_OF:
        return facts->certificates[name.of].revoked_at;
    case REISSUE_OF:
        return facts->authorisations[name.of].opened_at;
    case OBTAIN_BY_OF:
    case DIGEST_OF:
        return 0;
    }
    return 0;
}
