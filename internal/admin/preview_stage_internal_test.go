// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// One preview rehearses at a time: others wait without holding the database's writer, and give up with whoever
// asked.
func TestOnePreviewRehearsesAtATime(t *testing.T) {
	var none storetest.Template
	s, err := store.Open(t.Context(), store.Config{DSN: none.DSN(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a, err := New(Config{Store: s, Snapshot: func() Snapshot { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	inside, leave, ended := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		ended <- a.rehearsed(t.Context(), func(*store.Tx) error {
			close(inside)
			<-leave
			return nil
		})
	}()
	<-inside
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = a.rehearsed(ctx, func(*store.Tx) error {
		t.Error("two rehearse at a time")
		return nil
	})
	if access.KindOf(err) != access.KindUnavailable {
		t.Errorf("%v, want that it is busy", err)
	}
	close(leave)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	done := false
	if err := a.rehearsed(t.Context(), func(tx *store.Tx) error {
		done = true
		return tx.SaveSetting("rehearsed", 1, "", 0, "nobody")
	}); err != nil || !done {
		t.Errorf("the next one: %v", err)
	}
	if kept, err := s.Setting(t.Context(), "rehearsed", nil); err != nil || kept.Version != 0 {
		t.Errorf("a rehearsal has left something: %+v, %v", kept, err)
	}
}
