// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// setting declares a page under Settings: a form whose fields have their words in the catalogue, what is
// known of the work that goes by it, and buttons beside it.
type setting struct {
	Path, Words string // words begin with settings. and this
	Fields      []settingField
	Values      func(ctx context.Context, who access.Actor) (map[string]string, admin.Kept, error)
	Save        func(ctx context.Context, who access.Actor, form url.Values, act admin.Act) (admin.Result, error)
	// Preview is where the form goes first, to show what it would do; empty: it is saved at once.
	Preview string
	Status  func(ctx context.Context, who access.Actor) ([]settingStatus, error)
	Acts    []settingAct
}

// settingField is one field. A choice has its words under settings.PAGE.NAME-VALUE.
type settingField struct {
	Name    string
	Kind    string   // text, number, time, password, textarea, yes (a choice of two) or choice
	Options []string // of a choice
	Hint    bool     // settings.PAGE.NAME-hint says more
	Min     int
	Max     int
}

// settingAct is a button beside the form, with at most one field.
type settingAct struct {
	Name  string // of the path, and of the words
	Field string // name of its field; empty: none
	Kind  string // of the field
	// Fits says whether there is anything for it to do; nil: always.
	Fits func(ctx context.Context, who access.Actor) (bool, error)
	Do   func(ctx context.Context, who access.Actor, value string, act admin.Act) (admin.Result, error)
}

// settingStatus is one line about the work that goes by a setting.
type settingStatus struct {
	Label string // a key of the catalogue
	Kind  string // good, bad, warn or plain
	Text  string
}

// settings declares every page of a form.
func (s *Server) settingPages() []*setting {
	return []*setting{s.zoneSetting(), s.mailSetting(), s.retentionSetting(), s.maskingSetting(), s.streamSetting(), s.backupSetting(), s.wipeSetting()}
}

// mountSettings registers the pages under Settings.
func (s *Server) mountSettings(mux router) {
	read, change := httpd.Verb(string(access.VerbViewAudit)), httpd.Verb(string(access.VerbChangeSettings))
	for _, d := range s.settingPages() {
		mux.Handle(read, "GET "+d.Path, s.settingShow(d))
		mux.Handle(change, "POST "+d.Path, s.settingChange(d))
		for _, a := range d.Acts {
			mux.Handle(change, "POST "+d.Path+"/"+a.Name, s.settingDo(d, a))
		}
	}
	mux.Handle(read, "GET /settings/retention/preview", s.retentionPreview)
	export, erase := httpd.Verb(string(access.VerbExportUser)), httpd.Verb(string(access.VerbEraseUser))
	mux.Handle(read, "GET /settings/personal-data", s.personalShow)
	mux.Handle(export, "POST /settings/personal-data/export", s.personalExport)
	mux.Handle(erase, "POST /settings/personal-data/erase", s.personalErase)
}

// settingPage is what its template shows.
type settingPage struct {
	page
	Path, Lead string
	Action     string
	Method     string
	Button     string
	Fields     []shownField
	Acts       []shownAct
	Status     []settingStatus
	Version    int64
	Key        string
	Changed    string
	MayChange  bool
}

type shownField struct {
	settingField
	Label, Value, HintText string
	Choices                []choice
}

type shownAct struct {
	Path, Title, Hint, Field, FieldLabel, Kind, Key string
}

func (s *Server) settingShow(d *setting) httpd.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		at := "settings." + d.Words + "."
		p, err := s.newPage(w, r, s.say(at+"title"), "settings-"+d.Words)
		if err != nil {
			return err
		}
		values, kept, err := d.Values(r.Context(), p.Actor)
		if err != nil {
			return err
		}
		sp := &settingPage{page: p, Path: d.Path, Lead: s.say(at + "lead"), Action: d.Path, Method: "post", Button: s.say("settings.save"),
			Version: kept.Version, Key: s.newKey(), MayChange: p.Actor.May(access.VerbChangeSettings) == nil}
		sp.Width = "narrow"
		if d.Preview != "" {
			sp.Action, sp.Method, sp.Button = d.Preview, "get", s.say("settings.preview")
		}
		if kept.Version > 0 && kept.By != "" {
			sp.Changed = s.say("settings.changed", visible(clip(kept.By, 60)), s.exact(kept.Changed))
		}
		for _, f := range d.Fields {
			sp.Fields = append(sp.Fields, s.shownField(at, f, values[f.Name]))
		}
		for _, a := range d.Acts {
			if a.Fits != nil {
				fits, err := a.Fits(r.Context(), p.Actor)
				if err != nil {
					return err
				}
				if !fits {
					continue
				}
			}
			shown := shownAct{Path: d.Path + "/" + a.Name, Title: s.say(at + a.Name), Hint: s.say(at + a.Name + "-hint"), Field: a.Field, Kind: a.Kind, Key: s.newKey()}
			if a.Field != "" {
				shown.FieldLabel = s.say(at + a.Name + "-" + a.Field)
			}
			sp.Acts = append(sp.Acts, shown)
		}
		if d.Status != nil {
			if sp.Status, err = d.Status(r.Context(), p.Actor); err != nil {
				return err
			}
		}
		return s.showPage(w, r, "setting", sp)
	}
}

func (s *Server) shownField(at string, f settingField, value string) shownField {
	shown := shownField{settingField: f, Label: s.say(at + f.Name), Value: value}
	if f.Hint {
		shown.HintText = s.say(at + f.Name + "-hint")
	}
	if f.Kind == "yes" {
		for _, v := range []string{"no", "yes"} {
			shown.Choices = append(shown.Choices, choice{v, s.say("preferences." + v), v == value})
		}
	}
	for _, o := range f.Options {
		shown.Choices = append(shown.Choices, choice{o, s.say(at + f.Name + "-" + o), o == value})
	}
	return shown
}

func (s *Server) settingChange(d *setting) httpd.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		act, err := s.settingAct(r)
		if err != nil {
			return err
		}
		result, err := d.Save(r.Context(), login.Actor(r), r.PostForm, act)
		if err != nil {
			return s.refused(w, r, d.Path, err)
		}
		return s.done(w, r, d.Path, result)
	}
}

// settingAct reads what every form of a setting carries.
func (s *Server) settingAct(r *http.Request) (admin.Act, error) {
	if err := r.ParseForm(); err != nil {
		return admin.Act{}, access.Invalid("settings", s.say("error.form"))
	}
	return admin.Act{Key: r.PostFormValue("key"), Version: atoi(r.PostFormValue("version")), Reason: r.PostFormValue("reason")}, nil
}

func (s *Server) settingDo(d *setting, a settingAct) httpd.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		act, err := s.settingAct(r)
		if err != nil {
			return err
		}
		act.Version = 0
		result, err := a.Do(r.Context(), login.Actor(r), r.PostFormValue(a.Field), act)
		if err != nil {
			return s.refused(w, r, d.Path, err)
		}
		return s.done(w, r, d.Path, result)
	}
}

func digitsOf(n int) string { return strconv.Itoa(n) }

// whole reads a number of a form; what is none becomes one that no setting takes.
func whole(form url.Values, name string) int {
	n, err := strconv.Atoi(form.Get(name))
	if err != nil {
		return -1
	}
	return n
}
