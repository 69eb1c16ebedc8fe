/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bank FOLDER SENTENCE ...: a bank's day, on the store in FOLDER with the profile FOLDER/bank.profile. A sentence is a
 * verb and its words, with tabs between:
 *
 *     at 2026-04-01 12:00:00 | requests 8 | registers keir001 keiri@example.co.jp | adds keir002 a@example.co.jp
 *     obtains keir002 | confirms keir002 | renews keir002 | revokes keir002 | reissues keir002
 *     writes-to keir002 b@example.co.jp | lists
 *
 * `requests` says how many of the test keys are used up already. `lists` prints what the ledger holds: user, kind,
 * addressee, state, attempts, due, key and cause, with tabs between.
 */
#include "world.h"

#include <inttypes.h>

static void must(struct world *w, int rc)
{
    if (rc == CERTLIFE_ALLOWED)
        return;
    fprintf(stderr, "bank: %d %s%s\n", rc, certlife_error_message(w->err),
            rc > 0 ? certlife_decision_line(w->decision) : "");
    exit(1);
}

static int registers_with(struct world *w, const char *master, const char *email)
{
    return certlife_contract_register(w->bank, actor(w, "branch"), w->company, master, email, w->decision, &w->err);
}

static void begins(struct world *w, const char *master, const char *email)
{
    must(w, registers_with(w, master, email));
    must(w, applies(w, "branch"));
    must(w, authorises(w, "branch", master));
}

static int adds_with(struct world *w, const char *user, const char *email)
{
    return certlife_user_add(w->bank, actor(w, "branch"), w->company, user, CERTLIFE_PERMISSION_OPERATOR, email,
                             w->decision, &w->err);
}

static int writes_to(struct world *w, const char *user, const char *email)
{
    certlife_user_edit_request request = CERTLIFE_USER_EDIT_REQUEST_INIT;
    request.email = email;
    return edits(w, "branch", user, request);
}

static void list_user(struct world *w, const char *user)
{
    certlife_notice_page *page = NULL;
    must(w, certlife_notice_list(w->bank, actor(w, "system"), w->company, user, &page, w->decision, &w->err));
    for (size_t i = 0; i < certlife_notice_page_count(page); i++) {
        const certlife_notice *n = certlife_notice_page_at(page, i);
        printf("%s\t%s\t%s\t%s\t", user, certlife_notice_kind_name(certlife_notice_kind_of(n)),
               certlife_addressee_name(certlife_notice_addressee_of(n)),
               certlife_notice_state_name(certlife_notice_state_of(n)));
        printf("%d\t%" PRId64 "\t%s\t%s\n", (int)certlife_notice_attempts(n), certlife_notice_due(n),
               certlife_notice_key(n), certlife_notice_cause(n));
    }
    certlife_notice_page_free(page);
}

static void lists(struct world *w)
{
    certlife_user_page *page = NULL;
    must(w, certlife_user_list(w->bank, actor(w, "branch"), w->company, NULL, 10000, &page, w->decision, &w->err));
    for (size_t i = 0; i < certlife_user_page_count(page); i++)
        list_user(w, certlife_user_id(certlife_user_page_at(page, i)));
    certlife_user_page_free(page);
}

static void says(struct world *w, char *sentence)
{
    const char *verb = strtok(sentence, "\t");
    const char *what = strtok(NULL, "\t"), *more = strtok(NULL, "\t");
    if (strcmp(verb, "lists") == 0)
        lists(w);
    else if (strcmp(verb, "at") == 0)
        at(w, what);
    else if (strcmp(verb, "requests") == 0)
        w->next_request = atoi(what);
    else if (strcmp(verb, "registers") == 0)
        begins(w, what, more);
    else if (strcmp(verb, "adds") == 0)
        must(w, adds_with(w, what, more));
    else if (strcmp(verb, "obtains") == 0)
        must(w, obtains(w, what));
    else if (strcmp(verb, "confirms") == 0)
        must(w, confirms(w, what));
    else if (strcmp(verb, "renews") == 0)
        must(w, renews(w, what));
    else if (strcmp(verb, "revokes") == 0)
        must(w, revokes(w, "branch", what));
    else if (strcmp(verb, "reissues") == 0)
        must(w, reissues(w, "branch", what));
    else if (strcmp(verb, "writes-to") == 0)
        must(w, writes_to(w, what, more));
    else
        fail_msg("bank: %s: is no verb", verb);
}

int main(int argc, char **argv)
{
    struct world_parts parts = {0};
    certlife_error *err = NULL;
    char path[4096];
    if (argc < 2)
        return 2;
    snprintf(path, sizeof path, "%s/bank.profile", argv[1]);
    int rc = certlife_profile_load(path, &parts.profile, &err);
    snprintf(path, sizeof path, "%s/store", argv[1]);
    if (rc == 0)
        rc = certlife_store_open_lmdb(path, NULL, &parts.store, &err);
    if (rc != 0) {
        fprintf(stderr, "bank: %s\n", certlife_error_message(err));
        certlife_error_free(err);
        return 1;
    }
    struct world *w = world_empty(parts);
    for (int i = 2; i < argc; i++)
        says(w, argv[i]);
    world_free(w);
    return 0;
}
