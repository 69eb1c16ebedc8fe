/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "base/civil.h"

struct pc {
    char company[65], user[65];
    uint8_t der[2][8192]; /* [0] the one before, [1] the one given last */
    size_t len[2];
    char serial[2][64];
    bool presents_old;
};

static int read_clock(void *payload, int64_t *now_out)
{
    *now_out = ((struct world *)payload)->now;
    return 0;
}

int64_t moment(const char *text)
{
    struct civil c = {0};
    int read = sscanf(text, "%d-%d-%d %d:%d:%d", &c.year, &c.month, &c.day, &c.hour, &c.minute, &c.second);
    if (read != 6)
        fail_msg("not a moment: %s", text);
    return certlife__civil_moment(c, 9 * 3600);
}

void at(struct world *w, const char *text)
{
    w->now = moment(text);
}

static void must(struct world *w, int rc)
{
    if (rc != 0)
        fail_msg("setting up the world: %d %s%s", rc, certlife_error_message(w->err),
                 rc > 0 ? certlife_decision_line(w->decision) : "");
}

void make_test_ca(certlife_crypto *crypto, int32_t bits, struct test_ca *out)
{
    certlife_error *err = NULL;
    int rc = certlife_issuer_make_test_ca(crypto, "Test CA", bits, moment("2020-01-01 00:00:00"),
                                          moment("9990-01-01 00:00:00"), out->certificate, sizeof out->certificate,
                                          out->key, sizeof out->key, &err);
    if (rc != 0)
        fail_msg("making a test CA: %s", certlife_error_message(err));
}

static certlife_issuer *make_issuer(struct world *w)
{
    struct test_ca ca;
    certlife_issuer *issuer = NULL;
    make_test_ca(w->crypto, 256, &ca);
    must(w, certlife_issuer_open_local(w->crypto, (const uint8_t *)ca.certificate, strlen(ca.certificate),
                                       (const uint8_t *)ca.key, strlen(ca.key), &issuer, &w->err));
    return issuer;
}

static void open_bank(struct world *w)
{
    certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    options.name = "Example Shinkin Bank";
    options.crl_url = "http://crl.example.jp/users.crl";
    options.profile = w->profile;
    options.store = w->store;
    options.issuer = w->issuer;
    options.crypto = w->crypto;
    options.clock.now = read_clock;
    options.clock.payload = w;
    must(w, certlife_institution_open(&options, &w->bank, &w->err));
}

void reopens(struct world *w)
{
    certlife_institution_close(w->bank);
    open_bank(w);
}

struct world *world_empty(struct world_parts parts)
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    at(w, "2026-04-01 12:00:00");
    w->company = COMPANY;
    w->medium = CERTLIFE_MEDIUM_PC;
    w->channel = "edge/app";
    w->decision = certlife_decision_new();
    w->login = certlife_login_new();
    w->profile = parts.profile;
    w->crypto = parts.crypto;
    w->store = parts.store;
    w->issuer = parts.issuer;
    if (w->profile == NULL)
        must(w, certlife_profile_new("webfb", &w->profile, &w->err));
    if (w->crypto == NULL)
        must(w, certlife_crypto_new_mbedtls(&w->crypto, &w->err));
    if (w->store == NULL)
        must(w, certlife_store_new_memory(&w->store, &w->err));
    if (w->issuer == NULL)
        w->issuer = make_issuer(w);
    open_bank(w);
    return w;
}

struct world *world_with(struct world_parts parts)
{
    struct world *w = world_empty(parts);
    must(w, registers(w, "branch", COMPANY, MASTER));
    must(w, applies(w, "branch"));
    must(w, authorises(w, "branch", MASTER));
    must(w, obtains(w, MASTER));
    must(w, confirms(w, MASTER));
    return w;
}

struct world *world_where(const char *profile, const char *value, const char *text)
{
    struct world_parts parts = {0};
    certlife_error *err = NULL;
    int rc = certlife_profile_new(profile, &parts.profile, &err);
    if (rc == 0 && value != NULL)
        rc = certlife_profile_set(parts.profile, value, text, &err);
    if (rc != 0)
        fail_msg("%s", certlife_error_message(err));
    return world_with(parts);
}

struct world *world_new(const char *profile)
{
    return world_where(profile, NULL, NULL);
}

void chooses(struct world *w, const char *value, const char *text)
{
    must(w, certlife_profile_set(w->profile, value, text, &w->err));
    reopens(w);
}

