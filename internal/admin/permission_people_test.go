// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// town is a world with two users: alma is in the group north, bert in the south. Each has a device and a
// record, and the record of each is linked to the device.
type town struct {
	*world
	user   map[string]access.UserID
	device map[string]access.DeviceID
	record map[string]access.AssociationID
	wait   access.DeviceID // alma's phone that waits to be registered
	second access.AssociationID
}

// A town is built once and then copied: what is tried in one must not be seen in another.
var (
	built     town
	builtTown = storetest.Template{Fill: func(t testing.TB, dsn string) {
		t.(*testing.T).Run("the town is built", func(t *testing.T) { built = *buildTown(t, dsn) })
		built.world = nil
	}}
)

func newTown(t *testing.T) *town {
	t.Helper()
	dsn := builtTown.DSN(t)
	w := built
	w.world = newWorldOn(t, dsn)
	return &w
}

func buildTown(t *testing.T, dsn string) *town {
	t.Helper()
	w := &town{world: newWorldOn(t, dsn), user: map[string]access.UserID{}, device: map[string]access.DeviceID{}, record: map[string]access.AssociationID{}}
	for name, group := range map[string]string{"alma": "north", "bert": "south"} {
		w.user[name] = access.UserID(w.do(w.admin.AddUser(t.Context(), root(), admin.UserForm{Name: name, Groups: []string{group},
			Accounts: []access.Account{{Realm: "lab", Account: name}}}, admin.Act{})).ID)
		w.device[name] = access.DeviceID(w.do(w.admin.AddDevice(t.Context(), root(), admin.DeviceForm{Name: "phone of " + name,
			Owner: w.user[name], Model: "Pixel", OS: "Android"}, admin.Act{})).ID)
		w.record[name] = w.world.record(name, "D"+name, func(as *access.Association) { as.Model, as.OS = "Pixel", "Android" })
		w.do(w.admin.LinkAssociation(t.Context(), root(), w.record[name], w.device[name], admin.Act{}))
	}
	w.second = w.world.record("alma", "DWAITS")
	p, err := w.admin.ListDevices(t.Context(), root(), admin.DeviceQuery{Show: "waiting"})
	if err != nil || len(p.Rows) != 1 {
		t.Fatalf("waiting %+v, %v", p.Rows, err)
	}
	w.wait = p.Rows[0].ID
	return w
}

