/* SPDX-License-Identifier: Apache-2.0 */
/*
 * a_year – one certificate's year, with a movable clock
 *
 * A bank, a company, its master user keir001 and its user keir002. The store is LMDB in a fresh folder; `openssl req`
 * makes the requests and `openssl verify` checks the certificates. The story begins at `the_application`, one function a
 * chapter. Every step says how it must end, and the program fails if it ends otherwise.
 */
#define _XOPEN_SOURCE 700
#include <certlife.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define COMPANY "0010000001"

static const char help[] =
    "a_year [--keep]\n"
    "\n"
    "Tells one certificate's year on a real store with real requests, and checks every step.\n"
    "\n"
    "  --keep   keeps the folder with the store, the CA and the certificates, and says where it is\n"
    "\n"
    "Colours only on a terminal, and not with NO_COLOR set. Exit code: 0 all went as told, 1 something did not, 2 "
    "failed.\n"
    "\n"
    "  a_year\n"
    "  NO_COLOR=1 a_year\n"
    "  a_year --keep\n";

/* A user, and what their PC holds: the certificate it presents, and the one before. */
struct person {
    const char *id;
    certlife_certificate *holds, *had;
};

static struct person keir001 = {"keir001", NULL, NULL}, keir002 = {"keir002", NULL, NULL};

static int64_t now;
static certlife_institution *bank;
static certlife_decision *decision;
static certlife_login *login;
static certlife_error *err;
static bool colours;
static int steps, wrong, verified;

/* ---- telling ----------------------------------------------------------------------------------------------------- */

#define BOLD "1"
#define DIM "2"
#define RED "31"
#define GREEN "32"
#define YELLOW "33"

static void print(const char *colour, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    if (colours)
        printf("\033[%sm", colour);
    vprintf(format, values);
    if (colours)
        printf("\033[0m");
    va_end(values);
}

static void must(bool done, const char *what)
{
    if (done)
        return;
    fflush(stdout);
    fprintf(stderr, "a_year: %s: %s\n", what, err != NULL ? certlife_error_message(err) : "failed");
    exit(2);
}

static void check(bool so, const char *what)
{
    if (so)
        return;
    wrong++;
    print(RED, "%30sNOT AS TOLD. Expected: %s\n", "", what);
}

/* "2027-03-03 23:59:59" in Japan, which is this program's time zone. */
static int64_t moment(const char *text)
{
    struct tm tm = {.tm_isdst = 0};
    must(strptime(text, "%Y-%m-%d %H:%M:%S", &tm) != NULL, text);
    return mktime(&tm);
}

static const char *text_of(int64_t when, const char *format)
{
    static char text[32];
    time_t seconds = (time_t)when;
    strftime(text, sizeof text, format, localtime(&seconds));
    return text;
}

static void chapter(const char *title)
{
    printf("\n");
    print(BOLD, "%s", title);
    printf("\n");
}

static void at(const char *text)
{
    now = moment(text);
}

static const char *name_of(const certlife_actor *who)
{
    if (who->kind == CERTLIFE_ACTOR_SYSTEM)
        return "system";
    return who->kind == CERTLIFE_ACTOR_USER ? who->user : "branch";
}

/* One step: who did what, how it ended, and how it had to end. */
static void told(const certlife_actor *who, const char *what, int answer, const char *row, certlife_code code)
{
    must(answer >= 0, what);
    steps++;
    printf("%s  %-7s  %-49s  ", text_of(now, "%Y-%m-%d %H:%M:%S"), name_of(who), what);
    print(answer == CERTLIFE_ALLOWED ? GREEN : YELLOW, "%s", answer == CERTLIFE_ALLOWED ? "allowed" : "refused");
    printf("  %s\n", certlife_decision_row(decision));
    if (answer == CERTLIFE_REFUSED) {
        const char *way = certlife_decision_way_sentence(decision, CERTLIFE_LANGUAGE_EN);
        print(DIM, "%30s%s", "", certlife_decision_sentence(decision, CERTLIFE_LANGUAGE_EN));
        print(DIM, "%s%s\n", way[0] != '\0' ? " → " : "", way);
        print(DIM, "%30s%s\n", "", certlife_decision_sentence(decision, CERTLIFE_LANGUAGE_JA));
    }
    check(certlife_decision_code(decision) == code, certlife_code_name(code));
    check(strcmp(certlife_decision_row(decision), row) == 0, row);
}

