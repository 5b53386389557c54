// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import "github.com/vedette-mail/vedette/internal/admin"

// refusedRows names what a job will be refused for, before its button is pressed (Y-07).
type refusedRows struct {
	Head string
	Rows []refusedRow
	More string
}

type refusedRow struct{ Name, Text string }

func (s *Server) refusedRows(r *admin.Refusing) (out refusedRows) {
	const named = 20
	out.Head = s.say("effect.refused", r.Refusals, r.Rows)
	for _, f := range r.Refused[:min(len(r.Refused), named)] {
		row := refusedRow{f.Label, f.Text}
		if row.Name == "" {
			row.Name = s.say("effect.refused-gone")
		}
		out.Rows = append(out.Rows, row)
	}
	if rest := r.Refusals - len(out.Rows); rest > 0 {
		out.More = s.say("effect.refused-more", rest)
	}
	return out
}
