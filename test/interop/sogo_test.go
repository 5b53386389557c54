// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"testing"

	"github.com/vedette-mail/vedette/test/parts"
)

// TestSOGo tells every story to the server itself, as a web server stands before
// it in every installation and as it is alone. What fails here is the parts or
// the story, not the gateway.
func TestSOGo(t *testing.T) {
	s := parts.SOGo(t)
	front := s.Front(t)
	t.Run("behind nginx", func(t *testing.T) {
		client := &http.Client{Transport: &http.Transport{}}
		tellStories(t, site{url: front.URL, client: client, sogo: s, chunked: true}, "N")
	})
	t.Run("behind nginx with TLS", func(t *testing.T) {
		pem, err := os.ReadFile(front.CA)
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			t.Fatal("no certificate in the file")
		}
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
		storyOptions(t, site{url: front.TLSURL, client: client, sogo: s}, "T")
	})
	t.Run("alone", func(t *testing.T) {
		// sogod closes after each answer and does not say so: no connection twice.
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		tellStories(t, site{url: s.URL(), client: client, sogo: s}, "D")
	})
}
