/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notices   claim   raw: scan the first 1,000 rows of the queue, get the user's and the contract's row of each, erase it and
 *                   put it under the end of its lease, by its key; all in one durable LMDB commit, from a file of
 *                   the same content
 *           done    raw: for each notice, get the contract's, user's, chain's and queue's row, erase that, put
 *                   what was sent, the chain and the next in the queue, in one durable commit of its own
 *           next    raw: a read transaction (renewed and reset), three gets
 *
 * The raw side writes the same bytes: after a first claim and at the end both files are compared, row by row.
 *
 * The same with 100,000 certificates, batch by batch in turns, shows what the size of the store costs. Each batch
 * claims notices that nobody has had in hand; 100 of them are done, the others taken out of both files. The next comes a
 * second later, or as many days later as it takes until 1,000 more are due.
 *
 * The store holds contracts, users, chains and the queue, as planned by the profile "webfb": certificates expire all over
 * a year, and those that do on one day belong to different contracts. What a claim does not read, the certificates'
 * own rows and those of their keys, is left out. Pages are filled whole, in the order of the keys, and are all in memory
 * and mapped before it begins; but before each claim the processor's caches are emptied, as they are in life: between two
 * claims a worker delivers 1,000 messages. (A store of 100,000 would else stay in the caches from claim to claim.)
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/civil.h"
#include "site.h"

#define CLAIMED 1000
#define ANSWERED 100 /* of those */
#define LEASE 600
#define WORKER "mailer 1"
#define SMALL_SITE 100000
#define SITES 2

#define MOMENT_LEN 8
#define ROW_MAX 160
struct row {
    uint8_t key[ROW_MAX], value[ROW_MAX];
    size_t key_len, value_len;
};

static MDB_val key_of(const struct row *row)
{
    return (MDB_val){row->key_len, (void *)row->key};
}

static void write_moment(uint8_t *out, int64_t moment)
{
    struct writer w = writer_into(out, MOMENT_LEN);
    write_number(&w, (uint64_t)moment, MOMENT_LEN);
}

static int64_t read_moment(const uint8_t *in)
{
    uint64_t moment = 0;
    for (int i = 0; i < MOMENT_LEN; i++)
        moment = moment << 8 | in[i];
    return (int64_t)moment;
}

/* Keys: N moment contract 0 user 0 CHAIN; U contract 0 user 0; C contract. */
#define QUEUE_HEAD (1 + MOMENT_LEN)

static size_t contract_len(const struct row *queued)
{
    return strlen((const char *)queued->key + QUEUE_HEAD);
}

static struct row contract_row(const struct row *queued)
{
    struct row row = {.key = {'C'}, .key_len = 1 + contract_len(queued)};
    memcpy(row.key + 1, queued->key + QUEUE_HEAD, row.key_len - 1);
    return row;
}

static struct row user_row(const struct row *queued)
{
    const char *user = (const char *)queued->key + QUEUE_HEAD + contract_len(queued) + 1;
    struct row row = {.key = {'U'}, .key_len = 1 + contract_len(queued) + 1 + strlen(user) + 1};
    memcpy(row.key + 1, queued->key + QUEUE_HEAD, row.key_len - 1);
    return row;
}

/* U contract 0 user 0 n CHAIN, or s CHAIN label */
static struct row row_of_chain(const struct row *queued, char table)
{
    struct row row = user_row(queued);
    size_t user_len = row.key_len - 1;
    row.key[row.key_len++] = (uint8_t)table;
    size_t chain_len = queued->key_len - QUEUE_HEAD - user_len;
    memcpy(row.key + row.key_len, queued->key + QUEUE_HEAD + user_len, chain_len);
    row.key_len += chain_len;
    return row;
}

static void raw_get(MDB_txn *txn, const struct site *site, const struct row *row)
{
    MDB_val key = key_of(row), value;
    raw_must(mdb_get(txn, site->raw_dbi, &key, &value), "get");
}

static void raw_put(MDB_txn *txn, const struct site *site, const struct row *row)
{
    MDB_val key = key_of(row), value = {row->value_len, (void *)row->value};
    raw_must(mdb_put(txn, site->raw_dbi, &key, &value, 0), "put");
}

