/* SPDX-License-Identifier: Apache-2.0 */
/* Calls on notices with what will not do: MISUSE, INVALID, CLOCK or a refusal, and nothing is written or handed out. */
#include "dump.h"
#include "notices.h"

#include "acts/acts.h"
#include "base/civil.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KEIR "keir002"
#define SIXTY_FOUR "0123456789012345678901234567890123456789012345678901234567890123"

static const char wanted[] =
    "e-mail to = user, master\nexpired notice = user\nissued notice = user\nnotice attempts = 1";

/* One of each: planned, in hand, sent, and parked. */
struct ledger_of_one {
    struct world *w;
    struct mailer mailer; /* holds the one in hand */
    certlife_notice_page *parked, *listed;
    struct dump before;
};

static const certlife_notice *in_hand(const struct ledger_of_one *l)
{
    return held(&l->mailer, 0);
}

static const certlife_notice *parked(const struct ledger_of_one *l)
{
    return certlife_notice_page_at(l->parked, 0);
}

static const certlife_notice *listed(const struct ledger_of_one *l, certlife_notice_state state)
{
    for (size_t i = 0; i < certlife_notice_page_count(l->listed); i++) {
        if (certlife_notice_state_of(certlife_notice_page_at(l->listed, i)) == state)
            return certlife_notice_page_at(l->listed, i);
    }
    fail_msg("no %s notice is listed", certlife_notice_state_name(state));
    return NULL;
}

static certlife_actor of_kind(certlife_actor_kind kind)
{
    certlife_actor a = CERTLIFE_ACTOR_INIT;
    a.kind = kind;
    return a;
}

static certlife_actor the_system(void)
{
    return of_kind(CERTLIFE_ACTOR_SYSTEM);
}

static struct ledger_of_one make_ledger(void)
{
    struct ledger_of_one l = {.w = world_of_one("webfb", wanted)};
    struct world *w = l.w;
    struct mailer other = MAILER(w, "mailer 2");
    l.mailer = (struct mailer)MAILER(w, "mailer 1");
    assert_sends(w, "issued keir002");
    at(w, "2027-03-02 09:00:00");
    other.limit = 1;
    assert_claims(&other, "expiry keir002 30");
    gives_back(&other, "550 no such mailbox");
    forgets(&other);
    assert_claims(&l.mailer, "expiry keir002 to master 30");
    const certlife_actor a = the_system();
    assert_allowed(w, certlife_notice_parked(w->bank, &a, NULL, 10, &l.parked, w->decision, &w->err));
    assert_int_equal(certlife_notice_page_count(l.parked), 1);
    assert_allowed(w, certlife_notice_list(w->bank, &a, COMPANY, KEIR, &l.listed, w->decision, &w->err));
    l.before = dump_of(w->store);
    return l;
}

static void nothing_has_changed(const struct ledger_of_one *l)
{
    assert_true(dump_equals(&l->before, l->w->store));
}

static void end_ledger(struct ledger_of_one *l)
{
    nothing_has_changed(l);
    dump_free(&l->before);
    /* And all of it is still good for what it is good for. */
    done(&l->mailer);
    retries(l->w);
    forgets(&l->mailer);
    certlife_notice_page_free(l->parked);
    certlife_notice_page_free(l->listed);
    ends(l->w);
}

/* ---- the calls about the institution, each in a form that would do ---- */

static certlife_notice_page *const untouched_page = (certlife_notice_page *)&wanted;

static int call_claim(certlife_institution *bank, const certlife_actor *a, const struct ledger_of_one *l,
                      certlife_decision *decision, certlife_error **err)
{
    certlife_notice_page *out = untouched_page;
    (void)l;
    int rc = certlife_notice_claim(bank, a, "mailer", 100, 600, &out, decision, err);
    assert_true(rc == CERTLIFE_ALLOWED || out == untouched_page);
    if (out != untouched_page)
        certlife_notice_page_free(out);
    return rc;
}

