// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"net/url"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// zoneSetting is Settings > General.
func (s *Server) zoneSetting() *setting {
	return &setting{Path: "/settings", Words: "general", Fields: []settingField{{Name: "zone", Kind: "text", Hint: true}},
		Values: func(ctx context.Context, who access.Actor) (map[string]string, admin.Kept, error) {
			z, err := s.settings.TimeZone(ctx, who)
			return map[string]string{"zone": z.Zone}, z.Kept, err
		},
		Save: func(ctx context.Context, who access.Actor, f url.Values, act admin.Act) (admin.Result, error) {
			return s.settings.ChangeTimeZone(ctx, who, admin.TimeZone{Zone: strings.TrimSpace(f.Get("zone"))}, act)
		}}
}

// mailSetting is Settings > Mail.
func (s *Server) mailSetting() *setting {
	return &setting{Path: "/settings/mail", Words: "mail",
		Fields: []settingField{{Name: "on", Kind: "yes"}, {Name: "host", Kind: "text"}, {Name: "port", Kind: "number", Min: 1, Max: 65535, Hint: true},
			{Name: "encryption", Kind: "choice", Options: []string{"starttls", "tls", "none"}}, {Name: "user", Kind: "text", Hint: true},
			{Name: "password", Kind: "password", Hint: true}, {Name: "from", Kind: "text"},
			{Name: "to", Kind: "textarea", Hint: true}, {Name: "users", Kind: "yes", Hint: true}, {Name: "ca", Kind: "textarea", Hint: true}},
		Values: func(ctx context.Context, who access.Actor) (map[string]string, admin.Kept, error) {
			m, err := s.settings.Mail(ctx, who)
			return map[string]string{"on": yesNo(m.On), "host": m.Host, "port": digitsOf(m.Port), "encryption": string(m.Encryption), "user": m.User,
				"from": m.From, "to": strings.Join(m.To, "\n"), "users": yesNo(!m.UsersUntold), "ca": m.CA}, m.Kept, err
		},
		Save: func(ctx context.Context, who access.Actor, f url.Values, act admin.Act) (admin.Result, error) {
			m, err := s.settings.Mail(ctx, who)
			if err != nil {
				return admin.Result{}, err
			}
			m.On, m.Host, m.Port = f.Get("on") == "yes", strings.TrimSpace(f.Get("host")), whole(f, "port")
			m.Encryption = admin.Encryption(f.Get("encryption"))
			m.User, m.From, m.CA = strings.TrimSpace(f.Get("user")), strings.TrimSpace(f.Get("from")), f.Get("ca")
			m.UsersUntold = f.Get("users") == "no"
			m.To = strings.FieldsFunc(f.Get("to"), func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ';' })
			var password *string
			if p := f.Get("password"); p != "" {
				password = &p
			}
			return s.settings.ChangeMail(ctx, who, m, password, act)
		},
		Acts: []settingAct{{Name: "test", Field: "to", Kind: "email", Do: func(ctx context.Context, who access.Actor, to string, _ admin.Act) (admin.Result, error) {
			return s.settings.TestMail(ctx, who, strings.TrimSpace(to))
		}}},
	}
}

// maskingSetting is Settings > Masking.
func (s *Server) maskingSetting() *setting {
	return &setting{Path: "/settings/masking", Words: "masking",
		Fields: []settingField{{Name: "numbers", Kind: "yes"}, {Name: "devices", Kind: "yes", Hint: true}, {Name: "addresses", Kind: "yes"}},
		Values: func(ctx context.Context, who access.Actor) (map[string]string, admin.Kept, error) {
			m, err := s.settings.Masking(ctx, who)
			return map[string]string{"numbers": yesNo(m.Numbers), "devices": yesNo(m.Devices), "addresses": yesNo(m.Addresses)}, m.Kept, err
		},
		Save: func(ctx context.Context, who access.Actor, f url.Values, act admin.Act) (admin.Result, error) {
			return s.settings.ChangeMasking(ctx, who, admin.Masking{Numbers: f.Get("numbers") != "no", Devices: f.Get("devices") != "no",
				Addresses: f.Get("addresses") != "no"}, act)
		}}
}

