/* SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"

#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "room.h"

int32_t facts_register(struct facts *facts, int32_t address)
{
    int32_t id = (int32_t)facts->contract_count;
    MAKE_ROOM(facts->contracts, facts->contract_count, facts->contract_room);
    facts->contracts[facts->contract_count++] = (struct contract){.users = NONE};
    int32_t master = facts_add_user(facts, id, address);
    facts->contracts[id].master = master;
    facts->users[master].master = true;
    return id;
}

int32_t facts_add_user(struct facts *facts, int32_t contract, int32_t address)
{
    int32_t id = (int32_t)facts->user_count;
    MAKE_ROOM(facts->users, facts->user_count, facts->user_room);
    facts->users[facts->user_count++] = (struct user){
        .contract = contract,
        .next = facts->contracts[contract].users,
        .ever_without_address = address == 0,
        .address = address,
        .newest = NONE,
        .current = NONE,
        .unconfirmed = NONE,
        .authorisation = NONE,
        .news = NONE,
    };
    facts->contracts[contract].users = id;
    return id;
}

/* Twice in one second is once. */
void facts_authorise(struct facts *facts, int32_t user, int64_t now, int64_t obtain_by)
{
    int32_t before = facts->users[user].authorisation;
    if (before != NONE && facts->authorisations[before].opened_at == now)
        return;
    int32_t id = (int32_t)facts->authorisation_count;
    MAKE_ROOM(facts->authorisations, facts->authorisation_count, facts->authorisation_room);
    facts->authorisations[facts->authorisation_count++] = (struct authorisation){user, now, obtain_by};
    facts->users[user].authorisation = id;
}

static void forget_der(struct certificate *certificate)
{
    free(certificate->der);
    certificate->der = NULL;
    certificate->der_len = 0;
}

/* The unconfirmed certificate takes the place of one that cannot be used any more. */
static void promote(struct facts *facts, int32_t user, int64_t now)
{
    struct user *u = &facts->users[user];
    if (u->unconfirmed == NONE || facts_usable(facts, u->current, now))
        return;
    forget_der(&facts->certificates[u->current]);
    u->current = u->unconfirmed;
    u->unconfirmed = NONE;
}

static void revoke(struct facts *facts, int32_t certificate, int64_t now)
{
    facts->certificates[certificate].revoked_at = now;
    forget_der(&facts->certificates[certificate]);
}

static void revoke_unconfirmed(struct facts *facts, int32_t user, int64_t now)
{
    struct user *u = &facts->users[user];
    if (u->unconfirmed != NONE)
        revoke(facts, u->unconfirmed, now);
    u->unconfirmed = NONE;
}

static int32_t record(struct facts *facts, int32_t user, const char *serial, int64_t now, int64_t not_after,
                      const uint8_t *der, size_t der_len)
{
    int32_t id = (int32_t)facts->certificate_count, older = facts->users[user].newest;
    MAKE_ROOM(facts->certificates, facts->certificate_count, facts->certificate_room);
    struct certificate *c = &facts->certificates[facts->certificate_count++];
    *c = (struct certificate){.user = user, .older = older, .issued_at = now, .not_after = not_after};
    strncpy(c->serial, serial, sizeof c->serial - 1);
    c->der = malloc(der_len);
    if (c->der != NULL)
        memcpy(c->der, der, der_len);
    c->der_len = c->der != NULL ? der_len : 0;
    facts->users[user].newest = id;
    return id;
}

int32_t facts_issue(struct facts *facts, int32_t user, bool renewed, const char *serial, int64_t now, int64_t not_after,
                    const uint8_t *der, size_t der_len)
{
    struct user *u = &facts->users[user];
    promote(facts, user, now);
    int32_t issued = record(facts, user, serial, now, not_after, der, der_len);
    bool authorised = u->authorisation != NONE && now <= facts->authorisations[u->authorisation].obtain_by;
    bool beside = facts_usable(facts, u->current, now) && (renewed || !authorised);
    u->authorisation = NONE; /* used; or lapsed beside one that could still be renewed */
    if (renewed && beside && facts->certificates[u->current].confirmed_at == 0)
        facts->certificates[u->current].confirmed_at = now; /* they have just renewed with it */
    revoke_unconfirmed(facts, user, now);
    if (beside) {
        u->unconfirmed = issued;
        return issued;
    }
    if (facts_usable(facts, u->current, now))
        revoke(facts, u->current, now);
    u->current = issued;
    return issued;
}

