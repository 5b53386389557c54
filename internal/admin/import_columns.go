// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// fields are the cells of a line by what they mean.
type fields map[string]string

// importColumn is one thing a column can mean, and the heads it goes by: those of our own exports first.
// Case, blanks and signs in heads make no difference. Where several columns mean the same, the first head
// in the list that has something in it counts.
type importColumn struct {
	name  string
	heads []string
}

// importColumns is the table of what is understood of each kind; docs/operate/import.md shows it.
func importColumns(k ImportKind) []importColumn {
	key := []importColumn{
		{"id", []string{"Vedette id"}},
		{"eas", []string{"ActiveSync device id", "EAS id", "EAS device id", "EASDeviceID", "DeviceID", "ActiveSyncID", "Exchange ActiveSync ID"}},
		{"imei", []string{"IMEI", "Device IMEI", "IMEI 1", "MEID"}},
		{"serial", []string{"Serial number", "Serial", "SerialNo"}},
		{"udid", []string{"UDID", "Unique device id", "Device UDID", "Android id"}},
	}
	compliance := []importColumn{
		{"compliance", []string{"Compliance", "Compliant", "Compliance state", "Compliance status", "Is compliant"}},
		{"reasons", []string{"Why not compliant", "Reasons", "Compliance reasons", "Violations", "Reason"}},
		{"since", []string{"Compliance since", "Not compliant since", "Since"}},
		{"compliance-source", []string{"Compliance source", "Source"}},
	}
	switch k {
	case ImportCompliance:
		return append(key, compliance...)
	case ImportDevices:
		compliance[3].heads = compliance[3].heads[:1] // "Source" is the device's own here
		return append(append(key, []importColumn{
			{"name", []string{"Name", "Device name", "Friendly name"}},
			{"owner", []string{"Owner", "User", "User name", "Username", "User ID", "Assigned to", "Primary user", "Primary user UPN", "User principal name"}},
			{"email", []string{"Owner's address", "Email", "Email address", "User email", "Primary user email address"}},
			{"os", []string{"OS", "Operating system", "Platform"}},
			{"os-version", []string{"OS version", "Version", "Platform version"}},
			{"model", []string{"Model", "Device model", "Phone"}},
			{"manufacturer", []string{"Manufacturer", "Make", "Brand"}},
			{"number", []string{"Number", "Phone number", "Mobile number", "Current phone number", "MSISDN"}},
			{"ownership", []string{"Ownership", "Owner type", "Device ownership"}},
			{"enrolled", []string{"Enrolled", "Enrollment date", "Registration date", "Registered"}},
			{"check-in", []string{"Last check-in", "Last checkin", "Last sync", "Last contact"}},
			{"status", []string{"Status", "State", "Device status"}},
			{"source", []string{"Source"}},
			{"comment", []string{"Comment", "Comments", "Notes"}},
		}...), compliance...)
	case ImportUsers:
		return []importColumn{
			{"name", []string{"Name", "User name", "Username", "User", "Login", "SamAccountName", "User principal name", "UPN"}},
			{"display", []string{"Display name", "Full name"}},
			{"email", []string{"Address", "Email", "Email address", "Mail", "Primary SMTP address"}},
			{"number", []string{"Number", "Phone", "Phone number", "Mobile", "Mobile phone"}},
			{"groups", []string{"Groups", "Group", "Member of"}},
			{"accounts", []string{"Accounts", "Account", "Mail accounts", "Mailbox"}},
			{"disabled", []string{"Disabled", "Blocked"}},
			{"enabled", []string{"Enabled", "Active"}},
			{"status", []string{"Status", "State"}},
			{"comment", []string{"Comment", "Comments", "Notes"}},
		}
	case ImportExpected:
		return []importColumn{
			{"id", []string{"Vedette id"}},
			{"device", []string{"DeviceID", "ActiveSync device id", "EAS device id", "EASDeviceID", "ClientID"}},
			{"account", []string{"Account", "UserPrincipalName", "UPN", "SamAccountName", "Login", "PrimarySmtpAddress", "WindowsEmailAddress",
				"Email address", "Email", "Mailbox", "User"}},
			{"who", []string{"UserDisplayName", "Display name", "DisplayName", "Owner"}},
			{"identity", []string{"Identity", "DistinguishedName"}},
			{"model", []string{"DeviceModel", "Model", "Phone", "DeviceFriendlyName"}},
			{"type", []string{"DeviceType"}},
			{"os", []string{"DeviceOS", "OS"}},
			{"agent", []string{"DeviceUserAgent", "User agent", "UserAgent"}},
			{"imei", []string{"DeviceImei", "IMEI"}},
			{"number", []string{"DevicePhoneNumber", "Number", "Phone number"}},
			{"state", []string{"DeviceAccessState", "Access state"}},
			{"why", []string{"DeviceAccessStateReason"}},
			{"first", []string{"FirstSyncTime", "First sync"}},
			{"last", []string{"LastSuccessSync", "Last success", "LastSyncAttemptTime", "Last sync time", "Last sync"}},
			{"realm", []string{"Mail server", "Realm", "Backend"}},
		}
	}
	return nil
}