/* ---- who acts ---------------------------------------------------------------------------------------------------- */

static const certlife_actor *branch(const char *application)
{
    static certlife_actor actor;
    actor = (certlife_actor){.size = sizeof actor, .kind = CERTLIFE_ACTOR_BRANCH, .staff = "yamada"};
    actor.application = application;
    return &actor;
}

static const certlife_actor *presenting(const struct person *person, const certlife_certificate *certificate)
{
    static certlife_actor actor;
    actor =
        (certlife_actor){.size = sizeof actor, .kind = CERTLIFE_ACTOR_USER, .contract = COMPANY, .user = person->id};
    actor.login_password = 1;
    if (certificate != NULL)
        actor.certificate_len = certlife_certificate_der(certificate, &actor.certificate);
    return &actor;
}

static const certlife_actor *by_password(const struct person *person)
{
    return presenting(person, NULL);
}

static const certlife_actor *logged_in(const struct person *person)
{
    return presenting(person, person->holds);
}

/* ---- requests and certificates, with openssl --------------------------------------------------------------------- */

#define P_256 "ec -pkeyopt ec_paramgen_curve:prime256v1"
#define RSA "rsa:2048"

static bool runs(const char *format, ...)
{
    char command[512];
    va_list values;
    va_start(values, format);
    vsnprintf(command, sizeof command, format, values);
    va_end(values);
    fflush(stdout);
    return system(command) == 0;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    must(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, path);
}

/* A new key in the user's PC, and the request for it; good until the next one. */
static const certlife_request *new_key(const char *kind)
{
    static uint8_t text[32768];
    static certlife_request request;
    must(runs("openssl req -new -newkey %s -nodes -subj /CN=PC -keyout pc.key -out pc.csr 2>openssl.log", kind),
         "openssl req");
    FILE *file = fopen("pc.csr", "rb");
    must(file != NULL, "pc.csr");
    request = (certlife_request){.size = sizeof request, .pkcs10 = text, .medium = CERTLIFE_MEDIUM_PC};
    request.pkcs10_len = fread(text, 1, sizeof text, file);
    fclose(file);
    return &request;
}

/* The PC presents it from now on. openssl shows it, and must find it good under the CA at this moment. */
static void installs(struct person *person, certlife_certificate *certificate)
{
    const char *serial = certlife_certificate_serial(certificate);
    certlife_certificate_free(person->had);
    person->had = person->holds;
    person->holds = certificate;
    write_file("new.crt", certlife_certificate_pem(certificate));
    runs("openssl x509 -in new.crt -noout -subject -serial -dates -dateopt iso_8601 -nameopt sep_comma_plus_space |"
         " sed 's/^/%30s/'",
         "");
    check(runs("openssl x509 -in new.crt -noout -serial | grep -qix serial=%s", serial), serial);
    bool good =
        runs("openssl verify -CAfile ca.crt -purpose sslclient -attime %lld new.crt >openssl.log 2>&1", (long long)now);
    check(good, "openssl verify: OK");
    verified += good;
    must(runs("mv new.crt %s.crt && mv pc.key %s.key", person->id, person->id), "mv");
}

/* ---- verbs ------------------------------------------------------------------------------------------------------- */

typedef int act_on_user(certlife_institution *, const certlife_actor *, const char *, const char *, certlife_decision *,
                        certlife_error **);
typedef int act_of_issuing(certlife_institution *, const certlife_actor *, const char *, const char *,
                           const certlife_request *, certlife_certificate **, certlife_decision *, certlife_error **);

