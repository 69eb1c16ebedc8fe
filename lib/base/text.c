/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* The length of the well-formed UTF-8 sequence at `p`, or 0; `code_out` is its code point. */
static size_t sequence(const uint8_t *p, size_t left, uint32_t *code_out)
{
    static const struct {
        uint8_t mask, lead;
        uint32_t least;
    } shapes[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t extra = 0; extra < 4; extra++) {
        if ((p[0] & shapes[extra].mask) != shapes[extra].lead)
            continue;
        if (extra >= left)
            return 0;
        uint32_t code = p[0] & (uint8_t)~shapes[extra].mask;
        for (size_t i = 1; i <= extra; i++) {
            if ((p[i] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (p[i] & 0x3f);
        }
        bool surrogate = code >= 0xd800 && code <= 0xdfff;
        if (code < shapes[extra].least || code > 0x10ffff || surrogate)
            return 0;
        *code_out = code;
        return extra + 1;
    }
    return 0;
}

const char *certlife__text_fault(const char *text, size_t min, size_t max)
{
    if (text == NULL)
        return "is missing";
    size_t len = strnlen(text, max + 1);
    if (len < min)
        return "is empty";
    if (len > max)
        return "is too long";
    for (size_t at = 0; at < len;) {
        uint32_t code = 0;
        size_t step = sequence((const uint8_t *)text + at, len - at, &code);
        if (step == 0)
            return "is not well-formed UTF-8";
        if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
            return "holds a control character";
        at += step;
    }
    return NULL;
}

void certlife__text_copy(char *to, size_t room, const char *from)
{
    snprintf(to, room, "%s", from);
}

void certlife__hex_write(const uint8_t *data, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[data[i] >> 4];
        out[2 * i + 1] = digits[data[i] & 15];
    }
    out[2 * len] = '\0';
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool certlife__hex_read(const char *text, uint8_t *out, size_t room, size_t *len_out)
{
    size_t len = strnlen(text, 2 * room + 1);
    if (len == 0 || len % 2 != 0 || len > 2 * room)
        return false;
    for (size_t i = 0; i < len / 2; i++) {
        int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    *len_out = len / 2;
    return true;
}
