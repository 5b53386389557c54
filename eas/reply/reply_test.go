// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package reply_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/reply"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// bodies142 are the documents for status 142 under each command, written down byte by byte from the
// published token tables rather than by our encoder.
func bodies142() map[eas.Command]string {
	return map[eas.Command]string{
		eas.Sync:              "03016a00454e03313432000101",
		eas.SendMail:          "03016a000015455203313432000101",
		eas.SmartForward:      "03016a000015465203313432000101",
		eas.SmartReply:        "03016a000015475203313432000101",
		eas.FolderSync:        "03016a000007564c03313432000101",
		eas.FolderCreate:      "03016a000007534c03313432000101",
		eas.FolderDelete:      "03016a000007544c03313432000101",
		eas.FolderUpdate:      "03016a000007554c03313432000101",
		eas.MoveItems:         "03016a000005454b03313432000101",
		eas.GetItemEstimate:   "03016a000006454e03313432000101",
		eas.MeetingResponse:   "03016a000008474b03313432000101",
		eas.Search:            "03016a00000f454c03313432000101",
		eas.Settings:          "03016a000012454603313432000101",
		eas.Ping:              "03016a00000d454703313432000101",
		eas.ItemOperations:    "03016a000014454d03313432000101",
		eas.Provision:         "03016a00000e454b03313432000101",
		eas.ResolveRecipients: "03016a00000a454703313432000101",
		eas.ValidateCert:      "03016a00000b454a03313432000101",
		eas.Find:              "03016a000019454a03313432000101",
	}
}

func TestStatusIsInBandFrom14OnAndACodeBefore(t *testing.T) {
	bodies := bodies142()
	for _, c := range append(eas.Commands(), eas.CommandUnknown) {
		for _, v := range append(eas.Versions(), eas.VersionUnknown) {
			r := reply.Status(reply.Request{Command: c, Version: v}, eas.StatusNotProvisioned)
			want, in := bodies[c]
			if in && v >= eas.V14_0 {
				if got := hex.EncodeToString(r.Body); r.Code != 200 || got != want || r.Get("content-type") != eas.TypeWBXML {
					t.Errorf("%v %v: %d %s %s", c, v, r.Code, got, r.Get("Content-Type"))
				}
				continue
			}
			if r.Code != 449 || len(r.Body) > 0 || r.Get("Content-Type") != "" {
				t.Errorf("%v %v: %d %x", c, v, r.Code, r.Body)
			}
		}
	}
}

