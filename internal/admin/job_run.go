// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import "context"

func (a *Admin) runJobs(context.Context) error { return nil }
