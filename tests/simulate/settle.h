/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing lost. A claim that left nothing behind is kept, with its moment. Before anything about a user changes, and at the
 * end, they are settled: nothing has changed since they were settled last, so whatever one of the claims since then should
 * have handed out and did not is missing. Each such claim also told when to come again; that must not have been too late.
 */
#ifndef CERTLIFE_SIMULATE_SETTLE_H
#define CERTLIFE_SIMULATE_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

struct simulation;

/* A claim was made; it left nothing behind if `whole`, and told when to come again (0: was not asked). */
void settle_claimed(struct simulation *sim, bool whole, int64_t next);

/* Something is about to change for this user: is anything missing until now? For a contract, all its users. */
void settle_user(struct simulation *sim, int32_t user);
void settle_contract(struct simulation *sim, int32_t contract);
void settle_all(struct simulation *sim);

#endif
