/* SPDX-License-Identifier: Apache-2.0 */
/* Texts, numbers, moments and IDs that will not do: INVALID, MALFORMED, CLOCK or 'unknown', and nothing is written. */
#include "calls.h"
#include "dump.h"
#include "world.h"

#include "base/civil.h"

#define LONGER_THAN_64 "0123456789012345678901234567890123456789012345678901234567890123456789"
#define LONGER_THAN_128 LONGER_THAN_64 LONGER_THAN_64
#define LONGER_THAN_254 LONGER_THAN_128 LONGER_THAN_128

static const struct {
    const char *what, *text;
} bad_texts[] = {
    {"empty", ""},
    {"longer than any text", LONGER_THAN_254},
    {"65 bytes", "01234567890123456789012345678901234567890123456789012345678901234"},
    {"Latin-1", "caf\xe9"},
    {"a lone continuation", "a\x80"},
    {"cut off in a character", "\xe5\xa4"},
    {"overlong slash", "\xc0\xaf"},
    {"overlong NUL", "\xc0\x80"},
    {"a surrogate", "\xed\xa0\x80"},
    {"beyond Unicode", "\xf4\x90\x80\x80"},
    {"a fifth byte", "\xf8\x88\x80\x80\x80"},
    {"0xfe", "\xfe"},
    {"a line break", "keir\n002"},
    {"a tab", "\tkeir"},
    {"an escape", "\x1b[31m"},
    {"DEL", "keir\x7f"},
    {"a C1 control character", "keir\xc2\x85"},
};

#define BAD_TEXTS (sizeof bad_texts / sizeof bad_texts[0])

static certlife_actor branch(void)
{
    certlife_actor a = CERTLIFE_ACTOR_INIT;
    a.kind = CERTLIFE_ACTOR_BRANCH;
    a.application = "2026-0417";
    return a;
}

static void is_invalid(const char *call, const char *what, int rc, certlife_error **err)
{
    if (rc != CERTLIFE_E_INVALID || certlife_error_code(*err) != rc || certlife_error_message(*err)[0] == '\0')
        fail_msg("%s: %s: got %d %s", call, what, rc, certlife_error_message(*err));
    certlife_error_free(*err);
    *err = NULL;
}

static void test_ids(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    struct dump before = dump_of(w->store);
    certlife_actor a = branch();
    for (size_t i = 0; i < BAD_TEXTS; i++) {
        const char *text = bad_texts[i].text, *what = bad_texts[i].what;
        for (size_t n = 0; n < call_count; n++) {
            int rc = calls[n].make(w->bank, &a, text, MASTER, w->decision, &w->err);
            is_invalid(calls[n].name, what, rc, &w->err);
            if (!calls[n].about_user)
                continue;
            rc = calls[n].make(w->bank, &a, COMPANY, text, w->decision, &w->err);
            is_invalid(calls[n].name, what, rc, &w->err);
        }
        is_invalid("master", what,
                   certlife_contract_register(w->bank, &a, "0010000009", text, "", w->decision, &w->err), &w->err);
        certlife_user_page *page = NULL;
        is_invalid("after", what, certlife_user_list(w->bank, &a, COMPANY, text, 10, &page, w->decision, &w->err),
                   &w->err);
    }
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    world_free(w);
}

static void test_actors(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    struct dump before = dump_of(w->store);
    const certlife_actor good_branch = branch(), good_user = *actor(w, MASTER);
    for (size_t i = 0; i < BAD_TEXTS; i++) {
        certlife_actor bad[5] = {good_user, good_user, good_branch, good_branch, good_branch};
        bad[0].contract = bad[1].user = bad[2].staff = bad[3].application = bad[4].idempotency_key = bad_texts[i].text;
        for (size_t b = 0; b < 5; b++) {
            bool short_enough = b == 4 && strlen(bad_texts[i].text) == 65; /* these may have 128 */
            for (size_t n = 0; n < call_count && !short_enough; n++)
                is_invalid(calls[n].name, bad_texts[i].what,
                           calls[n].make(w->bank, &bad[b], COMPANY, MASTER, w->decision, &w->err), &w->err);
            if (b < 2)
                is_invalid("login", bad_texts[i].what,
                           certlife_login_check(w->bank, &bad[b], CERTLIFE_LOGIN_LOOK, w->login, w->decision, &w->err),
                           &w->err);
        }
    }
    certlife_actor nobody = good_user;
    nobody.user = NULL;
    is_invalid("login", "no user",
               certlife_login_check(w->bank, &nobody, CERTLIFE_LOGIN_LOOK, w->login, w->decision, &w->err), &w->err);
    nobody = good_user;
    nobody.contract = NULL;
    is_invalid("login", "no contract",
               certlife_login_check(w->bank, &nobody, CERTLIFE_LOGIN_LOOK, w->login, w->decision, &w->err), &w->err);
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    world_free(w);
}

