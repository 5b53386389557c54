// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net/http"
	"testing"
	"time"
)

// Old phones send no server name and speak TLS 1.2; they get the certificate all the same.
func TestAPhoneThatNamesNoServerIsServed(t *testing.T) {
	w := newWorld(t)
	c := w.dial()
	hello := &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12} // without ServerName none is sent
	conn, ok := c.(*tls.Conn)
	if !ok {
		t.Fatalf("the world speaks %T", c)
	}
	addr := conn.RemoteAddr().String()
	conn.Close()
	old, err := tls.Dial("tcp", addr, hello)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	old.SetDeadline(time.Now().Add(10 * time.Second))
	state := old.ConnectionState()
	if state.ServerName != "" || state.Version != tls.VersionTLS12 || len(state.PeerCertificates) == 0 {
		t.Fatalf("server name %q, version %x, %d certificates", state.ServerName, state.Version, len(state.PeerCertificates))
	}
	io.WriteString(old, post("FolderSync", "", folderSync))
	resp, err := http.ReadResponse(bufio.NewReader(old), nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp, err)
	}
}

func TestTLSBefore12IsNotSpoken(t *testing.T) {
	w := newWorld(t)
	c := w.dial()
	addr := c.RemoteAddr().String()
	c.Close()
	older, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	if err == nil {
		older.Close()
		t.Fatalf("version %x is spoken", older.ConnectionState().Version)
	}
}
