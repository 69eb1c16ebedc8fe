/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger of notices: planning, as part of the acts; claiming and the rest, for workers. */
#ifndef CERTLIFE_ACTS_LEDGER_H
#define CERTLIFE_ACTS_LEDGER_H

#include "acts/acts.h"
#include "rules/notice.h"

/* What planning looks at. */
struct ledger {
    struct txn *txn;
    const struct certlife_profile *profile;
    const struct contract *contract; /* as it is now */
    int64_t now;
};

/* Brings the chains of a user into step with their facts as just written; changes nothing where they are. */
int certlife__plan_user(const struct ledger *ledger, const struct user *user, certlife_error **err);
/* Something happened now: ISSUED, REISSUED or REVOKED. */
int certlife__plan_event(const struct ledger *ledger, const struct user *user, enum notice_topic topic,
                         const struct serial *about, certlife_error **err);
/* The user has another address: what was parked is due again. */
int certlife__plan_address(const struct ledger *ledger, const struct user *user, certlife_error **err);
/* Plans a bounded number of users anew, if the profile is not the one they were planned by; `*changed_out` if it was. */
int certlife__plan_anew(struct txn *txn, const struct certlife_profile *profile, int64_t now, bool *changed_out,
                        certlife_error **err);
/* True if all is planned by this profile. */
bool certlife__plan_stands(const struct plan *plan, const struct certlife_profile *profile);

/* Steps of one chain; `state` is brought up to what is written. */

/* Plans the next notice after what was said, in place of what is planned; not where a worker has that in hand, unless
 * `forced`. */
int certlife__chain_plan(const struct ledger *ledger, const struct chain *chain, struct chain_state *state,
                         const struct course *course, bool forced, certlife_error **err);
/* Its next notice has left its place in the queue: a worker has it, or had it and it waits to be tried again. Else
 * `queued_out` is what stands there, if anything is planned. */
int certlife__chain_in_hand(const struct ledger *ledger, const struct chain *chain, const struct chain_state *state,
                            bool *out, struct queued *queued_out, certlife_error **err);
/* Nothing of it is in the queue or in anybody's hand. */
int certlife__chain_forget(const struct ledger *ledger, const struct chain *chain, const struct chain_state *state,
                           certlife_error **err);
/* The facts call for it no more: withdrawn, or marked so where its next notice is in a worker's hand. */
int certlife__chain_end(const struct ledger *ledger, const struct chain *chain, struct chain_state *state,
                        certlife_error **err);
/* `label` was not delivered, for the last time; the chain goes on with what follows. */
int certlife__chain_park(const struct ledger *ledger, const struct chain *chain, struct chain_state *state,
                         const struct course *course, notice_label label, int32_t attempts, const char *cause,
                         certlife_error **err);
/* What is parked is planned again, if it is still called for. */
int certlife__chain_retry(const struct ledger *ledger, const struct chain *chain, struct chain_state *state,
                          const struct user *user, certlife_error **err);
/* The chain's course now; false if the facts call for it no more. */
bool certlife__chain_course(const struct ledger *ledger, const struct user *user, const struct chain *chain,
                            int64_t since, struct course *out);

/* What is known of a notice outside the store. */
struct member {
    char user[ID_MAX + 1];
    struct serial serial;
    int64_t expiry;
    int32_t days_left;
};

struct noticed {
    struct chain chain;
    notice_label label;
    certlife_notice_state state;
    int64_t due;
    int64_t until;    /* in hand: when the lease ends */
    int32_t hands;    /* and which lease it is */
    int64_t ended_at; /* sent, parked */
    char addressee_user[ID_MAX + 1];
    char email[EMAIL_MAX + 1];
    certlife_language language;
    struct serial serial;
    int64_t expiry, renew_by, obtain_by, happened_at, renew_later_at;
    int32_t days_left;
    bool waits_to_install;
    int32_t attempts;
    char cause[CAUSE_MAX + 1];
    struct member *members;
    size_t member_count;
};

struct noticed_list {
    struct noticed *items;
    size_t count, room;
    bool more;
};

void certlife__noticed_empty(struct noticed_list *list);
void certlife__noticed_free(struct noticed_list *list);
/* Room for one more, which is all zero; NULL if there is no memory. */
struct noticed *certlife__noticed_add(struct noticed_list *list, certlife_error **err);
/* What the facts say about a notice, as of now. `master` is the contract's. */
int certlife__noticed_fill(const struct ledger *ledger, const struct user *user, const struct user *master,
                           struct noticed *noticed, certlife_error **err);
int certlife__noticed_add_member(const struct ledger *ledger, const struct user *user,
                                 const struct certificate *certificate, struct noticed *noticed, certlife_error **err);
/* The key that the receiver sees: 32 hexadecimal digits. */
#define NOTICE_KEY_LEN 32
int certlife__noticed_key(const struct certlife_institution *institution, const struct noticed *noticed,
                          char out[NOTICE_KEY_LEN + 1], certlife_error **err);

/* For workers. */

struct claim {
    const char *worker;
    size_t limit;
    int64_t lease;
    /* Takes what is handed out before that is committed, so that a claim that fails has handed nothing out. Called again
     * where the store is busy. */
    int (*take)(void *payload, struct noticed_list *list, certlife_error **err);
    void *payload;
};
int certlife__notice_claim(const struct call *call, const struct claim *claim, struct noticed_list *out,
                           struct outcome *outcome, certlife_error **err);
int certlife__notice_done(const struct call *call, const struct noticed *noticed, struct outcome *outcome,
                          certlife_error **err);
int certlife__notice_give_back(const struct call *call, const struct noticed *noticed, const char *cause,
                               struct outcome *outcome, certlife_error **err);
int certlife__notice_retry(const struct call *call, const struct noticed *noticed, struct outcome *outcome,
                           certlife_error **err);
int certlife__notice_next_due(const struct call *call, int64_t *out, struct outcome *outcome, certlife_error **err);
int certlife__notice_parked(const struct call *call, const struct noticed *after, size_t limit,
                            struct noticed_list *out, struct outcome *outcome, certlife_error **err);

/* For whoever may see the user. */
int certlife__notice_list(const struct call *call, struct noticed_list *out, struct outcome *outcome,
                          certlife_error **err);
/* Empty if there is nothing to show. */
int certlife__notice_on_screen(const struct call *call, struct noticed_list *out, struct outcome *outcome,
                               certlife_error **err);

#endif
