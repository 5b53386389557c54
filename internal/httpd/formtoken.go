// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// FormTokenField is the name of the hidden field that every form carries.
const FormTokenField = "form_token"

// FormTokenHeader carries the same for requests that scripts make.
const FormTokenHeader = "X-Form-Token"

// FormToken derives the token of a session's forms from a secret that only the session holds. It gives
// nothing of the secret away, so it may stand in a page.
func FormToken(secret []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("form token"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// CheckFormToken reports whether r carries the token of the session with this secret, in its header or
// in its form. It reads the form when there is no header.
func CheckFormToken(r *http.Request, secret []byte) bool {
	got := r.Header.Get(FormTokenHeader)
	if got == "" {
		got = r.PostFormValue(FormTokenField)
		if got == "" && r.MultipartForm == nil && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
			// A form with a file. What does not fit into memory the system keeps in files of its own.
			if err := r.ParseMultipartForm(MaxFormBody); err != nil {
				return false
			}
			got = r.PostFormValue(FormTokenField)
		}
	}
	return len(secret) > 0 && hmac.Equal([]byte(got), []byte(FormToken(secret)))
}

// Changes reports whether a request may change something, by its method.
func Changes(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return true
}
