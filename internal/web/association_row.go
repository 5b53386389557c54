// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"fmt"
	"hash/fnv"
	"html/template"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// row is one record as the list shows it.
type row struct {
	ID      access.AssociationID
	Version int64
	Rev     string // changes when what is shown changes, but not because time passes
	Label   string // for who hears the page instead of seeing it
	Open    bool
	Cells   []cell
	User    string
	Device  string
	Blocked bool
}

type cell struct {
	Key, Label string
	HTML       template.HTML
	Blank      bool
}

// newRow makes the row of one record for the columns of a view.
func (s *Server) newRow(a *admin.Row, v view, cursor string) row {
	r := row{ID: a.ID, Version: a.Version, User: userOf(a), Device: deviceOf(a), Blocked: a.Decision.Blocked()}
	r.Label = visible(clip(r.User+" on "+r.Device, 120))
	h := fnv.New64a()
	for _, c := range v.Columns {
		cl := cell{Key: c.Key, Label: c.Label}
		var state string
		cl.HTML, state = s.cell(a, c.Key, v, cursor)
		cl.Blank = cl.HTML == ""
		fmt.Fprintf(h, "%s=%s\n", c.Key, state)
		r.Cells = append(r.Cells, cl)
	}
	fmt.Fprintf(h, "%d %s", a.Version, a.Why.Rule)
	r.Rev = strconv.FormatUint(h.Sum64(), 36)
	return r
}

func userOf(a *admin.Row) string {
	if a.User != "" {
		return a.User
	}
	return a.Pair.Account
}

func deviceOf(a *admin.Row) string {
	if a.RawDevice != "" {
		return a.RawDevice
	}
	return a.Pair.Device
}

// cell gives what stands in one column, and the state behind it.
func (s *Server) cell(a *admin.Row, key string, v view, cursor string) (template.HTML, string) {
	words := func(w string) (template.HTML, string) { return text(w, 80), w }
	moment := func(t time.Time) (template.HTML, string) { return agoHTML(t, s.now()), t.String() }
	switch key {
	case "device":
		return s.deviceCell(a, v, cursor), deviceOf(a)
	case "user":
		return words(userOf(a))
	case "number":
		return words(a.Number)
	case "phone":
		return words(a.Model)
	case "os":
		return words(osOf(a))
	case "status":
		return s.statusChip(a), a.StatusLabel()
	case "sync":
		return s.syncChip(a), strconv.FormatBool(a.Decision.Blocked()) + strconv.FormatBool(a.Decision.Shadow)
	case "first":
		return moment(a.FirstSync)
	case "last":
		return moment(a.LastSync)
	case "mailbox":
		if a.MailboxDerived && a.Mailbox != "" {
			return `<span class="derived" title="Derived from the account: the phone has not told its address yet">` + text(a.Mailbox, 80) + `</span>`, a.Mailbox
		}
		return words(a.Mailbox)
	case "domain":
		return template.HTML(template.HTMLEscapeString(a.Domain.Label())), string(a.Domain)
	case "success":
		return moment(a.LastSuccess)
	case "client":
		return words(a.Client)
	case "backend":
		return words(a.Backend)
	case "gateway":
		return words(string(a.Gateway))
	case "comment":
		return words(a.Comment)
	}
	return "", ""
}

func osOf(a *admin.Row) string {
	if a.OSVersion == "" {
		return a.OS
	}
	return a.OS + " " + a.OSVersion
}

// deviceCell is the link that opens the details.
func (s *Server) deviceCell(a *admin.Row, v view, cursor string) template.HTML {
	href := template.HTMLEscapeString(v.href(a.ID, cursor))
	return template.HTML(`<a data-open href="`+href+`" hx-get="`+href+`" hx-target="#pane" hx-push-url="true">`) +
		text(deviceOf(a), 80) + `</a>`
}

// statusChip is the Status column: words and a sign, not a colour alone.
func (s *Server) statusChip(a *admin.Row) template.HTML {
	if a.Linked() {
		return `<span class="chip plain bare">` + s.icon("link") + template.HTML(template.HTMLEscapeString(a.StatusLabel())) + `</span>`
	}
	return `<span class="chip warn">` + s.icon("unlink") + template.HTML(template.HTMLEscapeString(a.StatusLabel())) + `</span>`
}

// syncChip is the Sync Status column (C-07): the verdict, its reason on hover, and whether it is enforced.
func (s *Server) syncChip(a *admin.Row) template.HTML {
	why := template.HTMLEscapeString(clip(visible(a.Why.Text+" "+a.Why.Detail), 300))
	if !a.Decision.Blocked() {
		return template.HTML(`<span class="chip good bare" title="`+why+`">`) + s.icon("circle-check") + `Allowed</span>`
	}
	chip := template.HTML(`<span class="chip bad" title="`+why+`">`) + s.icon("ban") + `Blocked</span>`
	if a.Decision.Shadow {
		chip += ` <span class="chip plain under" title="Shadow mode: decided and shown, not enforced">` + s.icon("eye") + `not enforced</span>`
	}
	return chip
}
