/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs: read facts, ask the rules, write facts; nothing else.
 *
 * A call carries who acts, on whom, and what else was asked; api/ has checked its form. Every function answers
 * CERTLIFE_ALLOWED, CERTLIFE_REFUSED or a negative failure, and then tells more in `outcome`.
 */
#ifndef CERTLIFE_ACTS_ACTS_H
#define CERTLIFE_ACTS_ACTS_H

#include <sys/types.h>

#include <certlife/institution.h>
#include <certlife/login.h>

#include "facts/facts.h"
#include "rules/situation.h"
#include "rules/transition.h"
#include "x509/certificate.h"
#include "x509/request.h"

struct certlife_institution {
    uint32_t magic;
    pid_t owner;
    char name[ID_MAX + 1];
    char crl_url[256];
    struct certlife_profile profile;
    certlife_store *store;
    certlife_issuer *issuer; /* may be NULL */
    certlife_crypto *crypto;
    certlife_clock clock;
    struct tables tables;
    struct certificate_view authority; /* the issuer's certificate; borrowed from the issuer */
};

/* A request for a certificate, read. */
struct asked {
    uint8_t der[REQUEST_MAX]; /* decoded from PEM */
    struct request pkcs10;
    uint8_t key_hash[HASH_LEN];
};

struct call {
    const struct certlife_institution *institution;
    const certlife_actor *actor;
    certlife_act act;
    const char *contract;
    const char *user; /* NULL for acts on a contract */
    int64_t clock;    /* what the clock said, once */
    bool untold;      /* the store is so full that nobody can be told of it */
    bool supposing;   /* only asked: medium, channel and serial number are supposed to fit */

    /* What else was asked, by act; all that makes one request differ from another is hashed in acts/answer.c too. */
    const char *master, *email;
    certlife_permission permission;
    certlife_reason reason;
    certlife_medium medium;
    const char *channel;
    const struct asked *asked;
    uint32_t request_faults; /* enum request_fault, as far as the request alone shows them */
    struct serial serial;    /* confirming: the certificate; answering for the issuer: the order */
    struct bytes answer;     /* the issuer's certificate; empty: rejected */

    struct key_names names; /* of the idempotency key: hashed outside any transaction */
};

/* A clock behind what has happened never brings anything back (R-TIM-3). */
static inline int64_t moment_of(const struct call *call, const struct meta *meta)
{
    return call->clock > meta->latest ? call->clock : meta->latest;
}

/* What an act found when it was decided. */
struct scene {
    int64_t now;
    struct meta meta;
    struct contract contract;
    struct user user; /* the target */
    struct situation situation;
};

struct outcome {
    struct verdict verdict;
    int64_t now;
    struct serial serial; /* of the certificate that is the answer, if one is */
    char row[12];         /* where the verdict comes from the store, its row */
};

/* Opening: are crypto and issuer this process's own? And the issuer's certificate, by which what it issues is checked. */
int certlife__authority_read(struct certlife_institution *institution, certlife_error **err);

/* Names the idempotency key, if there is one, once all that was asked is in the call; before any act. */
int certlife__answer_name(struct call *call, certlife_error **err);

/* Reads a request, PEM or DER: CERTLIFE_E_MALFORMED if it is neither. Its key is looked at later. */
int certlife__asked_read(const struct certlife_institution *institution, struct bytes text, struct asked *out,
                         certlife_error **err);

static inline int answer_of(const struct outcome *outcome)
{
    return outcome->verdict.code == CERTLIFE_CODE_ALLOWED ? CERTLIFE_ALLOWED : CERTLIFE_REFUSED;
}

/* Reads all that the rules look at. */
int certlife__scene_gather(struct txn *txn, const struct call *call, struct scene *out, certlife_error **err);
/* Gathers and decides: ALLOWED, REFUSED or a failure. */
int certlife__scene_decide(struct txn *txn, const struct call *call, struct scene *scene, struct outcome *outcome,
                           certlife_error **err);
