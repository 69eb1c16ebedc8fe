/* SPDX-License-Identifier: Apache-2.0 */
/* Every cell of the matrix: act × actor × target × state × request × assurance, for one profile. */
#ifndef CERTLIFE_TESTS_CELLS_H
#define CERTLIFE_TESTS_CELLS_H

#include "states.h"

/* Who acts on whom. MASTER never meets another master user, staff never themselves. */
struct pair {
    enum actor actor;
    enum target target;
    const char *who, *whom; /* "the master user" for "a general user" */
};
extern const struct pair pairs[];
extern const size_t pair_count;

/* What an act asks for besides. The first that fits an act is the plain one, whose name is "". */
struct request {
    const char *name;
    uint32_t acts;
    certlife_medium medium;
    const char *channel;
    bool same_key;
    uint32_t faults;
    bool id_taken, usb_token_applied;
    enum { WAITING, IN_USE, ANOTHER } confirmed;
};
extern const struct request requests[];
extern const size_t request_count;

extern const certlife_act acts[];
extern const size_t act_count;

/* Acts about the institution as a whole: they have one place for each actor, whose target is TARGET_OTHER. */
#define ABOUT_INSTITUTION ACT(NOTICE_RUN)
bool is_about_institution(certlife_act act);
/* "a general user", "the institution" */
const char *whom_of(certlife_act act, const struct pair *pair);

/* All that an actor could bring; what a table asks for is part of it. */
#define EVERYTHING (ASSURED_CERTIFICATE_LOGIN | ASSURED_CONFIRMATION | ASSURED_APPLICATION)
#define ASSURANCES 16

/* Where a cell lies; `state` counts the user states, the contract states or nothing, by the pair's target. */
struct place {
    const struct certlife_profile *profile;
    certlife_act act;
    const struct pair *pair;
    size_t state;
    const struct request *request;
};

/* A situation that can stand by itself; the assurance is EVERYTHING. It must not be copied: it points into itself. */
struct cell {
    struct place place;
    struct stored stored;
    struct situation situation;
};

void cell_make(const struct place *place, struct cell *out);
size_t states_of(enum target target);
const char *state_name_for(enum target target, size_t state);
/* True where the state exists in this profile. */
bool place_is_real(const struct place *place);

/* Every real place of a profile. */
void for_each_cell(const struct certlife_profile *profile, void (*visit)(struct cell *cell, void *payload),
                   void *payload);

/* "webfb: obtain, a general user for themselves, awaiting, same key" */
const char *cell_name(const struct cell *cell);

/* Login: which certificate is presented. */
enum presented {
    PRESENTED_NONE,
    PRESENTED_CURRENT,
    PRESENTED_BESIDE,
    PRESENTED_REPLACED,
    PRESENTED_NOT_YET_VALID,
    PRESENTED_ANOTHERS,
    PRESENTED_UNKNOWN,
    PRESENTED_WRONG_ISSUER,
};
#define PRESENTEDS 8
extern const char *const presented_names[PRESENTEDS];

struct login_cell {
    struct stored stored;
    struct certificate old; /* not of the row any more */
    struct login_situation situation;
};

/* False where the state has no such certificate. */
bool login_cell_make(const struct certlife_profile *profile, size_t state, certlife_role role, enum presented presented,
                     struct login_cell *out);

#endif
