/* SPDX-License-Identifier: Apache-2.0 */
/* A user's new facts, written together with the rows of the certificates they are about. */
#include "facts/row.h"

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
        return certlife__row_corrupt(err, "user", change->user.id);
    if (same_facts(&record.facts, facts))
        return 0;
    bool revoked_now = facts->revoked_at != 0 && record.facts.revoked_at == 0;
    if (revoked_now) {
        certlife__text_copy(record.revoked_by, sizeof record.revoked_by, author->by);
        certlife__text_copy(record.application, sizeof record.application, author->application);
    }
    memcpy(der, record.der.data, record.der.len);
    record.der.data = der;
    record.facts = *facts;
    rc = certlife__certificate_put(txn, &record, err);
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
    if (rc == 0 && change->bar_current)
        rc = bar_key(txn, change->user.current.key_hash, err);
    if (rc == 0 && change->ended.act != 0 && change->bar_keys)
        rc = bar_key(txn, change->ended.key_hash, err);
    return rc < 0 ? rc : certlife__user_put(txn, &change->user, err);
}
