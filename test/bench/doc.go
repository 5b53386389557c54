// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Command bench measures the gateway beside the proxies an expert would use instead: nginx, nginx
// with auth_request, HAProxy with a map, and Go's httputil.ReverseProxy. All stand behind the same
// load, one after the other within every round, so that only ratios inside a round are compared.
//
// It starts every part as a process of its own on loopback and reads their cost from /proc: CPU is
// user plus system time of the whole process tree (the policy service of auth_request included),
// memory is the proportional set size (PSS).
//
// With -only storm thousands of phones come at once instead, each with a new connection, and do as
// Retry-After tells them.
//
// Usage: go run ./test/bench [-rounds 5] [-only short,parked] [-peers vedette,nginx] [-json FILE]
package main
