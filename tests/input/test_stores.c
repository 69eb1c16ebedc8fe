/* SPDX-License-Identifier: Apache-2.0 */
/* Stores that are another's, newer, damaged, closed to us or full. */
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dump.h"
#include "failing.h"
#include "folder.h"
#include "late_issuer.h"
#include "reconcile.h"

#include "acts/acts.h"

#define KEIR "keir002"

static const uint8_t meta_key[] = {'M'};
/* The record M: eight letters, the format's version, the latest moment. */
enum { META_VERSION_AT = 8, META_LEN = 20 };

static int opens_on(struct world *w, certlife_store *store, certlife_institution **out)
{
    certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    certlife_error_free(w->err);
    w->err = NULL;
    options.name = "Example Shinkin Bank";
    options.crl_url = "http://crl.example.jp/users.crl";
    options.profile = w->profile;
    options.store = store;
    options.issuer = w->issuer;
    options.crypto = w->crypto;
    return certlife_institution_open(&options, out, &w->err);
}

static void cannot_be_opened(struct world *w, int code)
{
    certlife_institution *bank = NULL;
    assert_failed(w, opens_on(w, w->store, &bank), code);
    assert_null(bank);
    /* Nor does one that was open before go on with it. */
    assert_failed(w, looks_in(w, MASTER), code);
    assert_failed(w, revokes(w, "branch", MASTER), code);
}

static void test_other_versions_and_other_things(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    struct dump dump = dump_of(w->store);
    uint8_t meta[META_LEN + 1] = {0};
    struct bytes good = dump_find(&dump, bytes_of(meta_key, 1)), key = bytes_of(meta_key, 1);
    assert_int_equal(good.len, META_LEN);

    memcpy(meta, good.data, good.len);
    meta[META_VERSION_AT + 3] = 2;
    store_poke(w->store, key, bytes_of(meta, META_LEN));
    cannot_be_opened(w, CERTLIFE_E_STORE_VERSION);
    store_poke(w->store, key, bytes_of(meta, META_LEN + 1)); /* a newer one may hold more */
    cannot_be_opened(w, CERTLIFE_E_STORE_VERSION);
    meta[META_VERSION_AT + 3] = 0;
    store_poke(w->store, key, bytes_of(meta, META_LEN));
    cannot_be_opened(w, CERTLIFE_E_STORE_CORRUPT);
    memcpy(meta, good.data, good.len);
    meta[0] = 'C';
    store_poke(w->store, key, bytes_of(meta, META_LEN));
    cannot_be_opened(w, CERTLIFE_E_STORE_CORRUPT);
    for (size_t len = 0; len < META_LEN; len++) {
        store_poke(w->store, key, bytes_of(good.data, len));
        cannot_be_opened(w, CERTLIFE_E_STORE_CORRUPT);
    }
    store_poke(w->store, key, (struct bytes){0}); /* all there but M: not ours to make anew */
    cannot_be_opened(w, CERTLIFE_E_STORE_CORRUPT);
    store_poke(w->store, key, good);
    assert_allowed(w, looks_in(w, MASTER));
    assert_true(dump_equals(&dump, w->store)); /* nothing of this was mended, or harmed */
    dump_free(&dump);
    world_free(w);
}

static void test_somebody_elses_store(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    certlife_institution *bank = NULL;
    certlife_store *other = NULL;
    assert_int_equal(certlife_store_new_memory(&other, NULL), 0);
    store_poke(other, bytes_of_text("zebra"), bytes_of_text("striped"));
    struct dump before = dump_of(other);
    assert_failed(w, opens_on(w, other, &bank), CERTLIFE_E_STORE_CORRUPT);
    assert_true(dump_equals(&before, other));
    dump_free(&before);
    certlife_store_close(other);
    world_free(w);
}

/* ---- damaged records ---- */

/* Nothing fails here; but the cryptography is remembered, and random numbers come again. */
static struct faults never;

struct damaged {
    struct late_issuer *ca;
    certlife_crypto *late_crypto;
    struct world *w;
    struct dump dump;
    certlife_notice_page *in_hand, *parked;
    long counts[20]; /* by -code */
};

