/* SPDX-License-Identifier: Apache-2.0 */
/* The nouns: what is stored of a contract, a user and a certificate. Moments are UTC seconds; 0 means never. Facts write
 * and read them, rules look at them; statuses and windows are derived and not in here (R-ALL-17). */
#ifndef CERTLIFE_BASE_RECORDS_H
#define CERTLIFE_BASE_RECORDS_H

#include <certlife/notice.h>
#include <certlife/sys/issuer.h>

#include "base/bytes.h"
#include "base/text.h"

#define HASH_LEN CERTLIFE_CRYPTO_HASH_LEN
#define ORDER_ID_LEN CERTLIFE_SERIAL_MAX

/* Obtain-by where the profile sets none. */
#define NO_LIMIT INT64_MAX

struct serial {
    uint8_t len; /* 0: no certificate */
    uint8_t octets[CERTLIFE_SERIAL_MAX];
};

struct contract {
    char id[ID_MAX + 1];
    char master[ID_MAX + 1];
    int32_t users; /* not deleted ones, the master user included */
    int64_t registered_at, applied_at, usb_token_applied_at, closed_at;
    bool suspended;
    char application[APPLICATION_MAX + 1]; /* of the application for certificates */
    char usb_token_application[APPLICATION_MAX + 1];
    char close_application[APPLICATION_MAX + 1];
};

struct certificate {
    struct serial serial;
    certlife_medium medium;
    certlife_act issued_by; /* OBTAIN or RENEW */
    int64_t not_before, not_after;
    int64_t issued_at, confirmed_at, replaced_at, revoked_at;
    certlife_reason reason;
    uint8_t key_hash[HASH_LEN]; /* SHA-256 of the SubjectPublicKeyInfo */
};

/* A request that waits for an issuer's answer; `act` 0: there is none. */
struct issuing {
    certlife_act act;
    int64_t since;
    uint8_t order_id[ORDER_ID_LEN];
    uint8_t key_hash[HASH_LEN];
};

struct user {
    char contract[ID_MAX + 1];
    char id[ID_MAX + 1];
    char email[EMAIL_MAX + 1];
    char application[APPLICATION_MAX + 1]; /* of the last authorisation or reissue */
    certlife_role role;
    certlife_permission permission;
    bool suspended;
    int64_t added_at, deleted_at;
    int64_t authorised_at, obtain_by; /* an authorisation not yet used; 0: there is none */
    int64_t renew_later_at;
    struct issuing issuing;
    struct certificate current;     /* the last one confirmed, or the only one; stays here when revoked or expired */
    struct certificate unconfirmed; /* a renewed one beside it, until it is confirmed */
};

/* A user's new facts, and the certificates that leave the user's row, with their last facts. */
struct change {
    struct user user;
    struct certificate left[2];
    int32_t left_count;
    struct issuing ended; /* an order that the act ended */
    bool bar_keys;        /* the keys of what ended here are not certified again (R-ALL-19) */
    bool bar_current;     /* nor that of the current certificate, whatever has become of it */
};

/* What a chain of notices is about; the numbers are stored. */
enum notice_topic {
    TOPIC_CERTIFICATE = 1,   /* that it expires, and that it has expired */
    TOPIC_AUTHORISATION = 2, /* that obtain-by approaches */
    TOPIC_ISSUED = 3,
    TOPIC_REISSUED = 4,
    TOPIC_REVOKED = 5,
    TOPIC_DIGEST = 6, /* the master user's general users who must renew */
};
#define TOPIC_MAX TOPIC_DIGEST

/* Something that happened, said once. */
static inline bool topic_is_event(enum notice_topic topic)
{
    return topic == TOPIC_ISSUED || topic == TOPIC_REISSUED || topic == TOPIC_REVOKED;
}

/* Notices about one thing to one addressee, which follow each other. */
struct chain {
    char contract[ID_MAX + 1];
    char user[ID_MAX + 1];
    enum notice_topic topic;
    certlife_addressee addressee;
    struct serial about; /* the certificate; of AUTHORISATION and REISSUED the moment of the authorisation */
};

/*
 * Which notice of a chain: the days before the last day, 0 for the one after it or the only one; of a digest, its moment
 * with a minus sign. So each that follows has a smaller label.
 */
typedef int64_t notice_label;
#define NOTHING_SAID INT64_MAX
#define NEVER INT64_MAX

/* How far a chain is. Its next notice stands in the queue under `due`, unless a worker has had it in hand. */
#define CAUSE_MAX 200
/* The profile's values that plans are made by, as text. */
#define NOTICE_VALUES_MAX 1024
struct chain_state {
    int64_t since;       /* when it began */
    notice_label said;   /* the last one said, or given up */
    int64_t due;         /* of the next; 0: there is none */
    int64_t again_at;    /* where in the queue it waits, or waited, to be tried again; 0: it never did */
    int64_t parked_at;   /* 0: `said` was said; else it waits to be retried, */
    notice_label before; /* and this is the last one said: retried, the chain goes on from there */
    int32_t attempts;    /* of what is parked, or was given back last */
    bool withdrawn;      /* while a worker has its next notice in hand */
    char cause[CAUSE_MAX + 1];
};

static inline bool serial_equal(const struct serial *a, const struct serial *b)
{
    return a->len == b->len && memcmp(a->octets, b->octets, a->len) == 0;
}

/* One that does not exist where the number is too long. */
static inline struct serial serial_from(struct bytes number)
{
    struct serial serial = {.len = 0};
    if (number.len <= sizeof serial.octets) {
        serial.len = (uint8_t)number.len;
        if (number.len > 0)
            memcpy(serial.octets, number.data, number.len);
    }
    return serial;
}

static inline bool certificate_exists(const struct certificate *certificate)
{
    return certificate->serial.len > 0;
}

/* Neither revoked nor replaced nor expired. notAfter is inclusive (R-TIM-2). */
static inline bool certificate_usable(const struct certificate *certificate, int64_t now)
{
    return certificate_exists(certificate) && certificate->revoked_at == 0 && certificate->replaced_at == 0 &&
           now <= certificate->not_after;
}

#endif
