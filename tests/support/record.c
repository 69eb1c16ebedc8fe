/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* program_invocation_short_name, asprintf */
#include "record.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>
#include <mbedtls/base64.h>

#include "base/text.h"

#define NAME_ROOM 80
#define STORY_MAX 2000 /* lines: a test that tries every bit is no story */

/* What came by chance, and the name it has got. */
struct named {
    enum naming naming;
    int number;
    char text[NAME_ROOM];
    uint8_t *der; /* of a certificate that has come out */
    size_t len;
};

static struct {
    FILE *file;
    bool open;        /* a story is told */
    int lines, began; /* of the file; before this story */
    FILE *line;       /* that is being written */
    char *text;
    size_t text_len;
    bool first; /* the next member is the first of its object or array */
    struct named *names;
    size_t name_count;
} story;

/* ---- The story ---- */

bool record_is_inside(void)
{
    return story.open && story.line != NULL;
}

static void drop_line(void)
{
    if (story.line != NULL)
        fclose(story.line);
    free(story.text);
    story.line = NULL;
    story.text = NULL;
}

static void write_anew(void)
{
    drop_line();
    story.line = open_memstream(&story.text, &story.text_len);
    if (story.line == NULL)
        abort();
    story.first = true;
    say_open(NULL, '{');
}

static void write_out(void)
{
    say_close('}');
    fputc('\n', story.line);
    fclose(story.line);
    story.line = NULL;
    if (fwrite(story.text, 1, story.text_len, story.file) != story.text_len || fflush(story.file) != 0)
        abort();
    free(story.text);
    story.text = NULL;
    story.lines++;
}

int record_line(void)
{
    return story.lines + 1;
}

bool record_begins(const char *call)
{
    if (record_is_inside())
        record_stops("a call in the middle of another");
    if (story.lines - story.began > STORY_MAX)
        record_stops("very long");
    if (!story.open)
        return false;
    write_anew();
    say_text("call", call);
    return true;
}

void record_ends(void)
{
    if (record_is_inside())
        write_out();
}

static void tell_end(const char *reason)
{
    write_anew();
    say_text("end", reason);
    write_out();
    story.open = false;
}

void record_stops(const char *reason)
{
    if (story.open)
        tell_end(reason);
}

/* ---- Parts of a line ---- */

static void say_start(const char *name)
{
    fputs(story.first ? "" : ",", story.line);
    story.first = false;
    if (name != NULL)
        fprintf(story.line, "\"%s\":", name);
}

void say_open(const char *name, char bracket)
{
    if (story.line == NULL)
        return;
    say_start(name);
    fputc(bracket, story.line);
    story.first = true;
}

void say_close(char bracket)
{
    if (story.line == NULL)
        return;
    fputc(bracket, story.line);
    story.first = false;
}

void say_number(const char *name, int64_t number)
{
    if (story.line == NULL)
        return;
    say_start(name);
    fprintf(story.line, "%lld", (long long)number);
}

static bool is_utf8(const char *text)
{
    const char *fault = certlife__text_fault(text, 0, SIZE_MAX - 1);
    return fault == NULL || strcmp(fault, "is not well-formed UTF-8") != 0;
}

void say_text(const char *name, const char *text)
{
    if (story.line == NULL)
        return;
    say_start(name);
    if (text == NULL) {
        fputs("null", story.line);
        return;
    }
    if (!is_utf8(text)) {
        record_stops("a text that is not UTF-8");
        return;
    }
    fputc('"', story.line);
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c < 0x20 || *c == '"' || *c == '\\')
            fprintf(story.line, "\\u%04x", *c);
        else
            fputc(*c, story.line);
    }
    fputc('"', story.line);
}

void say_bytes(const char *name, const void *data, size_t len)
{
    size_t room = len / 3 * 4 + 5, written = 0;
    if (data == NULL || story.line == NULL) {
        say_text(name, NULL);
        return;
    }
    unsigned char *text = calloc(1, room); /* of nothing mbedTLS writes not even the NUL */
    if (text == NULL || mbedtls_base64_encode(text, room, &written, data, len) != 0)
        abort();
    say_text(name, (const char *)text);
    free(text);
}

/* ---- Names ---- */

static struct named *find(enum naming naming, const char *text)
{
    for (size_t i = 0; i < story.name_count; i++) {
        if (story.names[i].naming == naming && strcmp(story.names[i].text, text) == 0)
            return &story.names[i];
    }
    return NULL;
}