static int call_done(certlife_institution *bank, const certlife_actor *a, const struct ledger_of_one *l,
                     certlife_decision *decision, certlife_error **err)
{
    return certlife_notice_done(bank, a, in_hand(l), decision, err);
}

static int call_give_back(certlife_institution *bank, const certlife_actor *a, const struct ledger_of_one *l,
                          certlife_decision *decision, certlife_error **err)
{
    return certlife_notice_give_back(bank, a, in_hand(l), "451 try again later", decision, err);
}

static int call_next_due(certlife_institution *bank, const certlife_actor *a, const struct ledger_of_one *l,
                         certlife_decision *decision, certlife_error **err)
{
    int64_t out = 77;
    (void)l;
    int rc = certlife_notice_next_due(bank, a, &out, decision, err);
    assert_true((rc == CERTLIFE_ALLOWED) == (out != 77));
    return rc;
}

static int call_parked(certlife_institution *bank, const certlife_actor *a, const struct ledger_of_one *l,
                       certlife_decision *decision, certlife_error **err)
{
    certlife_notice_page *out = untouched_page;
    int rc = certlife_notice_parked(bank, a, parked(l), 100, &out, decision, err);
    assert_true(rc == CERTLIFE_ALLOWED || out == untouched_page);
    if (out != untouched_page)
        certlife_notice_page_free(out);
    return rc;
}

static int call_retry(certlife_institution *bank, const certlife_actor *a, const struct ledger_of_one *l,
                      certlife_decision *decision, certlife_error **err)
{
    return certlife_notice_retry(bank, a, parked(l), decision, err);
}

static const struct {
    const char *name;
    int (*make)(certlife_institution *bank, const certlife_actor *a, const struct ledger_of_one *l,
                certlife_decision *decision, certlife_error **err);
    bool changes;
} runs[] = {
    {"claim", call_claim, false},        /* nothing more is due */ {"done", call_done, true},
    {"give back", call_give_back, true}, {"next due", call_next_due, false},
    {"parked", call_parked, false},      {"retry", call_retry, true},
};

static void fails_with(const char *what, int rc, int code, struct world *w)
{
    if (rc != code || certlife_error_code(w->err) != code || certlife_error_message(w->err)[0] == '\0')
        fail_msg("%s: wanted %s, got %d %s", what, certlife_error_name(code), rc, certlife_error_message(w->err));
    assert_false(certlife_decision_allowed(w->decision));
    certlife_error_free(w->err);
    w->err = NULL;
}

#define FAILS(l, call, code) fails_with(#call, (call), (code), (l)->w)
#define INVALID(l, call) FAILS(l, call, CERTLIFE_E_INVALID)

/* A debug build stops at a misuse; there is nothing to see then. */
static void skip_where_misuse_aborts(void)
{
#ifdef CERTLIFE_ABORT_ON_MISUSE
    print_message("skipped: this build aborts on misuse\n");
    skip();
#endif
}

static void test_without_a_handle_or_an_actor(void **state)
{
    (void)state;
    skip_where_misuse_aborts();
    struct ledger_of_one l = make_ledger();
    struct world *w = l.w;
    const certlife_actor a = the_system();
    struct certlife_institution closed = *w->bank;
    closed.magic = 0; /* as certlife_institution_close leaves it */
    for (size_t i = 0; i < COUNT(runs); i++) {
        /* The decision has just allowed something else, which it must not go on to say. */
        assert_allowed(w, looks_in(w, KEIR));
        fails_with(runs[i].name, runs[i].make(NULL, &a, &l, w->decision, &w->err), CERTLIFE_E_MISUSE, w);
        assert_allowed(w, looks_in(w, KEIR));
        fails_with(runs[i].name, runs[i].make(&closed, &a, &l, w->decision, &w->err), CERTLIFE_E_MISUSE, w);
        assert_allowed(w, looks_in(w, KEIR));
        fails_with(runs[i].name, runs[i].make(w->bank, NULL, &l, w->decision, &w->err), CERTLIFE_E_MISUSE, w);
        assert_int_equal(runs[i].make(NULL, &a, &l, NULL, NULL), CERTLIFE_E_MISUSE);
        certlife_actor strange = a;
        strange.size = 8;
        fails_with(runs[i].name, runs[i].make(w->bank, &strange, &l, w->decision, &w->err), CERTLIFE_E_INVALID, w);
        strange = of_kind(4);
        fails_with(runs[i].name, runs[i].make(w->bank, &strange, &l, w->decision, &w->err), CERTLIFE_E_INVALID, w);
        strange = a;
        strange.staff = "a\nb";
        fails_with(runs[i].name, runs[i].make(w->bank, &strange, &l, w->decision, &w->err), CERTLIFE_E_INVALID, w);
    }
    end_ledger(&l);
}

