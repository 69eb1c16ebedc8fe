/* SPDX-License-Identifier: Apache-2.0 */
/* A notice as it is handed out: what the facts say of it at that moment. */
#include "acts/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "ports/crypto.h"
#include "rules/window.h"

void certlife__noticed_empty(struct noticed_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].members);
    list->count = 0;
    list->more = false;
}

void certlife__noticed_free(struct noticed_list *list)
{
    certlife__noticed_empty(list);
    free(list->items);
    *list = (struct noticed_list){.items = NULL};
}

struct noticed *certlife__noticed_add(struct noticed_list *list, certlife_error **err)
{
    if (list->count == list->room) {
        size_t room = list->room > 0 ? 2 * list->room : 8;
        struct noticed *items = realloc(list->items, room * sizeof *items);
        if (items == NULL) {
            certlife__fail(err, CERTLIFE_E_MEMORY, "notices: no memory");
            return NULL;
        }
        list->items = items;
        list->room = room;
    }
    struct noticed *noticed = &list->items[list->count++];
    memset(noticed, 0, sizeof *noticed);
    return noticed;
}

int certlife__noticed_add_member(const struct ledger *ledger, const struct user *user,
                                 const struct certificate *certificate, struct noticed *noticed, certlife_error **err)
{
    struct member *members = realloc(noticed->members, (noticed->member_count + 1) * sizeof *members);
    if (members == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "notices: no memory");
    noticed->members = members;
    struct member *member = &members[noticed->member_count++];
    *member = (struct member){
        .serial = certificate->serial,
        .expiry = certificate->not_after,
        .days_left = certlife__window_days_left(ledger->profile, ledger->now, certificate->not_after),
    };
    certlife__text_copy(member->user, sizeof member->user, user->id);
    if (noticed->member_count == 1 || member->days_left < noticed->days_left)
        noticed->days_left = member->days_left;
    return 0;
}

/* The certificate it is about, which may have left the user's row; one that does not exist where it is about none. */
static int find_certificate(const struct ledger *ledger, const struct user *user, const struct chain *chain,
                            struct certificate *out, certlife_error **err)
{
    struct certificate_record record;
    bool found = false,
         about = chain->topic == TOPIC_CERTIFICATE || chain->topic == TOPIC_ISSUED || chain->topic == TOPIC_REVOKED;
    *out = (struct certificate){0};
    if (!about)
        return 0;
    if (serial_equal(&user->current.serial, &chain->about))
        *out = user->current;
    else if (serial_equal(&user->unconfirmed.serial, &chain->about))
        *out = user->unconfirmed;
    if (certificate_exists(out))
        return 0;
    int rc = certlife__certificate_get(ledger->txn, &chain->about, &record, &found, err);
    if (rc == 0 && found)
        *out = record.facts;
    return rc;
}

static int64_t happened_at(enum notice_topic topic, notice_label label, const struct certificate *certificate,
                           const struct serial *about)
{
    if (topic == TOPIC_CERTIFICATE && label == 0)
        return certificate->not_after;
    if (topic == TOPIC_ISSUED)
        return certificate->issued_at;
    if (topic == TOPIC_REVOKED)
        return certificate->revoked_at;
    return topic == TOPIC_REISSUED ? certlife__notice_moment_of(about) : 0;
}

int certlife__noticed_fill(const struct ledger *ledger, const struct user *user, const struct user *master,
                           struct noticed *noticed, certlife_error **err)
{
    const struct certlife_profile *profile = ledger->profile;
    const struct user *addressee = noticed->chain.addressee == CERTLIFE_ADDRESSEE_MASTER ? master : user;
    struct certificate certificate;
    int rc = find_certificate(ledger, user, &noticed->chain, &certificate, err);
    if (rc < 0)
        return rc;
    certlife__text_copy(noticed->addressee_user, sizeof noticed->addressee_user, addressee->id);
    certlife__text_copy(noticed->email, sizeof noticed->email, addressee->email);
    noticed->language = profile->notice_language;
    noticed->renew_later_at = user->renew_later_at;
    noticed->happened_at = happened_at(noticed->chain.topic, noticed->label, &certificate, &noticed->chain.about);
    if (certificate_exists(&certificate)) {
        noticed->serial = certificate.serial;
        noticed->expiry = certificate.not_after;
        noticed->renew_by = certlife__window_renewal_closes(profile, certificate.not_after);
        noticed->waits_to_install = certificate_usable(&user->unconfirmed, ledger->now) &&
                                    !serial_equal(&user->unconfirmed.serial, &certificate.serial);
    }
    bool authorisation = noticed->chain.topic == TOPIC_AUTHORISATION || noticed->chain.topic == TOPIC_REISSUED;
    if (authorisation && certlife__notice_moment_of(&noticed->chain.about) == user->authorised_at)
        noticed->obtain_by = user->obtain_by;
    int64_t last_day = certificate_exists(&certificate) ? certificate.not_after : noticed->obtain_by;
    if (last_day != 0 && last_day != NO_LIMIT)
        noticed->days_left = certlife__window_days_left(profile, ledger->now, last_day);
    return 0;
}

int certlife__noticed_key(const struct certlife_institution *institution, const struct noticed *noticed,
                          char out[NOTICE_KEY_LEN + 1], certlife_error **err)
{
    uint8_t room[256], hash[HASH_LEN];
    struct writer w = writer_into(room, sizeof room);
    write_bytes(&w, bytes_of(noticed->chain.contract, strlen(noticed->chain.contract) + 1));
    write_bytes(&w, bytes_of(noticed->chain.user, strlen(noticed->chain.user) + 1));
    write_u8(&w, (uint8_t)noticed->chain.topic);
    write_u8(&w, (uint8_t)noticed->chain.addressee);
    write_number(&w, (uint64_t)noticed->label, 8);
    write_bytes(&w, bytes_of(noticed->chain.about.octets, noticed->chain.about.len));
    int rc = certlife__crypto_sha256(institution->crypto, bytes_of(room, w.len), hash, err);
    if (rc == 0)
        certlife__hex_write(hash, NOTICE_KEY_LEN / 2, out);
    return rc;
}