static void raw_erase(MDB_txn *txn, const struct site *site, const struct row *row)
{
    MDB_val key = key_of(row);
    raw_must(mdb_del(txn, site->raw_dbi, &key, NULL), "erase");
}

/* What falls due first, up to 1,000. */
static size_t raw_due(MDB_txn *txn, const struct site *site, struct row out[CLAIMED])
{
    MDB_cursor *cursor = NULL;
    MDB_val key = {1, (void *)"N"}, value;
    size_t count = 0;
    raw_must(mdb_cursor_open(txn, site->raw_dbi, &cursor), "cursor");
    for (int rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE); rc == 0 && count < CLAIMED;
         rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
        const uint8_t *bytes = key.mv_data;
        if (bytes[0] != 'N' || read_moment(bytes + 1) > site->now)
            break;
        struct row *row = &out[count++];
        row->key_len = key.mv_size;
        row->value_len = value.mv_size;
        memcpy(row->key, key.mv_data, key.mv_size);
        memcpy(row->value, value.mv_data, value.mv_size);
    }
    mdb_cursor_close(cursor);
    return count;
}

/* Version, label and due stay; hands, tried, attempts and the worker's name follow (facts/notice.c). */
static struct row lease_out(const struct row *queued, int64_t until)
{
    struct row leased = *queued;
    struct writer w = writer_into(leased.value + 17, sizeof leased.value - 17);
    write_number(&w, 1, 4);
    write_bytes(&w, bytes_of(queued->value + 1, 8));
    write_number(&w, 1, 4);
    write_number(&w, strlen(WORKER), 2);
    write_bytes(&w, bytes_of_text(WORKER));
    leased.value_len = 17 + w.len;
    write_moment(leased.key + 1, until);
    return leased;
}

/* The latest moment stands at the end of its row. */
static void raw_put_moment(MDB_txn *txn, const struct site *site)
{
    struct row row = {.key = {'M'}, .key_len = 1};
    MDB_val key = key_of(&row), value;
    raw_must(mdb_get(txn, site->raw_dbi, &key, &value), "get");
    row.value_len = value.mv_size;
    memcpy(row.value, value.mv_data, value.mv_size);
    write_moment(row.value + row.value_len - MOMENT_LEN, site->now);
    raw_put(txn, site, &row);
}

static double raw_claim(const struct site *site, struct row leased[CLAIMED])
{
    static struct row due[CLAIMED];
    MDB_txn *txn = NULL;
    empty_caches();
    double begin = now_us();
    raw_must(mdb_txn_begin(site->raw, NULL, 0, &txn), "begin");
    size_t count = raw_due(txn, site, due);
    for (size_t i = 0; i < count; i++) {
        struct row user = user_row(&due[i]), contract = contract_row(&due[i]);
        leased[i] = lease_out(&due[i], site->now + LEASE);
        raw_erase(txn, site, &due[i]);
        raw_get(txn, site, &user);
        raw_get(txn, site, &contract);
        raw_put(txn, site, &leased[i]);
    }
    raw_put_moment(txn, site);
    raw_must(mdb_txn_commit(txn), "commit");
    return now_us() - begin;
}

static const certlife_actor *the_system(void)
{
    static certlife_actor actor = CERTLIFE_ACTOR_INIT;
    actor.kind = CERTLIFE_ACTOR_SYSTEM;
    return &actor;
}

static double claim(const struct site *site, certlife_notice_page **out)
{
    empty_caches();
    double begin = now_us();
    MUST(certlife_notice_claim(site->institution, the_system(), WORKER, CLAIMED, LEASE, out, bank.decision, &bank.err));
    double spent = now_us() - begin;
    if (certlife_notice_page_count(*out) != CLAIMED)
        stop("a claim was short", NULL);
    return spent;
}

/* Fresh notices: a second later, or on the next day with enough of them. */
static void advance(struct site *site)
{
    static struct row due[CLAIMED];
    MDB_txn *txn = NULL;
    raw_must(mdb_txn_begin(site->raw, NULL, MDB_RDONLY, &txn), "begin");
    site->now++;
    while (raw_due(txn, site, due) < CLAIMED)
        site->now += SECONDS_PER_DAY;
    mdb_txn_abort(txn);
}

