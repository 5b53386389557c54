// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// importExpected carries out one line of a mail server's list of phones, or of another console's (Y-18).
func (m *importer) importExpected(tx *store.Tx, f fields) (lineResult, error) {
	x, err := m.expected(tx, f)
	if err != nil {
		return lineResult{}, err
	}
	own, err := ownExpected(tx, f, x)
	if err != nil {
		return lineResult{}, err
	}
	old, err := tx.FindExpected(x.Pair)
	if err == nil && own {
		keepUnsaid(x, old)
	}
	if known(err) != nil {
		return lineResult{}, err
	}
	out := lineResult{state: LineCreate}
	if err == nil {
		out.state, out.before.Expected = LineChange, old
		if sameExpected(*old, *x) {
			return lineResult{state: LineSame, text: "Nothing new is known of it.", object: old.ID}, nil
		}
	}
	if err := tx.SaveExpected(x); err != nil {
		return lineResult{}, err
	}
	out.object, out.before.Version = x.ID, x.Version
	switch {
	case x.Seen.IsZero():
		out.text = "It has not come through the gateway yet."
	case out.state == LineCreate:
		out.text = "It comes through the gateway already, since " + atTime(x.Seen) + "."
	default:
		out.text = "It is known, and came first " + atTime(x.Seen) + "."
	}
	words, err := m.preset(tx, x, f, &out.before)
	if words != "" {
		out.text += " " + words
	}
	return out, err
}

// ownExpected says that a line of our own list is about a phone that is known here. The list calls it by the name
// of its owner, so that the account and the mail server are those it has.
func ownExpected(tx *store.Tx, f fields, x *access.Expected) (bool, error) {
	if f["id"] == "" {
		return false, nil
	}
	old, err := tx.FindExpectedByID(f["id"])
	if err != nil || old.Pair.Device != x.Pair.Device {
		return false, known(err)
	}
	x.Pair = old.Pair
	return true, nil
}

// keepUnsaid takes over from what is known of a phone what our own list leaves out, or puts in other words.
func keepUnsaid(x, old *access.Expected) {
	for _, p := range []struct {
		is  *string
		was string
	}{{&x.DeviceType, old.DeviceType}, {&x.OS, old.OS}, {&x.UserAgent, old.UserAgent}, {&x.IMEI, old.IMEI}, {&x.Number, old.Number}, {&x.State, old.State}} {
		*p.is = firstOf(*p.is, p.was)
	}
	x.Who = old.Who
	if x.Model == "" || x.Model == old.DeviceType {
		x.Model = old.Model
	}
	if x.FirstSync.IsZero() {
		x.FirstSync = old.FirstSync
	}
	if x.LastSync.IsZero() {
		x.LastSync = old.LastSync
	}
}

// expected reads a line.
func (m *importer) expected(tx *store.Tx, f fields) (*access.Expected, error) {
	who, device := f["who"], f["device"]
	owner, name := identity(f["identity"])
	who, device = firstOf(lastPart(who), owner), firstOf(device, name)
	if device == "" {
		return nil, unreadable("The line has no device id.")
	}
	for _, s := range f {
		if hidden(s) {
			return nil, unreadable("“" + clipWord(s) + "” is how something is shown that is covered. Such a list cannot be brought in.")
		}
	}
	id, ok := m.admin.device(device)
	if !ok {
		return nil, unreadable("“" + clipWord(device) + "” can be no ActiveSync device id.")
	}
	x := &access.Expected{Pair: access.Pair{Realm: firstOf(f["realm"], m.form.Realm), Device: id}, Who: who, Model: f["model"], OS: f["os"],
		DeviceType: f["type"], UserAgent: f["agent"], IMEI: f["imei"], Number: f["number"], State: f["state"], By: m.who.Name,
		Import: m.file.ID}
	if x.Pair.Realm == "" {
		return nil, unreadable("The line names no mail server, and none was chosen.")
	}
	if err := m.admin.knownRealm(tx, x.Pair.Realm); err != nil {
		return nil, err
	}
	var err error
	if x.FirstSync, err = m.time(f["first"], x.FirstSync); err != nil {
		return nil, err
	}
	if x.LastSync, err = m.time(f["last"], x.LastSync); err != nil {
		return nil, err
	}
	x.Pair.Account, err = m.accountOf(tx, x.Pair.Realm, f["account"], who)
	if x.Who == "" {
		x.Who = f["account"]
	}
	return x, err
}

