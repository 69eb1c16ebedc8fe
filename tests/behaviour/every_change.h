/* SPDX-License-Identifier: Apache-2.0 */
/* Every call that changes something, and a company in which each of them is allowed. */
#ifndef CERTLIFE_TESTS_EVERY_CHANGE_H
#define CERTLIFE_TESTS_EVERY_CHANGE_H

#include "world.h"

#define KEIR2 "keir002"
#define KEIR3 "keir003"
#define KEIR4 "keir004"
#define KEIR5 "keir005"
#define OTHER "0010000002"
#define LATEST "2027-03-10 12:00:00"

/* The latest change is of 2027-03-10 12:00:00: keir002 and keir003 can renew, keir004 has obtained and not confirmed,
 * keir005 can obtain; another company has not applied yet. For profile `houjin`, which offers USB tokens. */
static inline struct world *settle_company(struct world *w)
{
    has_certificate(w, KEIR2);
    has_certificate(w, KEIR3);
    at(w, LATEST);
    has_obtained(w, KEIR4);
    has_user(w, KEIR5);
    assert_allowed(w, registers(w, "branch", OTHER, "sato001"));
    return w;
}

static int registers_another(struct world *w)
{
    return registers(w, "branch", "0010000003", "ito001");
}

static int applies_for_another(struct world *w)
{
    w->company = OTHER;
    int rc = applies(w, "branch");
    w->company = COMPANY;
    return rc;
}

static int applies_usb(struct world *w)
{
    return applies_for_usb_tokens(w, "branch");
}

static int closes_it(struct world *w)
{
    return closes(w, "branch");
}

static int adds_one(struct world *w)
{
    return adds(w, MASTER, "keir006");
}

static int authorises_again(struct world *w)
{
    return authorises(w, MASTER, KEIR5);
}

static int obtains_one(struct world *w)
{
    return obtains_with(w, KEIR5, 40);
}

static int confirms_one(struct world *w)
{
    return confirms(w, KEIR4);
}

static int renews_one(struct world *w)
{
    return renews_with(w, KEIR2, 41);
}

static int renews_one_later(struct world *w)
{
    return renews_later(w, KEIR2);
}

static int reissues_one(struct world *w)
{
    return reissues(w, MASTER, KEIR2);
}

static int revokes_one(struct world *w)
{
    return revokes(w, MASTER, KEIR2);
}

static int deletes_one(struct world *w)
{
    return deletes(w, MASTER, KEIR2);
}

static int edits_one(struct world *w)
{
    certlife_user_edit_request request = CERTLIFE_USER_EDIT_REQUEST_INIT;
    request.email = "new@example.co.jp";
    request.certificate = CERTLIFE_CHOICE_REVOKE;
    return edits(w, MASTER, KEIR2, request);
}

struct a_call {
    const char *name;
    int (*call)(struct world *);
};

/* But for the first login, which test_time.c adds. */
static const struct a_call changes[] = {
    {"register", registers_another},
    {"apply", applies_for_another},
    {"apply for USB tokens", applies_usb},
    {"close", closes_it},
    {"add", adds_one},
    {"authorise", authorises_again},
    {"obtain", obtains_one},
    {"confirm", confirms_one},
    {"renew", renews_one},
    {"renew later", renews_one_later},
    {"reissue", reissues_one},
    {"revoke", revokes_one},
    {"delete", deletes_one},
    {"edit", edits_one},
};

#define CHANGES (sizeof changes / sizeof changes[0])

#endif
