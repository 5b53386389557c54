// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package provision holds the shapes of the Provision conversation ([MS-ASPROV]) and of the
// DeviceInformation that phones tell in it or in Settings: what a phone asks, what a server answers,
// remote wipe included, built and read.
//
// A conversation has two rounds. The phone asks for a policy and gets it with a temporary key; it says
// what it made of the policy and gets the final key, which it then sends with every command. A phone that
// is to be wiped gets a RemoteWipe in place of the policy and says that it has received it. Order of
// elements is part of the protocol; this package keeps it when it writes and does not need it when it
// reads.
//
// The settings inside a policy document are not interpreted here: [Response] carries the document as it
// came. Anybody may import this package. It imports the words of eas, and wbxml.
package provision
