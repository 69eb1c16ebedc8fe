/* SPDX-License-Identifier: Apache-2.0 */
/* What the library answers about a user, held against the model. */
#ifndef CERTLIFE_SIMULATE_RECONCILE_H
#define CERTLIFE_SIMULATE_RECONCILE_H

#include <stdint.h>

struct simulation;

/* Somebody looks at one user: their row, their screen, and the list of their notices. */
void reconcile_user(struct simulation *sim, int32_t user);
/* The end of a seed: every user, and every message that was ever taken or said to be done. */
void reconcile_all(struct simulation *sim);

#endif
