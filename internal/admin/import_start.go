// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// importKept is how long an import can be looked at and taken back: as long as any other verb.
const importKept = outcomesKept

// StartImport reads a file and begins the check of its lines, which changes nothing. Result.ID is the
// import. Lines that the file itself speaks against, such as the second one about a device, are refused
// from the start.
func (a *Admin) StartImport(ctx context.Context, who access.Actor, f ImportForm, file []byte, act Act) (Result, error) {
	if err := who.May(access.VerbImport); err != nil {
		a.refused(ctx, who, string(access.VerbImport), f.File, err)
		return Result{}, err
	}
	if !slices.Contains(ImportKinds(), f.Kind) {
		return Result{}, unreadable("Say what the lines of the file are.")
	}
	b, err := a.bookNow(ctx)
	if err != nil {
		return Result{}, err
	}
	if f.Kind == ImportExpected && f.Realm == "" && len(b.realms) == 1 {
		f.Realm = b.realms[0].Name
	}
	if f.Kind == ImportExpected && f.Realm == "" {
		return Result{}, unreadable("Choose the mail server whose phones these are.")
	}
	f.File = firstOf(clipWord(f.File), "a file")
	t, err := readTable(file)
	if err != nil {
		return Result{}, err
	}
	m, err := mapHeads(f.Kind, t.heads)
	if err != nil {
		return Result{}, err
	}
	lines, sum := a.importLines(b, &f, t, &m)
	options, err := json.Marshal(f)
	if err != nil {
		return Result{}, fmt.Errorf("admin: import: %w", err)
	}
	summary, err := json.Marshal(sum)
	if err != nil {
		return Result{}, fmt.Errorf("admin: import: %w", err)
	}
	with := struct {
		ImportForm
		Sum string
	}{f, sumOf(file)}
	out, err := a.act(ctx, who, access.VerbImport, "new", act, with, func(tx *store.Tx) (outcome, error) {
		i := &store.Import{Kind: string(f.Kind), File: f.File, Options: string(options), Actor: who, Reason: act.Reason, Lines: int64(len(lines)),
			State: string(ImportChecking), Summary: string(summary)}
		if err := tx.CreateImport(i); err != nil {
			return outcome{}, err
		}
		if err := tx.AddImportLines(i.ID, lines); err != nil {
			return outcome{}, err
		}
		job, err := a.importJob(tx, who, i, phaseCheck, act.Reason)
		if err != nil {
			return outcome{}, err
		}
		return outcome{Job: job, Result: Result{ID: i.ID, Version: i.Version, Text: count(len(lines), "line is", "lines are") + " being checked. Nothing is changed yet."}}, nil
	})
	if err == nil {
		wake(a.jobs)
	}
	return out.Result, err
}

func sumOf(file []byte) string { return sum(string(file)) }

// importLines makes the lines of an import out of a table.
func (a *Admin) importLines(b *book, f *ImportForm, t *table, m *headMap) ([]store.ImportLine, importSummary) {
	s := importSummary{Columns: m.known, Unknown: m.unknown}
	all := make([]fields, len(t.lines))
	for i, l := range t.lines {
		all[i] = m.fields(l.cells)
	}
	if first, sure := dayFirst(all); sure {
		f.DayFirst = first
	} else if slices.ContainsFunc(all, func(l fields) bool {
		return slices.ContainsFunc(timeFields(), func(n string) bool { _, _, ok := slashes(l[n]); return ok })
	}) {
		word := "month, day, year"
		if f.DayFirst {
			word = "day, month, year"
		}
		s.Notes = append(s.Notes, "The file does not show in which order its dates are written. They are read as "+word+".")
	}
	if f.Kind == ImportExpected && len(m.columns["account"]) == 0 {
		s.Notes = append(s.Notes, "The file does not say which account a phone belongs to, only the owner's name. Phones are recognised by their device id alone; what the mail server blocks cannot be taken over.")
	}
	lines, seen := make([]store.ImportLine, len(all)), map[string]int{}
	for i, l := range all {
		text, err := json.Marshal(l)
		if err != nil { // a map of texts always marshals
			text = []byte("{}")
		}
		out := store.ImportLine{N: int64(i + 1), Line: int64(t.lines[i].number), Label: a.lineLabel(f.Kind, l), Fields: string(text), State: string(LineWaiting), Before: "{}"}
		if t.lines[i].wrong != "" {
			out.State, out.Result = string(LineRefused), t.lines[i].wrong
			lines[i] = out
			continue
		}
		if f.Kind != ImportUsers && f.Kind != ImportExpected && waits(l) {
			lines[i] = out // its line has numbers in common with that of the device its phone was before
			continue
		}
		for _, key := range a.lineKeys(b, f, l) {
			if other, twice := seen[key]; twice {
				out.State, out.Result = string(LineRefused), fmt.Sprintf("Line %d is about the same.", other)
			} else {
				seen[key] = t.lines[i].number
			}
		}
		lines[i] = out
	}
	return lines, s
}

