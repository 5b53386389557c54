// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"context"
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
)

// The lines of docs/operate/close-the-ways-around.md keep everybody but gateways away from ActiveSync,
// however the path is spelt, and everything else open, where the mail server itself takes all spellings.
func TestTheLinesOfTheGuideCloseTheWaysAround(t *testing.T) {
	t.Parallel()
	mail := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	t.Cleanup(mail.Close)
	const gateway = "127.0.0.9"
	dir, addr := t.TempDir(), freeAddr(t)
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "operate", "close-the-ways-around.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```nginx\n")
	lines, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("the guide has no lines for nginx")
	}
	for _, word := range []string{"192.0.2.10", "http://127.0.0.1:20000"} {
		if !strings.Contains(lines, word) {
			t.Fatalf("the lines do not say %q any more", word)
		}
	}
	lines = strings.NewReplacer("192.0.2.10", gateway, "http://127.0.0.1:20000", mail.URL).Replace(lines)
	config := filepath.Join(dir, "nginx.conf")
	conf := fmt.Sprintf("pid %[1]s/pid;\nerror_log %[1]s/error.log;\nevents { worker_connections 100; }\nhttp {\n"+
		"client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;\n"+
		"access_log off;\nserver {\nlisten %[2]s;\n%[3]s\nlocation / { proxy_pass %[4]s; }\n}\n}\n", dir, addr, lines, mail.URL)
	if err := os.WriteFile(config, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/sbin/nginx", "-e", filepath.Join(dir, "error.log"), "-c", config, "-g", "daemon off; master_process off;")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start nginx, which tools/real-parts install brings: %v", err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM) //nolint:errcheck // it may be gone
		cmd.Wait()                          //nolint:errcheck // how it ends is its affair
	})
	ask := func(from, path string) (int, error) {
		tr := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}).DialContext(ctx, network, addr)
		}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, "http://"+addr+"/", nil)
		if err != nil {
			return 0, err
		}
		r.URL.Opaque = path // as it is, without being tidied up
		resp, err := (&http.Client{Transport: tr}).Do(r)
		if err != nil {
			return 0, err
		}
		resp.Body.Close()
		return resp.StatusCode, nil
	}
	deadline := time.Now().Add(20 * time.Second)
	for _, err := ask(gateway, "/"); err != nil; _, err = ask(gateway, "/") {
		if time.Now().After(deadline) {
			t.Fatalf("nginx does not answer: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	for _, path := range []string{eas.Path, eas.Path + "?Cmd=Sync", "/SOGo" + eas.Path, strings.ToLower(eas.Path), "/SOGo/" + eas.Path, "/%4dicrosoft-Server-ActiveSync",
		"/x/.." + eas.Path, eas.Path + "/default.eas"} {
		if got, err := ask(phoneAddr, path); err != nil || got != http.StatusForbidden {
			t.Errorf("%s from elsewhere: %d, %v", path, got, err)
		}
		if got, err := ask(gateway, path); err != nil || got != http.StatusUnauthorized {
			t.Errorf("%s from a gateway: %d, %v", path, got, err)
		}
	}
	if got, err := ask(phoneAddr, "/owa/"); err != nil || got != http.StatusUnauthorized {
		t.Errorf("what is no ActiveSync is closed too: %d, %v", got, err)
	}
}
