/* SPDX-License-Identifier: Apache-2.0 */
/* The library as a host program holds it: an institution on its store, with toy crypto and the simulation's clock. */
#ifndef CERTLIFE_SIMULATE_BANK_H
#define CERTLIFE_SIMULATE_BANK_H

#include <stdbool.h>
#include <stdint.h>

#include <certlife.h>

struct simulation;

struct bank {
    certlife_profile *profile;
    certlife_crypto *crypto;
    certlife_store *store;
    certlife_issuer *issuer;
    certlife_institution *institution;
    certlife_decision *decision;
    certlife_error *err;
    int64_t clock_error; /* what the clock says besides the right time */
    bool store_lies;     /* a planted fault */
    char folder[512];    /* of an LMDB store; "" */
};

void bank_open(struct simulation *sim);
/* The institution chooses values of its profile anew: closed, and opened with them. */
void bank_change_profile(struct simulation *sim);
void bank_close(struct simulation *sim);

/* Who acts. `certificate` NONE: presents none. Good until the next call. */
certlife_actor bank_user(const struct simulation *sim, int32_t user, int32_t certificate);
certlife_actor bank_branch(void);
certlife_actor bank_system(void);

/* Whether the clock is further behind than the profile tolerates: then no change may be made. */
bool bank_is_behind(const struct simulation *sim);
/* True if the call was done. Every failure differs from what should be; but where the clock is behind, a change that is
 * done does, and a failure because of the clock does not. */
bool bank_done(struct simulation *sim, const char *act, int rc);
/* The same for what only asks. */
bool bank_answered(struct simulation *sim, const char *question, int rc);

#endif
