/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many workers on one ledger of notices, in threads and in processes, while others renew, revoke, delete and reissue,
 * and while the clock runs past leases and thresholds. All that is handed out and answered is written into a book; when
 * all have ended it is looked through: nobody was given what another held, or what was done, or what was not called for
 * when it was given; and nothing is missing.
 */
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crowd.h"
#include "folder.h"
#include "notices.h"
#include "reconcile.h"

#define WORKERS 8 /* of the crowd; the others act */
#define PHASES 3  /* a threshold each */
#define ACTED (PHASES * (CROWD - WORKERS))
#define LEFT_ALONE 8
#define PEOPLE (ACTED + LEFT_ALONE)
#define PROCESSES 4
#define LEASE 30
#define BOOK_MAX 50000
#define DAYS(n) ((n)*86400)

/* ---- the book ---- */

enum entry_kind { HANDED_OUT = 1, DONE, GIVEN_BACK, ACTED_ON };

/* What was called from tick `begin` to tick `end`, and at which times of the clock. */
struct entry {
    enum entry_kind kind;
    int64_t begin, end, now[2];
    int64_t claim; /* of an answer: the tick at which the claim began */
    int32_t person, notice, addressee, days_left;
    certlife_act act;
    char key[40], serial[41];
};

/* Of all threads and processes. */
struct shared {
    _Atomic int64_t now, ticks, idle;
    atomic_int acted, count;
    struct entry book[BOOK_MAX];
};
static struct shared *shared;

static int64_t tick(void)
{
    return atomic_fetch_add(&shared->ticks, 1) + 1;
}

static int read_clock(void *payload, int64_t *now_out)
{
    (void)payload;
    *now_out = atomic_load(&shared->now);
    return 0;
}

static struct entry begin_entry(enum entry_kind kind)
{
    return (struct entry){.kind = kind, .begin = tick(), .now = {atomic_load(&shared->now)}};
}

static void end_entry(struct entry *entry)
{
    entry->now[1] = atomic_load(&shared->now);
    entry->end = tick();
}

static void note_down(const struct entry *entry)
{
    int place = atomic_fetch_add(&shared->count, 1);
    if (place < BOOK_MAX)
        shared->book[place] = *entry;
}

static void note_notice(struct entry entry, const certlife_notice *notice)
{
    entry.person = atoi(certlife_notice_user(notice) + 4) - 100;
    entry.notice = certlife_notice_kind_of(notice);
    entry.addressee = certlife_notice_addressee_of(notice);
    entry.days_left = certlife_notice_days_left(notice);
    snprintf(entry.key, sizeof entry.key, "%s", certlife_notice_key(notice));
    snprintf(entry.serial, sizeof entry.serial, "%s", certlife_notice_serial(notice));
    note_down(&entry);
}

/* ---- the institution ---- */

static const char *const settings[][2] = {
    {"sending hours", "any"},   {"e-mail", "30, 20, 10"},    {"e-mail to", "user, master"},
    {"issued notice", "user"},  {"reissued notice", "user"}, {"revoked notice", "user, master"},
    {"notice attempts", "100"},
};

static certlife_institution *open_on(const certlife_profile *profile, certlife_store *store, certlife_crypto *crypto,
                                     certlife_issuer *issuer)
{
    certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    certlife_institution *bank = NULL;
    options.name = "Example Shinkin Bank";
    options.crl_url = "http://crl.example.jp/users.crl";
    options.profile = profile;
    options.store = store;
    options.issuer = issuer;
    options.crypto = crypto;
    options.clock.now = read_clock;
    return certlife_institution_open(&options, &bank, NULL) == 0 ? bank : NULL;
}

/* A person, and the certificate they present; who is acted on has a key for a renewal. */
struct person {
    char id[16];
    uint8_t der[2048];
    size_t len;
    char serial[41];
};

struct stage {
    struct world *w;
    char folder[1024]; /* "" for a store in memory */
    certlife_institution *bank;
    struct person people[PEOPLE];
};

