// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/httpd"
)

// listen serves h behind a Listener and returns its address.
func listen(t *testing.T, cfg httpd.ListenerConfig, h http.Handler) (*httpd.Listener, string) {
	t.Helper()
	l, err := httpd.Listen(t.Context(), "127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	var p http.Protocols
	p.SetHTTP1(true)
	p.SetHTTP2(true)
	srv := &http.Server{Handler: h, Protocols: &p, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan struct{})
	go func() { defer close(done); srv.Serve(l) }()
	t.Cleanup(func() { srv.Close(); l.Close(); <-done })
	return l, l.Addr().String()
}

func echoAddr(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "cut", http.StatusBadRequest)
		return
	}
	w.Header().Set("X-Proto", r.Proto)
	io.WriteString(w, r.RemoteAddr+" "+string(b))
}

func TestAClosedListenerAcceptsNothing(t *testing.T) {
	l, err := httpd.Listen(t.Context(), "127.0.0.1:0", httpd.ListenerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if _, err := l.Accept(); err == nil {
		t.Error("accepts")
	}
}

func proxyV2(command, family byte, addr []byte) string {
	b := []byte("\r\n\r\n\x00\r\nQUIT\n")
	b = append(b, 0x20|command, family)
	b = binary.BigEndian.AppendUint16(b, uint16(len(addr)))
	return string(append(b, addr...))
}

func TestTheProxyProtocolNamesTheClientOfATrustedFrontOnly(t *testing.T) {
	v4 := proxyV2(1, 0x11, []byte{192, 0, 2, 7, 10, 0, 0, 1, 0x30, 0x39, 1, 187})
	v6 := proxyV2(1, 0x21, append(append(netip.MustParseAddr("2001:db8::7").AsSlice(), make([]byte, 16)...), 0x30, 0x39, 1, 187))
	for name, c := range map[string]struct {
		header, front, want string
		off                 bool
	}{
		"text, v4":          {"PROXY TCP4 192.0.2.7 10.0.0.1 12345 443\r\n", "127.0.0.0/8", "192.0.2.7:12345", false},
		"text, v6":          {"PROXY TCP6 2001:db8::7 ::1 12345 443\r\n", "127.0.0.1", "[2001:db8::7]:12345", false},
		"text, unknown":     {"PROXY UNKNOWN\r\n", "127.0.0.1", "127.0.0.1:", false},
		"binary, v4":        {v4, "127.0.0.1", "192.0.2.7:12345", false},
		"binary, v6":        {v6, "127.0.0.1", "[2001:db8::7]:12345", false},
		"binary, local":     {proxyV2(0, 0, nil), "127.0.0.1", "127.0.0.1:", false},
		"none from a front": {"", "127.0.0.1", "", false},
		"family mixed up":   {"PROXY TCP4 ::1 ::1 1 2\r\n", "127.0.0.1", "", false},
		"without end":       {"PROXY TCP4 " + strings.Repeat("1", 200), "127.0.0.1", "", false},
		"bad port":          {"PROXY TCP4 192.0.2.7 10.0.0.1 99999 443\r\n", "127.0.0.1", "", false},
		"too long, binary":  {proxyV2(1, 0x11, make([]byte, 5000)), "127.0.0.1", "", false},
		"from a stranger":   {"PROXY TCP4 192.0.2.7 10.0.0.1 12345 443\r\n", "10.0.0.0/8", "400", false},
		"switched off":      {"PROXY TCP4 192.0.2.7 10.0.0.1 12345 443\r\n", "127.0.0.1", "400", true},
	} {
		t.Run(name, func(t *testing.T) {
			fronts, err := httpd.ParseFronts([]string{c.front})
			if err != nil {
				t.Fatal(err)
			}
			_, addr := listen(t, httpd.ListenerConfig{ProxyProtocol: !c.off, Fronts: fronts, HeaderTimeout: 200 * time.Millisecond}, http.HandlerFunc(echoAddr))
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(10 * time.Second))
			io.WriteString(conn, c.header)
			if c.want != "" {
				io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
			}
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			switch {
			case c.want == "":
				if err == nil {
					t.Errorf("served: %v", resp.Status)
				}
				return
			case err != nil:
				t.Fatal(err)
			case c.want == "400":
				if resp.StatusCode != 400 {
					t.Errorf("status %d", resp.StatusCode)
				}
				return
			}
			if b, _ := io.ReadAll(resp.Body); !strings.HasPrefix(string(b), c.want) {
				t.Errorf("client %q, want %q", b, c.want)
			}
		})
	}
}

