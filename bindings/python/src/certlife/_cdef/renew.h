/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/renew.h>; the compiler holds it to the header. */

int certlife_renew(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                   const char *user, const certlife_request *request, certlife_certificate **out,
                   certlife_decision *decision, certlife_error **err);
int certlife_renew_later(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                         const char *user, certlife_decision *decision, certlife_error **err);
