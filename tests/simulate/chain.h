/* SPDX-License-Identifier: Apache-2.0 */
/* What the ledger remembers: of each chain how far it has come, of each notice what became of it, and the claims. */
#ifndef CERTLIFE_SIMULATE_CHAIN_H
#define CERTLIFE_SIMULATE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <certlife.h>

#include "calls_for.h"
#include "index.h"

struct simulation;

enum notice_state { OPEN, DONE, PARKED };

/*
 * Where a profile begins to tell of expiry, it does not tell of what had expired before. Of what expires between the change
 * and the next claim, the model cannot always say which it is.
 */
enum old_news {
    NEWS,       /* as far as we know, it is told */
    WAITS,      /* it is told if a claim is made before it expires */
    MAYBE_NEWS, /* either is right */
    OLD_NEWS,
};

#define KEY_TEXT 33

/* One notice that was handed out at least once: one label of a chain. */
struct notice {
    char key[KEY_TEXT];
    int32_t chain, older; /* the chain's notice before this one */
    int64_t label;
    enum notice_state state;
    int64_t ended_at; /* when it was done */
    int32_t attempts; /* as they count */
    int32_t profile;  /* under which it was handed out last */
    int32_t address;  /* at which it was handed out last; of a done one, where it was sent */
    int32_t sent_to;  /* the address of the hand-out that was said to be done */
    int32_t received; /* how often the mail server took it */
    int32_t looked;   /* the look that saw it listed last (reconcile.c) */
    bool forgotten;   /* parked, and a profile has not called for it since: it may be listed or not */
};

struct chain {
    struct chain_name name;
    int32_t newest;        /* notice */
    int32_t older_news;    /* the user's chain before this one; only of what happened */
    int64_t passed;        /* the lowest label that is done or parked; NEVER: none is */
    int64_t maybe_parked;  /* the lowest label that a claim may have parked unseen; NEVER: none */
    int64_t came_back_at;  /* something that was parked, last; 0: nothing has */
    int32_t held;          /* the notice handed out last; NONE once it is done or parked */
    bool leased;           /* and nobody has answered for it */
    enum old_news expired; /* of EXPIRED alone */
    bool may_be_back;      /* tried as often as it may be when an address came: it may be parked, or tried again */
    int64_t earliest;      /* it may be handed out again, */
    int64_t free_from;     /* and must be, from the sending hours on */
};

/* A claim that left nothing behind, and when to come again. */
struct claim {
    int64_t moment, next;
};

struct ledger {
    struct chain *chains;
    struct notice *notices;
    struct claim *claims;
    size_t chain_count, chain_room, notice_count, notice_room, claim_count, claim_room;
    struct index chains_by_name, notices_by_key;
    int64_t claimed_at; /* the last claim of all in the sending hours */
    struct plan plan;   /* scratch */
    int32_t profile;    /* counts the profiles */
    size_t settled_in;  /* the claim that was the first to leave nothing behind under this profile, or will be */
    bool planned_anew;  /* claims have been through all users since the profile changed */
    int32_t looks;      /* counts the looks */
};

int32_t chain_find(const struct ledger *ledger, struct chain_name name);
int32_t chain_find_key(const struct ledger *ledger, const char *key);
int32_t chain_make(struct ledger *ledger, struct chain_name name);
struct notice *chain_notice(struct ledger *ledger, const struct chain *chain, int64_t label);
/* A new notice of a chain; its key is not known yet. */
struct notice *chain_add_notice(struct ledger *ledger, int32_t chain, int64_t label, const char *key);

/* Nobody has it in hand any more; it is parked; all that was parked came back, and goes on from what was done last. */
void chain_let_go(struct chain *chain);
void chain_park(struct simulation *sim, struct chain *chain, struct notice *notice);
void chain_come_back(struct simulation *sim, struct chain *chain);
/* Finds the lowest label that is done or parked again. */
void chain_pass(struct ledger *ledger, struct chain *chain);

/* Tried as often as it may be, and nobody answered the last time. */
bool chain_is_exhausted(const struct simulation *sim, const struct chain *chain);
/* What the chain has not said yet lies below this label. */
int64_t chain_limit(const struct simulation *sim, const struct chain *chain);
/* Whether a label is still to be said; `chain` may be NULL. */
bool chain_comes_to(const struct simulation *sim, const struct chain *chain, int64_t label);
bool chain_is_expired_step(struct chain_name name, const struct step *step);

/* "expiry of certificate 12 4a01… of u0000012 in c000003, to the user" */
#define NAME_TEXT 160
const char *chain_describe(const struct simulation *sim, struct chain_name name, char out[NAME_TEXT]);

#endif
