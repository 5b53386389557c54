// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpq_test

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/httpq"
)

func seed(f *testing.F) {
	f.Helper()
	for _, kind := range []string{"plain-query", "base64-query", "base64-query-invalid"} {
		for _, v := range vectors(f, kind) {
			f.Add(v.Query, "14.1")
		}
	}
}

// Every query is refused with a reason or stays within its caps, and both editings keep the rest.
func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, raw, version string) {
		q, err := httpq.Parse(raw, httpq.Headers{Version: version, PolicyKey: version})
		if err != nil {
			var e *httpq.Error
			if !errors.As(err, &e) || e.Status() == 0 {
				t.Fatal(err)
			}
			return
		}
		if len(q.DeviceID) > httpq.MaxName || len(q.DeviceType) > httpq.MaxName || len(q.User) > httpq.MaxName ||
			len(q.CommandText) > httpq.MaxName || len(q.AttachmentName) > httpq.MaxValue || len(q.Params) > httpq.MaxParams {
			t.Fatalf("%+v", q)
		}
		if !q.Base64 {
			if q.WithPolicyKey(1) != raw || q.WithoutPolicyKey() != raw {
				t.Fatal("a plain query changed")
			}
			return
		}
		keyed := again(t, q.WithPolicyKey(7))
		if !keyed.Keyed || keyed.PolicyKey != 7 {
			t.Fatalf("%+v", keyed)
		}
		bare := again(t, keyed.WithoutPolicyKey())
		if bare.Keyed {
			t.Fatalf("%+v", bare)
		}
		for _, b := range []httpq.Query{keyed, bare} {
			if b.DeviceID != q.DeviceID || b.DeviceType != q.DeviceType || b.Code != q.Code || b.Version != q.Version ||
				b.Locale != q.Locale || !cmp.Equal(b.Params, q.Params) {
				t.Fatalf("%+v became %+v", q, b)
			}
		}
	})
}

func again(t *testing.T, raw string) httpq.Query {
	t.Helper()
	q, err := httpq.Parse(raw, httpq.Headers{})
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return q
}

// The byte layout under the base64, where the fuzzer finds its way better than through the letters.
func FuzzBase64Bytes(f *testing.F) {
	for _, v := range vectors(f, "base64-query") {
		b, err := base64.StdEncoding.DecodeString(v.Query)
		if err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		raw := base64.StdEncoding.EncodeToString(b)
		q, err := httpq.Parse(raw, httpq.Headers{})
		if err != nil || !q.Base64 {
			return
		}
		out, err := q.AppendBase64(nil)
		if _, coded := q.Command.Code(); !coded || !q.Version.Base64Query() {
			return
		}
		if err != nil || string(out) != raw {
			t.Fatalf("%s became %s, %v", raw, out, err)
		}
	})
}

// What we write as a plain query reads back as it was.
func FuzzPlainRoundTrip(f *testing.F) {
	f.Add("CONTOSO\\jdoe", "SEC17CD1A3E9E3F2", "SAMSUNG", "5:12:0", true)
	f.Add("a+b%", "&=;", "\x00", "\xff", false)
	f.Fuzz(func(t *testing.T, user, id, kind, name string, save bool) {
		in := httpq.Query{Command: eas.GetAttachment, User: user, DeviceID: id, DeviceType: kind, AttachmentName: name, SaveInSent: save}
		line, err := in.AppendPlain(nil)
		if err != nil {
			t.Fatal(err)
		}
		q, err := httpq.Parse(string(line), httpq.Headers{})
		if err != nil {
			if !errors.Is(err, httpq.ErrTooLong) {
				t.Fatalf("%s: %v", line, err)
			}
			return
		}
		if q.Command != in.Command || q.User != user || q.DeviceID != eas.DeviceIDText(id) || q.DeviceType != kind ||
			q.AttachmentName != name || q.SaveInSent != save {
			t.Fatalf("%s: %+v", line, q)
		}
	})
}
