/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workers that claim and deliver notices are killed at any moment, while people renew, confirm, move, and are revoked,
 * reissued, deleted. Every day ends with a worker that lives, and then the books are compared: what the receiver got,
 * what the ledger says, and what a list of the acts, kept apart, calls for. Nothing is lost, nothing is recorded twice,
 * nothing is handed out for nothing; a notice comes twice only where its worker died or kept it beyond the lease.
 *
 * CERTLIFE_KILLS: how many (1000; 100 under the address sanitizer). CERTLIFE_SEED: which acts, and roughly when
 * somebody dies; it is printed.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "reconcile.h"

#include "ports/crypto.h"

#ifdef __SANITIZE_ADDRESS__ /* a fork takes long */
#define KILLS 100
#else
#define KILLS 1000
#endif
#define KILLS_A_DAY 10
#define CONTRACTS 6
#define PEOPLE_EACH 40 /* the first of them the master user */
#define PEOPLE_AT_FIRST 34
#define PEOPLE (CONTRACTS * PEOPLE_EACH)
#define REVOKED_MAX 16
#define ISSUED_MAX 20000
#define DAY INT64_C(86400)
#define JAPAN (9 * 3600)

/* ---- the clock, and the order in which things happen, of all processes ---- */

struct shared {
    _Atomic int64_t now;
    _Atomic int64_t ticks;
    _Atomic int64_t steps; /* of the worker at work */
};
static struct shared *shared;

static int64_t tick(void)
{
    return atomic_fetch_add(&shared->ticks, 1) + 1;
}

static int64_t clock_now(void)
{
    return atomic_load(&shared->now);
}

static int read_clock(void *payload, int64_t *now_out)
{
    (void)payload;
    *now_out = clock_now();
    return 0;
}

static int64_t day_of(int64_t then)
{
    return (then + JAPAN) / DAY;
}

static int64_t day_start(int64_t day)
{
    return day * DAY - JAPAN;
}

static uint64_t dice_state;

static uint64_t dice(uint64_t sides)
{
    dice_state += 0x9e3779b97f4a7c15u;
    uint64_t number = dice_state;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
    number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
    return (number ^ (number >> 31)) % sides;
}

/* ---- the institution, opened by each process for itself ---- */

static const int32_t thresholds[] = {21, 18, 15, 12, 9, 6, 3, 1}, obtain_by_thresholds[] = {5, 2};
#define OBTAIN_BY_DAYS 8

static const char *const settings[][2] = {
    {"validity", "30 days"},
    {"renewal opens", "30"},
    {"obtain by", "8"},
    {"expired obtain", "no limit"},
    {"sending hours", "any"},
    {"e-mail", "21, 18, 15, 12, 9, 6, 3, 1"},
    {"e-mail to", "user, master"},
    {"digest", "yes"},
    {"obtain-by notice", "5, 2"},
    {"expired notice", "user"},
    {"issued notice", "user"},
    {"reissued notice", "user, master"},
    {"revoked notice", "user, master"},
    {"notice attempts", "100"},
    {"clock tolerance", "300"}, /* the clock moves in the middle of a worker's call */
};

struct bank {
    certlife_crypto *crypto;
    certlife_store *store;
    certlife_issuer *issuer;
    certlife_profile *profile;
    certlife_institution *institution;
    certlife_decision *decision;
    certlife_error *err;
};

/* cmocka is the parent's; there, too, nothing may fail. */
static int must(struct bank *b, int rc)
{
    if (rc >= 0)
        return rc;
    fprintf(stderr, "process %d: %s\n", (int)getpid(), certlife_error_message(b->err));
    _exit(2);
}

static void open_bank(struct bank *b, const char *folder, const struct test_ca *ca)
{
    certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    memset(b, 0, sizeof *b);
    must(b, certlife_crypto_new_mbedtls(&b->crypto, &b->err));
    must(b, certlife_store_open_lmdb(folder, NULL, &b->store, &b->err));
    must(b, certlife_profile_new("webfb", &b->profile, &b->err));
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        must(b, certlife_profile_set(b->profile, settings[i][0], settings[i][1], &b->err));
    if (ca != NULL)
        must(b, certlife_issuer_open_local(b->crypto, (const uint8_t *)ca->certificate, strlen(ca->certificate),
                                           (const uint8_t *)ca->key, strlen(ca->key), &b->issuer, &b->err));
    b->decision = certlife_decision_new();
    options.name = "Example Shinkin Bank";
    options.crl_url = "http://crl.example.jp/users.crl";
    options.profile = b->profile;
    options.store = b->store;
    options.issuer = b->issuer;
    options.crypto = b->crypto;
    options.clock.now = read_clock;
    must(b, certlife_institution_open(&options, &b->institution, &b->err));
}

static void close_bank(struct bank *b)
{
    certlife_institution_close(b->institution);
    certlife_issuer_close(b->issuer);
    certlife_store_close(b->store);
    certlife_crypto_free(b->crypto);
    certlife_profile_free(b->profile);
    certlife_decision_free(b->decision);
}

static const certlife_actor branch = {
    .size = sizeof branch, .kind = CERTLIFE_ACTOR_BRANCH, .staff = "yamada", .application = "2026-0417"};
static const certlife_actor mailer = {.size = sizeof mailer, .kind = CERTLIFE_ACTOR_SYSTEM, .staff = "mailer"};

static void contract_name(int person, char out[16])
{
    snprintf(out, 16, "%010d", person / PEOPLE_EACH);
}

static void user_name(int person, char out[16])
{
    snprintf(out, 16, "keir%03d", person % PEOPLE_EACH);
}

static int master_of(int person)
{
    return person - person % PEOPLE_EACH;
}

