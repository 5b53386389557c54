// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/access/trial"
)

type adminTryCommand struct {
	File string `arg:"" type:"existingfile" help:"A script of what is known and what is asked; what the language is stands in the documentation of internal/access/trial."`
}

// Run asks the rules alone: no console, no gateway and no database is touched.
func (c *adminTryCommand) Run(s *session) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	asked, wrong, err := trial.Run(f)
	if err != nil {
		return access.Invalid("try", "The script cannot be read: "+err.Error())
	}
	if len(wrong) > 0 {
		return access.Invalid("try", fmt.Sprintf("%d of %d questions are answered otherwise:\n%s", len(wrong), asked, strings.Join(wrong, "\n")))
	}
	_, err = fmt.Fprintf(s.stdout, "%d questions are answered as expected.\n", asked)
	return err
}
