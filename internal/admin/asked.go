// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// asked is what a form or request with a key has asked for: the same key with something else in it is a
// mistake, and giving the first answer again would hide it.
type asked struct {
	Sum   string        `json:"sum"` // of all that is not below
	Until time.Time     `json:"until,omitzero"`
	Lasts time.Duration `json:"lasts,omitempty"` // from the moment of asking to Until
}

// askedFor sums up an action. with is what the verb takes beside the Act. The version is not part of it:
// who asks for "whatever is there now" sends another one each time.
func askedFor(act Act, with any, now time.Time) (asked, error) {
	text, err := json.Marshal(struct {
		Reason string
		Only   bool `json:",omitempty"`
		With   any
	}{act.Reason, act.Only, with})
	if err != nil {
		return asked{}, fmt.Errorf("admin: action: %w", err)
	}
	a := asked{Sum: sum(string(text)), Until: act.Until.UTC()}
	if !act.Until.IsZero() {
		a.Lasts = act.Until.Sub(now).Round(time.Second)
	}
	return a, nil
}

// sum is a short name for a text of any length.
func sum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// same reports whether two requests ask for the same. An end is the same at the same moment, or as long
// after the asking: "for a day" means another moment each time the button is pressed.
func (a asked) same(b asked) bool {
	return a.Sum == b.Sum && (a.Until.Equal(b.Until) || !a.Until.IsZero() && !b.Until.IsZero() && a.Lasts == b.Lasts)
}

func errKeyUsed() error {
	return access.Invalid("admin: outcome", "This form, or idempotency key, was sent before with something else in it, and that was done. "+
		"Open the form again, or use a new key.")
}
