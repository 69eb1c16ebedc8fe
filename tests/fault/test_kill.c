/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process that works on a store is killed at any moment, again and again. What it had reported as done is there, nothing
 * is there by half, and what it was doing when it died gives the first answer, or is done, when it is asked again: no
 * certificate ever exists that nobody was given.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dump.h"
#include "folder.h"
#include "reconcile.h"

#include "facts/facts.h"

#define ROUNDS 60
#define ACTS_IN_PEACE 200
#define PEOPLE 8
#define KEYS_EACH (REQUESTS_MADE / PEOPLE)
#define DAYS(n) ((n)*86400)

/* ---- the worker: act number `seq` is always the same act, by and for the same people ---- */

/* What was done, small enough to go through the pipe as one. */
struct report {
    int64_t seq;
    certlife_act act; /* 0: a login */
    int32_t rc;
    char user[16];
    char serials[2][41]; /* issued, confirmed or logged in with: [0]; revoked: both; "" for none */
    uint64_t print;      /* of the certificate's DER, if one was issued */
};

struct worker {
    struct test_ca ca;
    certlife_crypto *crypto;
    certlife_store *store;
    certlife_issuer *issuer;
    certlife_profile *profile;
    certlife_institution *bank;
    certlife_error *err;
    int64_t now;
};

static uint64_t stirred(uint64_t number)
{
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
    number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
    return number ^ (number >> 31);
}

static uint64_t print_of(const uint8_t *der, size_t len)
{
    uint64_t print = len;
    for (size_t i = 0; i < len; i++)
        print = stirred(print ^ der[i]);
    return print;
}

static int read_clock(void *payload, int64_t *now_out)
{
    *now_out = ((struct worker *)payload)->now;
    return 0;
}

/* In the worker nothing may fail; and cmocka is the parent's. */
static void must(struct worker *k, int rc)
{
    if (rc >= 0)
        return;
    fprintf(stderr, "the worker: %s\n", certlife_error_message(k->err));
    _exit(2);
}

static void open_bank(struct worker *k, const char *folder)
{
    certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    must(k, certlife_crypto_new_mbedtls(&k->crypto, &k->err));
    must(k, certlife_store_open_lmdb(folder, NULL, &k->store, &k->err));
    must(k, certlife_issuer_open_local(k->crypto, (const uint8_t *)k->ca.certificate, strlen(k->ca.certificate),
                                       (const uint8_t *)k->ca.key, strlen(k->ca.key), &k->issuer, &k->err));
    must(k, certlife_profile_new("webfb", &k->profile, &k->err));
    /* So that much happens. */
    must(k, certlife_profile_set(k->profile, "renewal opens", "360", &k->err));
    must(k, certlife_profile_set(k->profile, "revoked obtain", "yes", &k->err));
    options.name = "Example Shinkin Bank";
    options.crl_url = "http://crl.example.jp/users.crl";
    options.profile = k->profile;
    options.store = k->store;
    options.issuer = k->issuer;
    options.crypto = k->crypto;
    options.clock = (certlife_clock){read_clock, k};
    must(k, certlife_institution_open(&options, &k->bank, &k->err));
}

static void close_bank(struct worker *k)
{
    certlife_institution_close(k->bank);
    certlife_issuer_close(k->issuer);
    certlife_store_close(k->store);
    certlife_crypto_free(k->crypto);
    certlife_profile_free(k->profile);
}

static const certlife_actor branch = {
    .size = sizeof branch, .kind = CERTLIFE_ACTOR_BRANCH, .staff = "yamada", .application = "2026-0417"};

static void register_contract(struct worker *k)
{
    must(k, certlife_contract_register(k->bank, &branch, COMPANY, MASTER, "", NULL, &k->err));
    must(k, certlife_contract_apply(k->bank, &branch, COMPANY, NULL, &k->err));
    for (int i = 0; i < PEOPLE - 2; i++) { /* two are added later */
        char id[16];
        snprintf(id, sizeof id, "keir01%d", i);
        must(k, certlife_user_add(k->bank, &branch, COMPANY, id, CERTLIFE_PERMISSION_APPROVER, "", NULL, &k->err));
    }
}

