// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"cmp"
	"context"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/test/parts"
)

// plan says how a world begins.
type plan struct {
	gateways int                 // default 1
	servers  []mailPlan          // default one, named mail
	settings func(*api.Settings) // preferences before the first gateway comes
	gateway  string              // more lines for the gateway's table
	postgres bool                // the console keeps the truth in PostgreSQL
	early    bool                // start neither gateways nor an administrator: the story does
	serve    bool                // console and gateway in one process, see startServe
}

// mailPlan is one mail server. Its first user is the first of Users, and so on; passwords are secret(user).
type mailPlan struct {
	name    string
	realm   string // default its name
	domains []string
	users   []string
	tls     bool   // HTTPS with a certificate of its own
	trust   string // PEM of the authority that gateways are told to trust; default its own
	kind    string // as gateways know it; default other
	server  func(*eastest.Config)
}

// world is a console, its gateways, and the mail servers behind them. Everything it writes lies in dir.
type world struct {
	t        *testing.T
	dir      string
	mail     []*eastest.Server
	mailURLs []string
	database string // PostgreSQL's, if it is the console's
	console  *process
	gateways []*process
	link     string // address of the console's link
	pages    string // address of the console's pages
	fronts   []string
	status   []string // addresses of health and metrics
	admin    string   // password of the administrator "boss"
	token    string
	trusted  *http.Client // trusts the console's self-made certificate
	serve    bool
	prepare  map[string]func(*exec.Cmd) // how a process runs, by its name
}

// secret is a user's password: easy to find where it must not be.
func secret(user string) string { return "Sesame-" + user + "-4711" }

func newWorld(t *testing.T, p plan) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), link: freeAddr(t), pages: freeAddr(t), serve: p.serve}
	if p.servers == nil {
		p.servers = []mailPlan{{name: "mail", domains: []string{"lab.example", "LAB"}, users: []string{"bob", "alice", "carol", "dave"}}}
	}
	w.gateways = make([]*process, max(1, p.gateways))
	if p.postgres {
		w.database = parts.Postgres(t)
	}
	backends := w.openMail(p.servers)
	w.configure(backends, p.gateway)
	if p.early {
		return w
	}
	w.startConsole()
	w.hire()
	if p.settings != nil {
		w.change(p.settings)
	}
	for i := range w.gateways {
		w.startGateway(i)
	}
	for i := range w.gateways {
		w.connected(i)
	}
	t.Cleanup(w.keptSilent)
	return w
}

// openMail starts the mail servers and gives their tables.
func (w *world) openMail(servers []mailPlan) string {
	var tables strings.Builder
	for i, m := range servers {
		cfg := eastest.Config{MinHeartbeat: 1, LogBodies: true, URL: "https://not-the-gateway.invalid" + eas.Path}
		if m.server != nil {
			m.server(&cfg)
		}
		s := eastest.New(cfg)
		domain := m.domains[0]
		for _, u := range m.users {
			s.AddUser(eastest.User{Name: u, Password: secret(u), Address: u + "@" + domain})
		}
		srv := httptest.NewUnstartedServer(s)
		srv.Config.ConnState = s.ConnState
		trust := ""
		if m.tls {
			srv.StartTLS()
			own := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
			w.write(m.name+".pem", cmp.Or(m.trust, string(own)))
			trust = fmt.Sprintf("ca = %q\n", w.file(m.name+".pem"))
		} else {
			srv.Start()
		}
		w.t.Cleanup(func() { s.Close(); srv.CloseClientConnections(); srv.Close() })
		w.mail, w.mailURLs = append(w.mail, s), append(w.mailURLs, srv.URL+eas.Path)
		fmt.Fprintf(&tables, "[[backend]]\nname = %q\nrealm = %q\ntype = %q\nurl = %q\ndomains = [%s]\ndefault = %v\n%s",
			m.name, cmp.Or(m.realm, m.name), cmp.Or(m.kind, "other"), srv.URL+eas.Path, quoted(m.domains), i == 0, trust)
	}
	return tables.String()
}

func quoted(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(out, ", ")
}

func (w *world) file(name string) string { return filepath.Join(w.dir, name) }

