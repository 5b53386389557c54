// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/store"
)

// oldAgent is a phone with iOS 16, newAgent one with iOS 18.
const (
	oldAgent = "Apple-iPhone11C8/2007.75"
	newAgent = "Apple-iPhone15C2/2205.70"
)

func oldPhones(most int) map[string]any {
	return map[string]any{"name": "Old phones", "kind": "os-below", "os": "iOS", "below": "17", "action": "quarantine", "enabled": true, "most": most}
}

func (w *world) rule(id string) (r api.RuleDetails) {
	w.t.Helper()
	w.call("GET", "/rules/"+id, nil, &r)
	return r
}

// walked waits until the console has looked at all records, and gives the rule.
func (w *world) walked(id string) (r api.RuleDetails) {
	w.t.Helper()
	eventually(w.t, time.Minute, "all records have been looked at", func() bool { r = w.rule(id); return !r.Looking })
	return r
}

// ruled gives the devices of the records that a rule speaks of, in a state.
func (w *world) ruled(path, state string) map[string]api.RuledRecord {
	w.t.Helper()
	var page struct{ Items []api.RuledRecord }
	w.call("GET", path+"?limit=500&state="+state, nil, &page)
	all := map[string]api.RuledRecord{}
	for _, r := range page.Items {
		all[r.Association.DeviceID] = r
	}
	return all
}

// comes to be: a phone's fate changes without anybody asking it to, and soon.
func (w *world) soonFares(want string, phones ...*easclient.Client) {
	w.t.Helper()
	for _, p := range phones {
		got := ""
		eventually(w.t, soon, fmt.Sprintf("%s on %s is %s", p.User, p.DeviceID, want), func() bool { got = contact(w.t, p); return got == want })
	}
}

func (w *world) phoneWith(i int, user, device, agent string) *easclient.Client {
	p := w.phone(i, user, device)
	p.UserAgent = agent
	return p
}

// An administrator looks what a rule would do, makes it, and lets one phone out of quarantine. A phone that waits
// for mail is called back; one that nobody knows is refused at its first request, at every gateway.
//
// Y-07 Y-16 A-24
func TestAnOldPhoneIsQuarantinedAndReleased(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	old, young := w.phone(0, "alice", "OLDONE"), w.phoneWith(1, "bob", "NEWONE", newAgent)
	expect(t, "passed", old)
	expect(t, "passed", young)
	record := w.await("alice", "OLDONE")
	w.await("bob", "NEWONE")
	waits := w.ping(t.Context(), 0, 1, old)

	var pre api.RulePreview
	w.call("POST", "/rules/preview", oldPhones(50), &pre)
	if pre.Speaks != 1 || pre.WouldHold != 1 || pre.WouldWait != 0 || pre.ToBlocked != 1 || len(pre.Changes) != 1 || pre.Changes[0].ID != record.ID {
		t.Errorf("the preview: %+v", pre)
	}
	made := w.ask("POST", "/rules", oldPhones(50))
	select {
	case got := <-waits:
		if got.status != 7 {
			t.Errorf("the waiting request ended with %+v", got)
		}
	case <-time.After(soon):
		t.Error("the waiting request goes on")
	}
	for i := range w.gateways {
		w.soonFares("refused", w.phone(i, "alice", "OLDONE"))
		expect(t, "passed", w.phoneWith(i, "bob", "NEWONE", newAgent))
		expect(t, "refused", w.phone(i, "carol", fmt.Sprint("NEVERSEEN", i))) // at once: gateways look themselves
	}
	w.await("carol", "NEVERSEEN0")
	r := w.walked(made.ID)
	if r.Held != 3 && r.Held != 2 || r.Waiting != 0 { // the second newcomer's record may still be on its way
		t.Errorf("the rule: %+v", r.Rule)
	}
	held := w.ruled("/quarantine", "held")
	if one := held["OLDONE"]; one.Rule.Name != "Old phones" || one.Association.SyncStatus != "blocked" || len(one.Rule.Can) == 0 {
		t.Errorf("in quarantine: %+v", held)
	}
	if a, _ := w.find("alice", "OLDONE"); a.Why.Rule != access.RuleQuarantine.String() || !strings.Contains(a.Why.Text+a.Why.Detail, "Old phones") {
		t.Errorf("why: %+v", a.Why)
	}

	began := time.Now()
	free := w.ask("POST", "/associations/"+string(record.ID)+"/release", map[string]any{"reason": "waits for her new phone"})
	for i := range w.gateways {
		expect(t, "passed", w.phone(i, "alice", "OLDONE"))
		expect(t, "refused", w.phone(i, "carol", "NEVERSEEN0"))
	}
	if d := time.Since(began); d > time.Second+loaded {
		t.Errorf("released after %v", d)
	}
	if out := w.ruled("/rules/"+made.ID+"/records", "released")["OLDONE"]; !strings.HasPrefix(out.Rule.ReleasedBy, "boss") {
		t.Errorf("released: %+v", out)
	}
	w.ask("POST", "/undo", map[string]any{"undo": free.Undo})
	expect(t, "refused", old)
	w.ask("POST", "/associations/"+string(record.ID)+"/allow", map[string]any{"reason": "the board"}) // an Allow speaks before
	expect(t, "passed", old)
	w.ask("POST", "/associations/"+string(record.ID)+"/end-override", nil)
	expect(t, "refused", old)

	gone := w.ask("DELETE", "/rules/"+made.ID, nil)
	w.soonFares("passed", old, w.phone(1, "carol", "NEVERSEEN0"))
	w.ask("POST", "/undo", map[string]any{"undo": gone.Undo})
	w.soonFares("refused", old, w.phone(1, "carol", "NEVERSEEN0"))
	expect(t, "passed", young)
}