// do takes what a verb gives back.
func (w *town) do(r admin.Result, err error) admin.Result {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// line is one method: the verb that covers it, and what it is like when it is tried on things of name.
type line struct {
	verb access.Verb
	try  func(ctx context.Context, w *town, who access.Actor, name string) error
	// list: what is beyond the scope is left out, not refused.
	list bool
}

func result(_ admin.Result, err error) error { return err }

// ownedAlready is result for what comes as far as finding that the record's account is somebody's.
func ownedAlready(_ admin.Result, err error) error {
	if access.KindOf(err) == access.KindConflict {
		return nil
	}
	return err
}

func got[T any](_ T, err error) error { return err }

func peopleTable() map[string]line {
	type ctx = context.Context
	type act = access.Actor
	none := admin.Act{}
	return map[string]line{
		"ListDevices": {access.VerbView, func(c ctx, w *town, a act, _ string) error {
			return got(w.admin.ListDevices(c, a, admin.DeviceQuery{}))
		}, true},
		"CountDevices": {access.VerbView, func(c ctx, w *town, a act, _ string) error { return got(w.admin.CountDevices(c, a)) }, true},
		"FindDevice":   {access.VerbView, func(c ctx, w *town, a act, n string) error { return got(w.admin.FindDevice(c, a, w.device[n])) }, false},
		"DevicesByID": {access.VerbView, func(c ctx, w *town, a act, n string) error {
			return got(w.admin.DevicesByID(c, a, []access.DeviceID{w.device[n]}))
		}, true},
		"ExportDevices": {access.VerbExport, func(c ctx, w *town, a act, _ string) error {
			return w.admin.ExportDevices(c, a, admin.DeviceQuery{}, func(admin.DeviceRow) error { return nil })
		}, true},
		"AddDevice": {access.VerbAddDevice, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.AddDevice(c, a, admin.DeviceForm{Name: "x", Owner: w.user[n]}, none))
		}, false},
		"RegisterDevice": {access.VerbAddDevice, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.RegisterDevice(c, a, w.wait, admin.DeviceForm{Owner: w.user[n]}, none))
		}, false},
		"ChangeDevice": {access.VerbChangeDevice, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.ChangeDevice(c, a, w.device[n], admin.DeviceForm{Name: "y", Owner: w.user[n]}, none))
		}, false},
		"ActivateDevice": {access.VerbActivate, func(c ctx, w *town, a act, n string) error {
			w.inState(w.device[n], access.DevicePending)
			return result(w.admin.ActivateDevice(c, a, w.device[n], none))
		}, false},
		"LoseDevice": {access.VerbLose, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.LoseDevice(c, a, w.device[n], none))
		}, false},
		"FoundDevice": {access.VerbFind, func(c ctx, w *town, a act, n string) error {
			w.do(w.admin.LoseDevice(c, root(), w.device[n], none))
			return result(w.admin.FoundDevice(c, a, w.device[n], none))
		}, false},
		"RetireDevice": {access.VerbRetire, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.RetireDevice(c, a, w.device[n], none))
		}, false},
		"DeleteDevice": {access.VerbDeleteDevice, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.DeleteDevice(c, a, w.device[n], none))
		}, false},
		"SetCompliance": {access.VerbSetCompliance, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.SetCompliance(c, a, w.device[n], admin.ComplianceForm{Compliance: access.Compliant}, none))
		}, false},
		"PreviewDevice": {access.VerbLose, func(c ctx, w *town, a act, n string) error {
			return got(w.admin.PreviewDevice(c, a, w.device[n], access.VerbLose, admin.ComplianceForm{}))
		}, false},

		"ListUsers":  {access.VerbView, func(c ctx, w *town, a act, _ string) error { return got(w.admin.ListUsers(c, a, admin.UserQuery{})) }, true},
		"ListGroups": {access.VerbView, func(c ctx, w *town, a act, _ string) error { return got(w.admin.ListGroups(c, a)) }, true},
		"FindUser":   {access.VerbView, func(c ctx, w *town, a act, n string) error { return got(w.admin.FindUser(c, a, w.user[n])) }, false},
		"UsersByID": {access.VerbView, func(c ctx, w *town, a act, n string) error {
			return got(w.admin.UsersByID(c, a, []access.UserID{w.user[n]}))
		}, true},
		"ExportUsers": {access.VerbExport, func(c ctx, w *town, a act, _ string) error {
			return w.admin.ExportUsers(c, a, admin.UserQuery{}, func(access.User) error { return nil })
		}, true},
		"AddUser": {access.VerbAddUser, func(c ctx, w *town, a act, _ string) error {
			return result(w.admin.AddUser(c, a, admin.UserForm{Name: "new"}, none))
		}, false},
		"ChangeUser": {access.VerbChangeUser, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.ChangeUser(c, a, w.user[n], admin.UserForm{Name: n + "2"}, none))
		}, false},
		"DisableUser": {access.VerbDisableUser, func(c ctx, w *town, a act, n string) error { return result(w.admin.DisableUser(c, a, w.user[n], none)) }, false},
		"EnableUser":  {access.VerbEnableUser, func(c ctx, w *town, a act, n string) error { return result(w.admin.EnableUser(c, a, w.user[n], none)) }, false},
		"DeleteUser":  {access.VerbDeleteUser, func(c ctx, w *town, a act, n string) error { return result(w.admin.DeleteUser(c, a, w.user[n], none)) }, false},
		"PreviewUser": {access.VerbDisableUser, func(c ctx, w *town, a act, n string) error {
			return got(w.admin.PreviewUser(c, a, w.user[n], access.VerbDisableUser))
		}, false},

		"LinkCandidates": {access.VerbView, func(c ctx, w *town, a act, n string) error { return got(w.admin.LinkCandidates(c, a, w.record[n], "")) }, false},
		"LinkAssociation": {access.VerbLink, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.LinkAssociation(c, a, w.record[n], w.device[n], none))
		}, false},
		"MakeUser": {access.VerbAddUser, func(c ctx, w *town, a act, n string) error {
			return ownedAlready(w.admin.MakeUser(c, a, w.record[n], none))
		}, false},
		"GiveAccount": {access.VerbChangeUser, func(c ctx, w *town, a act, n string) error {
			return ownedAlready(w.admin.GiveAccount(c, a, w.record[n], n, none))
		}, false},
		"UnlinkAssociation": {access.VerbUnlink, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.UnlinkAssociation(c, a, w.record[n], none))
		}, false},
		"MatchAgain": {access.VerbMatchAgain, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.MatchAgain(c, a, w.record[n], none))
		}, false},
		"PreviewLinks": {access.VerbLink, func(c ctx, w *town, a act, n string) error {
			return got(w.admin.PreviewLinks(c, a, admin.Bulk{Verb: access.VerbLink, IDs: []access.AssociationID{w.record[n]}}))
		}, true},
		"PreviewBulk": {access.VerbBlock, func(c ctx, w *town, a act, n string) error {
			return got(w.admin.PreviewBulk(c, a, admin.Bulk{Verb: access.VerbBlock, IDs: []access.AssociationID{w.record[n]}}, none))
		}, true},
		"StartPeopleBulk": {access.VerbRetire, func(c ctx, w *town, a act, n string) error {
			return got(w.admin.StartPeopleBulk(c, a, admin.PeopleBulk{Verb: access.VerbRetire, IDs: []string{string(w.device[n])}}, none))
		}, true},
		"PreviewPeopleBulk": {access.VerbDisableUser, func(c ctx, w *town, a act, n string) error {
			return got(w.admin.PreviewPeopleBulk(c, a, admin.PeopleBulk{Verb: access.VerbDisableUser, IDs: []string{string(w.user[n])}}))
		}, true},
		"UndoJob": {access.VerbBlock, func(c ctx, w *town, a act, n string) error {
			strong := a
			strong.Role, strong.Scope = access.RoleAdministrator, nil
			job, err := w.admin.StartBulk(c, strong, admin.Bulk{Verb: access.VerbBlock, IDs: []access.AssociationID{w.record[n]}}, none)
			if err := w.carriedOut(job, err); err != nil {
				return err
			}
			return got(w.admin.UndoJob(c, a, job, none))
		}, true},

		"PreviewMerge": {access.VerbMergeAccounts, func(c ctx, w *town, a act, n string) error {
			return got(w.admin.PreviewMerge(c, a, admin.Merge{Realm: "lab", From: n + "-old", To: n}))
		}, false},
		"MergeAccounts": {access.VerbMergeAccounts, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.MergeAccounts(c, a, admin.Merge{Realm: "lab", From: n + "-old", To: n}, none))
		}, false},
		"SplitAccounts": {access.VerbSplitAccounts, func(c ctx, w *town, a act, n string) error {
			w.do(w.admin.MergeAccounts(c, root(), admin.Merge{Realm: "lab", From: n + "-old", To: n}, none))
			return result(w.admin.SplitAccounts(c, a, "lab", n+"-old", none))
		}, false},
		"ListAliases": {access.VerbView, func(c ctx, w *town, a act, _ string) error {
			return got(w.admin.ListAliases(c, a, access.Account{}, 10))
		}, true},

		"ListOverrides": {access.VerbView, func(c ctx, w *town, a act, _ string) error {
			return got(w.admin.ListOverrides(c, a, admin.OverrideQuery{}))
		}, true},
		"RecordCandidates": {access.VerbView, func(c ctx, w *town, a act, n string) error {
			return got(w.admin.RecordCandidates(c, a, w.device[n], 5))
		}, false},
		"ApprovalsByID":    {access.VerbView, func(c ctx, w *town, a act, _ string) error { return got(w.admin.ApprovalsByID(c, a, nil)) }, true},
		"UsersNamed":       {access.VerbView, func(c ctx, w *town, a act, n string) error { return got(w.admin.UsersNamed(c, a, n)) }, true},
		"ListPreApprovals": {access.VerbView, func(c ctx, w *town, a act, _ string) error { return got(w.admin.ListPreApprovals(c, a, "", 10)) }, true},
		"EndOverride": {access.VerbAllow, func(c ctx, w *town, a act, n string) error {
			w.do(w.admin.BlockAssociation(c, root(), w.record[n], none))
			return result(w.admin.EndOverride(c, a, w.record[n], none))
		}, false},
		"PreApprove": {access.VerbPreApprove, func(c ctx, w *town, a act, n string) error {
			return result(w.admin.PreApprove(c, a, admin.ApprovalForm{Realm: "lab", Account: n, Device: "NEW"}, none))
		}, false},
		"WithdrawApproval": {access.VerbWithdrawApproval, func(c ctx, w *town, a act, n string) error {
			r := w.do(w.admin.PreApprove(c, root(), admin.ApprovalForm{Realm: "lab", Account: n, Device: "NEW"}, none))
			return result(w.admin.WithdrawApproval(c, a, r.ID, none))
		}, false},
		"Timeline": {access.VerbView, func(c ctx, w *town, a act, n string) error {
			return got(w.admin.Timeline(c, a, admin.TimelineQuery{Record: w.record[n]}))
		}, false},
		"StartImport": {access.VerbImport, func(c ctx, w *town, a act, _ string) error { return result(w.brings(c, a)) }, true},
		"RunImport":   {access.VerbImport, func(c ctx, w *town, a act, _ string) error { return goesOn(w, c, a, w.admin.RunImport) }, true},
		"UndoImport":  {access.VerbImport, func(c ctx, w *town, a act, _ string) error { return goesOn(w, c, a, w.admin.UndoImport) }, true},
		"FindImport": {access.VerbViewAudit, func(c ctx, w *town, a act, _ string) error {
			return got(w.admin.FindImport(c, a, admin.ImportID(w.do(w.brings(c, root())).ID)))
		}, true},
		"ListImports": {access.VerbViewAudit, func(c ctx, w *town, a act, _ string) error { return got(w.admin.ListImports(c, a, 10)) }, true},
		"ListImportLines": {access.VerbViewAudit, func(c ctx, w *town, a act, _ string) error {
			return got(w.admin.ListImportLines(c, a, "none", admin.ImportLineFilter{}))
		}, true},
		"ListExpected": {access.VerbViewAudit, func(c ctx, w *town, a act, _ string) error {
			return got(w.admin.ListExpected(c, a, admin.ExpectedQuery{}))
		}, true},
		"ExpectedByID":   {access.VerbViewAudit, func(c ctx, w *town, a act, _ string) error { return got(w.admin.ExpectedByID(c, a, []string{"none"})) }, true},
		"ShadowReport":   {access.VerbViewAudit, func(c ctx, w *town, a act, _ string) error { return got(w.admin.ShadowReport(c, a)) }, true},
		"ForgetExpected": {access.VerbImport, func(c ctx, w *town, a act, _ string) error { return result(w.admin.ForgetExpected(c, a, none)) }, true},

		"Answer": {access.VerbView, func(c ctx, w *town, a act, n string) error { return got(w.admin.Answer(c, a, n)) }, true},
	}
}

