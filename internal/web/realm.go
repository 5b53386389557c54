// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// realms gives the choices of where an account lives: what gateways and the configuration have told of,
// with the domains of each. Where there is one only, it is chosen; where there are several nothing is,
// for a guess would approve somebody else's phone. None at all: nobody has told of any.
func (s *Server) realms(ctx context.Context, who access.Actor, chosen string) ([]choice, error) {
	list, err := s.admin.ListRealms(ctx, who)
	if err != nil {
		return nil, err
	}
	if chosen == "" && len(list) == 1 {
		chosen = list[0].Name
	}
	var out []choice
	for _, r := range list {
		label := visible(clip(r.Name, 60))
		if len(r.Domains) > 0 {
			label = s.say("realm.with-domains", label, visible(clip(strings.Join(r.Domains, ", "), 80)))
		}
		out = append(out, choice{r.Name, label, false})
	}
	return choose(out, chosen, s.say("realm.choose")), nil
}

// choose marks one of the choices. What is chosen stays to be had even if it is none of them any more;
// nothing is a choice as long as nothing is chosen.
func choose(list []choice, chosen, nothing string) []choice {
	out := slices.DeleteFunc(slices.Clone(list), func(c choice) bool { return c.Value == "" })
	for i := range out {
		out[i].Chosen = out[i].Value == chosen
	}
	switch {
	case len(out) == 0 && chosen == "":
	case chosen == "":
		out = slices.Insert(out, 0, choice{"", nothing, true})
	case !slices.ContainsFunc(out, func(c choice) bool { return c.Chosen }):
		out = slices.Insert(out, 0, choice{chosen, visible(clip(chosen, 60)), true})
	}
	return out
}
