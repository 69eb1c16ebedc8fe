/* SPDX-License-Identifier: Apache-2.0 */
/* The slots: each passes the call under way, the part's Go half and its own arguments on to the Go function of its name. */
#include "callbacks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "_cgo_export.h"

static __thread uintptr_t current;

uintptr_t certlife_go_enter(uintptr_t call)
{
    uintptr_t before = current;
    current = call;
    return before;
}

static uintptr_t go(void *self)
{
    return ((struct certlife_go_part *)self)->go;
}

/* ---- clock ------------------------------------------------------------------------------------------------------- */

static int clock_now(void *payload, int64_t *now_out)
{
    return certlifeGoClockNow(current, (uintptr_t)payload, now_out);
}

void certlife_go_clock(certlife_clock *clock, uintptr_t handle)
{
    clock->now = clock_now;
    clock->payload = (void *)handle;
}

/* ---- store ------------------------------------------------------------------------------------------------------- */

static int store_begin(void *self, certlife_store_mode mode, void **txn_out, certlife_error **err)
{
    uintptr_t txn = 0;
    int rc = certlifeGoStoreBegin(current, go(self), mode, &txn, err);
    if (rc == 0)
        *txn_out = (void *)txn;
    return rc;
}

static int store_get(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t **value_out,
                     size_t *value_len_out, certlife_error **err)
{
    (void)self;
    return certlifeGoStoreGet(current, (uintptr_t)txn, (uint8_t *)key, key_len, (uint8_t **)value_out, value_len_out,
                              err);
}

static int store_put(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len,
                     certlife_error **err)
{
    (void)self;
    return certlifeGoStorePut(current, (uintptr_t)txn, (uint8_t *)key, key_len, (uint8_t *)value, value_len, err);
}

static int store_erase(void *self, void *txn, const uint8_t *key, size_t key_len, certlife_error **err)
{
    (void)self;
    return certlifeGoStoreErase(current, (uintptr_t)txn, (uint8_t *)key, key_len, err);
}

static int store_scan(void *self, void *txn, const uint8_t *from, size_t from_len, size_t prefix_len,
                      certlife_store_visit visit, void *payload, certlife_error **err)
{
    (void)self;
    return certlifeGoStoreScan(current, (uintptr_t)txn, (uint8_t *)from, from_len, prefix_len, visit, payload, err);
}

static int store_commit(void *self, void *txn, certlife_error **err)
{
    (void)self;
    return certlifeGoStoreCommit(current, (uintptr_t)txn, err);
}

static void store_abort(void *self, void *txn)
{
    (void)self;
    certlifeGoStoreAbort(current, (uintptr_t)txn);
}

int certlife_go_store_new(struct certlife_go_part *part, uint32_t capabilities, certlife_store **out,
                          certlife_error **err)
{
    part->store = (certlife_store_class){
        .size = CERTLIFE_STORE_CLASS_INIT,
        .name = part->name,
        .capabilities = capabilities,
        .begin = store_begin,
        .get = store_get,
        .put = store_put,
        .erase = store_erase,
        .scan = store_scan,
        .commit = store_commit,
        .abort = store_abort,
    };
    return certlife_store_new(&part->store, part, out, err);
}

/* ---- issuer ------------------------------------------------------------------------------------------------------ */

static int issuer_authority(void *self, const uint8_t **der_out, size_t *len_out, certlife_error **err)
{
    (void)err;
    struct certlife_go_part *part = self;
    *der_out = part->authority;
    *len_out = part->authority_len;
    return 0;
}

static int issuer_issue(void *self, const certlife_issuer_order *order, uint8_t *out, size_t *len_in_out,
                        certlife_error **err)
{
    return certlifeGoIssuerIssue(current, go(self), (certlife_issuer_order *)order, out, len_in_out, err);
}

static int issuer_poll(void *self, const uint8_t *id, size_t id_len, uint8_t *out, size_t *len_in_out,
                       certlife_error **err)
{
    return certlifeGoIssuerPoll(current, go(self), (uint8_t *)id, id_len, out, len_in_out, err);
}