// loaded is what is added to a promised time where other stories run beside this one.
const loaded = 2 * time.Second

// A rule that speaks of more records than it may hold lets the rest go on until a person has seen how many.
//
// Y-16
func TestARuleHoldsNoMoreThanAPersonHasConfirmed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	var phones []*easclient.Client
	for i := range 5 {
		p := w.phone(i%2, "bob", fmt.Sprint("OLD", i))
		expect(t, "passed", p)
		w.await("bob", p.DeviceID)
		phones = append(phones, p)
	}
	made := w.ask("POST", "/rules", oldPhones(2))
	r := w.walked(made.ID)
	if r.Held != 2 || r.Waiting != 3 {
		t.Fatalf("the rule holds %d and %d wait", r.Held, r.Waiting)
	}
	at := "/rules/" + made.ID
	count := func() (refused int) {
		w.t.Helper()
		for _, p := range phones {
			if contact(t, p) == "refused" {
				refused++
			}
		}
		return refused
	}
	eventually(t, soon, "two are refused and three pass", func() bool { return count() == 2 })
	waiting := w.ruled(at+"/records", "waiting")
	for device := range waiting {
		expect(t, "passed", w.phone(0, "bob", device))
	}
	if len(waiting) != 3 {
		t.Errorf("%d wait", len(waiting))
	}
	late := w.phone(1, "carol", "OLDANDNEW") // nobody knows it: the number is for those who are there
	expect(t, "refused", late)
	w.await("carol", "OLDANDNEW")
	expect(t, "refused", late)
	if r := w.rule(made.ID); r.Held != 3 || r.Waiting != 3 {
		t.Errorf("with a newcomer the rule holds %d and %d wait", r.Held, r.Waiting)
	}
	phones = append(phones, late)
	free := w.ask("POST", "/associations/"+string(w.await("carol", "OLDANDNEW").ID)+"/release", map[string]any{"reason": "hers"})
	w.soonFares("passed", late)
	if r := w.rule(made.ID); r.Held != 2 || r.Waiting != 3 { // who is let go takes no other
		t.Errorf("with one released the rule holds %d and %d wait", r.Held, r.Waiting)
	}
	w.ask("POST", "/undo", map[string]any{"undo": free.Undo})
	w.soonFares("refused", late)

	var pre api.RulePreview
	w.call("POST", at+"/preview-confirm", nil, &pre)
	if pre.Confirm != 6 || pre.ToBlocked != 3 {
		t.Errorf("confirming would hold %d and refuse %d more", pre.Confirm, pre.ToBlocked)
	}
	w.refuses(http.StatusConflict, "POST", at+"/confirm", map[string]any{"number": 5})
	w.ask("POST", at+"/confirm", map[string]any{"number": pre.Confirm, "reason": "seen"})
	eventually(t, soon, "all six are refused", func() bool { return count() == 6 })
	if r := w.walked(made.ID); r.Held != 6 || r.Waiting != 0 || r.Confirmed != 6 {
		t.Errorf("confirmed: %+v", r.Rule)
	}
	w.ask("POST", at+"/disable", nil)
	eventually(t, soon, "nobody is refused", func() bool { return count() == 0 })
}