// plainHead is a head without what people and languages of programs vary.
func plainHead(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// headMap says which columns of a file mean what.
type headMap struct {
	columns map[string][]int // by meaning, in the order in which they count
	known   []string
	unknown []string
}

func mapHeads(k ImportKind, heads []string) (headMap, error) {
	m := headMap{columns: map[string][]int{}}
	used := map[int]bool{}
	for _, c := range importColumns(k) {
		for _, h := range c.heads {
			for i, head := range heads {
				if plainHead(head) == plainHead(h) && !used[i] {
					used[i] = true
					m.columns[c.name] = append(m.columns[c.name], i)
				}
			}
		}
	}
	for i, head := range heads {
		if used[i] {
			m.known = append(m.known, head)
		} else if head != "" {
			m.unknown = append(m.unknown, head)
		}
	}
	need := map[ImportKind][]string{
		ImportDevices: {"id", "eas", "imei", "serial", "udid"}, ImportCompliance: {"id", "eas", "imei", "serial", "udid"},
		ImportUsers: {"name"}, ImportExpected: {"device", "identity"},
	}[k]
	if !slices.ContainsFunc(need, func(n string) bool { return len(m.columns[n]) > 0 }) {
		var words []string
		for _, c := range importColumns(k) {
			if slices.Contains(need, c.name) {
				words = append(words, c.heads[0])
			}
		}
		return m, unreadable("The first line names no column that says what a line is about: " + strings.Join(words, ", ") + ".")
	}
	if k == ImportCompliance && len(m.columns["compliance"]) == 0 {
		return m, unreadable("The first line names no column Compliance.")
	}
	return m, nil
}

// fields gives what a line says. Exchange writes $null for nothing now and then.
func (m *headMap) fields(cells []string) fields {
	f := fields{}
	for name, columns := range m.columns {
		for _, i := range columns {
			if i < len(cells) && cells[i] != "" && cells[i] != "$null" {
				f[name] = cells[i]
				break
			}
		}
	}
	return f
}

// into puts what a line says into a field of thing. What it leaves empty, what is the same but for what a
// file cannot keep, such as blanks at an end, and what was covered in the file, stay as they are.
func (f fields) into(name string, p *string, thing any) error {
	if f[name] == "" || f[name] == tidyCell(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(*p)) {
		return nil
	}
	plain, err := unveiled(thing, *p, f[name])
	if err == nil {
		*p = plain
	}
	return err
}

// The fields that hold times.
func timeFields() []string { return []string{"first", "last", "since", "enrolled", "check-in"} }

// dayFirst finds out whether a file writes the day before the month between slashes: a number above twelve
// says so. sure is false when none does.
func dayFirst(list []fields) (yes, sure bool) {
	for _, f := range list {
		for _, name := range timeFields() {
			a, b, ok := slashes(f[name])
			switch {
			case !ok:
			case a > 12:
				return true, true
			case b > 12:
				return false, true
			}
		}
	}
	return false, false
}

func slashes(s string) (a, b int, ok bool) {
	n, err := fmt.Sscanf(s, "%d/%d/", &a, &b)
	return a, b, err == nil && n == 2 && a <= 31
}

// readTime reads a time as programs and languages write it, as UTC where it does not say.
func readTime(s string, daysFirst bool) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	s = strings.Join(strings.Fields(strings.ReplaceAll(strings.ReplaceAll(s, "\u202f", " "), ",", " ")), " ")
	s = strings.NewReplacer("a.m.", "AM", "p.m.", "PM", " am", " AM", " pm", " PM").Replace(s)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	days := []string{"2006-1-2", "2006/1/2", "2006. 1. 2.", "2.1.2006", "2-1-2006", "2 Jan 2006", "Jan 2 2006", "Monday January 2 2006", "Monday 2 January 2006"}
	if daysFirst {
		days = append(days, "2/1/2006")
	} else {
		days = append(days, "1/2/2006")
	}
	for _, day := range days {
		for _, clock := range []string{"", " 15:04:05", " 15:04", " 3:04:05 PM", " 3:04 PM", " 15.04.05"} {
			if t, err := time.Parse(day+clock, s); err == nil {
				return t.UTC(), nil
			}
		}
	}
	return time.Time{}, unreadable("“" + clipWord(s) + "” is no time that can be read. 2026-11-21 09:30:00 always can.")
}

// readYes reads yes and no in the words of programs.
func readYes(s string) (yes, ok bool) {
	switch strings.ToLower(s) {
	case "yes", "y", "true", "1", "x", "$true", "on", "enabled", "active", "ja", "oui", "sí":
		return true, true
	case "no", "n", "false", "0", "$false", "off", "disabled", "inactive", "nein", "non":
		return false, true
	}
	return false, false
}

func clipWord(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
