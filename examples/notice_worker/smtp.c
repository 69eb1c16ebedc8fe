/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One message after another by SMTP, on one connection while the server keeps it.
 *
 * What an answer means depends on what it answers. Up to MAIL it is about the server, or about us (a greeting of 421, a
 * wrong password): no message was tried. From RCPT on it is about this message. Where no answer comes from then on, the
 * server may have the message or not.
 */
#include "notice_worker.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct smtp {
    CURL *curl; /* and its connection; NULL: there is none now */
    const struct smtp_options *options;
    const char *data; /* what is still to be sent of the message */
    size_t left;
    bool tried;              /* RCPT has been said */
    bool quitting;           /* QUIT has been said: what is answered now is about nothing */
    char answer[CAUSE_ROOM]; /* the server's last line */
    char error[CURL_ERROR_SIZE];
};

/* Printable ASCII, as a cause and a log want it. */
static void copy_line(char to[CAUSE_ROOM], const char *from, size_t len)
{
    size_t n = 0;
    for (; n < len && n < CAUSE_ROOM - 1 && from[n] != '\r' && from[n] != '\n'; n++)
        to[n] = from[n] >= ' ' && from[n] <= '~' ? from[n] : '?';
    to[n] = '\0';
}

static bool is_command(const char *line, size_t len, const char *verb)
{
    return len >= strlen(verb) && memcmp(line, verb, strlen(verb)) == 0;
}

/* libcurl's log of the conversation: commands go out, answers come in, each call with whole lines. */
static int listen_in(CURL *curl, curl_infotype type, char *data, size_t len, void *payload)
{
    struct smtp *smtp = payload;
    (void)curl;
    if (type == CURLINFO_HEADER_OUT) {
        smtp->tried = smtp->tried || is_command(data, len, "RCPT");
        smtp->quitting = is_command(data, len, "QUIT");
        if (!smtp->quitting)
            smtp->answer[0] = '\0';
    }
    if (type == CURLINFO_HEADER_IN && !smtp->quitting)
        copy_line(smtp->answer, data, len);
    return 0;
}

static size_t read_message(char *out, size_t size, size_t count, void *payload)
{
    struct smtp *smtp = payload;
    size_t len = smtp->left < size * count ? smtp->left : size * count;
    memcpy(out, smtp->data, len);
    smtp->data += len;
    smtp->left -= len;
    return len;
}

static int look_up(void *payload, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct smtp *smtp = payload;
    (void)a, (void)b, (void)c, (void)d;
    return !smtp->tried && smtp->options->stops(smtp->options->payload);
}

/* A handle, made where there is none. NULL: it cannot be had, and `cause` says why. */
static CURL *handle(struct smtp *smtp, char cause[CAUSE_ROOM])
{
    const struct smtp_options *o = smtp->options;
    CURL *curl = smtp->curl != NULL ? smtp->curl : curl_easy_init();
    if (curl == NULL || curl == smtp->curl) {
        snprintf(cause, CAUSE_ROOM, "libcurl cannot be had");
        return curl;
    }
    CURLcode wrong[] = {
        curl_easy_setopt(curl, CURLOPT_URL, o->url),
        curl_easy_setopt(curl, CURLOPT_PROXY, ""), /* none, whatever the environment says */
        curl_easy_setopt(curl, CURLOPT_USERNAME, o->user),
        curl_easy_setopt(curl, CURLOPT_PASSWORD, o->password),
        curl_easy_setopt(curl, CURLOPT_USE_SSL, o->tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE),
        o->tls_ca != NULL ? curl_easy_setopt(curl, CURLOPT_CAINFO, o->tls_ca) : CURLE_OK,
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)o->timeout),
        curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, o->timeout < 30 ? (long)o->timeout : 30L),
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L),
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L),
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_message),
        curl_easy_setopt(curl, CURLOPT_READDATA, smtp),
        curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L), /* for listen_in; nothing is printed */
        curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, listen_in),
        curl_easy_setopt(curl, CURLOPT_DEBUGDATA, smtp),
        curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, smtp->error),
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L),
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_up),
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, smtp),
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (wrong[i] == CURLE_OK)
            continue;
        snprintf(cause, CAUSE_ROOM, "libcurl: %s", curl_easy_strerror(wrong[i]));
        curl_easy_cleanup(curl);
        return NULL;
    }
    smtp->curl = curl;
    return curl;
}

struct smtp *smtp_open(const struct smtp_options *options)
{
    struct smtp *smtp = calloc(1, sizeof *smtp);
    if (smtp != NULL)
        smtp->options = options;
    return smtp;
}

void smtp_hang_up(struct smtp *smtp)
{
    curl_easy_cleanup(smtp->curl); /* says QUIT */
    smtp->curl = NULL;
}

/* After a timeout libcurl would use the connection again, and take a late answer for one to the next message; and it would
 * say QUIT and wait long for an answer to that. */
static void cut(struct smtp *smtp)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(smtp->curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK && fd != CURL_SOCKET_BAD)
        shutdown(fd, SHUT_RDWR);
    smtp_hang_up(smtp);
}

void smtp_close(struct smtp *smtp)
{
    if (smtp == NULL)
        return;
    smtp_hang_up(smtp);
    free(smtp);
}

static CURLcode perform(CURL *curl, const char *from, const char *to)
{
    struct curl_slist *recipients = curl_slist_append(NULL, to);
    if (recipients == NULL)
        return CURLE_OUT_OF_MEMORY;
    CURLcode code = curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    if (code == CURLE_OK)
        code = curl_easy_perform(curl);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(recipients);
    return code;
}

enum outcome smtp_send(struct smtp *smtp, const char *from, const char *to, const struct text *message,
                       char cause[CAUSE_ROOM])
{
    long status = 0;
    CURL *curl = handle(smtp, cause);
    if (curl == NULL)
        return NOT_REACHED;
    smtp->data = message->data;
    smtp->left = message->len;
    smtp->tried = smtp->quitting = false;
    smtp->error[0] = smtp->answer[0] = '\0';
    CURLcode code = perform(curl, from, to);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && status / 100 == 2)
        return DELIVERED;
    const char *error = smtp->error[0] != '\0' ? smtp->error : curl_easy_strerror(code);
    char line[CAUSE_ROOM + CURL_ERROR_SIZE];
    if (smtp->answer[0] == '4' || smtp->answer[0] == '5')
        snprintf(line, sizeof line, "%s", smtp->answer);
    else
        snprintf(line, sizeof line, "%s%s", smtp->tried ? "no answer, so it may have been accepted: " : "", error);
    copy_line(cause, line, strlen(line));
    cut(smtp);
    return smtp->tried ? NOT_DELIVERED : NOT_REACHED;
}
