/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the facts and the settings call for: R-NOT-1 to 7 and R-ALL-16, written once more and without the library.
 *
 * Notices come in chains: what one addressee is told about one certificate's expiry is a chain, about one authorisation
 * another. A chain is a list of steps. A step is a notice: from `due` to `until` it is the one to be handed out, whatever
 * steps before it were not. Its label falls from step to step, so a chain goes on with a label below those that are done.
 */
#ifndef CERTLIFE_SIMULATE_CALLS_FOR_H
#define CERTLIFE_SIMULATE_CALLS_FOR_H

#include <certlife.h>

#include "facts.h"
#include "settings.h"

enum family {
    EXPIRY_OF,     /* a certificate: labels are the days before; 0 is EXPIRED */
    OBTAIN_BY_OF,  /* an authorisation: likewise */
    ISSUE_OF,      /* a certificate; one step, label 0 */
    REISSUE_OF,    /* an authorisation; likewise */
    REVOCATION_OF, /* a certificate; likewise */
    DIGEST_OF,     /* a contract: labels are the moments at which thresholds fell due, below zero */
};

struct chain_name {
    enum family family;
    int32_t of;
    certlife_addressee addressee;
};

struct step {
    int64_t label, due, until; /* `until` is the last moment */
};

struct plan {
    struct step *steps;
    size_t count, room;
};

/* The steps of a chain as things stand; none where nothing is to be said any more. */
void calls_for(const struct facts *facts, const struct settings *settings, struct chain_name name, struct plan *out);
/* The step to be handed out at `now`, done or not; NULL for none. */
const struct step *calls_for_now(const struct plan *plan, int64_t now);
void plan_free(struct plan *plan);

certlife_notice_kind calls_for_kind(struct chain_name name, int64_t label);
/* The users whom it is about, and who is written to. */
int32_t calls_for_user(const struct facts *facts, struct chain_name name);
int32_t calls_for_reader(const struct facts *facts, struct chain_name name);
/* When what a chain tells of happened. */
int64_t calls_for_happened_at(const struct facts *facts, struct chain_name name);

/* Whom to tell about something that happens to a user. Their master user's own notices go to them as `user`. */
uint32_t calls_for_whom(const struct facts *facts, int32_t user, uint32_t whom);

/* The certificates for which a digest may list this user at `now`, the current and the unconfirmed one; their number. */
size_t calls_for_members(const struct facts *facts, const struct settings *settings, int32_t user, int64_t now,
                         int32_t out[2]);

#endif
