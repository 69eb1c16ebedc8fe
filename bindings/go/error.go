// SPDX-License-Identifier: Apache-2.0

package certlife

// #include "call.h"
import "C"

import "io/fs"

// An ErrorClass says what to do about a failure.
type ErrorClass int32

const (
	ClassRetry    ErrorClass = C.CERTLIFE_CLASS_RETRY    // call again, later
	ClassCall     ErrorClass = C.CERTLIFE_CLASS_CALL     // the call is wrong: mend the program, or show the message
	ClassOperator ErrorClass = C.CERTLIFE_CLASS_OPERATOR // somebody must look at the machine, store, issuer or clock
	ClassBug      ErrorClass = C.CERTLIFE_CLASS_BUG      // please report it
)

// An ErrorCode is the kind of a failure, and itself an error to compare with:
//
//	if errors.Is(err, certlife.ErrStoreFull) { ... }
//
// A store or an issuer written in Go may return one, as it is or wrapped.
type ErrorCode int32

const (
	ErrMisuse       ErrorCode = C.CERTLIFE_E_MISUSE
	ErrInvalid      ErrorCode = C.CERTLIFE_E_INVALID
	ErrMalformed    ErrorCode = C.CERTLIFE_E_MALFORMED
	ErrForked       ErrorCode = C.CERTLIFE_E_FORKED
	ErrMemory       ErrorCode = C.CERTLIFE_E_MEMORY
	ErrBusy         ErrorCode = C.CERTLIFE_E_BUSY
	ErrStore        ErrorCode = C.CERTLIFE_E_STORE
	ErrStoreFull    ErrorCode = C.CERTLIFE_E_STORE_FULL
	ErrStoreVersion ErrorCode = C.CERTLIFE_E_STORE_VERSION
	ErrStoreCorrupt ErrorCode = C.CERTLIFE_E_STORE_CORRUPT
	ErrCrypto       ErrorCode = C.CERTLIFE_E_CRYPTO
	ErrIssuer       ErrorCode = C.CERTLIFE_E_ISSUER
	ErrClock        ErrorCode = C.CERTLIFE_E_CLOCK
	ErrHost         ErrorCode = C.CERTLIFE_E_HOST
	ErrInternal     ErrorCode = C.CERTLIFE_E_INTERNAL
)

// String returns the code's name, "STORE_FULL"; "UNKNOWN" for none.
func (c ErrorCode) String() string { return C.GoString(C.certlife_error_name(C.int(c))) }

// Error returns what the code means.
func (c ErrorCode) Error() string { return C.GoString(C.certlife_error_meaning(C.int(c))) }

// Class returns what to do about it; 0 for none.
func (c ErrorCode) Class() ErrorClass { return ErrorClass(C.certlife_error_class_for(C.int(c))) }

// An Error is a failure: nothing was changed. A refusal is none; see Decision.
type Error struct {
	Code        ErrorCode
	Class       ErrorClass
	Message     string // one line that begins with the subject and ends with the cause
	BackendCode int    // what the part below said: its own code (0 if none)
	BackendName string // and name, e.g. "lmdb"

	cause error
}

func (e *Error) Error() string { return e.Message }

// Is makes errors.Is(err, certlife.ErrBusy) work.
func (e *Error) Is(target error) bool {
	code, ok := target.(ErrorCode)
	return ok && code == e.Code
}

// Unwrap returns the error of a store, issuer, clock or crypto written in Go, the very value that it returned; and
// fs.ErrClosed where a closed handle was used.
func (e *Error) Unwrap() error { return e.cause }

func failure(code ErrorCode, message string, cause error) *Error {
	return &Error{Code: code, Class: code.Class(), Message: message, cause: cause}
}

func closedError(message string) *Error { return failure(ErrMisuse, message, fs.ErrClosed) }

// takeError copies an error of C's and frees it. `err` is never nil after a failure, unless there was no memory.
func takeError(rc C.int, err *C.certlife_error) *Error {
	if err == nil {
		return failure(ErrorCode(rc), ErrorCode(rc).Error(), nil)
	}
	defer C.certlife_error_free(err)
	return &Error{
		Code:        ErrorCode(C.certlife_error_code(err)),
		Class:       ErrorClass(C.certlife_error_class_of(err)),
		Message:     C.GoString(C.certlife_error_message(err)),
		BackendCode: int(C.certlife_error_backend_code(err)),
		BackendName: C.GoString(C.certlife_error_backend_name(err)),
	}
}
