/* SPDX-License-Identifier: Apache-2.0 */
/* All that a decision looks at, and what it answers (section 10). */
#ifndef CERTLIFE_RULES_SITUATION_H
#define CERTLIFE_RULES_SITUATION_H

#include <certlife/decision.h>

#include "base/records.h"
#include "rules/profile.h"
#include "rules/standing.h"

/* Who acts, as the register knows them. Bits, so that a table row can name several. */
enum actor {
    ACTOR_MASTER = 1,
    ACTOR_GENERAL = 2,
    ACTOR_BRANCH = 4,
    ACTOR_SYSTEM = 8,
    ACTOR_STRANGER = 16, /* a user whom the register does not know */
};

/* Whom or what the act is about, seen from the actor. */
enum target {
    TARGET_SELF = 1,
    TARGET_MASTER = 2,
    TARGET_GENERAL = 4,
    TARGET_CONTRACT = 8,
    TARGET_OTHER = 16, /* unknown, or of another contract: the same to everybody (R-ALL-12) */
};

/* What the host has verified. */
enum assurance {
    ASSURED_PASSWORD = 1,
    ASSURED_CONFIRMATION = 2,
    ASSURED_CERTIFICATE = 4, /* a certificate that passes the login check now */
    ASSURED_APPLICATION = 8,
    ASSURED_CERTIFICATE_LOGIN = ASSURED_CERTIFICATE | ASSURED_PASSWORD, /* R-ALL-14 */
};

/* What is wrong with the request itself, known only after its key has been looked at. */
enum request_fault {
    REQUEST_KEY_KIND = 1,
    REQUEST_SIGNATURE = 2,
    REQUEST_KEY_WEAK = 4,
    REQUEST_KEY_OF_ANOTHER = 8,
    REQUEST_KEY_BARRED = 16,
};

/* What an answer says; `row` is static text. */
struct verdict {
    certlife_code code;
    const char *row;
    certlife_way way;
    int64_t date; /* 0: none */
};

struct situation {
    const struct certlife_profile *profile;
    int64_t now;
    certlife_act act;
    enum actor actor;
    enum target target;
    uint32_t assurance;
    struct verdict login; /* of the certificate presented; code ALLOWED, or why it does not vouch; row NULL: none was */

    bool contract_exists;
    const struct contract *contract;
    const struct user *user;  /* the target; NULL for acts on a contract */
    struct standing standing; /* of `user` */

    bool id_taken;                  /* adding, registering */
    const struct serial *confirmed; /* confirming: the serial number named */
    certlife_medium medium;         /* obtaining, renewing */
    const char *channel;            /* "": none; NULL: whichever the profile names */
    bool same_key;                  /* the request's key is that of the unconfirmed certificate */
    uint32_t request_faults;
};

/* One row of each table, exposed so that tests can walk and replace them and documents be printed from them. */
struct permit_row {
    const char *row;
    uint32_t acts; /* bits: 1 << CERTLIFE_ACT_ */
    uint32_t actors, targets;
    bool (*when)(const struct situation *); /* NULL: always */
    certlife_code code;                     /* ALLOWED or a refusal */
    certlife_way way;
};

struct assurance_row {
    const char *row;
    uint32_t acts, actors, targets;
    bool (*when)(const struct situation *);
    uint32_t needs;
    certlife_code code;
    certlife_way way;
};

/* A date that helps with a refusal. */
enum dated { DATED_NOT, DATED_OBTAIN_BY, DATED_EXPIRY, DATED_OPENS, DATED_CLOSES, DATED_NOT_BEFORE };

struct refusal_row {
    const char *row;
    uint32_t acts;
    bool (*when)(const struct situation *);
    certlife_code code;
    int32_t way; /* certlife_way, or one of the two below */
    enum dated dated;
};

/* Ways that depend on whom it is about. */
enum { WAY_ADMINISTRATOR = -1, WAY_OBTAIN_OR_ADMINISTRATOR = -2 };

#define ACT(name) (UINT32_C(1) << CERTLIFE_ACT_##name)

struct tables {
    const struct permit_row *permits;
    const struct assurance_row *assurances;
    const struct refusal_row *refusals;
    size_t permit_count, assurance_count, refusal_count;
};

struct tables certlife__tables(void);

/* The first row that refuses is the answer, in the order of R-ALL-1; no row at all means refused. */
struct verdict certlife__decide(const struct tables *tables, const struct situation *situation);

/* True if the act, allowed, is to deliver the unconfirmed certificate again instead of issuing one (R-ALL-5). */
bool certlife__delivers_again(const struct situation *situation);

/* True if adding a user, allowed, is also the authorisation to obtain (R-ALL-3). */
bool certlife__adding_authorises(const struct situation *situation);

/* Login (section 7). The certificate presented is `found` in the register, or not. */
struct login_situation {
    const struct certlife_profile *profile;
    int64_t now;
    bool presented, of_our_issuer, known, of_this_user;
    const struct certificate *certificate; /* as stored, if known */
    const struct contract *contract;       /* of this user; NULL where that does not exist */
    const struct user *user;
};

struct login_row {
    const char *row;
    bool (*when)(const struct login_situation *);
    certlife_code code;
    int32_t way;
    enum dated dated;
};

extern const struct login_row certlife__login_rows[];
extern const size_t certlife__login_row_count;

struct verdict certlife__login_decide(const struct login_situation *situation);

#endif
