/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <stdlib.h>
#include <unistd.h>

static int check_options(const certlife_institution_options *options, certlife_error **err)
{
    static const char init[] = "begin with CERTLIFE_INSTITUTION_OPTIONS_INIT";
    if (options->size != sizeof *options)
        return certlife__fail(err, CERTLIFE_E_INVALID, "institution: size is not set; %s", init);
    int rc = certlife__check_text("institution's name", options->name, 1, ID_MAX, err);
    if (rc == 0)
        rc = certlife__check_text("institution's crl_url", options->crl_url, 1, 255, err);
    if (rc < 0)
        return rc;
    for (const char *p = options->crl_url; *p != '\0'; p++) {
        if (*p <= ' ' || *p > '~')
            return certlife__fail(err, CERTLIFE_E_INVALID, "institution's crl_url: is not plain ASCII");
    }
    if (options->profile == NULL || options->store == NULL || options->crypto == NULL)
        return certlife__fail(err, CERTLIFE_E_INVALID, "institution %s: %s is missing", options->name,
                              options->profile == NULL ? "its profile"
                              : options->store == NULL ? "its store"
                                                       : "its crypto");
    return 0;
}

int certlife_institution_open(const certlife_institution_options *options, certlife_institution **out,
                              certlife_error **err)
{
    CHECK_USE(options != NULL, err);
    CHECK_USE(out != NULL, err);
    int rc = check_options(options, err);
    if (rc < 0)
        return rc;
    struct certlife_institution *institution = calloc(1, sizeof *institution);
    if (institution == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "institution %s: no memory", options->name);
    institution->magic = INSTITUTION_MAGIC;
    institution->owner = getpid();
    certlife__text_copy(institution->name, sizeof institution->name, options->name);
    certlife__text_copy(institution->crl_url, sizeof institution->crl_url, options->crl_url);
    institution->profile = *options->profile;
    institution->store = options->store;
    institution->issuer = options->issuer;
    institution->crypto = options->crypto;
    institution->clock = options->clock;
    institution->tables = certlife__tables();
    rc = certlife__authority_read(institution, err);
    if (rc == 0)
        rc = certlife__meta_prepare(institution->store, err);
    if (rc < 0) {
        free(institution);
        return rc;
    }
    *out = institution;
    return 0;
}

void certlife_institution_close(certlife_institution *institution)
{
    if (institution == NULL)
        return;
    institution->magic = 0;
    free(institution);
}
