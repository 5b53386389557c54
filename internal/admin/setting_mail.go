// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/courier"
)

// Encryption is how the way to a mail server is protected: starttls, tls or none.
type Encryption = courier.Encryption

// Mail is the mail server through which the console sends letters of its own.
type Mail struct {
	On         bool       `json:"on"`
	Host       string     `json:"host"`
	Port       int        `json:"port"`
	Encryption Encryption `json:"encryption"`
	CA         string     `json:"ca,omitempty"` // PEM
	User       string     `json:"user,omitempty"`
	From       string     `json:"from"`
	To         []string   `json:"to,omitempty"` // who gets what concerns the console itself
	// UsersUntold says that the users of phones in quarantine are not written to.
	UsersUntold bool `json:"users_untold,omitempty"`
	Kept        `json:"-"`
	// HasPassword says that one is kept; it is never given out.
	HasPassword bool `json:"-"`
}

func (m *Mail) server(password string) courier.MailServer {
	return courier.MailServer{Host: m.Host, Port: m.Port, Encryption: m.Encryption, CA: m.CA, User: m.User, Password: password, From: m.From}
}

func defaultMail() Mail { return Mail{Port: 587, Encryption: courier.StartTLS} }

// Mail gives the setting.
func (s *Settings) Mail(ctx context.Context, who access.Actor) (Mail, error) {
	m := defaultMail()
	if err := mayRead(who); err != nil {
		return m, err
	}
	k, sealed, err := s.read(ctx, settingMail, &m)
	m.Kept, m.HasPassword = k, sealed != ""
	return m, err
}

// ChangeMail sets it. password nil keeps the one there is. A password does not go to another host than the
// one it was given for.
func (s *Settings) ChangeMail(ctx context.Context, who access.Actor, m Mail, password *string, act Act) (Result, error) {
	if m.On || m.Host != "" {
		if err := m.server("").Validate(); err != nil {
			return Result{}, inWordsOf(err)
		}
	}
	var err error
	if m.To, err = recipients(m.To); err != nil {
		return Result{}, err
	}
	if m.User == "" {
		none := ""
		password = &none
	}
	old := defaultMail()
	was, err := s.Mail(ctx, who)
	if err != nil {
		return Result{}, err
	}
	if password == nil && was.HasPassword && (was.Host != m.Host || was.Port != m.Port || was.User != m.User || was.Encryption != m.Encryption || was.CA != m.CA) {
		return Result{}, access.Invalid("admin: mail", "The password was given for another server, user or kind of encryption. Enter it again.")
	}
	return s.change(ctx, who, settingMail, "Mail", m, &old, password, act, func() []string {
		var d diffs
		d.add("Send mail", old.On, m.On)
		d.add("Mail server", old.Host, m.Host)
		d.add("Port", old.Port, m.Port)
		d.add("Encryption", string(old.Encryption), string(m.Encryption))
		d.add("User name", old.User, m.User)
		d.add("Sender", old.From, m.From)
		d.add("Users of phones in quarantine are not written to", old.UsersUntold, m.UsersUntold)
		d.add("Recipients", strings.Join(old.To, ", "), strings.Join(m.To, ", "))
		if old.CA != m.CA {
			d = append(d, "certificate authority: changed")
		}
		return d
	})
}

// maxRecipients is how many addresses get what concerns the console.
const maxRecipients = 100

// recipients tidies a list of addresses: each once, as a letter names it.
func recipients(list []string) ([]string, error) {
	var out []string
	for _, to := range list {
		if to = strings.TrimSpace(to); to == "" {
			continue
		}
		a, err := mail.ParseAddress(to)
		if err != nil {
			return nil, access.Invalid("admin: mail", quoted(clipWord(to))+" is no mail address.")
		}
		if !slices.Contains(out, a.Address) {
			out = append(out, a.Address)
		}
	}
	if len(out) > maxRecipients {
		return nil, access.Invalid("admin: mail", fmt.Sprintf("Name at most %d recipients, or one list of your mail server.", maxRecipients))
	}
	return out, nil
}

// inWordsOf makes what the courier says an error of the house.
func inWordsOf(err error) error {
	var t *courier.Trouble
	if errors.As(err, &t) {
		return access.Invalid("admin: courier", t.Text)
	}
	return err
}

// SendMail hands in a letter with the mail server that is set.
func (s *Settings) SendMail(ctx context.Context, l courier.Letter) error {
	m := defaultMail()
	_, sealed, err := s.read(ctx, settingMail, &m)
	if err != nil {
		return err
	}
	if m.Host == "" || !m.On {
		return access.Invalid("admin: mail", "No mail server is set, or sending is turned off.")
	}
	var password []byte
	if sealed != "" {
		if password, err = s.box.Open(objectOf(settingMail), sealed); err != nil {
			return access.Invalid("admin: mail", "The password of the mail server cannot be opened with the key of this console. Enter it again.")
		}
	}
	if l.At.IsZero() {
		l.At = s.admin.now()
	}
	return inWordsOf(courier.SendMail(ctx, m.server(string(password)), l))
}

// TestMail sends a letter to one address and says how that went.
func (s *Settings) TestMail(ctx context.Context, who access.Actor, to string) (Result, error) {
	if err := who.May(access.VerbChangeSettings); err != nil {
		s.admin.refused(ctx, who, eventTestMail, objectOf(settingMail), err)
		return Result{}, err
	}
	err := s.SendMail(ctx, courier.Letter{To: []string{to}, Subject: "Test mail from Vedette",
		Text: "This is the test mail that " + who.Name + " has asked for.\n\nThe console can send mail.\n"})
	line := entry(who, eventTestMail, to, objectOf(settingMail), "accepted by the mail server")
	if err != nil {
		line.Detail = access.TextOf(err)
	}
	if noted := s.note(ctx, line); noted != nil {
		return Result{}, noted
	}
	return Result{Text: "The mail server has accepted a mail to " + to + "."}, err
}
