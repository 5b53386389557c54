// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/internal/access"
)

// coveredPages is how many pages are gone through to fill one whose finds are covered, and to know whether
// anything follows.
const coveredPages = 100

// coveredList reads a page for somebody from whom numbers and ids are covered: what is covered is found by all
// of it and never by a part, for otherwise whoever asks often enough reads it letter by letter. What was found
// by a covered part alone is left out, and neither counts nor the way on tell that it was there. find gives a
// page as anybody has it; shown and whole are the words of a row that count by a part, and as a whole.
func coveredList[R any](q Query, find func(Query) ([]R, PageMarks, error), shown, whole func(*R) []string) ([]R, PageMarks, error) {
	term := sortKey(clean(q.Search, capSortKey))
	if q.Cover == nil || term == "" {
		return find(q)
	}
	number := strings.Trim(term, "0123456789 +-./()") == "" && digits(term) != "" // however people divide it
	visible := func(r *R) bool {
		covered := *r
		q.Cover(&covered)
		in := strings.Contains
		if utf8.RuneCountInString(term) < 3 {
			in = strings.HasPrefix
		}
		if slices.ContainsFunc(shown(&covered), func(s string) bool { return in(fold(s), term) }) {
			return true
		}
		return slices.ContainsFunc(whole(r), func(s string) bool { return s != "" && (fold(s) == term || number && digits(s) == digits(term)) })
	}
	pick := func(q Query) ([]R, PageMarks, error) {
		rows, m, err := find(q)
		return slices.DeleteFunc(rows, func(r R) bool { return !visible(&r) }), m, err
	}
	rows, m, err := pick(q)
	if err != nil {
		return nil, PageMarks{}, err
	}
	n, next, prev := 0, m.Next, m.Prev
	for ; len(rows) == 0 && next != "" && n < coveredPages; n++ {
		q.Cursor = next
		if rows, m, err = pick(q); err != nil {
			return nil, PageMarks{}, err
		}
		next = m.Next
	}
	for look := next; look != "" && n < coveredPages; n++ { // does anything follow that may be shown?
		q.Cursor = look
		more, after, err := pick(q)
		if err != nil {
			return nil, PageMarks{}, err
		}
		if look = after.Next; len(more) > 0 {
			break
		}
		if look == "" {
			next = ""
		}
	}
	if len(rows) == 0 {
		rows = nil // as where there was nothing to leave out
	}
	m.Next, m.Prev, m.Partial = next, prev, next != "" && n >= coveredPages
	m.Total, m.TotalIsMore = int64(len(rows)), next != "" || prev != ""
	return rows, m, nil
}

// uncovered gives the order for somebody from whom numbers and ids are covered: none by what is covered.
func (q Query) uncovered(covered ...Column) Query {
	if q.Cover != nil && slices.Contains(covered, q.Sort) {
		q.Sort, q.Desc = "", false
	}
	return q
}

func shownAssociation(a *access.Association) []string {
	return append([]string{a.User, a.Pair.Account, a.RawDevice, a.Pair.Device, a.Model, a.Number}, a.OtherNames...)
}

func wholeAssociation(a *access.Association) []string {
	return []string{a.RawDevice, a.Pair.Device, a.Number}
}

func shownDevice(d *access.RegisteredDevice) []string {
	return []string{d.OwnerName, d.Name, d.Model, d.Number, d.IMEI, d.Serial, d.UDID, d.EASID}
}

func wholeDevice(d *access.RegisteredDevice) []string {
	return []string{d.Number, d.IMEI, d.Serial, d.UDID, d.EASID}
}

func shownUser(u *access.User) []string {
	list := []string{u.Name, u.DisplayName, u.Email, u.Number}
	for _, a := range u.Accounts {
		list = append(list, a.Account)
	}
	return list
}

func wholeUser(u *access.User) []string { return []string{u.Number} }

func shownExpected(x *access.Expected) []string {
	return []string{x.Who, x.Pair.Account, x.Pair.Device, x.Model, x.DeviceType, x.IMEI, x.Number}
}

func wholeExpected(x *access.Expected) []string { return []string{x.Pair.Device, x.IMEI, x.Number} }
