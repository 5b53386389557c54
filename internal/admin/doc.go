// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package admin is what people do: one method per verb, and the reads that pages and API show.
//
// Web, API and the break-glass commands come in, each with an access.Actor; nothing of HTTP passes
// through. Every verb is one transaction: may this actor, does the rule allow it, write, audit, change
// number, outcome. What it gives back, a Result, says which change number gateways have to reach and
// whether the change is enforced (shadow mode) and can be undone.
//
//	a, err := admin.New(admin.Config{Store: …, Snapshot: …, Applied: …, Gateways: …, Now: …})
//	go a.Run(ctx)                                          // bulk jobs, sweeping of stored verdicts
//
//	// Records
//	a.ListAssociations(ctx, who, Query) (Page, error)
//	a.FindAssociation(ctx, who, id) (Details, error)
//	a.RowsByID(ctx, who, []id) ([]Row, error)              // live refresh of rows in view
//	a.AllowAssociation(ctx, who, id, Act) (Result, error)
//	a.BlockAssociation(ctx, who, id, Act) (Result, error)
//	a.CommentAssociation(ctx, who, id, comment, Act) (Result, error)
//	a.RemoveAssociation(ctx, who, id, Act) (Result, error)
//	a.Undo(ctx, who, undo, Act) (Result, error)            // undo is Result.Undo
//	a.ExportAssociations(ctx, who, Query, func(Row) error) error
//
//	// Many records at once
//	a.StartBulk(ctx, who, Bulk, Act) (JobID, error)
//	a.FindJob(ctx, who, id) (Job, error)
//	a.ListJobs(ctx, who, limit) ([]Job, error)
//	a.ListJobRows(ctx, who, id, JobRowFilter) ([]JobRow, error)
//	a.CancelJob(ctx, who, id) error
//
//	// Preferences
//	a.Preferences(ctx, who) (Preferences, error)
//	a.PreviewPreferences(ctx, who, p) (Preview, error)
//	a.ChangePreferences(ctx, who, p, Act) (Result, error)
//
//	// The rest
//	a.Dashboard(ctx, who) (Dashboard, error)
//	a.ListGateways(ctx, who) ([]GatewayRow, error)
//	a.Applied(number) (applied, total int)
//	a.ListAudit(ctx, who, AuditQuery) (AuditPage, error)
//
// The Sync Status that a Row shows is access.Decide over the row's own record as the store has it and
// everything else as the snapshot has it: a verb's effect shows at once, and the words are those of the
// gateways. The stored status, by which lists are filtered and sorted, follows within moments.
package admin
