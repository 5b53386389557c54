// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package script_test

import (
	"context"
	"encoding/pem"
	"io"
	"log"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/control"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/intake"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/seal"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/parts"
)

// Y-17: every script has a console of its own to ask, with ana's two phones and bob's one.
func TestClientScripts(t *testing.T) {
	dir := filepath.Dir(parts.Vedette(t))
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "client"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", dir+string(os.PathListSeparator)+e.Getenv("PATH"))
			c, in, err := newConsole(e)
			if err != nil {
				return err
			}
			e.Setenv("VEDETTE_SERVER", c.URL)
			e.Values[reporter{}] = in
			e.Setenv("TZ", "UTC")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"ends": ends, "keep": keep, "phone": phone, "looked": looked},
	})
}

// keep sets a variable to what a pattern's group has found in the last output.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keep VARIABLE PATTERN")
	}
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	m := pattern.FindStringSubmatch(ts.ReadFile("stdout"))
	if len(m) < 2 {
		ts.Fatalf("%q finds nothing", args[1])
	}
	ts.Setenv(args[0], m[1])
}

// reporter is where a script keeps what takes the reports of gateways.
type reporter struct{}

// phone lets a gateway report what ana's phone APPL1 has answered to an order, or to the first revision of
// a policy.
func phone(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 || args[0] != "wipe" && args[0] != "policy" {
		ts.Fatalf("usage: phone wipe|policy ID ANSWER")
	}
	now := time.Now().UTC()
	s := access.Sighting{Pair: access.Pair{Realm: "lab", Account: "ana", Device: "APPL1"}, Accepted: true, HTTP: 200, First: now, Last: now}
	if args[0] == "wipe" {
		s.Wipe = &access.WipeReport{ID: access.WipeID(args[1]), State: access.WipeState(args[2]), At: now}
	} else {
		s.Policy = &access.PolicyAck{Policy: access.PolicyID(args[1]), Revision: 1, Answer: access.PolicyAnswer(args[2]), At: now}
	}
	_, err := ts.Value(reporter{}).(*intake.Intake).Take(context.Background(), access.Report{Gateway: "gw1", Now: now, Sightings: []access.Sighting{s}})
	ts.Check(err)
}

// looked waits until the console has looked at all records after a rule has changed.
func looked(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: looked RULE")
	}
	for deadline := time.Now().Add(time.Minute); ; {
		ts.Check(ts.Exec("vedette", "rule", "show", args[0], "--json"))
		if !strings.Contains(ts.ReadFile("stdout"), `"looking":true`) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("the console goes on looking")
		}
	}
}

// newConsole is a console without pages, which ends with the script. It leaves the files ca.pem, root.token
// and auditor.token of ada, and second.token of zoe.
func newConsole(e *testscript.Env) (*httptest.Server, *intake.Intake, error) {
	st, err := store.Open(context.Background(), store.Config{DSN: "sqlite:" + filepath.Join(e.WorkDir, ".console.db")})
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	in := intake.New(st, nil)
	hub := control.NewHub(control.HubConfig{Source: st, Intake: in})
	adm, err := admin.New(admin.Config{Store: st, Snapshot: func() admin.Snapshot { return hub.Snapshot() }})
	if err != nil {
		cancel()
		return nil, nil, err
	}
	done := make(chan struct{}, 2)
	for _, run := range []func(context.Context) error{hub.Run, adm.Run} {
		go func() {
			_ = run(ctx) // always the context's own error
			done <- struct{}{}
		}()
	}
	e.Defer(func() {
		cancel()
		<-done
		<-done
		_ = st.Close()
	})
	if err := hub.Ready(ctx); err != nil {
		return nil, nil, err
	}
	box, err := seal.New(make([]byte, seal.KeySize))
	if err != nil {
		return nil, nil, err
	}
	sign, err := login.New(login.Config{Store: st, Box: box})
	if err != nil {
		return nil, nil, err
	}
	settings, err := admin.NewSettings(admin.SettingsConfig{Admin: adm, Box: box, Backups: e.WorkDir})
	if err != nil {
		return nil, nil, err
	}
	rest, err := api.New(api.Config{Admin: adm, Login: sign, Feed: st, Settings: settings})
	if err != nil {
		return nil, nil, err
	}
	srv := httptest.NewTLSServer(httpd.Events(slog.New(slog.DiscardHandler), httpd.SafeHeaders(
		sign.Middleware(httpd.Recover(rest.Answer, httpd.LimitBodyBy(rest.BodyLimit, rest.Answer, rest))))))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // that a client does not trust us is what a script is for
	e.Defer(srv.Close)
	return srv, in, furnish(e, st, sign, srv)
}

func furnish(e *testscript.Env, st *store.Store, sign *login.Login, srv *httptest.Server) error {
	ctx := context.Background()
	err := sign.CreateAdministrator(ctx, login.House(), "ada", "correct horse battery staple", access.RoleAdministrator)
	if err != nil {
		return err
	}
	files := map[string][]byte{"ca.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})}
	if err := sign.CreateAdministrator(ctx, login.House(), "zoe", "correct horse battery staple", access.RoleAdministrator); err != nil {
		return err
	}
	for name, of := range map[string]struct {
		name string
		role access.Role
	}{"root.token": {"ada", access.RoleAdministrator}, "second.token": {"zoe", access.RoleAdministrator}, "auditor.token": {"ada", access.RoleAuditor}} {
		token, err := sign.CreateTokenFor(ctx, login.House(), of.name, login.NewToken{Name: name, Role: of.role})
		if err != nil {
			return err
		}
		files[name] = []byte(token + "\n")
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(e.WorkDir, name), text, 0o600); err != nil {
			return err
		}
	}
	now := time.Now().UTC().Truncate(time.Second)
	return st.WithTx(ctx, func(tx *store.Tx) error {
		for _, r := range [][3]string{{"ana", "APPL1", "iPhone"}, {"ana", "SEC2", "=cmd\x1b[31m"}, {"bob", "APPL3", "iPad"}} {
			a := &access.Association{Record: access.Record{Domain: access.Standalone, Pair: access.Pair{Realm: "lab", Account: r[0], Device: r[1]}},
				User: r[0], RawDevice: r[1], Model: r[2], OS: "iOS", Mailbox: r[0] + "@lab.example", FirstSync: now.Add(-time.Hour), LastSync: now}
			if err := tx.CreateAssociation(a); err != nil {
				return err
			}
		}
		return tx.CreatePolicy(&store.Policy{Policy: access.Policy{Name: "Strict", Settings: []access.PolicySetting{
			{Element: "DevicePasswordEnabled", Value: "1"}, {Element: "MinDevicePasswordLength", Value: "6"}}}, By: "ada"}, "")
	})
}
