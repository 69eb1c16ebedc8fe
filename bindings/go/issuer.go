// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
// #include "callbacks.h"
import "C"

import (
	"context"
	"crypto/x509"
	"math/big"
	"time"
)

// An Issuer signs the certificates. Any goroutine may use it. Closing it closes the institutions with it.
type Issuer struct {
	h      *handle
	c      *C.certlife_issuer
	crypto *Crypto // keeps it from being found unreachable
}

// OpenLocalIssuer makes a CA in this process, from PEM or DER: its certificate and its private key (not encrypted).
// ErrIssuer if the key does not belong to the certificate, or the certificate is not a CA's; ErrMalformed if one of them
// cannot be read.
func OpenLocalIssuer(crypto *Crypto, certificate, key []byte) (*Issuer, error) {
	k, err := begin(context.Background(), crypto.h)
	if err != nil {
		return nil, err
	}
	defer k.end()
	cert, certLen := k.data(certificate)
	cKey, keyLen := k.data(key)
	return k.issuer("issuer local", crypto, func(out **C.certlife_issuer, err **C.certlife_error) C.int {
		return C.certlife_issuer_open_local(crypto.c, cert, certLen, cKey, keyLen, out, err)
	})
}

// OpenLocalIssuerFiles does the same from two files. ErrIssuer names the file that cannot be read.
func OpenLocalIssuerFiles(crypto *Crypto, certificatePath, keyPath string) (*Issuer, error) {
	k, err := begin(context.Background(), crypto.h)
	if err != nil {
		return nil, err
	}
	defer k.end()
	cert, key := k.text("certificate path", certificatePath), k.text("key path", keyPath)
	return k.issuer("issuer local", crypto, func(out **C.certlife_issuer, err **C.certlife_error) C.int {
		return C.certlife_issuer_open_local_files(crypto.c, cert, key, out, err)
	})
}

// OpenAuthority knows the CA's certificate (PEM or DER) and cannot issue: for a front server that only checks logins.
func OpenAuthority(certificate []byte) (*Issuer, error) {
	k, err := begin(context.Background())
	if err != nil {
		return nil, err
	}
	defer k.end()
	cert, certLen := k.data(certificate)
	return k.issuer("issuer authority", nil, func(out **C.certlife_issuer, err **C.certlife_error) C.int {
		return C.certlife_issuer_open_authority(cert, certLen, out, err)
	})
}

// MakeTestCA makes a key and a self-signed CA certificate, both PEM, for tests and demonstrations: 256 or 384 bits for
// ECDSA, 2048 to 4096 for RSA; both moments inclusive.
func MakeTestCA(crypto *Crypto, name string, bits int, notBefore, notAfter time.Time) (certificate, key []byte, err error) {
	k, err := begin(context.Background(), crypto.h)
	if err != nil {
		return nil, nil, err
	}
	defer k.end()
	const room = 16384
	cName, cBits := k.text("name", name), k.int32("bits", bits)
	cert, cKey := (*C.char)(k.bytes(room)), (*C.char)(k.bytes(room))
	_, err = k.do(func(err **C.certlife_error) C.int {
		return C.certlife_issuer_make_test_ca(crypto.c, cName, cBits, C.int64_t(notBefore.Unix()),
			C.int64_t(notAfter.Unix()), cert, room, cKey, room, err)
	})
	if err != nil {
		return nil, nil, err
	}
	return []byte(C.GoString(cert)), []byte(C.GoString(cKey)), nil
}

// An IssuerAnswer is what an IssuerBackend answers.
type IssuerAnswer int32

const (
	Issued   IssuerAnswer = C.CERTLIFE_ISSUER_ISSUED
	Later    IssuerAnswer = C.CERTLIFE_ISSUER_LATER    // ask again with Poll
	Rejected IssuerAnswer = C.CERTLIFE_ISSUER_REJECTED // will never be issued
	// NeverHeard is for Poll only: that order is not known; Issue is then called with it again.
	NeverHeard IssuerAnswer = C.CERTLIFE_ISSUER_UNKNOWN
)