static void test_without_an_output_or_a_notice(void **state)
{
    (void)state;
    skip_where_misuse_aborts();
    struct ledger_of_one l = make_ledger();
    struct world *w = l.w;
    certlife_institution *bank = w->bank;
    const certlife_actor a = the_system();
    certlife_notice_page *page = untouched_page;
    certlife_notice *notice = (certlife_notice *)untouched_page;
#define MISUSED(call) FAILS(&l, call, CERTLIFE_E_MISUSE)
    MISUSED(certlife_notice_claim(bank, &a, "mailer", 1, 1, NULL, w->decision, &w->err));
    MISUSED(certlife_notice_done(bank, &a, NULL, w->decision, &w->err));
    MISUSED(certlife_notice_give_back(bank, &a, NULL, NULL, w->decision, &w->err));
    MISUSED(certlife_notice_give_back(bank, &a, NULL, "x", w->decision, &w->err));
    MISUSED(certlife_notice_next_due(bank, &a, NULL, w->decision, &w->err));
    MISUSED(certlife_notice_parked(bank, &a, NULL, 1, NULL, w->decision, &w->err));
    MISUSED(certlife_notice_retry(bank, &a, NULL, w->decision, &w->err));
    MISUSED(certlife_notice_list(bank, &a, COMPANY, KEIR, NULL, w->decision, &w->err));
    MISUSED(certlife_notice_list(bank, &a, NULL, KEIR, &page, w->decision, &w->err));
    MISUSED(certlife_notice_list(bank, &a, COMPANY, NULL, &page, w->decision, &w->err));
    MISUSED(certlife_notice_on_screen(bank, &a, COMPANY, KEIR, NULL, w->decision, &w->err));
    MISUSED(certlife_notice_on_screen(bank, &a, NULL, KEIR, &notice, w->decision, &w->err));
    MISUSED(certlife_notice_on_screen(bank, &a, COMPANY, NULL, &notice, w->decision, &w->err));
    assert_true(page == untouched_page && notice == (certlife_notice *)untouched_page);
    end_ledger(&l);
}

/* ---- notices that are not what the call is for ---- */

