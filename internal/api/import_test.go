// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// imported polls an import until nothing goes on by itself.
func (w *world) imported(location string) api.Import {
	w.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if i := read[api.Import](w.call("GET", location, nil).want(200)); i.Over {
			return i
		}
		select {
		case <-time.After(20 * time.Millisecond): // the job has no hook to wait on
		case <-w.t.Context().Done():
		}
	}
	w.t.Fatalf("the import at %s does not end", location)
	return api.Import{}
}

const phoneList = "DeviceID,UserPrincipalName,DeviceModel\nappl1,ana@lab.example,iPhone 15\nappl2,bob@lab.example,iPad\nappl2,bob@lab.example,iPad\n"

// Y-18
func TestAListOfPhonesIsBroughtInReportedAndTakenBack(t *testing.T) {
	w := newWorld(t)
	w.record("ana", "appl1")
	path := api.Prefix + "/imports?kind=expected&realm=lab&file=phones.csv&reason=move"
	begun := w.call("POST", path, phoneList, "Content-Type", "text/csv; charset=utf-8", "Idempotency-Key", "i1").want(202)
	again := read[api.Result](w.call("POST", path, phoneList, "Content-Type", "text/csv", "Idempotency-Key", "i1").want(202))
	location := begun.Header.Get("Location")
	if r := read[api.Result](begun); !again.Replayed || r.ID != again.ID || location != api.Prefix+"/imports/"+r.ID {
		t.Fatalf("%+v, then %+v, at %s", r, again, location)
	}
	w.call("POST", location+"/run", nil).want(409) // not checked yet
	w.run()
	i := w.imported(location)
	if i.State != admin.ImportChecked || i.Lines != 3 || i.Counts[admin.LineCreate] != 2 || i.Counts[admin.LineRefused] != 1 ||
		i.By != "ada (token script)" || i.File != "phones.csv" || i.Realm != "lab" || i.Reason != "move" {
		t.Errorf("checked: %+v", i)
	}
	if r := read[api.ShadowReport](w.call("GET", api.Prefix+"/expected/report", nil).want(200)); r.Total != 0 {
		t.Errorf("the check has changed something: %+v", r)
	}
	first := look[page[api.ImportLine]](w.call("GET", location+"/lines?limit=2", nil).want(200))
	rest := look[page[api.ImportLine]](w.call("GET", location+"/lines?limit=2&cursor="+first.Next, nil).want(200))
	if len(first.Items) != 2 || len(rest.Items) != 1 || rest.Next != "" || rest.Items[0].Line != 4 || rest.Items[0].State != admin.LineRefused {
		t.Errorf("lines %+v, then %+v", first, rest)
	}
	w.call("GET", location+"/lines?cursor=x", nil).want(422)

	w.call("POST", location+"/run", map[string]any{"reason": "Monday"}, "Idempotency-Key", "i2").want(202)
	if i = w.imported(location); i.State != admin.ImportDone || i.Counts[admin.LineCreated] != 2 {
		t.Errorf("done: %+v", i)
	}
	w.call("POST", location+"/run", nil).want(409)
	phones := look[page[api.ExpectedPhone]](w.call("GET", api.Prefix+"/expected?show=all&sort=device", nil).want(200))
	if phones.Total != 2 || len(phones.Items) != 2 || phones.Items[1].Model != "iPad" || phones.Items[1].Import != string(i.ID) {
		t.Errorf("expected %+v", phones)
	}
	if some := look[page[api.ExpectedPhone]](w.call("GET", api.Prefix+"/expected?search=ipad", nil).want(200)); some.Total != 1 || len(some.Items) != 1 || some.Items[0].Model != "iPad" {
		t.Errorf("a search finds %+v", some)
	}
	if r := read[api.ShadowReport](w.call("GET", api.Prefix+"/expected/report", nil).want(200)); r.Total != 2 || len(r.Realms) != 1 || len(r.Trend) == 0 {
		t.Errorf("report %+v", r)
	}
	w.call("POST", location+"/undo", nil).want(202)
	if i = w.imported(location); i.State != admin.ImportUndone {
		t.Errorf("undone: %+v", i)
	}
	list := look[page[api.Import]](w.call("GET", api.Prefix+"/imports", nil).want(200))
	if len(list.Items) != 1 || list.Items[0].ID != i.ID {
		t.Errorf("list %+v", list)
	}
	w.call("GET", api.Prefix+"/imports/nothing", nil).want(404)
	w.call("GET", api.Prefix+"/imports/nothing/lines", nil).want(404)
	w.call("POST", api.Prefix+"/imports/nothing/undo", nil).want(404)
}

