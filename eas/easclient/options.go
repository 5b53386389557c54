// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package easclient

import (
	"context"
	"net/http"
	"strings"

	"github.com/vedette-mail/vedette/eas"
)

// OptionsResult is what a server says about itself. [MS-ASHTTP] 2.2.4
type OptionsResult struct {
	*Reply
	Versions []eas.Version // known ones, in the order of the server
	Commands []string
	Server   string // MS-Server-ActiveSync
}

// Best is the highest version offered, or VersionUnknown.
func (o *OptionsResult) Best() eas.Version {
	best := eas.VersionUnknown
	for _, v := range o.Versions {
		best = max(best, v)
	}
	return best
}

// Options asks for versions and commands, without a query, as most phones do.
func (c *Client) Options(ctx context.Context) (*OptionsResult, error) {
	reply, err := c.Do(ctx, Request{Method: http.MethodOptions, Command: eas.Options, NoQuery: true})
	if reply == nil {
		return nil, err
	}
	res := &OptionsResult{Reply: reply, Server: reply.Header.Get(eas.HeaderServer)}
	for _, s := range list(reply.Header.Get(eas.HeaderProtocolVersions)) {
		if v, ok := eas.ParseVersion(s); ok && v.Known() {
			res.Versions = append(res.Versions, v)
		}
	}
	res.Commands = list(reply.Header.Get(eas.HeaderProtocolCommands))
	return res, err
}

func list(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
