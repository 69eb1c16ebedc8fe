/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_letter TEMPLATES NAME=VALUE ...: prints the message that notice_worker would make of these values. So its pure
 * parts can be asked about values that no store holds. `member=USER,SERIAL,EXPIRY,DAYS` may be repeated.
 */
#include "notice_worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBERS_MAX 100

static struct member members[MEMBERS_MAX];

static void read_member(struct letter *letter, char *text)
{
    struct member *member = &members[letter->member_count++];
    member->user = strtok(text, ",");
    member->serial = strtok(NULL, ",");
    member->expiry = strtoll(strtok(NULL, ","), NULL, 10);
    member->days_left = atoi(strtok(NULL, ","));
}

static bool read_word(struct letter *letter, char *word)
{
    struct {
        const char *name;
        const char **text;
        int64_t *moment;
        int32_t *number;
    } fields[] = {
        {"institution", &letter->institution, NULL, NULL},
        {"from", &letter->from, NULL, NULL},
        {"domain", &letter->domain, NULL, NULL},
        {"now", NULL, &letter->now, NULL},
        {"offset", NULL, NULL, &letter->offset},
        {"kind", NULL, NULL, &letter->kind},
        {"language", NULL, NULL, &letter->language},
        {"addressee", NULL, NULL, &letter->addressee},
        {"key", &letter->key, NULL, NULL},
        {"contract", &letter->contract, NULL, NULL},
        {"user", &letter->user, NULL, NULL},
        {"addressee_user", &letter->addressee_user, NULL, NULL},
        {"email", &letter->email, NULL, NULL},
        {"serial", &letter->serial, NULL, NULL},
        {"expiry", NULL, &letter->expiry, NULL},
        {"renew_by", NULL, &letter->renew_by, NULL},
        {"obtain_by", NULL, &letter->obtain_by, NULL},
        {"happened_at", NULL, &letter->happened_at, NULL},
        {"days_left", NULL, NULL, &letter->days_left},
    };
    char *value = strchr(word, '=');
    if (value == NULL)
        return false;
    *value++ = '\0';
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strcmp(fields[i].name, word) != 0)
            continue;
        if (fields[i].text != NULL)
            *fields[i].text = value;
        else if (fields[i].moment != NULL)
            *fields[i].moment = strtoll(value, NULL, 10);
        else
            *fields[i].number = (int32_t)strtol(value, NULL, 10);
        return true;
    }
    if (strcmp(word, "waits_to_install") == 0)
        letter->waits_to_install = strcmp(value, "1") == 0;
    else if (strcmp(word, "member") == 0 && letter->member_count < MEMBERS_MAX)
        read_member(letter, value);
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    struct templates templates = {0};
    struct letter letter = {.members = members};
    struct text message = {0};
    if (argc < 2 || !templates_load(argv[1], &templates))
        return 2;
    for (int i = 2; i < argc; i++) {
        if (!read_word(&letter, argv[i])) {
            fprintf(stderr, "write_letter: %s: is no value\n", argv[i]);
            return 2;
        }
    }
    if (!compose(&templates, &letter, &message))
        return 2;
    fwrite(message.data, 1, message.len, stdout);
    text_free(&message);
    templates_free(&templates);
    return 0;
}
