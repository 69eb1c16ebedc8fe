/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/facts.h"

#include <stdio.h>

#include "base/error.h"
#include "facts/codec.h"

#define STORE_VERSION 1
#define STORE_MAGIC "certlife"
#define SMALL_RECORD 2048
#define LARGE_RECORD (CERTLIFE_CERTIFICATE_MAX + SMALL_RECORD)

struct key {
    uint8_t bytes[CERTLIFE_STORE_KEY_MAX];
    struct writer writer;
};

static void key_begin(struct key *key, char table)
{
    key->writer = writer_into(key->bytes, sizeof key->bytes);
    write_u8(&key->writer, (uint8_t)table);
}

static void key_text(struct key *key, const char *text)
{
    write_bytes(&key->writer, bytes_of_text(text));
}

/* NUL never stands inside an ID, so no ID runs into the next. */
static void key_part(struct key *key, const char *text)
{
    key_text(key, text);
    write_u8(&key->writer, 0);
}

static struct bytes key_of(const struct key *key)
{
    return bytes_of(key->bytes, key->writer.len);
}

static int corrupt(certlife_error **err, const char *what, const char *name)
{
    return certlife__fail(err, CERTLIFE_E_STORE_CORRUPT, "%s %s: the store holds a record that cannot be read", what,
                          name);
}

/* Reads the record at a key; absent leaves *found_out false. */
static int get(struct txn *txn, const struct key *key, struct bytes *value_out, bool *found_out, certlife_error **err)
{
    int rc = certlife__store_get(txn, key_of(key), value_out, err);
    if (rc < 0)
        return rc;
    *found_out = rc == CERTLIFE_STORE_FOUND;
    return 0;
}

static int put(struct txn *txn, const struct key *key, const struct codec *codec, certlife_error **err)
{
    if (!certlife__codec_done(codec))
        return certlife__fail(err, CERTLIFE_E_INTERNAL, "record: does not fit its room");
    return certlife__store_put(txn, key_of(key), bytes_of(codec->writer.data, codec->writer.len), err);
}

/* Meta. */

static void code_meta(struct codec *codec, struct meta *meta, int32_t *version)
{
    uint8_t magic[sizeof STORE_MAGIC - 1];
    memcpy(magic, STORE_MAGIC, sizeof magic);
    certlife__code_octets(codec, magic, sizeof magic);
    codec->bad |= memcmp(magic, STORE_MAGIC, sizeof magic) != 0;
    certlife__code_i32(codec, version);
    certlife__code_i64(codec, &meta->latest);
}

static int meta_read(struct txn *txn, struct meta *out, bool *found_out, certlife_error **err)
{
    struct key key;
    struct bytes value = {0};
    struct meta meta = {0};
    int32_t version = 0;
    key_begin(&key, 'M');
    int rc = get(txn, &key, &value, found_out, err);
    if (rc < 0 || !*found_out)
        return rc;
    struct codec codec = certlife__codec_reading(value);
    code_meta(&codec, &meta, &version);
    if (!codec.bad && version > STORE_VERSION)
        return certlife__fail(err, CERTLIFE_E_STORE_VERSION,
                              "store: written by a newer version of the library (format %d, this one knows %d)",
                              (int)version, STORE_VERSION);
    if (!certlife__codec_done(&codec) || version != STORE_VERSION)
        return corrupt(err, "store", certlife__store_name(txn->store));
    *out = meta;
    return 0;
}

int certlife__meta_get(struct txn *txn, struct meta *out, certlife_error **err)
{
    bool found = false;
    int rc = meta_read(txn, out, &found, err);
    return rc == 0 && !found ? corrupt(err, "store", certlife__store_name(txn->store)) : rc;
}

int certlife__meta_put(struct txn *txn, const struct meta *meta, certlife_error **err)
{
    uint8_t room[32];
    struct key key;
    struct meta copy = *meta;
    int32_t version = STORE_VERSION;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_meta(&codec, &copy, &version);
    key_begin(&key, 'M');
    return put(txn, &key, &codec, err);
}