void world_free(struct world *w)
{
    certlife_institution_close(w->bank);
    certlife_issuer_close(w->issuer);
    certlife_store_close(w->store);
    certlife_crypto_free(w->crypto);
    certlife_profile_free(w->profile);
    certlife_decision_free(w->decision);
    certlife_login_free(w->login);
    certlife_error_free(w->err);
    free(w->pcs);
    free(w);
}

/* PCs. */

static struct pc *pc_of(struct world *w, const char *user)
{
    for (size_t i = 0; i < w->pc_count; i++) {
        if (strcmp(w->pcs[i].company, w->company) == 0 && strcmp(w->pcs[i].user, user) == 0)
            return &w->pcs[i];
    }
    w->pcs = realloc(w->pcs, (w->pc_count + 1) * sizeof *w->pcs);
    assert_non_null(w->pcs);
    struct pc *pc = &w->pcs[w->pc_count++];
    memset(pc, 0, sizeof *pc);
    snprintf(pc->company, sizeof pc->company, "%s", w->company);
    snprintf(pc->user, sizeof pc->user, "%s", user);
    return pc;
}

static void install(struct world *w, const char *user, const certlife_certificate *certificate)
{
    struct pc *pc = pc_of(w, user);
    const uint8_t *der = NULL;
    size_t len = certlife_certificate_der(certificate, &der);
    assert_true(len > 0 && len <= sizeof pc->der[1]);
    if (len != pc->len[1] || memcmp(der, pc->der[1], len) != 0) {
        memcpy(pc->der[0], pc->der[1], pc->len[1]);
        pc->len[0] = pc->len[1];
        memcpy(pc->serial[0], pc->serial[1], sizeof pc->serial[0]);
    }
    memcpy(pc->der[1], der, len);
    pc->len[1] = len;
    snprintf(pc->serial[1], sizeof pc->serial[1], "%s", certlife_certificate_serial(certificate));
    pc->presents_old = false;
}

void keeps_old(struct world *w, const char *user)
{
    pc_of(w, user)->presents_old = true;
}

void takes_new(struct world *w, const char *user)
{
    pc_of(w, user)->presents_old = false;
}

size_t holds(struct world *w, const char *user, const uint8_t **der_out)
{
    struct pc *pc = pc_of(w, user);
    int which = pc->presents_old ? 0 : 1;
    *der_out = pc->len[which] > 0 ? pc->der[which] : NULL;
    return pc->len[which];
}

const char *held_serial(struct world *w, const char *user)
{
    struct pc *pc = pc_of(w, user);
    return pc->serial[pc->presents_old ? 0 : 1];
}

/* Actors. */

void without_certificate(struct world *w)
{
    w->no_certificate = true;
}

void without_password(struct world *w)
{
    w->no_password = true;
}

void without_application(struct world *w)
{
    w->no_application = true;
}

void with_confirmation(struct world *w)
{
    w->confirmation = true;
}

void with_key(struct world *w, const char *idempotency_key)
{
    w->idempotency_key = idempotency_key;
}

void presenting(struct world *w, const char *user)
{
    w->presented_by = user;
}

const certlife_actor *actor(struct world *w, const char *by)
{
    static _Thread_local certlife_actor a;
    a = (certlife_actor)CERTLIFE_ACTOR_INIT;
    a.idempotency_key = w->idempotency_key;
    if (strcmp(by, "branch") == 0 || strcmp(by, "system") == 0) {
        bool branch = by[0] == 'b';
        a.kind = branch ? CERTLIFE_ACTOR_BRANCH : CERTLIFE_ACTOR_SYSTEM;
        a.staff = branch ? "yamada" : "nightly";
        a.application = branch && !w->no_application ? "2026-0417" : NULL;
    } else {
        a.kind = CERTLIFE_ACTOR_USER;
        a.contract = w->company;
        a.user = by;
        a.login_password = !w->no_password;
        a.confirmation_password = w->confirmation;
        if (!w->no_certificate)
            a.certificate_len = holds(w, w->presented_by != NULL ? w->presented_by : by, &a.certificate);
    }
    w->no_certificate = w->no_password = w->confirmation = w->no_application = false;
    w->idempotency_key = NULL;
    w->presented_by = NULL;
    certlife_error_free(w->err);
    w->err = NULL;
    return &a;
}

/* Acts. */

int registers(struct world *w, const char *by, const char *company, const char *master)
{
    return certlife_contract_register(w->bank, actor(w, by), company, master, "keiri@example.co.jp", w->decision,
                                      &w->err);
}

