// SPDX-License-Identifier: Apache-2.0

package certlife_test

// The behaviour tests of the library, told again: what they asked in C is asked here, and must be answered the same.
// tests/stories/record.sh records them, and says what its lines look like.

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"certlife.example/go/certlife"
)

// How many stories there were, whole and in part, when this was written: more may come. And how many calls Go has no
// words for: no more than then.
const storiesWhole, storiesInPart, storiesUnsayable = 310, 10, 10

// ---- stories ----

// A storyLine is one line of a file: a JSON object.
type storyLine map[string]any

func (l storyLine) text(key string) string {
	s, _ := l[key].(string)
	return s
}

func (l storyLine) number(key string) int64 {
	n, _ := l[key].(json.Number)
	i, _ := n.Int64()
	return i
}

func (l storyLine) bytes(key string) []byte {
	if l[key] == nil {
		return nil
	}
	b, err := base64.StdEncoding.DecodeString(l.text(key))
	if err != nil {
		panic(err)
	}
	return b
}

func (l storyLine) object(key string) storyLine {
	m, _ := l[key].(map[string]any)
	return m
}

func readLine(text []byte) storyLine {
	var l storyLine
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&l); err != nil {
		panic(err)
	}
	return l
}

// TestStories has a test for each story: `go test -run 'TestStories/test_renew/test_r_ren_2_opens'`.
func TestStories(t *testing.T) {
	build := os.Getenv("CERTLIFE_BUILD")
	recorded, err := exec.Command("../../tests/stories/record.sh", build).CombinedOutput()
	t.Logf("%s", recorded)
	if err != nil {
		t.Fatal(err)
	}
	crypto, err := certlife.NewMbedTLS()
	if err != nil {
		t.Fatal(err)
	}
	defer crypto.Close()
	files, err := filepath.Glob(filepath.Join(build, "stories", "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	told := &toldStories{crypto: crypto, calls: map[string]bool{}}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl"), func(t *testing.T) { told.file(t, file) })
	}
	if t.Failed() || told.left {
		return
	}
	t.Logf("%d stories are told whole, %d in part", told.whole, told.inPart)
	if told.whole < storiesWhole || told.inPart < storiesInPart {
		t.Errorf("only %d stories are told whole, and %d in part", told.whole, told.inPart)
	}
	if told.unsayable > storiesUnsayable {
		t.Errorf("Go has no words for %d calls", told.unsayable)
	}
	for call := range storyCalls {
		if !told.calls[call] {
			t.Errorf("no story calls %s", call)
		}
	}
}

type toldStories struct {
	crypto                   *certlife.Crypto
	whole, inPart, unsayable int
	calls                    map[string]bool
	left                     bool // some, by -run
}

func (told *toldStories) file(t *testing.T, file string) {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(content), []byte("\n"))
	for at := 0; at < len(lines); {
		first := at + 1
		for at++; !bytes.HasPrefix(lines[at], []byte(`{"end":`)); at++ {
		}
		told.story(t, filepath.Base(file), readLine(lines[first-1]).text("story"), first, lines[first:at])
		if readLine(lines[at]).text("end") == "" {
			told.whole++
		} else if at > first+1 {
			told.inPart++
		}
		at++
	}
}

func (told *toldStories) story(t *testing.T, file, name string, before int, lines [][]byte) {
	ran := false
	t.Run(name, func(t *testing.T) {
		ran = true
		s := newTelling(told.crypto)
		defer s.close()
		for i, text := range lines {
			number, l := before+i+1, readLine(text)
			told.calls[l.text("call")] = true
			if isUnsayable(l) {
				told.unsayable++
			} else if err := s.tell(number, l); err != nil {
				t.Fatalf("%s:%d: %v\n%.2000s", file, number, err, text)
			}
		}
	})
	told.left = told.left || !ran
}

// ---- what was recorded, and what is seen ----

