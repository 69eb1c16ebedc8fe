/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this floor share: keys, and records under them. The tables are listed in facts/facts.h. */
#ifndef CERTLIFE_FACTS_ROW_H
#define CERTLIFE_FACTS_ROW_H

#include "facts/codec.h"
#include "facts/facts.h"

#define SMALL_RECORD 2048
#define LARGE_RECORD (CERTLIFE_CERTIFICATE_MAX + SMALL_RECORD)

struct row_key {
    uint8_t bytes[CERTLIFE_STORE_KEY_MAX];
    struct writer writer;
};

void certlife__row_begin(struct row_key *key, char table);
void certlife__row_text(struct row_key *key, const char *text);
/* NUL never stands inside an ID, so no ID runs into the next. */
void certlife__row_part(struct row_key *key, const char *text);
struct bytes certlife__row_bytes(const struct row_key *key);

/* U contract 0 user 0: a user, and the beginning of the rows of their history. */
void certlife__row_of_user(struct row_key *key, const char *contract, const char *id);

int certlife__row_get(struct txn *txn, const struct row_key *key, struct bytes *value_out, bool *found_out,
                      certlife_error **err);
int certlife__row_put(struct txn *txn, const struct row_key *key, const struct codec *codec, certlife_error **err);
int certlife__row_corrupt(certlife_error **err, const char *what, const char *name);

/* Sets or replaces a certificate's row. */
int certlife__certificate_put(struct txn *txn, const struct certificate_record *record, certlife_error **err);

#endif