/* The user's newest certificate; NULL: none. */
static const certlife_certificate *newest(struct worker *k, const char *user, certlife_certificate_page **page)
{
    int rc = certlife_user_history(k->bank, &branch, COMPANY, user, NULL, 10000, page, NULL, &k->err);
    must(k, rc);
    size_t count = rc == CERTLIFE_ALLOWED ? certlife_certificate_page_count(*page) : 0;
    return count > 0 ? certlife_certificate_page_at(*page, count - 1) : NULL;
}

static void copy_serial(char out[41], const char *serial)
{
    snprintf(out, 41, "%s", serial);
}

static int issue(struct worker *k, const certlife_actor *user, struct report *r)
{
    certlife_request request = CERTLIFE_REQUEST_INIT;
    certlife_certificate *given = NULL;
    int person = r->user[6] - '0';
    const char *pem = request_pem(person * KEYS_EACH + (int)(stirred((uint64_t)r->seq + 7) % KEYS_EACH));
    request.pkcs10 = (const uint8_t *)pem;
    request.pkcs10_len = strlen(pem);
    request.medium = CERTLIFE_MEDIUM_PC;
    int rc = r->act == CERTLIFE_ACT_OBTAIN
                 ? certlife_obtain(k->bank, user, COMPANY, r->user, &request, &given, NULL, &k->err)
                 : certlife_renew(k->bank, user, COMPANY, r->user, &request, &given, NULL, &k->err);
    if (rc == CERTLIFE_ALLOWED) {
        const uint8_t *der = NULL;
        size_t len = certlife_certificate_der(given, &der);
        copy_serial(r->serials[0], certlife_certificate_serial(given));
        r->print = print_of(der, len);
    }
    certlife_certificate_free(given);
    return rc;
}

/* Notes the certificates that a revocation is about to end. */
static void note_live(struct worker *k, struct report *r)
{
    certlife_user *user = NULL;
    int rc = certlife_user_get(k->bank, &branch, COMPANY, r->user, &user, NULL, &k->err);
    must(k, rc);
    if (rc != CERTLIFE_ALLOWED)
        return;
    copy_serial(r->serials[0], certlife_user_serial(user));
    copy_serial(r->serials[1], certlife_user_unconfirmed_serial(user));
    certlife_user_free(user);
}

static void do_act(struct worker *k, struct report *r)
{
    static const certlife_act acts[] = {
        CERTLIFE_ACT_USER_ADD, CERTLIFE_ACT_OBTAIN,    CERTLIFE_ACT_OBTAIN,
        CERTLIFE_ACT_CONFIRM,  CERTLIFE_ACT_AUTHORISE, 0,
        CERTLIFE_ACT_REISSUE,  CERTLIFE_ACT_CONFIRM,   CERTLIFE_ACT_RENEW,
        CERTLIFE_ACT_REVOKE,   CERTLIFE_ACT_RENEW,     0,
    };
    char key[32];
    uint64_t dice = stirred((uint64_t)r->seq);
    certlife_certificate_page *page = NULL;
    certlife_actor staff = branch, user = CERTLIFE_ACTOR_INIT;
    k->now = moment("2026-04-01 12:00:00") + r->seq * DAYS(2);
    snprintf(r->user, sizeof r->user, "keir01%d", (int)(dice % PEOPLE));
    r->act = acts[dice / PEOPLE % (sizeof acts / sizeof acts[0])];
    const certlife_certificate *held = newest(k, r->user, &page);
    snprintf(key, sizeof key, "act-%lld", (long long)r->seq);
    staff.idempotency_key = key;
    user.kind = CERTLIFE_ACTOR_USER;
    user.contract = COMPANY;
    user.user = r->user;
    user.login_password = 1;
    if (held != NULL)
        user.certificate_len = certlife_certificate_der(held, &user.certificate);

    if (r->act == CERTLIFE_ACT_USER_ADD) {
        r->rc = certlife_user_add(k->bank, &staff, COMPANY, r->user, CERTLIFE_PERMISSION_APPROVER, "", NULL, &k->err);
    } else if (r->act == CERTLIFE_ACT_AUTHORISE) {
        r->rc = certlife_user_authorise(k->bank, &staff, COMPANY, r->user, NULL, &k->err);
    } else if (r->act == CERTLIFE_ACT_OBTAIN || r->act == CERTLIFE_ACT_RENEW) {
        user.idempotency_key = key;
        r->rc = issue(k, &user, r);
    } else if (r->act == CERTLIFE_ACT_REISSUE || r->act == CERTLIFE_ACT_REVOKE) {
        note_live(k, r);
        r->rc = r->act == CERTLIFE_ACT_REVOKE ? certlife_revoke(k->bank, &staff, COMPANY, r->user, 0, NULL, &k->err)
                                              : certlife_reissue(k->bank, &staff, COMPANY, r->user, NULL, &k->err);
    } else if (held != NULL) {
        copy_serial(r->serials[0], certlife_certificate_serial(held));
        r->rc = r->act == CERTLIFE_ACT_CONFIRM
                    ? certlife_confirm(k->bank, &user, COMPANY, r->user, r->serials[0], NULL, &k->err)
                    : certlife_login_check(k->bank, &user, CERTLIFE_LOGIN_RECORD, NULL, NULL, &k->err);
    }
    must(k, r->rc);
    certlife_certificate_page_free(page);
}

