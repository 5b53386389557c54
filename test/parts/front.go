// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A Front is an nginx before SOGo, as its installation guide has it. It matters
// for two habits of sogod alone: it takes no chunked request, and it closes the
// connection after every answer without saying so.
type Front struct {
	URL    string // http://127.0.0.1:port/Microsoft-Server-ActiveSync
	TLSURL string // https://localhost:port/Microsoft-Server-ActiveSync, certificate signed by itself
	CA     string // file with that certificate
	Log    string // one line per request
}

// Front starts nginx before s until the test ends.
func (s *SOGoServer) Front(t testing.TB) Front {
	t.Helper()
	need(t, "nginx-light", "/usr/sbin/nginx")
	f, err := s.startFront(t)
	if err != nil {
		t.Fatalf("start nginx: %v", err)
	}
	return f
}

func (s *SOGoServer) startFront(t testing.TB) (Front, error) {
	dir, err := os.MkdirTemp(s.dir, "nginx-")
	if err != nil {
		return Front{}, err
	}
	if err := own(dir, "", 0o755); err != nil {
		return Front{}, err
	}
	port, err := freePort()
	if err != nil {
		return Front{}, err
	}
	tlsPort, err := freePort()
	if err != nil {
		return Front{}, err
	}
	f := Front{
		URL:    "http://" + s.addr(port) + "/Microsoft-Server-ActiveSync",
		TLSURL: fmt.Sprintf("https://localhost:%d/Microsoft-Server-ActiveSync", tlsPort),
		CA:     filepath.Join(dir, "cert.pem"),
		Log:    filepath.Join(dir, "access.log"),
	}
	if err := selfSigned(f.CA, filepath.Join(dir, "key.pem")); err != nil {
		return Front{}, err
	}
	conf := fmt.Sprintf(`user nobody nogroup;
worker_processes 1;
pid %[1]s/pid;
error_log %[1]s/error.log;
events { worker_connections 2048; }
http {
	access_log %[1]s/access.log;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
	client_max_body_size 200m;
	keepalive_timeout 75s;
	server {
		listen 127.0.0.1:%[2]d;
		listen 127.0.0.1:%[3]d ssl;
		ssl_certificate %[1]s/cert.pem;
		ssl_certificate_key %[1]s/key.pem;
		proxy_http_version 1.1;
		proxy_read_timeout 3700s;
		proxy_buffering off;
		proxy_set_header Host $http_host;
		proxy_set_header x-webobjects-server-protocol HTTP/1.0;
		proxy_set_header x-webobjects-remote-host 127.0.0.1;
		proxy_set_header x-webobjects-server-name $host;
		proxy_set_header x-webobjects-server-url $scheme://$http_host;
		proxy_set_header x-webobjects-server-port $server_port;
		location = /Microsoft-Server-ActiveSync { proxy_pass %[4]s; }
		location / { return 404; }
	}
}
`, dir, port, tlsPort, s.URL())
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		return Front{}, err
	}
	return f, s.run(t, daemon{
		name: "nginx",
		args: []string{"/usr/sbin/nginx", "-e", filepath.Join(dir, "error.log"), "-c", file, "-g", "daemon off;"},
	}, port, tlsPort)
}

// selfSigned writes a certificate for localhost and its key.
func selfSigned(cert, key string) error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		Subject:               pkix.Name{CommonName: "localhost"},
		DNSNames:              []string{"localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	if err := os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		return err
	}
	return os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600)
}
