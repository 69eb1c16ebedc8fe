/* SPDX-License-Identifier: Apache-2.0 */
/* Failures: every code explains itself, the first description stays, and lack of memory is told without memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The linker sends the library's calloc here. */
static bool memory_is_out;
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return memory_is_out ? NULL : __real_calloc(count, size);
}

static const struct {
    int code;
    const char *name;
    certlife_error_class class_of;
} codes[] = {
    {CERTLIFE_E_MISUSE, "MISUSE", CERTLIFE_CLASS_CALL},
    {CERTLIFE_E_INVALID, "INVALID", CERTLIFE_CLASS_CALL},
    {CERTLIFE_E_MALFORMED, "MALFORMED", CERTLIFE_CLASS_CALL},
    {CERTLIFE_E_FORKED, "FORKED", CERTLIFE_CLASS_CALL},
    {CERTLIFE_E_MEMORY, "MEMORY", CERTLIFE_CLASS_RETRY},
    {CERTLIFE_E_BUSY, "BUSY", CERTLIFE_CLASS_RETRY},
    {CERTLIFE_E_STORE, "STORE", CERTLIFE_CLASS_OPERATOR},
    {CERTLIFE_E_STORE_FULL, "STORE_FULL", CERTLIFE_CLASS_OPERATOR},
    {CERTLIFE_E_STORE_VERSION, "STORE_VERSION", CERTLIFE_CLASS_OPERATOR},
    {CERTLIFE_E_STORE_CORRUPT, "STORE_CORRUPT", CERTLIFE_CLASS_OPERATOR},
    {CERTLIFE_E_CRYPTO, "CRYPTO", CERTLIFE_CLASS_OPERATOR},
    {CERTLIFE_E_ISSUER, "ISSUER", CERTLIFE_CLASS_OPERATOR},
    {CERTLIFE_E_CLOCK, "CLOCK", CERTLIFE_CLASS_OPERATOR},
    {CERTLIFE_E_HOST, "HOST", CERTLIFE_CLASS_CALL},
    {CERTLIFE_E_INTERNAL, "INTERNAL", CERTLIFE_CLASS_BUG},
};

static void every_code_explains_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(codes); i++) {
        assert_int_equal(codes[i].code, -1 - (int)i);
        assert_string_equal(certlife_error_name(codes[i].code), codes[i].name);
        assert_int_equal(certlife_error_class_for(codes[i].code), codes[i].class_of);
        const char *meaning = certlife_error_meaning(codes[i].code);
        assert_true(strlen(meaning) > 10 && strchr(meaning, '\n') == NULL);
        for (size_t other = 0; other < i; other++)
            assert_string_not_equal(meaning, certlife_error_meaning(codes[other].code));
    }
}

static void other_numbers_are_unknown(void **state)
{
    static const int unknown[] = {0, 1, 2, -(int)COUNT(codes) - 1, -1000};
    (void)state;
    for (size_t i = 0; i < COUNT(unknown); i++) {
        assert_string_equal(certlife_error_name(unknown[i]), "UNKNOWN");
        assert_string_equal(certlife_error_meaning(unknown[i]), "UNKNOWN");
        assert_int_equal(certlife_error_class_for(unknown[i]), 0);
    }
}

static void a_failure_carries_what_was_said(void **state)
{
    certlife_error *err = NULL;
    (void)state;
    assert_int_equal(certlife__fail(&err, CERTLIFE_E_INVALID, "user %s: %d", "keir002", 7), CERTLIFE_E_INVALID);
    assert_int_equal(certlife_error_code(err), CERTLIFE_E_INVALID);
    assert_int_equal(certlife_error_class_of(err), CERTLIFE_CLASS_CALL);
    assert_string_equal(certlife_error_message(err), "user keir002: 7");
    assert_int_equal(certlife_error_backend_code(err), 0);
    assert_string_equal(certlife_error_backend_name(err), "");
    certlife_error_free(err);

    err = NULL;
    assert_int_equal(certlife_error_set(&err, CERTLIFE_E_STORE, -30792, "lmdb", "store: 100% full"), CERTLIFE_E_STORE);
    assert_string_equal(certlife_error_message(err), "store: 100% full");
    assert_int_equal(certlife_error_backend_code(err), -30792);
    assert_string_equal(certlife_error_backend_name(err), "lmdb");
    certlife_error_free(err);

    err = NULL;
    assert_int_equal(certlife_error_set(&err, CERTLIFE_E_HOST, 0, NULL, NULL), CERTLIFE_E_HOST);
    assert_string_equal(certlife_error_message(err), "");
    assert_string_equal(certlife_error_backend_name(err), "");
    certlife_error_free(err);
}

