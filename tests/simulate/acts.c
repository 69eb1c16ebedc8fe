/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"

#include "ids.h"
#include "settle.h"
#include "simulation.h"
#include "toy_crypto.h"

/* An administrator: the master user where they have a certificate to log in with, now and then; else the branch. */
static certlife_actor administrator(struct simulation *sim, int32_t contract)
{
    int32_t master = sim->facts.contracts[contract].master;
    int32_t counting = facts_counting(&sim->facts, master, sim->now);
    if (facts_usable(&sim->facts, counting, sim->now) && prng_chance(&sim->prng, 600))
        return bank_user(sim, master, counting);
    return bank_branch();
}

struct whom {
    char contract[ID_TEXT], user[ID_TEXT];
};

static struct whom whom_of(const struct simulation *sim, int32_t user)
{
    struct whom whom;
    contract_id(sim->facts.users[user].contract, whom.contract);
    user_id(user, whom.user);
    return whom;
}

static int64_t obtain_by_of(const struct simulation *sim)
{
    const struct settings *s = &sim->settings;
    if (s->obtain_by_days == NO_LIMIT_DAYS)
        return NEVER;
    return day_start(day_of(sim->now, s->utc_offset) + s->obtain_by_days + 1, s->utc_offset) - 1;
}

/* What every call takes first, and last. */
#define BY(sim, actor, whom) (sim)->bank.institution, &(actor), (whom).contract, (whom).user
#define ANSWER(sim) (sim)->bank.decision, &(sim)->bank.err

/* ---- contracts and users ---- */

int32_t act_register(struct simulation *sim)
{
    certlife_actor branch = bank_branch();
    struct bank *bank = &sim->bank;
    int32_t user = (int32_t)sim->facts.user_count;
    char contract[ID_TEXT], master[ID_TEXT], address[ID_TEXT];
    contract_id((int32_t)sim->facts.contract_count, contract);
    user_id(user, master);
    address_text(user, 1, address);
    int rc =
        certlife_contract_register(bank->institution, &branch, contract, master, address, bank->decision, &bank->err);
    if (!bank_done(sim, "register", rc))
        return NONE;
    int32_t registered = facts_register(&sim->facts, 1);
    sim->facts.contracts[registered].settled = sim->ledger.claim_count;
    sim->facts.users[user].settled = sim->ledger.claim_count;
    rc = certlife_contract_apply(bank->institution, &branch, contract, bank->decision, &bank->err);
    if (bank_done(sim, "apply", rc))
        act_authorise(sim, user);
    return registered;
}

int32_t act_add_user(struct simulation *sim, int32_t contract)
{
    certlife_actor actor = administrator(sim, contract);
    int32_t user = (int32_t)sim->facts.user_count, address = prng_chance(&sim->prng, 950);
    struct whom whom;
    char text[ID_TEXT];
    contract_id(contract, whom.contract);
    user_id(user, whom.user);
    address_text(user, address, text);
    if (!bank_done(sim, "add user",
                   certlife_user_add(BY(sim, actor, whom), CERTLIFE_PERMISSION_OPERATOR, text, ANSWER(sim))))
        return NONE;
    settle_contract(sim, contract);
    facts_add_user(&sim->facts, contract, address);
    sim->facts.users[user].settled = sim->ledger.claim_count;
    facts_authorise(&sim->facts, user, sim->now, obtain_by_of(sim));
    return user;
}

bool act_authorise(struct simulation *sim, int32_t user)
{
    certlife_actor branch = bank_branch();
    struct whom whom = whom_of(sim, user);
    if (!bank_done(sim, "authorise", certlife_user_authorise(BY(sim, branch, whom), ANSWER(sim))))
        return false;
    settle_user(sim, user);
    struct watched before = ledger_watch(sim, user);
    facts_authorise(&sim->facts, user, sim->now, obtain_by_of(sim));
    ledger_count_withdrawn(sim, &before);
    return true;
}

