/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bank, a company and its people, at a moment of one's choice.
 *
 * A test reads like a story:
 *
 *     struct world *w = world_new("webfb");           // 2026-04-01 12:00:00 in Japan
 *     has_user(w, "keir002");                         // added by the master user, so authorised
 *     assert_allowed(w, obtains(w, "keir002"));
 *     assert_allowed(w, confirms(w, "keir002"));
 *     at(w, "2027-03-01 23:59:59");
 *     assert_refused(w, renews(w, "keir002"), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN, CERTLIFE_WAY_WAIT);
 *
 * `by` is a user ID of the company, "branch" or "system". Users present the certificate their PC holds and have the login
 * password, unless a test takes something away with `without`. The company is "0010000001" with master user "keir001",
 * who has obtained and confirmed a certificate; it has applied.
 */
#ifndef CERTLIFE_TESTS_WORLD_H
#define CERTLIFE_TESTS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <certlife.h>

#define COMPANY "0010000001"
#define MASTER "keir001"
#define REQUESTS_MADE 64

struct pc; /* what one user's PC holds */

struct world {
    int64_t now;
    certlife_profile *profile;
    certlife_crypto *crypto;
    certlife_store *store;
    certlife_issuer *issuer;
    certlife_institution *bank;
    certlife_decision *decision;
    certlife_login *login;
    certlife_error *err;
    const char *company; /* whom the acts are about; COMPANY unless a test changes it */
    struct pc *pcs;
    size_t pc_count;
    int next_request;
    /* For the next act only. */
    bool no_certificate, no_password, confirmation, no_application;
    const char *idempotency_key;
    const char *presented_by; /* presents this user's certificate instead of one's own */
    certlife_medium medium;
    const char *channel;
};

/* The parts a test may bring itself; what is NULL is made: a memory store, a local issuer with a P-256 test CA. The
 * world closes all of them. */
struct world_parts {
    certlife_profile *profile;
    certlife_store *store;
    certlife_issuer *issuer; /* made with world_crypto() */
    certlife_crypto *crypto;
};

/* The world described above; world_empty has no company yet. */
struct world *world_new(const char *profile);
/* The same where the institution has chosen one value of its profile otherwise; and choosing one from now on. */
struct world *world_where(const char *profile, const char *value, const char *text);
void chooses(struct world *w, const char *value, const char *text);
struct world *world_with(struct world_parts parts);
struct world *world_empty(struct world_parts parts);
void world_free(struct world *w);
/* Closes and opens the institution on the same store, as after a restart. */
void reopens(struct world *w);

/* A test CA that is valid from 2020 to 9990, for issuers of one's own. */
struct test_ca {
    char certificate[4096], key[8192];
};
void make_test_ca(certlife_crypto *crypto, int32_t bits, struct test_ca *out);

/* "2027-03-01 23:59:59" in Japan (UTC+9), as UTC seconds; and setting the clock to it. */
int64_t moment(const char *text);
void at(struct world *w, const char *text);

/* Who acts: an actor with all they have at hand, less what `without` took away. Good until the next act. */
const certlife_actor *actor(struct world *w, const char *by);

/* For the next act only. */
void without_certificate(struct world *w);
void without_password(struct world *w);
void without_application(struct world *w);
void with_confirmation(struct world *w);
void with_key(struct world *w, const char *idempotency_key);
void presenting(struct world *w, const char *user);

/* The certificate a PC presents from now on: the one delivered last (a PC installs what it is given at once), or the one
 * it had before. `holds` gives its DER. */
void keeps_old(struct world *w, const char *user);
void takes_new(struct world *w, const char *user);
size_t holds(struct world *w, const char *user, const uint8_t **der_out);
const char *held_serial(struct world *w, const char *user);

/* Acts. */
int registers(struct world *w, const char *by, const char *company, const char *master);
int applies(struct world *w, const char *by);
int applies_for_usb_tokens(struct world *w, const char *by);
int closes(struct world *w, const char *by);
int adds(struct world *w, const char *by, const char *user);
int authorises(struct world *w, const char *by, const char *user);
int deletes(struct world *w, const char *by, const char *user);
int reissues(struct world *w, const char *by, const char *user);
int revokes(struct world *w, const char *by, const char *user);
int revokes_for(struct world *w, const char *by, const char *user, certlife_reason reason);
int edits(struct world *w, const char *by, const char *user, certlife_user_edit_request request);
/* With a key of their own that nobody used before; or with the key of request `index`, 0 to REQUESTS_MADE - 1. What is
 * given is installed: the PC presents it at the next login, unless `keeps_old`. */
int obtains(struct world *w, const char *user);
int obtains_with(struct world *w, const char *user, int request);
int renews(struct world *w, const char *user);
int renews_with(struct world *w, const char *user, int request);
int issues_for(struct world *w, const char *by, const char *user, certlife_act act, const void *pkcs10, size_t len);
int gets_again(struct world *w, const char *user);
int confirms(struct world *w, const char *user);
int confirms_serial(struct world *w, const char *user, const char *serial);
int renews_later(struct world *w, const char *user);
int logs_in(struct world *w, const char *user);
int looks_in(struct world *w, const char *user); /* a gate's check, which writes nothing */
int logs_in_with(struct world *w, const char *user, const void *der, size_t len);
int could(struct world *w, const char *by, certlife_act act, const char *user);

/* The request `index` as PEM, NUL-terminated, borrowed. */
const char *request_pem(int index);

/* A user who has been added, one who has obtained, and one who has confirmed. */
void has_user(struct world *w, const char *user);
void has_obtained(struct world *w, const char *user);
void has_certificate(struct world *w, const char *user);

/* What is so. */
certlife_status status(struct world *w, const char *user);
certlife_user *shown(struct world *w, const char *user); /* yours to free; as the branch sees it */
size_t history_count(struct world *w, const char *user);
/* The n-th certificate of the history, from 0; yours to free the page. */
const certlife_certificate *history_at(struct world *w, const char *user, size_t n, certlife_certificate_page **page);

void assert_allowed_at(struct world *w, int rc, const char *file, int line);
void assert_refused_at(struct world *w, int rc, const char *row, certlife_code code, certlife_way way, const char *file,
                       int line);
void assert_failed_at(struct world *w, int rc, int code, const char *file, int line);
void assert_status_at(struct world *w, const char *user, certlife_status expected, const char *file, int line);
#define assert_allowed(w, call) assert_allowed_at((w), (call), __FILE__, __LINE__)
#define assert_refused(w, call, row, code, way) assert_refused_at((w), (call), (row), (code), (way), __FILE__, __LINE__)
#define assert_failed(w, call, code) assert_failed_at((w), (call), (code), __FILE__, __LINE__)
#define assert_status(w, user, expected) assert_status_at((w), (user), (expected), __FILE__, __LINE__)
/* The moment the last refusal gave. */
#define assert_date(w, text) assert_int_equal(certlife_decision_date((w)->decision), moment(text))

#endif
