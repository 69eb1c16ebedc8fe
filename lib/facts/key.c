/* SPDX-License-Identifier: Apache-2.0 */
/* Whose key it is (R-USR-3, R-ALL-19). */
#include "facts/row.h"

static void code_key_owner(struct codec *codec, struct key_owner *owner)
{
    certlife__code_version(codec, 1);
    certlife__code_text(codec, owner->contract, sizeof owner->contract);
    certlife__code_text(codec, owner->user, sizeof owner->user);
    certlife__code_flag(codec, &owner->barred);
}

static void owner_key(struct row_key *key, const uint8_t hash[HASH_LEN])
{
    certlife__row_begin(key, 'P');
    write_bytes(&key->writer, bytes_of(hash, HASH_LEN));
}

int certlife__key_get(struct txn *txn, const uint8_t hash[HASH_LEN], struct key_owner *out, bool *found_out,
                      certlife_error **err)
{
    struct row_key key;
    struct bytes value = {0};
    owner_key(&key, hash);
    int rc = certlife__row_get(txn, &key, &value, found_out, err);
    if (rc < 0 || !*found_out)
        return rc;
    struct codec codec = certlife__codec_reading(value);
    code_key_owner(&codec, out);
    return certlife__codec_done(&codec) ? 0 : certlife__row_corrupt(err, "key", "of a certificate");
}

int certlife__key_put(struct txn *txn, const uint8_t hash[HASH_LEN], const struct key_owner *owner,
                      certlife_error **err)
{
    uint8_t room[SMALL_RECORD];
    struct row_key key;
    struct key_owner copy = *owner;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_key_owner(&codec, &copy);
    owner_key(&key, hash);
    return certlife__row_put(txn, &key, &codec, err);
}

int certlife__key_claim(struct txn *txn, const uint8_t hash[HASH_LEN], const char *contract, const char *user,
                        certlife_error **err)
{
    struct key_owner owner = {.barred = false};
    certlife__text_copy(owner.contract, sizeof owner.contract, contract);
    certlife__text_copy(owner.user, sizeof owner.user, user);
    return certlife__key_put(txn, hash, &owner, err);
}
