// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// JobState says where a bulk job, or one row of it, stands.
type JobState string

// The states. A row is waiting, done or failed; a job also runs and can be cancelled.
const (
	JobWaiting   JobState = "waiting"
	JobRunning   JobState = "running"
	JobDone      JobState = "done"
	JobFailed    JobState = "failed"
	JobCancelled JobState = "cancelled"
)

// Job is one action on many records. It survives the console: whoever holds the lease works on it, and
// when the lease runs out somebody else goes on with the rows that still wait.
type Job struct {
	ID       string
	Verb     access.Verb
	Actor    access.Actor
	Reason   string
	Params   string // JSON, the verb's own: the query it was started with, an end time
	State    JobState
	Cursor   string // how far a selection by query has come
	Selected bool   // all rows are there
	Total    int64
	Done     int64
	Failed   int64
	Problem  string // why the job as a whole stopped
	Created  time.Time
	Finished time.Time // zero while it is open
	Owner    string    // who holds the lease
	Until    time.Time // until when
	Attempts int64     // how often it was taken up
}

func jobColumns(j *Job) []column {
	return []column{{"id", &j.ID}, {"verb", text(&j.Verb)}, {"actor", asJSON{&j.Actor}}, {"reason", &j.Reason},
		{"params", &j.Params}, {"state", text(&j.State)}, {"cursor", &j.Cursor}, {"selected", &j.Selected},
		{"total", &j.Total}, {"done", &j.Done}, {"failed", &j.Failed}, {"problem", &j.Problem}, {"created", &j.Created},
		{"finished", &j.Finished}, {"lease_owner", &j.Owner}, {"lease_until", &j.Until}, {"attempts", &j.Attempts}}
}

// JobRow is one record of a job. Result says in words what came of it.
type JobRow struct {
	N      int64
	Target string // id of the record
	Label  string // the record in words, as it was when the job began
	State  JobState
	Result string
	Number int64 // change number
}

func jobRowColumns(r *JobRow) []column {
	return []column{{"n", &r.N}, {"target", &r.Target}, {"label", &r.Label}, {"state", text(&r.State)},
		{"result", &r.Result}, {"number", &r.Number}}
}

func (r runner) job(ctx context.Context, lock bool, where string, a ...any) (*Job, error) {
	j := &Job{}
	cols := jobColumns(j)
	q := `SELECT ` + names(cols) + ` FROM job WHERE ` + where
	if lock {
		q += r.e.locking()
	}
	if err := r.row(ctx, q, a...).Scan(targets(cols)...); err != nil {
		return nil, said("store: find job", err)
	}
	return j, nil
}

// FindJob gives a job with its counts.
func (s *Store) FindJob(ctx context.Context, id string) (*Job, error) {
	return s.reader().job(ctx, false, `id = $1`, id)
}

// FindJob gives a job, locked until the transaction ends.
func (t *Tx) FindJob(id string) (*Job, error) { return t.q.job(t.ctx, true, `id = $1`, id) }

// ListJobs gives the newest jobs.
func (s *Store) ListJobs(ctx context.Context, limit int) ([]Job, error) {
	var list []Job
	err := s.reader().each(ctx, func(r *sql.Rows) error {
		var j Job
		err := r.Scan(targets(jobColumns(&j))...)
		list = append(list, j)
		return err
	}, `SELECT `+names(jobColumns(&Job{}))+` FROM job ORDER BY id DESC LIMIT $1`, int64(min(max(limit, 1), 500)))
	return list, said("store: list jobs", err)
}

// CreateJob keeps a new job; it fills in ID, State and Created.
func (t *Tx) CreateJob(j *Job) error {
	j.ID, j.State, j.Created, j.Reason = NewID(t.now), JobWaiting, t.now, clean(j.Reason, capReason)
	cols := jobColumns(j)
	_, err := t.q.exec(t.ctx, `INSERT INTO job (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)`, args(cols)...)
	return said("store: create job", err)
}

// SaveJob writes all of a job but its lease, and its counts, which follow from the rows.
func (t *Tx) SaveJob(j *Job) error {
	_, err := t.q.exec(t.ctx, `UPDATE job SET state = $2, cursor = $3, selected = $4, problem = $5, finished = $6 WHERE id = $1`,
		j.ID, string(j.State), j.Cursor, flag(j.Selected), clean(j.Problem, capReason), millis(j.Finished))
	return said("store: save job", err)
}

// AddJobRows adds rows to a job and counts them. A record that is in it already is not added again.
func (t *Tx) AddJobRows(job string, rows []JobRow) error {
	var last, added int64
	if err := t.q.row(t.ctx, `SELECT COALESCE(MAX(n), 0) FROM job_row WHERE job = $1`, job).Scan(&last); err != nil {
		return said("store: add job rows", err)
	}
	for i := 0; i < len(rows); i += 200 {
		q, values := "", []any{job}
		for _, r := range rows[i:min(i+200, len(rows))] {
			last++
			if q != "" {
				q += ", "
			}
			q += "($1, " + places(len(values)+1, 3) + ", 'waiting', '', 0)"
			values = append(values, last, r.Target, clean(r.Label, capText))
		}
		n, err := t.q.exec(t.ctx, `INSERT INTO job_row (job, n, target, label, state, result, number) VALUES `+q+
			` ON CONFLICT (job, target) DO NOTHING`, values...)
		if err != nil {
			return said("store: add job rows", err)
		}
		added += n
	}
	_, err := t.q.exec(t.ctx, `UPDATE job SET total = total + $2 WHERE id = $1`, job, added)
	return said("store: add job rows", err)
}

