/* SPDX-License-Identifier: Apache-2.0 */
/*
 * what_can_i_do – the choices of the edit screen (keep, reissue, revoke): who has which, and who has those that they lack
 *
 * A company with a user in each of six states; every profile; every role. The function that answers is the one that
 * guards the acts, so the screen offers exactly what will be done.
 */
#define _XOPEN_SOURCE 700
#include <certlife.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMPANY "0010000001"
#define DAY INT64_C(86400)
#define OPENING INT64_C(1775005200) /* 2026-04-01 10:00 in Japan */
#define REQUEST_ROOM 4096

static const char help[] =
    "what_can_i_do [--json] [PROFILE ...]\n"
    "\n"
    "For each user of a company, and for each who asks: may they keep, reissue, revoke the certificate? The answer is\n"
    "\"yes\", or the row of the specification that says no, and who could. Without a PROFILE, for every built-in one.\n"
    "\n"
    "  what_can_i_do webfb\n"
    "  what_can_i_do --json | jq '.[] | select(.open and .actor == \"master\")'\n";

/* The users, and how each of them came to the state shown. */
enum history { OBTAINED, EXPIRED, REVOKED, AWAITING, LAPSED };

static const struct {
    const char *id;
    enum history history;
    int day; /* of the authorisation and of what followed */
} users[] = {
    {"keir001", OBTAINED, 20}, /* the master user */
    {"keir002", OBTAINED, 300}, {"keir003", AWAITING, 360}, {"keir004", LAPSED, 200},
    {"keir005", EXPIRED, 0},    {"keir006", REVOKED, 340},
};

#define USERS (sizeof users / sizeof users[0])
#define TODAY 370

static const struct {
    certlife_act act;
    const char *name;
} choices[] = {{CERTLIFE_ACT_USER_CHANGE, "keep"}, {CERTLIFE_ACT_REISSUE, "reissue"}, {CERTLIFE_ACT_REVOKE, "revoke"}};

#define CHOICES (sizeof choices / sizeof choices[0])

/* Who asks. General users ask about themselves. */
static const struct {
    certlife_actor_kind kind;
    const char *name, *title;
} actors[] = {
    {CERTLIFE_ACTOR_USER, "general", "each general user, about themselves"},
    {CERTLIFE_ACTOR_USER, "master", "the master user keir001"},
    {CERTLIFE_ACTOR_BRANCH, "branch", "the branch, with an application"},
};

#define GENERAL 0
#define ACTORS (sizeof actors / sizeof actors[0])

struct bank {
    int64_t now;
    certlife_institution_options parts;
    certlife_profile *profile;
    certlife_institution *institution;
    certlife_certificate *certificates[USERS];
};

static certlife_decision *decision;
static certlife_error *err;
static char requests[USERS][REQUEST_ROOM];

static void must(bool done, const char *what)
{
    if (done)
        return;
    fprintf(stderr, "what_can_i_do: %s: %s\n", what,
            err != NULL ? certlife_error_message(err) : certlife_decision_line(decision));
    exit(2);
}

/* ---- the company ------------------------------------------------------------------------------------------------- */

/* A key and a request for each user, as their PCs would make them. The keys are forgotten. */
static void make_requests(void)
{
    for (size_t i = 0; i < USERS; i++) {
        FILE *output = popen("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=PC"
                             " -keyout /dev/null 2>/dev/null",
                             "r");
        size_t len = output != NULL ? fread(requests[i], 1, REQUEST_ROOM - 1, output) : 0;
        must(output != NULL && pclose(output) == 0 && len > 0, "openssl req");
    }
}

static int read_clock(void *payload, int64_t *now_out)
{
    *now_out = ((const struct bank *)payload)->now;
    return 0;
}

static void open_bank(struct bank *bank, const char *profile)
{
    static char certificate[4096], key[4096];
    *bank = (struct bank){.now = OPENING, .parts = CERTLIFE_INSTITUTION_OPTIONS_INIT};
    must(certlife_profile_new(profile, &bank->profile, &err) == 0, "profile");
    must(certlife_crypto_new_mbedtls(&bank->parts.crypto, &err) == 0, "crypto");
    must(certlife_issuer_make_test_ca(bank->parts.crypto, "Example CA", 256, OPENING, OPENING + 3650 * DAY, certificate,
                                      sizeof certificate, key, sizeof key, &err) == 0,
         "CA");
    must(certlife_issuer_open_local(bank->parts.crypto, (const uint8_t *)certificate, strlen(certificate),
                                    (const uint8_t *)key, strlen(key), &bank->parts.issuer, &err) == 0,
         "issuer");
    must(certlife_store_new_memory(&bank->parts.store, &err) == 0, "store");
    bank->parts.name = "Example Shinkin Bank";
    bank->parts.crl_url = "http://crl.example.jp/users.crl";
    bank->parts.profile = bank->profile;
    bank->parts.clock = (certlife_clock){read_clock, bank};
    must(certlife_institution_open(&bank->parts, &bank->institution, &err) == 0, "bank");
}