/* What `done` has written of one notice: read from the library's file, for the raw side to write. */
struct answered {
    struct row sent, chain, next;
    bool goes_on;
};

static void read_row(struct txn *txn, struct row *row)
{
    struct bytes value;
    MUST(certlife__store_get(txn, bytes_of(row->key, row->key_len), &value, &bank.err));
    row->value_len = value.len;
    memcpy(row->value, value.data, value.len);
}

/* A chain begins with version, since, said and due (facts/notice.c); a label in a key is turned so that it sorts. */
static void read_answered(struct txn *txn, const struct row *leased, struct answered *out)
{
    out->chain = row_of_chain(leased, 'n');
    read_row(txn, &out->chain);
    out->sent = row_of_chain(leased, 's');
    memcpy(out->sent.key + out->sent.key_len, out->chain.value + 9, 8);
    out->sent.key[out->sent.key_len] ^= 0x80;
    out->sent.key_len += 8;
    read_row(txn, &out->sent);
    out->goes_on = read_moment(out->chain.value + 17) != 0;
    if (!out->goes_on)
        return;
    out->next = *leased;
    memcpy(out->next.key + 1, out->chain.value + 17, MOMENT_LEN);
    read_row(txn, &out->next);
}

static double done(const struct site *site, const certlife_notice_page *page)
{
    double begin = now_us();
    for (size_t i = 0; i < ANSWERED; i++)
        MUST(certlife_notice_done(site->institution, the_system(), certlife_notice_page_at(page, i), bank.decision,
                                  &bank.err));
    return (now_us() - begin) / ANSWERED;
}

static void raw_done_one(const struct site *site, const struct row *leased, const struct answered *answered)
{
    struct row user = user_row(leased), contract = contract_row(leased);
    MDB_txn *txn = NULL;
    raw_must(mdb_txn_begin(site->raw, NULL, 0, &txn), "begin");
    raw_get(txn, site, &contract);
    raw_get(txn, site, &user);
    raw_get(txn, site, &answered->chain);
    raw_get(txn, site, leased);
    raw_put(txn, site, &answered->sent);
    raw_erase(txn, site, leased);
    if (answered->goes_on)
        raw_put(txn, site, &answered->next);
    raw_put(txn, site, &answered->chain);
    raw_must(mdb_txn_commit(txn), "commit");
}

static double raw_done(const struct site *site, const struct row leased[CLAIMED])
{
    static struct answered answered[ANSWERED];
    struct txn txn;
    MUST(certlife__store_begin(site->store, CERTLIFE_STORE_READ, &txn, &bank.err));
    for (size_t i = 0; i < ANSWERED; i++)
        read_answered(&txn, &leased[i], &answered[i]);
    certlife__store_abort(&txn);
    double begin = now_us();
    for (size_t i = 0; i < ANSWERED; i++)
        raw_done_one(site, &leased[i], &answered[i]);
    return (now_us() - begin) / ANSWERED;
}

/* Those that nobody answers for are not to come back when their lease is over. */
static int drop(struct txn *txn, void *payload, certlife_error **err)
{
    const struct row *leased = payload;
    int rc = 0;
    for (size_t i = ANSWERED; rc == 0 && i < CLAIMED; i++)
        rc = certlife__store_erase(txn, bytes_of(leased[i].key, leased[i].key_len), err);
    return rc;
}

static void drop_rest(const struct site *site, struct row leased[CLAIMED])
{
    MDB_txn *txn = NULL;
    MUST(certlife__store_update(site->store, CERTLIFE_STORE_WRITE, drop, leased, &bank.err));
    raw_must(mdb_txn_begin(site->raw, NULL, 0, &txn), "begin");
    for (size_t i = ANSWERED; i < CLAIMED; i++)
        raw_erase(txn, site, &leased[i]);
    raw_must(mdb_txn_commit(txn), "commit");
}

static double next_due(const struct site *site)
{
    int64_t moment = 0;
    double begin = now_us();
    for (int i = 0; i < CLAIMED; i++)
        MUST(certlife_notice_next_due(site->institution, the_system(), &moment, bank.decision, &bank.err));
    return (now_us() - begin) / CLAIMED;
}

