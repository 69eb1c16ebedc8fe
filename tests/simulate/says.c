/* SPDX-License-Identifier: Apache-2.0 */
#include "says.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ids.h"
#include "simulation.h"

static int32_t number_in(const char *id, char letter, size_t count)
{
    int32_t number = NONE;
    bool fits = id[0] == letter && sscanf(id + 1, "%d", &number) == 1 && number >= 0 && (size_t)number < count;
    return fits ? number : NONE;
}

bool says_name(struct simulation *sim, const certlife_notice *seen, struct chain_name *out)
{
    const struct facts *facts = &sim->facts;
    int32_t contract = number_in(certlife_notice_contract(seen), 'c', facts->contract_count);
    int32_t user = number_in(certlife_notice_user(seen), 'u', facts->user_count);
    *out = (struct chain_name){.addressee = certlife_notice_addressee_of(seen), .of = NONE};
    if (contract != NONE && user != NONE && facts->users[user].contract == contract) {
        switch (certlife_notice_kind_of(seen)) {
        case CERTLIFE_NOTICE_EXPIRY:
        case CERTLIFE_NOTICE_EXPIRED:
            out->family = EXPIRY_OF;
            out->of = facts_find(facts, user, certlife_notice_serial(seen));
            break;
        case CERTLIFE_NOTICE_ISSUED:
            out->family = ISSUE_OF;
            out->of = facts_find(facts, user, certlife_notice_serial(seen));
            break;
        case CERTLIFE_NOTICE_REVOKED:
            out->family = REVOCATION_OF;
            out->of = facts_find(facts, user, certlife_notice_serial(seen));
            break;
        case CERTLIFE_NOTICE_OBTAIN_BY:
            out->family = OBTAIN_BY_OF;
            out->of = facts->users[user].authorisation;
            break;
        case CERTLIFE_NOTICE_REISSUED:
            out->family = REISSUE_OF;
            out->of = facts->users[user].authorisation;
            break;
        case CERTLIFE_NOTICE_DIGEST:
            out->family = DIGEST_OF;
            out->of = facts->users[user].master ? contract : NONE;
            break;
        default:
            break;
        }
    }
    if (out->of == NONE)
        differs(sim, "a notice '%s' about user %s of contract %s, certificate %s: expected: none; seen: one",
                certlife_notice_kind_name(certlife_notice_kind_of(seen)), certlife_notice_user(seen),
                certlife_notice_contract(seen), certlife_notice_serial(seen));
    return out->of != NONE;
}

void says_number(struct simulation *sim, struct chain_name name, const char *what, int64_t seen, int64_t expected)
{
    char described[NAME_TEXT];
    if (seen != expected)
        differs(sim, "%s: %s: expected: %" PRId64 "; seen: %" PRId64, chain_describe(sim, name, described), what,
                expected, seen);
}

void says_text(struct simulation *sim, struct chain_name name, const char *what, const char *seen, const char *expected)
{
    char described[NAME_TEXT];
    if (strcmp(seen, expected) != 0)
        differs(sim, "%s: %s: expected: '%s'; seen: '%s'", chain_describe(sim, name, described), what, expected, seen);
}

static void check_certificate(struct simulation *sim, const certlife_notice *seen, struct chain_name name,
                              int64_t label)
{
    const struct facts *facts = &sim->facts;
    const struct certificate *c = &facts->certificates[name.of];
    const struct user *u = &facts->users[c->user];
    says_number(sim, name, "expiry", certlife_notice_expiry(seen), c->not_after);
    if (name.family != EXPIRY_OF || label == 0)
        says_number(sim, name, "happened at", certlife_notice_happened_at(seen), calls_for_happened_at(facts, name));
    if (name.family != EXPIRY_OF || label == 0)
        return;
    int64_t closes = day_start(day_of(c->not_after, sim->settings.utc_offset), sim->settings.utc_offset) +
                     sim->settings.renewal_closes - 1;
    says_number(sim, name, "renew by", certlife_notice_renew_by(seen), closes < c->not_after ? closes : c->not_after);
    says_number(sim, name, "days left", certlife_notice_days_left(seen),
                settings_days_until(&sim->settings, sim->now, c->not_after));
    says_number(sim, name, "renew later at", certlife_notice_renew_later_at(seen), u->renew_later_at);
    if (u->current == name.of)
        says_number(sim, name, "waits to install", certlife_notice_waits_to_install(seen),
                    facts_waiting(facts, c->user, sim->now) != NONE);
}