static bool is_master(int person)
{
    return person == master_of(person);
}

/* ---- the receiver's book: what workers report, a line at a time, in a file that outlives them ---- */

enum line_kind { HANDED_OUT = 1, DELIVERED, DONE, GIVING_BACK };

/* Which notice it is, told without its key. */
struct notice_id {
    int32_t person, kind, addressee;
    char serial[44]; /* no gap behind it: compared as bytes */
    int64_t about;   /* EXPIRY, OBTAIN_BY, DIGEST: when it fell due; REISSUED: when it happened; else 0 */
};

/* A power of two, so that no line lies on two pages: a kill leaves it whole or not there. */
union line {
    struct {
        enum line_kind kind;
        int32_t round;
        struct notice_id id;
        char key[40], email[40];
        uint64_t members;                /* of a digest: bits */
        int64_t now[2], ticks[2], lease; /* the claim: before and after */
        int64_t tick;
    } of;
    char room[256];
};
_Static_assert(sizeof(union line) == 256, "a line fits its room");

static struct notice_id id_of(const certlife_notice *notice)
{
    struct notice_id id;
    memset(&id, 0, sizeof id);
    id.kind = certlife_notice_kind_of(notice);
    id.addressee = certlife_notice_addressee_of(notice);
    id.person = atoi(certlife_notice_contract(notice)) * PEOPLE_EACH + atoi(certlife_notice_user(notice) + 4);
    snprintf(id.serial, sizeof id.serial, "%s", certlife_notice_serial(notice));
    if (id.kind == CERTLIFE_NOTICE_EXPIRY || id.kind == CERTLIFE_NOTICE_OBTAIN_BY || id.kind == CERTLIFE_NOTICE_DIGEST)
        id.about = certlife_notice_due(notice);
    if (id.kind == CERTLIFE_NOTICE_REISSUED)
        id.about = certlife_notice_happened_at(notice);
    return id;
}

/* ---- workers ---- */

struct worker {
    struct bank bank;
    int book, round;
    bool says_done_first; /* the planted fault */
    union line claim;     /* what the lines of one claim have in common */
};

static void fill_line(const struct worker *k, const certlife_notice *notice, enum line_kind kind, union line *out)
{
    *out = k->claim;
    out->of.kind = kind;
    out->of.id = id_of(notice);
    snprintf(out->of.key, sizeof out->of.key, "%s", certlife_notice_key(notice));
    snprintf(out->of.email, sizeof out->of.email, "%s", certlife_notice_email(notice));
    for (size_t i = 0; i < certlife_notice_member_count(notice); i++)
        out->of.members |= UINT64_C(1) << atoi(certlife_notice_member_user(notice, i) + 4);
    out->of.tick = tick();
}

static void write_lines(const struct worker *k, const union line *lines, size_t count)
{
    if (write(k->book, lines, count * sizeof *lines) != (ssize_t)(count * sizeof *lines))
        _exit(3);
    atomic_fetch_add(&shared->steps, 1);
}

static void write_line(const struct worker *k, const certlife_notice *notice, enum line_kind kind)
{
    union line line;
    fill_line(k, notice, kind, &line);
    write_lines(k, &line, 1);
}

static void give_back(struct worker *k, const certlife_notice *notice, const char *cause)
{
    write_line(k, notice, GIVING_BACK);
    must(&k->bank, certlife_notice_give_back(k->bank.institution, &mailer, notice, cause, NULL, &k->bank.err));
}

static void deliver(struct worker *k, const certlife_notice *notice)
{
    if (!k->says_done_first)
        write_line(k, notice, DELIVERED);
    must(&k->bank, certlife_notice_done(k->bank.institution, &mailer, notice, NULL, &k->bank.err));
    if (k->says_done_first && k->round >= 0 && dice(8) == 0)
        raise(SIGKILL);
    if (k->says_done_first)
        write_line(k, notice, DELIVERED);
    write_line(k, notice, DONE);
}

/* Claims once and does what there is to do; false if nothing was due. */
static bool work_once(struct worker *k, int32_t limit, bool peaceful)
{
    union line lines[16];
    certlife_notice_page *page = NULL;
    memset(&k->claim, 0, sizeof k->claim);
    k->claim.of.round = k->round;
    k->claim.of.lease = peaceful ? 3600 : 30 + (int64_t)dice(600);
    k->claim.of.ticks[0] = tick();
    k->claim.of.now[0] = clock_now();
    int rc = certlife_notice_claim(k->bank.institution, &mailer, "worker", limit, (int32_t)k->claim.of.lease, &page,
                                   NULL, &k->bank.err);
    must(&k->bank, rc);
    k->claim.of.now[1] = clock_now();
    k->claim.of.ticks[1] = tick();
    size_t count = certlife_notice_page_count(page);
    for (size_t i = 0; i < count; i++)
        fill_line(k, certlife_notice_page_at(page, i), HANDED_OUT, &lines[i]);
    if (count > 0)
        write_lines(k, lines, count);
    for (size_t i = 0; i < count; i++) {
        const certlife_notice *notice = certlife_notice_page_at(page, i);
        uint64_t side = peaceful || certlife_notice_attempts(notice) > 3 ? 20 : dice(20);
        if (side == 0)
            give_back(k, notice, "451 try again later");
        else if (side == 1)
            give_back(k, notice, NULL);
        else
            deliver(k, notice);
    }
    certlife_notice_page_free(page);
    return count > 0;
}

static void work_until_killed(struct worker *k)
{
    for (;;) {
        if (!work_once(k, 1 + (int32_t)dice(8), false)) {
            atomic_fetch_add(&shared->steps, 1);
            usleep(200);
        }
    }
}

