/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/contract.h>; the compiler holds it to the header. */

int certlife_contract_register(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                               const char *master, const char *email, certlife_decision *decision,
                               certlife_error **err);
int certlife_contract_apply(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                            certlife_decision *decision, certlife_error **err);
int certlife_contract_apply_usb_token(certlife_institution *institution, const certlife_actor *actor,
                                      const char *contract, certlife_decision *decision, certlife_error **err);
int certlife_contract_close(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                            certlife_decision *decision, certlife_error **err);
typedef struct certlife_contract certlife_contract;
int certlife_contract_get(certlife_institution *institution, const certlife_actor *actor, const char *contract,
                          certlife_contract **out, certlife_decision *decision, certlife_error **err);
const char *certlife_contract_id(const certlife_contract *contract);
const char *certlife_contract_master(const certlife_contract *contract);
int32_t certlife_contract_users(const certlife_contract *contract);
int32_t certlife_contract_users_limit(const certlife_contract *contract);
int64_t certlife_contract_registered_at(const certlife_contract *contract);
int64_t certlife_contract_applied_at(const certlife_contract *contract);
int64_t certlife_contract_usb_token_applied_at(const certlife_contract *contract);
int64_t certlife_contract_closed_at(const certlife_contract *contract);
const char *certlife_contract_application(const certlife_contract *contract);
const char *certlife_contract_usb_token_application(const certlife_contract *contract);
const char *certlife_contract_close_application(const certlife_contract *contract);
void certlife_contract_free(certlife_contract *contract);
