/* SPDX-License-Identifier: Apache-2.0 */
/* What the examples in the headers take as given. Only compiled, never run. */
#include <certlife.h>
#include <certlife/sys/clock.h>
#include <certlife/sys/crypto.h>
#include <certlife/sys/issuer.h>
#include <certlife/sys/store.h>
#include <stdio.h>
#include <string.h>

extern certlife_store *store;
extern certlife_crypto *crypto;
extern certlife_issuer *issuer;
extern certlife_profile *profile;
extern certlife_institution_options options;
extern certlife_institution *institution;
extern certlife_actor user, master, branch;
extern certlife_request request;
extern certlife_decision *decision;
extern certlife_error *err;
extern const uint8_t *der, *csr;
extern size_t der_len, csr_len;