static int stop_at_first(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len, void *payload)
{
    (void)key, (void)key_len, (void)value, (void)value_len;
    *(bool *)payload = true;
    return 1;
}

static int prepare(struct txn *txn, void *payload, certlife_error **err)
{
    (void)payload;
    struct meta meta = {0};
    bool found = false, occupied = false;
    const uint8_t first = 0;
    int rc = meta_read(txn, &meta, &found, err);
    if (rc < 0 || found)
        return rc < 0 ? rc : 1;
    rc = certlife__store_scan(txn, bytes_of(&first, 1), 0, stop_at_first, &occupied, err);
    if (rc < 0)
        return rc;
    if (occupied)
        return certlife__fail(err, CERTLIFE_E_STORE_CORRUPT, "store: holds something that libcertlife did not write");
    return certlife__meta_put(txn, &meta, err);
}

int certlife__meta_prepare(certlife_store *store, certlife_error **err)
{
    struct txn txn;
    struct meta meta = {0};
    bool found = false;
    int rc = certlife__store_begin(store, CERTLIFE_STORE_READ, &txn, err);
    if (rc < 0)
        return rc;
    rc = meta_read(&txn, &meta, &found, err);
    certlife__store_abort(&txn);
    if (rc < 0 || found)
        return rc;
    rc = certlife__store_update(store, CERTLIFE_STORE_WRITE, prepare, NULL, err);
    return rc < 0 ? rc : 0;
}

/* Contracts. */

static void code_contract(struct codec *codec, struct contract *contract)
{
    certlife__code_version(codec, 1);
    certlife__code_text(codec, contract->id, sizeof contract->id);
    certlife__code_text(codec, contract->master, sizeof contract->master);
    certlife__code_i32(codec, &contract->users);
    certlife__code_i64(codec, &contract->registered_at);
    certlife__code_i64(codec, &contract->applied_at);
    certlife__code_i64(codec, &contract->usb_token_applied_at);
    certlife__code_i64(codec, &contract->closed_at);
    certlife__code_flag(codec, &contract->suspended);
    certlife__code_text(codec, contract->application, sizeof contract->application);
    certlife__code_text(codec, contract->usb_token_application, sizeof contract->usb_token_application);
    certlife__code_text(codec, contract->close_application, sizeof contract->close_application);
}

static void contract_key(struct key *key, const char *id)
{
    key_begin(key, 'C');
    key_text(key, id);
}

int certlife__contract_get(struct txn *txn, const char *id, struct contract *out, bool *found_out,
                           certlife_error **err)
{
    struct key key;
    struct bytes value = {0};
    contract_key(&key, id);
    int rc = get(txn, &key, &value, found_out, err);
    if (rc < 0 || !*found_out)
        return rc;
    struct codec codec = certlife__codec_reading(value);
    code_contract(&codec, out);
    return certlife__codec_done(&codec) ? 0 : corrupt(err, "contract", id);
}

int certlife__contract_put(struct txn *txn, const struct contract *contract, certlife_error **err)
{
    uint8_t room[SMALL_RECORD];
    struct key key;
    struct contract copy = *contract;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_contract(&codec, &copy);
    contract_key(&key, contract->id);
    return put(txn, &key, &codec, err);
}

/* Users. */

static void code_issuing(struct codec *codec, struct issuing *issuing)
{
    certlife__code_i32(codec, &issuing->act);
    if (issuing->act == 0)
        return;
    certlife__code_i32(codec, &issuing->medium);
    certlife__code_i64(codec, &issuing->since);
    certlife__code_octets(codec, issuing->order_id, sizeof issuing->order_id);
    certlife__code_octets(codec, issuing->key_hash, sizeof issuing->key_hash);
}

