/* SPDX-License-Identifier: Apache-2.0 */
/* The store itself: its version, and the latest moment of a committed change. */
#include "facts/row.h"

#include "base/error.h"

#define STORE_VERSION 1
#define STORE_MAGIC "certlife"

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
    struct row_key key;
    struct bytes value = {0};
    struct meta meta = {0};
    int32_t version = 0;
    certlife__row_begin(&key, 'M');
    int rc = certlife__row_get(txn, &key, &value, found_out, err);
    if (rc < 0 || !*found_out)
        return rc;
    struct codec codec = certlife__codec_reading(value);
    code_meta(&codec, &meta, &version);
    if (!codec.bad && version > STORE_VERSION)
        return certlife__fail(err, CERTLIFE_E_STORE_VERSION,
                              "store: written by a newer version of the library (format %d, this one knows %d)",
                              (int)version, STORE_VERSION);
    if (!certlife__codec_done(&codec) || version != STORE_VERSION)
        return certlife__row_corrupt(err, "store", certlife__store_name(txn->store));
    *out = meta;
    return 0;
}

int certlife__meta_get(struct txn *txn, struct meta *out, certlife_error **err)
{
    bool found = false;
    int rc = meta_read(txn, out, &found, err);
    return rc == 0 && !found ? certlife__row_corrupt(err, "store", certlife__store_name(txn->store)) : rc;
}

int certlife__meta_put(struct txn *txn, const struct meta *meta, certlife_error **err)
{
    uint8_t room[32];
    struct row_key key;
    struct meta copy = *meta;
    int32_t version = STORE_VERSION;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_meta(&codec, &copy, &version);
    certlife__row_begin(&key, 'M');
    return certlife__row_put(txn, &key, &codec, err);
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