func TestAnEmptyFileIsRefusedWithWhatToDo(t *testing.T) {
	w := newWorld(t)
	for _, file := range []any{nil, ""} {
		got := w.call("POST", api.Prefix+"/imports?kind=users", file, "Content-Type", "text/csv").want(422)
		if body := string(got.Body); !strings.Contains(body, "The file is empty. It needs a first line") || !strings.Contains(got.Header.Get("Content-Type"), "problem+json") {
			t.Errorf("%v: %s", got.Header, body)
		}
	}
}

func TestExpectedPhonesAreForgotten(t *testing.T) {
	w := newWorld(t)
	location := w.call("POST", api.Prefix+"/imports?kind=expected&realm=lab", phoneList, "Content-Type", "text/csv").want(202).Header.Get("Location")
	w.run()
	w.imported(location)
	w.call("POST", location+"/run", nil).want(202)
	w.imported(location)
	total := func() int {
		return look[page[api.ExpectedPhone]](w.call("GET", api.Prefix+"/expected", nil).want(200)).Total
	}
	if n := total(); n != 2 {
		t.Fatalf("%d phones, so the test would prove nothing", n)
	}
	w.call("POST", api.Prefix+"/expected/forget", nil, "Idempotency-Key", "f1").want(200)
	if n := total(); n != 0 {
		t.Errorf("%d phones are left", n)
	}
	if r := read[api.Result](w.call("POST", api.Prefix+"/expected/forget", nil, "Idempotency-Key", "f1").want(200)); !r.Replayed {
		t.Errorf("forgotten twice: %+v", r)
	}
}

func TestAFileThatCannotBeBroughtInIsRefused(t *testing.T) {
	w := newWorld(t)
	path, csv := api.Prefix+"/imports", []string{"Content-Type", "text/csv"}
	w.call("POST", path+"?kind=users", "{}").want(415)
	w.call("POST", path+"?kind=users", "", csv...).want(422)
	w.call("POST", path+"?kind=cars", "Name\nana\n", csv...).want(422)
	w.call("POST", path, "Name\nana\n", csv...).want(422)
	w.call("POST", path+"?kind=expected", phoneList, csv...).want(422) // of which mail server?
	w.call("POST", path+"?kind=users", "Colour\nred\n", csv...).want(422)
}

func TestOnlyWhoMayImportSendsMuch(t *testing.T) {
	w := newWorld(t)
	long := func(n int) *bytes.Reader {
		return bytes.NewReader(append([]byte("Name\nana\n"), bytes.Repeat([]byte("\n"), n)...))
	}
	path := api.Prefix + "/imports?kind=users"
	w.call("POST", path, long(2*httpd.MaxFormBody), "Content-Type", "text/csv").want(202)
	w.call("POST", path, long(admin.MaxImportBytes), "Content-Type", "text/csv").want(413)
	w.call("POST", path, long(2*httpd.MaxFormBody), "Content-Type", "text/csv", "Authorization", "Bearer "+w.auditor).want(413)
	w.call("POST", api.Prefix+"/users", long(2*httpd.MaxFormBody)).want(413)
	if list, err := w.admin.ListImports(t.Context(), access.Actor{Role: access.RoleOperator}, 10); err != nil || len(list) != 1 {
		t.Errorf("%d imports, %v", len(list), err)
	}
}