// storyNames knows what is by chance, by its name in the story.
type storyNames map[string]string

var storyName = regexp.MustCompile(`[#*@][0-9]+`)

// actually puts what is so here in the place of names.
func (names storyNames) actually(text string) string {
	return storyName.ReplaceAllStringFunc(text, func(name string) string {
		if actual, known := names[name]; known {
			return actual
		}
		return name
	})
}

// same learns a name at its first appearance; two names never mean one.
func (names storyNames) same(name, actual string) bool {
	if _, known := names[name]; !known && actual != "" && names.of(actual) == "" {
		names[name] = actual
	}
	return names[name] == actual
}

func (names storyNames) of(actual string) string {
	for name, known := range names {
		if known == actual {
			return name
		}
	}
	return ""
}

// plain makes of a value of Go what the recorder writes; where it wrote a text, the value's name.
func plain(v any, named bool) any {
	switch v := v.(type) {
	case time.Time:
		switch {
		case v.IsZero():
			return int64(0)
		case v == certlife.Never:
			return int64(math.MaxInt64)
		}
		return v.Unix()
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	case string:
		return v
	case fmt.Stringer:
		if named {
			return v.String()
		}
	}
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		return r.Int()
	case r.CanUint():
		return int64(r.Uint())
	}
	return v
}

// compare says where what is seen is not what was recorded.
func (names storyNames) compare(where string, recorded, seen any) error {
	switch recorded := recorded.(type) {
	case map[string]any:
		return names.compareFields(where, recorded, reflect.Indirect(reflect.ValueOf(seen)))
	case []any:
		items := reflect.ValueOf(seen)
		if items.Len() != len(recorded) {
			return fmt.Errorf("%s: %d recorded, %d seen: %v %+v", where, len(recorded), items.Len(), recorded, seen)
		}
		for i := range recorded {
			if err := names.compare(fmt.Sprintf("%s[%d]", where, i), recorded[i], items.Index(i).Interface()); err != nil {
				return err
			}
		}
		return nil
	case string:
		is := plain(seen, true)
		if storyName.FindString(recorded) == recorded && recorded != "" {
			if actual, ok := is.(string); !ok || !names.same(recorded, actual) {
				return fmt.Errorf("%s: %s is %q, seen %q", where, recorded, names[recorded], is)
			}
			return nil
		}
		if is != recorded {
			return fmt.Errorf("%s: %q recorded, %q seen", where, recorded, is)
		}
	case json.Number:
		if is := fmt.Sprint(plain(seen, false)); is != recorded.String() {
			return fmt.Errorf("%s: %s recorded, %s seen", where, recorded, is)
		}
	}
	return nil
}

func (names storyNames) compareFields(where string, recorded map[string]any, seen reflect.Value) error {
	compared := 0
	for key, value := range recorded {
		field := seen.FieldByNameFunc(func(name string) bool {
			return strings.EqualFold(name, strings.ReplaceAll(key, "_", ""))
		})
		if !field.IsValid() {
			return fmt.Errorf("%s: %s has no %s", where, seen.Type(), key)
		}
		if err := names.compare(where+"."+key, value, field.Interface()); err != nil {
			return err
		}
		compared++
	}
	for _, field := range reflect.VisibleFields(seen.Type()) {
		if field.IsExported() && field.Name != "DER" && field.Name != "PEM" {
			compared--
		}
	}
	if compared != 0 {
		return fmt.Errorf("%s: %s has fields that are not recorded", where, seen.Type())
	}
	return nil
}

func compareDecision(recorded storyLine, d certlife.Decision) error {
	seen := map[string]any{
		"allowed": plain(d.Allowed(), false), "code": d.Code.String(), "row": d.Row, "way": d.Way.String(),
		"date": plain(d.Date, false), "line": d.Line,
		"ja": d.Sentence(certlife.Japanese), "en": d.Sentence(certlife.English),
		"way_ja": d.WaySentence(certlife.Japanese), "way_en": d.WaySentence(certlife.English),
	}
	for key, value := range seen {
		if fmt.Sprint(recorded[key]) != fmt.Sprint(value) {
			return fmt.Errorf("answer.%s: %v recorded, %v seen: %s", key, recorded[key], value, d)
		}
	}
	return nil
}

