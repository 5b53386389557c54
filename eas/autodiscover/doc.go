// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package autodiscover finds the ActiveSync endpoint that belongs to a mail address, and speaks for a
// server that is asked for one.
//
// Two protocols share the work: version 1 is an XML document posted to /autodiscover/autodiscover.xml
// ([MS-ASCMD] 2.2.1.1), version 2 is a GET on /autodiscover/autodiscover.json answered in JSON. Only the
// mobilesync schema is understood; requests for the desktop schema on the same address are reported as
// such (Request.Schema), so that a middlebox can leave them to the server behind it.
//
// Phones, gateways and servers may come in. What passes through is documents and parsed values: nothing
// here opens a connection except Client, and Client only through the http.Client and the SRV lookup it
// was given. Everything read from outside is capped, and a URL is only ever put together from parsed
// and checked parts, never from the text of a query.
package autodiscover
