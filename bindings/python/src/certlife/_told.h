/* SPDX-License-Identifier: Apache-2.0 */
/* What a call told, in one piece: a login check is asked on each request, and each crossing into C costs. */
#include <string.h>

struct certlife_py_told {
    int64_t date;
    int64_t expiry;
    int32_t code;
    int32_t way;
    int32_t days_left;
    uint8_t allowed;
    uint8_t renewal_due;
    uint8_t waits_to_install;
    uint8_t confirmed;
    char row[16];
    char serial[2 * CERTLIFE_SERIAL_MAX + 8];
    char line[512];
};

/* Fills `out`, unused room with zeros; how many of its octets count. `login` may be NULL. */
static size_t certlife_py_tell(const certlife_decision *decision, const certlife_login *login,
                               struct certlife_py_told *out)
{
    const char *line = certlife_decision_line(decision);
    size_t len = strnlen(line, sizeof out->line - 1);
    memset(out, 0, offsetof(struct certlife_py_told, line));
    out->date = certlife_decision_date(decision);
    out->code = certlife_decision_code(decision);
    out->way = certlife_decision_way(decision);
    out->allowed = certlife_decision_allowed(decision) == 1;
    strncpy(out->row, certlife_decision_row(decision), sizeof out->row - 1);
    memcpy(out->line, line, len);
    if (login != NULL && out->allowed) {
        out->expiry = certlife_login_expiry(login);
        out->days_left = certlife_login_days_left(login);
        out->renewal_due = certlife_login_renewal_due(login) == 1;
        out->waits_to_install = certlife_login_waits_to_install(login) == 1;
        out->confirmed = certlife_login_confirmed(login) == 1;
        strncpy(out->serial, certlife_login_serial(login), sizeof out->serial - 1);
    }
    return offsetof(struct certlife_py_told, line) + len;
}