static void does(const certlife_actor *who, const char *what, act_on_user *act, const struct person *whom,
                 const char *row, certlife_code code)
{
    told(who, what, act(bank, who, COMPANY, whom->id, decision, &err), row, code);
}

static void receives(struct person *person, const certlife_actor *how, const char *what, act_of_issuing *act,
                     const char *kind, const char *row, certlife_code code)
{
    certlife_certificate *certificate = NULL;
    told(how, what, act(bank, how, COMPANY, person->id, new_key(kind), &certificate, decision, &err), row, code);
    if (certificate != NULL)
        installs(person, certificate);
}

static void logs_in(const struct person *person, const certlife_certificate *with, const char *what, certlife_code code)
{
    const certlife_actor *who = presenting(person, with);
    told(who, what, certlife_login_check(bank, who, CERTLIFE_LOGIN_RECORD, login, decision, &err),
         code == CERTLIFE_CODE_ALLOWED ? "R-LOG-1" : "R-LOG-2", code);
}

static void sees_notice(int32_t days)
{
    int32_t left = certlife_login_days_left(login);
    print(DIM, "%30snotice: %d days left. Renew now, or later?\n", "", (int)left);
    check(certlife_login_renewal_due(login) == 1 && left == days, "the renewal notice");
}

static void is_now(const struct person *person, certlife_status expected)
{
    certlife_user *user = NULL;
    must(certlife_user_get(bank, branch(NULL), COMPANY, person->id, &user, decision, &err) == 0, person->id);
    certlife_status status = certlife_user_status(user);
    print(DIM, "%30s%s is now: %s %s", "", person->id, certlife_status_name(status),
          certlife_status_label(status, CERTLIFE_LANGUAGE_JA));
    if (status == CERTLIFE_STATUS_AWAITING)
        print(DIM, ", until %s", text_of(certlife_user_obtain_by(user), "%Y-%m-%d"));
    printf("\n");
    check(status == expected, certlife_status_name(expected));
    certlife_user_free(user);
}

/* The bank's mailer takes what is due, sends it, and says so; `about` whom, and NULL. */
static void mails(const char *const *about)
{
    static const certlife_actor mailer = {.size = sizeof mailer, .kind = CERTLIFE_ACTOR_SYSTEM, .staff = "mailer"};
    certlife_notice_page *page = NULL;
    int rc = certlife_notice_claim(bank, &mailer, "mailer", 100, 600, &page, decision, &err);
    told(&mailer, "claims the notices that are due", rc, "R-ALL-13", CERTLIFE_CODE_ALLOWED);
    for (size_t i = 0; i < certlife_notice_page_count(page); i++) {
        const certlife_notice *notice = certlife_notice_page_at(page, i);
        printf("%30sto %s: %d days left, %s\n", "", certlife_notice_email(notice),
               (int)certlife_notice_days_left(notice),
               certlife_notice_kind_label(certlife_notice_kind_of(notice), CERTLIFE_LANGUAGE_JA));
        check(*about != NULL && strcmp(*about, certlife_notice_user(notice)) == 0, "whom it is about");
        must(certlife_notice_done(bank, &mailer, notice, decision, &err) == 0, "done");
        about += *about != NULL;
    }
    check(*about == NULL, "more notices");
    certlife_notice_page_free(page);
}

/* ---- the story --------------------------------------------------------------------------------------------------- */

#define ALLOWED CERTLIFE_CODE_ALLOWED
#define REFUSED(code) CERTLIFE_CODE_##code

