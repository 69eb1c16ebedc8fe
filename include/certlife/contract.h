/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/contract.h – one customer company (契約)
 *
 *     certlife_actor branch = CERTLIFE_ACTOR_INIT;
 *     branch.kind = CERTLIFE_ACTOR_BRANCH;
 *     branch.staff = "yamada";
 *     branch.application = "2026-0417";
 *     certlife_contract_register(institution, &branch, "0010000001", "keir001", "keiri@example.co.jp", decision, &err);
 *     certlife_contract_apply(institution, &branch, "0010000001", decision, &err);
 *
 * Every call here answers CERTLIFE_ALLOWED (done), CERTLIFE_REFUSED (the decision says why; nothing changed), or a
 * failure (nothing changed): MISUSE, INVALID (an ID that is not 1 to 64, or an address that is not 0 to 254 bytes of UTF-8
 * without control characters), MALFORMED (the actor's certificate), FORKED, CLOCK (R-TIM-3, or a time that is not between
 * 1970 and 9999), MEMORY, BUSY, STORE, STORE_FULL, STORE_CORRUPT, CRYPTO, HOST (the clock). `decision` and `err` may be
 * NULL. Any thread.
 */
#ifndef CERTLIFE_CONTRACT_H
#define CERTLIFE_CONTRACT_H

#include <certlife/decision.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Registers a contract and its master user, who is not yet authorised to obtain; by branch or system (R-ALL-13). `email`
 * may be "". */
CERTLIFE_API int certlife_contract_register(certlife_institution *institution, const certlife_actor *actor,
                                            const char *contract, const char *master, const char *email,
                                            certlife_decision *decision, certlife_error **err);

/* The written application to use certificates (R-USR-4): by the branch, with its number. */
CERTLIFE_API int certlife_contract_apply(certlife_institution *institution, const certlife_actor *actor,
                                         const char *contract, certlife_decision *decision, certlife_error **err);

/* The application to keep certificates in USB tokens (R-OBT-8): by the branch, with its number. */
CERTLIFE_API int certlife_contract_apply_usb_token(certlife_institution *institution, const certlife_actor *actor,
                                                   const char *contract, certlife_decision *decision,
                                                   certlife_error **err);

/* Closes a contract for good: every certificate in it is revoked in the same transaction (R-ALL-8). */
CERTLIFE_API int certlife_contract_close(certlife_institution *institution, const certlife_actor *actor,
                                         const char *contract, certlife_decision *decision, certlife_error **err);

typedef struct certlife_contract certlife_contract;

/* A snapshot of one contract, yours to free. */
CERTLIFE_API int certlife_contract_get(certlife_institution *institution, const certlife_actor *actor,
                                       const char *contract, certlife_contract **out, certlife_decision *decision,
                                       certlife_error **err);
CERTLIFE_API const char *certlife_contract_id(const certlife_contract *contract);     /* borrowed */
CERTLIFE_API const char *certlife_contract_master(const certlife_contract *contract); /* borrowed */
/* How many users it has, and how many it can have (R-USR-2), the master user included. */
CERTLIFE_API int32_t certlife_contract_users(const certlife_contract *contract);
CERTLIFE_API int32_t certlife_contract_users_limit(const certlife_contract *contract);
/* When it was registered, applied for certificates and for USB tokens, and closed: UTC seconds, 0 for not. */
CERTLIFE_API int64_t certlife_contract_registered_at(const certlife_contract *contract);
CERTLIFE_API int64_t certlife_contract_applied_at(const certlife_contract *contract);
CERTLIFE_API int64_t certlife_contract_usb_token_applied_at(const certlife_contract *contract);
CERTLIFE_API int64_t certlife_contract_closed_at(const certlife_contract *contract);
/* The numbers of the written applications for certificates, for USB tokens and to close. Borrowed; "" for none. */
CERTLIFE_API const char *certlife_contract_application(const certlife_contract *contract);
CERTLIFE_API const char *certlife_contract_usb_token_application(const certlife_contract *contract);
CERTLIFE_API const char *certlife_contract_close_application(const certlife_contract *contract);
CERTLIFE_API void certlife_contract_free(certlife_contract *contract); /* NULL does nothing */

#ifdef __cplusplus
}
#endif

#endif
