/* SPDX-License-Identifier: Apache-2.0 */
#include "x509/request.h"

#include "x509/der.h"

_Static_assert(REQUEST_MAX == DER_MAX, "certlife__der_check bounds a request");

/* Attributes (RFC 2986, 4.1): each a type and at least one value. */
static bool are_attributes(struct bytes attributes)
{
    struct bytes attribute, type, values;
    while (attributes.len > 0) {
        if (!certlife__der_take(&attributes, DER_SEQUENCE, &attribute) ||
            !certlife__der_take(&attribute, DER_OID, &type) || !certlife__der_take(&attribute, DER_SET, &values) ||
            values.len == 0 || attribute.len != 0)
            return false;
    }
    return true;
}

static const char *read_info(struct bytes info, struct public_key *key)
{
    struct bytes rest, version, subject, spki, attributes;
    if (!certlife__der_only(info, DER_SEQUENCE, &rest))
        return "it is not a certification request";
    if (!certlife__der_take(&rest, DER_INTEGER, &version) || version.len != 1 || version.data[0] != 0)
        return "version is not 0";
    if (!certlife__der_take_whole(&rest, DER_SEQUENCE, &subject) || !certlife__der_is_name(subject))
        return "subject is not a name";
    if (!certlife__der_take_whole(&rest, DER_SEQUENCE, &spki) || !certlife__key_read(spki, key))
        return "public key is malformed";
    /* Some programs leave the attributes out where there are none. */
    if (rest.len > 0 && (!certlife__der_take(&rest, DER_CONTEXT_OF(0), &attributes) || !are_attributes(attributes)))
        return "attributes are malformed";
    return rest.len == 0 ? NULL : "something behind the attributes";
}

const char *certlife__request_read(struct bytes der, struct request *out)
{
    const char *wrong = certlife__der_check(der);
    if (wrong != NULL)
        return wrong;
    struct request request = {.der = der};
    struct bytes rest, identifier;
    if (!certlife__der_only(der, DER_SEQUENCE, &rest) || !certlife__der_take_whole(&rest, DER_SEQUENCE, &request.info))
        return "it is not a certification request";
    wrong = read_info(request.info, &request.key);
    if (wrong != NULL)
        return wrong;
    if (!certlife__der_take_whole(&rest, DER_SEQUENCE, &identifier))
        return "signature algorithm is malformed";
    if (!certlife__der_take_octets(&rest, &request.signature))
        return "signature is malformed";
    if (rest.len != 0)
        return "something behind the signature";
    request.algorithm = certlife__signature_of(identifier);
    *out = request;
    return NULL;
}