static void hold_certificate(struct stage *stage, int index)
{
    struct person *p = &stage->people[index];
    const uint8_t *der = NULL;
    snprintf(p->id, sizeof p->id, "keir%d", 100 + index);
    has_user(stage->w, p->id);
    assert_allowed(stage->w, obtains_with(stage->w, p->id, 1 + index));
    p->len = holds(stage->w, p->id, &der);
    assert_true(p->len <= sizeof p->der);
    memcpy(p->der, der, p->len);
    snprintf(p->serial, sizeof p->serial, "%s", held_serial(stage->w, p->id));
}

static void begin(struct stage *stage, bool on_lmdb)
{
    struct world_parts parts = {0};
    memset(stage, 0, sizeof *stage);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    assert_int_equal(certlife_profile_new("webfb", &parts.profile, NULL), 0);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        assert_int_equal(certlife_profile_set(parts.profile, settings[i][0], settings[i][1], NULL), 0);
    if (on_lmdb) {
        assert_true(folder_make(stage->folder, sizeof stage->folder));
        assert_int_equal(certlife_store_open_lmdb(stage->folder, NULL, &parts.store, NULL), 0);
    }
    stage->w = world_with(parts);
    for (int i = 0; i < PEOPLE; i++)
        hold_certificate(stage, i);
    at(stage->w, "2027-03-02 00:00:00"); /* the first threshold */
    atomic_store(&shared->now, stage->w->now);
    stage->bank = open_on(stage->w->profile, stage->w->store, stage->w->crypto, stage->w->issuer);
    assert_non_null(stage->bank);
}

static void end(struct stage *stage)
{
    certlife_institution_close(stage->bank);
    world_free(stage->w);
    if (stage->folder[0] != '\0')
        folder_remove(stage->folder);
    munmap(shared, sizeof *shared);
}

/* ---- workers ---- */

static const certlife_actor mailer = {.size = sizeof mailer, .kind = CERTLIFE_ACTOR_SYSTEM, .staff = "mailer"};

struct worker {
    certlife_institution *bank;
    uint64_t dice;
    int failures;
    certlife_notice_page *kept; /* to be answered when the lease is over */
    struct entry kept_claim;
};

static uint64_t throw(struct worker * k, uint64_t sides)
{
    k->dice = k->dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (k->dice >> 33) % sides;
}

/* The clock may leap between a call's look at it and its turn. */
static bool is_again(int rc)
{
    return rc == CERTLIFE_E_CLOCK;
}

static int claim(struct worker *k, int32_t limit, certlife_notice_page **page, struct entry *entry)
{
    int rc;
    do {
        *entry = begin_entry(HANDED_OUT);
        rc = certlife_notice_claim(k->bank, &mailer, "worker", limit, LEASE, page, NULL, NULL);
        end_entry(entry);
    } while (is_again(rc));
    return rc;
}

static void deliver(struct worker *k, const certlife_notice *notice, int64_t claim_begin)
{
    struct entry entry;
    int rc;
    do {
        entry = begin_entry(DONE);
        rc = certlife_notice_done(k->bank, &mailer, notice, NULL, NULL);
        end_entry(&entry);
    } while (is_again(rc));
    k->failures += rc != CERTLIFE_ALLOWED;
    entry.claim = claim_begin;
    note_notice(entry, notice);
}

static void give_back(struct worker *k, const certlife_notice *notice, int64_t claim_begin)
{
    struct entry entry;
    int rc;
    do {
        entry = begin_entry(GIVEN_BACK);
        rc = certlife_notice_give_back(k->bank, &mailer, notice, NULL, NULL, NULL);
        end_entry(&entry);
    } while (is_again(rc));
    k->failures += rc != CERTLIFE_ALLOWED;
    entry.claim = claim_begin;
    note_notice(entry, notice);
}

/* Most are delivered; some given back; some forgotten, until the lease is over. */
static void answer(struct worker *k, const certlife_notice *notice, int64_t claim_begin)
{
    uint64_t side = throw(k, 16);
    if (side == 1)
        give_back(k, notice, claim_begin);
    else if (side > 1)
        deliver(k, notice, claim_begin);
}

