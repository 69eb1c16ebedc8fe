/* SPDX-License-Identifier: Apache-2.0 */
#include "reconcile.h"

#include "dump.h"
#include "facts/facts.h"
#include "reconcile_ledger.h"
#include "x509/certificate.h"

struct check {
    struct txn txn;
    struct dump dump;
    int64_t now;
    char *room; /* "" until something does not fit */
    size_t len;
};

static void misfit(struct check *c, const char *what, const char *of, const char *cause)
{
    if (c->room[0] == '\0')
        snprintf(c->room, c->len, "%s %s: %s", what, of, cause);
}

#define CHECK(condition, what, of)                                                                                     \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            misfit(c, (what), (of), #condition);                                                                       \
            return;                                                                                                    \
        }                                                                                                              \
    } while (0)

static bool is_there(const struct check *c, char table, const void *name, size_t len)
{
    uint8_t room[CERTLIFE_STORE_KEY_MAX];
    struct writer key = writer_into(room, sizeof room);
    write_u8(&key, (uint8_t)table);
    write_bytes(&key, bytes_of(name, len));
    return dump_find(&c->dump, bytes_of(room, key.len)).data != NULL;
}

static bool in_history(const struct check *c, const struct certificate_record *record)
{
    char room[CERTLIFE_STORE_KEY_MAX];
    struct serial serial = record->facts.serial;
    int len = snprintf(room, sizeof room, "%s%c%s%ch", record->contract, 0, record->user, 0);
    struct writer rest = writer_into((uint8_t *)room + len, sizeof room - (size_t)len);
    write_number(&rest, (uint64_t)record->facts.issued_at, 8);
    write_bytes(&rest, bytes_of(serial.octets, serial.len));
    return is_there(c, 'U', room, (size_t)len + rest.len);
}

static bool same_certificate(const struct certificate *a, const struct certificate *b)
{
    return serial_equal(&a->serial, &b->serial) && a->medium == b->medium && a->issued_by == b->issued_by &&
           a->not_before == b->not_before && a->not_after == b->not_after && a->issued_at == b->issued_at &&
           a->confirmed_at == b->confirmed_at && a->replaced_at == b->replaced_at && a->revoked_at == b->revoked_at &&
           a->reason == b->reason && memcmp(a->key_hash, b->key_hash, HASH_LEN) == 0;
}

static bool user_of(struct check *c, const char *contract, const char *id, struct user *out)
{
    bool found = false;
    return certlife__user_get(&c->txn, contract, id, out, &found, NULL) == 0 && found;
}

static bool contract_of(struct check *c, const char *id, struct contract *out)
{
    bool found = false;
    return certlife__contract_get(&c->txn, id, out, &found, NULL) == 0 && found;
}

static bool key_owner_of(struct check *c, const uint8_t hash[HASH_LEN], struct key_owner *out)
{
    bool found = false;
    return certlife__key_get(&c->txn, hash, out, &found, NULL) == 0 && found;
}

static bool certificate_of(struct check *c, const struct serial *serial, struct certificate_record *out)
{
    bool found = false;
    return certlife__certificate_get(&c->txn, serial, out, &found, NULL) == 0 && found;
}

/* ---- one record of each kind: `name` is its key without the letter of its table ---- */

static void check_meta(struct check *c, struct bytes name)
{
    struct meta meta = {0};
    CHECK(name.len == 0, "store", "M");
    CHECK(certlife__meta_get(&c->txn, &meta, NULL) == 0, "store", "M");
}

static void check_contract(struct check *c, struct bytes name)
{
    struct contract contract = {0};
    struct user user = {.id = ""};
    char id[ID_MAX + 1] = "";
    bool found = true;
    int32_t users = 0;
    CHECK(name.len <= ID_MAX, "contract", "?");
    memcpy(id, name.data, name.len);
    CHECK(contract_of(c, id, &contract), "contract", id);
    CHECK(strcmp(contract.id, id) == 0, "contract", id);
    CHECK(user_of(c, id, contract.master, &user), "contract", id);
    CHECK(user.role == CERTLIFE_ROLE_MASTER && user.deleted_at == 0, "contract", id);
    for (user.id[0] = '\0'; found;) {
        found = false;
        CHECK(certlife__user_next(&c->txn, id, user.id, &user, &found, NULL) == 0, "contract", id);
        users += found && user.deleted_at == 0;
    }
    CHECK(contract.users == users, "contract", id);
}

