/* SPDX-License-Identifier: Apache-2.0 */
/* Every public call that takes an institution and a contract, each in a form that would do: to be made with a handle or an
 * actor that will not. What a call gives it frees. */
#ifndef CERTLIFE_TESTS_CALLS_H
#define CERTLIFE_TESTS_CALLS_H

#include <certlife.h>

struct call_made {
    const char *name;
    /* `actor` may be NULL, and any part of it wrong. `contract` and `user` are what the call is about. */
    int (*make)(certlife_institution *institution, const certlife_actor *actor, const char *contract, const char *user,
                certlife_decision *decision, certlife_error **err);
    int about_user; /* 0: `user` is not used */
};

extern const struct call_made calls[];
extern const size_t call_count;

#endif
