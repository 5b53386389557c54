// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package e2e tells whole stories: phones, mail servers, gateways and a console as processes of their own,
// on loopback. What a room promises for itself is tested there; here is what only shows when all of them
// stand together.
//
// Nobody comes in: the package holds tests only. The program is built once, the mail servers are those of
// eastest, the phones those of easclient, and what people do goes through the API, the pages or the
// command line. A story waits for what it wants to see and never for time to pass.
package e2e
