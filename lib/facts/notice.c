/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger of notices: how far each chain is, what is due, what is parked, and what was sent. */
#include "facts/row.h"

#include <string.h>

#define MOMENT_LEN 8

/* Labels of digests are negative, and sort before the others. */
static uint64_t sorted(int64_t label)
{
    return (uint64_t)label ^ UINT64_C(0x8000000000000000);
}

/* topic, addressee, about: the last part of a key, or what stands before a label. */
static void write_chain(struct row_key *key, const struct chain *chain)
{
    write_u8(&key->writer, (uint8_t)chain->topic);
    write_u8(&key->writer, (uint8_t)chain->addressee);
    write_u8(&key->writer, chain->about.len);
    write_bytes(&key->writer, bytes_of(chain->about.octets, chain->about.len));
}

static void chain_key(struct row_key *key, char table, const struct chain *chain)
{
    certlife__row_of_user(key, chain->contract, chain->user);
    write_u8(&key->writer, (uint8_t)table);
    if (chain->topic != 0)
        write_chain(key, chain);
}

static void moment_key(struct row_key *key, char table, int64_t moment, const struct chain *chain)
{
    certlife__row_begin(key, table);
    write_number(&key->writer, (uint64_t)moment, MOMENT_LEN);
    certlife__row_part(key, chain->contract);
    certlife__row_part(key, chain->user);
    write_chain(key, chain);
}

/* Keys are read back with the reader of records. */

static void read_id(struct codec *codec, char out[ID_MAX + 1])
{
    const uint8_t *end = codec->rest.len > 0 ? memchr(codec->rest.data, 0, codec->rest.len) : NULL;
    size_t len = end != NULL ? (size_t)(end - codec->rest.data) : ID_MAX + 1;
    if (codec->bad || len > ID_MAX) {
        codec->bad = true;
        return;
    }
    certlife__code_octets(codec, (uint8_t *)out, len + 1);
}

static void read_chain(struct codec *codec, struct chain *out)
{
    uint8_t topic = 0, addressee = 0;
    certlife__code_octets(codec, &topic, 1);
    certlife__code_octets(codec, &addressee, 1);
    certlife__code_serial(codec, &out->about);
    codec->bad |= topic < 1 || topic > TOPIC_MAX || addressee < 1 || addressee > CERTLIFE_ADDRESSEE_MASTER;
    out->topic = codec->bad ? TOPIC_CERTIFICATE : (enum notice_topic)topic;
    out->addressee = addressee;
}

static struct codec reading_behind(struct bytes key, size_t skip)
{
    if (key.len < skip)
        return (struct codec){.bad = true, .reading = true};
    return certlife__codec_reading(bytes_of(key.data + skip, key.len - skip));
}

static void read_moment_key(struct bytes key, int64_t *moment_out, struct chain *out, struct codec *codec)
{
    *codec = reading_behind(key, 1);
    certlife__code_i64(codec, moment_out);
    read_id(codec, out->contract);
    read_id(codec, out->user);
    read_chain(codec, out);
    codec->bad |= *moment_out < 0; /* no moment is: numbers are counted back from them */
}

static int corrupt(certlife_error **err)
{
    return certlife__row_corrupt(err, "notice", "of the ledger");
}

/* The first pair behind a key, for those who go from one to the next. */
struct found_pair {
    uint8_t key[CERTLIFE_STORE_KEY_MAX];
    size_t key_len;
    uint8_t value[SMALL_RECORD];
    size_t value_len;
    bool found;
};

static int take_pair(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len, void *payload)
{
    struct found_pair *pair = payload;
    if (value_len > sizeof pair->value)
        return CERTLIFE_E_STORE_CORRUPT;
    memcpy(pair->key, key, key_len);
    pair->key_len = key_len;
    if (value_len > 0)
        memcpy(pair->value, value, value_len);
    pair->value_len = value_len;
    pair->found = true;
    return 1;
}

