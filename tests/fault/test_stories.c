/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every story again with the 1st, 2nd, 3rd … call of one part failing, until nothing fails. A call that failed says so and
 * why, has touched no output, lost no memory and changed nothing; done again it succeeds, and the story ends as it should.
 */
#include "dump.h"
#include "failing.h"
#include "memory.h"
#include "reconcile.h"
#include "stories.h"

/* What is the same for all stories, and made once. */
struct theatre {
    struct faults faults;
    certlife_crypto *crypto, *late_crypto;
    certlife_issuer *local, *outside;
    struct late_issuer *late;
    char where[160]; /* in which story; "" when all are told */
};

static int open_theatre(void **state)
{
    static struct theatre t;
    struct test_ca ca;
    certlife_crypto *inner = NULL;
    certlife_issuer *issuer = NULL;
    assert_int_equal(certlife_crypto_new_mbedtls(&inner, NULL), 0);
    assert_int_equal(certlife_crypto_new_mbedtls(&t.late_crypto, NULL), 0);
    t.crypto = failing_crypto(inner, &t.faults);
    make_test_ca(t.crypto, 256, &ca);
    assert_int_equal(certlife_issuer_open_local(t.crypto, (const uint8_t *)ca.certificate, strlen(ca.certificate),
                                                (const uint8_t *)ca.key, strlen(ca.key), &issuer, NULL),
                     0);
    t.local = failing_issuer(issuer, &t.faults);
    t.late = late_issuer_open(t.late_crypto, &issuer);
    t.outside = failing_issuer(issuer, &t.faults);
    *state = &t;
    return 0;
}

static int close_theatre(void **state)
{
    struct theatre *t = *state;
    certlife_issuer_close(t->local);
    certlife_issuer_close(t->outside);
    certlife_crypto_free(t->crypto);
    certlife_crypto_free(t->late_crypto);
    return 0;
}

static void begin(struct theatre *t, const struct story *story, struct stage *stage)
{
    struct world_parts parts = {.crypto = t->crypto, .issuer = story->outside ? t->outside : t->local};
    const uint8_t *der = NULL;
    certlife_store *memory = NULL;
    t->faults.drawn = 0;
    late_forgets(t->late);
    bool is_text = strchr(story->profile, '\n') != NULL;
    assert_int_equal(is_text ? certlife_profile_parse(story->profile, &parts.profile, NULL)
                             : certlife_profile_new(story->profile, &parts.profile, NULL),
                     0);
    assert_int_equal(certlife_store_new_memory(&memory, NULL), 0);
    parts.store = failing_store(memory, &t->faults);
    *stage = (struct stage){.w = world_with(parts), .late = t->late};
    /* So that no PC is bought during an act. */
    holds(stage->w, "keir002", &der);
    stage->w->company = "0010000002";
    holds(stage->w, "keir101", &der);
    stage->w->company = COMPANY;
    if (story->begins != NULL)
        story->begins(stage);
    failing_clock(stage->w->bank, &t->faults);
}

static void end(struct stage *stage)
{
    for (size_t i = 0; i < stage->page_count; i++)
        certlife_notice_page_free(stage->pages[i]);
    stage->w->issuer = NULL; /* these are the theatre's */
    stage->w->crypto = NULL;
    world_free(stage->w);
}

/* What a login fills but a failure must leave alone. */
struct outputs {
    int64_t expiry;
    int32_t days_left;
    bool due, confirmed;
    char serial[64];
};

static struct outputs outputs_of(const struct world *w)
{
    struct outputs out;
    memset(&out, 0, sizeof out);
    out.expiry = certlife_login_expiry(w->login);
    out.days_left = certlife_login_days_left(w->login);
    out.due = certlife_login_renewal_due(w->login);
    out.confirmed = certlife_login_confirmed(w->login);
    snprintf(out.serial, sizeof out.serial, "%s", certlife_login_serial(w->login));
    return out;
}

static const struct {
    const char *name;
    int code;    /* what its failure is called */
    bool mended; /* nobody notices, unless it fails for good */
} parts[] = {
    [PART_MEMORY] = {"allocation", CERTLIFE_E_MEMORY, false},
    [PART_STORE] = {"store call", CERTLIFE_E_STORE, false},
    [PART_COMMIT_BUSY] = {"busy commit", CERTLIFE_E_BUSY, true},
    [PART_CRYPTO] = {"crypto call", CERTLIFE_E_CRYPTO, false},
    [PART_ISSUER] = {"issuer call", CERTLIFE_E_ISSUER, false},
    [PART_CLOCK] = {"clock call", CERTLIFE_E_HOST, false},
};

static void forget_error(struct world *w)
{
    certlife_error_free(w->err);
    w->err = NULL;
}

