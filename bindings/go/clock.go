// SPDX-License-Identifier: Apache-2.0

package certlife

import "time"

// A Clock tells the time. The library reads it once in each call (R-TIM-3), from any goroutine; parts of a second are
// cut off. An error comes out of the call.
type Clock interface {
	Now() (time.Time, error)
}

// ClockFunc makes a Clock of a function:
//
//	options.Clock = certlife.ClockFunc(func() (time.Time, error) { return noon, nil })
type ClockFunc func() (time.Time, error)

// Now calls the function.
func (f ClockFunc) Now() (time.Time, error) { return f() }
