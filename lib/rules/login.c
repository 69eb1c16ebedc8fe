/* SPDX-License-Identifier: Apache-2.0 */
/* Why a certificate does not let its bearer in (section 7), in the order of R-ALL-2. */
#include "rules/tables.h"

#define NO(code) CERTLIFE_CODE_##code
#define WAY(way) CERTLIFE_WAY_##way
#define OBTAIN_ELSE WAY_OBTAIN_OR_ADMINISTRATOR

static bool when_none_presented(const struct login_situation *s)
{
    return !s->presented;
}

static bool when_wrong_issuer(const struct login_situation *s)
{
    return !s->known && !s->of_our_issuer;
}

static bool when_unknown(const struct login_situation *s)
{
    return !s->known;
}

static bool when_another_users(const struct login_situation *s)
{
    return !s->of_this_user;
}

static bool when_deleted(const struct login_situation *s)
{
    return s->user != NULL && s->user->deleted_at != 0;
}

static bool when_contract_closed(const struct login_situation *s)
{
    return s->contract != NULL && s->contract->closed_at != 0;
}

static bool when_revoked(const struct login_situation *s)
{
    return s->certificate->revoked_at != 0;
}

static bool when_suspended(const struct login_situation *s)
{
    return (s->contract != NULL && s->contract->suspended) || (s->user != NULL && s->user->suspended);
}

static bool when_replaced(const struct login_situation *s)
{
    return s->certificate->replaced_at != 0;
}

static bool when_not_yet_valid(const struct login_situation *s)
{
    return s->now < s->certificate->not_before;
}

static bool when_expired(const struct login_situation *s)
{
    return s->now > s->certificate->not_after;
}

/* clang-format off */
const struct login_row certlife__login_rows[] = {
    /* row       when                  code                     way                  date */
    {"R-LOG-2", when_none_presented,  NO(NO_CERTIFICATE),      WAY(LOG_IN),         DATED_NOT},
    {"R-LOG-2", when_wrong_issuer,    NO(WRONG_ISSUER),        WAY(NONE),           DATED_NOT},
    {"R-LOG-2", when_unknown,         NO(UNKNOWN_CERTIFICATE), WAY(NONE),           DATED_NOT},
    {"R-USR-3", when_another_users,   NO(ANOTHER_USERS),       WAY(NONE),           DATED_NOT},
    {"R-LOG-2", when_deleted,         NO(USER_DELETED),        WAY(NONE),           DATED_NOT},
    {"R-LOG-2", when_contract_closed, NO(CONTRACT_CLOSED),     WAY(CONTACT_BRANCH), DATED_NOT},
    {"R-LOG-2", when_revoked,         NO(REVOKED),             OBTAIN_ELSE,         DATED_NOT},
    {"R-USR-9", when_suspended,       NO(SUSPENDED),           WAY_ADMINISTRATOR,   DATED_NOT},
    {"R-LOG-2", when_replaced,        NO(REPLACED),            WAY(LOG_IN),         DATED_NOT},
    {"R-LOG-2", when_not_yet_valid,   NO(NOT_YET_VALID),       WAY(WAIT),           DATED_NOT_BEFORE},
    {"R-LOG-2", when_expired,         NO(EXPIRED),             OBTAIN_ELSE,         DATED_EXPIRY},
};
/* clang-format on */

const size_t certlife__login_row_count = sizeof certlife__login_rows / sizeof certlife__login_rows[0];

struct verdict certlife__login_decide(const struct login_situation *s)
{
    for (size_t i = 0; i < certlife__login_row_count; i++) {
        const struct login_row *row = &certlife__login_rows[i];
        if (!row->when(s))
            continue;
        struct standing standing = {.obtaining = OBTAIN_NEVER_AUTHORISED};
        if (s->user != NULL && s->contract != NULL)
            standing = certlife__standing_of(s->profile, s->contract, s->user, s->now);
        int64_t date = row->dated == DATED_EXPIRY ? s->certificate->not_after : 0;
        if (row->dated == DATED_NOT_BEFORE)
            date = s->certificate->not_before;
        certlife_way way = certlife__way_for(row->way, s->user, &standing);
        if (row->way == OBTAIN_ELSE && standing.usable && standing.unconfirmed == NULL)
            way = CERTLIFE_WAY_LOG_IN; /* with the good one they have */
        return (struct verdict){row->code, row->row, way, date};
    }
    return (struct verdict){CERTLIFE_CODE_ALLOWED, "R-LOG-1", CERTLIFE_WAY_NONE, 0};
}
