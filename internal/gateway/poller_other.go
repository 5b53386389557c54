// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package gateway

import (
	"errors"
	"syscall"
	"time"
)

// Elsewhere than on Linux requests wait in their handler: correct, and dearer.
const canPark = false

const (
	sidePhone  = 0
	sideServer = 1

	eventsData = 0
	eventsGone = 0
)

type watched interface {
	ready(side int, broken bool)
}

type poller struct{}

func newPoller() (*poller, error)                              { return nil, nil }
func (*poller) add(watched) uint64                             { return 0 }
func (*poller) drop(uint64)                                    {}
func (*poller) arm(uint64, int, syscall.RawConn, uint32) error { return errors.ErrUnsupported }
func (*poller) disarm(syscall.RawConn)                         {}
func (*poller) close()                                         {}

// alive cannot look into a socket here. A reused connection that turns out dead costs a safe command
// one repetition, and others never get one.
func alive(syscall.RawConn) bool { return true }

func past() time.Time { return time.Unix(1, 0) }
