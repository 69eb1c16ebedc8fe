/* SPDX-License-Identifier: Apache-2.0 */
/* What every public call does first and last: check the form of what it was given, and report the outcome. */
#ifndef CERTLIFE_API_API_H
#define CERTLIFE_API_API_H

#include "acts/acts.h"
#include "base/error.h"

#define INSTITUTION_MAGIC UINT32_C(0x63726c69)

/*
 * Empties the decision, so that one of an earlier call is never taken for this one's; checks handle, process, actor and
 * IDs, reads the clock once, and fills `out`. `contract` and `user` may be NULL only
 * where the act has none.
 */
int certlife__call_prepare(certlife_institution *institution, const certlife_actor *actor, certlife_act act,
                           const char *contract, const char *user, certlife_decision *decision, struct call *out,
                           certlife_error **err);

/* `what` "contract", `text` as given: CERTLIFE_E_INVALID with what is wrong. */
int certlife__check_text(const char *what, const char *text, size_t min, size_t max, certlife_error **err);
int certlife__check_email(const char *email, certlife_error **err);

void certlife__decision_clear(certlife_decision *decision);

/* Fills the decision, if there is one, and returns `rc`. */
int certlife__report(const struct call *call, const struct outcome *outcome, certlife_decision *decision, int rc);

/* A certificate object with room for the largest, to be filled once it is known. */
certlife_certificate *certlife__certificate_make(certlife_error **err);
/* Fills it and returns it, shrunk to what it needs. */
certlife_certificate *certlife__certificate_fill(certlife_certificate *certificate,
                                                 const struct certificate_record *record, int64_t now);

#endif
