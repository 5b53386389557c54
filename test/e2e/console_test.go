// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

// call sends a request to the console's API and reads its answer into out.
func (w *world) call(method, path string, in, out any, header ...string) int {
	w.t.Helper()
	code, body := w.try(method, path, in, header...)
	if code/100 != 2 {
		w.t.Fatalf("%s %s: %d %s", method, path, code, body)
	}
	if out != nil {
		if err := json.Unmarshal(body, out); err != nil {
			w.t.Fatalf("%s %s: %v in %s", method, path, err, body)
		}
	}
	return code
}

// try is call for requests that may fail. Status 0: nobody answered.
func (w *world) try(method, path string, in any, header ...string) (int, []byte) {
	w.t.Helper()
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			w.t.Fatal(err)
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(timeout(w.t), method, "https://"+w.pages+api.Prefix+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := w.trusted.Do(r)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, []byte(err.Error())
	}
	return resp.StatusCode, b
}

// change sets preferences and waits for nothing.
func (w *world) change(f func(*api.Settings)) api.Result {
	w.t.Helper()
	var now struct{ Settings api.Settings }
	w.call("GET", "/preferences", nil, &now)
	f(&now.Settings)
	var r api.Result
	w.call("PUT", "/preferences", map[string]any{"settings": now.Settings, "reason": "the story wants it"}, &r, "If-Match", "*")
	return r
}

// list is the whole list, or what a search finds.
func (w *world) list(search string) []api.Association {
	w.t.Helper()
	var page struct{ Items []api.Association }
	w.call("GET", "/associations?limit=500&search="+url.QueryEscape(search), nil, &page)
	return page.Items
}

// find gives the record of a pair, if there is one. More than one is an error.
func (w *world) find(account, device string) (api.Association, bool) {
	w.t.Helper()
	var found []api.Association
	for _, a := range w.list(device) {
		if a.Account == account && a.DeviceID == device {
			found = append(found, a)
		}
	}
	if len(found) > 1 {
		w.t.Fatalf("%d records of %s on %s", len(found), account, device)
	}
	if len(found) == 0 {
		return api.Association{}, false
	}
	return found[0], true
}

// await waits until the pair is on the list.
func (w *world) await(account, device string) api.Association {
	w.t.Helper()
	var a api.Association
	eventually(w.t, 20*time.Second, account+" on "+device+" is on the list", func() (ok bool) {
		a, ok = w.find(account, device)
		return ok
	})
	return a
}

// say speaks a verdict about a record: "allow" or "block".
func (w *world) say(verb string, id access.AssociationID) api.Result {
	w.t.Helper()
	var r api.Result
	w.call("POST", "/associations/"+string(id)+"/"+verb, map[string]string{"reason": "the story says so"}, &r)
	return r
}

func (w *world) listGateways() []api.Gateway {
	w.t.Helper()
	var page struct{ Items []api.Gateway }
	w.call("GET", "/gateways", nil, &page)
	return page.Items
}

// connected waits until the console lists gateway i as connected and up to date.
func (w *world) connected(i int) api.Gateway {
	w.t.Helper()
	var g api.Gateway
	eventually(w.t, 60*time.Second, gatewayName(i)+" is connected", func() bool {
		for _, g = range w.listGateways() {
			if string(g.ID) == gatewayName(i) {
				return g.Connected && g.Behind == 0
			}
		}
		return false
	})
	return g
}

// obeyed waits until every gateway has applied a change.
func (w *world) obeyed(number int64) {
	w.t.Helper()
	eventually(w.t, 20*time.Second, fmt.Sprintf("all gateways have applied change %d", number), func() bool {
		n := 0
		for _, g := range w.listGateways() {
			if g.Connected && g.Status.Position.Number >= number {
				n++
			}
		}
		return n == len(w.gateways)
	})
}

func get(t *testing.T, c *http.Client, address string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(timeout(t), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

// outcome puts what came of a phone's request into one word.
func outcome(err error) string {
	if e, ok := errors.AsType[*easclient.StatusError](err); ok {
		if e.Status == 129 {
			return "refused"
		}
		return fmt.Sprintf("status %d", e.Status)
	}
	if e, ok := errors.AsType[*easclient.HTTPError](err); ok {
		switch e.Status {
		case http.StatusForbidden:
			return "refused"
		case http.StatusServiceUnavailable:
			return "later"
		case http.StatusUnauthorized:
			return "challenged"
		}
		return fmt.Sprintf("HTTP %d", e.Status)
	}
	if err != nil {
		return err.Error()
	}
	return "passed"
}

// contact is the request that stories ask with: a phone's first.
func contact(t *testing.T, p *easclient.Client) string {
	t.Helper()
	_, err := p.FolderSync(timeout(t), "0")
	return outcome(err)
}

// expect fails unless the phone's request ends in the given way.
func expect(t *testing.T, want string, p *easclient.Client) {
	t.Helper()
	if got := contact(t, p); got != want {
		t.Errorf("%s on %s: %s, want %s", p.User, p.DeviceID, got, want)
	}
}
