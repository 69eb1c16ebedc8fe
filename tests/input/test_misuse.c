/* SPDX-License-Identifier: Apache-2.0 */
/* NULL, closed handles, structs of a foreign size: MISUSE or INVALID, described, and nothing is touched. */
#include "calls.h"
#include "world.h"

#include "acts/acts.h"

/* A debug build stops at a misuse; there is nothing to see then. */
static void skip_where_misuse_aborts(void)
{
#ifdef CERTLIFE_ABORT_ON_MISUSE
    print_message("skipped: this build aborts on misuse\n");
    skip();
#endif
}

static void fails_with(const char *what, int rc, int code, certlife_error **err)
{
    if (rc != code || certlife_error_code(*err) != code || certlife_error_message(*err)[0] == '\0')
        fail_msg("%s: wanted %s, got %d %s", what, certlife_error_name(code), rc, certlife_error_message(*err));
    certlife_error_free(*err);
    *err = NULL;
}

#define MISUSED(call) fails_with(#call, (call), CERTLIFE_E_MISUSE, &err)
#define INVALID(call) fails_with(#call, (call), CERTLIFE_E_INVALID, &err)

static certlife_actor branch(void)
{
    certlife_actor a = CERTLIFE_ACTOR_INIT;
    a.kind = CERTLIFE_ACTOR_BRANCH;
    a.application = "2026-0417";
    return a;
}

static void test_every_call_without_a_handle(void **state)
{
    (void)state;
    skip_where_misuse_aborts();
    struct world *w = world_new("webfb");
    certlife_actor a = branch();
    certlife_error *err = NULL;
    certlife_decision *untouched = certlife_decision_new();
    struct certlife_institution closed = *w->bank;
    closed.magic = 0; /* as certlife_institution_close leaves it */
    for (size_t i = 0; i < call_count; i++) {
        const struct call_made *call = &calls[i];
        fails_with(call->name, call->make(NULL, &a, COMPANY, MASTER, untouched, &err), CERTLIFE_E_MISUSE, &err);
        fails_with(call->name, call->make(&closed, &a, COMPANY, MASTER, untouched, &err), CERTLIFE_E_MISUSE, &err);
        fails_with(call->name, call->make(w->bank, NULL, COMPANY, MASTER, untouched, &err), CERTLIFE_E_MISUSE, &err);
        fails_with(call->name, call->make(w->bank, &a, NULL, MASTER, untouched, &err), CERTLIFE_E_MISUSE, &err);
        assert_string_equal(certlife_decision_row(untouched), "");
        /* Without anybody to tell it is the same answer. */
        assert_int_equal(call->make(NULL, &a, COMPANY, MASTER, NULL, NULL), CERTLIFE_E_MISUSE);
    }
    certlife_decision_free(untouched);
    world_free(w);
}

static void test_calls_on_users_without_a_user(void **state)
{
    (void)state;
    skip_where_misuse_aborts();
    struct world *w = world_new("webfb");
    certlife_actor a = branch();
    certlife_error *err = NULL;
    for (size_t i = 0; i < call_count; i++) {
        bool question =
            strcmp(calls[i].name, "certlife_decide") == 0 || strcmp(calls[i].name, "certlife_who_could") == 0;
        if (calls[i].about_user && !question)
            fails_with(calls[i].name, calls[i].make(w->bank, &a, COMPANY, NULL, NULL, &err), CERTLIFE_E_MISUSE, &err);
    }
    world_free(w);
}

static void test_login_and_answer_without_a_handle(void **state)
{
    (void)state;
    skip_where_misuse_aborts();
    struct world *w = world_new("webfb");
    certlife_actor a = *actor(w, MASTER), b = branch();
    certlife_error *err = NULL;
    static const uint8_t id[20] = {1};
    const certlife_login_mode look = CERTLIFE_LOGIN_LOOK;
    MISUSED(certlife_login_check(NULL, &a, look, NULL, NULL, &err));
    MISUSED(certlife_login_check(w->bank, NULL, look, NULL, NULL, &err));
    INVALID(certlife_login_check(w->bank, &b, look, NULL, NULL, &err));
    MISUSED(certlife_issuer_answer(NULL, &b, id, sizeof id, NULL, 0, NULL, &err));
    MISUSED(certlife_issuer_answer(w->bank, NULL, id, sizeof id, NULL, 0, NULL, &err));
    MISUSED(certlife_issuer_answer(w->bank, &b, NULL, sizeof id, NULL, 0, NULL, &err));
    INVALID(certlife_issuer_answer(w->bank, &b, id, 19, NULL, 0, NULL, &err));
    INVALID(certlife_issuer_answer(w->bank, &b, id, 0, NULL, 0, NULL, &err));
    world_free(w);
}