static void the_application(void)
{
    const certlife_actor *yamada = branch("2026-0417");
    chapter("The branch takes the application");
    at("2026-04-01 10:00:00");
    told(yamada, "registers company " COMPANY ", master user keir001",
         certlife_contract_register(bank, yamada, COMPANY, "keir001", "keiri@example.co.jp", decision, &err),
         "R-ALL-13", ALLOWED);
    told(yamada, "records the application 2026-0417", certlife_contract_apply(bank, yamada, COMPANY, decision, &err),
         "R-USR-4", ALLOWED);
    does(yamada, "authorises keir001 to obtain a certificate", certlife_user_authorise, &keir001, "R-ALL-3", ALLOWED);
    is_now(&keir001, CERTLIFE_STATUS_AWAITING);
}

static void the_master_user(void)
{
    chapter("The master user obtains a certificate, and adds a user");
    at("2026-04-02 09:00:00");
    logs_in(&keir001, NULL, "logs in with ID and password alone", REFUSED(NO_CERTIFICATE));
    receives(&keir001, by_password(&keir001), "obtains with ID and password", certlife_obtain, P_256, "R-OBT-1",
             ALLOWED);
    const certlife_actor *master = by_password(&keir001);
    told(master, "confirms that it is installed",
         certlife_confirm(bank, master, COMPANY, "keir001", certlife_certificate_serial(keir001.holds), decision, &err),
         "R-OBT-1", ALLOWED);
    at("2026-04-02 09:10:00");
    logs_in(&keir001, keir001.holds, "logs in with the certificate", ALLOWED);
    at("2026-04-02 09:15:00");
    master = logged_in(&keir001);
    told(master, "adds keir002, operator",
         certlife_user_add(bank, master, COMPANY, "keir002", CERTLIFE_PERMISSION_OPERATOR, "nakamura@example.co.jp",
                           decision, &err),
         "R-ALL-13", ALLOWED);
    is_now(&keir002, CERTLIFE_STATUS_AWAITING);
}

static void a_network_error(void)
{
    certlife_certificate *again = NULL;
    chapter("The network fails while keir002 obtains");
    at("2026-04-03 08:50:00");
    receives(&keir002, by_password(&keir002), "obtains (RSA key), but the answer gets lost", certlife_obtain, RSA,
             "R-OBT-1", ALLOWED);
    at("2026-04-03 08:52:00");
    told(by_password(&keir002), "has it delivered again",
         certlife_deliver(bank, by_password(&keir002), COMPANY, "keir002", &again, decision, &err), "R-OBT-4", ALLOWED);
    must(again != NULL, "the certificate again");
    bool same = strcmp(certlife_certificate_pem(again), certlife_certificate_pem(keir002.holds)) == 0;
    print(DIM, "%30s%s\n", "", same ? "byte for byte the same certificate" : "another certificate");
    check(same, "the same certificate");
    certlife_certificate_free(again);
    at("2026-04-03 08:55:00");
    logs_in(&keir002, keir002.holds, "logs in for the first time, which confirms it", ALLOWED);
    check(certlife_login_confirmed(login) == 1, "confirmed by this login");
    is_now(&keir002, CERTLIFE_STATUS_OBTAINED);
}

static void the_renewal(void)
{
    chapter("keir002 renews");
    at("2027-03-03 23:59:59");
    receives(&keir002, logged_in(&keir002), "renews, a second too early", certlife_renew, P_256, "R-REN-2",
             REFUSED(RENEWAL_NOT_OPEN));
    check(certlife_decision_date(decision) == now + 1, "renewal opens a second later");
    at("2027-03-04 08:45:00");
    logs_in(&keir002, keir002.holds, "logs in", ALLOWED);
    sees_notice(30);
    does(logged_in(&keir002), "chooses 'renew later'", certlife_renew_later, &keir002, "R-REN-1", ALLOWED);
    at("2027-03-04 09:00:00");
    mails((const char *const[]){"keir001", "keir002", NULL});
    at("2027-03-05 08:45:00");
    logs_in(&keir002, keir002.holds, "logs in", ALLOWED);
    sees_notice(29);
    receives(&keir002, logged_in(&keir002), "chooses 'renew now'", certlife_renew, P_256, "R-REN-1", ALLOWED);
    at("2027-03-05 13:00:00");
    logs_in(&keir002, keir002.had, "logs in with the old one, which still works", ALLOWED);
    at("2027-03-05 13:05:00");
    logs_in(&keir002, keir002.holds, "logs in with the new one, which replaces the old", ALLOWED);
    logs_in(&keir002, keir002.had, "logs in with the old one again", REFUSED(REPLACED));
}

