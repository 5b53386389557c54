// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
	gproto "google.golang.org/protobuf/proto"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/control/proto"
)

// a gateway of the version before tells of its mail servers, and not how their accounts are spelt.
func TestAGatewayThatTellsNoRealmIsReadAsBefore(t *testing.T) {
	// The first eight fields, as that version writes them.
	var server []byte
	for n, s := range map[protowire.Number]string{1: "mail", 2: "sogo", 3: "https://mail.example", 8: "everybody else"} {
		server = protowire.AppendString(protowire.AppendTag(server, n, protowire.BytesType), s)
	}
	server = protowire.AppendVarint(protowire.AppendTag(server, 4, protowire.VarintType), 1)
	status := protowire.AppendBytes(protowire.AppendTag(nil, 12, protowire.BytesType), server)
	var m proto.Status
	if err := gproto.Unmarshal(status, &m); err != nil {
		t.Fatal(err)
	}
	want := []access.BackendHealth{{Name: "mail", Type: "sogo", URL: "https://mail.example", Up: true, Accounts: "everybody else"}}
	if diff := cmp.Diff(want, statusIn(&m).Backends); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAConsoleOfTheVersionBeforeReadsAReportThatTellsMore(t *testing.T) {
	told := &access.GatewayStatus{Backends: []access.BackendHealth{{Name: "mail", Type: "sogo", Up: true, Realm: "corp", Domains: []string{"lab"}, Rest: true}}}
	b, err := gproto.Marshal(statusOut(told))
	if err != nil {
		t.Fatal(err)
	}
	// To that version fields 9 and up are unknown; unknown fields are kept aside, which is what is tried
	// here with numbers nobody has given out yet.
	b = protowire.AppendString(protowire.AppendTag(b, 4000, protowire.BytesType), "later")
	var m proto.Status
	if err := gproto.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(told.Backends, statusIn(&m).Backends); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
