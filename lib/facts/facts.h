/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed records over the store. This floor alone knows the keys; it decides nothing.
 *
 *     M                              store version, latest moment of a committed change
 *     C contract                     a contract
 *     U contract 0 user 0            a user, with copies of the facts of their live certificates: a list is one scan
 *     U contract 0 user 0 h moment serial
 *                                    (empty) one certificate of that user's history, by the moment of its issue
 *     K serial                       a certificate: facts, owner, who revoked it, DER: a login is one get
 *     P key hash                     whose key it is, and whether it may be certified again
 *     O order                        an order that waits for an outside issuer
 *     Q hash                         the first answer to an idempotency key
 *     T moment hash                  (empty) when that answer may be forgotten
 *     U contract 0 user 0 n CHAIN    how far a chain of notices is; CHAIN: topic, addressee, what it is about
 *     U contract 0 user 0 s CHAIN label
 *                                    one that was sent
 *     N moment contract 0 user 0 CHAIN
 *                                    the queue: the next notice of a chain, by when it is due or a worker's lease ends;
 *                                    a claim reads and writes neighbours, and no chain
 *     Y moment contract 0 user 0 CHAIN
 *                                    (empty) a parked one, by when it was parked
 *     R                              what the ledger is planned by, and how far planning anew has come
 *
 * Serial numbers begin with the time, so new certificates are neighbours (cost: pages touched by a commit).
 * Every function answers 0, or a negative failure; those with `found_out` set it. CERTLIFE_E_STORE_CORRUPT: a record that
 * this floor did not write.
 */
#ifndef CERTLIFE_FACTS_FACTS_H
#define CERTLIFE_FACTS_FACTS_H

#include "base/records.h"
#include "ports/store.h"

struct meta {
    int64_t latest; /* R-TIM-3 */
};

/* CERTLIFE_E_STORE_VERSION for a newer store, CERTLIFE_E_STORE_CORRUPT for something else's; an empty one is made ours. */
int certlife__meta_prepare(certlife_store *store, certlife_error **err);
int certlife__meta_get(struct txn *txn, struct meta *out, certlife_error **err);
int certlife__meta_put(struct txn *txn, const struct meta *meta, certlife_error **err);

int certlife__contract_get(struct txn *txn, const char *id, struct contract *out, bool *found_out,
                           certlife_error **err);
int certlife__contract_put(struct txn *txn, const struct contract *contract, certlife_error **err);

int certlife__user_get(struct txn *txn, const char *contract, const char *id, struct user *out, bool *found_out,
                       certlife_error **err);
int certlife__user_put(struct txn *txn, const struct user *user, certlife_error **err);
/* The first user of the contract whose ID comes after `after` ("": the first of all). */
int certlife__user_next(struct txn *txn, const char *contract, const char *after, struct user *out, bool *found_out,
                        certlife_error **err);

/* The next user after that one, in whichever contract ("" and "": the first of all). */
int certlife__user_after(struct txn *txn, const char *contract, const char *id, struct user *out, bool *found_out,
                         certlife_error **err);

/* A certificate as it is stored: `der` is borrowed until the transaction ends or writes. */
struct certificate_record {
    struct certificate facts;
    char contract[ID_MAX + 1];
    char user[ID_MAX + 1];
    char revoked_by[STAFF_MAX + 16];
    char application[APPLICATION_MAX + 1]; /* of the revocation */
    struct bytes der;
};

int certlife__certificate_get(struct txn *txn, const struct serial *serial, struct certificate_record *out,
                              bool *found_out, certlife_error **err);
/* Records a new certificate and its place in the history; a serial number that is there already is CERTLIFE_E_CRYPTO. */
int certlife__certificate_add(struct txn *txn, const struct certificate_record *record, certlife_error **err);
/* The user's next certificate after `after` in the order of issue (one that does not exist: the first of all). */
int certlife__history_next(struct txn *txn, const char *contract, const char *user, const struct certificate *after,
                           struct certificate_record *out, bool *found_out, certlife_error **err);

struct key_owner {
    char contract[ID_MAX + 1];
    char user[ID_MAX + 1];
    bool barred; /* not to be certified again, not even for its owner (R-ALL-19) */
};

int certlife__key_get(struct txn *txn, const uint8_t hash[HASH_LEN], struct key_owner *out, bool *found_out,
                      certlife_error **err);
int certlife__key_put(struct txn *txn, const uint8_t hash[HASH_LEN], const struct key_owner *owner,
                      certlife_error **err);
/* The key is this user's, and not barred. */
int certlife__key_claim(struct txn *txn, const uint8_t hash[HASH_LEN], const char *contract, const char *user,
                        certlife_error **err);

/* An idempotency key, as it is known here (R-ISS-3). */
#define ANSWER_KEY_LEN 16
struct key_names {
    uint8_t key[ANSWER_KEY_LEN]; /* whose key, and which */
    uint8_t call[HASH_LEN];      /* all that was asked */
};

