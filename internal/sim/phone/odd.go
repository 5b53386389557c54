// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package phone

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
)

// guess tries passwords, now for the account it was given, now for names that exist nearly everywhere.
// It never succeeds, unless somebody has a very bad password.
func (a *account) guess(ctx context.Context) {
	names := []string{a.spec.User, "admin", "info", a.spec.User, "administrator", "test", "sales"}
	words := []string{"Passw0rd!", "Welcome1", "Summer2026", "qwertz123", "letmein", "P@ssword1", "12345678"}
	for i := 0; ; i++ {
		c := *a.client
		c.User, c.Password = pick(a.rng, names), words[i%len(words)]
		c.Header = a.client.Header.Clone()
		if i == 0 {
			c.User = a.spec.User
		}
		_, err := request(ctx, func(ctx context.Context) (*easclient.FolderSyncResult, error) { return c.FolderSync(ctx, "0") })
		if ctx.Err() != nil {
			return
		}
		_ = a.saw(err)
		switch code, _ := outcome(err); {
		case err == nil:
			a.phase(Waiting)
		case code == 0:
			a.phase(Failing)
		default:
			a.phase(Denied)
		}
		if !sleep(ctx, a.beat()) {
			return
		}
	}
}

func (a *account) beat() time.Duration {
	d := a.net.Pace.Guess
	return d/2 + time.Duration(a.rng.Int64N(int64(d)))
}

// annoy sends requests that no sane phone sends, with the account's own credentials.
func (a *account) annoy(ctx context.Context) {
	list := a.nonsense()
	for i := 0; sleep(ctx, a.beat()); i++ {
		a.settle.RLock()
		c := *a.client
		a.settle.RUnlock()
		// Answers of any kind are fine; that the server is still there is for others to find out.
		_, _ = request(ctx, func(ctx context.Context) (*easclient.Reply, error) { return c.Do(ctx, list[i%len(list)]) })
		a.change(func(s *State) { s.Requests, s.Nonsense = s.Requests+1, s.Nonsense+1 })
	}
}

func (a *account) nonsense() []easclient.Request {
	head := http.Header{eas.HeaderProtocolVersion: {"14.1"}}
	return []easclient.Request{
		{RawQuery: "Cmd=FolderSync&User=x&DeviceId=one&DeviceId=two&DeviceType=a", Header: head},
		{RawQuery: "Cmd=%3Cscript%3E&User=%27%20OR%201%3D1--&DeviceId=" + a.phone.handset.ID + "&DeviceType=x", Header: head},
		{RawQuery: "jAAJBAp2MTQwRGV2aWNlA2FiYwFQ"}, // policy key of three bytes
		{RawQuery: "jAAJBAp2MTQw"}, // cut off inside the device id
		{RawQuery: "Cmd=Sync&User=x&DeviceId=" + strings.Repeat("A", 3000) + "&DeviceType=x", Header: head},
		{Command: eas.Sync, Body: []byte{0x03, 0x01, 0x6A, 0x00, 0x45, 0x5C, 0x4F, 0xC3, 0xFF, 0xFF, 0xFF, 0x7F}}, // announces 256 MB
		{Command: eas.FolderSync, Body: []byte("<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>")},
		{Command: eas.Ping, Body: []byte{0x03, 0x01, 0x6A, 0x00, 0x00, 0x07, 0x56, 0x52, 0x03, '0', 0x00, 0x01, 0x01}}, // says Ping, holds FolderSync
		{Command: eas.FolderSync, Header: http.Header{eas.HeaderProtocolVersion: {"99.9"}}, Body: []byte{0x03, 0x01, 0x6A, 0x00}},
		{Method: http.MethodTrace, Command: eas.Sync},
	}
}
