/* SPDX-License-Identifier: Apache-2.0 */
/* After fork() every call on what the parent opened answers FORKED; the parent goes on, and a child that opens its own works. */
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "crowd.h"
#include "reconcile.h"

/* What the child found, as its exit status: cmocka belongs to the parent. */
enum { ALL_WELL = 0, NOT_FORKED = 1, CANNOT_WORK = 2 };

static int complain(const char *what, int rc, certlife_error *err)
{
    fprintf(stderr, "in the child: %s answers %d %s\n", what, rc, certlife_error_message(err));
    return 1;
}

/* Every call with the parent's institution: FORKED, and described. */
static int inherited_calls(struct world *w)
{
    certlife_actor branch = staff();
    int wrong = 0;
    for (size_t i = 0; i < call_count; i++) {
        certlife_error *err = NULL;
        int rc = calls[i].make(w->bank, &branch, COMPANY, "keir002", w->decision, &err);
        if (rc != CERTLIFE_E_FORKED || certlife_error_code(err) != CERTLIFE_E_FORKED)
            wrong += complain(calls[i].name, rc, err);
        certlife_error_free(err);
    }
    return wrong;
}

static int inherited_login_and_answer(struct world *w)
{
    static const uint8_t id[20] = {1};
    certlife_actor user = person(MASTER), nightly = CERTLIFE_ACTOR_INIT;
    nightly.kind = CERTLIFE_ACTOR_SYSTEM;
    int wrong = 0;
    user.certificate_len = holds(w, MASTER, &user.certificate);
    for (certlife_login_mode mode = CERTLIFE_LOGIN_RECORD; mode <= CERTLIFE_LOGIN_LOOK; mode++) {
        int rc = certlife_login_check(w->bank, &user, mode, NULL, NULL, NULL);
        wrong += rc != CERTLIFE_E_FORKED ? complain("certlife_login_check", rc, NULL) : 0;
    }
    int rc = certlife_issuer_answer(w->bank, &nightly, id, sizeof id, NULL, 0, NULL, NULL);
    wrong += rc != CERTLIFE_E_FORKED ? complain("certlife_issuer_answer", rc, NULL) : 0;
    return wrong;
}

static int64_t child_now;

static int read_child_clock(void *payload, int64_t *now_out)
{
    (void)payload;
    *now_out = child_now;
    return 0;
}

static certlife_institution_options options_like(const struct world *w)
{
    certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    options.name = "Example Shinkin Bank";
    options.crl_url = "http://crl.example.jp/users.crl";
    options.profile = w->profile;
    options.store = w->store;
    options.issuer = w->issuer;
    options.crypto = w->crypto;
    options.clock.now = read_child_clock;
    child_now = w->now;
    return options;
}

static int must_be_forked(const char *what, int rc, certlife_error *err)
{
    bool right = rc == CERTLIFE_E_FORKED && certlife_error_code(err) == CERTLIFE_E_FORKED &&
                 strstr(certlife_error_message(err), "fork()") != NULL;
    int wrong = right ? 0 : complain(what, rc, err);
    certlife_error_free(err);
    return wrong;
}

/* The parent's crypto would draw the parent's random numbers: it makes no issuer. */
static int inherited_crypto(struct world *w, const struct test_ca *ca)
{
    struct test_ca made = {{0}, {0}};
    certlife_issuer *issuer = NULL;
    certlife_error *err = NULL;
    int rc = certlife_issuer_make_test_ca(w->crypto, "Child CA", 256, w->now, w->now + 86400, made.certificate,
                                          sizeof made.certificate, made.key, sizeof made.key, &err);
    int wrong = must_be_forked("certlife_issuer_make_test_ca", rc, err);
    err = NULL;
    rc = certlife_issuer_open_local(w->crypto, (const uint8_t *)ca->certificate, strlen(ca->certificate),
                                    (const uint8_t *)ca->key, strlen(ca->key), &issuer, &err);
    return wrong + must_be_forked("certlife_issuer_open_local", rc, err);
}