// Thousands of records are looked at after a change, in steps. A console that is killed in the middle goes on
// where it was, and in the end the rule holds what its preview said.
//
// Y-07 Y-16 S-15
func TestALookAtAllRecordsSurvivesTheConsolesDeath(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, plan{early: true, postgres: engine == "postgres"})
			dsn := w.database
			if dsn == "" {
				if err := os.Mkdir(w.file("base"), 0o700); err != nil {
					t.Fatal(err)
				}
				dsn = "sqlite:" + w.file("base/console.db")
				w.edit("console.toml", `database = ""`, `database = "`+dsn+`"`)
			}
			w.killedWhileLooking(fill(t, dsn, 4000))
		})
	}
}

func (w *world) killedWhileLooking(want int) {
	t := w.t
	w.startConsole()
	w.hire()
	w.startGateway(0)
	w.connected(0)
	t.Cleanup(w.keptSilent)

	form := oldPhones(0)
	var pre api.RulePreview
	w.call("POST", "/rules/preview", form, &pre)
	if int(pre.WouldHold) != want || pre.ToBlocked != want {
		t.Fatalf("the preview says %d, and %d refused; there are %d", pre.WouldHold, pre.ToBlocked, want)
	}
	var made api.Result
	w.call("POST", "/rules", form, &made)
	var r api.RuleDetails
	eventually(t, soon, "the look has begun", func() bool { r = w.rule(made.ID); return r.Held > 0 || !r.Looking })
	w.console.kill()
	if int(r.Held) == want {
		t.Log("the look was over before the console could be killed")
	}
	w.startConsole()
	if r = w.walked(made.ID); int(r.Held) != want || r.Waiting != 0 {
		t.Errorf("the rule holds %d and %d wait, of %d", r.Held, r.Waiting, want)
	}
	w.connected(0)
	for i := range 20 { // odd ones are old
		a, ok := w.find("bob", fmt.Sprintf("FILLED%05d", i*97))
		if !ok || (a.SyncStatus == "blocked") != (i*97%2 == 1) {
			t.Errorf("FILLED%05d is %s", i*97, a.SyncStatus)
		}
	}
	expect(t, "refused", w.phone(0, "bob", "FILLED00001"))
	expect(t, "passed", w.phoneWith(0, "bob", "FILLED00002", newAgent))
}