/* Delivers what was kept, whoever may have it by now. */
static void answer_late(struct worker *k)
{
    for (size_t i = 0; i < certlife_notice_page_count(k->kept); i++)
        deliver(k, certlife_notice_page_at(k->kept, i), k->kept_claim.begin);
    certlife_notice_page_free(k->kept);
    k->kept = NULL;
}

static bool work_once(struct worker *k)
{
    certlife_notice_page *page = NULL;
    struct entry entry;
    k->failures += claim(k, 1 + (int32_t) throw(k, 4), &page, &entry) != CERTLIFE_ALLOWED;
    size_t count = certlife_notice_page_count(page);
    for (size_t i = 0; i < count; i++)
        note_notice(entry, certlife_notice_page_at(page, i));
    if (count > 0 && k->kept == NULL && throw(k, 4) == 0) {
        k->kept = page;
        k->kept_claim = entry;
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (throw(k, 4) == 0)
            sched_yield();
        answer(k, certlife_notice_page_at(page, i), entry.begin);
    }
    certlife_notice_page_free(page);
    return count > 0;
}

/* Until all acts are done and there is nothing more to do, even when leases have run out. */
static void work(struct worker *k)
{
    for (int idle = 0; idle < 3 && k->failures == 0;) {
        bool acts_end = atomic_load(&shared->acted) == ACTED;
        if (k->kept != NULL && atomic_load(&shared->now) >= k->kept_claim.now[1] + LEASE) {
            answer_late(k);
            idle = 0;
        }
        if (work_once(k)) {
            idle = 0;
            continue;
        }
        atomic_fetch_add(&shared->idle, 1);
        sched_yield();
        if (acts_end) {
            atomic_fetch_add(&shared->now, LEASE + 1);
            idle++;
        }
    }
    certlife_notice_page_free(k->kept);
}

/* ---- those who act ---- */

static certlife_act act_on(int person)
{
    static const certlife_act acts[] = {CERTLIFE_ACT_RENEW, CERTLIFE_ACT_REVOKE, CERTLIFE_ACT_USER_DELETE,
                                        CERTLIFE_ACT_REISSUE};
    return person < ACTED ? acts[person % 4] : 0;
}

static int renew_and_confirm(certlife_institution *bank, const struct person *p, int index)
{
    certlife_actor user = person_with(p->id, p->der, p->len);
    certlife_request request = asked_with(1 + PEOPLE + index / 4);
    certlife_certificate *fresh = NULL;
    int rc;
    do
        rc = certlife_renew(bank, &user, COMPANY, p->id, &request, &fresh, NULL, NULL);
    while (is_again(rc));
    if (rc != CERTLIFE_ALLOWED)
        return rc;
    user.certificate_len = certlife_certificate_der(fresh, &user.certificate);
    do
        rc = certlife_confirm(bank, &user, COMPANY, p->id, certlife_certificate_serial(fresh), NULL, NULL);
    while (is_again(rc));
    certlife_certificate_free(fresh);
    return rc;
}

static int act(certlife_institution *bank, const struct person *p, int index)
{
    const certlife_act what = act_on(index);
    certlife_actor branch = staff();
    int rc;
    if (what == CERTLIFE_ACT_RENEW)
        return renew_and_confirm(bank, p, index);
    do
        rc = what == CERTLIFE_ACT_REVOKE    ? certlife_revoke(bank, &branch, COMPANY, p->id, 0, NULL, NULL)
             : what == CERTLIFE_ACT_REISSUE ? certlife_reissue(bank, &branch, COMPANY, p->id, NULL, NULL)
                                            : certlife_user_delete(bank, &branch, COMPANY, p->id, NULL, NULL);
    while (is_again(rc));
    return rc;
}