func (a *Admin) lineLabel(k ImportKind, l fields) string {
	switch k {
	case ImportUsers:
		return l["name"]
	case ImportExpected:
		owner, device := identity(l["identity"])
		return firstOf(lastPart(l["who"]), owner, l["account"]) + " · " + firstOf(l["device"], device)
	}
	return firstOf(l["name"], l["model"], "·") + " · " + firstOf(l["eas"], l["imei"], l["serial"], l["udid"], l["id"])
}

// lineKeys are what no two lines of a file may have in common, so that what one of them comes to does not
// hang on the other.
func (a *Admin) lineKeys(b *book, f *ImportForm, l fields) (keys []string) {
	add := func(kind, s string) {
		if s != "" && !hidden(s) { // what is covered alike need not be the same
			keys = append(keys, kind+"\x00"+plainHead(s))
		}
	}
	switch f.Kind {
	case ImportUsers:
		add("name", l["name"])
		for _, acc := range accountsIn(l["accounts"]) {
			acc.Realm = firstOf(acc.Realm, f.Realm)
			if acc, err := a.spelt(b, acc.Realm, acc.Account); err == nil {
				keys = append(keys, "account\x00"+acc.Realm+"\x00"+acc.Account)
			}
		}
	case ImportExpected:
		_, device := identity(l["identity"])
		device = firstOf(l["device"], device)
		if id, ok := a.device(device); ok {
			device = id
		}
		if device != "" {
			keys = append(keys, device+"\x00"+l["account"]+"\x00"+l["who"]+"\x00"+l["realm"])
		}
	default:
		eas := l["eas"]
		if id, ok := a.device(eas); ok {
			eas = id
		}
		add("id", l["id"])
		add("eas", eas)
		add("imei", l["imei"])
		add("serial", l["serial"])
		add("udid", l["udid"])
	}
	return keys
}

// importJob begins a phase of an import.
func (a *Admin) importJob(tx *store.Tx, who access.Actor, i *store.Import, phase, reason string) (JobID, error) {
	params, err := json.Marshal(jobParams{Import: i.ID, Phase: phase})
	if err != nil {
		return "", fmt.Errorf("admin: import: %w", err)
	}
	j := store.Job{Verb: access.VerbImport, Actor: who, Reason: firstOf(reason, phase+" "+i.File), Params: string(params), Selected: true}
	if err := tx.CreateJob(&j); err != nil {
		return "", err
	}
	var rows []store.JobRow
	for n := int64(1); (n-1)*importChunk < i.Lines; n++ {
		rows = append(rows, store.JobRow{Target: fmt.Sprintf("%s-%d", phase, n), Label: fmt.Sprintf("%s, lines %d to %d", i.File, (n-1)*importChunk+1, min(n*importChunk, i.Lines))})
	}
	if err := tx.AddJobRows(j.ID, rows); err != nil {
		return "", err
	}
	i.Job = j.ID
	return JobID(j.ID), tx.SaveImport(i)
}

// RunImport carries out an import that has been checked: the lines that the check has not refused.
func (a *Admin) RunImport(ctx context.Context, who access.Actor, id ImportID, act Act) (Result, error) {
	return a.importVerb(ctx, who, id, "run", phaseApply, act, func(i *store.Import, _ bool) error {
		if ImportState(i.State) != ImportChecked {
			return access.Conflict("admin: import", "This import is not waiting to be carried out.")
		}
		i.State = string(ImportRunning)
		return nil
	})
}

// UndoImport takes an import back, line by line: what it made is deleted, what it changed is what it was.
// What somebody has changed since stays, and its line says so.
func (a *Admin) UndoImport(ctx context.Context, who access.Actor, id ImportID, act Act) (Result, error) {
	return a.importVerb(ctx, who, id, "undo", phaseUndo, act, func(i *store.Import, idle bool) error {
		if s := ImportState(i.State); s != ImportDone && !(idle && (s == ImportRunning || s == ImportUndoing)) {
			return access.Conflict("admin: import", "This import has not been carried out, so there is nothing to take back.")
		}
		i.State = string(ImportUndoing)
		return nil
	})
}

