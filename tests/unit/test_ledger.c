/* SPDX-License-Identifier: Apache-2.0 */
/* The records of the ledger of notices, over a memory store: there and back, in order, and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/civil.h"
#include "facts/facts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LONGEST "0123456789012345678901234567890123456789012345678901234567890123"

static certlife_store *store;
static struct txn txn;
static certlife_error *err;

static int open_ledger(void **state)
{
    (void)state;
    return certlife_store_new_memory(&store, NULL) < 0 ||
                   certlife__store_begin(store, CERTLIFE_STORE_WRITE, &txn, NULL) < 0
               ? -1
               : 0;
}

static int close_ledger(void **state)
{
    (void)state;
    certlife_error_free(err);
    err = NULL;
    certlife__store_abort(&txn);
    certlife_store_close(store);
    return 0;
}

static void must(int rc)
{
    if (rc != 0)
        fail_msg("%d %s", rc, certlife_error_message(err));
}

/* The same numbers in every run. */
static uint64_t drawn;
static int64_t draw(int64_t below)
{
    drawn = drawn * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((drawn >> 33) % (uint64_t)below);
}

static struct chain chain_of(const char *contract, const char *user, enum notice_topic topic,
                             certlife_addressee addressee, const char *about)
{
    struct chain chain = {.topic = topic, .addressee = addressee};
    snprintf(chain.contract, sizeof chain.contract, "%s", contract);
    snprintf(chain.user, sizeof chain.user, "%s", user);
    chain.about.len = (uint8_t)strlen(about);
    memcpy(chain.about.octets, about, chain.about.len);
    return chain;
}

static bool same_chain(const struct chain *a, const struct chain *b)
{
    return strcmp(a->contract, b->contract) == 0 && strcmp(a->user, b->user) == 0 && a->topic == b->topic &&
           a->addressee == b->addressee && serial_equal(&a->about, &b->about);
}

/* As the keys sort: texts as bytes, then numbers; a shorter name before a longer one. */
static int compare_chains(const struct chain *a, const struct chain *b)
{
    int order = strcmp(a->contract, b->contract);
    order = order != 0 ? order : strcmp(a->user, b->user);
    order = order != 0 ? order : (int)a->topic - (int)b->topic;
    order = order != 0 ? order : a->addressee - b->addressee;
    order = order != 0 ? order : a->about.len - b->about.len;
    return order != 0 ? order : memcmp(a->about.octets, b->about.octets, a->about.len);
}

/* ---- There and back ---- */

static const struct chain_state states[] = {
    {.since = 0, .said = NOTHING_SAID, .due = 0},
    {.since = 1775012400, .said = 30, .due = 1806548400, .attempts = 1, .cause = "451 try again later"},
    {.since = 1, .said = 10, .due = 2, .before = 30, .again_at = 3, .parked_at = 4},
    {.since = LAST_MOMENT, .said = 0, .due = LAST_MOMENT, .parked_at = LAST_MOMENT, .attempts = 100, .withdrawn = true},
    {.since = 1, .said = -1806548400, .due = 1, .cause = "失敗しました"},
    {.since = INT64_MIN, .said = INT64_MIN, .due = INT64_MAX, .parked_at = INT64_MAX, .attempts = INT32_MIN},
};

static void assert_state(const struct chain *chain, const struct chain_state *wanted)
{
    struct chain_state is;
    bool found = false;
    memset(&is, 0xa5, sizeof is);
    must(certlife__chain_get(&txn, chain, &is, &found, &err));
    assert_true(found);
    assert_true(is.since == wanted->since && is.said == wanted->said && is.due == wanted->due);
    assert_true(is.parked_at == wanted->parked_at && is.attempts == wanted->attempts);
    assert_true(is.before == wanted->before && is.again_at == wanted->again_at);
    assert_int_equal(is.withdrawn, wanted->withdrawn);
    assert_string_equal(is.cause, wanted->cause);
}

