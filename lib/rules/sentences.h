/* SPDX-License-Identifier: Apache-2.0 */
/* The words for codes, ways, acts and statuses, in two languages. */
#ifndef CERTLIFE_RULES_SENTENCES_H
#define CERTLIFE_RULES_SENTENCES_H

#include <stddef.h>

#include <certlife/notice.h>

#define SENTENCE_ROOM 320

/* The sentence of a code, or of a way, with {date} filled in as a civil date at `offset`; always ends with NUL. */
void certlife__sentence(certlife_code code, certlife_language language, int64_t date, int32_t offset, char *out,
                        size_t room);
void certlife__way_sentence(certlife_way way, certlife_language language, int64_t date, int32_t offset, char *out,
                            size_t room);

/* A civil date as "2027-03-01" or "2027年3月1日". */
void certlife__date_text(int64_t moment, int32_t offset, certlife_language language, char *out, size_t room);

#endif
