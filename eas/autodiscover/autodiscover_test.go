// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package autodiscover_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/eas/autodiscover"
)

// phoneRequest has the layout of [MS-ASCMD] 4.2.1, written by hand: our builder did not make it.
const phoneRequest = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n" +
	"<Autodiscover\r\n xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006\">\r\n" +
	"  <Request>\r\n    <EMailAddress>ana@Example.com</EMailAddress>\r\n" +
	"    <AcceptableResponseSchema>\r\n http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006\r\n" +
	"    </AcceptableResponseSchema>\r\n  </Request>\r\n</Autodiscover>\r\n"

const serverAnswer = `<?xml version="1.0" encoding="utf-8"?>
<a:Autodiscover xmlns:a="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
 <m:Response xmlns:m="http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006">
  <m:Culture>en:us</m:Culture>
  <m:User><m:DisplayName>Ana &amp; Bo</m:DisplayName><m:EMailAddress>ana@example.com</m:EMailAddress></m:User>
  <m:Action><m:Settings>
   <m:Server><m:Url>https://mail.inside.example/Microsoft-Server-ActiveSync</m:Url><m:Type>MobileSync</m:Type><m:Name><![CDATA[https://mail.inside.example/Microsoft-Server-ActiveSync]]></m:Name></m:Server>
   <m:Server><m:Type>CertEnroll</m:Type><m:Url>https://ca.inside.example/enrol</m:Url><m:Name/><m:ServerData>Template1</m:ServerData></m:Server>
  </m:Settings></m:Action>
 </m:Response>
</a:Autodiscover>`

func TestRequestOfAPhoneIsUnderstood(t *testing.T) {
	got, err := autodiscover.ParseRequest([]byte(phoneRequest))
	if err != nil {
		t.Fatal(err)
	}
	want := autodiscover.Request{Address: "ana@Example.com", Schema: autodiscover.SchemaMobileResponse}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	again, err := autodiscover.ParseRequest(got.Document())
	if err != nil || again != got {
		t.Errorf("own document reads as %+v, %v", again, err)
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	long := strings.Repeat("a", autodiscover.MaxText+1)
	req := func(inner string) string { return "<Autodiscover><Request>" + inner + "</Request></Autodiscover>" }
	schema := "<AcceptableResponseSchema>" + autodiscover.SchemaMobileResponse + "</AcceptableResponseSchema>"
	for name, c := range map[string]struct {
		doc  string
		want error
	}{
		"nothing at all":                     {"", autodiscover.ErrMalformed},
		"not XML":                            {"Cmd=Sync", autodiscover.ErrMalformed},
		"cut in the middle":                  {phoneRequest[:300], autodiscover.ErrMalformed},
		"a document type":                    {`<!DOCTYPE a [<!ENTITY e "x">]>` + req(schema), autodiscover.ErrMalformed},
		"an entity nobody declared":          {req("<EMailAddress>&e;@example.com</EMailAddress>" + schema), autodiscover.ErrMalformed},
		"two roots":                          {req(schema) + req(schema), autodiscover.ErrMalformed},
		"no schema":                          {req("<EMailAddress>a@example.com</EMailAddress>"), autodiscover.ErrMalformed},
		"no address":                         {req(schema), autodiscover.ErrAddress},
		"two addresses that disagree":        {req("<EMailAddress>a@example.com</EMailAddress><EMailAddress>b@example.com</EMailAddress>" + schema), autodiscover.ErrMalformed},
		"an address with a path":             {req("<EMailAddress>a@example.com/x</EMailAddress>" + schema), autodiscover.ErrAddress},
		"a value that is too long":           {req("<EMailAddress>" + long + "</EMailAddress>" + schema), autodiscover.ErrMalformed},
		"a document that is too long":        {strings.Repeat(" ", autodiscover.MaxDocument+1), autodiscover.ErrTooLarge},
		"elements nested deeper than needed": {strings.Repeat("<a>", 17), autodiscover.ErrTooDeep},
		"a charset that is not UTF-8":        {`<?xml version="1.0" encoding="utf-16"?>` + req(schema), autodiscover.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := autodiscover.ParseRequest([]byte(c.doc)); !errors.Is(err, c.want) {
				t.Errorf("got %+v, %v, want %v", got, err, c.want)
			}
		})
	}
}

