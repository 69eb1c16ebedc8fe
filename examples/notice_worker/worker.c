/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop: claim what is due, send it, say so, wait. Nothing is kept here: what a worker that dies had in hand comes back
 * when its lease is over. Begin reading at `take_a_turn`.
 */
#define _GNU_SOURCE /* timegm, strptime */
#include "notice_worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct worker {
    const struct options *options;
    struct templates templates;
    certlife_profile *profile;
    certlife_institution_options parts;
    certlife_institution *bank;
    certlife_decision *decision;
    certlife_error *err;
    certlife_actor system;
    struct smtp *smtp;
    int32_t offset;      /* of the institution's time */
    int64_t standing_at; /* --now; 0: the clock goes */
    sigset_t signals;
    bool stopping, on_terminal;
    size_t delivered, given_back;
};

/* ---- time and signals -------------------------------------------------------------------------------------------- */

static int64_t now(const struct worker *w)
{
    return w->standing_at != 0 ? w->standing_at : (int64_t)time(NULL);
}

static int standing_clock(void *payload, int64_t *now_out)
{
    *now_out = ((const struct worker *)payload)->standing_at;
    return 0;
}

/* Waits so long, or less: true as soon as the worker is asked to stop. The signals are blocked, so they arrive here only,
 * and a message under way is not disturbed. */
static bool stops(struct worker *w, int64_t seconds)
{
    struct timespec wait = {.tv_sec = (time_t)seconds};
    int signal = 0;
    while (!w->stopping && (signal = sigtimedwait(&w->signals, NULL, &wait)) < 0 && errno == EINTR)
        continue;
    w->stopping = w->stopping || signal > 0;
    return w->stopping;
}

static bool stops_now(void *payload)
{
    return stops(payload, 0);
}

/* ---- the log ----------------------------------------------------------------------------------------------------- */

static void clear_progress(const struct worker *w)
{
    if (w->on_terminal)
        fprintf(stderr, "\r\033[K");
}

static void show_progress(const struct worker *w, const char *doing)
{
    if (w->on_terminal)
        fprintf(stderr, "\r\033[K%zu delivered, %zu given back; %s", w->delivered, w->given_back, doing);
}

static void print_time(const struct worker *w)
{
    struct tm tm = civil(now(w), 0);
    char text[32];
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    fprintf(stderr, "%s\t", text);
}

/* What became of one notice. IDs hold no tabs. */
static void log_notice(const struct worker *w, const certlife_notice *notice, const char *outcome, const char *cause)
{
    clear_progress(w);
    print_time(w);
    fprintf(stderr, "%s\t%s\t%s\t%s\t%s", certlife_notice_key(notice),
            certlife_notice_kind_name(certlife_notice_kind_of(notice)), certlife_notice_contract(notice),
            certlife_notice_user(notice), outcome);
    /* A server's answer often names the address; its numbers do not. */
    size_t numbers = strspn(cause, "0123456789.");
    int shown = (int)(numbers > 0 && !w->options->verbose ? numbers : strlen(cause));
    fprintf(stderr, shown > 0 ? ": %.*s" : "%.*s", shown, cause);
    if (w->options->verbose)
        fprintf(stderr, "\t<%s>", certlife_notice_email(notice));
    fputc('\n', stderr);
}

static void log_line(const struct worker *w, const char *what, const char *cause)
{
    clear_progress(w);
    print_time(w);
    fprintf(stderr, "%s: %s\n", what, cause);
}

/* ---- asking the library ------------------------------------------------------------------------------------------ */

/* True if the call is to be made again: after a moment, where the library says that helps. */
static bool again(struct worker *w, const char *what, int rc, int *tries)
{
    bool passing = rc < 0 && certlife_error_class_for(rc) == CERTLIFE_CLASS_RETRY;
    if (rc != 0)
        log_line(w, what, rc > 0 ? certlife_decision_line(w->decision) : certlife_error_message(w->err));
    certlife_error_free(w->err);
    w->err = NULL;
    if (!passing || ++*tries > 10)
        return false;
    sleep(1); /* not `stops`: what was sent must be said also when stopping */
    return true;
}

static bool claim(struct worker *w, certlife_notice_page **out)
{
    const struct options *o = w->options;
    int tries = 0, rc = 0;
    do
        rc = certlife_notice_claim(w->bank, &w->system, o->worker, o->batch, o->lease, out, w->decision, &w->err);
    while (again(w, "claim", rc, &tries));
    return rc == 0;
}

static bool next_due(struct worker *w, int64_t *out)
{
    int tries = 0, rc = 0;
    do
        rc = certlife_notice_next_due(w->bank, &w->system, out, w->decision, &w->err);
    while (again(w, "next due", rc, &tries));
    return rc == 0;
}