static certlife_notice_page *claims(struct world *w)
{
    certlife_notice_page *page = NULL;
    assert_allowed(w,
                   certlife_notice_claim(w->bank, actor(w, "system"), "mailer", 100, 600, &page, w->decision, &w->err));
    assert_true(certlife_notice_page_count(page) > 0);
    return page;
}

/* Every kind of record of the ledger: one that was sent, one that is parked, one in hand, and planned ones. */
static void tells(struct world *w)
{
    certlife_notice_page *page = claims(w);
    assert_allowed(
        w, certlife_notice_done(w->bank, actor(w, "system"), certlife_notice_page_at(page, 0), w->decision, &w->err));
    assert_allowed(w, certlife_notice_give_back(w->bank, actor(w, "system"), certlife_notice_page_at(page, 1),
                                                "550 no such mailbox", w->decision, &w->err));
    certlife_notice_page_free(page);
}

static const char told[] =
    "profile = webfb\nissued notice = user, master\nrevoked notice = user\nobtain-by notice = 3\n"
    "e-mail to = user, master\ndigest = yes\nexpired notice = user\nsending hours = any\n"
    "notice attempts = 1\n";

/* Somebody renewed but unconfirmed, somebody issuing, an answer remembered: every kind of record. */
static struct damaged everything(void)
{
    struct damaged d = {.ca = NULL};
    certlife_crypto *crypto = NULL;
    struct world_parts parts = {0};
    assert_int_equal(certlife_crypto_new_mbedtls(&crypto, NULL), 0);
    assert_int_equal(certlife_crypto_new_mbedtls(&d.late_crypto, NULL), 0);
    never = (struct faults){.armed = false};
    parts.crypto = failing_crypto(crypto, &never);
    d.ca = late_issuer_open(d.late_crypto, &parts.issuer);
    assert_int_equal(certlife_profile_parse(told, &parts.profile, NULL), 0);
    d.w = world_with(parts);
    struct world *w = d.w;
    has_certificate(w, KEIR);
    tells(w);
    has_user(w, "keir003");
    d.ca->on_issue = d.ca->on_poll = ANSWERS_LATER;
    assert_int_equal(obtains_with(w, "keir003", 40), CERTLIFE_REFUSED);
    at(w, "2027-03-15 10:00:00");
    d.ca->on_issue = ANSWERS_AT_ONCE;
    with_key(w, "renew-1");
    assert_allowed(w, renews_with(w, KEIR, 41));
    d.ca->on_issue = ANSWERS_LATER;
    d.in_hand = claims(w);
    assert_allowed(w, certlife_notice_parked(w->bank, actor(w, "system"), NULL, 10, &d.parked, w->decision, &w->err));
    assert_int_equal(certlife_notice_page_count(d.parked), 2); /* given back, and never answered for */
    reconcile(w);
    d.dump = dump_of(w->store);
    return d;
}

static certlife_store *store_with(const struct dump *dump, size_t changed, struct bytes key, struct bytes value)
{
    certlife_store *store = NULL;
    struct txn txn;
    assert_int_equal(certlife_store_new_memory(&store, NULL), 0);
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_WRITE, &txn, NULL), 0);
    for (size_t i = 0; i < dump->count; i++) {
        struct pair pair = i == changed ? (struct pair){key, value} : dump->pairs[i];
        assert_int_equal(certlife__store_put(&txn, pair.key, pair.value, NULL), 0);
    }
    assert_int_equal(certlife__store_commit(&txn, NULL), 0);
    return store;
}

/* What a damaged store may make of a call: a decision, or that it is damaged – to the clock it may seem from the future, and
 * an order that was damaged no longer fits its certificate. */
static void settle(struct damaged *d, int rc)
{
    bool may = rc >= 0 || rc == CERTLIFE_E_STORE_CORRUPT || rc == CERTLIFE_E_STORE_VERSION || rc == CERTLIFE_E_CLOCK ||
               rc == CERTLIFE_E_ISSUER;
    if (!may)
        fail_msg("a damaged store: %d %s", rc, certlife_error_message(d->w->err));
    if (rc < 0)
        assert_true(certlife_error_code(d->w->err) == rc && certlife_error_message(d->w->err)[0] != '\0');
    d->counts[rc < 0 ? -rc : 0]++;
}

