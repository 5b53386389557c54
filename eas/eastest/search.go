// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"sort"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// people lists users whose name or address holds a text, sorted by address.
func (s *Server) people(text string) []User {
	text = strings.ToLower(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []User
	for _, a := range s.users {
		if text != "" && strings.Contains(strings.ToLower(a.Display+" "+a.Address), text) {
			out = append(out, a.User)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Address < out[j].Address })
	return out
}

// search looks into the address book; other stores are refused. [MS-ASCMD] 2.2.1.16
func (e *exchange) search() *answer {
	store := e.root.Child(wbxml.SearchStore)
	if !strings.EqualFold(store.Child(wbxml.SearchName).Value(), "GAL") {
		return e.document(wbxml.Elem(wbxml.SearchSearch, wbxml.Text(wbxml.SearchStatus, "1"), wbxml.Elem(wbxml.SearchResponse,
			wbxml.Elem(wbxml.SearchStore, wbxml.Text(wbxml.SearchStatus, "3")))))
	}
	hits := e.s.people(store.Child(wbxml.SearchQuery).Value())
	out := wbxml.Elem(wbxml.SearchStore, wbxml.Text(wbxml.SearchStatus, "1"))
	for _, u := range hits {
		out.Kids = append(out.Kids, wbxml.Elem(wbxml.SearchResult, wbxml.Elem(wbxml.SearchProperties,
			wbxml.Text(wbxml.GALDisplayName, u.Display), wbxml.Text(wbxml.GALEmailAddress, u.Address))))
	}
	if len(hits) > 0 {
		out.Kids = append(out.Kids, wbxml.Text(wbxml.SearchRange, "0-"+strconv.Itoa(len(hits)-1)), digits(wbxml.SearchTotal, len(hits)))
	} else {
		out.Kids = append(out.Kids, wbxml.EmptyElem(wbxml.SearchResult))
	}
	return e.document(wbxml.Elem(wbxml.SearchSearch, wbxml.Text(wbxml.SearchStatus, "1"), wbxml.Elem(wbxml.SearchResponse, out)))
}

// findCommand is the search of 16.1, in the address book. [MS-ASCMD] 2.2.1.2
func (e *exchange) findCommand() *answer {
	if e.q.Version < eas.V16_1 {
		return e.refuse(eas.StatusCommandNotSupported)
	}
	query := e.root.Find(wbxml.FindExecuteSearch, wbxml.FindGalSearchCriterion, wbxml.FindQuery)
	out := wbxml.Elem(wbxml.FindResponse, wbxml.Text(wbxml.ItemOperationsStore, "GAL"), wbxml.Text(wbxml.FindStatus, "1"))
	hits := e.s.people(query.Value())
	for _, u := range hits {
		out.Kids = append(out.Kids, wbxml.Elem(wbxml.FindResult, wbxml.Elem(wbxml.FindProperties,
			wbxml.Text(wbxml.GALDisplayName, u.Display), wbxml.Text(wbxml.GALEmailAddress, u.Address))))
	}
	out.Kids = append(out.Kids, digits(wbxml.FindTotal, len(hits)))
	return e.document(wbxml.Elem(wbxml.FindFind, wbxml.Text(wbxml.FindStatus, "1"), out))
}

// resolve looks recipients up. [MS-ASCMD] 2.2.1.15
func (e *exchange) resolve() *answer {
	root := wbxml.Elem(wbxml.ResolveRecipientsResolveRecipients, wbxml.Text(wbxml.ResolveRecipientsStatus, "1"))
	each(e.root, wbxml.ResolveRecipientsTo, func(n *wbxml.Node) {
		hits := e.s.people(n.Value())
		status := "1"
		if len(hits) == 0 {
			status = "4"
		}
		resp := wbxml.Elem(wbxml.ResolveRecipientsResponse, wbxml.Text(wbxml.ResolveRecipientsTo, n.Value()),
			wbxml.Text(wbxml.ResolveRecipientsStatus, status), digits(wbxml.ResolveRecipientsRecipientCount, len(hits)))
		for _, u := range hits {
			resp.Kids = append(resp.Kids, wbxml.Elem(wbxml.ResolveRecipientsRecipient, wbxml.Text(wbxml.ResolveRecipientsType, "1"),
				wbxml.Text(wbxml.ResolveRecipientsDisplayName, u.Display), wbxml.Text(wbxml.ResolveRecipientsEmailAddress, u.Address)))
		}
		root.Kids = append(root.Kids, resp)
	})
	return e.document(root)
}

// validate calls every certificate unverifiable: there is nothing here to check it with.
// [MS-ASCMD] 2.2.1.22
func (e *exchange) validate() *answer {
	root := wbxml.Elem(wbxml.ValidateCertValidateCert, wbxml.Text(wbxml.ValidateCertStatus, "1"))
	each(e.root.Child(wbxml.ValidateCertCertificates), wbxml.ValidateCertCertificate, func(*wbxml.Node) {
		root.Kids = append(root.Kids, wbxml.Elem(wbxml.ValidateCertCertificate, wbxml.Text(wbxml.ValidateCertStatus, "17")))
	})
	return e.document(root)
}

// meeting answers that there is no such invitation: calendars are empty here. [MS-ASCMD] 2.2.1.11
func (e *exchange) meeting() *answer {
	root := wbxml.Elem(wbxml.MeetingResponseMeetingResponse)
	each(e.root, wbxml.MeetingResponseRequest, func(n *wbxml.Node) {
		root.Kids = append(root.Kids, wbxml.Elem(wbxml.MeetingResponseResult,
			wbxml.Text(wbxml.MeetingResponseRequestId, n.Child(wbxml.MeetingResponseRequestId).Value()), wbxml.Text(wbxml.MeetingResponseStatus, "2")))
	})
	return e.document(root)
}