/* Works off all that falls due today, and moves the clock to it. */
static void work_the_day_off(struct worker *k)
{
    int64_t end = day_start(day_of(clock_now()) + 1);
    for (;;) {
        int64_t next = INT64_MAX;
        while (work_once(k, 16, true))
            ;
        must(&k->bank, certlife_notice_next_due(k->bank.institution, &mailer, &next, NULL, &k->bank.err));
        if (next >= end)
            break;
        atomic_store(&shared->now, next);
    }
}

/* ---- the list of acts: what became of whom, and when ---- */

struct issued {
    char serial[41];
    int64_t issued_at, not_after;
    uint8_t der[1024];
    size_t len;
};

/* A person's facts, from tick `begin` at the earliest, `end` at the latest. `current`, `unconfirmed`: -1 for none. */
struct version {
    int64_t begin, end;
    bool here, gone, current_ended, reissued;
    int current, unconfirmed;
    int64_t authorised_at, obtain_by;
    int revoked[REVOKED_MAX], revoked_count;
    char email[40];
};

struct person {
    struct version *versions;
    size_t count;
    int addresses;
};

static struct person people[PEOPLE];
static struct issued issued[ISSUED_MAX];
static int issued_count;

static const struct version *now_of(int person)
{
    return &people[person].versions[people[person].count - 1];
}

static void add_version(int person, const struct version *version)
{
    struct person *p = &people[person];
    p->versions = realloc(p->versions, (p->count + 1) * sizeof *p->versions);
    assert_non_null(p->versions);
    p->versions[p->count++] = *version;
}

static bool expired(int certificate, int64_t now)
{
    return now > issued[certificate].not_after;
}

/* A renewed certificate takes the place of one that has expired (R-ALL-6). */
static struct version settled(const struct version *v, int64_t now)
{
    struct version s = *v;
    if (s.unconfirmed >= 0 && expired(s.current, now)) {
        s.current = s.unconfirmed;
        s.unconfirmed = -1;
    }
    return s;
}

static bool is_usable(const struct version *v, int64_t now)
{
    return v->current >= 0 && !v->current_ended && !expired(v->current, now);
}

/* ---- what the facts call for ---- */

#define CALLED_MAX 48

struct called {
    struct notice_id ids[CALLED_MAX];
    size_t count;
};

static void call_for(struct called *out, int person, certlife_notice_kind kind, certlife_addressee addressee,
                     int certificate, int64_t about)
{
    assert_true(out->count < CALLED_MAX);
    struct notice_id *id = &out->ids[out->count++];
    memset(id, 0, sizeof *id);
    id->person = person;
    id->kind = kind;
    id->addressee = addressee;
    id->about = about;
    if (certificate >= 0)
        snprintf(id->serial, sizeof id->serial, "%s", issued[certificate].serial);
}

static void call_both(struct called *out, int person, certlife_notice_kind kind, int certificate, int64_t about)
{
    call_for(out, person, kind, CERTLIFE_ADDRESSEE_USER, certificate, about);
    if (!is_master(person))
        call_for(out, person, kind, CERTLIFE_ADDRESSEE_MASTER, certificate, about);
}

/* The last threshold before the day of `deadline` that is past, and was not past at `since`; 0: there is none. */
static int64_t latest_due(const int32_t *days, size_t count, int64_t since, int64_t deadline, int64_t now)
{
    int64_t latest = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t due = day_start(day_of(deadline) - days[i]);
        if (due >= since && due <= now)
            latest = due;
    }
    return latest;
}

static int64_t latest_expiry(int certificate, int64_t now)
{
    const struct issued *c = &issued[certificate];
    return latest_due(thresholds, sizeof thresholds / sizeof thresholds[0], c->issued_at, c->not_after, now);
}

static void call_for_certificate(struct called *out, int person, const struct version *v, int certificate, int64_t now)
{
    int64_t due = latest_expiry(certificate, now);
    if (!expired(certificate, now)) {
        call_for(out, person, CERTLIFE_NOTICE_ISSUED, CERTLIFE_ADDRESSEE_USER, certificate, 0);
        if (due != 0 && v->authorised_at == 0)
            call_for(out, person, CERTLIFE_NOTICE_EXPIRY, CERTLIFE_ADDRESSEE_USER, certificate, due);
    } else if (v->authorised_at == 0) {
        call_for(out, person, CERTLIFE_NOTICE_EXPIRED, CERTLIFE_ADDRESSEE_USER, certificate, 0);
    }
}

static void call_for_authorisation(struct called *out, int person, const struct version *v, int64_t now)
{
    int64_t due = latest_due(obtain_by_thresholds, 2, v->authorised_at, v->obtain_by, now);
    if (v->reissued)
        call_both(out, person, CERTLIFE_NOTICE_REISSUED, -1, v->authorised_at);
    if (due != 0)
        call_both(out, person, CERTLIFE_NOTICE_OBTAIN_BY, -1, due);
}

static struct called called_for(int person, const struct version *version, int64_t now)
{
    struct called out = {.count = 0};
    if (!version->here || version->gone)
        return out;
    struct version v = settled(version, now);
    if (v.current >= 0 && !v.current_ended)
        call_for_certificate(&out, person, &v, v.current, now);
    if (v.unconfirmed >= 0)
        call_for_certificate(&out, person, &v, v.unconfirmed, now);
    if (v.authorised_at != 0 && now <= v.obtain_by)
        call_for_authorisation(&out, person, &v, now);
    for (int i = 0; i < v.revoked_count; i++)
        call_both(&out, person, CERTLIFE_NOTICE_REVOKED, v.revoked[i], 0);
    return out;
}