int certlife_go_issuer_new(struct certlife_go_part *part, uint32_t capabilities, const uint8_t *authority,
                           size_t authority_len, certlife_issuer **out, certlife_error **err)
{
    part->authority = malloc(authority_len + 1);
    if (part->authority == NULL)
        return CERTLIFE_E_MEMORY;
    if (authority_len > 0)
        memcpy(part->authority, authority, authority_len);
    part->authority_len = authority_len;
    part->issuer = (certlife_issuer_class){
        .size = sizeof part->issuer,
        .name = part->name,
        .capabilities = capabilities,
        .authority = issuer_authority,
        .issue = issuer_issue,
        .poll = issuer_poll,
    };
    return certlife_issuer_new(&part->issuer, part, out, err);
}

/* ---- crypto ------------------------------------------------------------------------------------------------------ */

static int crypto_sha256(void *self, const uint8_t *data, size_t len, uint8_t out[32], certlife_error **err)
{
    return certlifeGoCryptoSHA256(current, go(self), (uint8_t *)data, len, out, err);
}

static int crypto_random(void *self, uint8_t *out, size_t len, certlife_error **err)
{
    return certlifeGoCryptoRandom(current, go(self), out, len, err);
}

static int crypto_key_open(void *self, const uint8_t *text, size_t len, void **key_out, certlife_error **err)
{
    uintptr_t key = 0;
    int rc = certlifeGoCryptoKeyOpen(current, go(self), (uint8_t *)text, len, &key, err);
    if (rc == 0)
        *key_out = (void *)key;
    return rc;
}

static int crypto_key_generate(void *self, int32_t bits, void **key_out, certlife_error **err)
{
    uintptr_t key = 0;
    int rc = certlifeGoCryptoKeyGenerate(current, go(self), bits, &key, err);
    if (rc == 0)
        *key_out = (void *)key;
    return rc;
}

static int crypto_key_write(void *self, void *key, char *out, size_t room, certlife_error **err)
{
    (void)self;
    return certlifeGoCryptoKeyWrite(current, (uintptr_t)key, out, room, err);
}

static int crypto_key_public(void *self, void *key, uint8_t *out, size_t *len_in_out, certlife_error **err)
{
    (void)self;
    return certlifeGoCryptoKeyPublic(current, (uintptr_t)key, out, len_in_out, err);
}

static int crypto_sign(void *self, void *key, certlife_signature algorithm, const uint8_t *message, size_t len,
                       uint8_t *out, size_t *len_in_out, certlife_error **err)
{
    (void)self;
    return certlifeGoCryptoSign(current, (uintptr_t)key, algorithm, (uint8_t *)message, len, out, len_in_out, err);
}

static void crypto_key_close(void *self, void *key)
{
    (void)self;
    certlifeGoCryptoKeyClose(current, (uintptr_t)key);
}

static int crypto_verify(void *self, const uint8_t *spki, size_t spki_len, certlife_signature algorithm,
                         const uint8_t *message, size_t len, const uint8_t *signature, size_t signature_len,
                         certlife_error **err)
{
    return certlifeGoCryptoVerify(current, go(self), (uint8_t *)spki, spki_len, algorithm, (uint8_t *)message, len,
                                  (uint8_t *)signature, signature_len, err);
}

static int crypto_key_sound(void *self, const uint8_t *spki, size_t spki_len, certlife_error **err)
{
    return certlifeGoCryptoKeySound(current, go(self), (uint8_t *)spki, spki_len, err);
}

int certlife_go_crypto_new(struct certlife_go_part *part, certlife_crypto **out, certlife_error **err)
{
    part->crypto = (certlife_crypto_class){
        .size = sizeof part->crypto,
        .name = part->name,
        .sha256 = crypto_sha256,
        .random = crypto_random,
        .key_open = crypto_key_open,
        .key_generate = crypto_key_generate,
        .key_write = crypto_key_write,
        .key_public = crypto_key_public,
        .sign = crypto_sign,
        .key_close = crypto_key_close,
        .verify = crypto_verify,
        .key_sound = crypto_key_sound,
    };
    return certlife_crypto_new(&part->crypto, part, out, err);
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

struct certlife_go_part *certlife_go_part_new(uintptr_t handle, const char *name)
{
    struct certlife_go_part *part = calloc(1, sizeof *part);
    if (part == NULL)
        return NULL;
    part->go = handle;
    snprintf(part->name, sizeof part->name, "%s", name);
    return part;
}

void certlife_go_part_free(struct certlife_go_part *part)
{
    if (part == NULL)
        return;
    free(part->authority);
    free(part);
}
