// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/access"
)

// answer is what a phone gets, for comparing: the HTTP status, or 1000 and the status in the body.
func answer(p *easclient.Client, t *testing.T) int {
	_, err := p.FolderSync(timeout(t), "0")
	if s := statusOf(err); s != 0 {
		return s
	}
	return 1000 + easStatus(err)
}

// R-7 R-16
func TestAStrangerCannotTellABlockedPairFromNone(t *testing.T) {
	w := newWorld(t)
	w.apply(record("bob", "PHONEBOB", block("no")))
	for device, name := range map[string]string{"PHONEBOB": "blocked", "NOSUCHPHONE": "unknown"} {
		p := w.phone("bob")
		p.DeviceID, p.Password = device, "wrong for "+name
		if s := answer(p, t); s != 401 {
			t.Errorf("%s: %d", name, s)
		}
	}
	before := w.posts()
	for range 3 {
		if s := answer(w.phone("bob"), t); s != 1129 {
			t.Errorf("the right password: %d", s)
		}
	}
	if n := w.posts() - before; n != 1 {
		t.Errorf("the right password was checked %d times", n)
	}
	w.sink.wait(t, "the attempts with the right password count", func(kept, offered []access.Sighting, _ []access.Tally) bool {
		for _, s := range append(kept, offered...) {
			if s.Accepted && s.Reported.Rule == "manual-block" {
				return true
			}
		}
		return false
	})
	w.stop()
	kept, offered := w.sink.lists()
	refused := false
	for _, s := range append(kept, offered...) {
		refused = refused || s.Pair.Device == "PHONEBOB" && s.Attempts > 0 && !s.Accepted || s.Attempts > 3
		if s.Pair.Device == "NOSUCHPHONE" {
			t.Errorf("a stranger left %+v", s)
		}
	}
	if !refused {
		t.Errorf("the wrong password for a known pair does not move its time: %+v %+v", kept, offered)
	}
}

// TestABlockDoesNotDependOnTheMailServer: in trouble, silent, or gone. R-7
func TestABlockDoesNotDependOnTheMailServer(t *testing.T) {
	for name, fault := range map[string]*eastest.Fault{"in trouble": {HTTP: http.StatusInternalServerError}, "silent": {Delay: time.Minute}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.apply(record("bob", "PHONEBOB", block("no")))
			w.mail.SetHook(func(*eastest.Record) *eastest.Fault { return fault })
			if s := answer(w.phone("bob"), t); s != 1129 {
				t.Errorf("%d", s)
			}
			w.mail.SetHook(nil)
			w.backend.CloseClientConnections()
		})
	}
	t.Run("gone", func(t *testing.T) {
		w := newWorld(t)
		w.apply(record("bob", "PHONEBOB", block("no")))
		w.backend.Close()
		if s := answer(w.phone("bob"), t); s != 1129 {
			t.Errorf("%d", s)
		}
		_, err := w.phone("alice").FolderSync(timeout(t), "0")
		if e, ok := errors.AsType[*easclient.HTTPError](err); !ok || e.Status != 503 {
			t.Errorf("another phone: %v", err)
		}
	})
}
