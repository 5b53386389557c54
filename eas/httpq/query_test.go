// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpq_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/httpq"
)

type vector struct {
	ID, Kind, Title, Query string
	Hex                    string
	Expect                 json.RawMessage
}

func vectors(t testing.TB, kind string) []vector {
	t.Helper()
	b, err := os.ReadFile("../testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	var list []vector
	for _, v := range file.Vectors {
		if v.Kind == kind {
			list = append(list, v)
		}
	}
	if len(list) == 0 {
		t.Fatalf("no vectors of kind %s", kind)
	}
	return list
}

func TestBase64VectorsAreReadFieldByField(t *testing.T) {
	for _, v := range vectors(t, "base64-query") {
		t.Run(v.ID, func(t *testing.T) {
			var want struct {
				Version string  `json:"protocol_version"`
				Code    uint8   `json:"command_code"`
				Command string  `json:"command"`
				Locale  uint16  `json:"locale"`
				Hex     string  `json:"device_id_hex"`
				Text    string  `json:"device_id_canonical"`
				Keyed   bool    `json:"policy_key_present"`
				Key     *uint32 `json:"policy_key"`
				Type    string  `json:"device_type"`
				Save    bool    `json:"save_in_sent"`
				Multi   bool    `json:"accept_multipart"`
				Params  []struct {
					Tag   uint8
					Value string `json:"value_hex"`
				} `json:"parameters"`
			}
			if err := json.Unmarshal(v.Expect, &want); err != nil {
				t.Fatal(err)
			}
			q, err := httpq.Parse(v.Query, httpq.Headers{Version: "2.5", PolicyKey: "9"})
			if err != nil {
				t.Fatal(err)
			}
			if err := q.Check(); err != nil {
				t.Errorf("Check: %v", err)
			}
			var key uint32
			if want.Key != nil {
				key = *want.Key
			}
			got := []any{q.Version.String(), q.Code, q.Command.String(), q.Locale, strings.ToUpper(hex.EncodeToString([]byte(q.DeviceID))),
				eas.DeviceIDText(q.DeviceID), q.Keyed, q.PolicyKey, q.DeviceType, q.SaveInSent, q.MultiPart}
			exp := []any{want.Version, want.Code, want.Command, want.Locale, strings.ToUpper(want.Hex), want.Text, want.Keyed, key, want.Type,
				want.Save, want.Multi}
			if d := cmp.Diff(exp, got); d != "" {
				t.Error(d)
			}
			var params []httpq.Param
			for _, p := range want.Params {
				b, err := hex.DecodeString(p.Value)
				if err != nil {
					t.Fatal(err)
				}
				params = append(params, httpq.Param{Tag: p.Tag, Value: string(b)})
			}
			if d := cmp.Diff(params, q.Params); d != "" {
				t.Error(d)
			}
			out, err := q.AppendBase64(nil)
			if err != nil {
				t.Fatal(err)
			}
			if v.ID != "Q11" && string(out) != v.Query { // Q11 has the URL-safe alphabet, which we do not write
				t.Errorf("written again: %s", out)
			}
			if key := q.WithPolicyKey(q.PolicyKey); q.Keyed && key != v.Query {
				t.Errorf("same key put in again: %s", key)
			}
			again, err := httpq.Parse(q.WithoutPolicyKey(), httpq.Headers{})
			if err != nil || again.Keyed || again.DeviceType != q.DeviceType || !cmp.Equal(again.Params, q.Params) {
				t.Errorf("without key: %+v, %v", again, err)
			}
			if back := again.WithPolicyKey(q.PolicyKey); q.Keyed && v.ID != "Q11" && back != v.Query {
				t.Errorf("key taken out and put back: %s", back)
			}
		})
	}
}

func TestMalformedBase64VectorsAreRefused(t *testing.T) {
	want := map[string]httpq.Fault{"Q20": httpq.ErrDeviceID, "Q21": httpq.ErrPolicyKey, "Q22": httpq.ErrTruncated,
		"Q23": httpq.ErrTruncated, "Q24": httpq.ErrBase64}
	for _, v := range vectors(t, "base64-query-invalid") {
		t.Run(v.ID, func(t *testing.T) {
			_, err := httpq.Parse(v.Query, httpq.Headers{})
			if f, ok := want[v.ID]; !ok || !errors.Is(err, f) {
				t.Errorf("got %v, want %v", err, f)
			}
		})
	}
}

func TestPlainVectorsAreRead(t *testing.T) {
	for _, v := range vectors(t, "plain-query") {
		t.Run(v.ID, func(t *testing.T) {
			var want struct {
				Command, User, Method string
				DeviceID              string `json:"device_id"`
				DeviceType            string `json:"device_type"`
				Save                  bool   `json:"save_in_sent"`
				Attachment            string `json:"attachment_name"`
			}
			if err := json.Unmarshal(v.Expect, &want); err != nil {
				t.Fatal(err)
			}
			q, err := httpq.Parse(v.Query, httpq.Headers{Version: "14.1"})
			if err != nil {
				t.Fatal(err)
			}
			if err := q.Check(); err != nil {
				t.Errorf("Check: %v", err)
			}
			got := []any{q.Command.String(), q.User, q.DeviceID, q.DeviceType, q.SaveInSent, q.AttachmentName}
			exp := []any{want.Command, want.User, want.DeviceID, want.DeviceType, want.Save, want.Attachment}
			if d := cmp.Diff(exp, got); d != "" {
				t.Error(d)
			}
			if q.WithoutPolicyKey() != v.Query || q.WithPolicyKey(7) != v.Query {
				t.Error("a plain query must not change with the policy key")
			}
		})
	}
}

func TestOddPlainQueries(t *testing.T) {
	const full = "Cmd=Sync&User=u&DeviceId=d&DeviceType=t"
	for _, c := range []struct {
		name, raw string
		fault     httpq.Fault // 0: accepted
	}{
		{"names of parameters come in any case", "cmd=sync&uSER=u&DEVICEID=d&devicetype=t", 0},
		{"equal duplicates pass", full + "&DeviceId=d", 0},
		{"unknown parameters pass", full + "&Foo=bar&x", 0},
		{"empty parts pass", "&&" + full + "&", 0},
		{"two device ids are refused", full + "&DeviceId=e", httpq.ErrConflict},
		{"two commands are refused", "Cmd=Ping&" + full, httpq.ErrConflict},
		{"an escaped name is the name", "%43md=Ping&" + full, httpq.ErrConflict},
		{"two users are refused", full + "&user=v", httpq.ErrConflict},
		{"SaveInSent both ways is refused", full + "&SaveInSent=T&SaveInSent=F", httpq.ErrConflict},
		{"a bracketed name is refused", full + "&DeviceId[]=e", httpq.ErrName},
		{"a name with a leading blank is refused", full + "&+DeviceId=e", httpq.ErrName},
		{"a name with a zero byte is refused", full + "&DeviceId%00=e", httpq.ErrName},
		{"a broken escape in an identity is refused", "Cmd=Sync&DeviceId=%zz", httpq.ErrEscape},
		{"a cut escape in an identity is refused", "Cmd=Sync&DeviceId=a%4", httpq.ErrEscape},
		{"a broken escape elsewhere is kept", full + "&AttachmentName=100%", 0},
		{"a long device id is refused", "Cmd=Sync&DeviceId=" + strings.Repeat("a", 256), httpq.ErrTooLong},
		{"a long query is refused", full + "&x=" + strings.Repeat("a", httpq.MaxQuery), httpq.ErrTooLong},
		{"very many parameters are refused", full + strings.Repeat("&x=1", httpq.MaxParams), httpq.ErrTooMany},
		{"no query is no query", "", httpq.ErrEmpty},
		{"an escaped Cmd alone is neither form", "%43md=Sync", httpq.ErrBase64},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := httpq.Parse(c.raw, httpq.Headers{Version: "14.1"})
			if c.fault == 0 {
				if err != nil || q.Check() != nil || q.Command != eas.Sync || q.DeviceID != "d" {
					t.Errorf("%v, %v, %+v", err, q.Check(), q)
				}
				return
			}
			var e *httpq.Error
			if !errors.Is(err, c.fault) || !errors.As(err, &e) {
				t.Errorf("got %v, want %v", err, c.fault)
			}
		})
	}
}

func TestCheckNamesWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		name, raw, version string
		fault              httpq.Fault
		status             eas.Status
	}{
		{"no command", "User=u&DeviceId=d&DeviceType=t", "14.1", httpq.ErrCommand, 137},
		{"a command nobody knows", "Cmd=Nonsense&DeviceId=d&DeviceType=t", "14.1", httpq.ErrCommand, 137},
		{"no device id", "Cmd=Sync&DeviceType=t", "14.1", httpq.ErrDeviceID, 108},
		{"no device type", "Cmd=Sync&DeviceId=d", "14.1", httpq.ErrDeviceType, 109},
		{"no version", "Cmd=Sync&DeviceId=d&DeviceType=t", "", httpq.ErrVersion, 138},
		{"a version that is none", "Cmd=Sync&DeviceId=d&DeviceType=t", "fourteen", httpq.ErrVersion, 138},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := httpq.Parse(c.raw, httpq.Headers{Version: c.version})
			if err != nil {
				t.Fatal(err)
			}
			err = q.Check()
			var e *httpq.Error
			if !errors.As(err, &e) || e.Fault != c.fault || e.Status() != c.status {
				t.Errorf("got %v, want %v, %d", err, c.fault, c.status)
			}
		})
	}
}

func TestHeadersCompleteAPlainQuery(t *testing.T) {
	const raw = "Cmd=Sync&DeviceId=d&DeviceType=t"
	for _, c := range []struct {
		header string
		keyed  bool
		key    uint32
	}{{"", false, 0}, {"0", true, 0}, {" 0077 ", true, 77}, {"4294967295", true, 4294967295}, {"4294967296", true, 0}, {"x", true, 0}} {
		q, err := httpq.Parse(raw, httpq.Headers{Version: "17.3", PolicyKey: c.header, AcceptMultiPart: "T"})
		if err != nil || q.Keyed != c.keyed || q.PolicyKey != c.key || !q.MultiPart || q.Version != 173 {
			t.Errorf("%q: %+v, %v", c.header, q, err)
		}
	}
}

