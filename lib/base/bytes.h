/* SPDX-License-Identifier: Apache-2.0 */
/* Borrowed bytes, and a writer that never runs over its room. */
#ifndef CERTLIFE_BASE_BYTES_H
#define CERTLIFE_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *data;
    size_t len;
};

static inline struct bytes bytes_of(const void *data, size_t len)
{
    return (struct bytes){(const uint8_t *)data, len};
}

static inline struct bytes bytes_of_text(const char *text)
{
    return bytes_of(text, strlen(text));
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Sticky overflow: write on, ask `overflow` once at the end. */
struct writer {
    uint8_t *data;
    size_t room;
    size_t len;
    bool overflow;
};

static inline struct writer writer_into(uint8_t *data, size_t room)
{
    return (struct writer){data, room, 0, false};
}

static inline void write_bytes(struct writer *w, struct bytes b)
{
    if (w->overflow || b.len > w->room - w->len) {
        w->overflow = true;
        return;
    }
    if (b.len > 0)
        memcpy(w->data + w->len, b.data, b.len);
    w->len += b.len;
}

static inline void write_u8(struct writer *w, uint8_t value)
{
    write_bytes(w, bytes_of(&value, 1));
}

/* Big-endian, so that numbers in keys sort as numbers. */
static inline void write_number(struct writer *w, uint64_t value, size_t octets)
{
    for (size_t i = octets; i > 0; i--)
        write_u8(w, (uint8_t)(value >> (8 * (i - 1))));
}

#endif
