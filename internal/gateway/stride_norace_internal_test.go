// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

package gateway

// stride is how many letters a test of all letters goes at a time: every one.
const stride = 1
