// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/test/parts"
)

const (
	phoneAddr = "127.0.0.66" // where the phone comes from; all of 127.0.0.0/8 is this machine
	named     = "mail.company.example"
	held      = 65 * time.Second // longer than the 60 s after which nginx gives up by itself
)

// frontRun is a front with the lines that docs/operate/front.md gives for it.
type frontRun struct {
	heading  string // of its lines
	language string
	lines    string                // of the gateway's table
	change   func(*place) []string // what stands in the page, and in its place, in turn
	wrap     func(*place, string) string
	args     func(*place) []string
}

// place is where one front runs.
type place struct {
	t                              *testing.T
	dir, addr, gateway, status     string
	cert, key, both, file, program string
}

// TestTheLinesOfTheGuideForFrontsHold runs each configuration of the page before a gateway: phones wait,
// send, and come from where they come from.
func TestTheLinesOfTheGuideForFrontsHold(t *testing.T) {
	t.Parallel()
	const trusted = "trusted_fronts = [\"127.0.0.1\"]\n"
	haproxy := func(p *place) []string { return []string{p.program, "-db", "-f", p.file} }
	global := func(_ *place, lines string) string { return "global\n    maxconn 1000\n\n" + lines }
	for name, f := range map[string]frontRun{
		"HAProxy passes TCP through": {
			heading: "**HAProxy, passing TCP through.**", language: "haproxy", lines: trusted + "proxy_protocol = true\n",
			change: func(p *place) []string {
				_, port, _ := net.SplitHostPort(strings.TrimPrefix(p.status, "http://"))
				return []string{"bind :443", "bind " + p.addr, "10.20.0.10:443", p.gateway, "port 9090", "port " + port}
			},
			wrap: global, args: haproxy,
		},
		"HAProxy ends TLS": {
			heading: "**HAProxy, ending TLS.**", language: "haproxy", lines: trusted,
			change: func(p *place) []string {
				return []string{"bind :443", "bind " + p.addr, "/etc/haproxy/mail.pem", p.both, "10.20.0.10:443", p.gateway, "/etc/haproxy/gateway.pem", p.cert}
			},
			wrap: global, args: haproxy,
		},
		"nginx ends TLS": {
			heading: "**nginx, ending TLS.**", language: "nginx", lines: trusted,
			change: func(p *place) []string {
				return []string{"listen 443 ssl", "listen " + p.addr + " ssl", "/etc/nginx/tls/mail.crt", p.cert, "/etc/nginx/tls/mail.key", p.key,
					"10.20.0.10:443", p.gateway, "/etc/nginx/tls/gateway.pem", p.cert}
			},
			wrap: func(p *place, lines string) string {
				return fmt.Sprintf("pid %[1]s/pid;\nerror_log %[1]s/error.log;\nevents { worker_connections 1024; }\nhttp {\n"+
					"client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;\n"+
					"access_log %[1]s/access.log;\n%[2]s\n}\n", p.dir, lines)
			},
			args: func(p *place) []string {
				return []string{p.program, "-e", filepath.Join(p.dir, "error.log"), "-c", p.file, "-g", "daemon off; master_process off;"}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f.live(t)
		})
	}
}

// live starts a mail server, a gateway and the front, and has a phone live through what a front can spoil.
func (f *frontRun) live(t *testing.T) {
	mail := eastest.New(eastest.Config{MinHeartbeat: 1})
	mail.AddUser(eastest.User{Name: "bob", Password: "Sesame-4711", Address: "bob@" + parts.MailDomain})
	srv := httptest.NewUnstartedServer(mail)
	srv.Config.ConnState = mail.ConnState
	srv.Start()
	t.Cleanup(func() { mail.Close(); srv.CloseClientConnections(); srv.Close() })
	product := install(t, parts.Vedette(t), settings{backend: srv.URL + eas.Path, kind: "other", external: "https://" + named,
		names: []string{named, "autodiscover.company.example"}, lines: f.lines})
	p := f.start(t, product)

	phone := &easclient.Client{URL: "https://" + named + eas.Path, User: `LAB\bob`, Password: "Sesame-4711", DeviceID: "FRONTPHONE",
		DeviceType: "iPhone", UserAgent: "Apple-iPhone11C8/2007.75", Version: eas.V14_1, HTTP: p.client(p.addr)}
	ctx, cancel := context.WithTimeout(t.Context(), held+2*time.Minute)
	defer cancel()
	if _, err := phone.Options(ctx); err != nil {
		t.Fatalf("OPTIONS: %v", err)
	}
	folders, err := phone.FolderSync(ctx, "0")
	if err != nil {
		t.Fatalf("FolderSync: %v", err)
	}
	through := last(t, mail)
	if got := through.Header.Get("X-Forwarded-For"); got != phoneAddr {
		t.Errorf("the mail server was told that the phone is at %q, want %s", got, phoneAddr)
	}
	direct := *phone
	direct.HTTP = p.client(p.gateway)
	if _, err := direct.FolderSync(ctx, "0"); err != nil {
		t.Fatalf("straight to the gateway: %v", err)
	}
	if straight := last(t, mail); straight.RawQuery != through.RawQuery || straight.Path != through.Path {
		t.Errorf("the front has made %s?%s of %s?%s", through.Path, through.RawQuery, straight.Path, straight.RawQuery)
	}
	plain := *phone
	plain.Base64 = true
	if _, err := plain.FolderSync(ctx, "0"); err != nil {
		t.Errorf("a phone with a base64 query: %v", err)
	}
	lying := *phone
	lying.Header = http.Header{"X-Forwarded-For": {"203.0.113.99"}}
	if _, err := lying.FolderSync(ctx, "0"); err != nil {
		t.Errorf("a phone that says where it is: %v", err)
	} else if got := last(t, mail).Header.Get("X-Forwarded-For"); got != phoneAddr {
		t.Errorf("a phone that says it is elsewhere is believed: %q", got)
	}
	const size = 3 << 20
	mime := "From: bob@" + parts.MailDomain + "\r\nTo: bob@" + parts.MailDomain + "\r\nSubject: large\r\n\r\n" + strings.Repeat(strings.Repeat("a", 70)+"\r\n", size/72+1)
	if _, err := phone.SendMail(ctx, easclient.Mail{MIME: []byte(mime)}); err != nil {
		t.Errorf("a large mail: %v", err)
	} else if got := last(t, mail); got.BodySize < size {
		t.Errorf("of a large mail %d bytes have come", got.BodySize)
	}
	p.paths(ctx)

	waits := make(chan error, 1)
	began := time.Now()
	go func() {
		r, err := phone.Ping(ctx, 600, folders.Inbox())
		if err == nil && r.Status != 2 {
			err = fmt.Errorf("status %d", r.Status)
		}
		waits <- err
	}()
	select {
	case err := <-waits:
		t.Fatalf("the waiting request ended after %v: %v", time.Since(began).Round(time.Second), err)
	case <-time.After(held):
	}
	if _, err := mail.Deliver("bob", eastest.Message{Subject: "at last"}); err != nil {
		t.Fatal(err)
	}
	if err := <-waits; err != nil {
		t.Errorf("the waiting request after a mail: %v", err)
	}
}

