// SPDX-License-Identifier: Apache-2.0

package certlife

// Abandon returns what closes a handle after its owner is gone, as a test of leaks must.
func Abandon(owner any) func() {
	var h *handle
	switch owner := owner.(type) {
	case *Profile:
		h = owner.h
	case *Store:
		h = owner.h
	}
	return func() { _ = h.close("") }
}
