/* SPDX-License-Identifier: Apache-2.0 */
/* Windows in civil days of the institution (R-TIM-1, R-TIM-2, R-ALL-15). All moments returned are inclusive. */
#ifndef CERTLIFE_RULES_WINDOW_H
#define CERTLIFE_RULES_WINDOW_H

#include <stdint.h>

#include "rules/profile.h"

/* The last moment of a certificate issued now; `old_not_after` is that of the one it renews, or 0 (R-REN-9). */
int64_t certlife__window_not_after(const struct certlife_profile *profile, int64_t now, int64_t old_not_after);

/* The last moment at which a user authorised now can obtain (R-OBT-2); NO_LIMIT. */
int64_t certlife__window_obtain_by(const struct certlife_profile *profile, int64_t now);

/* The first and last moment of the renewal of a certificate (R-REN-2, R-REN-9). */
int64_t certlife__window_renewal_opens(const struct certlife_profile *profile, int64_t not_after);
int64_t certlife__window_renewal_closes(const struct certlife_profile *profile, int64_t not_after);

/* The last moment at which one whose renewal has closed can be obtained anew (R-OBT-9); 0: never; NO_LIMIT. */
int64_t certlife__window_expired_obtain(const struct certlife_profile *profile, int64_t not_after);

/* The first moment of the notice on screen (R-NOT-3), and the civil days left, 0 on the expiry date. */
int64_t certlife__window_notice_opens(const struct certlife_profile *profile, int64_t not_after);
int32_t certlife__window_days_left(const struct certlife_profile *profile, int64_t now, int64_t not_after);

#endif