// What is done with devices, users and links is covered by the verb of the same name, for every role, and
// is refused, or looks as if there were nothing, beyond the groups an actor is limited to.
func TestDevicesUsersAndLinksAreForThoseWhoMay(t *testing.T) {
	for name, l := range allLines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, role := range append(access.Roles(), "") {
				who := access.Actor{Name: "who", Role: role}
				err := l.try(t.Context(), newTown(t), who, "alma")
				if may := who.May(l.verb) == nil; may && err != nil {
					t.Errorf("%s: %v", role, err)
				} else if !may && (err == nil || access.KindOf(err) != access.KindForbidden) {
					t.Errorf("%s: %v, want it refused", role, err)
				}
			}
			for _, role := range access.Roles() {
				who := access.Actor{Name: "who", Role: role, Scope: &access.Scope{Groups: []string{"south"}}}
				if who.May(l.verb) != nil || l.list {
					continue
				}
				err := l.try(t.Context(), newTown(t), who, "alma")
				if k := access.KindOf(err); err == nil || k != access.KindNotFound && k != access.KindInvalid {
					t.Errorf("%s of another group: %v, want nothing found", role, err)
				}
				if name == "RegisterDevice" { // the phone that waits is alma's
					continue
				}
				if err := l.try(t.Context(), newTown(t), who, "bert"); err != nil {
					t.Errorf("%s of the own group: %v", role, err)
				}
			}
		})
	}
}

