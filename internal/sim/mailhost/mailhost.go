// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package mailhost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/sim/company"
)

// Config says whom a host serves and how it behaves.
type Config struct {
	Company *company.Company
	Sites   []string      // by name; empty means all
	Every   time.Duration // pause between two mails from outside; default 4 s, negative none

	// Demanding makes it insist on policies as Exchange does. Otherwise it is like SOGo: no policies,
	// versions up to 14.1 offered and any accepted, and the body decides which command runs.
	Demanding bool
	// Path is put before the endpoint's own, for example "/SOGo".
	Path string
	// LogSize is how many requests are kept for assertions; default 200.
	LogSize int
}

// Host is a mail server. Make one with New.
type Host struct {
	cfg    Config
	server *eastest.Server
	people []company.Person
	http   *http.Server
	done   sync.WaitGroup
	stop   context.CancelFunc
	addr   string
	paper  []byte // attachments are cut from it
}

// New makes a host whose mailboxes have some mail in them already.
func New(cfg Config) *Host {
	if cfg.Every == 0 {
		cfg.Every = 4 * time.Second
	}
	if cfg.LogSize == 0 {
		cfg.LogSize = 200
	}
	ec := eastest.Config{LogSize: cfg.LogSize, MaxMessages: 200, Realm: "mail"}
	if cfg.Demanding {
		ec.Provision, ec.Name = eastest.ProvisionStrict, "15.2"
	} else {
		ec.Versions = []eas.Version{eas.V2_5, eas.V12_0, eas.V12_1, eas.V14_0, eas.V14_1}
		ec.Commands = strings.Replace(eas.AllCommands, ",Provision", "", 1)
		ec.RootDispatch, ec.AnyVersion = true, true
	}
	h := &Host{cfg: cfg, server: eastest.New(ec), people: cfg.Company.At(cfg.Sites...), stop: func() {}}
	rng := rand.New(rand.NewPCG(cfg.Company.Seed, uint64(len(h.people))))
	h.paper = make([]byte, 90<<10)
	for i := range h.paper {
		h.paper[i] = byte(rng.Uint32())
	}
	for _, p := range h.people {
		h.server.AddUser(eastest.User{Name: p.Login, Password: p.Password, Address: p.Address(), Display: p.Display})
		for i := range 3 + rng.IntN(9) {
			m := h.mail(rng)
			m.Received = time.Now().UTC().Add(-time.Duration(1+rng.IntN(14*24)) * time.Hour / time.Duration(i+1))
			m.Read = rng.IntN(3) > 0
			_, _ = h.server.Deliver(p.Login, m) // added a line above
		}
	}
	return h
}

// Server is the server inside, for hooks, passwords and assertions.
func (h *Host) Server() *eastest.Server { return h.server }

// People are the mailboxes on this host.
func (h *Host) People() []company.Person { return h.people }

// Domains are the mail domains and the short directory names served here.
func (h *Host) Domains() []string {
	var out []string
	for _, s := range company.Sites() {
		if len(h.cfg.Sites) == 0 {
			out = append(out, s.Domain, s.Short)
		}
		for _, name := range h.cfg.Sites {
			if name == s.Name {
				out = append(out, s.Domain, s.Short)
			}
		}
	}
	return out
}

// URL is the endpoint, once Start was called.
func (h *Host) URL() string { return "http://" + h.addr + h.cfg.Path + eas.Path }

// Start serves on l, which it closes at the end, and lets mail trickle in, until Stop.
func (h *Host) Start(l net.Listener) {
	ctx, cancel := context.WithCancel(context.Background())
	h.stop, h.addr = cancel, l.Addr().String()
	h.http = &http.Server{
		Handler: h.Handler(), ConnState: h.server.ConnState, ReadHeaderTimeout: time.Minute, IdleTimeout: 5 * time.Minute,
		// What phones and gateways do to a mail host on purpose is not this program's to complain about.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	h.done.Go(func() {
		if err := h.http.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			cancel()
		}
	})
	h.done.Go(func() { h.trickle(ctx) })
}

// Stop answers those who wait, and returns when nothing is left.
func (h *Host) Stop() {
	h.stop()
	h.server.Close()
	if h.http != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if h.http.Shutdown(ctx) != nil {
			_ = h.http.Close()
		}
	}
	h.done.Wait()
}

// Handler is the server with one ability more: it reads credentials in ISO-8859-1, as Z-Push does.
func (h *Host) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b, err := eas.ParseBasic(r.Header.Get("Authorization")); err == nil && string(b.Raw) != b.User+":"+b.Password {
			r = r.Clone(r.Context())
			r.SetBasicAuth(b.User, b.Password)
		}
		h.server.ServeHTTP(w, r)
	})
}

func (h *Host) trickle(ctx context.Context) {
	if h.cfg.Every < 0 {
		return
	}
	rng := rand.New(rand.NewPCG(h.cfg.Company.Seed, 0x7124C3))
	for {
		t := time.NewTimer(h.cfg.Every/2 + time.Duration(rng.Int64N(int64(h.cfg.Every))))
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
		p := h.people[rng.IntN(len(h.people))]
		_, _ = h.server.Deliver(p.Login, h.mail(rng)) // it was added by New
	}
}

// Deliver puts a mail with an attachment into somebody's inbox.
func (h *Host) Deliver(login, subject string, attachment []byte) error {
	m := eastest.Message{From: "Post <post@outside.example>", Subject: subject, Text: subject + "\r\n"}
	if attachment != nil {
		m.Files = []eastest.File{{Name: "file.bin", Data: attachment}}
	}
	if _, err := h.server.Deliver(login, m); err != nil {
		return fmt.Errorf("mailhost: %w", err)
	}
	return nil
}

// mail is a mail from outside.
func (h *Host) mail(rng *rand.Rand) eastest.Message {
	senders := []string{"Ada from Accounting <ada@books.example>", "news@paper.example", `"Müller, Bau" <bau@mueller.example>`,
		"東京支店 <tokyo@branch.example>", "no-reply@parcels.example"}
	m := eastest.Message{From: senders[rng.IntN(len(senders))]}
	m.Subject, m.Text = company.Words(rng)
	switch rng.IntN(6) {
	case 0:
		m.HTML = "<p>" + m.Text + "</p>"
	case 1:
		m.Files = []eastest.File{{Name: "Übersicht 2027.pdf", Type: "application/pdf", Data: h.paper[:20<<10+rng.IntN(9)]}}
	case 2:
		m.Files = []eastest.File{{Name: "photo.jpg", Type: "image/jpeg", Data: h.paper[rng.IntN(1<<10):]}, {Name: "notes.txt", Type: "text/plain", Data: []byte(m.Text)}}
	}
	return m
}
