// SPDX-License-Identifier: Apache-2.0

package certlife_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of docs/go.md anew")

// What has no counterpart in Go, and why. Keys may end with a star.
var withoutGo = map[string]string{
	"certlife_*_free":         "freed as soon as it is read out",
	"certlife_decision_new":   "made and used again by the binding",
	"certlife_login_new":      "made and used again by the binding",
	"certlife_*_page_count":   "the length of a slice",
	"certlife_*_page_at":      "an element of a slice",
	"certlife_*_member_count": "the length of a slice",
}

// Where a function is called in C, or for something whose name is not found by itself.
var elsewhere = map[string]string{
	"certlife_decision_allowed":        "Decision.Allowed",
	"certlife_decision_code":           "Decision.Code",
	"certlife_decision_way":            "Decision.Way",
	"certlife_decision_date":           "Decision.Date",
	"certlife_decision_row":            "Decision.Row",
	"certlife_decision_line":           "Decision.Line",
	"certlife_decision_sentence":       "Decision.Sentence",
	"certlife_decision_way_sentence":   "Decision.WaySentence",
	"certlife_login_check":             "Institution.CheckLogin",
	"certlife_notice_give_back":        "Institution.GiveNoticeBack`, `Institution.ReturnNotice",
	"certlife_login_expiry":            "Login.Expiry",
	"certlife_login_days_left":         "Login.DaysLeft",
	"certlife_login_renewal_due":       "Login.RenewalDue",
	"certlife_login_waits_to_install":  "Login.WaitsToInstall",
	"certlife_login_confirmed":         "Login.Confirmed",
	"certlife_login_serial":            "Login.Serial",
	"certlife_store_new":               "NewStore",
	"certlife_issuer_new":              "NewIssuer",
	"certlife_crypto_new":              "NewCrypto",
	"certlife_error_code":              "Error.Code",
	"certlife_error_class_of":          "Error.Class",
	"certlife_error_message":           "Error.Message",
	"certlife_error_backend_code":      "Error.BackendCode",
	"certlife_error_backend_name":      "Error.BackendName",
	"certlife_error_set":               "errors of StoreBackend, IssuerBackend, CryptoBackend",
	"certlife_certificate_der":         "Certificate.DER",
	"certlife_notice_page_more":        "NoticePage.More",
	"certlife_user_page_next":          "UserPage.Next",
	"certlife_certificate_page_next":   "CertificatePage.Next",
	"certlife_institution_close":       "Institution.Close",
	"certlife_issuer_close":            "Issuer.Close",
	"certlife_store_close":             "Store.Close",
	"certlife_crypto_free":             "Crypto.Close",
	"certlife_profile_free":            "Profile.Close",
	"certlife_notice_page_free":        "NoticePage.Close",
	"certlife_decision_free":           "",
	"certlife_error_free":              "",
	"certlife_notice_member_user":      "NoticeMember.User",
	"certlife_notice_member_serial":    "NoticeMember.Serial",
	"certlife_notice_member_expiry":    "NoticeMember.Expiry",
	"certlife_notice_member_days_left": "NoticeMember.DaysLeft",
}

// Enumerators without a constant, and why.
var withoutConstant = map[string]string{
	"CERTLIFE_ALLOWED":       "Decision.Allowed",
	"CERTLIFE_REFUSED":       "Decision.Allowed",
	"CERTLIFE_STORE_FOUND":   "StoreTxn.Get's `found`",
	"CERTLIFE_STORE_ABSENT":  "StoreTxn.Get's `found`",
	"CERTLIFE_STORE_DURABLE": "NewStore's `durable`",
	"CERTLIFE_ISSUER_LOCAL":  "NewIssuer's `local`",
	"CERTLIFE_CRYPTO_GOOD":   "a bool",
	"CERTLIFE_CRYPTO_BAD":    "a bool",
}

// header is all of C's headers as the compiler sees them.
func header(t *testing.T) string {
	t.Helper()
	flags, err := exec.Command("pkg-config", "--cflags", "libcertlife").Output()
	if err != nil {
		t.Fatal(err)
	}
	arguments := append(strings.Fields(string(flags)), "-E", "-P", "-xc", "-")
	compiler := exec.Command("gcc", arguments...)
	compiler.Stdin = strings.NewReader("#include <certlife.h>\n")
	text, err := compiler.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	declared   = regexp.MustCompile(`visibility\("default"\)\)\)[^;{]*?\b(certlife_\w+)\(`)
	enumerator = regexp.MustCompile(`\b(CERTLIFE_[A-Z_0-9]+) = `)
)

// exported are the functions of the library.
func exported(t *testing.T) (names []string) {
	for _, m := range declared.FindAllStringSubmatch(header(t), -1) {
		names = append(names, m[1])
	}
	if len(names) < 150 {
		t.Fatalf("only %d functions are found", len(names))
	}
	sort.Strings(names)
	return names
}

