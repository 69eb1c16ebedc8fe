/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <stdio.h>
#include <stdlib.h>

#include "rules/sentences.h"

struct certlife_decision {
    bool filled;
    certlife_code code;
    certlife_way way;
    char row[12];
    int64_t date;
    int32_t offset;
    const char *kind; /* of the subject: "user", "contract", "order", "institution" */
    char subject[ID_MAX + 1];
    /* Written when they are asked for, so that a login pays for no text. */
    char sentence[2][SENTENCE_ROOM], way_sentence[2][SENTENCE_ROOM], line[SENTENCE_ROOM];
};

certlife_decision *certlife_decision_new(void)
{
    return calloc(1, sizeof(certlife_decision));
}

void certlife_decision_free(certlife_decision *decision)
{
    free(decision);
}

int certlife_decision_allowed(const certlife_decision *decision)
{
    return decision != NULL && decision->filled && decision->code == CERTLIFE_CODE_ALLOWED;
}

certlife_code certlife_decision_code(const certlife_decision *decision)
{
    return decision != NULL && decision->filled ? decision->code : CERTLIFE_CODE_UNKNOWN;
}

const char *certlife_decision_row(const certlife_decision *decision)
{
    return decision != NULL && decision->filled ? decision->row : "";
}

certlife_way certlife_decision_way(const certlife_decision *decision)
{
    return decision != NULL && decision->filled ? decision->way : CERTLIFE_WAY_NONE;
}

int64_t certlife_decision_date(const certlife_decision *decision)
{
    return decision != NULL && decision->filled ? decision->date : 0;
}

/* The texts are the decision's own room, which its one thread may fill through a const handle. */
static certlife_decision *room_of(const certlife_decision *decision)
{
    return (certlife_decision *)decision;
}

const char *certlife_decision_sentence(const certlife_decision *decision, certlife_language language)
{
    if (decision == NULL || !decision->filled)
        return "";
    char *out = room_of(decision)->sentence[language == CERTLIFE_LANGUAGE_JA];
    certlife__sentence(decision->code, language, decision->date, decision->offset, out, SENTENCE_ROOM);
    return out;
}

const char *certlife_decision_way_sentence(const certlife_decision *decision, certlife_language language)
{
    if (decision == NULL || !decision->filled)
        return "";
    char *out = room_of(decision)->way_sentence[language == CERTLIFE_LANGUAGE_JA];
    certlife__way_sentence(decision->way, language, decision->date, decision->offset, out, SENTENCE_ROOM);
    return out;
}

const char *certlife_decision_line(const certlife_decision *decision)
{
    if (decision == NULL || !decision->filled)
        return "";
    char *out = room_of(decision)->line;
    char date[40] = "";
    if (decision->date != 0) {
        date[0] = ' ';
        certlife__date_text(decision->date, decision->offset, CERTLIFE_LANGUAGE_EN, date + 1, sizeof date - 1);
    }
    snprintf(out, SENTENCE_ROOM, "%s %s: %s: %s%s", decision->kind, decision->subject, decision->row,
             certlife_code_name(decision->code), date);
    return out;
}

void certlife__decision_clear(certlife_decision *decision)
{
    if (decision != NULL)
        decision->filled = false;
}

static void name_subject(const struct call *call, certlife_decision *decision)
{
    if (call->act == CERTLIFE_ACT_NOTICE_RUN) {
        decision->kind = "institution";
        certlife__text_copy(decision->subject, sizeof decision->subject, call->institution->name);
        return;
    }
    if (call->contract == NULL) {
        decision->kind = "order";
        certlife__hex_write(call->serial.octets, call->serial.len, decision->subject);
        return;
    }
    decision->kind = call->user != NULL ? "user" : "contract";
    certlife__text_copy(decision->subject, sizeof decision->subject, call->user != NULL ? call->user : call->contract);
}

int certlife__report(const struct call *call, const struct outcome *outcome, certlife_decision *decision, int rc)
{
    if (decision == NULL || rc < 0)
        return rc;
    const struct verdict *verdict = &outcome->verdict;
    decision->filled = true;
    decision->code = verdict->code;
    decision->way = verdict->way;
    decision->date = verdict->date;
    decision->offset = call->institution->profile.utc_offset;
    certlife__text_copy(decision->row, sizeof decision->row, verdict->row != NULL ? verdict->row : outcome->row);
    name_subject(call, decision);
    return rc;
}

static int prepare_question(certlife_institution *institution, const certlife_actor *actor, certlife_act act,
                            const char *contract, const char *user, certlife_decision *decision, struct call *out,
                            certlife_error **err)
{
    int rc = certlife__call_prepare(institution, actor, act, contract, user, decision, out, err);
    if (rc < 0)
        return rc;
    CHECK_USE(contract != NULL || act == CERTLIFE_ACT_NOTICE_RUN, err);
    if (act < CERTLIFE_ACT_OBTAIN || act > CERTLIFE_ACT_NOTICE_RUN)
        return certlife__fail(err, CERTLIFE_E_INVALID, "act: %d is unknown", (int)act);
    out->supposing = true;
    return 0;
}

int certlife_decide(certlife_institution *institution, const certlife_actor *actor, certlife_act act,
                    const char *contract, const char *user, certlife_decision *decision, certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    int rc = prepare_question(institution, actor, act, contract, user, decision, &call, err);
    if (rc < 0)
        return rc;
    rc = certlife__ask(&call, &outcome, err);
    return certlife__report(&call, &outcome, decision, rc);
}

int certlife_who_could(certlife_institution *institution, const certlife_actor *actor, certlife_act act,
                       const char *contract, const char *user, uint32_t *who_out, certlife_decision *decision,
                       certlife_error **err)
{
    struct call call;
    struct outcome outcome = {0};
    int rc = prepare_question(institution, actor, act, contract, user, decision, &call, err);
    if (rc < 0)
        return rc;
    CHECK_USE(who_out != NULL, err);
    CHECK_USE(contract != NULL, err);
    rc = certlife__who_could(&call, who_out, &outcome, err);
    return certlife__report(&call, &outcome, decision, rc);
}
