/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife/error.h – what went wrong, when something went wrong
 *
 * Every call answers in one of three ways, never mixed:
 *
 *     CERTLIFE_ALLOWED (0)   done
 *     CERTLIFE_REFUSED (1)   the answer is no; the certlife_decision says why (certlife/decision.h)
 *     negative               a failure; nothing was changed; the certlife_error says why
 *
 * so `if (certlife_login_check(...) == 0)` lets in only whom it should.
 *
 *     certlife_error *err = NULL;
 *     int rc = certlife_institution_open(&options, &institution, &err);
 *     if (rc < 0) {
 *         fprintf(stderr, "%s: %s\n", certlife_error_name(rc), certlife_error_message(err));
 *         certlife_error_free(err);
 *     }
 *
 * A `certlife_error **err` parameter may be NULL. Else `*err` must be NULL before the call; it is set only on failure, to
 * an object that is yours to free. One that is there already stays: free it, and set it to NULL, before the next call.
 */
#ifndef CERTLIFE_ERROR_H
#define CERTLIFE_ERROR_H

#include <stdint.h>

#include <certlife/version.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    CERTLIFE_ALLOWED = 0,
    CERTLIFE_REFUSED = 1,
};

/* What to do about a failure. */
typedef int32_t certlife_error_class;
enum {
    CERTLIFE_CLASS_RETRY = 1,    /* call again, later */
    CERTLIFE_CLASS_CALL = 2,     /* the call is wrong: mend the program, or show the user the message */
    CERTLIFE_CLASS_OPERATOR = 3, /* somebody must look at the machine, the store, the issuer or the clock */
    CERTLIFE_CLASS_BUG = 4,      /* please report it */
};

/* X(name, number, class, meaning) */
#define CERTLIFE_ERRORS(X)                                                                                             \
    X(MISUSE, -1, CALL, "a handle is NULL, closed or of another kind")                                                 \
    X(INVALID, -2, CALL, "an argument is outside what the function documents")                                         \
    X(MALFORMED, -3, CALL, "a request or certificate is not what its format asks for")                                 \
    X(FORKED, -4, CALL, "the handle was opened by the parent of this process")                                         \
    X(MEMORY, -5, RETRY, "memory could not be had")                                                                    \
    X(BUSY, -6, RETRY, "the store or the issuer is busy with another call")                                            \
    X(STORE, -7, OPERATOR, "the store failed")                                                                         \
    X(STORE_FULL, -8, OPERATOR, "the store has no room left")                                                          \
    X(STORE_VERSION, -9, OPERATOR, "the store was written by a newer version of the library")                          \
    X(STORE_CORRUPT, -10, OPERATOR, "the store holds something that the library did not write")                        \
    X(CRYPTO, -11, OPERATOR, "the crypto library failed")                                                              \
    X(ISSUER, -12, OPERATOR, "the issuer failed, or its key, certificate or answer does not fit")                      \
    X(CLOCK, -13, OPERATOR, "the clock is behind a change in the store, or out of range")                              \
    X(HOST, -14, CALL, "a callback of the host program failed")                                                        \
    X(INTERNAL, -15, BUG, "the library contradicts itself")

enum {
#define CERTLIFE_ERROR_ENUM(name, number, class_, meaning) CERTLIFE_E_##name = (number),
    CERTLIFE_ERRORS(CERTLIFE_ERROR_ENUM)
#undef CERTLIFE_ERROR_ENUM
};

typedef struct certlife_error certlife_error;

/* The code, e.g. CERTLIFE_E_STORE. NULL gives 0. */
CERTLIFE_API int certlife_error_code(const certlife_error *error);

/* Its class, e.g. CERTLIFE_CLASS_OPERATOR. NULL gives 0. */
CERTLIFE_API certlife_error_class certlife_error_class_of(const certlife_error *error);

/* One line that begins with the subject and ends with the cause. Borrowed from the error; "" for NULL. */
CERTLIFE_API const char *certlife_error_message(const certlife_error *error);

/* What the part below said: its own code (0 if none) and name, e.g. "lmdb". Borrowed; "" if none. */
CERTLIFE_API int certlife_error_backend_code(const certlife_error *error);
CERTLIFE_API const char *certlife_error_backend_name(const certlife_error *error);

/* Frees the error. NULL does nothing. */
CERTLIFE_API void certlife_error_free(certlife_error *error);

/* The name of a code ("STORE_FULL"), what it means, and its class. Borrowed, static; an unknown code gives "UNKNOWN". */
CERTLIFE_API const char *certlife_error_name(int code);
CERTLIFE_API const char *certlife_error_meaning(int code);
CERTLIFE_API certlife_error_class certlife_error_class_for(int code);

/*
 * For people who write a store, an issuer or crypto: describes a failure in `*err` (if err is not NULL and *err is NULL)
 * and returns `code`. `backend_code` is your own number, `backend_name` who says it (may be NULL); both are copied.
 */
CERTLIFE_API int certlife_error_set(certlife_error **err, int code, int backend_code, const char *backend_name,
                                    const char *message);

#ifdef __cplusplus
}
#endif

#endif
