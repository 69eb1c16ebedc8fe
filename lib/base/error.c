/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct certlife_error {
    int code;
    int backend_code;
    char backend_name[24];
    char message[640];
};

/* What is said when there is no memory to say it: shared, constant, never freed. */
static const certlife_error no_memory = {CERTLIFE_E_MEMORY, 0, "", "certlife: no memory to describe a failure"};

static const struct {
    int code;
    certlife_error_class class_of;
    const char *name;
    const char *meaning;
} errors[] = {
#define ROW(name, number, class_, meaning) {(number), CERTLIFE_CLASS_##class_, #name, meaning},
    CERTLIFE_ERRORS(ROW)
#undef ROW
};

static_assert(sizeof errors / sizeof errors[0] == -CERTLIFE_E_INTERNAL, "error numbers run from -1 without a gap");

static int describe(certlife_error **err, int code, int backend_code, const char *backend_name, const char *format,
                    va_list arguments)
{
    if (err == NULL || *err != NULL)
        return code;
    certlife_error *error = calloc(1, sizeof *error);
    if (error == NULL) {
        *err = (certlife_error *)&no_memory;
        return code;
    }
    error->code = code;
    error->backend_code = backend_code;
    snprintf(error->backend_name, sizeof error->backend_name, "%s", backend_name != NULL ? backend_name : "");
    vsnprintf(error->message, sizeof error->message, format, arguments);
    *err = error;
    return code;
}

int certlife__fail(certlife_error **err, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    describe(err, code, 0, NULL, format, arguments);
    va_end(arguments);
    return code;
}

int certlife__fail_backend(certlife_error **err, int code, int backend_code, const char *backend_name,
                           const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    describe(err, code, backend_code, backend_name, format, arguments);
    va_end(arguments);
    return code;
}

int certlife__misuse(certlife_error **err, const char *function, const char *expression)
{
#ifdef CERTLIFE_ABORT_ON_MISUSE
    fprintf(stderr, "%s: misuse: %s does not hold\n", function, expression);
    abort();
#endif
    return certlife__fail(err, CERTLIFE_E_MISUSE, "%s: %s does not hold", function, expression);
}

int certlife_error_set(certlife_error **err, int code, int backend_code, const char *backend_name, const char *message)
{
    return certlife__fail_backend(err, code, backend_code, backend_name, "%s", message != NULL ? message : "");
}

int certlife_error_code(const certlife_error *error)
{
    return error != NULL ? error->code : 0;
}

certlife_error_class certlife_error_class_of(const certlife_error *error)
{
    return error != NULL ? certlife_error_class_for(error->code) : 0;
}

const char *certlife_error_message(const certlife_error *error)
{
    return error != NULL ? error->message : "";
}

int certlife_error_backend_code(const certlife_error *error)
{
    return error != NULL ? error->backend_code : 0;
}

const char *certlife_error_backend_name(const certlife_error *error)
{
    return error != NULL ? error->backend_name : "";
}

void certlife_error_free(certlife_error *error)
{
    if (error != &no_memory)
        free(error);
}

static int row_of(int code)
{
    for (int i = 0; i < (int)(sizeof errors / sizeof errors[0]); i++) {
        if (errors[i].code == code)
            return i;
    }
    return -1;
}

const char *certlife_error_name(int code)
{
    int row = row_of(code);
    return row >= 0 ? errors[row].name : "UNKNOWN";
}

const char *certlife_error_meaning(int code)
{
    int row = row_of(code);
    return row >= 0 ? errors[row].meaning : "UNKNOWN";
}

certlife_error_class certlife_error_class_for(int code)
{
    int row = row_of(code);
    return row >= 0 ? errors[row].class_of : 0;
}
