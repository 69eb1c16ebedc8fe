/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/transition.h"

#include "rules/window.h"

enum authorisation { OPENS, ENDS };
enum ending {
    KEEP,
    REVOKE,    /* also an expired one (R-ALL-11), for the reason given */
    SUPERSEDE, /* not an expired one (R-ALL-10) */
    CEASE,     /* likewise */
};

/* clang-format off */
static const struct {
    certlife_act act;
    enum authorisation authorisation;
    enum ending certificates; /* current, unconfirmed and issuing alike (R-ALL-7) */
    certlife_reason reason;   /* of REVOKE the caller's */
    bool deletes;
} transitions[] = {
    /* act                         authorisation  certificates  reason                        deletes */
    {CERTLIFE_ACT_AUTHORISE,      OPENS,         KEEP,         0,                            false},
    {CERTLIFE_ACT_REISSUE,        OPENS,         SUPERSEDE,    CERTLIFE_REASON_SUPERSEDED,   false},
    {CERTLIFE_ACT_REVOKE,         ENDS,          REVOKE,       0,                            false},
    {CERTLIFE_ACT_USER_DELETE,    ENDS,          CEASE,        CERTLIFE_REASON_CESSATION,    true},
    {CERTLIFE_ACT_CONTRACT_CLOSE, ENDS,          CEASE,        CERTLIFE_REASON_CESSATION,    false},
};
/* clang-format on */

static void leave(struct change *change, const struct certificate *certificate)
{
    change->left[change->left_count++] = *certificate;
}

/* The unconfirmed certificate takes the place of one that cannot be used any more (R-ALL-6). */
static void promote(struct change *change, int64_t now)
{
    struct user *user = &change->user;
    if (!certificate_exists(&user->unconfirmed) || certificate_usable(&user->current, now))
        return;
    leave(change, &user->current);
    user->current = user->unconfirmed;
    user->unconfirmed = (struct certificate){0};
}

static void revoke(struct certificate *certificate, certlife_reason reason, int64_t now)
{
    certificate->revoked_at = now;
    certificate->reason = reason;
}

static void end_unconfirmed(struct change *change, certlife_reason reason, int64_t now)
{
    struct certificate *unconfirmed = &change->user.unconfirmed;
    if (!certificate_exists(unconfirmed))
        return;
    revoke(unconfirmed, reason, now);
    leave(change, unconfirmed);
    *unconfirmed = (struct certificate){0};
}

static struct change change_of(const struct user *user, int64_t now)
{
    struct change change = {.user = *user};
    promote(&change, now);
    return change;
}

struct change certlife__transition(const struct certlife_profile *profile, const struct user *user, certlife_act act,
                                   certlife_reason reason, int64_t now)
{
    struct change change = change_of(user, now);
    struct user *after = &change.user;
    size_t row = 0;
    while (transitions[row].act != act)
        row++;

    bool opens = transitions[row].authorisation == OPENS;
    after->authorised_at = opens ? now : 0;
    after->obtain_by = opens ? certlife__window_obtain_by(profile, now) : 0;
    if (transitions[row].certificates != KEEP) {
        enum ending ending = transitions[row].certificates;
        certlife_reason why = ending == REVOKE ? reason : transitions[row].reason;
        bool waits = ending == SUPERSEDE && profile->old_at_reissue == OLD_AT_REISSUE_UNTIL_OBTAINED;
        bool ends = certificate_usable(&after->current, now) ||
                    (ending == REVOKE && certificate_exists(&after->current) && after->current.revoked_at == 0);
        end_unconfirmed(&change, why, now);
        if (ends && !waits)
            revoke(&after->current, why, now);
        change.ended = after->issuing;
        after->issuing = (struct issuing){0};
        change.bar_current = ending == SUPERSEDE && certificate_exists(&after->current);
        change.bar_keys = ending == SUPERSEDE || why == CERTLIFE_REASON_KEY_COMPROMISE;
    }
    if (transitions[row].deletes)
        after->deleted_at = now;
    return change;
}

struct change certlife__transition_receive(const struct user *user, const struct certificate *certificate, int64_t now)
{
    /* Where an issuer answered later, what was so when it was asked for decides: what was in time, and what stood beside. */
    int64_t asked_at = user->issuing.act != 0 ? user->issuing.since : now;
    struct change change = change_of(user, asked_at);
    struct user *after = &change.user;
    bool reissued =
        certificate->issued_by == CERTLIFE_ACT_OBTAIN && after->authorised_at != 0 && asked_at <= after->obtain_by;
    bool stays_beside = certificate_usable(&after->current, now) && !reissued;

    after->issuing = (struct issuing){0};
    after->authorised_at = 0; /* used; or lapsed beside one that could still be renewed */
    after->obtain_by = 0;
    if (certificate->issued_by == CERTLIFE_ACT_RENEW && stays_beside && after->current.confirmed_at == 0) {
        after->current.confirmed_at = now; /* its bearer has just renewed with it */
    }
    end_unconfirmed(&change, CERTLIFE_REASON_SUPERSEDED, now);
    if (stays_beside) {
        after->unconfirmed = *certificate;
        return change;
    }
    if (certificate_usable(&after->current, now)) {
        revoke(&after->current, CERTLIFE_REASON_SUPERSEDED, now);
        change.bar_keys = true;
    }
    if (certificate_exists(&after->current))
        leave(&change, &after->current);
    after->current = *certificate;
    return change;
}

struct change certlife__transition_confirm(const struct user *user, const struct serial *serial, int64_t now)
{
    struct change change = change_of(user, now);
    struct user *after = &change.user;
    if (certificate_exists(&after->unconfirmed) && serial_equal(&after->unconfirmed.serial, serial)) {
        after->current.replaced_at = now;
        leave(&change, &after->current);
        after->current = after->unconfirmed;
        after->unconfirmed = (struct certificate){0};
    }
    after->current.confirmed_at = now;
    return change;
}
