// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/courier"
	"github.com/vedette-mail/vedette/internal/store"
)

// AuditStream says where else the lines of the audit log go. Each way has its own cursor: what has been
// delivered is written down after the delivery, so that a line comes twice rather than not at all.
type AuditStream struct {
	Syslog     bool   `json:"syslog"`
	Addr       string `json:"addr,omitempty"` // host:port of a collector of syslog over TLS
	ServerName string `json:"server_name,omitempty"`
	CA         string `json:"ca,omitempty"` // PEM
	File       bool   `json:"file"`
	Path       string `json:"path,omitempty"` // of a file of JSON lines on the console's machine
	Kept       `json:"-"`
}

// StreamWay is one of the ways.
type StreamWay string

// The ways of the audit log out of the house.
const (
	StreamSyslog StreamWay = "syslog"
	StreamFile   StreamWay = "file"
)

// StreamWays lists them all.
func StreamWays() []StreamWay { return []StreamWay{StreamSyslog, StreamFile} }

// On reports whether a way is in use.
func (a *AuditStream) On(w StreamWay) bool {
	return w == StreamSyslog && a.Syslog || w == StreamFile && a.File
}

// Collector is where syslog goes.
func (a *AuditStream) Collector(host string) courier.Collector {
	return courier.Collector{Addr: a.Addr, ServerName: a.ServerName, CA: a.CA, Host: host}
}

// StreamCursor is how far a way has come, and what is in its way.
type StreamCursor struct {
	Line    int64     `json:"line"` // delivered up to here
	At      time.Time `json:"at,omitzero"`
	Trouble string    `json:"trouble,omitempty"`
	Since   time.Time `json:"since,omitzero"` // of the trouble
	Note    string    `json:"note,omitempty"`
	Owner   string    `json:"owner,omitempty"` // the console that delivers
	Hold    time.Time `json:"hold,omitzero"`
	Version int64     `json:"-"`
}

func (w StreamWay) setting() string { return "task.stream-" + string(w) }

// AuditStream gives the setting.
func (s *Settings) AuditStream(ctx context.Context, who access.Actor) (AuditStream, error) {
	var a AuditStream
	if err := mayRead(who); err != nil {
		return a, err
	}
	var err error
	a.Kept, _, err = s.read(ctx, settingStream, &a)
	return a, err
}

// ChangeAuditStream sets it. A way that is turned on begins with the oldest line there is, or where it stood
// when it was turned off.
func (s *Settings) ChangeAuditStream(ctx context.Context, who access.Actor, a AuditStream, act Act) (Result, error) {
	const op = "admin: audit stream"
	a.Addr, a.ServerName, a.Path = strings.TrimSpace(a.Addr), strings.TrimSpace(a.ServerName), strings.TrimSpace(a.Path)
	if a.Syslog || a.Addr != "" {
		host, port, err := net.SplitHostPort(a.Addr)
		if n, bad := strconv.Atoi(port); err != nil || bad != nil || host == "" || n < 1 || n > 65535 {
			return Result{}, access.Invalid(op, "The collector's address is written host:port, such as logs.example.com:6514.")
		}
	}
	if _, err := courier.Roots(a.CA); err != nil {
		return Result{}, inWordsOf(err)
	}
	if (a.File || a.Path != "") && !filepath.IsAbs(a.Path) {
		return Result{}, access.Invalid(op, "The file is a whole path on the console's machine, such as /var/log/vedette/audit.json.")
	}
	var old AuditStream
	return s.change(ctx, who, settingStream, "Audit stream", a, &old, nil, act, func() []string {
		var d diffs
		d.add("Syslog", old.Syslog, a.Syslog)
		d.add("Collector", old.Addr, a.Addr)
		d.add("Name in its certificate", old.ServerName, a.ServerName)
		if old.CA != a.CA {
			d = append(d, "certificate authority: changed")
		}
		d.add("JSON file", old.File, a.File)
		d.add("File", old.Path, a.Path)
		return d
	})
}

// CheckCollector connects to a collector without sending anything and says how that went.
func (s *Settings) CheckCollector(ctx context.Context, who access.Actor) (Result, error) {
	if err := who.May(access.VerbChangeSettings); err != nil {
		return Result{}, err
	}
	a, err := s.AuditStream(ctx, who)
	if err != nil {
		return Result{}, err
	}
	if a.Addr == "" {
		return Result{}, access.Invalid("admin: audit stream", "No collector is set.")
	}
	if err := courier.CheckCollector(ctx, a.Collector("")); err != nil {
		return Result{}, inWordsOf(err)
	}
	return Result{Text: "The collector at " + a.Addr + " answers, and is who it should be."}, nil
}

// StreamCursor gives how far a way has come.
func (s *Settings) StreamCursor(ctx context.Context, w StreamWay) (StreamCursor, error) {
	var c StreamCursor
	k, _, err := s.read(ctx, w.setting(), &c)
	c.Version = k.Version
	return c, err
}

// SaveStreamCursor writes it down. saved is false when another console has written one meanwhile.
func (s *Settings) SaveStreamCursor(ctx context.Context, w StreamWay, c StreamCursor) (saved bool, err error) {
	err = s.admin.store.WithTx(ctx, func(tx *store.Tx) error {
		return tx.SaveSetting(w.setting(), c, "", c.Version, house().Name)
	})
	if access.KindOf(err) == access.KindConflict {
		return false, nil
	}
	return err == nil, err
}

// AuditAfter gives the lines of the audit log after one, in their order.
func (s *Settings) AuditAfter(ctx context.Context, line int64, limit int) ([]courier.Line, error) {
	list, err := s.admin.store.AuditAfter(ctx, line, limit)
	out := make([]courier.Line, len(list))
	for i, e := range list {
		out[i] = courier.Line{ID: e.ID, Time: e.At, Actor: e.Actor, Addr: e.Addr, Event: e.Event, Subject: e.Subject,
			Object: e.Object, Detail: e.Detail, Number: e.Number, Refused: e.Failed}
	}
	return out, err
}

// undelivered gives the line up to which every way in use has delivered; ok is false when none is in use.
func (s *Settings) undelivered(ctx context.Context) (line int64, ok bool, err error) {
	var a AuditStream
	if _, _, err := s.read(ctx, settingStream, &a); err != nil {
		return 0, false, err
	}
	for _, w := range StreamWays() {
		if !a.On(w) {
			continue
		}
		c, err := s.StreamCursor(ctx, w)
		if err != nil {
			return 0, false, err
		}
		if !ok || c.Line < line {
			line = c.Line
		}
		ok = true
	}
	return line, ok, nil
}
