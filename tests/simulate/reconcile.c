/* SPDX-License-Identifier: Apache-2.0 */
#include "reconcile.h"

#include <string.h>

#include "ids.h"
#include "says.h"
#include "settle.h"
#include "simulation.h"

struct look {
    struct simulation *sim;
    int32_t user;
    char contract_text[ID_TEXT], user_text[ID_TEXT];
    int32_t sent, planned, parked;
    int64_t digest_due; /* NEVER: none is planned */
    bool last;          /* the end: nothing is on its way any more */
};

static void expect(const struct look *look, const char *what, bool so)
{
    if (!so)
        differs(look->sim, "user %s of %s: expected: %s; seen: not so", look->user_text, look->contract_text, what);
}

/* ---- one row of the list ---- */

static struct notice *known(const struct look *look, const certlife_notice *row)
{
    struct ledger *ledger = &look->sim->ledger;
    int32_t number = chain_find_key(ledger, certlife_notice_key(row));
    if (number == NONE)
        return NULL;
    struct notice *notice = &ledger->notices[number];
    expect(look, "a key that is the same everywhere", strcmp(notice->key, certlife_notice_key(row)) == 0);
    notice->looked = ledger->looks;
    return notice;
}

static void look_at_sent(struct look *look, const certlife_notice *row)
{
    struct simulation *sim = look->sim;
    const struct notice *notice = known(look, row);
    char address[ID_TEXT];
    look->sent++;
    if (notice == NULL || notice->state != DONE) {
        expect(look, "nothing listed as sent that was not done", false);
        return;
    }
    struct chain_name name = sim->ledger.chains[notice->chain].name;
    expect(look, "notices about this user only", calls_for_user(&sim->facts, name) == look->user);
    expect(look, "a sent notice of the kind it was",
           certlife_notice_kind_of(row) == calls_for_kind(name, notice->label));
    expect(look, "a sent notice ended when it was done", certlife_notice_ended_at(row) == notice->ended_at);
    address_text(calls_for_reader(&sim->facts, name), notice->sent_to, address);
    expect(look, "a sent notice names where it was sent", strcmp(certlife_notice_email(row), address) == 0);
}

static void look_at_parked(struct look *look, const certlife_notice *row)
{
    struct simulation *sim = look->sim;
    const struct notice *notice = known(look, row);
    struct chain_name name;
    look->parked++;
    if (notice == NULL) {
        if (says_name(sim, row, &name))
            expect(look, "only what was handed out, or had no address, is parked",
                   sim->facts.users[calls_for_reader(&sim->facts, name)].ever_without_address);
        return;
    }
    const struct chain *chain = &sim->ledger.chains[notice->chain];
    bool tried = notice->state == PARKED || (chain->held != NONE && chain_is_exhausted(sim, chain));
    tried |= notice->label >= chain->maybe_parked;
    /* It came back, but something after it has been said. */
    bool over = notice->label >= chain->passed;
    int32_t reader = calls_for_reader(&sim->facts, chain->name);
    expect(look, "only what was tried as often as it may be is parked",
           tried || (over && notice->state != DONE) || sim->facts.users[reader].ever_without_address);
}

/* EXPIRED of a certificate that has an heir (R-ALL-6): it stays planned, and is not handed out as long as that is so. */
static bool is_of_heir(const struct simulation *sim, const certlife_notice *row, struct chain_name name)
{
    const struct user *u = &sim->facts.users[calls_for_user(&sim->facts, name)];
    return certlife_notice_kind_of(row) == CERTLIFE_NOTICE_EXPIRED && u->current == name.of && u->unconfirmed != NONE;
}

/* Handed out, and not done: it is listed as due when it was due first. */
static bool is_being_tried(const struct simulation *sim, struct chain_name name)
{
    int32_t id = chain_find(&sim->ledger, name);
    return id != NONE && sim->ledger.chains[id].held != NONE;
}