func TestDesktopRequestIsLeftToTheServer(t *testing.T) {
	got, err := autodiscover.ParseRequest([]byte(`<Autodiscover><Request><LegacyDN>/o=x</LegacyDN><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`))
	if err != nil || got.Mobile() {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAnswerOfAServerIsUnderstood(t *testing.T) {
	got, err := autodiscover.ParseResponse([]byte(serverAnswer))
	if err != nil {
		t.Fatal(err)
	}
	want := autodiscover.Response{
		Culture: "en:us", DisplayName: "Ana & Bo", Address: "ana@example.com",
		Servers: []autodiscover.Server{
			{Type: "MobileSync", URL: "https://mail.inside.example/Microsoft-Server-ActiveSync", Name: "https://mail.inside.example/Microsoft-Server-ActiveSync"},
			{Type: "CertEnroll", URL: "https://ca.inside.example/enrol", Data: "Template1"},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAnswersSurviveBuildingAndParsing(t *testing.T) {
	for name, want := range map[string]autodiscover.Response{
		"settings":             {Culture: "en:us", DisplayName: "<b>&", Address: "a@example.com", Servers: []autodiscover.Server{{Type: "MobileSync", URL: "https://g/x?a&b", Name: "n"}}},
		"a redirect":           {Culture: "en:us", Address: "a@example.com", Redirect: "b@example.org"},
		"an error of the user": {Culture: "en:us", Address: "a@example.com", Error: &autodiscover.Error{Status: 2, Message: "no", Debug: "d"}},
		"error 600":            autodiscover.Invalid(),
		"error 601":            autodiscover.NoProvider(),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := autodiscover.ParseResponse(want.Document())
			if err != nil {
				t.Fatalf("%v in %s", err, want.Document())
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAnswerWithoutExactlyOneActionIsRefused(t *testing.T) {
	for _, action := range []string{"", "<Redirect>b@example.org</Redirect><Error><Status>2</Status></Error>", "<Error><Status>-1</Status></Error>"} {
		doc := "<Autodiscover><Response><Action>" + action + "</Action></Response></Autodiscover>"
		if got, err := autodiscover.ParseResponse([]byte(doc)); !errors.Is(err, autodiscover.ErrMalformed) {
			t.Errorf("%q: got %+v, %v", action, got, err)
		}
	}
}

func TestRewriteChangesMobileSyncAndNothingElse(t *testing.T) {
	const to = "https://gate.example.com/Microsoft-Server-ActiveSync"
	out, n, err := autodiscover.Rewrite([]byte(serverAnswer), to+"?a&b")
	if err != nil || n != 1 {
		t.Fatalf("changed %d, %v", n, err)
	}
	esc := to + "?a&amp;b"
	want := strings.Replace(serverAnswer, "https://mail.inside.example/Microsoft-Server-ActiveSync", esc, 1)
	want = strings.Replace(want, "<![CDATA[https://mail.inside.example/Microsoft-Server-ActiveSync]]>", esc, 1)
	if d := cmp.Diff(want, string(out)); d != "" {
		t.Error(d)
	}
}

func TestRewriteLeavesOtherAnswersAlone(t *testing.T) {
	for _, doc := range []string{
		string(autodiscover.Invalid().Document()),
		`<Autodiscover><Response><Account><Protocol><Type>EXCH</Type><Server>mail.inside.example</Server></Protocol></Account></Response></Autodiscover>`,
		`<Autodiscover><Response><Action><Settings><Server><Type>MobileSync</Type><Url/><Name></Name></Server></Settings></Action></Response></Autodiscover>`,
	} {
		out, n, err := autodiscover.Rewrite([]byte(doc), "https://gate.example.com/")
		if err != nil || n != 0 || string(out) != doc {
			t.Errorf("changed %d, %v: %s", n, err, out)
		}
	}
	if _, _, err := autodiscover.Rewrite([]byte("<html>"), "x"); !errors.Is(err, autodiscover.ErrMalformed) {
		t.Errorf("a page that is not XML: %v", err)
	}
}

func TestQueriesOfVersionTwo(t *testing.T) {
	for name, c := range map[string]struct {
		path, query string
		want        autodiscover.Query
		fault       string
		status      int
	}{
		"address in the query":        {path: "/autodiscover/autodiscover.json", query: "Email=a%40example.com&Protocol=ActiveSync&RedirectCount=1", want: autodiscover.Query{Address: "a@example.com", Protocol: "ActiveSync", Redirects: 1}},
		"any case of names":           {path: "/AutoDiscover/AutoDiscover.JSON", query: "eMAIL=a+b@example.com&PROTOCOL=activesync", want: autodiscover.Query{Address: "a+b@example.com", Protocol: "ActiveSync"}},
		"address in the path":         {path: "/autodiscover/autodiscover.json/v1.0/a@example.com", query: "Protocol=Ews", want: autodiscover.Query{Address: "a@example.com", Protocol: "Ews"}},
		"both and they agree":         {path: "/autodiscover/autodiscover.json/v1.0/a@example.com", query: "Email=A@example.com&Protocol=AutodiscoverV1", want: autodiscover.Query{Address: "A@example.com", Protocol: "AutodiscoverV1"}},
		"both and they disagree":      {path: "/autodiscover/autodiscover.json/v1.0/a@example.com", query: "Email=b@example.com&Protocol=ActiveSync", fault: autodiscover.FaultInvalid, status: 400},
		"no address":                  {path: "/autodiscover/autodiscover.json", query: "Protocol=ActiveSync", fault: autodiscover.FaultMissing, status: 400},
		"no protocol":                 {path: "/autodiscover/autodiscover.json", query: "Email=a@example.com", fault: autodiscover.FaultMissing, status: 400},
		"a protocol that is no name":  {path: "/autodiscover/autodiscover.json", query: "Email=a@example.com&Protocol=../x", fault: autodiscover.FaultProtocol, status: 400},
		"a path trick in the address": {path: "/autodiscover/autodiscover.json", query: "@evil.example/mapi/nspi?&Email=autodiscover/autodiscover.json%3f@evil.example&Protocol=ActiveSync", fault: autodiscover.FaultInvalid, status: 400},
		"a bad escape":                {path: "/autodiscover/autodiscover.json", query: "Email=%zz@example.com&Protocol=ActiveSync", fault: autodiscover.FaultInvalid, status: 400},
		"too many redirects":          {path: "/autodiscover/autodiscover.json", query: "Email=a@example.com&Protocol=ActiveSync&RedirectCount=11", fault: autodiscover.FaultInvalid, status: 400},
		"a query that is too long":    {path: "/autodiscover/autodiscover.json", query: strings.Repeat("a", 5000), fault: autodiscover.FaultInvalid, status: 400},
		"another path":                {path: "/autodiscover/autodiscover.json/../x", query: "Email=a@example.com&Protocol=ActiveSync", fault: autodiscover.FaultInvalid, status: 400},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := autodiscover.ParseQuery(c.path, c.query)
			if c.fault == "" {
				if d := cmp.Diff(c.want, got); err != nil || d != "" {
					t.Errorf("%v %s", err, d)
				}
				return
			}
			var f *autodiscover.Fault
			if !errors.As(err, &f) || f.Code != c.fault || f.HTTP != c.status {
				t.Fatalf("got %+v, %v", got, err)
			}
			if _, err := autodiscover.ParseAnswer(f.HTTP, f.Document()); err.Error() != f.Error() {
				t.Errorf("refusal reads back as %v", err)
			}
		})
	}
}

func TestAnswersOfVersionTwo(t *testing.T) {
	want := autodiscover.Answer{Protocol: "ActiveSync", URL: "https://g.example/Microsoft-Server-ActiveSync?a&b"}
	if got := string(want.Document()); got != `{"Protocol":"ActiveSync","Url":"https://g.example/Microsoft-Server-ActiveSync?a&b"}` {
		t.Error(got)
	}
	if got, err := autodiscover.ParseAnswer(http.StatusOK, want.Document()); err != nil || got != want {
		t.Errorf("%+v %v", got, err)
	}
	for _, body := range []string{"", "<html>", "{}", `{"Protocol":"ActiveSync","Url":1}`} {
		if got, err := autodiscover.ParseAnswer(http.StatusOK, []byte(body)); !errors.Is(err, autodiscover.ErrMalformed) {
			t.Errorf("%q: %+v %v", body, got, err)
		}
	}
	var f *autodiscover.Fault
	if _, err := autodiscover.ParseAnswer(404, []byte("<html>")); !errors.As(err, &f) || f.HTTP != 404 {
		t.Errorf("%v", err)
	}
}

func TestEndpoints(t *testing.T) {
	for path, want := range map[string]autodiscover.Endpoint{
		"/autodiscover/autodiscover.xml":                     autodiscover.XML,
		"/Autodiscover/AutoDiscover.XML/":                    autodiscover.XML,
		"/autodiscover/autodiscover.json":                    autodiscover.JSON,
		"/autodiscover/autodiscover.json/v1.0/a@example.com": autodiscover.JSON,
		"/autodiscover/autodiscover.json/v1.0/a/b":           autodiscover.None,
		"/autodiscover/./autodiscover.xml":                   autodiscover.None,
		"/autodiscover/autodiscover.xml.bak":                 autodiscover.None,
		"/":                                                  autodiscover.None,
	} {
		if got := autodiscover.EndpointOf(path); got != want {
			t.Errorf("%s is %d, want %d", path, got, want)
		}
	}
}

func FuzzDocuments(f *testing.F) {
	f.Add([]byte(phoneRequest))
	f.Add([]byte(serverAnswer))
	f.Add(autodiscover.Invalid().Document())
	f.Add([]byte("<a><b/><!-- c --><![CDATA[d]]></a>"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		if r, err := autodiscover.ParseRequest(doc); err == nil && r.Mobile() {
			if again, err := autodiscover.ParseRequest(r.Document()); err != nil || again != r {
				t.Errorf("%+v reads back as %+v, %v", r, again, err)
			}
		}
		r, err := autodiscover.ParseResponse(doc)
		const to = "https://gate.example.com/Microsoft-Server-ActiveSync"
		out, n, rerr := autodiscover.Rewrite(doc, to)
		if err != nil || rerr != nil || n == 0 {
			return
		}
		again, err := autodiscover.ParseResponse(out)
		if err != nil {
			t.Fatalf("rewritten document: %v\n%s", err, out)
		}
		for i, s := range again.Servers {
			if s.Type != autodiscover.TypeMobileSync {
				if s != r.Servers[i] {
					t.Errorf("server %d changed", i)
				}
			} else if s.URL != to && s.URL != "" || s.Name != to && s.Name != "" {
				t.Errorf("server %d still leads to %q, %q", i, s.URL, s.Name)
			}
		}
	})
}

func FuzzQuery(f *testing.F) {
	f.Add("/autodiscover/autodiscover.json", "Email=a%40example.com&Protocol=ActiveSync&RedirectCount=1")
	f.Add("/autodiscover/autodiscover.json/v1.0/a@example.com", "Protocol=AutodiscoverV1")
	f.Add("/autodiscover/autodiscover.json", "@evil.example/x?&Email=a")
	f.Fuzz(func(t *testing.T, path, query string) {
		q, err := autodiscover.ParseQuery(path, query)
		if err != nil {
			return
		}
		u := q.URL("gate.example.com")
		if u.Host != "gate.example.com" {
			t.Fatal(u)
		}
		if again, err := autodiscover.ParseQuery(u.Path, u.RawQuery); err != nil || again != q {
			t.Errorf("%+v reads back as %+v, %v", q, again, err)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	f.Add(200, []byte(`{"Protocol":"ActiveSync","Url":"https://h/x"}`))
	f.Add(404, []byte(`{"ErrorCode":"UserNotFound","ErrorMessage":"m"}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if a, err := autodiscover.ParseAnswer(status, body); err == nil {
			if again, err := autodiscover.ParseAnswer(status, a.Document()); err != nil || again != a {
				t.Errorf("%+v reads back as %+v, %v", a, again, err)
			}
		}
	})
}
