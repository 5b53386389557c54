// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
)

// Assets serves a tree of files that does not change while the program runs. Each file has an ETag of
// its content; one whose name carries a hash ("app-3F2A9C1B.js", "app.3f2a9c1b.css") may be kept for
// ever. Where "name.gz" lies beside "name" it is sent to whoever takes gzip, and is not served under its
// own name. Directories are not listed.
type Assets struct {
	files map[string]*asset
}

type asset struct {
	plain, gzip []byte
	etag        string
	contentType string
	hashed      bool
}

// NewAssets reads the whole tree.
func NewAssets(tree fs.FS) (*Assets, error) {
	a := &Assets{files: map[string]*asset{}}
	packed := map[string][]byte{}
	hashName := regexp.MustCompile(`[.-][0-9A-Za-z]{8,}\.[a-z0-9]+$`)
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		if plain, isPacked := strings.CutSuffix(name, ".gz"); isPacked {
			packed[plain] = content
			return nil
		}
		sum := sha256.Sum256(content)
		a.files[name] = &asset{
			plain: content, etag: hex.EncodeToString(sum[:12]), contentType: contentType(name),
			hashed: hashName.MatchString(path.Base(name)),
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for name, content := range packed {
		if f, found := a.files[name]; found {
			f.gzip = content
		}
	}
	return a, nil
}

// contentType does not ask the machine, whose tables differ.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".map", ".json":
		return "application/json"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// ServeHTTP answers with the file whose name is the path (register it with http.StripPrefix).
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, found := a.files[strings.TrimPrefix(r.URL.Path, "/")]
	if !found {
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", "no-cache")
	if f.hashed {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	content, etag := f.plain, f.etag
	if f.gzip != nil {
		h.Set("Vary", "Accept-Encoding")
		if takesGzip(r) {
			h.Set("Content-Encoding", "gzip")
			content, etag = f.gzip, f.etag+"-gz"
		}
	}
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && !strings.HasPrefix(q, "q=0.000")
		}
	}
	return false
}
