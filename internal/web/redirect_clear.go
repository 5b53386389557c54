// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// clearForm is what the Clear Redirect button sends.
type clearForm struct {
	Token   string
	Key     string
	ID      access.AssociationID
	Version int64
	Back    string
}

// redirectClear answers POST /activesync/clear-redirect.
func (s *Server) redirectClear(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return access.Invalid(string(access.VerbClearRedirect), s.say("error.form"))
	}
	back := localPath(r.PostFormValue("back"), "/activesync")
	act := admin.Act{Key: r.PostFormValue("key"), Version: atoi(r.PostFormValue("version"))}
	result, err := s.admin.ClearRedirect(r.Context(), login.Actor(r), access.AssociationID(r.PostFormValue("id")), act)
	if err != nil {
		return s.refused(w, r, back, err)
	}
	return s.done(w, r, back, result)
}
