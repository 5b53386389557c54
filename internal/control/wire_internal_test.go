// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	gproto "google.golang.org/protobuf/proto"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/control/proto"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// fill gives every field below v a value of its own, so that one forgotten on the wire shows.
func fill(v reflect.Value, n *int64) {
	*n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(1_700_000_000+*n, *n).UTC()))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case v.Kind() == reflect.String:
		v.SetString("text " + string(rune('a'+*n)))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(*n)
	case v.CanUint():
		v.SetUint(uint64(*n))
	default:
		panic("a field of a kind this test does not know: " + v.Type().String())
	}
}

func filled[T any](n int64) *T {
	v := new(T)
	fill(reflect.ValueOf(v).Elem(), &n)
	return v
}

// travel sends a message through its bytes.
func travel[M gproto.Message](t *testing.T, m, empty M) M {
	t.Helper()
	b, err := gproto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := gproto.Unmarshal(b, empty); err != nil {
		t.Fatal(err)
	}
	return empty
}

func TestEveryFieldOfEveryEntrySurvivesTheWire(t *testing.T) {
	r, e, d, a, p := filled[access.Record](1), filled[access.EASDevice](30), filled[access.Device](40),
		filled[access.AccountState](50), filled[access.Preferences](60)
	ok := filled[access.PreApproval](80)
	b := access.Batch{Position: *filled[access.Position](70), Full: true, More: true, Entries: []access.Entry{
		{Kind: access.EntryRecord, Key: string(r.ID), Record: r},
		{Kind: access.EntryEASDevice, Key: e.ID, EASDevice: e},
		{Kind: access.EntryDevice, Key: string(d.ID), Device: d},
		{Kind: access.EntryAccount, Key: a.Realm + "/" + a.Account, Account: a},
		{Kind: access.EntryPreferences, Preferences: p},
		{Kind: access.EntryPreApproval, Key: ok.ID, PreApproval: ok},
		{Kind: access.EntryRecord, Key: "gone", Deleted: true},
	}}
	now := time.Unix(5, 6).UTC()
	want := news{now: now, batch: &b, stale: true}
	got := newsIn(travel(t, newsOut(want), &proto.FollowResponse{}), make(words))
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(news{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEveryFieldOfAReportSurvivesTheWire(t *testing.T) {
	want := filled[access.Report](1)
	got := reportIn(travel(t, reportOut(want), &proto.ReportRequest{}), want.Gateway)
	if diff := cmp.Diff(*want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSumsAndComparisonsSurviveTheWire(t *testing.T) {
	s := sums{position: access.Position{History: "h", Number: 7, Token: "t"}}
	for i := range s.buckets {
		s.buckets[i] = uint64(i) << 56
	}
	n := newsIn(travel(t, newsOut(news{sums: &s}), &proto.FollowResponse{}), nil)
	if n.sums == nil || *n.sums != s {
		t.Errorf("sums: %v", n.sums)
	}
	c := comparison{buckets: []int{0, 255}, items: []snapshot.Item{{Kind: access.EntryRecord, Key: "r", Sum: 1 << 63}}}
	got := comparisonIn(travel(t, comparisonOut(c), &proto.RepairRequest{}))
	if diff := cmp.Diff(c, got, cmp.AllowUnexported(comparison{})); diff != "" {
		t.Error(diff)
	}
}

func TestBytesThatAreNoTextDoNotStopAReport(t *testing.T) {
	bad := access.Sighting{Pair: access.Pair{Account: "a\xff", Device: "\xc3\x28"}, UserAgent: "\xf0\x28\x8c\x28"}
	r := access.Report{Sightings: []access.Sighting{bad}}
	got := reportIn(travel(t, reportOut(&r), &proto.ReportRequest{}), "gw")
	if got.Sightings[0].Pair.Account != "a\uFFFD" {
		t.Errorf("%q", got.Sightings[0].Pair.Account)
	}
}

func TestAKindOfALaterVersionIsPassedOver(t *testing.T) {
	b := batchIn(&proto.Batch{Entries: []*proto.Entry{{Key: "?"}, {Key: "r", State: &proto.Entry_Record{Record: &proto.Record{}}}}}, nil)
	if len(b.Entries) != 1 || b.Entries[0].Key != "r" {
		t.Errorf("%+v", b.Entries)
	}
}

func TestAGatewayOfAnotherAgeIsToldToUpdate(t *testing.T) {
	h := NewHub(HubConfig{})
	for _, protocol := range []int{0, Protocol + 1} {
		err := h.follow(t.Context(), "gw", hello{protocol: protocol}, func(news) error { t.Error("it was told something"); return nil })
		if access.KindOf(err) != access.KindConflict || access.TextOf(err) == "" {
			t.Errorf("protocol %d: %v", protocol, err)
		}
	}
}

func TestErrorsKeepTheirKindAndLoseTheirInsides(t *testing.T) {
	for kind := range codes() {
		if kind == access.KindInternal {
			continue
		}
		err := errorIn(errorOut(&access.Error{Kind: kind, Op: "x", Text: "Words."}))
		if access.KindOf(err) != kind {
			t.Errorf("kind %d came back as %d", kind, access.KindOf(err))
		}
	}
	out := errorOut(&access.Error{Kind: access.KindInternal, Err: errReplaced, Text: "secret table"})
	if got := out.Error(); got != "internal: the console could not do it; its log says why" && got != "aborted: "+errReplaced.Error() {
		t.Errorf("%q", got)
	}
}

func TestAFeedKnowsOnlyWhatItHasKept(t *testing.T) {
	f := newFeed()
	v := snapshot.Empty()
	at := func(n int64) access.Position { return access.Position{History: "h", Number: n, Token: "t"} }
	v = v.Apply(access.Batch{Position: at(0)})
	f.reset(v)
	for n := int64(1); n <= feedSteps+10; n++ {
		b := access.Batch{Position: at(n), Entries: []access.Entry{{Kind: access.EntryRecord, Key: "r", Deleted: true}}}
		v = v.Apply(b)
		f.add(at(n-1), b, v)
	}
	last := int64(feedSteps + 10)
	tests := []struct {
		name         string
		p            access.Position
		trusted      bool
		known, ahead bool
		steps        int
	}{
		{"the present position", at(last), false, true, false, 0},
		{"one step back", at(last - 1), false, true, false, 1},
		{"as far back as it goes", at(10), false, true, false, feedSteps},
		{"too far back", at(9), false, false, false, 0},
		{"another token", access.Position{History: "h", Number: last - 1, Token: "x"}, false, false, false, 0},
		{"another history", access.Position{History: "x", Number: last, Token: "t"}, true, false, false, 0},
		{"beyond, on the gateway's word", at(last + 5), false, false, false, 0},
		{"beyond, on the store's word", at(last + 5), true, false, true, 0},
	}
	for _, tt := range tests {
		o := f.since(tt.p, tt.trusted)
		if o.known != tt.known || o.ahead != tt.ahead || len(o.steps) != tt.steps {
			t.Errorf("%s: known %v ahead %v, %d steps", tt.name, o.known, o.ahead, len(o.steps))
		}
	}
}
