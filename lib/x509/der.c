/* SPDX-License-Identifier: Apache-2.0 */
#include "x509/der.h"

#define CONSTRUCTED 0x20
#define CLASS_BITS 0xc0
#define NUMBER_BITS 0x1f

struct value {
    uint8_t tag;
    size_t header;
    struct bytes content;
};

/* NULL, or what is wrong with the value that `in` begins with. */
static const char *read_value(struct bytes in, struct value *out)
{
    if (in.len < 2)
        return "cut short";
    uint8_t tag = in.data[0];
    if ((tag & NUMBER_BITS) == NUMBER_BITS)
        return "a tag of more than one octet";
    size_t header = 2;
    size_t len = in.data[1];
    if (len >= 0x80) {
        size_t octets = len & 0x7f;
        if (octets == 0)
            return "a length that is indefinite";
        if (octets > 2)
            return "a length of more than 16 bits";
        if (in.len < 2 + octets)
            return "cut short";
        len = octets == 1 ? in.data[2] : (size_t)in.data[2] << 8 | in.data[3];
        if (len < (octets == 1 ? 0x80 : 0x100))
            return "a length that is not minimal";
        header += octets;
    }
    if (len > in.len - header)
        return "cut short";
    *out = (struct value){tag, header, {in.data + header, len}};
    return NULL;
}

bool certlife__der_is_integer(struct bytes content)
{
    if (content.len == 0)
        return false;
    if (content.len == 1)
        return true;
    bool padded =
        (content.data[0] == 0x00 && content.data[1] < 0x80) || (content.data[0] == 0xff && content.data[1] >= 0x80);
    return !padded;
}

/* No component is padded, and the last one ends. */
static bool is_oid(struct bytes content)
{
    bool starts = true;
    for (size_t i = 0; i < content.len; i++) {
        if (starts && content.data[i] == 0x80)
            return false;
        starts = content.data[i] < 0x80;
    }
    return content.len > 0 && starts;
}

static bool is_bit_string(struct bytes content)
{
    if (content.len == 0 || content.data[0] > 7)
        return false;
    uint8_t unused = content.data[0];
    if (content.len == 1)
        return unused == 0;
    return (content.data[content.len - 1] & ((1u << unused) - 1)) == 0;
}

/* The rules of DER for one value by itself. Other classes, and strings, have no rules here. */
static const char *check_value(const struct value *value)
{
    if ((value->tag & CLASS_BITS) != 0)
        return NULL;
    bool of_values = value->tag == DER_SEQUENCE || value->tag == DER_SET;
    if (of_values)
        return NULL;
    if ((value->tag & CONSTRUCTED) != 0 || value->tag == 0x00 || value->tag == 0x10 || value->tag == 0x11)
        return "a tag that DER does not have";
    struct bytes content = value->content;
    switch (value->tag) {
    case DER_BOOLEAN:
        return content.len == 1 && (content.data[0] == 0x00 || content.data[0] == 0xff) ? NULL : "a malformed boolean";
    case DER_INTEGER:
        return certlife__der_is_integer(content) ? NULL : "a malformed number";
    case DER_BIT_STRING:
        return is_bit_string(content) ? NULL : "a malformed bit string";
    case DER_NULL:
        return content.len == 0 ? NULL : "a malformed null";
    case DER_OID:
        return is_oid(content) ? NULL : "a malformed object identifier";
    default:
        return NULL;
    }
}

const char *certlife__der_check(struct bytes der)
{
    if (der.len > DER_MAX)
        return "longer than 16 KiB";
    size_t ends[DER_DEPTH]; /* where the values that are open end */
    size_t depth = 0;
    size_t at = 0;
    do {
        size_t end = depth > 0 ? ends[depth - 1] : der.len;
        struct value value;
        const char *wrong = read_value(bytes_of(der.data + at, end - at), &value);
        if (wrong == NULL)
            wrong = check_value(&value);
        if (wrong != NULL)
            return wrong;
        at += value.header;
        if ((value.tag & CONSTRUCTED) != 0) {
            if (depth == DER_DEPTH)
                return "nested too deep";
            ends[depth++] = at + value.content.len;
        } else {
            at += value.content.len;
        }
        while (depth > 0 && at == ends[depth - 1])
            depth--;
    } while (depth > 0);
    return at == der.len ? NULL : "something behind it";
}