static void chains_there_and_back(void **state)
{
    struct chain chain = chain_of(LONGEST, LONGEST, TOPIC_CERTIFICATE, CERTLIFE_ADDRESSEE_USER, "01234567890123456789");
    struct chain_state longest = states[0], untouched = states[1];
    bool found = true;
    (void)state;
    must(certlife__chain_get(&txn, &chain, &untouched, &found, &err));
    assert_false(found);
    assert_int_equal(untouched.due, states[1].due);
    for (size_t i = 0; i < COUNT(states); i++) {
        must(certlife__chain_put(&txn, &chain, &states[i], &err));
        assert_state(&chain, &states[i]);
    }
    memset(longest.cause, 'x', CAUSE_MAX);
    longest.cause[CAUSE_MAX] = '\0';
    must(certlife__chain_put(&txn, &chain, &longest, &err));
    assert_state(&chain, &longest);
    must(certlife__chain_erase(&txn, &chain, &err));
    must(certlife__chain_erase(&txn, &chain, &err)); /* what is not there is not missed */
    must(certlife__chain_get(&txn, &chain, &untouched, &found, &err));
    assert_false(found);
}

static void assert_queued(const struct queued *is, const struct queued *wanted)
{
    assert_int_equal(is->moment, wanted->moment);
    assert_true(same_chain(&is->chain, &wanted->chain));
    assert_true(is->label == wanted->label && is->due == wanted->due && is->hands == wanted->hands);
    assert_true(is->tried == wanted->tried && is->attempts == wanted->attempts);
    assert_string_equal(is->worker, wanted->worker);
}

static void the_queue_there_and_back(void **state)
{
    struct chain chain = chain_of("0010000001", "keir002", TOPIC_DIGEST, CERTLIFE_ADDRESSEE_MASTER, "");
    const struct queued all[] = {
        {.moment = 1, .chain = chain, .label = 365, .due = 1},
        {.moment = 1806548400, .chain = chain, .label = -1806548400, .due = 1806548400},
        {.moment = LAST_MOMENT,
         .chain = chain,
         .label = 0,
         .due = 5,
         .hands = 1,
         .tried = -7,
         .attempts = 100,
         .worker = LONGEST},
        {.moment = 5,
         .chain = chain,
         .label = INT64_MIN,
         .due = INT64_MAX,
         .hands = 1,
         .tried = INT64_MAX,
         .attempts = INT32_MAX,
         .worker = ""},
    };
    struct queued is;
    bool found = true;
    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        must(certlife__queue_get(&txn, all[i].moment, &chain, &is, &found, &err));
        assert_false(found);
        must(certlife__queue_put(&txn, &all[i], &err));
        must(certlife__queue_get(&txn, all[i].moment, &chain, &is, &found, &err));
        assert_true(found);
        assert_queued(&is, &all[i]);
        must(certlife__queue_erase(&txn, all[i].moment, &chain, &err));
        must(certlife__queue_erase(&txn, all[i].moment, &chain, &err));
    }
}

static void what_was_sent_there_and_back(void **state)
{
    struct chain chain = chain_of("c", "u", TOPIC_CERTIFICATE, CERTLIFE_ADDRESSEE_USER, "s");
    struct sent one = {.at = LAST_MOMENT, .due = 1, .attempts = 100}, is;
    bool found = true;
    (void)state;
    memset(one.email, 'x', EMAIL_MAX);
    must(certlife__sent_get(&txn, &chain, 30, &is, &found, &err));
    assert_false(found);
    must(certlife__sent_put(&txn, &chain, 30, &one, &err));
    must(certlife__sent_get(&txn, &chain, 10, &is, &found, &err));
    assert_false(found);
    must(certlife__sent_get(&txn, &chain, 30, &is, &found, &err));
    assert_true(found && is.at == one.at && is.due == one.due && is.attempts == one.attempts);
    assert_string_equal(is.email, one.email);
}

static void assert_plan(const struct plan *wanted)
{
    struct plan is;
    memset(&is, 0xa5, sizeof is);
    must(certlife__plan_get(&txn, &is, &err));
    assert_string_equal(is.values, wanted->values);
    assert_string_equal(is.contract, wanted->contract);
    assert_string_equal(is.user, wanted->user);
    assert_int_equal(is.done, wanted->done);
}

static void the_plan_there_and_back(void **state)
{
    struct plan plan = {.done = false};
    (void)state;
    assert_plan(&plan); /* of a store that has none */
    plan = (struct plan){.values = "e-mail = 30, 10\n", .done = true, .contract = LONGEST, .user = LONGEST};
    must(certlife__plan_put(&txn, &plan, &err));
    assert_plan(&plan);
    memset(plan.values, 'x', sizeof plan.values - 1);
    plan.done = false;
    must(certlife__plan_put(&txn, &plan, &err));
    assert_plan(&plan);
}

