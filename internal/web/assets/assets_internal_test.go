// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package assets

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

func TestBuiltFilesWinOverThePlaceholder(t *testing.T) {
	placeholder := &fstest.MapFile{Data: []byte(`{"style.css": "plain.css", "app.js": ""}`)}
	built := &fstest.MapFile{Data: []byte(`{"style.css": "style-AAAAAAAA.css", "app.js": "app-BBBBBBBB.js"}`)}
	tests := []struct {
		name  string
		tree  fstest.MapFS
		built bool
		style string
	}{
		{"without a build the placeholder serves", fstest.MapFS{"dist.placeholder/manifest.json": placeholder}, false, "plain.css"},
		{"a build serves", fstest.MapFS{"dist.placeholder/manifest.json": placeholder, "dist/manifest.json": built}, true, "style-AAAAAAAA.css"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := load(tt.tree)
			if err != nil {
				t.Fatal(err)
			}
			if s.Built != tt.built || s.Names["style.css"] != tt.style {
				t.Errorf("built %v, style %q; want %v, %q", s.Built, s.Names["style.css"], tt.built, tt.style)
			}
		})
	}
}

func TestEveryNamedFileIsThere(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range s.Names {
		if file == "" {
			continue
		}
		if _, err := fs.Stat(s.Files, file); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
