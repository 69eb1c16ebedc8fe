/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/tables.h"

struct tables certlife__tables(void)
{
    struct tables tables = {0};
    tables.permits = certlife__permit_rows(&tables.permit_count);
    tables.assurances = certlife__assurance_rows(&tables.assurance_count);
    tables.refusals = certlife__refusal_rows(&tables.refusal_count);
    return tables;
}

certlife_way certlife__way_for(int32_t way, const struct user *user, const struct standing *standing)
{
    if (way == WAY_OBTAIN_OR_ADMINISTRATOR && standing != NULL) {
        bool waits =
            (standing->unconfirmed != NULL && !standing->authorised) || (user != NULL && user->issuing.act != 0);
        if (waits && standing->deliverable)
            return CERTLIFE_WAY_DELIVER;
        if (!waits && obtaining_is_open(standing->obtaining))
            return CERTLIFE_WAY_OBTAIN;
    }
    if (way == WAY_ADMINISTRATOR || way == WAY_OBTAIN_OR_ADMINISTRATOR)
        return user != NULL && user->role == CERTLIFE_ROLE_GENERAL ? CERTLIFE_WAY_ASK_MASTER
                                                                   : CERTLIFE_WAY_CONTACT_BRANCH;
    return way;
}

/* What a certificate login vouched for is not given to a password (R-ALL-6). */
static bool issued_by_password(const struct situation *s)
{
    return s->standing.unconfirmed->issued_by == CERTLIFE_ACT_OBTAIN ||
           s->profile->renewal_needs == RENEWAL_NEEDS_PASSWORD;
}

bool certlife__delivers_again(const struct situation *s)
{
    if (s->standing.unconfirmed == NULL || !s->same_key)
        return false;
    bool obtains_it = s->act == CERTLIFE_ACT_OBTAIN && !s->standing.authorised && issued_by_password(s) &&
                      (s->standing.unconfirmed == s->standing.certificate || s->standing.obtaining == OBTAIN_EXPIRED);
    bool renews_it = s->act == CERTLIFE_ACT_RENEW && s->standing.unconfirmed == &s->user->unconfirmed;
    return obtains_it || renews_it;
}

bool certlife__adding_authorises(const struct situation *s)
{
    return s->contract->applied_at != 0 && s->actor != ACTOR_SYSTEM;
}

static bool fits(uint32_t acts, uint32_t actors, uint32_t targets, bool (*when)(const struct situation *),
                 const struct situation *s)
{
    return (acts >> s->act & 1) != 0 && (actors & s->actor) != 0 && (targets & s->target) != 0 &&
           (when == NULL || when(s));
}

static const struct permit_row *permit_for(const struct tables *tables, const struct situation *s)
{
    for (size_t i = 0; i < tables->permit_count; i++) {
        const struct permit_row *row = &tables->permits[i];
        if (fits(row->acts, row->actors, row->targets, row->when, s))
            return row;
    }
    return NULL;
}

/* A certificate that was presented and does not pass tells more than that one is needed. */
static bool lacks_assurance(const struct assurance_row *row, const struct situation *s, struct verdict *out)
{
    uint32_t lacking = row->needs & ~s->assurance;
    if (lacking == 0)
        return false;
    *out = (struct verdict){row->code, row->row, row->way, 0};
    if ((lacking & ASSURED_CERTIFICATE) != 0 && s->login.row != NULL)
        *out = s->login;
    if (row->needs == ASSURED_CERTIFICATE_LOGIN && lacking == ASSURED_PASSWORD)
        *out = (struct verdict){CERTLIFE_CODE_PASSWORD_NEEDED, row->row, CERTLIFE_WAY_LOG_IN, 0};
    return true;
}

static int64_t date_of(enum dated dated, const struct situation *s)
{
    switch (dated) {
    case DATED_OBTAIN_BY:
        return s->user->obtain_by == NO_LIMIT ? 0 : s->user->obtain_by;
    case DATED_EXPIRY:
        return s->standing.certificate->not_after;
    case DATED_OPENS:
        return s->standing.renewal_opens;
    case DATED_CLOSES:
        return s->standing.renewal_closes;
    case DATED_NOT_BEFORE:
    case DATED_NOT:
        return 0;
    }
    return 0;
}

struct verdict certlife__decide(const struct tables *tables, const struct situation *s)
{
    const struct permit_row *permit = permit_for(tables, s);
    if (permit == NULL)
        return (struct verdict){CERTLIFE_CODE_UNKNOWN, "R-ALL-12", CERTLIFE_WAY_NONE, 0};
    if (permit->code != CERTLIFE_CODE_ALLOWED)
        return (struct verdict){permit->code, permit->row, permit->way, 0};

    for (size_t i = 0; i < tables->assurance_count; i++) {
        const struct assurance_row *row = &tables->assurances[i];
        struct verdict refused;
        if (fits(row->acts, row->actors, row->targets, row->when, s) && lacks_assurance(row, s, &refused))
            return refused;
    }

    /* The same key gets the same certificate again, whatever stands against issuing a new one. */
    uint32_t act = certlife__delivers_again(s) ? ACT(DELIVER) : UINT32_C(1) << s->act;
    for (size_t i = 0; i < tables->refusal_count; i++) {
        const struct refusal_row *row = &tables->refusals[i];
        if ((row->acts & act) != 0 && row->when(s)) {
            certlife_way way = certlife__way_for(row->way, s->user, &s->standing);
            return (struct verdict){row->code, row->row, way, date_of(row->dated, s)};
        }
    }
    const char *row = act == ACT(DELIVER) ? "R-OBT-4" : permit->row;
    return (struct verdict){CERTLIFE_CODE_ALLOWED, row, CERTLIFE_WAY_NONE, 0};
}
