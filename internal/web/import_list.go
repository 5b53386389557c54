// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"net/url"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// mostImports is how many files are listed; they are forgotten after some days anyway.
const mostImports = 500

// imports declares the files that were brought in.
func (s *Server) imports() *list[admin.Import] {
	type file = admin.Import
	type c = column[file]
	return few(&list[file]{
		Path: "/import/files", On: "/import", Section: "import", Words: "imports", File: "imports", Class: "roomy", Icon: "arrow-up", Verb: access.VerbViewAudit,
		Columns: []c{
			{Key: "file", Heads: true, Link: true, Class: "narrow-first break", Value: func(i *file) string { return i.Form.File }},
			{Key: "kind", Class: "narrow-second", Value: func(i *file) string { return s.say("import.kind." + string(i.Form.Kind)) }},
			number(c{Key: "lines", Newest: true}, func(i *file) int64 { return int64(i.Lines) }),
			{Key: "state", Value: func(i *file) string { return s.say("import.state." + string(i.State)) }},
			{Key: "by", Value: func(i *file) string { return i.By }},
			moment(c{Key: "when", Newest: true, Class: "nowrap"}, func(i *file) time.Time { return i.Created }),
		},
		Searches: true, Sort: "when", Desc: true,
		ID:   func(i *file) string { return string(i.ID) },
		Name: func(i *file) (string, string) { return i.Form.File, i.By },
		Href: func(i *file) string { return "/import/" + url.PathEscape(string(i.ID)) },
	}, func(ctx context.Context, who access.Actor) ([]file, error) {
		return s.admin.ListImports(ctx, who, mostImports)
	})
}