static void the_lost_pc(void)
{
    certlife_user_edit_request edit = {.size = sizeof edit, .certificate = CERTLIFE_CHOICE_REISSUE};
    chapter("keir002 loses the PC");
    at("2027-03-15 09:00:00");
    does(by_password(&keir002), "asks to reissue keir002", certlife_reissue, &keir002, "R-RIS-2", REFUSED(MASTER_ONLY));
    at("2027-03-15 09:20:00");
    const certlife_actor *master = logged_in(&keir001);
    told(master, "chooses 'reissue' in the edit screen of keir002",
         certlife_user_edit(bank, master, COMPANY, "keir002", &edit, decision, &err), "R-RIS-1", ALLOWED);
    is_now(&keir002, CERTLIFE_STATUS_AWAITING);
    logs_in(&keir002, keir002.holds, "(somebody with the lost PC) logs in", REFUSED(REVOKED));
    at("2027-03-15 10:00:00");
    receives(&keir002, by_password(&keir002), "obtains on the new PC", certlife_obtain, P_256, "R-OBT-1", ALLOWED);
    logs_in(&keir002, keir002.holds, "logs in", ALLOWED);
}

static void a_farewell(void)
{
    chapter("keir002 leaves the company");
    at("2027-03-24 09:00:00");
    mails((const char *const[]){"keir001", NULL}); /* keir002 has renewed */
    at("2027-03-31 17:30:00");
    does(logged_in(&keir001), "deletes keir002", certlife_user_delete, &keir002, "R-ALL-13", ALLOWED);
    logs_in(&keir002, keir002.holds, "logs in within the same second", REFUSED(USER_DELETED));
    is_now(&keir002, CERTLIFE_STATUS_DELETED);
}

static void a_renewal_forgotten(void)
{
    chapter("keir001 forgets to renew");
    at("2027-04-02 23:59:59");
    logs_in(&keir001, keir001.holds, "logs in, in the last second", ALLOWED);
    sees_notice(0);
    at("2027-04-03 00:00:00");
    logs_in(&keir001, keir001.holds, "logs in, a second later", REFUSED(EXPIRED));
    is_now(&keir001, CERTLIFE_STATUS_EXPIRED);
    at("2027-04-05 09:00:00");
    receives(&keir001, by_password(&keir001), "obtains anew with ID and password", certlife_obtain, P_256, "R-OBT-1",
             ALLOWED);
    logs_in(&keir001, keir001.holds, "logs in", ALLOWED);
    is_now(&keir001, CERTLIFE_STATUS_OBTAINED);
}

/* `states` of all the certificates there ever were, and NULL. */
static void history_of(const struct person *person, const char *const *states)
{
    certlife_certificate_page *page = NULL;
    must(certlife_user_history(bank, branch(NULL), COMPANY, person->id, NULL, 100, &page, decision, &err) == 0,
         "history");
    for (size_t i = 0; i < certlife_certificate_page_count(page); i++) {
        const certlife_certificate *one = certlife_certificate_page_at(page, i);
        const char *state = certlife_certificate_state_name(certlife_certificate_state_of(one));
        printf("%s to ", text_of(certlife_certificate_not_before(one), "%Y-%m-%d"));
        printf("%s  ", text_of(certlife_certificate_not_after(one), "%Y-%m-%d"));
        printf("%-7s  %s  %s", person->id, certlife_certificate_serial(one), state);
        if (certlife_certificate_revoked_at(one) != 0)
            printf(" by %s: %s", certlife_certificate_revoked_by(one),
                   certlife_reason_name(certlife_certificate_reason(one)));
        printf("\n");
        check(*states != NULL && strcmp(*states, state) == 0, *states != NULL ? *states : "no more certificates");
        states += *states != NULL;
    }
    check(*states == NULL, "more certificates");
    certlife_certificate_page_free(page);
}