/* When the last threshold of this general user fell due of which a digest tells; 0: they are in none. */
static int64_t digested(int person, const struct version *version, int64_t now)
{
    if (!version->here || version->gone || is_master(person) || version->authorised_at != 0)
        return 0;
    struct version v = settled(version, now);
    int64_t latest = is_usable(&v, now) ? latest_expiry(v.current, now) : 0;
    int64_t beside = v.unconfirmed >= 0 ? latest_expiry(v.unconfirmed, now) : 0;
    return beside > latest ? beside : latest;
}

/* ---- acts ---- */

static size_t make_request(certlife_crypto *crypto, uint8_t out[512])
{
    static const uint8_t begin[] = {0x02, 0x01, 0x00, 0x30, 0x00}, end[] = {0xa0, 0x00};
    static const uint8_t ecdsa_sha256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
    uint8_t spki[CERTLIFE_CRYPTO_SPKI_MAX], signature[CERTLIFE_CRYPTO_SIGNATURE_MAX], info_room[128];
    size_t spki_len = sizeof spki, signature_len = sizeof signature;
    struct signing_key key;
    struct writer info = writer_into(info_room, sizeof info_room), w = writer_into(out, 512);
    assert_int_equal(certlife__crypto_key_generate(crypto, 256, &key, NULL), 0);
    assert_int_equal(certlife__crypto_key_public(&key, spki, &spki_len, NULL), 0);
    write_u8(&info, 0x30);
    write_u8(&info, (uint8_t)(sizeof begin + spki_len + sizeof end));
    write_bytes(&info, bytes_of(begin, sizeof begin));
    write_bytes(&info, bytes_of(spki, spki_len));
    write_bytes(&info, bytes_of(end, sizeof end));
    assert_int_equal(certlife__crypto_sign(&key, CERTLIFE_SIGNATURE_ECDSA_SHA256, bytes_of(info_room, info.len),
                                           signature, &signature_len, NULL),
                     0);
    certlife__crypto_key_close(&key);
    write_u8(&w, 0x30);
    write_u8(&w, 0x81);
    write_u8(&w, (uint8_t)(info.len + sizeof ecdsa_sha256 + 3 + signature_len));
    write_bytes(&w, bytes_of(info_room, info.len));
    write_bytes(&w, bytes_of(ecdsa_sha256, sizeof ecdsa_sha256));
    write_u8(&w, 0x03);
    write_u8(&w, (uint8_t)(signature_len + 1));
    write_u8(&w, 0);
    write_bytes(&w, bytes_of(signature, signature_len));
    return w.len;
}

static struct bank office; /* where the acts are done: the parent's */

/* One act: what is asked, and the facts it leads to if it is allowed. */
struct doing {
    int person;
    char contract[16], user[16];
    certlife_actor actor; /* the person */
    struct version after;
};

static struct doing begin_act(int person)
{
    struct doing d = {.person = person, .actor = CERTLIFE_ACTOR_INIT};
    contract_name(person, d.contract);
    user_name(person, d.user);
    d.after = settled(now_of(person), clock_now());
    d.actor.kind = CERTLIFE_ACTOR_USER;
    d.actor.login_password = 1;
    int presented = d.after.unconfirmed >= 0 ? d.after.unconfirmed : d.after.current;
    if (presented >= 0) {
        d.actor.certificate = issued[presented].der;
        d.actor.certificate_len = issued[presented].len;
    }
    d.after.begin = tick();
    return d;
}

static void end_act(struct doing *d, int rc)
{
    must(&office, rc);
    d->after.end = tick();
    if (rc != CERTLIFE_ALLOWED)
        fail_msg("%s of %s: %s", d->user, d->contract, certlife_decision_line(office.decision));
    add_version(d->person, &d->after);
}

/* Obtains or renews. */
static void issue(int person, certlife_act act)
{
    struct doing d = begin_act(person);
    uint8_t pkcs10[512];
    certlife_request request = CERTLIFE_REQUEST_INIT;
    certlife_certificate *certificate = NULL;
    const uint8_t *der = NULL;
    d.actor.contract = d.contract;
    d.actor.user = d.user;
    request.pkcs10 = pkcs10;
    request.pkcs10_len = make_request(office.crypto, pkcs10);
    request.medium = CERTLIFE_MEDIUM_PC;
    int rc = act == CERTLIFE_ACT_OBTAIN ? certlife_obtain(office.institution, &d.actor, d.contract, d.user, &request,
                                                          &certificate, office.decision, &office.err)
                                        : certlife_renew(office.institution, &d.actor, d.contract, d.user, &request,
                                                         &certificate, office.decision, &office.err);
    if (rc == CERTLIFE_ALLOWED) {
        assert_true(issued_count < ISSUED_MAX);
        struct issued *c = &issued[issued_count];
        snprintf(c->serial, sizeof c->serial, "%s", certlife_certificate_serial(certificate));
        c->issued_at = clock_now();
        c->not_after = certlife_certificate_not_after(certificate);
        c->len = certlife_certificate_der(certificate, &der);
        assert_true(c->len <= sizeof c->der);
        memcpy(c->der, der, c->len);
        if (act == CERTLIFE_ACT_RENEW) {
            d.after.unconfirmed = issued_count;
        } else {
            d.after.current = issued_count;
            d.after.current_ended = false;
            d.after.authorised_at = 0;
        }
        issued_count++;
    }
    certlife_certificate_free(certificate);
    end_act(&d, rc);
}

static void confirm(int person)
{
    struct doing d = begin_act(person);
    d.actor.contract = d.contract;
    d.actor.user = d.user;
    int confirmed = d.after.unconfirmed >= 0 ? d.after.unconfirmed : d.after.current;
    d.after.current = confirmed;
    d.after.unconfirmed = -1;
    int rc = certlife_confirm(office.institution, &d.actor, d.contract, d.user, issued[confirmed].serial,
                              office.decision, &office.err);
    end_act(&d, rc);
}

