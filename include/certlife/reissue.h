/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/reissue.h – an administrator lets a user obtain again (再発行)
 *
 *     if (certlife_reissue(institution, &master, "0010000001", "keir002", decision, &err) == CERTLIFE_REFUSED)
 *         puts(certlife_decision_sentence(decision, CERTLIFE_LANGUAGE_EN));
 */
#ifndef CERTLIFE_REISSUE_H
#define CERTLIFE_REISSUE_H

#include <certlife/decision.h>

#ifdef __cplusplus
extern "C" {
#endif

/* By the master user for general users, or the branch with an application for anyone (R-RIS-1…3). The user is then
 * awaiting with a new obtain-by, and the old certificate stops (R-RIS-5). Answers as certlife/contract.h says. */
CERTLIFE_API int certlife_reissue(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                                  const char *user, certlife_decision *decision, certlife_error **err);

#ifdef __cplusplus
}
#endif

#endif