/* Due now or before, and nobody has come for it, or the profile has changed: what is so, nobody need have looked at yet. */
static void look_at_planned(struct look *look, const certlife_notice *row)
{
    struct simulation *sim = look->sim;
    const struct notice *notice = known(look, row);
    struct chain_name name;
    struct step next;
    char described[NAME_TEXT];
    bool overdue = certlife_notice_due(row) <= sim->now;
    if (certlife_notice_kind_of(row) == CERTLIFE_NOTICE_DIGEST) {
        look->digest_due = certlife_notice_due(row);
        return;
    }
    expect(look, "nothing planned that was done or parked", notice == NULL || notice->state == OPEN);
    if ((overdue && !look->last) || !sim->ledger.planned_anew || !says_name(sim, row, &name))
        return;
    if (is_being_tried(sim, name) || (!look->last && ledger_is_unsure(sim, name)) || is_of_heir(sim, row, name))
        return;
    look->planned++;
    bool comes = ledger_next(sim, name, &next);
    if (!comes) {
        differs(sim, "%s: expected: nothing planned; seen: '%s' due %lld", chain_describe(sim, name, described),
                certlife_notice_kind_name(certlife_notice_kind_of(row)), (long long)certlife_notice_due(row));
    } else if (certlife_notice_due(row) != next.due) {
        differs(sim, "%s: planned: expected: due %lld; seen: due %lld", chain_describe(sim, name, described),
                (long long)next.due, (long long)certlife_notice_due(row));
    } else {
        expect(look, "a planned notice of the kind that comes next",
               certlife_notice_kind_of(row) == calls_for_kind(name, next.label));
        expect(look, "one key for one notice", notice == NULL || notice->label == next.label);
    }
}

/* ---- what should be in the list ---- */

/* How many of a chain are planned, as far as they are looked at above; and every parked one must have been seen. */
static int32_t expect_chain(struct look *look, struct chain_name name)
{
    struct simulation *sim = look->sim;
    struct ledger *ledger = &sim->ledger;
    struct step next;
    int32_t id = chain_find(ledger, name);
    const struct chain *chain = id != NONE ? &ledger->chains[id] : NULL;
    bool comes = ledger_next(sim, name, &next);
    const struct step *called = calls_for_now(&ledger->plan, sim->now);
    for (int32_t at = chain != NULL ? chain->newest : NONE; at != NONE; at = ledger->notices[at].older) {
        const struct notice *notice = &ledger->notices[at];
        if (notice->state == PARKED && !notice->forgotten && called != NULL && called->label == notice->label)
            expect(look, "what was tried as often as it may be is listed as parked", notice->looked == ledger->looks);
    }
    if (!comes || is_being_tried(sim, name) || (next.due <= sim->now && !look->last))
        return 0;
    return look->last || !ledger_is_unsure(sim, name);
}

static int32_t expect_both(struct look *look, enum family family, int32_t of)
{
    if (of == NONE)
        return 0;
    return expect_chain(look, (struct chain_name){family, of, CERTLIFE_ADDRESSEE_USER}) +
           expect_chain(look, (struct chain_name){family, of, CERTLIFE_ADDRESSEE_MASTER});
}

/* Whether anybody is in it is seen when it falls due: it may be planned in vain, but not late. */
static void expect_digest(struct look *look)
{
    struct simulation *sim = look->sim;
    struct chain_name name = {DIGEST_OF, sim->facts.users[look->user].contract, CERTLIFE_ADDRESSEE_MASTER};
    struct step next;
    if (ledger_next(sim, name, &next) && !is_being_tried(sim, name) && !ledger_is_unsure(sim, name))
        expect(look, "the digest is planned in time", look->digest_due <= next.due);
}

