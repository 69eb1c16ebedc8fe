/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DER (X.690), the part X.509 needs: a strict reader over borrowed bytes, and a writer.
 *
 * Reading: certlife__der_check walks the whole once, then certlife__der_take and its sisters step through it:
 *
 *     struct bytes rest = der, content, serial;
 *     if (!certlife__der_only(der, DER_SEQUENCE, &content) || !certlife__der_take(&content, DER_INTEGER, &serial))
 *         return "not a sequence that begins with a number";
 *
 * Nothing is allocated, nothing recurses. What is taken is strict by itself (definite and minimal length, within its room).
 */
#ifndef CERTLIFE_X509_DER_H
#define CERTLIFE_X509_DER_H

#include "base/bytes.h"

#define DER_MAX 16384
#define DER_DEPTH 12

enum {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_NULL = 0x05,
    DER_OID = 0x06,
    DER_UTF8_STRING = 0x0c,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
};

/* Context tags: primitive, and constructed. */
#define DER_CONTEXT(number) (0x80 | (number))
#define DER_CONTEXT_OF(number) (0xa0 | (number))

/*
 * Is it exactly one DER value, at most 16 KiB, at most 12 deep, all of its booleans, numbers, bit strings, nulls and object
 * identifiers well-formed, and nothing behind it? NULL if so, else a short static text.
 */
const char *certlife__der_check(struct bytes der);

/* Takes the next value off `rest` if it has this tag: its content, or all of it with its header. */
bool certlife__der_take(struct bytes *rest, uint8_t tag, struct bytes *content_out);
bool certlife__der_take_whole(struct bytes *rest, uint8_t tag, struct bytes *whole_out);
/* Takes the next value, whatever its tag. */
bool certlife__der_skip(struct bytes *rest);
/* Has the next value this tag? */
bool certlife__der_next_is(struct bytes rest, uint8_t tag);
/* The content of the only value in `der`. */
bool certlife__der_only(struct bytes der, uint8_t tag, struct bytes *content_out);
/* A BIT STRING of whole octets. */
bool certlife__der_take_octets(struct bytes *rest, struct bytes *out);

/* Is it the content of an INTEGER, in its shortest form? */
bool certlife__der_is_integer(struct bytes content);
/* Is `name`, with its header, an RFC 5280 Name: a sequence of sets of (type, value)? It was checked before. */
bool certlife__der_is_name(struct bytes name);

/* Opens a value whose length is not known yet; close it with what this returned. */
size_t certlife__der_open(struct writer *out, uint8_t tag);
void certlife__der_close(struct writer *out, size_t content_at);
/* A value whose content is at hand. */
void certlife__der_write(struct writer *out, uint8_t tag, struct bytes content);
/* A non-negative number from its big-endian octets, leading zeros or not. */
void certlife__der_write_integer(struct writer *out, struct bytes octets);
/* A BIT STRING of whole octets. */
void certlife__der_write_octets(struct writer *out, struct bytes octets);

#endif
