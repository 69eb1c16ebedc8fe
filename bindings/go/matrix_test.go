// SPDX-License-Identifier: Apache-2.0

package certlife_test

// Every decision of the built-in profiles, as tests/matrix/snapshots tells it and as it is given here.
// tests/stories/states.txt says how to get into each state by public calls.

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"certlife.example/go/certlife"
	"certlife.example/go/certlife/internal/testbank"
)

// matrixCells is how many cells were compared when this was written: more may come.
const matrixCells = 33_000

// ---- what the snapshots say ----

// said is what is said of one act of somebody for somebody: in each state, and where something is missing.
type said struct {
	inState   map[string]string
	otherwise string
	needs     []need
	taken     []need
}

// A need is what is said in some states, or in all.
type need struct {
	states map[string]bool // nil: all
	what   string
	words  string
}

func (n need) in(state string) bool { return n.states == nil || n.states[state] }

var (
	needsLine = regexp.MustCompile(`^(?:(.+): )?needs ([^,]+), else (.+)$`)
	takenLine = regexp.MustCompile(`^with ID taken(?:, (.+))?: (.+)$`)
	likeLine  = regexp.MustCompile(`^([^:]+): like ([^,]+)(, with contact branch for ask master)?$`)
)

// assurances are what the snapshots call them, and how an actor loses them.
var assurances = map[string]func(a *certlife.Actor) (had bool){
	"the login password": func(a *certlife.Actor) bool {
		had := a.LoginPassword
		a.LoginPassword = false
		return had
	},
	"the certificate": func(a *certlife.Actor) bool {
		had := a.Certificate != nil
		a.Certificate = nil
		return had
	},
	"the confirmation password": func(a *certlife.Actor) bool {
		had := a.ConfirmationPassword
		a.ConfirmationPassword = false
		return had
	},
	"a written application": func(a *certlife.Actor) bool {
		had := a.Application != ""
		a.Application = ""
		return had
	},
}

func has(a certlife.Actor, what string) bool { return assurances[what](&a) }

// words are what is said to this actor.
func (s *said) words(state string, actor certlife.Actor, taken bool) string {
	for _, n := range s.needs {
		if !has(actor, n.what) && n.in(state) {
			return n.words
		}
	}
	usually, there := s.inState[state]
	if !there {
		usually = s.otherwise
	}
	for _, n := range s.taken {
		if taken && n.in(state) && (n.states != nil || strings.HasPrefix(usually, "allowed")) {
			return n.words
		}
	}
	return usually
}

func (s *said) add(line string) {
	if m := needsLine.FindStringSubmatch(line); m != nil {
		s.needs = append(s.needs, need{states(m[1]), m[2], m[3]})
		return
	}
	if m := takenLine.FindStringSubmatch(line); m != nil {
		s.taken = append(s.taken, need{states(m[1]), "", m[2]})
		return
	}
	if strings.HasPrefix(line, "with ") {
		return // requests of other kinds, which Decide does not ask about
	}
	at := strings.LastIndex(line, ": ")
	if at < 0 {
		panic("not understood: " + line)
	}
	if of := line[:at]; of == "in every state" || of == "in all other states" {
		s.otherwise = line[at+2:]
	} else {
		for state := range states(of) {
			s.inState[state] = line[at+2:]
		}
	}
}

func (s *said) toldToMaster() *said {
	told := func(words string) string { return strings.ReplaceAll(words, "(ask master)", "(contact branch)") }
	out := &said{inState: map[string]string{}, otherwise: told(s.otherwise)}
	for state, words := range s.inState {
		out.inState[state] = told(words)
	}
	for _, n := range s.needs {
		out.needs = append(out.needs, need{n.states, n.what, told(n.words)})
	}
	for _, n := range s.taken {
		out.taken = append(out.taken, need{n.states, n.what, told(n.words)})
	}
	return out
}

func states(list string) map[string]bool {
	if list == "" {
		return nil
	}
	set := map[string]bool{}
	for _, state := range strings.Split(list, "; ") {
		set[state] = true
	}
	return set
}

// A snapshot is the decisions of one profile: by section, and there by "a general user for themselves" or who logs in.
type snapshot struct {
	sections map[string]map[string]*said
	statuses *said
}

// unwrapped calls with each line and its indent; one that goes on is indented by four more.
func unwrapped(t *testing.T, file string, each func(indent int, line string)) {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	indent, whole := 0, ""
	for _, line := range append(strings.Split(string(content), "\n"), "") {
		text := strings.TrimLeft(line, " ")
		here := len(line) - len(text)
		if whole != "" && text != "" && here >= indent+4 {
			whole += " " + text
			continue
		}
		if whole != "" {
			each(indent, whole)
		}
		indent, whole = here, text
	}
}

