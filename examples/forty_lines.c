/* SPDX-License-Identifier: Apache-2.0 */
/* forty_lines STORE CA.crt CA.key <request.pem >keir001.crt: a company's master user obtains a certificate, logs in. */
#include <certlife.h>
#include <stdio.h>
#include <stdlib.h>

static certlife_decision *decision;
static certlife_error *err;

static void must(int answer)
{
    if (answer < 0)
        fprintf(stderr, "%s: %s\n", certlife_error_name(answer), certlife_error_message(err));
    if (answer > 0)
        fprintf(stderr, "%s: %s\n", certlife_decision_line(decision),
                certlife_decision_sentence(decision, CERTLIFE_LANGUAGE_JA));
    if (answer != 0)
        exit(answer < 0 ? 2 : 1); /* failed; refused */
}

int main(int argc, char **argv)
{
    static uint8_t csr[32768];
    if (argc != 4) {
        fprintf(stderr, "usage: %s STORE CA.crt CA.key <request.pem >keir001.crt\n", argv[0]);
        return 2;
    }
    certlife_institution_options options = CERTLIFE_INSTITUTION_OPTIONS_INIT;
    certlife_institution *bank = NULL;
    certlife_profile *profile = NULL;
    decision = certlife_decision_new();
    must(certlife_profile_new("webfb", &profile, &err));
    must(certlife_crypto_new_mbedtls(&options.crypto, &err));
    must(certlife_store_open_lmdb(argv[1], NULL, &options.store, &err));
    must(certlife_issuer_open_local_files(options.crypto, argv[2], argv[3], &options.issuer, &err));
    options.name = "Example Shinkin Bank";
    options.crl_url = "http://crl.example.jp/users.crl";
    options.profile = profile;
    must(certlife_institution_open(&options, &bank, &err));

    certlife_actor branch = {.size = sizeof branch, .kind = CERTLIFE_ACTOR_BRANCH, .application = "2026-0417"};
    must(certlife_contract_register(bank, &branch, "0010000001", "keir001", "keiri@example.co.jp", decision, &err));
    must(certlife_contract_apply(bank, &branch, "0010000001", decision, &err));
    must(certlife_user_authorise(bank, &branch, "0010000001", "keir001", decision, &err));

    certlife_actor user = {
        .size = sizeof user, .kind = CERTLIFE_ACTOR_USER, .contract = "0010000001", .user = "keir001"};
    user.login_password = 1; /* our own server has just checked it */
    certlife_request request = {.size = sizeof request, .pkcs10 = csr, .medium = CERTLIFE_MEDIUM_PC};
    request.pkcs10_len = fread(csr, 1, sizeof csr, stdin);
    certlife_certificate *certificate = NULL;
    must(certlife_obtain(bank, &user, user.contract, user.user, &request, &certificate, decision, &err));
    fputs(certlife_certificate_pem(certificate), stdout);

    user.certificate_len = certlife_certificate_der(certificate, &user.certificate); /* as TLS will present it */
    must(certlife_login_check(bank, &user, CERTLIFE_LOGIN_RECORD, NULL, decision, &err));
    fprintf(stderr, "%s may come in with certificate %s\n", user.user, certlife_certificate_serial(certificate));

    certlife_certificate_free(certificate);
    certlife_institution_close(bank);
    certlife_issuer_close(options.issuer);
    certlife_store_close(options.store);
    certlife_crypto_free(options.crypto);
    certlife_profile_free(profile);
    certlife_decision_free(decision);
}
