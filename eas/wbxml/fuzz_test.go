// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package wbxml_test

import (
	"bytes"
	"errors"
	"testing"
	"testing/iotest"

	"github.com/vedette-mail/vedette/eas/wbxml"
)

func seed(f *testing.F) {
	f.Helper()
	for _, kind := range []string{"wbxml", "wbxml-invalid"} {
		for _, v := range vectors(f, kind) {
			f.Add(v.bytes(f))
		}
	}
}

// What parses can be written, and what was written parses to the same tree.
func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := wbxml.Parse(b, wbxml.Limits{})
		if err != nil {
			var at *wbxml.SyntaxError
			if !errors.As(err, &at) || at.Offset < 0 || at.Offset > int64(len(b)) {
				t.Fatalf("%v", err)
			}
			return
		}
		out := wbxml.Marshal(n)
		again, err := wbxml.Parse(out, wbxml.Limits{Size: -1})
		if err != nil {
			t.Fatalf("%x: %v", out, err)
		}
		if d := sameTree(n, again); d != "" {
			t.Fatal(d)
		}
		if !bytes.Equal(wbxml.Marshal(again), out) {
			t.Fatal("writing is not stable")
		}
	})
}

// What a Reader reads, a Writer writes, and it reads the same in whatever pieces it arrives.
func FuzzReader(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := pipe(bytes.NewReader(b))
		slow, serr := pipe(iotest.OneByteReader(bytes.NewReader(b)))
		if (err == nil) != (serr == nil) || !bytes.Equal(out, slow) {
			t.Fatalf("%x, %v; byte by byte %x, %v", out, err, slow, serr)
		}
		if err != nil {
			return
		}
		again, err := pipe(bytes.NewReader(out))
		if err != nil || !bytes.Equal(again, out) {
			t.Fatalf("%x became %x, %v", out, again, err)
		}
	})
}

// Root and Reader name the same root or both refuse.
func FuzzRoot(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		tag, need, err := wbxml.Root(b)
		if len(b) >= 1024 && need {
			t.Fatal("asks for more than a kibibyte")
		}
		e, rerr := wbxml.NewReader(bytes.NewReader(b), wbxml.Limits{}).Next()
		switch {
		case rerr == nil && (err != nil || need || tag != e.Tag):
			t.Fatalf("%v, %v, %v; the reader says %v", tag, need, err, e.Tag)
		case rerr != nil && err == nil && !need:
			t.Fatalf("%v; the reader refuses: %v", tag, rerr)
		case need && !errors.Is(rerr, wbxml.ErrTruncated) && !errors.Is(rerr, wbxml.ErrEmpty):
			t.Fatalf("asks for more; the reader says %v", rerr)
		}
	})
}
