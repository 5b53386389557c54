// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"math"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// Settings are the preferences of Services > Sentry. A request names them all, so that none is set back
// by being forgotten.
type Settings struct {
	AutoBlock                bool          `json:"auto_block" doc:"Refuse pairs that are not linked to a registered device"`
	UnknownWhenAway          access.Answer `json:"unknown_when_away" enum:"refuse,pass" doc:"Pairs never seen before while the console is away"`
	MaxVerdictAge            int64         `json:"max_verdict_age_seconds" minimum:"0" doc:"How long known pairs live on their last verdict while the console is away; 0: without limit"`
	ReconcileEvery           int64         `json:"reconcile_every_seconds" minimum:"0" doc:"Interval of the full comparison between gateway and console"`
	Shadow                   bool          `json:"shadow" doc:"Decide and show everything, enforce nothing"`
	RefuseOtherUser          bool          `json:"refuse_other_user" doc:"Refuse a request that names another user than its credentials"`
	UnknownUsers             string        `json:"unknown_users,omitempty" enum:"flag,unregistered" doc:"Accounts that belong to no user: flag them, or treat them as unregistered, so that auto_block refuses them even where they are linked. Absent: flag"`
	AllowOverridesCompliance bool          `json:"allow_overrides_compliance" doc:"A manual Allow speaks before 'device not compliant'"`
	OneServerType            bool          `json:"one_server_type" required:"false" doc:"Refuse a phone at mail servers of another type than that of its earliest record. Absent: false"`
	DeviceLimit              int           `json:"device_limit" required:"false" minimum:"0" doc:"How many devices may use one mailbox; those that came first stay. 0 or absent: any number"`
}

func settingsOf(p access.Preferences) Settings {
	return Settings{AutoBlock: p.AutoBlock, UnknownWhenAway: p.UnknownWhenAway, MaxVerdictAge: int64(p.MaxVerdictAge / time.Second),
		ReconcileEvery: int64(p.ReconcileEvery / time.Second), Shadow: p.Shadow, RefuseOtherUser: p.RefuseOtherUser,
		UnknownUsers: unknownUsers(p), AllowOverridesCompliance: p.AllowOverridesCompliance,
		OneServerType: p.OneServerType, DeviceLimit: p.DeviceLimit}
}

const (
	usersFlagged      = "flag"
	usersUnregistered = "unregistered"
)

func unknownUsers(p access.Preferences) string {
	if p.UnknownUsersUnregistered {
		return usersUnregistered
	}
	return usersFlagged
}

func (s *Settings) preferences() access.Preferences {
	return access.Preferences{AutoBlock: s.AutoBlock, UnknownWhenAway: s.UnknownWhenAway, MaxVerdictAge: seconds(s.MaxVerdictAge),
		ReconcileEvery: seconds(s.ReconcileEvery), Shadow: s.Shadow, RefuseOtherUser: s.RefuseOtherUser,
		UnknownUsersUnregistered: s.UnknownUsers == usersUnregistered, AllowOverridesCompliance: s.AllowOverridesCompliance,
		OneServerType: s.OneServerType, DeviceLimit: s.DeviceLimit}
}

// seconds does not wrap around: what is too long stays too long, and is refused as such.
func seconds(n int64) time.Duration {
	return time.Duration(min(n, math.MaxInt64/int64(time.Second))) * time.Second
}

type preferencesOutput struct {
	ETag string `header:"ETag"`
	Body struct {
		Settings Settings  `json:"settings"`
		Version  int64     `json:"version" doc:"The ETag; 0: nobody has changed them yet"`
		Changed  time.Time `json:"changed,omitzero"`
		By       string    `json:"by,omitempty"`
	} `nameHint:"Preferences"`
}

// preferencesFind answers GET /preferences.
func (s *Server) preferencesFind(ctx context.Context, who access.Actor, _ *struct{}) (*preferencesOutput, error) {
	p, err := s.admin.Preferences(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &preferencesOutput{ETag: etag(p.Version)}
	out.Body.Settings, out.Body.Version, out.Body.Changed, out.Body.By = settingsOf(p.Preferences), p.Version, p.Changed.UTC(), p.By
	return out, nil
}

type preferencesChangeInput struct {
	Conditions
	Body struct {
		Settings Settings `json:"settings"`
		Reason   string   `json:"reason,omitempty" doc:"Kept in the audit log"`
	} `nameHint:"PreferencesChange"`
}

// preferencesChange answers PUT /preferences. Settings are written as a whole, so the caller has to say
// which ones it had looked at, or with * that it does not care.
func (s *Server) preferencesChange(ctx context.Context, who access.Actor, in *preferencesChangeInput) (*resultOutput, error) {
	expected, err := in.read()
	switch {
	case err != nil:
		return nil, err
	case !expected.given:
		return nil, &httpd.StatusError{Status: http.StatusPreconditionRequired,
			Text: "Name the settings you have looked at: send their ETag as If-Match, or * to replace whatever is there."}
	case expected.any:
		now, err := s.admin.Preferences(ctx, who)
		if err != nil {
			return nil, err
		}
		expected.version = now.Version
	}
	r, err := s.admin.ChangePreferences(ctx, who, in.Body.Settings.preferences(),
		admin.Act{Key: in.Key, Version: expected.version, Reason: in.Body.Reason})
	return resultOf(r, expected.refine(err))
}

type previewInput struct {
	Body struct {
		Settings Settings `json:"settings"`
	} `nameHint:"PreviewRequest"`
}

// preferencesPreview answers POST /preferences/preview. It changes nothing.
func (s *Server) preferencesPreview(ctx context.Context, who access.Actor, in *previewInput) (*previewOutput, error) {
	return previewOf(s.admin.PreviewPreferences(ctx, who, in.Body.Settings.preferences()))
}

func (s *Server) mountPreferences() {
	tags := []string{"Preferences"}
	handle(s, access.VerbView, huma.Operation{
		OperationID: "find-preferences", Method: http.MethodGet, Path: "/preferences", Tags: tags, Summary: "The settings of Services > Sentry",
	}, s.preferencesFind)
	handle(s, access.VerbChangePreferences, huma.Operation{
		OperationID: "change-preferences", Method: http.MethodPut, Path: "/preferences", Tags: tags, Summary: "Replace all settings",
		Errors: []int{http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired},
	}, s.preferencesChange)
	handle(s, access.VerbChangePreferences, huma.Operation{
		OperationID: "preview-preferences", Method: http.MethodPost, Path: "/preferences/preview", Tags: tags,
		Summary: "What other settings would do now, record by record",
	}, s.preferencesPreview)
}