static void check_slot(struct check *c, const struct user *user, const struct certificate *slot)
{
    struct certificate_record record = {0};
    if (!certificate_exists(slot))
        return;
    CHECK(certificate_of(c, &slot->serial, &record), "user", user->id);
    CHECK(same_certificate(slot, &record.facts), "user", user->id);
    CHECK(strcmp(record.contract, user->contract) == 0 && strcmp(record.user, user->id) == 0, "user", user->id);
}

static void check_user(struct check *c, const char *contract_id, const char *id)
{
    struct user user = {0};
    struct contract contract = {0};
    CHECK(contract_of(c, contract_id, &contract), "user", id);
    CHECK(user_of(c, contract_id, id, &user), "user", id);
    CHECK(strcmp(user.contract, contract_id) == 0 && strcmp(user.id, id) == 0, "user", id);
    check_slot(c, &user, &user.current);
    check_slot(c, &user, &user.unconfirmed);
    if (certificate_exists(&user.unconfirmed)) {
        CHECK(user.current.confirmed_at != 0, "user", id);
        CHECK(user.unconfirmed.confirmed_at == 0 && user.unconfirmed.revoked_at == 0, "user", id);
        CHECK(!serial_equal(&user.current.serial, &user.unconfirmed.serial), "user", id);
    }
    CHECK(user.current.replaced_at == 0, "user", id);
    if (user.issuing.act != 0)
        CHECK(is_there(c, 'O', user.issuing.order_id, ORDER_ID_LEN), "user", id);
    if (user.deleted_at != 0 || contract.closed_at != 0) {
        CHECK(!certificate_usable(&user.current, c->now) && !certificate_usable(&user.unconfirmed, c->now), "user", id);
        CHECK(user.issuing.act == 0 && user.authorised_at == 0, "user", id);
    }
}

/* A user's row; or `h`, a moment and a serial number, one line of their history; or `n` or `s`, of the ledger. */
static void check_user_or_history(struct check *c, struct bytes name)
{
    struct serial serial = {0};
    struct certificate_record record = {0};
    const uint8_t *gap = memchr(name.data, 0, name.len);
    CHECK(gap != NULL, "user", "?");
    struct bytes rest = bytes_of(gap + 1, name.len - (size_t)(gap + 1 - name.data));
    const uint8_t *end = memchr(rest.data, 0, rest.len);
    CHECK(end != NULL, "user", "?");
    const char *contract = (const char *)name.data, *id = (const char *)rest.data;
    rest = bytes_of(end + 1, rest.len - (size_t)(end + 1 - rest.data));
    if (rest.len == 0) {
        check_user(c, contract, id);
        return;
    }
    if (rest.data[0] == 'n' || rest.data[0] == 's') {
        struct user user = {0};
        CHECK(user_of(c, contract, id, &user), "notices of", id);
        return;
    }
    CHECK(rest.data[0] == 'h' && rest.len > 9 && rest.len - 9 <= CERTLIFE_SERIAL_MAX, "history", id);
    serial.len = (uint8_t)(rest.len - 9);
    memcpy(serial.octets, rest.data + 9, serial.len);
    CHECK(certificate_of(c, &serial, &record), "history", id);
    CHECK(strcmp(record.contract, contract) == 0 && strcmp(record.user, id) == 0, "history", id);
}

static void check_certificate(struct check *c, struct bytes name)
{
    struct serial serial = {.len = (uint8_t)name.len};
    struct certificate_record record = {0};
    struct user user = {0};
    struct key_owner owner = {0};
    struct bytes number = {0}, issuer = {0};
    char hex[2 * CERTLIFE_SERIAL_MAX + 1];
    CHECK(name.len >= 1 && name.len <= CERTLIFE_SERIAL_MAX, "certificate", "?");
    memcpy(serial.octets, name.data, name.len);
    certlife__hex_write(name.data, name.len, hex);
    CHECK(certificate_of(c, &serial, &record), "certificate", hex);
    CHECK(serial_equal(&record.facts.serial, &serial), "certificate", hex);
    CHECK(certlife__certificate_identify(record.der, &number, &issuer) == NULL, "certificate", hex);
    CHECK(bytes_equal(number, name), "certificate", hex);
    CHECK(user_of(c, record.contract, record.user, &user), "certificate", hex);
    CHECK(in_history(c, &record), "certificate", hex);
    bool is_current = serial_equal(&user.current.serial, &serial);
    bool is_unconfirmed = serial_equal(&user.unconfirmed.serial, &serial);
    bool live = certificate_usable(&record.facts, c->now);
    CHECK(!live || is_current || is_unconfirmed, "certificate", hex);
    CHECK(record.facts.revoked_at == 0 || record.revoked_by[0] != '\0', "certificate", hex);
    if (live) {
        CHECK(key_owner_of(c, record.facts.key_hash, &owner), "certificate", hex);
        CHECK(strcmp(owner.contract, user.contract) == 0 && strcmp(owner.user, user.id) == 0, "certificate", hex);
    }
}