static void authorise(struct version *v)
{
    v->authorised_at = clock_now();
    v->obtain_by = day_start(day_of(clock_now()) + OBTAIN_BY_DAYS + 1) - 1;
}

static void add(int person)
{
    struct doing d = begin_act(person);
    d.after.here = true;
    authorise(&d.after);
    snprintf(d.after.email, sizeof d.after.email, "p%d.%d@example.jp", person, ++people[person].addresses);
    int rc = certlife_user_add(office.institution, &branch, d.contract, d.user, CERTLIFE_PERMISSION_OPERATOR,
                               d.after.email, office.decision, &office.err);
    end_act(&d, rc);
}

static void reissue(int person)
{
    struct doing d = begin_act(person);
    d.after.current_ended = d.after.current_ended || is_usable(&d.after, clock_now());
    d.after.unconfirmed = -1;
    d.after.reissued = true;
    authorise(&d.after);
    int rc = certlife_reissue(office.institution, &branch, d.contract, d.user, office.decision, &office.err);
    end_act(&d, rc);
}

static void revoke_person(int person)
{
    struct doing d = begin_act(person);
    assert_true(d.after.revoked_count < REVOKED_MAX);
    d.after.revoked[d.after.revoked_count++] = d.after.current;
    d.after.current_ended = true;
    d.after.unconfirmed = -1;
    int rc = certlife_revoke(office.institution, &branch, d.contract, d.user, 0, office.decision, &office.err);
    end_act(&d, rc);
}

static void leave(struct version *v)
{
    v->gone = true;
    v->current = v->unconfirmed = -1;
    v->authorised_at = 0;
}

static void remove_person(int person)
{
    struct doing d = begin_act(person);
    leave(&d.after);
    int rc = certlife_user_delete(office.institution, &branch, d.contract, d.user, office.decision, &office.err);
    end_act(&d, rc);
}

/* Sometimes to no address at all. */
static void move_address(int person)
{
    struct doing d = begin_act(person);
    certlife_user_edit_request edit = CERTLIFE_USER_EDIT_REQUEST_INIT;
    bool none = d.after.email[0] != '\0' && dice(3) == 0;
    d.after.email[0] = '\0';
    if (!none)
        snprintf(d.after.email, sizeof d.after.email, "p%d.%d@example.jp", person, ++people[person].addresses);
    edit.email = d.after.email;
    int rc = certlife_user_edit(office.institution, &branch, d.contract, d.user, &edit, office.decision, &office.err);
    end_act(&d, rc);
}

static void close_contract(int contract)
{
    int first = contract * PEOPLE_EACH;
    struct doing d = begin_act(first);
    int rc = must(&office, certlife_contract_close(office.institution, &branch, d.contract, NULL, &office.err));
    assert_int_equal(rc, CERTLIFE_ALLOWED);
    int64_t end = tick();
    for (int i = first; i < first + PEOPLE_EACH; i++) {
        struct version after = *now_of(i);
        after.begin = d.after.begin;
        after.end = end;
        leave(&after);
        add_version(i, &after);
    }
}

static void act_with_certificate(int person, bool soon_over)
{
    uint64_t side = dice(20);
    if (side < (soon_over ? 14 : 4))
        issue(person, CERTLIFE_ACT_RENEW);
    else if (side < 16)
        move_address(person);
    else if (side == 16 && !is_master(person) && dice(3) == 0)
        remove_person(person);
    else if (side < 18 || now_of(person)->revoked_count == REVOKED_MAX)
        reissue(person);
    else
        revoke_person(person);
}

/* Somebody does something that they may do. */
static void act(void)
{
    int person = (int)dice(PEOPLE);
    while (now_of(person)->gone)
        person = (int)dice(PEOPLE);
    atomic_fetch_add(&shared->now, 1 + (int64_t)dice(60));
    int64_t now = clock_now();
    struct version v = settled(now_of(person), now);
    bool revoked = v.current_ended || v.current < 0;
    if (!v.here)
        add(person);
    else if (v.authorised_at != 0 && day_of(now) == day_of(v.authorised_at))
        move_address(person); /* no two authorisations on one day: their notices could not be told apart */
    else if (v.authorised_at != 0 && now <= v.obtain_by)
        issue(person, CERTLIFE_ACT_OBTAIN);
    else if (v.unconfirmed >= 0 && dice(3) != 0)
        confirm(person);
    else if (is_usable(&v, now))
        act_with_certificate(person, issued[v.current].not_after - now < 12 * DAY);
    else if (revoked || v.authorised_at != 0 || dice(2) == 0)
        reissue(person);
    else
        issue(person, CERTLIFE_ACT_OBTAIN);
}

/* ---- comparing the books ---- */

/* What came of one notice. */
struct known {
    struct notice_id id;
    char key[40];
    int64_t delivered, done_at, given_back_at;
    union line last;     /* how it was handed out last */
    int64_t recorded_in; /* the comparison that last found it in the ledger */
};

#define KNOWN_MAX 100000
#define PLACES (2 * KNOWN_MAX)

static struct known *known;
static int32_t known_count, *by_id, *by_key; /* 0, or one more than the place in `known` */
static int64_t told[PEOPLE];                 /* when a digest last told of this person */
static int64_t comparison;

static struct findings {
    int64_t lost, twice, for_nothing, two_holders, other;
    int64_t deliveries, by_killed, between, repeats, digests; /* between: killed between delivery and done */
    char first[512];
} found;