static void test_addresses_and_channels(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    certlife_actor a = branch();
    has_user(w, "keir002");
    struct dump before = dump_of(w->store);
    for (size_t i = 0; i < BAD_TEXTS; i++) {
        const char *text = bad_texts[i].text, *what = bad_texts[i].what;
        certlife_user_edit_request edit = CERTLIFE_USER_EDIT_REQUEST_INIT;
        certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
        certlife_institution *bank = NULL;
        edit.email = text;
        w->channel = text;
        is_invalid("channel", what, obtains_with(w, "keir002", 1), &w->err);
        options.name = text;
        options.crl_url = "http://crl.example.jp/users.crl";
        options.profile = w->profile;
        options.store = w->store;
        options.crypto = w->crypto;
        is_invalid("name", what, certlife_institution_open(&options, &bank, &w->err), &w->err);
        options.name = "Example Shinkin Bank";
        options.crl_url = text;
        if (strlen(text) != 65)
            is_invalid("crl_url", what, certlife_institution_open(&options, &bank, &w->err), &w->err);
        if (text[0] == '\0' || strlen(text) == 65)
            continue; /* an address may be empty, or that long */
        is_invalid("email", what, certlife_user_edit(w->bank, &a, COMPANY, "keir002", &edit, w->decision, &w->err),
                   &w->err);
        is_invalid("email", what,
                   certlife_user_add(w->bank, &a, COMPANY, "keir003", CERTLIFE_PERMISSION_OPERATOR, text, w->decision,
                                     &w->err),
                   &w->err);
        is_invalid("email", what,
                   certlife_contract_register(w->bank, &a, "0010000009", "keir901", text, w->decision, &w->err),
                   &w->err);
    }
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    world_free(w);
}

/* The longest, and Japanese, are good. */
static void test_good_texts(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    certlife_actor a = branch();
    const char *longest = "0123456789012345678901234567890123456789012345678901234567890123";
    const char *japanese = "株式会社・佐藤　花子";
    assert_int_equal(strlen(longest), 64);
    a.staff = a.application = longest;
    a.idempotency_key =
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
        "901234567890123456789012345678";
    assert_int_equal(strlen(a.idempotency_key), 128);
    assert_allowed(w, certlife_contract_register(w->bank, &a, longest, longest, "", w->decision, &w->err));
    a.idempotency_key = NULL;
    assert_allowed(w, certlife_contract_apply(w->bank, &a, longest, w->decision, &w->err));
    assert_allowed(w, certlife_user_authorise(w->bank, &a, longest, longest, w->decision, &w->err));
    w->company = longest;
    assert_allowed(w, obtains(w, longest));
    assert_allowed(w, logs_in(w, longest));
    assert_allowed(w, certlife_contract_register(w->bank, &a, japanese, japanese, "花子@例.jp", w->decision, &w->err));
    assert_allowed(w, certlife_contract_apply(w->bank, &a, japanese, w->decision, &w->err));
    assert_allowed(w, certlife_user_authorise(w->bank, &a, japanese, japanese, w->decision, &w->err));
    w->company = japanese;
    assert_allowed(w, obtains(w, japanese));
    assert_allowed(w, logs_in(w, japanese));
    world_free(w);
}

/* ---- moments ---- */

static void test_clocks(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    certlife_actor a = branch();
    has_user(w, "keir002");
    struct dump before = dump_of(w->store);
    const int64_t good = w->now, bad[] = {0, 1, -1, INT64_MIN, INT64_MAX, LAST_MOMENT + 1, -2208988800};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        w->now = bad[i];
        for (size_t n = 0; n < call_count; n++) {
            assert_failed(w, calls[n].make(w->bank, &a, COMPANY, "keir002", w->decision, &w->err), CERTLIFE_E_CLOCK);
            certlife_error_free(w->err);
            w->err = NULL;
        }
        assert_failed(w, looks_in(w, MASTER), CERTLIFE_E_CLOCK);
        assert_failed(w, logs_in(w, MASTER), CERTLIFE_E_CLOCK);
    }
    w->now = good;
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    world_free(w);
}

/* The last day there is: nothing overflows, and no certificate is made that would not end. */
static void test_last_day(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    w->now = LAST_MOMENT;
    assert_allowed(w, adds(w, "branch", "keir002"));
    assert_status(w, "keir002", CERTLIFE_STATUS_AWAITING);
    assert_failed(w, obtains(w, "keir002"), CERTLIFE_E_ISSUER);
    assert_int_equal(history_count(w, "keir002"), 0);
    assert_status(w, MASTER, CERTLIFE_STATUS_EXPIRED);
    assert_int_equal(looks_in(w, MASTER), CERTLIFE_REFUSED);
    world_free(w);
}