func (w *world) write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(w.file(name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// configure writes the configurations, with the pins that both ends print of themselves.
func (w *world) configure(backends, extra string) {
	w.t.Helper()
	consolePin := w.pin("console", "console")
	var peers strings.Builder
	for i := range w.gateways {
		name := gatewayName(i)
		fmt.Fprintf(&peers, "[[console.gateway]]\nname = %q\npin = %q\n", name, w.pin(name, "gateway"))
		front, status := freeAddr(w.t), freeAddr(w.t)
		w.fronts, w.status = append(w.fronts, front), append(w.status, status)
		w.write(name+".toml", fmt.Sprintf("data = %q\n[gateway]\nname = %q\nlisten = %q\nstatus_listen = %q\nconsole = %q\nconsole_pin = %q\nshield.new_devices = 0\n%s\n%s",
			w.file(name), name, front, status, "https://"+w.link, consolePin, extra, backends))
	}
	if w.serve {
		w.write("serve.toml", fmt.Sprintf("data = %q\n[console]\nlisten = %q\n[gateway]\nlisten = %q\nstatus_listen = %q\nshield.new_devices = 0\n%s",
			w.file("serve"), w.pages, w.fronts[0], w.status[0], backends))
	}
	w.write("console.toml", fmt.Sprintf("data = %q\n[console]\nlisten = %q\nlink_listen = %q\ndatabase = %q\n%s",
		w.file("console"), w.pages, w.link, w.database, peers.String()))
}

func gatewayName(i int) string { return fmt.Sprintf("gw%d", i+1) }

// pin has one end of the link make its key, before its configuration is complete.
func (w *world) pin(name, role string) string {
	w.t.Helper()
	w.write("pin.toml", fmt.Sprintf("data = %q\n[gateway]\nname = %q\n", w.file(name), name))
	return mustCommand(w.t, "link", "pin", "-c", w.file("pin.toml"), "--role", role)
}

func (w *world) launch(name string, args ...string) *process {
	w.t.Helper()
	if prepare := w.prepare[name]; prepare != nil {
		return launchWith(w.t, name, nil, prepare, args...)
	}
	return launch(w.t, name, nil, args...)
}

func (w *world) startConsole() {
	w.t.Helper()
	w.console = w.launch("console", "console", "-c", w.file("console.toml"))
	w.console.says("Console:")
	if w.trusted == nil {
		w.trusted = w.client("console", "console")
	}
}

func (w *world) startGateway(i int) {
	w.t.Helper()
	w.gateways[i] = w.launch(gatewayName(i), "gateway", "-c", w.file(gatewayName(i)+".toml"))
	w.gateways[i].says("Gateway:")
}

// hire makes an administrator and a token, as somebody at the console's terminal would.
func (w *world) hire() {
	w.t.Helper()
	said := mustCommand(w.t, "admin", "create", "boss", "-c", w.file("console.toml"))
	w.admin = said[strings.LastIndex(said, " ")+1:]
	w.token = mustCommand(w.t, "admin", "token", "boss", "--role", "administrator", "-c", w.file("console.toml"))
}

// startServe starts console and gateway as one process.
func (w *world) startServe() {
	w.t.Helper()
	w.console = launch(w.t, "serve", nil, "serve", "-c", w.file("serve.toml"))
	w.console.says("Gateway:")
	w.console.says("Console:")
}

// client trusts the self-made certificate of the console or a gateway.
func (w *world) client(dir, name string) *http.Client {
	w.t.Helper()
	if w.serve {
		dir = "serve"
	}
	return trusting(w.t, filepath.Join(w.file(dir), "certificates", name+".crt"))
}

// phone is a phone of the user at gateway i.
func (w *world) phone(i int, user, device string) *easclient.Client {
	w.t.Helper()
	return &easclient.Client{URL: "https://" + w.fronts[i] + eas.Path, User: user, Password: secret(user), DeviceID: device,
		DeviceType: "iPhone", UserAgent: "Apple-iPhone11C8/2007.75", Version: eas.V14_1, HTTP: w.client(gatewayName(i), "gateway")}
}

// parked waits until gateway i holds n requests for mail.
func (w *world) parked(i, n int) {
	w.t.Helper()
	eventually(w.t, 20*time.Second, fmt.Sprintf("%s has parked %d requests", gatewayName(i), n), func() bool {
		return w.metric(i, "vedette_gateway_parked_requests") == fmt.Sprint(n)
	})
}

// metric is the value of a metric: by its name, and by its labels where it has some.
func (w *world) metric(i int, name string) string {
	_, body := get(w.t, http.DefaultClient, "http://"+w.status[i]+"/metrics")
	for line := range strings.Lines(body) {
		if v, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// ready asks gateway i whether it wants phones.
func (w *world) ready(i int) bool {
	code, _ := get(w.t, http.DefaultClient, "http://"+w.status[i]+"/readyz")
	return code == http.StatusOK
}

// keptSilent looks for secrets in what the processes have written to their terminals and logs.
func (w *world) keptSilent() {
	words := []string{"Sesame-", "vdt_"}
	if w.admin != "" {
		words = append(words, w.admin)
	}
	for _, p := range append([]*process{w.console}, w.gateways...) {
		if p == nil {
			continue
		}
		for _, word := range words {
			if strings.Contains(p.log.String()+p.out.String(), word) {
				w.t.Errorf("%s wrote a secret (%s…)", p.name, word)
			}
		}
	}
}

func timeout(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}
