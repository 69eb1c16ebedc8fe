// SPDX-License-Identifier: Apache-2.0

package certlife_test

import (
	"testing"

	"certlife.example/go/certlife/internal/testbank"
)

func TestMain(m *testing.M) { testbank.Main(m) }