/* ---- numbers ---- */

static const int32_t strange_numbers[] = {0, -1, 3, 4, 20, 31, 32, 33, 63, 64, 255, 65536, INT32_MAX, INT32_MIN};

#define STRANGE (sizeof strange_numbers / sizeof strange_numbers[0])

static void test_unknown_kinds_of_actor(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    for (size_t i = 0; i < STRANGE; i++) {
        certlife_actor a = branch();
        a.kind = strange_numbers[i];
        if (a.kind == CERTLIFE_ACTOR_SYSTEM)
            continue;
        for (size_t n = 0; n < call_count; n++)
            is_invalid(calls[n].name, "kind", calls[n].make(w->bank, &a, COMPANY, MASTER, w->decision, &w->err),
                       &w->err);
    }
    world_free(w);
}

static void test_unknown_numbers(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    certlife_actor a = branch(), user = *actor(w, MASTER);
    has_user(w, "keir002");
    struct dump before = dump_of(w->store);
    for (size_t i = 0; i < STRANGE; i++) {
        int32_t number = strange_numbers[i];
        certlife_user_edit_request edit = CERTLIFE_USER_EDIT_REQUEST_INIT;
        uint32_t who = 0;
        certlife_certificate_page *page = NULL;
        certlife_user_page *users = NULL;
        w->medium = number;
        is_invalid("medium", "unknown", obtains_with(w, "keir002", 1), &w->err);
        is_invalid("permission", "unknown",
                   certlife_user_add(w->bank, &a, COMPANY, "keir003", number, "", w->decision, &w->err), &w->err);
        is_invalid("mode", "unknown", certlife_login_check(w->bank, &user, number, w->login, w->decision, &w->err),
                   &w->err);
        if (number != 0) {
            edit.permission = number;
            is_invalid("permission", "unknown",
                       certlife_user_edit(w->bank, &a, COMPANY, "keir002", &edit, w->decision, &w->err), &w->err);
            edit.permission = 0;
            edit.certificate = number;
            is_invalid("choice", "unknown",
                       certlife_user_edit(w->bank, &a, COMPANY, "keir002", &edit, w->decision, &w->err), &w->err);
        }
        if (number < 0 || number > CERTLIFE_REASON_PRIVILEGE_WITHDRAWN) {
            is_invalid("reason", "unknown",
                       certlife_revoke(w->bank, &a, COMPANY, "keir002", number, w->decision, &w->err), &w->err);
            edit.certificate = CERTLIFE_CHOICE_REVOKE;
            edit.reason = number;
            is_invalid("reason", "unknown",
                       certlife_user_edit(w->bank, &a, COMPANY, "keir002", &edit, w->decision, &w->err), &w->err);
        }
        if (number <= 0 || number > CERTLIFE_ACT_NOTICE_RUN) {
            is_invalid("act", "unknown", certlife_decide(w->bank, &a, number, COMPANY, "keir002", w->decision, &w->err),
                       &w->err);
            is_invalid("act", "unknown",
                       certlife_who_could(w->bank, &a, number, COMPANY, "keir002", &who, w->decision, &w->err),
                       &w->err);
        }
        if (number < 1 || number > 10000) {
            is_invalid("limit", "outside",
                       certlife_user_list(w->bank, &a, COMPANY, NULL, number, &users, w->decision, &w->err), &w->err);
            is_invalid("limit", "outside",
                       certlife_user_history(w->bank, &a, COMPANY, MASTER, NULL, number, &page, w->decision, &w->err),
                       &w->err);
        }
    }
    /* CRL reasons that are not for a user's certificate: CA compromise, hold, the unused 7, remove, AA compromise. */
    for (int32_t reason = 2; reason <= 10; reason += reason == 2 ? 4 : reason == 8 ? 2 : 1)
        is_invalid("reason", "not a user's",
                   certlife_revoke(w->bank, &a, COMPANY, "keir002", reason, w->decision, &w->err), &w->err);
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    world_free(w);
}

static void test_serial_numbers(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "0",   "abc", "zz",
                                      "0x01", "01 ", "-1",  "012345678901234567890123456789012345678901"};
    struct world *w = world_new("webfb");
    certlife_actor a = branch();
    certlife_certificate_page *page = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        is_invalid("serial", bad[i], confirms_serial(w, MASTER, bad[i]), &w->err);
        is_invalid("after", bad[i],
                   certlife_user_history(w->bank, &a, COMPANY, MASTER, bad[i], 10, &page, w->decision, &w->err),
                   &w->err);
    }
    /* Well-formed, but nobody's. */
    assert_refused(w, confirms_serial(w, MASTER, "0123"), "R-ALL-6", CERTLIFE_CODE_NOTHING_TO_CONFIRM,
                   CERTLIFE_WAY_CONTACT_BRANCH);
    world_free(w);
}

