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
//	// Links: who a record belongs to
//	a.LinkCandidates(ctx, who, id, search) (Candidates, error)     // search "": what the matcher thinks of
//	a.LinkAssociation(ctx, who, id, DeviceID, Act) (Result, error)  // by hand: the matcher leaves it alone
//	a.UnlinkAssociation(ctx, who, id, Act) (Result, error)
//	a.MatchAgain(ctx, who, id, Act) (Result, error)                // give it back to the matcher
//	a.PreviewLinks(ctx, who, Bulk{Verb: VerbLink, …}) (LinkPreview, error)
//
//	// Devices: registered ones, and phones that wait for it
//	a.ListDevices(ctx, who, DeviceQuery) (DevicePage, error)
//	a.CountDevices(ctx, who) (store.DeviceCounts, error)
//	a.FindDevice(ctx, who, id) (DeviceDetails, error)
//	a.DevicesByID(ctx, who, []id) ([]DeviceRow, error)
//	a.ExportDevices(ctx, who, DeviceQuery, func(DeviceRow) error) error
//	a.AddDevice(ctx, who, DeviceForm, Act) (Result, error)         // Result.ID is the new device
//	a.RegisterDevice(ctx, who, id, DeviceForm, Act) (Result, error) // one that waits; its records are linked
//	a.ChangeDevice(ctx, who, id, DeviceForm, Act) (Result, error)
//	a.ActivateDevice, LoseDevice, FoundDevice, RetireDevice(ctx, who, id, Act) (Result, error)
//	a.DeleteDevice(ctx, who, id, Act) (Result, error)
//	a.SetCompliance(ctx, who, id, ComplianceForm, Act) (Result, error)
//	a.PreviewDevice(ctx, who, id, Verb, ComplianceForm) (Preview, error) // what the verb would do now
//
//	// Users
//	a.ListUsers(ctx, who, UserQuery) (UserPage, error)
//	a.ListGroups(ctx, who) ([]store.Group, error)
//	a.FindUser(ctx, who, id) (UserDetails, error)
//	a.UsersByID(ctx, who, []id) ([]access.User, error)
//	a.ExportUsers(ctx, who, UserQuery, func(access.User) error) error
//	a.AddUser(ctx, who, UserForm, Act) (Result, error)             // Result.ID is the new user
//	a.ChangeUser(ctx, who, id, UserForm, Act) (Result, error)
//	a.DisableUser, EnableUser, DeleteUser(ctx, who, id, Act) (Result, error)
//	a.PreviewUser(ctx, who, id, Verb) (Preview, error)
//
//	// Two names that are one account
//	a.PreviewMerge(ctx, who, Merge) (MergePreview, error)
//	a.MergeAccounts(ctx, who, Merge, Act) (Result, error)
//	a.SplitAccounts(ctx, who, realm, from, Act) (Result, error)    // later than its undo
//	a.ListAliases(ctx, who, after, limit) ([]access.Alias, error)
//
//	// ActiveSync policies, and orders to wipe (R-2, Y-10)
//	a.ListPolicies(ctx, who) ([]PolicyRow, error)
//	a.FindPolicy(ctx, who, id) (PolicyDetails, error)                // with every revision
//	a.CreatePolicy, CopyPolicy, ChangePolicy, DeletePolicy(ctx, who, …, Act) (Result, error)
//	a.MakeDefaultPolicy(ctx, who, id, Act) (Result, error)           // "": the mail server keeps its own
//	a.PreviewPolicy, PreviewDefaultPolicy(ctx, who, …) (PolicyPreview, error)
//	a.AssignPolicy(ctx, who, []id, policy, Act) (Result, error)      // to the phones of records; RevertPolicy
//	a.PreviewAssign(ctx, who, []id, policy) (AssignPreview, error)
//	a.AskPolicyAnew(ctx, who, id, Act) (Result, error)
//	a.OrderWipe(ctx, who, id, kind, Act) (Result, error)             // Result.ID is the order
//	a.PreviewWipe(ctx, who, id, kind) (WipePreview, error)
//	a.CancelWipe, ApproveWipe, CloseWipe, ReleaseWipe(ctx, who, wipe, Act) (Result, error)
//	a.ListWipes(ctx, who, WipeQuery) (WipePage, error); a.FindWipe(ctx, who, wipe) (WipeRow, error)
//
//	// Blocking rules (Y-16), what they hold, and quarantine
//	a.ListRules(ctx, who) ([]RuleRow, error); a.FindRule(ctx, who, id) (RuleDetails, error)
//	a.CreateRule, ChangeRule(ctx, who, …, RuleForm, Act) (Result, error)     // RuleForm.Confirm: the number that was seen
//	a.EnableRule, DisableRule, DeleteRule(ctx, who, id, Act) (Result, error)
//	a.ConfirmRule(ctx, who, id, number, Act) (Result, error)               // RulePreview.Number; another one by now: Conflict
//	a.PreviewRule(ctx, who, id, RuleForm) (RulePreview, error)             // id "": a new one
//	a.PreviewConfirmRule, PreviewDeleteRule(ctx, who, id) (RulePreview, error)
//	a.RulesWaiting(ctx, who) ([]RuleRow, error)                            // rules that wait for a person: the banner
//	a.ListRuled(ctx, who, RuledQuery) (RuledPage, error)                   // the records of a rule, or of the quarantine
//	a.CountQuarantine(ctx, who) (int64, error)                             // held there now; of those one may see
//	a.ReleaseRecord, HoldAgain(ctx, who, id, rule, Act) (Result, error)    // rule "": all that quarantine it
//
//	// Overrides in force, and pairs approved before their first contact
//	a.ListOverrides(ctx, who, OverrideQuery) (OverridePage, error)
//	a.EndOverride(ctx, who, id, Act) (Result, error)               // neither allowed nor blocked by anybody
//	a.ListPreApprovals(ctx, who, after, limit) (ApprovalPage, error)
//	a.PreApprove(ctx, who, ApprovalForm, Act) (Result, error)      // Act.Reason and Act.Until as with Allow
//	a.WithdrawApproval(ctx, who, id, Act) (Result, error)
//
//	// The one search box, and what happened to a thing
//	a.Answer(ctx, who, text) (Answers, error)
//	a.Timeline(ctx, who, TimelineQuery) (Timeline, error)
//
//	// Many at once. Records: allow, block, comment, remove, link, unlink, match-again, release, hold-again, and the
//	// end of overrides
//	a.PreviewBulk(ctx, who, Bulk, Act) (Preview, error)               // Preview.Refused: the rows the job will not do
//	a.StartBulk(ctx, who, Bulk, Act) (JobID, error)
//	a.PreviewPeopleBulk(ctx, who, PeopleBulk) (Preview, error)       // on devices and users
//	a.StartPeopleBulk(ctx, who, PeopleBulk, Act) (JobID, error)
//	a.UndoJob(ctx, who, id, Act) (JobID, error)                     // a job that takes another one back
//	a.FindJob(ctx, who, id) (Job, error)
//	a.ListJobs(ctx, who, limit) ([]Job, error)
//	a.ListJobRows(ctx, who, id, JobRowFilter) ([]JobRow, error)
//	a.CancelJob(ctx, who, id) error
//
//	// Files: checked first, which changes nothing, then carried out, then perhaps taken back
//	a.StartImport(ctx, who, ImportForm, file, Act) (Result, error)  // Result.ID is the import; its check has begun
//	a.RunImport(ctx, who, id, Act) (Result, error)
//	a.UndoImport(ctx, who, id, Act) (Result, error)
//	a.FindImport(ctx, who, id) (Import, error)
//	a.ListImports(ctx, who, limit) ([]Import, error)
//	a.ListImportLines(ctx, who, id, ImportLineFilter) ([]ImportLine, error)
//
//	// Phones that the mail server knows, and which of them have yet to come through the gateway
//	a.ShadowReport(ctx, who) (ShadowReport, error)
//	a.ListExpected(ctx, who, ExpectedQuery) (ExpectedPage, error)
//	a.ForgetExpected(ctx, who, Act) (Result, error)
//
//	// Preferences
//	a.Preferences(ctx, who) (Preferences, error)                    // OneServerType and DeviceLimit among them
//	a.PreviewPreferences(ctx, who, p) (Preview, error)
//	a.ChangePreferences(ctx, who, p, Act) (Result, error)
//
//	// The rest
//	a.Dashboard(ctx, who) (Dashboard, error)
//	a.Trends(ctx, who, span, zone) (Trends, error)
//	a.ListGateways(ctx, who) ([]GatewayRow, error)
//	a.Applied(number) (applied, total int)
//	a.ListAudit(ctx, who, AuditQuery) (AuditPage, error)
//
// Settings, beside Admin: what administrators set on pages, and the work that goes by it
//
//	s, err := admin.NewSettings(admin.SettingsConfig{Admin: a, Box: …, Backups: …})
//	s.Mail, Retention, Masking, AuditStream, Backups, TimeZone(ctx, who) (…, error)
//	s.ChangeMail, ChangeRetention, …(ctx, who, setting, Act) (Result, error)   // Act.Version: that of the setting
//	s.WipeSafety, ChangeWipeSafety; s.Freeze, SetFreeze                        // what limits orders to wipe
//	s.PreviewPurge(ctx, who, Retention) (PurgePreview, error)                   // s.Purge does it
//	s.PreviewErase, ExportPersonalData, ErasePersonalData(ctx, who, user, …)
//	s.AskTask(ctx, who, TaskBackup, Act) (Result, error)                        // room jobs carries it out
//	s.SendMail(ctx, courier.Letter) error
//
// Whoever is limited to some groups of users sees and touches what belongs to them and nothing else: other
// records, devices and users are not found. Phones and records whose owner nobody knows are nobody's.
//
// Numbers, ids and addresses are covered in everything a method gives to who lacks the verb see-plain: a new
// read ends with veiled or veiledTexts (masking_reads.go), and a test finds the one that does not.
//
// A verb is undone by its Result.Undo where that is not empty; deleting a user or device is not undone.
//
// The Sync Status that a Row shows is access.Decide over the row's own record as the store has it and
// everything else as the snapshot has it: a verb's effect shows at once, and the words are those of the
// gateways. The stored status, by which lists are filtered and sorted, follows within moments.
package admin
