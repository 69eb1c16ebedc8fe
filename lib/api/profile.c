/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_ROOM 256
#define FILE_MAX 65536
#define LINE_MAX_LEN 512

int certlife_profile_new(const char *name, certlife_profile **out, certlife_error **err)
{
    CHECK_USE(name != NULL, err);
    CHECK_USE(out != NULL, err);
    for (size_t i = 0; certlife__profile_at(i) != NULL; i++) {
        if (strcmp(certlife__profile_at(i)->name, name) != 0)
            continue;
        certlife_profile *profile = malloc(sizeof *profile);
        if (profile == NULL)
            return certlife__fail(err, CERTLIFE_E_MEMORY, "profile %s: no memory", name);
        *profile = *certlife__profile_at(i);
        *out = profile;
        return 0;
    }
    return certlife__fail(err, CERTLIFE_E_INVALID, "profile %.40s: there is webfb-login, webfb, houjin, kumiai", name);
}

const char *certlife_profile_builtin(size_t index)
{
    return certlife__profile_at(index) != NULL ? certlife__profile_at(index)->name : NULL;
}

const char *certlife_profile_value_name(size_t index)
{
    return certlife__profile_value_name(index);
}

const char *certlife_profile_value_allowed(const char *name)
{
    int index = name != NULL ? certlife__profile_value_index(name) : -1;
    return index >= 0 ? certlife__profile_value_allowed((size_t)index) : NULL;
}

static int unknown_name(const char *name, certlife_error **err)
{
    char names[1000] = "";
    size_t len = 0;
    for (size_t i = 0; certlife__profile_value_name(i) != NULL && len < sizeof names; i++)
        len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", i > 0 ? ", " : "",
                                certlife__profile_value_name(i));
    return certlife__fail(err, CERTLIFE_E_INVALID, "profile: \"%.40s\" is not the name of a value; there is %s", name,
                          names);
}

int certlife_profile_set(certlife_profile *profile, const char *name, const char *text, certlife_error **err)
{
    CHECK_USE(profile != NULL, err);
    CHECK_USE(name != NULL, err);
    CHECK_USE(text != NULL, err);
    int index = certlife__profile_value_index(name);
    if (index < 0)
        return unknown_name(name, err);
    if (!certlife__profile_value_set(profile, (size_t)index, text))
        return certlife__fail(err, CERTLIFE_E_INVALID, "profile: \"%s\" cannot be \"%.60s\"; allowed: %s", name, text,
                              certlife__profile_value_allowed((size_t)index));
    return 0;
}

int certlife_profile_get(const certlife_profile *profile, const char *name, char *out, size_t room,
                         certlife_error **err)
{
    char text[VALUE_ROOM];
    CHECK_USE(profile != NULL, err);
    CHECK_USE(name != NULL, err);
    CHECK_USE(out != NULL, err);
    int index = certlife__profile_value_index(name);
    if (index < 0)
        return unknown_name(name, err);
    certlife__profile_value_print(profile, (size_t)index, text, sizeof text);
    if (strlen(text) >= room)
        return certlife__fail(err, CERTLIFE_E_INVALID, "profile: \"%s\" needs more room", name);
    memcpy(out, text, strlen(text) + 1);
    return 0;
}

int certlife_profile_print(const certlife_profile *profile, char *out, size_t room, certlife_error **err)
{
    char text[8192], value[VALUE_ROOM];
    CHECK_USE(profile != NULL, err);
    CHECK_USE(out != NULL, err);
    size_t len = (size_t)snprintf(text, sizeof text, "profile = %s\n", profile->name);
    for (size_t i = 0; certlife__profile_value_name(i) != NULL; i++) {
        certlife__profile_value_print(profile, i, value, sizeof value);
        len += (size_t)snprintf(text + len, sizeof text - len, "%s = %s\n", certlife__profile_value_name(i), value);
    }
    if (len >= room)
        return certlife__fail(err, CERTLIFE_E_INVALID, "profile: needs %zu bytes to print", len + 1);
    memcpy(out, text, len + 1);
    return 0;
}

static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t len = strlen(text);
    while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
        text[--len] = '\0';
    return text;
}

static int line_fault(certlife_error **err, int line, const certlife_error *cause, const char *what)
{
    return certlife__fail(err, CERTLIFE_E_INVALID, "line %d: %s", line,
                          cause != NULL ? certlife_error_message(cause) : what);
}