func TestForwardedAddressesCountFromFrontsOnly(t *testing.T) {
	fronts, err := httpd.ParseFronts([]string{"10.0.0.0/8", "2001:db8:1::/48"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		remote    string
		forwarded []string
		want      string
	}{
		"no front":                     {"192.0.2.1:5", []string{"1.1.1.1"}, "192.0.2.1"},
		"front":                        {"10.1.1.1:5", []string{"1.1.1.1"}, "1.1.1.1"},
		"client lies to the left":      {"10.1.1.1:5", []string{"6.6.6.6, 1.1.1.1"}, "1.1.1.1"},
		"two fronts":                   {"10.1.1.1:5", []string{"6.6.6.6, 1.1.1.1, 10.2.2.2"}, "1.1.1.1"},
		"two lines":                    {"10.1.1.1:5", []string{"6.6.6.6", "1.1.1.1"}, "1.1.1.1"},
		"front without header":         {"10.1.1.1:5", nil, "10.1.1.1"},
		"garbage ends the walk":        {"10.1.1.1:5", []string{"1.1.1.1, evil"}, "10.1.1.1"},
		"only fronts":                  {"10.1.1.1:5", []string{"10.3.3.3"}, "10.3.3.3"},
		"v6":                           {"[2001:db8:1::9]:5", []string{"2001:db8:2::1"}, "2001:db8:2::1"},
		"v4 in v6":                     {"[::ffff:10.1.1.1]:5", []string{"::ffff:1.1.1.1"}, "1.1.1.1"},
		"with port, as some fronts do": {"10.1.1.1:5", []string{"1.1.1.1:4711"}, "1.1.1.1"},
	} {
		if got := fronts.Client(c.remote, c.forwarded); got.String() != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
	if _, err := httpd.ParseFronts([]string{"10.0.0.0/99"}); err == nil {
		t.Error("a network that is none was taken")
	}
}

func TestAChangedCertificateIsTakenUpAndABrokenOneIsNot(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	cert, err := httpd.TrialCertificate(dir, "a", []string{"127.0.0.1", "mail.example"}, now)
	if err != nil {
		t.Fatal(err)
	}
	again, err := httpd.TrialCertificate(dir, "a", nil, now)
	if err != nil || !again.Expires().Equal(cert.Expires()) {
		t.Errorf("the trial certificate did not stay: %v", err)
	}
	if info, err := os.Stat(filepath.Join(dir, "a.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v %v", info.Mode(), err)
	}
	_, addr := listen(t, httpd.ListenerConfig{TLS: httpd.ServerTLS(cert, true)}, http.HandlerFunc(echoAddr))
	serial := func() string {
		c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.ConnectionState().PeerCertificates[0].SerialNumber.String()
	}
	first := serial()
	if changed, err := cert.Reload(); changed || err != nil {
		t.Errorf("reloaded without a change: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.crt"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := cert.Reload(); err == nil || serial() != first {
		t.Errorf("a broken file was taken up, or not complained about: %v", err)
	}
	if _, err := httpd.TrialCertificate(dir, "b", []string{"127.0.0.1"}, now); err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{".key", ".crt"} {
		if err := os.Rename(filepath.Join(dir, "b"+ext), filepath.Join(dir, "a"+ext)); err != nil {
			t.Fatal(err)
		}
	}
	if changed, err := cert.Reload(); !changed || err != nil {
		t.Fatalf("not reloaded: %v", err)
	}
	if serial() == first {
		t.Error("the old certificate is still shown")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	cert.Watch(ctx, time.Hour, nil)
}

func TestHTTP2IsSpokenOnlyWhenOffered(t *testing.T) {
	dir := t.TempDir()
	cert, err := httpd.TrialCertificate(dir, "a", []string{"127.0.0.1"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(filepath.Join(dir, "a.crt"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	for want, on := range map[string]bool{"HTTP/2.0": true, "HTTP/1.1": false} {
		_, addr := listen(t, httpd.ListenerConfig{TLS: httpd.ServerTLS(cert, on)}, http.HandlerFunc(echoAddr))
		tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
		resp, err := (&http.Client{Transport: tr}).Get("https://" + addr)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("X-Proto"); got != want {
			t.Errorf("offered %v: %s", on, got)
		}
		tr.CloseIdleConnections()
	}
	if _, err := tls.Dial("tcp", func() string {
		_, addr := listen(t, httpd.ListenerConfig{TLS: httpd.ServerTLS(cert, false)}, http.HandlerFunc(echoAddr))
		return addr
	}(), &tls.Config{RootCAs: roots, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}
