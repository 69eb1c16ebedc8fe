/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/institution.h>; the compiler holds it to the header. */

typedef struct certlife_institution_options {
    size_t size;
    const char *name;
    const char *crl_url;
    const certlife_profile *profile;
    certlife_store *store;
    certlife_issuer *issuer;
    certlife_crypto *crypto;
    certlife_clock clock;
    ...;
} certlife_institution_options;

int certlife_institution_open(const certlife_institution_options *options, certlife_institution **out,
                              certlife_error **err);
void certlife_institution_close(certlife_institution *institution);