/* One line: nothing, or `name = value`. The first must name the profile to start from. */
static int parse_line(char *text, int line, certlife_profile **profile, uint64_t *seen, certlife_error **err)
{
    certlife_error *cause = NULL;
    text[strcspn(text, ";#")] = '\0';
    char *name = trim(text);
    if (name[0] == '\0')
        return 0;
    char *equals = strchr(name, '=');
    if (equals == NULL)
        return line_fault(err, line, NULL, "is not \"name = value\"");
    *equals = '\0';
    char *value = trim(equals + 1);
    name = trim(name);
    int rc = 0;
    if (*profile == NULL) {
        if (strcmp(name, "profile") != 0)
            return line_fault(err, line, NULL, "the first value must be \"profile\", the one to start from");
        rc = certlife_profile_new(value, profile, &cause);
    } else {
        int index = certlife__profile_value_index(name);
        if (strcmp(name, "profile") == 0)
            return line_fault(err, line, NULL, "names a profile to start from again; that is done once, first");
        if (index >= 0 && (*seen >> index & 1) != 0)
            return line_fault(err, line, NULL, "sets a value that was set before");
        rc = certlife_profile_set(*profile, name, value, &cause);
        *seen |= index >= 0 ? UINT64_C(1) << index : 0;
    }
    if (rc == CERTLIFE_E_INVALID)
        line_fault(err, line, cause, NULL);
    else if (rc < 0)
        certlife__fail(err, rc, "%s", certlife_error_message(cause));
    certlife_error_free(cause);
    return rc;
}

int certlife_profile_parse(const char *text, certlife_profile **out, certlife_error **err)
{
    CHECK_USE(text != NULL, err);
    CHECK_USE(out != NULL, err);
    certlife_profile *profile = NULL;
    uint64_t seen = 0;
    int rc = 0;
    for (int line = 1; rc == 0 && *text != '\0'; line++) {
        char copy[LINE_MAX_LEN];
        size_t len = strcspn(text, "\n");
        if (len >= sizeof copy) {
            rc = line_fault(err, line, NULL, "is too long");
            break;
        }
        memcpy(copy, text, len);
        copy[len] = '\0';
        rc = parse_line(copy, line, &profile, &seen, err);
        text += len + (text[len] == '\n' ? 1 : 0);
    }
    if (rc == 0 && profile == NULL)
        rc =
            certlife__fail(err, CERTLIFE_E_INVALID, "profile: the text names none; it begins with \"profile = webfb\"");
    if (rc == 0)
        *out = profile;
    else
        certlife_profile_free(profile);
    return rc;
}

static int parse_file(const char *path, const char *text, certlife_profile **out, certlife_error **err)
{
    certlife_error *cause = NULL;
    int rc = certlife_profile_parse(text, out, &cause);
    if (rc < 0)
        certlife__fail(err, rc, "profile file %s: %s", path, certlife_error_message(cause));
    certlife_error_free(cause);
    return rc;
}

int certlife_profile_load(const char *path, certlife_profile **out, certlife_error **err)
{
    CHECK_USE(path != NULL, err);
    CHECK_USE(out != NULL, err);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return certlife__fail(err, CERTLIFE_E_INVALID, "profile file %s: %s", path, strerror(errno));
    int rc = CERTLIFE_E_MEMORY;
    char *text = malloc(FILE_MAX + 1);
    if (text == NULL) {
        certlife__fail(err, rc, "profile file %s: no memory", path);
    } else {
        size_t len = fread(text, 1, FILE_MAX + 1, file);
        if (ferror(file) != 0)
            rc = certlife__fail(err, CERTLIFE_E_INVALID, "profile file %s: %s", path, strerror(errno));
        else if (len > FILE_MAX)
            rc = certlife__fail(err, CERTLIFE_E_INVALID, "profile file %s: is longer than %d bytes", path, FILE_MAX);
        else if (memchr(text, '\0', len) != NULL)
            rc = certlife__fail(err, CERTLIFE_E_INVALID, "profile file %s: holds a NUL", path);
        else {
            text[len] = '\0';
            rc = parse_file(path, text, out, err);
        }
    }
    free(text);
    fclose(file);
    return rc;
}

int32_t certlife_profile_utc_offset(const certlife_profile *profile)
{
    return profile != NULL ? profile->utc_offset : 0;
}

int certlife_profile_equal(const certlife_profile *a, const certlife_profile *b)
{
    if (a == NULL || b == NULL)
        return CERTLIFE_E_MISUSE;
    for (size_t i = 0; certlife__profile_value_name(i) != NULL; i++) {
        char left[VALUE_ROOM], right[VALUE_ROOM];
        certlife__profile_value_print(a, i, left, sizeof left);
        certlife__profile_value_print(b, i, right, sizeof right);
        if (strcmp(left, right) != 0)
            return 0;
    }
    return 1;
}

void certlife_profile_free(certlife_profile *profile)
{
    free(profile);
}
