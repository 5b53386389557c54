// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd_test

import (
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/vedette-mail/vedette/internal/httpd"
)

func TestAssets(t *testing.T) {
	a, err := httpd.NewAssets(fstest.MapFS{
		"app-3F2A9C1B.js":    {Data: []byte("plain")},
		"app-3F2A9C1B.js.gz": {Data: []byte("packed")},
		"logo.svg":           {Data: []byte("<svg/>")},
		"img/tiny.png":       {Data: []byte("png")},
	})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path, accept string
		status             int
		body, encoding     string
		cache              string
	}{
		{"a hashed file is kept for ever", "/app-3F2A9C1B.js", "", 200, "plain", "", "public, max-age=31536000, immutable"},
		{"whoever takes gzip gets it", "/app-3F2A9C1B.js", "br, gzip", 200, "packed", "gzip", "public, max-age=31536000, immutable"},
		{"whoever refuses gzip does not", "/app-3F2A9C1B.js", "gzip;q=0", 200, "plain", "", "public, max-age=31536000, immutable"},
		{"another file is asked for again", "/logo.svg", "gzip", 200, "<svg/>", "", "no-cache"},
		{"the packed form has no name of its own", "/app-3F2A9C1B.js.gz", "", 404, "There is no such file.\n", "", ""},
		{"a folder is not listed", "/img/", "", 404, "There is no such file.\n", "", ""},
		{"there is no way out", "/../assets_test.go", "", 404, "There is no such file.\n", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "http://console.example/", nil)
			r.URL.Path = tt.path
			r.Header.Set("Accept-Encoding", tt.accept)
			w := httptest.NewRecorder()
			a.ServeHTTP(w, r)
			if w.Code != tt.status || w.Body.String() != tt.body || w.Header().Get("Content-Encoding") != tt.encoding ||
				w.Header().Get("Cache-Control") != tt.cache {
				t.Fatalf("%d %q %v", w.Code, w.Body, w.Header())
			}
			if tt.status != 200 {
				return
			}
			r.Header.Set("If-None-Match", w.Header().Get("ETag"))
			again := httptest.NewRecorder()
			a.ServeHTTP(again, r)
			if again.Code != 304 || again.Body.Len() != 0 {
				t.Errorf("asked again: %d %q", again.Code, again.Body)
			}
		})
	}
}