static void blame(int64_t *count, const char *what, const struct notice_id *id)
{
    if ((*count)++ > 0 || found.first[0] != '\0')
        return;
    snprintf(found.first, sizeof found.first,
             "%s: %s to the %s, user %d of contract %d, certificate \"%s\", of %" PRId64 "; it is %" PRId64, what,
             certlife_notice_kind_name(id->kind), certlife_addressee_name(id->addressee), id->person % PEOPLE_EACH,
             id->person / PEOPLE_EACH, id->serial, id->about, clock_now());
}

static size_t place_of(const void *bytes, size_t len)
{
    uint64_t hash = UINT64_C(1469598103934665603);
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(1099511628211);
    return hash % PLACES;
}

static int32_t *place_of_id(const struct notice_id *id)
{
    size_t place = place_of(id, sizeof *id);
    while (by_id[place] != 0 && memcmp(&known[by_id[place] - 1].id, id, sizeof *id) != 0)
        place = (place + 1) % PLACES;
    return &by_id[place];
}

static int32_t *place_of_key(const char *key)
{
    size_t place = place_of(key, strlen(key));
    while (by_key[place] != 0 && strcmp(known[by_key[place] - 1].key, key) != 0)
        place = (place + 1) % PLACES;
    return &by_key[place];
}

/* The notice of a line. One key, one notice. */
static struct known *known_as(const union line *line)
{
    int32_t *id = place_of_id(&line->of.id), *key = place_of_key(line->of.key);
    if (*id == 0) {
        assert_true(known_count < KNOWN_MAX);
        struct known *k = &known[known_count++];
        k->id = line->of.id;
        memcpy(k->key, line->of.key, sizeof k->key);
        *id = known_count;
        if (*key == 0)
            *key = known_count;
    }
    if (*id != *key)
        blame(&found.twice, "two keys for one notice, or two notices under one key", &line->of.id);
    return &known[*id - 1];
}

/* Could this have been the person's version when the claim was made? */
static bool was_possible(const struct person *p, size_t version, const union line *claim)
{
    bool begun = p->versions[version].begin < claim->of.ticks[1];
    bool over = version + 1 < p->count && p->versions[version + 1].end < claim->of.ticks[0];
    return begun && !over;
}

/* Does a digest tell of this person: always, in whatever order claim and acts were, or in one order at least? */
static bool tells_of(const union line *line, int person, bool *always_out, bool *fell_due)
{
    const struct person *p = &people[person];
    bool ever = false, always = true;
    for (size_t n = 0; n < p->count; n++) {
        for (int64_t now = line->of.now[0]; was_possible(p, n, line) && now <= line->of.now[1]; now++) {
            int64_t due = digested(person, &p->versions[n], now);
            *fell_due = *fell_due || (due != 0 && due == line->of.id.about);
            ever = ever || due != 0;
            always = always && due != 0;
        }
    }
    *always_out = always;
    return ever;
}

static bool digest_called_for(const union line *line)
{
    bool fell_due = false, right = true;
    for (int i = 1; i < PEOPLE_EACH; i++) {
        bool always = false, in = (line->of.members >> i & 1) != 0;
        bool ever = tells_of(line, line->of.id.person + i, &always, &fell_due);
        right = right && (in ? ever : !always);
    }
    return right && fell_due && line->of.members != 0;
}

static bool is_among(const struct called *called, const struct notice_id *id)
{
    for (size_t i = 0; i < called->count; i++) {
        if (memcmp(&called->ids[i], id, sizeof *id) == 0)
            return true;
    }
    return false;
}

static bool one_called_for(const union line *line)
{
    const struct notice_id *id = &line->of.id;
    const struct person *p = &people[id->person];
    for (size_t n = 0; n < p->count; n++) {
        for (int64_t now = line->of.now[0]; was_possible(p, n, line) && now <= line->of.now[1]; now++) {
            struct called called = called_for(id->person, &p->versions[n], now);
            if (is_among(&called, id))
                return true;
        }
    }
    return false;
}

static int addressee_of(const struct notice_id *id)
{
    return id->addressee == CERTLIFE_ADDRESSEE_MASTER ? master_of(id->person) : id->person;
}

static bool address_was_right(const union line *line)
{
    const struct person *p = &people[addressee_of(&line->of.id)];
    for (size_t n = 0; n < p->count; n++) {
        if (was_possible(p, n, line) && line->of.email[0] != '\0' && strcmp(p->versions[n].email, line->of.email) == 0)
            return true;
    }
    return false;
}

static void enter_handed_out(struct known *k, const union line *line)
{
    const union line *last = &k->last;
    bool digest = k->id.kind == CERTLIFE_NOTICE_DIGEST;
    bool in_hand = last->of.kind == HANDED_OUT && k->given_back_at < last->of.tick;
    if (digest ? !digest_called_for(line) : !one_called_for(line))
        blame(&found.for_nothing, "handed out for nothing", &k->id);
    if (!address_was_right(line))
        blame(&found.other, "to a wrong address", &k->id);
    if (k->done_at != 0 && k->done_at < line->of.ticks[0])
        blame(&found.other, "handed out though it was done", &k->id);
    if (in_hand && line->of.now[1] < last->of.now[0] + last->of.lease)
        blame(&found.two_holders, "handed out while somebody had it", &k->id);
    k->last = *line;
}

static void enter_delivered(struct known *k, const union line *line)
{
    found.deliveries++;
    found.repeats += k->delivered > 0;
    found.by_killed += line->of.round >= 0;
    found.digests += k->id.kind == CERTLIFE_NOTICE_DIGEST;
    k->delivered++;
    for (int i = 0; i < PEOPLE_EACH; i++) {
        if ((line->of.members >> i & 1) != 0)
            told[k->id.person + i] = line->of.now[0];
    }
}

