/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notice_worker – sends the e-mail that certlife_notice_claim says is due. This file reads its options.
 *
 * Any number of workers may run on one store: the library hands each notice to one of them at a time.
 */
#define _GNU_SOURCE /* getline */
#include "notice_worker.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEASE_MAX 86400 /* of certlife_notice_claim */

static const char help[] =
    "notice_worker --store DIR --profile NAME|FILE --name NAME --smtp URL --from ADDRESS --templates DIR [OPTION ...]\n"
    "notice_worker --print LANGUAGE/KIND --name NAME --from ADDRESS --templates DIR\n"
    "\n"
    "Sends the notices that are due, by e-mail, until SIGTERM or SIGINT: then it finishes the message in hand and "
    "gives\n"
    "the others back.\n"
    "\n"
    "  --store DIR           the folder of the register\n"
    "  --profile NAME|FILE   a built-in profile, or a file like `profile = webfb`\n"
    "  --name NAME           the institution, as its messages name it\n"
    "  --smtp URL            smtp://host:port or smtps://host:port\n"
    "  --from ADDRESS        who writes\n"
    "  --templates DIR       the texts: ja/expiry.txt and so on\n"
    "\n"
    "  --tls                 smtp:// only with STARTTLS; always so with --user\n"
    "  --tls-ca FILE         the CA of the server's certificate, PEM; else those of this system\n"
    "  --user NAME           logs in to the server ...\n"
    "  --password-file FILE  ... with the first line of this file\n"
    "  --domain DOMAIN       behind the @ of a Message-ID; else that of --from\n"
    "  --batch N             notices claimed at once, 1 to 1000; else 20\n"
    "  --timeout SECONDS     for one message, 1 to 3600; else 120\n"
    "  --lease SECONDS       after which another worker may have them: longer than all of a batch can take, and at "
    "most\n"
    "                        86400; else just that\n"
    "  --look SECONDS        how often to look at least whether something is due, 1 to 3600; else 300\n"
    "  --worker NAME         for the record; else the host's name and the process number\n"
    "  --once                sends what is due, and ends\n"
    "  --verbose             addresses and the server's whole answers in the log: personal data\n"
    "  --now MOMENT          as if it were always this moment in the institution's time; for trying things out\n"
    "  --print NAME          prints the message of a template with made-up values, and ends\n"
    "\n"
    "On standard error one line for each notice: time (UTC), key, kind, contract, user, what became of it; with tabs\n"
    "between. Exit code: 0 ended as asked; 1 --once could not deliver everything that was due; 2 failed.\n"
    "\n"
    "  notice_worker --store /var/lib/bank/certlife --profile bank.profile --name 'Example Shinkin Bank' \\\n"
    "      --smtp smtp://mail.example.jp:587 --tls --user notices --password-file notices.password \\\n"
    "      --from notices@example.jp --templates templates\n"
    "  notice_worker --store store --profile webfb --name 'Example Shinkin Bank' --smtp smtp://localhost:1025 \\\n"
    "      --from notices@example.jp --templates templates --once --now '2027-03-04 09:00:00'\n"
    "  notice_worker --print ja/expiry --name 'Example Shinkin Bank' --from notices@example.jp --templates templates\n";

/* ---- options ----------------------------------------------------------------------------------------------------- */

/* A message as it would be, for whoever writes templates. */
static int print_example(const struct options *options)
{
    const struct member members[] = {
        {"keir002", "6a30f2c417f8a51b90dd3e2c8b6f0e4c1f7a92b3", 1806764399, 30},
        {"keir003", "6a30f2c5b04c77e2a1589d0f3e6b2c9d8a417f60", 1806850799, 31},
    };
    struct letter letter = {
        .institution = options->name,
        .from = options->from,
        .domain = options->domain,
        .now = 1804118400,
        .offset = 9 * 3600,
        .addressee = CERTLIFE_ADDRESSEE_USER,
        .key = "00112233445566778899aabbccddeeff",
        .contract = "0010000001",
        .user = "keir002",
        .addressee_user = "keir002",
        .email = "keir002@example.co.jp",
        .serial = members[0].serial,
        .expiry = members[0].expiry,
        .renew_by = members[0].expiry,
        .obtain_by = members[0].expiry,
        .happened_at = 1804118400,
        .days_left = 30,
        .members = members,
        .member_count = sizeof members / sizeof *members,
    };
    struct templates templates = {0};
    struct text message = {0};
    int which = 0;
    bool made = false;
    if (!template_named(options->print, &letter.language, &which) || which == CALENDAR)
        fprintf(stderr, "notice_worker: --print %s: is not like ja/expiry\n", options->print);
    else if (templates_load(options->templates, &templates))
        made = (letter.kind = which, compose(&templates, &letter, &message));
    if (made)
        fputs(message.data, stdout);
    text_free(&message);
    templates_free(&templates);
    return made ? 0 : 2;
}

enum option_kind { TEXT, FLAG, NUMBER };

#define TEXT_OPTION(name, field)                                                                                       \
    {                                                                                                                  \
        name, TEXT, offsetof(struct options, field), 0                                                                 \
    }
#define FLAG_OPTION(name, field)                                                                                       \
    {                                                                                                                  \
        name, FLAG, offsetof(struct options, field), 0                                                                 \
    }
#define NUMBER_OPTION(name, field, most)                                                                               \
    {                                                                                                                  \
        name, NUMBER, offsetof(struct options, field), most                                                            \
    }

