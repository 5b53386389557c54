// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/gateway"
)

type checkOutsideCommand struct {
	Server  string `arg:"" help:"The mail server's own name or address, as strangers would try it; with a port where HTTPS is not on 443."`
	Gateway string `help:"The name phones use, to see that it is not the same machine." placeholder:"NAME"`
}

// Run knocks from where it runs: on a machine inside the network it proves nothing.
func (c *checkOutsideCommand) Run(s *session) error {
	const op = "check outside"
	if strings.Contains(c.Server, "/") {
		return access.Invalid(op, "Name the mail server without https:// and without a path.")
	}
	fmt.Fprintf(s.stdout, "%s, as it looks from here\n", c.Server)
	if same := sameMachine(s.ctx, c.Server, c.Gateway); same != "" {
		return access.Invalid(op, fmt.Sprintf("%s and %s are both at %s: this would try the gateway. Give the mail server's own name.", c.Server, c.Gateway, same))
	}
	around, answers := 0, false
	for _, d := range gateway.CheckOutside(s.ctx, gateway.Outside{Host: c.Server}) {
		mark := "closed "
		switch {
		case d.State == gateway.DoorOpen && d.Ours:
			mark = "AROUND "
			around++
		case d.State == gateway.DoorOpen:
			mark = "open   "
		case d.State == gateway.DoorUnclear:
			mark = "unclear"
		}
		answers = answers || !strings.HasPrefix(d.Text, "no answer")
		fmt.Fprintf(s.stdout, "  %s %s (%s): %s\n", mark, d.Name, d.At, d.Text)
	}
	switch {
	case around > 0:
		return access.Invalid(op, "Phones can go around the gateway: close what is marked AROUND for everybody but the gateways.")
	case !answers:
		fmt.Fprintln(s.stdout, "Nothing answers at all: all is closed, or this machine cannot reach it. Try something from here that you know to be open.")
	}
	fmt.Fprintln(s.stdout, "ActiveSync does not answer here. That holds for this machine's place in the network and for this name only.")
	return nil
}

// sameMachine gives an address that two names share.
func sameMachine(ctx context.Context, server, other string) string {
	if other == "" {
		return ""
	}
	if host, _, err := net.SplitHostPort(server); err == nil {
		server = host
	}
	mine, err := net.DefaultResolver.LookupHost(ctx, server)
	if err != nil {
		return ""
	}
	theirs, err := net.DefaultResolver.LookupHost(ctx, other)
	if err != nil {
		return ""
	}
	for _, a := range mine {
		if slices.Contains(theirs, a) {
			return a
		}
	}
	return ""
}
