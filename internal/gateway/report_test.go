// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/gateway"
)

// S-12 S-13 R-16 Y-03
func TestEveryAttemptOfAKnownPairMovesItsTimeAndStrangersMoveNoFacts(t *testing.T) {
	w := newWorld(t)
	w.apply(record("bob", "PHONEBOB", access.Override{}))
	p := w.phone("bob")
	for range 5 {
		if _, err := p.FolderSync(timeout(t), "0"); err != nil {
			t.Fatal(err)
		}
	}
	stranger := w.phone("bob")
	stranger.Password, stranger.UserAgent, stranger.DeviceType = "wrong", "Evil/1.0", "Evil"
	if _, err := stranger.FolderSync(timeout(t), "0"); statusOf(err) != 401 {
		t.Fatal(err)
	}
	w.stop()
	kept, offered := w.sink.lists()
	attempts, success := 0, time.Time{}
	for _, s := range append(kept, offered...) {
		attempts += s.Attempts
		if s.UserAgent == "Evil/1.0" && s.Accepted {
			t.Errorf("a stranger's facts count: %+v", s)
		}
		if s.Success.After(success) {
			success = s.Success
		}
		if s.Last.Before(s.First) {
			t.Errorf("last before first: %+v", s)
		}
	}
	if attempts != 6 || success.IsZero() {
		t.Errorf("%d attempts, last success %v", attempts, success)
	}
	if len(kept) > 3 {
		t.Errorf("%d of 6 attempts were urgent", len(kept))
	}
}

// S-12: nobody's traffic, nothing to report.
func TestWithoutTrafficNothingIsReported(t *testing.T) {
	w := newWorld(t)
	w.apply(record("bob", "PHONEBOB", access.Override{}))
	w.stop()
	if kept, offered := w.sink.lists(); len(kept)+len(offered) != 0 {
		t.Errorf("%+v %+v", kept, offered)
	}
}

func TestWhatAPhoneSaysOfItselfAndItsMailboxAreReported(t *testing.T) {
	w := newWorld(t)
	p := w.phone("bob")
	if _, err := p.SetDevice(timeout(t), easclient.Device{Model: "iPhone\x1b[31m", IMEI: "350000000000001", FriendlyName: "Bob's phone",
		OS: "iOS 16.6 20G75", OSLanguage: "en", PhoneNumber: "+1 555 0100", MobileOperator: "Op"}); err != nil {
		t.Fatal(err)
	}
	w.sink.wait(t, "the device information", func(kept, _ []access.Sighting, _ []access.Tally) bool {
		for _, s := range kept {
			if s.Info != nil {
				return s.Info.IMEI == "350000000000001" && s.Info.FriendlyName == "Bob's phone" && s.Info.Number == "+1 555 0100" &&
					s.Info.Model == "iPhone[31m" && s.Info.Operator == "Op" && s.Info.Language == "en" && s.Info.OS == "iOS 16.6 20G75"
			}
		}
		return false
	})
	for _, v := range []eas.Version{eas.V14_1, eas.V12_1} {
		q := w.phone("alice")
		q.Version, q.DeviceID = v, "DEV"+strings.ReplaceAll(v.String(), ".", "")
		if _, err := q.UserInformation(timeout(t)); err != nil {
			t.Fatal(err)
		}
		w.sink.wait(t, "the mailbox at "+v.String(), func(kept, _ []access.Sighting, _ []access.Tally) bool {
			for _, s := range kept {
				if s.Raw == q.DeviceID && s.Mailbox == "alice@lab.example" {
					return true
				}
			}
			return false
		})
	}
}

// a mail server that takes its time names the mailbox too.
func TestTheMailboxIsReadInASlowAnswerToo(t *testing.T) {
	w := newWorld(t)
	w.mail.SetHook(func(r *eastest.Record) *eastest.Fault {
		if strings.Contains(r.RawQuery, "Settings") {
			return &eastest.Fault{Delay: 200 * time.Millisecond} // longer than a request waits unparked
		}
		return nil
	})
	if _, err := w.phone("alice").UserInformation(timeout(t)); err != nil {
		t.Fatal(err)
	}
	w.sink.wait(t, "the mailbox", func(kept, _ []access.Sighting, _ []access.Tally) bool {
		return len(kept) > 0 && kept[len(kept)-1].Mailbox == "alice@lab.example"
	})
}

