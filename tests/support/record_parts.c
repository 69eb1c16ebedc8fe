/* SPDX-License-Identifier: Apache-2.0 */
/* What a story is told with: institutions, and the stores, issuers and clocks that a test gives them. */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ports/store.h"

/* A part or an institution, by its address. They are few, and are kept as long as the executable runs. */
struct part {
    enum kind { STORE, ISSUER, BANK } kind;
    const void *is;
    int number;           /* of a store or an institution */
    char *path;           /* of a store in a folder */
    uint8_t *certificate; /* of an issuer's authority */
    size_t certificate_len;
    uint8_t *key; /* of a local issuer's */
    size_t key_len;
    const certlife_issuer_class *klass; /* an issuer of the test's own, and the class that listens */
    certlife_issuer_class listening;
    void *self;
    certlife_clock clock; /* of an institution */
    struct part *next;
};
static struct part *parts;

/* The newest, for addresses are used again. */
static struct part *part_at(const void *is, enum kind kind)
{
    struct part *part = parts;
    while (part != NULL && (part->is != is || part->kind != kind))
        part = part->next;
    return is != NULL ? part : NULL;
}

static struct part *remember(const void *is, enum kind kind)
{
    struct part *part = calloc(1, sizeof *part);
    if (part == NULL)
        abort();
    *part = (struct part){.kind = kind, .is = is, .number = 1, .next = parts};
    for (const struct part *other = parts; other != NULL; other = other->next)
        part->number += other->kind == kind;
    return parts = part;
}

static void *copy(const void *data, size_t len)
{
    void *out = malloc(len + 1);
    if (out == NULL)
        abort();
    return memcpy(out, data, len);
}

/* ---- Stores ---- */

WRAPS(int, certlife_store_new_memory, certlife_store **out, certlife_error **err)
{
    int rc = __real_certlife_store_new_memory(out, err);
    if (rc == 0)
        remember(*out, STORE);
    return rc;
}

/* A folder that is opened twice is one store. */
WRAPS(int, certlife_store_open_lmdb, const char *path, const certlife_store_lmdb_options *options, certlife_store **out,
      certlife_error **err)
{
    int rc = __real_certlife_store_open_lmdb(path, options, out, err);
    if (rc < 0 || (options != NULL && options->read_only))
        return rc;
    struct part *part = remember(*out, STORE);
    part->path = strdup(path);
    for (const struct part *other = part->next; other != NULL; other = other->next) {
        if (other->path != NULL && strcmp(other->path, path) == 0)
            part->number = other->number;
    }
    return rc;
}

/* What a test writes past the library no other language could. */
WRAPS(int, certlife__store_update, certlife_store *store, certlife_store_mode mode,
      int (*fn)(struct txn *txn, void *payload, certlife_error **err), void *payload, certlife_error **err)
{
    if (!record_is_inside())
        record_stops("the test writes into the store");
    return __real_certlife__store_update(store, mode, fn, payload, err);
}

/* ---- Issuers ---- */

static bool making_local; /* for the library makes its own issuers with certlife_issuer_new too */

WRAPS(int, certlife_issuer_open_local, certlife_crypto *crypto, const uint8_t *certificate, size_t certificate_len,
      const uint8_t *key, size_t key_len, certlife_issuer **out, certlife_error **err)
{
    making_local = true;
    int rc = __real_certlife_issuer_open_local(crypto, certificate, certificate_len, key, key_len, out, err);
    making_local = false;
    if (rc < 0)
        return rc;
    struct part *part = remember(*out, ISSUER);
    part->certificate = copy(certificate, part->certificate_len = certificate_len);
    part->key = copy(key, part->key_len = key_len);
    return rc;
}

/* An issuer of the test's own is told by what it answered: "asked 1", "asked 2" … of the line. */
static void say_asked(const char *how, const uint8_t *id, size_t id_len)
{
    static int line, asked;
    char name[32], order[2 * CERTLIFE_SERIAL_MAX + 1];
    certlife__hex_write(id, id_len, order);
    asked = line == record_line() ? asked + 1 : 1;
    line = record_line();
    snprintf(name, sizeof name, "asked %d", asked);
    say_open(name, '{');
    say_text("how", how);
    say_named("order", NAMES_ORDER, order);
}

static int say_answered(int rc, const uint8_t *out, size_t len)
{
    static const char *const names[] = {"issued", "later", "rejected", "unknown"};
    say_text("answered", rc < 0 ? certlife_error_name(rc) : names[rc]);
    if (rc == CERTLIFE_ISSUER_ISSUED)
        say_bytes("certificate", out, len);
    say_close('}');
    return rc;
}

static int hear_authority(void *self, const uint8_t **der_out, size_t *len_out, certlife_error **err)
{
    const struct part *part = self;
    int rc = part->klass->authority(part->self, der_out, len_out, err);
    bool same = rc == 0 && *len_out == part->certificate_len && memcmp(*der_out, part->certificate, *len_out) == 0;
    if (!same && part->certificate != NULL)
        record_stops("an issuer that is another one now");
    return rc;
}

