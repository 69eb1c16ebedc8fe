/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/revoke.h – an administrator ends the use of a certificate (失効)
 *
 *     int rc = certlife_revoke(institution, &master, "0010000001", "keir002", CERTLIFE_REASON_KEY_COMPROMISE, decision,
 *                              &err);
 *     if (rc == CERTLIFE_REFUSED)
 *         puts(certlife_decision_sentence(decision, CERTLIFE_LANGUAGE_EN));
 */
#ifndef CERTLIFE_REVOKE_H
#define CERTLIFE_REVOKE_H

#include <certlife/certificate.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Ends the user's certificate, an unconfirmed one, an unused authorisation and a request still issuing (R-REV-1…8,
 * R-ALL-7, R-ALL-11), for good. Once the call has returned no login with it succeeds, on any node (R-REV-5). Works also
 * in the room a full store keeps back; where even that is short, no notice tells of it. Reason, time, actor and application
 * number are recorded (R-REV-7). Answers as certlife/contract.h says.
 */
CERTLIFE_API int certlife_revoke(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                                 const char *user, certlife_reason reason, certlife_decision *decision,
                                 certlife_error **err);

#ifdef __cplusplus
}
#endif

#endif