static bool done(struct worker *w, const certlife_notice *notice)
{
    int tries = 0, rc = 0;
    do
        rc = certlife_notice_done(w->bank, &w->system, notice, w->decision, &w->err);
    while (again(w, "done", rc, &tries));
    w->delivered++;
    log_notice(w, notice, rc == 0 ? "delivered" : "delivered, not recorded: comes again with the same Message-ID", "");
    return rc == 0;
}

static bool give_back(struct worker *w, const certlife_notice *notice, const char *cause)
{
    int tries = 0, rc = 0;
    do
        rc = certlife_notice_give_back(w->bank, &w->system, notice, cause, w->decision, &w->err);
    while (again(w, "give back", rc, &tries));
    w->given_back++;
    log_notice(w, notice, cause != NULL ? "given back" : "not tried", cause != NULL ? cause : "");
    return rc == 0;
}

/* ---- one notice -------------------------------------------------------------------------------------------------- */

/* The notice's values; the members are yours to free. False: no memory. */
static bool read_notice(const struct worker *w, const certlife_notice *notice, struct letter *out)
{
    size_t count = certlife_notice_member_count(notice);
    struct member *members = calloc(count + 1, sizeof *members);
    if (members == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        members[i].user = certlife_notice_member_user(notice, i);
        members[i].serial = certlife_notice_member_serial(notice, i);
        members[i].expiry = certlife_notice_member_expiry(notice, i);
        members[i].days_left = certlife_notice_member_days_left(notice, i);
    }
    *out = (struct letter){
        .institution = w->options->name,
        .from = w->options->from,
        .domain = w->options->domain,
        .now = now(w),
        .offset = w->offset,
        .kind = certlife_notice_kind_of(notice),
        .language = certlife_notice_language(notice),
        .addressee = certlife_notice_addressee_of(notice),
        .key = certlife_notice_key(notice),
        .contract = certlife_notice_contract(notice),
        .user = certlife_notice_user(notice),
        .addressee_user = certlife_notice_addressee_user(notice),
        .email = certlife_notice_email(notice),
        .serial = certlife_notice_serial(notice),
        .expiry = certlife_notice_expiry(notice),
        .renew_by = certlife_notice_renew_by(notice),
        .obtain_by = certlife_notice_obtain_by(notice),
        .happened_at = certlife_notice_happened_at(notice),
        .days_left = certlife_notice_days_left(notice),
        .waits_to_install = certlife_notice_waits_to_install(notice),
        .members = members,
        .member_count = count,
    };
    return true;
}

static enum outcome deliver(struct worker *w, const certlife_notice *notice, char cause[CAUSE_ROOM])
{
    struct letter letter = {0};
    struct text message = {0};
    enum outcome outcome = NOT_REACHED;
    snprintf(cause, CAUSE_ROOM, "memory could not be had");
    if (!read_notice(w, notice, &letter))
        return outcome;
    if (!is_address(letter.email)) {
        snprintf(cause, CAUSE_ROOM, "the address is not one that can be written to");
        outcome = NOT_DELIVERED;
    } else if (compose(&w->templates, &letter, &message)) {
        outcome = smtp_send(w->smtp, letter.from, letter.email, &message, cause);
    }
    text_free(&message);
    free((void *)letter.members);
    return outcome;
}

/* ---- batch after batch ------------------------------------------------------------------------------------------- */

enum turn {
    WORKED,
    NOTHING_DUE,
    UNREACHABLE,
    BROKEN, /* the store */
};

static enum turn take_a_turn(struct worker *w)
{
    certlife_notice_page *page = NULL;
    enum turn turn = WORKED;
    char cause[CAUSE_ROOM];
    int64_t claimed = now(w);
    if (!claim(w, &page))
        return BROKEN;
    size_t count = certlife_notice_page_count(page);
    if (count == 0)
        turn = NOTHING_DUE;
    for (size_t i = 0; i < count; i++) {
        const certlife_notice *notice = certlife_notice_page_at(page, i);
        /* Somebody else may have it after the lease: this one must not be under way then. */
        bool in_time = now(w) + w->options->smtp.timeout < claimed + w->options->lease;
        if (turn != WORKED || !in_time || stops(w, 0)) {
            give_back(w, notice, NULL);
            continue;
        }
        show_progress(w, "sending");
        enum outcome outcome = deliver(w, notice, cause);
        if (outcome == NOT_REACHED) {
            if (!w->stopping)
                log_line(w, "the mail server takes nothing", cause);
            turn = UNREACHABLE;
        }
        bool recorded =
            outcome == DELIVERED ? done(w, notice) : give_back(w, notice, outcome == NOT_REACHED ? NULL : cause);
        if (!recorded)
            turn = BROKEN;
    }
    certlife_notice_page_free(page);
    return turn;
}

/* Seconds until something falls due; 0 if it is already, though the library just gave nothing: it plans as it goes. -1: the
 * store. */