// LeaseJob gives the oldest open job that nobody works on, or goes on holding one that owner has, and
// holds it for a while. NotFound: there is nothing to do.
func (s *Store) LeaseJob(ctx context.Context, owner string, hold time.Duration) (*Job, error) {
	var j *Job
	err := s.WithTx(ctx, func(t *Tx) (err error) {
		q := `finished = 0 AND (lease_until <= $1 OR lease_owner = $2) ORDER BY created LIMIT 1`
		if s.engine == enginePostgres {
			q += ` FOR UPDATE SKIP LOCKED`
		}
		if j, err = t.q.job(ctx, false, q, millis(t.now), owner); err != nil {
			return err
		}
		j.Attempts++
		j.Owner, j.Until, j.State = owner, t.now.Add(hold), JobRunning
		_, err = t.q.exec(ctx, `UPDATE job SET lease_owner = $2, lease_until = $3, state = $4, attempts = $5 WHERE id = $1`,
			j.ID, j.Owner, millis(j.Until), string(j.State), j.Attempts)
		return said("store: lease job", err)
	})
	if err != nil {
		return nil, err
	}
	return j, nil
}

// ReleaseJobs lets go of the jobs that others than owner hold, where a database has one process at a time: on
// SQLite. Whoever holds one there has died. It says how many there were.
func (s *Store) ReleaseJobs(ctx context.Context, owner string) (released int64, err error) {
	if s.engine == enginePostgres {
		return 0, nil
	}
	err = s.WithTx(ctx, func(t *Tx) (err error) {
		released, err = t.q.exec(ctx, `UPDATE job SET lease_until = 0 WHERE finished = 0 AND lease_until > 0 AND lease_owner <> $1`, owner)
		return said("store: release jobs", err)
	})
	return released, err
}

// ErrJobGone says that somebody else works on a job, or that it has ended.
var ErrJobGone = errors.New("the job is not ours any more")

// HoldJob prolongs the lease inside a transaction. A Conflict that is ErrJobGone: somebody else has the job
// now, so nothing of this transaction may count.
func (t *Tx) HoldJob(job, owner string, hold time.Duration) error {
	n, err := t.q.exec(t.ctx, `UPDATE job SET lease_until = $3 WHERE id = $1 AND lease_owner = $2 AND finished = 0`,
		job, owner, millis(t.now.Add(hold)))
	if err == nil && n == 0 {
		return &access.Error{Kind: access.KindConflict, Op: "store: hold job", Text: "Somebody else works on this job, or it has ended.", Err: ErrJobGone}
	}
	return said("store: hold job", err)
}

// NextJobRows gives rows that still wait, in order.
func (s *Store) NextJobRows(ctx context.Context, job string, limit int) ([]JobRow, error) {
	return s.jobRows(ctx, `job = $1 AND state = 'waiting' ORDER BY n LIMIT $2`, job, int64(limit))
}

// ListJobRows gives rows after the n-th, in order; of one state, or of all when state is empty.
func (s *Store) ListJobRows(ctx context.Context, job string, state JobState, after int64, limit int) ([]JobRow, error) {
	limit = min(max(limit, 1), 500)
	switch state {
	case JobWaiting:
		return s.jobRows(ctx, `job = $1 AND state = 'waiting' AND n > $2 ORDER BY n LIMIT $3`, job, after, int64(limit))
	case JobFailed:
		return s.jobRows(ctx, `job = $1 AND state = 'failed' AND n > $2 ORDER BY n LIMIT $3`, job, after, int64(limit))
	case "":
		return s.jobRows(ctx, `job = $1 AND n > $2 ORDER BY n LIMIT $3`, job, after, int64(limit))
	}
	return nil, access.Invalid("store: job rows", "Rows can be listed by waiting, failed, or all of them.")
}

func (s *Store) jobRows(ctx context.Context, where string, a ...any) ([]JobRow, error) {
	var list []JobRow
	err := s.reader().each(ctx, func(r *sql.Rows) error {
		var row JobRow
		err := r.Scan(targets(jobRowColumns(&row))...)
		list = append(list, row)
		return err
	}, `SELECT `+names(jobRowColumns(&JobRow{}))+` FROM job_row WHERE `+where, a...)
	return list, said("store: job rows", err)
}

// FinishJobRow writes what came of a row, in the transaction that did it. Conflict: it is finished
// already, so this transaction must not do it a second time.
func (t *Tx) FinishJobRow(job string, n int64, state JobState, result string) error {
	done, err := t.q.exec(t.ctx, `UPDATE job_row SET state = $3, result = $4 WHERE job = $1 AND n = $2 AND state = 'waiting'`,
		job, n, string(state), clean(result, capReason))
	if err != nil {
		return said("store: finish job row", err)
	}
	if done == 0 {
		return access.Conflict("store: finish job row", "This row has been worked on already.")
	}
	count := "done"
	if state == JobFailed {
		count = "failed"
	}
	_, err = t.q.exec(t.ctx, `UPDATE job SET `+count+` = `+count+` + 1 WHERE id = $1`, job)
	return said("store: finish job row", err)
}

// DeleteJobs forgets jobs that ended before a moment, with their rows.
func (t *Tx) DeleteJobs(before time.Time) error {
	if _, err := t.q.exec(t.ctx, `DELETE FROM job_row WHERE job IN (SELECT id FROM job WHERE finished > 0 AND finished < $1)`,
		millis(before)); err != nil {
		return said("store: delete jobs", err)
	}
	_, err := t.q.exec(t.ctx, `DELETE FROM job WHERE finished > 0 AND finished < $1`, millis(before))
	return said("store: delete jobs", err)
}
