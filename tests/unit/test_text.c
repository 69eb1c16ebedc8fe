/* SPDX-License-Identifier: Apache-2.0 */
/* Texts from outside: UTF-8 against the grammar of RFC 3629, control characters, lengths; hexadecimal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MALFORMED "is not well-formed UTF-8"
#define CONTROL "holds a control character"

static void assert_fault(const char *what, const char *text, const char *wanted)
{
    const char *is = certlife__text_fault(text, 1, 16);
    if ((is == NULL) != (wanted == NULL) || (is != NULL && strcmp(is, wanted) != 0))
        fail_msg("%s: \"%s\" instead of \"%s\"", what, is != NULL ? is : "good", wanted != NULL ? wanted : "good");
}

static const struct {
    const char *what, *text, *fault;
} texts[] = {
    {"ASCII", "keir002", NULL},
    {"space and tilde", " ~", NULL},
    {"Japanese", "\xe7\xae\xa1\xe7\x90\x86\xe8\x80\x85", NULL},
    {"U+00A0, the first behind C1", "\xc2\xa0", NULL},
    {"U+07FF, the last of two octets", "\xdf\xbf", NULL},
    {"U+0800, the first of three", "\xe0\xa0\x80", NULL},
    {"U+D7FF, before the surrogates", "\xed\x9f\xbf", NULL},
    {"U+E000, behind the surrogates", "\xee\x80\x80", NULL},
    {"U+FFFF, the last of three", "\xef\xbf\xbf", NULL},
    {"U+10000, the first of four", "\xf0\x90\x80\x80", NULL},
    {"U+10FFFF, the last", "\xf4\x8f\xbf\xbf", NULL},
    {"nothing given", NULL, "is missing"},
    {"empty", "", "is empty"},
    {"16 bytes", "0123456789abcdef", NULL},
    {"17 bytes", "0123456789abcdefg", "is too long"},
    {"a character over the end", "0123456789abcd\xe7\xae\xa1", "is too long"},
    {"U+0001", "a\x01", CONTROL},
    {"tab", "\t", CONTROL},
    {"line feed", "a\nb", CONTROL},
    {"U+001F", "\x1f", CONTROL},
    {"DEL", "\x7f", CONTROL},
    {"U+0080, the first of C1", "\xc2\x80", CONTROL},
    {"U+0085, next line", "\xc2\x85", CONTROL},
    {"U+009F, the last of C1", "\xc2\x9f", CONTROL},
    {"a continuation alone", "\x80", MALFORMED},
    {"the last continuation alone", "\xbf", MALFORMED},
    {"NUL in two octets", "\xc0\x80", MALFORMED},
    {"a slash in two octets", "\xc0\xaf", MALFORMED},
    {"U+007F in two octets", "\xc1\xbf", MALFORMED},
    {"U+07FF in three octets", "\xe0\x9f\xbf", MALFORMED},
    {"U+FFFF in four octets", "\xf0\x8f\xbf\xbf", MALFORMED},
    {"U+D800, a surrogate", "\xed\xa0\x80", MALFORMED},
    {"U+DFFF, a surrogate", "\xed\xbf\xbf", MALFORMED},
    {"U+110000", "\xf4\x90\x80\x80", MALFORMED},
    {"a lead of five", "\xf8\x88\x80\x80\x80", MALFORMED},
    {"FE", "\xfe", MALFORMED},
    {"FF", "\xff", MALFORMED},
    {"cut after the lead of two", "\xc3", MALFORMED},
    {"cut after two of three", "\xe7\xae", MALFORMED},
    {"cut after three of four", "\xf0\x90\x80", MALFORMED},
    {"ASCII where a continuation belongs",
     "\xe7\xae"
     "a",
     MALFORMED},
    {"good, then bad", "abc\xff", MALFORMED},
    {"Shift JIS", "\x8a\xc7\x97\x9d", MALFORMED},
};

static void texts_good_and_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_fault(texts[i].what, texts[i].text, texts[i].fault);
}

/* The grammar of RFC 3629, section 4: the octets a sequence may begin with. */
static const struct {
    uint8_t from, to, second_from, second_to;
    size_t len;
} grammar[] = {
    {0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static size_t by_grammar(const uint8_t *p)
{
    for (size_t i = 0; i < COUNT(grammar); i++) {
        if (p[0] < grammar[i].from || p[0] > grammar[i].to)
            continue;
        if (grammar[i].len > 1 && (p[1] < grammar[i].second_from || p[1] > grammar[i].second_to))
            return 0;
        for (size_t at = 2; at < grammar[i].len; at++) {
            if (p[at] < 0x80 || p[at] > 0xbf)
                return 0;
        }
        return grammar[i].len;
    }
    return 0;
}

/* What a text deserves: the first fault in it. */
static const char *verdict_of(const uint8_t *p)
{
    while (*p != '\0') {
        size_t len = by_grammar(p);
        if (len == 0)
            return MALFORMED;
        if ((len == 1 && (*p < 0x20 || *p == 0x7f)) || (*p == 0xc2 && p[1] < 0xa0))
            return CONTROL;
        p += len;
    }
    return NULL;
}

/* Every octet at which the grammar changes its mind, and its neighbours, in every order of four. */
static void every_order_of_the_octets_that_matter(void **state)
{
    static const uint8_t octets[] = {0x00, 0x01, 0x1f, 0x20, 0x7e, 0x7f, 0x80, 0x8f, 0x90, 0x9f,
                                     0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed,
                                     0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff};
    const size_t n = COUNT(octets);
    (void)state;
    for (size_t i = 0; i < n * n * n * n; i++) {
        uint8_t text[5] = {octets[i % n], octets[i / n % n], octets[i / n / n % n], octets[i / n / n / n], 0};
        const char *wanted = verdict_of(text), *is = certlife__text_fault((const char *)text, 0, 16);
        if ((is == NULL) != (wanted == NULL) || (is != NULL && strcmp(is, wanted) != 0))
            fail_msg("%02x %02x %02x %02x: \"%s\" instead of \"%s\"", text[0], text[1], text[2], text[3],
                     is != NULL ? is : "good", wanted != NULL ? wanted : "good");
    }
}

static void lengths(void **state)
{
    (void)state;
    assert_null(certlife__text_fault("", 0, 0));
    assert_string_equal(certlife__text_fault("", 1, 64), "is empty");
    assert_string_equal(certlife__text_fault("a", 0, 0), "is too long");
    assert_string_equal(certlife__text_fault(NULL, 0, 0), "is missing");
    /* Too long is said without looking at what is behind the limit. */
    assert_string_equal(certlife__text_fault("abcdef\xff", 1, 5), "is too long");
}

static void hexadecimal_is_written(void **state)
{
    static const uint8_t data[] = {0x00, 0x09, 0x0a, 0x7f, 0x80, 0xff};
    char out[2 * sizeof data + 2];
    (void)state;
    memset(out, '!', sizeof out);
    certlife__hex_write(data, sizeof data, out);
    assert_string_equal(out, "00090a7f80ff");
    assert_int_equal(out[2 * sizeof data + 1], '!');
    certlife__hex_write(data, 0, out);
    assert_string_equal(out, "");
}

static void hexadecimal_is_read(void **state)
{
    static const uint8_t wanted[] = {0x00, 0x9f, 0xab, 0xcd};
    static const char *const bad[] = {"",      "0",  "009", "0g", "g0", "0x00", " 00", "00 ",
                                      "00:11", "-1", "0/",  "0:", "0@", "0G",   "0`",  "009fabcd00"};
    uint8_t out[4] = {0};
    size_t len = 77;
    (void)state;
    assert_true(certlife__hex_read("009fabcd", out, sizeof out, &len));
    assert_int_equal(len, 4);
    assert_memory_equal(out, wanted, 4);
    assert_true(certlife__hex_read("9FAbCd", out, sizeof out, &len));
    assert_int_equal(len, 3);
    assert_memory_equal(out, wanted + 1, 3);
    len = 77;
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (certlife__hex_read(bad[i], out, sizeof out, &len) || len != 77)
            fail_msg("\"%s\" was read", bad[i]);
    }
}

static void hexadecimal_there_and_back(void **state)
{
    (void)state;
    for (int i = 0; i < 256; i++) {
        uint8_t octet = (uint8_t)i, back = 0;
        char text[3];
        size_t len = 0;
        certlife__hex_write(&octet, 1, text);
        assert_true(certlife__hex_read(text, &back, 1, &len));
        assert_int_equal(back, octet);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_good_and_bad),
        cmocka_unit_test(every_order_of_the_octets_that_matter),
        cmocka_unit_test(lengths),
        cmocka_unit_test(hexadecimal_is_written),
        cmocka_unit_test(hexadecimal_is_read),
        cmocka_unit_test(hexadecimal_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
