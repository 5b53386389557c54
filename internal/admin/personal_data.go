// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"archive/zip"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// PersonalData is everything the console keeps about one person under the person's own name.
type PersonalData struct {
	User      access.User               `json:"user"`
	Aliases   []access.Alias            `json:"aliases"`
	Devices   []access.RegisteredDevice `json:"devices"`
	Records   []access.Association      `json:"records"`
	Approvals []access.PreApproval      `json:"approvals"`
	Expected  []access.Expected         `json:"expected"` // what lists that were brought in say of the person's phones
	Imported  []ImportedLine            `json:"imported"` // lines of files that were brought in
	Wipes     []store.Wipe              `json:"wipes"`    // orders, also for records that are gone
	Answers   []access.PolicyAck        `json:"answers"`  // what the phones have said of their policies last
	Actions   []store.EASAction         `json:"actions"`  // what was ordered for their ActiveSync device ids
	Rules     []PersonalRule            `json:"rules"`    // blocking rules that are for the person, or speak of a record
	Audit     []access.AuditEntry       `json:"audit"`    // lines about what stands above

	others []access.Association // of other accounts on the person's phones: they stay, and say nothing of the person any more
}

// ImportedLine is a line of a file that was brought in, as it is kept while the import can be taken back.
type ImportedLine struct {
	Import string            `json:"import"` // id
	Line   int64             `json:"line"`   // in the file
	Fields map[string]string `json:"fields"`

	n int64
}

// ErasePreview says what erasing a person would do now.
type ErasePreview struct {
	PersonalData
	Notes []string // what is kept, and what happens afterwards
}

// maxOwned bounds how many records and devices one person can have: beyond it something is wrong, and a
// person looks at it first.
const maxOwned = 5000

// personalData gathers everything, as it is where from reads.
func (s *Settings) personalData(from store.Personal, id access.UserID) (PersonalData, error) {
	var p PersonalData
	u, err := from.User(id)
	if err != nil {
		return p, err
	}
	p.User = *u
	for _, a := range u.Accounts {
		names, err := from.Aliases(a.Realm, a.Account)
		if err != nil {
			return p, err
		}
		p.Aliases = append(p.Aliases, names...)
		list, err := from.Records(a.Realm, a.Account, maxOwned)
		if err != nil {
			return p, err
		}
		p.Records = append(p.Records, list...)
	}
	if p.Devices, err = from.Devices(id, maxOwned); err != nil {
		return p, err
	}
	if len(p.Records) >= maxOwned || len(p.Devices) >= maxOwned {
		return p, access.Invalid("admin: personal data", "So many records cannot belong to one person. Look at the accounts of this user first.")
	}
	// Before the orders to wipe are gathered: a phone that was wiped may be somebody else's by now.
	if p.others, err = from.OnPhones(p.phones(), u.Accounts, maxOwned); err != nil {
		return p, err
	}
	if p.Approvals, err = from.Approvals(u.Accounts); err != nil {
		return p, err
	}
	if err := p.listed(from); err != nil {
		return p, err
	}
	if err := p.wired(from); err != nil {
		return p, err
	}
	if err := p.ruled(from); err != nil {
		return p, err
	}
	p.Audit, err = from.Lines(p.objects())
	return p, err
}

// wired gathers what was ordered for the person's phones, and what these have answered.
func (p *PersonalData) wired(from store.Personal) error {
	for _, a := range p.User.Accounts {
		list, err := from.WipesOfAccount(a.Realm, a.Account)
		if err != nil {
			return err
		}
		p.Wipes = append(p.Wipes, list...)
	}
	ids := make([]access.AssociationID, len(p.Records))
	for i := range p.Records {
		ids[i] = p.Records[i].ID
	}
	acks, err := from.PolicyAcks(ids...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if ack, said := acks[id]; said {
			p.Answers = append(p.Answers, ack)
		}
	}
	p.Actions, err = from.ActionsOf(p.phones())
	return err
}

