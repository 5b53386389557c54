// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/url"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// mostCompared is how many candidates a pane compares; Link To has all of them.
const mostCompared = 3

// comparison puts a record and a registered device side by side where the matcher has linked neither to the
// other: what speaks for and against it, and both sets of facts.
type comparison struct {
	candidate
	Title template.HTML
	Mark  template.HTML
}

// compareDevices says in a record's pane why it is not linked, device by device that comes into question.
func (s *Server) compareDevices(ctx context.Context, who access.Actor, c *category, a *admin.Row) error {
	found, err := s.admin.LinkCandidates(ctx, who, a.ID, "")
	if err != nil {
		if access.KindOf(err) == access.KindNotFound {
			return nil // it has gone meanwhile
		}
		return err
	}
	for i := range found.List[:min(len(found.List), mostCompared)] {
		one := s.newCandidate(&found.List[i])
		c.Beside = append(c.Beside, comparison{one, anchor(one.Href, joinWords(one.Name, found.List[i].OwnerName)), s.score(one.Score)})
	}
	if len(c.Beside) == 0 && c.Note == "" {
		c.Note = s.say("details.no-candidates")
	}
	return nil
}

// compareRecords says in a device's pane why no phone is linked to it, record by record that comes into question.
func (s *Server) compareRecords(ctx context.Context, who access.Actor, d *admin.DeviceDetails) (c thingCategory, err error) {
	found, err := s.admin.RecordCandidates(ctx, who, d.ID, mostCompared)
	if err != nil {
		if access.KindOf(err) == access.KindNotFound {
			err = nil
		}
		return c, err
	}
	c = s.thingCategory("device.unmatched", s.say("activesync.count", len(found)))
	c.Open = len(found) > 0
	for i := range found {
		a := &found[i].Row
		c.Beside = append(c.Beside, comparison{s.newCandidate(&found[i].LinkCandidate),
			anchor("/activesync/"+url.PathEscape(string(a.ID)), joinWords(userOf(a), phoneOf(a))), s.score(found[i].Score)})
	}
	c.Empty = s.say("device.no-candidates")
	return c, nil
}

// anchor is a link to somebody else's words.
func anchor(href, words string) template.HTML {
	return template.HTML(`<a href="`+template.HTMLEscapeString(href)+`">`) + text(words, 120) + `</a>`
}
