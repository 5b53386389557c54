// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build race

package gateway

// stride is how many letters a test of all letters goes at a time: a prime number of steps: the race detector finds nothing here, and is slow.
const stride = 11