static void test_calls_without_an_output(void **state)
{
    (void)state;
    skip_where_misuse_aborts();
    struct world *w = world_new("webfb");
    certlife_actor a = branch(), user = *actor(w, MASTER);
    certlife_institution *bank = w->bank;
    certlife_error *err = NULL;
    certlife_certificate *out = NULL;
    certlife_request request = CERTLIFE_REQUEST_INIT;
    MISUSED(certlife_contract_get(bank, &a, COMPANY, NULL, NULL, &err));
    MISUSED(certlife_user_get(bank, &a, COMPANY, MASTER, NULL, NULL, &err));
    MISUSED(certlife_user_list(bank, &a, COMPANY, NULL, 1, NULL, NULL, &err));
    MISUSED(certlife_user_history(bank, &a, COMPANY, MASTER, NULL, 1, NULL, NULL, &err));
    MISUSED(certlife_user_edit(bank, &a, COMPANY, MASTER, NULL, NULL, &err));
    MISUSED(certlife_who_could(bank, &a, CERTLIFE_ACT_REVOKE, COMPANY, MASTER, NULL, NULL, &err));
    MISUSED(certlife_deliver(bank, &user, COMPANY, MASTER, NULL, NULL, &err));
    MISUSED(certlife_confirm(bank, &user, COMPANY, MASTER, NULL, NULL, &err));
    MISUSED(certlife_obtain(bank, &user, COMPANY, MASTER, NULL, &out, NULL, &err));
    MISUSED(certlife_renew(bank, &user, COMPANY, MASTER, NULL, &out, NULL, &err));
    request.medium = CERTLIFE_MEDIUM_PC;
    MISUSED(certlife_obtain(bank, &user, COMPANY, MASTER, &request, &out, NULL, &err)); /* no pkcs10 */
    request.pkcs10 = (const uint8_t *)request_pem(0);
    request.pkcs10_len = strlen(request_pem(0));
    MISUSED(certlife_obtain(bank, &user, COMPANY, MASTER, &request, NULL, NULL, &err));
    MISUSED(certlife_renew(bank, &user, COMPANY, MASTER, &request, NULL, NULL, &err));
    INVALID(certlife_contract_register(bank, &a, "0010000009", NULL, "", NULL, &err));
    INVALID(certlife_contract_register(bank, &a, "0010000009", "keir901", NULL, NULL, &err));
    INVALID(certlife_user_add(bank, &a, COMPANY, "keir009", CERTLIFE_PERMISSION_OPERATOR, NULL, NULL, &err));
    assert_null(out);
    world_free(w);
}

