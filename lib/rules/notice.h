/* SPDX-License-Identifier: Apache-2.0 */
/* Which notices the facts call for, and when they fall due (section 8). */
#ifndef CERTLIFE_RULES_NOTICE_H
#define CERTLIFE_RULES_NOTICE_H

#include "base/records.h"
#include "rules/profile.h"

/* What a chain is planned by. */
struct course {
    const struct days_list *days; /* labels above 0: days before the day of `deadline` */
    int64_t since, deadline;      /* a label above 0 falls due within these, both included (R-ALL-16) */
    int64_t final;                /* label 0 falls due in the sending hours from this moment on; NEVER: there is none */
    bool digest;                  /* a digest's, which goes by the thresholds of all the contract's users */
};

/*
 * The course of a chain, for a user as they are now; false if the facts call for it no more (R-NOT-4). `since` is when the
 * chain began: what an event is planned by. Not for digests.
 */
bool certlife__notice_course(const struct certlife_profile *profile, const struct contract *contract,
                             const struct user *user, const struct chain *chain, int64_t since, int64_t now,
                             struct course *out);

/* The course of a chain that goes on, but says nothing for now. */
struct course certlife__notice_silence(int64_t since);

struct planned {
    notice_label label;
    int64_t due;
};

/* The next notice after `said`, to be planned: the largest label below it; false if there is none. */
bool certlife__notice_next(const struct certlife_profile *profile, const struct course *course, notice_label said,
                           int64_t now, struct planned *out);
/* The notice to be handed out now, where the next is `next`: the latest that is due (R-NOT-5); false if none is. */
bool certlife__notice_latest(const struct certlife_profile *profile, const struct course *course, notice_label next,
                             int64_t now, struct planned *out);

/* The first moment in the sending hours that is not before `moment` (R-NOT-6). */
int64_t certlife__notice_sending(const struct certlife_profile *profile, int64_t moment);

/* The chains that a user's certificates and authorisation call for; `since` of each in `since_out`. Answers how many. */
#define WANTED_MAX 6
size_t certlife__notice_wanted(const struct certlife_profile *profile, const struct contract *contract,
                               const struct user *user, int64_t now, struct chain out[WANTED_MAX],
                               int64_t since_out[WANTED_MAX]);

/* To whom the topic goes, about this user: bits 1 << CERTLIFE_ADDRESSEE_. */
uint32_t certlife__notice_addressees(const struct certlife_profile *profile, const struct user *user,
                                     enum notice_topic topic);

/* `about` NULL: nothing, as of digests; topic 0 and addressee 0: what stands before the first of the user's chains. */
struct chain certlife__chain_of(const struct user *user, enum notice_topic topic, certlife_addressee addressee,
                                const struct serial *about);
/* The name of an authorisation: its moment. */
struct serial certlife__notice_moment_name(int64_t moment);
int64_t certlife__notice_moment_of(const struct serial *name);

/* Digests. True if this user's certificate is in one at `now`; the thresholds that make it due: the last one past, and the
 * first one after `said`; 0 and NEVER where there is none. */
struct digested {
    const struct certificate *certificate;
    int64_t latest, next;
};
bool certlife__notice_digests(const struct certlife_profile *profile);
bool certlife__notice_digested(const struct certlife_profile *profile, const struct contract *contract,
                               const struct user *user, notice_label said, int64_t now, struct digested *out);

certlife_notice_kind certlife__notice_kind_of(enum notice_topic topic, notice_label label);

/* How long to wait after an attempt that failed, seconds. */
int64_t certlife__notice_delay(int32_t attempts);

void certlife__notice_values_print(const struct certlife_profile *profile, char out[NOTICE_VALUES_MAX]);

#endif
