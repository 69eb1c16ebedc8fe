// SPDX-License-Identifier: Apache-2.0

package certlife_test

import (
	"sort"
	"syscall"
	"testing"
	"time"

	"certlife.example/go/certlife"
	"certlife.example/go/certlife/internal/cbench"
	"certlife.example/go/certlife/internal/testbank"
)

// BenchmarkLogin is one login check through the binding.
func BenchmarkLogin(b *testing.B) {
	bank := loginBank(b)
	user := bank.User(testbank.Master)
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n++ {
		checkOnce(b, bank.Institution, user)
	}
}

// BenchmarkLoginParallel is the same from all processors.
func BenchmarkLoginParallel(b *testing.B) {
	bank := loginBank(b)
	user := bank.User(testbank.Master)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			checkOnce(b, bank.Institution, user)
		}
	})
}

// BenchmarkLoginBeyondC compares with C, turn by turn in one run: the difference in microseconds of processor time a
// check, the garbage collector's included.
func BenchmarkLoginBeyondC(b *testing.B) {
	const rounds, times = 31, 5000
	bank := loginBank(b)
	user := bank.User(testbank.Master)
	c, err := cbench.Open(bank.Request("another").PKCS10)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	var inC, beyond []float64
	for n := 0; n < rounds; n++ {
		start := spent(b)
		if err := c.Checks(times); err != nil {
			b.Fatal(err)
		}
		middle := spent(b)
		for n := 0; n < times; n++ {
			checkOnce(b, bank.Institution, user)
		}
		one := float64(middle-start) / times / 1e3
		inC = append(inC, one)
		beyond = append(beyond, float64(spent(b)-middle)/times/1e3-one)
	}
	sort.Float64s(inC)
	sort.Float64s(beyond)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(inC[rounds/2], "C-µs")
	b.ReportMetric(beyond[0], "min-µs-beyond")
	b.ReportMetric(beyond[rounds/2], "median-µs-beyond")
	b.ReportMetric(beyond[rounds-1], "max-µs-beyond")
}

// spent is the processor time of this process.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// loginBank has the system's clock: one in Go would be called back.
func loginBank(b *testing.B) *testbank.Bank {
	bank := testbank.New(b)
	options := bank.Options()
	options.Clock = nil
	if err := bank.Institution.Close(); err != nil {
		b.Fatal(err)
	}
	bank.Institution = testbank.Must[*certlife.Institution](b)(certlife.Open(testbank.Ctx, options))
	checkOnce(b, bank.Institution, bank.User(testbank.Master))
	return bank
}

func checkOnce(b *testing.B, bank *certlife.Institution, user certlife.Actor) {
	login, d, err := bank.CheckLogin(testbank.Ctx, user, certlife.LoginLook)
	if err != nil || login == nil {
		b.Fatal(err, d.Line)
	}
}
