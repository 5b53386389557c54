// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
)

// sendLarge sends a mail of a megabyte.
func sendLarge(ctx context.Context, p *easclient.Client) error {
	p.Version = eas.V12_1
	mail := "From: bob@lab.example\r\nTo: alice@lab.example\r\nSubject: large\r\n\r\n" + strings.Repeat("words and words\r\n", 60000)
	_, err := p.Do(ctx, easclient.Request{Command: eas.SendMail, Stream: strings.NewReader(mail), Size: int64(len(mail)), ContentType: eas.TypeMail})
	return err
}

// mails counts the SendMail requests that the mail server saw begin.
func (w *world) mails() (n int) {
	for _, r := range w.mail.Requests() {
		if strings.Contains(r.RawQuery, "SendMail") {
			n++
		}
	}
	return n
}

// Y-11
func TestAStrangersLargeBodyIsNotSentOn(t *testing.T) {
	w := newWorld(t)
	p := w.phone("bob")
	p.Password = "wrong"
	err := sendLarge(timeout(t), p)
	if s := statusOf(err); s != 401 && s != 0 { // 0: cut while it was still sending
		t.Errorf("%v", err)
	}
	if n := w.mails(); n != 0 {
		t.Errorf("the mail server saw %d of them", n)
	}
	if n := w.posts(); n != 1 {
		t.Errorf("the credentials were tried %d times", n)
	}
	if err := sendLarge(timeout(t), w.phone("bob")); err != nil {
		t.Errorf("with the right password: %v", err)
	}
	if n := w.mails(); n != 1 {
		t.Errorf("the mail server saw %d mails, want 1", n)
	}
}

// TestALargeBodyOfAKnownPhoneDoesNotHangOnTheCheck: a server that answers nothing but mail.
func TestALargeBodyOfAKnownPhoneDoesNotHangOnTheCheck(t *testing.T) {
	now := &clock{at: time.Now()}
	w := newWorld(t, func(s *setting) { s.gateway.Now = now.now })
	if _, err := w.phone("bob").FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
	now.add(time.Hour)
	w.holder.Touch(now.now())
	w.mail.SetHook(func(r *eastest.Record) *eastest.Fault {
		if r.Method == http.MethodOptions {
			return &eastest.Fault{HTTP: 500}
		}
		return nil
	})
	if err := sendLarge(timeout(t), w.phone("bob")); err != nil {
		t.Error(err)
	}
}

func TestABodyThatComesDropByDropIsCut(t *testing.T) {
	ended := make(chan error, 1)
	w := newWorld(t, func(s *setting) {
		s.plain = true
		s.gateway.SetUploadWindow(300 * time.Millisecond)
		s.backend = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				_, err := io.Copy(io.Discard, r.Body)
				ended <- err
			}
		})
	})
	c := w.dial()
	const size = 1 << 20
	io.WriteString(c, strings.Replace(post("SendMail", "", ""), "Content-Length: 0", fmt.Sprint("Content-Length: ", size), 1))
	late := time.After(5 * time.Second)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		io.Copy(io.Discard, c)
	}()
	for drop := time.NewTicker(10 * time.Millisecond); ; {
		select {
		case err := <-ended:
			drop.Stop()
			if err == nil {
				t.Error("the mail server took it for a whole one")
			}
			<-gone
			return
		case <-drop.C:
			io.WriteString(c, "x")
		case <-late:
			t.Fatal("it goes on")
		}
	}
}