func readSnapshot(t *testing.T, profile string) *snapshot {
	s := &snapshot{map[string]map[string]*said{}, newSaid()}
	section, who, now := "", "", newSaid()
	unwrapped(t, "../../tests/matrix/snapshots/"+profile+".txt", func(indent int, line string) {
		pairs := s.sections[section]
		switch {
		case indent == 0:
			section = line
			s.sections[section] = map[string]*said{}
		case section == "values":
		case section == "statuses":
			s.statuses.add(line)
		case indent == 2:
			who, now = readPair(pairs, line)
		case section == "login" && indent == 4:
			now = newSaid()
			pairs[who+", "+line] = now
		default:
			now.add(line)
		}
	})
	logins := s.sections["login"] // a master user's are like a general user's
	for name, said := range logins {
		if rest := strings.TrimPrefix(name, "a general user, "); rest != name {
			logins["the master user, "+rest] = said.toldToMaster()
		}
	}
	return s
}

func newSaid() *said { return &said{inState: map[string]string{}} }

func readPair(pairs map[string]*said, line string) (who string, of *said) {
	of = newSaid()
	if m := likeLine.FindStringSubmatch(line); m != nil {
		if other := pairs[m[2]]; m[3] != "" && other != nil {
			of = other.toldToMaster()
		} else if other != nil {
			of = other
		}
		pairs[m[1]] = of
		return m[1], of
	}
	if strings.HasPrefix(line, "allowed ") || strings.HasPrefix(line, "refused ") {
		at := strings.Index(line, ": ") // the same in all states, by what is said
		for _, group := range strings.Split(line[at+2:], "; ") {
			parts := strings.SplitN(group, " for ", 2)
			for _, whom := range strings.Split(parts[1], ", ") {
				pairs[parts[0]+" for "+whom] = &said{otherwise: line[:at]}
			}
		}
		return "", of
	}
	pairs[line] = of
	return line, of
}

func inWords(d certlife.Decision) string {
	switch {
	case d.Allowed():
		return "allowed " + d.Row
	case d.Way == certlife.WayNone:
		return fmt.Sprintf("refused %s %s", d.Row, d.Code)
	}
	return fmt.Sprintf("refused %s %s (%s)", d.Row, d.Code, d.Way)
}

// ---- how to get there ----

// readRecipes gives the steps into each state; nil where no public call leads there.
func readRecipes(t *testing.T) map[string][]string {
	content, err := os.ReadFile("../../tests/stories/states.txt")
	if err != nil {
		t.Fatal(err)
	}
	several, recipes := map[string][]string{}, map[string][]string{}
	for _, line := range strings.Split(string(content), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		into, sign := recipes, ":"
		if strings.Contains(line, " = ") {
			into, sign = several, " ="
		}
		at := strings.Index(line, sign)
		name, rest := line[:at], strings.TrimSpace(line[at+len(sign):])
		if strings.HasPrefix(rest, "never:") {
			into[name] = nil
			continue
		}
		into[name] = []string{}
		for _, step := range strings.Split(rest, ", ") {
			if steps, known := several[step]; known {
				into[name] = append(into[name], steps...)
			} else if step != "" {
				into[name] = append(into[name], step)
			}
		}
	}
	return recipes
}

const (
	aGeneral, another   = "keir002", "keir003"
	strangers, stranger = "0010000002", "sato001"
	otherMaster         = "another company's master user" // to whom everything here is unknown
)

var (
	theBranch = certlife.BranchActor("yamada", "2026-0417")
	theSystem = certlife.SystemActor("nightly")
	nobody    = certlife.Actor{Kind: certlife.ActorUser, Contract: "0019999999", User: "nobody", LoginPassword: true,
		ConfirmationPassword: true}
)

// A laterIssuer answers later.
type laterIssuer struct{}

func (laterIssuer) Issue(context.Context, *certlife.IssuerOrder) (certlife.IssuerAnswer, []byte, error) {
	return certlife.Later, nil, nil
}

func (laterIssuer) Poll(context.Context, []byte) (certlife.IssuerAnswer, []byte, error) {
	return certlife.Later, nil, nil
}

// A matrixCompany is a company, and the user whose state it is about.
type matrixCompany struct {
	*testbank.Bank
	t     *testing.T
	user  string
	later *certlife.Institution
	held  map[string][]*certlife.Certificate
	now   time.Time
}

