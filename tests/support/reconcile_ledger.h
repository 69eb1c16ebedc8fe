/* SPDX-License-Identifier: Apache-2.0 */
/* Does the ledger of notices fit together, and with the facts? Part of reconcile.h. */
#ifndef CERTLIFE_TESTS_RECONCILE_LEDGER_H
#define CERTLIFE_TESTS_RECONCILE_LEDGER_H

#include "ports/store.h"

/* `most`: there are no more records than that in the store. Writes what does not fit into `room`. */
void check_ledger(struct txn *txn, size_t most, char *room, size_t len);

#endif
