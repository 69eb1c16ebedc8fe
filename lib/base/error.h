/* SPDX-License-Identifier: Apache-2.0 */
/* Failures: one line that begins with the subject and ends with the cause. */
#ifndef CERTLIFE_BASE_ERROR_H
#define CERTLIFE_BASE_ERROR_H

#include <certlife/error.h>

#if defined(__GNUC__)
#define FORMAT_LIKE_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define FORMAT_LIKE_PRINTF(text, first)
#endif

/* Describe the failure in *err (if err is given and *err is still NULL) and return `code`. */
int certlife__fail(certlife_error **err, int code, const char *format, ...) FORMAT_LIKE_PRINTF(3, 4);
int certlife__fail_backend(certlife_error **err, int code, int backend_code, const char *backend_name,
                           const char *format, ...) FORMAT_LIKE_PRINTF(5, 6);

/* A handle or pointer that the caller must give: names the expression. Debug builds stop here. */
int certlife__misuse(certlife_error **err, const char *function, const char *expression);

#define CHECK_USE(expression, err)                                                                                     \
    do {                                                                                                               \
        if (!(expression))                                                                                             \
            return certlife__misuse((err), __func__, #expression);                                                     \
    } while (0)

#endif