static void code_user(struct codec *codec, struct user *user)
{
    certlife__code_version(codec, 1);
    certlife__code_text(codec, user->contract, sizeof user->contract);
    certlife__code_text(codec, user->id, sizeof user->id);
    certlife__code_text(codec, user->email, sizeof user->email);
    certlife__code_text(codec, user->application, sizeof user->application);
    certlife__code_i32(codec, &user->role);
    certlife__code_i32(codec, &user->permission);
    certlife__code_flag(codec, &user->suspended);
    certlife__code_i64(codec, &user->created_at);
    certlife__code_i64(codec, &user->deleted_at);
    certlife__code_i64(codec, &user->authorised_at);
    certlife__code_i64(codec, &user->obtain_by);
    certlife__code_i64(codec, &user->renew_later_at);
    code_issuing(codec, &user->issuing);
    certlife__code_certificate(codec, &user->current);
    certlife__code_certificate(codec, &user->unconfirmed);
}

static void user_key(struct key *key, const char *contract, const char *id)
{
    key_begin(key, 'U');
    key_part(key, contract);
    key_part(key, id);
}

static int read_user(struct bytes value, const char *id, struct user *out, certlife_error **err)
{
    struct user user = {0};
    struct codec codec = certlife__codec_reading(value);
    code_user(&codec, &user);
    if (!certlife__codec_done(&codec))
        return corrupt(err, "user", id);
    *out = user;
    return 0;
}

int certlife__user_get(struct txn *txn, const char *contract, const char *id, struct user *out, bool *found_out,
                       certlife_error **err)
{
    struct key key;
    struct bytes value = {0};
    user_key(&key, contract, id);
    int rc = get(txn, &key, &value, found_out, err);
    return rc < 0 || !*found_out ? rc : read_user(value, id, out, err);
}

int certlife__user_put(struct txn *txn, const struct user *user, certlife_error **err)
{
    uint8_t room[SMALL_RECORD];
    struct key key;
    struct user copy = *user;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_user(&codec, &copy);
    user_key(&key, user->contract, user->id);
    return put(txn, &key, &codec, err);
}

struct user_found {
    struct user *out;
    bool found;
    certlife_error **err;
};

static int take_user(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len, void *payload)
{
    (void)key, (void)key_len;
    struct user_found *result = payload;
    int rc = read_user(bytes_of(value, value_len), "of a list", result->out, result->err);
    result->found = rc == 0;
    return rc < 0 ? rc : 1;
}

int certlife__user_next(struct txn *txn, const char *contract, const char *after, struct user *out, bool *found_out,
                        certlife_error **err)
{
    struct key key;
    struct user_found result = {out, false, err};
    key_begin(&key, 'U');
    key_part(&key, contract);
    size_t prefix = key.writer.len;
    if (after[0] != '\0') {
        /* Behind that user's row and history: no byte of an ID is as small as 1. */
        key_text(&key, after);
        write_u8(&key.writer, 1);
    }
    int rc = certlife__store_scan(txn, key_of(&key), prefix, take_user, &result, err);
    if (rc == 0)
        *found_out = result.found;
    return rc;
}

/* Certificates. */

static void code_certificate_record(struct codec *codec, struct certificate_record *record)
{
    certlife__code_version(codec, 1);
    certlife__code_certificate(codec, &record->facts);
    certlife__code_text(codec, record->contract, sizeof record->contract);
    certlife__code_text(codec, record->user, sizeof record->user);
    certlife__code_text(codec, record->revoked_by, sizeof record->revoked_by);
    certlife__code_text(codec, record->application, sizeof record->application);
    certlife__code_rest(codec, &record->der);
}

static void certificate_key(struct key *key, const struct serial *serial)
{
    key_begin(key, 'K');
    write_bytes(&key->writer, bytes_of(serial->octets, serial->len));
}

static void serial_text(const struct serial *serial, char out[2 * CERTLIFE_SERIAL_MAX + 1])
{
    certlife__hex_write(serial->octets, serial->len, out);
}

