/* SPDX-License-Identifier: Apache-2.0 */
#include "bank.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faulty_store.h"
#include "folder.h"
#include "ids.h"
#include "simulation.h"
#include "toy_crypto.h"

#define MUST(sim, call)                                                                                                \
    do {                                                                                                               \
        if ((call) != 0)                                                                                               \
            stop(#call, (sim)->bank.err);                                                                              \
    } while (0)

static void stop(const char *call, const certlife_error *err)
{
    fprintf(stderr, "simulate: %s: %s\n", call, certlife_error_message(err));
    exit(2);
}

static int read_clock(void *payload, int64_t *now_out)
{
    const struct simulation *sim = payload;
    int64_t error = sim->bank.clock_error;
    if (sim->options.fault == FAULT_FAST_CLOCK)
        error++;
    if (sim->options.fault == FAULT_SLOW_CLOCK)
        error--;
    *now_out = sim->now + error;
    return 0;
}

/* ---- the profile that the library is given: the model's, but for a planted fault ---- */

static void set(struct simulation *sim, certlife_profile *profile, const char *name, const char *text)
{
    MUST(sim, certlife_profile_set(profile, name, text, &sim->bank.err));
}

static void set_early_thresholds(struct simulation *sim, certlife_profile *profile)
{
    char text[64] = "";
    const struct thresholds *email = &sim->settings.email;
    for (int32_t i = 0; i < email->count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d", i > 0 ? ", " : "",
                 email->days[i] + (email->days[0] < 365));
    if (email->count > 0)
        set(sim, profile, "e-mail", text);
}

static void set_long_hours(struct simulation *sim, certlife_profile *profile)
{
    char text[32];
    int32_t from = sim->settings.hours_from, to = sim->settings.hours_to + 60;
    if (to > DAY)
        return;
    snprintf(text, sizeof text, "%02d:%02d-%02d:%02d", from / 3600, from / 60 % 60, to / 3600, to / 60 % 60);
    set(sim, profile, "sending hours", text);
}

static void open_institution(struct simulation *sim)
{
    struct bank *bank = &sim->bank;
    certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    char text[8192];
    certlife_profile *given = NULL;
    MUST(sim, certlife_profile_print(bank->profile, text, sizeof text, &bank->err));
    MUST(sim, certlife_profile_parse(text, &given, &bank->err));
    sim->settings = settings_read(bank->profile);
    if (sim->options.fault == FAULT_EARLY_THRESHOLD)
        set_early_thresholds(sim, given);
    if (sim->options.fault == FAULT_LONG_HOURS)
        set_long_hours(sim, given);
    if (sim->options.fault == FAULT_SUNDAYS)
        set(sim, given, "sending days", "every day");
    options.name = "Example Shinkin Bank";
    options.crl_url = "http://crl.example.jp/users.crl";
    options.profile = given;
    options.store = bank->store;
    options.issuer = bank->issuer;
    options.crypto = bank->crypto;
    options.clock.now = read_clock;
    options.clock.payload = sim;
    MUST(sim, certlife_institution_open(&options, &bank->institution, &bank->err));
    certlife_profile_free(given);
    tell(sim, "profile:\n%s", text);
}

static void open_store(struct simulation *sim)
{
    struct bank *bank = &sim->bank;
    if (sim->options.lmdb) {
        if (!folder_make(bank->folder, sizeof bank->folder))
            stop("a folder for the store", NULL);
        MUST(sim, certlife_store_open_lmdb(bank->folder, NULL, &bank->store, &bank->err));
    } else {
        MUST(sim, certlife_store_new_memory(&bank->store, &bank->err));
    }
    if (sim->options.fault == FAULT_LOST_CLAIM || sim->options.fault == FAULT_LOST_DONE)
        bank->store = faulty_store(bank->store, &bank->store_lies);
}

void bank_open(struct simulation *sim)
{
    struct bank *bank = &sim->bank;
    char certificate[4096], key[1024];
    const char *profile = sim->options.profile;
    if (profile == NULL)
        profile = certlife_profile_builtin((size_t)prng_between(&sim->prng, 0, 3));
    MUST(sim, certlife_profile_new(profile, &bank->profile, &bank->err));
    settings_found(bank->profile, &sim->prng);
    bank->decision = certlife_decision_new();
    bank->crypto = toy_crypto(sim->seed);
    open_store(sim);
    MUST(sim, certlife_issuer_make_test_ca(bank->crypto, "Toy CA", 256, 0, 1000 * YEAR, certificate, sizeof certificate,
                                           key, sizeof key, &bank->err));
    MUST(sim, certlife_issuer_open_local(bank->crypto, (const uint8_t *)certificate, strlen(certificate),
                                         (const uint8_t *)key, strlen(key), &bank->issuer, &bank->err));
    open_institution(sim);
}

void bank_change_profile(struct simulation *sim)
{
    settings_vary(sim->bank.profile, &sim->prng);
    certlife_institution_close(sim->bank.institution);
    open_institution(sim);
}

void bank_close(struct simulation *sim)
{
    struct bank *bank = &sim->bank;
    certlife_institution_close(bank->institution);
    certlife_issuer_close(bank->issuer);
    certlife_store_close(bank->store);
    certlife_crypto_free(bank->crypto);
    certlife_profile_free(bank->profile);
    certlife_decision_free(bank->decision);
    certlife_error_free(bank->err);
    if (bank->folder[0] != '\0')
        folder_remove(bank->folder);
}

/* ---- who acts, and what came of it ---- */

certlife_actor bank_user(const struct simulation *sim, int32_t user, int32_t certificate)
{
    static char ids[2][ID_TEXT];
    certlife_actor actor = CERTLIFE_ACTOR_INIT;
    actor.kind = CERTLIFE_ACTOR_USER;
    actor.contract = contract_id(sim->facts.users[user].contract, ids[0]);
    actor.user = user_id(user, ids[1]);
    actor.login_password = 1;
    actor.confirmation_password = sim->settings.confirmation_password;
    if (certificate != NONE && sim->facts.certificates[certificate].der != NULL) {
        actor.certificate = sim->facts.certificates[certificate].der;
        actor.certificate_len = sim->facts.certificates[certificate].der_len;
    }
    return actor;
}

certlife_actor bank_branch(void)
{
    certlife_actor actor = CERTLIFE_ACTOR_INIT;
    actor.kind = CERTLIFE_ACTOR_BRANCH;
    actor.staff = "yamada";
    actor.application = "2026-0417";
    return actor;
}

certlife_actor bank_system(void)
{
    certlife_actor actor = CERTLIFE_ACTOR_INIT;
    actor.kind = CERTLIFE_ACTOR_SYSTEM;
    actor.staff = "mailer";
    return actor;
}

bool bank_is_behind(const struct simulation *sim)
{
    return sim->bank.clock_error < -sim->settings.clock_tolerance;
}

bool bank_answered(struct simulation *sim, const char *question, int rc)
{
    struct bank *bank = &sim->bank;
    bool excused = rc == CERTLIFE_E_CLOCK && bank_is_behind(sim);
    if (rc < 0 && !excused)
        differs(sim, "%s: expected: no failure; seen: %s", question, certlife_error_message(bank->err));
    tell(sim, "%s: %s", question,
         rc < 0    ? certlife_error_message(bank->err)
         : rc == 0 ? "allowed"
                   : certlife_decision_line(bank->decision));
    certlife_error_free(bank->err);
    bank->err = NULL;
    return rc == CERTLIFE_ALLOWED;
}

bool bank_done(struct simulation *sim, const char *act, int rc)
{
    bool done = bank_answered(sim, act, rc);
    if (done && bank_is_behind(sim))
        differs(sim, "%s with a clock %lld seconds behind: expected: CERTLIFE_E_CLOCK; seen: done", act,
                (long long)-sim->bank.clock_error);
    return done;
}