static void test_notices_of_the_wrong_kind(void **state)
{
    (void)state;
    struct ledger_of_one l = make_ledger();
    struct world *w = l.w;
    certlife_institution *bank = w->bank;
    const certlife_actor a = the_system();
    certlife_notice *shown = NULL;
    certlife_notice_page *page = untouched_page;
    assert_allowed(w, certlife_notice_on_screen(bank, &a, COMPANY, KEIR, &shown, w->decision, &w->err));
    assert_non_null(shown);
    const certlife_notice *not_in_hand[] = {shown, parked(&l), listed(&l, CERTLIFE_NOTICE_PLANNED),
                                            listed(&l, CERTLIFE_NOTICE_SENT), listed(&l, CERTLIFE_NOTICE_PARKED)};
    for (size_t i = 0; i < COUNT(not_in_hand); i++) {
        INVALID(&l, certlife_notice_done(bank, &a, not_in_hand[i], w->decision, &w->err));
        INVALID(&l, certlife_notice_give_back(bank, &a, not_in_hand[i], "x", w->decision, &w->err));
        INVALID(&l, certlife_notice_give_back(bank, &a, not_in_hand[i], NULL, w->decision, &w->err));
    }
    const certlife_notice *not_parked[] = {shown, in_hand(&l), listed(&l, CERTLIFE_NOTICE_PLANNED),
                                           listed(&l, CERTLIFE_NOTICE_SENT)};
    for (size_t i = 0; i < COUNT(not_parked); i++) {
        INVALID(&l, certlife_notice_retry(bank, &a, not_parked[i], w->decision, &w->err));
        INVALID(&l, certlife_notice_parked(bank, &a, not_parked[i], 1, &page, w->decision, &w->err));
        assert_ptr_equal(page, untouched_page);
    }
    certlife_notice_free(shown);
    end_ledger(&l);
}

/* Answered for in a bank where nobody knows of it. */
static void test_notices_of_another_institution(void **state)
{
    (void)state;
    struct ledger_of_one l = make_ledger();
    struct world *other = world_new("webfb");
    struct dump before = dump_of(other->store);
    const certlife_actor a = the_system();
    other->now = l.w->now;
    fails_with("done", certlife_notice_done(other->bank, &a, in_hand(&l), other->decision, &other->err),
               CERTLIFE_E_INVALID, other);
    fails_with("give back", certlife_notice_give_back(other->bank, &a, in_hand(&l), "x", other->decision, &other->err),
               CERTLIFE_E_INVALID, other);
    assert_allowed(other, certlife_notice_retry(other->bank, &a, parked(&l), other->decision, &other->err));
    certlife_notice_page *page = NULL;
    assert_allowed(other, certlife_notice_parked(other->bank, &a, parked(&l), 10, &page, other->decision, &other->err));
    assert_int_equal(certlife_notice_page_count(page), 0);
    certlife_notice_page_free(page);
    assert_true(dump_equals(&before, other->store));
    dump_free(&before);
    world_free(other);
    end_ledger(&l);
}

/* ---- numbers and texts ---- */

static void test_numbers_outside(void **state)
{
    (void)state;
    struct ledger_of_one l = make_ledger();
    struct world *w = l.w;
    const certlife_actor a = the_system();
    static const int32_t limits[] = {0, -1, 1001, 65536, INT32_MAX, INT32_MIN};
    static const int32_t leases[] = {0, -1, 86401, INT32_MAX, INT32_MIN};
    certlife_notice_page *page = untouched_page;
    for (size_t i = 0; i < COUNT(limits); i++) {
        INVALID(&l, certlife_notice_claim(w->bank, &a, "mailer", limits[i], 600, &page, w->decision, &w->err));
        INVALID(&l, certlife_notice_parked(w->bank, &a, NULL, limits[i], &page, w->decision, &w->err));
    }
    for (size_t i = 0; i < COUNT(leases); i++)
        INVALID(&l, certlife_notice_claim(w->bank, &a, "mailer", 100, leases[i], &page, w->decision, &w->err));
    assert_ptr_equal(page, untouched_page);
    end_ledger(&l);
}

static const struct {
    const char *what, *text;
} bad_texts[] = {
    {"empty", ""},
    {"Latin-1", "caf\xe9"},
    {"cut off in a character", "\xe5\xa4"},
    {"overlong NUL", "\xc0\x80"},
    {"a surrogate", "\xed\xa0\x80"},
    {"a line break", "mailer\n1"},
    {"a tab", "\tmailer"},
    {"an escape", "\x1b[31m"},
    {"DEL", "mailer\x7f"},
    {"a C1 control character", "mailer\xc2\x85"},
};

