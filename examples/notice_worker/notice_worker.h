/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of notice_worker share, from the ground up. Only worker.c knows the library's handles and only smtp.c
 * speaks with a server; the parts between turn values into text and touch nothing else.
 */
#ifndef NOTICE_WORKER_H
#define NOTICE_WORKER_H

#include <certlife.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* ---- text.c: texts that grow ------------------------------------------------------------------------------------- */

/* `data` ends with NUL, and is NULL while nothing was put. After `failed` (memory) putting more does nothing. */
struct text {
    char *data;
    size_t len, room;
    bool failed;
};
void text_add(struct text *text, const char *data, size_t len);
void text_put(struct text *text, const char *string);
__attribute__((format(printf, 2, 3))) void text_format(struct text *text, const char *format, ...);
void text_free(struct text *text);

/* The length of the UTF-8 character at `p`; 0 for what is none, and for control characters. */
size_t character(const char *p);
/* The same, but 1 for what is none: for walking over a text whatever it holds. */
size_t step(const char *p);
bool is_plain_text(const char *text);
/* One address of plain ASCII, as it may stand in a header and an SMTP command without quoting. */
bool is_address(const char *text);
bool is_domain(const char *text);

/* The civil time of a moment, `offset` seconds east of UTC. */
struct tm civil(int64_t moment, int32_t offset);

/* ---- template.c: what is said ------------------------------------------------------------------------------------ */

struct member {
    const char *user, *serial;
    int64_t expiry;
    int32_t days_left;
};

/* One message's values: a notice of the library, and who writes when. Moments are UTC seconds. */
struct letter {
    const char *institution, *from, *domain;
    int64_t now;
    int32_t offset; /* of the institution's time, seconds east of UTC */
    certlife_notice_kind kind;
    certlife_language language;
    certlife_addressee addressee;
    const char *key, *contract, *user, *addressee_user, *email, *serial;
    int64_t expiry, renew_by, obtain_by, happened_at;
    int32_t days_left;
    bool waits_to_install;
    const struct member *members;
    size_t member_count;
};

/* By language, ja and en, and kind; [0] says what stands in a calendar. */
enum { LANGUAGES = 2, CALENDAR = 0, TEMPLATES = CERTLIFE_NOTICE_DIGEST + 1 };
struct templates {
    char *source[LANGUAGES][TEMPLATES];
};

/* Reads all of folder/ja/expiry.txt and so on, and checks them; prints what is wrong with the first that is wrong. */
bool templates_load(const char *folder, struct templates *out);
void templates_free(struct templates *templates);
void render(const struct templates *templates, int which, const struct letter *letter, struct text *subject,
            struct text *body);
/* "ja/expiry" names a template; false if there is none of that name. */
bool template_named(const char *name, certlife_language *language, int *which);

/* ---- calendar.c, message.c: how it is written -------------------------------------------------------------------- */

/* RFC 5545: the expiry date as an event; of a REVOKED letter, that there is no such event any more. */
bool has_calendar(const struct letter *letter);
void put_calendar(struct text *out, const struct letter *letter, const char *summary, const char *description);

/* RFC 5322: the whole message. False if there is no memory for it. */
bool compose(const struct templates *templates, const struct letter *letter, struct text *out);

/* ---- smtp.c: how it is sent -------------------------------------------------------------------------------------- */

struct smtp_options {
    const char *url, *user, *password, *tls_ca; /* user, password and tls_ca may be NULL */
    bool tls;
    int timeout; /* seconds for one message */
    /* Asked now and then: to give up waiting for a server while no message is under way. */
    bool (*stops)(void *payload);
    void *payload;
};

enum outcome {
    DELIVERED,     /* the server has answered 250 to the whole message */
    NOT_DELIVERED, /* this message was refused, or its fate is unknown */
    NOT_REACHED,   /* the server takes no message at this time: this one was not tried */
};

#define CAUSE_ROOM 201 /* of certlife_notice_give_back, with NUL */

struct smtp;
struct smtp *smtp_open(const struct smtp_options *options); /* NULL: no memory */
void smtp_close(struct smtp *smtp);                         /* NULL does nothing */
/* `cause` says why not, on one line of printable ASCII. The connection is kept for the next message. */
enum outcome smtp_send(struct smtp *smtp, const char *from, const char *to, const struct text *message,
                       char cause[CAUSE_ROOM]);
/* Before a pause: a connection is not kept for nothing. */
void smtp_hang_up(struct smtp *smtp);

/* ---- worker.c: when ---------------------------------------------------------------------------------------------- */

struct options {
    const char *store, *profile, *name, *from, *templates, *password_file, *domain, *worker, *now, *print;
    int batch, lease, look;
    bool once, verbose, help;
    struct smtp_options smtp;
};

/* Works until it is asked to stop; returns the exit code. */
int run(const struct options *options);

#endif
