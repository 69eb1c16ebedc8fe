/* SPDX-License-Identifier: Apache-2.0 */
/* First answers to idempotency keys (R-ISS-3), and when they may be forgotten. */
#include "facts/row.h"

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
    certlife__code_i64(codec, &answer->forget_at);
}

static void answer_key(struct row_key *key, const uint8_t name[ANSWER_KEY_LEN])
{
    certlife__row_begin(key, 'Q');
    write_bytes(&key->writer, bytes_of(name, ANSWER_KEY_LEN));
}

int certlife__answer_get(struct txn *txn, const uint8_t name[ANSWER_KEY_LEN], struct answer *out, bool *found_out,
                         certlife_error **err)
{
    struct row_key key;
    struct bytes value = {0};
    answer_key(&key, name);
    int rc = certlife__row_get(txn, &key, &value, found_out, err);
    if (rc < 0 || !*found_out)
        return rc;
    struct codec codec = certlife__codec_reading(value);
    code_answer(&codec, out);
    return certlife__codec_done(&codec) ? 0 : certlife__row_corrupt(err, "answer", "to an idempotency key");
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
    struct row_key now_key;
    certlife__row_begin(&now_key, 'T');
    write_number(&now_key.writer, (uint64_t)now, 8);
    due.not_after = certlife__row_bytes(&now_key);
    int rc = certlife__store_scan(txn, bytes_of("T", 1), 1, collect_due, &due, err);
    for (size_t i = 0; rc == 0 && i < due.count; i++) {
        struct row_key key;
        answer_key(&key, due.keys[i] + 9);
        rc = certlife__store_erase(txn, certlife__row_bytes(&key), err);
        if (rc == 0)
            rc = certlife__store_erase(txn, bytes_of(due.keys[i], sizeof due.keys[i]), err);
    }
    return rc;
}

static void due_key(struct row_key *key, int64_t forget_at, const uint8_t name[ANSWER_KEY_LEN])
{
    certlife__row_begin(key, 'T');
    write_number(&key->writer, (uint64_t)forget_at, 8);
    write_bytes(&key->writer, bytes_of(name, ANSWER_KEY_LEN));
}

/* An earlier answer to the same key, due and not yet erased, makes room. */
static int replace(struct txn *txn, const uint8_t name[ANSWER_KEY_LEN], certlife_error **err)
{
    struct answer old = {.code = 0};
    struct row_key key;
    bool found = false;
    int rc = certlife__answer_get(txn, name, &old, &found, err);
    if (rc < 0 || !found)
        return rc;
    due_key(&key, old.forget_at, name);
    return certlife__store_erase(txn, certlife__row_bytes(&key), err);
}

int certlife__answer_put(struct txn *txn, const uint8_t name[ANSWER_KEY_LEN], const struct answer *answer, int64_t now,
                         certlife_error **err)
{
    uint8_t room[SMALL_RECORD];
    struct row_key key;
    struct answer copy = *answer;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_answer(&codec, &copy);
    int rc = forget(txn, now, err);
    if (rc == 0)
        rc = replace(txn, name, err);
    answer_key(&key, name);
    if (rc == 0)
        rc = certlife__row_put(txn, &key, &codec, err);
    if (rc < 0)
        return rc;
    due_key(&key, answer->forget_at, name);
    return certlife__store_put(txn, certlife__row_bytes(&key), bytes_of("", 0), err);
}
