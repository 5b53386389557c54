// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package seal keeps secrets at rest: what the store writes down of a TOTP seed or a password of a
// server is sealed here first.
//
// Anybody who stores a secret may come in. What passes through is short text: plaintext in, one line of
// printable text out, bound to a purpose so that a sealed value cannot be moved to another column and
// opened there. The key comes from a file or from a systemd credential and is never in the database or
// in its backups: a stolen backup opens nothing.
package seal