/* Acts on one person of one's own, when the workers are at it; the last one moves the clock on when all have acted. */
static int act_in_phase(struct stage *stage, int actor_index, int phase)
{
    const int actors = CROWD - WORKERS;
    int index = phase * actors + actor_index;
    int seen = atomic_load(&shared->count) + 2 * actor_index;
    int64_t idle = atomic_load(&shared->idle) + 4;
    while (atomic_load(&shared->count) < seen && atomic_load(&shared->idle) < idle)
        sched_yield();
    struct entry entry = begin_entry(ACTED_ON);
    int rc = act(stage->bank, &stage->people[index], index);
    end_entry(&entry);
    entry.person = index;
    entry.act = act_on(index);
    note_down(&entry);
    bool last = atomic_fetch_add(&shared->acted, 1) + 1 == (phase + 1) * actors;
    if (last && phase + 1 < PHASES)
        atomic_fetch_add(&shared->now, DAYS(10));
    return rc;
}

static void work_or_act(struct member *me)
{
    struct stage *stage = me->shared;
    if (me->index < WORKERS) {
        struct worker k = {.bank = stage->bank, .dice = (uint64_t)me->index + 1};
        work(&k);
        me->wrong += k.failures;
        return;
    }
    for (int phase = 0; phase < PHASES; phase++) {
        while (atomic_load(&shared->acted) < phase * (CROWD - WORKERS))
            sched_yield();
        me->wrong += act_in_phase(stage, me->index - WORKERS, phase) != CERTLIFE_ALLOWED;
    }
}

/* ---- looking through the book ---- */

static int by_key(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    return order != 0 ? order : (x->begin > y->begin) - (x->begin < y->begin);
}

/* The entries of one key. */
struct pages {
    const struct entry *first, *end;
};

static const struct entry *answer_to(const struct entry *handed, struct pages key)
{
    for (const struct entry *e = key.first; e < key.end; e++) {
        if ((e->kind == DONE || e->kind == GIVEN_BACK) && e->claim == handed->begin)
            return e;
    }
    return NULL;
}

/* Could `a` have been handed out first, answered or left until its lease was over, and `b` then? */
static bool could_follow(const struct entry *a, const struct entry *b, struct pages key)
{
    const struct entry *answered = answer_to(a, key);
    bool over = b->now[1] >= a->now[0] + LEASE;
    return a->begin < b->end && (over || (answered != NULL && answered->begin < b->end));
}

static bool was_done_before(const struct entry *handed, struct pages key)
{
    for (const struct entry *e = key.first; e < key.end; e++) {
        if (e->kind == DONE && e->end < handed->begin)
            return true;
    }
    return false;
}

static void check_key(struct pages key)
{
    for (const struct entry *a = key.first; a < key.end; a++) {
        if (a->kind != HANDED_OUT)
            continue;
        if (was_done_before(a, key))
            fail_msg("%s is handed out though it was done", a->key);
        for (const struct entry *b = a + 1; b < key.end; b++) {
            if (b->kind == HANDED_OUT && !could_follow(a, b, key) && !could_follow(b, a, key))
                fail_msg("%s has two holders, of user %d, %d days", a->key, a->person, a->days_left);
        }
    }
}

/* Is the notice about what the act has ended? */
static bool ended_by(certlife_act ending, const struct entry *handed, const struct person *person)
{
    bool about_old = strcmp(handed->serial, person->serial) == 0;
    if (ending == CERTLIFE_ACT_USER_DELETE)
        return true;
    return about_old && handed->notice != CERTLIFE_NOTICE_REVOKED;
}

static void check_act(const struct stage *stage, const struct entry *acted, const struct entry *book, int count)
{
    for (int i = 0; i < count; i++) {
        bool after = book[i].kind == HANDED_OUT && book[i].person == acted->person && book[i].begin > acted->end;
        if (after && ended_by(acted->act, &book[i], &stage->people[acted->person]))
            fail_msg("user %d is told of what '%s' had ended", acted->person, certlife_act_name(acted->act));
    }
}