static void test_texts_that_will_not_do(void **state)
{
    (void)state;
    struct ledger_of_one l = make_ledger();
    struct world *w = l.w;
    certlife_institution *bank = w->bank;
    const certlife_actor a = the_system();
    certlife_notice_page *page = untouched_page;
    char cause[202];
    for (size_t i = 0; i < COUNT(bad_texts); i++) {
        const char *text = bad_texts[i].text, *what = bad_texts[i].what;
        fails_with(what, certlife_notice_claim(bank, &a, text, 1, 1, &page, w->decision, &w->err), CERTLIFE_E_INVALID,
                   w);
        fails_with(what, certlife_notice_give_back(bank, &a, in_hand(&l), text, w->decision, &w->err),
                   CERTLIFE_E_INVALID, w);
        certlife_notice_page *list = untouched_page;
        fails_with(what, certlife_notice_list(bank, &a, text, KEIR, &list, w->decision, &w->err), CERTLIFE_E_INVALID,
                   w);
        fails_with(what, certlife_notice_list(bank, &a, COMPANY, text, &list, w->decision, &w->err), CERTLIFE_E_INVALID,
                   w);
        assert_ptr_equal(list, untouched_page);
    }
    INVALID(&l, certlife_notice_claim(bank, &a, SIXTY_FOUR "4", 1, 1, &page, w->decision, &w->err));
    INVALID(&l, certlife_notice_claim(bank, &a, NULL, 1, 1, &page, w->decision, &w->err));
    memset(cause, 'x', sizeof cause);
    cause[201] = '\0';
    INVALID(&l, certlife_notice_give_back(bank, &a, in_hand(&l), cause, w->decision, &w->err));
    assert_ptr_equal(page, untouched_page);
    end_ledger(&l);
}

/* The longest there may be, and Japanese. */
static void test_the_longest_that_will_do(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "");
    const certlife_actor a = the_system();
    certlife_notice_page *page = NULL;
    certlife_notice *none = (certlife_notice *)untouched_page;
    char cause[201];
    memset(cause, 'x', 200);
    memcpy(cause + 194, "失敗", 6);
    cause[200] = '\0';
    assert_allowed(w, certlife_notice_on_screen(w->bank, &a, COMPANY, KEIR, &none, w->decision, &w->err));
    assert_null(none); /* a year before */
    at(w, "2027-03-02 09:00:00");
    assert_allowed(w, certlife_notice_claim(w->bank, &a, SIXTY_FOUR, 1000, 86400, &page, w->decision, &w->err));
    assert_int_equal(certlife_notice_page_count(page), 1);
    assert_allowed(
        w, certlife_notice_give_back(w->bank, &a, certlife_notice_page_at(page, 0), cause, w->decision, &w->err));
    certlife_notice_page_free(page);
    w->now += 300;
    assert_allowed(w, certlife_notice_claim(w->bank, &a, "佐藤", 1, 1, &page, w->decision, &w->err));
    assert_int_equal(certlife_notice_page_count(page), 1);
    assert_int_equal(certlife_notice_attempts(certlife_notice_page_at(page, 0)), 2);
    certlife_notice_page_free(page);
    assert_allowed(w, certlife_notice_list(w->bank, &a, COMPANY, KEIR, &page, w->decision, &w->err));
    assert_string_equal(certlife_notice_cause(certlife_notice_page_at(page, 0)), cause);
    certlife_notice_page_free(page);
    ends(w);
}

/* ---- who may not, and when ---- */

static void test_r_all_13_only_the_system_runs_notices(void **state)
{
    (void)state;
    struct ledger_of_one l = make_ledger();
    struct world *w = l.w;
    static const char *const others[] = {"branch", MASTER, KEIR};
    for (size_t i = 0; i < COUNT(runs); i++) {
        for (size_t who = 0; who < COUNT(others); who++)
            assert_refused(w, runs[i].make(w->bank, actor(w, others[who]), &l, w->decision, &w->err), "R-ALL-13",
                           CERTLIFE_CODE_SYSTEM_ONLY, CERTLIFE_WAY_NONE);
        assert_refused(w, runs[i].make(w->bank, actor(w, "keir999"), &l, w->decision, &w->err), "R-ALL-12",
                       CERTLIFE_CODE_UNKNOWN, CERTLIFE_WAY_NONE);
    }
    end_ledger(&l);
}

