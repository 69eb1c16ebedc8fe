/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A letter as a message of plain ASCII: RFC 5322, with RFC 2047 in headers and base64 in bodies. Whatever an ID or a name
 * holds, it reaches a header as an encoded word only, and a body as base64 only.
 */
#include "notice_worker.h"

#include <string.h>

#define HEADER_LINE 76 /* with encoded words; one such word is at most 75, and a blank or a name goes before it */
#define WORD_BEGIN "=?UTF-8?B?"
#define WORD_END "?="
#define WORD_FRAME (sizeof WORD_BEGIN WORD_END - 1)
#define BASE64_LINE 57 /* octets that make the 76 characters of RFC 2045, section 6.8 */

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void put_base64(struct text *out, const char *data, size_t len)
{
    const unsigned char *p = (const unsigned char *)data;
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        unsigned bits = (unsigned)p[i] << 16 | (left > 1 ? (unsigned)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);
        char four[4] = {base64[bits >> 18], base64[bits >> 12 & 63], left > 1 ? base64[bits >> 6 & 63] : '=',
                        left > 2 ? base64[bits & 63] : '='};
        text_add(out, four, 4);
    }
}

/* ---- headers ----------------------------------------------------------------------------------------------------- */

/* How much of `value` fits into `room` octets without cutting a character. */
static size_t whole_characters(const char *value, size_t room)
{
    size_t len = 0;
    while (value[len] != '\0' && len + step(value + len) <= room)
        len += step(value + len);
    return len;
}

/* As encoded words, each on its own line; the first one begins at `column`. */
static void put_encoded(struct text *out, size_t column, const char *value)
{
    const char *fold = "";
    while (*value != '\0') {
        size_t len = whole_characters(value, (HEADER_LINE - column - WORD_FRAME) / 4 * 3);
        text_put(out, fold);
        text_put(out, WORD_BEGIN);
        put_base64(out, value, len);
        text_put(out, WORD_END);
        value += len;
        column = 1;
        fold = "\r\n ";
    }
}

static void put_address(struct text *out, const char *name, const char *address)
{
    text_put(out, name);
    text_put(out, "<");
    text_put(out, address);
    text_put(out, ">\r\n");
}

/* Section 3.3: "Tue, 02 Mar 2027 09:00:00 +0900". */
static void put_date(struct text *out, int64_t moment, int32_t offset)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm tm = civil(moment, offset);
    int minutes = (offset < 0 ? -offset : offset) / 60;
    text_format(out, "Date: %s, %02d %s %04d %02d:%02d:%02d %c%02d%02d\r\n", days[tm.tm_wday], tm.tm_mday,
                months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec, offset < 0 ? '-' : '+',
                minutes / 60, minutes % 60);
}

static void put_headers(struct text *out, const struct letter *letter, const char *subject)
{
    put_date(out, letter->now, letter->offset);
    text_put(out, "From: ");
    put_encoded(out, strlen("From: "), letter->institution);
    put_address(out, "\r\n ", letter->from);
    put_address(out, "To: ", letter->email);
    text_put(out, "Subject: ");
    put_encoded(out, strlen("Subject: "), subject);
    text_put(out, "\r\nMessage-ID: <");
    text_put(out, letter->key);
    text_put(out, "@");
    text_put(out, letter->domain);
    text_put(out, ">\r\nAuto-Submitted: auto-generated\r\n");
    text_put(out, letter->language == CERTLIFE_LANGUAGE_JA ? "Content-Language: ja\r\n" : "Content-Language: en\r\n");
    text_put(out, "MIME-Version: 1.0\r\n");
}

/* ---- bodies ------------------------------------------------------------------------------------------------------ */

static void put_part(struct text *out, const char *headers, const struct text *content)
{
    text_put(out, headers);
    text_put(out, "Content-Transfer-Encoding: base64\r\n\r\n");
    for (size_t i = 0; i < content->len; i += BASE64_LINE) {
        size_t left = content->len - i;
        put_base64(out, content->data + i, left < BASE64_LINE ? left : BASE64_LINE);
        text_put(out, "\r\n");
    }
    out->failed = out->failed || content->failed;
}

/* RFC 2046: the lines of a text end with CRLF, also inside base64. */
static void put_plain(struct text *out, const struct text *body)
{
    struct text lines = {.failed = body->failed};
    for (size_t i = 0; i < body->len; i++) {
        if (body->data[i] == '\n')
            text_put(&lines, "\r");
        text_add(&lines, body->data + i, 1);
    }
    put_part(out, "Content-Type: text/plain; charset=UTF-8\r\n", &lines);
    text_free(&lines);
}

static void put_event(struct text *out, const struct templates *templates, const struct letter *letter)
{
    struct text summary = {0}, description = {0}, calendar = {0};
    render(templates, CALENDAR, letter, &summary, &description);
    text_add(&summary, "", 0);
    text_add(&description, "", 0);
    if (!summary.failed && !description.failed)
        put_calendar(&calendar, letter, summary.data, description.data);
    calendar.failed = calendar.failed || summary.failed || description.failed;
    put_part(out,
             letter->kind == CERTLIFE_NOTICE_REVOKED ? "Content-Type: text/calendar; charset=UTF-8; method=CANCEL\r\n"
                                                       "Content-Disposition: attachment; filename=\"cancel.ics\"\r\n"
                                                     : "Content-Type: text/calendar; charset=UTF-8; method=PUBLISH\r\n"
                                                       "Content-Disposition: attachment; filename=\"expiry.ics\"\r\n",
             &calendar);
    text_free(&summary);
    text_free(&description);
    text_free(&calendar);
}

/* "=_" stands in no base64. */
static void put_boundary(struct text *out, const struct letter *letter, const char *end)
{
    text_put(out, "--=_");
    text_put(out, letter->key);
    text_put(out, end);
}

bool compose(const struct templates *templates, const struct letter *letter, struct text *out)
{
    struct text subject = {0}, body = {0};
    render(templates, letter->kind, letter, &subject, &body);
    text_add(&subject, "", 0);
    if (!subject.failed)
        put_headers(out, letter, subject.data);
    if (!has_calendar(letter)) {
        put_plain(out, &body);
    } else {
        text_put(out, "Content-Type: multipart/mixed; boundary=\"=_");
        text_put(out, letter->key);
        text_put(out, "\"\r\n\r\n");
        put_boundary(out, letter, "\r\n");
        put_plain(out, &body);
        put_boundary(out, letter, "\r\n");
        put_event(out, templates, letter);
        put_boundary(out, letter, "--\r\n");
    }
    out->failed = out->failed || subject.failed;
    text_free(&subject);
    text_free(&body);
    return !out->failed;
}