func TestAnswersPerCommandAndVersion(t *testing.T) { // X-05
	const in129 = "03016a00454e03313239000101"
	req := func(c eas.Command, v eas.Version) reply.Request { return reply.Request{Command: c, Version: v} }
	need := func(q reply.Request, s eas.Status) reply.Reply {
		r, ok := reply.NeedProvision(q, s)
		if !ok {
			return reply.Reply{}
		}
		return r
	}
	loud := func(q reply.Request, s eas.Status) reply.Reply {
		r, _ := reply.NeedProvisionLoud(q, s)
		return r
	}
	for _, c := range []struct {
		name  string
		reply reply.Reply
		code  int
		body  string
	}{
		{"a blocked Sync of 12.1 is a 403", reply.Refuse(req(eas.Sync, eas.V12_1)), 403, ""},
		{"a blocked Sync of 14.0 is status 129", reply.Refuse(req(eas.Sync, eas.V14_0)), 200, in129},
		{"a blocked FolderSync of 16.1 is status 129", reply.Refuse(req(eas.FolderSync, eas.V16_1)), 200, "03016a000007564c03313239000101"},
		{"a blocked Provision is a 403 under 16.1", reply.Refuse(req(eas.Provision, eas.V16_1)), 403, ""},
		{"a blocked GetAttachment is a 403 under 14.1", reply.Refuse(req(eas.GetAttachment, eas.V14_1)), 403, ""},
		{"a blocked OPTIONS is a 403", reply.Refuse(req(eas.Options, eas.VersionUnknown)), 403, ""},
		{"a blocked unknown command is a 403", reply.Refuse(req(eas.CommandUnknown, eas.V16_1)), 403, ""},
		{"a 403 can be asked for", reply.Forbid(req(eas.Sync, eas.V16_1)), 403, ""},
		{"a Search that may not be is told so by its store", reply.Deny(req(eas.Search, eas.V12_1), nil), 200, "03016a00000f454c033100014d474c03350001010101"},
		{"ItemOperations that may not be are told so in their status", reply.Deny(req(eas.ItemOperations, eas.V14_1), nil), 200, "03016a000014454d033136000101"},
		{"GetAttachment that may not be is a 403", reply.Deny(req(eas.GetAttachment, eas.V14_0), nil), 403, ""},
		{"a Sync that may not be is status 130", reply.Deny(req(eas.Sync, eas.V14_1), nil), 200, "03016a00454e03313330000101"},
		{"a Sync of 12.1 that may not be is a 403", reply.Deny(req(eas.Sync, eas.V12_1), nil), 403, ""},
		{"FolderSync without key under 12.1", need(req(eas.FolderSync, eas.V12_1), 142), 449, ""},
		{"FolderSync without key under 14.1", need(req(eas.FolderSync, eas.V14_1), 142), 200, "03016a000007564c03313432000101"},
		{"Ping is never told to provision", need(req(eas.Ping, eas.V12_1), 142), 200, "03016a00000d4547033700" + "0101"},
		{"Provision is never told to provision", need(req(eas.Provision, eas.V14_1), 142), 0, ""},
		{"OPTIONS is never told to provision", need(req(eas.Options, 0), 142), 0, ""},
		{"Autodiscover is never told to provision", need(req(eas.Autodiscover, 0), 142), 0, ""},
		{"a wipe under 12.1, key sent", need(reply.Request{Command: eas.Sync, Version: eas.V12_1, Keyed: true}, 140), 449, ""},
		{"a wipe under 12.1, no key sent", need(req(eas.Sync, eas.V12_1), 140), 403, ""},
		{"a wipe under 14.0", need(req(eas.Sync, eas.V14_0), 140), 200, "03016a00454e03313430000101"},
		{"449 and status together", loud(req(eas.Sync, eas.V14_0), 142), 449, "03016a00454e03313432000101"},
		{"449 alone under 12.1", loud(req(eas.Sync, eas.V12_1), 142), 449, ""},
		{"449 never for Ping", loud(req(eas.Ping, eas.V14_0), 142), 200, "03016a00000d45470337000101"},
		{"no document under 12.1", reply.InvalidWBXML(req(eas.Sync, eas.V12_1)), 400, ""},
		{"no document under 14.1", reply.InvalidWBXML(req(eas.Ping, eas.V14_1)), 200, "03016a00000d454703313032000101"},
		{"an unknown version", reply.UnsupportedVersion(req(eas.Sync, eas.VersionUnknown)), 400, ""},
		{"version 1.0", reply.UnsupportedVersion(req(eas.Sync, 10)), 505, ""},
		{"version 17.0", reply.UnsupportedVersion(req(eas.Sync, 170)), 200, "03016a00454e03313338000101"},
		{"an unknown command", reply.UnsupportedCommand(req(eas.CommandUnknown, eas.V14_1)), 501, ""},
		{"a command refused in its own words", reply.UnsupportedCommand(req(eas.Find, eas.V16_1)), 200, "03016a000019454a03313337000101"},
		{"another URL", reply.NotFound(req(0, 0)), 404, ""},
		{"too large", reply.TooLarge(req(eas.SendMail, eas.V12_1)), 413, ""},
		{"server down", reply.BadGateway(req(eas.Sync, eas.V14_1)), 502, ""},
		{"busy", reply.Busy(req(eas.Sync, eas.V14_1), time.Second), 503, ""},
		{"a shorter Ping", reply.PingWithin(req(eas.Ping, eas.V14_1), 3540), 200, "03016a00000d45470335000148033335343000" + "0101"},
		{"a drained Ping", reply.Drain(req(eas.Ping, eas.V2_5), 0), 200, "03016a00000d45470331000101"},
		{"a drained Sync", reply.Drain(req(eas.Sync, eas.V12_1), 0), 200, ""},
		{"a drained Sync of 12.0, which knows no empty answer", reply.Drain(req(eas.Sync, eas.V12_0), 0), 503, ""},
		{"a drained Search", reply.Drain(req(eas.Search, eas.V16_1), 0), 503, ""},
		{"a recalled Ping", reply.Recall(req(eas.Ping, eas.V16_1)), 200, "03016a00000d45470337000101"},
		{"a recalled Sync of 14.0", reply.Recall(req(eas.Sync, eas.V14_0)), 200, in129},
		{"a recalled Sync of 12.1", reply.Recall(req(eas.Sync, eas.V12_1)), 403, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := hex.EncodeToString(c.reply.Body); c.reply.Code != c.code || got != c.body {
				t.Errorf("%d %s", c.reply.Code, got)
			}
		})
	}
}