/* Users see their own, and the bank everybody's. */
static void test_r_usr_5_who_sees_whose_notices(void **state)
{
    (void)state;
    struct ledger_of_one l = make_ledger();
    struct world *w = l.w;
    static const struct {
        const char *by, *about;
        bool sees;
    } looks[] = {{KEIR, KEIR, true},       {"branch", KEIR, true}, {"system", KEIR, true},
                 {"keir999", KEIR, false}, {KEIR, MASTER, false},  {KEIR, "keir999", false}};
    for (size_t i = 0; i < COUNT(looks); i++) {
        certlife_notice_page *page = untouched_page;
        certlife_notice *notice = (certlife_notice *)untouched_page;
        int rc =
            certlife_notice_list(w->bank, actor(w, looks[i].by), COMPANY, looks[i].about, &page, w->decision, &w->err);
        assert_int_equal(rc, looks[i].sees ? CERTLIFE_ALLOWED : CERTLIFE_REFUSED);
        assert_int_equal(certlife_notice_on_screen(w->bank, actor(w, looks[i].by), COMPANY, looks[i].about, &notice,
                                                   w->decision, &w->err),
                         rc);
        assert_true((page != untouched_page) == looks[i].sees);
        assert_true((notice != (certlife_notice *)untouched_page) == looks[i].sees);
        if (!looks[i].sees)
            continue;
        certlife_notice_page_free(page);
        certlife_notice_free(notice);
    }
    end_ledger(&l);
}

static void test_clocks(void **state)
{
    (void)state;
    struct ledger_of_one l = make_ledger();
    struct world *w = l.w;
    const certlife_actor a = the_system();
    const int64_t good = w->now, bad[] = {0, -1, INT64_MIN, INT64_MAX, LAST_MOMENT + 1};
    for (size_t i = 0; i < COUNT(runs); i++) {
        for (size_t b = 0; b < COUNT(bad); b++) {
            w->now = bad[b];
            fails_with(runs[i].name, runs[i].make(w->bank, &a, &l, w->decision, &w->err), CERTLIFE_E_CLOCK, w);
        }
        w->now = good - 3600; /* behind what has happened */
        if (runs[i].changes)
            fails_with(runs[i].name, runs[i].make(w->bank, &a, &l, w->decision, &w->err), CERTLIFE_E_CLOCK, w);
        else
            assert_allowed(w, runs[i].make(w->bank, &a, &l, w->decision, &w->err));
    }
    w->now = good;
    end_ledger(&l);
}

/* What is due is not handed out by a clock that is behind. */
static void test_r_tim_3_claiming_by_a_clock_that_is_behind(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", "");
    const certlife_actor a = the_system();
    struct mailer mailer = MAILER(w, "mailer");
    certlife_notice_page *page = untouched_page;
    at(w, "2027-03-02 09:00:00");
    assert_claims(&mailer, "expiry keir002 30");
    gives_back(&mailer, NULL);
    struct dump before = dump_of(w->store);
    w->now -= 3600;
    fails_with("claim", certlife_notice_claim(w->bank, &a, "mailer", 1, 1, &page, w->decision, &w->err),
               CERTLIFE_E_CLOCK, w);
    assert_ptr_equal(page, untouched_page);
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    w->now += 3600;
    assert_claims(&mailer, "expiry keir002 30");
    forgets(&mailer);
    ends(w);
}

