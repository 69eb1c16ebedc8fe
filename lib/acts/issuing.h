/* SPDX-License-Identifier: Apache-2.0 */
/* What issuing by a local issuer and by an outside one have in common. */
#ifndef CERTLIFE_ACTS_ISSUING_H
#define CERTLIFE_ACTS_ISSUING_H

#include "acts/ledger.h"

struct looked {
    struct scene scene;
    bool done; /* the outcome is final: refused, or a certificate that is there already */
};

/* Decides; where the answer is a certificate that is there already, reads it. */
int certlife__issue_decide(struct txn *txn, const struct call *call, struct looked *out, struct delivered *delivered,
                           struct outcome *outcome, certlife_error **err);
/* The same in a read transaction of its own. */
int certlife__issue_look(const struct call *call, struct looked *out, struct delivered *delivered,
                         struct outcome *outcome, certlife_error **err);

/* What comes from outside is looked at as a stranger's. The request's key (R-OBT-11): */
int certlife__request_examine(const struct call *call, uint32_t *faults_out, certlife_error **err);
/* An issuer's answer, against the order: key, names, dates, signature (R-ISS-5). */
int certlife__certificate_examine(const struct certlife_institution *institution, const struct order *order,
                                  struct bytes der, struct certificate_view *view, certlife_error **err);

int certlife__issuer_needed(const struct certlife_institution *institution, certlife_error **err);
certlife_issuer_order certlife__order_wording(const struct certlife_institution *institution, const struct order *order,
                                              const struct request *request);

/* Recording: the certificate, whose key it is, and the user it now belongs to. */
struct certificate_record certlife__issued_record(const struct order *order, const struct certificate_view *view,
                                                  int64_t now);
int certlife__issued_write(const struct ledger *ledger, const struct user *user,
                           const struct certificate_record *record, certlife_error **err);
/* Hands out what was written. */
void certlife__issued_deliver(const struct certificate_record *record, struct delivered *out, struct outcome *outcome);

/* With an outside issuer. */
int certlife__issue_outside(const struct call *call, const struct order *order, struct delivered *out,
                            struct outcome *outcome, certlife_error **err);

void certlife__refuse(struct outcome *outcome, certlife_code code, const char *row, certlife_way way);

#endif
