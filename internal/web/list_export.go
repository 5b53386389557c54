// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"encoding/csv"
	"net/http"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// export answers GET of a list as CSV: the view of the page, all of its rows and exactly its columns, with what names a row to an import behind them.
func (l *list[R]) export(w http.ResponseWriter, r *http.Request) error {
	v, who := l.scheme.readView(r), login.Actor(r)
	if err := who.May(l.verb()); err != nil {
		return err
	}
	if err := who.May(access.VerbExport); err != nil {
		return err
	}
	v.Cursor = ""
	each := l.Each
	if each == nil {
		each = l.eachPage
	}
	download(w, l.File+"-"+l.s.now().UTC().Format("2006-01-02")+".csv")
	out := csv.NewWriter(w)
	var line []string
	for _, h := range v.heads {
		if slices.Contains(v.columns, h.Key) {
			line = append(line, h.Label)
		}
	}
	for i := range l.Filed {
		line = append(line, l.s.say(l.Words+".col."+l.Filed[i].Key))
	}
	begun := false
	err := each(r.Context(), who, v.query, func(row *R) error {
		if !begun {
			begun = true
			if err := out.Write(line); err != nil {
				return err
			}
		}
		line = line[:0]
		for i := range l.Columns {
			if c := &l.Columns[i]; slices.Contains(v.columns, c.Key) {
				line = append(line, guarded(c.Value(row)))
			}
		}
		for i := range l.Filed {
			line = append(line, guarded(l.Filed[i].Value(row)))
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
	httpd.NoteError(r.Context(), err)
	panic(http.ErrAbortHandler)
}

// download names the file and lets the answer take its time.
func download(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // not every writer can
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