// accountOf finds the account of a line: as it says, or the only one of the user who is called so.
func (m *importer) accountOf(tx *store.Tx, realm, account, who string) (string, error) {
	if account != "" {
		acc, err := m.admin.canonical(tx, realm, lastPart(account))
		return acc.Account, err
	}
	if who == "" {
		return "", nil
	}
	u, err := tx.FindUserByName(who)
	if err != nil {
		return "", known(err)
	}
	found := ""
	for _, acc := range u.Accounts {
		if acc.Realm == realm && found != "" {
			return "", nil // whose it is of the two nobody knows
		}
		if acc.Realm == realm {
			found = acc.Account
		}
	}
	return found, nil
}

// identity takes apart what Exchange calls a device: "lab.example/Users/Ana/ExchangeActiveSyncDevices/iPhone§APPL1".
func identity(s string) (owner, device string) {
	parts := strings.Split(s, "/")
	if len(parts) < 3 {
		parts = strings.Split(s, `\`)
	}
	last := parts[len(parts)-1]
	if i := strings.LastIndex(last, "§"); i >= 0 {
		device = last[i+len("§"):]
	} else if i := strings.LastIndex(last, "\uFFFD"); i >= 0 { // a program that did not know the sign
		device = last[i+len("\uFFFD"):]
	}
	for i, p := range parts {
		if i > 0 && (strings.EqualFold(p, "ExchangeActiveSyncDevices")) {
			owner = parts[i-1]
		}
	}
	if owner == "" && len(parts) == 2 {
		owner = parts[0]
	}
	return owner, device
}

// lastPart is the name at the end of a path such as lab.example/Users/Ana.
func lastPart(s string) string { return strings.TrimSpace(s[strings.LastIndex(s, "/")+1:]) }

// sameExpected says that a list brings nothing new.
func sameExpected(old, n access.Expected) bool {
	n.ID, n.Created, n.Seen, n.Version, n.Import, n.By = old.ID, old.Created, old.Seen, old.Version, old.Import, old.By
	n.Preset, n.Reason = old.Preset, old.Reason
	return old == n
}

// preset takes over what people have decided on the mail server about one phone. What it decided by a rule
// for all is left to the rules here.
func (m *importer) preset(tx *store.Tx, x *access.Expected, f fields, b *importBefore) (string, error) {
	state, why := strings.ToLower(x.State), strings.ToLower(f["why"])
	if !m.form.Presets || state != "blocked" && state != "allowed" || why != "" && why != "individual" {
		return "", nil
	}
	if x.Pair.Account == "" {
		if state == "blocked" {
			return "The mail server blocks it, but the file does not say whose it is in words of the mail server, so this is not taken over.", nil
		}
		return "", nil
	}
	reason := "blocked on the mail server; " + m.reason()
	if state == "allowed" {
		if why != "individual" || !x.Seen.IsZero() {
			return "", nil // everybody is allowed who is not blocked
		}
		p := &access.PreApproval{Pair: x.Pair, Reason: "allowed on the mail server; " + m.reason(), By: m.who.Name, At: tx.Now()}
		if err := tx.SavePreApproval(p); err != nil {
			return "", err
		}
		b.Approval = p.ID
		tx.Audit(entry(m.who, string(access.VerbPreApprove), x.Pair.String(), p.ID, approvalWords(p)))
		return "It is let through before it comes.", nil
	}
	if x.Seen.IsZero() {
		x.Preset, x.Reason = access.OverrideBlock, reason
		err := tx.SaveExpected(x)
		b.Version = x.Version
		return "It is blocked as soon as it has come.", err
	}
	as, err := tx.FindPair(access.Standalone, x.Pair)
	if err != nil {
		return "", known(err)
	}
	if as.Override.Kind != access.NoOverride {
		return "Somebody has decided about it here; that stays.", nil
	}
	none := as.Override
	if _, err := m.admin.setOverride(tx, m.who, access.VerbBlock, as, access.Override{Kind: access.OverrideBlock, Reason: reason,
		By: m.who.Name, At: tx.Now()}); err != nil {
		return "", err
	}
	b.Record, b.Override, b.At = as.ID, &none, as.Version
	return "It is blocked.", nil
}
