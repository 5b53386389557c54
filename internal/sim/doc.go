// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package sim is the faked world in one piece: a company, its mail hosts and its phones.
//
// cmd/vedette shows the product with it, and tests of the whole tell stories in it; nobody else comes in.
// Hosts first, then whatever stands between, then the phones: the caller puts the gateway in the middle.
package sim