int certlife__certificate_get(struct txn *txn, const struct serial *serial, struct certificate_record *out,
                              bool *found_out, certlife_error **err)
{
    struct key key;
    struct bytes value = {0};
    char name[2 * CERTLIFE_SERIAL_MAX + 1];
    certificate_key(&key, serial);
    int rc = get(txn, &key, &value, found_out, err);
    if (rc < 0 || !*found_out)
        return rc;
    struct certificate_record record = {0};
    struct codec codec = certlife__codec_reading(value);
    code_certificate_record(&codec, &record);
    if (!certlife__codec_done(&codec)) {
        serial_text(serial, name);
        return corrupt(err, "certificate", name);
    }
    *out = record;
    return 0;
}

static int certificate_put(struct txn *txn, const struct certificate_record *record, certlife_error **err)
{
    uint8_t room[LARGE_RECORD];
    struct key key;
    struct certificate_record copy = *record;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_certificate_record(&codec, &copy);
    certificate_key(&key, &record->facts.serial);
    return put(txn, &key, &codec, err);
}

int certlife__certificate_add(struct txn *txn, const struct certificate_record *record, certlife_error **err)
{
    struct certificate_record there;
    struct key key;
    bool found = false;
    char name[2 * CERTLIFE_SERIAL_MAX + 1];
    int rc = certlife__certificate_get(txn, &record->facts.serial, &there, &found, err);
    if (rc < 0)
        return rc;
    if (found) {
        serial_text(&record->facts.serial, name);
        return certlife__fail(err, CERTLIFE_E_CRYPTO, "certificate %s: the serial number is in use already", name);
    }
    rc = certificate_put(txn, record, err);
    if (rc < 0)
        return rc;
    user_key(&key, record->contract, record->user);
    write_u8(&key.writer, 'h');
    write_bytes(&key.writer, bytes_of(record->facts.serial.octets, record->facts.serial.len));
    return certlife__store_put(txn, key_of(&key), bytes_of("", 0), err);
}

struct serial_found {
    struct serial *out;
    size_t skip;
    bool found;
};

static int take_serial(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len, void *payload)
{
    (void)value, (void)value_len;
    struct serial_found *result = payload;
    size_t len = key_len - result->skip;
    if (len == 0 || len > CERTLIFE_SERIAL_MAX)
        return CERTLIFE_E_STORE_CORRUPT;
    result->out->len = (uint8_t)len;
    memcpy(result->out->octets, key + result->skip, len);
    result->found = true;
    return 1;
}

int certlife__history_next(struct txn *txn, const char *contract, const char *user, const struct serial *after,
                           struct serial *out, bool *found_out, certlife_error **err)
{
    struct key key;
    user_key(&key, contract, user);
    write_u8(&key.writer, 'h');
    struct serial_found result = {out, key.writer.len, false};
    write_bytes(&key.writer, bytes_of(after->octets, after->len));
    if (after->len > 0)
        write_u8(&key.writer, 0); /* the first key behind `after` */
    int rc = certlife__store_scan(txn, key_of(&key), result.skip, take_serial, &result, err);
    if (rc == 0)
        *found_out = result.found;
    return rc;
}

/* Keys. */

static void code_key_owner(struct codec *codec, struct key_owner *owner)
{
    certlife__code_version(codec, 1);
    certlife__code_text(codec, owner->contract, sizeof owner->contract);
    certlife__code_text(codec, owner->user, sizeof owner->user);
    certlife__code_flag(codec, &owner->barred);
}

static void owner_key(struct key *key, const uint8_t hash[HASH_LEN])
{
    key_begin(key, 'P');
    write_bytes(&key->writer, bytes_of(hash, HASH_LEN));
}

int certlife__key_get(struct txn *txn, const uint8_t hash[HASH_LEN], struct key_owner *out, bool *found_out,
                      certlife_error **err)
{
    struct key key;
    struct bytes value = {0};
    owner_key(&key, hash);
    int rc = get(txn, &key, &value, found_out, err);
    if (rc < 0 || !*found_out)
        return rc;
    struct codec codec = certlife__codec_reading(value);
    code_key_owner(&codec, out);
    return certlife__codec_done(&codec) ? 0 : corrupt(err, "key", "of a certificate");
}

