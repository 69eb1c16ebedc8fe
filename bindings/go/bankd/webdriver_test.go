// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// browser is one session of a real browser, driven over WebDriver (https://www.w3.org/TR/webdriver2/). What cannot be done
// fails the test, after a picture of what was on the screen instead.
type browser struct {
	t       *testing.T
	session string // the session's URL at chromedriver
}

// patience is how long to wait for what must come.
const patience = 20 * time.Second

// elementKey is the name under which WebDriver hands out references to elements.
const elementKey = "element-6066-11e4-a52e-4f735466cecf"

func openBrowser(t *testing.T, driver string, capabilities map[string]any) *browser {
	t.Helper()
	b := &browser{t: t, session: driver + "/session"}
	var opened struct{ SessionID string }
	err := b.ask("POST", "", map[string]any{"capabilities": map[string]any{"alwaysMatch": capabilities}}, &opened)
	if err != nil {
		t.Fatal(err)
	}
	b.session += "/" + opened.SessionID
	return b
}

func (b *browser) close() {
	b.t.Helper()
	if err := b.ask("DELETE", "", nil, nil); err != nil {
		b.t.Error(err)
	}
}

// visit opens a page and waits until it has been loaded.
func (b *browser) visit(url string) {
	b.t.Helper()
	b.must("POST", "/url", map[string]any{"url": url}, nil)
}

// click waits for the element, and presses it.
func (b *browser) click(css string) {
	b.t.Helper()
	b.must("POST", "/element/"+b.find(css)+"/click", map[string]any{}, nil)
}

// press does so where another page follows, and waits until this one is gone and that one is there.
func (b *browser) press(css string) {
	b.t.Helper()
	page := b.find("html")
	b.click(css)
	for limit := time.Now().Add(patience); b.ask("GET", "/element/"+page+"/name", nil, nil) == nil; {
		if time.Now().After(limit) {
			b.t.Fatalf("%s: no page followed", css)
		}
	}
	b.find("main")
}

func (b *browser) write(css, text string) {
	b.t.Helper()
	element := b.find(css)
	b.must("POST", "/element/"+element+"/clear", map[string]any{}, nil)
	b.must("POST", "/element/"+element+"/value", map[string]any{"text": text}, nil)
}

// read waits for the element and gives what it shows.
func (b *browser) read(css string) (text string) {
	b.t.Helper()
	b.must("GET", "/element/"+b.find(css)+"/text", nil, &text)
	return text
}

func (b *browser) attribute(css, name string) (value string) {
	b.t.Helper()
	b.must("GET", "/element/"+b.find(css)+"/attribute/"+name, nil, &value)
	return value
}

// find waits for the element as long as the session's `timeouts` say.
func (b *browser) find(css string) string {
	b.t.Helper()
	var found map[string]string
	b.must("POST", "/element", map[string]any{"using": "css selector", "value": css}, &found)
	return found[elementKey]
}

// photo keeps a picture of the page.
func (b *browser) photo(name string) {
	b.t.Helper()
	var picture string
	b.must("GET", "/screenshot", nil, &picture)
	b.save(name, picture)
}

func (b *browser) save(name, picture string) {
	b.t.Helper()
	album := filepath.Join(os.Getenv("CERTLIFE_BUILD"), "go", "screenshots")
	png, err := base64.StdEncoding.DecodeString(picture)
	if err == nil {
		err = os.MkdirAll(album, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(album, name+".png"), png, 0o644)
	}
	if err != nil {
		b.t.Error(err)
	}
}

func (b *browser) must(method, command string, body, answer any) {
	b.t.Helper()
	err := b.ask(method, command, body, answer)
	if err == nil {
		return
	}
	var picture string
	if b.ask("GET", "/screenshot", nil, &picture) == nil {
		b.save("failed", picture)
	}
	b.t.Fatal(err)
}

func (b *browser) ask(method, command string, body, answer any) error {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, b.session+command, sent)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var got struct{ Value json.RawMessage }
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		var failed struct{ Error, Message string }
		_ = json.Unmarshal(got.Value, &failed)
		return fmt.Errorf("WebDriver: %s %s %v: %s: %s", method, command, body, failed.Error, failed.Message)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(got.Value, answer)
}
