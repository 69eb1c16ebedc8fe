/* SPDX-License-Identifier: Apache-2.0 */
/* Typed calls over an issuer class. */
#ifndef CERTLIFE_PORTS_ISSUER_H
#define CERTLIFE_PORTS_ISSUER_H

#include <stdbool.h>

#include <certlife/sys/issuer.h>

#include "base/bytes.h"

bool certlife__issuer_is_local(const certlife_issuer *issuer);
int certlife__issuer_authority(certlife_issuer *issuer, struct bytes *der_out, certlife_error **err);
/* CERTLIFE_ISSUER_ISSUED, _LATER, _REJECTED or a failure. */
int certlife__issuer_issue(certlife_issuer *issuer, const certlife_issuer_order *order, uint8_t *out,
                           size_t *len_in_out, certlife_error **err);
int certlife__issuer_poll(certlife_issuer *issuer, struct bytes id, uint8_t *out, size_t *len_in_out,
                          certlife_error **err);
const char *certlife__issuer_name(const certlife_issuer *issuer);

#endif
