// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/seal"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// world is a console without pages: a real store, admin and login on it, and the API in the stack that
// it has in the product.
type world struct {
	t        *testing.T
	store    *store.Store
	admin    *admin.Admin
	login    *login.Login
	settings *admin.Settings
	server   *api.Server
	handler  http.Handler
	root     string // token of an administrator
	auditor  string // token of an auditor
	now      time.Time
}

// empty is what every world begins with.
var empty storetest.Template

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel() // worlds share nothing, and mostly wait for the disk
	w := &world{t: t, now: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	clock := func() time.Time { return w.now }
	var err error
	w.store, err = store.Open(t.Context(), store.Config{DSN: empty.DSN(t), Now: clock})
	must(err)
	t.Cleanup(func() {
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	box, err := seal.New(make([]byte, 32))
	must(err)
	w.login, err = login.New(login.Config{Store: w.store, Box: box, Now: clock, PlainHTTP: true})
	must(err)
	w.admin, err = admin.New(admin.Config{Store: w.store, Now: clock, Snapshot: w.snapshot})
	must(err)
	w.settings, err = admin.NewSettings(admin.SettingsConfig{Admin: w.admin, Box: box, Backups: t.TempDir()})
	must(err)
	w.server, err = api.New(api.Config{Admin: w.admin, Login: w.login, Feed: w.store, Settings: w.settings, Version: "test"})
	must(err)
	w.handler = httpd.Events(slog.New(slog.DiscardHandler), httpd.SafeHeaders(
		w.login.Middleware(httpd.Recover(w.server.Answer, httpd.LimitBodyBy(w.server.BodyLimit, w.server.Answer, w.server)))))

	must(w.login.CreateAdministrator(t.Context(), login.House(), "ada", password, access.RoleAdministrator))
	w.root, err = w.login.CreateTokenFor(t.Context(), login.House(), "ada", login.NewToken{Name: "script", Role: access.RoleAdministrator})
	must(err)
	w.auditor, err = w.login.CreateTokenFor(t.Context(), login.House(), "ada", login.NewToken{Name: "report", Role: access.RoleAuditor})
	must(err)
	return w
}

const password = "correct horse battery staple"

// answer is what came back.
type answer struct {
	t      *testing.T
	Status int
	Header http.Header
	Body   []byte
}

// call sends one request with the administrator's token, or with the headers given.
func (w *world) call(method, path string, body any, headers ...string) *answer {
	w.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case io.Reader:
		in = b
	case string:
		in = bytes.NewReader([]byte(b))
	default:
		text, err := json.Marshal(b)
		if err != nil {
			w.t.Fatal(err)
		}
		in = bytes.NewReader(text)
	}
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, in)
	r.Header.Set("Authorization", "Bearer "+w.root)
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Del(headers[i])
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	if err := w.server.Conforms(method, path, rec.Code, rec.Header(), rec.Body.Bytes()); err != nil {
		w.t.Errorf("%s %s: %v", method, path, err)
	}
	return &answer{t: w.t, Status: rec.Code, Header: rec.Header(), Body: rec.Body.Bytes()}
}

// as changes who calls.
func as(token string) (string, string) { return "Authorization", "Bearer " + token }

// want checks the status, and of errors that they are problems.
func (a *answer) want(status int) *answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("status %d, want %d: %s", a.Status, status, a.Body)
	}
	if status >= 400 {
		a.problem()
	}
	return a
}

func (a *answer) problem() api.Problem {
	a.t.Helper()
	if ct := a.Header.Get("Content-Type"); ct != "application/problem+json" {
		a.t.Errorf("Content-Type = %q for status %d", ct, a.Status)
	}
	p := read[api.Problem](a)
	if p.Status != a.Status || p.Title == "" || p.Detail == "" || p.RequestID == "" || p.RequestID != a.Header.Get(httpd.RequestIDHeader) {
		a.t.Errorf("an incomplete problem: %s", a.Body)
	}
	return p
}