// listed gathers what files that were brought in say of the person.
func (p *PersonalData) listed(from store.Personal) error {
	words, devices := p.identifiers()
	for _, a := range p.User.Accounts {
		list, err := from.Expected(a.Realm, a.Account, devices)
		if err != nil {
			return err
		}
		p.Expected = append(p.Expected, list...)
	}
	slices.SortFunc(p.Expected, func(a, b access.Expected) int { return cmp.Compare(a.ID, b.ID) })
	p.Expected = slices.CompactFunc(p.Expected, func(a, b access.Expected) bool { return a.ID == b.ID })
	objects := p.objects()
	return from.EachImportLine(func(id string, l *store.ImportLine) {
		var f map[string]string
		if err := json.Unmarshal([]byte(l.Fields), &f); err != nil {
			return
		}
		own := l.Object != "" && slices.Contains(objects, l.Object)
		for _, v := range f {
			own = own || words[strings.ToLower(strings.TrimSpace(v))]
		}
		if own {
			p.Imported = append(p.Imported, ImportedLine{Import: id, Line: l.Line, Fields: f, n: l.N})
		}
	})
}

// identifiers are the words by which a line of a file means this person or the person's phone, in small
// letters, and the device ids among them. A display name is none: two people may be called the same.
func (p *PersonalData) identifiers() (words map[string]bool, devices []string) {
	words = map[string]bool{}
	add := func(list ...string) {
		for _, w := range list {
			if w = strings.ToLower(strings.TrimSpace(w)); w != "" {
				words[w] = true
			}
		}
	}
	add(p.User.Name, p.User.Email, p.User.Number)
	for _, a := range p.User.Accounts {
		add(a.Account)
	}
	for _, a := range p.Aliases {
		add(a.From)
	}
	for i := range p.Devices {
		d := &p.Devices[i]
		add(d.Number, d.IMEI, d.Serial, d.UDID, d.EASID)
	}
	for i := range p.Records {
		r := &p.Records[i]
		add(r.Mailbox, r.Number, r.IMEI, r.RawDevice, r.Pair.Device)
		devices = append(devices, r.Pair.Device)
	}
	return words, devices
}

