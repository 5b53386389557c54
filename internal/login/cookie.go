// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/logkeys"
)

// cookies spells the three cookies of the console. The __Host- prefix makes browsers refuse them from
// anywhere but this host and over TLS.
type cookies struct{ plain bool }

func (c cookies) name(what string) string {
	if c.plain {
		return what
	}
	return "__Host-" + what
}

func (c cookies) make(what, value string, age time.Duration) *http.Cookie {
	return &http.Cookie{Name: c.name(what), Value: value, Path: "/", MaxAge: int(age / time.Second),
		HttpOnly: true, Secure: !c.plain, SameSite: http.SameSiteLaxMode}
}

func (c cookies) manager(keep *sessionStore, idle, absolute time.Duration) *scs.SessionManager {
	m := scs.New()
	m.Store, m.Codec = keep, codec{}
	m.IdleTimeout, m.Lifetime = idle, absolute
	m.Cookie = scs.SessionCookie{Name: c.name("session"), Path: "/", HttpOnly: true, Secure: !c.plain,
		SameSite: http.SameSiteLaxMode, Persist: false}
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		httpd.Note(r.Context(), slog.Any(logkeys.Error, err))
		httpd.Plain(w, r, http.StatusServiceUnavailable, "The session cannot be read at the moment.")
	}
	return m
}

// A device cookie says that this browser has signed in to an account before. It is sealed, so it cannot
// be made up, and it opens nothing: it only exempts from limits that strangers share.
const (
	devicePurpose = "device cookie"
	deviceAge     = 180 * 24 * time.Hour
)

func (l *Login) setDevice(w http.ResponseWriter, administrator string) {
	text := administrator + " " + strconv.FormatInt(l.now().Unix(), 10) + " " + rand.Text()
	http.SetCookie(w, l.cookies.make("device", l.box.Seal(devicePurpose, []byte(text)), deviceAge))
}

// device gives the id of the browser when it has signed in to the account before.
func (l *Login) device(r *http.Request, administrator string) string {
	c, err := r.Cookie(l.cookies.name("device"))
	if err != nil || administrator == "" {
		return ""
	}
	text, err := l.box.Open(devicePurpose, c.Value)
	if err != nil {
		return ""
	}
	parts := strings.Split(string(text), " ")
	if len(parts) != 3 || parts[0] != administrator {
		return ""
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || l.now().Sub(time.Unix(at, 0)) > deviceAge {
		return ""
	}
	return parts[2]
}

// session gives one value of the request's session, "" when there is none.
func (l *Login) session(ctx context.Context, key string) string {
	if !hasSession(ctx) {
		return ""
	}
	return l.sessions.GetString(ctx, key)
}