static void advance(struct bytes *rest, size_t len)
{
    rest->data += len;
    rest->len -= len;
}

bool certlife__der_take(struct bytes *rest, uint8_t tag, struct bytes *content_out)
{
    struct value value;
    if (read_value(*rest, &value) != NULL || value.tag != tag)
        return false;
    advance(rest, value.header + value.content.len);
    *content_out = value.content;
    return true;
}

bool certlife__der_take_whole(struct bytes *rest, uint8_t tag, struct bytes *whole_out)
{
    struct value value;
    if (read_value(*rest, &value) != NULL || value.tag != tag)
        return false;
    struct bytes whole = bytes_of(rest->data, value.header + value.content.len);
    advance(rest, whole.len);
    *whole_out = whole;
    return true;
}

bool certlife__der_skip(struct bytes *rest)
{
    struct value value;
    if (read_value(*rest, &value) != NULL)
        return false;
    advance(rest, value.header + value.content.len);
    return true;
}

bool certlife__der_next_is(struct bytes rest, uint8_t tag)
{
    return rest.len > 0 && rest.data[0] == tag;
}

bool certlife__der_only(struct bytes der, uint8_t tag, struct bytes *content_out)
{
    struct bytes content;
    if (!certlife__der_take(&der, tag, &content) || der.len != 0)
        return false;
    *content_out = content;
    return true;
}

bool certlife__der_take_octets(struct bytes *rest, struct bytes *out)
{
    struct bytes bits;
    if (!certlife__der_take(rest, DER_BIT_STRING, &bits) || bits.len == 0 || bits.data[0] != 0)
        return false;
    *out = bytes_of(bits.data + 1, bits.len - 1);
    return true;
}

static bool is_relative_name(struct bytes set)
{
    do {
        struct bytes pair, type;
        if (!certlife__der_take(&set, DER_SEQUENCE, &pair) || !certlife__der_take(&pair, DER_OID, &type) ||
            !certlife__der_skip(&pair) || pair.len != 0)
            return false;
    } while (set.len > 0);
    return true;
}

bool certlife__der_is_name(struct bytes name)
{
    struct bytes sets, set;
    if (!certlife__der_only(name, DER_SEQUENCE, &sets))
        return false;
    while (sets.len > 0) {
        if (!certlife__der_take(&sets, DER_SET, &set) || !is_relative_name(set))
            return false;
    }
    return true;
}

static size_t length_octets(size_t len)
{
    return len < 0x80 ? 1 : len < 0x100 ? 2 : len < 0x10000 ? 3 : 4;
}

static void write_length(struct writer *out, size_t len)
{
    size_t octets = length_octets(len);
    if (octets == 1) {
        write_u8(out, (uint8_t)len);
        return;
    }
    write_u8(out, (uint8_t)(0x80 | (octets - 1)));
    write_number(out, len, octets - 1);
}

size_t certlife__der_open(struct writer *out, uint8_t tag)
{
    write_u8(out, tag);
    write_u8(out, 0);
    return out->len;
}

/* One octet was left for the length: the content moves if it needs more. */
void certlife__der_close(struct writer *out, size_t content_at)
{
    if (out->overflow)
        return;
    size_t len = out->len - content_at;
    size_t more = length_octets(len) - 1;
    if (more > out->room - out->len) {
        out->overflow = true;
        return;
    }
    memmove(out->data + content_at + more, out->data + content_at, len);
    out->len = content_at - 1;
    write_length(out, len);
    out->len += len;
}

void certlife__der_write(struct writer *out, uint8_t tag, struct bytes content)
{
    write_u8(out, tag);
    write_length(out, content.len);
    write_bytes(out, content);
}

void certlife__der_write_integer(struct writer *out, struct bytes octets)
{
    while (octets.len > 0 && octets.data[0] == 0)
        advance(&octets, 1);
    bool sign_octet = octets.len == 0 || octets.data[0] >= 0x80;
    write_u8(out, DER_INTEGER);
    write_length(out, octets.len + sign_octet);
    if (sign_octet)
        write_u8(out, 0);
    write_bytes(out, octets);
}

void certlife__der_write_octets(struct writer *out, struct bytes octets)
{
    write_u8(out, DER_BIT_STRING);
    write_length(out, octets.len + 1);
    write_u8(out, 0);
    write_bytes(out, octets);
}
