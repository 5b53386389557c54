// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eas_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/eas/easclient"
)

func TestMultipartVectorIsCutIntoItsParts(t *testing.T) {
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []struct {
			Kind, Hex string
			Expect    json.RawMessage
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, v := range file.Vectors {
		kinds[v.Kind]++
		if v.Kind != "multipart" {
			continue
		}
		var want struct {
			Lengths []int
			Part0   string `json:"part0_wbxml_hex"`
			Part1   string `json:"part1_utf8"`
		}
		if err := json.Unmarshal(v.Expect, &want); err != nil {
			t.Fatal(err)
		}
		raw, err := hex.DecodeString(v.Hex)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := easclient.SplitParts(raw)
		if err != nil || len(parts) != len(want.Lengths) || hex.EncodeToString(parts[0]) != want.Part0 || string(parts[1]) != want.Part1 {
			t.Errorf("%q, %v", parts, err)
		}
	}
	// Every kind has a test: documents in wbxml, queries in httpq, credentials and User-Agents in this
	// package. A kind or vector that comes new must not go unrun.
	want := map[string]int{"wbxml": 50, "wbxml-invalid": 13, "multipart": 1, "base64-query": 11, "base64-query-invalid": 5,
		"plain-query": 5, "basic-auth": 3, "user-agent": 3}
	if d := cmp.Diff(want, kinds); d != "" {
		t.Error(d)
	}
}
