// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

func TestTheSameKeyWithAnotherRequestIsRefused(t *testing.T) {
	w := newWorld(t)
	ctx, id := t.Context(), w.record("bob", "DEV1")
	other := w.record("eve", "DEV2")
	until := w.clock.Now().Add(48 * time.Hour)
	settings := access.DefaultPreferences()
	changed := settings
	changed.AutoBlock = !changed.AutoBlock
	for name, c := range map[string]struct {
		first, second func(key string) error
	}{
		"another reason": {
			func(k string) error {
				return w.block(id, admin.Act{Key: k, Reason: "lost"})
			},
			func(k string) error {
				return w.block(id, admin.Act{Key: k, Reason: "stolen"})
			},
		},
		"another end": {
			func(k string) error { return w.block(id, admin.Act{Key: k, Until: until}) },
			func(k string) error { return w.block(id, admin.Act{Key: k, Until: until.Add(time.Hour)}) },
		},
		"no end": {
			func(k string) error { return w.block(id, admin.Act{Key: k, Until: until}) },
			func(k string) error { return w.block(id, admin.Act{Key: k}) },
		},
		"another record": {
			func(k string) error { return w.block(id, admin.Act{Key: k}) },
			func(k string) error { return w.block(other, admin.Act{Key: k}) },
		},
		"another comment": {
			func(k string) error {
				_, err := w.admin.CommentAssociation(ctx, root(), id, "one", admin.Act{Key: k})
				return err
			},
			func(k string) error {
				_, err := w.admin.CommentAssociation(ctx, root(), id, "two", admin.Act{Key: k})
				return err
			},
		},
		"other settings": {
			func(k string) error {
				_, err := w.admin.ChangePreferences(ctx, root(), settings, admin.Act{Key: k})
				return err
			},
			func(k string) error {
				_, err := w.admin.ChangePreferences(ctx, root(), changed, admin.Act{Key: k})
				return err
			},
		},
		"other records of a job": {
			func(k string) error {
				_, err := w.admin.StartBulk(ctx, root(), admin.Bulk{Verb: access.VerbAllow, IDs: []access.AssociationID{id}}, admin.Act{Key: k})
				return err
			},
			func(k string) error {
				_, err := w.admin.StartBulk(ctx, root(), admin.Bulk{Verb: access.VerbAllow, IDs: []access.AssociationID{other}}, admin.Act{Key: k})
				return err
			},
		},
		"another filter of a job": {
			func(k string) error {
				_, err := w.admin.StartBulk(ctx, root(), admin.Bulk{Verb: access.VerbAllow, Query: &admin.Query{Search: "bob"}}, admin.Act{Key: k})
				return err
			},
			func(k string) error {
				_, err := w.admin.StartBulk(ctx, root(), admin.Bulk{Verb: access.VerbAllow, Query: &admin.Query{Search: "eve"}}, admin.Act{Key: k})
				return err
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.first(name); err != nil {
				t.Fatal(err)
			}
			if err := c.first(name); err != nil {
				t.Errorf("the same again: %v", err)
			}
			before := w.find(id)
			wantKind(t, c.second(name), access.KindInvalid)
			if after := w.find(id); after.Version != before.Version {
				t.Error("it was done all the same")
			}
		})
	}
}

func (w *world) block(id access.AssociationID, act admin.Act) error {
	_, err := w.admin.BlockAssociation(w.t.Context(), root(), id, act)
	return err
}

// A form says "for a day"; pressed again a minute later it means another moment, and still the same.
func TestAFormThatEndsAfterAWhileCanBeSentTwice(t *testing.T) {
	w := newWorld(t)
	id := w.record("bob", "DEV1")
	end := w.clock.Now().Add(24 * time.Hour)
	if err := w.block(id, admin.Act{Key: "k", Until: end}); err != nil {
		t.Fatal(err)
	}
	w.clock.forward(time.Minute)
	if err := w.block(id, admin.Act{Key: "k", Until: w.clock.Now().Add(24 * time.Hour)}); err != nil {
		t.Errorf("the same form: %v", err)
	}
	if err := w.block(id, admin.Act{Key: "k", Until: end}); err != nil {
		t.Errorf("the same moment: %v", err)
	}
	if d := w.find(id); !d.Override.Until.Equal(end) {
		t.Errorf("ends %s, want %s", d.Override.Until, end)
	}
}