static void test_making_without_arguments(void **state)
{
    (void)state;
    skip_where_misuse_aborts();
    struct world *w = world_new("webfb");
    certlife_error *err = NULL;
    certlife_profile *profile = NULL;
    certlife_issuer *issuer = NULL;
    certlife_store *store = NULL;
    certlife_crypto *crypto = NULL;
    certlife_institution *bank = NULL;
    const uint8_t byte = 0;
    char text[256];
    certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    MISUSED(certlife_institution_open(NULL, &bank, &err));
    MISUSED(certlife_institution_open(&options, NULL, &err));
    MISUSED(certlife_profile_new(NULL, &profile, &err));
    MISUSED(certlife_profile_new("webfb", NULL, &err));
    MISUSED(certlife_profile_set(NULL, "validity", "1 year", &err));
    MISUSED(certlife_profile_set(w->profile, NULL, "1 year", &err));
    MISUSED(certlife_profile_set(w->profile, "validity", NULL, &err));
    MISUSED(certlife_profile_get(NULL, "validity", text, sizeof text, &err));
    MISUSED(certlife_profile_get(w->profile, NULL, text, sizeof text, &err));
    MISUSED(certlife_profile_get(w->profile, "validity", NULL, 0, &err));
    MISUSED(certlife_profile_print(NULL, text, sizeof text, &err));
    MISUSED(certlife_profile_print(w->profile, NULL, 0, &err));
    MISUSED(certlife_profile_parse(NULL, &profile, &err));
    MISUSED(certlife_profile_parse("profile = webfb", NULL, &err));
    MISUSED(certlife_profile_load(NULL, &profile, &err));
    MISUSED(certlife_profile_load("/dev/null", NULL, &err));
    MISUSED(certlife_crypto_new_mbedtls(NULL, &err));
    MISUSED(certlife_crypto_new(NULL, NULL, &crypto, &err));
    MISUSED(certlife_store_new_memory(NULL, &err));
    MISUSED(certlife_store_new(NULL, NULL, &store, &err));
    MISUSED(certlife_store_open_lmdb(NULL, NULL, &store, &err));
    MISUSED(certlife_store_open_lmdb("/", NULL, NULL, &err));
    MISUSED(certlife_issuer_new(NULL, NULL, &issuer, &err));
    MISUSED(certlife_issuer_open_local(NULL, &byte, 1, &byte, 1, &issuer, &err));
    MISUSED(certlife_issuer_open_local(w->crypto, NULL, 1, &byte, 1, &issuer, &err));
    MISUSED(certlife_issuer_open_local(w->crypto, &byte, 1, NULL, 1, &issuer, &err));
    MISUSED(certlife_issuer_open_local(w->crypto, &byte, 1, &byte, 1, NULL, &err));
    MISUSED(certlife_issuer_open_authority(NULL, 1, &issuer, &err));
    MISUSED(certlife_issuer_open_authority(&byte, 1, NULL, &err));
    MISUSED(certlife_issuer_open_local_files(w->crypto, NULL, "/dev/null", &issuer, &err));
    MISUSED(certlife_issuer_open_local_files(w->crypto, "/dev/null", NULL, &issuer, &err));
    MISUSED(certlife_issuer_open_local_files(w->crypto, "/dev/null", "/dev/null", NULL, &err));
    MISUSED(certlife_issuer_open_local_files(NULL, "/dev/null", "/dev/null", &issuer, &err));
    MISUSED(certlife_issuer_make_test_ca(NULL, "CA", 256, 0, 1, text, sizeof text, text, sizeof text, &err));
    MISUSED(certlife_issuer_make_test_ca(w->crypto, NULL, 256, 0, 1, text, sizeof text, text, sizeof text, &err));
    MISUSED(certlife_issuer_make_test_ca(w->crypto, "CA", 256, 0, 1, NULL, 0, text, sizeof text, &err));
    MISUSED(certlife_issuer_make_test_ca(w->crypto, "CA", 256, 0, 1, text, sizeof text, NULL, 0, &err));
    assert_int_equal(certlife_profile_equal(NULL, w->profile), CERTLIFE_E_MISUSE);
    assert_int_equal(certlife_profile_equal(w->profile, NULL), CERTLIFE_E_MISUSE);
    assert_true(profile == NULL && issuer == NULL && store == NULL && crypto == NULL && bank == NULL);
    world_free(w);
}