static int32_t expected_planned(struct look *look)
{
    struct simulation *sim = look->sim;
    const struct user *u = &sim->facts.users[look->user];
    int32_t planned = expect_both(look, EXPIRY_OF, u->current) + expect_both(look, EXPIRY_OF, u->unconfirmed) +
                      expect_both(look, OBTAIN_BY_OF, u->authorisation);
    for (int32_t news = u->news; news != NONE; news = sim->ledger.chains[news].older_news)
        planned += expect_chain(look, sim->ledger.chains[news].name);
    if (u->master)
        expect_digest(look);
    return planned;
}

static void look_at_list(struct look *look)
{
    struct simulation *sim = look->sim;
    certlife_actor system = bank_system();
    certlife_notice_page *page = NULL;
    sim->ledger.looks++;
    if (!bank_answered(sim, "list",
                       certlife_notice_list(sim->bank.institution, &system, look->contract_text, look->user_text, &page,
                                            sim->bank.decision, &sim->bank.err)))
        return;
    for (size_t i = 0; i < certlife_notice_page_count(page) && !is_wrong(sim); i++) {
        const certlife_notice *row = certlife_notice_page_at(page, i);
        char due[CALENDAR_TEXT];
        tell(sim, "  %s '%s' %s, to the %s, due %s", certlife_notice_state_name(certlife_notice_state_of(row)),
             certlife_notice_kind_name(certlife_notice_kind_of(row)), certlife_notice_serial(row),
             certlife_addressee_name(certlife_notice_addressee_of(row)),
             calendar_text(certlife_notice_due(row), sim->settings.utc_offset, due));
        switch (certlife_notice_state_of(row)) {
        case CERTLIFE_NOTICE_SENT:
            look_at_sent(look, row);
            break;
        case CERTLIFE_NOTICE_PARKED:
            look_at_parked(look, row);
            break;
        default:
            look_at_planned(look, row);
            break;
        }
    }
    certlife_notice_page_free(page);
    expect(look, "everything done is listed as sent, once", look->sent == sim->facts.users[look->user].done);
    int32_t planned = sim->ledger.planned_anew ? expected_planned(look) : look->planned;
    if (planned != look->planned)
        differs(sim, "user %s of %s: planned notices: expected: %d; seen: %d", look->user_text, look->contract_text,
                planned, look->planned);
}

/* ---- their row and their screen ---- */

static void look_at_row(struct look *look)
{
    struct simulation *sim = look->sim;
    const struct facts *facts = &sim->facts;
    const struct user *u = &facts->users[look->user];
    certlife_actor system = bank_system();
    certlife_user *row = NULL;
    char address[ID_TEXT];
    if (!bank_answered(sim, "show user",
                       certlife_user_get(sim->bank.institution, &system, look->contract_text, look->user_text, &row,
                                         sim->bank.decision, &sim->bank.err)))
        return;
    int32_t counting = facts_counting(facts, look->user, sim->now),
            waiting = facts_waiting(facts, look->user, sim->now);
    address_text(look->user, u->address, address);
    expect(look, "the certificate of the model",
           strcmp(certlife_user_serial(row), counting != NONE ? facts->certificates[counting].serial : "") == 0);
    expect(look, "the unconfirmed certificate of the model",
           strcmp(certlife_user_unconfirmed_serial(row), waiting != NONE ? facts->certificates[waiting].serial : "") ==
               0);
    expect(look, "the address of the model", strcmp(certlife_user_email(row), address) == 0);
    expect(look, "deleted as in the model", (certlife_user_deleted_at(row) != 0) == u->deleted);
    if (certlife_user_obtain_by(row) != 0)
        expect(look, "the obtain-by of the model",
               u->authorisation != NONE &&
                   certlife_user_obtain_by(row) == facts->authorisations[u->authorisation].obtain_by);
    certlife_user_free(row);
}