func TestHostileTextIsCappedAndCleaned(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.plain = true })
	raw := "POST " + eas.Path + "?Cmd=FolderSync&User=bob&DeviceId=PHONEBOB&DeviceType=%3Cscript%3E%1b%5b2J%0a" + strings.Repeat("x", 100) + " HTTP/1.1\r\nHost: m\r\nAuthorization: " +
		basic("bob") + "\r\nMS-ASProtocolVersion: 14.1\r\nUser-Agent: =cmd|' /C calc'!A0" + strings.Repeat("u", 3000) + "\r\nContent-Length: 13\r\n\r\n" + folderSync
	w.say(w.dial(), raw)
	w.sink.wait(t, "the pair", func(kept, _ []access.Sighting, _ []access.Tally) bool {
		if len(kept) == 0 {
			return false
		}
		s := kept[0]
		if strings.ContainsAny(s.DeviceType, "\x1b\n") || len(s.UserAgent) > 1024 {
			t.Errorf("type %q, user agent of %d bytes", s.DeviceType, len(s.UserAgent))
		}
		return true
	})
}

// Y-14
func TestWhileNothingCanBeKeptKnownPairsGoOnAndUnknownOnesWait(t *testing.T) {
	w := newWorld(t)
	w.apply(record("bob", "PHONEBOB", access.Override{}))
	w.sink.setFail(errors.New("disk full"))
	if _, err := w.phone("alice").FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
	carol := w.phone("alice")
	carol.DeviceID = "NEWCOMER"
	until(t, "newcomers are put off", func() bool {
		_, err := carol.FolderSync(timeout(t), "0")
		carol.DeviceID += "X"
		return statusOf(err) == 503
	})
	if _, err := w.phone("bob").FolderSync(timeout(t), "0"); err != nil {
		t.Errorf("a known pair: %v", err)
	}
	w.sink.setFail(nil)
	w.sink.wait(t, "what waited", func(kept, _ []access.Sighting, _ []access.Tally) bool { return len(kept) > 0 })
	until(t, "newcomers pass again", func() bool {
		_, err := carol.FolderSync(timeout(t), "0")
		return err == nil
	})
}

// Y-14
func TestWhileTheConsoleIsAwayKnownPairsLiveOnTheirLastVerdict(t *testing.T) {
	for name, c := range map[string]struct {
		prefs        func(*access.Preferences)
		away         time.Duration
		known, other int // EAS status, 0: passes
	}{
		"by default":              {func(*access.Preferences) {}, time.Hour, 0, 129},
		"unknown ones may pass":   {func(p *access.Preferences) { p.UnknownWhenAway = access.AnswerPass }, time.Hour, 0, 0},
		"too long":                {func(*access.Preferences) {}, 8 * 24 * time.Hour, 129, 129},
		"away a moment":           {func(*access.Preferences) {}, 5 * time.Second, 0, 0},
		"too long, but pass then": {func(p *access.Preferences) { p.UnknownWhenAway = access.AnswerPass }, 8 * 24 * time.Hour, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			now := &clock{at: time.Now()}
			w := newWorld(t, func(s *setting) { c.prefs(&s.prefs); s.gateway.Now = now.now })
			w.apply(record("bob", "PHONEBOB", access.Override{}))
			now.add(c.away)
			if _, err := w.phone("bob").FolderSync(timeout(t), "0"); easStatus(err) != c.known || c.known == 0 && err != nil {
				t.Errorf("known: %v", err)
			}
			if _, err := w.phone("alice").FolderSync(timeout(t), "0"); easStatus(err) != c.other || c.other == 0 && err != nil {
				t.Errorf("unknown: %v", err)
			}
		})
	}
}

// Y-18
func TestInShadowModeEverythingIsDecidedAndNothingEnforced(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.prefs.Shadow = true })
	w.apply(record("bob", "PHONEBOB", block("trial")))
	p := w.phone("bob")
	if _, err := p.FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
	w.sink.wait(t, "the verdict that was not enforced", func(kept, _ []access.Sighting, _ []access.Tally) bool {
		return len(kept) == 1 && kept[0].Reported.Verdict == "refuse" && kept[0].Reported.Rule == "manual-block" && !kept[0].Reported.Enforced
	})
	ctx, cancel := context.WithCancel(t.Context())
	ch := w.ping(ctx, p)
	w.apply(record("bob", "PHONEBOB", block("again")))
	w.parked(1)
	prefs := access.DefaultPreferences()
	w.apply(access.Entry{Kind: access.EntryPreferences, Preferences: &prefs})
	if got := <-ch; got.err != nil || got.result.Status != 7 {
		t.Errorf("turning enforcement on ends what waits: %+v %v", got.result, got.err)
	}
	cancel()
	if _, err := p.FolderSync(timeout(t), "0"); easStatus(err) != 129 {
		t.Errorf("enforced: %v", err)
	}
}

