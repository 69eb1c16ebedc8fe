/* SPDX-License-Identifier: Apache-2.0 */
/* Typed calls over a store class, for facts and acts. */
#ifndef CERTLIFE_PORTS_STORE_H
#define CERTLIFE_PORTS_STORE_H

#include <certlife/sys/store.h>

#include "base/bytes.h"

/* A transaction together with its store. */
struct txn {
    certlife_store *store;
    void *inner;
};

int certlife__store_begin(certlife_store *store, certlife_store_mode mode, struct txn *out, certlife_error **err);
/* CERTLIFE_STORE_FOUND, CERTLIFE_STORE_ABSENT or a failure. */
int certlife__store_get(struct txn *txn, struct bytes key, struct bytes *value_out, certlife_error **err);
int certlife__store_put(struct txn *txn, struct bytes key, struct bytes value, certlife_error **err);
int certlife__store_erase(struct txn *txn, struct bytes key, certlife_error **err);
/* Visits what is not before `from` and begins with its first `prefix_len` bytes. */
int certlife__store_scan(struct txn *txn, struct bytes from, size_t prefix_len, certlife_store_visit visit,
                         void *payload, certlife_error **err);
int certlife__store_commit(struct txn *txn, certlife_error **err);
void certlife__store_abort(struct txn *txn);

/*
 * Runs `fn` in a write transaction and commits what it did; runs it again where the store answers BUSY, so what `fn` does
 * must be repeatable: no signing, no callbacks but hashing, no I/O. `fn` answers a negative failure, 0 to commit, or a
 * positive number to abort; that number is what update returns.
 */
int certlife__store_update(certlife_store *store, certlife_store_mode mode,
                           int (*fn)(struct txn *txn, void *payload, certlife_error **err), void *payload,
                           certlife_error **err);

const char *certlife__store_name(const certlife_store *store);

/* What the store was made of: for the conformance suite, which calls the slots themselves. */
const certlife_store_class *certlife__store_class(const certlife_store *store);
void *certlife__store_self(const certlife_store *store);

#endif