int applies(struct world *w, const char *by)
{
    return certlife_contract_apply(w->bank, actor(w, by), w->company, w->decision, &w->err);
}

int applies_for_usb_tokens(struct world *w, const char *by)
{
    return certlife_contract_apply_usb_token(w->bank, actor(w, by), w->company, w->decision, &w->err);
}

int closes(struct world *w, const char *by)
{
    return certlife_contract_close(w->bank, actor(w, by), w->company, w->decision, &w->err);
}

int adds(struct world *w, const char *by, const char *user)
{
    return certlife_user_add(w->bank, actor(w, by), w->company, user, CERTLIFE_PERMISSION_APPROVER,
                             "user@example.co.jp", w->decision, &w->err);
}

int authorises(struct world *w, const char *by, const char *user)
{
    return certlife_user_authorise(w->bank, actor(w, by), w->company, user, w->decision, &w->err);
}

int deletes(struct world *w, const char *by, const char *user)
{
    return certlife_user_delete(w->bank, actor(w, by), w->company, user, w->decision, &w->err);
}

int reissues(struct world *w, const char *by, const char *user)
{
    return certlife_reissue(w->bank, actor(w, by), w->company, user, w->decision, &w->err);
}

int revokes_for(struct world *w, const char *by, const char *user, certlife_reason reason)
{
    return certlife_revoke(w->bank, actor(w, by), w->company, user, reason, w->decision, &w->err);
}

int revokes(struct world *w, const char *by, const char *user)
{
    return revokes_for(w, by, user, CERTLIFE_REASON_UNSPECIFIED);
}

int edits(struct world *w, const char *by, const char *user, certlife_user_edit_request request)
{
    return certlife_user_edit(w->bank, actor(w, by), w->company, user, &request, w->decision, &w->err);
}

const char *request_pem(int index)
{
    static _Thread_local char pem[8192];
    char path[1024];
    snprintf(path, sizeof path, "%s/request-%02d.pem", REQUESTS, index);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("no request at %s", path);
    size_t len = fread(pem, 1, sizeof pem - 1, file);
    fclose(file);
    pem[len] = '\0';
    return pem;
}

int issues_for(struct world *w, const char *by, const char *user, certlife_act act, const void *pkcs10, size_t len)
{
    certlife_request request = CERTLIFE_REQUEST_INIT;
    certlife_certificate *certificate = NULL;
    request.pkcs10 = pkcs10;
    request.pkcs10_len = len;
    request.medium = w->medium;
    request.channel = w->channel;
    const certlife_actor *a = actor(w, by);
    int rc = act == CERTLIFE_ACT_OBTAIN
                 ? certlife_obtain(w->bank, a, w->company, user, &request, &certificate, w->decision, &w->err)
                 : certlife_renew(w->bank, a, w->company, user, &request, &certificate, w->decision, &w->err);
    assert_true((rc == CERTLIFE_ALLOWED) == (certificate != NULL));
    if (rc == CERTLIFE_ALLOWED)
        install(w, user, certificate);
    certlife_certificate_free(certificate);
    return rc;
}

static int issues(struct world *w, const char *user, certlife_act act, int request)
{
    const char *pem = request_pem(request);
    return issues_for(w, user, user, act, pem, strlen(pem));
}

static int fresh_request(struct world *w)
{
    assert_true(w->next_request < REQUESTS_MADE);
    return w->next_request++;
}

int obtains(struct world *w, const char *user)
{
    return obtains_with(w, user, fresh_request(w));
}

int obtains_with(struct world *w, const char *user, int request)
{
    return issues(w, user, CERTLIFE_ACT_OBTAIN, request);
}

int renews(struct world *w, const char *user)
{
    return renews_with(w, user, fresh_request(w));
}

int renews_with(struct world *w, const char *user, int request)
{
    return issues(w, user, CERTLIFE_ACT_RENEW, request);
}

int gets_again(struct world *w, const char *user)
{
    certlife_certificate *certificate = NULL;
    int rc = certlife_deliver(w->bank, actor(w, user), w->company, user, &certificate, w->decision, &w->err);
    if (rc == CERTLIFE_ALLOWED)
        install(w, user, certificate);
    certlife_certificate_free(certificate);
    return rc;
}

int confirms_serial(struct world *w, const char *user, const char *serial)
{
    return certlife_confirm(w->bank, actor(w, user), w->company, user, serial, w->decision, &w->err);
}

int confirms(struct world *w, const char *user)
{
    return confirms_serial(w, user, pc_of(w, user)->serial[1]);
}

