// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
// #include "callbacks.h"
import "C"

import "context"

// A Crypto is hashes, random numbers and signatures. Any goroutine may use it. Closing it closes the issuers and
// institutions on it.
type Crypto struct {
	h *handle
	c *C.certlife_crypto
}

// NewMbedTLS returns mbedTLS with its own seeded random generator.
func NewMbedTLS() (*Crypto, error) {
	k, err := begin(context.Background())
	if err != nil {
		return nil, err
	}
	defer k.end()
	return k.crypto("crypto mbedtls", func(out **C.certlife_crypto, err **C.certlife_error) C.int {
		return C.certlife_crypto_new_mbedtls(out, err)
	})
}

// A Signature is a signature algorithm: RSA is PKCS #1 v1.5, ECDSA signatures are DER.
type Signature int32

const (
	SignatureRSASHA256   Signature = C.CERTLIFE_SIGNATURE_RSA_SHA256
	SignatureRSASHA384   Signature = C.CERTLIFE_SIGNATURE_RSA_SHA384
	SignatureRSASHA512   Signature = C.CERTLIFE_SIGNATURE_RSA_SHA512
	SignatureECDSASHA256 Signature = C.CERTLIFE_SIGNATURE_ECDSA_SHA256
	SignatureECDSASHA384 Signature = C.CERTLIFE_SIGNATURE_ECDSA_SHA384
	SignatureECDSASHA512 Signature = C.CERTLIFE_SIGNATURE_ECDSA_SHA512
)

// A CryptoBackend is crypto written in Go, as for a hardware module. All of it may be called from many goroutines at
// once. What it is given is good during the call only. Its errors and panics are as a StoreBackend's.
type CryptoBackend interface {
	SHA256(data []byte) ([32]byte, error)
	Random(out []byte) error
	// OpenKey opens a private key from its PEM or DER text (PKCS #8, SEC1 or PKCS #1, not encrypted).
	OpenKey(text []byte) (CryptoKey, error)
	// GenerateKey makes a new one: 256 or 384 bits for ECDSA (P-256, P-384), 2048 to 4096 for RSA.
	GenerateKey(bits int) (CryptoKey, error)
	// Verify says whether the signature is good under this public key; a key or signature that cannot be read is not.
	Verify(spki []byte, algorithm Signature, message, signature []byte) (good bool, err error)
	// KeySound says whether the public key itself is sound.
	KeySound(spki []byte) (sound bool, err error)
}

// A CryptoKey is a private key of a CryptoBackend.
type CryptoKey interface {
	PEM() ([]byte, error)    // unencrypted
	Public() ([]byte, error) // DER SubjectPublicKeyInfo
	Sign(algorithm Signature, message []byte) ([]byte, error)
	Close() error
}

// NewCrypto makes crypto of a backend written in Go. `name` is for messages.
func NewCrypto(name string, backend CryptoBackend) (*Crypto, error) {
	k, err := begin(context.Background())
	if err != nil {
		return nil, err
	}
	defer k.end()
	part, forget, err := k.part(name, &cryptoPart{"crypto " + name, backend})
	if err != nil {
		return nil, err
	}
	c, err := k.crypto("crypto "+name, func(out **C.certlife_crypto, err **C.certlife_error) C.int {
		return C.certlife_go_crypto_new(part, out, err)
	})
	if err != nil {
		forget()
		return nil, err
	}
	c.h.host = true
	free := c.h.free
	c.h.free = func() error {
		defer forget()
		return free()
	}
	return c, nil
}

func (k *call) crypto(what string, fn func(**C.certlife_crypto, **C.certlife_error) C.int) (*Crypto, error) {
	out := (**C.certlife_crypto)(k.out())
	if _, err := k.do(func(err **C.certlife_error) C.int { return fn(out, err) }); err != nil {
		return nil, err
	}
	made := *out
	c := &Crypto{c: made}
	c.h = newHandle(what, false, func() error {
		C.certlife_crypto_free(made)
		return nil
	})
	return watch(c, c.h), nil
}

// Close closes the issuers and institutions on it, and frees it. A second one does nothing.
func (c *Crypto) Close() error {
	if c == nil {
		return nil
	}
	return c.h.close("")
}