// Y-12: written down byte by byte from the published token tables.
func TestEachOperationThatMayNotBeIsToldSo(t *testing.T) {
	const head, tail = "03016a000014454d033100014e", "0101"
	for _, c := range []struct{ name, asked, want string }{
		{"a document of a file share",
			"03016a0000144546" + "4703446f63756d656e74204c6962726172790001" + "001345035c5c665c610001" + "01" + "01",
			head + "464d0331360001" + "001345035c5c665c610001" + "01" + tail},
		{"an attachment beside it, which is named as it was", // W31, W34
			"03016a0000144546" + "47034d61696c626f780001" + "0011510335253361313225336130000101" + "001446" + "001345035c5c610001" + "01" + "01",
			head + "464d0331360001" + "0011510335253361313225336130000101" + "001446" + "4d0331360001" + "001345035c5c610001" + "01" + tail},
		{"a request that asks for nothing, in its own status", "03016a00001405", "03016a000014454d033136000101"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := hex.DecodeString(c.asked)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := wbxml.Parse(b, wbxml.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			r := reply.Deny(reply.Request{Command: eas.ItemOperations, Version: eas.V14_1}, doc)
			if got := hex.EncodeToString(r.Body); r.Code != 200 || got != c.want {
				t.Errorf("%d\n%s, want\n%s", r.Code, got, c.want)
			}
		})
	}
	many := wbxml.Elem(wbxml.ItemOperationsItemOperations)
	for range 300 {
		many.Kids = append(many.Kids, wbxml.Elem(wbxml.ItemOperationsFetch, wbxml.Text(wbxml.AirSyncServerId, "1"), wbxml.Text(wbxml.ItemOperationsStore, "Mailbox")))
	}
	doc, err := wbxml.Parse(reply.Deny(reply.Request{Command: eas.ItemOperations}, many).Body, wbxml.Limits{})
	if err != nil || len(doc.Child(wbxml.ItemOperationsResponse).Kids) != 100 {
		t.Errorf("more operations than a request may hold: %v", err)
	}
}

func TestEveryAnswerIsWellFormed(t *testing.T) {
	now := time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)
	for _, c := range append(eas.Commands(), eas.CommandUnknown) {
		for _, v := range append(eas.Versions(), eas.VersionUnknown, 10, 170) {
			q := reply.Request{Command: c, Version: v, Server: "15.2"}
			for name, r := range map[string]reply.Reply{
				"Refuse": reply.Refuse(q), "Busy": reply.Busy(q, 0), "Throttle": reply.Throttle(q, time.Minute, "CommandFrequency"),
				"InvalidWBXML": reply.InvalidWBXML(q), "UnsupportedVersion": reply.UnsupportedVersion(q), "Drain": reply.Drain(q, time.Second),
				"Recall": reply.Recall(q), "Deny": reply.Deny(q, nil), "Unauthorized": reply.Unauthorized(q, "mail"), "Empty": reply.Empty(q),
				"OptionsOK": reply.OptionsOK(q, "2.5,14.1", eas.AllCommands),
			} {
				checkForm(t, fmt.Sprint(name, " ", c, " ", v), r, now)
			}
		}
	}
}