// isUnsayable is true for what failed in C and has no words in Go, where "" is NULL in one place and never in another.
func isUnsayable(l storyLine) bool {
	worker, claims := l["worker"]
	return l.object("answer").text("failure") != "" && claims && worker == nil
}

// ---- what a story is told with ----

// A script is the clock and the issuer of an institution: they answer in a call what they answered when it was
// recorded.
type script struct {
	names  storyNames
	line   storyLine
	asked  int
	read   bool  // the clock
	failed error // was returned to the library
	wrong  error
}

func (s *script) begins(l storyLine) { *s = script{names: s.names, line: l} }

func (s *script) ends() error {
	if s.wrong != nil {
		return s.wrong
	}
	if _, read := s.line["now"]; read != s.read {
		return fmt.Errorf("the clock was read: %t when it was recorded, %t now", read, s.read)
	}
	if s.line.object(fmt.Sprintf("asked %d", s.asked+1)) != nil {
		return fmt.Errorf("the issuer was asked %d times only", s.asked)
	}
	return nil
}

func (s *script) fail(err error) error {
	s.failed = err
	return err
}

func (s *script) Now() (time.Time, error) {
	s.read = true
	if s.line["now"] == nil {
		return time.Time{}, s.fail(errors.New("the clock"))
	}
	return time.Unix(s.line.number("now"), 0), nil
}

func (s *script) Issue(_ context.Context, o *certlife.IssuerOrder) (certlife.IssuerAnswer, []byte, error) {
	return s.answer("issue", o.ID, map[string]any{
		"organization": o.Organization, "unit": o.Unit, "common_name": o.CommonName, "crl_url": o.CRLURL,
		"not_before": o.NotBefore.Unix(), "not_after": o.NotAfter.Unix(),
		"request": base64.StdEncoding.EncodeToString(o.Request), "spki": base64.StdEncoding.EncodeToString(o.SPKI),
	})
}

func (s *script) Poll(_ context.Context, id []byte) (certlife.IssuerAnswer, []byte, error) {
	return s.answer("poll", id, nil)
}

func (s *script) answer(how string, id []byte, order map[string]any) (certlife.IssuerAnswer, []byte, error) {
	s.asked++
	recorded := s.line.object(fmt.Sprintf("asked %d", s.asked))
	if recorded.text("how") != how || !s.names.same(recorded.text("order"), hex.EncodeToString(id)) {
		s.wrong = fmt.Errorf("asked %d: %v recorded, %s %x seen", s.asked, recorded, how, id)
	}
	for key, value := range order {
		if fmt.Sprint(recorded[key]) != fmt.Sprint(value) {
			s.wrong = fmt.Errorf("asked %d: %s: %v recorded, %v seen", s.asked, key, recorded[key], value)
		}
	}
	switch answered := recorded.text("answered"); answered {
	case "issued":
		return certlife.Issued, recorded.bytes("certificate"), nil
	case "later":
		return certlife.Later, nil, nil
	case "rejected":
		return certlife.Rejected, nil, nil
	case "unknown":
		return certlife.NeverHeard, nil, nil
	default:
		return 0, nil, s.fail(fmt.Errorf("the issuer: %w", codeNamed(answered)))
	}
}

func codeNamed(name string) certlife.ErrorCode {
	code := certlife.ErrorCode(-1)
	for code.String() != name {
		code--
	}
	return code
}

// A telling is one story being told.
type telling struct {
	crypto  *certlife.Crypto
	names   storyNames
	ders    map[string][]byte
	banks   map[int64]*certlife.Institution
	scripts map[int64]*script
	stores  map[int64]*certlife.Store
	issuers []*certlife.Issuer
	pages   map[int64]*certlife.NoticePage // by the line that they came with
}