// Lists leave out what lies beyond the groups an actor is limited to.
func TestListsEndAtTheScope(t *testing.T) {
	w := newTown(t)
	who := access.Actor{Name: "desk", Role: access.RoleHelpDesk, Scope: &access.Scope{Groups: []string{"south"}}}
	records, err := w.admin.ListAssociations(t.Context(), who, admin.Query{})
	if err != nil || len(records.Rows) != 1 || records.Rows[0].ID != w.record["bert"] {
		t.Errorf("records %+v, %v", records.Rows, err)
	}
	rows, err := w.admin.RowsByID(t.Context(), who, []access.AssociationID{w.record["alma"], w.record["bert"]})
	if err != nil || len(rows) != 1 {
		t.Errorf("rows %+v, %v", rows, err)
	}
	devices, err := w.admin.ListDevices(t.Context(), who, admin.DeviceQuery{})
	if err != nil || len(devices.Rows) != 1 || devices.Rows[0].ID != w.device["bert"] {
		t.Errorf("devices %+v, %v", devices.Rows, err)
	}
	users, err := w.admin.ListUsers(t.Context(), who, admin.UserQuery{})
	if err != nil || len(users.Rows) != 1 || users.Rows[0].ID != w.user["bert"] {
		t.Errorf("users %+v, %v", users.Rows, err)
	}
	board, err := w.admin.Dashboard(t.Context(), who)
	if err != nil || board.Counts.Total != 1 || board.Counts.Linked != 1 || len(board.Refusals) != 0 {
		t.Errorf("dashboard %+v, %v", board.Counts, err)
	}
	w.do(w.admin.BlockAssociation(t.Context(), root(), w.record["alma"], admin.Act{}))
	overrides, err := w.admin.ListOverrides(t.Context(), who, admin.OverrideQuery{})
	if err != nil || len(overrides.Rows) != 0 {
		t.Errorf("overrides %+v, %v", overrides.Rows, err)
	}
	for name, n := range map[string]int{"ALMA": 0, "BERT": 1} {
		if named, err := w.admin.UsersNamed(t.Context(), who, name); err != nil || len(named) != n {
			t.Errorf("%d users are named %s, %v", len(named), name, err)
		}
		done := w.do(w.admin.PreApprove(t.Context(), root(), admin.ApprovalForm{Realm: "lab", Account: strings.ToLower(name), Device: "DNEW"}, admin.Act{}))
		if list, err := w.admin.ApprovalsByID(t.Context(), who, []string{done.ID}); err != nil || len(list) != n {
			t.Errorf("%d approvals of %s, %v", len(list), name, err)
		}
	}
	if p, err := w.admin.ListPreApprovals(t.Context(), who, "", 1); err != nil || len(p.Rows) != 1 || p.Next != "" || p.Rows[0].Pair.Account != "bert" {
		t.Errorf("approvals %+v, %v", p, err)
	}
	answers, err := w.admin.Answer(t.Context(), who, "alma")
	if err != nil || len(answers.List) != 0 {
		t.Errorf("answers %+v, %v", answers.List, err)
	}
	_, err = w.admin.BlockAssociation(t.Context(), who, w.record["alma"], admin.Act{})
	wantKind(t, err, access.KindNotFound)
	job, err := w.admin.StartBulk(t.Context(), root(), admin.Bulk{Verb: access.VerbBlock, Query: &admin.Query{}}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.admin.FindJob(t.Context(), who, job)
	wantKind(t, err, access.KindNotFound)
}
