/* SPDX-License-Identifier: Apache-2.0 */
#include "x509/pem.h"

#include "x509/der.h"

#define LINE_MAX_LEN 128
#define DASHES "-----"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Takes one line off the text, without its end and the blanks before it. */
static struct bytes take_line(struct bytes *text)
{
    const uint8_t *end = memchr(text->data, '\n', text->len);
    size_t len = end != NULL ? (size_t)(end - text->data) : text->len;
    struct bytes line = bytes_of(text->data, len);
    size_t taken = end != NULL ? len + 1 : len;
    text->data += taken;
    text->len -= taken;
    while (line.len > 0 && memchr("\r \t", line.data[line.len - 1], 3) != NULL)
        line.len--;
    return line;
}

static bool take_text(struct bytes *from, const char *text)
{
    size_t len = strlen(text);
    if (from->len < len || memcmp(from->data, text, len) != 0)
        return false;
    from->data += len;
    from->len -= len;
    return true;
}

/* Is the line "-----BEGIN label-----" (or END)? */
static bool is_boundary(struct bytes line, const char *word, const char *label)
{
    return take_text(&line, word) && take_text(&line, label) && take_text(&line, DASHES) && line.len == 0;
}

static const char *label_begun(struct bytes line, const char *const *labels)
{
    for (; *labels != NULL; labels++) {
        if (is_boundary(line, DASHES "BEGIN ", *labels))
            return *labels;
    }
    return NULL;
}

/* A DER value may hold such a line in one of its strings. */
bool certlife__pem_is(struct bytes text)
{
    if (certlife__der_check(text) == NULL)
        return false;
    while (text.len > 0) {
        struct bytes line = take_line(&text);
        if (take_text(&line, DASHES "BEGIN "))
            return true;
    }
    return false;
}

struct base64 {
    uint32_t bits; /* of characters not yet written */
    unsigned characters, padding;
};

static int digit_of(uint8_t character)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A';
    if (character >= 'a' && character <= 'z')
        return character - 'a' + 26;
    if (character >= '0' && character <= '9')
        return character - '0' + 52;
    return character == '+' ? 62 : character == '/' ? 63 : -1;
}

static bool decode_line(struct base64 *state, struct bytes line, struct writer *out)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.data[i] == '=') {
            state->padding++;
            continue;
        }
        int digit = digit_of(line.data[i]);
        if (digit < 0 || state->padding > 0)
            return false;
        state->bits = state->bits << 6 | (uint32_t)digit;
        if (++state->characters == 4) {
            write_number(out, state->bits, 3);
            state->bits = 0;
            state->characters = 0;
        }
    }
    return true;
}

/* What is left of the last four: 2 or 3 characters, as much padding as is missing, no bits left over. */
static bool decode_end(const struct base64 *state, struct writer *out)
{
    if (state->characters == 0)
        return state->padding == 0;
    unsigned spare = state->characters == 2 ? 4 : 2;
    if (state->characters == 1 || state->characters + state->padding != 4 || (state->bits & ((1u << spare) - 1)) != 0)
        return false;
    write_number(out, state->bits >> spare, state->characters - 1);
    return true;
}

static const char *decode_block(struct bytes text, const char *label, struct writer *out)
{
    struct base64 state = {0};
    while (text.len > 0) {
        struct bytes line = take_line(&text);
        if (is_boundary(line, DASHES "END ", label))
            return decode_end(&state, out) ? NULL : "PEM: its base64 is malformed";
        if (line.len > LINE_MAX_LEN)
            return "PEM: a line is longer than 128 characters";
        if (!decode_line(&state, line, out))
            return "PEM: its base64 is malformed";
    }
    return "PEM: its end line is missing";
}

const char *certlife__pem_read(struct bytes text, const char *const *labels, struct writer *out)
{
    const char *label = NULL;
    while (label == NULL && text.len > 0)
        label = label_begun(take_line(&text), labels);
    if (label == NULL)
        return "PEM: no block of the kind asked for";
    size_t before = out->len;
    const char *wrong = decode_block(text, label, out);
    if (wrong == NULL && out->overflow)
        wrong = "PEM: too long";
    if (wrong != NULL)
        out->len = before;
    return wrong;
}

/* Four characters from up to three octets. */
static void encode_group(struct bytes octets, char group[4])
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; i++)
        bits = bits << 8 | (i < octets.len ? octets.data[i] : 0);
    for (size_t i = 0; i < 4; i++)
        group[i] = i <= octets.len ? alphabet[bits >> (18 - 6 * i) & 63] : '=';
}

static void write_boundary(struct writer *out, const char *word, const char *label)
{
    write_bytes(out, bytes_of_text(word));
    write_bytes(out, bytes_of_text(label));
    write_bytes(out, bytes_of_text(DASHES "\n"));
}

void certlife__pem_write(struct writer *out, const char *label, struct bytes der)
{
    write_boundary(out, DASHES "BEGIN ", label);
    for (size_t at = 0; at < der.len; at += 3) {
        char group[4];
        encode_group(bytes_of(der.data + at, der.len - at < 3 ? der.len - at : 3), group);
        write_bytes(out, bytes_of(group, sizeof group));
        bool line_full = at % 48 == 45;
        if (line_full || at + 3 >= der.len)
            write_u8(out, '\n');
    }
    write_boundary(out, DASHES "END ", label);
}