/* ---- Order ---- */

/* IDs that begin like each other, and one byte away from it. */
static const char *const ids[] = {"1", "1 ", "1!", "10", "100", "1\x7f", "11", "2", "花", "花子", LONGEST};
static const char *const abouts[] = {"", "1", "2", "10", "\x01", "01234567890123456789"};
static const notice_label labels[] = {INT64_MIN, -1806548401, -1806548400, -1, 0, 1, 10, 30, 365, INT64_MAX};

#define HELD_MAX 800

/* What should be there, kept sorted. */
struct held {
    struct chain chain;
    int64_t number; /* the moment, or the label */
};

struct model {
    struct held held[HELD_MAX];
    size_t count;
    bool number_first;
};

static int compare_held(const struct model *model, const struct held *a, const struct held *b)
{
    int by_number = (a->number > b->number) - (a->number < b->number);
    int by_chain = compare_chains(&a->chain, &b->chain);
    if (model->number_first)
        return by_number != 0 ? by_number : by_chain;
    return by_chain != 0 ? by_chain : by_number;
}

/* Puts it in where it belongs, or takes it out if it is there; true if it was put in. */
static bool turn(struct model *model, const struct chain *chain, int64_t number)
{
    struct held one = {*chain, number};
    size_t i = 0;
    while (i < model->count && compare_held(model, &model->held[i], &one) < 0)
        i++;
    bool there = i < model->count && compare_held(model, &model->held[i], &one) == 0;
    size_t behind = model->count - i;
    if (there) {
        memmove(&model->held[i], &model->held[i + 1], (behind - 1) * sizeof one);
        model->count--;
        return false;
    }
    assert_true(model->count < HELD_MAX);
    memmove(&model->held[i + 1], &model->held[i], behind * sizeof one);
    model->held[i] = one;
    model->count++;
    return true;
}

static struct chain draw_chain(void)
{
    return chain_of(ids[draw(COUNT(ids))], ids[draw(COUNT(ids))], (enum notice_topic)(1 + draw(TOPIC_MAX)),
                    (certlife_addressee)(1 + draw(2)), abouts[draw(COUNT(abouts))]);
}

/* Rows of other kinds between them, which no scan may meet. */
static void put_strangers(void)
{
    for (size_t c = 0; c < COUNT(ids); c++) {
        for (size_t u = 0; u < COUNT(ids); u++) {
            struct user user = {.role = CERTLIFE_ROLE_GENERAL};
            uint8_t room[CERTLIFE_STORE_KEY_MAX];
            struct writer key = writer_into(room, sizeof room);
            snprintf(user.contract, sizeof user.contract, "%s", ids[c]);
            snprintf(user.id, sizeof user.id, "%s", ids[u]);
            must(certlife__user_put(&txn, &user, &err));
            write_u8(&key, 'U');
            write_bytes(&key, bytes_of(ids[c], strlen(ids[c]) + 1));
            write_bytes(&key, bytes_of(ids[u], strlen(ids[u]) + 1));
            write_u8(&key, 'h');
            write_number(&key, 5, 8);
            must(certlife__store_put(&txn, bytes_of(key.data, key.len), bytes_of("", 0), &err));
        }
    }
}

static bool is_of(const struct chain *chain, const char *contract, const char *user)
{
    return strcmp(chain->contract, contract) == 0 && strcmp(chain->user, user) == 0;
}

static void assert_chains_of(const struct model *model, const char *contract, const char *user)
{
    struct chain chain = chain_of(contract, user, 0, 0, "");
    struct chain_state is;
    bool found = false;
    for (size_t i = 0; i < model->count; i++) {
        if (!is_of(&model->held[i].chain, contract, user))
            continue;
        must(certlife__chain_next(&txn, &chain, &chain, &is, &found, &err));
        assert_true(found && same_chain(&chain, &model->held[i].chain));
        assert_true(is.due == 7 && is.said == (int64_t)strlen(contract));
    }
    must(certlife__chain_next(&txn, &chain, &chain, &is, &found, &err));
    assert_false(found);
}

