// SPDX-License-Identifier: Apache-2.0

// Package certlife is libcertlife for Go: the life of client certificates (電子証明書) in internet banking for companies.
//
// A host program opens an Institution on a Store, registers contracts and users, and asks for acts. Every call answers in
// one of three ways, never mixed:
//
//   - allowed: the Decision says so (Decision.Allowed), and the result, if the call has one, is there;
//   - refused: the Decision says why, in words fit to show a user; the result is nil, the error is nil, nothing changed;
//   - failed: the error says why (errors.Is with ErrBusy and so on, errors.As with *Error); nothing changed.
//
// So who forgets to look at the decision has a nil certificate or a nil login, and lets nobody in.
//
// # Handles
//
// Store, Crypto, Issuer, Profile, Institution and NoticePage hold something of C's and are closed with Close; everything
// else is a value. Close waits for the calls under way. Closing a Store, Crypto or Issuer closes what was built on it
// first; a later call on that is ErrMisuse, says which handle was closed, and errors.Is fs.ErrClosed. What is never closed
// is reported, not closed, when the garbage collector finds it (OnLeak); OpenHandles lists what is open.
//
// # Goroutines and contexts
//
// Any goroutine may use any handle. A context that has ended before a call begins makes it return ctx.Err() and do
// nothing. A call into C that is under way is not interrupted: it ends by itself, when the store's lock and the disk have
// answered. Stores and issuers written in Go are given the call's context and may end early by it.
//
// After a fork, which Go programs do not do without an exec, calls answer ErrForked.
//
// # Times
//
// Times are in UTC and in whole seconds. The zero Time is none; Never is where the profile sets no limit.
package certlife