// read decodes a body, and fails on a name it does not know.
func read[T any](a *answer) (v T) {
	a.t.Helper()
	d := json.NewDecoder(bytes.NewReader(a.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		a.t.Fatalf("%v in %s", err, a.Body)
	}
	return v
}

// look decodes as much of a body as v has room for.
func look[T any](a *answer) (v T) {
	a.t.Helper()
	if err := json.Unmarshal(a.Body, &v); err != nil {
		a.t.Fatalf("%v in %s", err, a.Body)
	}
	return v
}

// page is what lists look like.
type page[T any] struct {
	Items       []T    `json:"items"`
	Next        string `json:"next"`
	Prev        string `json:"prev"`
	Total       int    `json:"total"`
	TotalIsMore bool   `json:"total_is_more"`
	SearchOrder string `json:"search_order"`
	Partial     bool   `json:"partial"`
}

// record makes a record as a gateway's report would.
func (w *world) record(account, device string, change ...func(*access.Association)) access.AssociationID {
	w.t.Helper()
	a := &access.Association{Record: access.Record{Domain: access.Standalone, Pair: access.Pair{Realm: "lab", Account: account, Device: device}},
		User: account, RawDevice: device, Model: "iPhone", OS: "iOS", Mailbox: account, FirstSync: w.now.Add(-time.Hour), LastSync: w.now}
	for _, f := range change {
		f(a)
	}
	if err := w.store.WithTx(w.t.Context(), func(tx *store.Tx) error { return tx.CreateAssociation(a) }); err != nil {
		w.t.Fatal(err)
	}
	return a.ID
}

func (w *world) path(id access.AssociationID, more string) string {
	return api.Prefix + "/associations/" + string(id) + more
}

// snapshot is a full copy of the store, made anew whenever it is asked for.
func (w *world) snapshot() admin.Snapshot {
	v := &view{preferences: access.DefaultPreferences(), records: map[access.Pair]*access.Record{}, phones: map[string]*access.EASDevice{},
		devices: map[access.DeviceID]*access.Device{}, accounts: map[access.Account]*access.AccountState{}, approvals: map[access.Pair]*access.PreApproval{},
		policies: map[access.PolicyID]*access.Policy{}, blockings: map[access.BlockingID]*access.Blocking{}}
	for more := true; more; {
		b, err := w.store.ChangesSince(context.Background(), v.position, 500)
		if err != nil {
			w.t.Error(err)
			break
		}
		for _, e := range b.Entries {
			switch {
			case e.Record != nil:
				v.records[e.Record.Pair] = e.Record
			case e.Preferences != nil:
				v.preferences = *e.Preferences
			case e.EASDevice != nil:
				v.phones[e.Key] = e.EASDevice
			case e.Device != nil:
				v.devices[e.Device.ID] = e.Device
			case e.Account != nil:
				v.accounts[access.Account{Realm: e.Account.Realm, Account: e.Account.Account}] = e.Account
			case e.PreApproval != nil:
				v.approvals[e.PreApproval.Pair] = e.PreApproval
			case e.Policy != nil:
				v.policies[e.Policy.ID] = e.Policy
			case e.Blocking != nil:
				v.blockings[e.Blocking.ID] = e.Blocking
			}
		}
		v.position, more = b.Position, b.More
	}
	return v
}

type view struct {
	position    access.Position
	preferences access.Preferences
	records     map[access.Pair]*access.Record
	phones      map[string]*access.EASDevice
	devices     map[access.DeviceID]*access.Device
	accounts    map[access.Account]*access.AccountState
	approvals   map[access.Pair]*access.PreApproval
	policies    map[access.PolicyID]*access.Policy
	blockings   map[access.BlockingID]*access.Blocking
}

func (v *view) Record(p access.Pair) *access.Record      { return v.records[p] }
func (v *view) EASDevice(id string) *access.EASDevice    { return v.phones[id] }
func (v *view) Device(id access.DeviceID) *access.Device { return v.devices[id] }
func (v *view) Policy(id access.PolicyID) *access.Policy { return v.policies[id] }
func (v *view) Blockings() []*access.Blocking {
	list := slices.Collect(maps.Values(v.blockings))
	access.SortBlockings(list)
	return list
}
func (v *view) PreApproval(p access.Pair) *access.PreApproval { return v.approvals[p] }
func (v *view) Account(realm, account string) *access.AccountState {
	return v.accounts[access.Account{Realm: realm, Account: account}]
}
func (v *view) Preferences() *access.Preferences { return &v.preferences }
func (v *view) Position() access.Position        { return v.position }
func (v *view) EachRecord(f func(*access.Record) bool) {
	for _, r := range v.records {
		if !f(r) {
			return
		}
	}
}