static int first_behind(struct txn *txn, struct row_key *key, bool first, size_t prefix, struct found_pair *out,
                        certlife_error **err)
{
    out->found = false;
    if (!first)
        write_u8(&key->writer, 0);
    return certlife__store_scan(txn, certlife__row_bytes(key), prefix, take_pair, out, err);
}

/* Chains. */

static void code_chain_state(struct codec *codec, struct chain_state *state)
{
    certlife__code_version(codec, 1);
    certlife__code_i64(codec, &state->since);
    certlife__code_i64(codec, &state->said);
    certlife__code_i64(codec, &state->due);
    certlife__code_i64(codec, &state->again_at);
    certlife__code_i64(codec, &state->parked_at);
    certlife__code_i64(codec, &state->before);
    certlife__code_i32(codec, &state->attempts);
    certlife__code_flag(codec, &state->withdrawn);
    certlife__code_text(codec, state->cause, sizeof state->cause);
}

static int read_chain_state(struct bytes value, struct chain_state *out, certlife_error **err)
{
    struct chain_state state = {0};
    struct codec codec = certlife__codec_reading(value);
    code_chain_state(&codec, &state);
    if (!certlife__codec_done(&codec) || state.due < 0 || state.parked_at < 0)
        return corrupt(err);
    *out = state;
    return 0;
}

int certlife__chain_get(struct txn *txn, const struct chain *chain, struct chain_state *out, bool *found_out,
                        certlife_error **err)
{
    struct row_key key;
    struct bytes value = {0};
    chain_key(&key, 'n', chain);
    int rc = certlife__row_get(txn, &key, &value, found_out, err);
    return rc < 0 || !*found_out ? rc : read_chain_state(value, out, err);
}

int certlife__chain_put(struct txn *txn, const struct chain *chain, const struct chain_state *state,
                        certlife_error **err)
{
    uint8_t room[SMALL_RECORD];
    struct row_key key;
    struct chain_state copy = *state;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_chain_state(&codec, &copy);
    chain_key(&key, 'n', chain);
    return certlife__row_put(txn, &key, &codec, err);
}

int certlife__chain_erase(struct txn *txn, const struct chain *chain, certlife_error **err)
{
    struct row_key key;
    chain_key(&key, 'n', chain);
    return certlife__store_erase(txn, certlife__row_bytes(&key), err);
}

int certlife__chain_next(struct txn *txn, const struct chain *after, struct chain *out, struct chain_state *state_out,
                         bool *found_out, certlife_error **err)
{
    struct row_key key, begin;
    struct found_pair pair;
    struct chain chain = {.topic = 0};
    struct chain all = *after;
    all.topic = 0;
    chain_key(&begin, 'n', &all);
    chain_key(&key, 'n', after);
    *found_out = false;
    int rc = first_behind(txn, &key, after->topic == 0, begin.writer.len, &pair, err);
    if (rc < 0 || !pair.found)
        return rc;
    struct codec codec = reading_behind(bytes_of(pair.key, pair.key_len), begin.writer.len);
    read_chain(&codec, &chain);
    if (!certlife__codec_done(&codec))
        return corrupt(err);
    rc = read_chain_state(bytes_of(pair.value, pair.value_len), state_out, err);
    if (rc < 0)
        return rc;
    memcpy(chain.contract, all.contract, sizeof chain.contract);
    memcpy(chain.user, all.user, sizeof chain.user);
    *out = chain;
    *found_out = true;
    return 0;
}

/* The queue. */

static void code_queued(struct codec *codec, struct queued *queued)
{
    certlife__code_version(codec, 1);
    certlife__code_i64(codec, &queued->label);
    certlife__code_i64(codec, &queued->due);
    certlife__code_i32(codec, &queued->hands);
    if (queued->hands == 0)
        return;
    certlife__code_i64(codec, &queued->tried);
    certlife__code_i32(codec, &queued->attempts);
    certlife__code_text(codec, queued->worker, sizeof queued->worker);
}

static bool read_queued(struct bytes value, struct queued *out)
{
    struct codec codec = certlife__codec_reading(value);
    code_queued(&codec, out);
    return certlife__codec_done(&codec) && out->due >= 0 && out->hands >= 0;
}

