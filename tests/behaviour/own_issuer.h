/* SPDX-License-Identifier: Apache-2.0 */
/* A local issuer behind a face of one's own, as an institution may bring one: it can be seen at its work, and stopped. */
#ifndef CERTLIFE_TESTS_OWN_ISSUER_H
#define CERTLIFE_TESTS_OWN_ISSUER_H

#include "world.h"

#include "ports/issuer.h"

struct own_issuer {
    certlife_issuer *inner;
    certlife_issuer_class klass;
    struct test_ca ca;
    /* What it does besides; all may be left out. */
    int64_t later; /* notBefore so many seconds later than ordered */
    bool rejects;
    uint8_t authority[CERTLIFE_CERTIFICATE_MAX]; /* says that this is its own certificate */
    size_t authority_len;
    void (*sees)(const certlife_issuer_order *order, void *payload);
    void (*meanwhile)(void *payload); /* once, in the middle of issuing */
    void *payload;
};

static int own_authority(void *self, const uint8_t **der_out, size_t *len_out, certlife_error **err)
{
    struct own_issuer *own = self;
    struct bytes der = bytes_of(own->authority, own->authority_len);
    int rc = own->authority_len > 0 ? 0 : certlife__issuer_authority(own->inner, &der, err);
    *der_out = der.data;
    *len_out = der.len;
    return rc;
}

static int own_issue(void *self, const certlife_issuer_order *order, uint8_t *out, size_t *len_in_out,
                     certlife_error **err)
{
    struct own_issuer *own = self;
    certlife_issuer_order changed = *order;
    if (own->sees != NULL)
        own->sees(order, own->payload);
    if (own->rejects)
        return CERTLIFE_ISSUER_REJECTED;
    if (own->meanwhile != NULL) {
        void (*meanwhile)(void *) = own->meanwhile;
        own->meanwhile = NULL;
        meanwhile(own->payload);
    }
    changed.not_before += own->later;
    return certlife__issuer_issue(own->inner, &changed, out, len_in_out, err);
}

static int own_poll(void *self, const uint8_t *id, size_t id_len, uint8_t *out, size_t *len_in_out,
                    certlife_error **err)
{
    (void)self, (void)id, (void)id_len, (void)out, (void)len_in_out, (void)err;
    return CERTLIFE_ISSUER_UNKNOWN;
}

static void own_free(void *self)
{
    struct own_issuer *own = self;
    certlife_issuer_close(own->inner);
    free(own);
}

/* Into world_parts, with its crypto. Capabilities: CERTLIFE_ISSUER_LOCAL, or 0 for one outside. */
static inline struct own_issuer *own_issuer_into(struct world_parts *parts, uint32_t capabilities)
{
    struct own_issuer *own = calloc(1, sizeof *own);
    assert_non_null(own);
    assert_int_equal(certlife_crypto_new_mbedtls(&parts->crypto, NULL), 0);
    make_test_ca(parts->crypto, 256, &own->ca);
    assert_int_equal(certlife_issuer_open_local(parts->crypto, (const uint8_t *)own->ca.certificate,
                                                strlen(own->ca.certificate), (const uint8_t *)own->ca.key,
                                                strlen(own->ca.key), &own->inner, NULL),
                     0);
    own->klass = (certlife_issuer_class){
        .size = sizeof own->klass,
        .name = "own",
        .capabilities = capabilities,
        .authority = own_authority,
        .issue = own_issue,
        .poll = own_poll,
        .free = own_free,
    };
    assert_int_equal(certlife_issuer_new(&own->klass, own, &parts->issuer, NULL), 0);
    return own;
}

#endif