/* Nor does an institution open with it, or with the parent's issuer, whose key it has; the store is the child's own. */
static int inherited_parts(struct world *w)
{
    certlife_institution_options with_crypto = options_like(w), with_issuer = options_like(w);
    certlife_institution *bank = NULL;
    certlife_crypto *crypto = NULL;
    certlife_store *store = NULL;
    certlife_error *err = NULL;
    if (certlife_crypto_new_mbedtls(&crypto, NULL) != 0 || certlife_store_new_memory(&store, NULL) != 0)
        return complain("making its own", -1, NULL);
    with_crypto.store = with_issuer.store = store;
    with_crypto.issuer = NULL;
    with_issuer.crypto = crypto;
    int rc = certlife_institution_open(&with_crypto, &bank, &err);
    int wrong = must_be_forked("opening with the parent's crypto", rc, err);
    err = NULL;
    rc = certlife_institution_open(&with_issuer, &bank, &err);
    wrong += must_be_forked("opening with the parent's issuer", rc, err);
    certlife_store_close(store);
    certlife_crypto_free(crypto);
    return wrong;
}

/* To free memory, all that was inherited may be closed. */
static void close_inherited(struct world *w)
{
    certlife_institution_close(w->bank);
    certlife_issuer_close(w->issuer);
    certlife_store_close(w->store);
    certlife_crypto_free(w->crypto);
}

/* A new institution on the parent's store is of no use either. */
static int inherited_store(struct world *w)
{
    certlife_institution_options options = options_like(w);
    certlife_institution *bank = NULL;
    int rc = certlife_institution_open(&options, &bank, NULL);
    certlife_institution_close(bank);
    return rc != CERTLIFE_E_FORKED ? complain("certlife_institution_open", rc, NULL) : 0;
}

/* The child's own: it adds somebody. `folder` NULL: a store in memory, so it registers a contract first. */
static int own_works(struct world *w, const char *folder)
{
    certlife_institution_options options = options_like(w);
    certlife_institution *bank = NULL;
    certlife_error *err = NULL;
    certlife_actor branch = staff();
    options.issuer = NULL;
    int rc = certlife_crypto_new_mbedtls(&options.crypto, &err);
    if (rc == 0)
        rc = folder != NULL ? certlife_store_open_lmdb(folder, NULL, &options.store, &err)
                            : certlife_store_new_memory(&options.store, &err);
    if (rc == 0)
        rc = certlife_institution_open(&options, &bank, &err);
    if (rc == 0 && folder == NULL)
        rc = certlife_contract_register(bank, &branch, COMPANY, MASTER, "", NULL, &err);
    if (rc == 0)
        rc = certlife_user_add(bank, &branch, COMPANY, "keir003", CERTLIFE_PERMISSION_OPERATOR, "", NULL, &err);
    if (rc != 0)
        return complain("its own", rc, err);
    certlife_institution_close(bank);
    certlife_store_close(options.store);
    certlife_crypto_free(options.crypto);
    return 0;
}

static int live_in_child(struct world *w, const char *folder, const struct test_ca *ca)
{
    int wrong = inherited_calls(w) + inherited_login_and_answer(w) + inherited_store(w) + inherited_crypto(w, ca) +
                inherited_parts(w);
    if (wrong > 0)
        return NOT_FORKED;
    close_inherited(w);
    return own_works(w, folder) == 0 ? ALL_WELL : CANNOT_WORK;
}

static void forks(struct world *w, const char *folder)
{
    int status = 0;
    struct test_ca ca;
    has_certificate(w, "keir002");
    make_test_ca(w->crypto, 256, &ca);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(live_in_child(w, folder, &ca));
    /* Meanwhile the parent goes on. */
    assert_allowed(w, logs_in(w, "keir002"));
    assert_allowed(w, revokes(w, MASTER, "keir002"));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), ALL_WELL);
    assert_status(w, "keir002", CERTLIFE_STATUS_REVOKED);
    reconcile(w);
}

static void test_fork_on_lmdb(void **state)
{
    (void)state;
    struct lmdb_world lw = lmdb_world_new("webfb");
    forks(lw.w, lw.folder);
    assert_status(lw.w, "keir003", CERTLIFE_STATUS_AWAITING); /* whom the child has added */
    lmdb_world_free(&lw);
}

static void test_fork_on_memory(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    forks(w, NULL);
    assert_int_equal(could(w, "branch", CERTLIFE_ACT_USER_SHOW, "keir003"), CERTLIFE_REFUSED);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fork_on_lmdb),
        cmocka_unit_test(test_fork_on_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
