// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import "github.com/vedette-mail/vedette/internal/store"

// keptReleases is how many releases out of a rule's quarantine Undo brings back.
const keptReleases = 2000

// releasesOf gives what Undo needs of the releases that go with a rule when it is deleted, or speaks of others.
func releasesOf(tx *store.Tx, b *store.Blocking) ([]store.Ruled, error) {
	if b.Released == 0 {
		return nil, nil
	}
	return tx.ReleasedBy(b.ID, keptReleases)
}

// releasesBack brings them back, and says so where there were more.
func releasesBack(tx *store.Tx, before *ruleBefore) (text string, err error) {
	if before.Rule.Released > int64(len(before.Released)) {
		text = " Not all of its releases are back: there were too many."
	}
	return text, tx.RestoreReleases(before.Rule.ID, before.Released)
}