// bound finds for each name of C's where Go uses it: the exported function or method, or the field that it fills.
func bound(t *testing.T) map[string]map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	uses := map[string]map[string]bool{}
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			within(declaration, uses)
		}
	}
	for _, name := range []string{"call.h", "callbacks.c"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\b(certlife_[a-z_0-9]+)\(`).FindAllStringSubmatch(string(text), -1) {
			use(uses, m[1], "")
		}
	}
	return uses
}

func use(uses map[string]map[string]bool, c, by string) {
	if uses[c] == nil {
		uses[c] = map[string]bool{}
	}
	uses[c][by] = true
}

func within(declaration ast.Decl, uses map[string]map[string]bool) {
	name := ""
	if fn, ok := declaration.(*ast.FuncDecl); ok && fn.Name.IsExported() {
		name = fn.Name.Name
		if fn.Recv != nil {
			kind := fn.Recv.List[0].Type
			if star, ok := kind.(*ast.StarExpr); ok {
				kind = star.X
			}
			name = kind.(*ast.Ident).Name + "." + name
		}
	}
	var stack []ast.Node
	ast.Inspect(declaration, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		selected, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if c, ok := selected.X.(*ast.Ident); ok && c.Name == "C" {
			by := name
			if field := filled(stack); field != "" {
				by = field
			}
			use(uses, selected.Sel.Name, by)
		}
		return true
	})
}

// filled is the field, "User.Expiry", whose value the innermost node is part of.
func filled(stack []ast.Node) string {
	for n := len(stack) - 1; n > 0; n-- {
		pair, ok := stack[n].(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		literal, ok := stack[n-1].(*ast.CompositeLit)
		if !ok {
			continue
		}
		kind, _ := literal.Type.(*ast.Ident)
		key, _ := pair.Key.(*ast.Ident)
		if kind != nil && key != nil && ast.IsExported(kind.Name) && ast.IsExported(key.Name) {
			return kind.Name + "." + key.Name
		}
	}
	return ""
}

func matches(pattern, name string) bool {
	ok, _ := filepath.Match(pattern, name)
	return ok
}

// goName is the name of a C function in Go, or in parentheses why it has none.
func goName(t *testing.T, c string, uses map[string]map[string]bool) string {
	if len(uses[c]) == 0 {
		t.Errorf("%s is not called by the binding", c)
	}
	if name := elsewhere[c]; name != "" {
		return "`" + name + "`"
	}
	var by []string
	for name := range uses[c] {
		if name != "" {
			by = append(by, name)
		}
	}
	if len(by) == 1 {
		return "`" + by[0] + "`"
	}
	for pattern, reason := range withoutGo {
		if matches(pattern, c) {
			return "(" + reason + ")"
		}
	}
	t.Errorf("%s has no name in Go, and no reason: %v", c, by)
	return ""
}

// TestNames holds the table of docs/go.md to the sources, and these to the headers: each function has its counterpart.
func TestNames(t *testing.T) {
	uses := bound(t)
	table := "| C | Go |\n|---|---|\n"
	for _, c := range exported(t) {
		table += fmt.Sprintf("| `%s` | %s |\n", c, goName(t, c, uses))
	}
	const path, begin, end = "../../docs/go.md", "<!-- names -->\n", "<!-- names end -->\n"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(page), begin)
	now, after, found := strings.Cut(rest, end)
	if !found {
		t.Fatalf("%s has no place for the table", path)
	}
	if now == table {
		return
	}
	if !*update {
		t.Fatalf("the table of %s is not up to date: bindings/go/test.sh BUILD . -run Names -update", path)
	}
	if err := os.WriteFile(path, []byte(before+begin+table+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestConstants: each enumerator of the headers is a constant here.
func TestConstants(t *testing.T) {
	uses, count := bound(t), 0
	for _, m := range enumerator.FindAllStringSubmatch(header(t), -1) {
		count++
		if uses[m[1]] == nil && withoutConstant[m[1]] == "" {
			t.Errorf("%s is no constant", m[1])
		}
		if uses[m[1]] == nil && strings.HasPrefix(m[1], "CERTLIFE_E_") {
			t.Errorf("%s has no sentinel", m[1])
		}
	}
	if count < 150 {
		t.Errorf("only %d enumerators are found", count)
	}
}

// TestExample: the program of docs/go.md is the one that is tested.
func TestExample(t *testing.T) {
	page, err := os.ReadFile("../../docs/go.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```go\n")
	shown, _, _ := strings.Cut(rest, "```\n")
	source, err := os.ReadFile("internal/firststeps/main.go")
	if err != nil {
		t.Fatal(err)
	}
	_, tested, _ := strings.Cut(string(source), "\n\n")
	if shown != tested {
		t.Error("docs/go.md shows another program than internal/firststeps/main.go")
	}
	cmd := exec.Command("go", "run", "./internal/firststeps")
	output, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "電子証明書が提示されていません。") {
		t.Errorf("%v: %s", err, output)
	}
}
