/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of the world that fail at the n-th call: store, crypto, issuer and clock here, memory in tests/fault.
 *
 *     struct faults faults = {.part = PART_STORE, .n = 3};
 *     certlife_store *store = failing_store(memory, &faults);
 *     ...
 *     faults.armed = true;
 *     int rc = certlife_revoke(...);      // the third call of the store fails
 *     faults.armed = false;
 *     assert_true(faults.fired);
 *
 * Each wraps another part, which it closes with itself, and passes on what does not fail.
 */
#ifndef CERTLIFE_TESTS_FAILING_H
#define CERTLIFE_TESTS_FAILING_H

#include <stdbool.h>
#include <stdint.h>

#include <certlife.h>

enum part {
    PART_MEMORY,
    PART_STORE,
    PART_COMMIT_BUSY, /* another writer came between: nobody may notice */
    PART_CRYPTO,
    PART_ISSUER,
    PART_CLOCK,
};

struct faults {
    enum part part;
    int n;         /* the n-th call to that part fails, from 1 */
    bool for_good; /* and all calls after it, until it is disarmed */
    bool armed;    /* calls are counted, and fail */
    bool fired;
    int seen;
    void (*meanwhile)(void *payload); /* PART_COMMIT_BUSY: what the other writer does; once; or NULL */
    void *payload;
    uint64_t drawn;       /* random numbers of a failing_crypto; 0 starts them again */
    certlife_clock clock; /* that a failing_clock reads */
};

/* Counts a call; true if it is to fail. */
bool faults_hit(struct faults *faults, enum part part);

/* A commit that fails has changed nothing. */
certlife_store *failing_store(certlife_store *inner, struct faults *faults);

/*
 * Asked the same again it gives the same answer without asking `inner` again, and its random numbers can be started again:
 * so a story that is told a thousand times costs its cryptography once.
 */
certlife_crypto *failing_crypto(certlife_crypto *inner, struct faults *faults);

certlife_issuer *failing_issuer(certlife_issuer *inner, struct faults *faults);

/* Makes an open institution read its clock through `faults`. */
void failing_clock(certlife_institution *institution, struct faults *faults);

#endif
