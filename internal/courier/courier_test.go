// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package courier_test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/courier"
)

// post is a mail server on loopback that says what it is told to.
type post struct {
	addr *net.TCPAddr
	ca   string
	conf *tls.Config

	starttls, tlsFirst bool
	auth               string // what it offers
	refuse             map[string]string

	mu      sync.Mutex
	letters []string
	signed  string
}

func newPost(t *testing.T, tune func(*post)) *post {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	shape := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "post"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, shape, shape, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	p := &post{ca: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), starttls: true, auth: "PLAIN LOGIN",
		conf: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, refuse: map[string]string{}}
	tune(p)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	p.addr = l.Addr().(*net.TCPAddr)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go p.talk(conn)
		}
	}()
	return p
}

func (p *post) talk(conn net.Conn) {
	defer func() { conn.Close() }()
	secure := p.tlsFirst
	if secure {
		conn = tls.Server(conn, p.conf)
	}
	r := bufio.NewReader(conn)
	say := func(s string) { io.WriteString(conn, s+"\r\n") }
	say("220 post ready")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		word, _, _ := strings.Cut(strings.ToUpper(line), " ")
		if said, ok := p.refuse[word]; ok {
			say(said)
			continue
		}
		switch word {
		case "EHLO":
			say("250-post")
			if p.starttls && !secure {
				say("250-STARTTLS")
			}
			if p.auth != "" && secure {
				say("250-AUTH " + p.auth)
			}
			say("250 SIZE 1000000")
		case "STARTTLS":
			say("220 go ahead")
			conn, secure = tls.Server(conn, p.conf), true
			r = bufio.NewReader(conn)
		case "AUTH":
			p.sign(line, r, say)
		case "DATA":
			say("354 go on")
			var b strings.Builder
			for {
				l, err := r.ReadString('\n')
				if err != nil || l == ".\r\n" {
					break
				}
				b.WriteString(l)
			}
			p.mu.Lock()
			p.letters = append(p.letters, b.String())
			p.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

func (p *post) sign(line string, r *bufio.Reader, say func(string)) {
	f := strings.Fields(line)
	var said string
	if f[1] == "LOGIN" {
		for _, q := range []string{"Username:", "Password:"} {
			say("334 " + base64.StdEncoding.EncodeToString([]byte(q)))
			a, _ := r.ReadString('\n')
			text, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(a))
			said += "\x00" + string(text)
		}
	} else {
		text, _ := base64.StdEncoding.DecodeString(f[2])
		said = string(text)
	}
	p.mu.Lock()
	p.signed = said
	p.mu.Unlock()
	say("235 welcome")
}

func (p *post) server() courier.MailServer {
	return courier.MailServer{Host: "localhost", Port: p.addr.Port, Encryption: courier.StartTLS, CA: p.ca, User: "vedette", Password: "s3cret",
		From: "Vedette <vedette@example.com>"}
}

func letter() courier.Letter {
	return courier.Letter{To: []string{"ana@example.com"}, Subject: "Grüße\r\nBcc: eve@example.com", Text: "One line.\n.\nAnother: ü", At: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
}

func TestALetterArrivesWholeOverEveryKindOfEncryption(t *testing.T) {
	for name, tune := range map[string]func(*post, *courier.MailServer){
		"STARTTLS":                       func(*post, *courier.MailServer) {},
		"STARTTLS, LOGIN alone":          func(p *post, _ *courier.MailServer) { p.auth = "LOGIN" },
		"TLS from the first byte":        func(p *post, m *courier.MailServer) { p.tlsFirst, m.Encryption = true, courier.TLS },
		"a relay that asks for no names": func(p *post, m *courier.MailServer) { p.auth, m.User, m.Encryption = "", "", courier.Plain },
	} {
		t.Run(name, func(t *testing.T) {
			var m courier.MailServer
			p := newPost(t, func(p *post) { tune(p, &m) })
			m = p.server()
			tune(&post{refuse: map[string]string{}}, &m)
			if err := courier.SendMail(t.Context(), m, letter()); err != nil {
				t.Fatal(err)
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			if m.User != "" && p.signed != "\x00vedette\x00s3cret" {
				t.Errorf("signed in with %q", p.signed)
			}
			got, err := mail.ReadMessage(strings.NewReader(p.letters[0]))
			if err != nil {
				t.Fatal(err)
			}
			if got.Header.Get("Bcc") != "" || got.Header.Get("To") != "<ana@example.com>" || got.Header.Get("Auto-Submitted") != "auto-generated" {
				t.Errorf("headers %v", got.Header)
			}
			body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, got.Body))
			if err != nil || !bytes.Equal(body, []byte("One line.\r\n.\r\nAnother: ü")) {
				t.Errorf("body %q, %v", body, err)
			}
		})
	}
}

func TestWhatIsInTheWayOfALetterIsExplained(t *testing.T) {
	for name, c := range map[string]struct {
		tune func(*post)
		set  func(*courier.MailServer)
		says string
	}{
		"no STARTTLS":         {tune: func(p *post) { p.starttls = false }, says: "does not offer STARTTLS"},
		"a stranger's papers": {set: func(m *courier.MailServer) { m.CA = "" }, says: "not issued by an authority"},
		"another name":        {set: func(m *courier.MailServer) { m.Host = "127.0.0.1" }, says: "certificate"},
		"plain port for TLS":  {set: func(m *courier.MailServer) { m.Encryption = courier.TLS }, says: "does not speak TLS"},
		"nobody there":        {set: func(m *courier.MailServer) { m.Port = 1 }, says: "nothing listens"},
		"a wrong password":    {tune: func(p *post) { p.refuse["AUTH"] = "535 5.7.8 wrong password" }, says: "Signing in as vedette: it answered 535 5.7.8 wrong password"},
		"no way to sign in":   {tune: func(p *post) { p.auth = "" }, says: "no way to sign in"},
		"a sender not wanted": {tune: func(p *post) { p.refuse["MAIL"] = "550 not yours" }, says: "The sender vedette@example.com: it answered 550 not yours"},
		"nobody of the name":  {tune: func(p *post) { p.refuse["RCPT"] = "550 unknown" }, says: "The recipient ana@example.com: it answered 550 unknown"},
		"no address at all":   {set: func(m *courier.MailServer) { m.From = "nonsense" }, says: "sender is not a mail address"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPost(t, func(p *post) {
				if c.tune != nil {
					c.tune(p)
				}
			})
			m := p.server()
			if c.set != nil {
				c.set(&m)
			}
			err := courier.SendMail(t.Context(), m, letter())
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("it says %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "s3cret") {
				t.Error("it says the password")
			}
		})
	}
}

func TestASyslogMessageCannotBeBrokenByWhatAPhoneSays(t *testing.T) {
	line := courier.Line{ID: 7, Time: time.Date(2026, 11, 21, 9, 0, 0, 5e6, time.UTC), Actor: "al\"ice", Event: "sign in failed", Subject: "x]\n<0>1 forged\xff", Refused: true}
	got := courier.Message(&line, "con sole")
	want := `<108>1 2026-11-21T09:00:00.005Z con-sole vedette - sign-in-failed [vedette@32473 id="7" actor="al\"ice" event="sign in failed" subject="x\] <0>1 forged` + "\uFFFD" +
		`" refused="true"] ` + "\uFEFF" + `al"ice: sign in failed x] <0>1 forged` + "\uFFFD"
	if got != want {
		t.Errorf("message\n%q, want\n%q", got, want)
	}
}