void facts_confirm(struct facts *facts, int32_t certificate, int64_t now)
{
    struct certificate *c = &facts->certificates[certificate];
    struct user *u = &facts->users[c->user];
    promote(facts, c->user, now);
    if (u->unconfirmed == certificate) {
        facts->certificates[u->current].replaced_at = now;
        forget_der(&facts->certificates[u->current]);
        u->current = certificate;
        u->unconfirmed = NONE;
    }
    if (c->confirmed_at == 0)
        c->confirmed_at = now;
}

int32_t facts_revoke(struct facts *facts, int32_t user, int64_t now)
{
    struct user *u = &facts->users[user];
    promote(facts, user, now);
    revoke_unconfirmed(facts, user, now);
    u->authorisation = NONE;
    if (u->current == NONE || facts->certificates[u->current].revoked_at != 0)
        return NONE;
    revoke(facts, u->current, now);
    return u->current;
}

/* Certificates end, but one that has expired stays expired. */
static void end_certificates(struct facts *facts, int32_t user, int64_t now)
{
    struct user *u = &facts->users[user];
    promote(facts, user, now);
    revoke_unconfirmed(facts, user, now);
    if (facts_usable(facts, u->current, now))
        revoke(facts, u->current, now);
}

void facts_reissue(struct facts *facts, int32_t user, int64_t now, int64_t obtain_by, bool waits_for_new)
{
    promote(facts, user, now);
    if (waits_for_new)
        revoke_unconfirmed(facts, user, now);
    else
        end_certificates(facts, user, now);
    facts_authorise(facts, user, now, obtain_by);
}

void facts_delete(struct facts *facts, int32_t user, int64_t now)
{
    end_certificates(facts, user, now);
    facts->users[user].authorisation = NONE;
    facts->users[user].deleted = true;
}

void facts_close(struct facts *facts, int32_t contract, int64_t now)
{
    for (int32_t user = facts->contracts[contract].users; user != NONE; user = facts->users[user].next) {
        end_certificates(facts, user, now);
        facts->users[user].authorisation = NONE;
    }
    facts->contracts[contract].closed = true;
}

void facts_free(struct facts *facts)
{
    for (size_t i = 0; i < facts->certificate_count; i++)
        free(facts->certificates[i].der);
    free(facts->certificates);
    free(facts->authorisations);
    free(facts->users);
    free(facts->contracts);
}

/* ---- questions ---- */

bool facts_usable(const struct facts *facts, int32_t certificate, int64_t now)
{
    if (certificate == NONE)
        return false;
    const struct certificate *c = &facts->certificates[certificate];
    return c->revoked_at == 0 && c->replaced_at == 0 && now <= c->not_after;
}

int32_t facts_counting(const struct facts *facts, int32_t user, int64_t now)
{
    const struct user *u = &facts->users[user];
    return u->unconfirmed != NONE && !facts_usable(facts, u->current, now) ? u->unconfirmed : u->current;
}

int32_t facts_waiting(const struct facts *facts, int32_t user, int64_t now)
{
    const struct user *u = &facts->users[user];
    bool waits = facts_usable(facts, u->unconfirmed, now) && facts_usable(facts, u->current, now);
    return waits ? u->unconfirmed : NONE;
}

bool facts_lives(const struct facts *facts, int32_t user)
{
    const struct user *u = &facts->users[user];
    return !u->deleted && !facts->contracts[u->contract].closed;
}

int32_t facts_find(const struct facts *facts, int32_t user, const char *serial)
{
    int32_t at = facts->users[user].newest;
    while (at != NONE && strcmp(facts->certificates[at].serial, serial) != 0)
        at = facts->certificates[at].older;
    return at;
}
