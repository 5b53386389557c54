// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// difference is one thing on which two configurations of the same mail servers do not agree: an account
// that comes through one gateway then has another name than through the other, and a block holds on one
// of the two ways only.
type difference struct {
	gateway access.GatewayID // the one to look at
	text    string
}

// mostDifferences is how many are told; the first one is mended first anyway.
const mostDifferences = 20

// voice is one configuration: of a gateway, or the console's own.
type voice struct {
	gateway access.GatewayID // empty: the console's own
	called  string
	servers []access.MailServer
}

// differences compares the gateways with each other, in the order of their names, and then the
// configuration of the console with the first one that tells of the same realm.
func differences(file []access.MailServer, list []access.Gateway) []difference {
	var voices []voice
	for i := range list {
		if s := serversOf(&list[i]); len(s) > 0 {
			voices = append(voices, voice{list[i].ID, "gateway " + string(list[i].ID), s})
		}
	}
	slices.SortFunc(voices, func(x, y voice) int { return strings.Compare(string(x.gateway), string(y.gateway)) })
	var out []difference
	for i := range voices {
		for j := range i {
			// One pair of voices for each thing: the first that has a word to say about it.
			out = append(out, compareVoices(&voices[j], &voices[i])...)
		}
	}
	if len(file) > 0 {
		own := voice{"", "the console's own configuration", file}
		for i := range voices {
			for _, d := range compareVoices(&voices[i], &own) {
				d.gateway = voices[i].gateway
				d.text += " The gateway's word counts."
				out = append(out, d)
			}
		}
	}
	return out[:min(len(out), mostDifferences)]
}

func compareVoices(x, y *voice) (out []difference) {
	differ := func(format string, args ...any) {
		out = append(out, difference{y.gateway, fmt.Sprintf(format, args...)})
	}
	for _, s := range y.servers {
		at := slices.IndexFunc(x.servers, func(t access.MailServer) bool { return t.Name == s.Name })
		if at < 0 {
			continue
		}
		switch t := x.servers[at]; {
		case t.Realm != s.Realm:
			differ("The accounts of mail server %s are in realm %s for %s and in realm %s for %s.", s.Name, t.Realm, x.called, s.Realm, y.called)
		case t.Type != s.Type:
			differ("Mail server %s is of type %s for %s and of type %s for %s.", s.Name, t.Type, x.called, s.Type, y.called)
		}
	}
	for _, realm := range realmsIn(y.servers) {
		if !slices.Contains(realmsIn(x.servers), realm) {
			continue
		}
		has, lacks := domainsIn(x.servers, realm), domainsIn(y.servers, realm)
		if more := without(has, lacks); len(more) > 0 {
			differ("The domains of realm %s: %s names %s, and %s does not.", realm, x.called, strings.Join(more, ", "), y.called)
		}
		if more := without(lacks, has); len(more) > 0 {
			differ("The domains of realm %s: %s names %s, and %s does not.", realm, y.called, strings.Join(more, ", "), x.called)
		}
	}
	return out
}

func realmsIn(list []access.MailServer) (names []string) {
	for _, s := range list {
		names = append(names, s.Realm)
	}
	return union(names, nil)
}

func domainsIn(list []access.MailServer, realm string) (names []string) {
	for _, s := range list {
		if s.Realm == realm {
			names = append(names, s.Domains...)
		}
	}
	return union(names, nil)
}

func without(list, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(gone, s) })
}