static void close_bank(struct bank *bank)
{
    for (size_t i = 0; i < USERS; i++)
        certlife_certificate_free(bank->certificates[i]);
    certlife_institution_close(bank->institution);
    certlife_store_close(bank->parts.store);
    certlife_issuer_close(bank->parts.issuer);
    certlife_crypto_free(bank->parts.crypto);
    certlife_profile_free(bank->profile);
}

/* With all the assurance that they can bring. */
static certlife_actor actor_of(const struct bank *bank, certlife_actor_kind kind, size_t user)
{
    certlife_actor actor = {.size = sizeof actor, .kind = kind};
    if (kind == CERTLIFE_ACTOR_BRANCH) {
        actor.application = "2026-0417";
        return actor;
    }
    actor.contract = COMPANY;
    actor.user = users[user].id;
    actor.login_password = 1;
    actor.confirmation_password = 1;
    if (bank->certificates[user] != NULL)
        actor.certificate_len = certlife_certificate_der(bank->certificates[user], &actor.certificate);
    return actor;
}

static void obtain(struct bank *bank, size_t i)
{
    certlife_actor user = actor_of(bank, CERTLIFE_ACTOR_USER, i);
    certlife_request request = {.size = sizeof request, .medium = CERTLIFE_MEDIUM_PC, .channel = "edge/app"};
    request.pkcs10 = (const uint8_t *)requests[i];
    request.pkcs10_len = strlen(requests[i]);
    must(certlife_obtain(bank->institution, &user, COMPANY, user.user, &request, &bank->certificates[i], decision,
                         &err) == 0,
         "obtain");
    must(certlife_confirm(bank->institution, &user, COMPANY, user.user,
                          certlife_certificate_serial(bank->certificates[i]), decision, &err) == 0,
         "confirm");
}

static void live_through(struct bank *bank, size_t i)
{
    certlife_actor branch = actor_of(bank, CERTLIFE_ACTOR_BRANCH, 0);
    const char *id = users[i].id;
    int rc = i == 0 ? certlife_user_authorise(bank->institution, &branch, COMPANY, id, decision, &err)
                    : certlife_user_add(bank->institution, &branch, COMPANY, id, CERTLIFE_PERMISSION_OPERATOR, "",
                                        decision, &err);
    must(rc == 0, id);
    if (users[i].history == OBTAINED || users[i].history == EXPIRED || users[i].history == REVOKED)
        obtain(bank, i);
    if (users[i].history == REVOKED)
        must(certlife_revoke(bank->institution, &branch, COMPANY, id, CERTLIFE_REASON_KEY_COMPROMISE, decision, &err) ==
                 0,
             id);
}