static struct named *found_or_named(enum naming naming, const char *text)
{
    struct named *is = find(naming, text);
    if (is != NULL)
        return is;
    struct named *grown = realloc(story.names, (story.name_count + 1) * sizeof *grown);
    if (grown == NULL)
        abort();
    story.names = grown;
    is = &grown[story.name_count];
    *is = (struct named){.naming = naming, .number = 1};
    for (size_t i = 0; i < story.name_count; i++)
        is->number += grown[i].naming == naming;
    snprintf(is->text, sizeof is->text, "%s", text);
    story.name_count++;
    return is;
}

static void say_name(const char *name, const struct named *is)
{
    char text[32];
    snprintf(text, sizeof text, "%c%d", (char)is->naming, is->number);
    say_text(name, text);
}

void say_named(const char *name, enum naming naming, const char *text)
{
    if (story.line == NULL)
        return;
    if (text[0] == '\0')
        say_text(name, "");
    else
        say_name(name, found_or_named(naming, text));
}

void say_if_named(const char *name, enum naming naming, const char *text)
{
    static const enum naming namings[] = {NAMES_ORDER, NAMES_CERTIFICATE, NAMES_NOTICE};
    const struct named *is = text != NULL ? find(naming, text) : NULL;
    for (size_t i = 0; text != NULL && is == NULL && i < sizeof namings / sizeof namings[0]; i++)
        is = find(namings[i], text);
    if (is != NULL)
        say_name(name, is);
    else
        say_text(name, text);
}

/* Replaces every mention of `is` in a text that is yours, as is the new one. */
static char *with_name(char *text, const struct named *is)
{
    for (char *found = strstr(text, is->text); found != NULL; found = strstr(text, is->text)) {
        char *replaced = NULL;
        if (asprintf(&replaced, "%.*s%c%d%s", (int)(found - text), text, (char)is->naming, is->number,
                     found + strlen(is->text)) < 0)
            abort();
        free(text);
        text = replaced;
    }
    return text;
}

void say_sentence(const char *name, const char *text)
{
    char *told = strdup(text);
    if (told == NULL)
        abort();
    for (size_t i = 0; i < story.name_count; i++) {
        if (story.names[i].naming == NAMES_ORDER)
            told = with_name(told, &story.names[i]);
    }
    for (size_t i = 0; i < story.name_count; i++)
        told = with_name(told, &story.names[i]);
    say_text(name, told);
    free(told);
}

void record_certificate(const char *serial, const uint8_t *der, size_t len)
{
    if (story.line == NULL)
        return;
    struct named *is = found_or_named(NAMES_CERTIFICATE, serial);
    if (is->der != NULL)
        return;
    is->der = malloc(len);
    if (is->der == NULL)
        abort();
    memcpy(is->der, der, len);
    is->len = len;
}

void say_presented(const char *name, const uint8_t *der, size_t len)
{
    for (size_t i = 0; der != NULL && i < story.name_count; i++) {
        const struct named *is = &story.names[i];
        if (is->der != NULL && is->len == len && memcmp(is->der, der, len) == 0) {
            say_name(name, is);
            return;
        }
    }
    say_bytes(name, der, len);
}

/* ---- The tests of an executable ---- */

static void forget_names(void)
{
    for (size_t i = 0; i < story.name_count; i++)
        free(story.names[i].der);
    free(story.names);
    story.names = NULL;
    story.name_count = 0;
}

static int story_opens(void **state)
{
    story.open = true;
    story.began = story.lines;
    write_anew();
    say_text("story", *state);
    write_out();
    return 0;
}

static int story_ends(void **state)
{
    (void)state;
    record_stops("");
    forget_names();
    return 0;
}

static void open_file(const char *folder)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.jsonl", folder, program_invocation_short_name);
    story.file = fopen(path, "w");
    if (story.file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
}

WRAPS(int, _cmocka_run_group_tests, const char *name, const struct CMUnitTest *tests, size_t count,
      CMFixtureFunction set_up, CMFixtureFunction tear_down)
{
    const char *folder = getenv("CERTLIFE_RECORD");
    if (folder == NULL)
        return __real__cmocka_run_group_tests(name, tests, count, set_up, tear_down);
    open_file(folder);
    struct CMUnitTest *told = calloc(count, sizeof *told);
    if (told == NULL)
        abort();
    for (size_t i = 0; i < count; i++)
        told[i] =
            (struct CMUnitTest){tests[i].name, tests[i].test_func, story_opens, story_ends, (void *)tests[i].name};
    int failed = __real__cmocka_run_group_tests(name, told, count, set_up, tear_down);
    free(told);
    if (fclose(story.file) != 0)
        abort();
    return failed;
}

/* What others do meanwhile is in no order that could be told again. */
WRAPS(pid_t, fork, void)
{
    record_stops("another process");
    return __real_fork();
}

WRAPS(int, pthread_create, pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *payload)
{
    record_stops("several threads");
    return __real_pthread_create(thread, attributes, run, payload);
}
