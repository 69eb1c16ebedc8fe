/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/obtain.h>; the compiler holds it to the header. */

int certlife_obtain(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                    const char *user, const certlife_request *request, certlife_certificate **out,
                    certlife_decision *decision, certlife_error **err);
int certlife_deliver(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                     const char *user, certlife_certificate **out, certlife_decision *decision, certlife_error **err);
int certlife_confirm(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                     const char *user, const char *serial, certlife_decision *decision, certlife_error **err);
int certlife_issuer_answer(certlife_institution *institution, const certlife_actor *actor, const uint8_t *order_id,
                           size_t order_id_len, const uint8_t *certificate, size_t certificate_len,
                           certlife_decision *decision, certlife_error **err);