static void enter(const union line *line)
{
    static union line before;
    struct known *k = known_as(line);
    found.between += before.of.kind == DELIVERED && before.of.round != line->of.round;
    before = *line;
    switch (line->of.kind) {
    case HANDED_OUT:
        enter_handed_out(k, line);
        break;
    case DELIVERED:
        enter_delivered(k, line);
        break;
    case DONE:
        k->done_at = line->of.tick;
        break;
    case GIVING_BACK:
        k->given_back_at = line->of.tick;
        break;
    }
}

static off_t read_book(int book, off_t from)
{
    union line line;
    ssize_t len = 0;
    while ((len = pread(book, &line, sizeof line, from)) == (ssize_t)sizeof line) {
        enter(&line);
        from += len;
    }
    assert_int_equal(len, 0);
    return from;
}

/* All that is called for now has been delivered, where there was an address. */
static void compare_calls(int person)
{
    const struct version *v = now_of(person);
    struct called called = called_for(person, v, clock_now());
    for (size_t i = 0; i < called.count; i++) {
        const struct notice_id *id = &called.ids[i];
        int32_t place = *place_of_id(id);
        bool has_address = now_of(addressee_of(id))->email[0] != '\0';
        if (has_address && (place == 0 || known[place - 1].delivered == 0))
            blame(&found.lost, "lost", id);
    }
    int64_t due = digested(person, v, clock_now());
    struct notice_id digest = {.person = person, .kind = CERTLIFE_NOTICE_DIGEST, .about = due};
    if (due != 0 && now_of(master_of(person))->email[0] != '\0' && told[person] < due)
        blame(&found.lost, "no digest tells of", &digest);
}

/* The ledger's own word on one person. */
static void compare_list(int person)
{
    char contract[16], user[16];
    certlife_notice_page *page = NULL;
    contract_name(person, contract);
    user_name(person, user);
    must(&office, certlife_notice_list(office.institution, &branch, contract, user, &page, NULL, &office.err));
    for (size_t i = 0; i < certlife_notice_page_count(page); i++) {
        const certlife_notice *notice = certlife_notice_page_at(page, i);
        certlife_notice_state state = certlife_notice_state_of(notice);
        struct notice_id id = id_of(notice);
        int32_t place = *place_of_key(certlife_notice_key(notice));
        if (state == CERTLIFE_NOTICE_PLANNED && certlife_notice_due(notice) <= clock_now())
            blame(&found.other, "due, but not handed out", &id);
        if (state != CERTLIFE_NOTICE_SENT)
            continue;
        if (place == 0 || known[place - 1].delivered == 0) {
            blame(&found.lost, "recorded, but not delivered", &id);
            continue;
        }
        if (known[place - 1].recorded_in == comparison)
            blame(&found.twice, "recorded twice", &id);
        known[place - 1].recorded_in = comparison;
    }
    certlife_notice_page_free(page);
}

static void compare_lists(void)
{
    comparison++;
    for (int i = 0; i < PEOPLE; i++)
        compare_list(i);
    for (int32_t i = 0; i < known_count; i++) {
        if (known[i].done_at != 0 && known[i].recorded_in != comparison)
            blame(&found.other, "done, but not recorded", &known[i].id);
    }
}

static void check_store(void)
{
    char room[256];
    const char *wrong = misfit_in(office.store, clock_now(), room, sizeof room);
    if (wrong != NULL)
        fail_msg("%s", wrong);
}

/* ---- days ---- */

struct stage {
    char folder[1024];
    int book;
    off_t read;
    uint64_t seed;
    bool says_done_first;
};

static int64_t number_from(const char *name, int64_t otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? strtoll(text, NULL, 10) : otherwise;
}

static void found_contract(int contract)
{
    int master = contract * PEOPLE_EACH;
    struct doing d = begin_act(master);
    d.after.here = true;
    authorise(&d.after);
    snprintf(d.after.email, sizeof d.after.email, "p%d.0@example.jp", master);
    int rc = certlife_contract_register(office.institution, &branch, d.contract, d.user, d.after.email, NULL, NULL);
    assert_int_equal(rc, CERTLIFE_ALLOWED);
    assert_int_equal(certlife_contract_apply(office.institution, &branch, d.contract, NULL, NULL), CERTLIFE_ALLOWED);
    rc = certlife_user_authorise(office.institution, &branch, d.contract, d.user, office.decision, &office.err);
    end_act(&d, rc);
    issue(master, CERTLIFE_ACT_OBTAIN);
}

/* People obtain their certificates on twenty days, so that there is something due every day. */
static void populate(int64_t first_day)
{
    for (int day = 0; day < 20; day++) {
        atomic_store(&shared->now, day_start(first_day + day) + 12 * 3600);
        for (int i = 0; i < PEOPLE; i++) {
            if (day == 0 && is_master(i))
                found_contract(i / PEOPLE_EACH);
            if (i % 20 != day || is_master(i) || i % PEOPLE_EACH >= PEOPLE_AT_FIRST)
                continue;
            add(i);
            issue(i, CERTLIFE_ACT_OBTAIN);
        }
    }
}

