/* SPDX-License-Identifier: Apache-2.0 */
/* What an act that was decided does to a user's facts. Pure: facts in, facts out. */
#ifndef CERTLIFE_RULES_TRANSITION_H
#define CERTLIFE_RULES_TRANSITION_H

#include "base/records.h"
#include "rules/profile.h"

/*
 * AUTHORISE, REISSUE, REVOKE, USER_DELETE and CONTRACT_CLOSE, by the table in transition.c. `reason` is that of a
 * revocation, where the act leaves the choice.
 */
struct change certlife__transition(const struct certlife_profile *profile, const struct user *user, certlife_act act,
                                   certlife_reason reason, int64_t now);

/* `certificate` was issued for an obtain or renew. */
struct change certlife__transition_receive(const struct user *user, const struct certificate *certificate, int64_t now);

/* The unconfirmed certificate is installed (R-REN-6). */
struct change certlife__transition_confirm(const struct user *user, const struct serial *serial, int64_t now);

#endif