// inState has done what leads there, and then lets the others get certificates, where they can.
func inState(t *testing.T, profile, user string, recipe []string) *matrixCompany {
	t.Helper()
	c := &matrixCompany{t: t, user: user, held: map[string][]*certlife.Certificate{}}
	c.now = time.Date(2026, 4, 1, 12, 0, 0, 0, testbank.Japan)
	crypto := testbank.Must[*certlife.Crypto](t)(certlife.NewMbedTLS())
	ca, key := testbank.TestCA(t, crypto)
	issuer := testbank.Must[*certlife.Issuer](t)(certlife.OpenLocalIssuer(crypto, ca, key))
	clock := certlife.ClockFunc(func() (time.Time, error) { return c.now, nil })
	c.Bank = testbank.Empty(t, testbank.Parts{ProfileName: profile, Crypto: crypto, Issuer: issuer, Clock: clock})
	options := c.Options()
	options.Issuer = testbank.Must[*certlife.Issuer](t)(
		certlife.NewIssuer("later", testbank.X509(t, ca), false, laterIssuer{}))
	c.later = testbank.Must[*certlife.Institution](t)(certlife.Open(testbank.Ctx, options))
	t.Cleanup(func() {
		c.later.Close()
		options.Issuer.Close()
	})
	c.Allowed(c.RegisterContract(testbank.Ctx, theBranch, testbank.Company, testbank.Master, ""))
	c.Allowed(c.AddUser(testbank.Ctx, theSystem, testbank.Company, another, certlife.PermissionOperator, ""))
	for _, step := range recipe {
		c.does(step)
	}
	c.everybodyComes()
	return c
}

func (c *matrixCompany) does(step string) {
	c.t.Helper()
	ctx, company, bank := testbank.Ctx, testbank.Company, c.Institution
	words := strings.Fields(step)
	switch words[0] {
	case "applied":
		c.Allowed(bank.ApplyContract(ctx, theBranch, company))
	case "closed":
		c.Allowed(bank.CloseContract(ctx, theBranch, company))
	case "added":
		if c.user != testbank.Master {
			c.Allowed(bank.AddUser(ctx, theSystem, company, c.user, certlife.PermissionOperator, ""))
		}
	case "authorised":
		c.Allowed(bank.AuthoriseUser(ctx, theBranch, company, c.user))
	case "reissued":
		c.Allowed(bank.Reissue(ctx, theBranch, company, c.user))
	case "revoked":
		c.Allowed(bank.Revoke(ctx, theBranch, company, c.user, certlife.ReasonUnspecified))
	case "deleted":
		c.Allowed(bank.DeleteUser(ctx, theBranch, company, c.user))
	case "obtained":
		c.obtains(company, c.user)
	case "renewed":
		c.keeps(c.user)(bank.Renew(ctx, c.actor(company, c.user), company, c.user, c.newRequest()))
	case "confirmed":
		c.confirms(company, c.user)
	case "obtaining":
		_, d, err := c.later.Obtain(ctx, c.actor(company, c.user), company, c.user, c.newRequest())
		c.Refused(certlife.CodeIssuing, d, err)
	case "renewing":
		_, d, err := c.later.Renew(ctx, c.actor(company, c.user), company, c.user, c.newRequest())
		c.Refused(certlife.CodeIssuing, d, err)
	case "filled":
		for n := 2; n < 100; n++ { // beside the master user and another
			c.Allowed(bank.AddUser(ctx, theSystem, company, fmt.Sprintf("user%03d", n), certlife.PermissionOperator, ""))
		}
	case "expiry":
		user, d, err := bank.GetUser(ctx, theSystem, company, c.user)
		c.Allowed(d, err)
		year, month, day := user.Expiry.In(testbank.Japan).Date()
		c.now = time.Date(year, month, day+c.figure(words[1]), 12, 0, 0, 0, testbank.Japan)
	default:
		c.now = c.now.AddDate(0, 0, c.figure(words[0]))
	}
}