func checkForm(t *testing.T, name string, r reply.Reply, now time.Time) {
	t.Helper()
	if len(r.Body) > 0 {
		if _, err := wbxml.Parse(r.Body, wbxml.Limits{KnownPages: true}); err != nil {
			t.Errorf("%s: body: %v", name, err)
		}
	}
	if wbxmlType := r.Get("Content-Type") == eas.TypeWBXML; wbxmlType != (r.Code == 200) {
		t.Errorf("%s: %d with type %q", name, r.Code, r.Get("Content-Type"))
	}
	if r.Get("Cache-Control") != "private" || r.Get("MS-Server-ActiveSync") != "15.2" {
		t.Errorf("%s: headers %v", name, r.Header)
	}
	w := httptest.NewRecorder()
	if err := r.Write(w); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(r.AppendHTTP1(nil, now, true))), nil)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Equal(raw, w.Body.Bytes()) || !resp.Close || resp.StatusCode != w.Code || w.Code != r.Code {
		t.Errorf("%s: the two forms differ: %v", name, err)
	}
	if resp.ContentLength != int64(len(r.Body)) || w.Header().Get("Content-Length") != resp.Header.Get("Content-Length") {
		t.Errorf("%s: length %d", name, resp.ContentLength)
	}
	if resp.Header.Get("Date") != "Sat, 31 Jan 2026 09:00:00 GMT" {
		t.Errorf("%s: date %s", name, resp.Header.Get("Date"))
	}
}

func TestHeadersOfSingleAnswers(t *testing.T) {
	q := reply.Request{Command: eas.Sync, Version: eas.V14_1}
	for _, c := range []struct {
		reply       reply.Reply
		name, value string
	}{
		{reply.Busy(q, 0), "Retry-After", "1"},
		{reply.Busy(q, 1500*time.Millisecond), "Retry-After", "2"},
		{reply.Throttle(q, time.Minute, "RecentCommands"), "X-MS-ASThrottle", "RecentCommands"},
		{reply.Unauthorized(q, "mail \"x\" \\"), "WWW-Authenticate", "Basic realm=\"mail \\\"x\\\" \\\\\""},
		{reply.Unauthorized(q, "a\r\nb"), "WWW-Authenticate", "Basic realm=\"ab\""},
		{reply.OptionsOK(q, "14.1", "Sync"), "MS-ASProtocolVersions", "14.1"},
		{reply.OptionsOK(q, "14.1", "Sync"), "MS-ASProtocolCommands", "Sync"},
		{reply.Empty(q), "MS-Server-ActiveSync", ""},
	} {
		if got := c.reply.Get(c.name); got != c.value {
			t.Errorf("%s: %q, want %q", c.name, got, c.value)
		}
	}
}

func TestHeaderValuesStayInTheirLine(t *testing.T) {
	r := reply.Empty(reply.Request{Server: "1\r\nSet-Cookie: x=1"})
	if out := string(r.AppendHTTP1(nil, time.Unix(0, 0), false)); strings.Contains(out, "\nSet-Cookie") {
		t.Error(out)
	}
}

func TestAHandlersEmptyAnswerHasNoGuessedType(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reply.Forbid(reply.Request{}).Write(w)
	}))
	defer srv.Close()
	resp, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.Header.Get("Content-Type") != "" || resp.ContentLength != 0 || resp.StatusCode != 403 {
		t.Errorf("%v", resp)
	}
}

func ExampleRefuse() {
	for _, v := range []eas.Version{eas.V12_1, eas.V14_1} {
		r := reply.Refuse(reply.Request{Command: eas.FolderSync, Version: v})
		fmt.Printf("%s: %d [%x]\n", v, r.Code, r.Body)
	}
	// Output:
	// 12.1: 403 []
	// 14.1: 200 [03016a000007564c03313239000101]
}