static void test_an_option_is_missing(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    certlife_error *err = NULL;
    certlife_institution *bank = NULL;
    certlife_institution_options good = CERTLIFE_INSTITUTION_OPTIONS_INIT, bad;
    good.name = "Example Shinkin Bank";
    good.crl_url = "http://crl.example.jp/users.crl";
    good.profile = w->profile;
    good.store = w->store;
    good.crypto = w->crypto;
    good.clock = w->bank->clock;
    bad = good;
    bad.name = NULL;
    INVALID(certlife_institution_open(&bad, &bank, &err));
    bad = good;
    bad.crl_url = NULL;
    INVALID(certlife_institution_open(&bad, &bank, &err));
    bad = good;
    bad.profile = NULL;
    INVALID(certlife_institution_open(&bad, &bank, &err));
    bad = good;
    bad.store = NULL;
    INVALID(certlife_institution_open(&bad, &bank, &err));
    bad = good;
    bad.crypto = NULL;
    INVALID(certlife_institution_open(&bad, &bank, &err));
    assert_null(bank);
    assert_int_equal(certlife_institution_open(&good, &bank, &err), 0);
    /* Without an issuer nothing is issued, and all else works. */
    has_user(w, "keir002");
    certlife_institution *with_issuer = w->bank;
    w->bank = bank;
    assert_failed(w, obtains(w, "keir002"), CERTLIFE_E_ISSUER);
    assert_allowed(w, looks_in(w, MASTER));
    w->bank = with_issuer;
    certlife_institution_close(bank);
    world_free(w);
}

/* ---- structs that say a size of their own ---- */

static const size_t foreign_sizes[] = {0, 1, 4, 8, 4096, SIZE_MAX};

static void test_foreign_sizes(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    certlife_error *err = NULL;
    certlife_actor a = branch(), user = *actor(w, MASTER);
    certlife_certificate *out = NULL;
    certlife_institution *bank = NULL;
    certlife_store *store = NULL;
    certlife_request request = CERTLIFE_REQUEST_INIT;
    certlife_user_edit_request edit = CERTLIFE_USER_EDIT_REQUEST_INIT;
    certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    certlife_store_lmdb_options lmdb = CERTLIFE_STORE_LMDB_OPTIONS_INIT;
    request.medium = CERTLIFE_MEDIUM_PC;
    request.pkcs10 = (const uint8_t *)request_pem(0);
    request.pkcs10_len = strlen(request_pem(0));
    for (size_t i = 0; i < sizeof foreign_sizes / sizeof foreign_sizes[0]; i++) {
        request.size = edit.size = options.size = lmdb.size = foreign_sizes[i];
        INVALID(certlife_obtain(w->bank, &user, COMPANY, MASTER, &request, &out, NULL, &err));
        INVALID(certlife_user_edit(w->bank, &a, COMPANY, MASTER, &edit, NULL, &err));
        INVALID(certlife_institution_open(&options, &bank, &err));
        INVALID(certlife_store_open_lmdb("/nonexistent", &lmdb, &store, &err));
        certlife_actor strange = a;
        strange.size = foreign_sizes[i];
        for (size_t n = 0; n < call_count; n++)
            fails_with(calls[n].name, calls[n].make(w->bank, &strange, COMPANY, MASTER, NULL, &err), CERTLIFE_E_INVALID,
                       &err);
    }
    assert_true(out == NULL && bank == NULL && store == NULL);
    world_free(w);
}

static void test_classes_without_slots(void **state)
{
    (void)state;
    certlife_error *err = NULL;
    certlife_store *store = NULL;
    certlife_crypto *crypto = NULL;
    certlife_issuer *issuer = NULL;
    certlife_store_class store_class = {.size = CERTLIFE_STORE_CLASS_INIT, .name = "empty"};
    certlife_crypto_class crypto_class = {.size = sizeof crypto_class, .name = "empty"};
    certlife_issuer_class issuer_class = {.size = sizeof issuer_class, .name = "empty"};
    INVALID(certlife_store_new(&store_class, NULL, &store, &err));
    INVALID(certlife_crypto_new(&crypto_class, NULL, &crypto, &err));
    INVALID(certlife_issuer_new(&issuer_class, NULL, &issuer, &err));
    store_class.size = crypto_class.size = issuer_class.size = 0;
    INVALID(certlife_store_new(&store_class, NULL, &store, &err));
    INVALID(certlife_crypto_new(&crypto_class, NULL, &crypto, &err));
    INVALID(certlife_issuer_new(&issuer_class, NULL, &issuer, &err));
    assert_true(store == NULL && crypto == NULL && issuer == NULL);
}

/* ---- what is read from nothing, and what is freed ---- */

