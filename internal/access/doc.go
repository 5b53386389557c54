// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package access is the domain: the words of the field and the rules about them.
//
// It answers one question, may this account on this device talk to the mail server now, and gives the
// reason. It is pure: it imports nothing of ours, does no input or output and has no clock; whoever
// asks hands in the time. Everybody may import it.
package access
