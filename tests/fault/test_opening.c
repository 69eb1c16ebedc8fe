/* SPDX-License-Identifier: Apache-2.0 */
/* Making and opening things with the 1st, 2nd, 3rd … allocation failing: MEMORY, nothing made, nothing lost. */
#include "folder.h"
#include "memory.h"
#include "world.h"

/* What there is so far; each step makes one thing more. */
struct made {
    char folder[1024];
    struct test_ca ca;
    certlife_profile *profile;
    certlife_crypto *crypto;
    certlife_store *memory, *lmdb;
    certlife_issuer *issuer;
    certlife_institution *institution;
    certlife_decision *decision;
    certlife_login *login;
};

static int make_profile(struct made *m, certlife_error **err)
{
    return certlife_profile_parse("profile = kumiai\nrenewal opens = 40\n", &m->profile, err);
}

static int make_crypto(struct made *m, certlife_error **err)
{
    return certlife_crypto_new_mbedtls(&m->crypto, err);
}

static int make_memory(struct made *m, certlife_error **err)
{
    return certlife_store_new_memory(&m->memory, err);
}

static int open_lmdb(struct made *m, certlife_error **err)
{
    return certlife_store_open_lmdb(m->folder, NULL, &m->lmdb, err);
}

static int make_ca(struct made *m, certlife_error **err)
{
    return certlife_issuer_make_test_ca(m->crypto, "Test CA", 256, moment("2020-01-01 00:00:00"),
                                        moment("2040-01-01 00:00:00"), m->ca.certificate, sizeof m->ca.certificate,
                                        m->ca.key, sizeof m->ca.key, err);
}

static int open_issuer(struct made *m, certlife_error **err)
{
    return certlife_issuer_open_local(m->crypto, (const uint8_t *)m->ca.certificate, strlen(m->ca.certificate),
                                      (const uint8_t *)m->ca.key, strlen(m->ca.key), &m->issuer, err);
}

static int open_institution(struct made *m, certlife_error **err)
{
    certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    options.name = "Example Shinkin Bank";
    options.crl_url = "http://crl.example.jp/users.crl";
    options.profile = m->profile;
    options.store = m->memory;
    options.issuer = m->issuer;
    options.crypto = m->crypto;
    return certlife_institution_open(&options, &m->institution, err);
}

/* These two have no other answer than NULL. */
static int make_decision(struct made *m, certlife_error **err)
{
    m->decision = certlife_decision_new();
    return m->decision != NULL ? 0 : certlife_error_set(err, CERTLIFE_E_MEMORY, 0, NULL, "decision: no memory");
}

static int make_login(struct made *m, certlife_error **err)
{
    m->login = certlife_login_new();
    return m->login != NULL ? 0 : certlife_error_set(err, CERTLIFE_E_MEMORY, 0, NULL, "login: no memory");
}

static int (*const steps[])(struct made *m, certlife_error **err) = {
    make_profile, make_crypto,      make_memory,   open_lmdb,  make_ca,
    open_issuer,  open_institution, make_decision, make_login,
};

/* True if the n-th allocation was reached; then the step is done again without it. */
static bool fails_at(struct made *m, size_t step, int n)
{
    struct faults faults = {.part = PART_MEMORY, .n = n, .armed = true};
    certlife_error *err = NULL;
    struct made before = *m;
    memory_watch(&faults);
    int rc = steps[step](m, &err);
    if (!faults.fired) {
        memory_watch(NULL);
        assert_int_equal(rc, 0);
        return false;
    }
    int code = certlife_error_code(err);
    bool described = certlife_error_message(err)[0] != '\0';
    certlife_error_free(err);
    long held = memory_held();
    memory_watch(NULL);
    assert_int_equal(rc, CERTLIFE_E_MEMORY);
    assert_int_equal(code, CERTLIFE_E_MEMORY);
    assert_true(described);
    assert_int_equal(held, 0);
    assert_memory_equal(m, &before, sizeof before);
    return true;
}

static void test_opening_without_memory(void **state)
{
    (void)state;
    struct made m;
    int failures = 0;
    memset(&m, 0, sizeof m);
    assert_true(folder_make(m.folder, sizeof m.folder));
    for (size_t step = 0; step < sizeof steps / sizeof steps[0]; step++) {
        for (int n = 1; fails_at(&m, step, n); n++)
            failures++;
    }
    assert_true(failures >= 10);
    certlife_institution_close(m.institution);
    certlife_issuer_close(m.issuer);
    certlife_store_close(m.lmdb);
    certlife_store_close(m.memory);
    certlife_crypto_free(m.crypto);
    certlife_profile_free(m.profile);
    certlife_decision_free(m.decision);
    certlife_login_free(m.login);
    folder_remove(m.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opening_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
