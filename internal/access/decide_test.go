// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// world is the state a decision script builds up.
type world struct {
	now      time.Time
	records  map[access.Pair]*access.Record
	devices  map[access.DeviceID]*access.Device
	eas      map[string]*access.EASDevice
	accounts map[string]*access.AccountState
	approved map[access.Pair]*access.PreApproval
	prefs    access.Preferences
	names    map[string]access.Pair
	heard    time.Time
	away     bool
}

func newWorld() *world {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	return &world{
		now: now, heard: now,
		records: map[access.Pair]*access.Record{}, devices: map[access.DeviceID]*access.Device{},
		eas: map[string]*access.EASDevice{}, accounts: map[string]*access.AccountState{},
		approved: map[access.Pair]*access.PreApproval{},
		names:    map[string]access.Pair{}, prefs: access.DefaultPreferences(),
	}
}

func (w *world) Record(p access.Pair) *access.Record           { return w.records[p] }
func (w *world) EASDevice(id string) *access.EASDevice         { return w.eas[id] }
func (w *world) Device(id access.DeviceID) *access.Device      { return w.devices[id] }
func (w *world) Account(realm, a string) *access.AccountState  { return w.accounts[realm+"/"+a] }
func (w *world) Preferences() *access.Preferences              { return &w.prefs }
func (w *world) PreApproval(p access.Pair) *access.PreApproval { return w.approved[p] }

// TestDecide runs the decision scripts. Their language:
//
//	device  NAME [state=…] [noncompliant="reason"]
//	account NAME disabled | alias-of=NAME | own
//	assoc   NAME mailbox=ACCOUNT eas=ID [device=DEVICE] [user-unknown] [allow|block["reason"]] [until=+2h]
//	approve NAME [until=+2h] | withdraw NAME
//	prefer  auto-block|shadow|allow-overrides-compliance|other-user|unknown-users-unregistered|unknown=pass|max-age=1h
//	console away 2h | console back
//	clock   +3h
//	ask     NAME COMMAND [stale|limited|nocredentials|certificate|other-user|malformed] -> VERDICT RULE [not-enforced] [until=+1h]
//
// A-15 A-17 A-18 M-06 M-07 M-14 R-20 X-04 X-05 X-08 Y-01 Y-14 Y-18
func TestDecide(t *testing.T) {
	files, err := filepath.Glob("testdata/decide/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no decision scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			w := newWorld()
			asked := 0
			lines := bufio.NewScanner(f)
			for n := 1; lines.Scan(); n++ {
				words := fields(lines.Text())
				if len(words) == 0 {
					continue
				}
				if words[0] == "ask" {
					asked++
					if msg := w.ask(words[1:]); msg != "" {
						t.Errorf("%s:%d: %s\n\t%s", file, n, lines.Text(), msg)
					}
					continue
				}
				if err := w.tell(words); err != nil {
					t.Fatalf("%s:%d: %v", file, n, err)
				}
			}
			if asked == 0 {
				t.Error("the script asks nothing")
			}
		})
	}
}

// fields splits a line at white space outside double quotes and cuts the comment off.
func fields(line string) []string {
	var words []string
	var word strings.Builder
	quoted, any := false, false
	for _, c := range line {
		switch {
		case c == '"':
			quoted, any = !quoted, true
		case c == '#' && !quoted:
			if any {
				words = append(words, word.String())
			}
			return words
		case (c == ' ' || c == '\t') && !quoted:
			if any {
				words = append(words, word.String())
			}
			word.Reset()
			any = false
		default:
			word.WriteRune(c)
			any = true
		}
	}
	if any {
		words = append(words, word.String())
	}
	return words
}

func (w *world) tell(words []string) error {
	get := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	switch words[0] {
	case "device":
		d := &access.Device{ID: access.DeviceID(get(1)), State: access.DeviceActive}
		for _, o := range words[2:] {
			k, v, _ := strings.Cut(o, "=")
			switch k {
			case "state":
				d.State = access.DeviceState(v)
			case "noncompliant":
				d.Noncompliant = v
			default:
				return fmt.Errorf("unknown option %q", o)
			}
		}
		w.devices[d.ID] = d
	case "account":
		_, alias, _ := strings.Cut(get(2), "alias-of=")
		w.accounts["r/"+get(1)] = &access.AccountState{Realm: "r", Account: get(1), Disabled: get(2) == "disabled", AliasOf: alias}
	case "approve":
		p, ok := w.names[get(1)]
		if !ok {
			return fmt.Errorf("no such association: %s", get(1))
		}
		a := &access.PreApproval{ID: get(1), Pair: p, By: "root", At: w.now}
		if _, v, ok := strings.Cut(get(2), "until=+"); ok {
			d, err := time.ParseDuration(v)
			if err != nil {
				return err
			}
			a.Until = w.now.Add(d)
		}
		w.approved[p] = a
	case "withdraw":
		delete(w.approved, w.names[get(1)])
	case "assoc":
		return w.assoc(words[1:])
	case "prefer":
		k, v, _ := strings.Cut(get(1), "=")
		on := v != "no"
		switch k {
		case "auto-block":
			w.prefs.AutoBlock = on
		case "shadow":
			w.prefs.Shadow = on
		case "allow-overrides-compliance":
			w.prefs.AllowOverridesCompliance = on
		case "other-user":
			w.prefs.RefuseOtherUser = on
		case "unknown-users-unregistered":
			w.prefs.UnknownUsersUnregistered = on
		case "unknown":
			w.prefs.UnknownWhenAway = access.Answer(v)
		case "max-age":
			d, err := time.ParseDuration(v)
			w.prefs.MaxVerdictAge = d
			return err
		default:
			return fmt.Errorf("unknown preference %q", k)
		}
	case "console":
		w.away = get(1) == "away"
		w.heard = w.now
		if w.away {
			d, err := time.ParseDuration(get(2))
			w.heard = w.now.Add(-d)
			return err
		}
	case "clock":
		d, err := time.ParseDuration(strings.TrimPrefix(get(1), "+"))
		w.now = w.now.Add(d)
		if !w.away {
			w.heard = w.now
		}
		return err
	default:
		return fmt.Errorf("unknown word %q", words[0])
	}
	return nil
}

