/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's register: what has happened to whom, by the specification and without the library. Only what succeeded comes
 * here, in the order in which it did. Everything is named by its number: contracts, users, certificates, authorisations.
 */
#ifndef CERTLIFE_SIMULATE_FACTS_H
#define CERTLIFE_SIMULATE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NONE (-1)
#define SERIAL_TEXT 41

struct certificate {
    char serial[SERIAL_TEXT];
    int32_t user, older; /* their certificate before this one */
    int64_t issued_at, not_after;
    int64_t confirmed_at, replaced_at, revoked_at; /* 0: not */
    uint8_t *der;                                  /* while it is in use */
    size_t der_len;
};

struct authorisation {
    int32_t user;
    int64_t opened_at, obtain_by; /* NEVER: without limit */
};

struct user {
    int32_t contract, next; /* the contract's next user */
    bool master, deleted, ever_without_address;
    int32_t address;              /* which e-mail address, counted up; 0: none */
    int32_t newest;               /* the certificate issued last, whatever became of it */
    int32_t current, unconfirmed; /* certificates */
    int32_t authorisation;        /* not used yet, lapsed or not */
    int64_t renew_later_at;
    int32_t plans;  /* of their own, counted up (people.c) */
    int32_t news;   /* the newest chain that tells what happened to them (ledger.c) */
    size_t settled; /* how many claims have been looked at (ledger.c) */
    int32_t done;   /* how many notices about them were done (ledger.c) */
};

struct contract {
    int32_t master, users; /* the first of its users */
    bool closed;
    size_t settled;
};

struct facts {
    struct certificate *certificates;
    struct authorisation *authorisations;
    struct user *users;
    struct contract *contracts;
    size_t certificate_count, certificate_room, authorisation_count, authorisation_room;
    size_t user_count, user_room, contract_count, contract_room;
};

/* The contract comes with its master user. */
int32_t facts_register(struct facts *facts, int32_t address);
int32_t facts_add_user(struct facts *facts, int32_t contract, int32_t address);
void facts_authorise(struct facts *facts, int32_t user, int64_t now, int64_t obtain_by);
/* A certificate was issued, by obtaining or renewing. */
int32_t facts_issue(struct facts *facts, int32_t user, bool renewed, const char *serial, int64_t now, int64_t not_after,
                    const uint8_t *der, size_t der_len);
void facts_confirm(struct facts *facts, int32_t certificate, int64_t now);
/* The certificate that the revocation is about; NONE if it only ended an authorisation. */
int32_t facts_revoke(struct facts *facts, int32_t user, int64_t now);
void facts_reissue(struct facts *facts, int32_t user, int64_t now, int64_t obtain_by, bool waits_for_new);
void facts_delete(struct facts *facts, int32_t user, int64_t now);
void facts_close(struct facts *facts, int32_t contract, int64_t now);
void facts_free(struct facts *facts);

/* Questions. */
bool facts_usable(const struct facts *facts, int32_t certificate, int64_t now);
/* The certificate that counts: the unconfirmed one once the current one cannot be used any more (R-ALL-6). */
int32_t facts_counting(const struct facts *facts, int32_t user, int64_t now);
/* A usable one that waits beside the current one; or NONE. */
int32_t facts_waiting(const struct facts *facts, int32_t user, int64_t now);
/* Not deleted, and of a contract that is not closed. */
bool facts_lives(const struct facts *facts, int32_t user);
int32_t facts_find(const struct facts *facts, int32_t user, const char *serial);

#endif
