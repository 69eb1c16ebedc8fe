// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
import "C"

import (
	"crypto/x509"
	"time"
	"unsafe"
)

// A Medium is where the key lives (媒体).
type Medium int32

const (
	MediumPC       Medium = C.CERTLIFE_MEDIUM_PC
	MediumUSBToken Medium = C.CERTLIFE_MEDIUM_USB_TOKEN
)

func (m Medium) String() string { return C.GoString(C.certlife_medium_name(C.certlife_medium(m))) }

// A Reason is why a certificate was revoked: a CRLReason of RFC 5280.
type Reason int32

const (
	ReasonUnspecified        Reason = C.CERTLIFE_REASON_UNSPECIFIED
	ReasonKeyCompromise      Reason = C.CERTLIFE_REASON_KEY_COMPROMISE
	ReasonAffiliationChanged Reason = C.CERTLIFE_REASON_AFFILIATION_CHANGED
	ReasonSuperseded         Reason = C.CERTLIFE_REASON_SUPERSEDED
	ReasonCessation          Reason = C.CERTLIFE_REASON_CESSATION
	ReasonPrivilegeWithdrawn Reason = C.CERTLIFE_REASON_PRIVILEGE_WITHDRAWN
)

func (r Reason) String() string { return C.GoString(C.certlife_reason_name(C.certlife_reason(r))) }

// A CertificateState is what has become of a certificate, as of the call that returned it.
type CertificateState int32

const (
	CertificateUnconfirmed CertificateState = C.CERTLIFE_CERTIFICATE_UNCONFIRMED // issued, not yet confirmed as installed
	CertificateValid       CertificateState = C.CERTLIFE_CERTIFICATE_VALID
	CertificateExpired     CertificateState = C.CERTLIFE_CERTIFICATE_EXPIRED
	CertificateReplaced    CertificateState = C.CERTLIFE_CERTIFICATE_REPLACED // a renewed one was confirmed
	CertificateRevoked     CertificateState = C.CERTLIFE_CERTIFICATE_REVOKED
)

func (s CertificateState) String() string {
	return C.GoString(C.certlife_certificate_state_name(C.certlife_certificate_state(s)))
}

// A Certificate is a snapshot of one issued certificate and what became of it.
type Certificate struct {
	DER                 []byte
	PEM                 string
	Serial              string // lower-case hexadecimal, as the bank's screens print it
	Contract, User      string
	Medium              Medium
	State               CertificateState
	NotBefore, NotAfter time.Time // both inclusive
	ConfirmedAt         time.Time // zero for not, like the next two
	ReplacedAt          time.Time
	RevokedAt           time.Time
	Reason              Reason // of a revoked one (R-REV-7), like the next two
	RevokedBy           string // "user keir001", "branch yamada"
	Application         string // the written application's number
}

// X509 parses the DER.
func (c *Certificate) X509() (*x509.Certificate, error) { return x509.ParseCertificate(c.DER) }

func certificateOf(c *C.certlife_certificate) *Certificate {
	var der *C.uint8_t
	size := C.certlife_certificate_der(c, &der)
	return &Certificate{
		DER:         C.GoBytes(unsafe.Pointer(der), C.int(size)),
		PEM:         C.GoString(C.certlife_certificate_pem(c)),
		Serial:      C.GoString(C.certlife_certificate_serial(c)),
		Contract:    C.GoString(C.certlife_certificate_contract(c)),
		User:        C.GoString(C.certlife_certificate_user(c)),
		Medium:      Medium(C.certlife_certificate_medium(c)),
		State:       CertificateState(C.certlife_certificate_state_of(c)),
		NotBefore:   moment(C.certlife_certificate_not_before(c)),
		NotAfter:    moment(C.certlife_certificate_not_after(c)),
		ConfirmedAt: moment(C.certlife_certificate_confirmed_at(c)),
		ReplacedAt:  moment(C.certlife_certificate_replaced_at(c)),
		RevokedAt:   moment(C.certlife_certificate_revoked_at(c)),
		Reason:      Reason(C.certlife_certificate_reason(c)),
		RevokedBy:   C.GoString(C.certlife_certificate_revoked_by(c)),
		Application: C.GoString(C.certlife_certificate_application(c)),
	}
}

// takeCertificate copies and frees the certificate that an allowed call has returned.
func takeCertificate(out **C.certlife_certificate, d Decision, err error) (*Certificate, Decision, error) {
	if !d.Allowed() {
		return nil, d, err
	}
	defer C.certlife_certificate_free(*out)
	return certificateOf(*out), d, nil
}