/* What was ordered; its serial number is its id. `request` is borrowed until the transaction ends or writes. */
struct order {
    uint8_t id[ORDER_ID_LEN];
    char contract[ID_MAX + 1];
    char user[ID_MAX + 1];
    certlife_act act;
    certlife_medium medium;
    int64_t not_before, not_after;
    uint8_t key_hash[HASH_LEN];
    bool keyed; /* it was asked for under an idempotency key, whose first answer was 'later' */
    struct key_names names;
    struct bytes request;
};

int certlife__order_get(struct txn *txn, const uint8_t id[ORDER_ID_LEN], struct order *out, bool *found_out,
                        certlife_error **err);
int certlife__order_put(struct txn *txn, const struct order *order, certlife_error **err);
int certlife__order_erase(struct txn *txn, const uint8_t id[ORDER_ID_LEN], certlife_error **err);

/* The first answer to an idempotency key (R-ISS-3). */
struct answer {
    uint8_t call[HASH_LEN]; /* of what was asked */
    certlife_code code;
    char row[12];
    certlife_way way;
    int64_t date;
    struct serial serial; /* of the certificate that was given, if one was */
    int64_t forget_at;    /* from this moment on it is none */
};

int certlife__answer_get(struct txn *txn, const uint8_t key[ANSWER_KEY_LEN], struct answer *out, bool *found_out,
                         certlife_error **err);
/* Remembers an answer, and erases up to two that are due by `now`. */
int certlife__answer_put(struct txn *txn, const uint8_t key[ANSWER_KEY_LEN], const struct answer *answer, int64_t now,
                         certlife_error **err);

/* Notices. */

int certlife__chain_get(struct txn *txn, const struct chain *chain, struct chain_state *out, bool *found_out,
                        certlife_error **err);
int certlife__chain_put(struct txn *txn, const struct chain *chain, const struct chain_state *state,
                        certlife_error **err);
int certlife__chain_erase(struct txn *txn, const struct chain *chain, certlife_error **err);
/* The user's first chain behind `after` (topic 0: the first of all). */
int certlife__chain_next(struct txn *txn, const struct chain *after, struct chain *out, struct chain_state *state_out,
                         bool *found_out, certlife_error **err);

/* A notice in the queue. */
struct queued {
    int64_t moment; /* from which on it can be claimed */
    struct chain chain;
    notice_label label; /* as planned: the largest that was not said */
    int64_t due;        /* as planned: the chain's, if it is still its next */
    int32_t hands;      /* how often it has been in a worker's hand: which lease is whose */
    notice_label tried; /* the label handed out last */
    int32_t attempts;   /* at that label */
    char worker[STAFF_MAX + 1];
};

int certlife__queue_get(struct txn *txn, int64_t moment, const struct chain *chain, struct queued *out, bool *found_out,
                        certlife_error **err);
int certlife__queue_put(struct txn *txn, const struct queued *queued, certlife_error **err);
int certlife__queue_erase(struct txn *txn, int64_t moment, const struct chain *chain, certlife_error **err);
/* Up to `room` of those whose moment is not after `until`, in order. */
int certlife__queue_read(struct txn *txn, int64_t until, struct queued *out, size_t room, size_t *count_out,
                         certlife_error **err);

int certlife__parked_put(struct txn *txn, int64_t moment, const struct chain *chain, certlife_error **err);
int certlife__parked_erase(struct txn *txn, int64_t moment, const struct chain *chain, certlife_error **err);
/* The first behind `*moment`, `*chain` (moment 0: the first of all), which it replaces. */
int certlife__parked_next(struct txn *txn, int64_t *moment, struct chain *chain, bool *found_out, certlife_error **err);

/* What was sent. */
struct sent {
    int64_t at, due;
    int32_t attempts;
    char email[EMAIL_MAX + 1];
};

int certlife__sent_get(struct txn *txn, const struct chain *chain, notice_label label, struct sent *out,
                       bool *found_out, certlife_error **err);
int certlife__sent_put(struct txn *txn, const struct chain *chain, notice_label label, const struct sent *sent,
                       certlife_error **err);
/* The user's first one behind `*chain`, `*label` (topic 0: the first of all), which it replaces. */
int certlife__sent_next(struct txn *txn, struct chain *chain, notice_label *label, struct sent *out, bool *found_out,
                        certlife_error **err);

/* What the ledger is planned by; absent: nothing yet. While `contract` is not "", users behind it are still to be done. */
struct plan {
    char values[NOTICE_VALUES_MAX];
    bool done;
    char contract[ID_MAX + 1];
    char user[ID_MAX + 1];
};
int certlife__plan_get(struct txn *txn, struct plan *out, certlife_error **err);
int certlife__plan_put(struct txn *txn, const struct plan *plan, certlife_error **err);

/* Who changes a user, for the record (R-REV-7). */
struct author {
    const char *by;
    const char *application;
};

/* Writes a user's row and the rows of the certificates whose facts changed, and bars keys as the change says. New
 * certificates must have been added before. */
int certlife__change_write(struct txn *txn, const struct change *change, const struct author *author,
                           certlife_error **err);

#endif
