// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"strings"

	"github.com/pquerna/otp"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Enrolment is what somebody needs to bring a one-time code into an authenticator app. It is shown once.
type Enrolment struct {
	Seed string // for typing in
	URL  string // otpauth://…, for apps on the same machine
	QR   QR
}

// QR is a QR code as a drawing: a square of Size units a side, with Path (SVG path data) to be filled
// black on white.
type QR struct {
	Size int
	Path string
}

// BeginOneTimeCode offers a new seed to whoever is signed in. Nothing changes until ConfirmOneTimeCode.
func (l *Login) BeginOneTimeCode(ctx context.Context, password string) (Enrolment, error) {
	a, err := self(ctx)
	if err != nil {
		return Enrolment{}, err
	}
	if err := l.proveAgain(ctx, a, password); err != nil {
		return Enrolment{}, err
	}
	seed := newSeed()
	err = l.store.WithTx(ctx, func(tx *store.Tx) error {
		a, err := tx.FindAdministrator(a.ID)
		if err != nil {
			return err
		}
		a.TOTPPending = l.box.Seal(purposeSeed, []byte(seed))
		return tx.SaveAdministrator(a)
	})
	if err != nil {
		return Enrolment{}, err
	}
	return l.enrolment(a.Name, seed)
}

// PendingOneTimeCode gives the enrolment that was begun and not confirmed, so that a mistyped code does
// not mean to begin again. NotFound when there is none.
func (l *Login) PendingOneTimeCode(ctx context.Context) (Enrolment, error) {
	a, err := self(ctx)
	if err != nil {
		return Enrolment{}, err
	}
	if a.TOTPPending == "" {
		return Enrolment{}, access.NotFound("one-time code", "No one-time code is being set up.")
	}
	seed, err := l.box.Open(purposeSeed, a.TOTPPending)
	if err != nil {
		return Enrolment{}, fmt.Errorf("login: %w", err)
	}
	return l.enrolment(a.Name, string(seed))
}

func (l *Login) enrolment(name, seed string) (Enrolment, error) {
	u := enrolURL(l.issuer, name, seed)
	qr, err := drawQR(u)
	return Enrolment{Seed: seed, URL: u, QR: qr}, err
}

// ConfirmOneTimeCode turns the offered seed into the one that is asked for, once a code of it has been
// given. The recovery codes are shown now and never again.
func (l *Login) ConfirmOneTimeCode(ctx context.Context, code string) (recovery []string, err error) {
	a, err := self(ctx)
	if err != nil {
		return nil, err
	}
	codes, hashes := newRecoveryCodes()
	kept, err := json.Marshal(hashes)
	if err != nil {
		return nil, fmt.Errorf("login: recovery codes: %w", err)
	}
	err = l.change(ctx, a.ID, EventEnableCode, func(a *store.Administrator) error {
		if a.TOTPPending == "" {
			return access.NotFound("one-time code", "No one-time code is being set up.")
		}
		seed, err := l.box.Open(purposeSeed, a.TOTPPending)
		if err != nil {
			return fmt.Errorf("login: %w", err)
		}
		s, ok := matchStep(string(seed), code, l.now(), 0)
		if !ok {
			return access.Invalid("one-time code", "The code is not right. Is the clock of the phone right?")
		}
		a.TOTPSealed, a.TOTPPending, a.TOTPStep, a.Recovery = a.TOTPPending, "", s, string(kept)
		return nil
	})
	if err != nil {
		return nil, err
	}
	l.proven(ctx)
	return codes, nil
}

// DisableOneTimeCode goes back to the password alone.
func (l *Login) DisableOneTimeCode(ctx context.Context, password string) error {
	a, err := self(ctx)
	if err != nil {
		return err
	}
	if err := l.proveAgain(ctx, a, password); err != nil {
		return err
	}
	keys, err := l.store.ListPasskeys(ctx, a.ID)
	if err != nil {
		return err
	}
	if err := l.mayDoWithout(ctx, a, len(keys)); err != nil {
		return err
	}
	return l.change(ctx, a.ID, EventDisableCode, func(a *store.Administrator) error {
		a.TOTPSealed, a.TOTPPending = "", ""
		if len(keys) == 0 {
			a.Recovery = ""
		}
		return nil
	})
}

// drawQR draws with the code library's picture: one probe finds how large its modules are, and the
// picture is read back module by module. The picture never leaves this function.
func drawQR(text string) (QR, error) {
	key, err := otp.NewKeyFromURL(text)
	if err != nil {
		return QR{}, fmt.Errorf("login: QR code: %w", err)
	}
	img, err := key.Image(512, 512)
	if err != nil {
		return QR{}, fmt.Errorf("login: QR code: %w", err)
	}
	first, module := finder(img)
	if module == 0 {
		return QR{}, fmt.Errorf("login: QR code: the picture has no finder pattern")
	}
	n := (img.Bounds().Dx() - 2*first.X) / module
	const quiet = 4 // modules of white around it, which readers need
	var path strings.Builder
	for y := range n {
		for x := range n {
			if dark(img, first.X+x*module+module/2, first.Y+y*module+module/2) {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return QR{Size: n + 2*quiet, Path: path.String()}, nil
}

// finder gives the corner of the upper left finder pattern, whose first row is seven dark modules, and
// the size of a module in pixels.
func finder(img image.Image) (corner image.Point, module int) {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if !dark(img, x, y) {
				continue
			}
			end := x
			for end < b.Max.X && dark(img, end, y) {
				end++
			}
			return image.Point{X: x, Y: y}, (end - x) / 7
		}
	}
	return image.Point{}, 0
}

func dark(img image.Image, x, y int) bool {
	g, ok := color.GrayModel.Convert(img.At(x, y)).(color.Gray)
	return ok && g.Y < 128
}