/* How many notices of this kind to this addressee were done: about the certificate the person had first, or another. */
static int count_done(const struct entry *book, int count, const struct person *p, int person, int32_t kind,
                      int32_t addressee, bool old)
{
    int found = 0;
    for (int i = 0; i < count; i++) {
        const struct entry *e = &book[i];
        found += e->kind == DONE && e->person == person && e->notice == kind && e->addressee == addressee &&
                 (strcmp(e->serial, p->serial) == 0) == old && (kind != CERTLIFE_NOTICE_EXPIRY || e->days_left == 10);
    }
    return found;
}

static void check_nothing_missing(const struct stage *stage, const struct entry *book, int count)
{
    static const struct {
        certlife_act act; /* 0: left alone */
        int32_t kind, addressee;
        bool old;
    } expected[] = {
        {0, CERTLIFE_NOTICE_EXPIRY, CERTLIFE_ADDRESSEE_USER, true},
        {0, CERTLIFE_NOTICE_EXPIRY, CERTLIFE_ADDRESSEE_MASTER, true},
        {0, CERTLIFE_NOTICE_ISSUED, CERTLIFE_ADDRESSEE_USER, true},
        {CERTLIFE_ACT_RENEW, CERTLIFE_NOTICE_ISSUED, CERTLIFE_ADDRESSEE_USER, false},
        {CERTLIFE_ACT_REVOKE, CERTLIFE_NOTICE_REVOKED, CERTLIFE_ADDRESSEE_USER, true},
        {CERTLIFE_ACT_REVOKE, CERTLIFE_NOTICE_REVOKED, CERTLIFE_ADDRESSEE_MASTER, true},
        {CERTLIFE_ACT_REISSUE, CERTLIFE_NOTICE_REISSUED, CERTLIFE_ADDRESSEE_USER, false},
    };
    for (int person = 0; person < PEOPLE; person++) {
        for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
            if (expected[i].act != act_on(person))
                continue;
            int done = count_done(book, count, &stage->people[person], person, expected[i].kind, expected[i].addressee,
                                  expected[i].old);
            if (done == 0)
                fail_msg("user %d is not told: %s", person, certlife_notice_kind_name(expected[i].kind));
        }
    }
}

static int count_key(const certlife_notice_page *page, const char *key)
{
    int found = 0;
    for (size_t i = 0; i < certlife_notice_page_count(page); i++) {
        const certlife_notice *notice = certlife_notice_page_at(page, i);
        bool sent = certlife_notice_state_of(notice) == CERTLIFE_NOTICE_SENT;
        found += sent && strcmp(certlife_notice_key(notice), key) == 0;
        assert_true(certlife_notice_state_of(notice) != CERTLIFE_NOTICE_PARKED);
        assert_true(sent || certlife_notice_due(notice) > atomic_load(&shared->now));
    }
    return found;
}

/* What was done is recorded, once; and nothing else waits. */
static void check_lists(const struct stage *stage, const struct entry *book, int count)
{
    certlife_actor branch = staff();
    for (int person = 0; person < PEOPLE; person++) {
        certlife_notice_page *page = NULL;
        int rc = certlife_notice_list(stage->bank, &branch, COMPANY, stage->people[person].id, &page, NULL, NULL);
        assert_int_equal(rc, CERTLIFE_ALLOWED);
        for (int i = 0; i < count; i++) {
            if (book[i].person == person && book[i].kind == DONE)
                assert_int_equal(count_key(page, book[i].key), 1);
        }
        certlife_notice_page_free(page);
    }
}

static void check_book(struct stage *stage)
{
    int count = atomic_load(&shared->count), keys = 0, handed = 0;
    struct entry *book = shared->book;
    assert_true(count <= BOOK_MAX);
    qsort(book, (size_t)count, sizeof *book, by_key);
    for (int i = 0, next; i < count; i = next) {
        for (next = i; next < count && strcmp(book[i].key, book[next].key) == 0;)
            next++;
        check_key((struct pages){book + i, book + next});
        keys++;
    }
    for (int i = 0; i < count; i++) {
        handed += book[i].kind == HANDED_OUT;
        if (book[i].kind == ACTED_ON)
            check_act(stage, &book[i], book, count);
    }
    check_nothing_missing(stage, book, count);
    check_lists(stage, book, count);
    stage->w->now = atomic_load(&shared->now);
    reconcile(stage->w);
    print_message("%d notices, handed out %d times\n", keys - 1, handed);
}

