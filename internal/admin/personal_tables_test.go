// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// The ways in which what a table says of people ends.
const (
	byErase  = "stays until somebody deletes it or erases the person"
	byPurge  = "goes with its time: settings of the retention, or a fixed one"
	byItself = "ends by itself, or is pushed out by what comes later"
	byNoOne  = "says nothing of people who have phones"
)

// tablesOfPeople says of every table of the database how what it says of people ends.
func tablesOfPeople() map[string]string {
	return map[string]string{
		"association": byPurge, "eas_device": byPurge, "audit": byPurge, "tally": byPurge, "job": byPurge, "job_row": byPurge, "outcome": byPurge,
		"import_file": byPurge, "import_line": byPurge, "expected": byPurge, "wipe": byPurge, "eas_action": byPurge, "policy_ack": byPurge, "blocking_record": byPurge,
		"person": byErase, "person_group": byErase, "device": byErase, "account": byErase, "setting": byErase, "blocking": byErase,
		"preapproval": byItself, "change": byItself,
		"change_counter": byNoOne, "class_count": byNoOne, "device_count": byNoOne, "person_count": byNoOne, "group_count": byNoOne, "expected_count": byNoOne,
		"expected_day": byNoOne, "preferences": byNoOne, "gateway": byNoOne, "gateway_spool": byNoOne, "administrator": byNoOne, "session": byNoOne,
		"api_token": byNoOne, "setup_link": byNoOne, "passkey": byNoOne, "outbox": byNoOne, "policy": byNoOne, "policy_revision": byNoOne, "trend": byNoOne, "trend_count": byNoOne,
	}
}

