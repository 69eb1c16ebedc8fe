/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/revoke.h>; the compiler holds it to the header. */

int certlife_revoke(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                    const char *user, certlife_reason reason, certlife_decision *decision, certlife_error **err);
