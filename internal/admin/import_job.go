// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
	"github.com/vedette-mail/vedette/internal/ruling"
	"github.com/vedette-mail/vedette/internal/store"
)

// importChunk is how many lines one transaction does, and one rehearsal: what a file of that size will
// come to is foreseen exactly. Of longer ones each chunk is rehearsed by itself.
const importChunk = 200

// What a job does with an import.
const (
	phaseCheck = "check"
	phaseApply = "apply"
	phaseUndo  = "undo"
)

// importer carries out lines of one file.
type importer struct {
	admin *Admin
	who   access.Actor
	file  *store.Import
	form  ImportForm
}

// lineResult is what came of a line.
type lineResult struct {
	state  LineState
	text   string
	object string
	before importBefore
}

func (m *importer) reason() string { return "import of " + m.file.File }

func (m *importer) time(s string, otherwise time.Time) (time.Time, error) {
	if s == "" {
		return otherwise, nil
	}
	t, err := readTime(s, m.form.DayFirst)
	if err == nil && t.Equal(otherwise.Truncate(time.Second)) {
		return otherwise, nil // lists give seconds
	}
	return t, err
}

// line carries out one line: the check and the import itself both come here.
func (m *importer) line(tx *store.Tx, f fields) (lineResult, error) {
	switch m.form.Kind {
	case ImportDevices, ImportCompliance:
		return m.importDevice(tx, f)
	case ImportUsers:
		return m.importUser(tx, f)
	case ImportExpected:
		return m.importExpected(tx, f)
	}
	return lineResult{}, fmt.Errorf("admin: import: kind %q", m.form.Kind)
}

// importStep does one chunk of an import.
func (a *Admin) importStep(ctx context.Context, j *store.Job, p jobParams, row store.JobRow) error {
	file, err := a.store.FindImport(ctx, p.Import)
	if access.KindOf(err) == access.KindNotFound {
		return a.endJob(ctx, j, store.JobFailed, "The file has been forgotten.")
	}
	if err != nil {
		return err
	}
	m := &importer{admin: a, who: j.Actor, file: file}
	if err := json.Unmarshal([]byte(file.Options), &m.form); err != nil {
		return a.endJob(ctx, j, store.JobFailed, "The import cannot be read.")
	}
	lines, err := a.store.ImportLines(ctx, file.ID, (row.N-1)*importChunk+1, row.N*importChunk+1)
	if err != nil {
		return err
	}
	err = m.chunk(ctx, j, p.Phase, row, lines)
	if err == nil || ctx.Err() != nil || access.KindOf(err) != access.KindInternal {
		return err
	}
	a.log.LogAttrs(ctx, slog.LevelError, "import lines failed", slog.String(logkeys.Job, j.ID), slog.Any(logkeys.Error, err))
	return m.oneByOne(ctx, j, p.Phase, row, lines)
}

// chunk does lines in one transaction, and writes what came of them.
func (m *importer) chunk(ctx context.Context, j *store.Job, phase string, row store.JobRow, lines []store.ImportLine) error {
	if phase == phaseCheck {
		preview, err := m.rehearse(ctx, lines)
		if err != nil {
			return err
		}
		return m.admin.store.WithTx(ctx, func(tx *store.Tx) error { return m.finish(tx, j, row, lines, preview) })
	}
	var done []store.ImportLine
	number, err := m.admin.store.Change(ctx, func(tx *store.Tx) error {
		done = append([]store.ImportLine(nil), lines...)
		for i := range done {
			if err := m.carryOut(tx, phase, &done[i]); err != nil {
				return err
			}
		}
		if err := ruling.Settle(tx); err != nil {
			return err
		}
		return m.finish(tx, j, row, done, nil)
	})
	m.reached(j, number)
	return err
}

func (m *importer) reached(j *store.Job, number int64) {
	if number > 0 {
		c := cursorOf(j)
		c.Number = number
		j.Cursor = c.text()
	}
}

// oneByOne finds the line that the database refuses in a way that would come again.
func (m *importer) oneByOne(ctx context.Context, j *store.Job, phase string, row store.JobRow, lines []store.ImportLine) error {
	var sum *Preview
	for i := range lines {
		var err error
		if phase == phaseCheck {
			var p *Preview
			if p, err = m.rehearse(ctx, lines[i:i+1]); err == nil {
				sum = sum.plus(p)
			}
		} else {
			l := lines[i]
			var number int64
			if number, err = m.admin.store.Change(ctx, func(tx *store.Tx) error {
				l = lines[i]
				if err := tx.HoldJob(j.ID, m.admin.owner, jobHold); err != nil {
					return err
				}
				if err := m.carryOut(tx, phase, &l); err != nil {
					return err
				}
				if err := ruling.Settle(tx); err != nil {
					return err
				}
				return tx.SaveImportLine(m.file.ID, &l)
			}); err == nil {
				lines[i] = l
				m.reached(j, number)
			}
		}
		if err == nil {
			continue
		}
		if ctx.Err() != nil || access.KindOf(err) != access.KindInternal {
			return err
		}
		lines[i].State, lines[i].Result = string(LineRefused), "It could not be done; the log of the console says why."
	}
	return m.admin.store.WithTx(ctx, func(tx *store.Tx) error { return m.finish(tx, j, row, lines, sum) })
}