func (w *world) done(r admin.Result, err error) admin.Result {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// aPersonEverywhere is a person of whom every table that can say something says it.
func aPersonEverywhere(t *testing.T) (w *world, user access.UserID) {
	t.Helper()
	w, user, device, record := masked(t)
	w.record("ana.maiden", "MAIDENPHONE7", func(a *access.Association) { a.Number = plainNumber })
	policy := w.policy("Strict")
	w.done(w.admin.AssignPolicy(t.Context(), root(), []access.AssociationID{record}, policy, admin.Act{}))
	if err := w.store.WithTx(t.Context(), func(tx *store.Tx) error { // as when the phone has answered
		_, err := tx.SaveAck(record, access.PolicyAck{Policy: policy, Revision: 1, Answer: access.PolicyApplied, At: tx.Now()})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	w.done(w.admin.MergeAccounts(t.Context(), root(), admin.Merge{Realm: "lab", From: "ana.maiden", To: "ana"}, admin.Act{Key: "merge"}))
	files := map[admin.ImportKind]string{
		admin.ImportExpected: "DeviceId;UserDisplayName;FriendlyName;DeviceAccessState\r\nANALISTPHONE1;ana;Ana Silva;Allowed\r\n" +
			plainEAS + ";;nobody;Allowed\r\nOTHERLISTED1;cleo;Cleo;Allowed\r\n",
		admin.ImportDevices: "Serial number;Name;User name\r\n" + plainSerial + ";Ana Silva's phone;ana\r\nOTHERSERIAL;Cleo's;\r\n",
	}
	for kind, file := range files {
		i := w.check(admin.ImportForm{Kind: kind, File: string(kind) + ".csv", Realm: "lab"}, []byte(file))
		if i.State != admin.ImportChecked {
			t.Fatalf("%s: %+v", kind, i)
		}
		if kind == admin.ImportExpected {
			w.carryOut(i.ID)
		}
	}
	w.done(w.admin.AddDevice(t.Context(), root(), admin.DeviceForm{Name: "Ana Silva's tablet", Owner: user}, admin.Act{Key: "tablet"}))
	w.done(w.admin.PreApprove(t.Context(), root(), admin.ApprovalForm{Realm: "lab", Account: "ana", Device: "ANATABLET1"}, admin.Act{Key: "tablet-approved"}))
	shared := w.record("board", plainEAS, func(a *access.Association) { // a shared mailbox on the same phone
		a.Number, a.IMEI, a.RemoteAddr, a.FriendlyName = plainNumber, plainIMEI, plainAddr, "Ana Silva"
		a.Told = access.DeviceInfo{Number: plainNumber, IMEI: plainIMEI, FriendlyName: "Ana Silva"}
		a.Comment = "also on " + plainNumber
	})
	w.done(w.admin.LinkAssociation(t.Context(), root(), shared, device, admin.Act{Key: "shared"}))
	w.done(w.admin.CreateRule(t.Context(), root(), admin.RuleForm{Name: "Look at iPhones", Kind: access.BlockingModel, Action: access.ActionQuarantine,
		Names: []string{"iPhone*"}, Enabled: true}, admin.Act{Key: "rule"}))
	w.done(w.admin.CreateRule(t.Context(), root(), admin.RuleForm{Name: "Sales and Ana", Kind: access.BlockingUnseen, Action: access.ActionWarn,
		Days: 30, Groups: []string{"sales"}, Users: []access.UserID{user}, Enabled: true}, admin.Act{Key: "rule for some"}))
	w.done(w.admin.CreateRule(t.Context(), root(), admin.RuleForm{Name: "Look at iPhones too", Kind: access.BlockingModel, Action: access.ActionQuarantine,
		Names: []string{"iPhone*"}, Groups: []string{"sales"}, Users: []access.UserID{user}, Enabled: true}, admin.Act{Key: "rule for some phones"}))
	stop := w.run()
	defer stop()
	for _, b := range []admin.Bulk{
		{Verb: access.VerbComment, Comment: "x", IDs: []access.AssociationID{record}},
		{Verb: access.VerbMatchAgain, IDs: []access.AssociationID{shared}}, // its row says whose phone that is
	} {
		job, err := w.admin.StartBulk(t.Context(), root(), b, admin.Act{})
		if err != nil {
			t.Fatal(err)
		}
		w.eventually("the job is done", func() bool {
			j, err := w.admin.FindJob(t.Context(), root(), job)
			return err == nil && !j.Finished.IsZero()
		})
	}
	return w, user
}

// Every column of every table is looked at before and after, for every word that what is handed over of the
// person holds: what of a person is there is handed over, and gone when the person is forgotten, whatever table
// somebody adds.
func TestForgettingSomebodyReachesEveryTable(t *testing.T) {
	w, user := aPersonEverywhere(t)
	s := newSettings(t, w)
	words := append(append(wordsOfPerson(t, w, s, user), secrets()...), "ana (lab)", "@ana", `"ana"`)
	for _, must := range append([]string{plainIMEI, plainUDID}, "Ana Silva", "ana.maiden", "MAIDENPHONE7", "ANALISTPHONE1", "ANATABLET1", "Ana Silva's phone") {
		if !slices.Contains(words, must) {
			t.Errorf("what is handed over does not hold %s", must)
		}
	}
	stays := "" // what may stay: the phone's id, which the shared mailbox's record is named by
	says := func() (tables map[string][]string, all string) {
		tables = map[string][]string{}
		for table, columns := range storetest.Content(t, w.dsn) {
			how, known := tablesOfPeople()[table]
			if !known {
				t.Errorf("nobody has said how what table %s says of people ends", table)
			}
			for column, values := range columns {
				text := strings.Join(values, "\n")
				if all += text; stays != "" {
					text = strings.ReplaceAll(text, stays, "")
				}
				for _, word := range words {
					if how != byItself && strings.Contains(text, word) {
						tables[table] = append(tables[table], column+" says "+word+": …"+around(text, word)+"…")
					}
				}
			}
		}
		return tables, all
	}
	before, _ := says()
	for table, how := range tablesOfPeople() {
		switch table {
		case "tally", "job", "import_file", "eas_device", "policy_ack", "blocking", "blocking_record": // say it by id, or say nothing of one person
			continue
		}
		if (how == byErase || how == byPurge) && len(before[table]) == 0 && table != "person_group" {
			t.Errorf("the table %s says nothing of the person, so this test proves nothing of it", table)
		}
	}
	var file bytes.Buffer
	if err := s.ExportPersonalData(t.Context(), root(), user, func(string) io.Writer { return &file }); err != nil {
		t.Fatal(err)
	}
	whole := unzip(t, file.Bytes())["personal-data.json"]
	for _, word := range []string{"ANALISTPHONE1", "MAIDENPHONE7", "ana.maiden", plainSerial, "Ana Silva's phone"} {
		if !strings.Contains(whole, word) {
			t.Errorf("what is handed over does not hold %s", word)
		}
	}
	if strings.Contains(whole, "OTHERLISTED1") || strings.Contains(whole, "OTHERSERIAL") {
		t.Error("somebody else's phone is handed over")
	}
	// What comes after somebody has looked goes too.
	w.record("ana", "ANALATEPHONE", func(a *access.Association) { a.Comment = "the late one of Ana" })
	w.done(w.admin.AddDevice(t.Context(), root(), admin.DeviceForm{Name: "ANALATEDEVICE", Owner: user}, admin.Act{Key: "late"}))
	words = append(words, "ANALATEPHONE", "the late one of Ana", "ANALATEDEVICE")
	p, err := s.PreviewErase(t.Context(), root(), user)
	if err != nil || !slices.ContainsFunc(p.Notes, func(n string) bool { return strings.HasPrefix(n, "One record of another account") }) {
		t.Errorf("nobody is told of the shared mailbox: %q, %v", p.Notes, err)
	}
	w.done(s.ErasePersonalData(t.Context(), root(), user, "ana", admin.Act{Key: "erase"}))
	if n := len(storetest.Content(t, w.dsn)["policy_ack"]["association"]); n > 0 {
		t.Errorf("%d answers of the person's phones are still there", n)
	}
	stays = plainEAS
	after, all := says()
	for table, found := range after {
		t.Errorf("the table %s still knows the person: %s", table, strings.Join(found, "\n"))
	}
	for _, other := range []string{"OTHERLISTED1", "OTHERSERIAL", "CLEOPHONE", "board (lab) on " + plainEAS} {
		if !strings.Contains(all, other) {
			t.Errorf("%s, who is somebody else, is forgotten too", other)
		}
	}
}

// wordsOfPerson are the words that are kept of a person and of nobody else: every text in what is handed over,
// but ids, which say nothing, and what somebody with a phone of the same make has as well.
func wordsOfPerson(t *testing.T, w *world, s *admin.Settings, user access.UserID) (words []string) {
	t.Helper()
	cleo := w.done(w.admin.AddUser(t.Context(), root(), admin.UserForm{Name: "cleo", DisplayName: "Cleo", Groups: []string{"sales"},
		Accounts: []access.Account{{Realm: "lab", Account: "cleo"}}}, admin.Act{Key: "cleo"}))
	phone := w.record("cleo", "CLEOPHONE", func(a *access.Association) {
		a.Override = access.Override{Kind: access.OverrideBlock, By: "alice", At: w.clock.Now()}
	})
	w.done(w.admin.AssignPolicy(t.Context(), root(), []access.AssociationID{phone}, w.policy("Mild"), admin.Act{Key: "cleo's policy"}))
	w.record("cleo", "CLEOTABLET")
	w.done(w.admin.AddDevice(t.Context(), root(), admin.DeviceForm{Name: "Cleo's", Owner: access.UserID(cleo.ID), OS: "iOS", Model: "iPhone 15"}, admin.Act{Key: "cleo's"}))
	w.walk()
	shared := map[string]bool{}
	for _, word := range textsIn(t, w, s, access.UserID(cleo.ID)) {
		shared[word] = true
	}
	for _, word := range textsIn(t, w, s, user) {
		if !shared[word] && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

// textsIn are the texts that stand in what would be erased of a person, without the audit log, whose lines stay.
func textsIn(t *testing.T, w *world, s *admin.Settings, user access.UserID) (list []string) {
	t.Helper()
	p, err := s.PreviewErase(t.Context(), root(), user)
	if err != nil {
		t.Fatal(err)
	}
	p.Audit, p.Notes = nil, nil
	b, err := json.Marshal(p.PersonalData)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(b, &tree); err != nil {
		t.Fatal(err)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		case string:
			if _, date := time.Parse(time.RFC3339, v); len(v) >= 5 && date != nil && !isID(v) {
				list = append(list, v)
			}
		}
	}
	walk(tree)
	return list
}

// isID reports whether a text has the form of the store's own ids.
func isID(s string) bool {
	return len(s) == len(store.NewID(time.Now())) && strings.Trim(s, "0123456789abcdefghjkmnpqrstvwxyz") == ""
}

// What has a time goes when it is over, without anybody's doing.
func TestWhatHasATimeIsGoneWhenItIsOver(t *testing.T) {
	w, _ := aPersonEverywhere(t)
	s := newSettings(t, w)
	r, err := s.Retention(t.Context(), root())
	if err != nil {
		t.Fatal(err)
	}
	act := admin.Act{Version: r.Version}
	r.Records, r.Held, r.Audit = 30, true, 30
	w.done(s.ChangeRetention(t.Context(), root(), r, act))
	for range 2 { // that a record went is a line of the audit log, which goes with its own time
		w.clock.forward(401 * 24 * time.Hour)
		if _, err := s.Purge(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	stop := w.run() // what has a fixed time
	defer stop()
	still := ""
	defer func() {
		if t.Failed() {
			t.Log(still)
		}
	}()
	w.eventually("all of it is gone", func() bool {
		for table, columns := range storetest.Content(t, w.dsn) {
			if tablesOfPeople()[table] != byPurge {
				continue
			}
			for column, values := range columns {
				for _, word := range append(secrets(), "Ana Silva", "ANALISTPHONE1", "MAIDENPHONE7") {
					if strings.Contains(strings.Join(values, "\n"), word) {
						still = table + "." + column + " still says " + word
						return false
					}
				}
			}
		}
		return true
	})
}