/* Opens a read transaction, gathers and decides; leaves it open only where the answer is ALLOWED. */
int certlife__scene_open(const struct call *call, struct txn *txn, struct scene *scene, struct outcome *outcome,
                         certlife_error **err);

/* Remembers the moment of a change; a clock behind the latest one fails it (R-TIM-3). */
int certlife__moment_write(struct txn *txn, const struct call *call, const struct scene *scene, certlife_error **err);

/* The answer to 'could they', and to 'who could'. */
int certlife__ask(const struct call *call, struct outcome *outcome, certlife_error **err);
int certlife__who_could(const struct call *call, uint32_t *who_out, struct outcome *outcome, certlife_error **err);

/*
 * Decides and does one act, or several of one edit screen, in one transaction; remembers the answer under the
 * idempotency key. For all acts but those that issue.
 */
int certlife__do(const struct call *call, const certlife_act *acts, size_t count, struct outcome *outcome,
                 certlife_error **err);

/* Reading, in one transaction; what is handed to a visit is borrowed until it returns. A visit that answers 0 goes on. */
typedef int (*visit_user)(const struct user *user, const struct standing *standing, void *payload,
                          certlife_error **err);
typedef int (*visit_certificate)(const struct certificate_record *record, int64_t now, void *payload,
                                 certlife_error **err);
/* One user (call->user), or the users of a contract whose IDs come after `after`, without deleted ones. */
int certlife__show_user(const struct call *call, visit_user visit, void *payload, struct outcome *outcome,
                        certlife_error **err);
int certlife__list_users(const struct call *call, const char *after, visit_user visit, void *payload,
                         struct outcome *outcome, certlife_error **err);
/* A user's certificates, oldest first, from behind the one with serial number `after` (len 0: from the first). */
int certlife__list_history(const struct call *call, const struct serial *after, visit_certificate visit, void *payload,
                           struct outcome *outcome, certlife_error **err);
int certlife__show_contract(const struct call *call, struct contract *out, struct outcome *outcome,
                            certlife_error **err);

/* Parts of `certlife__do` that issuing needs too. */
bool certlife__answer_known(struct txn *txn, const struct call *call, struct outcome *outcome, int *rc_out,
                            certlife_error **err);
int certlife__answer_remember(struct txn *txn, const struct call *call, const struct scene *scene,
                              const struct outcome *outcome, certlife_error **err);
/* The same for a request of earlier, whose key's names were kept. */
int certlife__answer_write(struct txn *txn, const struct certlife_institution *institution,
                           const struct key_names *names, const struct outcome *outcome, int64_t now,
                           certlife_error **err);
int certlife__answer_refused(const struct call *call, struct outcome *outcome, certlife_error **err);
struct author certlife__author_of(const struct call *call, char *room, size_t len);

/* A certificate that leaves the library. */
struct delivered {
    struct certificate_record record;
    uint8_t der[CERTLIFE_CERTIFICATE_MAX];
};

int certlife__delivered_read(struct txn *txn, const struct serial *serial, struct delivered *out, certlife_error **err);

/* Obtain and renew; deliver again; an outside issuer's answer (call->answer). */
int certlife__issue(const struct call *call, struct delivered *out, struct outcome *outcome, certlife_error **err);
int certlife__deliver(const struct call *call, struct delivered *out, struct outcome *outcome, certlife_error **err);
int certlife__issuer_answered(const struct call *call, struct outcome *outcome, certlife_error **err);

/* Does this certificate let this user in now? Reads only; `record_out` is set where the certificate is known. */
int certlife__login_look(struct txn *txn, const struct certlife_institution *institution, const char *contract,
                         const char *user, struct bytes presented, int64_t now, struct verdict *out,
                         struct certificate_record *record_out, certlife_error **err);

struct login {
    struct certificate certificate;
    bool confirmed;
    bool renewal_due; /* R-LOG-3 */
    bool waits_to_install;
    int32_t days_left;
};
int certlife__login(const struct call *call, certlife_login_mode mode, struct login *out, struct outcome *outcome,
                    certlife_error **err);

#endif