/* The last day there is: nothing overflows. */
static void test_last_day(void **state)
{
    (void)state;
    struct world *w = world_of_one("webfb", wanted);
    const certlife_actor a = the_system();
    int64_t due = 0;
    struct mailer mailer = MAILER(w, "mailer");
    mailer.lease = 86400;
    w->now = LAST_MOMENT;
    assert_allowed(w, certlife_notice_next_due(w->bank, &a, &due, w->decision, &w->err));
    assert_true(due >= LAST_MOMENT);
    chooses(w, "sending hours", "any");
    assert_claims(&mailer, "expired keir002");
    gives_back(&mailer, "451 try again later");
    assert_nothing_due(w);
    forgets(&mailer);
    ends(w);
}

/* The same key again with another call would be refused elsewhere (R-ISS-3). */
static void test_idempotency_keys_play_no_part(void **state)
{
    (void)state;
    struct ledger_of_one l = make_ledger();
    struct world *w = l.w;
    certlife_actor a = the_system();
    a.idempotency_key = "k";
    assert_allowed(w, call_next_due(w->bank, &a, &l, w->decision, &w->err));
    assert_allowed(w, call_parked(w->bank, &a, &l, w->decision, &w->err));
    nothing_has_changed(&l);
    assert_allowed(w, call_retry(w->bank, &a, &l, w->decision, &w->err));
    assert_allowed(w, call_done(w->bank, &a, &l, w->decision, &w->err));
    assert_allowed(w, call_done(w->bank, &a, &l, w->decision, &w->err));
    assert_allowed(w, call_claim(w->bank, &a, &l, w->decision, &w->err));
    struct dump now = dump_of(w->store);
    for (size_t i = 0; i < now.count; i++)
        assert_true(now.pairs[i].key.data[0] != 'Q');
    dump_free(&now);
    dump_free(&l.before);
    forgets(&l.mailer);
    certlife_notice_page_free(l.parked);
    certlife_notice_page_free(l.listed);
    ends(w);
}

/* ---- what is read from nothing, and what outlives what ---- */

static void test_neutral_values(void **state)
{
    (void)state;
    static const int32_t strange[] = {0, -1, 8, 99, INT32_MAX, INT32_MIN};
    assert_int_equal(certlife_notice_kind_of(NULL), 0);
    assert_int_equal(certlife_notice_state_of(NULL), 0);
    assert_string_equal(certlife_notice_key(NULL), "");
    assert_string_equal(certlife_notice_contract(NULL), "");
    assert_string_equal(certlife_notice_user(NULL), "");
    assert_int_equal(certlife_notice_addressee_of(NULL), 0);
    assert_string_equal(certlife_notice_addressee_user(NULL), "");
    assert_string_equal(certlife_notice_email(NULL), "");
    assert_int_equal(certlife_notice_language(NULL), 0);
    assert_string_equal(certlife_notice_serial(NULL), "");
    assert_int_equal(certlife_notice_expiry(NULL), 0);
    assert_int_equal(certlife_notice_renew_by(NULL), 0);
    assert_int_equal(certlife_notice_obtain_by(NULL), 0);
    assert_int_equal(certlife_notice_days_left(NULL), 0);
    assert_int_equal(certlife_notice_happened_at(NULL), 0);
    assert_int_equal(certlife_notice_waits_to_install(NULL), 0);
    assert_int_equal(certlife_notice_renew_later_at(NULL), 0);
    assert_int_equal(certlife_notice_due(NULL), 0);
    assert_int_equal(certlife_notice_ended_at(NULL), 0);
    assert_int_equal(certlife_notice_attempts(NULL), 0);
    assert_string_equal(certlife_notice_cause(NULL), "");
    assert_int_equal(certlife_notice_member_count(NULL), 0);
    assert_string_equal(certlife_notice_member_user(NULL, 0), "");
    assert_string_equal(certlife_notice_member_serial(NULL, 0), "");
    assert_int_equal(certlife_notice_member_expiry(NULL, 0), 0);
    assert_int_equal(certlife_notice_member_days_left(NULL, SIZE_MAX), 0);
    assert_int_equal(certlife_notice_page_count(NULL), 0);
    assert_null(certlife_notice_page_at(NULL, 0));
    assert_int_equal(certlife_notice_page_more(NULL), 0);
    certlife_notice_free(NULL);
    certlife_notice_page_free(NULL);
    for (size_t i = 0; i < COUNT(strange); i++) {
        assert_string_equal(certlife_notice_kind_name(strange[i]), "unknown");
        assert_non_null(certlife_notice_kind_label(strange[i], CERTLIFE_LANGUAGE_JA));
        assert_non_null(certlife_notice_kind_label(CERTLIFE_NOTICE_EXPIRY, strange[i]));
        assert_string_equal(certlife_notice_state_name(strange[i]), "unknown");
        assert_string_equal(certlife_addressee_name(strange[i]), "unknown");
    }
    struct ledger_of_one l = make_ledger();
    assert_null(certlife_notice_page_at(l.parked, 1));
    assert_null(certlife_notice_page_at(l.parked, SIZE_MAX));
    assert_int_equal(certlife_notice_member_count(in_hand(&l)), 0);
    assert_string_equal(certlife_notice_member_user(in_hand(&l), 0), "");
    end_ledger(&l);
}