func TestBase64KeepsUnknownTagsAndRefusesContradictions(t *testing.T) {
	base := httpq.Query{Command: eas.Sync, Version: eas.V14_1, DeviceID: "d", DeviceType: "t"}
	for _, c := range []struct {
		name   string
		params []httpq.Param
		fault  httpq.Fault
	}{
		{"an unknown tag as Windows Mail sends it", []httpq.Param{{0xFF, "\x01\x00\x02"}, {8, "u"}}, 0},
		{"a retired tag", []httpq.Param{{5, "p"}}, 0},
		{"an empty value", []httpq.Param{{8, ""}}, 0},
		{"the same user twice", []httpq.Param{{8, "u"}, {8, "u"}}, 0},
		{"two users", []httpq.Param{{8, "u"}, {8, "v"}}, httpq.ErrConflict},
		{"two options", []httpq.Param{{7, "\x01"}, {7, "\x02"}}, httpq.ErrConflict},
		{"very many", make([]httpq.Param, httpq.MaxParams+1), httpq.ErrTooMany},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := base
			q.Params = c.params
			raw, err := q.AppendBase64(nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := httpq.Parse(string(raw), httpq.Headers{})
			if c.fault != 0 {
				if !errors.Is(err, c.fault) {
					t.Errorf("got %v, want %v", err, c.fault)
				}
				return
			}
			if err != nil || !cmp.Equal(got.Params, c.params) {
				t.Fatalf("%+v, %v", got, err)
			}
			keyed, err := httpq.Parse(got.WithPolicyKey(5), httpq.Headers{})
			if err != nil || keyed.PolicyKey != 5 || !cmp.Equal(keyed.Params, c.params) {
				t.Errorf("%+v, %v", keyed, err)
			}
			if back := keyed.WithoutPolicyKey(); back != string(raw) {
				t.Errorf("%s is not %s", back, raw)
			}
		})
	}
}

func TestEditingKeepsAlphabetAndMissingPadding(t *testing.T) {
	v := vectors(t, "base64-query")
	raw := v[len(v)-1].Query // Q11: URL-safe, bare
	q, err := httpq.Parse(raw, httpq.Headers{})
	if err != nil {
		t.Fatal(err)
	}
	if got := q.WithPolicyKey(q.PolicyKey); got != raw {
		t.Errorf("%s is not %s", got, raw)
	}
}