static double raw_next_due(const struct site *site)
{
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val value;
    raw_must(mdb_txn_begin(site->raw, NULL, MDB_RDONLY, &txn), "begin");
    raw_must(mdb_cursor_open(txn, site->raw_dbi, &cursor), "cursor");
    double begin = now_us();
    for (int i = 0; i < CLAIMED; i++) {
        MDB_val moment = {1, (void *)"M"}, plan = {1, (void *)"R"}, queue = {1, (void *)"N"};
        mdb_txn_reset(txn);
        raw_must(mdb_txn_renew(txn), "renew");
        raw_must(mdb_cursor_renew(txn, cursor), "renew");
        raw_must(mdb_get(txn, site->raw_dbi, &moment, &value), "get");
        raw_must(mdb_get(txn, site->raw_dbi, &plan, &value), "get");
        raw_must(mdb_cursor_get(cursor, &queue, &value, MDB_SET_RANGE), "get");
    }
    double spent = (now_us() - begin) / CLAIMED;
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    return spent;
}

/* The process's memory without the files that it maps, KiB. */
static long own_memory(void)
{
    char line[256];
    long size = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        sscanf(line, "RssAnon: %ld", &size);
    if (file != NULL)
        fclose(file);
    return size;
}

struct figures {
    struct sample claims[BATCHES], dones[BATCHES], nexts[BATCHES];
    long memory, allocations; /* the most of any batch */
};

static long most(long a, long b)
{
    return a > b ? a : b;
}

static void run_batch(struct site *site, int batch, struct figures *figures)
{
    static struct row leased[CLAIMED];
    certlife_notice_page *page = NULL;
    struct sample claimed, answered, asked;
    advance(site);
    long before = allocations_made();
    claimed.ours = claim(site, &page);
    figures->allocations = most(figures->allocations, allocations_made() - before);
    figures->memory = most(figures->memory, own_memory());
    claimed.raw = raw_claim(site, leased);
    if (batch < 0) /* not before: the library's map grows at its first commit, which unmaps the file */
        compare_site(site);
    answered.ours = done(site, page);
    answered.raw = raw_done(site, leased);
    certlife_notice_page_free(page);
    drop_rest(site, leased);
    asked.ours = next_due(site);
    asked.raw = raw_next_due(site);
    if (batch < 0)
        return;
    figures->claims[batch] = claimed;
    figures->dones[batch] = answered;
    figures->nexts[batch] = asked;
}

static void print_growth(const char *what, const struct site *sites, const struct sample *small,
                         const struct sample *large)
{
    double ours[BATCHES], raw[BATCHES];
    char line[160];
    for (int i = 0; i < BATCHES; i++) {
        ours[i] = large[i].ours / small[i].ours;
        raw[i] = large[i].raw / small[i].raw;
    }
    snprintf(line, sizeof line, "%s, %ld certificates against %ld", what, sites[1].certificates, sites[0].certificates);
    print_heads(line);
    print_row("library", ours, BATCHES, "times");
    print_row("raw parts", raw, BATCHES, "times");
}

void bench_notices(long certificates)
{
    static struct site sites[SITES];
    static struct figures figures[SITES];
    open_base();
    open_site(&sites[0], SMALL_SITE);
    open_site(&sites[1], certificates);
    for (int batch = -1; batch < BATCHES; batch++) {
        for (int i = 0; i < SITES; i++)
            run_batch(&sites[i], batch, &figures[i]);
    }
    for (int i = 0; i < SITES; i++)
        compare_site(&sites[i]);
    for (int i = 0; i < SITES; i++)
        print("claim of 1000 due notices, one durable commit", sites[i].certificates, figures[i].claims, BATCHES);
    print_growth("claim", sites, figures[0].claims, figures[1].claims);
    for (int i = 0; i < SITES; i++)
        print("done, one notice, durable", sites[i].certificates, figures[i].dones, BATCHES);
    for (int i = 0; i < SITES; i++)
        print("next due", sites[i].certificates, figures[i].nexts, BATCHES);
    printf("  allocations by the library in a claim of 1000: %ld\n",
           most(figures[0].allocations, figures[1].allocations));
    printf("  memory of the process beside the mapped files, the page in hand: %ld MiB\n",
           most(figures[0].memory, figures[1].memory) / 1024);
    for (int i = 0; i < SITES; i++)
        close_site(&sites[i]);
}
