/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/institution.h – the handle that everything goes through
 *
 *     certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
 *     options.name = "Example Shinkin Bank";
 *     options.crl_url = "http://crl.example.jp/users.crl";
 *     options.profile = profile;
 *     options.store = store;
 *     options.issuer = issuer;
 *     options.crypto = crypto;
 *     if (certlife_institution_open(&options, &institution, &err) < 0)
 *         fprintf(stderr, "%s\n", certlife_error_message(err));
 *     ...
 *     certlife_institution_close(institution);
 *
 * A program may open several institutions, with different profiles and stores; nothing is shared between them. One handle
 * may be used from many threads at once. After fork() every call in the child answers CERTLIFE_E_FORKED: open a new one
 * there, on a store, crypto and issuer of the child's own. The inherited handles may be closed there, to free memory.
 * Close it before its store, issuer and crypto. Calls use up to 128 KiB of stack: give threads of your own 256 KiB.
 */
#ifndef CERTLIFE_INSTITUTION_H
#define CERTLIFE_INSTITUTION_H

#include <certlife/decision.h>
#include <certlife/profile.h>
#include <certlife/sys/clock.h>
#include <certlife/sys/crypto.h>
#include <certlife/sys/issuer.h>
#include <certlife/sys/store.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct certlife_institution_options {
    size_t size;         /* sizeof(certlife_institution_options), set by CERTLIFE_INSTITUTION_OPTIONS_INIT */
    const char *name;    /* must: the organization in every subject; UTF-8, 1 to 64 bytes; copied */
    const char *crl_url; /* must: where the revocation list will be (R-ISS-5); ASCII, up to 255; copied */
    const certlife_profile *profile; /* must: copied */
    certlife_store *store;           /* must: borrowed until the institution is closed, like issuer and crypto */
    /* May be NULL: then nothing can be obtained or renewed (CERTLIFE_E_ISSUER). When it is changed for one with another key,
     * what was issued before goes on to be accepted at login: the register vouches for it. */
    certlife_issuer *issuer;
    certlife_crypto *crypto; /* must */
    certlife_clock clock;    /* {NULL, NULL} is the system's clock */
} certlife_institution_options;

/* clang-format off */
#define CERTLIFE_INSTITUTION_OPTIONS_INIT \
    {sizeof(certlife_institution_options), NULL, NULL, NULL, NULL, NULL, NULL, {NULL, NULL}}
/* clang-format on */

/*
 * Opens an institution on its store, which is made ready if it is empty. CERTLIFE_E_INVALID for a wrong option, named;
 * STORE_VERSION for a store from a newer version; STORE_CORRUPT for one with something else in it; STORE; MEMORY.
 */
CERTLIFE_API int certlife_institution_open(const certlife_institution_options *options, certlife_institution **out,
                                           certlife_error **err);

/* NULL does nothing. No other call may be under way. */
CERTLIFE_API void certlife_institution_close(certlife_institution *institution);

#ifdef __cplusplus
}
#endif

#endif
