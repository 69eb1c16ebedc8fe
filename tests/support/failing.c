/* SPDX-License-Identifier: Apache-2.0 */
#include "failing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "acts/acts.h"
#include "ports/crypto.h"
#include "ports/issuer.h"
#include "ports/store.h"

bool faults_hit(struct faults *faults, enum part part)
{
    if (!faults->armed || faults->part != part)
        return false;
    faults->seen++;
    bool hit = faults->seen == faults->n || (faults->for_good && faults->fired);
    faults->fired |= hit;
    return hit;
}

static void *make(size_t size)
{
    void *made = calloc(1, size);
    assert_non_null(made);
    return made;
}

/* ---- store ---- */

struct store_self {
    certlife_store *inner;
    struct faults *faults;
};

static const certlife_store_class *class_of(const struct store_self *s)
{
    return certlife__store_class(s->inner);
}

static void *self_of(const struct store_self *s)
{
    return certlife__store_self(s->inner);
}

static int store_begin(void *self, certlife_store_mode mode, void **txn_out, certlife_error **err)
{
    struct store_self *s = self;
    if (faults_hit(s->faults, PART_STORE))
        return CERTLIFE_E_STORE;
    return class_of(s)->begin(self_of(s), mode, txn_out, err);
}

static int store_get(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t **value_out,
                     size_t *value_len_out, certlife_error **err)
{
    struct store_self *s = self;
    if (faults_hit(s->faults, PART_STORE))
        return CERTLIFE_E_STORE;
    return class_of(s)->get(self_of(s), txn, key, key_len, value_out, value_len_out, err);
}

static int store_put(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len,
                     certlife_error **err)
{
    struct store_self *s = self;
    if (faults_hit(s->faults, PART_STORE))
        return CERTLIFE_E_STORE;
    return class_of(s)->put(self_of(s), txn, key, key_len, value, value_len, err);
}

static int store_erase(void *self, void *txn, const uint8_t *key, size_t key_len, certlife_error **err)
{
    struct store_self *s = self;
    if (faults_hit(s->faults, PART_STORE))
        return CERTLIFE_E_STORE;
    return class_of(s)->erase(self_of(s), txn, key, key_len, err);
}

static int store_scan(void *self, void *txn, const uint8_t *from, size_t from_len, size_t prefix_len,
                      certlife_store_visit visit, void *payload, certlife_error **err)
{
    struct store_self *s = self;
    if (faults_hit(s->faults, PART_STORE))
        return CERTLIFE_E_STORE;
    return class_of(s)->scan(self_of(s), txn, from, from_len, prefix_len, visit, payload, err);
}

static void happens_meanwhile(struct faults *faults)
{
    void (*meanwhile)(void *payload) = faults->meanwhile;
    faults->meanwhile = NULL;
    if (meanwhile != NULL)
        meanwhile(faults->payload);
}

static int store_commit(void *self, void *txn, certlife_error **err)
{
    struct store_self *s = self;
    bool busy = faults_hit(s->faults, PART_COMMIT_BUSY);
    if (busy || faults_hit(s->faults, PART_STORE)) {
        class_of(s)->abort(self_of(s), txn);
        happens_meanwhile(s->faults);
        return busy ? CERTLIFE_E_BUSY : CERTLIFE_E_STORE;
    }
    return class_of(s)->commit(self_of(s), txn, err);
}

static void store_abort(void *self, void *txn)
{
    struct store_self *s = self;
    class_of(s)->abort(self_of(s), txn);
}

static void store_free(void *self)
{
    struct store_self *s = self;
    certlife_store_close(s->inner);
    free(s);
}

static const certlife_store_class store_class = {
    .size = CERTLIFE_STORE_CLASS_INIT,
    .name = "failing",
    .begin = store_begin,
    .get = store_get,
    .put = store_put,
    .erase = store_erase,
    .scan = store_scan,
    .commit = store_commit,
    .abort = store_abort,
    .free = store_free,
};

certlife_store *failing_store(certlife_store *inner, struct faults *faults)
{
    certlife_store *out = NULL;
    struct store_self *s = make(sizeof *s);
    *s = (struct store_self){inner, faults};
    assert_int_equal(certlife_store_new(&store_class, s, &out, NULL), 0);
    return out;
}

/* ---- crypto ---- */

struct remembered {
    uint8_t question[32];
    int answer;
    uint8_t out[CERTLIFE_CRYPTO_SIGNATURE_MAX];
    size_t len;
};

struct crypto_self {
    certlife_crypto *inner;
    struct faults *faults;
    struct remembered *memory;
    size_t count, room;
};

/* Room that the library's calls do not pay for: it is taken before they are counted. */
#define MEMORY_ROOM 4096

struct question {
    const char *slot;
    const void *key;
    int64_t number;
    struct bytes parts[3];
};