static int lists(struct world *w)
{
    certlife_user_page *page = NULL;
    int rc = certlife_user_list(w->bank, actor(w, "branch"), COMPANY, NULL, 100, &page, w->decision, &w->err);
    for (size_t i = 0; i < certlife_user_page_count(page); i++)
        assert_non_null(certlife_user_id(certlife_user_page_at(page, i)));
    certlife_user_page_free(page);
    return rc;
}

static int lists_history(struct world *w)
{
    certlife_certificate_page *page = NULL;
    int rc = certlife_user_history(w->bank, actor(w, "branch"), COMPANY, KEIR, NULL, 100, &page, w->decision, &w->err);
    for (size_t i = 0; i < certlife_certificate_page_count(page); i++)
        assert_non_null(certlife_certificate_pem(certlife_certificate_page_at(page, i)));
    certlife_certificate_page_free(page);
    return rc;
}

static int shows(struct world *w)
{
    certlife_user *user = NULL;
    int rc = certlife_user_get(w->bank, actor(w, "branch"), COMPANY, KEIR, &user, w->decision, &w->err);
    certlife_user_free(user);
    return rc;
}

static int brings_answer(struct damaged *d)
{
    const uint8_t *der = NULL;
    size_t n = 2, len = late_signs(d->ca, n, &der); /* the third order: keir003's */
    return certlife_issuer_answer(d->w->bank, actor(d->w, "system"), late_order_id(d->ca, n), 20, der, len,
                                  d->w->decision, &d->w->err);
}

static int lists_notices(struct world *w, const char *user)
{
    certlife_notice_page *page = NULL;
    int rc = certlife_notice_list(w->bank, actor(w, "branch"), COMPANY, user, &page, w->decision, &w->err);
    for (size_t i = 0; i < certlife_notice_page_count(page); i++)
        assert_int_equal(strlen(certlife_notice_key(certlife_notice_page_at(page, i))), 32);
    certlife_notice_page_free(page);
    return rc;
}

static int shows_notice(struct world *w)
{
    certlife_notice *notice = NULL;
    int rc = certlife_notice_on_screen(w->bank, actor(w, "branch"), COMPANY, KEIR, &notice, w->decision, &w->err);
    certlife_notice_free(notice);
    return rc;
}

static int lists_parked(struct world *w)
{
    certlife_notice_page *page = NULL;
    int rc = certlife_notice_parked(w->bank, actor(w, "system"), NULL, 10, &page, w->decision, &w->err);
    certlife_notice_page_free(page);
    return rc;
}

static int claims_more(struct world *w)
{
    certlife_notice_page *page = NULL;
    int rc = certlife_notice_claim(w->bank, actor(w, "system"), "mailer 2", 10, 600, &page, w->decision, &w->err);
    for (size_t i = 0; i < certlife_notice_page_count(page); i++)
        assert_true(certlife_notice_kind_of(certlife_notice_page_at(page, i)) != 0);
    certlife_notice_page_free(page);
    return rc;
}

/* An answer to what is in hand; one that is of another institution, says a damaged store. */
static void settle_answer(struct damaged *d, int rc)
{
    if (rc == CERTLIFE_E_INVALID)
        assert_int_equal(certlife_error_code(d->w->err), rc);
    else
        settle(d, rc);
    certlife_error_free(d->w->err);
    d->w->err = NULL;
}

