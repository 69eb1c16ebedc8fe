/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/profile.h – where institutions differ, as data (spec section 9)
 *
 *     certlife_profile *profile = NULL;
 *     certlife_error *err = NULL;
 *     int rc = certlife_profile_new("webfb", &profile, &err);
 *     if (rc == 0)
 *         rc = certlife_profile_set(profile, "renewal opens", "40", &err);
 *     if (rc < 0)
 *         fprintf(stderr, "%s\n", certlife_error_message(err));
 *     certlife_profile_free(profile);
 *
 * Four profiles are built in: "webfb-login" (documents A, B), "webfb" (B, C), "houjin" (D) and "kumiai" (E). A profile is
 * a set of named values, each of which can be set and printed as text. As a file it is one value a line:
 *
 *     profile = webfb            ; start from this one; must come first
 *     renewal opens = 40         ; days before the expiry date
 *
 * with comments after `;` or `#`. docs/profiles.md lists all names and what is allowed. A profile object is used by one
 * thread at a time; an institution copies it when it is opened.
 */
#ifndef CERTLIFE_PROFILE_H
#define CERTLIFE_PROFILE_H

#include <stddef.h>

#include <certlife/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct certlife_profile certlife_profile;

/* A copy of the built-in profile `name`, yours to free. CERTLIFE_E_INVALID if there is none of that name; MEMORY. */
CERTLIFE_API int certlife_profile_new(const char *name, certlife_profile **out, certlife_error **err);

/* The names of the built-in profiles, from 0; NULL behind the last. Borrowed, static. */
CERTLIFE_API const char *certlife_profile_builtin(size_t index);

/* The names of the values, from 0, in the order of print; NULL behind the last. Borrowed, static. */
CERTLIFE_API const char *certlife_profile_value_name(size_t index);

/* What is allowed for a value, as text for people, e.g. "a number of days from 0 to 3650". NULL for an unknown name. */
CERTLIFE_API const char *certlife_profile_value_allowed(const char *name);

/* Sets one value from its text. CERTLIFE_E_INVALID names the value and what is allowed; nothing is changed then. */
CERTLIFE_API int certlife_profile_set(certlife_profile *profile, const char *name, const char *text,
                                      certlife_error **err);

/* One value as text into `out` (with NUL). CERTLIFE_E_INVALID for an unknown name or too little room (256 always do). */
CERTLIFE_API int certlife_profile_get(const certlife_profile *profile, const char *name, char *out, size_t room,
                                      certlife_error **err);

/* The whole profile as a file that certlife_profile_load reads back to the same; 8192 bytes always do. Returns as get. */
CERTLIFE_API int certlife_profile_print(const certlife_profile *profile, char *out, size_t room, certlife_error **err);

/* Reads a profile from text, or from the file at `path`, yours to free. CERTLIFE_E_INVALID gives the line, the name and
 * what is allowed; a file that cannot be read is CERTLIFE_E_INVALID with the system's reason. */
CERTLIFE_API int certlife_profile_parse(const char *text, certlife_profile **out, certlife_error **err);
CERTLIFE_API int certlife_profile_load(const char *path, certlife_profile **out, certlife_error **err);

/* The institution's time (value `time`), for whoever shows dates: seconds east of UTC; 0 for NULL. */
CERTLIFE_API int32_t certlife_profile_utc_offset(const certlife_profile *profile);

/* 1 if all values but the name are the same, 0 if not; CERTLIFE_E_MISUSE for NULL. */
CERTLIFE_API int certlife_profile_equal(const certlife_profile *a, const certlife_profile *b);

/* NULL does nothing. */
CERTLIFE_API void certlife_profile_free(certlife_profile *profile);

#ifdef __cplusplus
}
#endif

#endif