func (w *world) assoc(words []string) error {
	r := &access.Record{ID: access.AssociationID(words[0]), Domain: access.Standalone, Pair: access.Pair{Realm: "r"}}
	for _, o := range words[1:] {
		k, v, _ := strings.Cut(o, "=")
		switch k {
		case "mailbox":
			r.Pair.Account = v
		case "eas":
			r.Pair.Device = v
		case "device":
			r.Device = access.DeviceID(v)
		case "user-unknown":
			r.UserUnknown = true
		case "allow", "block":
			r.Override = access.Override{Kind: access.OverrideKind(k), Reason: v, By: "root", At: w.now}
		case "until":
			d, err := time.ParseDuration(strings.TrimPrefix(v, "+"))
			if err != nil {
				return err
			}
			r.Override.Until = w.now.Add(d)
		default:
			return fmt.Errorf("unknown option %q", o)
		}
	}
	w.names[words[0]] = r.Pair
	if strings.HasSuffix(words[0], "?") { // a pair nobody has recorded
		return nil
	}
	w.records[r.Pair] = r
	if r.Device != "" {
		e := w.eas[r.Pair.Device]
		if e == nil {
			e = &access.EASDevice{ID: r.Pair.Device}
			w.eas[e.ID] = e
		}
		e.Devices = append(e.Devices, r.Device)
	}
	return nil
}

func (w *world) ask(words []string) string {
	pair, ok := w.names[words[0]]
	if !ok {
		return "no such association: " + words[0]
	}
	f := access.Facts{Pair: pair, Command: words[1], ConsoleHeard: w.heard, ConsoleAway: w.away}
	i := 2
	for ; i < len(words) && words[i] != "->"; i++ {
		switch words[i] {
		case "stale":
			f.Shield = access.ShieldStale
		case "limited":
			f.Shield = access.ShieldLimited
		case "nocredentials":
			f.Shield = access.ShieldNoAccount
		case "certificate":
			f.ClientCertificate = true
		case "other-user":
			f.OtherUser = true
		case "malformed":
			f.Malformed = "body is a Sync, command says Ping"
		default:
			return "unknown fact " + words[i]
		}
	}
	if i+2 >= len(words) {
		return "no expectation"
	}
	d := access.Decide(w, &f, w.now)
	got := d.Verdict.String() + " " + d.Rule.String()
	if d.Shadow {
		got += " not-enforced"
	}
	if !d.Until.IsZero() {
		got += " until=+" + strconv.FormatFloat(d.Until.Sub(w.now).Hours(), 'g', 4, 64) + "h"
	}
	if want := strings.Join(words[i+1:], " "); got != want {
		return "got " + got
	}
	return ""
}

// Y-01: every rule has a name and a sentence of its own, and names survive the way back.
func TestEveryRuleHasNameAndSentence(t *testing.T) {
	seen := map[string]bool{}
	for r := access.RulePass; r <= access.RuleServerUnavailable; r++ {
		name, text := r.String(), r.Text()
		if strings.HasPrefix(name, "rule-") || text == "" || text == "Unknown rule." {
			t.Errorf("rule %d: name %q, text %q", r, name, text)
		}
		if seen[name] || seen[text] {
			t.Errorf("rule %d shares its name or text with another one", r)
		}
		seen[name], seen[text] = true, true
		if back, ok := access.ParseRule(name); !ok || back != r {
			t.Errorf("ParseRule(%q) = %v, %v", name, back, ok)
		}
	}
}

func TestDecideAllocatesNothing(t *testing.T) {
	w := newWorld()
	for _, line := range []string{
		"device d1", "assoc a1 mailbox=ana eas=x1 device=d1 allow", "assoc a2 mailbox=bob eas=x2 block=no",
	} {
		if err := w.tell(fields(line)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a1", "a2"} {
		f := access.Facts{Pair: w.names[name], Command: "Sync", ConsoleHeard: w.heard}
		var view access.View = w
		if n := testing.AllocsPerRun(100, func() { access.Decide(view, &f, w.now) }); n != 0 {
			t.Errorf("%s: %v allocations per decision", name, n)
		}
	}
}
