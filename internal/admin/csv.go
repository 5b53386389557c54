// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// csvColumns are the headings of an export of records, in the words of the page.
func csvColumns() []string {
	return []string{"DeviceID", "User", "Number", "Phone", "OS", "Status", "Sync Status", "First Sync Time",
		"Last Sync Time", "Mailbox ID", "Domain", "Last Success", "Why", "Detail", "Client", "User Agent",
		"Backend", "Gateway", "Comment", "ID"}
}

func csvRow(r *Row) []string {
	os := r.OS
	if r.OSVersion != "" {
		os += " " + r.OSVersion
	}
	return []string{r.Pair.Device, r.User, r.Number, r.Model, os, r.StatusLabel(), r.SyncStatus.Label(),
		csvTime(r.FirstSync), csvTime(r.LastSync), r.Mailbox, r.Domain.Label(), csvTime(r.LastSuccess),
		r.Why.Text, r.Why.Detail, r.Client, r.UserAgent, r.Backend, string(r.Gateway), r.Comment, string(r.ID)}
}

// ExportAssociationsCSV writes what q chooses as CSV, in the order of the list.
func (a *Admin) ExportAssociationsCSV(ctx context.Context, who access.Actor, q Query, w io.Writer) error {
	out := csv.NewWriter(w)
	if err := who.May(access.VerbExport); err != nil {
		return err
	}
	if err := out.Write(csvColumns()); err != nil {
		return err
	}
	err := a.ExportAssociations(ctx, who, q, func(r Row) error { return out.Write(guarded(csvRow(&r))) })
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// ExportAuditCSV writes the lines that q chooses as CSV, newest first, whatever its limit.
func (a *Admin) ExportAuditCSV(ctx context.Context, who access.Actor, q AuditQuery, w io.Writer) error {
	if err := who.May(access.VerbViewAudit); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write([]string{"Time", "Actor", "Address", "Event", "Subject", "Detail", "Change", "Refused", "Object"}); err != nil {
		return err
	}
	q.Limit = 500
	for {
		page, err := a.ListAudit(ctx, who, q)
		if err != nil {
			return err
		}
		for _, e := range page.Entries {
			refused := ""
			if e.Failed {
				refused = "refused"
			}
			if err := out.Write(guarded([]string{csvTime(e.At), e.Actor, e.Addr, e.Event, e.Subject, e.Detail,
				strconv.FormatInt(e.Number, 10), refused, e.Object})); err != nil {
				return err
			}
		}
		if q.Before = page.Older; q.Before == 0 {
			out.Flush()
			return out.Error()
		}
	}
}

// guarded keeps spreadsheets from running what a phone or a person wrote: text that could begin a
// formula gets an apostrophe in front, which they take as "this is text".
func guarded(fields []string) []string {
	for i, f := range fields {
		if f == "" {
			continue
		}
		switch f[0] {
		case '=', '+', '-', '@', '\t', '\r', '\n':
			fields[i] = "'" + f
		}
	}
	return fields
}

func csvTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