// phones are the ActiveSync ids of the person's phones, those too whose records were wiped and removed.
func (p *PersonalData) phones() (list []string) {
	for i := range p.Wipes {
		list = append(list, p.Wipes[i].Pair.Device)
	}
	for i := range p.Records {
		list = append(list, p.Records[i].Pair.Device)
	}
	for i := range p.Devices {
		if id := p.Devices[i].EASID; id != "" {
			list = append(list, id)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// objects are the ids under which the audit log speaks of a person.
func (p *PersonalData) objects() []string {
	list := []string{string(p.User.ID)}
	for i := range p.Devices {
		list = append(list, string(p.Devices[i].ID))
	}
	for i := range p.Records {
		list = append(list, string(p.Records[i].ID))
		for _, id := range p.Records[i].MergedFrom {
			list = append(list, string(id))
		}
	}
	for i := range p.Wipes {
		list = append(list, string(p.Wipes[i].ID), string(p.Wipes[i].Association))
	}
	for i := range p.Approvals {
		list = append(list, p.Approvals[i].ID)
	}
	for i := range p.Expected {
		list = append(list, p.Expected[i].ID)
	}
	for _, a := range p.Aliases {
		list = append(list, a.Realm+"/"+a.From)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// ExportPersonalData writes everything that is kept about a user as a ZIP file: once as JSON, for programs,
// and as tables. It is audited before the first byte goes out. what is only called once the data is there, so
// that an error can still be told.
func (s *Settings) ExportPersonalData(ctx context.Context, who access.Actor, id access.UserID, begin func(name string) io.Writer) error {
	if err := who.May(access.VerbExportUser); err != nil {
		s.admin.refused(ctx, who, string(access.VerbExportUser), string(id), err)
		return err
	}
	p, err := s.personalData(s.admin.store.Personal(ctx), id)
	if err != nil {
		return err
	}
	if err := s.note(ctx, entry(who, string(access.VerbExportUser), p.User.Name, string(id), p.words())); err != nil {
		return err
	}
	z := zip.NewWriter(begin(p.User.Name))
	err = p.write(z, s.admin.now().UTC())
	return errors.Join(err, z.Close())
}

func (p *PersonalData) words() string {
	return fmt.Sprintf("%d accounts, %d other names, %d devices, %d records, %d approvals, %d expected phones, %d lines of imports, %d lines of the audit log",
		len(p.User.Accounts), len(p.Aliases), len(p.Devices), len(p.Records), len(p.Approvals), len(p.Expected), len(p.Imported), len(p.Audit))
}

func (p *PersonalData) write(z *zip.Writer, now time.Time) error {
	put := func(name string, fill func(io.Writer) error) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: now})
		if err == nil {
			err = fill(w)
		}
		return err
	}
	table := func(name string, rows [][]string) error {
		return put(name, func(w io.Writer) error {
			c := csv.NewWriter(w)
			for _, r := range rows {
				for i := range r {
					r[i] = defused(r[i])
				}
			}
			return c.WriteAll(rows)
		})
	}
	return errors.Join(
		put("personal-data.json", func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			return e.Encode(p)
		}),
		table("user.csv", p.userTable()),
		table("devices.csv", p.deviceTable()),
		table("records.csv", p.recordTable()),
		table("lists.csv", p.listTable()),
		table("audit.csv", p.auditTable()),
	)
}

// defused keeps a spreadsheet from taking what a phone wrote for a formula.
func defused(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

func (p *PersonalData) userTable() [][]string {
	u := &p.User
	t := [][]string{{"field", "value"}, {"id", string(u.ID)}, {"name", u.Name}, {"display name", u.DisplayName}, {"mail address", u.Email},
		{"number", u.Number}, {"source", u.Source}, {"disabled", strconv.FormatBool(u.Disabled)}, {"groups", strings.Join(u.Groups, ", ")},
		{"comment", u.Comment}, {"made", stamp(u.Created)}, {"changed", stamp(u.Updated)}}
	for _, a := range u.Accounts {
		t = append(t, []string{"account", a.Account + " (" + a.Realm + ")"})
	}
	for _, a := range p.Aliases {
		t = append(t, []string{"other name of an account", a.From + " (" + a.Realm + ") for " + a.To})
	}
	for _, a := range p.Approvals {
		t = append(t, []string{"approved before its first contact", a.Pair.String()})
	}
	return t
}

func (p *PersonalData) deviceTable() [][]string {
	t := [][]string{{"id", "name", "state", "os", "version", "model", "manufacturer", "number", "imei", "serial", "udid", "activesync id",
		"ownership", "source", "enrolled", "last check-in", "compliance", "why not", "comment"}}
	for i := range p.Devices {
		d := &p.Devices[i]
		t = append(t, []string{string(d.ID), d.Name, string(d.State), d.OS, d.OSVersion, d.Model, d.Manufacturer, d.Number, d.IMEI, d.Serial,
			d.UDID, d.EASID, string(d.Ownership), d.Source, stamp(d.Enrolled), stamp(d.LastCheckIn), string(d.Compliance), d.Noncompliant, d.Comment})
	}
	return t
}

func (p *PersonalData) recordTable() [][]string {
	t := [][]string{{"id", "user", "account", "realm", "device id", "model", "os", "version", "number", "imei", "mail app", "mailbox",
		"address", "first contact", "last contact", "override", "reason", "comment"}}
	for i := range p.Records {
		r := &p.Records[i]
		t = append(t, []string{string(r.ID), r.User, r.Pair.Account, r.Pair.Realm, r.RawDevice, r.Model, r.OS, r.OSVersion, r.Number, r.IMEI,
			r.Client, r.Mailbox, r.RemoteAddr, stamp(r.FirstSync), stamp(r.LastSync), string(r.Override.Kind), r.Override.Reason, r.Comment})
	}
	return t
}

func (p *PersonalData) listTable() [][]string {
	t := [][]string{{"from", "who", "device id", "model", "number", "imei", "other"}}
	for i := range p.Expected {
		x := &p.Expected[i]
		t = append(t, []string{"expected phone", x.Who, x.Pair.Device, x.Model, x.Number, x.IMEI, x.State})
	}
	for i := range p.Imported {
		l := &p.Imported[i]
		var other []string
		for _, k := range slices.Sorted(maps.Keys(l.Fields)) {
			other = append(other, k+": "+l.Fields[k])
		}
		t = append(t, []string{fmt.Sprintf("line %d of an import", l.Line), "", "", "", "", "", strings.Join(other, "; ")})
	}
	return t
}

func (p *PersonalData) auditTable() [][]string {
	t := [][]string{{"time", "who", "event", "subject", "detail"}}
	for i := range p.Audit {
		e := &p.Audit[i]
		t = append(t, []string{stamp(e.At), e.Actor, e.Event, e.Subject, e.Detail})
	}
	return t
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// PreviewErase says what erasing a user would do now.
func (s *Settings) PreviewErase(ctx context.Context, who access.Actor, id access.UserID) (ErasePreview, error) {
	if err := who.May(access.VerbViewAudit); err != nil {
		return ErasePreview{}, err
	}
	p, err := s.personalData(s.admin.store.Personal(ctx), id)
	if err != nil {
		return ErasePreview{}, err
	}
	e := ErasePreview{PersonalData: p, Notes: []string{
		"The lines of the audit log stay, since they say what administrators have done. Their subject becomes a made-up word and their detail goes.",
		"Lines about other things that mention the person, such as a search that was exported, stay as they are until their time is over.",
		"What gateways follow names accounts and device ids until later changes push that out: it is how they learn that these are gone.",
		"Copies that left the console stay as they are: backups, files that were exported, what a log collector has.",
	}}
	if len(p.Records) > 0 {
		e.Notes = append(e.Notes, "A phone that still tries to get mail is recorded anew with its next contact. Take the mailbox or the phone away first.")
	}
	switch n := len(p.others); {
	case n == 1:
		e.Notes = append(e.Notes, "One record of another account, such as of a shared mailbox on the person's phone, stays, without what the phone said of itself, number, IMEI and comment.")
	case n > 1:
		e.Notes = append(e.Notes, fmt.Sprintf("%d records of other accounts, such as of shared mailboxes on the person's phones, stay, without what the phones said of themselves, numbers, IMEIs and comments.", n))
	}
	for i := range p.Records {
		if p.Records[i].Override.Kind == access.OverrideBlock {
			e.Notes = append(e.Notes, "At least one of the records is blocked. The block goes with it.")
			break
		}
	}
	if p.User.Source != access.SourceLocal {
		e.Notes = append(e.Notes, "The user comes from "+p.User.Source+" and comes again from there while it is listed there.")
	}
	return e, nil
}

// ErasePersonalData forgets a user with everything that PreviewErase names, all in one transaction. typed is
// the user's name as the person at the keyboard has typed it: it cannot be taken back.
func (s *Settings) ErasePersonalData(ctx context.Context, who access.Actor, id access.UserID, typed string, act Act) (Result, error) {
	const op = "admin: erase user"
	out, err := s.admin.act(ctx, who, access.VerbEraseUser, string(id), act, nil, func(tx *store.Tx) (outcome, error) {
		p, err := s.personalData(tx.Personal(), id) // what is there now: something may have come since anybody looked
		if err != nil {
			return outcome{}, err
		}
		if typed != p.User.Name {
			return outcome{}, access.Invalid(op, "Type the name of the user exactly as it stands there. Nothing has been erased.")
		}
		return s.erase(tx, who, &p, act.Reason)
	})
	return out.Result, err
}

func (s *Settings) erase(tx *store.Tx, who access.Actor, p *PersonalData, reason string) (outcome, error) {
	word := "erased-" + strings.ToLower(rand.Text()[:8])
	objects := p.objects()
	for i := range p.others {
		if err := p.emptied(tx, who, p.others[i].ID); err != nil {
			return outcome{}, err
		}
	}
	for i := range p.Records {
		if err := passOver(tx.DeleteAssociation(p.Records[i].ID)); err != nil {
			return outcome{}, err
		}
	}
	for i := range p.Wipes {
		if err := tx.DeleteWipe(p.Wipes[i].ID); err != nil {
			return outcome{}, err
		}
	}
	for _, phone := range p.phones() {
		if err := tx.ForgetPhone(phone, true); err != nil {
			return outcome{}, err
		}
	}
	for i := range p.Approvals {
		if err := passOver(tx.DeletePreApproval(p.Approvals[i].ID)); err != nil {
			return outcome{}, err
		}
	}
	for i := range p.Devices {
		if p.Devices[i].State == access.DeviceWaiting {
			continue // it goes with its records
		}
		if err := passOver(tx.DeleteDevice(p.Devices[i].ID)); err != nil {
			return outcome{}, err
		}
	}
	for i := range p.Expected {
		if err := passOver(tx.DeleteExpected(p.Expected[i].ID)); err != nil {
			return outcome{}, err
		}
	}
	for i := range p.Imported {
		if err := tx.DeleteImportLine(p.Imported[i].Import, p.Imported[i].n); err != nil {
			return outcome{}, err
		}
	}
	for _, a := range p.Aliases {
		if err := passOver(tx.DeleteAlias(a.Realm, a.From)); err != nil {
			return outcome{}, err
		}
		if err := forgetMerge(tx, who, a.Realm, a.From); err != nil {
			return outcome{}, err
		}
	}
	if err := tx.DeleteUser(p.User.ID); err != nil {
		return outcome{}, err
	}
	if err := forgetInRules(tx, p.User.ID, word); err != nil {
		return outcome{}, err
	}
	lines := 0
	for _, o := range objects {
		n, err := tx.RewriteAudit(o, func(e *access.AuditEntry) {
			if e.Subject, e.Detail = word, ""; strings.Contains(o, "/") { // the object of a merge is a name
				e.Object = word
			}
		})
		if err != nil {
			return outcome{}, err
		}
		lines += n
		if err := tx.ForgetOutcomes(o); err != nil {
			return outcome{}, err
		}
		if err := tx.RelabelJobRows(o, word); err != nil {
			return outcome{}, err
		}
	}
	text := fmt.Sprintf("%d accounts, %d devices, %d records removed; %d lines of the audit log say %s now", len(p.User.Accounts), len(p.Devices),
		len(p.Records), lines, word)
	detail := text
	if reason != "" {
		detail += "; " + reason
	}
	tx.Audit(entry(who, string(access.VerbEraseUser), word, string(p.User.ID), detail))
	return outcome{Result: Result{Text: "The user is erased: " + text + "."}}, nil
}

// emptied takes from a record of another account what its phone says of the person who carries it. The next
// contact of the phone says it again.
func (p *PersonalData) emptied(tx *store.Tx, who access.Actor, id access.AssociationID) error {
	as, err := tx.FindAssociation(id)
	if err != nil {
		return passOver(err)
	}
	as.Number, as.IMEI, as.FriendlyName, as.Operator, as.RemoteAddr = "", "", "", "", ""
	as.Told, as.Suggestion = access.DeviceInfo{}, access.Suggestion{}
	if err := tx.SaveFacts(as); err != nil {
		return err
	}
	if as.Comment != "" || as.Override.Reason != "" || len(as.Link.Reasons) > 0 {
		as.Comment, as.Override.Reason, as.Link.Reasons = "", "", nil
		if err := tx.SaveAssociation(as); err != nil {
			return err
		}
	}
	if _, err := tx.RewriteAudit(string(id), func(e *access.AuditEntry) {
		if p.mentioned(e.Detail) {
			e.Detail = ""
		}
	}); err != nil {
		return err
	}
	if err := tx.ForgetOutcomes(string(id)); err != nil {
		return err
	}
	if err := tx.RelabelJobRows(string(id), label(as)); err != nil { // what they say of it names the device it is linked to
		return err
	}
	tx.Audit(entry(who, string(access.VerbEraseUser), as.Pair.String(), string(id), "somebody who carries the phone is erased; what it says of them is emptied"))
	return nil
}

// mentioned reports whether a text holds a word that means the person or a device of theirs.
func (p *PersonalData) mentioned(text string) bool {
	text = strings.ToLower(text)
	words, _ := p.identifiers()
	for _, w := range append([]string{p.User.DisplayName}, p.namesOfDevices()...) {
		if w != "" {
			words[strings.ToLower(w)] = true
		}
	}
	for w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

func (p *PersonalData) namesOfDevices() (list []string) {
	for i := range p.Devices {
		list = append(list, p.Devices[i].Name)
	}
	return list
}

// passOver takes what is gone already for done.
func passOver(err error) error {
	if access.KindOf(err) == access.KindNotFound {
		return nil
	}
	return err
}