func (c *matrixCompany) figure(word string) int {
	c.t.Helper()
	n, err := strconv.Atoi(word)
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

func (c *matrixCompany) newRequest() certlife.Request { return c.Request("") }

func (c *matrixCompany) keeps(user string) func(*certlife.Certificate, certlife.Decision, error) {
	return func(certificate *certlife.Certificate, d certlife.Decision, err error) {
		c.t.Helper()
		c.Allowed(d, err)
		c.held[user] = append(c.held[user], certificate)
	}
}

func (c *matrixCompany) obtains(contract, user string) {
	c.t.Helper()
	c.keeps(user)(c.Institution.Obtain(testbank.Ctx, c.actor(contract, user), contract, user, c.newRequest()))
}

func (c *matrixCompany) confirms(contract, user string) {
	c.t.Helper()
	held := c.held[user]
	c.Allowed(c.Confirm(testbank.Ctx, c.actor(contract, user), contract, user, held[len(held)-1].Serial))
}

func (c *matrixCompany) everybodyComes() {
	c.t.Helper()
	c.Allowed(c.RegisterContract(testbank.Ctx, theBranch, strangers, stranger, ""))
	c.Allowed(c.ApplyContract(testbank.Ctx, theBranch, strangers))
	contracts := map[string]string{testbank.Master: testbank.Company, another: testbank.Company, stranger: strangers}
	for user, contract := range contracts {
		if user == c.user {
			continue
		}
		d, err := c.AuthoriseUser(testbank.Ctx, theBranch, contract, user)
		if err != nil {
			c.t.Fatal(err)
		}
		if d.Allowed() {
			c.obtains(contract, user)
			c.confirms(contract, user)
		}
	}
}

// actor has all they have: a certificate only if they could log in with it.
func (c *matrixCompany) actor(contract, user string) certlife.Actor {
	c.t.Helper()
	actor := certlife.UserActor(contract, user)
	actor.LoginPassword, actor.ConfirmationPassword = true, true
	for _, certificate := range c.held[user] {
		actor.Certificate = certificate.DER
		_, d, err := c.CheckLogin(testbank.Ctx, actor, certlife.LoginLook)
		if err != nil {
			c.t.Fatal(err)
		}
		if d.Allowed() {
			return actor
		}
	}
	actor.Certificate = nil
	return actor
}

func (c *matrixCompany) who(who, whom string) certlife.Actor {
	c.t.Helper()
	switch who {
	case "a stranger":
		return nobody
	case otherMaster:
		return c.actor(strangers, stranger)
	case "the branch":
		return theBranch
	case "the system":
		return theSystem
	case "the master user":
		return c.actor(testbank.Company, testbank.Master)
	}
	if whom == "themselves" {
		return c.actor(testbank.Company, aGeneral)
	}
	return c.actor(testbank.Company, another)
}

// ---- comparing ----

// A matrix is one profile's, being compared.
type matrix struct {
	profile  string
	snapshot *snapshot
	cells    int
	left     bool // some, by -run
}

func (m *matrix) run(t *testing.T, name string, test func(t *testing.T)) {
	ran := false
	t.Run(name, func(t *testing.T) {
		ran = true
		test(t)
	})
	m.left = m.left || !ran
}

func (m *matrix) compare(t *testing.T, where, expected string, d certlife.Decision, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	if seen := inWords(d); seen != expected {
		t.Errorf("%s: %s: the snapshot says %q, here it is %q", m.profile, where, expected, seen)
	}
	m.cells++
}

// A question is how the snapshot calls what is asked.
type question struct {
	who, whom, state string
	contract, user   string
	taken            bool
}

func (q question) about(act certlife.Act) question {
	switch {
	case act == certlife.ActNoticeRun:
		q.whom, q.contract, q.user = "the institution", "", ""
	case act == certlife.ActUserAdd && q.user != "" && q.whom != "the unknown":
		// It is about a contract, and the user is who is to be added to it.
		q.taken, q.whom = true, "the contract"
		switch q.state {
		case "contract not applied":
			q.state = "not applied"
		case "contract closed":
			q.state = "closed"
		default:
			q.state = "applied"
		}
	case act == certlife.ActContractRegister:
		q.taken = q.whom != "the unknown"
	}
	if q.who == otherMaster {
		q.who, q.whom, q.state = "the master user", "the unknown", "whatever is so"
	}
	return q
}

// decide asks for every act of one for another, with all they have and with each assurance missing.
func (m *matrix) decide(t *testing.T, c *matrixCompany, state, who, whom string) {
	t.Helper()
	asked := question{who: who, whom: whom, state: state, contract: testbank.Company, user: c.user}
	switch whom {
	case "the unknown":
		asked.contract, asked.user = nobody.Contract, nobody.User
	case "the contract":
		asked.user = ""
	}
	everything := c.who(who, whom)
	for act := certlife.ActObtain; act.String() != "unknown"; act++ {
		if act == certlife.ActNoticeRun && whom != "the unknown" {
			continue // is about nobody
		}
		q := asked.about(act)
		said := m.snapshot.sections[act.String()][q.who+" for "+q.whom]
		if said == nil {
			t.Fatalf("%s: the snapshot does not say whether %s can %s for %s", m.profile, q.who, act, q.whom)
		}
		ask := func(without string, actor certlife.Actor) {
			t.Helper()
			where := fmt.Sprintf("%s, %s for %s, %s%s", act, who, q.whom, q.state, without)
			d, err := c.Decide(testbank.Ctx, actor, act, q.contract, q.user)
			m.compare(t, where, said.words(q.state, actor, q.taken), d, err)
		}
		ask("", everything)
		if !strings.HasPrefix(said.words(q.state, everything, q.taken), "allowed") {
			continue
		}
		for what, lose := range assurances {
			if actor := everything; lose(&actor) {
				ask(", without "+what, actor)
			}
		}
	}
}

func (m *matrix) user(t *testing.T, c *matrixCompany, state string, pairs [][2]string) {
	user, d, err := c.GetUser(testbank.Ctx, theBranch, testbank.Company, c.user)
	c.Allowed(d, err)
	if expected := m.snapshot.statuses.inState[state]; user.Status.String() != expected {
		t.Errorf("%s: %s: status %s, the snapshot says %s", m.profile, state, user.Status, expected)
	}
	for _, pair := range pairs {
		m.decide(t, c, state, pair[0], pair[1])
	}
}

func (m *matrix) login(t *testing.T, c *matrixCompany, state, who string) {
	shown := map[string]*certlife.Certificate{"none": nil, "another user's": c.held[stranger][0]}
	for i, certificate := range c.held[c.user] {
		shown[[]string{"the current one", "the unconfirmed one"}[i]] = certificate
	}
	for presented, certificate := range shown {
		actor := certlife.UserActor(testbank.Company, c.user)
		actor.LoginPassword = true
		if certificate != nil {
			actor.Certificate = certificate.DER
		}
		said := m.snapshot.sections["login"][who+", presenting "+presented]
		_, d, err := c.CheckLogin(testbank.Ctx, actor, certlife.LoginLook)
		m.compare(t, "login, "+who+" presenting "+presented+", "+state, said.words(state, actor, false), d, err)
	}
}

var (
	everybody  = []string{"a general user", "the master user", "the branch", "the system", "a stranger"}
	forGeneral = [][2]string{{"a general user", "themselves"}, {"a general user", "another"},
		{"the master user", "a general user"}, {"the branch", "a general user"}, {"the system", "a general user"},
		{"a stranger", "a general user"}, {otherMaster, "a general user"}}
	forMaster = [][2]string{{"the master user", "themselves"}, {"a general user", "the master user"},
		{"the branch", "the master user"}, {"the system", "the master user"}, {"a stranger", "the master user"},
		{otherMaster, "the master user"}}
)

func contains(steps []string, step string) bool {
	for _, s := range steps {
		if s == step {
			return true
		}
	}
	return false
}

func (m *matrix) every(t *testing.T, recipes map[string][]string) {
	for state := range m.snapshot.statuses.inState {
		recipe, known := recipes[state]
		if !known {
			t.Errorf("states.txt does not tell how to get to %q", state)
		}
		if recipe == nil {
			continue
		}
		m.run(t, "a general user, "+state, func(t *testing.T) {
			c := inState(t, m.profile, aGeneral, recipe)
			m.user(t, c, state, forGeneral)
			m.login(t, c, state, "a general user")
		})
		if contains(recipe, "deleted") {
			continue // a master user stays
		}
		m.run(t, "the master user, "+state, func(t *testing.T) {
			c := inState(t, m.profile, testbank.Master, recipe)
			m.user(t, c, state, forMaster)
			m.login(t, c, state, "the master user")
		})
	}
	for whom, states := range map[string][]string{
		"the contract": {"applied", "full", "not applied", "closed"},
		"the unknown":  {"whatever is so"},
	} {
		for _, state := range states {
			m.run(t, whom+", "+state, func(t *testing.T) {
				c := inState(t, m.profile, testbank.Master, recipes[state])
				for _, who := range everybody {
					m.decide(t, c, state, who, whom)
				}
			})
		}
	}
}

// TestMatrix has a test for each state: `go test -run 'TestMatrix/kumiai/a_general_user,_awaiting'`.
func TestMatrix(t *testing.T) {
	recipes, cells, left := readRecipes(t), 0, false
	for _, profile := range certlife.BuiltinProfiles() {
		m := &matrix{profile: profile, snapshot: readSnapshot(t, profile)}
		m.left = true
		t.Run(profile, func(t *testing.T) {
			m.left = false
			m.every(t, recipes)
		})
		cells, left = cells+m.cells, left || m.left
	}
	t.Logf("%d cells compared", cells)
	if cells < matrixCells && !left {
		t.Errorf("no longer %d", matrixCells)
	}
}