static void test_neutral_values(void **state)
{
    (void)state;
    const uint8_t *der = NULL;
    assert_int_equal(certlife_certificate_der(NULL, &der), 0);
    assert_null(der);
    assert_string_equal(certlife_certificate_pem(NULL), "");
    assert_string_equal(certlife_certificate_serial(NULL), "");
    assert_string_equal(certlife_certificate_contract(NULL), "");
    assert_string_equal(certlife_certificate_user(NULL), "");
    assert_int_equal(certlife_certificate_medium(NULL), 0);
    assert_int_equal(certlife_certificate_state_of(NULL), 0);
    assert_int_equal(certlife_certificate_not_before(NULL), 0);
    assert_int_equal(certlife_certificate_not_after(NULL), 0);
    assert_int_equal(certlife_certificate_confirmed_at(NULL), 0);
    assert_int_equal(certlife_certificate_replaced_at(NULL), 0);
    assert_int_equal(certlife_certificate_revoked_at(NULL), 0);
    assert_int_equal(certlife_certificate_reason(NULL), 0);
    assert_string_equal(certlife_certificate_revoked_by(NULL), "");
    assert_string_equal(certlife_certificate_application(NULL), "");
    assert_int_equal(certlife_certificate_page_count(NULL), 0);
    assert_null(certlife_certificate_page_at(NULL, 0));
    assert_null(certlife_certificate_page_next(NULL));
    assert_string_equal(certlife_contract_id(NULL), "");
    assert_string_equal(certlife_contract_master(NULL), "");
    assert_int_equal(certlife_contract_users(NULL), 0);
    assert_int_equal(certlife_contract_users_limit(NULL), 0);
    assert_int_equal(certlife_contract_registered_at(NULL), 0);
    assert_int_equal(certlife_contract_applied_at(NULL), 0);
    assert_int_equal(certlife_contract_usb_token_applied_at(NULL), 0);
    assert_int_equal(certlife_contract_closed_at(NULL), 0);
    assert_string_equal(certlife_user_id(NULL), "");
    assert_string_equal(certlife_user_contract(NULL), "");
    assert_string_equal(certlife_user_email(NULL), "");
    assert_int_equal(certlife_user_role(NULL), 0);
    assert_int_equal(certlife_user_permission(NULL), 0);
    assert_int_equal(certlife_user_status(NULL), 0);
    assert_int_equal(certlife_user_obtain_by(NULL), 0);
    assert_int_equal(certlife_user_expiry(NULL), 0);
    assert_string_equal(certlife_user_serial(NULL), "");
    assert_int_equal(certlife_user_unconfirmed_expiry(NULL), 0);
    assert_string_equal(certlife_user_unconfirmed_serial(NULL), "");
    assert_string_equal(certlife_user_application(NULL), "");
    assert_int_equal(certlife_user_renew_later_at(NULL), 0);
    assert_int_equal(certlife_user_page_count(NULL), 0);
    assert_null(certlife_user_page_at(NULL, 0));
    assert_null(certlife_user_page_next(NULL));
    assert_int_equal(certlife_login_expiry(NULL), 0);
    assert_string_equal(certlife_login_serial(NULL), "");
    assert_int_equal(certlife_login_renewal_due(NULL), 0);
    assert_int_equal(certlife_login_days_left(NULL), 0);
    assert_int_equal(certlife_login_confirmed(NULL), 0);
    assert_int_equal(certlife_decision_allowed(NULL), 0);
    assert_int_equal(certlife_decision_code(NULL), CERTLIFE_CODE_UNKNOWN);
    assert_string_equal(certlife_decision_row(NULL), "");
    assert_int_equal(certlife_decision_way(NULL), CERTLIFE_WAY_NONE);
    assert_int_equal(certlife_decision_date(NULL), 0);
    assert_string_equal(certlife_decision_sentence(NULL, CERTLIFE_LANGUAGE_JA), "");
    assert_string_equal(certlife_decision_way_sentence(NULL, CERTLIFE_LANGUAGE_EN), "");
    assert_string_equal(certlife_decision_line(NULL), "");
    assert_int_equal(certlife_error_code(NULL), 0);
    assert_int_equal(certlife_error_class_of(NULL), 0);
    assert_string_equal(certlife_error_message(NULL), "");
    assert_int_equal(certlife_error_backend_code(NULL), 0);
    assert_string_equal(certlife_error_backend_name(NULL), "");
    assert_int_equal(certlife_error_set(NULL, CERTLIFE_E_HOST, 0, NULL, NULL), CERTLIFE_E_HOST);
    assert_null(certlife_profile_builtin(SIZE_MAX));
    assert_null(certlife_profile_value_name(SIZE_MAX));
    assert_null(certlife_profile_value_allowed("no such value"));
}