/* ---- the tests ---- */

static void run_threads(bool on_lmdb)
{
    struct stage stage;
    struct member found[CROWD];
    begin(&stage, on_lmdb);
    crowd_runs(stage.w, &stage, work_or_act, found);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(found[i].wrong, 0);
    check_book(&stage);
    end(&stage);
}

static void test_threads_on_memory(void **state)
{
    (void)state;
    run_threads(false);
}

static void test_threads_on_lmdb(void **state)
{
    (void)state;
    run_threads(true);
}

static pid_t start_worker(const struct stage *stage, int index)
{
    certlife_crypto *crypto = NULL;
    certlife_store *store = NULL;
    struct worker k = {.dice = (uint64_t)index + 1};
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    if (certlife_crypto_new_mbedtls(&crypto, NULL) != 0 ||
        certlife_store_open_lmdb(stage->folder, NULL, &store, NULL) != 0)
        _exit(2);
    k.bank = open_on(stage->w->profile, store, crypto, NULL);
    if (k.bank == NULL)
        _exit(2);
    work(&k);
    certlife_institution_close(k.bank);
    certlife_store_close(store);
    certlife_crypto_free(crypto);
    _exit(k.failures == 0 ? 0 : 1);
}

static void test_processes_on_lmdb(void **state)
{
    (void)state;
    struct stage stage;
    pid_t workers[PROCESSES];
    begin(&stage, true);
    for (int i = 0; i < PROCESSES; i++)
        workers[i] = start_worker(&stage, i);
    for (int phase = 0; phase < PHASES; phase++) {
        for (int i = 0; i < CROWD - WORKERS; i++)
            assert_int_equal(act_in_phase(&stage, i, phase), CERTLIFE_ALLOWED);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = 0;
        assert_int_equal(waitpid(workers[i], &status, 0), workers[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    check_book(&stage);
    end(&stage);
}

/* Who answers when the lease is over and another has the next threshold takes nothing from them. */
static void test_late_done_leaves_the_next_to_its_holder(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "e-mail = 30, 20, 10");
    struct mailer late = MAILER(w, "late"), holder = MAILER(w, "holder"), third = MAILER(w, "third");
    at(w, "2027-03-02 10:00:00");
    assert_claims(&late, "expiry keir002 30");
    at(w, "2027-03-12 10:00:00");
    assert_claims(&holder, "expiry keir002 20");
    done(&late);
    assert_claims(&third, "");
    done(&holder);
    assert_next_due(w, "2027-03-22 09:00:00");
    forgets(&late);
    forgets(&holder);
    forgets(&third);
    ends(w);
}

/* Nor does the same notice come again when the one who has it now falls silent, or gives it back. */
static void test_late_done_is_not_repeated(void **state)
{
    (void)state;
    for (int gives_it_back = 0; gives_it_back < 2; gives_it_back++) {
        struct world *w = world_of_one("webfb", "e-mail = 30, 20, 10\nnotice attempts = 2");
        struct mailer late = MAILER(w, "late"), holder = MAILER(w, "holder"), third = MAILER(w, "third");
        at(w, "2027-03-02 10:00:00");
        assert_claims(&late, "expiry keir002 30");
        at(w, "2027-03-02 10:10:00");
        assert_claims(&holder, "expiry keir002 30");
        done(&late);
        if (gives_it_back)
            gives_back(&holder, "451 try again later");
        at(w, "2027-03-02 12:00:00");
        assert_claims(&third, "");
        assert_parked(w, "");
        assert_next_due(w, "2027-03-12 09:00:00");
        forgets(&late);
        forgets(&holder);
        forgets(&third);
        ends(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_on_memory),
        cmocka_unit_test(test_threads_on_lmdb),
        cmocka_unit_test(test_processes_on_lmdb),
        cmocka_unit_test(test_late_done_leaves_the_next_to_its_holder),
        cmocka_unit_test(test_late_done_is_not_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