static void the_first_description_stays(void **state)
{
    certlife_error *err = NULL;
    (void)state;
    certlife__fail(&err, CERTLIFE_E_STORE, "first");
    assert_int_equal(certlife__fail(&err, CERTLIFE_E_CRYPTO, "second"), CERTLIFE_E_CRYPTO);
    assert_int_equal(certlife_error_code(err), CERTLIFE_E_STORE);
    assert_string_equal(certlife_error_message(err), "first");
    certlife_error_free(err);
}

static void nobody_need_listen(void **state)
{
    (void)state;
    assert_int_equal(certlife__fail(NULL, CERTLIFE_E_BUSY, "store: busy"), CERTLIFE_E_BUSY);
    assert_int_equal(certlife_error_set(NULL, CERTLIFE_E_BUSY, 0, NULL, "busy"), CERTLIFE_E_BUSY);
    assert_int_equal(certlife_error_code(NULL), 0);
    assert_int_equal(certlife_error_class_of(NULL), 0);
    assert_string_equal(certlife_error_message(NULL), "");
    assert_int_equal(certlife_error_backend_code(NULL), 0);
    assert_string_equal(certlife_error_backend_name(NULL), "");
    certlife_error_free(NULL);
}

static void long_texts_are_cut(void **state)
{
    char text[2000];
    certlife_error *err = NULL;
    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    certlife_error_set(&err, CERTLIFE_E_STORE, 1, text, text);
    assert_in_range(strlen(certlife_error_message(err)), 200, sizeof text - 2);
    assert_in_range(strlen(certlife_error_backend_name(err)), 10, 100);
    certlife_error_free(err);
}

static void no_memory_to_describe_a_failure(void **state)
{
    certlife_error *err = NULL;
    (void)state;
    memory_is_out = true;
    int rc = certlife__fail(&err, CERTLIFE_E_STORE, "store: failed");
    memory_is_out = false;
    assert_int_equal(rc, CERTLIFE_E_STORE);
    assert_non_null(err);
    assert_int_equal(certlife_error_code(err), CERTLIFE_E_MEMORY);
    assert_int_equal(certlife_error_class_of(err), CERTLIFE_CLASS_RETRY);
    assert_string_equal(certlife_error_message(err), "certlife: no memory to describe a failure");
    certlife_error_free(err);
    certlife_error_free(err); /* shared and constant: it outlives being freed */
    assert_string_equal(certlife_error_message(err), "certlife: no memory to describe a failure");
}

static int uses(const char *handle, certlife_error **err)
{
    CHECK_USE(handle != NULL, err);
    return 0;
}

static void misuse_names_the_expression(void **state)
{
    (void)state;
#ifdef CERTLIFE_ABORT_ON_MISUSE
    assert_int_equal(uses("", NULL), 0);
    skip();
#else
    certlife_error *err = NULL;
    assert_int_equal(uses("", &err), 0);
    assert_null(err);
    assert_int_equal(uses(NULL, &err), CERTLIFE_E_MISUSE);
    assert_string_equal(certlife_error_message(err), "uses: handle != NULL does not hold");
    certlife_error_free(err);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_explains_itself),
        cmocka_unit_test(other_numbers_are_unknown),
        cmocka_unit_test(a_failure_carries_what_was_said),
        cmocka_unit_test(the_first_description_stays),
        cmocka_unit_test(nobody_need_listen),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(no_memory_to_describe_a_failure),
        cmocka_unit_test(misuse_names_the_expression),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
