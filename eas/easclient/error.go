// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package easclient

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// HTTPError is an answer with another HTTP status than 200. [MS-ASHTTP] 2.2.2.1.1
type HTTPError struct {
	Status int
	Header http.Header
	Body   []byte // at most MaxBody bytes, often empty
}

func (e *HTTPError) Error() string { return "easclient: HTTP status " + strconv.Itoa(e.Status) }

// RetryAfter is the wait the server asks for, or 0. Dates are not read: servers send seconds.
func (e *HTTPError) RetryAfter() time.Duration {
	n, err := strconv.ParseUint(e.Header.Get("Retry-After"), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

// StatusError is a refusal inside the body of an HTTP 200. Values from 101 on mean the same under every
// command, see eas.Status; smaller ones belong to the command. [MS-ASCMD] 2.2.2
type StatusError struct {
	Command eas.Command
	Element wbxml.Tag // parent of the Status element
	Status  int       // 0 when the element is missing or no number
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("easclient: %s: %s holds status %d", e.Command, e.Element, e.Status)
}

// check returns a *StatusError when the Status child of n is none of ok.
func check(cmd eas.Command, n *wbxml.Node, status wbxml.Tag, ok ...int) (int, error) {
	v := number(n.Child(status))
	for _, o := range ok {
		if v == o {
			return v, nil
		}
	}
	e := &StatusError{Command: cmd, Status: v}
	if n != nil {
		e.Element = n.Tag
	}
	return v, e
}

// number reads an unsigned number, 0 for anything else.
func number(n *wbxml.Node) int {
	v, err := strconv.ParseUint(n.Value(), 10, 31)
	if err != nil {
		return 0
	}
	return int(v)
}

// each calls f for every child of n with this tag.
func each(n *wbxml.Node, tag wbxml.Tag, f func(*wbxml.Node)) {
	if n == nil {
		return
	}
	for _, k := range n.Kids {
		if k.Tag == tag {
			f(k)
		}
	}
}