func newTelling(crypto *certlife.Crypto) *telling {
	return &telling{crypto: crypto, names: storyNames{}, ders: map[string][]byte{},
		banks: map[int64]*certlife.Institution{}, scripts: map[int64]*script{}, stores: map[int64]*certlife.Store{},
		pages: map[int64]*certlife.NoticePage{}}
}

func (s *telling) close() {
	for _, page := range s.pages {
		page.Close()
	}
	for _, bank := range s.banks {
		bank.Close()
	}
	for _, issuer := range s.issuers {
		issuer.Close()
	}
	for _, store := range s.stores {
		store.Close()
	}
}

func (s *telling) tell(number int, l storyLine) error {
	switch l.text("call") {
	case "open":
		return s.open(l)
	case "close":
		return s.banks[l.number("bank")].Close()
	}
	script := s.scripts[l.number("bank")]
	script.begins(l)
	if err := s.call(number, l, script); err != nil {
		return err
	}
	return script.ends()
}

func (s *telling) issuer(l storyLine, backend certlife.IssuerBackend) (*certlife.Issuer, error) {
	switch {
	case l["authority"] == nil:
		return nil, nil
	case l["key"] != nil:
		return certlife.OpenLocalIssuer(s.crypto, l.bytes("authority"), l.bytes("key"))
	}
	authority, err := x509.ParseCertificate(l.bytes("authority"))
	if err != nil {
		return nil, err
	}
	return certlife.NewIssuer("story", authority, false, backend)
}

func (s *telling) open(l storyLine) error {
	script := &script{names: s.names}
	script.begins(l)
	issuer, err := s.issuer(l, script)
	if err != nil {
		return err
	}
	if issuer != nil {
		s.issuers = append(s.issuers, issuer)
	}
	store := s.stores[l.number("store")]
	if store == nil {
		if store, err = certlife.NewMemoryStore(); err != nil {
			return err
		}
		s.stores[l.number("store")] = store
	}
	profile, err := certlife.ParseProfile(l.text("profile"))
	if err != nil {
		return err
	}
	defer profile.Close()
	bank, err := certlife.Open(context.Background(), certlife.Options{Name: l.text("name"), CRLURL: l.text("crl_url"),
		Profile: profile, Store: store, Issuer: issuer, Crypto: s.crypto, Clock: script})
	if err != nil {
		return err
	}
	s.banks[l.number("bank")], s.scripts[l.number("bank")] = bank, script
	return script.ends()
}

func (s *telling) actor(l storyLine) certlife.Actor {
	a := certlife.Actor{Kind: certlife.ActorKind(l.number("kind")), Contract: l.text("contract"), User: l.text("user"),
		Staff: l.text("staff"), LoginPassword: l.number("login_password") != 0,
		ConfirmationPassword: l.number("confirmation_password") != 0, Application: l.text("application"),
		IdempotencyKey: l.text("idempotency_key")}
	if der, known := s.ders[l.text("certificate")]; known {
		a.Certificate = der
	} else {
		a.Certificate = l.bytes("certificate")
	}
	return a
}

func (s *telling) call(number int, l storyLine, script *script) error {
	call := storyCalls[l.text("call")]
	if call == nil {
		return errors.New("a call that is not known here")
	}
	out, d, err := call(asking{s, s.banks[l.number("bank")], s.actor(l.object("actor")), l})
	recorded := l.object("answer")
	for _, key := range []string{"line", "message"} {
		recorded[key] = s.names.actually(recorded.text(key))
	}
	if err != nil {
		return compareFailure(recorded, err, script)
	}
	if recorded.text("failure") != "" {
		return fmt.Errorf("answer: %v recorded, %s seen", recorded, d)
	}
	if err := compareDecision(recorded, d); err != nil {
		return err
	}
	if d.Allowed() {
		return s.compareOut(int64(number), l, out)
	}
	if out != nil && !reflect.ValueOf(out).IsZero() {
		return fmt.Errorf("out: refused, and yet given: %+v", out)
	}
	return nil
}

