/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/sentences.h"

#include <stdio.h>
#include <string.h>

#include "base/civil.h"

struct words {
    int32_t number;
    const char *name, *ja, *en;
};

static const struct words codes[] = {
#define ROW(NAME, number, name, ja, en) {number, name, ja, en},
    CERTLIFE_CODES(ROW)
#undef ROW
};

static const struct words ways[] = {
#define ROW(NAME, number, name, ja, en) {number, name, ja, en},
    CERTLIFE_WAYS(ROW)
#undef ROW
};

static const struct words acts[] = {
#define ROW(NAME, number, name) {number, name, "", ""},
    CERTLIFE_ACTS(ROW)
#undef ROW
};

static const struct words statuses[] = {
#define ROW(NAME, number, name, ja) {number, name, ja, name},
    CERTLIFE_STATUSES(ROW)
#undef ROW
};

static const struct words reasons[] = {
    {CERTLIFE_REASON_UNSPECIFIED, "unspecified", "", ""},
    {CERTLIFE_REASON_KEY_COMPROMISE, "key compromise", "", ""},
    {CERTLIFE_REASON_AFFILIATION_CHANGED, "affiliation changed", "", ""},
    {CERTLIFE_REASON_SUPERSEDED, "superseded", "", ""},
    {CERTLIFE_REASON_CESSATION, "cessation of operation", "", ""},
    {CERTLIFE_REASON_PRIVILEGE_WITHDRAWN, "privilege withdrawn", "", ""},
};

static const struct words media[] = {
    {CERTLIFE_MEDIUM_PC, "pc", "", ""},
    {CERTLIFE_MEDIUM_USB_TOKEN, "usb_token", "", ""},
};

static const struct words certificate_states[] = {
    {CERTLIFE_CERTIFICATE_UNCONFIRMED, "unconfirmed", "", ""}, {CERTLIFE_CERTIFICATE_VALID, "valid", "", ""},
    {CERTLIFE_CERTIFICATE_EXPIRED, "expired", "", ""},         {CERTLIFE_CERTIFICATE_REPLACED, "replaced", "", ""},
    {CERTLIFE_CERTIFICATE_REVOKED, "revoked", "", ""},
};

static const struct words notice_kinds[] = {
#define ROW(NAME, number, name, ja, en) {number, name, ja, en},
    CERTLIFE_NOTICE_KINDS(ROW)
#undef ROW
};

static const struct words notice_states[] = {
    {CERTLIFE_NOTICE_PLANNED, "planned", "", ""},
    {CERTLIFE_NOTICE_SENT, "sent", "", ""},
    {CERTLIFE_NOTICE_PARKED, "parked", "", ""},
};

static const struct words addressees[] = {
    {CERTLIFE_ADDRESSEE_USER, "user", "", ""},
    {CERTLIFE_ADDRESSEE_MASTER, "master", "", ""},
};

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const struct words *words_of(const struct words *rows, size_t count, int32_t number)
{
    static const struct words unknown = {-1, "unknown", "", ""};
    for (size_t i = 0; i < count; i++) {
        if (rows[i].number == number)
            return &rows[i];
    }
    return &unknown;
}

const char *certlife_code_name(certlife_code code)
{
    return words_of(codes, COUNT(codes), code)->name;
}

const char *certlife_way_name(certlife_way way)
{
    return words_of(ways, COUNT(ways), way)->name;
}

const char *certlife_act_name(certlife_act act)
{
    return words_of(acts, COUNT(acts), act)->name;
}

const char *certlife_status_name(certlife_status status)
{
    return words_of(statuses, COUNT(statuses), status)->name;
}

const char *certlife_status_label(certlife_status status, certlife_language language)
{
    const struct words *words = words_of(statuses, COUNT(statuses), status);
    return language == CERTLIFE_LANGUAGE_JA ? words->ja : words->en;
}

const char *certlife_reason_name(certlife_reason reason)
{
    return words_of(reasons, COUNT(reasons), reason)->name;
}

const char *certlife_medium_name(certlife_medium medium)
{
    return words_of(media, COUNT(media), medium)->name;
}

const char *certlife_certificate_state_name(certlife_certificate_state state)
{
    return words_of(certificate_states, COUNT(certificate_states), state)->name;
}

const char *certlife_notice_kind_name(certlife_notice_kind kind)
{
    return words_of(notice_kinds, COUNT(notice_kinds), kind)->name;
}

const char *certlife_notice_kind_label(certlife_notice_kind kind, certlife_language language)
{
    const struct words *words = words_of(notice_kinds, COUNT(notice_kinds), kind);
    return language == CERTLIFE_LANGUAGE_JA ? words->ja : words->en;
}

const char *certlife_notice_state_name(certlife_notice_state state)
{
    return words_of(notice_states, COUNT(notice_states), state)->name;
}

const char *certlife_addressee_name(certlife_addressee addressee)
{
    return words_of(addressees, COUNT(addressees), addressee)->name;
}

void certlife__date_text(int64_t moment, int32_t offset, certlife_language language, char *out, size_t room)
{
    struct civil civil = certlife__civil_of(moment, offset);
    const char *format = language == CERTLIFE_LANGUAGE_JA ? "%d年%d月%d日" : "%04d-%02d-%02d";
    snprintf(out, room, format, (int)civil.year, (int)civil.month, (int)civil.day);
}

static void fill_in(const struct words *words, certlife_language language, int64_t date, int32_t offset, char *out,
                    size_t room)
{
    const char *text = language == CERTLIFE_LANGUAGE_JA ? words->ja : words->en;
    const char *place = strstr(text, "{date}");
    char when[40];
    if (place == NULL) {
        snprintf(out, room, "%s", text);
        return;
    }
    certlife__date_text(date, offset, language, when, sizeof when);
    snprintf(out, room, "%.*s%s%s", (int)(place - text), text, when, place + strlen("{date}"));
}

void certlife__sentence(certlife_code code, certlife_language language, int64_t date, int32_t offset, char *out,
                        size_t room)
{
    fill_in(words_of(codes, COUNT(codes), code), language, date, offset, out, room);
}

void certlife__way_sentence(certlife_way way, certlife_language language, int64_t date, int32_t offset, char *out,
                            size_t room)
{
    fill_in(words_of(ways, COUNT(ways), way), language, date, offset, out, room);
}