/* The whole of the ledger: what is there, and what a worker says. */
static void tell_everything(struct damaged *d)
{
    struct world *w = d->w;
    int64_t due = 0;
    settle(d, certlife_notice_next_due(w->bank, actor(w, "system"), &due, w->decision, &w->err));
    settle(d, lists_notices(w, KEIR));
    settle(d, lists_notices(w, MASTER));
    settle(d, shows_notice(w));
    settle(d, lists_parked(w));
    for (size_t i = 0; i < certlife_notice_page_count(d->in_hand); i++) {
        const certlife_notice *notice = certlife_notice_page_at(d->in_hand, i);
        settle_answer(d, i % 2 == 0 ? certlife_notice_done(w->bank, actor(w, "system"), notice, w->decision, &w->err)
                                    : certlife_notice_give_back(w->bank, actor(w, "system"), notice,
                                                                i % 4 == 1 ? NULL : "x", w->decision, &w->err));
    }
    settle(d, certlife_notice_retry(w->bank, actor(w, "system"), certlife_notice_page_at(d->parked, 0), w->decision,
                                    &w->err));
    settle(d, claims_more(w));
    w->now += 700; /* behind the leases */
    settle(d, claims_more(w));
    w->now -= 700;
}

/* All that can be done, from the harmless to the end. */
static void do_everything(struct damaged *d)
{
    struct world *w = d->w;
    uint32_t who = 0;
    settle(d, lists(w));
    settle(d, lists_history(w));
    settle(d, shows(w));
    settle(d, could(w, MASTER, CERTLIFE_ACT_REISSUE, KEIR));
    settle(d, certlife_who_could(w->bank, actor(w, "branch"), CERTLIFE_ACT_REVOKE, COMPANY, KEIR, &who, w->decision,
                                 &w->err));
    settle(d, gets_again(w, "keir003"));
    with_key(w, "renew-1");
    settle(d, renews_with(w, KEIR, 41));
    settle(d, brings_answer(d));
    settle(d, looks_in(w, KEIR));
    settle(d, logs_in(w, KEIR));
    settle(d, revokes(w, "branch", KEIR));
    settle(d, deletes(w, "branch", "keir003"));
    settle(d, closes(w, "branch"));
    settle(d, claims_more(w));
}

static void live_once(struct damaged *d, size_t changed, struct bytes key, struct bytes value,
                      void (*live)(struct damaged *d))
{
    struct world *w = d->w;
    certlife_store *whole = w->store;
    certlife_institution *bank = w->bank;
    certlife_clock clock = bank->clock;
    w->store = store_with(&d->dump, changed, key, value);
    w->bank = NULL;
    never.drawn = 1000;
    d->ca->order_count = 3;
    takes_new(w, KEIR);
    int rc = opens_on(w, w->store, &w->bank);
    settle(d, rc);
    if (rc == 0) {
        w->bank->clock = clock;
        live(d);
        certlife_institution_close(w->bank);
    }
    certlife_store_close(w->store);
    w->store = whole;
    w->bank = bank;
}

static void live_with(struct damaged *d, size_t changed, struct bytes key, struct bytes value)
{
    const bool of_ledger = strchr("UNYRCM", d->dump.pairs[changed].key.data[0]) != NULL;
    live_once(d, changed, key, value, do_everything);
    if (of_ledger)
        live_once(d, changed, key, value, tell_everything);
}

static void end(struct damaged *d)
{
    certlife_notice_page_free(d->in_hand);
    certlife_notice_page_free(d->parked);
    dump_free(&d->dump);
    world_free(d->w);
    certlife_crypto_free(d->late_crypto);
}

/* The DER at the end of a certificate's record is long, and one bit of each byte as good as another. */
static size_t step_at(const struct pair *pair, size_t byte)
{
    return pair->key.data[0] == 'K' && byte > 200 ? 8 : 1;
}

