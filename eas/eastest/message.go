// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"
)

// Message is one mail in a folder.
type Message struct {
	ID       string // set by the server
	From, To string
	Subject  string
	Text     string // plain text
	HTML     string
	Files    []File
	Received time.Time // zero means now
	Read     bool
	MIME     []byte // as submitted; built from the fields when nil
}

// File is an attachment.
type File struct {
	Name, Type string
	Data       []byte
}

// source is the message in MIME form.
func (m *Message) source() []byte {
	if m.MIME != nil {
		return m.MIME
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	head := func(name, value string) { b.WriteString(name + ": " + value + "\r\n") }
	head("From", m.From)
	head("To", m.To)
	head("Subject", mime.QEncoding.Encode("utf-8", m.Subject))
	head("Date", m.Received.UTC().Format(time.RFC1123Z))
	head("MIME-Version", "1.0")
	head("Content-Type", `multipart/mixed; boundary="`+w.Boundary()+`"`)
	b.WriteString("\r\n")
	part := func(kind, name string, data []byte) {
		h := textproto.MIMEHeader{"Content-Type": {kind}, "Content-Transfer-Encoding": {"base64"}}
		if name != "" {
			h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		}
		p, _ := w.CreatePart(h) // a Buffer does not fail
		e := base64.NewEncoder(base64.StdEncoding, &lines{w: p})
		_, _ = e.Write(data)
		_ = e.Close()
	}
	part("text/plain; charset=utf-8", "", []byte(m.Text))
	if m.HTML != "" {
		part("text/html; charset=utf-8", "", []byte(m.HTML))
	}
	for _, f := range m.Files {
		part(f.kind(), f.Name, f.Data)
	}
	_ = w.Close()
	return b.Bytes()
}

func (f File) kind() string {
	if f.Type == "" {
		return "application/octet-stream"
	}
	return f.Type
}

// lines breaks base64 after 76 characters.
type lines struct {
	w   io.Writer
	col int
}

func (l *lines) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		k := min(76-l.col, len(p))
		if _, err := l.w.Write(p[:k]); err != nil {
			return 0, err
		}
		if p, l.col = p[k:], l.col+k; l.col == 76 {
			l.col = 0
			if _, err := io.WriteString(l.w, "\r\n"); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

// readMessage takes a submitted mail apart.
func readMessage(source []byte) (m *Message, to []string, err error) {
	raw, err := mail.ReadMessage(bytes.NewReader(source))
	if err != nil {
		return nil, nil, err
	}
	words := new(mime.WordDecoder)
	text := func(name string) string {
		s, err := words.DecodeHeader(raw.Header.Get(name))
		if err != nil {
			return raw.Header.Get(name)
		}
		return s
	}
	m = &Message{From: text("From"), To: text("To"), Subject: text("Subject"), MIME: source}
	for _, name := range []string{"To", "Cc", "Bcc"} {
		list, err := raw.Header.AddressList(name)
		if err != nil && !errors.Is(err, mail.ErrHeaderNotPresent) {
			return nil, nil, err
		}
		for _, a := range list {
			to = append(to, a.Address)
		}
	}
	return m, to, m.read(textproto.MIMEHeader(raw.Header), raw.Body, 0)
}

// read collects text and files out of one entity and what it holds.
func (m *Message) read(h textproto.MIMEHeader, body io.Reader, depth int) error {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") && depth < 8 {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := m.read(p.Header, p, depth+1); err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	disposition, dparams, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	switch name := dparams["filename"]; {
	case disposition == "attachment" || name != "":
		m.Files = append(m.Files, File{Name: name, Type: kind, Data: data})
	case kind == "text/html":
		m.HTML += string(data)
	case strings.HasPrefix(kind, "text/"):
		m.Text += string(data)
	default:
		m.Files = append(m.Files, File{Name: params["name"], Type: kind, Data: data})
	}
	return nil
}