bool act_change_address(struct simulation *sim, int32_t user, int32_t address)
{
    certlife_user_edit_request request = CERTLIFE_USER_EDIT_REQUEST_INIT;
    char text[ID_TEXT];
    certlife_actor actor = administrator(sim, sim->facts.users[user].contract);
    struct whom whom = whom_of(sim, user);
    request.email = address_text(user, address, text);
    tell(sim, "%s of %s is to have the address <%s>", whom.user, whom.contract, text);
    bool told = sim->options.fault != FAULT_OLD_ADDRESS || prng_chance(&sim->prng, 900);
    if (told && !bank_done(sim, "change address", certlife_user_edit(BY(sim, actor, whom), &request, ANSWER(sim))))
        return false;
    if (sim->facts.users[user].master)
        settle_contract(sim, sim->facts.users[user].contract);
    settle_user(sim, user);
    sim->facts.users[user].address = address;
    if (address == 0)
        sim->facts.users[user].ever_without_address = true;
    ledger_address(sim, user);
    return true;
}

bool act_delete(struct simulation *sim, int32_t user)
{
    certlife_actor actor = administrator(sim, sim->facts.users[user].contract);
    struct whom whom = whom_of(sim, user);
    if (!bank_done(sim, "delete", certlife_user_delete(BY(sim, actor, whom), ANSWER(sim))))
        return false;
    settle_user(sim, user);
    struct watched before = ledger_watch(sim, user);
    facts_delete(&sim->facts, user, sim->now);
    ledger_count_withdrawn(sim, &before);
    return true;
}

bool act_close(struct simulation *sim, int32_t contract)
{
    certlife_actor branch = bank_branch();
    char id[ID_TEXT];
    int rc = certlife_contract_close(sim->bank.institution, &branch, contract_id(contract, id), sim->bank.decision,
                                     &sim->bank.err);
    if (!bank_done(sim, "close", rc))
        return false;
    settle_contract(sim, contract);
    facts_close(&sim->facts, contract, sim->now);
    return true;
}

/* ---- certificates ---- */

/* The library has issued: the model learns of it. */
static void receive(struct simulation *sim, int32_t user, bool renewed, const certlife_certificate *certificate)
{
    const uint8_t *der = NULL;
    size_t len = certlife_certificate_der(certificate, &der);
    const char *serial = certlife_certificate_serial(certificate);
    if (facts_find(&sim->facts, user, serial) != NONE) {
        differs(sim, "user %d: expected: a new certificate for a new key; seen: certificate %s again", user, serial);
        return;
    }
    settle_user(sim, user);
    struct watched before = ledger_watch(sim, user);
    int32_t issued = facts_issue(&sim->facts, user, renewed, serial, sim->now,
                                 certlife_certificate_not_after(certificate), der, len);
    ledger_count_withdrawn(sim, &before);
    ledger_tell(sim, ISSUE_OF, issued, sim->settings.issued_to);
    sim->counts.certificates++;
}

static bool issues(struct simulation *sim, int32_t user, bool renewed)
{
    certlife_request request = CERTLIFE_REQUEST_INIT;
    certlife_certificate *certificate = NULL;
    certlife_actor actor = bank_user(sim, user, facts_counting(&sim->facts, user, sim->now));
    struct whom whom = whom_of(sim, user);
    uint8_t pkcs10[TOY_REQUEST_MAX];
    request.pkcs10_len = toy_request(sim->seed, prng_next(&sim->prng), pkcs10);
    request.pkcs10 = pkcs10;
    request.medium = CERTLIFE_MEDIUM_PC;
    request.channel = "edge/app";
    if (!renewed)
        actor.certificate = NULL;
    int rc = renewed ? certlife_renew(BY(sim, actor, whom), &request, &certificate, ANSWER(sim))
                     : certlife_obtain(BY(sim, actor, whom), &request, &certificate, ANSWER(sim));
    bool allowed = bank_done(sim, renewed ? "renew" : "obtain", rc);
    if (allowed)
        receive(sim, user, renewed, certificate);
    certlife_certificate_free(certificate);
    return allowed;
}

bool act_obtain(struct simulation *sim, int32_t user)
{
    return issues(sim, user, false);
}

bool act_renew(struct simulation *sim, int32_t user)
{
    return issues(sim, user, true);
}

