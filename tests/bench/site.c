/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling in the order of the keys, each to the end of the file: the rows are those that facts/ and acts/plan.c put into a
 * store; this one keeps, of what it is handed, one table at a time.
 */
#include "site.h"

#include <stdio.h>
#include <stdlib.h>

#include "acts/ledger.h"
#include "base/civil.h"

#define ROWS_AT_ONCE 10000
#define DAYS 365
#define FIRST_EXPIRY 31 /* days from the day of NOW: nothing is due on that day */
#define YEAR (INT64_C(365) * SECONDS_PER_DAY)

/* A store that forgets all but the rows of one table, which must come in order. */
struct press {
    MDB_env *env;
    MDB_dbi dbi;
    MDB_txn *txn;
    char table;
    long rows; /* in this transaction */
};

static int press_begin(void *self, certlife_store_mode mode, void **txn_out, certlife_error **err)
{
    (void)mode, (void)err;
    *txn_out = self;
    return 0;
}

static int press_get(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t **value_out,
                     size_t *value_len_out, certlife_error **err)
{
    (void)self, (void)txn, (void)key, (void)key_len, (void)value_out, (void)value_len_out, (void)err;
    return CERTLIFE_STORE_ABSENT;
}

static int press_put(void *self, void *txn, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len,
                     certlife_error **err)
{
    (void)txn, (void)err;
    struct press *press = self;
    MDB_val name = {key_len, (void *)key}, data = {value_len, (void *)value};
    if (key[0] != (uint8_t)press->table)
        return 0;
    if (press->rows++ % ROWS_AT_ONCE == 0) {
        raw_must(mdb_txn_commit(press->txn), "commit");
        raw_must(mdb_txn_begin(press->env, NULL, 0, &press->txn), "begin");
    }
    raw_must(mdb_put(press->txn, press->dbi, &name, &data, MDB_APPEND), "put");
    return 0;
}

static int press_erase(void *self, void *txn, const uint8_t *key, size_t key_len, certlife_error **err)
{
    (void)self, (void)txn, (void)key, (void)key_len, (void)err;
    return 0;
}

static int press_scan(void *self, void *txn, const uint8_t *from, size_t from_len, size_t prefix_len,
                      certlife_store_visit visit, void *payload, certlife_error **err)
{
    (void)self, (void)txn, (void)from, (void)from_len, (void)prefix_len, (void)visit, (void)payload, (void)err;
    return 0;
}

static int press_commit(void *self, void *txn, certlife_error **err)
{
    (void)self, (void)txn, (void)err;
    return 0;
}

static void press_abort(void *self, void *txn)
{
    (void)self, (void)txn;
}

static const certlife_store_class press_class = {
    .size = CERTLIFE_STORE_CLASS_INIT,
    .name = "press",
    .begin = press_begin,
    .get = press_get,
    .put = press_put,
    .erase = press_erase,
    .scan = press_scan,
    .commit = press_commit,
    .abort = press_abort,
};

/*
 * The day on which the n-th certificate expires: of 365 users in a row one on each day of the year, and which is first
 * differs from row to row. So those of one day are spread over all contracts, and hardly two of them share one.
 */
static long first_day(long row)
{
    return (long)(scatter((uint64_t)row) % DAYS);
}

static long day_of(long n)
{
    return (n % DAYS + first_day(n / DAYS)) % DAYS;
}

static long expiring_on(long day, long row)
{
    return row * DAYS + (day + DAYS - first_day(row)) % DAYS;
}

static struct user expiring_user(long n)
{
    int64_t today = certlife__day_of(NOW, bank.profile->utc_offset);
    int64_t not_after = certlife__day_end(today + FIRST_EXPIRY + day_of(n), bank.profile->utc_offset);
    return user_of(n, not_after - YEAR, not_after);
}

static void put_user(struct txn *txn, long n)
{
    struct contract contract = contract_of(n);
    struct user user = expiring_user(n);
    struct ledger ledger = {txn, bank.profile, &contract, NOW};
    MUST(certlife__user_put(txn, &user, &bank.err));
    MUST(certlife__plan_user(&ledger, &user, &bank.err));
}

static void put_queue(struct txn *txn, long certificates)
{
    for (long day = 0; day < DAYS; day++) {
        for (long row = 0; row * DAYS < certificates; row++) {
            long n = expiring_on(day, row);
            if (n < certificates)
                put_user(txn, n);
        }
        show_progress(day * (certificates / DAYS) / 2, certificates);
    }
}

