// SPDX-License-Identifier: Apache-2.0

// Package cbench is what benchmarks and tests do in C: login checks, to compare the binding with, and a look at C's heap.
package cbench

// #cgo pkg-config: libcertlife
// #include <certlife.h>
// #include <malloc.h>
// #include <stdlib.h>
// #include <string.h>
// #include <time.h>
//
// struct cbench {
//     certlife_profile *profile;
//     certlife_institution_options options;
//     certlife_institution *bank;
//     certlife_decision *decision;
//     certlife_login *login;
//     certlife_certificate *certificate;
//     certlife_actor user;
//     char ca[8192], key[8192];
// };
//
// static int enrol(struct cbench *b, const uint8_t *csr, size_t csr_len)
// {
//     certlife_actor branch = {.size = sizeof branch, .kind = CERTLIFE_ACTOR_BRANCH, .application = "2026-0417"};
//     certlife_request request = {.size = sizeof request, .pkcs10 = csr, .pkcs10_len = csr_len,
//                                 .medium = CERTLIFE_MEDIUM_PC, .channel = "edge/app"};
//     const char *company = "0010000001", *user = "keir001";
//     b->user = (certlife_actor){.size = sizeof b->user, .kind = CERTLIFE_ACTOR_USER, .contract = company, .user = user,
//                                .login_password = 1};
//     if (certlife_contract_register(b->bank, &branch, company, user, "", b->decision, NULL) != 0 ||
//         certlife_contract_apply(b->bank, &branch, company, b->decision, NULL) != 0 ||
//         certlife_user_authorise(b->bank, &branch, company, user, b->decision, NULL) != 0 ||
//         certlife_obtain(b->bank, &b->user, company, user, &request, &b->certificate, b->decision, NULL) != 0)
//         return -1;
//     b->user.certificate_len = certlife_certificate_der(b->certificate, &b->user.certificate);
//     return certlife_login_check(b->bank, &b->user, CERTLIFE_LOGIN_RECORD, b->login, b->decision, NULL);
// }
//
// static int open_bank(struct cbench *b, const uint8_t *csr, size_t csr_len)
// {
//     int64_t now = time(NULL);
//     b->decision = certlife_decision_new();
//     b->login = certlife_login_new();
//     b->options = (certlife_institution_options)CERTLIFE_INSTITUTION_OPTIONS_INIT;
//     b->options.name = "Example Shinkin Bank";
//     b->options.crl_url = "http://crl.example.jp/users.crl";
//     if (certlife_profile_new("webfb", &b->profile, NULL) != 0 ||
//         certlife_crypto_new_mbedtls(&b->options.crypto, NULL) != 0 ||
//         certlife_store_new_memory(&b->options.store, NULL) != 0 ||
//         certlife_issuer_make_test_ca(b->options.crypto, "Test CA", 256, now, now + 1000000000, b->ca, sizeof b->ca, b->key,
//                                      sizeof b->key, NULL) != 0 ||
//         certlife_issuer_open_local(b->options.crypto, (uint8_t *)b->ca, strlen(b->ca), (uint8_t *)b->key,
//                                    strlen(b->key), &b->options.issuer, NULL) != 0)
//         return -1;
//     b->options.profile = b->profile;
//     return certlife_institution_open(&b->options, &b->bank, NULL) == 0 ? enrol(b, csr, csr_len) : -1;
// }
//
// /* What a C program does: the check, and what it needs of the answer. */
// static int checks(struct cbench *b, int times)
// {
//     int64_t sum = 0;
//     for (int i = 0; i < times; i++) {
//         if (certlife_login_check(b->bank, &b->user, CERTLIFE_LOGIN_LOOK, b->login, b->decision, NULL) != 0)
//             return -1;
//         sum += certlife_login_expiry(b->login) + certlife_login_days_left(b->login) +
//                certlife_login_renewal_due(b->login) + certlife_login_serial(b->login)[0] +
//                certlife_decision_row(b->decision)[0];
//     }
//     return sum != 0 ? 0 : -1;
// }
//
// static void close_all(struct cbench *b)
// {
//     certlife_institution_close(b->bank);
//     certlife_issuer_close(b->options.issuer);
//     certlife_store_close(b->options.store);
//     certlife_crypto_free(b->options.crypto);
//     certlife_profile_free(b->profile);
//     certlife_certificate_free(b->certificate);
//     certlife_login_free(b->login);
//     certlife_decision_free(b->decision);
//     free(b);
// }
import "C"

import (
	"errors"
	"unsafe"
)

// A Bank is a bank in C with one user.
type Bank struct{ c *C.struct_cbench }

// Open opens one whose user obtains a certificate for this request, and logs in.
func Open(csr []byte) (*Bank, error) {
	b := &Bank{(*C.struct_cbench)(C.calloc(1, C.sizeof_struct_cbench))}
	if C.open_bank(b.c, (*C.uint8_t)(unsafe.Pointer(&csr[0])), C.size_t(len(csr))) != 0 {
		b.Close()
		return nil, errors.New("cbench: cannot be opened")
	}
	return b, nil
}

// Checks makes so many login checks, one after the other.
func (b *Bank) Checks(times int) error {
	if C.checks(b.c, C.int(times)) != 0 {
		return errors.New("cbench: a login was refused")
	}
	return nil
}

// Close closes it.
func (b *Bank) Close() { C.close_all(b.c) }

// InUse is how many bytes of C's heap are in use.
func InUse() int64 { return int64(C.mallinfo2().uordblks) }