static void chains_of_each_user_in_order(void **state)
{
    static struct model model;
    (void)state;
    drawn = 1;
    model.count = 0;
    put_strangers();
    for (int n = 0; n < 700; n++) {
        struct chain chain = draw_chain();
        struct chain_state one = {.due = 7, .said = (int64_t)strlen(chain.contract)};
        must(turn(&model, &chain, 0) ? certlife__chain_put(&txn, &chain, &one, &err)
                                     : certlife__chain_erase(&txn, &chain, &err));
    }
    for (size_t c = 0; c < COUNT(ids); c++) {
        for (size_t u = 0; u < COUNT(ids); u++)
            assert_chains_of(&model, ids[c], ids[u]);
    }
    assert_chains_of(&model, "nobody", "1");
}

static void assert_sent_of(const struct model *model, const char *contract, const char *user)
{
    struct chain chain = chain_of(contract, user, 0, 0, "");
    notice_label label = 0;
    struct sent is;
    bool found = false;
    for (size_t i = 0; i < model->count; i++) {
        if (!is_of(&model->held[i].chain, contract, user))
            continue;
        must(certlife__sent_next(&txn, &chain, &label, &is, &found, &err));
        assert_true(found && same_chain(&chain, &model->held[i].chain) && label == model->held[i].number);
        assert_int_equal(is.due, label);
    }
    must(certlife__sent_next(&txn, &chain, &label, &is, &found, &err));
    assert_false(found);
}

/* Labels of digests are negative, and come before the others: the oldest last, as they were said. */
static void what_was_sent_to_each_user_in_order(void **state)
{
    static struct model model;
    (void)state;
    drawn = 2;
    model.count = 0;
    put_strangers();
    for (int n = 0; n < HELD_MAX; n++) {
        struct chain chain = draw_chain();
        struct sent one = {.due = labels[draw(COUNT(labels))]};
        struct chain_state between = {.due = 7};
        if (!turn(&model, &chain, one.due))
            turn(&model, &chain, one.due); /* what was sent is never erased */
        must(certlife__sent_put(&txn, &chain, one.due, &one, &err));
        must(certlife__chain_put(&txn, &chain, &between, &err));
    }
    for (size_t c = 0; c < COUNT(ids); c++) {
        for (size_t u = 0; u < COUNT(ids); u++)
            assert_sent_of(&model, ids[c], ids[u]);
    }
}

static const int64_t moments[] = {1, 255, 256, 65535, 65536, 1806548400, 1806548401, 4294967296, LAST_MOMENT};

static void the_queue_in_order_up_to_a_moment(void **state)
{
    static struct model model = {.number_first = true};
    static struct queued read[HELD_MAX];
    (void)state;
    drawn = 3;
    for (int n = 0; n < 700; n++) {
        struct queued one = {.chain = draw_chain(), .moment = moments[draw(COUNT(moments))]};
        one.label = one.due = (int64_t)strlen(one.chain.user);
        must(turn(&model, &one.chain, one.moment) ? certlife__queue_put(&txn, &one, &err)
                                                  : certlife__queue_erase(&txn, one.moment, &one.chain, &err));
    }
    must(certlife__parked_put(&txn, 1, &model.held[0].chain, &err)); /* sorts behind the queue, and is not in it */
    for (size_t m = 0; m < COUNT(moments); m++) {
        for (int64_t until = moments[m] - 1; until <= moments[m]; until++) {
            size_t wanted = 0, count = 0;
            while (wanted < model.count && model.held[wanted].number <= until)
                wanted++;
            must(certlife__queue_read(&txn, until, read, HELD_MAX, &count, &err));
            assert_int_equal(count, wanted);
            for (size_t i = 0; i < count; i++) {
                assert_true(same_chain(&read[i].chain, &model.held[i].chain));
                assert_true(read[i].moment == model.held[i].number && read[i].due == read[i].label);
                assert_int_equal(read[i].due, strlen(read[i].chain.user));
            }
        }
    }
    for (size_t room = 0; room < 5; room++) {
        size_t count = 99;
        must(certlife__queue_read(&txn, INT64_MAX, read, room, &count, &err));
        assert_int_equal(count, room);
    }
}

