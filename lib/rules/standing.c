/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/standing.h"

#include "rules/window.h"

static enum obtaining obtaining_of(const struct certlife_profile *profile, const struct standing *s, int64_t now)
{
    const struct certificate *last = s->certificate;
    bool renewal_closed = certificate_exists(last) && now > s->renewal_closes;
    int64_t expired_until = certificate_exists(last) ? certlife__window_expired_obtain(profile, last->not_after) : 0;

    if (s->authorised)
        return OBTAIN_AUTHORISED;
    if (certificate_exists(last) && last->revoked_at != 0) {
        if (profile->revoked_obtain)
            return OBTAIN_REVOKED;
        return s->lapsed ? OBTAIN_LAPSED : OBTAIN_STAYS_REVOKED;
    }
    if (renewal_closed && now <= expired_until)
        return OBTAIN_EXPIRED;
    if (s->usable)
        return OBTAIN_HAS_USABLE;
    if (s->lapsed)
        return OBTAIN_LAPSED;
    if (certificate_exists(last))
        return OBTAIN_TOO_LATE;
    return OBTAIN_NEVER_AUTHORISED;
}

/* One predicate for each status, in the order of R-ALL-2; the first that holds is the status. */
struct seen {
    const struct contract *contract;
    const struct user *user;
    const struct standing *standing;
    int64_t now;
};

static bool is_deleted(const struct seen *s)
{
    return s->user->deleted_at != 0;
}

static bool is_contract_closed(const struct seen *s)
{
    return s->contract->closed_at != 0;
}

static bool is_revoked(const struct seen *s)
{
    return s->standing->revoked;
}

static bool is_suspended(const struct seen *s)
{
    return s->contract->suspended || s->user->suspended;
}

static bool is_not_applied(const struct seen *s)
{
    bool nothing_yet = !certificate_exists(&s->user->current) && s->user->authorised_at == 0;
    return s->contract->applied_at == 0 || (nothing_yet && s->user->issuing.act == 0);
}

static bool is_issuing(const struct seen *s)
{
    return s->user->issuing.act != 0;
}

static bool is_awaiting(const struct seen *s)
{
    return s->standing->authorised;
}

static bool is_obtain_period_over(const struct seen *s)
{
    return s->standing->lapsed && !s->standing->usable;
}

static bool is_expired(const struct seen *s)
{
    return s->now > s->standing->certificate->not_after;
}

static bool is_renewal_due(const struct seen *s)
{
    return s->now >= s->standing->renewal_opens;
}

static bool is_obtained(const struct seen *s)
{
    return s->standing->usable;
}

/* clang-format off */
static const struct {
    certlife_status status;
    bool (*holds)(const struct seen *);
} statuses[] = {
    {CERTLIFE_STATUS_DELETED,            is_deleted},
    {CERTLIFE_STATUS_CONTRACT_CLOSED,    is_contract_closed},
    {CERTLIFE_STATUS_REVOKED,            is_revoked},
    {CERTLIFE_STATUS_SUSPENDED,          is_suspended},
    {CERTLIFE_STATUS_NOT_APPLIED,        is_not_applied},
    {CERTLIFE_STATUS_ISSUING,            is_issuing},
    {CERTLIFE_STATUS_AWAITING,           is_awaiting},
    {CERTLIFE_STATUS_OBTAIN_PERIOD_OVER, is_obtain_period_over},
    {CERTLIFE_STATUS_EXPIRED,            is_expired},
    {CERTLIFE_STATUS_RENEWAL_DUE,        is_renewal_due},
    {CERTLIFE_STATUS_OBTAINED,           is_obtained},
};
/* clang-format on */

static certlife_status status_of(const struct seen *seen)
{
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (statuses[i].holds(seen))
            return statuses[i].status;
    }
    return 0;
}

struct standing certlife__standing_of(const struct certlife_profile *profile, const struct contract *contract,
                                      const struct user *user, int64_t now)
{
    struct standing s = {0};
    bool current_usable = certificate_usable(&user->current, now);
    bool beside_usable = certificate_usable(&user->unconfirmed, now);
    s.certificate = !current_usable && certificate_exists(&user->unconfirmed) ? &user->unconfirmed : &user->current;
    s.usable = current_usable || beside_usable;
    if (beside_usable)
        s.unconfirmed = &user->unconfirmed;
    else if (current_usable && user->current.confirmed_at == 0)
        s.unconfirmed = &user->current;
    certlife_act waiting = user->issuing.act != 0  ? user->issuing.act
                           : s.unconfirmed != NULL ? s.unconfirmed->issued_by
                                                   : 0;
    s.deliverable =
        waiting == CERTLIFE_ACT_OBTAIN || profile->renewal_needs == RENEWAL_NEEDS_PASSWORD || current_usable;
    s.authorised = user->authorised_at != 0 && now <= user->obtain_by;
    s.lapsed = user->authorised_at != 0 && now > user->obtain_by;
    s.revoked = certificate_exists(s.certificate) && s.certificate->revoked_at != 0 && user->authorised_at == 0;
    if (certificate_exists(s.certificate)) {
        s.renewal_opens = certlife__window_renewal_opens(profile, s.certificate->not_after);
        s.renewal_closes = certlife__window_renewal_closes(profile, s.certificate->not_after);
    }
    s.obtaining = obtaining_of(profile, &s, now);

    struct seen seen = {contract, user, &s, now};
    s.status = status_of(&seen);
    return s;
}