func last(t *testing.T, mail *eastest.Server) eastest.Record {
	t.Helper()
	list := mail.Requests()
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Query.DeviceID == "FRONTPHONE" {
			return list[i]
		}
	}
	t.Fatal("nothing has come to the mail server")
	return eastest.Record{}
}

// start writes the lines of the page, with the places of this machine in them, and runs the front.
func (f *frontRun) start(t *testing.T, product *product) *place {
	t.Helper()
	dir := filepath.Dir(product.config)
	p := &place{t: t, dir: dir, addr: freeAddr(t), gateway: strings.TrimPrefix(product.gateway, "https://"), status: product.status,
		cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"), both: filepath.Join(dir, "both.pem"), file: filepath.Join(dir, "front.conf")}
	var err error
	if p.program, err = exec.LookPath("/usr/sbin/" + f.language); err != nil {
		t.Fatalf("%s is not here: tools/real-parts install brings it", f.language)
	}
	var both []byte
	for _, file := range []string{p.cert, p.key} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, b...)
	}
	lines := f.wrap(p, f.page(t, p))
	for file, text := range map[string][]byte{p.both: both, p.file: []byte(lines)} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := f.args(p)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	said := &strings.Builder{}
	cmd.Stderr, cmd.Stdout = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM) //nolint:errcheck // it may be gone
		cmd.Wait()                          //nolint:errcheck // how it ends is its affair
		if t.Failed() {
			t.Logf("%s\n%s said:\n%s", lines, f.language, said)
		}
	})
	p.await()
	return p
}

// page gives the lines below a heading of the guide.
func (f *frontRun) page(t *testing.T, p *place) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "operate", "front.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), f.heading)
	_, rest, found := strings.Cut(rest, "```"+f.language+"\n")
	lines, _, ends := strings.Cut(rest, "```")
	if !ok || !found || !ends {
		t.Fatalf("the guide has no lines below %q", f.heading)
	}
	list := f.change(p)
	for i := 0; i < len(list); i += 2 {
		if !strings.Contains(lines, list[i]) {
			t.Fatalf("the lines below %q do not say %q any more", f.heading, list[i])
		}
	}
	return strings.NewReplacer(list...).Replace(lines)
}

// client is a phone's, which comes from an address of its own and takes to for the name it knows.
func (p *place) client(to string) *http.Client {
	p.t.Helper()
	b, err := os.ReadFile(p.cert)
	if err != nil {
		p.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(b)
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(phoneAddr)}}).DialContext(ctx, network, to)
		}}
	p.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// await returns when the front leads to the gateway.
func (p *place) await() {
	p.t.Helper()
	c := p.client(p.addr)
	deadline := time.Now().Add(30 * time.Second)
	for {
		r, err := http.NewRequestWithContext(p.t.Context(), http.MethodOptions, "https://"+named+eas.Path, nil)
		if err != nil {
			p.t.Fatal(err)
		}
		resp, err := c.Do(r)
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusUnauthorized {
				return
			}
			err = fmt.Errorf("it answers %d", resp.StatusCode)
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("the front does not lead to the gateway: %v", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// paths asks for what belongs to the gateway beside ActiveSync, and for what does not.
func (p *place) paths(ctx context.Context) {
	p.t.Helper()
	c := p.client(p.addr)
	for path, want := range map[string]int{
		"/autodiscover/autodiscover.json?Email=bob%40" + parts.MailDomain + "&Protocol=ActiveSync": http.StatusOK,
		"/owa/": http.StatusNotFound,
	} {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+named+path, nil)
		if err != nil {
			p.t.Fatal(err)
		}
		resp, err := c.Do(r)
		if err != nil {
			p.t.Errorf("%s: %v", path, err)
			continue
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			p.t.Errorf("%s: %d, want %d", path, resp.StatusCode, want)
		}
	}
}
