// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package control is the link between the two planes: the console's Hub, the gateway's Spoke, and
// what travels between them.
//
// Down the link come numbered changes: the Hub follows the store, keeps a view of its own, and streams
// batches to every Spoke from the position that Spoke has reached, or a full copy when it has reached
// none that still counts. The Spoke writes each down, applies it to the gateway's snapshot.Holder and
// acknowledges it, in that order. Every so often both compare sums and repair what differs.
//
// Up the link go reports: sightings that matter wait in a spool on disk until the console has taken
// them; those that only move time are folded in memory and sent every few seconds.
//
// Over a network the link is TLS 1.3 with a pinned certificate on both sides, refused before a byte of
// a message is read. In one process (NewDirect) the same Hub and Spoke call each other.
//
// cmd/vedette comes in and wires; the store and the intake are seen only as Source and Intake.
package control
