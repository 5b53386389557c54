// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

type settingOutput[T any] struct {
	ETag string `header:"ETag"`
	Body Setting[T]
}

type settingInput[T any] struct {
	Conditions
	Body SettingChange[T]
}

// mountSetting registers GET and PUT of one setting. reads is who may look at it.
func mountSetting[T any](s *Server, name, words string, reads access.Verb,
	find func(context.Context, access.Actor) (T, admin.Kept, error),
	change func(context.Context, access.Actor, *T, admin.Act) (admin.Result, error)) {
	op := huma.Operation{OperationID: "find-" + name, Method: http.MethodGet, Path: "/settings/" + name, Tags: []string{"Settings"}, Summary: words}
	handle(s, reads, op, func(ctx context.Context, who access.Actor, _ *struct{}) (*settingOutput[T], error) {
		v, k, err := find(ctx, who)
		if err != nil {
			return nil, err
		}
		return &settingOutput[T]{ETag: etag(k.Version), Body: Setting[T]{Setting: v, Version: k.Version, Changed: k.Changed.UTC(), By: k.By}}, nil
	})
	op = huma.Operation{OperationID: "change-" + name, Method: http.MethodPut, Path: "/settings/" + name, Tags: []string{"Settings"},
		Summary: words + ": replace all of it", Errors: []int{http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired}}
	handle(s, access.VerbChangeSettings, op, func(ctx context.Context, who access.Actor, in *settingInput[T]) (*resultOutput, error) {
		expected, err := in.read()
		if err == nil && !expected.given {
			err = errNotNamed()
		}
		if err == nil && expected.any {
			var k admin.Kept
			_, k, err = find(ctx, who)
			expected.version = k.Version
		}
		if err != nil {
			return nil, err
		}
		r, err := change(ctx, who, &in.Body.Setting, admin.Act{Key: in.Key, Version: expected.version, Reason: in.Body.Reason})
		return resultOf(r, expected.refine(err))
	})
}

func (s *Server) mountSettings() {
	set := s.settings
	mountSetting(s, "time-zone", "The zone in which pages show times", access.VerbView,
		func(ctx context.Context, who access.Actor) (TimeZone, admin.Kept, error) {
			z, err := set.TimeZone(ctx, who)
			return TimeZone{Zone: z.Zone}, z.Kept, err
		}, func(ctx context.Context, who access.Actor, z *TimeZone, act admin.Act) (admin.Result, error) {
			return set.ChangeTimeZone(ctx, who, admin.TimeZone{Zone: z.Zone}, act)
		})
	mountSetting(s, "mail", "The mail server for letters of the console", access.VerbViewAudit,
		func(ctx context.Context, who access.Actor) (Mail, admin.Kept, error) {
			m, err := set.Mail(ctx, who)
			return Mail{On: m.On, Host: m.Host, Port: m.Port, Encryption: m.Encryption, CA: m.CA, User: m.User, From: m.From, To: m.To,
				UsersUntold: m.UsersUntold, HasPassword: m.HasPassword}, m.Kept, err
		}, func(ctx context.Context, who access.Actor, m *Mail, act admin.Act) (admin.Result, error) {
			return set.ChangeMail(ctx, who, admin.Mail{On: m.On, Host: m.Host, Port: m.Port, Encryption: m.Encryption, CA: m.CA, User: m.User,
				From: m.From, To: m.To, UsersUntold: m.UsersUntold}, m.Password, act)
		})
	mountSetting(s, "retention", "For how many days what is kept", access.VerbViewAudit,
		func(ctx context.Context, who access.Actor) (Retention, admin.Kept, error) {
			r, err := set.Retention(ctx, who)
			return Retention{Records: r.Records, Held: r.Held, Audit: r.Audit, Tallies: r.Tallies, Jobs: r.Jobs}, r.Kept, err
		}, func(ctx context.Context, who access.Actor, r *Retention, act admin.Act) (admin.Result, error) {
			return set.ChangeRetention(ctx, who, r.setting(), act)
		})
	mountSetting(s, "masking", "What is covered for those who do not see it plain", access.VerbViewAudit,
		func(ctx context.Context, who access.Actor) (Masking, admin.Kept, error) {
			m, err := set.Masking(ctx, who)
			return Masking{Numbers: m.Numbers, Devices: m.Devices, Addresses: m.Addresses}, m.Kept, err
		}, func(ctx context.Context, who access.Actor, m *Masking, act admin.Act) (admin.Result, error) {
			return set.ChangeMasking(ctx, who, admin.Masking{Numbers: m.Numbers, Devices: m.Devices, Addresses: m.Addresses}, act)
		})
	mountSetting(s, "audit-stream", "Where else the lines of the audit log go", access.VerbViewAudit,
		func(ctx context.Context, who access.Actor) (AuditStream, admin.Kept, error) {
			a, err := set.AuditStream(ctx, who)
			return AuditStream{Syslog: a.Syslog, Addr: a.Addr, ServerName: a.ServerName, CA: a.CA, File: a.File, Path: a.Path}, a.Kept, err
		}, func(ctx context.Context, who access.Actor, a *AuditStream, act admin.Act) (admin.Result, error) {
			return set.ChangeAuditStream(ctx, who, admin.AuditStream{Syslog: a.Syslog, Addr: a.Addr, ServerName: a.ServerName, CA: a.CA,
				File: a.File, Path: a.Path}, act)
		})
	mountSetting(s, "backups", "When backups are written, and how many are kept", access.VerbViewAudit,
		func(ctx context.Context, who access.Actor) (Backups, admin.Kept, error) {
			b, err := set.Backups(ctx, who)
			return Backups{On: b.On, At: b.At, Keep: b.Keep, Folder: b.Folder}, b.Kept, err
		}, func(ctx context.Context, who access.Actor, b *Backups, act admin.Act) (admin.Result, error) {
			return set.ChangeBackups(ctx, who, admin.Backups{On: b.On, At: b.At, Keep: b.Keep, Folder: b.Folder}, act)
		})
	s.mountWipeSafety()
	s.mountTasks()
}

func (r *Retention) setting() admin.Retention {
	return admin.Retention{Records: r.Records, Held: r.Held, Audit: r.Audit, Tallies: r.Tallies, Jobs: r.Jobs}
}
