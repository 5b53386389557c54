// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// SourceOIDC is the Source of administrators who sign in with an OpenID Connect provider.
const SourceOIDC = "oidc"

const (
	SettingOIDC   = "login.oidc" // what the setting is kept under
	purposeSecret = "OpenID Connect client secret"
	mostMappings  = 100
)

// OIDC says with which OpenID Connect provider administrators may sign in, and who becomes what. Without
// an issuer nobody signs in that way.
type OIDC struct {
	Issuer   string    `json:"issuer"`
	ClientID string    `json:"client_id"`
	Button   string    `json:"button"` // what the sign-in page calls the provider
	Claim    string    `json:"claim"`  // of the ID token that lists groups; empty: groups
	Map      []Mapping `json:"map"`    // the first that fits counts; whom none fits is not let in
}

// Mapping gives a role to whoever is in a group of the provider.
type Mapping struct {
	Group string        `json:"group"`
	Role  access.Role   `json:"role"`
	Scope *access.Scope `json:"scope"`
}

// OIDCSetting is what the page shows: never the secret, only whether there is one.
type OIDCSetting struct {
	OIDC
	HasSecret bool
	Version   int64
}

// OIDC gives the setting.
func (l *Login) OIDC(ctx context.Context, who access.Actor) (OIDCSetting, error) {
	if err := mayLook(who); err != nil {
		return OIDCSetting{}, err
	}
	var o OIDC
	st, err := l.store.Setting(ctx, SettingOIDC, &o)
	return OIDCSetting{OIDC: o, HasSecret: st.Sealed != "", Version: st.Version}, err
}

// ChangeOIDC sets it. An empty secret keeps the one that is there, unless issuer or client have changed:
// a secret must not go to somebody else.
func (l *Login) ChangeOIDC(ctx context.Context, who access.Actor, o OIDC, secret string, version int64) error {
	if err := who.May(access.VerbManageAccess); err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	var again []string
	err := l.store.WithTx(ctx, func(tx *store.Tx) error {
		var old OIDC
		again = nil
		st, err := tx.Setting(SettingOIDC, &old)
		if err != nil {
			return err
		}
		for _, m := range append(slices.Clone(old.Map), o.Map...) { // whoever names the provider says who is in which group
			if err := l.mayGive(ctx, tx, who, holder(m.Role, m.Scope)); err != nil {
				return err
			}
		}
		sealed := st.Sealed
		switch {
		case secret != "":
			sealed = l.box.Seal(purposeSecret, []byte(secret))
		case old.Issuer != o.Issuer || old.ClientID != o.ClientID:
			sealed = ""
		}
		if err := tx.SaveSetting(SettingOIDC, o, sealed, version, who.Name); err != nil {
			return err
		}
		detail := "off"
		if o.Issuer != "" {
			detail = o.Issuer + ", " + o.words()
		}
		tx.Audit(access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: EventChangePolicy, Subject: "OpenID Connect", Detail: detail})
		if !old.stands(o) {
			again, err = signInAgain(tx, who)
		}
		return err
	})
	if access.KindOf(err) == access.KindForbidden {
		l.refused(ctx, who, EventChangePolicy, "OpenID Connect", err)
	}
	for _, id := range again {
		if err == nil {
			err = l.endOthers(ctx, id)
		}
	}
	return err
}

// stands reports whether everybody whom the setting gives something gets the same from another: lines that
// were added at its end take nothing from anybody.
func (o *OIDC) stands(now OIDC) bool {
	if o.Issuer != now.Issuer || o.Claim != now.Claim || len(now.Map) < len(o.Map) {
		return false
	}
	for i, m := range o.Map {
		if n := now.Map[i]; m.Group != n.Group || rights(m.Role, m.Scope) != rights(n.Role, n.Scope) {
			return false
		}
	}
	return true
}

// signInAgain ends the sessions of all whom a provider vouches for, and silences their tokens until they
// have signed in: which groups they are in is only said then.
func signInAgain(tx *store.Tx, who access.Actor) (ids []string, err error) {
	all, err := tx.ListAdministrators()
	if err != nil {
		return nil, err
	}
	for i := range all {
		a := &all[i]
		if a.Source != SourceOIDC {
			continue
		}
		touchChanged(a, tx.Now())
		if a.Changed.Equal(a.LastSignIn) {
			a.Changed = a.Changed.Add(time.Millisecond)
		}
		if err := tx.SaveAdministrator(a); err != nil {
			return nil, err
		}
		ids = append(ids, a.ID)
		tx.Audit(access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: EventRevokeSession, Subject: a.Name, Object: a.ID,
			Detail: "everywhere, tokens silent until the next sign-in: OpenID Connect has changed"})
	}
	return ids, nil
}

func (o *OIDC) words() string {
	list := make([]string, len(o.Map))
	for i, m := range o.Map {
		list[i] = m.Group + " → " + rights(m.Role, m.Scope)
	}
	return strings.Join(list, "; ")
}

func (o *OIDC) check() error {
	const op = "OpenID Connect"
	o.Issuer, o.ClientID = strings.TrimSpace(o.Issuer), strings.TrimSpace(o.ClientID)
	o.Button, o.Claim = strings.TrimSpace(o.Button), strings.TrimSpace(o.Claim)
	for _, s := range []string{o.Issuer, o.ClientID, o.Button, o.Claim} {
		if len(s) > 500 || !utf8.ValidString(s) {
			return access.Invalid(op, "One of the fields is too long.")
		}
	}
	if o.Issuer == "" {
		return nil
	}
	u, err := url.Parse(o.Issuer)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return access.Invalid(op, "The issuer is an address such as https://id.example.")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return access.Invalid(op, "The issuer has to be reached with https.")
	case o.ClientID == "":
		return access.Invalid(op, "Name the client that the provider knows the console as.")
	case len(o.Map) > mostMappings:
		return access.Invalid(op, "There are too many groups.")
	}
	for i := range o.Map {
		m := &o.Map[i]
		if m.Group = strings.TrimSpace(m.Group); m.Group == "" || len(m.Group) > 500 {
			return access.Invalid(op, "A line of the table lacks its group.")
		}
		if m.Scope, err = checkRights(m.Role, m.Scope); err != nil {
			return err
		}
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// fits gives role and scope for whoever is in these groups.
func (o *OIDC) fits(groups []string) (Mapping, bool) {
	for _, m := range o.Map {
		if slices.Contains(groups, m.Group) {
			return m, true
		}
	}
	return Mapping{}, false
}
