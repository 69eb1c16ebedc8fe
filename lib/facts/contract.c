/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/row.h"

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

static void contract_key(struct row_key *key, const char *id)
{
    certlife__row_begin(key, 'C');
    certlife__row_text(key, id);
}

int certlife__contract_get(struct txn *txn, const char *id, struct contract *out, bool *found_out, certlife_error **err)
{
    struct row_key key;
    struct bytes value = {0};
    contract_key(&key, id);
    int rc = certlife__row_get(txn, &key, &value, found_out, err);
    if (rc < 0 || !*found_out)
        return rc;
    struct codec codec = certlife__codec_reading(value);
    code_contract(&codec, out);
    bool good = certlife__codec_done(&codec) && strcmp(out->id, id) == 0;
    return good ? 0 : certlife__row_corrupt(err, "contract", id);
}

int certlife__contract_put(struct txn *txn, const struct contract *contract, certlife_error **err)
{
    uint8_t room[SMALL_RECORD];
    struct row_key key;
    struct contract copy = *contract;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_contract(&codec, &copy);
    contract_key(&key, contract->id);
    return certlife__row_put(txn, &key, &codec, err);
}
