// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package oidctest is a small OpenID Connect provider for tests: discovery, keys, authorization with PKCE,
// and the token endpoint, on loopback. It lets everybody in as the person it is told, and can be told to
// lie in every way a sign-in has to notice.
package oidctest
