// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package provision

// Fault is why a document is no part of the conversation.
type Fault uint8

// ErrRoot is a document whose root is not Provision.
const ErrRoot Fault = 1

// Error names the fault in constant words.
func (Fault) Error() string { return "provision: not a Provision document" }
