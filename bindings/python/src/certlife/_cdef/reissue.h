/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/reissue.h>; the compiler holds it to the header. */

int certlife_reissue(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                     const char *user, certlife_decision *decision, certlife_error **err);