func TestADifferentUserParameterIsRefusedOnlyWhenAskedFor(t *testing.T) {
	for _, refuse := range []bool{false, true} {
		w := newWorld(t, func(s *setting) { s.prefs.RefuseOtherUser = refuse })
		for user, other := range map[string]bool{"bob": false, "BOB": false, `LAB\bob`: false, "bob@lab.example": false, "alice": true, "bob@else.example": true} {
			p := w.phone("bob")
			p.QueryUser = user
			_, err := p.FolderSync(timeout(t), "0")
			if want := refuse && other; (easStatus(err) == 129) != want || !want && err != nil {
				t.Errorf("refuse %v, User=%s: %v", refuse, user, err)
			}
		}
	}
}

//
func TestARedirectIsAbsorbed(t *testing.T) {
	second := eastest.New(eastest.Config{AnyVersion: true})
	second.AddUser(eastest.User{Name: "bob", Password: "bobpw"})
	url := serveMail(t, second)
	for name, c := range map[string]struct {
		location string
		followed bool
	}{
		"to a configured server": {url, true},
		"to a stranger":          {"https://evil.example" + eas.Path, false},
		"to nowhere":             {"", false},
		"to garbage":             {"::::", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(s *setting) {
				s.gateway.Backends = []gateway.Backend{
					{Name: "mail", Realm: "lab", Default: true, URL: redirecting(t, c.location)},
					{Name: "second", Realm: "lab", Domains: []string{"never.example"}, URL: url},
				}
			})
			p := w.phone("bob")
			for range 2 {
				resp, err := p.Open(timeout(t), easclient.Request{Command: eas.FolderSync, Body: []byte(folderSync)})
				if err != nil {
					t.Fatal(err)
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				if resp.Header.Get("X-MS-Location") != "" || resp.StatusCode == 451 {
					t.Error("the phone was sent around the gateway")
				}
				if c.followed && resp.StatusCode != 200 || !c.followed && resp.StatusCode != 503 {
					t.Errorf("status %d", resp.StatusCode)
				}
			}
		})
	}
}

func redirecting(t *testing.T, to string) string {
	m := eastest.New(eastest.Config{AnyVersion: true})
	m.AddUser(eastest.User{Name: "bob", Password: "bobpw"})
	m.SetHook(func(*eastest.Record) *eastest.Fault {
		return &eastest.Fault{HTTP: 451, Header: http.Header{"X-Ms-Location": {to}}}
	})
	return serveMail(t, m)
}

func TestStatusListenerTellsHealthReadinessAndMetrics(t *testing.T) {
	reg := prometheus.NewRegistry()
	w := newWorld(t, func(s *setting) { s.gateway.Registry = reg; s.gateway.ProbeEvery = time.Second })
	if _, err := w.phone("bob").FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
	h := w.gw.StatusHandler(reg)
	get := func(path string) (int, string) {
		rec := newRecorder()
		r, _ := http.NewRequest("GET", path, nil)
		h.ServeHTTP(rec, r)
		return rec.status, rec.body.String()
	}
	if code, _ := get("/healthz"); code != 200 {
		t.Errorf("healthz %d", code)
	}
	if code, why := get("/readyz"); code != 200 {
		t.Errorf("readyz %d %s", code, why)
	}
	if code, _ := get("/Microsoft-Server-ActiveSync"); code != 404 {
		t.Errorf("a phone's address on the status listener: %d", code)
	}
	_, text := get("/metrics")
	for _, want := range []string{`vedette_gateway_requests_total{command="FolderSync",rule="pass",verdict="pass"} 1`, "vedette_gateway_parked_requests 0",
		"vedette_gateway_backend_seconds_count 1", "vedette_gateway_console_away 0", "vedette_gateway_snapshot_number 1", `vedette_gateway_backend_up{backend="mail"} 1`} {
		if !strings.Contains(text, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	if strings.Contains(text, "bob") || strings.Contains(strings.ToUpper(text), "PHONEBOB") {
		t.Error("metrics name a user or a device")
	}
	if s := w.gw.Status(); s.Position.Number != 1 || s.Requests != 1 || len(s.Backends) != 1 || !s.Backends[0].Up {
		t.Errorf("%+v", s)
	}
	w.stop()
	if code, why := get("/readyz"); code != 503 || !strings.Contains(why, "shutting down") {
		t.Errorf("readyz after shutdown: %d %s", code, why)
	}
}

// recorder is a response writer that remembers.
type recorder struct {
	status int
	header http.Header
	body   strings.Builder
}

func newRecorder() *recorder { return &recorder{status: 200, header: http.Header{}} }

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