static void the_history(void)
{
    chapter("What the register remembers");
    history_of(&keir001, (const char *const[]){"expired", "valid", NULL});
    history_of(&keir002, (const char *const[]){"replaced", "revoked", "revoked", NULL});
}

/* ---- the stage --------------------------------------------------------------------------------------------------- */

static int read_clock(void *payload, int64_t *now_out)
{
    *now_out = *(const int64_t *)payload;
    return 0;
}

/* In the current folder. */
static void tell_the_story(void)
{
    static char certificate[4096], key[4096];
    certlife_institution_options parts = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    certlife_profile *profile = NULL;
    at("2026-04-01 09:00:00");
    must(certlife_profile_new("webfb", &profile, &err) == 0, "profile");
    must(certlife_crypto_new_mbedtls(&parts.crypto, &err) == 0, "crypto");
    must(certlife_issuer_make_test_ca(parts.crypto, "Example CA", 256, now, moment("2046-04-01 00:00:00"), certificate,
                                      sizeof certificate, key, sizeof key, &err) == 0,
         "CA");
    write_file("ca.crt", certificate);
    write_file("ca.key", key);
    must(certlife_issuer_open_local_files(parts.crypto, "ca.crt", "ca.key", &parts.issuer, &err) == 0, "issuer");
    must(certlife_store_open_lmdb("store", NULL, &parts.store, &err) == 0, "store");
    parts.name = "Example Shinkin Bank";
    parts.crl_url = "http://crl.example.jp/users.crl";
    parts.profile = profile;
    parts.clock = (certlife_clock){read_clock, &now};
    must(certlife_institution_open(&parts, &bank, &err) == 0, "bank");

    the_application();
    the_master_user();
    a_network_error();
    the_renewal();
    the_lost_pc();
    a_farewell();
    a_renewal_forgotten();
    the_history();

    certlife_certificate *held[] = {keir001.holds, keir001.had, keir002.holds, keir002.had};
    for (int i = 0; i < 4; i++)
        certlife_certificate_free(held[i]);
    certlife_institution_close(bank);
    certlife_store_close(parts.store);
    certlife_issuer_close(parts.issuer);
    certlife_crypto_free(parts.crypto);
    certlife_profile_free(profile);
}

static char folder[] = "/tmp/a_year.XXXXXX";
static bool keep;

static void leave(void)
{
    if (keep)
        printf("The store, the CA and the certificates are in %s\n", folder);
    else
        runs("rm -rf %s", folder);
}

int main(int argc, char **argv)
{
    keep = argc == 2 && strcmp(argv[1], "--keep") == 0;
    if (argc > 1 && !keep) {
        bool asked = strcmp(argv[1], "--help") == 0;
        fputs(help, asked ? stdout : stderr);
        return asked ? 0 : 2;
    }
    const char *no_color = getenv("NO_COLOR");
    colours = isatty(1) && (no_color == NULL || *no_color == '\0');
    setenv("TZ", "JST-9", 1);
    decision = certlife_decision_new();
    login = certlife_login_new();
    must(decision != NULL && login != NULL, "memory");
    must(mkdtemp(folder) != NULL, folder);
    atexit(leave);
    must(chdir(folder) == 0, folder);
    print(BOLD, "One certificate's year, by the clock of Japan");
    printf("\n");
    tell_the_story();
    certlife_login_free(login);
    certlife_decision_free(decision);
    printf("\n");
    print(wrong == 0 ? GREEN : RED, "%d steps, %d not as told; %d certificates verified by openssl", steps, wrong,
          verified);
    printf("\n");
    return wrong == 0 ? 0 : 1;
}