int certlife__queue_get(struct txn *txn, int64_t moment, const struct chain *chain, struct queued *out, bool *found_out,
                        certlife_error **err)
{
    struct row_key key;
    struct bytes value = {0};
    struct queued queued = {.moment = moment, .chain = *chain};
    moment_key(&key, 'N', moment, chain);
    int rc = certlife__row_get(txn, &key, &value, found_out, err);
    if (rc < 0 || !*found_out)
        return rc;
    if (!read_queued(value, &queued))
        return corrupt(err);
    *out = queued;
    return 0;
}

int certlife__queue_put(struct txn *txn, const struct queued *queued, certlife_error **err)
{
    uint8_t room[SMALL_RECORD];
    struct row_key key;
    struct queued copy = *queued;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_queued(&codec, &copy);
    moment_key(&key, 'N', queued->moment, &queued->chain);
    return certlife__row_put(txn, &key, &codec, err);
}

int certlife__queue_erase(struct txn *txn, int64_t moment, const struct chain *chain, certlife_error **err)
{
    struct row_key key;
    moment_key(&key, 'N', moment, chain);
    return certlife__store_erase(txn, certlife__row_bytes(&key), err);
}

struct queue_reading {
    int64_t until;
    struct queued *out;
    size_t room, count;
};

static int take_queued(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len, void *payload)
{
    struct queue_reading *r = payload;
    if (r->count == r->room)
        return 1;
    struct queued *queued = &r->out[r->count];
    struct codec codec;
    *queued = (struct queued){0};
    read_moment_key(bytes_of(key, key_len), &queued->moment, &queued->chain, &codec);
    if (!certlife__codec_done(&codec) || !read_queued(bytes_of(value, value_len), queued))
        return CERTLIFE_E_STORE_CORRUPT;
    if (queued->moment > r->until)
        return 1;
    r->count++;
    return 0;
}

int certlife__queue_read(struct txn *txn, int64_t until, struct queued *out, size_t room, size_t *count_out,
                         certlife_error **err)
{
    struct row_key key;
    struct queue_reading reading = {until, out, room, 0};
    certlife__row_begin(&key, 'N');
    int rc = certlife__store_scan(txn, certlife__row_bytes(&key), 1, take_queued, &reading, err);
    if (rc == 0)
        *count_out = reading.count;
    return rc;
}

/* What is parked. */

int certlife__parked_put(struct txn *txn, int64_t moment, const struct chain *chain, certlife_error **err)
{
    struct row_key key;
    moment_key(&key, 'Y', moment, chain);
    return certlife__store_put(txn, certlife__row_bytes(&key), bytes_of("", 0), err);
}

int certlife__parked_erase(struct txn *txn, int64_t moment, const struct chain *chain, certlife_error **err)
{
    struct row_key key;
    moment_key(&key, 'Y', moment, chain);
    return certlife__store_erase(txn, certlife__row_bytes(&key), err);
}

int certlife__parked_next(struct txn *txn, int64_t *moment, struct chain *chain, bool *found_out, certlife_error **err)
{
    struct row_key key;
    struct found_pair pair;
    struct codec codec;
    struct chain next = {.topic = 0};
    int64_t next_moment = 0;
    certlife__row_begin(&key, 'Y');
    if (*moment != 0)
        moment_key(&key, 'Y', *moment, chain);
    *found_out = false;
    int rc = first_behind(txn, &key, *moment == 0, 1, &pair, err);
    if (rc < 0 || !pair.found)
        return rc;
    read_moment_key(bytes_of(pair.key, pair.key_len), &next_moment, &next, &codec);
    if (!certlife__codec_done(&codec))
        return corrupt(err);
    *moment = next_moment;
    *chain = next;
    *found_out = true;
    return 0;
}

/* What was sent. */

