/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from the stored facts of a user at one moment: where they stand, and their status (R-USR-8, R-ALL-2). */
#ifndef CERTLIFE_RULES_STANDING_H
#define CERTLIFE_RULES_STANDING_H

#include "base/records.h"
#include "rules/profile.h"

/* How a user who is not `issuing` may obtain, or why not. */
enum obtaining {
    OBTAIN_AUTHORISED,       /* R-OBT-2 */
    OBTAIN_EXPIRED,          /* R-OBT-9 */
    OBTAIN_REVOKED,          /* R-OBT-10, R-ALL-9 */
    OBTAIN_HAS_USABLE,       /* no: R-ALL-5 */
    OBTAIN_LAPSED,           /* no: R-OBT-2 */
    OBTAIN_TOO_LATE,         /* no: R-OBT-9 */
    OBTAIN_STAYS_REVOKED,    /* no: R-OBT-10 */
    OBTAIN_NEVER_AUTHORISED, /* no: R-OBT-1 */
};

struct standing {
    certlife_status status;
    /* The certificate that counts: the current one; the unconfirmed one beside it once that cannot be used any more
     * (R-ALL-6). One that does not exist where there is none. */
    const struct certificate *certificate;
    bool usable;
    /* The one that waits to be confirmed and can be (R-OBT-4, R-ALL-6); NULL if none does. */
    const struct certificate *unconfirmed;
    /* What waits, issuing or unconfirmed, can be delivered: the assurance it asks for can still be brought (R-ALL-6). */
    bool deliverable;
    bool authorised, lapsed; /* an authorisation not used yet, in time or past obtain-by */
    bool revoked;            /* and not authorised anew since */
    enum obtaining obtaining;
    int64_t renewal_opens, renewal_closes; /* of `certificate`, if it exists */
};

/* `contract` and `user` are facts as stored; `now` the moment asked for. */
struct standing certlife__standing_of(const struct certlife_profile *profile, const struct contract *contract,
                                      const struct user *user, int64_t now);

static inline bool obtaining_is_open(enum obtaining obtaining)
{
    return obtaining <= OBTAIN_REVOKED;
}

#endif
