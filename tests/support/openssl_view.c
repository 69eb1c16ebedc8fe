/* SPDX-License-Identifier: Apache-2.0 */
#include "openssl_view.h"

#include "world.h"

#include <ctype.h>
#include <unistd.h>

#define OPENSSL                                                                                                        \
    "openssl x509 -inform DER -noout -serial -subject -nameopt RFC2253,-esc_msb,utf8 -dates -dateopt iso_8601 -text"

/* What comes behind `name=` on a line of its own. */
static void take(const char *text, const char *name, char *out, size_t room)
{
    const char *value = strstr(text, name);
    if (value == NULL)
        fail_msg("OpenSSL shows no %s in:\n%s", name, text);
    value += strlen(name);
    snprintf(out, room, "%.*s", (int)strcspn(value, "\n"), value);
}

static int64_t take_date(const char *text, const char *name)
{
    char date[64];
    take(text, name, date, sizeof date);
    return moment(date) + 9 * 3600; /* OpenSSL prints UTC */
}

void openssl_reads(const uint8_t *der, size_t len, struct openssl_view *out)
{
    char path[] = P_tmpdir "/certlife-XXXXXX", command[256];
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, der, len), len);
    close(file);
    snprintf(command, sizeof command, OPENSSL " -in %s", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t read = fread(out->text, 1, sizeof out->text - 1, pipe);
    out->text[read] = '\0';
    assert_int_equal(pclose(pipe), 0);
    unlink(path);
    take(out->text, "serial=", out->serial, sizeof out->serial);
    take(out->text, "subject=", out->subject, sizeof out->subject);
    for (char *c = out->serial; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    out->not_before = take_date(out->text, "notBefore=");
    out->not_after = take_date(out->text, "notAfter=");
}