static void look_at_screen(struct look *look)
{
    struct simulation *sim = look->sim;
    const struct settings *s = &sim->settings;
    certlife_actor system = bank_system();
    certlife_notice *screen = NULL;
    int32_t counting = facts_counting(&sim->facts, look->user, sim->now);
    if (!bank_answered(sim, "on screen",
                       certlife_notice_on_screen(sim->bank.institution, &system, look->contract_text, look->user_text,
                                                 &screen, sim->bank.decision, &sim->bank.err)))
        return;
    bool usable = facts_lives(&sim->facts, look->user) && facts_usable(&sim->facts, counting, sim->now);
    const struct certificate *c = usable ? &sim->facts.certificates[counting] : NULL;
    bool shown = usable && settings_days_until(s, sim->now, c->not_after) <= s->screen_days;
    if (sim->facts.users[look->user].authorisation == NONE)
        expect(look, shown ? "a notice on screen" : "nothing on screen", (screen != NULL) == shown);
    if (screen != NULL && c != NULL) {
        expect(look, "the right certificate on screen", strcmp(certlife_notice_serial(screen), c->serial) == 0);
        expect(look, "the right days on screen",
               certlife_notice_days_left(screen) == settings_days_until(s, sim->now, c->not_after));
        expect(look, "on screen whether a renewed one waits",
               certlife_notice_waits_to_install(screen) == (facts_waiting(&sim->facts, look->user, sim->now) != NONE));
    }
    certlife_notice_free(screen);
}

static struct look begin(struct simulation *sim, int32_t user, bool last)
{
    struct look look = {.sim = sim, .user = user, .last = last, .digest_due = NEVER};
    contract_id(sim->facts.users[user].contract, look.contract_text);
    user_id(user, look.user_text);
    settle_user(sim, user);
    return look;
}

void reconcile_user(struct simulation *sim, int32_t user)
{
    struct look look = begin(sim, user, false);
    look_at_row(&look);
    look_at_screen(&look);
    look_at_list(&look);
}

/* ---- the end ---- */

/* What was said to be done was received. More than once only where it was handed out again before it was done: the ledger
 * lets nothing pass that is handed out later. */
static void reconcile_mail(struct simulation *sim)
{
    char described[NAME_TEXT];
    for (size_t i = 0; i < sim->ledger.notice_count; i++) {
        const struct notice *notice = &sim->ledger.notices[i];
        struct chain_name name = sim->ledger.chains[notice->chain].name;
        if (notice->state == DONE && notice->received == 0)
            differs(sim, "%s: notice %s: expected: received; seen: never", chain_describe(sim, name, described),
                    notice->key);
    }
}

static int32_t count_parked(struct simulation *sim)
{
    certlife_actor system = bank_system();
    certlife_notice_page *page = NULL, *next = NULL;
    int32_t count = 0;
    bool more = true;
    while (more) {
        const certlife_notice *after =
            count > 0 ? certlife_notice_page_at(page, certlife_notice_page_count(page) - 1) : NULL;
        if (!bank_answered(sim, "parked",
                           certlife_notice_parked(sim->bank.institution, &system, after, 100, &next, sim->bank.decision,
                                                  &sim->bank.err)))
            break;
        certlife_notice_page_free(page);
        page = next;
        count += (int32_t)certlife_notice_page_count(page);
        more = certlife_notice_page_more(page) != 0 && certlife_notice_page_count(page) > 0;
    }
    certlife_notice_page_free(page);
    return count;
}

void reconcile_all(struct simulation *sim)
{
    int32_t parked = 0;
    for (size_t user = 0; user < sim->facts.user_count && !is_wrong(sim); user++) {
        struct look look = begin(sim, (int32_t)user, true);
        look_at_row(&look);
        look_at_screen(&look);
        look_at_list(&look);
        parked += look.parked;
    }
    if (!is_wrong(sim) && count_parked(sim) != parked)
        differs(sim, "parked notices: expected: %d, as the lists of all users say; seen: %d", parked,
                count_parked(sim));
    reconcile_mail(sim);
}