static void what_is_parked_in_order(void **state)
{
    static struct model model = {.number_first = true};
    struct chain chain = {.topic = 0};
    int64_t parked_at = 0;
    bool found = false;
    (void)state;
    drawn = 4;
    must(certlife__parked_next(&txn, &parked_at, &chain, &found, &err));
    assert_true(!found && parked_at == 0);
    for (int n = 0; n < 700; n++) {
        struct chain one = draw_chain();
        int64_t at = moments[draw(COUNT(moments))];
        must(turn(&model, &one, at) ? certlife__parked_put(&txn, at, &one, &err)
                                    : certlife__parked_erase(&txn, at, &one, &err));
    }
    for (size_t i = 0; i < model.count; i++) {
        must(certlife__parked_next(&txn, &parked_at, &chain, &found, &err));
        assert_true(found && parked_at == model.held[i].number && same_chain(&chain, &model.held[i].chain));
    }
    must(certlife__parked_next(&txn, &parked_at, &chain, &found, &err));
    assert_false(found);
    /* It goes on behind what has been retried meanwhile. */
    for (size_t i = 0; i + 1 < model.count; i += 7) {
        chain = model.held[i].chain;
        parked_at = model.held[i].number;
        must(certlife__parked_erase(&txn, parked_at, &chain, &err));
        must(certlife__parked_next(&txn, &parked_at, &chain, &found, &err));
        assert_true(found && parked_at == model.held[i + 1].number && same_chain(&chain, &model.held[i + 1].chain));
    }
}

/* Users are met one after the other, through all contracts, whatever ledger stands between them. */
static void every_user_after_the_other(void **state)
{
    struct user user = {.id = ""};
    size_t met = 0;
    bool found = true;
    (void)state;
    drawn = 5;
    put_strangers();
    for (int n = 0; n < 300; n++) {
        struct chain chain = draw_chain();
        struct sent one = {.due = 1};
        must(certlife__chain_put(&txn, &chain, &states[0], &err));
        must(certlife__sent_put(&txn, &chain, labels[draw(COUNT(labels))], &one, &err));
    }
    while (found) {
        struct user before = user;
        must(certlife__user_after(&txn, user.contract, user.id, &user, &found, &err));
        if (!found)
            break;
        int order = strcmp(before.contract, user.contract);
        assert_true(order < 0 || (order == 0 && strcmp(before.id, user.id) < 0));
        met++;
    }
    assert_int_equal(met, COUNT(ids) * COUNT(ids));
    must(certlife__user_next(&txn, "1", "1", &user, &found, &err));
    assert_true(found && strcmp(user.contract, "1") == 0 && strcmp(user.id, "1 ") == 0);
}

/* ---- Damage ---- */

struct pair {
    uint8_t key[CERTLIFE_STORE_KEY_MAX], value[4096];
    size_t key_len, value_len;
};

static int take_pair(const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len, void *payload)
{
    struct pair *pair = payload;
    assert_int_equal(pair->key_len, 0); /* one record is looked at at a time */
    memcpy(pair->key, key, key_len);
    if (value_len > 0)
        memcpy(pair->value, value, value_len);
    pair->key_len = key_len;
    pair->value_len = value_len;
    return 0;
}

static const struct chain whole = {.contract = "0010000001",
                                   .user = "keir002",
                                   .topic = TOPIC_CERTIFICATE,
                                   .addressee = CERTLIFE_ADDRESSEE_USER,
                                   .about = {3, {1, 2, 3}}};

static int put_chain(void)
{
    return certlife__chain_put(&txn, &whole, &states[1], &err);
}

static int put_queued(void)
{
    struct queued queued = {.moment = 1806548400,
                            .chain = whole,
                            .label = 30,
                            .due = 7,
                            .hands = 1,
                            .tried = 30,
                            .attempts = 2,
                            .worker = "mailer 1"};
    return certlife__queue_put(&txn, &queued, &err);
}

static int put_parked(void)
{
    return certlife__parked_put(&txn, 1806548400, &whole, &err);
}

static int put_sent(void)
{
    struct sent sent = {.at = 1806548401, .due = 1806548400, .attempts = 2, .email = "keir002@example.co.jp"};
    return certlife__sent_put(&txn, &whole, 30, &sent, &err);
}

static int put_plan(void)
{
    struct plan plan = {.values = "e-mail = 30, 10\n", .contract = "0010000001", .user = "keir002"};
    return certlife__plan_put(&txn, &plan, &err);
}