/* Works from `seq` on, `count` acts, and reports each when it has its answer. */
static void work(const struct test_ca *ca, const char *folder, int64_t seq, int64_t count, int reports)
{
    struct worker k = {.ca = *ca, .now = moment("2026-04-01 12:00:00")};
    open_bank(&k, folder);
    if (seq == 0)
        register_contract(&k);
    for (int64_t i = 0; i < count; i++) {
        struct report r;
        memset(&r, 0, sizeof r);
        r.seq = seq + i;
        do_act(&k, &r);
        if (write(reports, &r, sizeof r) != sizeof r)
            break;
    }
    close_bank(&k);
    _exit(0);
}

/* ---- the parent: what was reported ---- */

#define KNOWN_MAX 16384

struct known {
    char serial[41];
    uint64_t print;
    bool confirmed, revoked;
};

struct ledger {
    int64_t next; /* the first act without an answer */
    size_t count;
    struct known known[KNOWN_MAX];
    bool added[PEOPLE];
};

static struct known *known_as(struct ledger *ledger, const char *serial)
{
    for (size_t i = 0; i < ledger->count; i++) {
        if (strcmp(ledger->known[i].serial, serial) == 0)
            return &ledger->known[i];
    }
    assert_true(ledger->count < KNOWN_MAX);
    struct known *fresh = &ledger->known[ledger->count++];
    memset(fresh, 0, sizeof *fresh);
    copy_serial(fresh->serial, serial);
    return fresh;
}

static void enter(struct ledger *ledger, const struct report *r)
{
    assert_int_equal(r->seq, ledger->next);
    ledger->next++;
    if (r->rc != CERTLIFE_ALLOWED)
        return;
    bool issued = r->act == CERTLIFE_ACT_OBTAIN || r->act == CERTLIFE_ACT_RENEW;
    bool ended = r->act == CERTLIFE_ACT_REVOKE;
    if (r->act == CERTLIFE_ACT_USER_ADD)
        ledger->added[r->user[6] - '0'] = true;
    for (int i = 0; i < 2; i++) {
        if (r->serials[i][0] == '\0' || r->act == CERTLIFE_ACT_REISSUE)
            continue;
        struct known *known = known_as(ledger, r->serials[i]);
        if (issued && known->print == 0)
            known->print = r->print;
        if (issued)
            assert_true(known->print == r->print); /* delivered again: byte for byte */
        known->revoked |= ended;
        known->confirmed |= !issued && !ended;
    }
}

/* Reads what there is; true if at least one act was reported. */
static bool read_reports(struct ledger *ledger, int reports, bool only_one)
{
    struct report r;
    bool any = false;
    while (read(reports, &r, sizeof r) == sizeof r) {
        enter(ledger, &r);
        any = true;
        if (only_one)
            break;
    }
    return any;
}

