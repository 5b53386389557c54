// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package phone

import (
	"context"
	"encoding/base64"
	"fmt"
	"mime"
	"time"

	"github.com/vedette-mail/vedette/eas/easclient"
)

// write sends a mail to somebody now and then, while the phone waits for its own.
func (a *account) write(ctx context.Context) {
	mean := float64(a.net.Pace.Mail)
	for sleep(ctx, time.Duration(min(a.rng.ExpFloat64(), 5)*mean)) {
		if a.now().Phase != Waiting {
			continue
		}
		l := a.net.Letter(a.rng, a.spec.Address)
		if l.To == "" {
			continue
		}
		if _, err := a.send(ctx, l); a.saw(err) == nil {
			a.change(func(s *State) { s.Sent++ })
		}
	}
}

func (a *account) send(ctx context.Context, l Letter) (*easclient.Reply, error) {
	a.settle.RLock()
	defer a.settle.RUnlock()
	id := fmt.Sprintf("%016x", a.rng.Uint64())
	text := "From: <" + a.spec.Address + ">\r\nTo: <" + l.To + ">\r\nSubject: " + mime.QEncoding.Encode("utf-8", l.Subject) +
		"\r\nMessage-ID: <" + id + "@phone.invalid>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n" +
		"Content-Transfer-Encoding: base64\r\n\r\n" + lines(base64.StdEncoding.EncodeToString([]byte(l.Text)))
	return request(ctx, func(ctx context.Context) (*easclient.Reply, error) {
		return a.client.SendMail(ctx, easclient.Mail{MIME: []byte(text), ClientID: id, SaveInSent: true})
	})
}

func lines(s string) string {
	out := ""
	for len(s) > 76 {
		out, s = out+s[:76]+"\r\n", s[76:]
	}
	return out + s + "\r\n"
}
