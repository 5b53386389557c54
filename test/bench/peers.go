// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"text/template"
	"time"
)

//go:embed peers/*.tmpl
var templates embed.FS

// lab is where one round runs: certificates, the backend and a directory for everything.
type lab struct {
	dir, self, vedette string
	cert, key, pem     string
	backend, scheme    string
	deviceMap          string
	database           string
	rate               int // of the gateway's door for storms; 0: none
}

// peer is one proxy under test. run starts it and everything its cost includes; the process whose
// cost counts is the last of them, with the service processes beside it.
type peer struct {
	name string
	run  func(l *lab, listen string) (started []*process, counted []*process, err error)
}

func peers() []peer {
	return []peer{
		{"vedette", (*lab).startVedette},
		{"nginx", func(l *lab, listen string) ([]*process, []*process, error) { return l.startNginx(listen, "") }},
		{"nginx+auth_request", (*lab).startNginxAuth},
		{"haproxy+map", (*lab).startHAProxy},
		{"ReverseProxy", (*lab).startReverseProxy},
	}
}

func (l *lab) write(name, tmpl string, data any) (string, error) {
	t, err := template.ParseFS(templates, "peers/"+tmpl)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return "", err
	}
	path := filepath.Join(l.dir, name)
	return path, os.WriteFile(path, b.Bytes(), 0o600)
}

func (l *lab) startNginx(listen, policyAddr string) (started, counted []*process, err error) {
	dir := filepath.Join(l.dir, "nginx-"+listen[len("127.0.0.1:"):])
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, nil, err
	}
	conf, err := l.write(filepath.Base(dir)+".conf", "nginx.conf.tmpl", map[string]string{
		"Dir": dir, "Cert": l.cert, "Key": l.key, "Listen": listen, "Backend": l.backend, "Scheme": l.scheme, "Policy": policyAddr,
	})
	if err != nil {
		return nil, nil, err
	}
	bin, err := find("nginx", "/usr/sbin/nginx")
	if err != nil {
		return nil, nil, err
	}
	p, err := start(l.dir, filepath.Base(dir), bin, "-p", dir, "-c", conf)
	if err != nil {
		return nil, nil, err
	}
	return []*process{p}, []*process{p}, ready(listen)
}

func (l *lab) startNginxAuth(listen string) (started, counted []*process, err error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, nil, err
	}
	pol, err := start(l.dir, "policy", l.self, "-part", "policy", "-listen", addr)
	if err != nil {
		return nil, nil, err
	}
	if err := ready(addr); err != nil {
		return []*process{pol}, nil, err
	}
	s, c, err := l.startNginx(listen, addr)
	return append(s, pol), append(c, pol), err
}

func (l *lab) startHAProxy(listen string) (started, counted []*process, err error) {
	conf, err := l.write("haproxy.cfg", "haproxy.cfg.tmpl", map[string]string{
		"Pem": l.pem, "Map": l.deviceMap, "Listen": listen, "Backend": l.backend, "Scheme": l.scheme,
	})
	if err != nil {
		return nil, nil, err
	}
	bin, err := find("haproxy", "/usr/sbin/haproxy")
	if err != nil {
		return nil, nil, err
	}
	p, err := start(l.dir, "haproxy", bin, "-db", "-f", conf)
	if err != nil {
		return nil, nil, err
	}
	return []*process{p}, []*process{p}, ready(listen)
}

func (l *lab) startReverseProxy(listen string) (started, counted []*process, err error) {
	p, err := start(l.dir, "reverseproxy", l.self, "-part", "reverseproxy", "-listen", listen,
		"-target", l.scheme+"://"+l.backend, "-cert", l.cert, "-key", l.key)
	if err != nil {
		return nil, nil, err
	}
	return []*process{p}, []*process{p}, ready(listen)
}

func find(name, fallback string) (string, error) {
	if p, err := exec.LookPath(name); err == nil {
		return p, nil
	}
	if _, err := os.Stat(fallback); err == nil {
		return fallback, nil
	}
	return "", errors.New(name + " is not installed (Debian package " + name + ")")
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func ready(addr string) error {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return nil
		}
	}
	return fmt.Errorf("nothing listens on %s", addr)
}