func TestBothFormsSayTheSame(t *testing.T) {
	in := httpq.Query{Command: eas.SmartReply, Version: eas.V12_1, User: "jürgen@example.com", DeviceID: "androidc1", DeviceType: "Android",
		CollectionID: "5", ItemID: "5:12", SaveInSent: true}
	plain, err := in.AppendPlain(nil)
	if err != nil {
		t.Fatal(err)
	}
	blob, err := in.AppendBase64(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range []string{string(plain), string(blob)} {
		q, err := httpq.Parse(raw, httpq.Headers{Version: "12.1"})
		got := fmt.Sprint(q.Command, q.Version, q.User, q.DeviceID, q.DeviceType, q.CollectionID, q.ItemID, q.SaveInSent)
		want := fmt.Sprint(in.Command, in.Version, in.User, in.DeviceID, in.DeviceType, in.CollectionID, in.ItemID, in.SaveInSent)
		if err != nil || got != want {
			t.Errorf("%s: %s, %v", raw, got, err)
		}
	}
}

func TestWhatAFormCannotCarryIsAnError(t *testing.T) {
	ok := httpq.Query{Command: eas.Sync, Version: eas.V14_1, DeviceID: "d", DeviceType: "t"}
	for name, change := range map[string]func(*httpq.Query){
		"a command without number": func(q *httpq.Query) { q.Command = eas.GetHierarchy },
		"a version without base64": func(q *httpq.Query) { q.Version = eas.V2_5 },
		"no device id":             func(q *httpq.Query) { q.DeviceID = "" },
		"a type above 255 bytes":   func(q *httpq.Query) { q.DeviceType = strings.Repeat("t", 256) },
		"a value above 255 bytes":  func(q *httpq.Query) { q.LongID = strings.Repeat("t", 256) },
	} {
		t.Run(name, func(t *testing.T) {
			q := ok
			change(&q)
			if out, err := q.AppendBase64(nil); err == nil {
				t.Errorf("wrote %s", out)
			}
		})
	}
	if _, err := (&httpq.Query{}).AppendPlain(nil); !errors.Is(err, httpq.ErrForm) {
		t.Errorf("a plain query without command: %v", err)
	}
}

func TestPlainParseDoesNotAllocate(t *testing.T) {
	const raw = "Cmd=Ping&User=jdoe&DeviceId=SEC17CD1A3E9E3F2&DeviceType=SAMSUNGSGHI317M"
	h := httpq.Headers{Version: "14.1", PolicyKey: "3942919513"}
	if n := testing.AllocsPerRun(100, func() {
		q, err := httpq.Parse(raw, h)
		if err != nil || q.Check() != nil || q.Command != eas.Ping {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkParsePlain(b *testing.B) {
	const raw = "Cmd=Ping&User=jdoe&DeviceId=SEC17CD1A3E9E3F2&DeviceType=SAMSUNGSGHI317M"
	for b.Loop() {
		if _, err := httpq.Parse(raw, httpq.Headers{Version: "14.1"}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestOptionsOfOutlookMobileNamesItself(t *testing.T) {
	q, err := httpq.Parse("Cmd=Options&User=alice%40example.com&DeviceId=e1568c571e684e0fb1724da85d215dc0&DeviceType=Outlook", httpq.Headers{})
	if err != nil || q.Command != eas.Options || q.User != "alice@example.com" {
		t.Errorf("%+v, %v", q, err)
	}
	if id, ok := q.Device(); !ok || id != "E1568C571E684E0FB1724DA85D215DC0" {
		t.Error(id)
	}
	var e *httpq.Error
	if err := q.Check(); !errors.As(err, &e) || e.Fault != httpq.ErrVersion {
		t.Errorf("an OPTIONS has no version, Check says %v", err)
	}
}

func ExampleParse() {
	q, err := httpq.Parse("jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l", httpq.Headers{})
	if err != nil {
		panic(err)
	}
	id, _ := q.Device()
	fmt.Println(q.Command, q.Version, id, q.DeviceType)
	// Output: Sync 14.0 V140DEVICE SmartPhone
}

func ExampleQuery_AppendPlain() {
	q := httpq.Query{Command: eas.Ping, User: `LAB\bob`, DeviceID: "SEC1", DeviceType: "SAMSUNG"}
	line, _ := q.AppendPlain(nil)
	fmt.Println(string(line), strconv.Itoa(len(line)))
	// Output: Cmd=Ping&User=LAB%5Cbob&DeviceId=SEC1&DeviceType=SAMSUNG 56
}