static void test_nothing_is_freed(void **state)
{
    (void)state;
    certlife_certificate_free(NULL);
    certlife_certificate_page_free(NULL);
    certlife_contract_free(NULL);
    certlife_user_free(NULL);
    certlife_user_page_free(NULL);
    certlife_login_free(NULL);
    certlife_decision_free(NULL);
    certlife_error_free(NULL);
    certlife_profile_free(NULL);
    certlife_crypto_free(NULL);
    certlife_store_close(NULL);
    certlife_issuer_close(NULL);
    certlife_institution_close(NULL);
}

static void test_an_empty_decision_allows_nothing(void **state)
{
    (void)state;
    certlife_decision *decision = certlife_decision_new();
    assert_int_equal(certlife_decision_allowed(decision), 0);
    assert_int_equal(certlife_decision_code(decision), CERTLIFE_CODE_UNKNOWN);
    assert_string_equal(certlife_decision_sentence(decision, CERTLIFE_LANGUAGE_EN), "");
    assert_string_equal(certlife_decision_line(decision), "");
    certlife_decision_free(decision);
}

/* A gate that looks only at the decision: a call that failed lets nobody in, whoever was let in before with the same one. */
static void assert_not_allowed(struct world *w)
{
    assert_int_equal(certlife_decision_allowed(w->decision), 0);
    assert_int_equal(certlife_decision_code(w->decision), CERTLIFE_CODE_UNKNOWN);
    assert_string_equal(certlife_decision_row(w->decision), "");
    assert_string_equal(certlife_decision_line(w->decision), "");
}

static void lets_in(struct world *w)
{
    assert_allowed(w, looks_in(w, "keir002"));
    assert_int_equal(certlife_decision_allowed(w->decision), 1);
}

static void test_a_failed_call_allows_nothing(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_certificate(w, "keir002");
    lets_in(w);
    assert_failed(w, logs_in_with(w, "keir002", "garbage", 7), CERTLIFE_E_MALFORMED);
    assert_not_allowed(w);
    lets_in(w);
    assert_failed(w, logs_in_with(w, "keir002", "", 0), CERTLIFE_E_MALFORMED);
    assert_not_allowed(w);
    lets_in(w);
    assert_int_equal(certlife_login_check(NULL, actor(w, "keir002"), CERTLIFE_LOGIN_LOOK, NULL, w->decision, NULL),
                     CERTLIFE_E_MISUSE);
    assert_not_allowed(w);
    for (size_t i = 0; i < call_count; i++) {
        lets_in(w);
        assert_int_equal(calls[i].make(w->bank, NULL, COMPANY, "keir002", w->decision, NULL), CERTLIFE_E_MISUSE);
        assert_not_allowed(w);
    }
    lets_in(w);
    w->now -= 3600; /* a change is an operator's error now */
    assert_failed(w, adds(w, MASTER, "keir003"), CERTLIFE_E_CLOCK);
    assert_not_allowed(w);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_call_without_a_handle),
        cmocka_unit_test(test_calls_on_users_without_a_user),
        cmocka_unit_test(test_login_and_answer_without_a_handle),
        cmocka_unit_test(test_calls_without_an_output),
        cmocka_unit_test(test_making_without_arguments),
        cmocka_unit_test(test_an_option_is_missing),
        cmocka_unit_test(test_foreign_sizes),
        cmocka_unit_test(test_classes_without_slots),
        cmocka_unit_test(test_neutral_values),
        cmocka_unit_test(test_nothing_is_freed),
        cmocka_unit_test(test_an_empty_decision_allows_nothing),
        cmocka_unit_test(test_a_failed_call_allows_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
