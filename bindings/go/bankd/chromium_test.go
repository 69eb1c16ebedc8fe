// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The browser asks its user which certificate to present, unless a policy answers for them; and policies lie in a folder of
// the system. So it gets a system of its own: in a private mount namespace that folder is replaced, and nobody else sees it.
// And in a private process namespace everything that it started ends with it.
const withPolicy = `mount -t tmpfs policy /etc/chromium && mkdir -p /etc/chromium/policies/managed &&
printf '%s' "$1" >/etc/chromium/policies/managed/bankd.json && shift && exec "$@"`

// Any certificate that the site accepts will do: the computers of these tests have one or none.
const policy = `{"AutoSelectCertificateForUrls": ["{\"pattern\": \"https://[*.]example.jp\", \"filter\": {}}"]}`

func underPolicy(command ...string) *exec.Cmd {
	arguments := []string{"--mount", "--pid", "--fork", "--kill-child", "--mount-proc"}
	if os.Getuid() != 0 {
		arguments = append(arguments, "--map-root-user")
	}
	arguments = append(arguments, "sh", "-c", withPolicy, "sh", policy)
	return exec.Command("unshare", append(arguments, command...)...)
}

// needChromium skips the test, visibly, where there is no browser that could be driven.
func needChromium(t *testing.T) {
	for _, tool := range []string{"chromium", "chromedriver", "certutil", "pk12util", "openssl", "unshare"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no browser: %v", err)
		}
	}
	if out, err := underPolicy("true").CombinedOutput(); err != nil {
		t.Skipf("no browser: the policy that chooses the certificate cannot be set: %s", out)
	}
}

// browse opens Chromium on a computer, with the certificate that is there now, if any.
func (w *world) browse(p *pcTool, language string) *browser {
	w.t.Helper()
	home := w.t.TempDir()
	database := filepath.Join(home, ".pki/nssdb")
	if err := os.MkdirAll(database, 0o700); err != nil {
		w.t.Fatal(err)
	}
	run(w.t, "certutil", "-d", "sql:"+database, "-N", "--empty-password")
	run(w.t, "certutil", "-d", "sql:"+database, "-A", "-n", "site CA", "-t", "C,,",
		"-i", filepath.Join(w.folder, "site-ca.crt"))
	if _, err := os.Stat(p.in("current.pem")); err == nil {
		run(w.t, "openssl", "pkcs12", "-export", "-in", p.in("current.pem"), "-out", p.in("current.p12"),
			"-passout", "pass:bankd")
		run(w.t, "pk12util", "-d", "sql:"+database, "-i", p.in("current.p12"), "-W", "bankd")
	}
	return openBrowser(w.t, startDriver(w.t, home), map[string]any{
		"timeouts": map[string]any{"implicit": patience.Milliseconds(), "pageLoad": 60000},
		"goog:chromeOptions": map[string]any{
			"args": []string{
				"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--user-data-dir=" + filepath.Join(home, "chromium"), "--window-size=1060,1220", "--hide-scrollbars",
				"--host-resolver-rules=MAP *.example.jp 127.0.0.1",
			},
			"prefs": map[string]any{"intl.accept_languages": language, "download.default_directory": p.folder},
		},
	})
}

// startDriver starts a chromedriver, which ends with the test, and returns its address.
func startDriver(t *testing.T, home string) string {
	driver := underPolicy("chromedriver", "--port=0")
	driver.Env = append(os.Environ(), "HOME="+home, "TMPDIR="+home, "XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "XDG_CACHE_HOME=")
	out, err := driver.StdoutPipe()
	if err == nil {
		err = driver.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	port := 0
	for lines := bufio.NewScanner(out); port == 0 && lines.Scan(); {
		_, _ = fmt.Sscanf(lines.Text(), "ChromeDriver was started successfully on port %d.", &port)
	}
	address := fmt.Sprintf("http://127.0.0.1:%d", port)
	t.Cleanup(func() {
		if _, err := http.Get(address + "/shutdown"); err != nil {
			_ = driver.Process.Kill()
		}
		_ = driver.Wait() // until nothing is left that writes into the test's folders
	})
	if port == 0 {
		t.Fatal("chromedriver did not start")
	}
	return address
}

func run(t *testing.T, name string, arguments ...string) {
	t.Helper()
	if out, err := exec.Command(name, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(arguments, " "), err, out)
	}
}

// watchFolder returns a function that waits until a file of this name has come to a folder, as a download does when it is
// whole.
func watchFolder(t *testing.T, folder, name string) func() []byte {
	t.Helper()
	watch, err := syscall.InotifyInit1(syscall.IN_CLOEXEC)
	if err == nil {
		_, err = syscall.InotifyAddWatch(watch, folder, syscall.IN_MOVED_TO)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() []byte {
		t.Helper()
		defer syscall.Close(watch)
		events := make([]byte, 64<<10)
		for {
			text, err := os.ReadFile(filepath.Join(folder, name))
			if err == nil {
				return text
			}
			if _, err := syscall.Read(watch, events); err != nil {
				t.Fatal(err)
			}
		}
	}
}