/* A page is its own: it outlives the decision and the institution it came with, and other pages. */
static void test_pages_outlive_the_rest(void **state)
{
    (void)state;
    struct ledger_of_one l = make_ledger();
    struct world *w = l.w;
    char key[33];
    certlife_decision_free(w->decision);
    w->decision = certlife_decision_new();
    snprintf(key, sizeof key, "%s", certlife_notice_key(in_hand(&l)));
    certlife_notice_page_free(l.listed);
    l.listed = NULL;
    reopens(w);
    assert_string_equal(certlife_notice_key(in_hand(&l)), key);
    assert_string_equal(certlife_notice_addressee_user(in_hand(&l)), MASTER);
    assert_string_equal(certlife_notice_cause(parked(&l)), "550 no such mailbox");
    /* What was claimed before is answered for after. */
    end_ledger(&l);
}

/* Nobody has to look at the decision, or at the error. */
static void test_without_decision_or_error(void **state)
{
    (void)state;
    struct ledger_of_one l = make_ledger();
    certlife_institution *bank = l.w->bank;
    const certlife_actor a = the_system();
    certlife_notice_page *page = NULL;
    for (size_t i = 0; i < COUNT(runs); i++) {
        if (!runs[i].changes)
            assert_int_equal(runs[i].make(bank, &a, &l, NULL, NULL), CERTLIFE_ALLOWED);
        assert_int_equal(runs[i].make(bank, actor(l.w, "branch"), &l, NULL, NULL), CERTLIFE_REFUSED);
    }
    assert_int_equal(certlife_notice_claim(bank, &a, "", 1, 1, &page, NULL, NULL), CERTLIFE_E_INVALID);
    assert_int_equal(certlife_notice_done(bank, &a, parked(&l), NULL, NULL), CERTLIFE_E_INVALID);
    assert_null(page);
    end_ledger(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_a_handle_or_an_actor),
        cmocka_unit_test(test_without_an_output_or_a_notice),
        cmocka_unit_test(test_notices_of_the_wrong_kind),
        cmocka_unit_test(test_notices_of_another_institution),
        cmocka_unit_test(test_numbers_outside),
        cmocka_unit_test(test_texts_that_will_not_do),
        cmocka_unit_test(test_the_longest_that_will_do),
        cmocka_unit_test(test_r_all_13_only_the_system_runs_notices),
        cmocka_unit_test(test_r_usr_5_who_sees_whose_notices),
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_r_tim_3_claiming_by_a_clock_that_is_behind),
        cmocka_unit_test(test_last_day),
        cmocka_unit_test(test_idempotency_keys_play_no_part),
        cmocka_unit_test(test_neutral_values),
        cmocka_unit_test(test_pages_outlive_the_rest),
        cmocka_unit_test(test_without_decision_or_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
