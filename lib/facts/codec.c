/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/codec.h"

struct codec certlife__codec_writing(uint8_t *room, size_t len)
{
    return (struct codec){.writer = writer_into(room, len)};
}

struct codec certlife__codec_reading(struct bytes record)
{
    return (struct codec){.rest = record, .reading = true};
}

bool certlife__codec_done(const struct codec *codec)
{
    return codec->reading ? !codec->bad && codec->rest.len == 0 : !codec->bad && !codec->writer.overflow;
}

void certlife__code_octets(struct codec *codec, uint8_t *octets, size_t len)
{
    if (!codec->reading) {
        write_bytes(&codec->writer, bytes_of(octets, len));
        return;
    }
    if (codec->bad || codec->rest.len < len) {
        codec->bad = true;
        return;
    }
    memcpy(octets, codec->rest.data, len);
    codec->rest.data += len;
    codec->rest.len -= len;
}

static void number(struct codec *codec, uint64_t *value, size_t octets)
{
    uint8_t bytes[8] = {0};
    for (size_t i = 0; i < octets; i++)
        bytes[i] = (uint8_t)(*value >> (8 * (octets - 1 - i)));
    certlife__code_octets(codec, bytes, octets);
    if (!codec->reading || codec->bad)
        return;
    *value = 0;
    for (size_t i = 0; i < octets; i++)
        *value = *value << 8 | bytes[i];
}

void certlife__code_version(struct codec *codec, uint8_t version)
{
    uint64_t found = version;
    number(codec, &found, 1);
    codec->bad |= found != version;
}

void certlife__code_i32(struct codec *codec, int32_t *value)
{
    uint64_t wide = codec->reading ? 0 : (uint32_t)*value;
    number(codec, &wide, 4);
    *value = (int32_t)(uint32_t)wide;
}

void certlife__code_i64(struct codec *codec, int64_t *value)
{
    uint64_t wide = codec->reading ? 0 : (uint64_t)*value;
    number(codec, &wide, 8);
    *value = (int64_t)wide;
}

void certlife__code_flag(struct codec *codec, bool *value)
{
    uint64_t wide = !codec->reading && *value;
    number(codec, &wide, 1);
    codec->bad |= wide > 1;
    *value = wide == 1;
}

void certlife__code_text(struct codec *codec, char *text, size_t room)
{
    uint64_t len = codec->reading ? 0 : strlen(text);
    number(codec, &len, 2);
    if (len >= room) {
        codec->bad = true;
        return;
    }
    certlife__code_octets(codec, (uint8_t *)text, (size_t)len);
    if (codec->reading)
        text[codec->bad ? 0 : len] = '\0';
}

void certlife__code_serial(struct codec *codec, struct serial *serial)
{
    uint64_t len = serial->len;
    number(codec, &len, 1);
    if (len > sizeof serial->octets) {
        codec->bad = true;
        return;
    }
    serial->len = (uint8_t)len;
    certlife__code_octets(codec, serial->octets, serial->len);
}

void certlife__code_certificate(struct codec *codec, struct certificate *certificate)
{
    certlife__code_serial(codec, &certificate->serial);
    if (certificate->serial.len == 0)
        return;
    certlife__code_i32(codec, &certificate->medium);
    certlife__code_i32(codec, &certificate->issued_by);
    certlife__code_i64(codec, &certificate->not_before);
    certlife__code_i64(codec, &certificate->not_after);
    certlife__code_i64(codec, &certificate->issued_at);
    certlife__code_i64(codec, &certificate->confirmed_at);
    certlife__code_i64(codec, &certificate->replaced_at);
    certlife__code_i64(codec, &certificate->revoked_at);
    certlife__code_i32(codec, &certificate->reason);
    certlife__code_octets(codec, certificate->key_hash, sizeof certificate->key_hash);
}

void certlife__code_rest(struct codec *codec, struct bytes *bytes)
{
    if (!codec->reading) {
        write_bytes(&codec->writer, *bytes);
        return;
    }
    codec->bad |= codec->rest.len > REST_MAX;
    *bytes = codec->rest;
    codec->rest.len = 0;
}