func compareFailure(recorded storyLine, err error, script *script) error {
	var failure *certlife.Error
	if !errors.As(err, &failure) || failure.Code.String() != recorded.text("failure") {
		return fmt.Errorf("answer: %v recorded, failed now: %v", recorded, err)
	}
	if script.failed != nil && !errors.Is(err, script.failed) {
		return fmt.Errorf("returned to a callback: %v, came out: %v", script.failed, err)
	}
	if script.failed == nil && failure.Message != recorded.text("message") {
		return fmt.Errorf("message: %q recorded, %q seen", recorded.text("message"), failure.Message)
	}
	return nil
}

func (s *telling) compareOut(number int64, l storyLine, out any) error {
	isNil := out == nil || reflect.ValueOf(out).Kind() == reflect.Ptr && reflect.ValueOf(out).IsNil()
	if isNil != (l["out"] == nil) {
		return fmt.Errorf("out: %v recorded, %+v seen", l["out"], out)
	}
	if isNil {
		return nil
	}
	switch page := out.(type) {
	case *certlife.UserPage:
		return s.comparePage(l, page.Users, page.Next)
	case *certlife.CertificatePage:
		items := s.inRecordedOrder(l, page.Certificates)
		if err := s.comparePage(l, items, page.Next); err != nil {
			return err
		}
		return s.remember(items...)
	case *certlife.NoticePage:
		s.pages[number] = page
		if plain(page.More, false) != l.number("more") {
			return fmt.Errorf("more: %v recorded, %t seen", l["more"], page.More)
		}
		return s.names.compare("out", l["out"], page.Notices)
	case *certlife.Certificate:
		if err := s.names.compare("out", l["out"], page); err != nil {
			return err
		}
		return s.remember(page)
	}
	return s.names.compare("out", l["out"], out)
}

func (s *telling) comparePage(l storyLine, items any, next string) error {
	if recorded := s.names.actually(l.text("next")); recorded != next {
		return fmt.Errorf("next: %q recorded, %q seen", recorded, next)
	}
	return s.names.compare("out", l["out"], items)
}

// inRecordedOrder: of certificates of one second chance says which comes first.
func (s *telling) inRecordedOrder(l storyLine, seen []*certlife.Certificate) []*certlife.Certificate {
	recorded, _ := l["out"].([]any)
	if len(recorded) != len(seen) {
		return seen
	}
	ordered, taken := make([]*certlife.Certificate, len(seen)), map[*certlife.Certificate]bool{}
	for i := range recorded {
		actual := s.names[storyLine(recorded[i].(map[string]any)).text("serial")]
		for _, certificate := range seen {
			if certificate.Serial == actual {
				ordered[i], taken[certificate] = certificate, true
			}
		}
	}
	for i, n := 0, 0; i < len(ordered); i++ {
		for ; ordered[i] == nil; n++ {
			if !taken[seen[n]] {
				ordered[i] = seen[n]
			}
		}
	}
	return ordered
}

// remember: whatever gives a certificate gives the same bytes.
func (s *telling) remember(certificates ...*certlife.Certificate) error {
	for _, certificate := range certificates {
		name := s.names.of(certificate.Serial)
		if der, known := s.ders[name]; known && !bytes.Equal(der, certificate.DER) {
			return fmt.Errorf("%s has other bytes than before", name)
		}
		s.ders[name] = certificate.DER
		block, _ := pem.Decode([]byte(certificate.PEM))
		if block == nil || !bytes.Equal(block.Bytes, certificate.DER) {
			return fmt.Errorf("%s: its PEM is not its DER", name)
		}
	}
	return nil
}
