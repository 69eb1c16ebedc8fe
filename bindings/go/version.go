// SPDX-License-Identifier: Apache-2.0

package certlife

// #cgo pkg-config: libcertlife
// #include "call.h"
import "C"

// Version returns the running library's version, "1.0.0".
func Version() string { return C.GoString(C.certlife_version()) }

// VersionNumber returns it as a number that rises with every release: 1.2.3 is 0x010203.
func VersionNumber() int { return int(C.certlife_version_number()) }

// HeaderVersionNumber is that of the headers this package was compiled with.
const HeaderVersionNumber = C.CERTLIFE_VERSION_NUMBER

// BuildInfo returns one line that names the compiled-in backends and their versions, for a bug report.
func BuildInfo() string { return C.GoString(C.certlife_build_info()) }
