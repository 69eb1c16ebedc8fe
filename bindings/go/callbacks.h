/* SPDX-License-Identifier: Apache-2.0 */
/* Parts written in Go: classes whose slots call Go. */
#ifndef CERTLIFE_GO_CALLBACKS_H
#define CERTLIFE_GO_CALLBACKS_H

#include <certlife.h>

/* One part: what C holds of it. `go` is the handle of its Go half. */
struct certlife_go_part {
    uintptr_t go;
    uint8_t *authority; /* an issuer's own certificate */
    size_t authority_len;
    char name[64];
    certlife_store_class store;
    certlife_issuer_class issuer;
    certlife_crypto_class crypto;
};

struct certlife_go_part *certlife_go_part_new(uintptr_t go, const char *name);
void certlife_go_part_free(struct certlife_go_part *part);
int certlife_go_store_new(struct certlife_go_part *part, uint32_t capabilities, certlife_store **out,
                          certlife_error **err);
int certlife_go_issuer_new(struct certlife_go_part *part, uint32_t capabilities, const uint8_t *authority,
                           size_t authority_len, certlife_issuer **out, certlife_error **err);
int certlife_go_crypto_new(struct certlife_go_part *part, certlife_crypto **out, certlife_error **err);
void certlife_go_clock(certlife_clock *clock, uintptr_t go);

/* The Go half of the call that this thread is in: sets it, and returns the one before, for calls made by callbacks. */
uintptr_t certlife_go_enter(uintptr_t call);

static inline int certlife_go_visit(certlife_store_visit visit, const uint8_t *key, size_t key_len,
                                    const uint8_t *value, size_t value_len, void *payload)
{
    return visit(key, key_len, value, value_len, payload);
}

#endif
