/* SPDX-License-Identifier: Apache-2.0 */
/* Every state that a user or a contract can be in, as stored facts at one moment: 2027-04-01 12:00:00 in Japan. */
#ifndef CERTLIFE_TESTS_STATES_H
#define CERTLIFE_TESTS_STATES_H

#include "rules/situation.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW INT64_C(1806548400)

/* What is stored of one user and their contract. */
struct stored {
    struct contract contract;
    struct user user;
};

/* A state of a user. `name` is what the snapshots call it. */
const char *state_name(size_t index); /* NULL behind the last */
struct stored state_of_user(size_t index, const struct certlife_profile *profile, certlife_role role);
/* True where the profile, as it is, can lead there. */
bool state_fits(size_t index, const struct certlife_profile *profile);

/* A state of a contract, for the acts that are about no user. */
const char *contract_state_name(size_t index);
struct contract state_of_contract(size_t index, const struct certlife_profile *profile);

struct standing standing_now(const struct certlife_profile *profile, const struct stored *stored);

/* The profiles of the matrix: the built-in ones, and two with what those do not choose. NULL behind the last. */
const struct certlife_profile *matrix_profile(size_t index);

#endif