static void put_all(struct txn *txn, struct press *press, long certificates)
{
    const struct meta meta = {NOW};
    struct plan plan = {.done = true};
    certlife__notice_values_print(bank.profile, plan.values);
    press->table = 'C';
    for (long n = 0; n < certificates; n += COMPANY_USERS) {
        struct contract contract = contract_of(n);
        MUST(certlife__contract_put(txn, &contract, &bank.err));
    }
    press->table = 'M';
    MUST(certlife__meta_put(txn, &meta, &bank.err));
    press->table = 'N';
    put_queue(txn, certificates);
    press->table = 'R';
    MUST(certlife__plan_put(txn, &plan, &bank.err));
    press->table = 'U';
    for (long n = 0; n < certificates; n++) {
        put_user(txn, n);
        if (n % 100000 == 0)
            show_progress((certificates + n) / 2, certificates);
    }
    show_progress(certificates, certificates);
}

static void fill_site(const struct site *site)
{
    struct press press = {.table = '\0'};
    certlife_store *store = NULL;
    struct txn txn;
    raw_must(mdb_env_create(&press.env), "create");
    raw_must(mdb_env_set_mapsize(press.env, (size_t)64 << 30), "mapsize");
    raw_must(mdb_env_open(press.env, site->folder, MDB_NOTLS | MDB_NOSYNC, 0600), "open");
    raw_must(mdb_txn_begin(press.env, NULL, 0, &press.txn), "begin");
    raw_must(mdb_dbi_open(press.txn, NULL, 0, &press.dbi), "dbi");
    MUST(certlife_store_new(&press_class, &press, &store, &bank.err));
    MUST(certlife__store_begin(store, CERTLIFE_STORE_WRITE, &txn, &bank.err));
    put_all(&txn, &press, site->certificates);
    MUST(certlife__store_commit(&txn, &bank.err));
    certlife_store_close(store);
    raw_must(mdb_txn_commit(press.txn), "commit");
    raw_must(mdb_env_sync(press.env, 1), "sync");
    mdb_env_close(press.env);
}

static int site_clock(void *payload, int64_t *now_out)
{
    *now_out = ((const struct site *)payload)->now;
    return 0;
}

void open_site(struct site *site, long certificates)
{
    *site = (struct site){.certificates = certificates, .now = NOW};
    make_folder(site->folder, sizeof site->folder);
    snprintf(site->raw_folder, sizeof site->raw_folder, "%s-raw", site->folder);
    fill_site(site);
    site->raw = open_raw(site->folder, site->raw_folder, MDB_NOTLS, &site->raw_dbi);
    MUST(certlife_store_open_lmdb(site->folder, NULL, &site->store, &bank.err));
    certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    options.name = "Example Shinkin Bank";
    options.crl_url = "http://crl.example.jp/users.crl";
    options.profile = bank.profile;
    options.store = site->store;
    options.crypto = bank.crypto;
    options.clock.now = site_clock;
    options.clock.payload = site;
    MUST(certlife_institution_open(&options, &site->institution, &bank.err));
}

void close_site(struct site *site)
{
    mdb_env_close(site->raw);
    certlife_institution_close(site->institution);
    certlife_store_close(site->store);
    remove_folder(site->folder);
    remove_folder(site->raw_folder);
}

static int compare_row(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len, void *payload)
{
    MDB_val raw_key, raw_value;
    int rc = mdb_cursor_get(payload, &raw_key, &raw_value, MDB_NEXT);
    bool same = rc == 0 && bytes_equal(bytes_of(raw_key.mv_data, raw_key.mv_size), bytes_of(key, key_len)) &&
                bytes_equal(bytes_of(raw_value.mv_data, raw_value.mv_size), bytes_of(value, value_len));
    if (!same) {
        fprintf(stderr, "bench: the raw file differs in table %c\n", key[0]);
        exit(2);
    }
    return 0;
}

void compare_site(struct site *site)
{
    const uint8_t first = 0;
    struct txn txn;
    MDB_txn *raw = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    raw_must(mdb_txn_begin(site->raw, NULL, MDB_RDONLY, &raw), "begin");
    raw_must(mdb_cursor_open(raw, site->raw_dbi, &cursor), "cursor");
    MUST(certlife__store_begin(site->store, CERTLIFE_STORE_READ, &txn, &bank.err));
    MUST(certlife__store_scan(&txn, bytes_of(&first, 1), 0, compare_row, cursor, &bank.err));
    if (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) != MDB_NOTFOUND)
        stop("the raw file holds more", NULL);
    certlife__store_abort(&txn);
    mdb_cursor_close(cursor);
    mdb_txn_abort(raw);
}