func (a *Admin) importVerb(ctx context.Context, who access.Actor, id ImportID, what, phase string, act Act, change func(i *store.Import, idle bool) error) (Result, error) {
	out, err := a.act(ctx, who, access.VerbImport, string(id)+" "+what, act, nil, func(tx *store.Tx) (outcome, error) {
		i, err := tx.FindImport(string(id))
		if err != nil {
			return outcome{}, noImport(err)
		}
		job, err := tx.FindJob(i.Job)
		if known(err) != nil {
			return outcome{}, err
		}
		if err := change(i, err != nil || !job.Finished.IsZero()); err != nil {
			return outcome{}, err
		}
		made, err := a.importJob(tx, who, i, phase, act.Reason)
		if err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, string(access.VerbImport), i.File, i.ID, beforeAfter(what, fmt.Sprintf("%s, %d lines", i.Kind, i.Lines), act.Reason)))
		return outcome{Job: made, Result: Result{ID: i.ID, Version: i.Version, Text: "Begun."}}, nil
	})
	if err == nil {
		wake(a.jobs)
	}
	return out.Result, err
}

func noImport(err error) error {
	if access.KindOf(err) == access.KindNotFound {
		return access.NotFound("admin: import", "This import is gone. Files are forgotten after "+inWords(importKept)+".")
	}
	return err
}

// FindImport gives an import.
func (a *Admin) FindImport(ctx context.Context, who access.Actor, id ImportID) (Import, error) {
	if err := who.May(access.VerbViewAudit); err != nil {
		return Import{}, err
	}
	i, err := a.store.FindImport(ctx, string(id))
	if err != nil {
		return Import{}, noImport(err)
	}
	return a.importOf(ctx, i)
}

// ListImports gives the newest imports.
func (a *Admin) ListImports(ctx context.Context, who access.Actor, limit int) ([]Import, error) {
	if err := who.May(access.VerbViewAudit); err != nil {
		return nil, err
	}
	list, err := a.store.ListImports(ctx, limit)
	out := make([]Import, 0, len(list))
	for i := range list {
		one, err := a.importOf(ctx, &list[i])
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, err
}

// ListImportLines gives lines of an import, in order.
func (a *Admin) ListImportLines(ctx context.Context, who access.Actor, id ImportID, f ImportLineFilter) ([]ImportLine, error) {
	if err := who.May(access.VerbViewAudit); err != nil {
		return nil, err
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	list, err := a.store.ListImportLines(ctx, string(id), string(f.State), int64(f.After), f.Limit)
	out := make([]ImportLine, len(list))
	for i, l := range list {
		out[i] = ImportLine{N: int(l.N), Line: int(l.Line), Label: l.Label, State: LineState(l.State), Result: l.Result, Object: l.Object}
	}
	return veiledTexts(ctx, a, who, nil, out, err)
}

func (a *Admin) importOf(ctx context.Context, i *store.Import) (Import, error) {
	s := summaryOf(i)
	out := Import{ID: ImportID(i.ID), By: i.Actor.Name, Reason: i.Reason, State: ImportState(i.State), Lines: int(i.Lines), Counts: s.Counts,
		Columns: s.Columns, Unknown: s.Unknown, Notes: s.Notes, Preview: s.Preview, Job: JobID(i.Job), Created: i.Created, Finished: i.Finished,
		Version: i.Version}
	if err := json.Unmarshal([]byte(i.Options), &out.Form); err != nil {
		return out, fmt.Errorf("admin: import: %w", err)
	}
	switch out.State {
	case ImportChecking, ImportRunning, ImportUndoing:
		j, err := a.store.FindJob(ctx, i.Job)
		if known(err) != nil {
			return out, err
		}
		if err == nil && j.Finished.IsZero() {
			break
		}
		// The last lines may have been done between the two reads: only what is read after the job's end is the end.
		again, err := a.store.FindImport(ctx, i.ID)
		if err != nil {
			return out, err
		}
		if again.State != i.State || again.Job != i.Job || again.Summary != i.Summary {
			return a.importOf(ctx, again)
		}
		out.State = ImportCancelled
	}
	return out, nil
}

// forgetImports forgets files and what came of them.
func forgetImports(tx *store.Tx) error { return tx.DeleteImports(tx.Now().Add(-importKept)) }

// Over reports whether nothing goes on by itself.
func (i *Import) Over() bool {
	return i.State != ImportChecking && i.State != ImportRunning && i.State != ImportUndoing
}

// Until is until when the import can be looked at and taken back.
func (i *Import) Until() time.Time { return i.Created.Add(importKept) }
