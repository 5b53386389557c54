// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// Config is how a server behaves. The zero value is a well-behaved server of all versions that demands
// no policy.
type Config struct {
	Versions []eas.Version // offered and accepted; nil means all
	Commands string        // MS-ASProtocolCommands; "" means all of them
	Name     string        // MS-Server-ActiveSync; "" means the highest version
	Realm    string        // of the Basic challenge; "" means "eastest"

	Provision ProvisionMode
	Signal449 bool        // demand provisioning by HTTP 449 in every version, as Z-Push does
	Policy    *wbxml.Node // EASProvisionDoc to hand out; nil means a small one
	// PolicyOf gives the document for a user, by lower-case name; nil, or nil from it, means Policy.
	PolicyOf func(user string) *wbxml.Node

	MinHeartbeat, MaxHeartbeat int // seconds for Ping; 0 means 60 and 3540

	// RootDispatch runs the command that the WBXML root names, whatever Cmd says, as SOGo does.
	RootDispatch bool
	// OpenOptions answers OPTIONS without credentials.
	OpenOptions bool
	// AnyVersion accepts versions that are not offered, as SOGo does.
	AnyVersion bool

	// URL is the endpoint handed out by autodiscover; "" turns autodiscover off.
	URL string

	MaxMessages int  // kept in each folder; the oldest go first. 0 means 500
	LogSize     int  // requests kept for Requests; 0 means 1000, below 0 none
	LogBodies   bool // keep request bodies as well

	Now func() time.Time // nil means time.Now
}

// ProvisionMode is what a server does about policies.
type ProvisionMode int

// The modes.
const (
	ProvisionNone   ProvisionMode = iota // answers Policy status 2 and never asks for a key
	ProvisionStrict                      // demands the final key of a two-phase conversation
	ProvisionHorde                       // demands a key as Horde does, and orders wipes its way
)

// User is one account.
type User struct {
	Name     string // lower-case login; also accepted: DOMAIN\name, name@domain, Address
	Password string
	Token    string // accepted as Bearer, if not empty
	Address  string // primary SMTP address; "" means Name@example.com
	Display  string
	Aliases  []string // more SMTP addresses
}

// Server is the handler. Make one with New.
type Server struct {
	cfg Config

	mu      sync.Mutex
	users   map[string]*account   // by lower-case name
	orders  map[string]WipeStatus // by lower-case device id
	hook    Hook
	log     []*Record
	count   Counters
	changed chan struct{} // closed when count changes; nil while nobody looks
	closed  chan struct{}
	conns   map[net.Conn]http.ConnState
}

// New makes a server without users.
func New(cfg Config) *Server {
	if cfg.Versions == nil {
		cfg.Versions = eas.Versions()
	}
	if cfg.MinHeartbeat == 0 {
		cfg.MinHeartbeat = 60
	}
	if cfg.MaxHeartbeat == 0 {
		cfg.MaxHeartbeat = 3540
	}
	if cfg.MaxMessages == 0 {
		cfg.MaxMessages = 500
	}
	if cfg.LogSize == 0 {
		cfg.LogSize = 1000
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Realm == "" {
		cfg.Realm = "eastest"
	}
	best := cfg.Versions[0]
	for _, v := range cfg.Versions {
		best = max(best, v)
	}
	if cfg.Name == "" {
		cfg.Name = best.String()
	}
	if cfg.Commands == "" {
		if cfg.Commands = eas.AllCommands; best >= eas.V16_1 {
			cfg.Commands += ",Find"
		}
	}
	return &Server{cfg: cfg, users: map[string]*account{}, closed: make(chan struct{}), conns: map[net.Conn]http.ConnState{}}
}

// Close ends every waiting request as if its interval were over. New ones do not wait any more.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
}

// AddUser adds an account or replaces what is known about it; its mail stays.
func (s *Server) AddUser(u User) {
	u.Name = strings.ToLower(u.Name)
	if u.Address == "" {
		u.Address = u.Name + "@example.com"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.users[u.Name]; a != nil {
		a.User = u
		return
	}
	s.users[u.Name] = &account{User: u, box: newMailbox(s.cfg.MaxMessages), devices: map[string]*device{}}
}

// SetPassword changes a password.
func (s *Server) SetPassword(name, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.users[strings.ToLower(name)]; a != nil {
		a.Password = password
	}
}

// account is a user with what belongs to him.
type account struct {
	User    // guarded by Server.mu
	box     *mailbox
	devices map[string]*device // guarded by box.mu
}

// profile is the account as it is now.
func (s *Server) profile(a *account) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return a.User
}

// find looks an account up by any spelling of its name.
func (s *Server) find(name string) *account {
	name = strings.ToLower(name)
	if _, after, ok := strings.Cut(name, `\`); ok {
		name = after
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.users[name]; a != nil {
		return a
	}
	if a := s.byAddress(name); a != nil {
		return a
	}
	local, _, _ := strings.Cut(name, "@")
	return s.users[local]
}

// byAddress needs s.mu.
func (s *Server) byAddress(address string) *account {
	for _, a := range s.users {
		if strings.EqualFold(a.Address, address) {
			return a
		}
		for _, alias := range a.Aliases {
			if strings.EqualFold(alias, address) {
				return a
			}
		}
	}
	return nil
}

// authenticate checks the Authorization header.
func (s *Server) authenticate(r *http.Request) *account {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, a := range s.users {
			if a.Token != "" && a.Token == token {
				return a
			}
		}
		return nil
	}
	name, password, ok := r.BasicAuth()
	if !ok {
		return nil
	}
	a := s.find(name)
	if a == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if subtle.ConstantTimeCompare([]byte(a.Password), []byte(password)) != 1 {
		return nil
	}
	return a
}