static void check_key(struct check *c, struct bytes name)
{
    struct key_owner owner = {0};
    struct user user = {0};
    CHECK(name.len == HASH_LEN, "key", "?");
    CHECK(key_owner_of(c, name.data, &owner), "key", "?");
    CHECK(user_of(c, owner.contract, owner.user, &user), "key of", owner.user);
}

static void check_order(struct check *c, struct bytes name)
{
    struct order order = {0};
    struct user user = {0};
    bool found = false;
    CHECK(name.len == ORDER_ID_LEN, "order", "?");
    CHECK(certlife__order_get(&c->txn, name.data, &order, &found, NULL) == 0 && found, "order", "?");
    CHECK(memcmp(order.id, name.data, name.len) == 0, "order of", order.user);
    CHECK(user_of(c, order.contract, order.user, &user), "order of", order.user);
}

static void check_answer(struct check *c, struct bytes name)
{
    struct answer answer = {.code = 0};
    bool found = false;
    size_t due = 0;
    CHECK(name.len == ANSWER_KEY_LEN, "answer", "?");
    CHECK(certlife__answer_get(&c->txn, name.data, &answer, &found, NULL) == 0 && found, "answer", "?");
    for (size_t i = 0; i < c->dump.count; i++) {
        struct bytes key = c->dump.pairs[i].key;
        due += key.data[0] == 'T' && key.len == 9 + name.len && memcmp(key.data + 9, name.data, name.len) == 0;
    }
    CHECK(due == 1, "answer", answer.row);
}

static void check_due(struct check *c, struct bytes name)
{
    CHECK(name.len == 8 + ANSWER_KEY_LEN, "answer due", "?");
    CHECK(is_there(c, 'Q', name.data + 8, ANSWER_KEY_LEN), "answer due", "?");
}

/* The rest of the ledger is looked at as a whole, in reconcile_ledger.c. */
static void check_plan(struct check *c, struct bytes name)
{
    struct plan plan;
    CHECK(name.len == 0 && certlife__plan_get(&c->txn, &plan, NULL) == 0, "plan", "of notices");
}

static void check_queued_or_parked(struct check *c, struct bytes name)
{
    CHECK(name.len > 8, "notice", "due");
}

static const struct {
    char table;
    void (*check)(struct check *c, struct bytes name);
} tables[] = {
    {'M', check_meta},
    {'C', check_contract},
    {'U', check_user_or_history},
    {'K', check_certificate},
    {'P', check_key},
    {'O', check_order},
    {'Q', check_answer},
    {'T', check_due},
    {'R', check_plan},
    {'N', check_queued_or_parked},
    {'Y', check_queued_or_parked},
};

static void check_pair(struct check *c, const struct pair *pair)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (tables[i].table == (char)pair->key.data[0]) {
            tables[i].check(c, bytes_of(pair->key.data + 1, pair->key.len - 1));
            return;
        }
    }
    misfit(c, "store", "", "holds a record of no known kind");
}

const char *misfit_in(certlife_store *store, int64_t now, char *room, size_t len)
{
    struct check c = {.dump = dump_of(store), .now = now, .room = room, .len = len};
    room[0] = '\0';
    if (certlife__store_begin(store, CERTLIFE_STORE_READ, &c.txn, NULL) < 0)
        fail_msg("the store cannot be read");
    struct meta meta = {0};
    if (certlife__meta_get(&c.txn, &meta, NULL) == 0 && meta.latest > now)
        c.now = meta.latest; /* a clock set back brings nothing back */
    for (size_t i = 0; i < c.dump.count && room[0] == '\0'; i++)
        check_pair(&c, &c.dump.pairs[i]);
    if (room[0] == '\0')
        check_ledger(&c.txn, c.dump.count, room, len);
    certlife__store_abort(&c.txn);
    dump_free(&c.dump);
    return room[0] != '\0' ? room : NULL;
}

void reconcile(struct world *w)
{
    char room[256];
    const char *wrong = misfit_in(w->store, w->now, room, sizeof room);
    if (wrong != NULL)
        fail_msg("the store does not fit together: %s", wrong);
}
