// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Run carries a script out. asked is how many questions it puts; wrong are the lines whose answer was
// another than expected, with it. An error is a line that cannot be understood.
func Run(script io.Reader) (asked int, wrong []string, err error) {
	w := newWorld()
	lines := bufio.NewScanner(script)
	for n := 1; lines.Scan(); n++ {
		words := Words(lines.Text())
		if len(words) == 0 {
			continue
		}
		if words[0] != "ask" {
			if err := w.tell(words); err != nil {
				return asked, wrong, fmt.Errorf("line %d: %w", n, err)
			}
			continue
		}
		asked++
		msg, err := w.ask(words[1:])
		if err != nil {
			return asked, wrong, fmt.Errorf("line %d: %w", n, err)
		}
		if msg != "" {
			wrong = append(wrong, fmt.Sprintf("line %d: %s: %s", n, lines.Text(), msg))
		}
	}
	return asked, wrong, lines.Err()
}

// world is the state a decision script builds up.
type world struct {
	now      time.Time
	records  map[access.Pair]*access.Record
	devices  map[access.DeviceID]*access.Device
	eas      map[string]*access.EASDevice
	accounts map[string]*access.AccountState
	approved map[access.Pair]*access.PreApproval
	policies map[access.PolicyID]*access.Policy
	rules    []*access.Blocking
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
		approved: map[access.Pair]*access.PreApproval{}, policies: map[access.PolicyID]*access.Policy{},
		names: map[string]access.Pair{}, prefs: access.DefaultPreferences(),
	}
}

func (w *world) Record(p access.Pair) *access.Record           { return w.records[p] }
func (w *world) EASDevice(id string) *access.EASDevice         { return w.eas[id] }
func (w *world) Device(id access.DeviceID) *access.Device      { return w.devices[id] }
func (w *world) Account(realm, a string) *access.AccountState  { return w.accounts[realm+"/"+a] }
func (w *world) Policy(id access.PolicyID) *access.Policy      { return w.policies[id] }
func (w *world) Blockings() []*access.Blocking                 { return w.rules }
func (w *world) Preferences() *access.Preferences              { return &w.prefs }
func (w *world) PreApproval(p access.Pair) *access.PreApproval { return w.approved[p] }

// Words splits a line at white space outside double quotes and cuts the comment off.
func Words(line string) []string {
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
	case "policy":
		w.policies[access.PolicyID(get(1))] = &access.Policy{ID: access.PolicyID(get(1)), Revision: 1}
	case "assign": // a policy, to an ActiveSync device id
		w.easDevice(get(2)).Policy = access.PolicyID(get(1))
	case "revert":
		w.easDevice(get(1)).Policy = ""
	case "rule":
		return w.rule(words[1:])
	case "server": // type of mail server of a phone's earliest record
		w.easDevice(get(2)).ServerType = get(1)
	case "withdraw":
		delete(w.approved, w.names[get(1)])
	case "assoc":
		return w.assoc(words[1:])
	case "prefer":
		k, v, _ := strings.Cut(get(1), "=")
		on := v != "no"
		switch k {
		case "default-policy":
			w.prefs.DefaultPolicy = access.PolicyID(v)
		case "auto-block":
			w.prefs.AutoBlock = on
		case "shadow":
			w.prefs.Shadow = on
		case "allow-overrides-compliance":
			w.prefs.AllowOverridesCompliance = on
		case "other-user":
			w.prefs.RefuseOtherUser = on
		case "one-server-type":
			w.prefs.OneServerType = on
		case "device-limit":
			n, err := strconv.Atoi(v)
			w.prefs.DeviceLimit = n
			return err
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

func (w *world) easDevice(id string) *access.EASDevice {
	if w.eas[id] == nil {
		w.eas[id] = &access.EASDevice{ID: id}
	}
	return w.eas[id]
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
		case "held", "released": // by the rules of these names
			for name := range strings.SplitSeq(v, ",") {
				w.hold(r, k, access.BlockingID(name))
			}
		case "over-limit":
			w.hold(r, k, "")
		case "allow", "block":
			r.Override = access.Override{Kind: access.OverrideKind(k), Reason: v, By: "root", At: w.now}
		case "until":
			d, err := time.ParseDuration(strings.TrimPrefix(v, "+"))
			if err != nil {
				return err
			}
			r.Override.Until = w.now.Add(d)
		case "wipe": // wipe=full:pending, and from=+1h where it waits
			kind, state, _ := strings.Cut(v, ":")
			r.Wipe.ID, r.Wipe.Kind, r.Wipe.State = "w-"+access.WipeID(words[0]), access.WipeKind(kind), access.WipeState(state)
		case "from":
			d, err := time.ParseDuration(strings.TrimPrefix(v, "+"))
			if err != nil {
				return err
			}
			r.Wipe.NotBefore = w.now.Add(d)
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
		e := w.easDevice(r.Pair.Device)
		e.Devices = append(e.Devices, r.Device)
	}
	return nil
}

// ask puts one question. wrong is the answer, where it is another than the one expected.
func (w *world) ask(words []string) (wrong string, err error) {
	if len(words) < 2 {
		return "", errors.New("ask whom for what?")
	}
	pair, ok := w.names[words[0]]
	if !ok {
		return "", fmt.Errorf("no such association: %s", words[0])
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
		case "crowded":
			f.Crowded = true
		case "other-user":
			f.OtherUser = true
		case "malformed":
			f.Malformed = "body is a Sync, command says Ping"
		default:
			k, v, _ := strings.Cut(words[i], "=")
			if said, err := w.fact(&f, k, v); said || err != nil {
				if err != nil {
					return "", err
				}
				continue
			}
			key, ok := keyState(v)
			if k != "key" || !ok {
				return "", fmt.Errorf("unknown fact %q", words[i])
			}
			f.Key = key
		}
	}
	if i+2 >= len(words) {
		return "", errors.New("no expectation: end the line with -> VERDICT RULE")
	}
	f.Policy = access.PolicyFor(w, pair.Device)
	d := access.Decide(w, &f, w.now)
	got := d.Verdict.String() + " " + d.Rule.String()
	if d.Shadow {
		got += " not-enforced"
	}
	if !d.Until.IsZero() {
		got += " until=+" + strconv.FormatFloat(d.Until.Sub(w.now).Hours(), 'g', 4, 64) + "h"
	}
	if want := strings.Join(words[i+1:], " "); got != want {
		return "got " + got, nil
	}
	return "", nil
}

func keyState(word string) (access.KeyState, bool) {
	for k := access.KeyUnneeded; k <= access.KeyNever; k++ {
		if k.String() == word {
			return k, true
		}
	}
	return 0, false
}