/* Whatever is there, every way of reading gives a whole record, or none, or says that it is damaged – and touches nothing
 * then. How often it is damaged is the answer. */
static int settle(int rc, const void *out, const void *before, size_t len)
{
    if (rc != 0 && rc != CERTLIFE_E_STORE_CORRUPT)
        fail_msg("%d %s", rc, certlife_error_message(err));
    if (rc < 0) {
        assert_int_equal(certlife_error_code(err), rc);
        assert_true(certlife_error_message(err)[0] != '\0');
        assert_memory_equal(out, before, len);
        certlife_error_free(err);
        err = NULL;
    }
    return rc < 0;
}

static int read_all(void)
{
    struct chain chain = whole, chain_before;
    struct chain_state of_chain = states[1], of_chain_before = of_chain;
    struct queued queued = {.moment = 3}, queued_before = queued, two[2];
    struct sent sent = {.at = 3}, sent_before = sent;
    struct plan plan = {.done = true}, plan_before = plan;
    notice_label label = 0;
    int64_t at = 0;
    size_t count = 77, count_before = count;
    bool found = false;
    int bad = 0;
    bad += settle(certlife__chain_get(&txn, &whole, &of_chain, &found, &err), &of_chain, &of_chain_before,
                  sizeof of_chain);
    of_chain = of_chain_before;
    bad += settle(certlife__queue_get(&txn, 1806548400, &whole, &queued, &found, &err), &queued, &queued_before,
                  sizeof queued);
    bad += settle(certlife__queue_read(&txn, INT64_MAX, two, 2, &count, &err), &count, &count_before, sizeof count);
    bad += settle(certlife__sent_get(&txn, &whole, 30, &sent, &found, &err), &sent, &sent_before, sizeof sent);
    sent = sent_before;
    bad += settle(certlife__plan_get(&txn, &plan, &err), &plan, &plan_before, sizeof plan);
    for (int i = 0; i < 3; i++) {
        chain.topic = i == 0 ? 0 : chain.topic;
        chain_before = chain;
        of_chain_before = of_chain;
        bad += settle(certlife__chain_next(&txn, &chain, &chain, &of_chain, &found, &err), &chain, &chain_before,
                      sizeof chain);
    }
    for (int i = 0; i < 3; i++) {
        chain.topic = i == 0 ? 0 : chain.topic;
        chain_before = chain;
        sent_before = sent;
        bad +=
            settle(certlife__sent_next(&txn, &chain, &label, &sent, &found, &err), &chain, &chain_before, sizeof chain);
    }
    for (int i = 0; i < 3; i++) {
        chain_before = chain;
        bad += settle(certlife__parked_next(&txn, &at, &chain, &found, &err), &chain, &chain_before, sizeof chain);
    }
    return bad;
}

/* The record read with another key or value in its place. */
static int read_as(const struct pair *pair, const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len)
{
    must(certlife__store_erase(&txn, bytes_of(pair->key, pair->key_len), &err));
    must(certlife__store_put(&txn, bytes_of(key, key_len), bytes_of(value, value_len), &err));
    int bad = read_all();
    must(certlife__store_erase(&txn, bytes_of(key, key_len), &err));
    must(certlife__store_put(&txn, bytes_of(pair->key, pair->key_len), bytes_of(pair->value, pair->value_len), &err));
    return bad;
}

