// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"net/http"
	"net/url"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// retentionSetting is Settings > Retention. What it would delete is shown before it is saved (Y-07).
func (s *Server) retentionSetting() *setting {
	return &setting{Path: "/settings/retention", Words: "retention", Preview: "/settings/retention/preview",
		Fields: []settingField{{Name: "records", Kind: "number", Max: 36500, Hint: true}, {Name: "held", Kind: "yes", Hint: true},
			{Name: "audit", Kind: "number", Max: 36500, Hint: true}, {Name: "tallies", Kind: "number", Min: 1, Max: 31, Hint: true},
			{Name: "jobs", Kind: "number", Min: 1, Max: 30}},
		Values: func(ctx context.Context, who access.Actor) (map[string]string, admin.Kept, error) {
			r, err := s.settings.Retention(ctx, who)
			return map[string]string{"records": digitsOf(r.Records), "held": yesNo(r.Held), "audit": digitsOf(r.Audit), "tallies": digitsOf(r.Tallies),
				"jobs": digitsOf(r.Jobs)}, r.Kept, err
		},
		Save: func(ctx context.Context, who access.Actor, f url.Values, act admin.Act) (admin.Result, error) {
			return s.settings.ChangeRetention(ctx, who, readRetention(f), act)
		},
		Status: func(ctx context.Context, who access.Actor) ([]settingStatus, error) {
			return s.taskStatus(ctx, who, admin.TaskPurge)
		},
		Acts: []settingAct{{Name: "now", Do: s.asking(admin.TaskPurge)}},
	}
}

func readRetention(f url.Values) admin.Retention {
	return admin.Retention{Records: whole(f, "records"), Held: f.Get("held") == "yes", Audit: whole(f, "audit"), Tallies: whole(f, "tallies"), Jobs: whole(f, "jobs")}
}

// retentionPage is the dry run of a purge.
type retentionPage struct {
	page
	Headline string
	Figures  []settingStatus
	Rows     []retentionRow
	More     string
	Notes    []string
	Carry    []named
	Version  int64
	Key      string
	Danger   bool
}

type retentionRow struct {
	User, Device string
	Last         string
	Verdict      verdictWords
}

// retentionPreview answers GET /settings/retention/preview.
func (s *Server) retentionPreview(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newPage(w, r, s.say("settings.retention.preview-title"), "settings-retention")
	if err != nil {
		return err
	}
	now, err := s.settings.Retention(r.Context(), p.Actor)
	if err != nil {
		return err
	}
	set := readRetention(r.URL.Query())
	found, err := s.settings.PreviewPurge(r.Context(), p.Actor, set)
	if err != nil {
		return s.refused(w, r, "/settings/retention", err)
	}
	rp := &retentionPage{page: p, Version: now.Version, Key: s.newKey(), Danger: found.Records > 0 || found.Audit > 0,
		Carry: []named{{"records", digitsOf(set.Records)}, {"held", yesNo(set.Held)}, {"audit", digitsOf(set.Audit)}, {"tallies", digitsOf(set.Tallies)}, {"jobs", digitsOf(set.Jobs)}}}
	figure := func(key string, n int64) {
		rp.Figures = append(rp.Figures, settingStatus{Label: s.say(key), Text: count(s, n)})
	}
	figure("settings.retention.gone-records", int64(found.Records))
	figure("settings.retention.stay-records", int64(found.Held))
	figure("settings.retention.gone-audit", found.Audit)
	figure("settings.retention.gone-tallies", found.Tallies)
	figure("settings.retention.gone-jobs", found.Jobs)
	for i := range found.Rows {
		a := &found.Rows[i]
		rp.Rows = append(rp.Rows, retentionRow{userOf(a), deviceOf(a), s.exact(a.LastSync), wordsOf(a.Why)})
	}
	if rest := found.Records - len(found.Rows); rest > 0 {
		rp.More = s.say("list.and-more", rest)
	}
	if found.Truncated {
		rp.Notes = append(rp.Notes, s.say("settings.retention.truncated"))
	}
	if found.Undelivered {
		rp.Notes = append(rp.Notes, s.say("settings.retention.undelivered"))
	}
	if found.Records > 0 {
		rp.Notes = append(rp.Notes, s.say("settings.retention.anew"))
	}
	return s.showPage(w, r, "retention_preview", rp)
}
