// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
)

// describe gives blocking rules what the request tells of a phone nobody has recorded. Of others the console
// knows more, and has said which rules speak of them.
func (q *ask) describe(v access.View) {
	q.facts.Stranger = nil
	if len(v.Blockings()) == 0 || q.pair.IsZero() || v.Record(access.Canonical(v, q.pair)) != nil {
		return
	}
	client := q.server.agents.of(q.r.UserAgent())
	q.traits = access.Traits{
		OS: client.OS, OSVersion: client.OSVersion, Client: client.App, Model: client.Model,
		Protocol: q.query.VersionText, UserAgent: q.r.UserAgent(), DeviceType: q.query.DeviceType,
	}
	if q.query.Base64 {
		q.traits.Protocol = q.query.Version.String()
	}
	q.facts.Stranger = &q.traits
}

// lasting are the facts of the request as they may outlive it: a record will speak for the phone by then.
func (q *ask) lasting() access.Facts {
	f := q.facts
	f.Stranger = nil
	return f
}

// readFeature looks whether the body asks for documents of a file share, and reports whether it does, where a
// rule is about that: in Search and ItemOperations alone it is possible. [MS-ASDOC] 3.1.5
func (g *Gateway) readFeature(q *ask) bool {
	if q.command != eas.Search && q.command != eas.ItemOperations || q.facts.Feature != "" ||
		!slices.ContainsFunc(g.cfg.Snapshot.Load().Blockings(), ofLibrary) || !asksLibrary(q) {
		return false
	}
	q.facts.Feature = access.FeatureLibrary
	return true
}

func ofLibrary(b *access.Blocking) bool {
	return b.Kind == access.BlockingCommand && slices.Contains(b.Commands, access.FeatureLibrary)
}

// asksLibrary reports whether a body asks for documents. One that is too long, packed or broken might: then it
// does, for a document that leaks is worse than a search that fails. What it could read it keeps for the answer.
func asksLibrary(q *ask) bool {
	if !q.body.whole || q.r.Header.Get("Content-Encoding") != "" {
		return true
	}
	doc, err := wbxml.Parse(q.body.bytes(), infoLimits)
	if err != nil {
		return true
	}
	q.asked = doc
	return namesLibrary(doc)
}

func namesLibrary(n *wbxml.Node) bool {
	switch n.Tag {
	case wbxml.SearchName, wbxml.ItemOperationsStore:
		if name := strings.Join(strings.Fields(n.Value()), ""); strings.EqualFold(name, "DocumentLibrary") {
			return true
		}
	}
	return n.Tag.Page() == wbxml.DocumentLibraryLinkId.Page() || slices.ContainsFunc(n.Kids, namesLibrary)
}
