/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does all that a store holds fit together? For use after any act, failure or crash:
 *
 *     assert_allowed(w, revokes(w, MASTER, "keir002"));
 *     reconcile(w);
 *
 * Every record can be read and stands under its own key. A contract counts its users and has its master. A certificate's
 * row equals its copy in the user's row, is in that user's history, and what is live is in the user's row: so there is at
 * most one current certificate and one unconfirmed beside it. A live certificate's key is that user's. Who is issuing has
 * an order, an order has a user, and answers to idempotency keys are all due to be forgotten. Each chain of notices has
 * its next one in the queue once, nothing stands there for what has ended, and what was sent is not to be said again.
 */
#ifndef CERTLIFE_TESTS_RECONCILE_H
#define CERTLIFE_TESTS_RECONCILE_H

#include "world.h"

/* Fails the test, with the first thing that does not fit. */
void reconcile(struct world *w);

/* The same for a store alone, at the moment `now`: what does not fit, or NULL. `room` takes the text. */
const char *misfit_in(certlife_store *store, int64_t now, char *room, size_t len);

#endif