// streamSetting is Settings > Audit stream.
func (s *Server) streamSetting() *setting {
	return &setting{Path: "/settings/audit-stream", Words: "stream",
		Fields: []settingField{{Name: "syslog", Kind: "yes", Hint: true}, {Name: "addr", Kind: "text", Hint: true}, {Name: "server_name", Kind: "text", Hint: true},
			{Name: "ca", Kind: "textarea", Hint: true}, {Name: "file", Kind: "yes", Hint: true}, {Name: "path", Kind: "text", Hint: true}},
		Values: func(ctx context.Context, who access.Actor) (map[string]string, admin.Kept, error) {
			a, err := s.settings.AuditStream(ctx, who)
			return map[string]string{"syslog": yesNo(a.Syslog), "addr": a.Addr, "server_name": a.ServerName, "ca": a.CA, "file": yesNo(a.File), "path": a.Path}, a.Kept, err
		},
		Save: func(ctx context.Context, who access.Actor, f url.Values, act admin.Act) (admin.Result, error) {
			return s.settings.ChangeAuditStream(ctx, who, admin.AuditStream{Syslog: f.Get("syslog") == "yes", Addr: f.Get("addr"), ServerName: f.Get("server_name"),
				CA: f.Get("ca"), File: f.Get("file") == "yes", Path: f.Get("path")}, act)
		},
		Status: s.streamStatus,
		Acts: []settingAct{{Name: "check", Do: func(ctx context.Context, who access.Actor, _ string, _ admin.Act) (admin.Result, error) {
			return s.settings.CheckCollector(ctx, who)
		}}},
	}
}

func (s *Server) streamStatus(ctx context.Context, who access.Actor) ([]settingStatus, error) {
	set, err := s.settings.AuditStream(ctx, who)
	if err != nil {
		return nil, err
	}
	var list []settingStatus
	for _, w := range admin.StreamWays() {
		if !set.On(w) {
			continue
		}
		c, err := s.settings.StreamCursor(ctx, w)
		if err != nil {
			return nil, err
		}
		line := settingStatus{Label: s.say("settings.stream." + string(w)), Kind: "good", Text: s.say("settings.stream.delivered", c.Line, s.exact(c.At))}
		switch {
		case c.Trouble != "":
			line.Kind, line.Text = "bad", s.say("settings.stream.trouble", s.exact(c.Since), c.Trouble)
		case c.Note != "":
			line.Kind, line.Text = "warn", c.Note
		case c.Line == 0:
			line.Kind, line.Text = "plain", s.say("settings.stream.waits")
		}
		list = append(list, line)
	}
	return list, nil
}

// backupSetting is Settings > Backups.
func (s *Server) backupSetting() *setting {
	return &setting{Path: "/settings/backup", Words: "backup",
		Fields: []settingField{{Name: "on", Kind: "yes"}, {Name: "at", Kind: "time", Hint: true}, {Name: "keep", Kind: "number", Min: 1, Max: 1000, Hint: true},
			{Name: "folder", Kind: "text", Hint: true}},
		Values: func(ctx context.Context, who access.Actor) (map[string]string, admin.Kept, error) {
			b, err := s.settings.Backups(ctx, who)
			return map[string]string{"on": yesNo(b.On), "at": b.At, "keep": digitsOf(b.Keep), "folder": b.Folder}, b.Kept, err
		},
		Save: func(ctx context.Context, who access.Actor, f url.Values, act admin.Act) (admin.Result, error) {
			return s.settings.ChangeBackups(ctx, who, admin.Backups{On: f.Get("on") == "yes", At: f.Get("at"), Keep: whole(f, "keep"), Folder: f.Get("folder")}, act)
		},
		Status: func(ctx context.Context, who access.Actor) ([]settingStatus, error) {
			return s.taskStatus(ctx, who, admin.TaskBackup)
		},
		Acts: []settingAct{{Name: "now", Do: s.asking(admin.TaskBackup)}},
	}
}

func (s *Server) asking(task admin.TaskName) func(context.Context, access.Actor, string, admin.Act) (admin.Result, error) {
	return func(ctx context.Context, who access.Actor, _ string, act admin.Act) (admin.Result, error) {
		return s.settings.AskTask(ctx, who, task, act)
	}
}

// taskStatus says what came of a task the last time.
func (s *Server) taskStatus(ctx context.Context, who access.Actor, name admin.TaskName) ([]settingStatus, error) {
	t, err := s.settings.Task(ctx, who, name)
	if err != nil {
		return nil, err
	}
	line := settingStatus{Label: s.say("settings.last"), Kind: "plain", Text: s.say("settings.never")}
	switch {
	case t.Running(s.now()):
		line.Text = s.say("settings.running", s.exact(t.Started))
	case !t.Asked.IsZero():
		line.Text = s.say("settings.asked", visible(clip(t.AskedBy, 60)), s.exact(t.Asked))
	case t.Failed:
		line.Kind, line.Text = "bad", s.say("settings.failed", s.exact(t.Finished), t.Text)
	case !t.Finished.IsZero():
		line.Kind, line.Text = "good", s.say("settings.succeeded", s.exact(t.Finished), t.Text)
	}
	list := []settingStatus{line}
	if t.Failed && !t.Succeeded.IsZero() {
		list = append(list, settingStatus{Label: s.say("settings.last-good"), Kind: "plain", Text: s.exact(t.Succeeded)})
	}
	return list, nil
}