/* An act that was hit: it failed as it should; or, where the fault can be made good, it did not. */
static void check_hit(struct theatre *t, struct world *w, const struct step *step, int rc, const struct dump *before,
                      const struct outputs *outputs)
{
    bool not_shrunk = t->faults.part == PART_MEMORY; /* the object is only larger than it need be */
    bool mended = parts[t->faults.part].mended && !t->faults.for_good;
    if (rc >= 0 && (not_shrunk || mended))
        return;
    assert_int_equal(rc, parts[t->faults.part].code);
    assert_int_equal(certlife_error_code(w->err), rc);
    assert_true(certlife_error_class_of(w->err) != 0);
    assert_true(certlife_error_message(w->err)[0] != '\0');
    struct outputs now = outputs_of(w);
    assert_memory_equal(&now, outputs, sizeof now);
    assert_false(certlife_decision_allowed(w->decision)); /* not even by an earlier call */
    bool unchanged = dump_equals(before, w->store);
    if (step->again == NULL)
        assert_true(unchanged);
    t->faults.for_good = false;
    t->faults.armed = true;
    forget_error(w);
    t->faults.armed = false;
    if (unchanged && memory_held() != 0)
        fail_msg("%s: %ld blocks of memory are lost", step->name, memory_held());
}

/* One act, hit or not; then, if it was hit and failed, the same again. */
static void perform(struct theatre *t, struct stage *stage, const struct step *step)
{
    struct dump before = dump_of(stage->w->store);
    struct outputs outputs = outputs_of(stage->w);
    bool hit_before = t->faults.fired;
    forget_error(stage->w);
    memory_watch(&t->faults);
    t->faults.armed = !hit_before;
    int rc = step->act(stage);
    t->faults.armed = false;
    if (t->faults.fired && !hit_before)
        check_hit(t, stage->w, step, rc, &before, &outputs);
    memory_watch(NULL);
    dump_free(&before);
    reconcile(stage->w);
    if (rc < 0) {
        rc = step->act(stage);
        if (rc == CERTLIFE_REFUSED && step->answers != rc && step->again != NULL)
            rc = step->again(stage);
    }
    if (rc != step->answers)
        fail_msg("%d %s %s", rc, rc > 0 ? certlife_decision_line(stage->w->decision) : "",
                 certlife_error_message(stage->w->err));
    reconcile(stage->w);
}

/* True if the n-th call was reached. */
static bool tell(struct theatre *t, const struct story *story, enum part part, int n, bool for_good)
{
    struct stage stage;
    t->faults = (struct faults){.part = part, .n = n, .for_good = for_good, .clock = t->faults.clock};
    begin(t, story, &stage);
    for (size_t i = 0; i < STEPS_MAX && story->steps[i].act != NULL; i++)
        perform(t, &stage, &story->steps[i]);
    if (story->ends != NULL)
        story->ends(&stage);
    bool fired = t->faults.fired;
    end(&stage);
    return fired;
}

static void tell_each(struct theatre *t, const struct story *told, size_t count, enum part part)
{
    for (size_t i = 0; i < count; i++) {
        for (int n = 1, for_good = 0; for_good < 2; n++) {
            snprintf(t->where, sizeof t->where, "%s: %s %d%s", told[i].name, parts[part].name, n,
                     for_good ? " and all after it" : "");
            if (!tell(t, &told[i], part, n, for_good)) {
                n = 0;
                for_good++;
            }
        }
    }
    t->where[0] = '\0';
}

static void tell_all(struct theatre *t, enum part part)
{
    tell_each(t, stories, story_count, part);
    tell_each(t, notice_stories, notice_story_count, part);
}

static int say_where(void **state)
{
    struct theatre *t = *state;
    if (t->where[0] != '\0')
        print_error("it was in: %s\n", t->where);
    t->where[0] = '\0';
    return 0;
}

static void test_allocations_fail(void **state)
{
    tell_all(*state, PART_MEMORY);
}

static void test_store_calls_fail(void **state)
{
    tell_all(*state, PART_STORE);
}

static void test_commits_meet_another_writer(void **state)
{
    tell_all(*state, PART_COMMIT_BUSY);
}

static void test_crypto_calls_fail(void **state)
{
    tell_all(*state, PART_CRYPTO);
}

static void test_issuer_calls_fail(void **state)
{
    tell_all(*state, PART_ISSUER);
}

static void test_clock_calls_fail(void **state)
{
    tell_all(*state, PART_CLOCK);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, NULL, say_where)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_allocations_fail),  TEST(test_store_calls_fail),  TEST(test_commits_meet_another_writer),
        TEST(test_crypto_calls_fail), TEST(test_issuer_calls_fail), TEST(test_clock_calls_fail),
    };
    return cmocka_run_group_tests(tests, open_theatre, close_theatre);
}