bool act_renew_later(struct simulation *sim, int32_t user)
{
    certlife_actor actor = bank_user(sim, user, facts_counting(&sim->facts, user, sim->now));
    struct whom whom = whom_of(sim, user);
    if (!bank_done(sim, "renew later", certlife_renew_later(BY(sim, actor, whom), ANSWER(sim))))
        return false;
    settle_user(sim, user);
    sim->facts.users[user].renew_later_at = sim->now;
    return true;
}

static void confirmed(struct simulation *sim, int32_t certificate)
{
    int32_t user = sim->facts.certificates[certificate].user;
    settle_user(sim, user);
    struct watched before = ledger_watch(sim, user);
    facts_confirm(&sim->facts, certificate, sim->now);
    ledger_count_withdrawn(sim, &before);
}

/* A confirmed renewal that the library does not hear of, for a planted fault. */
static bool is_untold(struct simulation *sim, int32_t certificate)
{
    const struct user *u = &sim->facts.users[sim->facts.certificates[certificate].user];
    return sim->options.fault == FAULT_UNTOLD_CONFIRM && u->unconfirmed == certificate && prng_chance(&sim->prng, 200);
}

/* With whichever certificate the library accepts now: the old one, or the one that is confirmed. */
bool act_confirm(struct simulation *sim, int32_t certificate)
{
    int32_t user = sim->facts.certificates[certificate].user;
    certlife_actor actor = bank_user(sim, user, facts_counting(&sim->facts, user, sim->now));
    struct whom whom = whom_of(sim, user);
    const char *serial = sim->facts.certificates[certificate].serial;
    if (!is_untold(sim, certificate) &&
        !bank_done(sim, "confirm", certlife_confirm(BY(sim, actor, whom), serial, ANSWER(sim))))
        return false;
    confirmed(sim, certificate);
    return true;
}

bool act_log_in(struct simulation *sim, int32_t certificate)
{
    certlife_actor actor = bank_user(sim, sim->facts.certificates[certificate].user, certificate);
    bool first = sim->facts.certificates[certificate].confirmed_at == 0;
    if (first && is_untold(sim, certificate)) {
        confirmed(sim, certificate);
        return true;
    }
    int rc = certlife_login_check(sim->bank.institution, &actor, CERTLIFE_LOGIN_RECORD, NULL, sim->bank.decision,
                                  &sim->bank.err);
    if (!(first ? bank_done(sim, "first log in", rc) : bank_answered(sim, "log in", rc)))
        return false;
    if (first)
        confirmed(sim, certificate);
    return true;
}

bool act_reissue(struct simulation *sim, int32_t user)
{
    certlife_actor actor = administrator(sim, sim->facts.users[user].contract);
    struct whom whom = whom_of(sim, user);
    if (!bank_done(sim, "reissue", certlife_reissue(BY(sim, actor, whom), ANSWER(sim))))
        return false;
    settle_user(sim, user);
    struct watched before = ledger_watch(sim, user);
    facts_reissue(&sim->facts, user, sim->now, obtain_by_of(sim), sim->settings.waits_for_new);
    ledger_count_withdrawn(sim, &before);
    ledger_tell(sim, REISSUE_OF, sim->facts.users[user].authorisation, sim->settings.reissued_to);
    return true;
}

bool act_revoke(struct simulation *sim, int32_t user)
{
    certlife_actor actor = administrator(sim, sim->facts.users[user].contract);
    struct whom whom = whom_of(sim, user);
    bool told = sim->options.fault != FAULT_UNTOLD_REVOKE || prng_chance(&sim->prng, 500);
    if (told && !bank_done(sim, "revoke",
                           certlife_revoke(BY(sim, actor, whom), CERTLIFE_REASON_AFFILIATION_CHANGED, ANSWER(sim))))
        return false;
    settle_user(sim, user);
    struct watched before = ledger_watch(sim, user);
    int32_t revoked = facts_revoke(&sim->facts, user, sim->now);
    ledger_count_withdrawn(sim, &before);
    if (revoked != NONE)
        ledger_tell(sim, REVOCATION_OF, revoked, sim->settings.revoked_to);
    return true;
}