// fill makes a database with bob's phones, every second of them an old one, and says how many are.
func fill(t *testing.T, dsn string, n int) (old int) {
	t.Helper()
	st, err := store.Open(t.Context(), store.Config{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	at := time.Now().UTC().Add(-24 * time.Hour)
	for from := 0; from < n; from += 500 {
		if err := st.WithTx(t.Context(), func(tx *store.Tx) error {
			for i := from; i < min(from+500, n); i++ {
				id, version := fmt.Sprintf("FILLED%05d", i), "18"
				if i%2 == 1 {
					version = "16"
				}
				if err := tx.CreateAssociation(&access.Association{Record: access.Record{Domain: access.Standalone,
					Pair: access.Pair{Realm: "mail", Account: "bob", Device: id}}, User: "bob", RawDevice: id, OS: "iOS", OSVersion: version,
					FirstSync: at, LastSync: at, LastSuccess: at}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return n / 2
}

// A command that may not be is refused in its own words, and the account goes on.
//
// Y-12
func TestDocumentsOfFileSharesStayAtHome(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	for i := range w.gateways {
		expect(t, "passed", w.phone(i, "bob", "PHONEONE"))
	}
	w.await("bob", "PHONEONE")
	w.ask("POST", "/rules", map[string]any{"name": "No file shares", "kind": "command", "action": "block", "enabled": true,
		"commands": []string{access.FeatureLibrary, "GetAttachment"}})
	for i := range w.gateways {
		p := w.phone(i, "bob", "PHONEONE")
		search := wbxml.Elem(wbxml.SearchSearch, wbxml.Elem(wbxml.SearchStore, wbxml.Text(wbxml.SearchName, "DocumentLibrary"),
			wbxml.Elem(wbxml.SearchQuery, wbxml.Elem(wbxml.SearchEqualTo, wbxml.Text(wbxml.DocumentLibraryLinkId, `\\files\plans`)))))
		if s := w.told200(p, eas.Search, search).Find(wbxml.SearchResponse, wbxml.SearchStore, wbxml.SearchStatus).Value(); s != "5" {
			t.Errorf("a search for documents at %s: status %q", gatewayName(i), s)
		}
		fetch := wbxml.Elem(wbxml.ItemOperationsItemOperations, wbxml.Elem(wbxml.ItemOperationsFetch, wbxml.Text(wbxml.ItemOperationsStore, "DocumentLibrary"),
			wbxml.Text(wbxml.DocumentLibraryLinkId, `\\files\plans\a.doc`)))
		if s := w.told200(p, eas.ItemOperations, fetch).Find(wbxml.ItemOperationsResponse, wbxml.ItemOperationsFetch, wbxml.ItemOperationsStatus).Value(); s != "16" {
			t.Errorf("a document at %s: status %q", gatewayName(i), s)
		}
		if _, err := p.GetAttachment(timeout(t), "a1"); outcome(err) != "refused" {
			t.Errorf("an attachment of old versions: %v", err)
		}
		if _, err := p.SearchGAL(timeout(t), "ali", 5); err != nil {
			t.Errorf("the address book: %v", err)
		}
		expect(t, "passed", p)
	}
	for _, r := range w.mail[0].Requests() {
		if strings.Contains(string(r.Body), "files") || r.Query.Command == eas.GetAttachment {
			t.Errorf("the mail server was asked for %s", r.Query.Command)
		}
	}
	if a, _ := w.find("bob", "PHONEONE"); a.SyncStatus != "allowed" {
		t.Errorf("the record is %s", a.SyncStatus)
	}
}

// A rule for a group speaks of the phones of its people alone, also where it looks at requests, and follows them
// into the group and out of it.
//
// Y-12 Y-16
func TestARuleForAGroupFollowsItsPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	carol := w.engage("carol", []string{"sales"}, "carol")
	w.engage("bob", nil, "bob")
	for i, user := range []string{"carol", "bob"} {
		expect(t, "passed", w.phone(i, user, "PHONE"+strings.ToUpper(user)))
		w.await(user, "PHONE"+strings.ToUpper(user))
	}
	searches := func(user string) string {
		t.Helper()
		said := ""
		for i := range w.gateways {
			_, err := w.phone(i, user, "PHONE"+strings.ToUpper(user)).SearchGAL(timeout(t), "dav", 5)
			if said != "" && said != outcome(err) {
				return "different at two gateways"
			}
			said = outcome(err)
		}
		return said
	}
	w.ask("POST", "/rules", map[string]any{"name": "No directory for sales", "kind": "command", "action": "block", "enabled": true,
		"commands": []string{"Search"}, "groups": []string{"sales"}})
	becomes := func(user, want string) {
		t.Helper()
		eventually(t, soon, user+"'s search is "+want, func() bool { return searches(user) == want })
	}
	becomes("carol", "status 5")
	if got := searches("bob"); got != "passed" {
		t.Errorf("who is not in the group: %s", got)
	}
	expect(t, "passed", w.phone(0, "carol", "PHONECAROL"))
	w.ask("PUT", "/users/"+carol.ID, map[string]any{"name": "carol", "groups": []string{"board"},
		"accounts": []map[string]string{{"realm": "mail", "account": "carol"}}}, "If-Match", "*")
	becomes("carol", "passed")
	w.ask("PUT", "/users/"+carol.ID, map[string]any{"name": "carol", "groups": []string{"board", "sales"},
		"accounts": []map[string]string{{"realm": "mail", "account": "carol"}}}, "If-Match", "*")
	becomes("carol", "status 5")
}

// told200 sends a document and reads that of the answer.
func (w *world) told200(p *easclient.Client, c eas.Command, doc *wbxml.Node) *wbxml.Node {
	w.t.Helper()
	got, err := p.Do(timeout(w.t), easclient.Request{Command: c, Node: doc})
	if err != nil {
		w.t.Fatalf("%s: %v", c, err)
	}
	root, err := wbxml.Parse(got.Body, wbxml.Limits{})
	if err != nil {
		w.t.Fatalf("%s: %v", c, err)
	}
	return root
}

// The devices that came first keep the mailbox. When one of them goes, the next may have its place; two that
// come to two gateways in the same moment do not both slip in.
//
// Y-16
func TestAMailboxHasSoManyDevicesAtBothGateways(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2, settings: func(s *api.Settings) { s.DeviceLimit = 2 }})
	first := w.phone(0, "bob", "DEVICE0")
	expect(t, "passed", first)
	w.await("bob", "DEVICE0")
	racers := []*easclient.Client{w.phone(0, "bob", "DEVICE1"), w.phone(1, "bob", "DEVICE2")}
	done := make(chan string, len(racers))
	for _, p := range racers {
		go func() { _, err := p.FolderSync(t.Context(), "0"); done <- outcome(err) }()
	}
	for range racers {
		<-done
	}
	one, two := w.await("bob", "DEVICE1"), w.await("bob", "DEVICE2")
	fates := func() (passed int) {
		for i := range w.gateways {
			for _, d := range []string{"DEVICE1", "DEVICE2"} {
				if contact(t, w.phone(i, "bob", d)) == "passed" {
					passed++
				}
			}
		}
		return passed
	}
	eventually(t, soon, "one of the two passes at both gateways", func() bool { return fates() == 2 })
	for i := range w.gateways {
		expect(t, "passed", w.phone(i, "bob", "DEVICE0"))
		expect(t, "passed", w.phone(i, "alice", "DEVICE3")) // another mailbox
	}
	late, in := "DEVICE1", one
	if a, _ := w.find("bob", "DEVICE2"); a.OverLimit {
		late, in = "DEVICE2", one
	} else {
		in = two
	}
	a, _ := w.find("bob", late)
	if !a.OverLimit || a.Why.Rule != access.RuleDeviceLimit.String() || a.SyncStatus != "blocked" {
		t.Errorf("the late one: %+v", a.Why)
	}
	w.ask("POST", "/associations/"+string(in.ID)+"/block", map[string]any{"reason": "given away"}) // does not count any more
	w.soonFares("passed", w.phone(0, "bob", late), w.phone(1, "bob", late))
	var pre api.Preview
	now := w.settings()
	now.DeviceLimit = 1
	w.call("POST", "/preferences/preview", map[string]any{"settings": now}, &pre)
	if pre.ToBlocked != 1 {
		t.Errorf("one device for each mailbox would refuse %d", pre.ToBlocked)
	}
	w.change(func(s *api.Settings) { s.DeviceLimit = 0 })
	w.ask("POST", "/associations/"+string(in.ID)+"/end-override", nil)
	w.soonFares("passed", w.phone(0, "bob", in.DeviceID), w.phone(1, "bob", late), first)
}

func (w *world) settings() api.Settings {
	w.t.Helper()
	var now struct{ Settings api.Settings }
	w.call("GET", "/preferences", nil, &now)
	return now.Settings
}

// With the preference, a phone stays on the type of mail server of its earliest account; the refusal says so, and
// without the preference every account goes its own way.
//
// M-04 R-6
func TestAPhoneStaysOnOneTypeOfMailServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2, servers: []mailPlan{
		{name: "head", kind: "exchange", domains: []string{"head.example"}, users: []string{"bob"}},
		{name: "plant", kind: "horde", domains: []string{"plant.example"}, users: []string{"carol"}},
		{name: "shop", kind: "exchange", domains: []string{"shop.example"}, users: []string{"dave"}},
	}})
	at := func(i int, user, domain string) *easclient.Client {
		p := w.phone(i, user, "PHONEONE")
		p.User += "@" + domain
		return p
	}
	for _, p := range []*easclient.Client{at(0, "bob", "head.example"), at(1, "carol", "plant.example"), at(0, "dave", "shop.example")} {
		expect(t, "passed", p)
		w.await(strings.Split(p.User, "@")[0], "PHONEONE")
	}
	for _, g := range w.listGateways() {
		kinds := map[string]string{}
		for _, b := range g.Status.Backends {
			kinds[b.Name] = b.Type
		}
		if kinds["head"] != "exchange" || kinds["plant"] != "horde" {
			t.Errorf("%s tells of %v", g.ID, kinds)
		}
	}
	waits := w.ping(t.Context(), 1, 1, at(1, "carol", "plant.example"))
	w.change(func(s *api.Settings) { s.OneServerType = true })
	select {
	case got := <-waits:
		if got.status != 7 {
			t.Errorf("the waiting request ended with %+v", got)
		}
	case <-time.After(soon):
		t.Error("the waiting request goes on")
	}
	for i := range w.gateways {
		w.soonFares("refused", at(i, "carol", "plant.example"))
		expect(t, "passed", at(i, "bob", "head.example"))
		expect(t, "passed", at(i, "dave", "shop.example"))
	}
	var a api.Association
	eventually(t, soon, "the list says why", func() bool { a, _ = w.find("carol", "PHONEONE"); return a.Why.Rule == access.RuleServerType.String() })
	if a.SyncStatus != "blocked" {
		t.Errorf("the record is %s: %+v", a.SyncStatus, a.Why)
	}
	w.change(func(s *api.Settings) { s.OneServerType = false })
	w.soonFares("passed", at(0, "carol", "plant.example"), at(1, "carol", "plant.example"))
}

// The command line makes a rule, says what it would do, and lets a phone out of quarantine.
//
// Y-16 Y-17
func TestRulesAreMadeAtTheCommandLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{})
	old := w.phone(0, "alice", "OLDONE")
	expect(t, "passed", old)
	record := w.await("alice", "OLDONE")
	w.write("token", w.token)
	ask := func(args ...string) string {
		t.Helper()
		return mustCommand(t, append(args, "--server", "https://"+w.pages, "--token-file", w.file("token"), "--ca", w.file("console/certificates/console.crt"))...)
	}
	flags := []string{"--name", "Old phones", "--kind", "os-below", "--action", "quarantine", "--os", "iOS", "--below", "17"}
	if said := ask(append([]string{"rule", "preview"}, flags...)...); !strings.Contains(said, "speak of 1 record") || !strings.Contains(said, "OLDONE") {
		t.Errorf("the preview says %s", said)
	}
	var made api.Result
	if err := json.Unmarshal([]byte(ask(append([]string{"rule", "create", "--yes", "--json"}, flags...)...)), &made); err != nil {
		t.Fatal(err)
	}
	w.soonFares("refused", old)
	w.walked(made.ID)
	if said := ask("quarantine", "list", "--csv"); !strings.Contains(said, string(record.ID)) {
		t.Errorf("quarantine: %s", said)
	}
	ask("quarantine", "release", string(record.ID), "--reason", "her new phone is on its way")
	w.soonFares("passed", old)
	ask("quarantine", "hold-again", string(record.ID))
	w.soonFares("refused", old)
	ask("rule", "delete", made.ID, "--yes")
	w.soonFares("passed", old)
}
