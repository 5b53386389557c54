// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package courier carries words out of the house: letters to a mail server, audit lines to a collector or a
// file.
//
// Those who have something to send come in with an address, the words and a deadline; nothing of what the
// house knows passes through but that. The courier keeps nothing: what could not be delivered is reported,
// in words for the person who looks after it, and whoever sent it comes again.
//
//	courier.SendMail(ctx, courier.MailServer{…}, courier.Letter{…}) error
//	courier.SendSyslog(ctx, courier.Collector{…}, []courier.Line{…}) error   // all have arrived, or it is an error
//	courier.AppendJSON(path, []courier.Line{…}) error                         // all are on disk, or it is an error
package courier
