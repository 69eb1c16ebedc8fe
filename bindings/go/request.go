// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
import "C"

import "crypto/x509"

// A Request is what a user's PC sends to get a certificate. Only the public key crosses from it into the certificate
// (R-ISS-6).
type Request struct {
	PKCS10  []byte // DER up to 16 KiB or PEM up to 64 KiB, for an ECDSA key on P-256 or P-384, or RSA 2048 to 4096
	Medium  Medium // R-OBT-8
	Channel string // R-OBT-7: browser and way, "edge/app"; may be "" where the profile's channels are "any"
}

// RequestOf is a request that was parsed before, for a key on a PC.
func RequestOf(csr *x509.CertificateRequest) Request {
	return Request{PKCS10: csr.Raw, Medium: MediumPC}
}

func (k *call) request(r *Request) *C.certlife_request {
	c := (*C.certlife_request)(k.bytes(C.sizeof_certlife_request))
	*c = C.certlife_request{size: C.sizeof_certlife_request, medium: C.certlife_medium(r.Medium)}
	c.pkcs10, c.pkcs10_len = k.data(r.PKCS10)
	c.channel = k.optional("channel", r.Channel)
	return c
}
