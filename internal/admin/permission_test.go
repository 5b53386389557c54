// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// The table of who may do what. Every method of Admin that takes an actor has a line: a new one without
// a line fails.
func TestEveryRoleMayDoExactlyWhatTheTableSays(t *testing.T) {
	type try func(ctx context.Context, a *admin.Admin, who access.Actor, id access.AssociationID) error
	q := admin.Query{}
	prefs := access.DefaultPreferences()
	auditorToo := []access.Role{access.RoleAdministrator, access.RoleAuditor}
	onlyAdmin := []access.Role{access.RoleAdministrator}
	table := map[string]struct {
		may []access.Role
		try try
	}{
		"ListAssociations": {auditorToo, func(ctx context.Context, a *admin.Admin, who access.Actor, _ access.AssociationID) error {
			_, err := a.ListAssociations(ctx, who, q)
			return err
		}},
		"FindAssociation": {auditorToo, func(ctx context.Context, a *admin.Admin, who access.Actor, id access.AssociationID) error {
			_, err := a.FindAssociation(ctx, who, id)
			return err
		}},
		"RowsByID": {auditorToo, func(ctx context.Context, a *admin.Admin, who access.Actor, id access.AssociationID) error {
			_, err := a.RowsByID(ctx, who, []access.AssociationID{id})
			return err
		}},
		"ExportAssociations": {auditorToo, func(ctx context.Context, a *admin.Admin, who access.Actor, _ access.AssociationID) error {
			return a.ExportAssociations(ctx, who, q, func(admin.Row) error { return nil })
		}},
		"AllowAssociation": {onlyAdmin, func(ctx context.Context, a *admin.Admin, who access.Actor, id access.AssociationID) error {
			_, err := a.AllowAssociation(ctx, who, id, admin.Act{})
			return err
		}},
		"BlockAssociation": {onlyAdmin, func(ctx context.Context, a *admin.Admin, who access.Actor, id access.AssociationID) error {
			_, err := a.BlockAssociation(ctx, who, id, admin.Act{Key: "undo me"})
			return err
		}},
		"CommentAssociation": {onlyAdmin, func(ctx context.Context, a *admin.Admin, who access.Actor, id access.AssociationID) error {
			_, err := a.CommentAssociation(ctx, who, id, "x", admin.Act{})
			return err
		}},
		"ClearRedirect": {onlyAdmin, func(ctx context.Context, a *admin.Admin, who access.Actor, id access.AssociationID) error {
			_, err := a.ClearRedirect(ctx, who, id, admin.Act{})
			if access.KindOf(err) == access.KindConflict { // it came as far as the record, which is not redirected
				return nil
			}
			return err
		}},
		"RemoveAssociation": {onlyAdmin, func(ctx context.Context, a *admin.Admin, who access.Actor, id access.AssociationID) error {
			_, err := a.RemoveAssociation(ctx, who, id, admin.Act{})
			return err
		}},
		"Undo": {onlyAdmin, func(ctx context.Context, a *admin.Admin, who access.Actor, id access.AssociationID) error {
			// What is taken back is done by an administrator of the same name: the role decides.
			strong := who
			strong.Role = access.RoleAdministrator
			res, err := a.CommentAssociation(ctx, strong, id, "y", admin.Act{})
			if err != nil {
				return err
			}
			_, err = a.Undo(ctx, who, res.Undo, admin.Act{})
			return err
		}},
		"StartBulk": {onlyAdmin, func(ctx context.Context, a *admin.Admin, who access.Actor, id access.AssociationID) error {
			_, err := a.StartBulk(ctx, who, admin.Bulk{Verb: access.VerbBlock, IDs: []access.AssociationID{id}}, admin.Act{})
			return err
		}},
		"FindJob": {auditorToo, func(ctx context.Context, a *admin.Admin, who access.Actor, id access.AssociationID) error {
			job, err := a.StartBulk(ctx, root(), admin.Bulk{Verb: access.VerbBlock, IDs: []access.AssociationID{id}}, admin.Act{})
			if err != nil {
				return err
			}
			_, err = a.FindJob(ctx, who, job)
			return err
		}},
		"ListJobs": {auditorToo, func(ctx context.Context, a *admin.Admin, who access.Actor, _ access.AssociationID) error {
			_, err := a.ListJobs(ctx, who, 10)
			return err
		}},
		"ListJobRows": {auditorToo, func(ctx context.Context, a *admin.Admin, who access.Actor, _ access.AssociationID) error {
			_, err := a.ListJobRows(ctx, who, "none", admin.JobRowFilter{})
			return err
		}},
		"CancelJob": {onlyAdmin, func(ctx context.Context, a *admin.Admin, who access.Actor, id access.AssociationID) error {
			job, err := a.StartBulk(ctx, root(), admin.Bulk{Verb: access.VerbBlock, IDs: []access.AssociationID{id}}, admin.Act{})
			if err != nil {
				return err
			}
			return a.CancelJob(ctx, who, job)
		}},
		"Preferences": {auditorToo, func(ctx context.Context, a *admin.Admin, who access.Actor, _ access.AssociationID) error {
			_, err := a.Preferences(ctx, who)
			return err
		}},
		"PreviewPreferences": {onlyAdmin, func(ctx context.Context, a *admin.Admin, who access.Actor, _ access.AssociationID) error {
			_, err := a.PreviewPreferences(ctx, who, prefs)
			return err
		}},
		"ChangePreferences": {onlyAdmin, func(ctx context.Context, a *admin.Admin, who access.Actor, _ access.AssociationID) error {
			_, err := a.ChangePreferences(ctx, who, prefs, admin.Act{})
			return err
		}},
		"Dashboard": {auditorToo, func(ctx context.Context, a *admin.Admin, who access.Actor, _ access.AssociationID) error {
			_, err := a.Dashboard(ctx, who)
			return err
		}},
		"Trends": {auditorToo, func(ctx context.Context, a *admin.Admin, who access.Actor, _ access.AssociationID) error {
			_, err := a.Trends(ctx, who, admin.SpanDay, time.UTC)
			return err
		}},
		"ListRealms": {auditorToo, func(ctx context.Context, a *admin.Admin, who access.Actor, _ access.AssociationID) error {
			_, err := a.ListRealms(ctx, who)
			return err
		}},
		"ListGateways": {auditorToo, func(ctx context.Context, a *admin.Admin, who access.Actor, _ access.AssociationID) error {
			_, err := a.ListGateways(ctx, who)
			return err
		}},
		"ListAudit": {auditorToo, func(ctx context.Context, a *admin.Admin, who access.Actor, _ access.AssociationID) error {
			_, err := a.ListAudit(ctx, who, admin.AuditQuery{})
			return err
		}},
	}

	typ, actor := reflect.TypeFor[*admin.Admin](), reflect.TypeFor[access.Actor]()
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		for in := range m.Type.NumIn() {
			if m.Type.In(in) == actor {
				_, found := table[m.Name]
				if _, other := allLines()[m.Name]; !found && !other {
					t.Errorf("%s has no line in the table", m.Name)
				}
			}
		}
	}
	for name, line := range table {
		for _, role := range []access.Role{access.RoleAdministrator, access.RoleAuditor, ""} {
			t.Run(name+" as "+string(role), func(t *testing.T) {
				w := newWorld(t)
				id := w.record("bob", "D1")
				err := line.try(t.Context(), w.admin, access.Actor{Name: "who", Role: role}, id)
				if slices.Contains(line.may, role) {
					if err != nil {
						t.Error(err)
					}
					return
				}
				wantKind(t, err, access.KindForbidden)
			})
		}
	}
}

func TestATryWithoutPermissionIsWrittenDown(t *testing.T) {
	w := newWorld(t)
	id := w.record("bob", "D1")
	_, err := w.admin.BlockAssociation(t.Context(), auditor(), id, admin.Act{})
	wantKind(t, err, access.KindForbidden)
	log, err := w.admin.ListAudit(t.Context(), root(), admin.AuditQuery{Actor: "carol"})
	if err != nil || len(log.Entries) != 1 || !log.Entries[0].Failed || log.Entries[0].Event != "block" || log.Entries[0].Object != string(id) {
		t.Errorf("audit %+v, %v", log.Entries, err)
	}
	if d := w.find(id); d.SyncStatus != access.Allowed {
		t.Errorf("the record is %s", d.SyncStatus)
	}
}