static bool serial_read(const char *hex, struct serial *out)
{
    size_t len = 0;
    bool good = certlife__hex_read(hex, out->octets, sizeof out->octets, &len);
    out->len = (uint8_t)len;
    return good;
}

static void check_known(struct txn *txn, const struct known *known)
{
    struct certificate_record record;
    struct serial serial = {0};
    bool found = false;
    assert_true(serial_read(known->serial, &serial));
    assert_int_equal(certlife__certificate_get(txn, &serial, &record, &found, NULL), 0);
    assert_true(found);
    assert_true(known->print == print_of(record.der.data, record.der.len));
    if (known->confirmed)
        assert_true(record.facts.confirmed_at != 0);
    if (known->revoked)
        assert_true(record.facts.revoked_at != 0);
}

static size_t count_certificates(certlife_store *store)
{
    struct dump dump = dump_of(store);
    size_t count = 0;
    for (size_t i = 0; i < dump.count; i++)
        count += dump.pairs[i].key.data[0] == 'K';
    dump_free(&dump);
    return count;
}

static void check_store(const char *folder, const struct ledger *ledger, bool all_answered)
{
    certlife_store *store = NULL;
    certlife_error *err = NULL;
    struct txn txn;
    char room[256];
    if (certlife_store_open_lmdb(folder, NULL, &store, &err) < 0)
        fail_msg("%s", certlife_error_message(err));
    const char *wrong = misfit_in(store, 0, room, sizeof room);
    if (wrong != NULL)
        fail_msg("after act %lld: %s", (long long)ledger->next, wrong);
    assert_int_equal(certlife__store_begin(store, CERTLIFE_STORE_READ, &txn, NULL), 0);
    for (size_t i = 0; i < ledger->count; i++)
        check_known(&txn, &ledger->known[i]);
    for (int i = 0; i < PEOPLE; i++) {
        char id[16];
        struct user user;
        bool found = false;
        snprintf(id, sizeof id, "keir01%d", i);
        assert_int_equal(certlife__user_get(&txn, COMPANY, id, &user, &found, NULL), 0);
        assert_true(found || !ledger->added[i]);
    }
    certlife__store_abort(&txn);
    size_t unanswered = count_certificates(store) - ledger->count;
    assert_true(unanswered <= (all_answered ? 0 : 1));
    certlife_store_close(store);
}

/* One worker's life: killed at some moment, or left to finish. */
static void live(const struct test_ca *ca, const char *folder, struct ledger *ledger, int64_t count, int round)
{
    int ends[2], status = 0;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t worker = fork();
    assert_true(worker >= 0);
    if (worker == 0) {
        close(ends[0]);
        work(ca, folder, ledger->next, count, ends[1]);
    }
    close(ends[1]);
    bool dies = round >= 0;
    if (dies) {
        /* Most die at work; every fourth perhaps before. */
        if (round % 4 != 0)
            assert_true(read_reports(ledger, ends[0], true));
        usleep((useconds_t)(stirred((uint64_t)round) % 40000));
        kill(worker, SIGKILL);
    }
    read_reports(ledger, ends[0], false);
    close(ends[0]);
    assert_int_equal(waitpid(worker, &status, 0), worker);
    assert_true(dies ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL
                     : WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_killed_at_any_moment(void **state)
{
    (void)state;
    static struct ledger ledger;
    struct test_ca ca;
    char folder[1024];
    certlife_crypto *crypto = NULL;
    assert_true(folder_make(folder, sizeof folder));
    assert_int_equal(certlife_crypto_new_mbedtls(&crypto, NULL), 0);
    make_test_ca(crypto, 256, &ca);
    certlife_crypto_free(crypto);

    live(&ca, folder, &ledger, 1, -1);
    for (int round = 0; round < ROUNDS; round++) {
        live(&ca, folder, &ledger, INT32_MAX, round);
        check_store(folder, &ledger, false);
    }
    live(&ca, folder, &ledger, ACTS_IN_PEACE, -1);
    check_store(folder, &ledger, true);
    print_message("%lld acts, %zu certificates\n", (long long)ledger.next, ledger.count);
    assert_true(ledger.count > PEOPLE);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
