/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notices, told as stories; goes with world.h.
 *
 *     struct world *w = world_of_one("webfb", "e-mail to = user, master");
 *     assert_falls_due(w, "2027-03-02 09:00:00", "expiry keir002 30; expiry keir002 to master 30");
 *     ends(w);
 *
 * Notices are written as "kind user", with " to master", the days left, and " waits" where a renewed certificate waits to
 * be installed; a digest with its members: "digest keir001 10: keir002 10, keir003 30". Of another company, the user is
 * "0010000002/tanaka". In a list each begins with its state and ends with its moment: "planned expiry keir002 2027-03-02
 * 09:00:00"; sent and parked ones with when that happened. Several are separated by "; ", in any order.
 */
#ifndef CERTLIFE_TESTS_NOTICES_H
#define CERTLIFE_TESTS_NOTICES_H

#include "world.h"

/* The world of world.h where the bank has chosen otherwise: lines of a profile file, "e-mail = 45, 10\ndigest =
 * yes". */
struct world *world_choosing(const char *profile, const char *choices);
/* The same with one certificate, keir002's, obtained on 2026-04-01 at 12:00:00 or another moment, and valid for a year;
 * the master user's has been revoked. */
struct world *world_of_one(const char *profile, const char *choices);
struct world *world_of_one_from(const char *profile, const char *choices, const char *obtained);
/* Reconciles the store and frees the world. */
void ends(struct world *w);

/* The user has this address from now on. */
void moves_to(struct world *w, const char *user, const char *email);

/* A worker of the host. What it claims it holds until it has answered, or claims again. */
struct mailer {
    struct world *w;
    const char *name;
    int32_t limit, lease;
    certlife_notice_page *page; /* what it holds */
};
#define MAILER(w, name)                                                                                                \
    {                                                                                                                  \
        (w), (name), 100, 600, NULL                                                                                    \
    }

/* Claims; what it has then is exactly `notices`, "" for none. And claims at that moment, but not the second before. */
void assert_claims_of(struct mailer *mailer, const char *notices, const char *file, int line);
void assert_claims_first(struct mailer *mailer, const char *moment_text, const char *notices, const char *file,
                         int line);
#define assert_claims(mailer, notices) assert_claims_of((mailer), (notices), __FILE__, __LINE__)
#define assert_claims_at(mailer, moment, notices) assert_claims_first((mailer), (moment), (notices), __FILE__, __LINE__)
/* The n-th notice it holds, from 0. */
const certlife_notice *held(const struct mailer *mailer, size_t n);
/* Says so of all it holds, and goes on holding them. */
void done(struct mailer *mailer);
void gives_back(struct mailer *mailer, const char *cause);
/* It holds nothing any more, and says nothing. */
void forgets(struct mailer *mailer);

/* Exactly these are due now, and are sent. */
void assert_sends_at(struct world *w, const char *notices, const char *file, int line);
#define assert_sends(w, notices) assert_sends_at((w), (notices), __FILE__, __LINE__)
#define assert_nothing_due(w) assert_sends_at((w), "", __FILE__, __LINE__)
/* Nothing is due now, nor until the second before the moment; at the moment these are, and are sent. */
void assert_falls_due_at(struct world *w, const char *moment_text, const char *notices, const char *file, int line);
#define assert_falls_due(w, moment, notices) assert_falls_due_at((w), (moment), (notices), __FILE__, __LINE__)
/* What certlife_notice_next_due answers; NULL: nothing is planned. */
void assert_next_due_at(struct world *w, const char *moment_text, const char *file, int line);
#define assert_next_due(w, moment) assert_next_due_at((w), (moment), __FILE__, __LINE__)

/* All notices about the user, as the branch sees them; and all that are parked. */
void assert_listed_at(struct world *w, const char *user, const char *notices, const char *file, int line);
void assert_parked_at(struct world *w, const char *notices, const char *file, int line);
#define assert_listed(w, user, notices) assert_listed_at((w), (user), (notices), __FILE__, __LINE__)
#define assert_parked(w, notices) assert_parked_at((w), (notices), __FILE__, __LINE__)

/* The first parked one: due again. */
void retries(struct world *w);

/* What a menu page shows the user, as "30" days left or "30 waits"; "" for nothing. */
void assert_on_screen_at(struct world *w, const char *user, const char *shown, const char *file, int line);
#define assert_on_screen(w, user, shown) assert_on_screen_at((w), (user), (shown), __FILE__, __LINE__)

#endif
