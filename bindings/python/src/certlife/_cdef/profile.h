/* SPDX-License-Identifier: Apache-2.0 */
/* What the binding uses of <certlife/profile.h>; the compiler holds it to the header. */

typedef struct certlife_profile certlife_profile;
int certlife_profile_new(const char *name, certlife_profile **out, certlife_error **err);
const char *certlife_profile_builtin(size_t index);
const char *certlife_profile_value_name(size_t index);
const char *certlife_profile_value_allowed(const char *name);
int certlife_profile_set(certlife_profile *profile, const char *name, const char *text, certlife_error **err);
int certlife_profile_get(const certlife_profile *profile, const char *name, char *out, size_t room,
                         certlife_error **err);
int certlife_profile_print(const certlife_profile *profile, char *out, size_t room, certlife_error **err);
int certlife_profile_parse(const char *text, certlife_profile **out, certlife_error **err);
int certlife_profile_load(const char *path, certlife_profile **out, certlife_error **err);
int32_t certlife_profile_utc_offset(const certlife_profile *profile);
int certlife_profile_equal(const certlife_profile *a, const certlife_profile *b);
void certlife_profile_free(certlife_profile *profile);