static void begin(struct stage *stage, bool says_done_first)
{
    static const struct version nobody = {.current = -1, .unconfirmed = -1};
    char path[1100];
    struct test_ca ca;
    certlife_crypto *crypto = NULL;
    *stage = (struct stage){.says_done_first = says_done_first};
    stage->seed = (uint64_t)number_from("CERTLIFE_SEED", 1);
    dice_state = stage->seed;
    print_message("CERTLIFE_SEED=%" PRIu64 "\n", stage->seed);
    assert_true(folder_make(stage->folder, sizeof stage->folder));
    folder_path(path, sizeof path, stage->folder, "book");
    stage->book = open(path, O_RDWR | O_CREAT | O_APPEND, 0600);
    assert_true(stage->book >= 0);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    int64_t first_day = day_of(moment("2026-04-01 00:00:00"));
    atomic_store(&shared->now, day_start(first_day));

    memset(&found, 0, sizeof found);
    known = calloc(KNOWN_MAX, sizeof *known);
    by_id = calloc(PLACES, sizeof *by_id);
    by_key = calloc(PLACES, sizeof *by_key);
    assert_true(known != NULL && by_id != NULL && by_key != NULL);
    memset(told, 0, sizeof told);
    known_count = issued_count = 0;
    for (int i = 0; i < PEOPLE; i++) {
        people[i] = (struct person){.count = 0};
        add_version(i, &nobody);
    }
    assert_int_equal(certlife_crypto_new_mbedtls(&crypto, NULL), 0);
    make_test_ca(crypto, 256, &ca);
    certlife_crypto_free(crypto);
    open_bank(&office, stage->folder, &ca);
    populate(first_day);
}

static void end(struct stage *stage)
{
    close_bank(&office);
    for (int i = 0; i < PEOPLE; i++)
        free(people[i].versions);
    free(known);
    free(by_id);
    free(by_key);
    munmap(shared, sizeof *shared);
    close(stage->book);
    folder_remove(stage->folder);
}

/* A worker process; `round` below 0: one that works the day off and lives. */
static pid_t start_worker(const struct stage *stage, int64_t round)
{
    atomic_store(&shared->steps, 0);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    struct worker k = {.book = stage->book, .round = (int)round, .says_done_first = stage->says_done_first};
    dice_state ^= (uint64_t)round * 0x2545f4914f6cdd1du;
    open_bank(&k.bank, stage->folder, NULL);
    if (round >= 0)
        work_until_killed(&k);
    work_the_day_off(&k);
    close_bank(&k.bank);
    _exit(0);
}

/* Until the worker has made so many steps, or makes none. */
static void wait_for_steps(int64_t steps)
{
    for (int i = 0; i < 300 && atomic_load(&shared->steps) < steps; i++)
        usleep(100);
}

static void kill_one(const struct stage *stage, int64_t round)
{
    int status = 0;
    bool early = dice(4) == 0; /* perhaps while it opens the store */
    int64_t steps = (int64_t)dice(40), acts = (int64_t)dice(5);
    atomic_fetch_add(&shared->now, (int64_t)dice(600));
    useconds_t wait = (useconds_t)dice(early ? 4000 : 400);
    pid_t worker = start_worker(stage, round);
    for (int64_t i = 0; i < acts; i++)
        act();
    if (!early)
        wait_for_steps(steps);
    usleep(wait);
    kill(worker, SIGKILL);
    assert_int_equal(waitpid(worker, &status, 0), worker);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void end_day(struct stage *stage, bool compares_lists)
{
    int status = 0;
    pid_t worker = start_worker(stage, -1);
    assert_int_equal(waitpid(worker, &status, 0), worker);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    stage->read = read_book(stage->book, stage->read);
    for (int i = 0; i < PEOPLE; i++)
        compare_calls(i);
    if (compares_lists) {
        compare_lists();
        check_store();
    }
}

static void live_through(struct stage *stage, int64_t kills)
{
    for (int64_t round = 0; round < kills && found.first[0] == '\0';) {
        int64_t day = round / KILLS_A_DAY;
        atomic_store(&shared->now, day_start(day_of(clock_now()) + 1) + (int64_t)dice(10));
        if (day == kills / KILLS_A_DAY / 2)
            close_contract(CONTRACTS - 1);
        for (int i = 0; i < KILLS_A_DAY && round < kills; i++)
            kill_one(stage, round++);
        end_day(stage, day % 10 == 9 || round == kills);
    }
}

static void test_nothing_lost_nothing_twice_nothing_for_nothing(void **state)
{
    (void)state;
    struct stage stage;
    int64_t kills = number_from("CERTLIFE_KILLS", KILLS);
    begin(&stage, false);
    live_through(&stage, kills);
    print_message("%" PRId64 " kills, %" PRId64 " between a delivery and its done; %d certificates, %" PRId32
                  " notices, %" PRId64 " deliveries, %" PRId64 " by workers that were killed, %" PRId64
                  " digests, %" PRId64 " repeats\n",
                  kills, found.between, issued_count, known_count, found.deliveries, found.by_killed, found.digests,
                  found.repeats);
    print_message("%" PRId64 " lost, %" PRId64 " recorded twice, %" PRId64 " for nothing, %" PRId64
                  " with two holders, %" PRId64 " otherwise wrong\n",
                  found.lost, found.twice, found.for_nothing, found.two_holders, found.other);
    if (found.first[0] != '\0')
        fail_msg("%s (CERTLIFE_SEED=%" PRIu64 ")", found.first, stage.seed);
    assert_true(found.deliveries > 2 * kills);
    end(&stage);
}

/* A worker that says done before it delivers loses what it holds when it dies; and the books show it. */
static void test_done_before_delivery_is_found(void **state)
{
    (void)state;
    struct stage stage;
    begin(&stage, true);
    live_through(&stage, 100);
    print_message("found: %s\n", found.first);
    assert_true(found.lost > 0);
    assert_true(found.twice == 0 && found.for_nothing == 0 && found.two_holders == 0 && found.other == 0);
    end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_lost_nothing_twice_nothing_for_nothing),
        cmocka_unit_test(test_done_before_delivery_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