static const struct option {
    const char *name;
    enum option_kind kind;
    size_t at;
    int most;
} known[] = {
    TEXT_OPTION("--store", store),
    TEXT_OPTION("--profile", profile),
    TEXT_OPTION("--name", name),
    TEXT_OPTION("--smtp", smtp.url),
    TEXT_OPTION("--from", from),
    TEXT_OPTION("--templates", templates),
    FLAG_OPTION("--tls", smtp.tls),
    TEXT_OPTION("--tls-ca", smtp.tls_ca),
    TEXT_OPTION("--user", smtp.user),
    TEXT_OPTION("--password-file", password_file),
    TEXT_OPTION("--domain", domain),
    NUMBER_OPTION("--batch", batch, 1000),
    NUMBER_OPTION("--timeout", smtp.timeout, 3600),
    NUMBER_OPTION("--lease", lease, LEASE_MAX),
    NUMBER_OPTION("--look", look, 3600),
    TEXT_OPTION("--worker", worker),
    FLAG_OPTION("--once", once),
    FLAG_OPTION("--verbose", verbose),
    TEXT_OPTION("--now", now),
    TEXT_OPTION("--print", print),
    FLAG_OPTION("--help", help),
};

static bool wrong_option(const char *name, const char *what)
{
    fprintf(stderr, "notice_worker: %s: %s\n", name, what);
    return false;
}

static bool read_value(const struct option *option, const char *text, struct options *out)
{
    char *field = (char *)out + option->at, *end = NULL;
    if (option->kind == TEXT) {
        *(const char **)(void *)field = text;
        return true;
    }
    long number = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || number < 1 || number > option->most) {
        fprintf(stderr, "notice_worker: %s: is not a number from 1 to %d\n", option->name, option->most);
        return false;
    }
    *(int *)(void *)field = (int)number;
    return true;
}

static bool read_options(char **words, struct options *out)
{
    for (; *words != NULL; words++) {
        const struct option *option = NULL;
        for (size_t i = 0; i < sizeof known / sizeof *known && option == NULL; i++)
            option = strcmp(known[i].name, *words) == 0 ? &known[i] : NULL;
        if (option == NULL)
            return wrong_option(*words, "there is no such option");
        if (option->kind == FLAG) {
            *((bool *)(void *)((char *)out + option->at)) = true;
            continue;
        }
        if (words[1] == NULL)
            return wrong_option(*words, "needs a value");
        if (!read_value(option, *++words, out))
            return false;
    }
    return true;
}

static bool wrong(const char *what)
{
    fprintf(stderr, "notice_worker: %s\n", what);
    return false;
}

/* What else must hold, and what follows from what was given. */
static bool complete(struct options *o)
{
    if (o->name == NULL || o->from == NULL || o->templates == NULL)
        return wrong("--name, --from and --templates are needed");
    if (!is_plain_text(o->name) || *o->name == '\0')
        return wrong("--name: is not a text of UTF-8");
    if (!is_address(o->from))
        return wrong("--from: is not an address of plain ASCII");
    if (o->domain == NULL)
        o->domain = strchr(o->from, '@') + 1;
    if (!is_domain(o->domain))
        return wrong("--domain: is not a domain of plain ASCII");
    if (o->print != NULL)
        return true;
    if (o->store == NULL || o->profile == NULL || o->smtp.url == NULL)
        return wrong("--store, --profile and --smtp are needed");
    bool smtps = strncmp(o->smtp.url, "smtps://", 8) == 0;
    if (!smtps && strncmp(o->smtp.url, "smtp://", 7) != 0)
        return wrong("--smtp: is not like smtp://host:port or smtps://host:port");
    if ((o->smtp.user == NULL) != (o->password_file == NULL))
        return wrong("--user and --password-file go together");
    /* A password goes over an encrypted line only. */
    o->smtp.tls = o->smtp.tls || smtps || o->smtp.user != NULL;
    int longest = o->batch * (o->smtp.timeout + 1);
    if (o->lease == 0)
        o->lease = longest + 1;
    if (o->lease <= longest || o->lease > LEASE_MAX) {
        fprintf(stderr,
                "notice_worker: --lease: must be longer than --batch x (--timeout + 1) = %d s, and at most %d\n",
                longest, LEASE_MAX);
        return false;
    }
    return true;
}

/* Its first line; yours to free. */
static char *read_password(const char *path)
{
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "r");
    ssize_t len = file != NULL ? getline(&line, &room, file) : -1;
    if (len < 0)
        fprintf(stderr, "notice_worker: %s: %s\n", path, errno != 0 ? strerror(errno) : "is empty");
    if (file != NULL)
        fclose(file);
    if (len < 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

int main(int argc, char **argv)
{
    char host[32] = "", worker[64];
    struct options options = {.batch = 20, .look = 300, .smtp = {.timeout = 120}};
    gethostname(host, sizeof host - 1);
    snprintf(worker, sizeof worker, "%s %ld", host, (long)getpid());
    options.worker = worker;
    bool right = argc > 0 && read_options(argv + 1, &options);
    if (right && options.help) {
        fputs(help, stdout);
        return 0;
    }
    if (!right || !complete(&options)) {
        fputs("notice_worker --help shows how to call it\n", stderr);
        return 2;
    }
    if (options.print != NULL)
        return print_example(&options);
    char *password = options.password_file != NULL ? read_password(options.password_file) : NULL;
    if (options.password_file != NULL && password == NULL)
        return 2;
    options.smtp.password = password;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return 2;
    int code = run(&options);
    curl_global_cleanup();
    free(password);
    return code;
}
