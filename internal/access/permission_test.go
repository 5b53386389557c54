// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
)

// who may do what, as the promises say it, apart from the program's own table: a column for
// administrator, operator, help desk and auditor, and whether somebody with a scope may.
const promised = `
view                A O H R  scoped
see-plain           A O - R  scoped
export              A O - R  scoped
allow               A O H -  scoped
block               A O H -  scoped
comment             A O H -  scoped
remove              A O - -  scoped
clear-redirect      A O H -  scoped
link                A O H -  scoped
unlink              A O H -  scoped
match-again         A O H -  scoped
add-device          A O - -  scoped
change-device       A O - -  scoped
activate            A O H -  scoped
lose                A O H -  scoped
find                A O H -  scoped
retire              A O - -  scoped
delete-device       A O - -  scoped
set-compliance      A O - -  scoped
add-user            A O - -  whole
change-user         A O - -  whole
disable-user        A O - -  scoped
enable-user         A O - -  scoped
delete-user         A O - -  scoped
merge-accounts      A O - -  whole
split-accounts      A O - -  whole
assign-policy       A O - -  scoped
revert-policy       A O - -  scoped
ask-policy-anew     A O H -  scoped
change-policy       A - - -  whole
wipe                A O - -  scoped
cancel-wipe         A O - -  scoped
approve-wipe        A - - -  scoped
close-wipe          A O - -  scoped
release-wipe        A O - -  scoped
freeze              A - - -  whole
unfreeze            A - - -  whole
change-rule         A - - -  whole
confirm-rule        A - - -  whole
release             A O H -  scoped
hold-again          A O H -  scoped
pre-approve         A O H -  scoped
withdraw-approval   A O H -  scoped
import              A O - -  whole
change-preferences  A - - -  whole
change-settings     A - - -  whole
export-user         A - - -  whole
erase-user          A - - -  whole
view-audit          A O - R  whole
view-access         A - - R  whole
manage-access       A - - -  whole
`

func TestEveryRoleMayDoWhatIsPromisedAndNothingElse(t *testing.T) {
	lines := map[access.Verb][]string{}
	for line := range strings.Lines(strings.TrimSpace(promised)) {
		f := strings.Fields(line)
		lines[access.Verb(f[0])] = f[1:]
	}
	for _, v := range access.Verbs() {
		line, found := lines[v]
		if !found || len(line) != len(access.Roles())+1 {
			t.Errorf("%s has no whole line in the promise", v)
			continue
		}
		delete(lines, v)
		for i, role := range access.Roles() {
			for _, scope := range []*access.Scope{nil, {}, {Groups: []string{"sales"}}} {
				want := line[i] != "-" && (scope == nil || line[len(line)-1] == "scoped")
				if role == access.RoleHelpDesk && scope == nil {
					want = false // a help desk without groups sees nothing
				}
				if err := (access.Actor{Name: "x", Role: role, Scope: scope}).May(v); (err == nil) != want {
					t.Errorf("%s, %s, scope %v: %v", role, v, scope, err)
				} else if err != nil && access.KindOf(err) != access.KindForbidden {
					t.Errorf("%s, %s: %v", role, v, err)
				}
			}
		}
	}
	for v := range lines {
		t.Errorf("there is no verb %q", v)
	}
}

// TestAnAuditorHoldsEveryVerbThatOnlyReads: whoever inspects reads what there is, and changes nothing.
func TestAnAuditorHoldsEveryVerbThatOnlyReads(t *testing.T) {
	reads := []access.Verb{access.VerbView, access.VerbSeePlain, access.VerbExport, access.VerbViewAudit, access.VerbViewAccess}
	for _, v := range access.Verbs() {
		if got := (access.Actor{Role: access.RoleAuditor}).May(v) == nil; got != slices.Contains(reads, v) {
			t.Errorf("%s: %v", v, got)
		}
	}
}

func TestAskingWhoMayDoWhatCostsNothing(t *testing.T) {
	who := access.Actor{Name: "ada", Role: access.RoleOperator}
	if n := testing.AllocsPerRun(100, func() {
		if who.May(access.VerbWithdrawApproval) != nil || !who.Role.Covers(access.RoleHelpDesk) {
			t.Error("refused")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestWhoHasDoneSomethingIsKnownByIDAndNotByName(t *testing.T) {
	ada, other := access.Actor{Name: "ada", Person: "1"}, access.Actor{Name: "ada", Person: "2"}
	first, second := access.Actor{Name: "ada (token robot)", Person: "1", Token: "t1"}, access.Actor{Name: "ada (token robot)", Person: "1", Token: "t2"}
	keys := map[string]bool{}
	for _, who := range []access.Actor{ada, other, first, second, {Name: "ada"}, {Name: "1"}} {
		if keys[who.Key()] {
			t.Errorf("%+v shares its key", who)
		}
		keys[who.Key()] = true
	}
	if !ada.Is(first) || !first.Is(second) || ada.Is(other) || ada.Is(access.Actor{Name: "ada"}) || !(access.Actor{Name: "ada"}).Is(access.Actor{Name: "ada"}) {
		t.Error("somebody is taken for another, or not for himself")
	}
}

func TestNobodyElseMayDoAnything(t *testing.T) {
	for _, v := range append(access.Verbs(), "", "no such verb") {
		for _, role := range []access.Role{"", "root", "Administrator"} {
			if (access.Actor{Role: role}).May(v) == nil {
				t.Errorf("%q may %q", role, v)
			}
		}
	}
	if (access.Actor{Role: access.RoleAdministrator}).May("no such verb") == nil {
		t.Error("what has no line may be done")
	}
}

func TestATokenWithVerbsOfItsOwnDoesOnlyThose(t *testing.T) {
	for _, role := range access.Roles() {
		for _, v := range access.Verbs() {
			all := access.Actor{Role: role, Scope: &access.Scope{Groups: []string{"sales"}}}
			few := all
			few.Only = []access.Verb{access.VerbView, access.VerbManageAccess}
			want := all.May(v) == nil && slices.Contains(few.Only, v)
			if got := few.May(v) == nil; got != want {
				t.Errorf("%s, %s: %v", role, v, got)
			}
		}
	}
}

// TestEveryConstantHasALine reads the source: a verb or a role that is declared but left out of the table
// would otherwise be nobody's, unnoticed.
func TestEveryConstantHasALine(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "permission.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	ast.Inspect(f, func(n ast.Node) bool {
		s, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		typ, ok := s.Type.(*ast.Ident)
		if !ok || len(s.Values) != 1 {
			return true
		}
		word, err := strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		found[typ.Name]++
		switch {
		case typ.Name == "Verb" && !slices.Contains(access.Verbs(), access.Verb(word)):
			t.Errorf("the verb %q has no line in the table", word)
		case typ.Name == "Role" && !slices.Contains(access.Roles(), access.Role(word)):
			t.Errorf("the role %q is not in the list", word)
		}
		return true
	})
	if found["Verb"] != len(access.Verbs()) || found["Role"] != len(access.Roles()) {
		t.Errorf("%v declared, %d verbs and %d roles listed", found, len(access.Verbs()), len(access.Roles()))
	}
	for _, c := range access.PermissionTable() {
		if !c.Holds(access.RoleAdministrator) {
			t.Errorf("an administrator may not %s", c.Verb)
		}
		for _, r := range c.Roles {
			if !slices.Contains(access.Roles(), r) {
				t.Errorf("%s names a role %q that does not exist", c.Verb, r)
			}
		}
	}
}
