// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"github.com/vedette-mail/vedette/internal/admin"
)

// Turn is how a list is turned over.
type Turn struct {
	Order  string `query:"order" enum:"asc,desc" doc:"asc when a column is named"`
	Cursor string `query:"cursor" maxLength:"2000" doc:"next or prev of another page of the same list"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

// PageMarks say what a page is a part of.
type PageMarks struct {
	Next        string `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
	Prev        string `json:"prev,omitempty" doc:"Cursor of the page before; absent on the first"`
	Total       int    `json:"total" doc:"How many match"`
	TotalIsMore bool   `json:"total_is_more,omitempty" doc:"Counting was given up at total"`
	SearchOrder string `json:"search_order,omitempty" enum:"newest,matches,added,people,policy,acted" doc:"So many match that they come in this order instead of the one asked for"`
	Partial     bool   `json:"partial,omitempty" doc:"The page is short because looking further would have cost too much; next goes on"`
}

// Why is what was given along with a verb that needs nothing else.
type reasonBody struct {
	Reason string `json:"reason,omitempty" doc:"Kept in the audit log"`
}

func (b *reasonBody) into(act *admin.Act) {
	if b != nil {
		act.Reason = b.Reason
	}
}

// mapped makes a list of the API of one of admin. It is never null in JSON.
func mapped[A, B any](list []A, f func(*A) B) []B {
	out := make([]B, len(list))
	for i := range list {
		out[i] = f(&list[i])
	}
	return out
}