static void name_question(struct crypto_self *s, const struct question *q, uint8_t out[32])
{
    uint8_t digests[4][32] = {{0}};
    struct writer w = writer_into(digests[3], 32);
    write_bytes(&w, bytes_of(&q->key, sizeof q->key));
    write_bytes(&w, bytes_of(&q->number, sizeof q->number));
    write_bytes(&w, bytes_of(q->slot, strnlen(q->slot, 12)));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(certlife__crypto_sha256(s->inner, q->parts[i], digests[i], NULL), 0);
    assert_int_equal(certlife__crypto_sha256(s->inner, bytes_of(digests, sizeof digests), out, NULL), 0);
}

static struct remembered *recall(struct crypto_self *s, const struct question *q, bool *known)
{
    uint8_t name[32];
    name_question(s, q, name);
    for (size_t i = 0; i < s->count; i++) {
        if (memcmp(s->memory[i].question, name, sizeof name) == 0) {
            *known = true;
            return &s->memory[i];
        }
    }
    assert_true(s->count < MEMORY_ROOM);
    struct remembered *fresh = &s->memory[s->count++];
    memcpy(fresh->question, name, sizeof name);
    *known = false;
    return fresh;
}

static int crypto_sha256(void *self, const uint8_t *data, size_t len, uint8_t out[32], certlife_error **err)
{
    struct crypto_self *s = self;
    if (faults_hit(s->faults, PART_CRYPTO))
        return CERTLIFE_E_CRYPTO;
    return certlife__crypto_sha256(s->inner, bytes_of(data, len), out, err);
}

static int crypto_random(void *self, uint8_t *out, size_t len, certlife_error **err)
{
    struct crypto_self *s = self;
    if (faults_hit(s->faults, PART_CRYPTO))
        return CERTLIFE_E_CRYPTO;
    for (size_t at = 0; at < len; at += 32) {
        uint8_t block[32];
        s->faults->drawn++;
        int rc = certlife__crypto_sha256(s->inner, bytes_of(&s->faults->drawn, sizeof s->faults->drawn), block, err);
        if (rc < 0)
            return rc;
        memcpy(out + at, block, len - at < 32 ? len - at : 32);
    }
    return 0;
}

static int crypto_key_open(void *self, const uint8_t *text, size_t len, void **key_out, certlife_error **err)
{
    struct crypto_self *s = self;
    if (faults_hit(s->faults, PART_CRYPTO))
        return CERTLIFE_E_CRYPTO;
    struct signing_key *key = make(sizeof *key);
    int rc = certlife__crypto_key_open(s->inner, bytes_of(text, len), key, err);
    if (rc == 0)
        *key_out = key;
    else
        free(key);
    return rc;
}

static int crypto_key_generate(void *self, int32_t bits, void **key_out, certlife_error **err)
{
    struct crypto_self *s = self;
    if (faults_hit(s->faults, PART_CRYPTO))
        return CERTLIFE_E_CRYPTO;
    struct signing_key *key = make(sizeof *key);
    int rc = certlife__crypto_key_generate(s->inner, bits, key, err);
    if (rc == 0)
        *key_out = key;
    else
        free(key);
    return rc;
}

static int crypto_key_write(void *self, void *key, char *out, size_t room, certlife_error **err)
{
    struct crypto_self *s = self;
    if (faults_hit(s->faults, PART_CRYPTO))
        return CERTLIFE_E_CRYPTO;
    return certlife__crypto_key_write(key, out, room, err);
}

static int crypto_key_public(void *self, void *key, uint8_t *out, size_t *len_in_out, certlife_error **err)
{
    struct crypto_self *s = self;
    if (faults_hit(s->faults, PART_CRYPTO))
        return CERTLIFE_E_CRYPTO;
    return certlife__crypto_key_public(key, out, len_in_out, err);
}

static int crypto_sign(void *self, void *key, certlife_signature algorithm, const uint8_t *message, size_t len,
                       uint8_t *out, size_t *len_in_out, certlife_error **err)
{
    struct crypto_self *s = self;
    bool known = false;
    if (faults_hit(s->faults, PART_CRYPTO))
        return CERTLIFE_E_CRYPTO;
    struct question q = {"sign", key, algorithm, {bytes_of(message, len)}};
    struct remembered *r = recall(s, &q, &known);
    if (!known) {
        r->len = sizeof r->out;
        r->answer = certlife__crypto_sign(key, algorithm, bytes_of(message, len), r->out, &r->len, err);
    }
    assert_true(r->len <= *len_in_out);
    memcpy(out, r->out, r->len);
    *len_in_out = r->len;
    return r->answer;
}

static void crypto_key_close(void *self, void *key)
{
    (void)self;
    certlife__crypto_key_close(key);
    free(key);
}

