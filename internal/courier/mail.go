// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package courier

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/mail"
	"net/smtp"
	"strconv"
	"strings"
	"time"
)

// Encryption is how the way to a mail server is protected.
type Encryption string

// The kinds of encryption.
const (
	StartTLS Encryption = "starttls" // plain at first, then TLS; without TLS nothing is sent
	TLS      Encryption = "tls"      // from the first byte
	Plain    Encryption = "none"     // for a relay on the same machine or network; no password is sent then
)

// MailServer is where letters are handed in.
type MailServer struct {
	Host       string
	Port       int
	Encryption Encryption
	CA         string // certificate authorities in PEM form; empty: those of the system
	User       string // empty: without signing in
	Password   string
	From       string // an address, with or without a name
}

// Letter is one mail, in plain text.
type Letter struct {
	To      []string
	Subject string
	Text    string
	At      time.Time
}

// MailTimeout is how long handing in a letter may take.
const MailTimeout = 30 * time.Second

// Validate says what is wrong with the words, before anybody is asked.
func (m MailServer) Validate() error {
	switch {
	case m.Host == "" || strings.ContainsAny(m.Host, " /\r\n\t@"):
		return &Trouble{Text: "The mail server needs a host name, such as smtp.example.com."}
	case m.Port < 1 || m.Port > 65535:
		return &Trouble{Text: "The port is a number between 1 and 65535; 587 with STARTTLS and 465 with TLS are usual."}
	case m.Encryption != StartTLS && m.Encryption != TLS && m.Encryption != Plain:
		return &Trouble{Text: "The encryption is one of STARTTLS, TLS and none."}
	case m.Encryption == Plain && m.User != "":
		return &Trouble{Text: "A password is not sent without encryption. Choose STARTTLS or TLS, or leave the user name empty."}
	}
	if _, err := mail.ParseAddress(m.From); err != nil {
		return &Trouble{Text: "The sender is not a mail address."}
	}
	_, err := Roots(m.CA)
	return err
}

// SendMail hands in one letter. It has been accepted by the mail server when there is no error.
func SendMail(ctx context.Context, m MailServer, l Letter) error {
	if err := m.Validate(); err != nil {
		return err
	}
	body, from, to, err := compose(m, l)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, MailTimeout)
	defer cancel()
	addr := net.JoinHostPort(m.Host, strconv.Itoa(m.Port))
	c, err := dialMail(ctx, m, addr)
	if err != nil {
		return err
	}
	defer c.Close() // after Quit this does nothing that matters
	if m.User != "" {
		if ok, _ := c.Extension("AUTH"); !ok {
			return &Trouble{Text: "Signing in: the mail server offers no way to sign in on this port. Leave the user name empty, or use another port."}
		}
		if err := c.Auth(signer(m, c)); err != nil {
			return explain("Signing in as "+clip(m.User, 100), addr, err)
		}
	}
	if err := c.Mail(from); err != nil {
		return explain("The sender "+from, addr, err)
	}
	for _, rcpt := range to {
		if err := c.Rcpt(rcpt); err != nil {
			return explain("The recipient "+rcpt, addr, err)
		}
	}
	w, err := c.Data()
	if err != nil {
		return explain("Sending", addr, err)
	}
	if _, err := w.Write(body); err != nil {
		return explain("Sending", addr, err)
	}
	if err := w.Close(); err != nil {
		return explain("Sending", addr, err)
	}
	_ = c.Quit() // it has been accepted; how they part is nobody's concern
	return nil
}

func dialMail(ctx context.Context, m MailServer, addr string) (*smtp.Client, error) {
	roots, err := Roots(m.CA)
	if err != nil {
		return nil, err
	}
	conf := &tls.Config{ServerName: m.Host, RootCAs: roots, MinVersion: tls.VersionTLS12}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, explain("Connecting", addr, err)
	}
	if end, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(end); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	if m.Encryption == TLS {
		secure := tls.Client(conn, conf)
		if err := secure.HandshakeContext(ctx); err != nil {
			conn.Close()
			return nil, explain("Agreeing on TLS", addr, err)
		}
		conn = secure
	}
	c, err := smtp.NewClient(conn, m.Host)
	if err != nil {
		conn.Close()
		return nil, explain("The greeting", addr, err)
	}
	if m.Encryption == StartTLS {
		if ok, _ := c.Extension("STARTTLS"); !ok {
			c.Close()
			return nil, &Trouble{Text: "Agreeing on TLS: the mail server does not offer STARTTLS on this port. Use port 587, or TLS with port 465."}
		}
		if err := c.StartTLS(conf); err != nil {
			c.Close()
			return nil, explain("Agreeing on TLS", addr, err)
		}
	}
	return c, nil
}

// signer takes PLAIN where it is offered, and else LOGIN, which some servers alone know.
func signer(m MailServer, c *smtp.Client) smtp.Auth {
	_, kinds := c.Extension("AUTH")
	for kind := range strings.FieldsSeq(kinds) {
		if strings.EqualFold(kind, "PLAIN") {
			return smtp.PlainAuth("", m.User, m.Password, m.Host)
		}
	}
	return &loginAuth{m.User, m.Password}
}

// loginAuth is the LOGIN mechanism: the server asks for the name, then for the password.
type loginAuth struct{ user, password string }

func (a *loginAuth) Start(s *smtp.ServerInfo) (string, []byte, error) {
	if !s.TLS {
		return "", nil, &Trouble{Text: "Signing in: a password is not sent without encryption."}
	}
	return "LOGIN", nil, nil
}

func (a *loginAuth) Next(question []byte, more bool) ([]byte, error) {
	switch {
	case !more:
		return nil, nil
	case strings.HasPrefix(strings.ToLower(string(question)), "user"):
		return []byte(a.user), nil
	}
	return []byte(a.password), nil
}

// compose writes a letter as [RFC 5322] has it: text in base64, so that no line is too long and no word can
// become a header.
func compose(m MailServer, l Letter) (body []byte, from string, to []string, err error) {
	sender, err := mail.ParseAddress(m.From)
	if err != nil {
		return nil, "", nil, &Trouble{Text: "The sender is not a mail address."}
	}
	var heads []string
	for _, t := range l.To {
		a, err := mail.ParseAddress(t)
		if err != nil {
			return nil, "", nil, &Trouble{Text: clip(t, 100) + " is not a mail address."}
		}
		heads, to = append(heads, a.String()), append(to, a.Address)
	}
	if len(to) == 0 {
		return nil, "", nil, &Trouble{Text: "The letter needs a recipient."}
	}
	_, domain, _ := strings.Cut(sender.Address, "@")
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s@%s>\r\n", sender, strings.Join(heads, ", "),
		mime.QEncoding.Encode("utf-8", clip(l.Subject, 200)), l.At.UTC().Format(time.RFC1123Z), strings.ToLower(rand.Text()), domain)
	b.WriteString("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	text := base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(l.Text, "\n", "\r\n")))
	for len(text) > 0 {
		n := min(len(text), 76)
		b.WriteString(text[:n] + "\r\n")
		text = text[n:]
	}
	return b.Bytes(), sender.Address, to, nil
}
