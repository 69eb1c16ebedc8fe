/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that grow, and what a text may hold. */
#define _DEFAULT_SOURCE
#include "notice_worker.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_add(struct text *text, const char *data, size_t len)
{
    if (text->failed)
        return;
    if (text->room - text->len <= len) {
        size_t room = 2 * text->room + len + 1;
        char *more = realloc(text->data, room);
        if (more == NULL) {
            text->failed = true;
            return;
        }
        text->data = more;
        text->room = room;
    }
    memcpy(text->data + text->len, data, len);
    text->len += len;
    text->data[text->len] = '\0';
}

void text_put(struct text *text, const char *string)
{
    text_add(text, string, strlen(string));
}

void text_format(struct text *text, const char *format, ...)
{
    char small[512]; /* for numbers, dates and headers with checked addresses */
    va_list values;
    va_start(values, format);
    int len = vsnprintf(small, sizeof small, format, values);
    va_end(values);
    if (len < 0 || (size_t)len >= sizeof small)
        text->failed = true;
    else
        text_add(text, small, (size_t)len);
}

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

/* RFC 3629, section 4. */
size_t character(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;
    if (u[0] < 0x80)
        return u[0] >= 0x20 && u[0] != 0x7f ? 1 : 0;
    size_t len = u[0] < 0xc2 ? 0 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : u[0] < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < len; i++) {
        if ((u[i] & 0xc0) != 0x80) /* also at the end of the text */
            return 0;
    }
    bool c1 = u[0] == 0xc2 && u[1] < 0xa0;
    bool overlong = (u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xf0 && u[1] < 0x90);
    bool beyond = (u[0] == 0xed && u[1] >= 0xa0) || (u[0] == 0xf4 && u[1] >= 0x90);
    return c1 || overlong || beyond ? 0 : len;
}

size_t step(const char *p)
{
    size_t len = character(p);
    return len > 0 ? len : 1;
}

bool is_plain_text(const char *text)
{
    while (*text != '\0') {
        size_t len = character(text);
        if (len == 0)
            return false;
        text += len;
    }
    return true;
}

#define ALPHANUMERIC "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

bool is_domain(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= 253 && strspn(text, ALPHANUMERIC ".-") == len;
}

/* Dots may stand anywhere before the @: some Japanese mobile carriers gave out such addresses. */
bool is_address(const char *text)
{
    size_t local = strspn(text, ALPHANUMERIC ".!#$%&'*+-/=?^_`{|}~");
    return local > 0 && text[local] == '@' && strlen(text) <= 254 && is_domain(text + local + 1);
}

struct tm civil(int64_t moment, int32_t offset)
{
    struct tm tm = {0};
    time_t shifted = (time_t)(moment + offset);
    gmtime_r(&shifted, &tm);
    return tm;
}
