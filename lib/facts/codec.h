/* SPDX-License-Identifier: Apache-2.0 */
/* One description of a record both writes and reads it, so the two cannot differ. Every record begins with its version. */
#ifndef CERTLIFE_FACTS_CODEC_H
#define CERTLIFE_FACTS_CODEC_H

#include "base/bytes.h"
#include "base/records.h"

struct codec {
    struct writer writer;
    struct bytes rest; /* reading: what is left */
    bool reading;
    bool bad; /* reading: the record is not what was written; writing: no room */
};

struct codec certlife__codec_writing(uint8_t *room, size_t len);
struct codec certlife__codec_reading(struct bytes record);
/* True if a whole record was read, or written. */
bool certlife__codec_done(const struct codec *codec);

void certlife__code_version(struct codec *codec, uint8_t version);
void certlife__code_i32(struct codec *codec, int32_t *value);
void certlife__code_i64(struct codec *codec, int64_t *value);
void certlife__code_flag(struct codec *codec, bool *value);
/* Text with NUL in `room` bytes. */
void certlife__code_text(struct codec *codec, char *text, size_t room);
void certlife__code_octets(struct codec *codec, uint8_t *octets, size_t len);
void certlife__code_serial(struct codec *codec, struct serial *serial);
void certlife__code_certificate(struct codec *codec, struct certificate *certificate);
/* The last field, a certificate or a request: all that is left, borrowed; not more than whoever copies it has room for. */
#define REST_MAX CERTLIFE_CERTIFICATE_MAX
void certlife__code_rest(struct codec *codec, struct bytes *bytes);

#endif