// An IssuerOrder is what is to be issued. It may be kept.
type IssuerOrder struct {
	ID                  []byte   // names this order for ever, also across restarts; 20 bytes
	Serial              *big.Int // the serial number wanted; an outside CA may choose its own
	SPKI                []byte   // the subject's SubjectPublicKeyInfo, DER, as for x509.ParsePKIXPublicKey
	Request             []byte   // the whole request, DER, as for x509.ParseCertificateRequest
	Organization        string   // subject O
	Unit                string   // subject OU: the contract
	CommonName          string   // subject CN: the user
	NotBefore, NotAfter time.Time
	CRLURL              string // CRL distribution point
}

func orderOf(c *C.certlife_issuer_order) *IssuerOrder {
	return &IssuerOrder{
		ID:           clone(c.id, c.id_len),
		Serial:       new(big.Int).SetBytes(borrow(c.serial, c.serial_len)),
		SPKI:         clone(c.spki, c.spki_len),
		Request:      clone(c.request, c.request_len),
		Organization: C.GoString(c.organization),
		Unit:         C.GoString(c.unit),
		CommonName:   C.GoString(c.common_name),
		NotBefore:    moment(c.not_before),
		NotAfter:     moment(c.not_after),
		CRLURL:       C.GoString(c.crl_url),
	}
}

// An IssuerBackend is an issuer written in Go, which may ask a CA elsewhere. It is called outside any transaction, from
// many goroutines, with the context of the call. What it returns is checked before it is recorded, and recorded before
// anybody gets it. Its errors and panics are as a StoreBackend's.
type IssuerBackend interface {
	// Issue answers Issued with the certificate's DER, Later, or Rejected. The same order asked twice gives the same
	// certificate.
	Issue(ctx context.Context, order *IssuerOrder) (IssuerAnswer, []byte, error)
	// Poll says what has become of an order for which Issue answered Later, or did not answer.
	Poll(ctx context.Context, id []byte) (IssuerAnswer, []byte, error)
}

// NewIssuer makes an issuer of a backend written in Go. `name` is for messages; `authority` is the issuer's own
// certificate. `local`: issuing leaves no trace outside this process; a certificate that was signed but not recorded
// never existed.
func NewIssuer(name string, authority *x509.Certificate, local bool, backend IssuerBackend) (*Issuer, error) {
	k, err := begin(context.Background())
	if err != nil {
		return nil, err
	}
	defer k.end()
	part, forget, err := k.part(name, &issuerPart{"issuer " + name, backend})
	if err != nil {
		return nil, err
	}
	capabilities := C.uint32_t(0)
	if local {
		capabilities = C.CERTLIFE_ISSUER_LOCAL
	}
	der, derLen := k.data(authority.Raw)
	i, err := k.issuer("issuer "+name, nil, func(out **C.certlife_issuer, err **C.certlife_error) C.int {
		return C.certlife_go_issuer_new(part, capabilities, der, derLen, out, err)
	})
	if err != nil {
		forget()
		return nil, err
	}
	i.h.host = true
	free := i.h.free
	i.h.free = func() error {
		defer forget()
		return free()
	}
	return i, nil
}

// issuer makes the handle, on the crypto that the call has entered, if any.
func (k *call) issuer(what string, crypto *Crypto,
	fn func(**C.certlife_issuer, **C.certlife_error) C.int) (*Issuer, error) {
	out := (**C.certlife_issuer)(k.out())
	if _, err := k.do(func(err **C.certlife_error) C.int { return fn(out, err) }); err != nil {
		return nil, err
	}
	made := *out
	i := &Issuer{c: made, crypto: crypto}
	i.h = newHandle(what, false, func() error {
		C.certlife_issuer_close(made)
		return nil
	}, append([]*handle(nil), k.handles...)...)
	return watch(i, i.h), nil
}

// Close closes the institutions with it, and then the issuer. A second one does nothing.
func (i *Issuer) Close() error {
	if i == nil {
		return nil
	}
	return i.h.close("")
}
