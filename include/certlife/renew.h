/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/renew.h – a user replaces a valid certificate by a new one (更新)
 *
 *     certlife_certificate *renewed = NULL;
 *     if (certlife_renew(institution, &user, user.contract, user.user, &request, &renewed, decision, &err) == 0)
 *         printf("%s\n", certlife_certificate_serial(renewed));
 *     else
 *         certlife_renew_later(institution, &user, user.contract, user.user, decision, &err);
 *     certlife_certificate_free(renewed);
 *
 * Every call here answers as those in certlife/obtain.h do.
 */
#ifndef CERTLIFE_RENEW_H
#define CERTLIFE_RENEW_H

#include <certlife/certificate.h>
#include <certlife/request.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * By the user (R-REN-1), in the window of R-REN-2, after a certificate login or with the login password, as the profile
 * says (R-REN-3). The old certificate works until the new one is confirmed, by certlife_confirm or its first login
 * (R-REN-6). Renewing again before that: the same key gets the same certificate; after a certificate login another key
 * gets a new one, and the unconfirmed one is revoked (R-ALL-5).
 */
CERTLIFE_API int certlife_renew(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                                const char *user, const certlife_request *request, certlife_certificate **out,
                                certlife_decision *decision, certlife_error **err);

/* 'Renew later' (後で更新する) is remembered; the notice comes again at the next login (R-REN-7). */
CERTLIFE_API int certlife_renew_later(certlife_institution *institution, const certlife_actor *actor,
                                      const char *contract, const char *user, certlife_decision *decision,
                                      certlife_error **err);

#ifdef __cplusplus
}
#endif

#endif
