/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/crypto.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"

struct certlife_crypto {
    certlife_crypto_class klass; /* a copy: a class of an older, shorter kind is filled up with NULL */
    void *self;
    pid_t owner;
};

static const char *missing_slot(const certlife_crypto_class *klass)
{
#define MUST(slot)                                                                                                     \
    if (klass->slot == NULL)                                                                                           \
    return #slot
    MUST(name);
    MUST(sha256);
    MUST(random);
    MUST(key_open);
    MUST(key_generate);
    MUST(key_write);
    MUST(key_public);
    MUST(sign);
    MUST(key_close);
    MUST(verify);
    MUST(key_sound);
#undef MUST
    return NULL;
}

int certlife_crypto_new(const certlife_crypto_class *klass, void *self, certlife_crypto **out, certlife_error **err)
{
    CHECK_USE(klass != NULL, err);
    CHECK_USE(out != NULL, err);
    certlife_crypto_class copy = {0};
    memcpy(&copy, klass, klass->size < sizeof copy ? klass->size : sizeof copy);
    const char *missing = missing_slot(&copy);
    if (missing != NULL)
        return certlife__fail(err, CERTLIFE_E_INVALID, "crypto %s: slot %s is missing",
                              copy.name != NULL ? copy.name : "class", missing);
    certlife_crypto *crypto = calloc(1, sizeof *crypto);
    if (crypto == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "crypto %s: no memory", copy.name);
    crypto->klass = copy;
    crypto->self = self;
    crypto->owner = getpid();
    *out = crypto;
    return 0;
}

void certlife_crypto_free(certlife_crypto *crypto)
{
    if (crypto == NULL)
        return;
    if (crypto->klass.free != NULL)
        crypto->klass.free(crypto->self);
    free(crypto);
}

/* A child's random numbers would be its parent's, and so its keys and serial numbers. */
int certlife__crypto_check(const certlife_crypto *crypto, certlife_error **err)
{
    if (crypto->owner != getpid())
        return certlife__fail(err, CERTLIFE_E_FORKED, "crypto %s: was made before fork()", crypto->klass.name);
    return 0;
}

/* A slot's answer, made one that can be trusted: 0 to `most`, or a known failure that is described. */
static int settle(const certlife_crypto *crypto, const char *slot, int answer, int most, certlife_error **err)
{
    if (answer >= 0 && answer <= most)
        return answer;
    bool known = answer < 0 && certlife_error_class_for(answer) != 0;
    if (known)
        return certlife__fail(err, answer, "crypto %s: %s failed", crypto->klass.name, slot);
    return certlife__fail_backend(err, CERTLIFE_E_CRYPTO, answer, crypto->klass.name,
                                  "crypto %s: %s gave an answer it must not give: %d", crypto->klass.name, slot,
                                  answer);
}

/* The same for a slot that fills `room` octets at most. */
static int settle_length(const certlife_crypto *crypto, const char *slot, int answer, size_t len, size_t *room,
                         certlife_error **err)
{
    int rc = settle(crypto, slot, answer, 0, err);
    if (rc < 0)
        return rc;
    if (len == 0 || len > *room)
        return certlife__fail(err, CERTLIFE_E_CRYPTO, "crypto %s: %s gave %zu octets where %zu fit", crypto->klass.name,
                              slot, len, *room);
    *room = len;
    return 0;
}

int certlife__crypto_sha256(certlife_crypto *crypto, struct bytes data, uint8_t out[32], certlife_error **err)
{
    int answer = crypto->klass.sha256(crypto->self, data.data, data.len, out, err);
    return settle(crypto, "sha256", answer, 0, err);
}

int certlife__crypto_random(certlife_crypto *crypto, uint8_t *out, size_t len, certlife_error **err)
{
    int rc = certlife__crypto_check(crypto, err);
    return rc < 0 ? rc : settle(crypto, "random", crypto->klass.random(crypto->self, out, len, err), 0, err);
}

int certlife__crypto_key_open(certlife_crypto *crypto, struct bytes text, struct signing_key *out, certlife_error **err)
{
    void *inner = NULL;
    int rc = certlife__crypto_check(crypto, err);
    if (rc == 0)
        rc = settle(crypto, "key_open", crypto->klass.key_open(crypto->self, text.data, text.len, &inner, err), 0, err);
    if (rc < 0)
        return rc;
    *out = (struct signing_key){crypto, inner};
    return 0;
}

int certlife__crypto_key_generate(certlife_crypto *crypto, int32_t bits, struct signing_key *out, certlife_error **err)
{
    void *inner = NULL;
    int rc = certlife__crypto_check(crypto, err);
    if (rc == 0)
        rc = settle(crypto, "key_generate", crypto->klass.key_generate(crypto->self, bits, &inner, err), 0, err);
    if (rc < 0)
        return rc;
    *out = (struct signing_key){crypto, inner};
    return 0;
}

int certlife__crypto_key_write(const struct signing_key *key, char *out, size_t room, certlife_error **err)
{
    int answer = key->crypto->klass.key_write(key->crypto->self, key->inner, out, room, err);
    return settle(key->crypto, "key_write", answer, 0, err);
}

int certlife__crypto_key_public(const struct signing_key *key, uint8_t *out, size_t *len_in_out, certlife_error **err)
{
    size_t len = *len_in_out;
    int answer = key->crypto->klass.key_public(key->crypto->self, key->inner, out, &len, err);
    return settle_length(key->crypto, "key_public", answer, len, len_in_out, err);
}

int certlife__crypto_sign(const struct signing_key *key, certlife_signature algorithm, struct bytes message,
                          uint8_t *out, size_t *len_in_out, certlife_error **err)
{
    size_t len = *len_in_out;
    int answer =
        key->crypto->klass.sign(key->crypto->self, key->inner, algorithm, message.data, message.len, out, &len, err);
    return settle_length(key->crypto, "sign", answer, len, len_in_out, err);
}

void certlife__crypto_key_close(struct signing_key *key)
{
    if (key->crypto == NULL)
        return;
    key->crypto->klass.key_close(key->crypto->self, key->inner);
    *key = (struct signing_key){NULL, NULL};
}

int certlife__crypto_verify(certlife_crypto *crypto, struct bytes spki, certlife_signature algorithm,
                            struct bytes message, struct bytes signature, certlife_error **err)
{
    int answer = crypto->klass.verify(crypto->self, spki.data, spki.len, algorithm, message.data, message.len,
                                      signature.data, signature.len, err);
    return settle(crypto, "verify", answer, CERTLIFE_CRYPTO_BAD, err);
}

int certlife__crypto_key_sound(certlife_crypto *crypto, struct bytes spki, certlife_error **err)
{
    int answer = crypto->klass.key_sound(crypto->self, spki.data, spki.len, err);
    return settle(crypto, "key_sound", answer, CERTLIFE_CRYPTO_BAD, err);
}
