// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

// rule makes the company's two blocking rules: a few phones wait in quarantine for somebody to look at them, and
// those that are soon too old are only shown.
func (c *console) rule(ctx context.Context) error {
	who := access.Actor{Name: "admin", Role: access.RoleAdministrator}
	for _, f := range []admin.RuleForm{
		{Name: "Android without security updates", Kind: access.BlockingOS, OS: "Android", Version: "10", Action: access.ActionQuarantine,
			Note: "Release a phone only while its replacement is on the way"},
		{Name: "iOS that ends this year", Kind: access.BlockingOS, OS: "iOS", Version: "16", Action: access.ActionWarn,
			Note: "To be blocked from January"},
	} {
		f.Enabled, f.Most = true, store.DefaultMost
		if _, err := c.admin.CreateRule(ctx, who, f, admin.Act{}); err != nil {
			return err
		}
	}
	return nil
}
