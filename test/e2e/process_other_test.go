// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package e2e_test

import "syscall"

func dieWithUs() *syscall.SysProcAttr { return nil }

// becomeDisk is for Linux, where stories have processes run out of disk.
func becomeDisk() {}
