/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/row.h"

#include "base/error.h"

void certlife__row_begin(struct row_key *key, char table)
{
    key->writer = writer_into(key->bytes, sizeof key->bytes);
    write_u8(&key->writer, (uint8_t)table);
}

void certlife__row_text(struct row_key *key, const char *text)
{
    write_bytes(&key->writer, bytes_of_text(text));
}

void certlife__row_part(struct row_key *key, const char *text)
{
    certlife__row_text(key, text);
    write_u8(&key->writer, 0);
}

struct bytes certlife__row_bytes(const struct row_key *key)
{
    return bytes_of(key->bytes, key->writer.len);
}

int certlife__row_corrupt(certlife_error **err, const char *what, const char *name)
{
    return certlife__fail(err, CERTLIFE_E_STORE_CORRUPT, "%s %s: the store holds a record that cannot be read", what,
                          name);
}

void certlife__row_of_user(struct row_key *key, const char *contract, const char *id)
{
    certlife__row_begin(key, 'U');
    certlife__row_part(key, contract);
    certlife__row_part(key, id);
}

int certlife__row_get(struct txn *txn, const struct row_key *key, struct bytes *value_out, bool *found_out,
                      certlife_error **err)
{
    int rc = certlife__store_get(txn, certlife__row_bytes(key), value_out, err);
    if (rc < 0)
        return rc;
    *found_out = rc == CERTLIFE_STORE_FOUND;
    return 0;
}

int certlife__row_put(struct txn *txn, const struct row_key *key, const struct codec *codec, certlife_error **err)
{
    if (!certlife__codec_done(codec))
        return certlife__fail(err, CERTLIFE_E_INTERNAL, "record: does not fit its room");
    return certlife__store_put(txn, certlife__row_bytes(key), bytes_of(codec->writer.data, codec->writer.len), err);
}