/* Day by day, as a clock never goes back. */
static void found_company(struct bank *bank)
{
    certlife_actor branch = actor_of(bank, CERTLIFE_ACTOR_BRANCH, 0);
    must(certlife_contract_register(bank->institution, &branch, COMPANY, users[0].id, "", decision, &err) == 0,
         "register");
    must(certlife_contract_apply(bank->institution, &branch, COMPANY, decision, &err) == 0, "apply");
    for (int day = 0; day < TODAY; day++) {
        bank->now = OPENING + day * DAY;
        for (size_t i = 0; i < USERS; i++) {
            if (users[i].day == day)
                live_through(bank, i);
        }
    }
    bank->now = OPENING + TODAY * DAY;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

/* One cell: may this actor do this to this user? `decision` has the reason. */
struct answer {
    bool open;
    uint32_t who;
};

static struct answer ask(struct bank *bank, size_t actor, size_t user, size_t choice)
{
    const certlife_actor who = actor_of(bank, actors[actor].kind, actor == GENERAL ? user : 0);
    certlife_act act = choices[choice].act;
    struct answer answer = {false, 0};
    must(certlife_who_could(bank->institution, &who, act, COMPANY, users[user].id, &answer.who, decision, &err) == 0,
         "who could");
    int rc = certlife_decide(bank->institution, &who, act, COMPANY, users[user].id, decision, &err);
    must(rc >= 0, "decide");
    answer.open = rc == CERTLIFE_ALLOWED;
    return answer;
}

static certlife_status status_of(struct bank *bank, size_t user)
{
    const certlife_actor branch = actor_of(bank, CERTLIFE_ACTOR_BRANCH, 0);
    certlife_user *shown = NULL;
    must(certlife_user_get(bank->institution, &branch, COMPANY, users[user].id, &shown, decision, &err) == 0, "show");
    certlife_status status = certlife_user_status(shown);
    certlife_user_free(shown);
    return status;
}

static const struct {
    uint32_t who;
    const char *name;
} people[] = {{CERTLIFE_WHO_SELF, "self"},
              {CERTLIFE_WHO_MASTER, "master"},
              {CERTLIFE_WHO_BRANCH, "branch"},
              {CERTLIFE_WHO_SYSTEM, "system"}};

/* ---- for people -------------------------------------------------------------------------------------------------- */

/* "yes", or the row that says no and who could. */
static void cell(char out[64], struct answer answer)
{
    int len = snprintf(out, 64, "%s", answer.open ? "yes" : certlife_decision_row(decision));
    for (size_t i = 0; i < 4 && !answer.open; i++) {
        if ((answer.who & people[i].who) != 0)
            len += snprintf(out + len, 64 - (size_t)len, " %s", people[i].name);
    }
}

static void print_profile(struct bank *bank, const char *profile)
{
    static const char format[] = "  %-7s  %-18s  %-29s  %-21s  %s\n";
    for (size_t actor = 0; actor < ACTORS; actor++) {
        printf("%s, asked by %s\n", profile, actors[actor].title);
        printf(format, "user", "status", "keep", "reissue", "revoke");
        for (size_t user = actor == GENERAL; user < USERS; user++) {
            char cells[CHOICES][64];
            for (size_t choice = 0; choice < CHOICES; choice++)
                cell(cells[choice], ask(bank, actor, user, choice));
            printf(format, users[user].id, certlife_status_name(status_of(bank, user)), cells[0], cells[1], cells[2]);
        }
        printf("\n");
    }
}

/* ---- for programs ------------------------------------------------------------------------------------------------ */

static void print_member(const char *name, const char *value)
{
    printf("\"%s\": \"", name);
    for (const unsigned char *c = (const unsigned char *)value; *c != '\0'; c++)
        printf(*c < ' ' ? "\\u%04x" : *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    printf("\", ");
}

static void print_object(struct bank *bank, const char *profile, size_t actor, size_t user, size_t choice)
{
    const char *status = certlife_status_name(status_of(bank, user));
    struct answer answer = ask(bank, actor, user, choice);
    printf("{");
    print_member("profile", profile);
    print_member("actor", actors[actor].name);
    print_member("user", users[user].id);
    print_member("status", status);
    print_member("choice", choices[choice].name);
    print_member("rule", certlife_decision_row(decision));
    print_member("code", certlife_code_name(certlife_decision_code(decision)));
    print_member("way", certlife_way_name(certlife_decision_way(decision)));
    print_member("sentence_ja", certlife_decision_sentence(decision, CERTLIFE_LANGUAGE_JA));
    print_member("sentence_en", certlife_decision_sentence(decision, CERTLIFE_LANGUAGE_EN));
    printf("\"open\": %s, \"who_could\": [", answer.open ? "true" : "false");
    const char *comma = "";
    for (size_t i = 0; i < 4; i++) {
        if ((answer.who & people[i].who) == 0)
            continue;
        printf("%s\"%s\"", comma, people[i].name);
        comma = ", ";
    }
    printf("]}");
}

static void print_json(struct bank *bank, const char *profile)
{
    static const char *before = "[\n";
    for (size_t actor = 0; actor < ACTORS; actor++) {
        for (size_t user = actor == GENERAL; user < USERS; user++) {
            for (size_t choice = 0; choice < CHOICES; choice++) {
                fputs(before, stdout);
                print_object(bank, profile, actor, user, choice);
                before = ",\n";
            }
        }
    }
}

/* ---- the program ------------------------------------------------------------------------------------------------- */

static void answer_for(const char *profile, bool json)
{
    struct bank bank;
    open_bank(&bank, profile);
    found_company(&bank);
    if (json)
        print_json(&bank, profile);
    else
        print_profile(&bank, profile);
    close_bank(&bank);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return 0;
    }
    bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
    decision = certlife_decision_new();
    must(decision != NULL, "memory");
    make_requests();
    for (int i = 1 + json; i < argc; i++)
        answer_for(argv[i], json);
    for (size_t i = 0; argc == 1 + json && certlife_profile_builtin(i) != NULL; i++)
        answer_for(certlife_profile_builtin(i), json);
    if (json)
        puts("\n]");
    certlife_decision_free(decision);
    return 0;
}
