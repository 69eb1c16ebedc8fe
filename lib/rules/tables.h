/* SPDX-License-Identifier: Apache-2.0 */
/* What the table files share. */
#ifndef CERTLIFE_RULES_TABLES_H
#define CERTLIFE_RULES_TABLES_H

#include "rules/situation.h"

#define ACT_ANY UINT32_MAX

const struct permit_row *certlife__permit_rows(size_t *count_out);
const struct assurance_row *certlife__assurance_rows(size_t *count_out);
const struct refusal_row *certlife__refusal_rows(size_t *count_out);

/* Ways and dates that depend on whom it is about. */
certlife_way certlife__way_for(int32_t way, const struct user *user, const struct standing *standing);

#endif
