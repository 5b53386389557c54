// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/url"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// devices declares Devices & Users > Devices: one row for each registered device and for each phone
// that waits to be registered.
func (s *Server) devices() *list[admin.DeviceRow] {
	type device = admin.DeviceRow
	return &list[device]{
		Path: "/devices", Section: "devices", Words: "devices", File: "devices", Class: "devices", Icon: "devices",
		Columns: deviceColumns(),
		Filed:   []column[device]{{Key: "id", Value: func(d *device) string { return string(d.ID) }}},
		Filters: []filter{{Name: "show", Kind: "select", Options: []string{"all", "registered", "waiting", "pending", "active", "lost", "retired",
			"wiped", "noncompliant"}}},
		Searches: true,
		Sort:     "name",
		Newest:   "added", When: func(d *device) time.Time { return d.Created },
		Links: []headLink{
			{Href: "/import", Label: "nav.import", Icon: "arrow-up", Verb: access.VerbImport},
			{Href: "/devices/new", Label: "devices.add", Icon: "plus", Verb: access.VerbAddDevice},
		},
		ID:    func(d *device) string { return string(d.ID) },
		Name:  func(d *device) (string, string) { return deviceName(&d.RegisteredDevice), d.OwnerName },
		State: func(d *device) string { return d.Noncompliant },
		Version: func(d *device) int64 {
			return d.Version
		},
		Acts: s.deviceActs(), Bulk: s.startDevices, Forecast: s.forecastDevices,
		Find: func(ctx context.Context, who access.Actor, q query) (found[device], error) {
			p, err := s.admin.ListDevices(ctx, who, deviceQuery(q))
			out := found[device]{Rows: p.Rows}
			pageMarks(&out, p.PageMarks)
			return out, err
		},
		ByID: func(ctx context.Context, who access.Actor, ids []string) ([]device, error) {
			return s.admin.DevicesByID(ctx, who, deviceIDs(ids))
		},
		Each: func(ctx context.Context, who access.Actor, q query, fn func(*device) error) error {
			return s.admin.ExportDevices(ctx, who, deviceQuery(q), func(d device) error { return fn(&d) })
		},
		Pane: s.deviceDetails,
		Set:  "thing_list",
	}
}

func deviceQuery(q query) admin.DeviceQuery {
	return admin.DeviceQuery{Show: admin.Show(q.Filter["show"]), Search: q.Search, Sort: admin.Sort(q.Sort), Desc: q.Desc, Cursor: q.Cursor, Limit: q.Limit}
}

// pageMarks says what a page of devices or users is a part of.
func pageMarks[R any](f *found[R], m admin.PageMarks) {
	f.Next, f.Prev, f.Total, f.More, f.Partial = m.Next, m.Prev, m.Total, m.TotalIsMore, m.Partial
	switch {
	case m.Partial:
		f.Order = "list.order-partial"
	case m.SearchOrder == admin.OrderNewest:
		f.Order = "list.order-newest"
	case m.SearchOrder == admin.OrderMatch:
		f.Order = "list.order-match"
	}
}

func deviceIDs(ids []string) []access.DeviceID {
	out := make([]access.DeviceID, len(ids))
	for i, id := range ids {
		out[i] = access.DeviceID(id)
	}
	return out
}

func deviceHref(id access.DeviceID) string { return "/devices/" + url.PathEscape(string(id)) }

// known leaves a cell empty where there is nothing to show, instead of saying "never".
func known[R any](c column[R]) column[R] {
	show := c.Cell
	c.Cell = func(s *Server, r *R) template.HTML {
		if c.Value(r) == "" {
			return ""
		}
		return show(s, r)
	}
	return c
}

func deviceColumns() []column[admin.DeviceRow] {
	type device = admin.DeviceRow
	type c = column[device]
	return []c{
		{Key: "name", Sort: "name", Heads: true, Link: true, Class: "narrow-first", Value: func(d *device) string { return deviceName(&d.RegisteredDevice) }},
		{Key: "owner", Sort: "owner", Class: "narrow-second", Value: func(d *device) string { return d.OwnerName }},
		{Key: "model", Sort: "model", Class: "pane-none", Value: func(d *device) string { return d.Model }},
		{Key: "os", Sort: "os", Class: "pane-none", Value: func(d *device) string { return spaced(d.OS, d.OSVersion) }},
		{Key: "number", Sort: "number", Class: "narrow-none pane-none", Value: func(d *device) string { return d.Number }},
		{Key: "state", Sort: "state", Value: func(d *device) string { return string(d.State) }, Cell: (*Server).deviceState},
		{Key: "compliance", Sort: "compliance", Value: func(d *device) string { return string(d.Compliance) }, Cell: (*Server).deviceCompliance},
		{Key: "source", Class: "narrow-none pane-none", Value: func(d *device) string { return d.Source }, Cell: func(s *Server, d *device) template.HTML {
			return text(s.sourceWord(d.Source), 60)
		}},
		known(moment(c{Key: "enrolled", Sort: "enrolled", Newest: true, Class: "narrow-none pane-none"}, func(d *device) time.Time { return d.Enrolled })),
		known(moment(c{Key: "check_in", Sort: "check_in", Newest: true, Class: "pane-none"}, func(d *device) time.Time { return d.LastCheckIn })),
		number(c{Key: "records", Class: "pane-none"}, func(d *device) int64 { return int64(d.Records) }),
		moment(c{Key: "added", Sort: "added", Newest: true, Extra: true}, func(d *device) time.Time { return d.Created }),
		{Key: "reason", Extra: true, Value: func(d *device) string { return d.Noncompliant }},
		{Key: "manufacturer", Extra: true, Value: func(d *device) string { return d.Manufacturer }},
		{Key: "serial", Extra: true, Value: func(d *device) string { return d.Serial }},
		{Key: "imei", Extra: true, Value: func(d *device) string { return d.IMEI }},
		{Key: "udid", Extra: true, Value: func(d *device) string { return d.UDID }},
		{Key: "eas", Extra: true, Value: func(d *device) string { return d.EASID }},
		{Key: "ownership", Extra: true, Value: func(d *device) string { return string(d.Ownership) }},
		{Key: "comment", Extra: true, Value: func(d *device) string { return d.Comment }},
	}
}
