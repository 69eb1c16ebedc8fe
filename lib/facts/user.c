/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/row.h"

static void code_issuing(struct codec *codec, struct issuing *issuing)
{
    certlife__code_i32(codec, &issuing->act);
    if (issuing->act == 0)
        return;
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
    certlife__code_i64(codec, &user->added_at);
    certlife__code_i64(codec, &user->deleted_at);
    certlife__code_i64(codec, &user->authorised_at);
    certlife__code_i64(codec, &user->obtain_by);
    certlife__code_i64(codec, &user->renew_later_at);
    code_issuing(codec, &user->issuing);
    certlife__code_certificate(codec, &user->current);
    certlife__code_certificate(codec, &user->unconfirmed);
}

/* A record that stands under another's key is as bad as one that cannot be read: a list would never end. */
static int read_user(struct bytes key, struct bytes value, const char *id, struct user *out, certlife_error **err)
{
    struct user user = {0};
    struct row_key own;
    struct codec codec = certlife__codec_reading(value);
    code_user(&codec, &user);
    bool good = certlife__codec_done(&codec);
    if (good) {
        certlife__row_of_user(&own, user.contract, user.id);
        good = bytes_equal(certlife__row_bytes(&own), key);
    }
    if (!good)
        return certlife__row_corrupt(err, "user", id);
    *out = user;
    return 0;
}

int certlife__user_get(struct txn *txn, const char *contract, const char *id, struct user *out, bool *found_out,
                       certlife_error **err)
{
    struct row_key key;
    struct bytes value = {0};
    certlife__row_of_user(&key, contract, id);
    int rc = certlife__row_get(txn, &key, &value, found_out, err);
    return rc < 0 || !*found_out ? rc : read_user(certlife__row_bytes(&key), value, id, out, err);
}

int certlife__user_put(struct txn *txn, const struct user *user, certlife_error **err)
{
    uint8_t room[SMALL_RECORD];
    struct row_key key;
    struct user copy = *user;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_user(&codec, &copy);
    certlife__row_of_user(&key, user->contract, user->id);
    return certlife__row_put(txn, &key, &codec, err);
}

struct user_found {
    struct user *out;
    bool found;
    certlife_error **err;
};

static int take_user(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len, void *payload)
{
    struct user_found *result = payload;
    int rc = read_user(bytes_of(key, key_len), bytes_of(value, value_len), "of a list", result->out, result->err);
    result->found = rc == 0;
    return rc < 0 ? rc : 1;
}

/* Behind that user's row, history and notices: no byte of an ID is as small as 1. */
static void behind(struct row_key *key, const char *id)
{
    certlife__row_text(key, id);
    write_u8(&key->writer, 1);
}

static int next_user(struct txn *txn, const struct row_key *from, size_t prefix, struct user *out, bool *found_out,
                     certlife_error **err)
{
    struct user_found result = {out, false, err};
    int rc = certlife__store_scan(txn, certlife__row_bytes(from), prefix, take_user, &result, err);
    if (rc == 0)
        *found_out = result.found;
    return rc;
}

int certlife__user_next(struct txn *txn, const char *contract, const char *after, struct user *out, bool *found_out,
                        certlife_error **err)
{
    struct row_key key;
    certlife__row_begin(&key, 'U');
    certlife__row_part(&key, contract);
    size_t prefix = key.writer.len;
    if (after[0] != '\0')
        behind(&key, after);
    return next_user(txn, &key, prefix, out, found_out, err);
}

int certlife__user_after(struct txn *txn, const char *contract, const char *id, struct user *out, bool *found_out,
                         certlife_error **err)
{
    struct row_key key;
    certlife__row_begin(&key, 'U');
    if (contract[0] != '\0') {
        certlife__row_part(&key, contract);
        behind(&key, id);
    }
    return next_user(txn, &key, 1, out, found_out, err);
}
