/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes down what the behaviour tests ask and what they are answered, so that other languages can be asked the same:
 *
 *     CERTLIFE_RECORD=FOLDER ./test_renew        writes FOLDER/test_renew.jsonl
 *
 * A test is a story. The public calls of the test executables are wrapped by the linker (record_calls.c), so the tests know
 * nothing of it; without the variable the wrappers only pass on. tests/stories/record.sh says what the lines look like.
 *
 * A story can be told again on an institution of a store in memory, a local CA and a clock. What cannot be told again so
 * (a store that fails, another process) ends the story there, with the reason, and is counted by whoever reads it.
 */
#ifndef CERTLIFE_TESTS_RECORD_H
#define CERTLIFE_TESTS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <certlife.h>

/* ---- The story ---- */

/* Ends the story here, for a reason. */
void record_stops(const char *reason);

/* A line. What happens between is inside the library; a call of the test's own in there ends the story. False where no
 * story is told. */
bool record_begins(const char *call);
void record_ends(void);
/* A line is being written. */
bool record_is_inside(void);
/* The number of the line that is being written, in its file. */
int record_line(void);

/* ---- Parts of a line: "name":value. Nothing is said where no line is being written. ---- */

void say_text(const char *name, const char *text); /* NULL is null */
void say_number(const char *name, int64_t number);
void say_bytes(const char *name, const void *data, size_t len); /* base64; NULL is null */
void say_open(const char *name, char bracket);                  /* name NULL: a member of an array */
void say_close(char bracket);

/* ---- Names ---- */

/*
 * What is by chance (serial numbers, keys of notices, orders) is told by the order of its first appearance: "#1" is the
 * first certificate, "*1" the first notice, "@1" the first order. Other texts are told as they are.
 */
enum naming { NAMES_CERTIFICATE = '#', NAMES_NOTICE = '*', NAMES_ORDER = '@' };
void say_named(const char *name, enum naming naming, const char *text); /* gives it a name */
/* As it is where it has no name. An order may have a certificate's number: this is which is meant. */
void say_if_named(const char *name, enum naming naming, const char *text);
void say_sentence(const char *name, const char *text); /* with names in it */

/* The certificate of that name, as it came out; and one that is presented: by its name, or as bytes. */
void record_certificate(const char *serial, const uint8_t *der, size_t len);
void say_presented(const char *name, const uint8_t *der, size_t len);

/* ---- Institutions (record_parts.c) ---- */

/* The number of an open institution; 0 for what is none. */
int record_bank(const certlife_institution *institution);

/* Declares a wrapper and what it wraps, and begins its definition. */
#define WRAPS(type, name, ...)                                                                                         \
    type __real_##name(__VA_ARGS__);                                                                                   \
    type __wrap_##name(__VA_ARGS__);                                                                                   \
    type __wrap_##name(__VA_ARGS__)

#endif