static void check_authorisation(struct simulation *sim, const certlife_notice *seen, struct chain_name name)
{
    const struct authorisation *a = &sim->facts.authorisations[name.of];
    says_number(sim, name, "obtain by", certlife_notice_obtain_by(seen), a->obtain_by);
    if (name.family == REISSUE_OF)
        says_number(sim, name, "happened at", certlife_notice_happened_at(seen), a->opened_at);
    else
        says_number(sim, name, "days left", certlife_notice_days_left(seen),
                    settings_days_until(&sim->settings, sim->now, a->obtain_by));
}

static void check_member(struct simulation *sim, const certlife_notice *seen, size_t at, struct chain_name name,
                         int32_t user, const int32_t *certificates, size_t count)
{
    const struct certificate *c = &sim->facts.certificates[certificates[0]];
    char id[ID_TEXT];
    if (count > 1 && strcmp(certlife_notice_member_serial(seen, at), c->serial) != 0)
        c = &sim->facts.certificates[certificates[1]];
    says_text(sim, name, "member", certlife_notice_member_user(seen, at), user_id(user, id));
    says_text(sim, name, "member's certificate", certlife_notice_member_serial(seen, at), c->serial);
    says_number(sim, name, "member's expiry", certlife_notice_member_expiry(seen, at), c->not_after);
    says_number(sim, name, "member's days left", certlife_notice_member_days_left(seen, at),
                settings_days_until(&sim->settings, sim->now, c->not_after));
}

/* The contract's users are linked from the last, whose ID is the greatest. */
static void check_digest(struct simulation *sim, const certlife_notice *seen, struct chain_name name)
{
    const struct facts *facts = &sim->facts;
    size_t count = certlife_notice_member_count(seen), expected = 0;
    int32_t least = INT32_MAX, certificates[2];
    for (int32_t user = facts->contracts[name.of].users; user != NONE; user = facts->users[user].next) {
        size_t listed = calls_for_members(facts, &sim->settings, user, sim->now, certificates);
        if (listed > 0 && ++expected <= count)
            check_member(sim, seen, count - expected, name, user, certificates, listed);
    }
    says_number(sim, name, "members", (int64_t)count, (int64_t)expected);
    for (size_t i = 0; i < count; i++) {
        int32_t days_left = certlife_notice_member_days_left(seen, i);
        least = days_left < least ? days_left : least;
    }
    says_number(sim, name, "days left", certlife_notice_days_left(seen), least);
}

void says_check(struct simulation *sim, const certlife_notice *seen, struct chain_name name, int64_t label)
{
    const struct facts *facts = &sim->facts;
    int32_t reader = calls_for_reader(facts, name);
    char text[ID_TEXT];
    says_number(sim, name, "kind", certlife_notice_kind_of(seen), calls_for_kind(name, label));
    says_text(sim, name, "addressee", certlife_notice_addressee_user(seen), user_id(reader, text));
    says_text(sim, name, "e-mail", certlife_notice_email(seen),
              address_text(reader, facts->users[reader].address, text));
    says_number(sim, name, "language", certlife_notice_language(seen), sim->settings.language);
    switch (name.family) {
    case EXPIRY_OF:
    case ISSUE_OF:
    case REVOCATION_OF:
        check_certificate(sim, seen, name, label);
        break;
    case OBTAIN_BY_OF:
    case REISSUE_OF:
        check_authorisation(sim, seen, name);
        break;
    case DIGEST_OF:
        check_digest(sim, seen, name);
        break;
    }
}