int renews_later(struct world *w, const char *user)
{
    return certlife_renew_later(w->bank, actor(w, user), w->company, user, w->decision, &w->err);
}

int logs_in(struct world *w, const char *user)
{
    return certlife_login_check(w->bank, actor(w, user), CERTLIFE_LOGIN_RECORD, w->login, w->decision, &w->err);
}

int looks_in(struct world *w, const char *user)
{
    return certlife_login_check(w->bank, actor(w, user), CERTLIFE_LOGIN_LOOK, w->login, w->decision, &w->err);
}

int logs_in_with(struct world *w, const char *user, const void *der, size_t len)
{
    certlife_actor a = *actor(w, user);
    a.certificate = der;
    a.certificate_len = len;
    return certlife_login_check(w->bank, &a, CERTLIFE_LOGIN_RECORD, w->login, w->decision, &w->err);
}

int could(struct world *w, const char *by, certlife_act act, const char *user)
{
    return certlife_decide(w->bank, actor(w, by), act, w->company, user, w->decision, &w->err);
}

/* People. */

void has_user(struct world *w, const char *user)
{
    must(w, adds(w, MASTER, user));
}

void has_obtained(struct world *w, const char *user)
{
    has_user(w, user);
    must(w, obtains(w, user));
}

void has_certificate(struct world *w, const char *user)
{
    has_obtained(w, user);
    must(w, confirms(w, user));
}

/* What is so. */

certlife_user *shown(struct world *w, const char *user)
{
    certlife_user *out = NULL;
    must(w, certlife_user_get(w->bank, actor(w, "branch"), w->company, user, &out, w->decision, &w->err));
    return out;
}

certlife_status status(struct world *w, const char *user)
{
    certlife_user *seen = shown(w, user);
    certlife_status found = certlife_user_status(seen);
    certlife_user_free(seen);
    return found;
}

const certlife_certificate *history_at(struct world *w, const char *user, size_t n, certlife_certificate_page **page)
{
    must(w,
         certlife_user_history(w->bank, actor(w, "branch"), w->company, user, NULL, 1000, page, w->decision, &w->err));
    return certlife_certificate_page_at(*page, n);
}

size_t history_count(struct world *w, const char *user)
{
    certlife_certificate_page *page = NULL;
    history_at(w, user, 0, &page);
    size_t count = certlife_certificate_page_count(page);
    certlife_certificate_page_free(page);
    return count;
}

void assert_allowed_at(struct world *w, int rc, const char *file, int line)
{
    if (rc == CERTLIFE_ALLOWED)
        return;
    print_error("not allowed: %d %s %s\n", rc, rc > 0 ? certlife_decision_line(w->decision) : "",
                certlife_error_message(w->err));
    _fail(file, line);
}

void assert_refused_at(struct world *w, int rc, const char *row, certlife_code code, certlife_way way, const char *file,
                       int line)
{
    const certlife_decision *d = w->decision;
    bool right = rc == CERTLIFE_REFUSED && certlife_decision_code(d) == code && certlife_decision_way(d) == way &&
                 strcmp(certlife_decision_row(d), row) == 0;
    bool speaks = rc == CERTLIFE_REFUSED && certlife_decision_sentence(d, CERTLIFE_LANGUAGE_JA)[0] != '\0' &&
                  certlife_decision_sentence(d, CERTLIFE_LANGUAGE_EN)[0] != '\0';
    if (right && speaks)
        return;
    print_error("wanted %s %s (%s), got %d %s (%s) %s\n", row, certlife_code_name(code), certlife_way_name(way), rc,
                rc >= 0 ? certlife_decision_line(d) : "", rc >= 0 ? certlife_way_name(certlife_decision_way(d)) : "",
                certlife_error_message(w->err));
    _fail(file, line);
}

void assert_failed_at(struct world *w, int rc, int code, const char *file, int line)
{
    bool explains = certlife_error_message(w->err)[0] != '\0' && certlife_error_code(w->err) == code;
    if (rc == code && explains)
        return;
    print_error("wanted %s, got %d %s %s\n", certlife_error_name(code), rc,
                rc > 0 ? certlife_decision_line(w->decision) : "", certlife_error_message(w->err));
    _fail(file, line);
}

void assert_status_at(struct world *w, const char *user, certlife_status expected, const char *file, int line)
{
    certlife_status found = status(w, user);
    if (found == expected)
        return;
    print_error("%s: wanted status %s, got %s\n", user, certlife_status_name(expected), certlife_status_name(found));
    _fail(file, line);
}