int certlife__key_put(struct txn *txn, const uint8_t hash[HASH_LEN], const struct key_owner *owner,
                      certlife_error **err)
{
    uint8_t room[SMALL_RECORD];
    struct key key;
    struct key_owner copy = *owner;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_key_owner(&codec, &copy);
    owner_key(&key, hash);
    return put(txn, &key, &codec, err);
}

/* Orders. */

static void code_order(struct codec *codec, struct order *order)
{
    certlife__code_version(codec, 1);
    certlife__code_octets(codec, order->id, sizeof order->id);
    certlife__code_text(codec, order->contract, sizeof order->contract);
    certlife__code_text(codec, order->user, sizeof order->user);
    certlife__code_i32(codec, &order->act);
    certlife__code_i32(codec, &order->medium);
    certlife__code_i64(codec, &order->not_before);
    certlife__code_i64(codec, &order->not_after);
    certlife__code_octets(codec, order->key_hash, sizeof order->key_hash);
    certlife__code_rest(codec, &order->request);
}

static void order_key(struct key *key, const uint8_t id[ORDER_ID_LEN])
{
    key_begin(key, 'O');
    write_bytes(&key->writer, bytes_of(id, ORDER_ID_LEN));
}

int certlife__order_get(struct txn *txn, const uint8_t id[ORDER_ID_LEN], struct order *out, bool *found_out,
                        certlife_error **err)
{
    struct key key;
    struct bytes value = {0};
    order_key(&key, id);
    int rc = get(txn, &key, &value, found_out, err);
    if (rc < 0 || !*found_out)
        return rc;
    struct codec codec = certlife__codec_reading(value);
    code_order(&codec, out);
    return certlife__codec_done(&codec) ? 0 : corrupt(err, "order", "for an issuer");
}

int certlife__order_put(struct txn *txn, const struct order *order, certlife_error **err)
{
    uint8_t room[LARGE_RECORD];
    struct key key;
    struct order copy = *order;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_order(&codec, &copy);
    order_key(&key, order->id);
    return put(txn, &key, &codec, err);
}

int certlife__order_erase(struct txn *txn, const uint8_t id[ORDER_ID_LEN], certlife_error **err)
{
    struct key key;
    order_key(&key, id);
    return certlife__store_erase(txn, key_of(&key), err);
}

/* Answers. */

#define FORGET_AT_ONCE 2

static void code_answer(struct codec *codec, struct answer *answer)
{
    certlife__code_version(codec, 1);
    certlife__code_octets(codec, answer->call, sizeof answer->call);
    certlife__code_i32(codec, &answer->code);
    certlife__code_text(codec, answer->row, sizeof answer->row);
    certlife__code_i32(codec, &answer->way);
    certlife__code_i64(codec, &answer->date);
    certlife__code_serial(codec, &answer->serial);
}

static void answer_key(struct key *key, const uint8_t name[ANSWER_KEY_LEN])
{
    key_begin(key, 'Q');
    write_bytes(&key->writer, bytes_of(name, ANSWER_KEY_LEN));
}

int certlife__answer_get(struct txn *txn, const uint8_t name[ANSWER_KEY_LEN], struct answer *out, bool *found_out,
                         certlife_error **err)
{
    struct key key;
    struct bytes value = {0};
    answer_key(&key, name);
    int rc = get(txn, &key, &value, found_out, err);
    if (rc < 0 || !*found_out)
        return rc;
    struct codec codec = certlife__codec_reading(value);
    code_answer(&codec, out);
    return certlife__codec_done(&codec) ? 0 : corrupt(err, "answer", "to an idempotency key");
}

struct due {
    uint8_t keys[FORGET_AT_ONCE][1 + 8 + ANSWER_KEY_LEN];
    size_t count;
    struct bytes not_after; /* the key of `now`, behind which nothing is due */
};

static int collect_due(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len, void *payload)
{
    (void)value, (void)value_len;
    struct due *due = payload;
    if (due->count == FORGET_AT_ONCE || memcmp(key, due->not_after.data, due->not_after.len) > 0)
        return 1;
    if (key_len != sizeof due->keys[0])
        return CERTLIFE_E_STORE_CORRUPT;
    memcpy(due->keys[due->count++], key, key_len);
    return 0;
}

