/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was handed out, delivered and answered, held against what the facts call for, as it happens.
 *
 * Never for nothing: whatever a worker is given must be what its chain calls for at that moment (calls_for.h), not done
 * yet, not in another worker's hands, and must say what is so: who, where, how many days (says.h).
 *
 * Nothing lost: see settle.h.
 */
#ifndef CERTLIFE_SIMULATE_LEDGER_H
#define CERTLIFE_SIMULATE_LEDGER_H

#include "chain.h"

/* A worker was given this, for so many seconds: the notice's number, or NONE if it should not have been. */
int32_t ledger_handed_out(struct simulation *sim, const certlife_notice *seen, int32_t lease);
void ledger_received(struct simulation *sim, int32_t notice);
/* `leased_until` is the worker's own lease. While another worker has it, the chain waits for them too. */
void ledger_done(struct simulation *sim, int32_t notice, int32_t address, int64_t leased_until);
/* `cause` false: not tried. */
void ledger_gave_back(struct simulation *sim, int32_t notice, int64_t leased_until, bool cause);
void ledger_retried(struct simulation *sim, int32_t notice);

/* What happened to a user is to be told: a chain for each addressee that the settings name. */
void ledger_tell(struct simulation *sim, enum family family, int32_t of, uint32_t whom);
/* A reader has another address: what is parked comes back. Where they have none any more it will be parked again. */
void ledger_address(struct simulation *sim, int32_t user);

/* The chains of one user that still have something to say; after an act, those that have not any more are withdrawn. */
#define WATCHED_MAX 6
struct watched {
    struct chain_name names[WATCHED_MAX];
    size_t count;
};
struct watched ledger_watch(struct simulation *sim, int32_t user);
void ledger_count_withdrawn(struct simulation *sim, const struct watched *before);

/* The next step of a chain that is still to come or to be tried again, and when; false: none. */
bool ledger_next(struct simulation *sim, struct chain_name name, struct step *out);
/* What of a chain is planned the model cannot say: it depends on when a claim met it last. */
bool ledger_is_unsure(struct simulation *sim, struct chain_name name);
void ledger_free(struct ledger *ledger);

#endif
