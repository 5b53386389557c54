// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package phone simulates phones: the programs people read mail with, each with the manners it is known
// for. They ask for versions, accept policies, synchronise, wait for mail, write to colleagues now and
// then, and react to refusals the way their originals do. One guesses passwords, one sends hostile text.
//
// The demo and the tests come in here; the product itself never does. What passes through is plain
// ActiveSync to whatever URL the caller gives, so a simulated phone can as well be pointed at a real
// server. Nothing is shared between two phones but what the caller hands to both.
package phone
