// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// wipeSetting is Settings > Wipe safety (Y-10), with the switch that holds every destructive order.
func (s *Server) wipeSetting() *setting {
	frozen := func(want bool) func(context.Context, access.Actor) (bool, error) {
		return func(ctx context.Context, who access.Actor) (bool, error) {
			f, err := s.settings.Freeze(ctx, who)
			return f.Frozen == want, err
		}
	}
	set := func(to bool) func(context.Context, access.Actor, string, admin.Act) (admin.Result, error) {
		return func(ctx context.Context, who access.Actor, why string, act admin.Act) (admin.Result, error) {
			act.Reason = strings.TrimSpace(why)
			return s.settings.SetFreeze(ctx, who, to, act)
		}
	}
	return &setting{Path: "/settings/wipe-safety", Words: "wipe",
		Fields: []settingField{{Name: "per_hour", Kind: "number", Max: 1000, Hint: true}, {Name: "delay", Kind: "text", Hint: true},
			{Name: "second", Kind: "yes", Hint: true}, {Name: "exempt", Kind: "textarea", Hint: true}},
		Values: func(ctx context.Context, who access.Actor) (map[string]string, admin.Kept, error) {
			w, err := s.settings.WipeSafety(ctx, who)
			return map[string]string{"per_hour": digitsOf(w.PerHour), "delay": duration(w.Delay), "second": yesNo(w.SecondApprover),
				"exempt": strings.Join(w.ExemptGroups, "\n")}, w.Kept, err
		},
		Save: func(ctx context.Context, who access.Actor, f url.Values, act admin.Act) (admin.Result, error) {
			w := admin.WipeSafety{PerHour: whole(f, "per_hour"), SecondApprover: f.Get("second") == "yes", ExemptGroups: lines(f.Get("exempt"))}
			var ok bool
			if w.Delay, ok = parseDuration(f.Get("delay")); !ok {
				return admin.Result{}, access.Invalid("wipe safety", s.say("preferences.unreadable", s.say("settings.wipe.delay")))
			}
			return s.settings.ChangeWipeSafety(ctx, who, w, act)
		},
		Status: func(ctx context.Context, who access.Actor) ([]settingStatus, error) {
			f, err := s.settings.Freeze(ctx, who)
			line := settingStatus{Label: s.say("settings.wipe.orders"), Kind: "good", Text: s.say("settings.wipe.go-out")}
			if f.Frozen {
				line.Kind, line.Text = "warn", s.say("settings.wipe.are-held", visible(clip(f.By, 60)), s.exact(f.At), visible(clip(f.Reason, 300)))
			}
			return []settingStatus{line}, err
		},
		Acts: []settingAct{{Name: "freeze", Field: "why", Kind: "text", Fits: frozen(false), Do: set(true)},
			{Name: "unfreeze", Field: "why", Kind: "text", Fits: frozen(true), Do: set(false)}},
	}
}

// frozenWords says that destructive orders are held, to everybody; "": they are not.
func (s *Server) frozenWords(r *http.Request, who access.Actor) template.HTML {
	if s.settings == nil {
		return ""
	}
	f, err := s.settings.Freeze(r.Context(), who)
	if err != nil {
		httpd.NoteError(r.Context(), err)
		return ""
	}
	if !f.Frozen {
		return ""
	}
	return s.html("settings.wipe.banner", text(f.By, 60), text(f.Reason, 200))
}

// cappedWords says to administrators that the cap of wipes has stopped orders, until one of them has saved
// the limits, or used the switch; "": it has not.
func (s *Server) cappedWords(r *http.Request, who access.Actor) template.HTML {
	if s.settings == nil {
		return ""
	}
	hit, err := s.settings.LastCapHit(r.Context(), who)
	if err != nil {
		httpd.NoteError(r.Context(), err)
	}
	if hit == nil {
		return ""
	}
	return s.html("settings.wipe.capped", hit.Times, s.ago(hit.Last), text(strings.Join(hit.By, ", "), 120))
}

// wipeNeeds says which orders somebody has to see to: those that wait for another administrator, and those
// that have been under way for longer than a day.
func (s *Server) wipeNeeds(r *http.Request, who access.Actor) ([]need, error) {
	const most = 200
	page, err := s.admin.ListWipes(r.Context(), who, admin.WipeQuery{Open: true, Limit: most})
	if err != nil {
		return nil, err
	}
	waiting, old := 0, 0
	for i := range page.Rows {
		switch o := &page.Rows[i]; {
		case o.State == access.WipeWaiting:
			waiting++
		case s.now().Sub(o.At) > 24*time.Hour:
			old++
		}
	}
	var list []need
	say := func(n int, key string) {
		if n > 0 {
			list = append(list, need{Kind: "warn", Icon: "eraser", Text: s.say(key, n), Href: "/wipes?show=open", Action: s.say("dashboard.see-wipes")})
		}
	}
	say(waiting, "dashboard.wipes-waiting")
	say(old, "dashboard.wipes-old")
	return list, nil
}
