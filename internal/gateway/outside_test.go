// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/gateway"
)

// look knocks at a server on loopback, with mail ports led to where greets says.
func look(t *testing.T, h http.Handler, greets map[string]string) map[string]gateway.Door {
	t.Helper()
	srv := httptest.NewTLSServer(h)
	defer srv.Close()
	list := gateway.CheckOutside(t.Context(), gateway.Outside{Host: srv.Listener.Addr().String(), Wait: 2 * time.Second,
		Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			_, port, _ := net.SplitHostPort(addr)
			if addr == srv.Listener.Addr().String() {
				return (&net.Dialer{}).DialContext(ctx, network, addr)
			}
			word, open := greets[port]
			if !open {
				return nil, &net.OpError{Op: "dial", Err: io.EOF}
			}
			near, far := net.Pipe()
			go func() { io.WriteString(far, word); far.Close() }()
			return near, nil
		}})
	doors := map[string]gateway.Door{}
	for _, d := range list {
		doors[d.Name+" "+d.At] = d
	}
	return doors
}

func TestADoorIsOpenWhenItAsksForAPasswordAndClosedWhenItIsNotThere(t *testing.T) {
	const ews, owa = "EWS /EWS/Exchange.asmx", "Outlook on the web /owa/"
	sync := "ActiveSync " + eas.Path
	asks := func(w http.ResponseWriter) {
		w.Header().Set("WWW-Authenticate", `Basic realm="mail"`)
		w.WriteHeader(http.StatusUnauthorized)
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   map[string]gateway.DoorState
	}{
		"an Exchange that nobody has closed": {func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasPrefix(r.URL.Path, eas.Path), strings.HasPrefix(r.URL.Path, "/EWS"):
				asks(w)
			case strings.HasPrefix(r.URL.Path, "/owa"):
				http.Redirect(w, r, "/owa/auth/logon.aspx", http.StatusFound)
			default:
				http.NotFound(w, r)
			}
		}, map[string]gateway.DoorState{sync: gateway.DoorOpen, ews: gateway.DoorOpen, owa: gateway.DoorOpen, "webmail of SOGo /SOGo/": gateway.DoorClosed}},
		"one that lets only gateways come": {func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, eas.Path) {
				http.Error(w, "no", http.StatusForbidden)
				return
			}
			asks(w)
		}, map[string]gateway.DoorState{sync: gateway.DoorClosed, ews: gateway.DoorUnclear}},
		"one that answers OPTIONS to anybody": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == eas.Path {
				w.Header().Set(eas.HeaderProtocolVersions, "14.1")
			}
		}, map[string]gateway.DoorState{sync: gateway.DoorOpen, ews: gateway.DoorUnclear}},
		"a site that has one page for everything": {func(http.ResponseWriter, *http.Request) {},
			map[string]gateway.DoorState{sync: gateway.DoorUnclear, ews: gateway.DoorUnclear, owa: gateway.DoorUnclear}},
		"one that is down": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == eas.Path {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			http.NotFound(w, r)
		}, map[string]gateway.DoorState{sync: gateway.DoorUnclear, ews: gateway.DoorClosed}},
	} {
		t.Run(name, func(t *testing.T) {
			doors := look(t, c.answer, nil)
			for door, want := range c.want {
				if got := doors[door]; got.State != want || got.Text == "" {
					t.Errorf("%s: %+v, want state %d", door, got, want)
				}
			}
			if !doors[sync].Ours || doors[ews].Ours {
				t.Error("the way around is not told from the other ways")
			}
		})
	}
}

func TestMailPortsAreOpenWhenTheyGreet(t *testing.T) {
	doors := look(t, http.NotFoundHandler(), map[string]string{"143": "* OK ready\r\n", "110": "220 mail ESMTP\r\n", "995": ""})
	for door, want := range map[string]gateway.DoorState{"IMAP port 143": gateway.DoorOpen, "IMAP port 993": gateway.DoorClosed,
		"POP port 110": gateway.DoorUnclear, "POP port 995": gateway.DoorUnclear} {
		if got := doors[door]; got.State != want {
			t.Errorf("%s: %+v, want state %d", door, got, want)
		}
	}
}

func TestNobodyThereMeansThatAllIsClosed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	for _, d := range gateway.CheckOutside(t.Context(), gateway.Outside{Host: l.Addr().String(), Wait: time.Second,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: io.EOF}
		}}) {
		if d.State != gateway.DoorClosed || !strings.HasPrefix(d.Text, "no answer") {
			t.Errorf("%+v", d)
		}
	}
}
