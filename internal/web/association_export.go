// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"encoding/csv"
	"net/http"
	"time"

	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// associationExport answers GET /activesync/export.csv: the view of the page, all of its records and
// exactly its columns.
func (s *Server) associationExport(w http.ResponseWriter, r *http.Request) error {
	v := readView(r)
	v.Query.Cursor = ""
	download(w, "activesync-"+s.now().UTC().Format("2006-01-02")+".csv")
	out := csv.NewWriter(w)
	var line []string
	for _, c := range v.Columns {
		line = append(line, c.Label)
	}
	begun := false
	err := s.admin.ExportAssociations(r.Context(), login.Actor(r), v.Query, func(a admin.Row) error {
		if !begun {
			begun = true
			if err := out.Write(line); err != nil {
				return err
			}
		}
		line = line[:0]
		for _, c := range v.Columns {
			line = append(line, guarded(plainCell(&a, c.Key)))
		}
		return out.Write(line)
	})
	if err != nil && !begun {
		w.Header().Del("Content-Disposition")
		return err
	}
	if err != nil {
		return cutOff(r, err)
	}
	if !begun {
		_ = out.Write(line) // the browser being gone is nothing to report
	}
	out.Flush()
	return nil
}

// cutOff ends an answer whose beginning has been sent: the connection is cut, so that nobody takes what
// came for the whole.
func cutOff(r *http.Request, err error) error {
	if err != nil {
		httpd.NoteError(r.Context(), err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// download names the file and lets the answer take its time.
func download(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // not every writer can
}

// plainCell is cell without marks. Times are exact.
func plainCell(a *admin.Row, key string) string {
	moment := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	switch key {
	case "device":
		return deviceOf(a)
	case "user":
		return userOf(a)
	case "number":
		return a.Number
	case "phone":
		return a.Model
	case "os":
		return osOf(a)
	case "status":
		return a.StatusLabel()
	case "sync":
		return word(a)
	case "first":
		return moment(a.FirstSync)
	case "last":
		return moment(a.LastSync)
	case "mailbox":
		return a.Mailbox
	case "domain":
		return a.Domain.Label()
	case "success":
		return moment(a.LastSuccess)
	case "client":
		return a.Client
	case "backend":
		return a.Backend
	case "gateway":
		return string(a.Gateway)
	case "comment":
		return a.Comment
	}
	return ""
}

// guarded keeps a spreadsheet from running what a phone wrote: what could begin a formula gets an
// apostrophe in front, which it takes as "this is text".
func guarded(field string) string {
	if field == "" {
		return ""
	}
	switch field[0] {
	case '=', '+', '-', '@', '\t', '\r', '\n':
		return "'" + field
	}
	return field
}