static int64_t until_due(struct worker *w)
{
    int64_t due = 0;
    if (!next_due(w, &due))
        return -1;
    return due > now(w) ? due - now(w) : 0;
}

#define LONGEST_PAUSE 300

static int64_t longer(int64_t pause)
{
    return pause == 0 ? 1 : pause < LONGEST_PAUSE / 2 ? 2 * pause : LONGEST_PAUSE;
}

static int work(struct worker *w)
{
    int64_t pause = 0, wait = 0;
    const struct options *o = w->options;
    do {
        enum turn turn = take_a_turn(w);
        pause = turn == UNREACHABLE ? longer(pause) : 0;
        wait = turn == NOTHING_DUE ? until_due(w) : pause;
        if (turn == BROKEN || wait < 0)
            return 2;
        if (o->once && !stops(w, 0) && turn == UNREACHABLE)
            return 1;
        if (o->once && turn == NOTHING_DUE && wait > 0)
            return w->given_back == 0 ? 0 : 1;
        if (turn == NOTHING_DUE)
            wait = wait == 0 ? 1 : wait < o->look ? wait : o->look;
        if (wait > 0)
            smtp_hang_up(w->smtp);
        show_progress(w, turn == UNREACHABLE ? "waiting for the mail server" : "waiting for the next one");
    } while (!stops(w, wait));
    return 0;
}

/* ---- beginning and ending ---------------------------------------------------------------------------------------- */

/* "2027-03-04 09:00:00" */
static bool read_moment(const char *text, int32_t offset, int64_t *out)
{
    struct tm tm = {0};
    const char *end = strptime(text, "%Y-%m-%d %H:%M:%S", &tm);
    if (end == NULL || *end != '\0')
        return false;
    *out = (int64_t)timegm(&tm) - offset;
    return true;
}

static int open_profile(struct worker *w, const char *name)
{
    for (size_t i = 0; certlife_profile_builtin(i) != NULL; i++) {
        if (strcmp(certlife_profile_builtin(i), name) == 0)
            return certlife_profile_new(name, &w->profile, &w->err);
    }
    return certlife_profile_load(name, &w->profile, &w->err);
}

static int open_bank(struct worker *w)
{
    const struct options *o = w->options;
    w->decision = certlife_decision_new();
    if (w->decision == NULL)
        return certlife_error_set(&w->err, CERTLIFE_E_MEMORY, 0, NULL, "decision: memory could not be had");
    int rc = open_profile(w, o->profile);
    w->offset = certlife_profile_utc_offset(w->profile);
    if (rc == 0 && o->now != NULL && !read_moment(o->now, w->offset, &w->standing_at))
        rc = certlife_error_set(&w->err, CERTLIFE_E_INVALID, 0, NULL, "--now: is not like 2027-03-04 09:00:00");
    if (rc == 0)
        rc = certlife_crypto_new_mbedtls(&w->parts.crypto, &w->err);
    if (rc == 0)
        rc = certlife_store_open_lmdb(o->store, NULL, &w->parts.store, &w->err);
    if (rc < 0)
        return rc;
    w->parts.name = o->name;
    w->parts.crl_url = "http://crl.example.jp/users.crl"; /* what a certificate would say; this program issues none */
    w->parts.profile = w->profile;
    if (w->standing_at != 0)
        w->parts.clock = (certlife_clock){standing_clock, w};
    return certlife_institution_open(&w->parts, &w->bank, &w->err);
}

static void close_bank(struct worker *w)
{
    certlife_institution_close(w->bank);
    certlife_store_close(w->parts.store);
    certlife_crypto_free(w->parts.crypto);
    certlife_profile_free(w->profile);
    certlife_decision_free(w->decision);
    certlife_error_free(w->err);
}

int run(const struct options *options)
{
    struct worker w = {.options = options, .parts = CERTLIFE_INSTITUTION_OPTIONS_INIT, .on_terminal = isatty(2) == 1};
    struct smtp_options smtp = options->smtp;
    int code = 2;
    w.system = (certlife_actor){.size = sizeof w.system, .kind = CERTLIFE_ACTOR_SYSTEM, .staff = "notice_worker"};
    smtp.stops = stops_now;
    smtp.payload = &w;
    sigemptyset(&w.signals);
    sigaddset(&w.signals, SIGTERM);
    sigaddset(&w.signals, SIGINT);
    sigprocmask(SIG_BLOCK, &w.signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (templates_load(options->templates, &w.templates) && (w.smtp = smtp_open(&smtp)) != NULL) {
        int rc = open_bank(&w);
        if (rc == 0)
            code = work(&w);
        else
            fprintf(stderr, "notice_worker: %s: %s\n", certlife_error_name(rc), certlife_error_message(w.err));
        clear_progress(&w);
        close_bank(&w);
    }
    smtp_close(w.smtp);
    templates_free(&w.templates);
    return code;
}
