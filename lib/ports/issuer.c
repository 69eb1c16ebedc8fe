/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/issuer.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"

struct certlife_issuer {
    certlife_issuer_class klass; /* a copy: a class of an older, shorter kind is filled up with NULL */
    void *self;
    pid_t owner;
};

static const char *missing_slot(const certlife_issuer_class *klass)
{
    if (klass->name == NULL)
        return "name";
    if (klass->authority == NULL)
        return "authority";
    if (klass->issue == NULL)
        return "issue";
    /* Only what is local leaves nothing behind that would have to be asked for. */
    if (klass->poll == NULL && (klass->capabilities & CERTLIFE_ISSUER_LOCAL) == 0)
        return "poll";
    return NULL;
}

int certlife_issuer_new(const certlife_issuer_class *klass, void *self, certlife_issuer **out, certlife_error **err)
{
    CHECK_USE(klass != NULL, err);
    CHECK_USE(out != NULL, err);
    certlife_issuer_class copy = {0};
    memcpy(&copy, klass, klass->size < sizeof copy ? klass->size : sizeof copy);
    const char *missing = missing_slot(&copy);
    if (missing != NULL)
        return certlife__fail(err, CERTLIFE_E_INVALID, "issuer %s: slot %s is missing",
                              copy.name != NULL ? copy.name : "class", missing);
    certlife_issuer *issuer = calloc(1, sizeof *issuer);
    if (issuer == NULL)
        return certlife__fail(err, CERTLIFE_E_MEMORY, "issuer %s: no memory", copy.name);
    issuer->klass = copy;
    issuer->self = self;
    issuer->owner = getpid();
    *out = issuer;
    return 0;
}

void certlife_issuer_close(certlife_issuer *issuer)
{
    if (issuer == NULL)
        return;
    if (issuer->klass.free != NULL)
        issuer->klass.free(issuer->self);
    free(issuer);
}

bool certlife__issuer_is_local(const certlife_issuer *issuer)
{
    return (issuer->klass.capabilities & CERTLIFE_ISSUER_LOCAL) != 0;
}

const char *certlife__issuer_name(const certlife_issuer *issuer)
{
    return issuer->klass.name;
}

/* A slot's answer, made one that can be trusted: 0 to `most`, or a known failure that is described. */
static int settle(const certlife_issuer *issuer, const char *slot, int answer, int most, certlife_error **err)
{
    if (answer >= 0 && answer <= most)
        return answer;
    bool known = answer < 0 && certlife_error_class_for(answer) != 0;
    if (known)
        return certlife__fail(err, answer, "issuer %s: %s failed", issuer->klass.name, slot);
    return certlife__fail_backend(err, CERTLIFE_E_ISSUER, answer, issuer->klass.name,
                                  "issuer %s: %s gave an answer it must not give: %d", issuer->klass.name, slot,
                                  answer);
}

int certlife__issuer_authority(certlife_issuer *issuer, struct bytes *der_out, certlife_error **err)
{
    const uint8_t *der = NULL;
    size_t len = 0;
    if (issuer->owner != getpid())
        return certlife__fail(err, CERTLIFE_E_FORKED, "issuer %s: was opened before fork()", issuer->klass.name);
    int rc = settle(issuer, "authority", issuer->klass.authority(issuer->self, &der, &len, err), 0, err);
    if (rc < 0)
        return rc;
    if (der == NULL || len == 0)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer %s: authority gave no certificate", issuer->klass.name);
    *der_out = bytes_of(der, len);
    return 0;
}

/* The answer of `issue` or `poll`, with what it wrote. */
static int settle_certificate(const certlife_issuer *issuer, const char *slot, int answer, int most, size_t len,
                              size_t *room, certlife_error **err)
{
    int rc = settle(issuer, slot, answer, most, err);
    if (rc != CERTLIFE_ISSUER_ISSUED)
        return rc;
    if (len == 0 || len > *room)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer %s: %s gave a certificate of %zu octets where %zu fit",
                              issuer->klass.name, slot, len, *room);
    *room = len;
    return rc;
}

int certlife__issuer_issue(certlife_issuer *issuer, const certlife_issuer_order *order, uint8_t *out,
                           size_t *len_in_out, certlife_error **err)
{
    size_t len = *len_in_out;
    int answer = issuer->klass.issue(issuer->self, order, out, &len, err);
    if (answer == CERTLIFE_ISSUER_LATER && issuer->klass.poll == NULL)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer %s: issue answered later, but slot poll is missing",
                              issuer->klass.name);
    return settle_certificate(issuer, "issue", answer, CERTLIFE_ISSUER_REJECTED, len, len_in_out, err);
}

int certlife__issuer_poll(certlife_issuer *issuer, struct bytes id, uint8_t *out, size_t *len_in_out,
                          certlife_error **err)
{
    if (issuer->klass.poll == NULL)
        return certlife__fail(err, CERTLIFE_E_ISSUER, "issuer %s: slot poll is missing", issuer->klass.name);
    size_t len = *len_in_out;
    int answer = issuer->klass.poll(issuer->self, id.data, id.len, out, &len, err);
    return settle_certificate(issuer, "poll", answer, CERTLIFE_ISSUER_UNKNOWN, len, len_in_out, err);
}