static int crypto_verify(void *self, const uint8_t *spki, size_t spki_len, certlife_signature algorithm,
                         const uint8_t *message, size_t len, const uint8_t *signature, size_t signature_len,
                         certlife_error **err)
{
    struct crypto_self *s = self;
    bool known = false;
    if (faults_hit(s->faults, PART_CRYPTO))
        return CERTLIFE_E_CRYPTO;
    struct bytes of = bytes_of(spki, spki_len), said = bytes_of(message, len);
    struct bytes signed_as = bytes_of(signature, signature_len);
    struct question q = {"verify", NULL, algorithm, {of, said, signed_as}};
    struct remembered *r = recall(s, &q, &known);
    if (!known)
        r->answer = certlife__crypto_verify(s->inner, of, algorithm, said, signed_as, err);
    return r->answer;
}

static int crypto_key_sound(void *self, const uint8_t *spki, size_t spki_len, certlife_error **err)
{
    struct crypto_self *s = self;
    bool known = false;
    if (faults_hit(s->faults, PART_CRYPTO))
        return CERTLIFE_E_CRYPTO;
    struct question q = {"key_sound", NULL, 0, {bytes_of(spki, spki_len)}};
    struct remembered *r = recall(s, &q, &known);
    if (!known)
        r->answer = certlife__crypto_key_sound(s->inner, bytes_of(spki, spki_len), err);
    return r->answer;
}

static void crypto_free(void *self)
{
    struct crypto_self *s = self;
    certlife_crypto_free(s->inner);
    free(s->memory);
    free(s);
}

static const certlife_crypto_class crypto_class = {
    .size = sizeof(certlife_crypto_class),
    .name = "failing",
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
    .free = crypto_free,
};

certlife_crypto *failing_crypto(certlife_crypto *inner, struct faults *faults)
{
    certlife_crypto *out = NULL;
    struct crypto_self *s = make(sizeof *s);
    s->inner = inner;
    s->faults = faults;
    s->memory = make(MEMORY_ROOM * sizeof *s->memory);
    assert_int_equal(certlife_crypto_new(&crypto_class, s, &out, NULL), 0);
    return out;
}

/* ---- issuer ---- */

struct issuer_self {
    certlife_issuer *inner;
    struct faults *faults;
    certlife_issuer_class class;
};

static int issuer_authority(void *self, const uint8_t **der_out, size_t *len_out, certlife_error **err)
{
    struct issuer_self *s = self;
    struct bytes der = {0};
    if (faults_hit(s->faults, PART_ISSUER))
        return CERTLIFE_E_ISSUER;
    int rc = certlife__issuer_authority(s->inner, &der, err);
    *der_out = der.data;
    *len_out = der.len;
    return rc;
}

static int issuer_issue(void *self, const certlife_issuer_order *order, uint8_t *out, size_t *len_in_out,
                        certlife_error **err)
{
    struct issuer_self *s = self;
    if (faults_hit(s->faults, PART_ISSUER))
        return CERTLIFE_E_ISSUER;
    return certlife__issuer_issue(s->inner, order, out, len_in_out, err);
}

static int issuer_poll(void *self, const uint8_t *id, size_t id_len, uint8_t *out, size_t *len_in_out,
                       certlife_error **err)
{
    struct issuer_self *s = self;
    if (faults_hit(s->faults, PART_ISSUER))
        return CERTLIFE_E_ISSUER;
    return certlife__issuer_poll(s->inner, bytes_of(id, id_len), out, len_in_out, err);
}

static void issuer_free(void *self)
{
    struct issuer_self *s = self;
    certlife_issuer_close(s->inner);
    free(s);
}

certlife_issuer *failing_issuer(certlife_issuer *inner, struct faults *faults)
{
    certlife_issuer *out = NULL;
    struct issuer_self *s = make(sizeof *s);
    bool local = certlife__issuer_is_local(inner);
    s->inner = inner;
    s->faults = faults;
    s->class = (certlife_issuer_class){
        .size = sizeof(certlife_issuer_class),
        .name = "failing",
        .capabilities = local ? CERTLIFE_ISSUER_LOCAL : 0,
        .authority = issuer_authority,
        .issue = issuer_issue,
        .poll = local ? NULL : issuer_poll,
        .free = issuer_free,
    };
    assert_int_equal(certlife_issuer_new(&s->class, s, &out, NULL), 0);
    return out;
}

/* ---- clock ---- */

static int read_clock(void *payload, int64_t *now_out)
{
    struct faults *faults = payload;
    if (faults_hit(faults, PART_CLOCK))
        return CERTLIFE_E_HOST;
    return faults->clock.now(faults->clock.payload, now_out);
}

void failing_clock(certlife_institution *institution, struct faults *faults)
{
    faults->clock = institution->clock;
    institution->clock = (certlife_clock){read_clock, faults};
}
