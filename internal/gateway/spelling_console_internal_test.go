// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
)

// TestTheConsoleSpellsAsGatewaysDo: what a person types at the console, with what gateways tell of their
// mail servers, and what a phone sends through a gateway are one account. // R-13
func TestTheConsoleSpellsAsGatewaysDo(t *testing.T) {
	texts := []string{"ana", "ANA", `LAB\ana`, `lab\Ana`, "ana@lab.example", "Ana@LAB.example.", "ana%40lab.example", `else\ana`, `else\ana@lab.example`,
		"ana@else.example", "ana@xn--mnchen-3ya.example", "ana@münchen.example", "ana#bob", "ana!bob", "lab/ana", "ána", "ana@other.example", `corp\ana`, " ana "}
	for _, kind := range []string{"exchange", "sogo", "zpush", "grommunio", "horde", "other"} {
		list := []Backend{
			{Name: "lab", Realm: "corp", Type: kind, URL: "http://127.0.0.1:1", Domains: []string{"LAB", "Lab.Example", "München.example"}, Default: true},
			{Name: "other", Type: "exchange", URL: "http://127.0.0.1:2", Domains: []string{"other.example"}},
		}
		r, err := newRoutes(list)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			a, ok := readAccount(text)
			if !ok {
				t.Fatalf("%q is no account", text)
			}
			s, want := r.whose(text, a)
			if got, ok := Spell(MailServers(list), s.Realm, text); !ok || got != want {
				t.Errorf("%s: %q is %q at the gateway and %q at the console", kind, text, want, got)
			}
		}
	}
	if got, ok := Spell(nil, "corp", `CORP\ana`); !ok || got != "ana" {
		t.Errorf("of a realm without servers its name counts as a domain: %q", got)
	}
	if got, ok := Spell(nil, "corp", `LAB\ana`); !ok || got != "ana@lab" && got != `lab\ana` {
		t.Errorf("a domain nobody knows stays: %q", got)
	}
	for _, bad := range []string{"", "a\nb", string(make([]byte, 400))} {
		if got, ok := Spell(nil, "corp", bad); ok {
			t.Errorf("%q is an account: %q", bad, got)
		}
	}
}

func TestTheStatusTellsHowAccountsAreSpelt(t *testing.T) {
	list := []Backend{{Name: "lab", Realm: "corp", Type: "sogo", URL: "http://127.0.0.1:1", Domains: []string{"München.example", "LAB"}, Default: true},
		{Name: "other", Type: "other", URL: "http://127.0.0.1:2"}}
	r, err := newRoutes(list)
	if err != nil {
		t.Fatal(err)
	}
	var got []access.MailServer
	for _, h := range (&Gateway{routes: r}).healthReport() {
		got = append(got, access.MailServer{Name: h.Name, Type: h.Type, Realm: h.Realm, Domains: h.Domains, Rest: h.Rest})
	}
	want := []access.MailServer{{Name: "lab", Type: "sogo", Realm: "corp", Domains: []string{"lab", "munchen.example"}, Rest: true},
		{Name: "other", Type: "other", Realm: "other", Domains: []string{}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the report (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, MailServers(list)); diff != "" {
		t.Errorf("the configuration (-want +got):\n%s", diff)
	}
}
