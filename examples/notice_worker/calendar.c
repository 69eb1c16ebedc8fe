/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The expiry date for the addressee's calendar (RFC 5545, RFC 5546). Nobody keeps count of what was published: the
 * event's UID follows from the certificate, and its SEQUENCE from the days left, so that it rises with each notice and
 * ends with the cancellation.
 */
#include "notice_worker.h"

#include <string.h>

#define LINE_MAX_OCTETS 75
#define DAYS_MAX 365 /* before expiry; notices begin later */

bool has_calendar(const struct letter *letter)
{
    return (letter->kind == CERTLIFE_NOTICE_EXPIRY || letter->kind == CERTLIFE_NOTICE_REVOKED) && letter->expiry != 0;
}

static bool is_cancelled(const struct letter *letter)
{
    return letter->kind == CERTLIFE_NOTICE_REVOKED;
}

/* One content line, folded between characters (section 3.1). */
static void put_content(struct text *out, const char *name, const char *value)
{
    text_put(out, name);
    size_t column = strlen(name);
    while (*value != '\0') {
        size_t len = step(value);
        if (column + len > LINE_MAX_OCTETS) {
            text_put(out, "\r\n ");
            column = 1;
        }
        text_add(out, value, len);
        column += len;
        value += len;
    }
    text_put(out, "\r\n");
}

/* A property of type TEXT (section 3.3.11). */
static void put_text(struct text *out, const char *name, const char *value)
{
    struct text escaped = {0};
    for (; *value != '\0'; value++) {
        if (strchr("\\;,", *value) != NULL)
            text_put(&escaped, "\\");
        text_add(&escaped, *value == '\n' ? "\\n" : value, *value == '\n' ? 2 : 1);
    }
    put_content(out, name, escaped.len > 0 ? escaped.data : "");
    out->failed = out->failed || escaped.failed;
    text_free(&escaped);
}

static void put_date(struct text *out, const char *name, const struct letter *letter, int64_t moment)
{
    struct tm tm = civil(moment, letter->offset);
    text_format(out, "%s;VALUE=DATE:%04d%02d%02d\r\n", name, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static void put_uid(struct text *out, const struct letter *letter)
{
    struct text uid = {0};
    text_put(&uid, letter->serial);
    text_put(&uid, "@");
    text_put(&uid, letter->domain);
    put_content(out, "UID:", uid.len > 0 ? uid.data : "");
    out->failed = out->failed || uid.failed;
    text_free(&uid);
}

/* The address as a URI (RFC 6068). */
static void put_organizer(struct text *out, const struct letter *letter)
{
    struct text uri = {0};
    for (const char *p = letter->from; *p != '\0'; p++) {
        if (strchr("%&?#/=^`{|}", *p) != NULL)
            text_format(&uri, "%%%02X", (unsigned)*p);
        else
            text_add(&uri, p, 1);
    }
    put_content(out, "ORGANIZER:mailto:", uri.len > 0 ? uri.data : "");
    out->failed = out->failed || uri.failed;
    text_free(&uri);
}

/* At nine in the morning: seven days before, or the day before where that is past. */
static void put_alarm(struct text *out, const struct letter *letter, const char *summary)
{
    text_put(out, "BEGIN:VALARM\r\nACTION:DISPLAY\r\n");
    text_put(out, letter->days_left > 7 ? "TRIGGER:-P6DT15H\r\n" : "TRIGGER:-PT15H\r\n");
    put_text(out, "DESCRIPTION:", summary);
    text_put(out, "END:VALARM\r\n");
}

static int sequence(const struct letter *letter)
{
    if (is_cancelled(letter))
        return DAYS_MAX + 1;
    return letter->days_left < DAYS_MAX ? DAYS_MAX - letter->days_left : 0;
}

void put_calendar(struct text *out, const struct letter *letter, const char *summary, const char *description)
{
    bool cancelled = is_cancelled(letter);
    struct tm tm = civil(letter->now, 0);
    text_put(out, "BEGIN:VCALENDAR\r\nPRODID:-//libcertlife//notice_worker//EN\r\nVERSION:2.0\r\n");
    text_put(out, cancelled ? "METHOD:CANCEL\r\n" : "METHOD:PUBLISH\r\n");
    text_put(out, "BEGIN:VEVENT\r\n");
    put_uid(out, letter);
    text_format(out, "DTSTAMP:%04d%02d%02dT%02d%02d%02dZ\r\n", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                tm.tm_min, tm.tm_sec);
    text_format(out, "SEQUENCE:%d\r\n", sequence(letter));
    put_organizer(out, letter);
    put_date(out, "DTSTART", letter, letter->expiry);
    put_text(out, "SUMMARY:", summary);
    put_text(out, "DESCRIPTION:", description);
    text_put(out, cancelled ? "STATUS:CANCELLED\r\n" : "STATUS:CONFIRMED\r\n");
    text_put(out, "TRANSP:TRANSPARENT\r\n");
    if (!cancelled)
        put_alarm(out, letter, summary);
    text_put(out, "END:VEVENT\r\nEND:VCALENDAR\r\n");
}
