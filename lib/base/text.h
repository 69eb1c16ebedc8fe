/* SPDX-License-Identifier: Apache-2.0 */
/* Texts from outside: bounded UTF-8 without control characters. */
#ifndef CERTLIFE_BASE_TEXT_H
#define CERTLIFE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ID_MAX 64
#define EMAIL_MAX 254
#define APPLICATION_MAX 64
#define STAFF_MAX 64

/* NULL if the text is well-formed UTF-8 (RFC 3629) of `min` to `max` bytes without C0, DEL and C1 control characters;
 * else what is wrong with it. */
const char *certlife__text_fault(const char *text, size_t min, size_t max);

/* Copies a text that has been checked; it never runs over `room`. */
void certlife__text_copy(char *to, size_t room, const char *from);

/* Lower-case hexadecimal with NUL; `out` has room for 2 * len + 1. */
void certlife__hex_write(const uint8_t *data, size_t len, char *out);
/* Reads an even number of hexadecimal digits; false if it is something else or does not fit. */
bool certlife__hex_read(const char *text, uint8_t *out, size_t room, size_t *len_out);

#endif
