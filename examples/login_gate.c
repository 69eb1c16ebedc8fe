/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login_gate – may this user come in with this certificate? As a server asks it at login, and on each request.
 *
 * A gate needs no CA key, only the CA's certificate. To look, it needs no right to write either.
 */
#include <certlife.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define CERTIFICATE_ROOM (CERTLIFE_CERTIFICATE_MAX + 1) /* one more shows that it is too long */

static const char help[] =
    "login_gate [--look] STORE CA.der PROFILE CONTRACT USER [CERTIFICATE.der]\n"
    "\n"
    "Says whether USER of CONTRACT may come in with the certificate, read from the file or from standard input.\n"
    "STORE is the folder of the register, CA.der the certificate of its CA, PROFILE a file like `profile = webfb`.\n"
    "Files are DER; of PEM, `openssl x509 -outform der` makes it.\n"
    "\n"
    "  --look   a check on each request: nothing is written. Without it this is a login, and the first one with a new\n"
    "           certificate confirms it.\n"
    "\n"
    "Exit code: 0 allowed, 1 refused, 2 failed: nobody may come in then either.\n"
    "\n"
    "  login_gate /var/lib/bank/certlife ca.der bank.profile 0010000001 keir002 keir002.der\n"
    "  openssl x509 -in keir002.crt -outform der | login_gate --look store ca.der bank.profile 0010000001 keir002\n";

struct gate {
    certlife_profile *profile;
    certlife_institution_options options;
    certlife_institution *bank;
    certlife_decision *decision;
    certlife_login *login;
};

/* The length, or 0 where the file cannot be read, is empty or too long. "-" is standard input. */
static size_t read_der(const char *path, uint8_t out[CERTIFICATE_ROOM])
{
    bool is_input = strcmp(path, "-") == 0;
    FILE *file = is_input ? stdin : fopen(path, "rb");
    size_t len = file != NULL ? fread(out, 1, CERTIFICATE_ROOM, file) : 0;
    bool whole = file != NULL && !ferror(file) && len > 0 && len <= CERTLIFE_CERTIFICATE_MAX;
    if (file != NULL && !is_input)
        fclose(file);
    if (!whole)
        fprintf(stderr, "login_gate: %s: is not a certificate that can be read\n", is_input ? "standard input" : path);
    return whole ? len : 0;
}

static int open_gate(struct gate *gate, const char *store, const char *ca, const char *profile, bool look,
                     certlife_error **err)
{
    certlife_store_lmdb_options lmdb = CERTLIFE_STORE_LMDB_OPTIONS_INIT;
    lmdb.read_only = look;
    gate->decision = certlife_decision_new();
    gate->login = certlife_login_new();
    uint8_t authority[CERTIFICATE_ROOM];
    size_t authority_len = read_der(ca, authority);
    if (gate->decision == NULL || gate->login == NULL || authority_len == 0)
        return certlife_error_set(err, CERTLIFE_E_HOST, 0, NULL, "gate: its parts cannot be had");
    int rc = certlife_profile_load(profile, &gate->profile, err);
    if (rc == 0)
        rc = certlife_crypto_new_mbedtls(&gate->options.crypto, err);
    if (rc == 0)
        rc = certlife_store_open_lmdb(store, &lmdb, &gate->options.store, err);
    if (rc == 0)
        rc = certlife_issuer_open_authority(authority, authority_len, &gate->options.issuer, err);
    if (rc < 0)
        return rc;
    gate->options.name = "Example Shinkin Bank"; /* what a certificate would say; this program issues none */
    gate->options.crl_url = "http://crl.example.jp/users.crl";
    gate->options.profile = gate->profile;
    return certlife_institution_open(&gate->options, &gate->bank, err);
}

static void close_gate(struct gate *gate)
{
    certlife_institution_close(gate->bank);
    certlife_issuer_close(gate->options.issuer);
    certlife_store_close(gate->options.store);
    certlife_crypto_free(gate->options.crypto);
    certlife_profile_free(gate->profile);
    certlife_login_free(gate->login);
    certlife_decision_free(gate->decision);
}

static void print_allowed(const struct gate *gate)
{
    printf("allowed  certificate %s\n", certlife_login_serial(gate->login));
    if (certlife_login_confirmed(gate->login))
        printf("         confirmed by this login\n");
    if (certlife_login_renewal_due(gate->login))
        printf("         renewal is due: %d days left\n", (int)certlife_login_days_left(gate->login));
}

/* The log gets the reason; the user gets the sentence, which does not say whether another user exists. */
static void print_refused(const struct gate *gate)
{
    const certlife_language languages[] = {CERTLIFE_LANGUAGE_EN, CERTLIFE_LANGUAGE_JA};
    printf("refused  %s\n", certlife_decision_line(gate->decision));
    for (int i = 0; i < 2; i++) {
        const char *way = certlife_decision_way_sentence(gate->decision, languages[i]);
        printf("         %s%s%s\n", certlife_decision_sentence(gate->decision, languages[i]),
               languages[i] == CERTLIFE_LANGUAGE_EN && *way != '\0' ? " " : "", way);
    }
}

static int ask(struct gate *gate, const certlife_actor *actor, bool look, certlife_error **err)
{
    certlife_login_mode mode = look ? CERTLIFE_LOGIN_LOOK : CERTLIFE_LOGIN_RECORD;
    int rc = certlife_login_check(gate->bank, actor, mode, gate->login, gate->decision, err);
    if (rc == CERTLIFE_ALLOWED)
        print_allowed(gate);
    if (rc == CERTLIFE_REFUSED)
        print_refused(gate);
    return rc;
}

int main(int argc, char **argv)
{
    static struct gate gate = {.options = CERTLIFE_INSTITUTION_OPTIONS_INIT};
    static uint8_t certificate[CERTIFICATE_ROOM];
    bool look = argc > 1 && strcmp(argv[1], "--look") == 0;
    char **words = argv + 1 + look;
    int count = argc - 1 - look;
    if (count == 1 && strcmp(words[0], "--help") == 0) {
        fputs(help, stdout);
        return 0;
    }
    if (count != 5 && count != 6) {
        fputs(help, stderr);
        return 2;
    }
    certlife_actor actor = {.size = sizeof actor, .kind = CERTLIFE_ACTOR_USER, .contract = words[3], .user = words[4]};
    actor.certificate = certificate;
    actor.certificate_len = read_der(count == 6 ? words[5] : "-", certificate);
    if (actor.certificate_len == 0)
        return 2;

    certlife_error *err = NULL;
    int rc = open_gate(&gate, words[0], words[1], words[2], look, &err);
    if (rc == 0)
        rc = ask(&gate, &actor, look, &err);
    if (rc < 0)
        fprintf(stderr, "login_gate: %s: %s\n", certlife_error_name(rc), certlife_error_message(err));
    certlife_error_free(err);
    close_gate(&gate);
    return rc < 0 ? 2 : rc;
}
