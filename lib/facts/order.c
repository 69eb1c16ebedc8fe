/* SPDX-License-Identifier: Apache-2.0 */
/* Orders that wait for an outside issuer (R-OBT-6). */
#include "facts/row.h"

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
    certlife__code_flag(codec, &order->keyed);
    certlife__code_octets(codec, order->names.key, sizeof order->names.key);
    certlife__code_octets(codec, order->names.call, sizeof order->names.call);
    certlife__code_rest(codec, &order->request);
}

static void order_key(struct row_key *key, const uint8_t id[ORDER_ID_LEN])
{
    certlife__row_begin(key, 'O');
    write_bytes(&key->writer, bytes_of(id, ORDER_ID_LEN));
}

int certlife__order_get(struct txn *txn, const uint8_t id[ORDER_ID_LEN], struct order *out, bool *found_out,
                        certlife_error **err)
{
    struct row_key key;
    struct bytes value = {0};
    order_key(&key, id);
    int rc = certlife__row_get(txn, &key, &value, found_out, err);
    if (rc < 0 || !*found_out)
        return rc;
    struct codec codec = certlife__codec_reading(value);
    code_order(&codec, out);
    bool good = certlife__codec_done(&codec) && memcmp(out->id, id, ORDER_ID_LEN) == 0;
    return good ? 0 : certlife__row_corrupt(err, "order", "for an issuer");
}

int certlife__order_put(struct txn *txn, const struct order *order, certlife_error **err)
{
    uint8_t room[LARGE_RECORD];
    struct row_key key;
    struct order copy = *order;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_order(&codec, &copy);
    order_key(&key, order->id);
    return certlife__row_put(txn, &key, &codec, err);
}

int certlife__order_erase(struct txn *txn, const uint8_t id[ORDER_ID_LEN], certlife_error **err)
{
    struct row_key key;
    order_key(&key, id);
    return certlife__store_erase(txn, certlife__row_bytes(&key), err);
}