static void damage_values(const struct pair *pair)
{
    static uint8_t value[CERTLIFE_STORE_VALUE_MAX];
    memcpy(value, pair->value, pair->value_len);
    for (size_t bit = 0; bit < 8 * pair->value_len; bit++) {
        value[bit / 8] ^= (uint8_t)(1 << bit % 8);
        int bad = read_as(pair, pair->key, pair->key_len, value, pair->value_len);
        assert_true(bad > 0 || bit >= 8); /* another version is not read */
        value[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t len = 0; len < pair->value_len; len++)
        assert_true(read_as(pair, pair->key, pair->key_len, value, len) > 0);
    memset(value + pair->value_len, 0, sizeof value - pair->value_len);
    if (pair->value_len == 0) /* of one that is parked: whatever it says is not looked at */
        return;
    const int least = pair->key[0] == 'R' ? 1 : 2; /* by its key, and going from one to the next */
    assert_true(read_as(pair, pair->key, pair->key_len, value, pair->value_len + 1) >= least);
    assert_true(read_as(pair, pair->key, pair->key_len, value, 2048) >= least);
    assert_true(read_as(pair, pair->key, pair->key_len, value, 2049) >= least);
    assert_true(read_as(pair, pair->key, pair->key_len, value, sizeof value) >= least);
}

static void damage_keys(const struct pair *pair)
{
    uint8_t key[CERTLIFE_STORE_KEY_MAX] = {0};
    memcpy(key, pair->key, pair->key_len);
    for (size_t bit = 0; bit < 8 * pair->key_len; bit++) {
        key[bit / 8] ^= (uint8_t)(1 << bit % 8);
        read_as(pair, key, pair->key_len, pair->value, pair->value_len);
        key[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t len = 1; len <= pair->key_len + 3; len++)
        read_as(pair, key, len, pair->value, pair->value_len);
    memset(key + pair->key_len, 'x', sizeof key - pair->key_len);
    read_as(pair, key, sizeof key, pair->value, pair->value_len);
    for (size_t at = 0; at < pair->key_len; at++) {
        for (int value = 0; value < 256; value++) {
            uint8_t was = key[at];
            key[at] = (uint8_t)value;
            read_as(pair, key, pair->key_len, pair->value, pair->value_len);
            key[at] = was;
        }
    }
}

static void damaged_records_are_known_as_such(void **state)
{
    static const struct {
        const char *what;
        int (*put)(void);
    } kinds[] = {
        {"chain", put_chain}, {"queued", put_queued}, {"parked", put_parked}, {"sent", put_sent}, {"plan", put_plan}};
    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        static struct pair pair;
        static const uint8_t first = 0;
        pair.key_len = 0;
        must(kinds[i].put());
        must(certlife__store_scan(&txn, bytes_of(&first, 1), 0, take_pair, &pair, &err));
        assert_int_equal(read_all(), 0);
        damage_values(&pair);
        damage_keys(&pair);
        assert_int_equal(read_all(), 0);
        must(certlife__store_erase(&txn, bytes_of(pair.key, pair.key_len), &err));
    }
}

/* IDs longer than any, or without an end. */
static void keys_of_ids_too_long(void **state)
{
    static const struct {
        size_t contract, user;
        bool ends, good;
    } ids_of[] = {{ID_MAX, ID_MAX, true, true}, {ID_MAX + 1, 1, true, false}, {1, ID_MAX + 1, true, false},
                  {300, 1, true, false},        {1, 300, true, false},        {1, ID_MAX, false, false},
                  {1, 300, false, false}};
    (void)state;
    for (size_t i = 0; i < COUNT(ids_of); i++) {
        uint8_t room[CERTLIFE_STORE_KEY_MAX], id[300];
        struct writer key = writer_into(room, sizeof room);
        struct chain chain = {.topic = 0};
        int64_t at = 0;
        bool found = false;
        memset(id, 'x', sizeof id);
        write_u8(&key, 'Y');
        write_number(&key, 1806548400, 8);
        write_bytes(&key, bytes_of(id, ids_of[i].contract));
        write_u8(&key, 0);
        write_bytes(&key, bytes_of(id, ids_of[i].user));
        if (ids_of[i].ends)
            write_bytes(&key, bytes_of("\0\1\1\1\7", 5));
        must(certlife__store_put(&txn, bytes_of(key.data, key.len), bytes_of("", 0), &err));
        int rc = certlife__parked_next(&txn, &at, &chain, &found, NULL);
        assert_int_equal(rc, ids_of[i].good ? 0 : CERTLIFE_E_STORE_CORRUPT);
        assert_int_equal(found, ids_of[i].good);
        must(certlife__store_erase(&txn, bytes_of(key.data, key.len), &err));
    }
}

/* No moment lies before 1970: numbers are counted back from them. */
static void moments_before_all_time(void **state)
{
    struct chain_state of_chain = {.due = -1};
    struct queued queued = {.moment = 5, .chain = whole, .due = -1};
    size_t count = 0;
    bool found = false;
    (void)state;
    must(certlife__chain_put(&txn, &whole, &of_chain, &err));
    assert_int_equal(certlife__chain_get(&txn, &whole, &of_chain, &found, &err), CERTLIFE_E_STORE_CORRUPT);
    of_chain = (struct chain_state){.parked_at = INT64_MIN};
    must(certlife__chain_put(&txn, &whole, &of_chain, NULL));
    assert_int_equal(certlife__chain_get(&txn, &whole, &of_chain, &found, NULL), CERTLIFE_E_STORE_CORRUPT);
    must(certlife__queue_put(&txn, &queued, NULL));
    assert_int_equal(certlife__queue_get(&txn, 5, &whole, &queued, &found, NULL), CERTLIFE_E_STORE_CORRUPT);
    assert_int_equal(certlife__queue_read(&txn, 5, &queued, 1, &count, NULL), CERTLIFE_E_STORE_CORRUPT);
    must(certlife__queue_erase(&txn, 5, &whole, NULL));
    queued = (struct queued){.moment = -1, .chain = whole};
    must(certlife__queue_put(&txn, &queued, NULL));
    assert_int_equal(certlife__queue_read(&txn, 5, &queued, 1, &count, NULL), CERTLIFE_E_STORE_CORRUPT);
}

/* Keys that are not of the ledger's making, each of which says so. */
static void keys_of_no_chain(void **state)
{
    static const struct {
        const char *what;
        uint8_t rest[30]; /* behind N or Y, moment, "c" 0 "u" 0; or behind n */
        size_t len;
    } bad[] = {
        {"nothing", {0}, 0},
        {"topic 0", {0, 1, 1, 7}, 4},
        {"topic 7", {TOPIC_MAX + 1, 1, 1, 7}, 4},
        {"topic 255", {255, 1, 1, 7}, 4},
        {"addressee 0", {1, 0, 1, 7}, 4},
        {"addressee 3", {1, 3, 1, 7}, 4},
        {"a serial number cut off", {1, 1, 2, 7}, 4},
        {"a serial number too long", {1, 1, 21}, 24},
        {"something behind", {1, 1, 1, 7, 7}, 5},
        {"no serial number", {1, 1}, 2},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        static const char *const tables[] = {"N", "Y", "n"};
        for (size_t t = 0; t < COUNT(tables); t++) {
            uint8_t room[CERTLIFE_STORE_KEY_MAX];
            struct writer key = writer_into(room, sizeof room);
            struct chain chain = chain_of("c", "u", 0, 0, "");
            struct queued queued;
            struct chain_state of_chain;
            int64_t at = 0;
            size_t count = 0;
            bool found = false, of_user = tables[t][0] == 'n';
            write_u8(&key, (uint8_t)(of_user ? 'U' : tables[t][0]));
            if (!of_user)
                write_number(&key, 1806548400, 8);
            write_bytes(&key, bytes_of("c\0u", 4));
            if (of_user)
                write_u8(&key, 'n');
            write_bytes(&key, bytes_of(bad[i].rest, bad[i].len));
            must(certlife__store_put(&txn, bytes_of(key.data, key.len), bytes_of("", 0), &err));
            int rc = of_user               ? certlife__chain_next(&txn, &chain, &chain, &of_chain, &found, &err)
                     : tables[t][0] == 'N' ? certlife__queue_read(&txn, INT64_MAX, &queued, 1, &count, &err)
                                           : certlife__parked_next(&txn, &at, &chain, &found, &err);
            if (rc != CERTLIFE_E_STORE_CORRUPT || certlife_error_code(err) != rc)
                fail_msg("%s of %s: %d", bad[i].what, tables[t], rc);
            certlife_error_free(err);
            err = NULL;
            must(certlife__store_erase(&txn, bytes_of(key.data, key.len), &err));
        }
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_ledger, close_ledger)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(chains_there_and_back),
        TEST(the_queue_there_and_back),
        TEST(what_was_sent_there_and_back),
        TEST(the_plan_there_and_back),
        TEST(chains_of_each_user_in_order),
        TEST(what_was_sent_to_each_user_in_order),
        TEST(the_queue_in_order_up_to_a_moment),
        TEST(what_is_parked_in_order),
        TEST(every_user_after_the_other),
        TEST(damaged_records_are_known_as_such),
        TEST(keys_of_ids_too_long),
        TEST(moments_before_all_time),
        TEST(keys_of_no_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