// carryOut does one line, or takes it back. What a person may be told stands on the line; other errors end
// the transaction.
func (m *importer) carryOut(tx *store.Tx, phase string, l *store.ImportLine) error {
	if phase == phaseUndo {
		return m.takeBack(tx, l)
	}
	switch LineState(l.State) {
	case LineWaiting, LineCreate, LineChange, LineSame:
	default:
		return nil // the check has refused it, or it is done
	}
	var f fields
	if err := json.Unmarshal([]byte(l.Fields), &f); err != nil {
		return fmt.Errorf("admin: import: %w", err)
	}
	out, err := m.line(tx, f)
	var said *access.Error
	switch {
	case errors.As(err, &said) && (said.Kind == access.KindInvalid || said.Kind == access.KindConflict || said.Kind == access.KindNotFound):
		out = lineResult{state: LineRefused, text: said.Text}
	case err != nil:
		return err
	}
	if phase == phaseApply {
		out.state = out.state.done()
	}
	before, err := json.Marshal(out.before)
	if err != nil {
		return fmt.Errorf("admin: import: %w", err)
	}
	l.State, l.Result, l.Object, l.Before = string(out.state), out.text, out.object, string(before)
	return nil
}

func (s LineState) done() LineState {
	switch s {
	case LineCreate:
		return LineCreated
	case LineChange:
		return LineChanged
	}
	return s
}

// rehearse carries out lines in a transaction that is given up, and says what gateways would say then.
func (m *importer) rehearse(ctx context.Context, lines []store.ImportLine) (*Preview, error) {
	var done []store.ImportLine
	states := map[access.Account]bool{}
	p, err := m.admin.rehearse(ctx, m.who, rehearsal{
		touched: func(tx *store.Tx) ([]access.Association, error) { return m.touched(tx, lines, states) },
		do: func(tx *store.Tx) error {
			done = append(done[:0], lines...)
			for i := range done {
				if err := m.carryOut(tx, phaseCheck, &done[i]); err != nil {
					return err
				}
			}
			return m.statesAfter(tx, states)
		},
		accounts: func() (list []access.AccountState) {
			for acc, disabled := range states {
				list = append(list, access.AccountState{Realm: acc.Realm, Account: acc.Account, Disabled: disabled})
			}
			return list
		},
	})
	if err != nil {
		return nil, err
	}
	for i := range done {
		done[i].Object, done[i].Before = "", "" // ids of what was only rehearsed
	}
	copy(lines, done)
	return &p, nil
}

// touched gives every record whose verdict the lines may change. Into states go the accounts of users
// they are about.
func (m *importer) touched(tx *store.Tx, lines []store.ImportLine, states map[access.Account]bool) (list []access.Association, err error) {
	seen := map[access.AssociationID]bool{}
	add := func(part []access.Association) {
		for _, as := range part {
			if !seen[as.ID] {
				seen[as.ID] = true
				list = append(list, as)
			}
		}
	}
	for i := range lines {
		var f fields
		if err := json.Unmarshal([]byte(lines[i].Fields), &f); err != nil || lines[i].State == string(LineRefused) {
			continue
		}
		var part []access.Association
		if m.form.Kind == ImportUsers {
			part, err = m.touchedByUser(tx, f, states)
		} else {
			part, err = m.touchedByPhone(tx, f)
		}
		if err != nil && access.KindOf(err) == access.KindInternal {
			return nil, err
		}
		add(part) // what a person may be told of is said when the line is carried out
	}
	return list, nil
}

func (m *importer) touchedByPhone(tx *store.Tx, f fields) ([]access.Association, error) {
	if m.form.Kind == ImportExpected {
		x, err := m.expected(tx, f)
		if err != nil || x.Pair.Account == "" || !m.form.Presets {
			return nil, err
		}
		as, err := tx.FindPair(access.Standalone, x.Pair)
		if err != nil {
			return nil, known(err)
		}
		return []access.Association{*as}, nil
	}
	d, err := m.admin.deviceOf(tx, f)
	if err != nil {
		return nil, err
	}
	var list []access.Association
	if d != nil {
		if list, err = touchedBy(tx, d); err != nil {
			return nil, err
		}
	}
	then := access.RegisteredDevice{}
	if d != nil {
		then = *d
	}
	if err := m.fillDevice(tx, &then, f); err != nil {
		return list, err
	}
	more, err := touchedBy(tx, &then)
	return append(list, more...), err
}