static int hear_issue(void *self, const certlife_issuer_order *order, uint8_t *out, size_t *len_in_out,
                      certlife_error **err)
{
    const struct part *part = self;
    int rc = part->klass->issue(part->self, order, out, len_in_out, err);
    say_asked("issue", order->id, order->id_len);
    say_text("organization", order->organization);
    say_text("unit", order->unit);
    say_text("common_name", order->common_name);
    say_number("not_before", order->not_before);
    say_number("not_after", order->not_after);
    say_text("crl_url", order->crl_url);
    say_bytes("request", order->request, order->request_len);
    say_bytes("spki", order->spki, order->spki_len);
    return say_answered(rc, out, *len_in_out);
}

static int hear_poll(void *self, const uint8_t *id, size_t id_len, uint8_t *out, size_t *len_in_out,
                     certlife_error **err)
{
    const struct part *part = self;
    int rc = part->klass->poll(part->self, id, id_len, out, len_in_out, err);
    say_asked("poll", id, id_len);
    return say_answered(rc, out, *len_in_out);
}

static void hear_free(void *self)
{
    const struct part *part = self;
    if (part->klass->free != NULL)
        part->klass->free(part->self);
}

WRAPS(int, certlife_issuer_new, const certlife_issuer_class *klass, void *self, certlife_issuer **out,
      certlife_error **err)
{
    if (making_local)
        return __real_certlife_issuer_new(klass, self, out, err);
    struct part *part = remember(NULL, ISSUER);
    part->klass = klass;
    part->self = self;
    part->listening = *klass;
    part->listening.authority = hear_authority;
    part->listening.issue = hear_issue;
    part->listening.poll = klass->poll != NULL ? hear_poll : NULL;
    part->listening.free = hear_free;
    int rc = __real_certlife_issuer_new(&part->listening, part, out, err);
    part->is = rc == 0 ? *out : NULL;
    return rc;
}

static void say_issuer(struct part *issuer)
{
    const uint8_t *der = NULL;
    size_t len = 0;
    if (issuer->klass != NULL && issuer->certificate == NULL) {
        if (issuer->klass->authority(issuer->self, &der, &len, NULL) < 0) {
            record_stops("an issuer without a certificate");
            return;
        }
        issuer->certificate = copy(der, issuer->certificate_len = len);
    }
    say_bytes("authority", issuer->certificate, issuer->certificate_len);
    say_bytes("key", issuer->key, issuer->key_len);
}

/* ---- Institutions ---- */

int record_bank(const certlife_institution *institution)
{
    const struct part *bank = part_at(institution, BANK);
    return bank != NULL ? bank->number : 0;
}

/* A call reads its clock once. */
static int hear_clock(void *payload, int64_t *now_out)
{
    const struct part *bank = payload;
    int rc = bank->clock.now(bank->clock.payload, now_out);
    if (rc == 0)
        say_number("now", *now_out);
    else
        say_text("now", NULL);
    return rc;
}

static void say_opening(const certlife_institution_options *options, const struct part *bank)
{
    const struct part *store = part_at(options->store, STORE);
    struct part *issuer = part_at(options->issuer, ISSUER);
    char profile[8192];
    if (store == NULL)
        record_stops("a store of its own");
    else
        say_number("store", store->number);
    if (issuer != NULL && issuer->klass != NULL && (issuer->klass->capabilities & CERTLIFE_ISSUER_LOCAL) != 0)
        record_stops("a local issuer of its own"); /* which must give the serial numbers that are asked for */
    else if (issuer != NULL)
        say_issuer(issuer);
    else if (options->issuer != NULL)
        record_stops("an issuer that cannot issue");
    if (certlife_profile_print(options->profile, profile, sizeof profile, NULL) == 0)
        say_text("profile", profile);
    say_text("name", options->name);
    say_text("crl_url", options->crl_url);
    say_number("bank", bank->number);
}

WRAPS(int, certlife_institution_open, const certlife_institution_options *options, certlife_institution **out,
      certlife_error **err)
{
    if (options->clock.now == NULL)
        record_stops("the machine's clock");
    if (!record_begins("open"))
        return __real_certlife_institution_open(options, out, err);
    struct part *bank = remember(NULL, BANK);
    certlife_institution_options heard = *options;
    bank->clock = options->clock;
    heard.clock = (certlife_clock){hear_clock, bank};
    say_opening(options, bank);
    int rc = __real_certlife_institution_open(&heard, out, err);
    bank->is = rc == 0 ? *out : NULL;
    if (rc < 0)
        record_stops("an institution that does not open");
    record_ends();
    return rc;
}

WRAPS(void, certlife_institution_close, certlife_institution *institution)
{
    if (record_bank(institution) != 0 && record_begins("close")) {
        say_number("bank", record_bank(institution));
        record_ends();
    }
    __real_certlife_institution_close(institution);
}