static void code_sent(struct codec *codec, struct sent *sent)
{
    certlife__code_version(codec, 1);
    certlife__code_i64(codec, &sent->at);
    certlife__code_i64(codec, &sent->due);
    certlife__code_i32(codec, &sent->attempts);
    certlife__code_text(codec, sent->email, sizeof sent->email);
}

static void sent_key(struct row_key *key, const struct chain *chain, notice_label label)
{
    chain_key(key, 's', chain);
    write_number(&key->writer, sorted(label), 8);
}

static int read_sent(struct bytes value, struct sent *out, certlife_error **err)
{
    struct sent sent = {0};
    struct codec codec = certlife__codec_reading(value);
    code_sent(&codec, &sent);
    if (!certlife__codec_done(&codec))
        return corrupt(err);
    *out = sent;
    return 0;
}

int certlife__sent_get(struct txn *txn, const struct chain *chain, notice_label label, struct sent *out,
                       bool *found_out, certlife_error **err)
{
    struct row_key key;
    struct bytes value = {0};
    sent_key(&key, chain, label);
    int rc = certlife__row_get(txn, &key, &value, found_out, err);
    return rc < 0 || !*found_out ? rc : read_sent(value, out, err);
}

int certlife__sent_put(struct txn *txn, const struct chain *chain, notice_label label, const struct sent *sent,
                       certlife_error **err)
{
    uint8_t room[SMALL_RECORD];
    struct row_key key;
    struct sent copy = *sent;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_sent(&codec, &copy);
    sent_key(&key, chain, label);
    return certlife__row_put(txn, &key, &codec, err);
}

int certlife__sent_next(struct txn *txn, struct chain *chain, notice_label *label, struct sent *out, bool *found_out,
                        certlife_error **err)
{
    struct row_key key, begin;
    struct found_pair pair;
    struct chain next = *chain, all = *chain;
    int64_t coded = 0;
    bool first = chain->topic == 0;
    all.topic = 0;
    chain_key(&begin, 's', &all);
    chain_key(&key, 's', chain);
    if (!first)
        write_number(&key.writer, sorted(*label), 8);
    *found_out = false;
    int rc = first_behind(txn, &key, first, begin.writer.len, &pair, err);
    if (rc < 0 || !pair.found)
        return rc;
    struct codec codec = reading_behind(bytes_of(pair.key, pair.key_len), begin.writer.len);
    read_chain(&codec, &next);
    certlife__code_i64(&codec, &coded);
    if (!certlife__codec_done(&codec))
        return corrupt(err);
    rc = read_sent(bytes_of(pair.value, pair.value_len), out, err);
    if (rc < 0)
        return rc;
    *chain = next;
    *label = (int64_t)sorted(coded);
    *found_out = true;
    return 0;
}

/* The plan. */

static void code_plan(struct codec *codec, struct plan *plan)
{
    certlife__code_version(codec, 1);
    certlife__code_text(codec, plan->values, sizeof plan->values);
    certlife__code_flag(codec, &plan->done);
    certlife__code_text(codec, plan->contract, sizeof plan->contract);
    certlife__code_text(codec, plan->user, sizeof plan->user);
}

int certlife__plan_get(struct txn *txn, struct plan *out, certlife_error **err)
{
    struct row_key key;
    struct bytes value = {0};
    struct plan plan = {.done = false};
    bool found = false;
    certlife__row_begin(&key, 'R');
    int rc = certlife__row_get(txn, &key, &value, &found, err);
    if (rc < 0)
        return rc;
    struct codec codec = certlife__codec_reading(value);
    if (found)
        code_plan(&codec, &plan);
    if (found && !certlife__codec_done(&codec))
        return corrupt(err);
    *out = plan;
    return 0;
}

int certlife__plan_put(struct txn *txn, const struct plan *plan, certlife_error **err)
{
    uint8_t room[SMALL_RECORD];
    struct row_key key;
    struct plan copy = *plan;
    struct codec codec = certlife__codec_writing(room, sizeof room);
    code_plan(&codec, &copy);
    certlife__row_begin(&key, 'R');
    return certlife__row_put(txn, &key, &codec, err);
}
