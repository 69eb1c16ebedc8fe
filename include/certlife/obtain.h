/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/obtain.h – a user gets a certificate (取得)
 *
 *     certlife_actor user = CERTLIFE_ACTOR_INIT;
 *     user.kind = CERTLIFE_ACTOR_USER;
 *     user.contract = "0010000001";
 *     user.user = "keir002";
 *     user.login_password = 1;
 *     certlife_certificate *certificate = NULL;
 *     if (certlife_obtain(institution, &user, user.contract, user.user, &request, &certificate, decision, &err) == 0) {
 *         fputs(certlife_certificate_pem(certificate), stdout);
 *         certlife_confirm(institution, &user, user.contract, user.user, certlife_certificate_serial(certificate),
 *                          decision, &err);
 *     }
 *     certlife_certificate_free(certificate);
 *
 * Every call here answers as those in certlife/contract.h do; besides, CERTLIFE_E_MALFORMED for a request that is not
 * PKCS #10, and CERTLIFE_E_ISSUER where the issuer fails, its certificate ends too soon (R-ISS-5), or its answer does not
 * fit. Nothing is recorded then. What is returned has been recorded durably before (R-ISS-2). `out` may not be NULL; it
 * is set, to a certificate that is yours to free, only if the call is allowed.
 */
#ifndef CERTLIFE_OBTAIN_H
#define CERTLIFE_OBTAIN_H

#include <certlife/certificate.h>
#include <certlife/request.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * By the user, with ID and login password (R-OBT-1), after an authorisation or where the profile lets an expired or revoked
 * one be obtained anew (R-OBT-2, 9, 10). The same key again, before it is confirmed, gets the same certificate (R-ALL-5).
 * Where the issuer answers later the call is refused with CERTLIFE_CODE_ISSUING, and certlife_deliver polls (R-OBT-6).
 */
CERTLIFE_API int certlife_obtain(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                                 const char *user, const certlife_request *request, certlife_certificate **out,
                                 certlife_decision *decision, certlife_error **err);

/* The same unconfirmed certificate once more, byte for byte (R-OBT-4), with the assurance of the act that issued it
 * (R-ALL-6). While `issuing` it asks the issuer (R-OBT-6) and is refused with CERTLIFE_CODE_ISSUING until it answers. */
CERTLIFE_API int certlife_deliver(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                                  const char *user, certlife_certificate **out, certlife_decision *decision,
                                  certlife_error **err);

/* The certificate with this serial number (hexadecimal) is installed; a renewed one replaces the old (R-REN-6).
 * Confirming twice changes nothing. The first login with it confirms too. */
CERTLIFE_API int certlife_confirm(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                                  const char *user, const char *serial, certlife_decision *decision,
                                  certlife_error **err);

/*
 * By the system, for an outside issuer that answers by itself: `order_id` is what its `issue` was given. With a
 * certificate (DER) the order is fulfilled; with NULL it was rejected. An answer that comes after a revocation, reissue,
 * deletion or closing is recorded and revoked (R-ALL-7). The same certificate again changes nothing; an order
 * that is not open is refused as unknown.
 */
CERTLIFE_API int certlife_issuer_answer(certlife_institution *institution, const certlife_actor *actor,
                                        const uint8_t *order_id, size_t order_id_len, const uint8_t *certificate,
                                        size_t certificate_len, certlife_decision *decision, certlife_error **err);

#ifdef __cplusplus
}
#endif

#endif