func (m *importer) touchedByUser(tx *store.Tx, f fields, states map[access.Account]bool) (list []access.Association, err error) {
	u, err := tx.FindUserByName(f["name"])
	if known(err) != nil {
		return nil, err
	}
	var accounts []access.Account
	if err == nil {
		accounts = u.Accounts
	}
	then := &access.User{}
	if err := m.fillUser(tx, then, f); err == nil {
		accounts = append(accounts, then.Accounts...)
	}
	for _, acc := range accounts {
		states[acc] = false
		part, err := tx.RecordsOfAccount(acc.Realm, acc.Account, maxReach)
		if err != nil {
			return nil, err
		}
		list = append(list, part...)
	}
	return list, nil
}

// statesAfter says which accounts are those of disabled users now.
func (m *importer) statesAfter(tx *store.Tx, states map[access.Account]bool) error {
	for acc := range states {
		u, err := tx.UserOf(acc.Realm, acc.Account)
		if known(err) != nil {
			return err
		}
		states[acc] = err == nil && u.Disabled
	}
	return nil
}

// plus adds up two parts of a preview.
func (p *Preview) plus(q *Preview) *Preview {
	if p == nil || q == nil {
		if p == nil {
			p = q
		}
		return p
	}
	sum := *q
	sum.Records, sum.ToBlocked, sum.ToAllowed, sum.Reworded = p.Records+q.Records, p.ToBlocked+q.ToBlocked, p.ToAllowed+q.ToAllowed, p.Reworded+q.Reworded
	sum.Changes = append(append([]PreviewChange(nil), p.Changes...), q.Changes...)
	sum.Truncated = p.Truncated || q.Truncated
	if len(sum.Changes) > previewLimit {
		sum.Changes, sum.Truncated = sum.Changes[:previewLimit], true
	}
	return &sum
}

// finish writes the lines of a chunk and what the import has come to, and goes on with the job.
func (m *importer) finish(tx *store.Tx, j *store.Job, row store.JobRow, lines []store.ImportLine, preview *Preview) error {
	if err := tx.HoldJob(j.ID, m.admin.owner, jobHold); err != nil {
		return err
	}
	refused := 0
	for i := range lines {
		if err := tx.SaveImportLine(m.file.ID, &lines[i]); err != nil {
			return err
		}
		if s := LineState(lines[i].State); s == LineRefused || s == LineKept {
			refused++
		}
	}
	file, err := tx.FindImport(m.file.ID)
	if err != nil {
		return err
	}
	sum := summaryOf(file)
	if row.N == 1 {
		sum.Counts, sum.Preview = map[LineState]int{}, keepPreview(sum.Preview, preview != nil)
	}
	for i := range lines {
		sum.Counts[LineState(lines[i].State)]++
	}
	if preview != nil {
		had := &sum.Preview
		if row.N == 1 {
			had = nil
		}
		sum.Preview = *had.plus(preview)
	}
	text, err := json.Marshal(sum)
	if err != nil {
		return fmt.Errorf("admin: import: %w", err)
	}
	file.Summary = string(text)
	if row.N*importChunk >= file.Lines {
		file.State = string(over(ImportState(file.State)))
		if file.State != string(ImportChecked) {
			file.Finished = tx.Now()
		}
	}
	if err := tx.SaveImport(file); err != nil {
		return err
	}
	if err := tx.FinishJobRow(j.ID, row.N, store.JobDone, chunkWords(len(lines), refused)); err != nil {
		return err
	}
	return tx.SaveJob(j)
}

func keepPreview(p Preview, anew bool) Preview {
	if anew {
		return Preview{}
	}
	return p
}

func over(s ImportState) ImportState {
	switch s {
	case ImportChecking:
		return ImportChecked
	case ImportRunning:
		return ImportDone
	case ImportUndoing:
		return ImportUndone
	}
	return s
}

func chunkWords(n, refused int) string {
	s := count(n, "line", "lines")
	if refused > 0 {
		s += ", " + count(refused, "of them refused", "of them refused")
	}
	return s + "."
}

func summaryOf(file *store.Import) (s importSummary) {
	if json.Unmarshal([]byte(file.Summary), &s) != nil {
		s = importSummary{}
	}
	if s.Counts == nil {
		s.Counts = map[LineState]int{}
	}
	return s
}