static void test_values_changed_in_one_bit(void **state)
{
    (void)state;
    struct damaged d = everything();
    uint8_t value[CERTLIFE_STORE_VALUE_MAX];
    for (size_t i = 0; i < d.dump.count; i++) {
        const struct pair *pair = &d.dump.pairs[i];
        memcpy(value, pair->value.data, pair->value.len);
        for (size_t bit = 0; bit < 8 * pair->value.len; bit += step_at(pair, bit / 8)) {
            value[bit / 8] ^= (uint8_t)(1 << bit % 8);
            live_with(&d, i, pair->key, bytes_of(value, pair->value.len));
            value[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    assert_true(d.counts[0] > 0 && d.counts[-CERTLIFE_E_STORE_CORRUPT] > 0);
    end(&d);
}

static void test_keys_changed_in_one_bit(void **state)
{
    (void)state;
    struct damaged d = everything();
    uint8_t key[CERTLIFE_STORE_KEY_MAX];
    for (size_t i = 0; i < d.dump.count; i++) {
        const struct pair *pair = &d.dump.pairs[i];
        memcpy(key, pair->key.data, pair->key.len);
        for (size_t bit = 0; bit < 8 * pair->key.len; bit++) {
            key[bit / 8] ^= (uint8_t)(1 << bit % 8);
            live_with(&d, i, bytes_of(key, pair->key.len), pair->value);
            key[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    assert_true(d.counts[0] > 0 && d.counts[-CERTLIFE_E_STORE_CORRUPT] > 0);
    end(&d);
}

static void test_values_cut_off_or_longer(void **state)
{
    (void)state;
    struct damaged d = everything();
    uint8_t value[CERTLIFE_STORE_VALUE_MAX] = {0};
    for (size_t i = 0; i < d.dump.count; i++) {
        const struct pair *pair = &d.dump.pairs[i];
        memcpy(value, pair->value.data, pair->value.len);
        memset(value + pair->value.len, 0, 40000);
        for (size_t len = 0; len < pair->value.len; len++)
            live_with(&d, i, pair->key, bytes_of(value, len));
        live_with(&d, i, pair->key, bytes_of(value, pair->value.len + 1));
        live_with(&d, i, pair->key, bytes_of(value, pair->value.len + 40000)); /* longer than any room */
    }
    assert_true(d.counts[0] > 0 && d.counts[-CERTLIFE_E_STORE_CORRUPT] > 0);
    end(&d);
}

/* ---- what is remembered, or to be given again ---- */

#define THIRD "keir003"

/* The only pair whose key begins with this letter; `count` of them. */
static size_t only_pair(const struct dump *dump, uint8_t letter)
{
    size_t found = dump->count;
    for (size_t i = 0; i < dump->count; i++) {
        if (dump->pairs[i].key.data[0] == letter) {
            assert_int_equal(found, dump->count);
            found = i;
        }
    }
    assert_true(found < dump->count);
    return found;
}

static int asks_for_another(struct world *w)
{
    with_key(w, "k");
    return issues_for(w, THIRD, KEIR, CERTLIFE_ACT_OBTAIN, request_pem(40), strlen(request_pem(40)));
}

/* A refusal that is remembered never becomes a certificate, whichever of its bits is another. */
static void test_an_answer_changed_in_one_bit(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    int corrupt = 0;
    has_user(w, KEIR);
    has_user(w, THIRD);
    assert_refused(w, asks_for_another(w), "R-OBT-1", CERTLIFE_CODE_OWN_ONLY, CERTLIFE_WAY_NONE);
    struct dump dump = dump_of(w->store);
    const struct pair *answer = &dump.pairs[only_pair(&dump, 'Q')];
    uint8_t value[CERTLIFE_STORE_VALUE_MAX];
    memcpy(value, answer->value.data, answer->value.len);
    for (size_t bit = 0; bit < 8 * answer->value.len; bit++) {
        value[bit / 8] ^= (uint8_t)(1 << bit % 8);
        store_poke(w->store, answer->key, bytes_of(value, answer->value.len));
        int rc = asks_for_another(w);
        value[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (rc != CERTLIFE_REFUSED && rc != CERTLIFE_E_STORE_CORRUPT)
            fail_msg("bit %zu: %d %s", bit, rc, certlife_error_message(w->err));
        corrupt += rc == CERTLIFE_E_STORE_CORRUPT && strstr(certlife_error_message(w->err), "without its") != NULL;
    }
    assert_int_equal(corrupt, 1); /* the bit that makes OWN_ONLY of it ALLOWED */
    dump_free(&dump);
    assert_int_equal(history_count(w, KEIR), 0);
    world_free(w);
}

/* A certificate's record, in which `der` stands for its DER. */
static void store_holds_instead(struct world *w, const struct dump *dump, const uint8_t *old, size_t old_len,
                                struct bytes der)
{
    uint8_t value[CERTLIFE_STORE_VALUE_MAX];
    for (size_t i = 0; i < dump->count; i++) {
        struct pair pair = dump->pairs[i];
        size_t facts = pair.value.len - old_len;
        if (pair.key.data[0] != 'K' || pair.value.len < old_len || memcmp(pair.value.data + facts, old, old_len) != 0)
            continue;
        memcpy(value, pair.value.data, facts);
        memcpy(value + facts, der.data, der.len);
        store_poke(w->store, pair.key, bytes_of(value, facts + der.len));
        return;
    }
    fail_msg("the certificate has no record");
}

static int obtains_again(struct world *w, const char *key)
{
    with_key(w, key);
    return obtains_with(w, KEIR, 40);
}

/* A certificate's record that holds another's, a request, or garbage: it is given to nobody, and lets nobody in. */
static void test_a_certificate_that_is_something_else(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    uint8_t good[CERTLIFE_CERTIFICATE_MAX];
    const uint8_t *der = NULL, *masters = NULL;
    has_user(w, KEIR);
    assert_allowed(w, obtains_again(w, "k"));
    size_t len = holds(w, KEIR, &der), masters_len = holds(w, MASTER, &masters);
    memcpy(good, der, len);
    const struct bytes others[] = {
        bytes_of(masters, masters_len), bytes_of_text(request_pem(40)), bytes_of_text("garbage"),
        bytes_of(good, len - 1),        bytes_of(good + 1, len - 1),    bytes_of(good, 0),
    };
    struct dump dump = dump_of(w->store);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        store_holds_instead(w, &dump, good, len, others[i]);
        assert_failed(w, gets_again(w, KEIR), CERTLIFE_E_STORE_CORRUPT);
        assert_failed(w, obtains_again(w, NULL), CERTLIFE_E_STORE_CORRUPT);
        assert_failed(w, obtains_again(w, "k"), CERTLIFE_E_STORE_CORRUPT);
        int rc = logs_in(w, KEIR);
        assert_true(rc == CERTLIFE_REFUSED || rc == CERTLIFE_E_STORE_CORRUPT);
        for (size_t n = 0; n < dump.count; n++)
            store_poke(w->store, dump.pairs[n].key, dump.pairs[n].value);
    }
    assert_true(dump_equals(&dump, w->store));
    dump_free(&dump);
    assert_allowed(w, gets_again(w, KEIR));
    assert_allowed(w, logs_in(w, KEIR));
    world_free(w);
}

/* ---- folders ---- */

static void test_folder_without_permission(void **state)
{
    (void)state;
    char folder[1024], inner[1100];
    certlife_store *store = NULL;
    certlife_error *err = NULL;
    assert_true(folder_make(folder, sizeof folder));
    folder_path(inner, sizeof inner, folder, "store");
    assert_int_equal(mkdir(inner, 0700), 0);
    /* root may go everywhere, so somebody else tries. */
    const struct passwd *nobody = getuid() == 0 ? getpwnam("nobody") : NULL;
    assert_int_equal(chmod(folder, nobody != NULL ? 0700 : 0), 0);
    if (getuid() == 0 && (nobody == NULL || seteuid(nobody->pw_uid) != 0)) {
        print_message("skipped: this is root, and there is no 'nobody'\n");
        folder_remove(folder);
        skip();
    }
    int rc = certlife_store_open_lmdb(inner, NULL, &store, &err);
    if (nobody != NULL)
        assert_int_equal(seteuid(0), 0);
    chmod(folder, 0700);
    assert_int_equal(rc, CERTLIFE_E_STORE);
    assert_null(store);
    assert_true(certlife_error_backend_code(err) != 0 && certlife_error_message(err)[0] != '\0');
    certlife_error_free(err);
    folder_remove(folder);
}

/* ---- a full store ---- */

#define PEOPLE 10

static const char *person(int i)
{
    static char id[16];
    snprintf(id, sizeof id, "keir%03d", i + 10);
    return id;
}

/* Puts something of no meaning until there is room for nothing but what is kept for revocation. */
static int fill_with(certlife_store *store, size_t size, int *count)
{
    static uint8_t nothing[CERTLIFE_STORE_VALUE_MAX];
    for (;;) {
        struct txn txn;
        char key[32];
        int len = snprintf(key, sizeof key, "Z%08d", *count);
        int rc = certlife__store_begin(store, CERTLIFE_STORE_WRITE, &txn, NULL);
        if (rc < 0)
            return rc;
        rc = certlife__store_put(&txn, bytes_of(key, (size_t)len), bytes_of(nothing, size), NULL);
        if (rc == 0)
            rc = certlife__store_commit(&txn, NULL);
        else
            certlife__store_abort(&txn);
        if (rc < 0)
            return rc;
        ++*count;
    }
}

static int fill(certlife_store *store)
{
    int count = 0;
    assert_int_equal(fill_with(store, 32768, &count), CERTLIFE_E_STORE_FULL);
    assert_int_equal(fill_with(store, 2048, &count), CERTLIFE_E_STORE_FULL);
    assert_int_equal(fill_with(store, 1, &count), CERTLIFE_E_STORE_FULL);
    return count;
}

static void empty(certlife_store *store, int count)
{
    for (int i = 0; i < count; i++) {
        char key[32];
        int len = snprintf(key, sizeof key, "Z%08d", i);
        store_poke(store, bytes_of(key, (size_t)len), (struct bytes){0});
    }
}

/* Issuing is refused for lack of room; logging in, revoking and confirming go on; and nothing is lost. */
static void test_full_store(void **state)
{
    (void)state;
    char folder[1024];
    struct world_parts parts = {0};
    certlife_store_lmdb_options options = CERTLIFE_STORE_LMDB_OPTIONS_INIT;
    options.max_bytes = 1 << 20;
    assert_true(folder_make(folder, sizeof folder));
    assert_int_equal(certlife_store_open_lmdb(folder, &options, &parts.store, NULL), 0);
    struct world *w = world_with(parts);
    for (int i = 0; i < PEOPLE; i++)
        has_obtained(w, person(i));
    has_user(w, KEIR);
    int filling = fill(w->store);

    assert_failed(w, obtains_with(w, KEIR, 40), CERTLIFE_E_STORE_FULL);
    assert_failed(w, adds(w, MASTER, "keir003"), CERTLIFE_E_STORE_FULL);
    assert_failed(w, registers(w, "branch", "0010000002", "keir101"), CERTLIFE_E_STORE_FULL);
    for (int i = 0; i < PEOPLE; i++) {
        assert_allowed(w, i % 2 == 0 ? logs_in(w, person(i)) : confirms(w, person(i)));
        assert_allowed(w, looks_in(w, person(i)));
        assert_allowed(w, i % 3 == 0 ? deletes(w, MASTER, person(i)) : revokes(w, MASTER, person(i)));
        assert_int_equal(looks_in(w, person(i)), CERTLIFE_REFUSED);
    }
    assert_int_equal(history_count(w, KEIR), 0);

    empty(w->store, filling);
    reconcile(w);
    assert_allowed(w, obtains_with(w, KEIR, 40));
    assert_int_equal(history_count(w, KEIR), 1);
    for (int i = 0; i < PEOPLE; i++) {
        assert_status(w, person(i), i % 3 == 0 ? CERTLIFE_STATUS_DELETED : CERTLIFE_STATUS_REVOKED);
        assert_int_equal(history_count(w, person(i)), 1);
    }
    assert_allowed(w, looks_in(w, MASTER));
    reconcile(w);
    world_free(w);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_versions_and_other_things),
        cmocka_unit_test(test_somebody_elses_store),
        cmocka_unit_test(test_values_changed_in_one_bit),
        cmocka_unit_test(test_keys_changed_in_one_bit),
        cmocka_unit_test(test_values_cut_off_or_longer),
        cmocka_unit_test(test_an_answer_changed_in_one_bit),
        cmocka_unit_test(test_a_certificate_that_is_something_else),
        cmocka_unit_test(test_folder_without_permission),
        cmocka_unit_test(test_full_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
