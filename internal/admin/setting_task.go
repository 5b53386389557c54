// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Task is what is known of work that is done now and then, or on somebody's word: by one console at a time,
// whichever comes first.
type Task struct {
	Asked     time.Time `json:"asked,omitzero"` // somebody wants it now
	AskedBy   string    `json:"asked_by,omitempty"`
	Started   time.Time `json:"started,omitzero"`
	Finished  time.Time `json:"finished,omitzero"`
	Succeeded time.Time `json:"succeeded,omitzero"` // when it last ended well
	Failed    bool      `json:"failed,omitempty"`
	Text      string    `json:"text,omitempty"` // what came of it
	Hold      time.Time `json:"hold,omitzero"`  // until then the console that began it is taken to be at it
	Version   int64     `json:"-"`
}

// Running reports whether it goes on at now.
func (t *Task) Running(now time.Time) bool {
	return t.Started.After(t.Finished) && now.Before(t.Hold)
}

// TaskName names a task.
type TaskName string

// The tasks.
const (
	TaskBackup TaskName = "backup"
	TaskPurge  TaskName = "purge"
)

func (n TaskName) setting() string { return "task." + string(n) }

// Task gives what is known of a task.
func (s *Settings) Task(ctx context.Context, who access.Actor, name TaskName) (Task, error) {
	if err := mayRead(who); err != nil {
		return Task{}, err
	}
	var t Task
	k, _, err := s.read(ctx, name.setting(), &t)
	t.Version = k.Version
	return t, err
}

// AskTask wants a task done as soon as can be.
func (s *Settings) AskTask(ctx context.Context, who access.Actor, name TaskName, act Act) (Result, error) {
	event := map[TaskName]string{TaskBackup: eventBackUp, TaskPurge: eventPurge}[name]
	if event == "" {
		return Result{}, access.NotFound("admin: task", "There is no such task.")
	}
	out, err := s.admin.act(ctx, who, access.VerbChangeSettings, "task-"+string(name), act, name, func(tx *store.Tx) (outcome, error) {
		var t Task
		before, err := tx.Setting(name.setting(), &t)
		if err != nil {
			return outcome{}, err
		}
		t.Asked, t.AskedBy = tx.Now(), who.Name
		if err := tx.SaveSetting(name.setting(), t, "", before.Version, who.Name); err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, event, "", "task-"+string(name), "asked for"))
		return outcome{Result: Result{Text: "It begins now. The result will be shown here."}}, nil
	})
	if err == nil {
		wake(s.wake)
	}
	return out.Result, err
}

// BeginTask marks a task as begun, for as long as hold. taken is false when another console was faster.
func (s *Settings) BeginTask(ctx context.Context, name TaskName, seen Task, hold time.Duration) (taken bool, err error) {
	now := s.admin.now().UTC()
	t := seen
	t.Started, t.Hold = now, now.Add(hold)
	return s.saveTask(ctx, name, t)
}

// EndTask says what came of it.
func (s *Settings) EndTask(ctx context.Context, name TaskName, text string, cause error) error {
	now := s.admin.now().UTC()
	for {
		var t Task
		k, _, err := s.read(ctx, name.setting(), &t)
		if err != nil {
			return err
		}
		t.Version = k.Version
		t.Finished, t.Hold, t.Failed, t.Text = now, time.Time{}, cause != nil, text
		if cause == nil {
			t.Succeeded = now
		}
		if !t.Asked.After(t.Started) { // somebody may have asked again meanwhile
			t.Asked, t.AskedBy = time.Time{}, ""
		}
		if saved, err := s.saveTask(ctx, name, t); saved || err != nil {
			return err
		}
	}
}

func (s *Settings) saveTask(ctx context.Context, name TaskName, t Task) (saved bool, err error) {
	err = s.admin.store.WithTx(ctx, func(tx *store.Tx) error {
		return tx.SaveSetting(name.setting(), t, "", t.Version, house().Name)
	})
	if access.KindOf(err) == access.KindConflict {
		return false, nil
	}
	return err == nil, err
}