static int forget(struct txn *txn, int64_t now, certlife_error **err)
{
    struct due due = {.count = 0};
    struct key now_key;
    key_begin(&now_key, 'T');
    write_number(&now_key.writer, (uint64_t)now, 8);
    due.not_after = key_of(&now_key);
    int rc = certlife__store_scan(txn, bytes_of("T", 1), 1, collect_due, &due, err);
    for (size_t i = 0; rc == 0 && i < due.count; i++) {
        struct key key;
        answer_key(&key, due.keys[i] + 9);
        rc = certlife__store_erase(txn, key_of(&key), err);
        if (rc == 0)
            rc = certlife__store_erase(txn, bytes_of(due.keys[i], sizeof due.keys[i]), err);
    }
    return rc;
}

int certlife__answer_put(struct txn *txn, const uint8_t name[ANSWER_KEY_LEN], const struct answer *answer,
                         int64_t forget_at, int64_t now, certlife_error **err)
{
    uint8_t room[SMALL_RECORD];
    struct key key;
    struct answer copy = *answer;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_answer(&codec, &copy);
    answer_key(&key, name);
    int rc = forget(txn, now, err);
    if (rc == 0)
        rc = put(txn, &key, &codec, err);
    if (rc < 0)
        return rc;
    key_begin(&key, 'T');
    write_number(&key.writer, (uint64_t)forget_at, 8);
    write_bytes(&key.writer, bytes_of(name, ANSWER_KEY_LEN));
    return certlife__store_put(txn, key_of(&key), bytes_of("", 0), err);
}

/* Changes. */

static int bar_key(struct txn *txn, const uint8_t hash[HASH_LEN], certlife_error **err)
{
    struct key_owner owner = {0};
    bool found = false;
    int rc = certlife__key_get(txn, hash, &owner, &found, err);
    if (rc < 0 || !found)
        return rc;
    owner.barred = true;
    return certlife__key_put(txn, hash, &owner, err);
}

static bool same_facts(const struct certificate *a, const struct certificate *b)
{
    return a->confirmed_at == b->confirmed_at && a->replaced_at == b->replaced_at && a->revoked_at == b->revoked_at;
}

/* Brings one certificate's row up to its facts in the change. */
static int write_certificate(struct txn *txn, const struct certificate *facts, const struct change *change,
                             const struct author *author, certlife_error **err)
{
    struct certificate_record record = {0};
    uint8_t der[CERTLIFE_CERTIFICATE_MAX];
    bool found = false;
    if (!certificate_exists(facts))
        return 0;
    int rc = certlife__certificate_get(txn, &facts->serial, &record, &found, err);
    if (rc < 0)
        return rc;
    if (!found || record.der.len > sizeof der)
        return corrupt(err, "user", change->user.id);
    if (same_facts(&record.facts, facts))
        return 0;
    bool revoked_now = facts->revoked_at != 0 && record.facts.revoked_at == 0;
    if (revoked_now) {
        snprintf(record.revoked_by, sizeof record.revoked_by, "%s", author->by);
        snprintf(record.application, sizeof record.application, "%s", author->application);
    }
    memcpy(der, record.der.data, record.der.len);
    record.der.data = der;
    record.facts = *facts;
    rc = certificate_put(txn, &record, err);
    if (rc == 0 && revoked_now && change->bar_keys)
        rc = bar_key(txn, facts->key_hash, err);
    return rc;
}

int certlife__change_write(struct txn *txn, const struct change *change, const struct author *author,
                           certlife_error **err)
{
    int rc = write_certificate(txn, &change->user.current, change, author, err);
    if (rc == 0)
        rc = write_certificate(txn, &change->user.unconfirmed, change, author, err);
    for (int32_t i = 0; rc == 0 && i < change->left_count; i++)
        rc = write_certificate(txn, &change->left[i], change, author, err);
    return rc < 0 ? rc : certlife__user_put(txn, &change->user, err);
}