static void test_names_of_unknown_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < STRANGE; i++) {
        int32_t number = strange_numbers[i];
        assert_non_null(certlife_act_name(number));
        assert_non_null(certlife_code_name(number));
        assert_non_null(certlife_way_name(number));
        assert_non_null(certlife_status_name(number));
        assert_non_null(certlife_status_label(number, number));
        assert_non_null(certlife_reason_name(number));
        assert_non_null(certlife_medium_name(number));
        assert_non_null(certlife_certificate_state_name(number));
        assert_non_null(certlife_error_name(number));
        assert_non_null(certlife_error_meaning(number));
    }
    assert_string_equal(certlife_act_name(INT32_MAX), "unknown");
    assert_string_equal(certlife_code_name(INT32_MAX), "unknown");
    assert_string_equal(certlife_way_name(INT32_MIN), "unknown");
    assert_string_equal(certlife_status_name(-1), "unknown");
    assert_string_equal(certlife_reason_name(2), "unknown");
    assert_string_equal(certlife_medium_name(0), "unknown");
    assert_string_equal(certlife_certificate_state_name(99), "unknown");
    assert_string_equal(certlife_error_name(7), "UNKNOWN");
}

static void test_unknown_languages(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_user(w, "keir002");
    assert_int_equal(renews(w, "keir002"), CERTLIFE_REFUSED);
    for (size_t i = 0; i < STRANGE; i++) {
        assert_true(certlife_decision_sentence(w->decision, strange_numbers[i])[0] != '\0');
        assert_non_null(certlife_decision_way_sentence(w->decision, strange_numbers[i]));
    }
    world_free(w);
}

/* ---- IDs that name nobody ---- */

static bool is_named(const char *call, const char *a, const char *b)
{
    return strcmp(call, a) == 0 || strcmp(call, b) == 0;
}

static void test_unknown_ids(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    struct dump before = dump_of(w->store);
    certlife_actor nightly = CERTLIFE_ACTOR_INIT;
    nightly.kind = CERTLIFE_ACTOR_SYSTEM;
    const certlife_actor actors[] = {*actor(w, MASTER), branch(), nightly};
    for (size_t who = 0; who < 3; who++) {
        for (size_t n = 0; n < call_count; n++) {
            const struct call_made *call = &calls[n];
            if (is_named(call->name, "certlife_contract_register", ""))
                continue;
            int rc = call->make(w->bank, &actors[who], "0019999999", "keir999", w->decision, &w->err);
            assert_int_equal(rc, CERTLIFE_REFUSED);
            if (!call->about_user || is_named(call->name, "certlife_user_add", ""))
                continue;
            rc = call->make(w->bank, &actors[who], COMPANY, "keir999", w->decision, &w->err);
            assert_int_equal(rc, CERTLIFE_REFUSED);
        }
    }
    /* A user whom the register does not know may do nothing, and learns nothing. */
    certlife_actor stranger = *actor(w, "keir999");
    for (size_t n = 0; n < call_count; n++) {
        assert_int_equal(calls[n].make(w->bank, &stranger, COMPANY, MASTER, w->decision, &w->err), CERTLIFE_REFUSED);
        assert_int_equal(certlife_decision_code(w->decision), CERTLIFE_CODE_UNKNOWN);
    }
    assert_true(dump_equals(&before, w->store));
    dump_free(&before);
    world_free(w);
}

/* Every question about every act, on a user, on none, on one who is not there: an answer, never a crash. */
static void test_every_question(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_user(w, "keir002");
    const char *const by[] = {MASTER, "keir002", "keir999", "branch", "system"};
    const char *const about[] = {MASTER, "keir002", "keir999", NULL};
    for (certlife_act act = CERTLIFE_ACT_OBTAIN; act <= CERTLIFE_ACT_NOTICE_RUN; act++) {
        for (size_t i = 0; i < 5; i++) {
            for (size_t j = 0; j < 4; j++) {
                uint32_t who = 0;
                assert_true(could(w, by[i], act, about[j]) >= 0);
                int rc =
                    certlife_who_could(w->bank, actor(w, by[i]), act, COMPANY, about[j], &who, w->decision, &w->err);
                assert_true(rc >= 0);
            }
        }
    }
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_actors),
        cmocka_unit_test(test_addresses_and_channels),
        cmocka_unit_test(test_good_texts),
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_last_day),
        cmocka_unit_test(test_unknown_kinds_of_actor),
        cmocka_unit_test(test_unknown_numbers),
        cmocka_unit_test(test_serial_numbers),
        cmocka_unit_test(test_names_of_unknown_numbers),
        cmocka_unit_test(test_unknown_languages),
        cmocka_unit_test(test_unknown_ids),
        cmocka_unit_test(test_every_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
